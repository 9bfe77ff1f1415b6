//! Captured, written to a file, taken in elsewhere.

use std::fs::File;

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::model::{Timestamp, Verdict};
use crate::reading::PageQuery;

/// Requests that are odd in what a HAR file cannot say.
const ODD: [&[u8]; 6] = [
    b"POST /a?x=%zz&&=1 HTTP/1.1\r\nHost:h\r\nX-a:  1 \r\nx-A:2\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x00\xff\n",
    b"PUT /chunks HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
    b"GET /bytes HTTP/1.1\r\nHost: h\r\nX-Latin: caf\xe9\r\nConnection: close\r\n\r\n",
    b"GET http://other.example/absolute?y HTTP/1.0\r\nA: b\r\n\r\n",
    b"garbage\r\n\r\n",
    b"POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"a\": 1.50}\n",
];

async fn export(bench: &Bench, chosen: Chosen, masked: bool, file: &Path) -> Result<Exported, EngineError> {
    let mut export = bench
        .engine
        .begin_export(ExportPlan {
            chosen,
            masked,
            place: ExportPlace::File(file.to_owned()),
        })
        .await?;
    loop {
        let state = export.step().await?;
        if state.file.is_some() {
            return Ok(state);
        }
    }
}

async fn rows(bench: &Bench) -> Vec<RequestSummary> {
    bench.engine.requests(&PageQuery::default()).await.unwrap().rows
}

#[tokio::test]
async fn what_was_captured_comes_back_the_same_elsewhere() {
    let (here, there) = (bench().await, bench().await);
    for odd in ODD {
        here.send(odd).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.har");
    let written = export(&here, Chosen::Filter(String::new()), false, &file)
        .await
        .unwrap();
    assert_eq!(
        (written.requests, written.bytes, written.masked),
        (ODD.len() as u64, std::fs::metadata(&file).unwrap().len(), 0),
        "all of them"
    );
    let log: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let urls: Vec<_> = (log["log"]["entries"].as_array().unwrap().iter())
        .map(|entry| entry["request"]["url"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        urls,
        [
            "http://h/a?x=%zz&&=1",
            "http://h/chunks",
            "http://h/bytes",
            "http://other.example/absolute?y",
            "http://localhost/",
            "http://h/json",
        ],
        "oldest first"
    );

    let mut import = there
        .engine
        .begin_import(File::open(&file).unwrap())
        .await
        .unwrap();
    let taken = import.step().await.unwrap();
    assert!(taken.over && taken.broken.is_none(), "{taken:?}");
    assert_eq!(
        (taken.imported, taken.skipped, taken.rebuilt),
        (6, 0, 0),
        "byte for byte: {taken:?}"
    );
    for (before, after) in rows(&here).await.iter().zip(rows(&there).await) {
        let target = &before.target;
        assert_eq!(
            there.engine.raw_request(after.id).await.unwrap(),
            here.engine.raw_request(before.id).await.unwrap(),
            "the bytes of `{target}`"
        );
        let (one, other) = (
            here.engine.request(before.id).await.unwrap(),
            there.engine.request(after.id).await.unwrap(),
        );
        assert_eq!(other.framing, one.framing, "the framing of `{target}`");
        assert_eq!(
            (
                after.received_at,
                &after.state,
                &after.reason,
                &after.peer,
                after.answered
            ),
            (
                before.received_at,
                &before.state,
                &before.reason,
                &before.peer,
                before.answered
            ),
            "what is known of `{target}`"
        );
        assert!(before.imported.is_none(), "`{target}` was captured here");
        let imported = after.imported.expect("and taken from a file there");
        assert!(
            imported.program.starts_with("Hookbench "),
            "by whom: {imported:?}"
        );
    }
    let again = there
        .engine
        .begin_import(File::open(&file).unwrap())
        .await
        .unwrap()
        .step()
        .await
        .unwrap();
    assert_eq!(
        (again.imported, again.known),
        (0, 6),
        "the same file again is known"
    );
}

#[tokio::test]
async fn a_masked_file_has_no_secret_and_is_judged_as_what_it_is() {
    let bench = bench().await;
    bench.endpoint("/own", "gitlab", &["5ec7e7"]).await;
    let id = bench
        .post(
            "/own?token=5ec7e7",
            &[
                ("X-Gitlab-Token".to_owned(), "5ec7e7".to_owned()),
                ("X-Gitlab-Event".to_owned(), "Push Hook".to_owned()),
                ("Cookie".to_owned(), "c=5ec7e7".to_owned()),
            ],
            r#"{"object_kind":"push"}"#,
        )
        .await;
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "it holds here");
    let folder = tempfile::tempdir().unwrap();
    let (masked, shown) = (folder.path().join("masked.har"), folder.path().join("shown.har"));
    let written = export(&bench, Chosen::Requests(vec![id]), true, &masked)
        .await
        .unwrap();
    assert_eq!(written.masked, 1, "it is told");
    let text = std::fs::read_to_string(&masked).unwrap();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "5ec7e7");
    assert!(!text.contains("5ec7e7") && !text.contains(&base64[..6]), "{text}");
    assert!(
        text.contains("token=masked") && text.contains("[masked]"),
        "the names stay: {text}"
    );
    export(&bench, Chosen::Requests(vec![id]), false, &shown)
        .await
        .unwrap();
    assert!(
        std::fs::read_to_string(&shown).unwrap().contains("5ec7e7"),
        "asked for"
    );

    let elsewhere = crate::capture_for_tests::bench().await;
    elsewhere.endpoint("/own", "gitlab", &["5ec7e7"]).await;
    elsewhere.engine.settled().await;
    for (file, wanted) in [(&masked, Verdict::Invalid), (&shown, Verdict::Valid)] {
        let mut import = elsewhere
            .engine
            .begin_import(File::open(file).unwrap())
            .await
            .unwrap();
        // The masked one and the other are the same request: only a history that has none takes it.
        let taken = import.step().await.unwrap();
        if *file == masked {
            assert_eq!(taken.imported, 1, "{taken:?}");
            let row = rows(&elsewhere).await.remove(0);
            assert_eq!(row.recognition.verdict, wanted, "what is masked cannot hold");
        } else {
            assert_eq!(taken.known, 1, "it is there already: {taken:?}");
        }
    }
}

