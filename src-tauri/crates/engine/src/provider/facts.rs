//! One request as the provider rules look at it: each view of it is made when it is first asked for, and once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use hookbench_signature::{HeaderLine, JsonPath, Message, Micros};
use sha2::{Digest, Sha256};

use crate::body::{Form, Outline, coding};
use crate::model::Header;

/// Where the body of a request is put when its content coding had to be undone. It stands outside [`Facts`], whose
/// views borrow from it.
#[derive(Debug, Default)]
pub struct UnpackedBody(OnceCell<Option<Vec<u8>>>);

/// A request, and views of it that are made on demand.
#[derive(Debug)]
pub struct Facts<'a> {
    method: &'a str,
    target: &'a str,
    headers: &'a [Header],
    body: &'a [u8],
    digest: OnceCell<[u8; 32]>,
    by_name: OnceCell<HashMap<Vec<u8>, usize>>,
    query: OnceCell<Form>,
    form: OnceCell<Option<Form>>,
    outline: OnceCell<Option<Outline<'a>>>,
    lines: OnceCell<Vec<HeaderLine<'a>>>,
    unpacked: Option<&'a UnpackedBody>,
}

impl<'a> Facts<'a> {
    /// Bodies longer than this are not looked into: what the headers do not say stays unknown.
    pub const LOOK_INTO: usize = 4 * 1024 * 1024;

    /// The request with this method, target, header list and body (after transfer framing; empty where it was
    /// spooled and nobody wants to read it back).
    #[must_use]
    pub const fn new(method: &'a str, target: &'a str, headers: &'a [Header], body: &'a [u8]) -> Self {
        Self {
            method,
            target,
            headers,
            body,
            digest: OnceCell::new(),
            by_name: OnceCell::new(),
            query: OnceCell::new(),
            form: OnceCell::new(),
            outline: OnceCell::new(),
            lines: OnceCell::new(),
            unpacked: None,
        }
    }

    /// The same, with the SHA-256 of the body where it is known already: it need not be made again, and it is that of
    /// the whole body where only an empty one could be given.
    #[must_use]
    pub fn with_digest(self, sha256: [u8; 32]) -> Self {
        Self {
            digest: OnceCell::from(sha256),
            ..self
        }
    }

    /// The same, with a place for the body when its content coding has to be undone to look into it. Without one a
    /// coded body is not looked into.
    #[must_use]
    pub fn unpacking_into(self, place: &'a UnpackedBody) -> Self {
        Self {
            unpacked: Some(place),
            ..self
        }
    }

