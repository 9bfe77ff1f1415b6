//! A masked copy that is signed with a test secret, for every provider that is known: sent as it stands to where that
//! secret is set, its signature holds.

use secrecy::SecretString;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::PageQuery;
use crate::capture_for_tests::bench;
use hookbench_signature::Verdict;

/// Pointers to the texts of a document.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, one)| leaves(one, &step(key), found)),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .for_each(|(place, one)| leaves(one, &step(&place.to_string()), found)),
        Value::String(text) if text.len() > 3 => found.push(at.to_owned()),
        _ => {}
    }
}

/// A value of a body that can be masked.
fn chosen(body: &[u8], content_type: &str) -> Option<MaskPath> {
    if let Ok(document) = serde_json::from_slice::<Value>(body) {
        let mut found = Vec::new();
        leaves(&document, "", &mut found);
        return found.last()?.parse().ok();
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        // One that holds the signed document would go whole.
        let fields = url::form_urlencoded::parse(body);
        let (name, _) = fields.filter(|(_, value)| !value.starts_with('{')).last()?;
        return format!("/{name}").parse().ok();
    }
    None
}

#[tokio::test]
async fn a_masked_copy_signed_for_a_test_holds_for_every_provider_that_signs_with_a_secret() {
    let bench = bench().await;
    let engine = &bench.engine;
    let address = engine.listener().await.url.replace("http://", "");
    let address = address.trim_end_matches('/');
    let newest = async || engine.requests(&PageQuery::default()).await.unwrap().rows[0].clone();
    let (mut checked, mut masked) = (0, 0);
    for provider in engine.catalogue().all() {
        let Some(sample) = provider.sample.iter().find(|sample| !sample.unsigned) else {
            continue;
        };
        if provider.invented_secret(|bytes| bytes.fill(1)).is_none() {
            continue;
        }
        let name = format!("`{}` of `{}`", sample.name, provider.id);
        engine.send_sample(&provider.id, &sample.name).await.unwrap();
        let came = newest().await;
        let request = engine.request(came.id).await.unwrap();
        let content_type = request.head.header("content-type").unwrap_or_default();
        let body = engine.whole_body(came.id).await.unwrap();
        let also = chosen(&body, &String::from_utf8_lossy(&content_type));
        let mut sharing = Sharing {
            format: Format::Http,
            url: None,
            masked: true,
            on_screen: false,
            also: also.into_iter().collect(),
            signed_for_test: true,
        };
        let shared = match engine.share(came.id, &sharing).await {
            Ok(shared) => shared,
            Err(error) => {
                sharing.masked = false;
                let open = engine.share(came.id, &sharing).await;
                assert!(open.is_err(), "{name}: it is not for being masked: {error}");
                continue;
            }
        };
        let made = shared.signed.unwrap();
        assert!(!made.is_key, "{name}: it signs with a secret");
        masked += usize::from(shared.secret_headers.iter().any(|name| name.starts_with("body ")));
        let endpoint = came.recognition.endpoint.unwrap();
        let told = SecretString::from(made.text.trim());
        engine.set_secret(endpoint, "told", told).await.unwrap();
        // Below the comments that tell the secret.
        let below = shared
            .text
            .split_inclusive('\n')
            .skip_while(|line| line.starts_with("# "));
        let text: String = below.collect();
        let mut sender = tokio::net::TcpStream::connect(address).await.unwrap();
        sender.write_all(text.as_bytes()).await.unwrap();
        sender.shutdown().await.unwrap();
        sender.read_to_end(&mut Vec::new()).await.unwrap();
        let copy = newest().await;
        assert_ne!(copy.id, came.id, "{name}: it arrived");
        let (_, report) = engine.report(copy.id).await.unwrap();
        assert_eq!(
            copy.recognition.verdict,
            Verdict::Valid,
            "{name}: {}\n{text}",
            report.sentence
        );
        checked += 1;
    }
    assert!(checked > 110, "all but those that cannot be signed: {checked}");
    assert!(
        masked > 100,
        "most have a body of which something is masked: {masked}"
    );
}
