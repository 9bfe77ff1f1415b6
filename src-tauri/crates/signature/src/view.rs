//! Looking things up in a message, as a scheme names them.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::grammar::Apart;
use crate::jwt::Token;
use crate::message::Message;
use crate::read::form::{self, Field, Plus};
use crate::read::{json, url};
use crate::report::Span;
use crate::scheme::Scheme;
use crate::template::Source;

/// One way of signing beside one message, with what has been read of it so far.
pub(crate) struct Scene<'a> {
    pub(crate) way: &'a Scheme,
    pub(crate) message: &'a Message<'a>,
    url: OnceCell<Cow<'a, str>>,
    form: OnceCell<Vec<Field<'a>>>,
    document: OnceCell<Option<Cow<'a, str>>>,
    document_fault: OnceCell<Option<String>>,
}

/// A text where signatures are.
#[derive(Debug, Clone)]
pub(crate) struct Place<'s> {
    pub(crate) source: &'s Source,
    pub(crate) header_index: Option<usize>,
    pub(crate) text: Cow<'s, [u8]>,
    pub(crate) apart: Apart,
}

impl<'s> Place<'s> {
    /// A stretch of the text.
    pub(crate) fn part(&self, span: Span) -> Cow<'s, [u8]> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(span.start..span.end).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(span.start..span.end).unwrap_or_default().to_vec()),
        }
    }

    /// The item of this key, or at this place, in a group.
    pub(crate) fn item(&self, group: usize, key: &str) -> Option<Cow<'s, [u8]>> {
        let items = &self.apart.groups.get(group)?.items;
        let named = items.iter().find(|item| {
            item.key
                .is_some_and(|span| self.text.get(span.start..span.end) == Some(key.as_bytes()))
        });
        let item = named.or_else(|| items.get(key.parse::<usize>().ok()?))?;
        Some(self.part(item.value))
    }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(way: &'a Scheme, message: &'a Message<'a>) -> Self {
        Self {
            way,
            message,
            url: OnceCell::new(),
            form: OnceCell::new(),
            document: OnceCell::new(),
            document_fault: OnceCell::new(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.url.get_or_init(|| self.message.effective_url())
    }

    /// The path and query that count: of the URL where it is known, else of the target.
    fn located(&self) -> url::Parts<'_> {
        url::split(self.message.url.unwrap_or(self.message.target))
    }

    pub(crate) fn is_form(&self) -> bool {
        match self.message.header("content-type") {
            Some(kind) => {
                let kind = kind
                    .split(|byte| *byte == b';')
                    .next()
                    .unwrap_or(kind)
                    .trim_ascii();
                kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
            }
            None => !matches!(
                self.message.body.trim_ascii_start().first(),
                None | Some(b'{' | b'[' | b'<' | b'"')
            ),
        }
    }

    fn form(&self) -> &[Field<'a>] {
        self.form.get_or_init(|| {
            let kind = self.message.header("content-type").unwrap_or_default();
            if form::is_multipart(kind) {
                form::multipart(self.message.body, kind)
            } else {
                form::url_encoded(self.message.body).collect()
            }
        })
    }

    /// The JSON document that `json:` reads.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document
            .get_or_init(|| match &self.way.document {
                Some(Source::Form(name)) => {
                    let (_, value) = self
                        .form()
                        .iter()
                        .find(|(key, _)| key.as_ref() == name.as_bytes())?;
                    Some(Cow::Owned(String::from_utf8(value.to_vec()).ok()?))
                }
                _ => {
                    let text = std::str::from_utf8(self.message.body).ok()?;
                    Some(Cow::Borrowed(text.strip_prefix('\u{FEFF}').unwrap_or(text)))
                }
            })
            .as_deref()
    }

    /// Why the document is not JSON from its first byte to its last; nothing if it is. Asked for each of many items, so
    /// it is found out once.
    pub(crate) fn document_fault(&self) -> Option<&str> {
        self.document_fault
            .get_or_init(|| match self.document() {
                Some(document) => json::fault(document),
                None => Some("it is not there, or not UTF-8".to_owned()),
            })
            .as_deref()
    }
}

