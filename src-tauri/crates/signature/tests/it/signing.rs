//! What is signed here is valid here, for every scheme that signs with a shared secret.

use hookbench_signature::{Algorithm, Draft, Micros, SignError, TestKey, Verdict, sign, sign_with_test_key};

use crate::provider;
use crate::sent::{Sent, URL};

const AT: Micros = Micros(1_700_000_000_123_456);

/// When it arrives.
const RECEIVED: Micros = Micros(AT.0 + 900_000);

#[test]
fn every_shared_secret_scheme_signs_what_it_accepts() {
    let mut symmetric = 0;
    for (name, scheme) in provider::all() {
        let secret = provider::secret(&name);
        let body = provider::body(&name);
        let headers = provider::headers(&name);
        let draft = Draft {
            method: "POST",
            target: "/in/abc",
            url: Some(URL),
            headers: &headers,
            body: body.as_bytes(),
        };
        match sign(&scheme, &draft, &secret, AT, None) {
            Ok(signed) => {
                let (verdict, sentence) = Sent::of(&draft, signed).judge(&scheme, &secret, RECEIVED);
                assert_eq!(
                    verdict,
                    Verdict::Valid,
                    "`{name}` accepts its own signature: {sentence}"
                );
                symmetric += 1;
            }
            Err(SignError::Asymmetric(_)) => {
                let algorithm = scheme.algorithm.get().unwrap();
                assert!(
                    algorithm.is_asymmetric() || algorithm == Algorithm::Jwt,
                    "`{name}` is only refused because its key is private"
                );
            }
            Err(error) => panic!("`{name}`: {error}"),
        }
    }
    assert!(
        symmetric >= 70,
        "most providers share a secret, {symmetric} were signed"
    );
}

#[test]
fn an_id_that_is_given_is_the_id_that_is_signed() {
    let (_, svix) = provider::all()
        .into_iter()
        .find(|(name, _)| name == "svix")
        .unwrap();
    let draft = Draft {
        method: "POST",
        target: "/",
        url: None,
        headers: &[],
        body: b"{}",
    };
    let signed = sign(&svix, &draft, &provider::secret("svix"), AT, Some("msg_given")).unwrap();
    assert!(
        signed
            .headers
            .contains(&("svix-id".to_owned(), "msg_given".to_owned())),
        "the id is kept"
    );
    assert!(signed.body.is_none(), "the body is not touched");
}

#[test]
fn a_json_body_for_twilio_is_signed_through_its_digest_in_the_query() {
    let (_, twilio) = provider::all()
        .into_iter()
        .find(|(name, _)| name == "twilio")
        .unwrap();
    let secret = provider::secret("twilio");
    let headers: [(&[u8], &[u8]); 1] = [(b"Content-Type", b"application/json")];
    let draft = Draft {
        method: "POST",
        target: "/in/abc",
        url: Some(URL),
        headers: &headers,
        body: b"{}",
    };
    let signed = sign(&twilio, &draft, &secret, AT, None).unwrap();
    let url = signed.url.clone().unwrap();
    assert!(
        url.starts_with(URL) && url.contains("&bodySHA256=44136fa355b3678a"),
        "the digest is added: {url}"
    );
    let mut sent = Sent::of(&draft, signed);
    assert_eq!(
        sent.judge(&twilio, &secret, RECEIVED).0,
        Verdict::Valid,
        "and the whole is valid"
    );
    sent.body = b"[]".to_vec();
    assert_eq!(
        sent.judge(&twilio, &secret, RECEIVED).0,
        Verdict::Invalid,
        "another body is not"
    );
}

#[test]
fn public_key_schemes_accept_what_a_test_key_signed() {
    let mut signed_by_test_keys = 0;
    for (name, scheme) in provider::all() {
        let Ok(key) = TestKey::generate(&scheme) else {
            continue;
        };
        let body = provider::body(&name);
        let headers = provider::headers(&name);
        let draft = Draft {
            method: "POST",
            target: "/in/abc",
            url: Some(URL),
            headers: &headers,
            body: body.as_bytes(),
        };
        let signed = match sign_with_test_key(&scheme, &draft, &key, AT, Some("msg_1")) {
            Ok(signed) => signed,
            // SHA-1 is checked for RSA and no longer made.
            Err(SignError::Asymmetric(title)) if title.contains("SHA-1") => continue,
            Err(error) => panic!("`{name}`: {error}"),
        };
        let public = key.public_secret(&scheme).unwrap();
        let (verdict, sentence) = Sent::of(&draft, signed).judge(&scheme, &public, RECEIVED);
        assert_eq!(
            verdict,
            Verdict::Valid,
            "`{name}` accepts the test key: {sentence}"
        );
        signed_by_test_keys += 1;
    }
    assert!(
        signed_by_test_keys >= 7,
        "all kinds of keys are tried: {signed_by_test_keys}"
    );
}

#[test]
fn a_test_key_can_be_kept_and_is_not_shown() {
    let scheme = provider::scheme("discord");
    let key = TestKey::generate(&scheme).unwrap();
    let again = TestKey::from_pkcs8(&scheme, key.to_pkcs8()).unwrap();
    assert_eq!(key.public_pem(), again.public_pem(), "the same key comes back");
    assert!(!format!("{key:?}").contains("pkcs8"), "debug output holds no key");
    assert!(
        TestKey::from_pkcs8(&scheme, b"no key").is_err(),
        "what is no key is refused"
    );
    assert!(
        TestKey::generate(&provider::scheme("github")).is_err(),
        "a shared secret needs no test key"
    );
}