#[tokio::test]
async fn chosen_values_of_bodies_are_masked_too() {
    let bench = bench().await;
    bench
        .engine
        .add_mask_path("/customer/email".parse().unwrap(), None)
        .await
        .unwrap();
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    let packed = ("Content-Encoding".to_owned(), "gzip".to_owned());
    let body = r#"{"customer":{"email":"ada@example.org"},"amount":10.50}"#;
    let whole = bench.post("/a", std::slice::from_ref(&json), body).await;
    // It says that it is packed, and where its values are cannot be seen.
    let unreadable = bench.post("/b", &[json, packed], body).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("masked.har");
    let chosen = Chosen::Requests(vec![whole, unreadable]);
    let written = export(&bench, chosen, true, &file).await.unwrap();
    assert_eq!(written.masked, 2, "it is told");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("ada@example.org"), "{text}");
    assert!(text.contains("10.50"), "the rest stays as it was: {text}");
}

#[tokio::test]
async fn an_export_is_work_until_there_is_a_file() {
    let bench = bench().await;
    let id = bench.post("/a", &[], "{}").await;
    let folder = tempfile::tempdir().unwrap();
    let plan = ExportPlan {
        chosen: Chosen::Requests(vec![id]),
        masked: true,
        place: ExportPlace::File(folder.path().join("a.har")),
    };
    let (number, state) = bench.engine.open_export(plan).await.unwrap();
    assert!(state.file.is_none(), "nothing is written yet");
    assert_eq!(bench.engine.work().exports, 1, "nothing would be left of it");
    while bench.engine.go_on_exporting(number).await.unwrap().file.is_none() {}
    assert!(bench.engine.work().is_nothing(), "it is there");
}

#[tokio::test]
async fn an_event_whose_name_is_masked_is_not_named_in_the_file() {
    let bench = bench().await;
    bench.endpoint("/in", "stripe", &[]).await;
    let json = ("Content-Type".to_owned(), "application/json".to_owned());
    let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#;
    let id = bench.post("/in", &[json], body).await;
    let known = bench.engine.request(id).await.unwrap().summary.recognition;
    assert_eq!(known.event.as_deref(), Some("invoice.paid"), "it is known here");
    let folder = tempfile::tempdir().unwrap();
    for (number, pointer, is_named) in [(1, "/data", true), (2, "/type", false)] {
        bench
            .engine
            .add_mask_path(pointer.parse().unwrap(), None)
            .await
            .unwrap();
        let file = folder.path().join(format!("{number}.har"));
        export(&bench, Chosen::Requests(vec![id]), true, &file)
            .await
            .unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            text.contains("invoice.paid"),
            is_named,
            "while `{pointer}` is masked: {text}"
        );
    }
}

