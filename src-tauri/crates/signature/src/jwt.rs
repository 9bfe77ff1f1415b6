//! JSON web tokens: taking one apart, and checking its signature. Claims are judged elsewhere, as requirements.

use crate::asymmetric::{self, PublicKey};
use crate::digest;
use crate::encoding::{self, URL_SAFE};
use crate::read::json;
use crate::scheme::Hash;
use base64::Engine as _;
use subtle::ConstantTimeEq as _;

/// A token taken apart. Nothing in it is to be believed before its signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    header: String,
    payload: String,
    /// What is signed: the first two parts with their dot.
    pub(crate) signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Token {
    /// Reads a token's text.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = text.split(|byte| *byte == b'.');
        let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let document = |part: &[u8]| {
            let text = String::from_utf8(URL_SAFE.decode(part).ok()?).ok()?;
            json::find(&text, &[])
                .filter(|value| value.starts_with('{'))
                .is_some()
                .then_some(text)
        };
        Some(Self {
            header: document(header)?,
            payload: document(payload)?,
            signed: text[..header.len() + 1 + payload.len()].to_vec(),
            signature: URL_SAFE.decode(signature).ok()?,
        })
    }

    /// A claim as text; of a list its first member.
    pub(crate) fn claim(&self, name: &str) -> Option<String> {
        member(&self.payload, name)
    }

    /// A member of the token's header as text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        member(&self.header, name)
    }

    pub(crate) fn algorithm(&self) -> String {
        self.header("alg").unwrap_or_default()
    }

    /// The header and the claims, for showing.
    pub(crate) fn documents(&self) -> (&str, &str) {
        (&self.header, &self.payload)
    }

    /// Whether the signature is this key's, by the token's own algorithm. The caller has checked that it is allowed.
    pub(crate) fn is_signed_by(&self, key: &[u8], pasted: &str) -> Signed {
        let algorithm = self.algorithm();
        let hmac = |hash| {
            // A public key is no shared secret: who knows it could sign with it.
            if pasted.trim_start().starts_with(['{', '-'])
                && asymmetric::symmetric_jwk(pasted).is_none()
                && PublicKey::read(pasted, None).is_ok()
            {
                return Signed::KeyUnreadable;
            }
            let key = asymmetric::symmetric_jwk(pasted).unwrap_or_else(|| key.to_vec());
            let digest = digest::hmac(hash, &key, std::iter::once(self.signed.as_slice()));
            if bool::from(digest.as_bytes().ct_eq(&self.signature)) {
                Signed::Yes
            } else {
                Signed::No
            }
        };
        let kind = match algorithm.as_str() {
            "HS256" => return hmac(Hash::Sha256),
            "HS384" => return hmac(Hash::Sha384),
            "HS512" => return hmac(Hash::Sha512),
            "RS256" => asymmetric::Kind::RsaSha256,
            "RS512" => asymmetric::Kind::RsaSha512,
            "PS256" => asymmetric::Kind::RsaPssSha256,
            "ES256" => asymmetric::Kind::EcdsaFixed,
            "EdDSA" => asymmetric::Kind::Ed25519,
            _ => return Signed::No,
        };
        match PublicKey::read(pasted, self.header("kid").as_deref()) {
            Ok(public) if public.verifies(kind, &self.signed, &self.signature) => Signed::Yes,
            Ok(_) => Signed::No,
            Err(_) => Signed::KeyUnreadable,
        }
    }
}

/// Whether a key made a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    Yes,
    No,
    KeyUnreadable,
}

fn member(document: &str, name: &str) -> Option<String> {
    let raw = json::find(document, &[name.to_owned()])?;
    let raw = if raw.starts_with('[') {
        json::find(raw, &["0".to_owned()])?
    } else {
        raw
    };
    json::text_of(raw).map(std::borrow::Cow::into_owned)
}

/// Makes an HMAC token of claims that are JSON text.
pub(crate) fn make(hash: Hash, claims: &str, key: &[u8]) -> String {
    let name = match hash {
        Hash::Sha384 => "HS384",
        Hash::Sha512 => "HS512",
        Hash::Md5 | Hash::Sha1 | Hash::Sha256 => "HS256",
    };
    let header = format!("{{\"alg\":\"{name}\",\"typ\":\"JWT\"}}");
    let signed = format!("{}.{}", URL_SAFE.encode(header), URL_SAFE.encode(claims));
    let digest = digest::hmac(hash, key, std::iter::once(signed.as_bytes()));
    format!(
        "{signed}.{}",
        encoding::encode_bytes(digest.as_bytes(), crate::scheme::Encoding::Base64url)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EC: &str = r#"{"kty":"EC","crv":"P-256","x":"wVEG0Woqof5IHY3bZWJvQX3I2Qz22vjCZhJHTP94ENQ","y":"KPWjrMr8LOF2rC26KgkXx-DJK9dqb3JtYF1y8Q40ZGI"}"#;

    #[test]
    fn a_token_made_here_reads_back() {
        let token =
            Token::parse(make(Hash::Sha256, r#"{"aud":["a","b"],"n":1}"#, b"key").as_bytes()).unwrap();
        assert_eq!(token.algorithm(), "HS256", "the header says how");
        assert_eq!(token.claim("aud").as_deref(), Some("a"), "of a list the first");
        assert_eq!(token.is_signed_by(b"key", "key"), Signed::Yes, "with the key");
        assert_eq!(
            token.is_signed_by(b"other", "other"),
            Signed::No,
            "not with another"
        );
    }

    #[test]
    fn a_public_key_is_no_shared_secret() {
        let forged = Token::parse(make(Hash::Sha256, "{}", EC.as_bytes()).as_bytes()).unwrap();
        assert_eq!(
            forged.is_signed_by(EC.as_bytes(), EC),
            Signed::KeyUnreadable,
            "everybody knows a public key"
        );
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in [
            "",
            "a.b",
            "a.b.c",
            "e30.e30",
            "e30.e30.x.y",
            "e30.W10.",
            "e30.e30.$",
        ] {
            assert!(Token::parse(text.as_bytes()).is_none(), "`{text}` is no token");
        }
    }
}
