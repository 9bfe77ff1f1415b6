//! Tokens and their keys: every algorithm there is, and keys that say they are not meant.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookbench_signature::{
    Budget, Cause, Context, Draft, Message, Micros, Scheme, Secret, TestKey, Verdict, check, diagnose,
    sign_with_test_key, verify,
};
use serde::Deserialize;

use crate::provider::{self, folder};
use crate::sent::{Sent, URL};

const AT: i64 = 1_700_000_000;

#[derive(Deserialize)]
struct Golden {
    rsa_pem: String,
    p384_pem: String,
    p521_pem: String,
    rsa_jwk: serde_json::Value,
    p384_jwk: serde_json::Value,
    p521_jwk: serde_json::Value,
    tokens: BTreeMap<String, String>,
}

fn golden() -> Golden {
    let text = fs::read_to_string(folder("fixtures/tokens.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn any_token() -> Scheme {
    let text = r#"
algorithm = "jwt"
jwt_algorithms = ["RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512"]
signature = { from = "header:X-Token" }
"#;
    toml::from_str(text).unwrap()
}

/// What is all in its headers, received at [`AT`].
fn message<'m>(headers: &'m [(&'m [u8], &'m [u8])]) -> Message<'m> {
    Message {
        method: "POST",
        target: "/",
        url: None,
        headers,
        body: b"",
        received_at: Some(Micros::from_seconds(AT)),
    }
}

fn judge(token: &str, key: &str) -> (Verdict, String) {
    let headers: [(&[u8], &[u8]); 1] = [(b"X-Token", token.as_bytes())];
    let message = message(&headers);
    let secrets = [Secret::new("theirs", key)];
    let report = verify(&any_token(), &message, &secrets);
    assert_eq!(
        check(&any_token(), &message, &secrets).verdict,
        report.verdict,
        "one judgement"
    );
    (report.verdict, report.sentence)
}

#[test]
fn tokens_that_others_signed_hold_in_every_algorithm() {
    let golden = golden();
    for (algorithm, token) in &golden.tokens {
        let keys = match &algorithm[..2] {
            "ES" if algorithm == "ES384" => [golden.p384_pem.clone(), golden.p384_jwk.to_string()],
            "ES" => continue,
            _ => [golden.rsa_pem.clone(), golden.rsa_jwk.to_string()],
        };
        for key in &keys {
            let (verdict, sentence) = judge(token, key);
            assert_eq!(verdict, Verdict::Valid, "`{algorithm}`: {sentence}");
            // The letter before the last carries bits that count.
            let at = token.len() - 2;
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            assert_eq!(
                judge(&changed, key).0,
                Verdict::Invalid,
                "`{algorithm}` notices another signature"
            );
        }
    }
}

#[test]
fn an_algorithm_that_cannot_be_checked_is_named_and_not_called_wrong() {
    let golden = golden();
    for key in [golden.p521_pem.clone(), golden.p521_jwk.to_string()] {
        let (verdict, sentence) = judge(&golden.tokens["ES512"], &key);
        assert_eq!(verdict, Verdict::Unknown, "nothing is known of it: {sentence}");
        assert_eq!(
            sentence, "The token is signed with `ES512`, an algorithm that cannot be checked here.",
            "by its name"
        );
    }
}

#[test]
fn a_key_of_another_kind_is_said_to_be_one() {
    let golden = golden();
    let (verdict, sentence) = judge(&golden.tokens["RS384"], &golden.p384_pem);
    assert_eq!(verdict, Verdict::Invalid, "it cannot have signed");
    assert_eq!(
        sentence, "The token is signed with `RS384`, and what is in `theirs` is a P-384 public key.",
        "and why is said"
    );
}

/// A Plaid event signed with a key of ours, whose id is `test-key`, and that key as the members of a JWK.
fn plaid() -> (Scheme, Sent, String) {
    let scheme = provider::scheme("plaid");
    let key = TestKey::generate(&scheme).unwrap();
    let draft = Draft {
        method: "POST",
        target: "/",
        url: Some(URL),
        headers: &[],
        body: b"{}",
    };
    let signed = sign_with_test_key(&scheme, &draft, &key, Micros::from_seconds(AT), None).unwrap();
    let pem = key.public_pem().unwrap();
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(text).unwrap();
    let (x, y) = der[der.len() - 64..].split_at(32);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let members = format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#);
    (scheme, Sent::of(&draft, signed), members)
}

