//! HAR files, written and taken in by the terminal.

use std::path::Path;

use hookbench_tests::{Hookbench, exchange, request};
use serde_json::Value;

/// Everything the listener was ever sent that is odd.
fn odd_streams() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/framing");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).expect("a stream"))
        .collect()
}

fn path(file: &Path) -> &str {
    file.to_str().expect("a path that is text")
}

fn raw(hookbench: &Hookbench, request: &Value) -> Vec<u8> {
    let id = request["id"].as_str().expect("an id");
    hookbench.run(&["show", id, "--raw"]).stdout
}

#[test]
fn whatever_was_captured_comes_back_byte_for_byte_elsewhere() {
    let (here, there) = (Hookbench::new(), Hookbench::new());
    let listening = here.listen();
    for stream in odd_streams() {
        exchange(listening.address(), &stream);
    }
    drop(listening);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("odd.har");
    let told = here
        .run(&["export", "--all", "--unmasked", "--har", path(&file), "--json"])
        .json();
    let captured = here.requests();
    assert!(captured.len() > 30, "the corpus was captured: {}", captured.len());
    assert_eq!(told[0]["requests"], captured.len(), "all of it is written");

    let taken = there.run(&["import", path(&file), "--json"]).json();
    assert_eq!(
        (&taken[0]["imported"], &taken[0]["skipped"], &taken[0]["rebuilt"]),
        (&captured.len().into(), &0.into(), &0.into()),
        "{}",
        taken[0]
    );
    let imported = there.requests();
    assert_eq!(imported.len(), captured.len(), "one for each");
    for (before, after) in captured.iter().zip(&imported) {
        for field in [
            "head_base64",
            "body_base64",
            "received_at",
            "state",
            "reason",
            "peer",
            "answered",
            "body_sha256",
            "framing",
        ] {
            assert_eq!(after[field], before[field], "`{field}` of {before}");
        }
        assert!(
            before.get("imported").is_none() && after["imported"]["at"].is_string(),
            "{after}"
        );
    }
    // A program for each: not for all of them.
    for (before, after) in captured.iter().zip(&imported).step_by(6) {
        assert_eq!(
            raw(&there, after),
            raw(&here, before),
            "the bytes of {before}, ready to be sent"
        );
    }
    let again = there.run(&["import", path(&file)]);
    assert!(
        again.text().starts_with("0 requests imported from Hookbench ")
            && again
                .text()
                .contains(&format!("; {} were there already", captured.len())),
        "nothing is doubled: {}",
        again.text()
    );
    assert_eq!(there.requests().len(), captured.len(), "nothing");
}

