//! How a message is most likely signed, by its looks alone: what a person begins with who describes its sender.
//!
//! Nothing is computed and nothing is proved here. Names and lengths say what could be what.

use super::place::{self, Candidate, Slot};
use crate::encoding;
use crate::jwt::Token;
use crate::message::Message;
use crate::scheme::{
    Algorithm, Encoding, Hash, Id, Scheme, SecretDecoding, SecretForm, Setting, Signature, Timestamp,
};
use crate::template::{Source, Template};

/// Words that name a signature, the plainest first.
const NAMES: [&str; 6] = ["signature", "sign", "hmac", "sig", "digest", "hash"];

/// Words that name a secret that is sent as it is.
const TOKENS: [&str; 4] = ["token", "secret", "authorization", "key"];

/// The usual tolerance, seconds.
const TOLERANCE: u32 = 300;

/// How a message is signed, as far as its looks say; `None` where nothing in it looks like a signature.
#[must_use]
pub fn likely(message: &Message<'_>) -> Option<Scheme> {
    let candidates = place::candidates(message);
    let best = candidates
        .iter()
        .filter_map(|candidate| Some((score(candidate)?, candidate)))
        .max_by_key(|(score, _)| *score);
    match best {
        Some((_, candidate)) => Some(signed(message, candidate, &candidates)),
        None => token(&candidates),
    }
}

/// The higher, the likelier; `None` where it is no digest.
fn score(candidate: &Candidate) -> Option<i32> {
    let longest = candidate.digests.iter().map(Vec::len).max();
    let is_token = is_jwt(&candidate.text);
    let length = match longest {
        Some(length) => length,
        None if is_token => 0,
        None => return None,
    };
    let name = name(&candidate.signature).to_ascii_lowercase();
    let named = NAMES.iter().position(|word| name.contains(word));
    // An id has the length of an MD5 digest; only a name tells them apart.
    if named.is_none() && length <= 16 && !is_token {
        return None;
    }
    let by_name = named.map_or(0, |place| 40 - i32::try_from(place).unwrap_or(0) * 2);
    let by_place = match candidate.signature.from.first() {
        Some(Source::Header(_)) => 20,
        Some(Source::Query(_)) => 8,
        _ => 4,
    };
    let by_key = match candidate.signature.key.as_deref() {
        Some("v1" | "h1" | "sha256" | "s" | "sig" | "signature") => 3,
        Some(_) => 1,
        None if candidate.signature.position.is_some() => -2,
        None => 2,
    };
    let by_length = i32::try_from(length.min(32) / 8).unwrap_or(0);
    Some(by_name + by_place + by_key + by_length)
}

fn signed(message: &Message<'_>, candidate: &Candidate, candidates: &[Candidate]) -> Scheme {
    if let Some(token) = Token::parse(candidate.text.as_bytes()).filter(|_| is_jwt(&candidate.text)) {
        let mut scheme = Scheme::new(Algorithm::Jwt, candidate.signature.clone());
        scheme.jwt_algorithms = vec![token.algorithm()];
        return scheme;
    }
    let (length, encoding) = reading(candidate);
    let name = name(&candidate.signature).to_ascii_lowercase();
    let algorithm = match length {
        64 if name.contains("ed25519") => Algorithm::Ed25519,
        length => Hash::ALL
            .into_iter()
            .find(|hash| hash.length() == length)
            .map_or(Algorithm::HmacSha256, Algorithm::hmac),
    };
    let mut scheme = Scheme::new(algorithm, candidate.signature.clone());
    scheme.encoding = Setting::Fixed(encoding);
    let time = time(message, candidate, candidates);
    let id = place::ids(message)
        .into_iter()
        .find(|slot| time.is_some() && is_sibling(&slot.source, &candidate.signature));
    scheme.timestamp = time.map(|slot| Timestamp {
        from: vec![slot.source],
        unit: slot.unit,
        past: Some(TOLERANCE),
        future: None,
    });
    let is_base64 = encoding == Encoding::Base64;
    scheme.content = match (&scheme.timestamp, &id) {
        (Some(_), Some(_)) if is_base64 => parsed("{id}.{timestamp}.{body}"),
        (Some(_), _) => parsed("{timestamp}.{body}"),
        (None, _) => vec![Template::body()],
    };
    // The id, the time and a base64 signature side by side are the family that strips `whsec_`.
    if let Some(id) = id.filter(|_| is_base64) {
        scheme.id = Some(Id {
            from: vec![id.source],
        });
        scheme.secret = vec![SecretForm {
            decode: SecretDecoding::Base64,
            strip: Some("whsec_".to_owned()),
            ..SecretForm::default()
        }];
    }
    scheme
}

/// A fixed value whose name says that it is a secret.
fn token(candidates: &[Candidate]) -> Option<Scheme> {
    candidates
        .iter()
        .filter(|candidate| candidate.signature.key.is_none() && candidate.signature.position.is_none())
        .filter_map(|candidate| {
            let Some(Source::Header(name)) = candidate.signature.from.first() else {
                return None;
            };
            let name = name.to_ascii_lowercase();
            let place = TOKENS.iter().chain(&NAMES).position(|word| name.contains(word))?;
            // Only `Bearer ` and the like is taken off in front; a token may hold any other mark itself.
            let prefix = candidate.signature.prefix.as_deref();
            match prefix {
                Some("Bearer " | "Basic " | "Token ") => Some((0, place, candidate)),
                None => Some((1, place, candidate)),
                Some(_) => None,
            }
        })
        .min_by_key(|(plain, place, _)| (*place, *plain))
        .map(|(_, _, candidate)| match candidate.signature.prefix.as_deref() {
            Some("Basic ") => {
                let mut signature = candidate.signature.clone();
                signature.prefix = None;
                Scheme::new(Algorithm::Basic, signature)
            }
            _ => Scheme::new(Algorithm::Token, candidate.signature.clone()),
        })
}