/// A scene seen from one place: inside which item, which group of the header, which token, with which key.
#[derive(Clone, Copy)]
pub(crate) struct View<'s, 'a> {
    pub(crate) scene: &'s Scene<'a>,
    /// The JSON value that paths start from.
    pub(crate) root: Option<&'s str>,
    pub(crate) place: Option<(&'s Place<'s>, usize)>,
    pub(crate) token: Option<&'s Token>,
    pub(crate) key: Option<&'s [u8]>,
    /// While signing: the time and the id that will be sent.
    pub(crate) given: Given<'s>,
}

/// What is known before it is in the message.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given<'s> {
    pub(crate) timestamp: Option<&'s str>,
    pub(crate) id: Option<&'s str>,
}

impl<'s, 'a> View<'s, 'a> {
    pub(crate) fn of(scene: &'s Scene<'a>) -> Self {
        Self {
            scene,
            root: None,
            place: None,
            token: None,
            key: None,
            given: Given::default(),
        }
    }

    fn root(&self) -> Option<&'s str> {
        self.root.or_else(|| self.scene.document())
    }

    /// What a source holds; none if it is absent. An empty header or field is there and empty.
    pub(crate) fn get(&self, source: &Source) -> Option<Cow<'s, [u8]>> {
        let scene = self.scene;
        let message = scene.message;
        let borrowed = |text: &'s str| Cow::Borrowed(text.as_bytes());
        match source {
            Source::Body => Some(Cow::Borrowed(message.body)),
            Source::Method => Some(borrowed(message.method)),
            Source::Target => Some(borrowed(message.target)),
            Source::Timestamp => match self.given.timestamp {
                Some(text) => Some(borrowed(text)),
                None => self.first(&scene.way.timestamp.as_ref()?.from),
            },
            Source::Id => match self.given.id {
                Some(text) => Some(borrowed(text)),
                None => self.first(&scene.way.id.as_ref()?.from),
            },
            Source::Header(name) => message.header(name).map(Cow::Borrowed),
            Source::Url => Some(borrowed(scene.url())),
            Source::Path => Some(borrowed(scene.located().path)),
            Source::QueryString => scene
                .located()
                .query
                .strip_prefix('?')
                .filter(|query| !query.is_empty())
                .map(borrowed),
            Source::Host => {
                let parts = url::split(scene.url());
                Some(Cow::Owned(format!("{}{}", parts.host, parts.port).into_bytes()))
            }
            Source::Query(name) => {
                let query = scene.located().query;
                let query = query.strip_prefix('?').unwrap_or(query);
                form::url_encoded(query.as_bytes())
                    .find(|(key, _)| key.as_ref() == name.as_bytes())
                    .map(|(_, value)| value)
            }
            Source::Form(name) => scene
                .form()
                .iter()
                .find(|(key, _)| key.as_ref() == name.as_bytes())
                .map(|(_, value)| Cow::Borrowed(value.as_ref())),
            Source::Json(path) => text_bytes(json::find(self.root()?, path.steps())?),
            Source::Claim(name) => self.token?.claim(name).map(|text| Cow::Owned(text.into_bytes())),
            Source::ClaimHeader(name) => self.token?.header(name).map(|text| Cow::Owned(text.into_bytes())),
            Source::Item(key) => {
                let (place, group) = self.place?;
                place.item(group, key)
            }
            Source::Secret => self.key.map(Cow::Borrowed),
            Source::FormSorted => Some(Cow::Owned(self.form_sorted())),
            Source::SignedHeaders(name) => self.signed_headers(name).map(Cow::Owned),
            Source::FormPhp(without) => Some(Cow::Owned(self.form_php(without))),
        }
    }

    /// The first of these sources that holds something.
    pub(crate) fn first(&self, sources: &[Source]) -> Option<Cow<'s, [u8]>> {
        sources
            .iter()
            .find_map(|source| self.get(source).filter(|value| !value.is_empty()))
    }

    /// Every value of a JSON source with `*` in its path.
    pub(crate) fn json_values(&self, path: &[String]) -> Vec<Cow<'s, [u8]>> {
        let Some(root) = self.root() else {
            return Vec::new();
        };
        json::find_all(root, path)
            .into_iter()
            .filter_map(text_bytes)
            .collect()
    }

    fn form_sorted(&self) -> Vec<u8> {
        if !self.scene.is_form() {
            return Vec::new();
        }
        let mut fields: Vec<(&[u8], &[u8])> = self
            .scene
            .form()
            .iter()
            .map(|(key, value)| (key.as_ref(), value.as_ref()))
            .collect();
        fields.sort_unstable();
        fields.dedup();
        fields
            .into_iter()
            .flat_map(|(key, value)| [key, value])
            .collect::<Vec<_>>()
            .concat()
    }

    fn signed_headers(&self, name: &str) -> Option<Vec<u8>> {
        let listed = std::str::from_utf8(self.scene.message.header(name)?).ok()?;
        let mut lines = Vec::new();
        for wanted in listed.split(',').map(|wanted| wanted.trim().to_ascii_lowercase()) {
            let value = self.scene.message.header(&wanted)?;
            lines.push([wanted.as_bytes(), b":", value].concat());
        }
        lines.sort_unstable();
        Some(lines.join(&b';'))
    }

    /// The form as PHP's `serialize` writes an array of strings, sorted by key.
    fn form_php(&self, without: &str) -> Vec<u8> {
        let mut fields: Vec<(&[u8], &[u8])> = self
            .scene
            .form()
            .iter()
            .map(|(key, value)| (key.as_ref(), value.as_ref()))
            .filter(|(key, _)| *key != without.as_bytes())
            .collect();
        fields.sort_unstable();
        let mut text = format!("a:{}:{{", fields.len()).into_bytes();
        for part in fields.into_iter().flat_map(|(key, value)| [key, value]) {
            text.extend_from_slice(format!("s:{}:\"", part.len()).as_bytes());
            text.extend_from_slice(part);
            text.extend_from_slice(b"\";");
        }
        text.push(b'}');
        text
    }
}

