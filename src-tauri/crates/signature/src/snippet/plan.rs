//! What the code has to do, taken out of a scheme: the same steps whatever the language.

use super::NotExpressible;
use super::text::comment;
use crate::scheme::{
    Algorithm, Condition, Encoding, Hash, Scheme, SecretDecoding, SecretForm, TimestampUnit,
};
use crate::template::{self, Filter, Source};

/// How the value is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Hmac(Hash),
    Digest(Hash),
    /// The secret itself is sent.
    Token,
    /// `user:password` is sent.
    Basic,
}

/// A header that may hold signatures, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Exact(String),
    /// Every header that starts so.
    Starting(String),
}

/// A piece of the signed content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Body,
    Timestamp,
    Id,
    Secret,
    Method,
    Header(String),
    /// The URL, with these escapes decoded.
    Url(Vec<(String, char)>),
    Path,
    /// Names and values of the form, sorted.
    Form,
}

/// Where the time is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    Header(Vec<String>),
    /// The item of this key in the list that holds the signature.
    Item(String),
    /// The item at this place in it.
    At(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) place: When,
    pub(super) unit: TimestampUnit,
    pub(super) past: Option<u32>,
    pub(super) future: Option<u32>,
}

/// How the header's text is taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    pub(super) separator: String,
    pub(super) assign: Option<String>,
    pub(super) key: String,
    pub(super) position: usize,
    pub(super) bare: bool,
    pub(super) trim: bool,
}

pub(super) struct Plan {
    /// What stands at the head of the code, each fit to be a comment of one line.
    pub(super) heads: Vec<String>,
    pub(super) check: Check,
    pub(super) encoding: Encoding,
    pub(super) names: Vec<Name>,
    pub(super) prefix: String,
    pub(super) list: Option<List>,
    pub(super) content: Vec<Piece>,
    pub(super) time: Option<Time>,
    pub(super) id: Vec<String>,
    /// One form of the secret, or two of which its beginning decides.
    pub(super) forms: Vec<SecretForm>,
    /// Headers that must be one of these.
    pub(super) required: Vec<(String, Vec<String>)>,
}

