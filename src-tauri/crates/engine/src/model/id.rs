//! Public ids: UUIDv7, so that they sort by the time they were made and can be quoted across files.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is no id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind} id")]
pub struct ParseIdError {
    /// What was given.
    pub text: String,
    /// What was wanted, e.g. `request`.
    pub kind: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, made from the clock and randomness of the operating system.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id that these 16 bytes stand for.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes of the id, as they are stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| ParseIdError { text: text.to_owned(), kind: $kind })
            }
        }
    )*};
}

ids! {
    /// Names one captured request for ever.
    RequestId = "request";
    /// Names an endpoint.
    EndpointId = "endpoint";
    /// Names a secret; the value itself lives in the keychain or the secrets file under this name.
    SecretId = "secret";
    /// Names a target.
    TargetId = "target";
    /// Names a delivery.
    DeliveryId = "delivery";
    /// Names a forward.
    ForwardId = "forward";
    /// Names an attempt.
    AttemptId = "attempt";
    /// Names a run: many requests sent one after the other or at once.
    RunId = "run";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_its_bytes() {
        let id = RequestId::generate();
        assert_eq!(id.to_string().parse(), Ok(id), "text names the same request");
        assert_eq!(
            RequestId::from_bytes(*id.as_bytes()),
            id,
            "so do the stored bytes"
        );
    }

    #[test]
    fn a_text_that_is_no_id_is_named_in_the_error() {
        let error = "12".parse::<RequestId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`12` is not a request id",
            "the datum is in the message"
        );
    }
}
