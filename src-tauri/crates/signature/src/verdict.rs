//! The outcome of a signature check, in the words the product uses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a signature check came to. The text form is stable: it is stored, filtered on and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The signature is right and its age, where one is judged, is within the tolerance.
    Valid,
    /// There is a signature and it is not right for these bytes and these secrets.
    Invalid,
    /// The signature is right; it was too old (or too far in the future) when it was received.
    Expired,
    /// The scheme signs, and this message carries no signature, or lacks a part that is signed.
    Missing,
    /// There is something where the signature belongs that cannot be one.
    Malformed,
    /// The message carries a signature and there is no secret to check it with.
    #[serde(rename = "no secret")]
    NoSecret,
    /// The scheme has no signature.
    Unsigned,
    /// No scheme is known, or one of its parameters has no value yet.
    Unknown,
}

impl Verdict {
    /// Every verdict, in the order they are explained in.
    pub const ALL: [Self; 8] = [
        Self::Valid,
        Self::Invalid,
        Self::Expired,
        Self::Missing,
        Self::Malformed,
        Self::NoSecret,
        Self::Unsigned,
        Self::Unknown,
    ];

    /// The stable text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::NoSecret => "no secret",
            Self::Unsigned => "unsigned",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such verdict: `{0}`")]
pub struct UnknownVerdict(pub String);

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or_else(|| UnknownVerdict(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_serde_and_parsing_agree() {
        for verdict in Verdict::ALL {
            assert_eq!(
                verdict.as_str().parse::<Verdict>().unwrap(),
                verdict,
                "text reads back"
            );
            assert_eq!(
                serde_json::to_string(&verdict).unwrap(),
                format!("\"{verdict}\""),
                "serde writes the same text"
            );
        }
        assert!("Valid".parse::<Verdict>().is_err(), "case is part of the text");
    }
}
