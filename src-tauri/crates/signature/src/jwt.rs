//! JSON web tokens: taking one apart, and checking its signature. Claims are judged elsewhere, as requirements.

use crate::asymmetric::{self, Jwk, PublicKey};
use crate::digest;
use crate::encoding::{self, URL_SAFE};
use crate::message::Micros;
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

    /// Whether the token's algorithm is one that can be checked here.
    pub(crate) fn is_supported(&self) -> bool {
        let algorithm = self.algorithm();
        shared_hash(&algorithm).is_some() || asymmetric::Kind::of_token(&algorithm).is_some()
    }

    /// Whether the signature is this key's, by the token's own algorithm. The caller has checked that it is allowed.
    ///
    /// A key that says of itself that it is not meant (another id, another algorithm, over by the time of receipt) did
    /// not sign, whatever the mathematics say: a receiver that looks the key up does not get as far as those.
    pub(crate) fn is_signed_by(&self, key: &[u8], pasted: &str, received_at: Option<Micros>) -> Signed {
        let algorithm = self.algorithm();
        if let Some(hash) = shared_hash(&algorithm) {
            return self.is_signed_by_shared(hash, key, pasted);
        }
        let Some(kind) = asymmetric::Kind::of_token(&algorithm) else {
            return Signed::No;
        };
        let Ok(keys) = PublicKey::read_all(pasted) else {
            return Signed::Unfit(Unfit::Unreadable);
        };
        let wanted = self.header("kid");
        let is_named = |jwk: &&Jwk| match (&wanted, &jwk.id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        let named: Vec<&Jwk> = keys.iter().filter(is_named).collect();
        if named.is_empty() {
            return Signed::Unfit(Unfit::OtherId(wanted.unwrap_or_default()));
        }
        let answers = named
            .into_iter()
            .map(|jwk| self.is_signed_by_jwk(jwk, kind, &algorithm, received_at));
        Signed::of_keys(answers).1
    }

    fn is_signed_by_jwk(
        &self,
        jwk: &Jwk,
        kind: asymmetric::Kind,
        algorithm: &str,
        received_at: Option<Micros>,
    ) -> Signed {
        if let Some(meant) = jwk.algorithm.as_ref().filter(|meant| *meant != algorithm) {
            return Signed::Unfit(Unfit::OtherAlgorithm(meant.clone()));
        }
        if !jwk.key.fits(kind) {
            return Signed::Unfit(Unfit::OtherKind(jwk.key.describe()));
        }
        if !jwk.key.verifies(kind, &self.signed, &self.signature) {
            return Signed::No;
        }
        match (jwk.ends_at, received_at) {
            (Some(ends_at), Some(received_at)) if received_at >= ends_at => {
                Signed::Unfit(Unfit::Ended(ends_at))
            }
            _ => Signed::Yes,
        }
    }

    fn is_signed_by_shared(&self, hash: Hash, key: &[u8], pasted: &str) -> Signed {
        let symmetric = asymmetric::symmetric_jwk(pasted);
        // A public key is no shared secret: who knows it could sign with it.
        if symmetric.is_none()
            && pasted.trim_start().starts_with(['{', '-'])
            && PublicKey::read(pasted).is_ok()
        {
            return Signed::Unfit(Unfit::Public);
        }
        let key = symmetric.unwrap_or_else(|| key.to_vec());
        let digest = digest::hmac(hash, &key, std::iter::once(self.signed.as_slice()));
        if bool::from(digest.as_bytes().ct_eq(&self.signature)) {
            Signed::Yes
        } else {
            Signed::No
        }
    }
}

/// The digest function of a token that is signed with a shared secret.
fn shared_hash(algorithm: &str) -> Option<Hash> {
    match algorithm {
        "HS256" => Some(Hash::Sha256),
        "HS384" => Some(Hash::Sha384),
        "HS512" => Some(Hash::Sha512),
        _ => None,
    }
}

