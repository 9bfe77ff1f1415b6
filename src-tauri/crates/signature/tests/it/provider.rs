//! The providers' schemes, as files.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use hookbench_signature::{Scheme, Secret};
use serde::Deserialize;

#[derive(Deserialize)]
struct Provider {
    scheme: Scheme,
}

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// A provider's scheme, its parameters not put in.
pub(crate) fn scheme(provider: &str) -> Scheme {
    let path = folder("schemes").join(format!("{provider}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    toml::from_str::<Provider>(&text)
        .unwrap_or_else(|error| panic!("`{provider}`: {error}"))
        .scheme
}

/// Every provider's name, sorted.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder("schemes"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Every provider with its scheme, parameters put in.
pub(crate) fn all() -> Vec<(String, Scheme)> {
    let values = BTreeMap::from([
        ("header".to_owned(), "X-Chosen-Secret".to_owned()),
        ("webhook_id".to_owned(), "1JE4291016473214C".to_owned()),
    ]);
    names()
        .into_iter()
        .map(|name| (name.clone(), scheme(&name).resolve(&values).unwrap()))
        .collect()
}

/// A secret in the form the provider gives it out.
pub(crate) fn secret(provider: &str) -> Secret {
    Secret::new(
        "live",
        match provider {
            "adyen" | "adyen-platforms" | "close" => {
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
        "twilio" => "MessageSid=evt_1&From=%2B1415&Body=Hello+there",
        "braintree" => "bt_payload=PG5vdGlmaWNhdGlvbj4%3D%0A",
        "microsoft-graph" => r#"{"value":[{"subscriptionId":"a"},{"subscriptionId":"b","clientState":"x"}]}"#,
        "dropbox-sign" => {
            "json=%7B%22event%22%3A%7B%22event_time%22%3A%221348177752%22%2C%22event_type%22%3A%22sent%22%7D%7D"
        }
        _ => r#"{"id":"evt_1","webhookTimestamp": 1,"text":"naïve ☕"}"#,
    }
}

/// The content type of that body.
pub(crate) fn content_type(provider: &str) -> &'static [u8] {
    match provider {
        "braintree" | "dropbox-sign" | "twilio" => b"application/x-www-form-urlencoded",
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
        toml::from_str::<Provider>(block).unwrap_or_else(|error| panic!("{block}\n{error}"));
    }
}
