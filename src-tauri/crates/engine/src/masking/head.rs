//! What of a head is secret by its place: header lines and parameters of the query.

use std::ops::Range;

use bytes::Bytes;
use hookbench_signature::{Scheme, Source};

use crate::model::{Header, RawHead};

/// What stands where a header's value was.
pub(crate) const MASKED: &[u8] = b"[masked]";
/// The same in a target, where brackets have a meaning of their own.
const MASKED_IN_QUERY: &[u8] = b"masked";

/// Places of a head that hold signatures or tokens, beside those that are usually secret.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SigningPlaces {
    /// Names of headers; one that ends in `*` stands for all that begin so.
    pub(crate) headers: Vec<String>,
    /// Names of parameters of the query.
    pub(crate) parameters: Vec<String>,
}

impl SigningPlaces {
    /// Of all ways to sign: which of them a request was signed by is not asked.
    pub(crate) fn of(scheme: &Scheme) -> Self {
        let mut places = Self::default();
        places.add(scheme);
        places
    }

    pub(crate) fn add(&mut self, scheme: &Scheme) {
        let signatures = scheme.ways().filter_map(|way| way.signature.as_ref());
        for source in signatures.flat_map(|signature| &signature.from) {
            let (names, name) = match source {
                Source::Header(name) => (&mut self.headers, name),
                Source::Query(name) => (&mut self.parameters, name),
                _ => continue,
            };
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }

    /// Whether the value of `header` is masked.
    pub(crate) fn hides(&self, header: &Header) -> bool {
        is_meant(&header.name, &self.headers) || is_secret_name(&header.name)
    }
}

/// Whether a name is one of these, of which one that ends in `*` stands for all that begin so.
pub(crate) fn is_meant(name: &[u8], names: &[String]) -> bool {
    names.iter().any(|meant| match meant.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes())),
        None => name.eq_ignore_ascii_case(meant.as_bytes()),
    })
}

/// Whether what is called so is usually secret.
pub(crate) fn is_secret_name(name: &[u8]) -> bool {
    const PARTS: [&[u8]; 11] = [
        b"authorization",
        b"cookie",
        b"signature",
        b"secret",
        b"token",
        b"password",
        b"api-key",
        b"api_key",
        b"apikey",
        b"hmac",
        b"credential",
    ];
    let name = name.to_ascii_lowercase();
    PARTS
        .iter()
        .any(|part| name.windows(part.len()).any(|window| window == *part))
}

/// The values of the query's parameters that are masked, with their names.
pub(super) fn query_spans(target: &[u8], also: &[String]) -> Vec<(String, Range<usize>)> {
    let Some(question) = target.iter().position(|byte| *byte == b'?') else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut at = question + 1;
    for pair in target[at..].split(|byte| *byte == b'&') {
        // A name may be written with escapes and still be read as the same.
        let name = url::form_urlencoded::parse(pair)
            .next()
            .map(|(name, _)| name.into_owned())
            .filter(|name| also.contains(name) || is_secret_name(name.as_bytes()));
        if let (Some(name), Some(equals)) = (name, pair.iter().position(|byte| *byte == b'=')) {
            found.push((name, at + equals + 1..at + pair.len()));
        }
        at += pair.len() + 1;
    }
    found
}

