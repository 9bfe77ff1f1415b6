//! Schemes that are made up for what no provider has at once, and requests that none may take: signed with nothing, and
//! at no time.

use hookbench_signature::{Scheme, Secret};

use super::JSON;
use crate::provider;

/// A scheme for each way in which a secret becomes a key, by the name of that.
pub(super) fn made_up() -> Vec<(String, Scheme)> {
    let hmac = |secret: &str| {
        format!(
            r#"
algorithm = "hmac-sha256"
encoding = "hex"
content = "{{timestamp}}.{{body}}"
signature = {{ from = "header:X-Signature" }}
timestamp = {{ from = "header:X-Timestamp", past = 300, future = 300 }}
secret = {secret}
"#
        )
    };
    let token = "algorithm = \"token\"\nsignature = { from = \"header:X-Token\" }\n";
    [
        ("made-of-text", hmac("{}")),
        ("made-of-hex", hmac("{ decode = \"hex\" }")),
        ("made-of-base64", hmac("{ decode = \"base64\" }")),
        ("made-of-a-digest", hmac("{ hash = \"sha256\" }")),
        ("made-of-nothing-else", token.to_owned()),
    ]
    .map(|(name, text)| (name.to_owned(), toml::from_str(&text).unwrap()))
    .into()
}

/// A secret as the provider gives it out.
pub(super) fn secret_of(name: &str) -> Secret {
    provider::secret(match name {
        "made-of-hex" => "adyen",
        "made-of-base64" => "airtable",
        other => other,
    })
}

fn hmac_sha256(key: &[u8], content: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(content.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Secrets that are not in their own form: no hexadecimal digits, no base64.
pub(super) const UNREADABLE: [&str; 2] = ["zz", "%%%%"];

/// Requests that whoever knows no secret can make: signed with nothing, where the secret is not set or cannot be read.
/// Each is a secret and what is added to the headers.
pub(super) fn signed_with_nothing(name: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let made_up = |key: &[u8]| {
        let signature = hmac_sha256(key, &format!("1700000000.{JSON}"));
        vec![
            ("x-timestamp", "1700000000".to_owned()),
            ("x-signature", signature),
        ]
    };
    match name {
        "made-of-text" => vec![("", made_up(b""))],
        "made-of-hex" => vec![("", made_up(b"")), (UNREADABLE[0], made_up(b""))],
        "made-of-base64" => vec![("", made_up(b"")), (UNREADABLE[1], made_up(b""))],
        "made-of-a-digest" => {
            use sha2::Digest as _;
            vec![("", made_up(&sha2::Sha256::digest(b"")))]
        }
        "made-of-nothing-else" => vec![("", vec![("x-token", String::new())])],
        "github" => {
            let signature = format!("sha256={}", hmac_sha256(b"", JSON));
            vec![("", vec![("x-hub-signature-256", signature)])]
        }
        _ => Vec::new(),
    }
}

/// What languages read as a number that is none, signed as it should be.
pub(super) fn signed_at_no_time(name: &str, secret: &str) -> Vec<Vec<(&'static str, String)>> {
    let times = ["nan", "NaN", "inf", "Infinity"].into_iter();
    match name {
        "made-of-text" => times
            .map(|time| {
                let signature = hmac_sha256(secret.as_bytes(), &format!("{time}.{JSON}"));
                vec![("x-timestamp", time.to_owned()), ("x-signature", signature)]
            })
            .collect(),
        "slack" => times
            .map(|time| {
                let signature = hmac_sha256(secret.as_bytes(), &format!("v0:{time}:{JSON}"));
                vec![
                    ("x-slack-request-timestamp", time.to_owned()),
                    ("x-slack-signature", format!("v0={signature}")),
                ]
            })
            .collect(),
        _ => Vec::new(),
    }
}