/// Whether a key made a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signed {
    Yes,
    No,
    /// The key is not meant for this token.
    Unfit(Unfit),
}

impl Signed {
    /// What several keys come to, and which of them says it: the one that says most of who signed, whatever their order,
    /// and of equal ones the first. None is asked after the one that made the token.
    pub(crate) fn of_keys(answers: impl Iterator<Item = Self>) -> (usize, Self) {
        let mut told: Option<(usize, Self)> = None;
        for (index, answer) in answers.enumerate() {
            if answer == Self::Yes {
                return (index, answer);
            }
            if told
                .as_ref()
                .is_none_or(|(_, told)| answer.weight() > told.weight())
            {
                told = Some((index, answer));
            }
        }
        told.unwrap_or((0, Self::No))
    }

    /// How much it says of who signed. A key that has ended did sign; a key that did not sign was asked, where one that is
    /// not meant was not even that.
    const fn weight(&self) -> u8 {
        match self {
            Self::Yes => 4,
            Self::Unfit(Unfit::Ended(_)) => 3,
            Self::No => 2,
            Self::Unfit(Unfit::Unreadable) => 0,
            Self::Unfit(_) => 1,
        }
    }
}

/// Why a key is not meant for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is no key.
    Unreadable,
    /// It is public, and the token is signed with a shared secret.
    Public,
    /// None of the keys has the id that the token names.
    OtherId(String),
    /// It is for this algorithm.
    OtherAlgorithm(String),
    /// It is of this kind, which makes no such signatures.
    OtherKind(&'static str),
    /// It had ended when the token was received.
    Ended(Micros),
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
        assert_eq!(
            token.is_signed_by(b"key", "key", None),
            Signed::Yes,
            "with the key"
        );
        assert_eq!(
            token.is_signed_by(b"other", "other", None),
            Signed::No,
            "not with another"
        );
    }

    #[test]
    fn a_public_key_is_no_shared_secret() {
        let forged = Token::parse(make(Hash::Sha256, "{}", EC.as_bytes()).as_bytes()).unwrap();
        assert_eq!(
            forged.is_signed_by(EC.as_bytes(), EC, None),
            Signed::Unfit(Unfit::Public),
            "everybody knows a public key"
        );
    }

    #[test]
    fn among_several_keys_the_one_that_says_most_is_told_whatever_their_order() {
        let header = URL_SAFE.encode(r#"{"alg":"ES256"}"#);
        let forged = format!("{header}.{}.{}", URL_SAFE.encode("{}"), URL_SAFE.encode([7; 64]));
        let token = Token::parse(forged.as_bytes()).unwrap();
        let ours = EC.to_owned();
        let others = EC.replacen('{', r#"{"alg":"ES384","#, 1);
        for (keys, what) in [([&ours, &others], "ours first"), ([&others, &ours], "ours last")] {
            let set = format!(r#"{{"keys":[{},{}]}}"#, keys[0], keys[1]);
            assert_eq!(
                token.is_signed_by(set.as_bytes(), &set, None),
                Signed::No,
                "{what}: a key that fits was asked and did not sign"
            );
        }
        let ended = || Signed::Unfit(Unfit::Ended(Micros(1)));
        for (one, other, told) in [
            (Signed::No, ended(), ended()),
            (Signed::Yes, ended(), Signed::Yes),
            (
                Signed::Unfit(Unfit::Unreadable),
                Signed::Unfit(Unfit::Public),
                Signed::Unfit(Unfit::Public),
            ),
        ] {
            for both in [[one.clone(), other.clone()], [other, one]] {
                let before = format!("{both:?}");
                assert_eq!(Signed::of_keys(both.into_iter()).1, told, "{before}");
            }
        }
        let mut asked = 0;
        let answers = [Signed::No, Signed::Yes, Signed::Yes]
            .into_iter()
            .inspect(|_| asked += 1);
        assert_eq!(
            (Signed::of_keys(answers), asked),
            ((1, Signed::Yes), 2),
            "none after the one that signed"
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