/// `target` with the values of query parameters masked that are called so or are usually secret, and the names of those
/// that are there. Everything else stays byte for byte.
pub(crate) fn masked_target(target: &[u8], also: &[String]) -> (Vec<u8>, Vec<String>) {
    let mut masked = Vec::with_capacity(target.len());
    let mut names: Vec<String> = Vec::new();
    let mut at = 0;
    for (name, value) in query_spans(target, also) {
        masked.extend_from_slice(&target[at..value.start]);
        masked.extend_from_slice(MASKED_IN_QUERY);
        at = value.end;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    masked.extend_from_slice(&target[at..]);
    (masked, names)
}

/// `head` with the values of secret header lines masked; the rest stays byte for byte.
pub(crate) fn masked_head(head: &RawHead, places: &SigningPlaces) -> Vec<u8> {
    let bytes = head.bytes();
    let mut masked = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for header in head.headers() {
        if header.value.is_empty() || !places.hides(&header) {
            continue;
        }
        let value = within(bytes, &header.value);
        masked.extend_from_slice(&bytes[at..value.start]);
        masked.extend_from_slice(MASKED);
        at = value.end;
    }
    masked.extend_from_slice(&bytes[at..]);
    masked
}

/// The head of a request with what is secret in its target and its header lines masked, the rest byte for byte; `None`
/// where nothing of that is in it.
pub(crate) fn masked_request_head(head: &RawHead, places: &SigningPlaces) -> Option<Bytes> {
    let line = head.request_line().target;
    let (target, names) = masked_target(&line, &places.parameters);
    let place = within(head.bytes(), &line);
    let mut masked = masked_head(head, places);
    if !names.is_empty() {
        // It comes before all header lines.
        masked.splice(place, target);
    }
    (masked[..] != head.bytes()[..]).then(|| masked.into())
}

/// Where a piece that was cut out of `bytes` lies in them.
pub(super) fn within(bytes: &[u8], piece: &[u8]) -> Range<usize> {
    let start = (piece.as_ptr() as usize)
        .saturating_sub(bytes.as_ptr() as usize)
        .min(bytes.len());
    start..(start + piece.len()).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_query_are_masked_and_nothing_else_of_it() {
        let parameters = ["sig".to_owned(), "t".to_owned()];
        for (target, wanted, names) in [
            ("/a?sig=1&b=2", "/a?sig=masked&b=2", &["sig"][..]),
            (
                "/a?b=%zz&s%69g=1&sig=2&t=3=4",
                "/a?b=%zz&s%69g=masked&sig=masked&t=masked",
                &["sig", "t"],
            ),
            ("/a?access_token=1", "/a?access_token=masked", &["access_token"]),
            ("/sig=1", "/sig=1", &[]),
            ("/a?sig&Sig=1&&x=sig=1", "/a?sig&Sig=1&&x=sig=1", &[]),
            ("/a?", "/a?", &[]),
        ] {
            let (masked, found) = masked_target(target.as_bytes(), &parameters);
            assert_eq!(String::from_utf8_lossy(&masked), wanted, "`{target}`");
            assert_eq!(found, names, "`{target}`");
        }
        let (masked, _) = masked_target(b"/\xff?sig=\xff&b=\xfe", &parameters);
        assert_eq!(masked, b"/\xff?sig=masked&b=\xfe", "bytes stay as they are");
    }

    #[test]
    fn only_the_values_of_secret_lines_are_masked_in_a_head() {
        let head = RawHead::new(
            b"POST / HTTP/1.1\r\nhost: h\r\nCookie:  a=b \r\nX-Proof: 1\r\n  2\r\nX-Proof:\r\n\r\n"
                .to_vec()
                .into(),
        );
        let places = SigningPlaces {
            headers: vec!["x-proof".to_owned()],
            parameters: Vec::new(),
        };
        let masked = masked_head(&head, &places);
        assert_eq!(
            String::from_utf8_lossy(&masked),
            "POST / HTTP/1.1\r\nhost: h\r\nCookie:  [masked] \r\nX-Proof: [masked]\r\nX-Proof:\r\n\r\n",
            "names, blanks and what is empty stay; a folded value goes whole"
        );
    }

    #[test]
    fn the_head_of_a_request_is_masked_in_its_target_too_and_stays_exact_else() {
        let places = SigningPlaces {
            headers: vec!["X-Proof-*".to_owned()],
            parameters: vec!["sig".to_owned()],
        };
        let masked = |head: &'static [u8]| {
            let head = RawHead::new(Bytes::from_static(head));
            masked_request_head(&head, &places).map(|masked| String::from_utf8_lossy(&masked).into_owned())
        };
        assert_eq!(
            masked(b"POST  /a?sig=1&b=%zz HTTP/1.1\nX-Odd:  kept \nx-proof-2:1\n\n").as_deref(),
            Some("POST  /a?sig=masked&b=%zz HTTP/1.1\nX-Odd:  kept \nx-proof-2:[masked]\n\n"),
            "blanks, line ends and names stay"
        );
        assert_eq!(
            masked(b"GET  /odd  HTTP/1.1\nHost:h\n\n"),
            None,
            "there is nothing"
        );
    }

    #[test]
    fn a_header_is_secret_by_its_name_or_by_where_is_signed() {
        let places = SigningPlaces {
            headers: vec!["X-Proof-*".to_owned(), "x-own".to_owned()],
            parameters: Vec::new(),
        };
        for (name, is_hidden) in [
            ("Authorization", true),
            ("COOKIE", true),
            ("X-Hub-Signature-256", true),
            ("X-Gitlab-Token", true),
            ("X-API-Key", true),
            ("X-OWN", true),
            ("x-proof-new", true),
            ("X-Proof-", true),
            ("X-Proof", false),
            ("X-Proo", false),
            ("Content-Type", false),
            ("X-GitHub-Event", false),
            ("User-Agent", false),
        ] {
            let header = Header {
                name: Bytes::from_static(name.as_bytes()),
                value: Bytes::from_static(b"v"),
            };
            assert_eq!(places.hides(&header), is_hidden, "`{name}`");
        }
    }

    #[test]
    fn all_ways_to_sign_are_known() {
        let scheme: Scheme = toml::from_str(
            r#"
            algorithm = "hmac-sha256"
            signature = { from = "header:X-Proof" }
            [[alternatives]]
            algorithm = "hmac-sha256"
            signature = { from = ["query:proof", "header:X-Other-*"] }
            "#,
        )
        .unwrap();
        let wanted = SigningPlaces {
            headers: vec!["X-Proof".to_owned(), "X-Other-*".to_owned()],
            parameters: vec!["proof".to_owned()],
        };
        assert_eq!(SigningPlaces::of(&scheme), wanted, "not of the first only");
    }
}