impl Plan {
    pub(super) fn of(scheme: &Scheme) -> Result<Self, NotExpressible> {
        let way = way(scheme);
        let algorithm = way
            .algorithm
            .get()
            .ok_or_else(|| NotExpressible::Parameter("algorithm".to_owned()))?;
        let encoding = way
            .encoding
            .get()
            .ok_or_else(|| NotExpressible::Parameter("encoding".to_owned()))?;
        let check = match algorithm {
            Algorithm::None => return Err(NotExpressible::Unsigned),
            Algorithm::Jwt => return Err(NotExpressible::Token),
            Algorithm::Token => Check::Token,
            Algorithm::Basic => Check::Basic,
            other if other.is_asymmetric() => return Err(NotExpressible::PublicKey(other.title())),
            other => match (other.hmac_hash(), other.plain_hash()) {
                (Some(hash), _) => Check::Hmac(hash),
                (None, Some(hash)) => Check::Digest(hash),
                (None, None) => return Err(NotExpressible::Unsigned),
            },
        };
        if let Some(each) = &way.each {
            return Err(NotExpressible::Each(each.to_string()));
        }
        if let Some(document) = &way.document {
            return Err(NotExpressible::Source(document.to_string()));
        }
        let signature = way.signature.as_ref().ok_or(NotExpressible::Unsigned)?;
        if signature.groups.is_some() || signature.key_from_secret.is_some() {
            return Err(NotExpressible::Header);
        }
        let names = signature
            .from
            .iter()
            .map(|source| match source {
                Source::Header(name) if name.contains("${") => Err(open(name)),
                Source::Header(name) => Ok(match name.strip_suffix('*') {
                    Some(start) => Name::Starting(start.to_ascii_lowercase()),
                    None => Name::Exact(name.to_ascii_lowercase()),
                }),
                other => Err(NotExpressible::Source(other.to_string())),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let list = signature.separator.as_ref().map(|separator| List {
            separator: separator.clone(),
            assign: signature.assign.clone(),
            key: signature.key.clone().unwrap_or_default(),
            position: signature.position.unwrap_or(0),
            bare: signature.bare,
            trim: signature.trim,
        });
        let mut plan = Self {
            heads: Vec::new(),
            check,
            encoding,
            names,
            prefix: signature.prefix.clone().unwrap_or_default(),
            list,
            content: Vec::new(),
            time: None,
            id: Vec::new(),
            forms: forms(&way.secret)?,
            required: required(way)?,
        };
        if matches!(check, Check::Hmac(_) | Check::Digest(_)) {
            let template = way.content.first().ok_or(NotExpressible::Header)?;
            plan.content = template.pieces().iter().map(piece).collect::<Result<_, _>>()?;
        }
        plan.time(way)?;
        if let Some(id) = way.id.as_ref().filter(|_| plan.content.contains(&Piece::Id)) {
            plan.id = headers(&id.from)?;
        }
        plan.heads(way, algorithm);
        Ok(plan)
    }

    fn time(&mut self, way: &Scheme) -> Result<(), NotExpressible> {
        let is_signed = self.content.contains(&Piece::Timestamp);
        let Some(time) = &way.timestamp else {
            return Ok(());
        };
        let place = match time.from.first() {
            Some(Source::Item(key)) => match (&self.list, key.parse()) {
                (Some(list), Ok(at)) if list.assign.is_none() => When::At(at),
                (Some(_), _) => When::Item(key.clone()),
                (None, _) => return Err(NotExpressible::Header),
            },
            Some(Source::Header(_)) => When::Header(headers(&time.from)?),
            Some(other) if is_signed => return Err(NotExpressible::Source(other.to_string())),
            other => {
                // Beside the signature: the body is signed, so that its time can be looked at once it is parsed.
                if let (Some(place), Some(past)) = (other, time.past) {
                    self.heads.push(format!(
                        "Once it is true, parse the body and refuse what is more than {past} s off by `{place}`."
                    ));
                }
                return Ok(());
            }
        };
        if is_signed || time.past.is_some() || time.future.is_some() {
            self.time = Some(Time {
                place,
                unit: time.unit,
                past: time.past,
                future: time.future,
            });
        }
        Ok(())
    }

    fn heads(&mut self, way: &Scheme, algorithm: Algorithm) {
        let what = match self.check {
            Check::Token => "Compares the token that is sent. The body is not protected by it.".to_owned(),
            Check::Basic => "Compares user and password. The body is not protected by them.".to_owned(),
            Check::Hmac(_) | Check::Digest(_) => {
                let content = way.content.first().map_or("", |template| template.as_str());
                format!("Verifies {} over {}.", algorithm.title(), content.escape_debug())
            }
        };
        let mut heads = vec![what];
        if self.content.contains(&Piece::Body) || self.content.contains(&Piece::Form) {
            heads.push("Give it the bytes of the body as they came, before any parser; names of headers in lower case.".to_owned());
        } else {
            heads.push("Give it the headers by their names in lower case.".to_owned());
        }
        if self.needs_url() {
            heads.push(
                "The URL is the one that the sender calls, scheme, host and query included.".to_owned(),
            );
        }
        if self.content.contains(&Piece::Form) {
            heads.push("Only forms are taken: other bodies are not covered by this signature.".to_owned());
        }
        if let Some(not_covered) = &way.not_covered {
            heads.push(format!("Mind: {not_covered}."));
        }
        heads.append(&mut self.heads);
        // All of them in one place, so that none is forgotten.
        self.heads = heads.iter().map(|head| comment(head)).collect();
    }

    /// What the function is given, of: secret, headers and body; the URL; the method; the time.
    pub(super) fn given(&self, [always, url, method, now]: [&str; 4]) -> String {
        let mut given = vec![always];
        given.extend(self.needs_url().then_some(url));
        given.extend(self.content.contains(&Piece::Method).then_some(method));
        given.extend(self.is_aged().then_some(now));
        given.join(", ")
    }

    fn needs_url(&self) -> bool {
        self.content
            .iter()
            .any(|piece| matches!(piece, Piece::Url(_) | Piece::Path))
    }

    pub(super) fn reads_form(&self) -> bool {
        self.content.contains(&Piece::Form)
    }

    /// Whether the age is judged.
    pub(super) fn is_aged(&self) -> bool {
        self.time
            .as_ref()
            .is_some_and(|time| time.past.is_some() || time.future.is_some())
    }

    /// Whether the time is beside the signatures.
    pub(super) fn lists_time(&self) -> bool {
        self.time
            .as_ref()
            .is_some_and(|time| !matches!(time.place, When::Header(_)))
    }
}

/// The way that is written out: the first that is meant without a header of its own saying so.
fn way(scheme: &Scheme) -> &Scheme {
    let is_asked_for =
        |condition: &Condition| matches!(condition.from, Source::Header(_)) && !condition.absent;
    scheme
        .ways()
        .find(|way| !way.when.iter().any(is_asked_for))
        .unwrap_or(scheme)
}

fn piece(piece: &template::Piece) -> Result<Piece, NotExpressible> {
    let (source, filters) = match piece {
        template::Piece::Literal(text) => return Ok(Piece::Text(text.clone())),
        template::Piece::Parameter(name) => return Err(NotExpressible::Parameter(name.clone())),
        template::Piece::IfPresent(source) => return Err(NotExpressible::Source(source.to_string())),
        template::Piece::End => return Err(NotExpressible::Source("{/}".to_owned())),
        template::Piece::Value {
            source,
            optional: false,
            filters,
        } => (source, filters.as_slice()),
        template::Piece::Value { source, .. } => return Err(NotExpressible::Source(source.to_string())),
    };
    Ok(match (source, filters) {
        (Source::Body, []) => Piece::Body,
        (Source::Timestamp, []) => Piece::Timestamp,
        (Source::Id, []) => Piece::Id,
        (Source::Secret, []) => Piece::Secret,
        (Source::Method, []) => Piece::Method,
        (Source::Url, []) => Piece::Url(Vec::new()),
        (Source::Url, [Filter::Decode(escapes)]) => Piece::Url(decoded(escapes)),
        (Source::Path, []) => Piece::Path,
        (Source::FormSorted, []) => Piece::Form,
        (Source::Header(name), []) => Piece::Header(name.to_ascii_lowercase()),
        (source, _) => return Err(NotExpressible::Source(source.to_string())),
    })
}

/// `%3A%2F` as what each escape stands for.
fn decoded(escapes: &str) -> Vec<(String, char)> {
    escapes
        .split('%')
        .filter_map(|digits| {
            let byte = u8::from_str_radix(digits, 16).ok()?;
            Some((format!("%{digits}"), char::from(byte)))
        })
        .collect()
}

fn headers(from: &[Source]) -> Result<Vec<String>, NotExpressible> {
    from.iter()
        .map(|source| match source {
            Source::Header(name) if name.contains("${") => Err(open(name)),
            Source::Header(name) => Ok(name.to_ascii_lowercase()),
            other => Err(NotExpressible::Source(other.to_string())),
        })
        .collect()
}

fn open(name: &str) -> NotExpressible {
    let name = name.trim_start_matches("${").trim_end_matches('}');
    NotExpressible::Parameter(name.to_owned())
}

fn forms(forms: &[SecretForm]) -> Result<Vec<SecretForm>, NotExpressible> {
    if forms.iter().any(|form| form.split.is_some()) {
        return Err(NotExpressible::Header);
    }
    // A digest hides that nothing could be decoded: the key would be the digest of nothing, which everybody knows.
    let hides = |form: &&SecretForm| form.hash.is_some() && form.decode != SecretDecoding::Text;
    if let Some(form) = forms.iter().find(hides) {
        return Err(NotExpressible::Source(form.describe()));
    }
    Ok(match forms {
        [first, second, ..] if first.only_with.is_some() && first.only_with == second.not_with => {
            vec![first.clone(), second.clone()]
        }
        [first, ..] => vec![SecretForm {
            only_with: None,
            not_with: None,
            ..first.clone()
        }],
        [] => vec![SecretForm::default()],
    })
}

fn required(way: &Scheme) -> Result<Vec<(String, Vec<String>)>, NotExpressible> {
    way.require
        .iter()
        // What is asked of other bodies than forms: they are refused as a whole.
        .filter(|required| !(required.optional && required.body_digest.is_some()))
        .map(|required| match &required.from {
            Source::Header(name) if !required.is.is_empty() => {
                Ok((name.to_ascii_lowercase(), required.is.clone()))
            }
            other => Err(NotExpressible::Requirement(other.to_string())),
        })
        .collect()
}
