//! Entries out and in again, files of others, and files that are none.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{
    AnswerSource, Body, Framing, Header, HttpVersion, KeptAnswer, Mark, RawHead, Recognition, Request,
    RequestId, RequestSummary, Sequence, State, Timestamp,
};

const LIMIT: u64 = 25 * 1024 * 1024;

pub(crate) fn request(head: &[u8], body: &[u8], state: State, framing: Framing) -> Request {
    let head = RawHead::new(Bytes::copy_from_slice(head));
    let line = head.request_line();
    Request {
        summary: RequestSummary {
            id: RequestId::generate(),
            sequence: Sequence(1),
            received_at: Timestamp::from_micros(1_795_176_251_482_001),
            took_micros: 321,
            method: String::from_utf8_lossy(&line.method).into_owned(),
            target: String::from_utf8_lossy(&line.target).into_owned(),
            version: HttpVersion::from_word(&line.version),
            peer: "127.0.0.1:5000".to_owned(),
            recognition: Recognition::unknown(),
            state,
            reason: (state != State::Complete).then(|| "a reason".to_owned()),
            answered: Some(202),
            answer_source: Some(AnswerSource::Set),
            answer_micros: Some(1_500),
            body_length: body.len() as u64,
            body_sha256: sha2::Digest::finalize(sha2::Digest::chain_update(
                <sha2::Sha256 as sha2::Digest>::new(),
                body,
            ))
            .into(),
            duplicate_of: None,
            deliveries: 0,
            forwarded: None,
            resent: None,
            starred: false,
            noted: false,
            tags: Vec::new(),
            ambiguous: false,
            imported: None,
            repeats: 0,
        },
        head,
        framing,
        reply: None,
    }
}

pub(crate) fn piece(request: Request, body: &[u8]) -> Piece {
    Piece {
        request,
        body: Bytes::copy_from_slice(body),
        answer: Some(KeptAnswer {
            source: AnswerSource::Set,
            micros: Some(1_500),
            bytes: Some(Bytes::from_static(
                b"HTTP/1.1 202 Accepted\r\nSet-Cookie: s=5ec7e7\r\nContent-Type: text/x\r\n\r\n\xffok",
            )),
        }),
        is_masked: false,
        has_masked_answer: false,
    }
}

pub(crate) fn entry_of(piece: &Piece) -> String {
    let mut out = Vec::new();
    write(&mut out, piece).unwrap();
    String::from_utf8(out).unwrap()
}

/// The number of an entry, the program that wrote it, and its text.
type Told = (u64, String, String);

fn all(text: &[u8]) -> (Vec<Told>, Result<(), LogError>) {
    let counted = AtomicU64::new(0);
    let how = Reading {
        longest: 100_000,
        read: &counted,
    };
    let mut found = Vec::new();
    let ended = read(text, &how, |entry, program: &str, text: &str| {
        found.push((entry, program.to_owned(), text.to_owned()));
        ControlFlow::Continue(())
    });
    (found, ended)
}

fn body_of(taken: &Taken) -> Bytes {
    match &taken.arrival.body {
        Body::Memory(bytes) => bytes.clone(),
        Body::Spooled { .. } => Bytes::new(),
    }
}

