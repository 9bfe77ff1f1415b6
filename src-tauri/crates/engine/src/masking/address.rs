//! What of an address is secret: what stands before its `@`, and parameters of its query and its fragment.
//!
//! Where an address ends in a text is not always known, nor which of several ways to read it a server takes. In doubt
//! more is secret: parameters may be parted by `;`, may follow a `#`, and hold whole addresses, also escaped ones.

use std::ops::Range;

use super::names::SigningPlaces;

/// What is called what in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// What stands before the `@`.
    Credentials,
    /// The value of the parameter of this name.
    Parameter(String),
}

/// What of an address is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) part: Part,
    pub(super) range: Range<usize>,
}

/// So deep are addresses looked for within parameters of addresses.
const DEEPEST: usize = 3;

/// In all addresses of a text, in their order.
pub(super) fn in_text(text: &[u8], places: &SigningPlaces) -> Vec<Secret> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"<>`".contains(byte);
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split(ends) {
        found.extend(in_address(word, places).into_iter().map(|secret| Secret {
            range: secret.range.start + at..secret.range.end + at,
            ..secret
        }));
        at += word.len() + 1;
    }
    found
}

/// In one address, whole or relative, in their order; none lies within another.
pub(super) fn in_address(address: &[u8], places: &SigningPlaces) -> Vec<Secret> {
    let mut found = Vec::new();
    look(address, 0, places, &mut found);
    found.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
    let mut apart: Vec<Secret> = Vec::with_capacity(found.len());
    for secret in found {
        match apart.last_mut() {
            Some(last) if secret.range.start < last.range.end => {
                last.range.end = last.range.end.max(secret.range.end);
            }
            _ => apart.push(secret),
        }
    }
    apart
}

/// What stands before the `@` of a host; nothing where there is none.
pub(super) fn before_host(host: &[u8]) -> Option<Range<usize>> {
    let sign = host.iter().rposition(|byte| *byte == b'@')?;
    (sign > 0).then_some(0..sign)
}

fn look(address: &[u8], depth: usize, places: &SigningPlaces, found: &mut Vec<Secret>) {
    let mut at = 0;
    // Without a scheme too, as in a `Location`.
    while let Some(place) = address
        .get(at..)
        .and_then(|rest| memchr::memmem::find(rest, b"//"))
    {
        let start = at + place + 2;
        let rest = &address[start..];
        let length = rest
            .iter()
            .position(|byte| b"/?#\\".contains(byte))
            .unwrap_or(rest.len());
        if let Some(range) = before_host(&rest[..length]) {
            found.push(Secret {
                part: Part::Credentials,
                range: start + range.start..start + range.end,
            });
        }
        at = start + length;
    }
    let begins = address.iter().position(|byte| b"?#".contains(byte));
    let Some(start) = begins.map(|place| place + 1) else {
        return;
    };
    let mut at = start;
    for pair in address[start..].split(|byte| *byte == b'&') {
        in_pair(pair, at, depth, places, found);
        at += pair.len() + 1;
    }
}

fn in_pair(pair: &[u8], at: usize, depth: usize, places: &SigningPlaces, found: &mut Vec<Secret>) {
    let Some(equals) = pair.iter().position(|byte| *byte == b'=') else {
        return;
    };
    let (start, value) = (at + equals + 1, &pair[equals + 1..]);
    // A name may be written with escapes and still be read as the same.
    let name = url::form_urlencoded::parse(&pair[..equals])
        .next()
        .map(|(name, _)| name.into_owned());
    let name = name.unwrap_or_default();
    if !value.is_empty() && places.hides_parameter(&name) {
        found.push(Secret {
            part: Part::Parameter(name),
            range: start..start + value.len(),
        });
        return;
    }
    if let Some(end) = pair.iter().position(|byte| b";?#".contains(byte)) {
        in_pair(&pair[end + 1..], at + end + 1, depth, places, found);
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode(value).collect();
    if decoded.len() < value.len() && depth < DEEPEST {
        let mut within = Vec::new();
        look(&decoded, depth + 1, places, &mut within);
        if !within.is_empty() {
            found.push(Secret {
                part: Part::Parameter(name),
                range: start..start + value.len(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str, looks: impl Fn(&[u8], &SigningPlaces) -> Vec<Secret>) -> String {
        let places = SigningPlaces {
            parameters: vec!["sig".to_owned()],
            ..SigningPlaces::default()
        };
        let mut bytes = text.as_bytes().to_vec();
        for secret in looks(text.as_bytes(), &places) {
            bytes[secret.range].fill(b'*');
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn credentials_and_parameters_of_an_address_are_secret_however_it_is_written() {
        for (address, wanted) in [
            ("http://u:pw@h/a?b=1", "http://****@h/a?b=1"),
            ("//u:p@w@h", "//*****@h"),
            ("http://h/a@b?c=d@e", "http://h/a@b?c=d@e"),
            ("http://@h/", "http://@h/"),
            ("/a?sig=1;2&x=3", "/a?sig=***&x=3"),
            ("/a?x=1;sig=2", "/a?x=1;sig=*"),
            ("/a?x=1?sig=2", "/a?x=1?sig=*"),
            ("/cb#access_token=1&x=2", "/cb#access_token=*&x=2"),
            ("/cb?x=1#access_token=1", "/cb?x=1#access_token=*"),
            ("/a?s%69g=%31", "/a?s%69g=***"),
            ("/a?to=http://u:p@h/", "/a?to=http://***@h/"),
            (
                "/a?to=http%3A%2F%2Fh%2F%3Fsig%3D1&x=2",
                "/a?to=***************************&x=2",
            ),
            (
                "/a?to=http%3A%2F%2Fh%2F%3Fb%3D1&x=2",
                "/a?to=http%3A%2F%2Fh%2F%3Fb%3D1&x=2",
            ),
            ("/a?sig=&sig&=1", "/a?sig=&sig&=1"),
        ] {
            assert_eq!(hidden(address, in_address), wanted, "`{address}`");
        }
    }

    #[test]
    fn addresses_are_found_in_a_text() {
        for (text, wanted) in [
            (
                "<https://u:p@h/?sig=1>; rel=\"next\"",
                "<https://***@h/?sig=*>; rel=\"next\"",
            ),
            ("5; url=/a?sig=1", "5; url=/a?sig=*"),
            ("see `/a?sig=1`, C# sig=2", "see `/a?sig=*`, C# sig=2"),
            ("mail ann@host.test", "mail ann@host.test"),
        ] {
            assert_eq!(hidden(text, in_text), wanted, "`{text}`");
        }
    }

    #[test]
    fn an_address_within_an_address_ends_somewhere() {
        let mut deep = "/?sig=1".to_owned();
        for _ in 0..10 {
            let escaped: String = url::form_urlencoded::byte_serialize(deep.as_bytes()).collect();
            deep = format!("/?to={escaped}");
        }
        assert_eq!(hidden(&deep, in_address), deep, "and is not followed without end");
    }
}
