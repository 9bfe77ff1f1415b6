//! A digest over a challenge, as some senders ask for when they are set up (X, Zoom, Braintree).

use crate::digest;
use crate::encoding;
use crate::key::Made;
use crate::scheme::{Algorithm, Encoding, SecretForm};
use crate::secret::Secret;
use crate::sign::SignError;

/// The HMAC (or plain digest) of a challenge with a secret in its form, written in an encoding. The caller puts it
/// into the answer the sender wants.
pub fn keyed_digest(
    algorithm: Algorithm,
    encoding: Encoding,
    form: &SecretForm,
    secret: &Secret,
    challenge: &[u8],
) -> Result<String, SignError> {
    let Made::Key(key) = form.key(secret) else {
        return Err(SignError::Secret {
            name: secret.name().to_owned(),
            form: form.describe(),
        });
    };
    let digest = if let Some(hash) = algorithm.hmac_hash() {
        digest::hmac(hash, &key, std::iter::once(challenge))
    } else if let Some(hash) = algorithm.plain_hash() {
        digest::of(hash, challenge)
    } else {
        return Err(SignError::Asymmetric(algorithm.title()));
    };
    Ok(encoding::encode(&digest, encoding).to_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::Hash;

    #[test]
    fn the_published_challenges_get_their_published_answers() {
        let answer = |algorithm, encoding, form: &SecretForm, secret: &str, challenge: &str| {
            keyed_digest(
                algorithm,
                encoding,
                form,
                &Secret::new("s", secret),
                challenge.as_bytes(),
            )
            .unwrap()
        };
        let plain = SecretForm::default();
        assert_eq!(
            answer(
                Algorithm::HmacSha256,
                Encoding::Base64,
                &plain,
                "consumer-secret",
                "challenge_string"
            ),
            "S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk=",
            "X's check of a receiver"
        );
        let private = SecretForm {
            split: Some("|".into()),
            part: Some(1),
            hash: Some(Hash::Sha1),
            ..SecretForm::default()
        };
        let keys = "integration_public_key|integration_private_key";
        assert_eq!(
            answer(
                Algorithm::HmacSha1,
                Encoding::Hex,
                &private,
                keys,
                "20f9f8ed05f77439fe955c977e4c8a53"
            ),
            "d9b899556c966b3f06945ec21311865d35df3ce4",
            "Braintree's"
        );
        assert!(
            keyed_digest(
                Algorithm::Token,
                Encoding::Hex,
                &plain,
                &Secret::new("s", "x"),
                b""
            )
            .is_err(),
            "a token signs nothing"
        );
    }
}