    /// The method as sent.
    #[must_use]
    pub const fn method(&self) -> &'a str {
        self.method
    }

    /// The target as sent.
    #[must_use]
    pub const fn target(&self) -> &'a str {
        self.target
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The SHA-256 of the body.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| Sha256::digest(self.body).into())
    }

    /// The path of the target, without its query.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// Where each header name first stands, the names in lower case.
    pub(super) fn header_names(&self) -> &HashMap<Vec<u8>, usize> {
        self.by_name.get_or_init(|| {
            let mut names = HashMap::with_capacity(self.headers.len());
            for (index, header) in self.headers.iter().enumerate() {
                names.entry(header.name.to_ascii_lowercase()).or_insert(index);
            }
            names
        })
    }

    /// The value of the first header of this name, in any case, without blanks around it; `None` if it is not UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let index = *self.header_names().get(name.to_ascii_lowercase().as_bytes())?;
        std::str::from_utf8(self.headers.get(index)?.value.trim_ascii()).ok()
    }

    /// Whether there is a header of this name, whatever its value.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.header_names()
            .contains_key(name.to_ascii_lowercase().as_bytes())
    }

    /// A parameter of the query, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .get_or_init(|| {
                let query = self.target.split_once('?').map_or("", |(_, query)| query);
                Form::urlencoded(query.split('#').next().unwrap_or_default().as_bytes())
            })
            .get(name)
    }

    /// A field of a form body, decoded.
    #[must_use]
    pub fn form(&self, name: &str) -> Option<&str> {
        self.form
            .get_or_init(|| Form::of(self.header("content-type")?, self.readable_body()?))
            .as_ref()?
            .get(name)
    }

    /// The JSON body's outline; `None` if it is not JSON or too long to be looked into.
    #[must_use]
    pub fn json(&self) -> Option<&Outline<'a>> {
        self.outline
            .get_or_init(|| {
                let body = self.readable_body()?;
                let first = body.iter().find(|byte| !byte.is_ascii_whitespace())?;
                // A form or a picture is not walked to its end to learn that it is no JSON document.
                matches!(first, b'{' | b'[' | 0xef)
                    .then(|| Outline::of(body))
                    .flatten()
            })
            .as_ref()
    }

    /// The value at a path of the JSON body, as text.
    #[must_use]
    pub fn json_text(&self, path: &JsonPath) -> Option<Cow<'a, str>> {
        self.json()?.text(path)
    }

    /// The request as the signature crate wants it.
    #[must_use]
    pub fn message<'b>(&'b self, url: Option<&'b str>, received_at: Option<Micros>) -> Message<'b> {
        let headers = self.lines.get_or_init(|| {
            self.headers
                .iter()
                .map(|header| (header.name.as_ref(), header.value.as_ref()))
                .collect()
        });
        Message {
            method: self.method,
            target: self.target,
            url,
            headers,
            body: self.body,
            received_at,
        }
    }

    /// The body with its content coding undone, unless it is too long to be looked into.
    pub(super) fn readable_body(&self) -> Option<&'a [u8]> {
        if self.body.len() > Self::LOOK_INTO {
            return None;
        }
        let codings = coding::codings(
            self.header("content-encoding"),
            self.header("content-type"),
            self.body,
        );
        if codings.is_empty() {
            return Some(self.body);
        }
        let unpacked = self.unpacked?.0.get_or_init(|| {
            coding::unpack(&codings, self.body, Self::LOOK_INTO)
                .filter(|unpacked| !unpacked.cut && !unpacked.bytes.is_empty())
                .map(|unpacked| unpacked.bytes)
        });
        // A proxy may have undone the coding and left the header: then the body is its own text.
        Some(unpacked.as_deref().unwrap_or(self.body))
    }

    /// The body with its content coding undone, for whoever looks for the bytes that were signed: also where nothing but
    /// its first bytes says that it has one.
    #[must_use]
    pub fn decoded_body(&self) -> Option<Vec<u8>> {
        let announced = self.unpacked_body().map(<[u8]>::to_vec);
        announced.or_else(|| {
            let coding = coding::by_first_bytes(self.body)?;
            let unpacked = coding::unpack(&[coding], self.body, Self::LOOK_INTO)?;
            let is_whole = !unpacked.cut && unpacked.problem.is_none() && !unpacked.bytes.is_empty();
            is_whole.then_some(unpacked.bytes)
        })
    }

    /// The body with its content coding undone, where it has one and follows it to its end.
    #[must_use]
    pub fn unpacked_body(&self) -> Option<&'a [u8]> {
        let read = self.readable_body()?;
        (!std::ptr::eq(read, self.body)).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn header(name: &'static str, value: &'static str) -> Header {
        Header {
            name: Bytes::from_static(name.as_bytes()),
            value: Bytes::from_static(value.as_bytes()),
        }
    }

    #[test]
    fn headers_are_found_in_any_case_and_the_first_counts() {
        let headers = [header("X-A", " 1 "), header("x-a", "2")];
        let facts = Facts::new("POST", "/a?b=%2F&b=2#c", &headers, b"");
        assert_eq!(facts.header("x-A"), Some("1"), "the first one, without blanks");
        assert_eq!(
            facts.query("b"),
            Some("/"),
            "a query is decoded, the first value counts"
        );
        assert_eq!(facts.path(), "/a", "the path ends where the query starts");
    }

    #[test]
    fn a_body_over_the_cap_is_not_looked_into() {
        let body = format!("{{\"a\":\"{}\"}}", "x".repeat(Facts::LOOK_INTO));
        let facts = Facts::new("POST", "/", &[], body.as_bytes());
        assert!(facts.json().is_none(), "capture does not wait for a parser");
    }

    #[test]
    fn a_coded_body_is_looked_into_by_what_is_in_it() {
        let coded = zstd::encode_all(&br#"{"type":"a.b"}"#[..], 1).unwrap();
        let headers = [header("Content-Encoding", "zstd")];
        let place = UnpackedBody::default();
        let facts = Facts::new("POST", "/", &headers, &coded).unpacking_into(&place);
        let path = JsonPath::parse("type");
        assert_eq!(
            facts.json_text(&path).as_deref(),
            Some("a.b"),
            "as its sender wrote it"
        );
        assert_eq!(
            facts.message(None, None).body,
            coded,
            "a signature is over the bytes as they came"
        );
        let place = UnpackedBody::default();
        let undone = Facts::new("POST", "/", &headers, br#"{"type":"c"}"#).unpacking_into(&place);
        assert_eq!(
            undone.json_text(&path).as_deref(),
            Some("c"),
            "a coding that something undid on the way is not in the way"
        );
    }

    #[test]
    fn a_known_digest_is_not_made_again() {
        let facts = Facts::new("POST", "/", &[], b"").with_digest([7; 32]);
        assert_eq!(
            facts.digest(),
            [7; 32],
            "a spooled body has the digest of its bytes, not of nothing"
        );
    }
}
