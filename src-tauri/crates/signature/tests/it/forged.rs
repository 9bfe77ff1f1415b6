//! What somebody could pass off as signed, and what is said of what a signature leaves open.

use hookbench_signature::{Draft, Micros, NoteCode, Scheme, Secret, Verdict, check, sign, verify};

use crate::provider;
use crate::sent::{Sent, Signer, URL};

const AT: Micros = Micros(1_700_000_000_000_000);

fn post<'a>(headers: &'a [(&'a [u8], &'a [u8])], body: &'a [u8]) -> Draft<'a> {
    Draft {
        method: "POST",
        target: "/in/abc?x=1&y=%2F",
        url: Some(URL),
        headers,
        body,
    }
}

/// A provider's usual body, signed.
fn signed(name: &str) -> (Scheme, Secret, Sent) {
    let scheme = provider::scheme(name);
    let signer = Signer::of(name, &scheme);
    let headers = provider::headers(name);
    let draft = post(&headers, provider::body(name).as_bytes());
    let made = signer.sign(&scheme, &draft, AT).unwrap();
    (scheme.clone(), signer.secret(&scheme), Sent::of(&draft, made))
}

/// One item as Adyen would send it.
fn adyen_item() -> (Scheme, Secret, String) {
    let scheme = provider::scheme("adyen");
    let secret = provider::secret("adyen");
    let body = r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"a","amount":{"value":1,"currency":"EUR"},"success":"true"}}]}"#;
    let draft = post(&[], body.as_bytes());
    let made = sign(&scheme, &draft, &secret, AT, None).unwrap().body.unwrap();
    let text = String::from_utf8(made).unwrap();
    let item = text["{\"notificationItems\":[".len()..text.len() - 2].to_owned();
    (scheme, secret, item)
}

fn adyen(items: &str) -> Sent {
    Sent {
        method: "POST".to_owned(),
        url: URL.to_owned(),
        headers: vec![(b"Content-Type".to_vec(), b"application/json".to_vec())],
        body: format!("{{\"notificationItems\":[{items}]}}").into_bytes(),
    }
}

