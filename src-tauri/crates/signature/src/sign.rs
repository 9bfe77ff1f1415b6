//! Signing: the inverse of checking, from the same scheme.
//!
//! The draft is first given the time, the id and whatever else the scheme asks for; then the content is read from it
//! exactly as a receiver would read it; the signature is put in last.

mod draft;

use std::borrow::Cow;

use crate::content::{self, Lacking};
use crate::digest;
use crate::encoding;
use crate::examine;
use crate::grammar;
use crate::jwt;
use crate::key::Made;
use crate::message::{Draft, Micros};
use crate::read::{json, time};
use crate::scheme::{Algorithm, Encoding, Hash, Scheme, SecretForm, Signature};
use crate::secret::Secret;
use crate::template::{Piece, Source};
use crate::view::{Given, Scene, View};
use draft::Working;

/// How long a token made here lives, in seconds.
const TOKEN_LIFE: i64 = 300;

/// What a signed request has that the draft had not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// Header lines to set: each replaces all lines of its name.
    pub headers: Vec<(String, String)>,
    /// The body, where the signature is inside it.
    pub body: Option<Vec<u8>>,
    /// The URL, where the signature or a digest is in its query, and where it is signed and the draft has none: it is
    /// then put together from the request, and the receiver must know itself by it.
    pub url: Option<String>,
    /// The target, likewise.
    pub target: Option<String>,
}

/// Why a draft cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The scheme has no signature.
    #[error("the scheme has no signature")]
    Unsigned,
    /// Only the sender holds the private key.
    #[error("`{0}` needs the sender's private key; sign with a test key")]
    Asymmetric(&'static str),
    /// A parameter has no value.
    #[error("the scheme's parameter `{0}` has no value")]
    Parameter(String),
    /// The secret cannot be turned into a key.
    #[error("the secret `{name}` is not {form}")]
    Secret {
        /// The secret's name.
        name: String,
        /// The form it should have had.
        form: String,
    },
    /// A part of the signed content is not in the draft.
    #[error("`{0}` is signed and is not in the draft")]
    Absent(String),
    /// The signature's place cannot be written.
    #[error("a value cannot be put at `{0}`")]
    Place(String),
    /// A test key cannot be made or read.
    #[error("the test key cannot be used")]
    TestKey,
}

/// Makes a signature's bytes of a content; what differs between a secret and a test key.
pub(crate) type Signer<'f> = dyn Fn(Algorithm, &[&[u8]]) -> Result<Vec<u8>, SignError> + 'f;

/// Signs a draft as the provider would. Without an id, one is made of the time where the scheme signs an id and the
/// draft has none.
pub fn sign(
    scheme: &Scheme,
    draft: &Draft<'_>,
    secret: &Secret,
    at: Micros,
    id: Option<&str>,
) -> Result<Signed, SignError> {
    let way = choose(scheme, draft, secret)?;
    if let Some(algorithm) = way.algorithm.get().filter(|algorithm| algorithm.is_asymmetric()) {
        return Err(SignError::Asymmetric(algorithm.title()));
    }
    let (form, key) = key(way, secret)?;
    let signer = |algorithm: Algorithm, pieces: &[&[u8]]| -> Result<Vec<u8>, SignError> {
        let pieces = pieces.iter().copied();
        if let Some(hash) = algorithm.hmac_hash() {
            return Ok(digest::hmac(hash, &key, pieces).as_bytes().to_vec());
        }
        if let Some(hash) = algorithm.plain_hash() {
            return Ok(digest::plain(hash, pieces).as_bytes().to_vec());
        }
        Err(SignError::Asymmetric(algorithm.title()))
    };
    let list_key = way.signature.as_ref().and_then(|signature| {
        let keys = examine::signature_keys(
            signature,
            std::slice::from_ref(form),
            std::slice::from_ref(secret),
        );
        keys.into_iter().next().map(Cow::into_owned)
    });
    sign_with(way, draft, &key, list_key.as_deref(), at, id, &signer)
}

fn key<'k>(way: &'k Scheme, secret: &'k Secret) -> Result<(&'k SecretForm, Cow<'k, [u8]>), SignError> {
    let unusable = || SignError::Secret {
        name: secret.name().to_owned(),
        form: way.secret.first().map(SecretForm::describe).unwrap_or_default(),
    };
    way.secret
        .iter()
        .find_map(|form| match form.key(secret) {
            Made::Key(key) => Some((form, key)),
            Made::NotMeant | Made::Unreadable => None,
        })
        .ok_or_else(unusable)
}