proptest! {
    #[test]
    fn a_request_comes_back_byte_for_byte(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'\n'), 1..30), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..200),
        trailer in prop::collection::vec(any::<u8>(), 0..8),
        sizes in prop::collection::vec(1_u64..9, 0..40),
        cut in any::<bool>(),
    ) {
        let mut head = b"POST /a?b=\xff HTTP/1.1\r\n".to_vec();
        for line in &lines {
            head.extend_from_slice(line);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        let mut framing = Framing {
            declared_length: Some(7),
            chunked: true,
            expect_continue: true,
            position: 3,
            trailers: vec![Header { name: Bytes::from_static(b"T"), value: trailer.into() }],
            marks: vec![Mark::AmbiguousFraming],
            ..Framing::default()
        };
        sizes.iter().for_each(|size| framing.chunks.add(*size));
        let state = if cut { State::Cut } else { State::Complete };
        let written = piece(request(&head, &body, state, framing), &body);
        let taken = Taken::of(&entry_of(&written), LIMIT).unwrap();
        let summary = &written.request.summary;
        prop_assert_eq!(&taken.arrival.head.bytes()[..], &head[..], "the head");
        prop_assert_eq!(&body_of(&taken)[..], &body[..], "the body");
        prop_assert_eq!(&taken.arrival.framing, &written.request.framing, "how it was framed");
        prop_assert_eq!(taken.arrival.received_at, summary.received_at, "to the µs");
        prop_assert_eq!((taken.arrival.state, &taken.arrival.reason), (state, &summary.reason), "how far it came");
        prop_assert_eq!(taken.arrival.peer.to_string(), summary.peer.clone(), "who sent it");
        prop_assert_eq!(taken.arrival.body_sha256, summary.body_sha256, "the same body has the same digest");
        prop_assert_eq!((taken.status, &taken.answer), (Some(202), &written.answer), "what was answered");
    }

    #[test]
    fn no_text_makes_the_reading_panic(
        text in prop_oneof![
            ".{0,120}",
            "[\\[{\"a-z:,.0-9}\\]\\\\ -]{0,200}",
        ],
        at in 0_usize..2_000,
        junk in "[\\[{\"a-z:,0-9}\\]\\\\]{0,4}",
        file in 0_usize..4,
    ) {
        let _ = Taken::of(&text, LIMIT);
        let _ = all(text.as_bytes());
        // A file that is right but for some letters in it.
        let mut broken = FILES[file].1.as_bytes().to_vec();
        let at = at.min(broken.len());
        let end = (at + junk.len()).min(broken.len());
        broken.splice(at..end, junk.bytes());
        for (_, _, entry) in all(&broken).0 {
            let _ = Taken::of(&entry, LIMIT);
        }
    }

    #[test]
    fn no_entry_makes_a_head_that_is_more_than_one(
        method in ".{0,8}",
        url in "(https?://)?.{0,30}",
        name in ".{0,8}",
        value in ".{0,20}",
    ) {
        let entry = serde_json::json!({
            "startedDateTime": "2026-03-02T09:15:00Z",
            "request": { "method": method, "url": url, "headers": [{ "name": name, "value": value }] },
        });
        if let Ok(taken) = Taken::of(&entry.to_string(), LIMIT) {
            let head = taken.arrival.head;
            let lines = head.bytes().iter().filter(|byte| **byte == b'\n').count();
            prop_assert!(lines <= 4, "a line, a host, the header and the end: {:?}", head);
            prop_assert!(head.request_line().target.iter().all(u8::is_ascii_graphic), "nothing ends the target");
        }
    }
}

#[test]
fn a_whole_request_whose_body_was_taken_out_of_the_file_is_cut() {
    let head = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n";
    for (state, reason) in [
        (State::Complete, "the HAR file does not have its body"),
        (State::Aborted, "a reason"),
    ] {
        let written = piece(
            request(head, b"{\"a\":1}", state, Framing::default()),
            b"{\"a\":1}",
        );
        let mut entry: serde_json::Value = serde_json::from_str(&entry_of(&written)).unwrap();
        entry["request"].as_object_mut().unwrap().remove("postData");
        let taken = Taken::of(&entry.to_string(), LIMIT).unwrap();
        assert_ne!(
            taken.arrival.state,
            State::Complete,
            "a signature is not judged over nothing"
        );
        assert_eq!(
            taken.arrival.reason.as_deref(),
            Some(reason),
            "it is told why: {state:?}"
        );
    }
}

#[test]
fn a_body_is_never_more_than_three_times_as_long_in_the_file() {
    for (body, encoding) in [
        (vec![1; 4_000], Some("base64")),
        (b"\n\"\\\t".repeat(1_000), None),
        ([vec![b'"'; 3_000], vec![1; 1_000]].concat(), None),
    ] {
        let head = b"POST /a HTTP/1.1\r\nHost: h\r\n\r\n";
        let mut written = piece(request(head, &body, State::Complete, Framing::default()), &body);
        written.answer = None;
        let text = entry_of(&written);
        assert!(text.len() < body.len() * 3 + 2_000, "{} letters", text.len());
        let entry: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            entry["request"]["postData"]["encoding"].as_str(),
            encoding,
            "text where it can be"
        );
        let taken = Taken::of(&text, LIMIT).unwrap();
        assert!(body_of(&taken)[..] == body[..], "and it comes back");
    }
}

#[test]
fn why_an_entry_is_none_is_told_in_few_words() {
    let long = format!(
        r#"{{"startedDateTime":{{}},"request":"{}"}}"#,
        "x".repeat(1_000_000)
    );
    let long = long.replace("{}", "\"2026-11-20T12:04:11Z\"");
    let refused = Taken::of(&long, LIMIT).unwrap_err().to_string();
    assert!(refused.len() < 400, "{} letters", refused.len());
}