#[test]
fn every_signed_item_is_judged_however_many_there_are() {
    let (scheme, secret, item) = adyen_item();
    let many = vec![item.as_str(); 1500].join(",");
    let (verdict, sentence) = adyen(&many).judge(&scheme, &secret, AT);
    assert_eq!(verdict, Verdict::Valid, "all of them hold: {sentence}");
    assert!(
        sentence.ends_with("So are the others: 1500 items are signed, each on its own."),
        "no one of them is singled out: {sentence}"
    );
    let forged = item.replace(r#""value":1"#, r#""value":100000"#);
    let (verdict, sentence) = adyen(&format!("{many},{forged}")).judge(&scheme, &secret, AT);
    assert_eq!(verdict, Verdict::Invalid, "one of them does not: {sentence}");
    assert!(
        sentence.ends_with("Of 1501 signed items this is number 1501."),
        "it is that one: {sentence}"
    );
}

#[test]
fn an_element_that_is_not_signed_does_not_slip_in_among_those_that_are() {
    let (scheme, secret, item) = adyen_item();
    for other in [r#"{"Other":{"success":"true"}}"#, "{}", "1", "null", "[]"] {
        for items in [format!("{item},{other}"), format!("{other},{item}")] {
            let (verdict, sentence) = adyen(&items).judge(&scheme, &secret, AT);
            assert_eq!(
                verdict,
                Verdict::Missing,
                "`{other}` has no signature: {sentence}"
            );
        }
    }
    let (graph, secret, sent) = signed("microsoft-graph");
    assert_eq!(
        sent.judge(&graph, &secret, AT).0,
        Verdict::Valid,
        "each has its state"
    );
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let more = text.replacen("\"value\":[", "\"value\":[{\"subscriptionId\":\"c\"},", 1);
    let sent = Sent {
        body: more.into_bytes(),
        ..sent
    };
    assert_eq!(
        sent.judge(&graph, &secret, AT).0,
        Verdict::Missing,
        "and this one has none"
    );
}

#[test]
fn a_document_that_is_not_whole_does_not_hold_though_its_signature_does() {
    for name in ["adyen", "mailgun", "aws-sns", "figma", "microsoft-graph"] {
        let (scheme, secret, sent) = signed(name);
        assert_eq!(
            sent.judge(&scheme, &secret, AT).0,
            Verdict::Valid,
            "`{name}` as it was sent"
        );
        let text = String::from_utf8(sent.body.clone()).unwrap();
        let cut = text.strip_suffix('}').unwrap();
        for broken in [
            format!("{text}garbage"),
            format!("{text}}}"),
            format!("{text},{{\"more\":1}}"),
            cut.to_owned(),
            format!("{cut},}}"),
            format!("{cut},\"more\":}}"),
            format!("{cut},\"more\":01}}"),
        ] {
            let broken = Sent {
                body: broken.into_bytes(),
                ..sent.clone()
            };
            let (verdict, sentence) = broken.judge(&scheme, &secret, AT);
            let shown = String::from_utf8_lossy(&broken.body);
            assert_eq!(verdict, Verdict::Invalid, "`{name}`: {shown}: {sentence}");
            assert!(
                sentence.contains("a JSON document that is broken"),
                "and that is why: {sentence}"
            );
        }
    }
}

#[test]
fn a_document_inside_a_form_must_be_whole_too() {
    let (scheme, secret, sent) = signed("dropbox-sign");
    assert_eq!(
        sent.judge(&scheme, &secret, AT).0,
        Verdict::Valid,
        "as it was sent"
    );
    let mut body = sent.body.clone();
    body.extend_from_slice(b"garbage");
    let sent = Sent { body, ..sent };
    assert_eq!(
        sent.judge(&scheme, &secret, AT).0,
        Verdict::Invalid,
        "what follows it is nobody's"
    );
}

#[test]
fn a_body_that_is_signed_byte_for_byte_need_not_be_a_document() {
    let scheme = provider::scheme("linear");
    let secret = provider::secret("linear");
    let body = br#"{"webhookTimestamp":1700000000000}garbage"#;
    let draft = post(&[], body);
    let made = sign(&scheme, &draft, &secret, AT, None).unwrap();
    // Signing puts the time in its place and nothing else.
    let sent = Sent::of(&draft, made);
    assert!(sent.body.ends_with(b"garbage"), "it is what was signed");
    assert_eq!(
        sent.judge(&scheme, &secret, AT).0,
        Verdict::Valid,
        "and all of it"
    );
}

#[test]
fn an_older_way_of_signing_never_stands_in_for_one_that_is_there() {
    let mut tried = Vec::new();
    for (name, scheme) in provider::all() {
        let secret = provider::secret(&name);
        let headers = provider::headers(&name);
        let draft = post(&headers, provider::body(&name).as_bytes());
        let main = scheme
            .signature
            .as_ref()
            .unwrap()
            .from
            .first()
            .unwrap()
            .to_string();
        let Some(main) = main.strip_prefix("header:") else {
            continue;
        };
        for older in &scheme.alternatives {
            let alone = Scheme {
                when: Vec::new(),
                ..older.clone()
            };
            let Ok(made) = sign(&alone, &draft, &secret, AT, None) else {
                continue;
            };
            let mut sent = Sent::of(&draft, made);
            if sent
                .headers
                .iter()
                .any(|(line, _)| line.eq_ignore_ascii_case(main.as_bytes()))
            {
                continue;
            }
            for text in ["foo", "", "sha256="] {
                sent.headers
                    .push((main.as_bytes().to_vec(), text.as_bytes().to_vec()));
                let (verdict, sentence) = sent.judge(&scheme, &secret, AT);
                assert_ne!(
                    verdict,
                    Verdict::Valid,
                    "`{name}`: with `{main}: {text}` the way `{:?}` is not meant: {sentence}",
                    older.title
                );
                sent.headers.pop();
            }
            tried.push(name.clone());
        }
    }
    for name in ["github", "meta", "hubspot", "forgejo", "buildkite", "revenuecat"] {
        assert!(
            tried.iter().any(|other| other == name),
            "`{name}` is among {tried:?}"
        );
    }
}

#[test]
fn a_way_that_is_named_and_not_known_is_not_taken_for_the_old_one() {
    const SETTINGS: &str = "X-Twilio-Webhooks-Signature-Settings";
    for name in ["twilio", "twilio-sharedkey"] {
        let scheme = provider::scheme(name);
        let secret = provider::secret(name);
        let sha1 = scheme.alternatives.last().unwrap();
        let headers = provider::headers(name);
        let draft = post(&headers, provider::body(name).as_bytes());
        let made = sign(
            &Scheme {
                when: Vec::new(),
                ..sha1.clone()
            },
            &draft,
            &secret,
            AT,
            None,
        )
        .unwrap();
        let plain = Sent::of(&draft, made);
        let with = |text: &str| {
            let mut sent = plain.clone();
            sent.headers
                .push((SETTINGS.as_bytes().to_vec(), text.as_bytes().to_vec()));
            sent.judge(&scheme, &secret, AT)
        };
        assert_eq!(
            with("key=SK1, algorithm=HMAC_SHA1").0,
            Verdict::Valid,
            "`{name}`: SHA-1 by name"
        );
        for unknown in [
            "key=SK1,algorithm=HMAC_SHA512",
            "key=SK1,algorithm=HMAC_SHA10",
            "key=SK1",
            "",
        ] {
            let (verdict, sentence) = with(unknown);
            assert_eq!(verdict, Verdict::Invalid, "`{name}`: `{unknown}`: {sentence}");
        }
        let (verdict, _) = plain.judge(&scheme, &secret, AT);
        let wanted = if name == "twilio" {
            Verdict::Valid
        } else {
            Verdict::Invalid
        };
        assert_eq!(verdict, wanted, "`{name}` without the header");
    }
    let (sns, secret, sent) = signed("aws-sns");
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let other = text.replace(r#""SignatureVersion":"2""#, r#""SignatureVersion":"3""#);
    assert_ne!(other, text, "the version is there");
    let sent = Sent {
        body: other.into_bytes(),
        ..sent
    };
    assert_eq!(
        sent.judge(&sns, &secret, AT).0,
        Verdict::Invalid,
        "SNS has no third version"
    );
}

#[test]
fn what_is_signed_says_how() {
    let scheme = provider::scheme("twilio-sharedkey");
    let secret = provider::secret("twilio-sharedkey");
    let headers = provider::headers("twilio-sharedkey");
    let draft = post(&headers, provider::body("twilio-sharedkey").as_bytes());
    let made = sign(&scheme, &draft, &secret, AT, None).unwrap();
    let settings = made
        .headers
        .iter()
        .find(|(name, _)| name.ends_with("Signature-Settings"));
    assert_eq!(
        settings.map(|(_, value)| value.as_str()),
        Some("key=SK00000000000000000000000000000000,algorithm=HMAC_SHA256"),
        "the receiver is told the algorithm"
    );
    let sent = Sent::of(&draft, made);
    assert_eq!(sent.judge(&scheme, &secret, AT).0, Verdict::Valid, "and finds it");
}

#[test]
fn a_certificate_is_taken_from_where_sns_keeps_them_only() {
    let (scheme, secret, sent) = signed("aws-sns");
    let from = |url: &str| {
        let text = String::from_utf8(sent.body.clone()).unwrap();
        let changed = text.replace("https://sns.us-east-1.amazonaws.com/x.pem", url);
        let sent = Sent {
            body: changed.into_bytes(),
            ..sent.clone()
        };
        sent.judge(&scheme, &secret, AT)
    };
    for good in [
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/a/b.pem",
    ] {
        assert_eq!(from(good).0, Verdict::Valid, "`{good}`");
    }
    for bad in [
        "https://sns.us-east-1.amazonaws.com/x.crt",
        "https://sns.us-east-1.amazonaws.com/x.pem?a=b",
        "https://sns.us-east-1.amazonaws.com/x?.pem",
        "https://sns.us.amazonaws.com/x.pem",
        "http://sns.us-east-1.amazonaws.com/x.pem",
    ] {
        let (verdict, sentence) = from(bad);
        assert_eq!(verdict, Verdict::Invalid, "`{bad}`: {sentence}");
        assert!(
            sentence.contains("that ends in .pem"),
            "what is asked is said: {sentence}"
        );
    }
}

#[test]
fn what_a_signature_leaves_open_is_said_of_this_very_request() {
    let notes = |name: &str, kind: &[u8], body: &[u8], keep: &dyn Fn(&mut Scheme)| {
        let scheme = provider::scheme(name);
        let secret = provider::secret(name);
        let headers: [(&[u8], &[u8]); 1] = [(b"Content-Type", kind)];
        let draft = post(&headers, body);
        let mut signing = scheme.clone();
        keep(&mut signing);
        let made = sign(&signing, &draft, &secret, AT, None).unwrap();
        let report = Sent::of(&draft, made).with_message(Some(AT), |message| {
            verify(&scheme, message, std::slice::from_ref(&secret))
        });
        assert_eq!(report.verdict, Verdict::Valid, "`{name}`: {}", report.sentence);
        let open = report
            .notes
            .into_iter()
            .filter(|note| note.code == NoteCode::NotCovered);
        open.map(|note| note.text).collect::<Vec<_>>()
    };
    let without_digest = |scheme: &mut Scheme| {
        scheme.require.clear();
        scheme.alternatives.iter_mut().for_each(|way| way.require.clear());
    };
    let form = b"application/x-www-form-urlencoded";
    let json = b"application/json";
    assert_eq!(
        notes("vonage", json, b"{}", &without_digest),
        ["the token does not cover the body"],
        "a token without the digest"
    );
    assert!(
        notes("vonage", json, b"{}", &|_| ()).is_empty(),
        "with it the body is covered"
    );
    assert_eq!(
        notes("twilio", json, b"{}", &without_digest),
        ["the body is not signed"],
        "JSON without its digest"
    );
    assert!(notes("twilio", json, b"{}", &|_| ()).is_empty(), "with it, it is");
    assert!(
        notes("twilio", form, b"a=1", &without_digest).is_empty(),
        "a form's fields are signed"
    );
    assert!(
        notes("twilio", json, b"", &without_digest).is_empty(),
        "of nothing, nothing is open"
    );
}

#[test]
fn a_field_of_a_form_in_parts_is_signed_where_it_stands() {
    let scheme = provider::scheme("dropbox-sign");
    let secret = provider::secret("dropbox-sign");
    let headers: [(&[u8], &[u8]); 1] = [(b"Content-Type", b"multipart/form-data; boundary=B")];
    let body = "--B\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"event\":{\"event_time\":\"1\",\"event_type\":\"sent\",\"event_hash\":\"\"}}\r\n--B--\r\n";
    let draft = post(&headers, body.as_bytes());
    let made = sign(&scheme, &draft, &secret, AT, None).unwrap();
    let sent = Sent::of(&draft, made);
    let text = String::from_utf8(sent.body.clone()).unwrap();
    assert!(
        text.contains("\"event_time\":\"1700000000\""),
        "the time is put in: {text}"
    );
    assert!(
        text.ends_with("}}\r\n--B--\r\n"),
        "what stands around it stays: {text}"
    );
    assert_eq!(sent.judge(&scheme, &secret, AT).0, Verdict::Valid, "{text}");
}

#[test]
fn the_url_that_was_assumed_while_signing_is_told() {
    let headers: [(&[u8], &[u8]); 2] = [
        (b"Host", b"hooks.example"),
        (b"Content-Type", b"application/json"),
    ];
    let draft = Draft {
        method: "POST",
        target: "/in?a=1",
        url: None,
        headers: &headers,
        body: b"{}",
    };
    for (name, wanted) in [
        ("square", Some("https://hooks.example/in?a=1")),
        ("monday", Some("https://hooks.example/in?a=1")),
        ("github", None),
    ] {
        let made = sign(&provider::scheme(name), &draft, &provider::secret(name), AT, None).unwrap();
        assert_eq!(made.url.as_deref(), wanted, "`{name}`");
        let sent = Sent::of(&draft, made);
        let sent = Sent {
            url: wanted.unwrap_or(URL).to_owned(),
            ..sent
        };
        let (verdict, sentence) = sent.judge(&provider::scheme(name), &provider::secret(name), AT);
        assert_eq!(verdict, Verdict::Valid, "`{name}` holds at that URL: {sentence}");
    }
}

#[test]
fn of_a_batch_that_signs_its_first_event_the_rest_is_said_to_be_open() {
    let scheme = provider::scheme("segment");
    let secret = provider::secret("segment");
    let body = br#"[{"messageId":"a", "n": 1.50},{"messageId":"b"}]"#;
    let draft = post(&[], body);
    let made = sign(&scheme, &draft, &secret, AT, None).unwrap();
    let sent = Sent::of(&draft, made);
    let report = sent.with_message(Some(AT), |message| {
        verify(&scheme, message, std::slice::from_ref(&secret))
    });
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.sentence);
    assert_eq!(
        report.content.unwrap().bytes,
        br#"{"messageId":"a", "n": 1.50}"#,
        "the first event as it stands"
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.text == "of a batch only the first event is signed"),
        "and no more"
    );
    let one = post(&[], b"{\"messageId\":\"a\"}");
    let made = sign(&scheme, &one, &secret, AT, None).unwrap();
    let alone = Sent::of(&one, made);
    assert_eq!(
        alone.judge(&scheme, &secret, AT).0,
        Verdict::Valid,
        "one event is signed whole"
    );
}

