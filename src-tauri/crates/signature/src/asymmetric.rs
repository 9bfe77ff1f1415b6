//! Public keys as people paste them (PEM, certificate, bare base64 or hex, JWK, JWK set), and checking with them.

mod der;

use ring::signature::{
    self, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use crate::encoding;
use crate::message::Micros;
use crate::read::json;
use crate::scheme::Algorithm;

/// The checks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ed25519,
    EcdsaDer,
    EcdsaFixed,
    RsaSha1,
    RsaSha256,
    RsaSha512,
    RsaPssSha256,
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
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// 32 bytes.
    Ed25519(Vec<u8>),
    /// The uncompressed point, 65 bytes.
    P256(Vec<u8>),
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
    #[error("no key of the set has the token's key id")]
    NoSuchKeyId,
}

impl PublicKey {
    /// Reads a key. Of a JWK set the one with this key id is taken.
    pub(crate) fn read(pasted: &str, key_id: Option<&str>) -> Result<Self, KeyError> {
        let text = pasted.trim();
        if text.starts_with('{') {
            return Self::from_jwk(text, key_id);
        }
        if text.starts_with("-----BEGIN") {
            return Self::from_der(&der::pem(text).ok_or(KeyError::Unreadable)?);
        }
        let text = text.strip_prefix("whpk_").unwrap_or(text);
        if let Some(bytes) = encoding::hex_any(text.as_bytes())
            && let Ok(key) = Self::from_der(&bytes)
        {
            return Ok(key);
        }
        Self::from_der(&encoding::base64_any(text.as_bytes()).ok_or(KeyError::Unreadable)?)
    }

    fn from_der(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes {
            raw if raw.len() == 32 => Ok(Self::Ed25519(raw.to_vec())),
            [4, ..] if bytes.len() == 65 => Ok(Self::P256(bytes.to_vec())),
            bytes => der::public_key(bytes).ok_or(KeyError::Unreadable),
        }
    }

    fn from_jwk(text: &str, key_id: Option<&str>) -> Result<Self, KeyError> {
        let member = |document: &str, name: &str| {
            json::find(document, &[name.to_owned()])
                .and_then(json::text_of)
                .map(std::borrow::Cow::into_owned)
        };
        let set = json::find_all(text, &["keys".to_owned(), "*".to_owned()]);
        let document = match (set.is_empty(), key_id) {
            (true, _) => text,
            (false, Some(id)) => {
                let fits = |jwk: &&&str| member(jwk, "kid").as_deref() == Some(id);
                set.iter().find(fits).copied().ok_or(KeyError::NoSuchKeyId)?
            }
            (false, None) => set.first().copied().ok_or(KeyError::Unreadable)?,
        };
        let number = |name: &str| {
            member(document, name)
                .and_then(|text| encoding::base64_any(text.as_bytes()))
                .ok_or(KeyError::Unreadable)
        };
        match member(document, "kty").as_deref() {
            Some("OKP") => Ok(Self::Ed25519(number("x")?)),
            Some("EC") => Ok(Self::P256(
                [&[4][..], &padded(&number("x")?), &padded(&number("y")?)].concat(),
            )),
            Some("RSA") => Ok(Self::RsaNumbers(number("n")?, number("e")?)),
            _ => Err(KeyError::Unreadable),
        }
    }

    /// Whether this key made the signature. A key of another kind made nothing.
    pub(crate) fn verifies(&self, kind: Kind, content: &[u8], signature: &[u8]) -> bool {
        let unparsed = |algorithm: &'static dyn signature::VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key)
                .verify(content, signature)
                .is_ok()
        };
        let rsa = match kind {
            Kind::RsaSha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Kind::RsaSha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            Kind::RsaSha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            _ => &RSA_PSS_2048_8192_SHA256,
        };
        let wants_rsa = matches!(
            kind,
            Kind::RsaSha1 | Kind::RsaSha256 | Kind::RsaSha512 | Kind::RsaPssSha256
        );
        match self {
            Self::Ed25519(key) => kind == Kind::Ed25519 && unparsed(&signature::ED25519, key),
            Self::P256(key) => match kind {
                Kind::EcdsaDer => unparsed(&signature::ECDSA_P256_SHA256_ASN1, key),
                Kind::EcdsaFixed => unparsed(&signature::ECDSA_P256_SHA256_FIXED, key),
                _ => false,
            },
            Self::Rsa(key) => wants_rsa && unparsed(rsa, key),
            Self::RsaNumbers(modulus, exponent) => {
                wants_rsa
                    && RsaPublicKeyComponents {
                        n: modulus,
                        e: exponent,
                    }
                    .verify(rsa, content, signature)
                    .is_ok()
            }
        }
    }

    /// In words.
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "an Ed25519 public key",
            Self::P256(_) => "a P-256 public key",
            Self::Rsa(_) | Self::RsaNumbers(..) => "an RSA public key",
        }
    }
}

fn padded(number: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 32_usize.saturating_sub(number.len())];
    bytes.extend_from_slice(number);
    bytes
}

/// The key of a symmetric JWK (`kty` is `oct`).
pub(crate) fn symmetric_jwk(pasted: &str) -> Option<Vec<u8>> {
    let text = pasted.trim();
    if !text.starts_with('{') || json::find(text, &["kty".to_owned()])? != "\"oct\"" {
        return None;
    }
    let raw = json::find(text, &["k".to_owned()])?;
    encoding::base64_any(json::text_of(raw)?.as_bytes())
}

/// The dates between which a pasted certificate is valid.
pub(crate) fn certificate_dates(pasted: &str) -> Option<(Micros, Micros)> {
    let text = pasted.trim();
    if !text.starts_with("-----BEGIN CERTIFICATE") {
        return None;
    }
    der::certificate_dates(&der::pem(text)?)
}