/// The first way that is meant for this draft and this secret.
pub(crate) fn choose<'s>(
    scheme: &'s Scheme,
    draft: &Draft<'_>,
    secret: &Secret,
) -> Result<&'s Scheme, SignError> {
    let message = draft.as_message();
    let is_meant = |way: &&Scheme| {
        let scene = Scene::new(way, &message);
        let view = View::of(&scene);
        way.when.iter().all(|condition| examine::holds(condition, &view))
            && way
                .secret
                .iter()
                .any(|form| !matches!(form.key(secret), Made::NotMeant))
    };
    let way = scheme.ways().find(is_meant).unwrap_or(scheme);
    match way.algorithm.get() {
        Some(Algorithm::None) => Err(SignError::Unsigned),
        Some(_) => Ok(way),
        None => Err(SignError::Parameter("algorithm".to_owned())),
    }
}

pub(crate) fn sign_with(
    way: &Scheme,
    draft: &Draft<'_>,
    key: &[u8],
    list_key: Option<&str>,
    at: Micros,
    id: Option<&str>,
    signer: &Signer<'_>,
) -> Result<Signed, SignError> {
    let (Some(algorithm), Some(encoding), Some(signature)) =
        (way.algorithm.get(), way.encoding.get(), way.signature.as_ref())
    else {
        return Err(SignError::Unsigned);
    };
    let mut working = Working::new(draft, way);
    let timestamp = way.timestamp.as_ref().map(|rule| time::format(at, rule.unit));
    let id = prepare(way, &mut working, timestamp.as_deref(), id, at)?;
    if algorithm == Algorithm::Jwt {
        return put_token(way, working, at, &|claims| token(way, claims, key));
    }
    let roots = working.roots();
    for index in 0..roots {
        let text = match algorithm {
            Algorithm::Token => String::from_utf8_lossy(key).into_owned(),
            Algorithm::Basic => encoding::encode_bytes(key, Encoding::Base64),
            algorithm => {
                let given = Given {
                    timestamp: timestamp.as_deref(),
                    id: id.as_deref(),
                };
                let made = working.with_view(index, given, key, |view| {
                    let template = way.content.first().ok_or(SignError::Unsigned)?;
                    let segments = content::segments(template, view).map_err(lacking)?;
                    let pieces: Vec<&[u8]> = segments.iter().map(|segment| segment.bytes.as_ref()).collect();
                    signer(algorithm, &pieces)
                })?;
                encoding::encode_bytes(&made, encoding)
            }
        };
        let text = listed(way, signature, &text, list_key, timestamp.as_deref());
        put(&mut working, signature, &text, way.each.as_ref(), Some(index))?;
    }
    Ok(working.finish())
}

fn lacking(lacking: Lacking) -> SignError {
    match lacking {
        Lacking::Source(source) => SignError::Absent(source.to_string()),
        Lacking::Parameter(name) => SignError::Parameter(name),
    }
}

/// Puts in what is signed or required and is not the signature. Answers with the id.
fn prepare(
    way: &Scheme,
    working: &mut Working<'_>,
    timestamp: Option<&str>,
    id: Option<&str>,
    at: Micros,
) -> Result<Option<String>, SignError> {
    for condition in &way.when {
        if matches!(condition.from, Source::Header(_) | Source::Query(_))
            && !working.holds(condition)
            && let Some(text) = condition.example()
        {
            working.set(&condition.from, text)?;
        }
    }
    if let (Some(rule), Some(text)) = (&way.timestamp, timestamp)
        && let Some(source) = rule.from.first()
        && !matches!(source, Source::Item(_) | Source::Claim(_))
    {
        // A body that is no JSON cannot hold a time; where the time is signed only as part of the body, none is needed.
        let is_read = way
            .content
            .iter()
            .any(|template| template.reads(&Source::Timestamp));
        match working.set(source, text) {
            Err(error) if is_read => return Err(error),
            _ => {}
        }
    }
    let id = match &way.id {
        Some(rule) => {
            let there = working.read(&rule.from);
            let text = id
                .map(str::to_owned)
                .or(there)
                .unwrap_or_else(|| format!("msg_{}", at.0));
            if let Some(source) = rule.from.first() {
                working.set(source, &text)?;
            }
            Some(text)
        }
        None => None,
    };
    for template in &way.content {
        for piece in template.pieces() {
            if let Piece::Value {
                source: Source::SignedHeaders(name),
                ..
            } = piece
                && working.header(name).is_none()
            {
                let times = way.timestamp.iter().flat_map(|rule| &rule.from);
                let mut names: Vec<String> = times
                    .filter_map(|source| match source {
                        Source::Header(name) => Some(name.to_ascii_lowercase()),
                        _ => None,
                    })
                    .collect();
                names.push(name.to_ascii_lowercase());
                names.sort_unstable();
                working.set(&Source::Header(name.clone()), &names.join(","))?;
            }
        }
    }
    for required in &way.require {
        let has_it = working.read(std::slice::from_ref(&required.from)).is_some();
        if let Some(hash) = required.body_digest
            && matches!(required.from, Source::Header(_) | Source::Query(_))
            && (!required.optional || !working.is_form())
        {
            let text = encoding::encode(&digest::of(hash, working.body()), required.encoding).to_text();
            working.set(&required.from, &text)?;
        } else if let (Some(value), false, false) = (required.is.first(), has_it, required.optional)
            && matches!(required.from, Source::Header(_) | Source::Query(_))
        {
            working.set(&required.from, value)?;
        }
    }
    Ok(id)
}