#[test]
fn a_key_says_for_which_tokens_it_is() {
    const OTHER: &str = r#"{"kty":"EC","crv":"P-256","kid":"other","x":"wVEG0Woqof5IHY3bZWJvQX3I2Qz22vjCZhJHTP94ENQ","y":"KPWjrMr8LOF2rC26KgkXx-DJK9dqb3JtYF1y8Q40ZGI"}"#;
    let (scheme, sent, own) = plaid();
    let judge = |key: &str| sent.judge(&scheme, &Secret::new("plaid", key), Micros::from_seconds(AT));
    for key in [
        format!("{{{own}}}"),
        format!(r#"{{{own},"kid":"test-key","alg":"ES256","expired_at":null}}"#),
        format!(r#"{{"keys":[{OTHER},{{{own},"kid":"test-key"}}]}}"#),
        format!(r#"{{"key":{{{own},"kid":"test-key"}},"request_id":"r"}}"#),
        format!(r#"{{{own},"expired_at":{}}}"#, AT + 1),
    ] {
        let (verdict, sentence) = judge(&key);
        assert_eq!(verdict, Verdict::Valid, "{key}: {sentence}");
    }
    for (key, said) in [
        (
            OTHER.to_owned(),
            "The token names the key `test-key`, and no key in `plaid` has that id.",
        ),
        (
            format!(r#"{{"keys":[{OTHER}]}}"#),
            "The token names the key `test-key`, and no key in `plaid` has that id.",
        ),
        (
            format!(r#"{{{own},"kid":"another"}}"#),
            "The token names the key `test-key`, and no key in `plaid` has that id.",
        ),
        (
            format!(r#"{{{own},"alg":"ES384"}}"#),
            "The token is signed with `ES256`, and the key in `plaid` is for `ES384`.",
        ),
        (
            format!(r#"{{{own},"expired_at":{AT}}}"#),
            "The token is signed with the key in `plaid`, but that ended at 2023-11-14T22:13:20Z, before it was received.",
        ),
        ("no key".to_owned(), "No public key can be read from `plaid`."),
    ] {
        assert_eq!(judge(&key), (Verdict::Invalid, said.to_owned()), "{key}");
        let secrets = [Secret::new("plaid", &*key)];
        let found = sent.with_message(Some(Micros::from_seconds(AT)), |message| {
            diagnose(
                &scheme,
                message,
                &secrets,
                &Context::default(),
                &Budget::generous(),
            )
        });
        let cause = if key == "no key" {
            Cause::UnreadableKey
        } else {
            Cause::Requirement
        };
        assert_eq!(
            (found.cause, found.message.as_str()),
            (cause, said),
            "{key} is diagnosed as well"
        );
    }
}

#[test]
fn a_key_that_fits_stands_before_one_that_does_not() {
    let (scheme, sent, own) = plaid();
    let secrets = [
        Secret::new("retired", format!(r#"{{{own},"kid":"another"}}"#)),
        Secret::new("current", format!(r#"{{{own},"kid":"test-key"}}"#)),
    ];
    let report = sent.with_message(Some(Micros::from_seconds(AT)), |message| {
        verify(&scheme, message, &secrets)
    });
    assert_eq!(
        (report.verdict, report.key.unwrap().name.as_str()),
        (Verdict::Valid, "current"),
        "each secret is tried"
    );
}

#[test]
fn a_header_that_the_scheme_requires_is_not_taken_for_a_refusal_by_the_key() {
    let scheme: Scheme = toml::from_str(
        r#"
algorithm = "jwt"
jwt_algorithms = ["HS256"]
signature = { from = "header:X-Token" }
require = [{ from = "claim-header:typ", is = ["webhook"] }]
"#,
    )
    .unwrap();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let token = format!(
        "{header}.{}.{}",
        URL_SAFE_NO_PAD.encode("{}"),
        URL_SAFE_NO_PAD.encode([7; 32])
    );
    let headers: [(&[u8], &[u8]); 1] = [(b"X-Token", token.as_bytes())];
    let message = message(&headers);
    let secrets = [Secret::new("ours", "s3cret-token")];
    let diagnosis = diagnose(
        &scheme,
        &message,
        &secrets,
        &Context::default(),
        &Budget::generous(),
    );
    assert_eq!(diagnosis.cause, Cause::Unknown, "{}", diagnosis.message);
}
