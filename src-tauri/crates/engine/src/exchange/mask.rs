//! Which header values leave the house only when that was asked for.

use std::borrow::Cow;

use crate::masking::{MASKED, is_meant, is_secret_name};
use crate::model::Header;

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
    is_meant(&header.name, also) || is_secret_name(&header.name)
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
