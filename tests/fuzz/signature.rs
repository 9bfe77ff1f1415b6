//! Signature headers and scheme files that nobody wrote on purpose: whatever comes, nothing panics, both answers agree, and
//! what a report points to lies inside what it shows.

use hookbench_engine::provider::{Catalogue, Provider};
use hookbench_signature::{Message, Micros, Report, Scheme, Secret, check, verify};

use crate::mutation::{Random, run};

/// The schemes that headers are put to: one of each grammar.
const PROVIDERS: [&str; 14] = [
    "stripe", "github", "svix", "slack", "paddle", "square", "shopify", "twilio", "mailgun", "plaid",
    "paypal", "discord", "adyen", "trutac",
];

#[test]
fn no_signature_header_breaks_a_check() {
    let catalogue = Catalogue::embedded().expect("the provider files are read");
    let schemes: Vec<(&str, Vec<String>, Scheme)> = PROVIDERS
        .iter()
        .filter_map(|id| {
            let provider = catalogue.get(id).expect("each is there");
            let scheme = provider.scheme(&Default::default()).ok().flatten()?;
            Some((*id, headers_of(&scheme), scheme))
        })
        .collect();
    assert!(schemes.len() > 10, "enough grammars are put to it");
    run("header", |bytes, random| {
        let (id, names, scheme) = &schemes[random.below(schemes.len())];
        // The first line is the body, the others are values of the headers that the scheme reads.
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let body = lines.next().unwrap_or_default();
        let values: Vec<&[u8]> = lines.collect();
        let headers: Vec<(&[u8], &[u8])> = names
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((name.as_bytes(), *values.get(at % values.len().max(1))?)))
            .collect();
        let message = Message {
            method: "POST",
            target: "/hook?a=1",
            url: None,
            headers: &headers,
            body,
            received_at: Some(Micros(1_795_176_251_000_000)),
        };
        let secrets = [Secret::new("one", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
        let report = verify(scheme, &message, &secrets);
        assert_eq!(
            check(scheme, &message, &secrets).verdict,
            report.verdict,
            "`{id}`: both answers agree"
        );
        points_inside(&report);
    });
}

/// The names of the headers that a scheme mentions anywhere.
fn headers_of(scheme: &Scheme) -> Vec<String> {
    let text = toml::to_string(scheme).expect("a scheme is written");
    let mut names: Vec<String> = text
        .split("header:")
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|character| character.is_ascii_alphanumeric() || *character == '-')
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn points_inside(report: &Report) {
    for found in &report.found {
        for part in &found.parts {
            assert!(
                found.text.get(part.span.start..part.span.end).is_some(),
                "a part of a header lies inside it"
            );
        }
    }
    if let Some(content) = &report.content {
        for part in &content.parts {
            assert!(
                part.span.start <= part.span.end && part.span.end <= content.length,
                "a part of what is signed lies inside it"
            );
        }
    }
}

#[test]
fn no_scheme_file_breaks_its_reader() {
    let secrets = [Secret::new("one", "secret")];
    run("scheme", |bytes, _: &mut Random| {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let provider = match toml::from_str::<Provider>(text) {
            Ok(provider) => provider,
            Err(error) => {
                assert!(!error.to_string().is_empty(), "a refusal has its reason");
                return;
            }
        };
        // One that can be read can be used, and reads back what it writes.
        let written = toml::to_string(&provider).expect("it is written");
        let again: Provider = toml::from_str(&written).expect("what is written is read");
        assert_eq!(again, provider, "nothing is lost on the way");
        let Ok(Some(scheme)) = provider.scheme(&Default::default()) else {
            return;
        };
        let names = headers_of(&scheme);
        let headers: Vec<(&[u8], &[u8])> = names
            .iter()
            .map(|name| (name.as_bytes(), &b"t=1795176251,v1=00ff"[..]))
            .collect();
        let message = Message {
            method: "POST",
            target: "/",
            url: None,
            headers: &headers,
            body: b"{\"a\":1}",
            received_at: Some(Micros(1_795_176_251_000_000)),
        };
        points_inside(&verify(&scheme, &message, &secrets));
    });
}
