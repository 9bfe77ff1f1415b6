//! Finding out how an unknown sender signs: secrets and messages in, schemes out.
//!
//! Every value in a message that could be a signature is looked for among what the secrets give over everything that
//! could be signed. Digests are computed once and compared with all values at a time, so the number of headers does
//! not multiply the work. What is found is a [`Scheme`] like any other, and counts only if checking by it holds.

mod hunt;
mod likely;
mod place;

pub use likely::likely;

use serde::Serialize;

use crate::diagnose::Budget;
use crate::message::Message;
use crate::scheme::{Algorithm, Hash, Scheme, SecretForm};
use crate::secret::Secret;
use crate::verdict::Verdict;
use crate::verify::check;
use hunt::Hunt;

/// A way of signing that explains the messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovered {
    /// It, ready to be kept.
    pub scheme: Scheme,
    /// In words: `HMAC-SHA256 over {timestamp}.{body}, hex, in X-Signature`.
    pub title: String,
    /// The index of the secret it was found with.
    pub secret: usize,
    /// How many of the messages it makes valid.
    pub confirmed: usize,
    /// How many messages there were.
    pub of: usize,
}

/// Finds schemes that make the messages valid with one of the secrets, best first.
///
/// The first message is searched; the others confirm. Found schemes that confirm more come first, then stronger and
/// plainer ones.
#[must_use]
pub fn discover(messages: &[Message<'_>], secrets: &[Secret], budget: &Budget<'_>) -> Vec<Discovered> {
    let Some(message) = messages.first() else {
        return Vec::new();
    };
    let mut hunt = Hunt::new(message, secrets, budget);
    hunt.tokens();
    hunt.jwts();
    hunt.digests();
    hunt.public_keys();
    let mut found: Vec<Discovered> = hunt
        .found
        .into_iter()
        .map(|(scheme, secret)| {
            let one = std::slice::from_ref(&secrets[secret]);
            let confirmed = messages
                .iter()
                .filter(|message| is_valid(&scheme, message, one))
                .count();
            Discovered {
                title: scheme.in_words(),
                scheme,
                secret,
                confirmed,
                of: messages.len(),
            }
        })
        .collect();
    found.sort_by_key(|found| (std::cmp::Reverse(found.confirmed), rank(&found.scheme)));
    found
}

fn is_valid(scheme: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> bool {
    // Age says nothing of how a message is signed.
    let ageless = Message {
        received_at: None,
        ..*message
    };
    check(scheme, &ageless, secrets).verdict == Verdict::Valid
}

/// Lower is better: strong hashes over the body and the time, keys as pasted, whole headers.
fn rank(scheme: &Scheme) -> (usize, usize, usize) {
    let algorithm = match scheme.algorithm.get() {
        Some(Algorithm::Token | Algorithm::Basic) => 3,
        Some(algorithm) if algorithm.plain_hash().is_some() => 2,
        Some(algorithm) if matches!(algorithm.hmac_hash(), Some(Hash::Md5 | Hash::Sha1)) => 1,
        _ => 0,
    };
    let form = usize::from(
        scheme
            .secret
            .first()
            .is_some_and(|form| *form != SecretForm::default()),
    );
    let signature = scheme.signature.as_ref();
    let bare = signature.is_some_and(|signature| signature.separator.is_none() && signature.prefix.is_none());
    (algorithm, form, usize::from(!bare))
}