#[test]
fn an_entry_says_in_har_what_har_can_say() {
    let head = b"POST /a?b=c+d&e HTTP/1.1\r\nHost: dev.example:81\r\nCookie: x=1; y=2=3\r\nA: 1\r\na: 2\r\n\
        Content-Type: image/x\r\n\r\n";
    let written = piece(
        request(head, b"\xff", State::Complete, Framing::default()),
        b"\xff",
    );
    let entry: serde_json::Value = serde_json::from_str(&entry_of(&written)).unwrap();
    let request = &entry["request"];
    assert_eq!(
        entry["startedDateTime"], "2026-11-20T12:04:11.482001Z",
        "ISO 8601 with µs"
    );
    assert_eq!(entry["time"], 1.821, "ms: sent and waited");
    assert_eq!(request["url"], "http://dev.example:81/a?b=c+d&e", "the whole URL");
    assert_eq!(
        request["queryString"],
        serde_json::json!([{"name": "b", "value": "c d"}, {"name": "e", "value": ""}]),
        "read"
    );
    assert_eq!(
        request["cookies"],
        serde_json::json!([{"name": "x", "value": "1"}, {"name": "y", "value": "2=3"}]),
        "taken apart"
    );
    let names: Vec<_> = (request["headers"].as_array().unwrap().iter())
        .map(|header| header["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Host", "Cookie", "A", "a", "Content-Type"],
        "order, case and repeats"
    );
    assert_eq!(
        (&request["postData"]["text"], &request["postData"]["encoding"]),
        (&"/w==".into(), &"base64".into()),
        "bytes that are no text"
    );
    assert_eq!(
        (&request["bodySize"], &request["headersSize"]),
        (&1.into(), &head.len().into()),
        "sizes"
    );
    let response = &entry["response"];
    assert_eq!(
        (
            &response["status"],
            &response["statusText"],
            &response["content"]["mimeType"]
        ),
        (&202.into(), &"Accepted".into(), &"text/x".into()),
        "what was answered"
    );
    let own: Vec<_> = (entry.as_object().unwrap().keys())
        .filter(|name| name.starts_with('_'))
        .collect();
    assert_eq!(
        own,
        ["_hookbench"],
        "what HAR does not know has a name of its own"
    );
}

/// What each fixture gives: the program, and of each entry the head and body, or why it is none.
const FILES: [(&str, &str); 4] = [
    (
        "WebInspector 537.36",
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/har/chrome.har"
        )),
    ),
    (
        "Firefox 131.0",
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/har/firefox.har"
        )),
    ),
    (
        "mitmproxy 11.0.2",
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/har/mitmproxy.har"
        )),
    ),
    (
        "Charles Proxy 4.6.7",
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/har/charles.har"
        )),
    ),
];