fn text_bytes(raw: &str) -> Option<Cow<'_, [u8]>> {
    Some(match json::text_of(raw)? {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

/// Applies a filter of a template.
pub(crate) fn filtered(filter: &crate::template::Filter, value: &[u8]) -> Vec<u8> {
    use crate::template::Filter;
    use base64::Engine as _;

    let hash = |hash| crate::digest::of(hash, value).hex().into_bytes();
    let as_url = |change: &dyn Fn(url::Parts<'_>) -> String| match std::str::from_utf8(value) {
        Ok(text) => change(url::split(text)).into_bytes(),
        Err(_) => value.to_vec(),
    };
    match filter {
        Filter::Lower => value.to_ascii_lowercase(),
        Filter::Upper => value.to_ascii_uppercase(),
        Filter::Trim => value.trim_ascii().to_vec(),
        Filter::Md5 => hash(crate::scheme::Hash::Md5),
        Filter::Sha1 => hash(crate::scheme::Hash::Sha1),
        Filter::Sha256 => hash(crate::scheme::Hash::Sha256),
        Filter::Sha384 => hash(crate::scheme::Hash::Sha384),
        Filter::Sha512 => hash(crate::scheme::Hash::Sha512),
        Filter::Sha256Base64 => {
            let digest = crate::digest::of(crate::scheme::Hash::Sha256, value);
            crate::encoding::STANDARD.encode(digest.as_bytes()).into_bytes()
        }
        Filter::Crc32 => crate::digest::crc32(value).to_string().into_bytes(),
        Filter::Base64 => crate::encoding::STANDARD.encode(value).into_bytes(),
        Filter::Escape => form::percent_encode(value, b"!'()*").into_bytes(),
        Filter::EncodeUri => form::percent_encode(value, b"!'()*;,/?:@&=+$#").into_bytes(),
        Filter::Decode(escapes) => decode_only(value, escapes),
        Filter::WithPort => as_url(&|parts| {
            let port = if parts.port.is_empty() {
                parts.default_port()
            } else {
                parts.port
            };
            parts.with_port(port)
        }),
        Filter::WithoutPort => as_url(&|parts| parts.with_port("")),
        Filter::WithoutQuery => value.split(|byte| *byte == b'?').next().unwrap_or(value).to_vec(),
    }
}

fn decode_only(value: &[u8], escapes: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.first() {
        let escape = rest.get(..3).filter(|escape| {
            escape[0] == b'%'
                && escapes
                    .as_bytes()
                    .chunks(3)
                    .any(|known| known.eq_ignore_ascii_case(escape))
        });
        if let Some(escape) = escape {
            decoded.extend_from_slice(&form::percent_decode(escape, Plus::IsPlus));
            rest = &rest[3..];
        } else {
            decoded.push(*first);
            rest = &rest[1..];
        }
    }
    decoded
}
