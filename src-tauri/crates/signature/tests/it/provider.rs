//! The providers' schemes, read from the files that are shipped.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use hookbench_signature::{Scheme, Secret};
use serde::Deserialize;

/// As much of a provider file as says how it signs; the rest is the engine's.
#[derive(Clone, Deserialize)]
struct Provider {
    #[serde(default)]
    aliases: Vec<String>,
    scheme: Option<Scheme>,
}

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Every file that is shipped, by its provider.
fn shipped() -> &'static BTreeMap<String, Provider> {
    static SHIPPED: OnceLock<BTreeMap<String, Provider>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        fs::read_dir(folder("../../engine/providers"))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let text = fs::read_to_string(&path).unwrap();
                let provider = toml::from_str::<Provider>(&text)
                    .unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
                (path.file_stem().unwrap().to_string_lossy().into_owned(), provider)
            })
            .collect()
    })
}

/// A provider's scheme, its parameters not put in.
pub(crate) fn scheme(name: &str) -> Scheme {
    let is_called = |(id, provider): &(&String, &Provider)| {
        id.as_str() == name || provider.aliases.iter().any(|alias| alias == name)
    };
    let found = shipped().iter().find(is_called);
    let scheme = found.and_then(|(_, provider)| provider.scheme.clone());
    scheme.unwrap_or_else(|| panic!("`{name}` has a scheme"))
}

/// The names of all providers that sign, sorted.
pub(crate) fn names() -> Vec<String> {
    let signing = shipped().iter().filter(|(_, provider)| provider.scheme.is_some());
    signing.map(|(name, _)| name.clone()).collect()
}

/// Every provider that signs with its scheme, parameters put in.
pub(crate) fn all() -> Vec<(String, Scheme)> {
    names()
        .into_iter()
        .map(|name| {
            let scheme = scheme(&name);
            let open = scheme.parameters.iter().filter(|(_, one)| one.default.is_none());
            let values = open
                .map(|(name, one)| {
                    let first = one.choices.first().cloned();
                    (name.clone(), first.unwrap_or_else(|| "X-Chosen".to_owned()))
                })
                .collect();
            (name, scheme.resolve(&values).unwrap())
        })
        .collect()
}

/// A secret in the form the provider gives it out.
pub(crate) fn secret(provider: &str) -> Secret {
    Secret::new(
        "live",
        match provider {
            "adyen" | "adyen-platforms" | "authorize-net" | "close" => {
                "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"
            }
            "airtable" | "microsoft-teams" => "YWlydGFibGUtbWFjLXNlY3JldC1ieXRlcw==",
            "braintree" => "integration_public_key|integration_private_key",
            _ => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        },
    )
}

/// A body in which the provider's scheme finds what it signs.
pub(crate) fn body(provider: &str) -> &'static str {
    match provider {
        "adyen" => {
            r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"a","amount":{"value":1,"currency":"EUR"},"success":"true"}},{"NotificationRequestItem":{"pspReference":"b"}}]}"#
        }
        "aws-sns" => {
            r#"{"Type":"Notification","MessageId":"evt_1","TopicArn":"arn:aws:sns:us-east-1:1:t","Message":"hi","SignatureVersion":"2","SigningCertURL":"https://sns.us-east-1.amazonaws.com/x.pem"}"#
        }
        "mandrill" | "paddle-classic" | "plivo" | "twilio" | "twilio-sharedkey" => {
            "MessageSid=evt_1&From=%2B1415&Body=Hello+there"
        }
        "braintree" => "bt_payload=PG5vdGlmaWNhdGlvbj4%3D%0A",
        "microsoft-graph" => r#"{"value":[{"subscriptionId":"a"},{"subscriptionId":"b","clientState":"x"}]}"#,
        "dropbox-sign" => {
            "json=%7B%22event%22%3A%7B%22event_time%22%3A%221348177752%22%2C%22event_type%22%3A%22sent%22%7D%7D"
        }
        _ => r#"{"id":"evt_1","webhookTimestamp": 1,"text":"naïve ☕"}"#,
    }
}

/// Header lines that are signed and that nobody but the sender can think up.
pub(crate) fn headers(provider: &str) -> Vec<(&'static [u8], &'static [u8])> {
    let mut lines: Vec<(&[u8], &[u8])> = vec![(b"Content-Type", content_type(provider))];
    match provider {
        "klaviyo" => lines.push((b"Klaviyo-Timestamp", b"Sat, 21 Nov 2026 10:00:00 GMT")),
        "paypal" => lines.push((
            b"PAYPAL-CERT-URL",
            b"https://api.paypal.com/v1/notifications/certs/x",
        )),
        _ => {}
    }
    lines
}

/// The content type of that body.
pub(crate) fn content_type(provider: &str) -> &'static [u8] {
    match provider {
        "braintree" | "dropbox-sign" | "mandrill" | "paddle-classic" | "plivo" | "twilio"
        | "twilio-sharedkey" => b"application/x-www-form-urlencoded",
        _ => b"application/json",
    }
}

#[test]
fn the_examples_in_the_documentation_are_schemes() {
    let text = fs::read_to_string(folder("../src/scheme.rs")).unwrap();
    let text: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    let blocks: Vec<&str> = text
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(blocks.len() >= 8, "the documentation has its examples");
    for block in blocks {
        let provider = toml::from_str::<Provider>(block).unwrap_or_else(|error| panic!("{block}\n{error}"));
        assert!(provider.scheme.is_some(), "{block}\nhas a scheme");
    }
}
