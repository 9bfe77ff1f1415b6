//! What of an address is secret: what stands before its `@`, and parameters of its query and its fragment.
//!
//! Where an address ends in a text is not always known, nor which of several ways to read it a server takes. In doubt
//! more is secret: a host may follow any number of slashes in either direction, as browsers take it; parameters may be
//! parted by `;`, may follow a `#`, and hold whole addresses, also escaped ones.

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
    let mut search = Search::by(places);
    search.look(address, 0);
    let mut found = search.found;
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

/// Schemes behind which browsers read a host whatever slashes there are, or none.
const SPECIAL: [&[u8]; 5] = [b"http", b"https", b"ws", b"wss", b"ftp"];

/// Where the next host begins that may have something before its `@`, counted from `from` on.
fn next_host(address: &[u8], from: usize) -> Option<usize> {
    let is_slash = |byte: &u8| b"/\\".contains(byte);
    let mut at = from;
    loop {
        at += memchr::memchr3(b'/', b'\\', b':', address.get(at..)?)?;
        let is_behind_scheme = address[at] == b':' && {
            let letters = address[..at].iter().rev();
            let length = letters
                .take_while(|byte| byte.is_ascii_alphabetic())
                .take(6)
                .count();
            let scheme = &address[at - length..at];
            SPECIAL.iter().any(|special| scheme.eq_ignore_ascii_case(special))
        };
        at += usize::from(address[at] == b':');
        let slashes = address[at..].iter().take_while(|byte| is_slash(byte)).count();
        at += slashes;
        // Without a scheme too, as in a `Location`.
        if is_behind_scheme || slashes > 1 {
            return Some(at);
        }
    }
}

/// Anybody may send an address that is made to be looked through for long: it is read once for each depth, from its
/// beginning to its end.
struct Search<'a> {
    places: &'a SigningPlaces,
    found: Vec<Secret>,
    /// How many bytes were read.
    #[cfg(test)]
    read: usize,
}

impl<'a> Search<'a> {
    const fn by(places: &'a SigningPlaces) -> Self {
        Self {
            places,
            found: Vec::new(),
            #[cfg(test)]
            read: 0,
        }
    }

