//! What a judge says of requests, with the embedded providers.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::model::{RawHead, SecretPlace, SecretRecord};
use crate::provider::{SampleSetting, Signing};

const NOW: Timestamp = Timestamp::from_micros(1_795_176_251_482_001);

/// An endpoint with its provider, what was chosen for it, and the values of its secrets.
type Entry<'e> = (&'e str, Option<&'e str>, &'e [(&'e str, &'e str)], &'e [&'e str]);

fn judge_of(entries: &[Entry<'_>]) -> Judge {
    let mut values = HashMap::new();
    let endpoints = entries
        .iter()
        .map(|(path, provider, parameters, secrets)| Endpoint {
            id: EndpointId::generate(),
            path: (*path).to_owned(),
            provider: provider.map(str::to_owned),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            answers_handshakes: true,
            created_at: NOW,
            public_url: None,
            tolerance: Default::default(),
            secrets: secrets
                .iter()
                .map(|value| {
                    let id = SecretId::generate();
                    values.insert(id, Secret::new("test", *value));
                    SecretRecord {
                        id,
                        name: "test".to_owned(),
                        place: SecretPlace::File,
                        created_at: NOW,
                        retired_at: None,
                    }
                })
                .collect(),
        })
        .collect();
    Judge::new(Catalogue::embedded().unwrap()).with_endpoints(endpoints, &values)
}

/// A request on its way to the judge.
struct Sent {
    head: RawHead,
    body: Bytes,
}

impl Sent {
    fn new(line: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        Self {
            head: RawHead::new(format!("{line} HTTP/1.1\r\nHost: h\r\n{lines}\r\n").into()),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    /// A push of GitHub's, signed.
    fn push(secret: &str, path: &str) -> Self {
        let catalogue = Catalogue::embedded().unwrap();
        let setting = SampleSetting {
            now: NOW,
            url: &format!("http://localhost{path}"),
            secret: Some(&Secret::new("test", secret)),
            parameters: &BTreeMap::new(),
        };
        let sample = catalogue
            .get("github")
            .unwrap()
            .render_sample("push", &setting, |bytes| bytes.fill(7))
            .unwrap();
        assert_eq!(sample.signing, Signing::Signed, "the tests need its signature");
        let headers: Vec<(&str, &str)> = sample
            .headers
            .iter()
            .map(|header| {
                (
                    std::str::from_utf8(&header.name).unwrap(),
                    std::str::from_utf8(&header.value).unwrap(),
                )
            })
            .collect();
        let line = format!("{} {}", sample.method, sample.target);
        Self::new(&line, &headers, std::str::from_utf8(&sample.body).unwrap())
    }

    fn case(&self, state: State) -> Case<'_> {
        Case {
            head: &self.head,
            body: &self.body,
            body_sha256: Sha256::digest(&self.body).into(),
            state,
            received_at: NOW,
        }
    }
}

#[test]
fn the_endpoint_is_the_longest_path_that_matches_by_whole_segments() {
    let own = |path| (path, None, &[][..], &[][..]);
    let judge = judge_of(&[own("/a"), own("/a/b/c"), own("/a/b")]);
    let everything = judge_of(&[own("/"), own("/a")]);
    let path_for = |judge: &Judge, target: &str| {
        let sent = Sent::new(&format!("POST {target}"), &[], "");
        judge.recognise(sent.case(State::Complete)).endpoint_path
    };
    for (target, wanted) in [
        ("/a", Some("/a")),
        ("/a/", Some("/a")),
        ("/a?b=/a/b", Some("/a")),
        ("/a/bc", Some("/a")),
        ("/a/b", Some("/a/b")),
        ("/a/b/x?y", Some("/a/b")),
        ("/a/b/c/d", Some("/a/b/c")),
        ("http://host/a/b", Some("/a/b")),
        ("/ab", None),
        ("/A", None),
        ("/x/a", None),
        ("*", None),
    ] {
        assert_eq!(path_for(&judge, target).as_deref(), wanted, "`{target}`");
    }
    assert_eq!(
        path_for(&everything, "/ab").as_deref(),
        Some("/"),
        "the shortest path takes what no other does"
    );
    assert_eq!(
        path_for(&everything, "/a/b").as_deref(),
        Some("/a"),
        "and no more"
    );
}

#[test]
fn only_a_request_that_came_whole_is_ever_valid() {
    let judge = judge_of(&[("/github", Some("github"), &[], &["right"])]);
    let sent = Sent::push("right", "/github");
    let whole = judge.recognise(sent.case(State::Complete));
    assert_eq!(
        (whole.verdict, whole.event.as_deref()),
        (Verdict::Valid, Some("push")),
        "nothing is missing"
    );
    for state in [State::Cut, State::Aborted] {
        let known = judge.recognise(sent.case(state));
        assert_eq!(
            known.verdict,
            Verdict::Unknown,
            "a signature covers what is missing: {state:?}"
        );
        assert_eq!(
            known.provider.as_deref(),
            Some("github"),
            "its head tells who sent it: {state:?}"
        );
        let (_, report) = judge.report(sent.case(state));
        assert_eq!(
            report.verdict,
            Verdict::Unknown,
            "the story says the same: {state:?}"
        );
    }
    let refused = judge.recognise(sent.case(State::Refused));
    assert_eq!(
        (refused.verdict, refused.provider, refused.event),
        (Verdict::Unknown, None, None),
        "what is no request was sent by nobody"
    );
    assert_eq!(
        refused.endpoint_path.as_deref(),
        Some("/github"),
        "where it was sent can be told"
    );
}

#[test]
fn the_wrong_secret_is_not_valid_and_any_of_several_may_be_right() {
    let sent = Sent::push("right", "/github");
    for (secrets, wanted) in [
        (&[][..], Verdict::NoSecret),
        (&["wrong"], Verdict::Invalid),
        (&["wrong", "right"], Verdict::Valid),
    ] {
        let judge = judge_of(&[("/github", Some("github"), &[], secrets)]);
        let known = judge.recognise(sent.case(State::Complete));
        assert_eq!(known.verdict, wanted, "{secrets:?}");
    }
}

#[test]
fn what_was_chosen_on_the_endpoint_is_used() {
    let chosen = [("header", "X-Guard"), ("event", "entity:employees:created")];
    let judge = judge_of(&[
        ("/own", Some("tracktik"), &chosen, &["s3cret"]),
        ("/default", Some("tracktik"), &[], &["s3cret"]),
    ]);
    let told = |path: &str, header: &str| {
        let sent = Sent::new(&format!("POST {path}"), &[(header, "s3cret")], r#"{"id":1}"#);
        let known = judge.recognise(sent.case(State::Complete));
        (known.verdict, known.event)
    };
    let default = "TrackTik-subscription-secret-without-spaces";
    let event = Some("entity:employees:created".to_owned());
    assert_eq!(
        told("/own", "X-Guard"),
        (Verdict::Valid, event.clone()),
        "as chosen"
    );
    assert_eq!(
        told("/own", default),
        (Verdict::Missing, event),
        "what was chosen takes the default's place"
    );
    assert_eq!(
        told("/default", default),
        (Verdict::Valid, None),
        "nothing chosen, the default"
    );
    assert_eq!(
        told("/default", "X-Guard"),
        (Verdict::Missing, None),
        "and no other"
    );
}

#[test]
fn a_pinned_provider_wins_over_what_the_request_looks_like() {
    let judge = judge_of(&[
        ("/pinned", Some("stripe"), &[], &["right"]),
        ("/open", None, &[], &["right"]),
    ]);
    let pinned = judge.recognise(Sent::push("right", "/pinned").case(State::Complete));
    assert_eq!(
        (pinned.provider.as_deref(), pinned.verdict),
        (Some("stripe"), Verdict::Missing),
        "the endpoint says whose signature counts"
    );
    let open = judge.recognise(Sent::push("right", "/open").case(State::Complete));
    assert_eq!(
        (open.provider.as_deref(), open.verdict),
        (Some("github"), Verdict::Valid),
        "unpinned, the request tells"
    );
}

#[test]
fn one_look_gives_what_is_known_and_what_the_sender_waits_for() {
    let judge = judge_of(&[("/slack", Some("slack"), &[], &[])]);
    let question = Sent::new(
        "POST /slack",
        &[("Content-Type", "application/json")],
        r#"{"type":"url_verification","token":"t","challenge":"3eZbrw1aB"}"#,
    );
    let (known, answer) = judge.judge(question.case(State::Complete));
    assert_eq!(
        known,
        judge.recognise(question.case(State::Complete)),
        "both say the same of it"
    );
    let answer = answer.expect("it is a question");
    assert_eq!(
        (answer.name.as_str(), answer.body.as_str()),
        ("url_verification", "3eZbrw1aB"),
        "the challenge goes back"
    );
    for state in [State::Cut, State::Aborted, State::Refused] {
        let (_, answer) = judge.judge(question.case(state));
        assert_eq!(answer, None, "half a question has no answer: {state:?}");
    }
    let push = judge_of(&[]).judge(Sent::push("right", "/x").case(State::Complete));
    assert_eq!(push.1, None, "an event is no question");
}

#[test]
fn a_url_in_the_query_leaves_an_endpoint_what_comes_to_it() {
    let target = "/hooks?next=https://other.example/z&signature=1";
    let judge = judge_of(&[("/hooks", Some("pandadoc"), &[], &["test"])]);
    let body = r#"[{"event":"document_state_changed","data":{"id":"a","status":"document.completed"}}]"#;
    let sent = Sent::new(&format!("POST {target}"), &[], body);
    let recognition = judge.recognise(sent.case(State::Complete));
    assert_eq!(
        recognition.endpoint_path.as_deref(),
        Some("/hooks"),
        "it came there"
    );
    assert_eq!(
        recognition.verdict,
        Verdict::Invalid,
        "and its signature, in the query, is found and is wrong"
    );
}
