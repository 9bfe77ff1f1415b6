//! What of a head is secret by its place: in the target and in header lines. Copies, files and a screen ask here and
//! nowhere else, so that what one of them hides all hide.

use std::ops::Range;

use bytes::Bytes;

use super::address::{self, Part};
use super::learned::Secrets;
use super::names::SigningPlaces;
use crate::model::{Header, RawHead};

/// What stands where a header's value was.
pub(crate) const MASKED: &[u8] = b"[masked]";
/// The same in an address, where brackets have a meaning of their own.
const MASKED_IN_ADDRESS: &[u8] = b"masked";

/// A piece of a head that is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) range: Range<usize>,
    /// What it is called where it is told what is masked: the name of a header, `query NAME` for a parameter of the target,
    /// `credentials` for what stands before its `@`, `address` for what is in an address outside of target and header
    /// lines, and `target` for all of it behind the endpoint's path.
    pub(crate) name: String,
    /// It is the whole value of a header.
    pub(super) is_value: bool,
}

impl Place {
    const fn mark(&self) -> &'static [u8] {
        if self.is_value { MASKED } else { MASKED_IN_ADDRESS }
    }
}

/// All that is secret in a head, in its order; none lies within another.
pub(crate) fn places_of(head: &RawHead, places: &SigningPlaces) -> Vec<Place> {
    let bytes = head.bytes();
    let target = head.request_line().target;
    let start = within(bytes, &target).start;
    let mut found = target_places(&target, places);
    for place in &mut found {
        place.range = place.range.start + start..place.range.end + start;
    }
    for header in head.headers() {
        let start = within(bytes, &header.value).start;
        found.extend(value_places(&header, places).into_iter().map(|place| Place {
            range: place.range.start + start..place.range.end + start,
            ..place
        }));
    }
    // A head that was refused may have neither a target nor headers where they should be.
    found.extend(address::in_text(bytes, places).into_iter().map(|secret| Place {
        range: secret.range,
        name: "address".to_owned(),
        is_value: false,
    }));
    apart(found)
}

/// Headers that say how a message goes and nothing of what is in it.
const PLAIN: [&str; 10] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// Whether the value of a header may repeat what is secret elsewhere.
pub(super) fn may_repeat(name: &[u8]) -> bool {
    !PLAIN
        .iter()
        .any(|plain| name.eq_ignore_ascii_case(plain.as_bytes()))
}

/// Where a target goes on behind the path of its endpoint, which is the person's own.
pub(super) fn behind_endpoint(target: &[u8], endpoint: Option<&str>) -> usize {
    let open = endpoint
        .filter(|path| target.starts_with(path.as_bytes()))
        .map_or(0, str::len);
    if open == 0 && target.starts_with(b"/") {
        1
    } else {
        open
    }
}

/// All of a head that might repeat a secret that is not known; `endpoint` is the path of the one it came to.
pub(crate) fn blind_places(head: &RawHead, endpoint: Option<&str>) -> Vec<Place> {
    let bytes = head.bytes();
    let line = head.request_line();
    let mut found = Vec::new();
    // The first line of an answer has no target.
    let open = behind_endpoint(&line.target, endpoint);
    if open < line.target.len() && !line.method.starts_with(b"HTTP/") {
        let range = within(bytes, &line.target);
        found.push(Place {
            range: range.start + open..range.end,
            name: "target".to_owned(),
            is_value: false,
        });
    }
    for header in head.headers() {
        if may_repeat(&header.name) && !header.value.is_empty() {
            found.push(Place {
                range: within(bytes, &header.value),
                name: String::from_utf8_lossy(&header.name).into_owned(),
                is_value: true,
            });
        }
    }
    found
}

/// What is secret in a target.
pub(super) fn target_places(target: &[u8], places: &SigningPlaces) -> Vec<Place> {
    let mut found: Vec<Place> = address::in_address(target, places)
        .into_iter()
        .map(|secret| Place {
            range: secret.range,
            name: match secret.part {
                Part::Credentials => "credentials".to_owned(),
                Part::Parameter(name) => format!("query {name}"),
            },
            is_value: false,
        })
        .collect();
    // What a proxy is asked to connect to.
    let is_authority = !target.contains(&b'/') && !target.contains(&b'?');
    if let Some(range) = address::before_host(target).filter(|_| is_authority) {
        found.push(Place {
            range,
            name: "credentials".to_owned(),
            is_value: false,
        });
    }
    apart(found)
}

