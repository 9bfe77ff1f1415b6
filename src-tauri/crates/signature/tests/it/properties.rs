//! What holds for every input.

use std::sync::OnceLock;

use hookbench_signature::{
    Algorithm, Budget, Context, Draft, Message, Micros, Report, Scheme, Secret, SecretDecoding, Source,
    Template, Verdict, check, diagnose, discover, explain, sign, verify,
};
use proptest::prelude::*;

use crate::provider;
use crate::sent::{Sent, URL};

fn all() -> &'static [(String, Scheme)] {
    static ALL: OnceLock<Vec<(String, Scheme)>> = OnceLock::new();
    ALL.get_or_init(provider::all)
}

/// Schemes whose signature is outside the body and covers its bytes.
fn over_the_body() -> Vec<&'static (String, Scheme)> {
    let is_over_body = |scheme: &Scheme| {
        let is_keyed = scheme
            .algorithm
            .get()
            .is_some_and(|algorithm| algorithm.hmac_hash().is_some());
        is_keyed && scheme.content[0].reads(&Source::Body) && scheme.when.is_empty()
    };
    all().iter().filter(|(_, scheme)| is_over_body(scheme)).collect()
}

fn send(name: &str, scheme: &Scheme, secret: &Secret, body: &[u8], at: Micros, id: &str) -> Sent {
    let mut headers = provider::headers(name);
    headers[0].1 = b"application/octet-stream";
    let draft = Draft {
        method: "POST",
        target: "/in/abc?x=1&y=%2F",
        url: Some(URL),
        headers: &headers,
        body,
    };
    let signed = sign(scheme, &draft, secret, at, Some(id)).unwrap();
    Sent::of(&draft, signed)
}

fn times() -> impl Strategy<Value = Micros> {
    (1_000_000_000_i64..4_000_000_000).prop_map(Micros::from_seconds)
}

/// A secret in the form that a scheme reads.
fn secret_of(scheme: &Scheme, text: &str) -> Secret {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let form = &scheme.secret[0];
    Secret::new(
        "live",
        match (&form.split, form.decode) {
            (Some(split), _) => format!("public{split}{text}"),
            (None, SecretDecoding::Hex) => hex,
            (None, SecretDecoding::Text | SecretDecoding::Base64) => format!("whsec_{hex}"),
        },
    )
}

