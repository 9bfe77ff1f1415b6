//! What a masked copy has of bodies that are packed, or say that they are.

use super::*;
use crate::body::coding::tests::gzip;
use crate::capture_for_tests::{Bench, bench};
use crate::reading::PageQuery;

const JSON: &str = "Content-Type: application/json";
const GZIP: &str = "Content-Encoding: gzip";
const TOKEN: &str = "Authorization: Bearer tok-5ecret-header";

async fn sent(bench: &Bench, lines: &[&str], body: &[u8]) -> RequestId {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!(
        "POST /a HTTP/1.1\r\nHost: h\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let answer = bench.send(&[head.as_bytes(), body].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "it is captured: {answer}");
    let page = bench.engine.requests(&PageQuery::default()).await.unwrap();
    page.rows[0].id
}

async fn copied(bench: &Bench, id: RequestId, masked: bool, also: &[&str]) -> Result<String, EngineError> {
    let sharing = Sharing {
        format: Format::Curl,
        url: Some("http://dev:1".to_owned()),
        masked,
        on_screen: false,
        also: also.iter().map(|path| path.parse().unwrap()).collect(),
        signed_for_test: false,
    };
    let shared = bench.engine.share(id, &sharing).await?;
    Ok(shared.text)
}

enum Wanted {
    /// As it came.
    Whole,
    /// Without a coding, and with this in it.
    Plain(&'static str),
    Refused,
}

async fn assert_copied(bench: &Bench, lines: &[&str], body: &[u8], wanted: &Wanted, why: &str) {
    let id = sent(bench, lines, body).await;
    let open = copied(bench, id, false, &[]).await.unwrap();
    match (wanted, copied(bench, id, true, &[]).await) {
        (Wanted::Whole, Ok(text)) => {
            let text = text.replace("[masked]", "Bearer tok-5ecret-header");
            assert_eq!(text, open, "{why}");
        }
        (Wanted::Plain(part), Ok(text)) => {
            let is_plain = text.contains(part) && !text.contains("5ecret");
            assert!(
                is_plain && !text.to_ascii_lowercase().contains("content-encoding"),
                "{why}: {text}"
            );
        }
        (Wanted::Refused, Err(EngineError::BadInput { message, .. })) => {
            assert!(message.contains("cannot be read to its end"), "{why}: {message}");
        }
        (_, copied) => panic!("{why}: {copied:?}"),
    }
}

#[tokio::test]
async fn nothing_chosen_is_in_a_copy_however_it_is_packed() {
    let bench = bench().await;
    let pointer = "/a".parse().unwrap();
    bench.engine.add_mask_path(pointer, None).await.unwrap();
    let (secret, open) = (&br#"{"a":"5ecret"}"#[..], &br#"{"b":"open"}"#[..]);
    let masked = Wanted::Plain(r#"{"a":"[masked]"}"#);
    for (body, lines, wanted, why) in [
        (
            open.to_vec(),
            &[JSON][..],
            &Wanted::Whole,
            "nothing chosen is in it",
        ),
        (gzip(open), &[JSON, GZIP], &Wanted::Whole, "nor in what comes out"),
        (gzip(secret), &[JSON, GZIP], &masked, "it goes unpacked"),
        (gzip(secret), &[JSON], &masked, "known by its first bytes"),
        (gzip(secret), &[], &masked, "nobody says what it is"),
        (
            gzip(&gzip(secret)),
            &[JSON, GZIP, GZIP],
            &masked,
            "said in two lines",
        ),
        (
            open.to_vec(),
            &[JSON, GZIP],
            &Wanted::Refused,
            "it is not what it says",
        ),
        (
            open.to_vec(),
            &["Content-Encoding: compress"],
            &Wanted::Refused,
            "a coding that nobody here knows",
        ),
        (
            gzip(open)[..20].to_vec(),
            &[JSON],
            &Wanted::Refused,
            "its end did not come",
        ),
        (
            open.to_vec(),
            &[JSON, "Content-Encoding: identity"],
            &Wanted::Whole,
            "this is no coding",
        ),
        (
            b"\x1f\x8b\x08".to_vec(),
            &[],
            &Wanted::Plain("[masked]"),
            "it only begins like one, and a pointer means nothing in it",
        ),
    ] {
        assert_copied(&bench, lines, &body, wanted, why).await;
    }
}

#[tokio::test]
async fn what_is_secret_in_the_head_is_in_no_copy_however_it_is_packed() {
    let bench = bench().await;
    let again = b"again tok-5ecret-header, and so on";
    let hidden = Wanted::Plain("again *****************, and so on");
    for (body, lines, wanted, why) in [
        (gzip(again), &[TOKEN, GZIP][..], &hidden, "no kind is said"),
        (gzip(again), &[TOKEN], &hidden, "nothing is said"),
        (
            again.to_vec(),
            &[TOKEN, GZIP],
            &Wanted::Refused,
            "it is plain all the same",
        ),
        (
            gzip(again)[..30].to_vec(),
            &[TOKEN, GZIP],
            &Wanted::Refused,
            "it may come up behind the end",
        ),
        (
            gzip(b"open")[..20].to_vec(),
            &[GZIP],
            &Wanted::Whole,
            "there is nothing to look for",
        ),
    ] {
        assert_copied(&bench, lines, &body, wanted, why).await;
    }
}

#[tokio::test]
async fn a_copy_with_more_values_than_are_looked_for_is_refused_and_says_why() {
    let bench = bench().await;
    let all: Vec<String> = (0..50_001).map(|at| format!("\"{at:06}\"")).collect();
    let body = format!("[{}]", all.join(","));
    let id = sent(&bench, &[JSON], body.as_bytes()).await;
    let refused = copied(&bench, id, true, &["/*"]).await.unwrap_err();
    assert!(
        refused.to_string().contains("more values"),
        "those of this copy count too: {refused}"
    );
}

#[tokio::test]
async fn a_copy_of_a_body_in_which_a_pointer_means_nothing_goes_without_it_and_says_so() {
    let bench = bench().await;
    let xml = b"<a>5ecret</a>";
    for (body, lines, also) in [
        (xml.to_vec(), &["Content-Type: application/xml"][..], &[][..]),
        (xml.to_vec(), &["Content-Type: application/xml"], &["/a"]),
        (gzip(xml), &["Content-Type: application/xml", GZIP], &["/a"]),
    ] {
        let id = sent(&bench, lines, &body).await;
        let sharing = Sharing {
            format: Format::Http,
            url: Some("http://dev:1".to_owned()),
            masked: true,
            on_screen: false,
            also: also.iter().map(|path: &&str| path.parse().unwrap()).collect(),
            signed_for_test: false,
        };
        let shared = bench.engine.share(id, &sharing).await.unwrap();
        let is_masked = !also.is_empty();
        assert_eq!(shared.text.contains("5ecret"), !is_masked, "{}", shared.text);
        assert_eq!(
            shared.text.contains("\r\n\r\n[masked]"),
            is_masked,
            "{}",
            shared.text
        );
        let told: &[&str] = if is_masked { &["body"] } else { &[] };
        assert_eq!(shared.secret_headers, told, "what is masked");
    }
}

#[tokio::test]
async fn a_refused_copy_says_what_is_so_and_what_helps() {
    let bench = bench().await;
    let long = gzip(&vec![b'x'; 11 * 1024 * 1024]);
    let cut = gzip(b"open")[..20].to_vec();
    let broken = br#"{"a":"#.to_vec();
    let pointers = "or take the pointers away";
    for (body, lines, also, message, is_by_pointers, why) in [
        (
            &long,
            &[TOKEN, GZIP][..],
            &[][..],
            "10 MiB",
            false,
            "none are chosen",
        ),
        (
            &long,
            &[TOKEN, GZIP],
            &["/a"],
            "10 MiB",
            false,
            "the token is looked for too",
        ),
        (&long, &[GZIP], &["/a"], "10 MiB", true, "nothing else is"),
        (&cut, &[TOKEN, GZIP], &[], "to its end", false, "none are chosen"),
        (
            &cut,
            &[GZIP],
            &["/a"],
            "to its end",
            true,
            "nothing else is looked for",
        ),
        (
            &broken,
            &[JSON, TOKEN],
            &["/a"],
            "to its end",
            true,
            "a token is found in what is no JSON",
        ),
    ] {
        let id = sent(&bench, lines, body).await;
        let refused = copied(&bench, id, true, also).await.unwrap_err();
        let EngineError::BadInput {
            message: told,
            hint: Some(hint),
        } = refused
        else {
            panic!("it has a way on: {refused:?}");
        };
        assert!(told.contains(message), "{why}: {told}");
        assert_eq!(hint.contains(pointers), is_by_pointers, "{why}: {hint}");
    }
}
