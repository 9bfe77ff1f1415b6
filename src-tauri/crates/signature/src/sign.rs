//! Signing: the inverse of checking, from the same scheme.

use crate::message::{Draft, Micros};
use crate::scheme::Scheme;
use crate::secret::Secret;

/// What a signed request has that the draft had not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signed {
    /// Header lines to set: each replaces all lines of its name.
    pub headers: Vec<(String, String)>,
    /// The body, where the signature is inside it.
    pub body: Option<Vec<u8>>,
    /// The URL, where the signature is in its query.
    pub url: Option<String>,
    /// The target, where the signature is in its query.
    pub target: Option<String>,
}

/// Why a draft cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The scheme has no signature.
    #[error("the scheme has no signature")]
    Unsigned,
    /// Only the sender holds the private key.
    #[error("`{0}` needs the sender's private key; sign with a test key")]
    Asymmetric(&'static str),
    /// A parameter has no value.
    #[error("the scheme's parameter `{0}` has no value")]
    Parameter(String),
    /// The secret cannot be turned into a key.
    #[error("the secret `{name}` is not {form}")]
    Secret {
        /// The secret's name.
        name: String,
        /// The form it should have had.
        form: String,
    },
    /// A part of the signed content is not in the draft.
    #[error("`{0}` is signed and is not in the draft")]
    Absent(String),
    /// The signature's place cannot be written.
    #[error("a value cannot be put at `{0}`")]
    Place(String),
}

/// Signs a draft as the provider would.
pub fn sign(
    _scheme: &Scheme,
    _draft: &Draft<'_>,
    _secret: &Secret,
    _at: Micros,
    _id: Option<&str>,
) -> Result<Signed, SignError> {
    Err(SignError::Unsigned)
}