/// The length of the digest and how it is written.
fn reading(candidate: &Candidate) -> (usize, Encoding) {
    let text = candidate.text.as_bytes();
    let is_of_length = |bytes: &[u8]| Hash::ALL.iter().any(|hash| hash.length() == bytes.len());
    if let Some(bytes) = encoding::hex_any(text).filter(|bytes| is_of_length(bytes)) {
        let is_upper = text.iter().any(u8::is_ascii_uppercase);
        return (
            bytes.len(),
            if is_upper {
                Encoding::HexUpper
            } else {
                Encoding::Hex
            },
        );
    }
    let length = encoding::base64_any(text).map_or(32, |bytes| bytes.len());
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'))
        || (!length.is_multiple_of(3) && !text.ends_with(b"="));
    let encoding = if is_url_safe {
        Encoding::Base64url
    } else {
        Encoding::Base64
    };
    (length, encoding)
}

/// The time of signing: in the same list, or in a header that says so.
fn time(message: &Message<'_>, candidate: &Candidate, candidates: &[Candidate]) -> Option<Slot> {
    let in_a_list = candidate.signature.key.is_some();
    place::times(message, candidates)
        .into_iter()
        .filter_map(|slot| match &slot.source {
            Source::Item(key) => {
                (in_a_list && candidate.signature.key.as_ref() != Some(key)).then_some((0, slot))
            }
            Source::Header(name) => {
                let name = name.to_ascii_lowercase();
                (name.contains("time") || name.ends_with("-ts")).then_some((1, slot))
            }
            _ => None,
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, slot)| slot)
}

/// Whether a header is called as the signature's but for the last word: `webhook-id` beside `webhook-signature`.
fn is_sibling(source: &Source, signature: &Signature) -> bool {
    let stem = |name: &str| {
        name.to_ascii_lowercase()
            .rsplit_once('-')
            .map(|(stem, _)| stem.to_owned())
    };
    match (source, signature.from.first()) {
        (Source::Header(one), Some(Source::Header(other))) => {
            stem(one).is_some() && stem(one) == stem(other) && !one.eq_ignore_ascii_case(other)
        }
        _ => false,
    }
}

fn is_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && Token::parse(text.as_bytes()).is_some()
}

fn name(signature: &Signature) -> String {
    signature
        .from
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn parsed(text: &str) -> Vec<Template> {
    Template::parse(text).map_or_else(|_| vec![Template::body()], |template| vec![template])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&str, &str)], body: &str) -> Option<Scheme> {
        let headers: Vec<(&[u8], &[u8])> = headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        likely(&Message {
            method: "POST",
            target: "/in",
            url: None,
            headers: &headers,
            body: body.as_bytes(),
            received_at: None,
        })
    }

    const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn a_digest_behind_a_prefix_is_taken_for_an_hmac_of_its_length() {
        let prefixed = format!("sha256={SHA256}");
        let request_id = "0af7651916cd43dd8448eb211c80319c";
        let scheme = of(
            &[("X-Request-Id", request_id), ("X-Quux-Proof", &prefixed)],
            r#"{"id":1}"#,
        );
        let scheme = scheme.expect("there is a digest");
        assert_eq!(
            scheme.algorithm.get(),
            Some(Algorithm::HmacSha256),
            "by its length"
        );
        let signature = scheme.signature.expect("a place");
        assert_eq!(
            signature.from,
            [Source::Header("X-Quux-Proof".into())],
            "not the id"
        );
        assert_eq!(
            signature.prefix.as_deref(),
            Some("sha256="),
            "what stands in front"
        );
    }

    #[test]
    fn a_list_with_a_time_is_taken_apart() {
        let list = format!("t=1795176251,v1={SHA256}");
        let scheme = of(&[("Acme-Signature", &list)], "{}").expect("a list");
        let signature = scheme.signature.expect("a place");
        assert_eq!(
            (
                signature.separator.as_deref(),
                signature.assign.as_deref(),
                signature.key.as_deref()
            ),
            (Some(","), Some("="), Some("v1")),
            "how it is taken apart"
        );
        let time = scheme.timestamp.expect("a time");
        assert_eq!(time.from, [Source::Item("t".into())], "in the list");
        assert_eq!(
            scheme.content[0].as_str(),
            "{timestamp}.{body}",
            "a time is there to be signed"
        );
    }

    #[test]
    fn id_time_and_base64_side_by_side_are_one_family() {
        let headers = [
            ("Acme-Id", "msg_1"),
            ("Acme-Timestamp", "1795176251"),
            (
                "Acme-Signature",
                "v1,n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
            ),
        ];
        let scheme = of(&headers, "{}").expect("a signature");
        assert_eq!(scheme.content[0].as_str(), "{id}.{timestamp}.{body}");
        assert_eq!(scheme.encoding.get(), Some(Encoding::Base64));
        assert_eq!(scheme.secret[0].strip.as_deref(), Some("whsec_"));
    }

    #[test]
    fn a_secret_sent_as_it_is_is_a_token_and_nothing_is_nothing() {
        let scheme = of(&[("X-Acme-Token", "open sesame")], "{}").expect("a token");
        assert_eq!(scheme.algorithm.get(), Some(Algorithm::Token));
        assert_eq!(
            of(&[("Content-Type", "application/json")], r#"{"a":1}"#),
            None,
            "no guess without a sign"
        );
    }
}