#[test]
fn files_of_browsers_and_proxies_are_read() {
    let mut told = Vec::new();
    for (program, file) in FILES {
        let (found, ended) = all(file.as_bytes());
        assert_eq!(ended, Ok(()), "`{program}` is whole");
        for (number, name, entry) in found {
            assert_eq!(name, program, "who wrote it");
            let taken = Taken::of(&entry, LIMIT).map(|taken| {
                assert!(
                    taken.arrival.framing.marks.contains(&Mark::HeadFromHar),
                    "and it is said"
                );
                let head = String::from_utf8_lossy(taken.arrival.head.bytes()).into_owned();
                let arrival = &taken.arrival;
                (
                    head,
                    body_of(&taken).to_vec(),
                    arrival.state,
                    arrival.received_at.to_string(),
                    taken.status,
                )
            });
            told.push((program.split(' ').next().unwrap_or_default(), number, taken));
        }
    }
    let whole = State::Complete;
    let wanted = [
        (
            "WebInspector",
            1,
            Ok((
                "POST /hooks/github?ref=caf%C3%A9&x=1 HTTP/1.1\r\nHost: shop.example\r\naccept: */*\r\n\
                 content-length: 15\r\ncontent-type: application/json\r\ncookie: a=1; b=2\r\nx-twice: one\r\n\
                 x-twice: two\r\n\r\n"
                    .to_owned(),
                "{\"zen\":\"café\"}".as_bytes().to_vec(),
                whole,
                "2026-03-02T09:15:00.482000Z".to_owned(),
                Some(204),
            )),
        ),
        (
            "WebInspector",
            2,
            Err(EntryError::Url {
                url: "chrome-extension://abcdefgh/page.js".to_owned(),
            }),
        ),
        (
            "WebInspector",
            3,
            Ok((
                "PUT /upload HTTP/1.1\r\nHost: 127.0.0.1:4665\r\nContent-Length: 4\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
                    .to_owned(),
                b"\x00\xff\x80a".to_vec(),
                whole,
                "2026-03-02T09:15:00.501000Z".to_owned(),
                None,
            )),
        ),
        (
            "Firefox",
            1,
            Ok((
                "POST /form HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 20\r\n\r\n"
                    .to_owned(),
                b"name=A+B&city=K%F6ln".to_vec(),
                whole,
                "2026-03-02T09:15:00.750000Z".to_owned(),
                Some(302),
            )),
        ),
        (
            "Firefox",
            2,
            Ok((
                "POST /upload HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\
                 Content-Length: 2048\r\n\r\n"
                    .to_owned(),
                Vec::new(),
                State::Cut,
                "2026-03-02T09:15:01.000000Z".to_owned(),
                Some(200),
            )),
        ),
        (
            "mitmproxy",
            1,
            Ok((
                "POST /v1/events HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\n\
                 Transfer-Encoding: chunked\r\n\r\n"
                    .to_owned(),
                b"{\"n\": 1.50}".to_vec(),
                whole,
                "2026-03-02T09:20:11.123456Z".to_owned(),
                Some(202),
            )),
        ),
        (
            "Charles",
            1,
            Ok((
                "POST / HTTP/1.0\r\nHost: hooks.example\r\nX-Raw: v\r\n\r\n".to_owned(),
                b"\x00\xff\x80a".to_vec(),
                whole,
                "2026-03-02T09:21:00.001000Z".to_owned(),
                Some(200),
            )),
        ),
    ];
    for (told, wanted) in told.iter().zip(&wanted) {
        assert_eq!(told, wanted, "the bytes that the file tells of");
    }
    assert_eq!(told.len(), wanted.len(), "no more and no less");
}

#[test]
fn entries_before_a_break_are_found_and_the_break_is_told() {
    let one = r#"{"a":1}"#;
    for (text, entries, wanted) in [
        (
            format!("\u{feff}{{\"log\":{{\"entries\":[{one},{one}]}}}}"),
            2,
            Ok(()),
        ),
        (
            format!("{{\"log\":{{\"entries\":[{one},{{\"b\":\"cut"),
            1,
            Err(LogError::CutOff { entry: 2 }),
        ),
        (
            format!("{{\"log\":{{\"entries\":[{one},\n{one} x"),
            2,
            Err(LogError::Broken {
                line: 2,
                column: 9,
                entry: 3,
            }),
        ),
        (
            format!(
                "{{\"log\":{{\"entries\":[{one},{{\"b\":\"{}\"}}]}}}}",
                "x".repeat(300_000)
            ),
            1,
            Err(LogError::TooLong {
                entry: 2,
                most: 100_000,
            }),
        ),
    ] {
        let (found, ended) = all(text.as_bytes());
        assert_eq!(
            (found.len(), ended),
            (entries, wanted),
            "{}",
            &text[..60.min(text.len())]
        );
    }
}

#[test]
fn what_is_no_har_file_is_named() {
    for text in [
        &b""[..],
        b"hello",
        b"{}",
        b"[]",
        b"{\"log\":{}}",
        b"{\"log\":7}",
        b"{\"log\":{\"entries\":{}}}",
        b"\x1f\x8b\x08",
        b"PK\x03\x04zip",
        b"\xff\xfe{\x00",
        b"{\"log\":",
    ] {
        let (found, ended) = all(text);
        assert!(
            found.is_empty() && matches!(ended, Err(LogError::NotHar { .. })),
            "{}: {ended:?}",
            String::from_utf8_lossy(text)
        );
    }
}

#[test]
fn nesting_without_end_is_read_without_a_stack() {
    let deep = "[".repeat(50_000);
    let text = format!("{{\"log\":{{\"entries\":[{{\"request\":{deep}");
    let (found, ended) = all(text.as_bytes());
    assert!(
        found.is_empty() && ended.is_err(),
        "no panic and no entry: {ended:?}"
    );
}