#[test]
fn a_masked_file_has_no_secret_and_says_what_it_leaves_out() {
    let hookbench = Hookbench::new().with_endpoint("/stripe", "stripe", "whsec_5ec7e7");
    let id = {
        let listening = hookbench.listen();
        let sent =
            b"POST http://ann:5ec7e7@h/stripe?access_token=5ec7e7 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer 5ec7e7\r\n\
            Referer: https://ann:5ec7e7@h/?token=5ec7e7\r\nLink: </next?token=5ec7e7>; rel=next\r\n\
            Stripe-Signature: t=1,v1=5ec7e7\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(request(listening.address(), sent).status, 200, "captured");
        hookbench.requests()[0]["id"].as_str().expect("an id").to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (masked, shown) = (folder.path().join("a.har"), folder.path().join("b.har"));
    let told = hookbench.run(&["export", &id, "--har", path(&masked)]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.stderr.contains("masked in 1 of them") && !told.stderr.contains("as they came"),
        "it is said, and nothing of bodies that may be masked too: {}",
        told.stderr
    );
    let text = std::fs::read_to_string(&masked).expect("a file");
    let log: Value = serde_json::from_str(&text).expect("JSON");
    let head = log["log"]["entries"][0]["_hookbench"]["head"]
        .as_str()
        .expect("the head");
    let head = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, head).expect("base64");
    for place in [text.as_bytes(), &head] {
        let place = String::from_utf8_lossy(place);
        assert!(!place.contains("5ec7e7"), "no secret anywhere: {place}");
    }
    let told = hookbench.run(&["export", &id, "--har", path(&shown), "--unmasked"]);
    assert!(told.stderr.contains("look who gets it"), "{}", told.stderr);
    assert!(
        std::fs::read_to_string(&shown)
            .expect("a file")
            .contains("Bearer 5ec7e7"),
        "asked for"
    );

    let refused = hookbench.run(&["export", &id, "--har", path(&shown)]);
    assert_eq!(refused.code, 1, "a file that is there stays");
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    let wrong = hookbench.run(&[
        "export",
        "--filter",
        "evnt:x",
        "--har",
        path(&folder.path().join("c")),
    ]);
    assert!(
        wrong.stderr.contains("^^^^"),
        "a wrong filter is marked: {}",
        wrong.stderr
    );
    let names = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(names, 2, "nothing unfinished is left");

    let elsewhere = Hookbench::new();
    elsewhere.run(&["import", path(&masked)]);
    let taken = elsewhere.requests();
    let shown = elsewhere.run(&["show", taken[0]["id"].as_str().expect("an id")]);
    assert!(
        shown.text().contains("were masked when it was exported"),
        "{}",
        shown.text()
    );
}

#[test]
fn files_of_browsers_and_proxies_are_taken_and_what_is_no_request_is_named() {
    let hookbench = Hookbench::new();
    let file = |name: &str| format!("{}/fixtures/har/{name}.har", env!("CARGO_MANIFEST_DIR"));
    let taken = hookbench.run(&["import", &file("chrome")]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    assert_eq!(
        taken.text().trim_end(),
        "2 requests imported from WebInspector 537.36; 1 not taken; the head of 2 was rebuilt from HAR",
        "what came of it"
    );
    assert!(
        taken
            .stderr
            .contains("entry 2 was not taken: `chrome-extension://"),
        "{}",
        taken.stderr
    );
    for name in ["firefox", "mitmproxy", "charles"] {
        assert_eq!(
            hookbench.run(&["import", &file(name)]).code,
            0,
            "`{name}` is taken"
        );
    }
    assert_eq!(hookbench.requests().len(), 6, "all of them");
    let imported = hookbench.run(&["list", "--filter", "is:imported path:/hooks/*"]);
    assert!(
        imported.text().contains("  imported"),
        "a line says it: {}",
        imported.text()
    );
    let id = hookbench
        .run(&["list", "--json", "--filter", "path:/hooks/*"])
        .json()[0]["id"]
        .clone();
    let shown = hookbench.run(&["show", id.as_str().expect("an id")]);
    for told in [
        "imported: ",
        "WebInspector 537.36",
        "Its head was rebuilt from a HAR file",
    ] {
        assert!(shown.text().contains(told), "`{told}`: {}", shown.text());
    }

    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("cut.har");
    let text = std::fs::read_to_string(file("chrome")).expect("the fixture");
    std::fs::write(&cut, &text[..text.len() - 200]).expect("a file");
    let broken = hookbench.run(&["import", path(&cut)]);
    assert_eq!(broken.code, 1, "it is no whole file");
    assert!(
        broken.stderr.contains("the file ends in the middle of entry 3"),
        "{}",
        broken.stderr
    );
    assert!(
        broken.text().contains("1 were there already"),
        "what came before is looked at: {}",
        broken.text()
    );
    std::fs::write(&cut, "hello").expect("a file");
    let broken = hookbench.run(&["import", path(&cut)]);
    assert!(broken.stderr.contains("this is no HAR file"), "{}", broken.stderr);
    assert_eq!(
        hookbench.run(&["import", "none.har"]).code,
        1,
        "one that is not there"
    );
}
