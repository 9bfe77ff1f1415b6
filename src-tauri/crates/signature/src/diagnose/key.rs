//! What the key may have been when the message was signed.

use super::cause::Cause;
use super::variant::{Distinct, Variant};
use crate::digest;
use crate::encoding;
use crate::key::Made;
use crate::read::form::{self, Plus};
use crate::scheme::{Hash, Scheme, SecretDecoding, SecretForm};
use crate::secret::Secret;

/// Prefixes that secrets are given out with.
const PREFIXES: [&str; 4] = ["v1,whsec_", "whsec_", "v1,", "whsk_"];
/// Characters that are pasted along unseen.
const UNSEEN: [char; 5] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{FEFF}', '\u{A0}'];

/// Keys that could have been made of this secret and were not, most likely first.
pub(super) fn keys(way: &Scheme, secret: &Secret) -> Vec<Variant<Vec<u8>>> {
    let text = secret.expose();
    let mut keys = match documented(way, text) {
        Some(ours) => Distinct::without(&ours),
        None => Distinct::default(),
    };
    // Before the forms of a blank secret, which are empty as well.
    keys.add(Cause::EmptyKey, "no key at all", Vec::new());
    for (cause, change, text) in texts(text) {
        if let Some(key) = documented(way, &text) {
            keys.add(cause, change, key);
        }
    }
    let trimmed = text.trim();
    let raw = |text: &str| text.as_bytes().to_vec();
    keys.add(
        Cause::SecretEncoding,
        "the secret used as text, nothing decoded or removed",
        raw(trimmed),
    );
    for prefix in PREFIXES
        .iter()
        .copied()
        .chain(way.secret.iter().filter_map(|form| form.strip.as_deref()))
    {
        if let Some(rest) = trimmed.strip_prefix(prefix) {
            keys.add(
                Cause::SecretPrefix,
                format!("the secret used as text without `{prefix}`"),
                raw(rest),
            );
            if let Some(key) = encoding::base64_any(rest.as_bytes()) {
                keys.add(
                    Cause::SecretEncoding,
                    format!("the secret base64-decoded after `{prefix}`"),
                    key,
                );
            }
            if let Some(key) = encoding::hex_any(rest.as_bytes()) {
                keys.add(
                    Cause::SecretEncoding,
                    format!("the secret hex-decoded after `{prefix}`"),
                    key,
                );
            }
        }
    }
    for prefix in PREFIXES {
        if !trimmed.starts_with(prefix) {
            keys.add(
                Cause::SecretPrefix,
                format!("the secret with `{prefix}` before it"),
                raw(&format!("{prefix}{trimmed}")),
            );
        }
    }
    if let Some(key) = encoding::base64_any(trimmed.as_bytes()) {
        keys.add(Cause::SecretEncoding, "the secret base64-decoded", key);
    }
    if let Some(key) = encoding::hex_any(trimmed.as_bytes()) {
        keys.add(Cause::SecretEncoding, "the secret hex-decoded", key);
    }
    keys.add(
        Cause::SecretEncoding,
        "the secret base64-encoded",
        encoding::encode_bytes(trimmed.as_bytes(), crate::scheme::Encoding::Base64).into_bytes(),
    );
    keys.add(
        Cause::SecretEncoding,
        "the secret hex-encoded",
        hex::encode(trimmed).into_bytes(),
    );
    keys.add(
        Cause::SecretEncoding,
        "the secret in lower case",
        raw(&trimmed.to_lowercase()),
    );
    keys.add(
        Cause::SecretEncoding,
        "the secret in upper case",
        raw(&trimmed.to_uppercase()),
    );
    for hash in [Hash::Sha256, Hash::Sha1, Hash::Md5] {
        let digest = digest::of(hash, trimmed.as_bytes());
        let title = hash.title();
        keys.add(
            Cause::SecretHashed,
            format!("the {title} of the secret as the key"),
            digest.as_bytes().to_vec(),
        );
        keys.add(
            Cause::SecretHashed,
            format!("the {title} of the secret, in hex, as the key"),
            digest.hex().into_bytes(),
        );
    }
    keys.variants
}

pub(super) fn documented(way: &Scheme, text: &str) -> Option<Vec<u8>> {
    let secret = Secret::new("", text);
    way.secret.iter().find_map(|form| match form.key(&secret) {
        Made::Key(key) => Some(key.into_owned()),
        Made::NotMeant | Made::Unreadable => None,
    })
}

