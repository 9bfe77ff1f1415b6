//! Public keys as people paste them (PEM, certificate, bare base64 or hex, JWK, JWK set), and checking with them.

mod der;
mod jwk;

pub(crate) use jwk::{Jwk, symmetric as symmetric_jwk};

use ring::signature::{
    self, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use crate::encoding;
use crate::message::Micros;
use crate::scheme::Algorithm;

/// The checks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ed25519,
    EcdsaDer,
    EcdsaFixed,
    /// P-384 with SHA-384; only tokens are signed so.
    EcdsaP384Fixed,
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
}

impl Kind {
    pub(crate) const fn of(algorithm: Algorithm) -> Option<Self> {
        Some(match algorithm {
            Algorithm::Ed25519 => Self::Ed25519,
            Algorithm::EcdsaP256Sha256 => Self::EcdsaDer,
            Algorithm::EcdsaP256Sha256Fixed => Self::EcdsaFixed,
            Algorithm::RsaSha1 => Self::RsaSha1,
            Algorithm::RsaSha256 => Self::RsaSha256,
            Algorithm::RsaSha512 => Self::RsaSha512,
            Algorithm::RsaPssSha256 => Self::RsaPssSha256,
            _ => return None,
        })
    }

    /// By the name a token has for it.
    pub(crate) fn of_token(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::RsaSha256,
            "RS384" => Self::RsaSha384,
            "RS512" => Self::RsaSha512,
            "PS256" => Self::RsaPssSha256,
            "PS384" => Self::RsaPssSha384,
            "PS512" => Self::RsaPssSha512,
            "ES256" => Self::EcdsaFixed,
            "ES384" => Self::EcdsaP384Fixed,
            "EdDSA" => Self::Ed25519,
            _ => return None,
        })
    }

    /// How RSA signs for it; nothing for the other kinds of keys.
    const fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::RsaSha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::RsaSha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            Self::RsaSha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::RsaSha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            Self::RsaPssSha256 => &RSA_PSS_2048_8192_SHA256,
            Self::RsaPssSha384 => &RSA_PSS_2048_8192_SHA384,
            Self::RsaPssSha512 => &RSA_PSS_2048_8192_SHA512,
            Self::Ed25519 | Self::EcdsaDer | Self::EcdsaFixed | Self::EcdsaP384Fixed => return None,
        })
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// 32 bytes.
    Ed25519(Vec<u8>),
    /// The uncompressed point, 65 bytes.
    P256(Vec<u8>),
    /// The uncompressed point, 97 bytes.
    P384(Vec<u8>),
    /// PKCS #1 `RSAPublicKey`.
    Rsa(Vec<u8>),
    /// Modulus and exponent.
    RsaNumbers(Vec<u8>, Vec<u8>),
}

/// Why a text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the text is no PEM, certificate, JWK, hex or base64 key")]
    Unreadable,
}

impl PublicKey {
    /// Reads a key; of a JWK set the first.
    pub(crate) fn read(pasted: &str) -> Result<Self, KeyError> {
        let first = Self::read_all(pasted)?.into_iter().next();
        first.map(|jwk| jwk.key).ok_or(KeyError::Unreadable)
    }

    /// Reads every key there is, with what each says of itself; only JWKs say anything.
    pub(crate) fn read_all(pasted: &str) -> Result<Vec<Jwk>, KeyError> {
        let text = pasted.trim();
        if text.starts_with('{') {
            return jwk::read(text);
        }
        let alone = |key| {
            vec![Jwk {
                key,
                id: None,
                algorithm: None,
                ends_at: None,
            }]
        };
        if text.starts_with("-----BEGIN") {
            return Self::from_der(&der::pem(text).ok_or(KeyError::Unreadable)?).map(alone);
        }
        let text = text.strip_prefix("whpk_").unwrap_or(text);
        if let Some(bytes) = encoding::hex_any(text.as_bytes())
            && let Ok(key) = Self::from_der(&bytes)
        {
            return Ok(alone(key));
        }
        Self::from_der(&encoding::base64_any(text.as_bytes()).ok_or(KeyError::Unreadable)?).map(alone)
    }

    fn from_der(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes {
            raw if raw.len() == 32 => Ok(Self::Ed25519(raw.to_vec())),
            [4, ..] if bytes.len() == 65 => Ok(Self::P256(bytes.to_vec())),
            [4, ..] if bytes.len() == 97 => Ok(Self::P384(bytes.to_vec())),
            bytes => der::public_key(bytes).ok_or(KeyError::Unreadable),
        }
    }

    /// Whether this key made the signature. A key of another kind made nothing.
    pub(crate) fn verifies(&self, kind: Kind, content: &[u8], signature: &[u8]) -> bool {
        let unparsed = |algorithm: &'static dyn signature::VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key)
                .verify(content, signature)
                .is_ok()
        };
        match self {
            Self::Ed25519(key) => kind == Kind::Ed25519 && unparsed(&signature::ED25519, key),
            Self::P256(key) => match kind {
                Kind::EcdsaDer => unparsed(&signature::ECDSA_P256_SHA256_ASN1, key),
                Kind::EcdsaFixed => unparsed(&signature::ECDSA_P256_SHA256_FIXED, key),
                _ => false,
            },
            Self::P384(key) => {
                kind == Kind::EcdsaP384Fixed && unparsed(&signature::ECDSA_P384_SHA384_FIXED, key)
            }
            Self::Rsa(key) => kind.rsa().is_some_and(|rsa| unparsed(rsa, key)),
            Self::RsaNumbers(modulus, exponent) => kind.rsa().is_some_and(|rsa| {
                let key = RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                key.verify(rsa, content, signature).is_ok()
            }),
        }
    }

    /// Whether a key of this kind can make such signatures at all.
    pub(crate) const fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Ed25519(_) => matches!(kind, Kind::Ed25519),
            Self::P256(_) => matches!(kind, Kind::EcdsaDer | Kind::EcdsaFixed),
            Self::P384(_) => matches!(kind, Kind::EcdsaP384Fixed),
            Self::Rsa(_) | Self::RsaNumbers(..) => kind.rsa().is_some(),
        }
    }

    /// In words.
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "an Ed25519 public key",
            Self::P256(_) => "a P-256 public key",
            Self::P384(_) => "a P-384 public key",
            Self::Rsa(_) | Self::RsaNumbers(..) => "an RSA public key",
        }
    }
}

/// The dates between which a pasted certificate is valid.
pub(crate) fn certificate_dates(pasted: &str) -> Option<(Micros, Micros)> {
    let text = pasted.trim();
    if !text.starts_with("-----BEGIN CERTIFICATE") {
        return None;
    }
    der::certificate_dates(&der::pem(text)?)
}
