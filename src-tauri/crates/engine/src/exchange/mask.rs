//! Which header values leave the house only when that was asked for.

use std::borrow::Cow;

use crate::model::Header;

/// What stands where a value was.
pub(super) const MASKED: &[u8] = b"[masked]";
/// The same in a target, where brackets have a meaning of their own.
const MASKED_IN_QUERY: &[u8] = b"masked";

/// Whether credentials and signatures are written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Masking {
    /// Everything is shown; for this one export, since the person asked.
    Shown,
    /// Credentials, cookies, tokens and signatures are masked.
    Masked {
        /// Further header names, e.g. the one a provider's secret comes in; one that ends in `*` stands for all that
        /// begin so.
        also: Vec<String>,
    },
}

impl Masking {
    /// The value of `header` as it may be shown.
    #[must_use]
    pub fn value<'h>(&self, header: &'h Header) -> Cow<'h, [u8]> {
        match self {
            Self::Masked { also } if is_telling(header, also) => Cow::Borrowed(MASKED),
            Self::Shown | Self::Masked { .. } => Cow::Borrowed(&header.value),
        }
    }

    /// Whether anything in `headers` is masked.
    #[must_use]
    pub fn hides(&self, headers: &[Header]) -> bool {
        match self {
            Self::Shown => false,
            Self::Masked { also } => headers.iter().any(|header| is_telling(header, also)),
        }
    }
}

/// Masks what is usually secret, and nothing else.
impl Default for Masking {
    fn default() -> Self {
        Self::Masked { also: Vec::new() }
    }
}

fn is_telling(header: &Header, also: &[String]) -> bool {
    also.iter().any(|also| is_named(&header.name, also)) || is_usually_secret(&header.name)
}

fn is_usually_secret(name: &[u8]) -> bool {
    const PARTS: [&[u8]; 10] = [
        b"authorization",
        b"cookie",
        b"signature",
        b"secret",
        b"token",
        b"password",
        b"api-key",
        b"apikey",
        b"hmac",
        b"credential",
    ];
    let name = name.to_ascii_lowercase();
    PARTS
        .iter()
        .any(|part| name.windows(part.len()).any(|window| window == *part))
}

/// Whether a header of this name is meant by a name that may end in `*`.
fn is_named(name: &[u8], meant: &str) -> bool {
    match meant.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes())),
        None => name.eq_ignore_ascii_case(meant.as_bytes()),
    }
}

/// `target` with the values of query parameters masked that are called so or are usually secret, and the names of those
/// that are there. Everything else stays byte for byte.
pub(crate) fn masked_target(target: &[u8], also: &[String]) -> (Vec<u8>, Vec<String>) {
    let Some(question) = target.iter().position(|byte| *byte == b'?') else {
        return (target.to_vec(), Vec::new());
    };
    let (path, query) = target.split_at(question + 1);
    let mut masked = path.to_vec();
    let mut names: Vec<String> = Vec::new();
    for (at, pair) in query.split(|byte| *byte == b'&').enumerate() {
        if at > 0 {
            masked.push(b'&');
        }
        // A name may be written with escapes and still be read as the same.
        let name = url::form_urlencoded::parse(pair)
            .next()
            .map(|(name, _)| name.into_owned())
            .filter(|name| also.contains(name) || is_usually_secret(name.as_bytes()));
        let value = pair.iter().position(|byte| *byte == b'=');
        match (name, value) {
            (Some(name), Some(equals)) => {
                masked.extend(pair.iter().take(equals + 1));
                masked.extend_from_slice(MASKED_IN_QUERY);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            _ => masked.extend_from_slice(pair),
        }
    }
    (masked, names)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn header(name: &'static str) -> Header {
        Header {
            name: Bytes::from_static(name.as_bytes()),
            value: Bytes::from_static(b"v"),
        }
    }

    #[test]
    fn a_name_with_a_star_stands_for_all_that_begin_so() {
        let masking = Masking::Masked {
            also: vec!["X-Proof-*".into()],
        };
        for (name, is_masked) in [
            ("X-Proof-1", true),
            ("x-proof-new", true),
            ("X-Proof-", true),
            ("X-Proof", false),
            ("X-Proo", false),
        ] {
            assert_eq!(&masking.value(&header(name))[..] == MASKED, is_masked, "`{name}`");
        }
    }

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
    fn what_is_secret_by_its_name_is_masked_unless_asked() {
        let masking = Masking::Masked {
            also: vec!["x-own".into()],
        };
        for name in [
            "Authorization",
            "COOKIE",
            "X-Hub-Signature-256",
            "X-Gitlab-Token",
            "X-API-Key",
            "X-OWN",
        ] {
            assert_eq!(&masking.value(&header(name))[..], MASKED, "`{name}`");
            assert_eq!(
                &Masking::Shown.value(&header(name))[..],
                b"v",
                "`{name}` was asked for"
            );
        }
        for name in ["Content-Type", "X-GitHub-Event", "User-Agent"] {
            assert_eq!(&masking.value(&header(name))[..], b"v", "`{name}`");
        }
    }
}