/// The signature's text with what stands around it in its place: prefix, keys, time.
fn listed(
    way: &Scheme,
    signature: &Signature,
    text: &str,
    key: Option<&str>,
    timestamp: Option<&str>,
) -> String {
    let prefix = signature.prefix.as_deref().unwrap_or_default();
    let Some(separator) = signature.separator.as_deref() else {
        return match (&signature.assign, key) {
            (Some(assign), Some(key)) => format!("{prefix}{key}{assign}{text}"),
            _ => format!("{prefix}{text}"),
        };
    };
    let assign = signature.assign.as_deref().unwrap_or_default();
    let item = |key: &str, value: &str| {
        if assign.is_empty() {
            value.to_owned()
        } else {
            format!("{key}{assign}{value}")
        }
    };
    let mut items = Vec::new();
    if let (Some(rule), Some(timestamp)) = (&way.timestamp, timestamp)
        && let Some(Source::Item(name)) = rule.from.first()
    {
        items.push(item(name, timestamp));
    }
    while signature.position.is_some_and(|position| items.len() < position) {
        items.push(String::new());
    }
    items.push(item(key.unwrap_or_default(), text));
    let blank = if signature.trim { " " } else { "" };
    format!("{prefix}{}", items.join(&format!("{separator}{blank}")))
}

fn put(
    working: &mut Working<'_>,
    signature: &Signature,
    text: &str,
    each: Option<&crate::template::JsonPath>,
    index: Option<usize>,
) -> Result<(), SignError> {
    let source = signature.from.first().ok_or(SignError::Unsigned)?;
    debug_assert!(
        text.len() <= grammar::LONGEST,
        "a signature made here can be read here"
    );
    match (each, index) {
        (Some(path), Some(index)) => working.set_in(path, index, source, text),
        _ if signature.prefix.is_some()
            && !text.starts_with(signature.prefix.as_deref().unwrap_or_default()) =>
        {
            let text = format!("{}{text}", signature.prefix.as_deref().unwrap_or_default());
            working.set(source, &text)
        }
        _ => working.set(source, text),
    }
}

/// Puts in a token that `make` makes of the claims the way asks for.
pub(crate) fn sign_token_with(
    way: &Scheme,
    draft: &Draft<'_>,
    at: Micros,
    make: &dyn Fn(&str) -> Result<String, SignError>,
) -> Result<Signed, SignError> {
    put_token(way, Working::new(draft, way), at, make)
}

fn put_token(
    way: &Scheme,
    mut working: Working<'_>,
    at: Micros,
    make: &dyn Fn(&str) -> Result<String, SignError>,
) -> Result<Signed, SignError> {
    let signature = way.signature.as_ref().ok_or(SignError::Unsigned)?;
    let token = make(&claims(way, &working, at))?;
    put(&mut working, signature, &token, None, None)?;
    Ok(working.finish())
}

/// An HMAC token of these claims.
fn token(way: &Scheme, claims: &str, key: &[u8]) -> Result<String, SignError> {
    let hash = way.jwt_algorithms.iter().find_map(|name| match name.as_str() {
        "HS256" => Some(Hash::Sha256),
        "HS384" => Some(Hash::Sha384),
        "HS512" => Some(Hash::Sha512),
        _ => None,
    });
    Ok(jwt::make(hash.ok_or(SignError::Asymmetric("JWT"))?, claims, key))
}

/// The claims a way asks for, as JSON text.
fn claims(way: &Scheme, working: &Working<'_>, at: Micros) -> String {
    let mut claims = Vec::new();
    for required in &way.require {
        let Source::Claim(name) = &required.from else {
            continue;
        };
        let value = match (required.body_digest, required.is.first()) {
            (Some(hash), _) => {
                encoding::encode(&digest::of(hash, working.body()), required.encoding).to_text()
            }
            (None, Some(value)) => value.clone(),
            (None, None) if required.is_url => working.url(),
            (None, None) => continue,
        };
        claims.push(format!("{}:{}", json::quote(name), json::quote(&value)));
    }
    claims.push(format!("\"iat\":{}", at.seconds()));
    claims.push(format!("\"exp\":{}", at.seconds().saturating_add(TOKEN_LIFE)));
    format!("{{{}}}", claims.join(","))
}