#[tokio::test]
async fn a_packed_body_without_anything_chosen_stays_byte_for_byte() {
    use std::io::Write as _;
    let (here, there) = (bench().await, bench().await);
    here.engine
        .add_mask_path("/mail".parse().unwrap(), None)
        .await
        .unwrap();
    let pack = |text: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    };
    let (open, secret) = (pack(br#"{"a":1}"#), pack(br#"{"mail":"ada"}"#));
    for (path, lines, body) in [
        ("open", "Content-Encoding: gzip\r\n", &open),
        ("secret", "Content-Encoding: gzip\r\n", &secret),
        // Its first bytes tell.
        ("unsaid", "", &secret),
    ] {
        let head = format!(
            "POST /{path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n{lines}\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        here.send(&[head.as_bytes(), body].concat()).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("packed.har");
    let written = export(&here, Chosen::Filter(String::new()), true, &file)
        .await
        .unwrap();
    assert_eq!(written.masked, 2, "it is told");
    let mut import = there
        .engine
        .begin_import(File::open(&file).unwrap())
        .await
        .unwrap();
    import.step().await.unwrap();
    for row in rows(&there).await {
        let body = there.engine.read_body(row.id, 0, 1_000).await.unwrap();
        let wanted = if row.target == "/open" {
            &open[..]
        } else {
            b"[masked]"
        };
        assert_eq!(&body[..], wanted, "`{}`", row.target);
    }
}

#[tokio::test]
async fn a_file_that_is_there_is_left_alone_and_nothing_unfinished_stays() {
    let bench = bench().await;
    let id = bench.post("/a", &[], "{}").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.har");
    std::fs::write(&file, "mine").unwrap();
    let refused = export(&bench, Chosen::Requests(vec![id]), true, &file)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, EngineError::Export(ExportError::Exists { path }) if *path == file),
        "{refused:?}"
    );
    let nowhere = folder.path().join("none").join("a.har");
    let refused = export(&bench, Chosen::Requests(vec![id]), true, &nowhere)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, EngineError::Export(ExportError::NoFolder { .. })),
        "{refused:?}"
    );
    // What the rows can tell, and what only the bytes do.
    for filter in ["path:/none", "nowhere"] {
        let nothing = export(
            &bench,
            Chosen::Filter(filter.into()),
            true,
            &folder.path().join("b"),
        )
        .await;
        assert!(nothing.is_err(), "`{filter}`: an empty file helps nobody");
    }

    let other = folder.path().join("other.har");
    let plan = ExportPlan {
        chosen: Chosen::Requests(vec![id]),
        masked: true,
        place: ExportPlace::File(other.clone()),
    };
    let export = bench.engine.begin_export(plan).await.unwrap();
    drop(export);
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["mine.har"], "what was not finished is gone");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine", "untouched");
}

#[tokio::test]
async fn many_pages_are_written_in_order_without_what_comes_meanwhile() {
    let bench = bench().await;
    let store = &bench.engine.core.store;
    let now = bench.engine.now().as_micros();
    let some = (0..600_u64).map(|number| {
        let mut new = crate::store::history::request(number);
        // What is old would be removed meanwhile.
        new.arrival.received_at = Timestamp::from_micros(now + i64::try_from(number).unwrap());
        new
    });
    for kept in store.insert_requests(some.collect()).await {
        kept.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let plan = ExportPlan {
        chosen: Chosen::Filter("method:POST".to_owned()),
        masked: true,
        place: ExportPlace::File(folder.path().join("many.har")),
    };
    let mut export = bench.engine.begin_export(plan).await.unwrap();
    let wanted = export.state().total.expect("the rows can be counted");
    assert!(wanted > 200, "more than a page: {wanted}");
    bench.post("/late", &[], "{}").await;
    let state = loop {
        let state = export.step().await.unwrap();
        if state.file.is_some() {
            break state;
        }
    };
    assert_eq!(state.requests, wanted, "those that were there");
    let log: serde_json::Value =
        serde_json::from_slice(&std::fs::read(state.file.unwrap()).unwrap()).unwrap();
    let times: Vec<_> = (log["log"]["entries"].as_array().unwrap().iter())
        .map(|entry| entry["startedDateTime"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        times.is_sorted() && times.len() as u64 == wanted,
        "each once, oldest first"
    );
}

#[test]
fn a_full_disk_is_called_so() {
    let folder = Path::new("/d");
    for (kind, wanted) in [
        (
            std::io::ErrorKind::StorageFull,
            "there is no room on the disk of `/d`",
        ),
        (std::io::ErrorKind::NotFound, "there is no folder `/d`"),
        (
            std::io::ErrorKind::PermissionDenied,
            "a file cannot be written to `/d`: permission denied",
        ),
    ] {
        assert_eq!(
            ExportError::of(&kind.into(), folder).to_string(),
            wanted,
            "{kind:?}"
        );
    }
}