/// What is secret in the value of a header line, counted from its beginning.
pub(super) fn value_places(header: &Header, places: &SigningPlaces) -> Vec<Place> {
    let value = &header.value;
    let place = |range: Range<usize>, is_value: bool| Place {
        range,
        name: String::from_utf8_lossy(&header.name).into_owned(),
        is_value,
    };
    if value.is_empty() {
        return Vec::new();
    }
    if places.hides(header) {
        return vec![place(0..value.len(), true)];
    }
    // Those that are one address, whatever is in it.
    let name = header.name.to_ascii_lowercase();
    let is_address = matches!(&name[..], b"referer" | b"referrer" | b"origin" | b"host")
        || [&b"location"[..], b"-url", b"-uri", b"-host"]
            .iter()
            .any(|end| name.ends_with(end));
    let mut found: Vec<Place> = Vec::new();
    if is_address {
        found.extend(
            address::in_address(value, places)
                .into_iter()
                .map(|secret| place(secret.range, false)),
        );
        if !value.contains(&b'/') {
            found.extend(address::before_host(value).map(|range| place(range, false)));
        }
    }
    if name == b"forwarded" {
        found.extend(hosts(value).map(|range| place(range, false)));
    }
    found.extend(
        address::in_text(value, places)
            .into_iter()
            .map(|secret| place(secret.range, false)),
    );
    apart(found)
}

/// What stands before an `@` in the hosts of `Forwarded` (RFC 7239).
fn hosts(value: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    let pairs = value.split(|byte| b";,".contains(byte)).map(move |pair| {
        let start = at;
        at += pair.len() + 1;
        (start, pair)
    });
    pairs.filter_map(|(start, pair)| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        if !pair[..equals].trim_ascii().eq_ignore_ascii_case(b"host") {
            return None;
        }
        let start = start + equals + 1;
        let quote = usize::from(pair.get(equals + 1) == Some(&b'"'));
        let range = address::before_host(&pair[equals + 1 + quote..])?;
        Some(start + quote + range.start..start + quote + range.end)
    })
}

/// In their order, and each only once: of several at one place the first that was found.
fn apart(mut found: Vec<Place>) -> Vec<Place> {
    found.sort_by_key(|place| (place.range.start, std::cmp::Reverse(place.range.end)));
    let mut apart: Vec<Place> = Vec::with_capacity(found.len());
    for place in found {
        match apart.last_mut() {
            Some(last) if place.range.start < last.range.end => {
                last.range.end = last.range.end.max(place.range.end);
            }
            _ => apart.push(place),
        }
    }
    apart
}

/// `bytes` with marks in place of what is secret in them, and stars where `secrets` come up again; `None` where nothing of
/// that is in them. Both are looked for in the bytes as they came: a mark would break up what is looked for.
fn given(bytes: &[u8], found: Vec<Place>, covered: Vec<u8>) -> Option<Vec<u8>> {
    let found = apart(found);
    if found.is_empty() {
        return (covered != bytes).then_some(covered);
    }
    let mut given = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for place in &found {
        given.extend_from_slice(&covered[at..place.range.start]);
        given.extend_from_slice(place.mark());
        at = place.range.end;
    }
    given.extend_from_slice(&covered[at..]);
    Some(given)
}

fn without(bytes: &[u8], secrets: &Secrets) -> Vec<u8> {
    secrets.covered(bytes).unwrap_or_else(|| bytes.to_vec())
}

/// A target as it may be given away; `None` where nothing of it is secret. Everything else stays byte for byte.
pub(crate) fn given_target(target: &[u8], places: &SigningPlaces, secrets: &Secrets) -> Option<Vec<u8>> {
    given(target, target_places(target, places), without(target, secrets))
}

/// The value of a header line as it may be given away; `None` where nothing of it is secret.
pub(crate) fn given_value(line: &Header, places: &SigningPlaces, secrets: &Secrets) -> Option<Bytes> {
    let found = value_places(line, places);
    given(&line.value, found, without(&line.value, secrets)).map(Into::into)
}

/// A head, of a request or an answer, as it may be given away: with marks at `found`; `None` where nothing of it is
/// secret. Names and versions stay what they are, also where a value says the same.
pub(crate) fn given_head(head: &RawHead, found: Vec<Place>, secrets: &Secrets) -> Option<Bytes> {
    let bytes = head.bytes();
    let mut covered = without(bytes, secrets);
    if covered != *bytes {
        let line = head.request_line();
        let is_method = !line.version.is_empty() && line.method.iter().all(u8::is_ascii_uppercase);
        let words = [(line.method, is_method), (line.version, false)].into_iter();
        let words = words.filter(|(word, is_method)| *is_method || word.starts_with(b"HTTP/"));
        let names = head.headers().into_iter().map(|header| header.name);
        for word in words.map(|(word, _)| word).chain(names) {
            let range = within(bytes, &word);
            covered[range.clone()].copy_from_slice(&bytes[range]);
        }
    }
    given(bytes, found, covered).map(Into::into)
}