    fn look(&mut self, address: &[u8], depth: usize) {
        #[cfg(test)]
        {
            self.read += address.len();
        }
        let mut at = 0;
        while let Some(start) = next_host(address, at) {
            let rest = &address[start..];
            let length = rest
                .iter()
                .position(|byte| b"/?#\\".contains(byte))
                .unwrap_or(rest.len());
            if let Some(range) = before_host(&rest[..length]) {
                self.found.push(Secret {
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
            self.in_pair(pair, at, depth);
            at += pair.len() + 1;
        }
    }

    /// What is between two `&`: one parameter, or several that are parted otherwise. A value goes to its end.
    fn in_pair(&mut self, pair: &[u8], at: usize, depth: usize) {
        // The parameter whose value is the longest.
        let mut first = None;
        let mut is_secret = false;
        let mut ends = 0;
        for part in pair.split(|byte| b";?#".contains(byte)) {
            let begins = ends;
            ends += part.len() + 1;
            if part.is_empty() {
                continue;
            }
            let equals = part.iter().position(|byte| *byte == b'=');
            let name = self.name(&part[..equals.unwrap_or(part.len())]);
            // What is parted here may be one long name.
            is_secret |= self.places.hides_parameter(&name);
            let Some(equals) = equals else { continue };
            let value = begins + equals + 1;
            if is_secret && value < pair.len() {
                self.found.push(Secret {
                    part: Part::Parameter(name),
                    range: at + value..at + pair.len(),
                });
                if first.is_none() {
                    return;
                }
                break;
            }
            is_secret = false;
            first.get_or_insert((name, value));
        }
        // All other values are ends of the first, decoded too.
        let Some((name, value)) = first.filter(|_| depth < DEEPEST) else {
            return;
        };
        let decoded: Vec<u8> = percent_encoding::percent_decode(&pair[value..]).collect();
        if decoded.len() < pair.len() - value {
            let mut within = Search::by(self.places);
            within.look(&decoded, depth + 1);
            #[cfg(test)]
            {
                self.read += within.read;
            }
            if !within.found.is_empty() {
                self.found.push(Secret {
                    part: Part::Parameter(name),
                    range: at + value..at + pair.len(),
                });
            }
        }
    }

    /// A name may be written with escapes and still be read as the same.
    fn name(&mut self, written: &[u8]) -> String {
        #[cfg(test)]
        {
            self.read += written.len();
        }
        let name = url::form_urlencoded::parse(written).next();
        name.map(|(name, _)| name.into_owned()).unwrap_or_default()
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
            ("http:///u:p@h/a", "http:///***@h/a"),
            ("http:/\\u:p@h", "http:/\\***@h"),
            ("HTTPS:\\\\u:p@h\\a@b", "HTTPS:\\\\***@h\\a@b"),
            ("http:/u:p@h/a@b", "http:/***@h/a@b"),
            ("http:u:p@h/a@b", "http:***@h/a@b"),
            ("wss:u@h", "wss:*@h"),
            ("x:http:u@h", "x:http:*@h"),
            ("////u:p@h", "////***@h"),
            ("/\\u:p@h", "/\\***@h"),
            ("\\/u:p@h?a=b", "\\/***@h?a=b"),
            ("/a?to=http:/\\u:p@h/", "/a?to=http:/\\***@h/"),
            ("mailto:ann@h", "mailto:ann@h"),
            ("xhttp:ann@h", "xhttp:ann@h"),
            ("/a/b:c@h/\u{e9}:/d@h", "/a/b:c@h/\u{e9}:/d@h"),
            ("http:", "http:"),
            ("//", "//"),
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
            ("/a?x=1;y=2;;sig=3;z=4&sig=5", "/a?x=1;y=2;;sig=*****&sig=*"),
            ("/a?;x;sig=1", "/a?;x;sig=*"),
            ("/a?my_token;x=1;y=2", "/a?my_token;x=*****"),
            ("/a?sig=;x=2", "/a?sig=****"),
            ("/a?x=1;to=/%3Fsig%3D1&y=2", "/a?x=****************&y=2"),
            ("/a?to=/%3Fb;sig%3D1", "/a?to=*************"),
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

    #[test]
    fn an_address_that_is_made_to_be_looked_through_for_long_is_read_once_for_each_depth() {
        const LONGEST: usize = 64 * 1024;
        let places = SigningPlaces::default();
        for (beginning, again) in [
            ("/?", "=;"),
            ("/?", "="),
            ("/?", ";"),
            ("/?", "a;"),
            ("/?", "a=1#b=2?"),
            ("/", "?=%252525"),
            ("/?", "=%252525;"),
            ("/", "?=%25252525253F%25252525253D"),
            ("/?to=", "%2525"),
            ("/?to=", "%3F%3D%253F%253D%25253F%25253D"),
            ("/?", "token=;"),
            ("/?", "a=1&"),
            ("", "//u:p@"),
            ("", "/"),
            ("", "/\\"),
            ("", ":"),
            ("", "http:"),
            ("", "https:/\\u@"),
            ("", "a/"),
            ("//", "@"),
            ("/?to=", "%2F%2Fa%40"),
        ] {
            let mut address = beginning.to_owned();
            while address.len() < LONGEST {
                address.push_str(again);
            }
            let mut search = Search::by(&places);
            search.look(address.as_bytes(), 0);
            let most = 2 * (DEEPEST + 1) * address.len();
            assert!(
                search.read <= most,
                "`{beginning}` and many `{again}`: {} bytes were read",
                search.read
            );
            let found = in_address(address.as_bytes(), &places);
            assert!(
                found.is_sorted_by(|one, next| one.range.end <= next.range.start),
                "`{beginning}` and many `{again}`: none lies within another"
            );
        }
    }
}