fn check_spans(report: &Report) -> Result<(), TestCaseError> {
    if let Some(content) = &report.content {
        let mut end = 0;
        for part in &content.parts {
            prop_assert_eq!(part.span.start, end, "parts follow each other");
            prop_assert!(part.span.end >= part.span.start, "a span goes forward");
            end = part.span.end;
        }
        prop_assert_eq!(end, content.length, "and fill the content");
        prop_assert!(
            content.bytes.len() <= content.length,
            "no more is carried than there is"
        );
    }
    for found in &report.found {
        for part in &found.parts {
            prop_assert!(
                part.span.start <= part.span.end && part.span.end <= found.text.len(),
                "inside the text"
            );
            prop_assert!(
                found.text.get(part.span.start..part.span.end).is_some(),
                "between characters"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_valid(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        text in "[a-zA-Z0-9]{8,40}",
        at in times(),
        id in "[a-zA-Z0-9_-]{1,40}",
    ) {
        for (name, scheme) in over_the_body() {
            let secret = secret_of(scheme, &text);
            let sent = send(name, scheme, &secret, &body, at, &id);
            let report = sent.with_message(Some(at), |message| verify(scheme, message, std::slice::from_ref(&secret)));
            prop_assert_eq!(report.verdict, Verdict::Valid, "`{}`: {}", name, report.sentence);
            check_spans(&report)?;
        }
    }

    #[test]
    fn one_flipped_bit_is_invalid(
        body in proptest::collection::vec(any::<u8>(), 1..300),
        place in any::<prop::sample::Index>(),
        bit in 0_u32..8,
        at in times(),
    ) {
        for (name, scheme) in over_the_body() {
            let secret = secret_of(scheme, "a-secret-of-ours");
            let mut sent = send(name, scheme, &secret, &body, at, "msg_1");
            let at_byte = place.index(sent.body.len());
            sent.body[at_byte] ^= 1 << bit;
            let verdict = sent.with_message(Some(at), |message| check(scheme, message, std::slice::from_ref(&secret)).verdict);
            prop_assert_eq!(verdict, Verdict::Invalid, "`{}` notices bit {} of byte {}", name, bit, at_byte);
        }
    }

    #[test]
    fn one_flipped_bit_of_a_header_that_is_signed_is_not_valid(
        line in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bit in 0_u32..7,
        at in times(),
    ) {
        for (name, scheme) in over_the_body() {
            // A digest that is read in any case tolerates the flip that changes the case.
            if scheme.encoding.get() == Some(hookbench_signature::Encoding::HexAny) {
                continue;
            }
            let secret = secret_of(scheme, "a-secret-of-ours");
            let mut sent = send(name, scheme, &secret, b"{}", at, "msg_1");
            // What is signed into the query has no header of its own.
            if sent.headers.len() == 1 {
                continue;
            }
            let index = 1 + line.index(sent.headers.len() - 1);
            // The word before the credentials of `Authorization` may be written in any case.
            let is_credentials = sent.headers[index].0.eq_ignore_ascii_case(b"authorization");
            let value = &mut sent.headers[index].1;
            let word = value.iter().rposition(|byte| is_credentials && *byte == b' ');
            let start = word.map_or(0, |blank| blank + 1);
            let at_byte = start + place.index(value.len() - start);
            value[at_byte] ^= 1 << bit;
            let verdict = sent.with_message(Some(at), |message| check(scheme, message, std::slice::from_ref(&secret)).verdict);
            prop_assert!(verdict != Verdict::Valid, "`{}` notices a change of {:?}", name, sent.headers[index]);
        }
    }

    #[test]
    fn no_message_panics_and_both_answers_agree(
        values in proptest::collection::vec("\\PC{0,60}|[ -~]{0,60}|(t=[0-9]{1,20},v1=[0-9a-f]{0,70})", 1..4),
        raw in proptest::collection::vec(any::<u8>(), 0..60),
        body in "\\PC{0,200}|(\\{\"[a-z]{1,5}\":[\\[\\{\"0-9a-z,:\\}\\]\\\\]{0,40})|([a-z]{1,5}=[%a-f0-9+&=]{0,60})",
        text in "\\PC{0,40}",
        at in any::<i64>(),
    ) {
        for (name, scheme) in all() {
            let mut names: Vec<String> = Vec::new();
            for way in scheme.ways() {
                let sources = way.signature.iter().flat_map(|signature| &signature.from);
                let sources = sources.chain(way.timestamp.iter().flat_map(|rule| &rule.from));
                names.extend(sources.filter_map(|source| match source {
                    Source::Header(name) => Some(name.replace('*', "1")),
                    _ => None,
                }));
            }
            let mut headers: Vec<(&[u8], &[u8])> = Vec::new();
            for (index, name) in names.iter().enumerate() {
                headers.push((name.as_bytes(), values[index % values.len()].as_bytes()));
            }
            headers.push((b"X-Raw", &raw));
            headers.push((b"Content-Type", &raw));
            let message = Message {
                method: "POST",
                target: &text,
                url: (at % 2 == 0).then_some(text.as_str()),
                headers: &headers,
                body: body.as_bytes(),
                received_at: Some(Micros(at)),
            };
            let secrets = [Secret::new("one", text.as_str()), Secret::new("two", body.as_str())];
            let report = verify(scheme, &message, &secrets);
            prop_assert_eq!(check(scheme, &message, &secrets).verdict, report.verdict, "`{}`: one judgement", name);
            check_spans(&report)?;
        }
    }

    #[test]
    fn no_text_breaks_a_reader(text in "\\PC{0,80}|[a-z{}?|/:.$\\[\\]\"= \n-]{0,80}") {
        if let Ok(template) = Template::parse(&text) {
            prop_assert_eq!(Template::parse(template.as_str()), Ok(template.clone()), "what was read reads again");
        }
        let _ = text.parse::<Source>();
        let _ = toml::from_str::<Scheme>(&text);
        let _ = toml::from_str::<Scheme>(&format!("algorithm = \"hmac-sha256\"\ncontent = '''{text}'''"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_search_panics(
        value in "\\PC{0,60}|(sha256=[0-9a-f]{64})|(t=[0-9]{1,20}, v1=[0-9a-f]{64})|(v1,[A-Za-z0-9+/]{43}= v1,x)",
        body in "\\PC{0,120}|(\\{\"[a-z]{1,5}\":[\\[\\{\"0-9a-z,:\\}\\]\\\\]{0,40})|([a-z]{1,5}=[%a-f0-9+&=]{0,60})",
        text in "\\PC{1,40}",
    ) {
        let budget = Budget { tries: 3000, bytes: 4 << 20, should_stop: &|| false };
        let headers: [(&[u8], &[u8]); 3] =
            [(b"X-Sig", value.as_bytes()), (b"X-Time", b"1700000000"), (b"X-Forwarded-Host", value.as_bytes())];
        let message = Message {
            method: "POST",
            target: &text,
            url: None,
            headers: &headers,
            body: body.as_bytes(),
            received_at: None,
        };
        let secrets = [Secret::new("one", text.as_str())];
        let context = Context { other_secrets: vec![Secret::new("two", body.as_str())], urls: vec![value.clone()], ..Context::default() };
        for text in [
            "algorithm = \"hmac-sha256\"\ncontent = \"{timestamp}{url}{body}\"\nsignature = { from = \"header:X-Sig\" }\ntimestamp = { from = \"header:X-Time\" }",
            "algorithm = \"hmac-sha1\"\nsignature = { from = \"header:X-Sig\", separator = \",\", assign = \"=\", key = \"v1\" }",
            "algorithm = \"token\"\nsignature = { from = \"header:X-Sig\" }",
            "algorithm = \"ed25519\"\nsignature = { from = \"header:X-Sig\" }",
        ] {
            let scheme: Scheme = toml::from_str(text).unwrap();
            let found = diagnose(&scheme, &message, &secrets, &context, &budget);
            prop_assert!(found.tries <= budget.tries + 1, "the budget is kept");
            let _ = explain(&scheme, &message, &secrets, &value, &context, &budget);
        }
        for found in discover(&[message], &secrets, &budget) {
            prop_assert_eq!(found.confirmed, 1, "what is found holds for what it was found in");
        }
    }
}

#[test]
fn enough_schemes_are_put_to_these_tests() {
    assert!(
        over_the_body().len() >= 55,
        "most schemes sign the body: {}",
        over_the_body().len()
    );
    assert!(
        all()
            .iter()
            .any(|(_, scheme)| scheme.algorithm.get() == Some(Algorithm::Jwt)),
        "and others are there"
    );
}