/// Where a piece that was cut out of `bytes` lies in them.
fn within(bytes: &[u8], piece: &[u8]) -> Range<usize> {
    let start = (piece.as_ptr() as usize)
        .saturating_sub(bytes.as_ptr() as usize)
        .min(bytes.len());
    start..(start + piece.len()).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked_target(target: &[u8], places: &SigningPlaces) -> Option<Vec<u8>> {
        given_target(target, places, &Secrets::default())
    }

    fn masked_head(head: &RawHead, places: &SigningPlaces) -> Option<Bytes> {
        given_head(head, places_of(head, places), &Secrets::default())
    }

    #[test]
    fn values_of_a_query_are_masked_and_nothing_else_of_it() {
        let places = SigningPlaces {
            parameters: vec!["sig".to_owned(), "t".to_owned()],
            ..SigningPlaces::default()
        };
        let masked = |target: &[u8]| masked_target(target, &places).unwrap_or_else(|| target.to_vec());
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
            let shown = masked(target.as_bytes());
            assert_eq!(String::from_utf8_lossy(&shown), wanted, "`{target}`");
            let mut found: Vec<String> = (target_places(target.as_bytes(), &places).into_iter())
                .map(|place| place.name.replace("query ", ""))
                .collect();
            found.dedup();
            assert_eq!(found, names, "`{target}`");
        }
        assert_eq!(
            masked(b"/\xff?sig=\xff&b=\xfe"),
            b"/\xff?sig=masked&b=\xfe",
            "bytes stay as they are"
        );
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
            ..SigningPlaces::default()
        };
        let masked = masked_head(&head, &places).unwrap();
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
            ..SigningPlaces::default()
        };
        let masked = |head: &'static [u8]| {
            let head = RawHead::new(Bytes::from_static(head));
            masked_head(&head, &places).map(|masked| String::from_utf8_lossy(&masked).into_owned())
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
    fn addresses_in_a_head_keep_all_but_what_is_secret_in_them() {
        let places = SigningPlaces {
            parameters: vec!["sig".to_owned()],
            ..SigningPlaces::default()
        };
        let head = b"GET http://ann:5ec@h/a?sig=5ec&b=1 HTTP/1.1\r\nHost: ann:5ec@h\r\nReferer: http://ann:5ec@h/x y?sig=5ec c\r\n\
            Location: /cb#access_token=5ec\r\nLink: <//ann:5ec@h/?sig=5ec>; rel=\"next\", <https://h/?b=2>\r\n\
            Refresh: 5; url=/?sig=5ec\r\nForwarded: for=1.2.3.4;host=\"ann:5ec@h\", by=x\r\nX-Original-URL: /?sig=5ec 5ec\r\n\
            X-Auth: 5ec\r\nX-Author: ann\r\nFrom: ann@h.test\r\nno colon /?sig=5ec\r\n\r\n";
        let head = RawHead::new(Bytes::from_static(head));
        assert_eq!(
            String::from_utf8_lossy(&masked_head(&head, &places).unwrap()),
            "GET http://masked@h/a?sig=masked&b=1 HTTP/1.1\r\nHost: masked@h\r\nReferer: http://masked@h/x y?sig=masked\r\n\
             Location: /cb#access_token=masked\r\nLink: <//masked@h/?sig=masked>; rel=\"next\", <https://h/?b=2>\r\n\
             Refresh: 5; url=/?sig=masked\r\nForwarded: for=1.2.3.4;host=\"masked@h\", by=x\r\nX-Original-URL: /?sig=masked\r\n\
             X-Auth: [masked]\r\nX-Author: ann\r\nFrom: ann@h.test\r\nno colon /?sig=masked\r\n\r\n",
            "wherever an address may stand"
        );
        let target = |text: &[u8]| {
            masked_target(text, &places).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        assert_eq!(
            target(b"ann:5ec@h:443").as_deref(),
            Some("masked@h:443"),
            "what a proxy is asked to connect to"
        );
        assert_eq!(
            target(b"/users/ann@h"),
            None,
            "an `@` in a path is none of a host"
        );
    }

    #[test]
    fn what_comes_up_again_is_hidden_whole_and_no_name_becomes_a_mark() {
        let mut secrets = Secrets::default();
        for value in [
            "https://h/cb?token=abc&mail=ann@h.test",
            "x-amz-content-sha256",
            "HTTP/1.1",
            "5ecret-line",
        ] {
            secrets.learn(value.as_bytes());
        }
        let head = RawHead::new(Bytes::from_static(
            b"POST /a HTTP/1.1\r\nX-Callback: https://h/cb?token=abc&mail=ann@h.test\r\n\
              x-amz-content-sha256: 1\r\nX-Names: host;x-amz-content-sha256\r\nUpgrade: HTTP/1.1\r\n\
              no colon 5ecret-line\r\n\r\n",
        ));
        let places = SigningPlaces::default();
        let given = given_head(&head, places_of(&head, &places), &secrets).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&given),
            format!(
                "POST /a HTTP/1.1\r\nX-Callback: {}masked{}\r\nx-amz-content-sha256: 1\r\n\
                 X-Names: host;{}\r\nUpgrade: ********\r\nno colon ***********\r\n\r\n",
                "*".repeat(19),
                "*".repeat(16),
                "*".repeat(20)
            ),
            "also where a part of it has a mark of its own; a line without a name is all value"
        );
        let target = b"/to?x=https://h/cb?token=abc&mail=ann@h.test";
        let given = given_target(target, &places, &secrets).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&given),
            format!("/to?x={}masked{}", "*".repeat(19), "*".repeat(16)),
            "in a target too"
        );
        let line = head.headers().swap_remove(0);
        let given = given_value(&line, &places, &secrets).unwrap();
        assert!(
            !given.windows(3).any(|part| part == b"ann"),
            "in a line behind the body too"
        );
    }
}
