//! Where in a message of an unknown sender signatures, times and ids could be.

use crate::encoding;
use crate::message::Message;
use crate::read::form;
use crate::read::json;
use crate::read::time;
use crate::read::url;
use crate::scheme::{Encoding, Signature, TimestampUnit};
use crate::template::{JsonPath, Source};

/// More candidates than these are not looked at.
const MOST: usize = 400;
const LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];
/// Headers that every request has and that are no part of a signature.
const COMMON: [&str; 14] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "host",
    "pragma",
    "transfer-encoding",
    "user-agent",
    "via",
];

/// A text that could be a signature, with how it is taken out of its place.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) signature: Signature,
    pub(super) text: String,
    /// What it reads as, where that has the length of a digest.
    pub(super) digests: Vec<Vec<u8>>,
}

impl Candidate {
    fn new(signature: Signature, text: &str) -> Self {
        let readings = [
            encoding::hex_any(text.as_bytes()),
            encoding::base64_any(text.as_bytes()),
        ];
        let digests = readings
            .into_iter()
            .flatten()
            .filter(|bytes| LENGTHS.contains(&bytes.len()))
            .collect();
        Self {
            signature,
            text: text.to_owned(),
            digests,
        }
    }

    /// The encodings in which these bytes are this text.
    pub(super) fn encodings(&self, bytes: &[u8]) -> Vec<Encoding> {
        let all = [
            Encoding::Hex,
            Encoding::HexUpper,
            Encoding::Base64,
            Encoding::Base64url,
        ];
        let mut fitting: Vec<Encoding> = all
            .into_iter()
            .filter(|encoding| encoding::encode_bytes(bytes, *encoding) == self.text)
            .collect();
        // A digest without letters reads the same in both cases of hex.
        fitting.truncate(1);
        if fitting.is_empty() && encoding::hex_any(self.text.as_bytes()).as_deref() == Some(bytes) {
            fitting.push(Encoding::HexAny);
        }
        fitting
    }

    /// What it reads as for a public key: any length a signature can have.
    pub(super) fn signatures(&self) -> Vec<(Vec<u8>, Encoding)> {
        let readings = [
            (encoding::hex_any(self.text.as_bytes()), Encoding::HexAny),
            (encoding::base64_any(self.text.as_bytes()), Encoding::Base64),
        ];
        readings
            .into_iter()
            .filter_map(|(bytes, encoding)| {
                Some((bytes.filter(|bytes| (64..=512).contains(&bytes.len()))?, encoding))
            })
            .collect()
    }
}

/// A text that could be a time or an id, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) source: Source,
    pub(super) text: String,
    pub(super) unit: TimestampUnit,
}

/// Every text that could be a signature.
pub(super) fn candidates(message: &Message<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (name, value) in message.headers {
        let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else {
            continue;
        };
        if !COMMON.iter().any(|common| name.eq_ignore_ascii_case(common)) {
            taken_apart(&Source::Header(name.to_owned()), value.trim(), &mut found);
        }
    }
    let query = url::split(message.url.unwrap_or(message.target)).query;
    for (key, value) in form::url_encoded(query.strip_prefix('?').unwrap_or(query).as_bytes()) {
        if let (Ok(key), Ok(value)) = (std::str::from_utf8(&key), std::str::from_utf8(&value)) {
            taken_apart(&Source::Query(key.to_owned()), value, &mut found);
        }
    }
    match std::str::from_utf8(message.body) {
        Ok(text) if text.trim_start().starts_with('{') => body_fields(text, &mut Vec::new(), &mut found),
        Ok(text)
            if text.len() < 64 * 1024 && text.contains('=') && !text.trim_start().starts_with(['[', '<']) =>
        {
            for (key, value) in form::url_encoded(text.as_bytes()) {
                if let (Ok(key), Ok(value)) = (std::str::from_utf8(&key), std::str::from_utf8(&value)) {
                    taken_apart(&Source::Form(key.to_owned()), value, &mut found);
                }
            }
        }
        _ => {}
    }
    found.truncate(MOST);
    found
}

/// String members of objects, three levels deep.
fn body_fields(text: &str, path: &mut Vec<String>, found: &mut Vec<Candidate>) {
    let mut members = Vec::new();
    json::walk(text, &mut |key, value| {
        members.extend(key.map(|key| (json::unescape(key).into_owned(), value)));
    });
    for (key, value) in members.into_iter().take(200) {
        path.push(key);
        if value.starts_with('{') && path.len() < 3 {
            body_fields(value, path, found);
        } else if let Some(text) =
            json::text_of(value).filter(|text| value.starts_with('"') && text.len() >= 4)
        {
            let escaped: Vec<String> = path
                .iter()
                .map(|step| step.replace('\\', "\\\\").replace('.', "\\."))
                .collect();
            let source = Source::Json(JsonPath::parse(&escaped.join(".")));
            found.push(Candidate::new(
                Signature {
                    from: vec![source],
                    ..Signature::default()
                },
                &text,
            ));
        }
        path.pop();
    }
}

