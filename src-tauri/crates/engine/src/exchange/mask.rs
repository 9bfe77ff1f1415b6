//! Which header values leave the house only when that was asked for.

use std::borrow::Cow;

use bytes::Bytes;

use crate::model::Header;

/// What stands where a value was.
pub(super) const MASKED: &[u8] = b"[masked]";

/// Whether credentials and signatures are written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Masking {
    /// Everything is shown; for this one export, since the person asked.
    Shown,
    /// Credentials, cookies, tokens and signatures are masked.
    Masked {
        /// Further header names, e.g. the one a provider's secret comes in.
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
    let name: Bytes = header.name.to_ascii_lowercase().into();
    also.iter().any(|also| header.is(also))
        || PARTS
            .iter()
            .any(|part| name.windows(part.len()).any(|window| window == *part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &'static str) -> Header {
        Header {
            name: Bytes::from_static(name.as_bytes()),
            value: Bytes::from_static(b"v"),
        }
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
