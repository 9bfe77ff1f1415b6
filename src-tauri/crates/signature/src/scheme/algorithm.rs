//! The closed sets a scheme chooses from.

use serde::{Deserialize, Serialize};

/// A digest function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// Every function, most used first.
    pub const ALL: [Self; 5] = [Self::Sha256, Self::Sha1, Self::Sha512, Self::Md5, Self::Sha384];

    /// Its name as people write it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The length of its digests in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// How content and key become a signature.
///
/// `hmac-*`: HMAC. `md5` … `sha512`: a plain digest, with the key put into the content by `{secret}`. `token`: the
/// secret itself is sent. `basic`: HTTP Basic, the secret is `user:password`. `ed25519`, `ecdsa-p256-sha256` (DER),
/// `ecdsa-p256-sha256-fixed` (r and s, 64 bytes), `rsa-sha1`, `rsa-sha256`, `rsa-sha512` (PKCS #1 v1.5),
/// `rsa-pss-sha256`: the secret is a public key or a certificate. `jwt`: a JSON web token. `none`: not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the text above says what each one is")]
pub enum Algorithm {
    HmacMd5,
    HmacSha1,
    HmacSha256,
    HmacSha384,
    HmacSha512,
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Token,
    Basic,
    Ed25519,
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    #[serde(rename = "ecdsa-p256-sha256-fixed")]
    EcdsaP256Sha256Fixed,
    RsaSha1,
    RsaSha256,
    RsaSha512,
    RsaPssSha256,
    Jwt,
    None,
}

impl Algorithm {
    /// The HMAC over this digest function.
    #[must_use]
    pub const fn hmac(hash: Hash) -> Self {
        match hash {
            Hash::Md5 => Self::HmacMd5,
            Hash::Sha1 => Self::HmacSha1,
            Hash::Sha256 => Self::HmacSha256,
            Hash::Sha384 => Self::HmacSha384,
            Hash::Sha512 => Self::HmacSha512,
        }
    }

    /// The digest function of an HMAC.
    #[must_use]
    pub const fn hmac_hash(self) -> Option<Hash> {
        Some(match self {
            Self::HmacMd5 => Hash::Md5,
            Self::HmacSha1 => Hash::Sha1,
            Self::HmacSha256 => Hash::Sha256,
            Self::HmacSha384 => Hash::Sha384,
            Self::HmacSha512 => Hash::Sha512,
            _ => return None,
        })
    }

    /// The digest function of a plain digest.
    #[must_use]
    pub const fn plain_hash(self) -> Option<Hash> {
        Some(match self {
            Self::Md5 => Hash::Md5,
            Self::Sha1 => Hash::Sha1,
            Self::Sha256 => Hash::Sha256,
            Self::Sha384 => Hash::Sha384,
            Self::Sha512 => Hash::Sha512,
            _ => return None,
        })
    }

    /// Whether the sender's key is private and ours is public.
    #[must_use]
    pub const fn is_asymmetric(self) -> bool {
        matches!(
            self,
            Self::Ed25519
                | Self::EcdsaP256Sha256
                | Self::EcdsaP256Sha256Fixed
                | Self::RsaSha1
                | Self::RsaSha256
                | Self::RsaSha512
                | Self::RsaPssSha256
        )
    }

    /// Its name as people write it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::HmacMd5 => "HMAC-MD5",
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha384 => "HMAC-SHA384",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Token => "a shared token",
            Self::Basic => "HTTP Basic",
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha256Fixed => "ECDSA P-256 with SHA-256",
            Self::RsaSha1 => "RSA with SHA-1",
            Self::RsaSha256 => "RSA with SHA-256",
            Self::RsaSha512 => "RSA with SHA-512",
            Self::RsaPssSha256 => "RSA-PSS with SHA-256",
            Self::Jwt => "JWT",
            Self::None => "no signature",
        }
    }
}

/// How a digest is written as text. Senders' SDKs compare text, so the strict forms accept exactly what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Lower-case hex.
    #[default]
    Hex,
    /// Upper-case hex.
    HexUpper,
    /// Hex in any case.
    HexAny,
    /// Base64 with padding.
    Base64,
    /// URL-safe base64 without padding.
    Base64url,
    /// The bytes themselves (tokens).
    Plain,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampUnit {
    /// Seconds since the epoch.
    #[default]
    Seconds,
    /// Milliseconds since the epoch.
    Milliseconds,
    /// RFC 3339: `2026-01-31T12:00:00Z`.
    Rfc3339,
}

/// How the pasted text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretDecoding {
    /// Its UTF-8 bytes, nothing removed.
    #[default]
    Text,
    /// Hex, in any case.
    Hex,
    /// Base64, either alphabet, blanks and padding ignored.
    Base64,
}
