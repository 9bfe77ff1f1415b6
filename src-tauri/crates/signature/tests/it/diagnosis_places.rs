//! Signatures that are right for another URL, and those that stand under another name.

use hookbench_signature::{Action, Budget, Cause, Context, Diagnosis, Message, Secret, Verdict, diagnose};

use crate::diagnosis::{AT, BODY, Lines, asked, signed};
use crate::provider;

/// Signed for one URL, delivered to another, with these headers beside.
fn moved(meant: &str, came: &str, target: &str, more: &[(&str, &str)]) -> Diagnosis {
    let square = provider::scheme("square");
    let lines = signed(&square, "key", BODY.as_bytes(), meant);
    let headers: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .chain(
            more.iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
        )
        .collect();
    let message = Message {
        method: "POST",
        target,
        url: Some(came),
        headers: &headers,
        body: BODY.as_bytes(),
        received_at: Some(AT),
    };
    let secrets = [Secret::new("live", "key")];
    diagnose(
        &square,
        &message,
        &secrets,
        &Context::default(),
        &Budget::generous(),
    )
}

#[test]
fn urls_that_something_on_the_way_rewrote_are_found() {
    let host = "https://hooks.example.test";
    let prefix = |text| [("X-Forwarded-Prefix", text)];
    let cases = [
        ("/in", "/api/in", prefix("/api").to_vec(), Cause::UrlPath),
        ("/api/in", "/in", prefix("/api/").to_vec(), Cause::UrlPath),
        ("/in/abc", "/v1/in/abc", vec![], Cause::UrlPath),
        ("/in/caf%C3%A9%20x", "/in/café x", vec![], Cause::UrlPath),
        ("/in/caf%c3%a9", "/in/caf%C3%A9", vec![], Cause::UrlPath),
        ("/in?q=a%20b%2Fc", "/in?q=a b/c", vec![], Cause::UrlQuery),
        ("/in?b=2&a=1&c=3", "/in?a=1&b=2&c=3", vec![], Cause::UrlQuery),
        (
            "/in?c=3&a=1&b=2&d=4",
            "/in?a=1&b=2&c=3&d=4",
            vec![],
            Cause::UrlQuery,
        ),
        ("/in?q=a+b", "/in?q=a%20b", vec![], Cause::UrlQuery),
    ];
    for (meant, came, headers, cause) in cases {
        let diagnosis = moved(
            &format!("{host}{meant}"),
            &format!("{host}{came}"),
            came,
            &headers,
        );
        assert_eq!(diagnosis.cause, cause, "{meant}: {}", diagnosis.message);
        let actions = diagnosis.remedy.map(|remedy| remedy.actions).unwrap_or_default();
        let url = format!("{host}{meant}");
        assert_eq!(
            actions,
            [Action::SetUrl { url }],
            "{meant}: the URL to set is offered"
        );
    }
    let listed = moved(
        "https://second.example/in",
        "https://mine.example/in",
        "/in",
        &[("X-Forwarded-Host", "first.example, second.example")],
    );
    assert_eq!(listed.cause, Cause::UrlHost, "{}", listed.message);
}

#[test]
fn a_signature_under_a_name_of_somebodys_own_is_found_and_proved() {
    let slack = provider::scheme("slack");
    let mut lines = signed(&slack, "s3cret", BODY.as_bytes(), "https://hooks.example.test/");
    for (name, _) in &mut lines {
        if name.eq_ignore_ascii_case("x-slack-signature") {
            *name = "X-Signature".to_owned();
        }
    }
    lines.insert(
        0,
        (
            "X-Trace-Id".to_owned(),
            "0af7651916cd43dd8448eb211c80319c".to_owned(),
        ),
    );
    let found = asked(&slack, &lines, BODY.as_bytes(), "s3cret", &Context::default());
    assert_eq!(found.cause, Cause::HeaderRenamed, "{}", found.message);
    assert!(found.message.contains("`X-Signature`"), "{}", found.message);
    assert!(found.proof.is_some(), "it was computed");
    let other = asked(&slack, &lines, BODY.as_bytes(), "another", &Context::default());
    assert_eq!(
        other.cause,
        Cause::Missing,
        "what does not fit is not named: {}",
        other.message
    );
}

#[test]
fn what_is_not_signed_by_its_sender_needs_no_signature() {
    let scheme: hookbench_signature::Scheme = toml::from_str("algorithm = \"none\"").unwrap();
    let diagnosis = asked(&scheme, &Lines::new(), b"{}", "s3cret", &Context::default());
    assert_eq!(
        (diagnosis.verdict, diagnosis.cause),
        (Verdict::Unsigned, Cause::UnsignedByDesign),
        "{}",
        diagnosis.message
    );
}

#[test]
fn what_was_chosen_at_another_endpoint_is_tried() {
    let here = provider::scheme("tracktik");
    let with = |header: &str| {
        let values = [("header".to_owned(), header.to_owned())].into();
        here.resolve(&values).unwrap()
    };
    let (ours, theirs) = (with("X-Ours"), with("X-Theirs"));
    let lines = vec![
        ("X-Ours".to_owned(), "something else".to_owned()),
        ("X-Theirs".to_owned(), "s3cret-token".to_owned()),
    ];
    let context = Context {
        other_schemes: vec![("/other".to_owned(), theirs)],
        ..Context::default()
    };
    let diagnosis = asked(&ours, &lines, b"{}", "s3cret-token", &context);
    assert_eq!(diagnosis.cause, Cause::WrongContent, "{}", diagnosis.message);
    assert!(diagnosis.message.contains("`/other`"), "{}", diagnosis.message);
}