#[test]
fn a_secret_that_is_named_after_the_senders_key_is_the_one_that_counts() {
    const ID: &[u8] = b"krn:key:2";
    let scheme = provider::scheme("klarna");
    let headers: [(&[u8], &[u8]); 1] = [(b"Klarna-Signing-Key-Id", ID)];
    let draft = post(&headers, b"{}");
    let made = sign(&scheme, &draft, &Secret::new("any", "right"), AT, None).unwrap();
    let sent = Sent::of(&draft, made);
    let judge = |secrets: &[Secret]| {
        let checked = sent.with_message(Some(AT), |message| check(&scheme, message, secrets));
        let report = sent.with_message(Some(AT), |message| verify(&scheme, message, secrets));
        (checked.verdict, checked.secret, report.sentence)
    };
    let (verdict, secret, _) = judge(&[
        Secret::new("krn:key:1", "wrong"),
        Secret::new("krn:key:2", "right"),
    ]);
    assert_eq!((verdict, secret), (Verdict::Valid, Some(1)), "the key of that id");
    let (verdict, _, sentence) = judge(&[Secret::new("krn:key:2", "wrong"), Secret::new("old", "right")]);
    assert_eq!(verdict, Verdict::Invalid, "another key is not asked: {sentence}");
    assert_eq!(
        sentence,
        "The signature is not HMAC-SHA256 of these bytes with the secret `krn:key:2`. The sender names the key \
         `krn:key:2`, so only the secret of that name was tried.",
        "and that is said"
    );
    let (_, _, sentence) = judge(&[Secret::new("first", "wrong"), Secret::new("second", "other")]);
    assert_eq!(
        sentence,
        "The signature is not HMAC-SHA256 of these bytes with any of the 2 secrets. The sender names the key \
         `krn:key:2`; a secret of that name would be the one tried.",
        "and how many were tried"
    );
    let (verdict, secret, _) = judge(&[Secret::new("first", "wrong"), Secret::new("second", "right")]);
    assert_eq!(
        (verdict, secret),
        (Verdict::Valid, Some(1)),
        "where none is named so, all are tried"
    );
}