/// The readings of one place: whole, behind a prefix, items of lists.
fn taken_apart(source: &Source, text: &str, found: &mut Vec<Candidate>) {
    if text.is_empty() || text.len() > crate::grammar::LONGEST {
        return;
    }
    let plain = Signature {
        from: vec![source.clone()],
        ..Signature::default()
    };
    found.push(Candidate::new(plain.clone(), text));
    for mark in ['=', ' ', ':'] {
        if let Some(at) = text.find(mark).filter(|at| *at < 32) {
            let (prefix, rest) = text.split_at(at + 1);
            found.push(Candidate::new(
                Signature {
                    prefix: Some(prefix.to_owned()),
                    ..plain.clone()
                },
                rest,
            ));
        }
    }
    for (signature, items) in lists(&plain, text) {
        let has_keys = signature.assign.is_some();
        for (place, (key, value)) in items.into_iter().enumerate() {
            let signature = Signature {
                key: has_keys.then_some(key),
                position: (!has_keys).then_some(place),
                ..signature.clone()
            };
            found.push(Candidate::new(signature, &value));
        }
    }
}

type Items = Vec<(String, String)>;

/// The ways a text is a list, with its items by key or place.
fn lists(plain: &Signature, text: &str) -> Vec<(Signature, Items)> {
    let mut lists = Vec::new();
    for separator in [",", ";", " ", "&"] {
        let versions = separator == " " && text.contains(',');
        if !text.contains(separator) && !versions {
            continue;
        }
        let trim = separator != " " && text.contains(&format!("{separator} "));
        let trimmed = |item: &str| {
            if trim {
                item.trim().to_owned()
            } else {
                item.to_owned()
            }
        };
        let pieces: Vec<String> = text
            .split(separator)
            .map(trimmed)
            .filter(|item| !item.is_empty())
            .collect();
        for assign in ["=", ",", "|", ":"] {
            let items: Items = pieces
                .iter()
                .filter_map(|item| item.split_once(assign))
                .filter(|(key, _)| !key.is_empty() && key.len() <= 32)
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            if assign != separator && !items.is_empty() {
                let signature = Signature {
                    separator: Some(separator.to_owned()),
                    assign: Some(assign.to_owned()),
                    trim,
                    ..plain.clone()
                };
                lists.push((signature, items));
            }
        }
        if pieces.len() > 1 {
            let items = pieces
                .into_iter()
                .enumerate()
                .map(|(place, item)| (place.to_string(), item))
                .collect();
            lists.push((
                Signature {
                    separator: Some(separator.to_owned()),
                    trim,
                    ..plain.clone()
                },
                items,
            ));
        }
    }
    lists
}

/// Every text that could be the time of signing.
pub(super) fn times(message: &Message<'_>, candidates: &[Candidate]) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut add = |source: Source, text: &str| {
        if let Some(unit) = unit_of(text) {
            let slot = Slot {
                source,
                text: text.to_owned(),
                unit,
            };
            if !slots.contains(&slot) && slots.len() < 8 {
                slots.push(slot);
            }
        }
    };
    for (name, value) in message.headers {
        if let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) {
            add(Source::Header(name.to_owned()), value.trim());
        }
    }
    for candidate in candidates {
        let key = candidate
            .signature
            .key
            .clone()
            .or(candidate.signature.position.map(|place| place.to_string()));
        if let Some(key) = key {
            add(Source::Item(key), &candidate.text);
        }
    }
    slots
}

/// The unit of a text that can be a time of these decades.
fn unit_of(text: &str) -> Option<TimestampUnit> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        10 if is_number => Some(TimestampUnit::Seconds),
        13 if is_number => Some(TimestampUnit::Milliseconds),
        _ => time::parse(text.as_bytes(), TimestampUnit::Rfc3339).map(|_| TimestampUnit::Rfc3339),
    }
}

/// Every header that could be an id.
pub(super) fn ids(message: &Message<'_>) -> Vec<Slot> {
    let words = ["id", "uuid", "guid", "nonce", "delivery", "token", "idempotency"];
    let mut slots = Vec::new();
    for (name, value) in message.headers {
        let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let is_named = lower
            .split(['-', '_'])
            .any(|word| words.iter().any(|id| word.ends_with(id)));
        if is_named && !value.trim().is_empty() && value.len() <= 128 && slots.len() < 8 {
            let source = Source::Header(name.to_owned());
            slots.push(Slot {
                source,
                text: value.trim().to_owned(),
                unit: TimestampUnit::default(),
            });
        }
    }
    slots
}