/// The form of a secret that makes this key of it, where a scheme can say it.
pub(super) fn form(way: &Scheme, secret: &Secret, key: &[u8]) -> Option<SecretForm> {
    let usual = way.secret.first().cloned().unwrap_or_default();
    let prefixes = PREFIXES
        .iter()
        .copied()
        .chain(way.secret.iter().filter_map(|form| form.strip.as_deref()));
    let strips: Vec<Option<&str>> = std::iter::once(None).chain(prefixes.map(Some)).collect();
    for hash in [None, Some(Hash::Sha256), Some(Hash::Sha1), Some(Hash::Md5)] {
        for decode in [SecretDecoding::Text, SecretDecoding::Base64, SecretDecoding::Hex] {
            for strip in &strips {
                let form = SecretForm {
                    decode,
                    strip: strip.map(str::to_owned),
                    split: usual.split.clone(),
                    part: usual.part,
                    hash,
                    ..SecretForm::default()
                };
                if matches!(form.key(secret), Made::Key(made) if made.as_ref() == key) {
                    return Some(form);
                }
            }
        }
    }
    None
}

/// The text as it may have been meant, and as it may have been used.
fn texts(text: &str) -> Vec<(Cause, &'static str, String)> {
    let blanks = Cause::SecretBlanks;
    let trimmed = text.trim();
    let mut texts = vec![
        (
            blanks,
            "the secret without the blanks around it",
            trimmed.to_owned(),
        ),
        (
            blanks,
            "the secret without invisible characters",
            text.replace(UNSEEN, ""),
        ),
        (
            blanks,
            "the secret without any blanks in it",
            text.split_whitespace().collect(),
        ),
        (
            blanks,
            "the secret with a line feed at its end",
            format!("{trimmed}\n"),
        ),
        (
            blanks,
            "the secret with a CR LF at its end",
            format!("{trimmed}\r\n"),
        ),
        (
            blanks,
            "the secret with a blank at its end",
            format!("{trimmed} "),
        ),
    ];
    for quote in ['"', '\'', '`'] {
        let inner = trimmed
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            texts.push((
                Cause::SecretQuotes,
                "the secret without the quotes around it",
                inner.to_owned(),
            ));
        }
    }
    texts.push((
        Cause::SecretQuotes,
        "the secret with double quotes around it",
        format!("\"{trimmed}\""),
    ));
    texts.push((
        Cause::SecretQuotes,
        "the secret with single quotes around it",
        format!("'{trimmed}'"),
    ));
    let written = trimmed.strip_suffix("\\n").unwrap_or(trimmed);
    texts.push((
        Cause::SecretEscaped,
        "the secret without the written `\\n` at its end",
        written.to_owned(),
    ));
    texts.push((
        Cause::SecretEscaped,
        "the secret with `\\n` read as a line feed",
        trimmed.replace("\\n", "\n"),
    ));
    let decoded = form::percent_decode(trimmed.as_bytes(), Plus::IsPlus);
    texts.push((
        Cause::SecretEscaped,
        "the secret percent-decoded",
        String::from_utf8_lossy(&decoded).into_owned(),
    ));
    texts
}

/// What kind of key a text looks like, where that is no webhook secret.
pub(super) fn looks_like(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let kinds = [
        ("sk_live_", "a Stripe secret API key"),
        ("sk_test_", "a Stripe secret API key"),
        ("pk_live_", "a publishable key"),
        ("pk_test_", "a publishable key"),
        ("rk_live_", "a restricted API key"),
        ("rk_test_", "a restricted API key"),
        ("shpat_", "a Shopify access token"),
        ("xoxb-", "a Slack bot token"),
        ("xoxp-", "a Slack user token"),
        ("SG.", "a SendGrid API key"),
        ("ghp_", "a GitHub access token"),
        ("github_pat_", "a GitHub access token"),
        ("glpat-", "a GitLab access token"),
    ];
    let by_prefix = kinds
        .iter()
        .find(|(prefix, _)| text.starts_with(prefix))
        .map(|(_, kind)| *kind);
    let is_account = text.len() == 34
        && text
            .strip_prefix("AC")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    by_prefix.or(is_account.then_some("a Twilio account SID"))
}

/// Whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let text = text.trim();
    let groups = [8, 4, 4, 4, 12];
    let mut parts = text.split('-');
    groups.into_iter().all(|length| {
        parts
            .next()
            .is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}
