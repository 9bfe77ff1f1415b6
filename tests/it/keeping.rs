//! What is found again, kept, deleted and brought back, through the terminal.

use std::time::{Duration, Instant};

use hookbench_tests::{Hookbench, request};
use serde_json::{Value, json};

fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// `count` requests to `/n/0`, `/n/1` … and nobody listens any more.
fn filled(count: usize) -> Hookbench {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    for number in 0..count {
        request(listening.address(), &post(&format!("/n/{number}"), "{}"));
    }
    drop(listening);
    hookbench
}

fn ids(hookbench: &Hookbench) -> Vec<String> {
    let ids = hookbench.requests();
    ids.iter()
        .map(|it| it["id"].as_str().expect("it has an id").to_owned())
        .collect()
}

fn targets(hookbench: &Hookbench, arguments: &[&str]) -> Vec<String> {
    let all = [&["list", "--json"], arguments].concat();
    let lines = hookbench.run(&all).json();
    lines
        .iter()
        .map(|it| it["target"].as_str().expect("it has a target").to_owned())
        .collect()
}

fn storage(hookbench: &Hookbench) -> Value {
    hookbench.run(&["storage", "--json"]).json().remove(0)
}

#[test]
fn a_filter_is_saved_listed_with_its_count_and_used() {
    let hookbench = filled(3);
    assert_eq!(
        hookbench.run(&["filter", "save", "Posts", "method:POST"]).code,
        0,
        "saved"
    );
    assert_eq!(
        hookbench.run(&["filter", "save", "one", "path:/n/1"]).code,
        0,
        "saved"
    );
    assert_eq!(
        hookbench.run(&["filter", "list", "--json"]).json(),
        [
            json!({"name": "Posts", "filter": "method:POST", "requests": 3}),
            json!({"name": "one", "filter": "path:/n/1", "requests": null}),
        ],
        "with a count where nothing has to be counted for it"
    );
    assert_eq!(
        targets(&hookbench, &["--saved", "one"]),
        ["/n/1"],
        "it is used by name"
    );
    assert_eq!(
        targets(&hookbench, &["--saved", "posts", "--filter", "-path:/n/1"]),
        ["/n/2", "/n/0"],
        "with another beside it"
    );
    assert_eq!(
        hookbench.run(&["filter", "rename", "one", "1"]).code,
        0,
        "renamed"
    );
    let gone = hookbench.run(&["list", "--saved", "one"]);
    assert_eq!(gone.code, 1, "the old name is gone");
    assert!(
        gone.stderr.contains("there is no saved filter `one`"),
        "{}",
        gone.stderr
    );
    let wrong = hookbench.run(&["filter", "save", "x", "evnt:push"]);
    assert_eq!(wrong.code, 1, "a wrong filter is not saved");
    assert_eq!(hookbench.run(&["filter", "remove", "1"]).code, 0, "removed");
}

#[test]
fn what_is_wrong_with_a_filter_is_marked() {
    let hookbench = Hookbench::new();
    let wrong = hookbench.run(&["list", "--filter", "paid evnt:push"]);
    assert_eq!(wrong.code, 1, "it fails");
    let lines: Vec<&str> = wrong.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "hookbench: there is no field `evnt` (at character 6)",
            "  paid evnt:push",
            "       ^^^^",
            "  did you mean `event:`? Put it in quotes to search for it as it is",
        ],
        "where it is, and what to do"
    );
}

#[test]
fn stars_notes_and_tags_are_kept_shown_and_found() {
    let hookbench = filled(3);
    let ids = ids(&hookbench);
    assert_eq!(hookbench.run(&["star", &ids[0], &ids[1]]).code, 0, "starred");
    assert_eq!(
        hookbench.run(&["note", &ids[1], "look at\nthis"]).code,
        0,
        "noted"
    );
    assert_eq!(
        hookbench
            .run(&["tag", &ids[2], "--add", "bug", "--add", "to do"])
            .code,
        0,
        "tagged"
    );
    assert_eq!(
        targets(&hookbench, &["--filter", "is:starred"]),
        ["/n/2", "/n/1"],
        "is:starred"
    );
    assert_eq!(
        targets(&hookbench, &["--filter", "has:note"]),
        ["/n/1"],
        "has:note"
    );
    assert_eq!(
        targets(&hookbench, &["--filter", "tag:BUG"]),
        ["/n/0"],
        "tag:, in any case"
    );
    let shown = hookbench.run(&["show", &ids[1], "--json"]).json().remove(0);
    assert!(
        shown.get("header_meanings").is_none(),
        "nobody knows its sender, so nothing in its head means anything to one"
    );
    assert_eq!(
        (&shown["starred"], &shown["note"], &shown["tags"]),
        (&json!(true), &json!("look at\nthis"), &json!([])),
        "in JSON"
    );
    assert_eq!(
        hookbench.requests()[2]["tags"],
        json!(["bug", "to do"]),
        "in the list too"
    );
    assert_eq!(
        hookbench.run(&["note", &ids[1]]).text(),
        "look at\nthis\n",
        "the note alone"
    );
    assert_eq!(hookbench.run(&["tag"]).text(), "bug  1\nto do  1\n", "all tags");
    let wrong = hookbench.run(&["tag", &ids[0], "--add", "a,b"]);
    assert_eq!(
        wrong.code, 1,
        "a comma would be an alternative in a filter: {}",
        wrong.stderr
    );
    for take_away in [
        &["star", &ids[0], "--remove"][..],
        &["note", &ids[1], "--remove"],
        &["tag", &ids[2], "--remove", "bug"],
    ] {
        assert_eq!(hookbench.run(take_away).code, 0, "{take_away:?}");
    }
    assert_eq!(
        targets(&hookbench, &["--filter", "has:note"]),
        [""; 0],
        "all that can be taken away"
    );
    assert_eq!(
        targets(&hookbench, &["--filter", "has:tag"]),
        ["/n/0"],
        "the other tag stays"
    );
}

#[test]
fn what_is_deleted_is_brought_back_by_the_deletion_that_took_it() {
    let hookbench = filled(6);
    let all = ids(&hookbench);
    let asked = hookbench.run(&["delete", "--all"]);
    assert_eq!(asked.code, 1, "nobody can be asked here");
    assert!(asked.stderr.contains("--yes"), "so it says how: {}", asked.stderr);
    let one = hookbench.run(&["delete", &all[0], "--json"]).json().remove(0);
    assert_eq!(one["requests"], 1, "one by its id");
    let some = hookbench
        .run(&["delete", "--filter", "path:/n/1,/n/2", "--yes", "--json"])
        .json()
        .remove(0);
    assert_eq!(some["requests"], 2, "those that match");
    let rest = hookbench.run(&["delete", "--all", "--yes"]);
    assert!(
        rest.text().starts_with("3 requests deleted"),
        "all that is left: {}",
        rest.text()
    );
    assert_eq!(ids(&hookbench), [""; 0], "nothing is there");
    let list = hookbench.run(&["undo", "--list", "--json"]).json();
    let told: Vec<_> = list
        .iter()
        .map(|it| (it["requests"].clone(), it["filter"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!(3), json!("")),
            (json!(2), json!("path:/n/1,/n/2")),
            (json!(1), Value::Null)
        ],
        "each says what it took"
    );
    let number = some["deletion"].to_string();
    assert_eq!(
        hookbench.run(&["undo", &number]).text(),
        "2 requests brought back\n",
        "one of them"
    );
    assert_eq!(targets(&hookbench, &[]), ["/n/2", "/n/1"], "in its place");
    assert_eq!(
        hookbench.run(&["undo"]).text(),
        "3 requests brought back\n",
        "the latest"
    );
    assert_eq!(
        hookbench.run(&["undo"]).text(),
        "1 request brought back\n",
        "and the one before"
    );
    assert_eq!(ids(&hookbench), all, "all are as they were");
    assert_eq!(hookbench.run(&["undo"]).code, 1, "there is nothing left to undo");
    assert_eq!(
        hookbench.run(&["delete", "--all", "--filter", "x"]).code,
        2,
        "one or the other"
    );
}

/// Clearing everything in the middle of a burst: nothing locks up, no sender is refused, what came later stays.
#[test]
fn clear_all_in_a_burst_takes_what_was_there_and_leaves_what_comes_later() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let address = listening.address();
    for number in 0..300 {
        request(address, &post(&format!("/before/{number}"), "{}"));
    }
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            std::thread::spawn(move || {
                for number in 0..150 {
                    let answer = request(address, &post(&format!("/during/{sender}/{number}"), "{}"));
                    assert!(answer.status == 200, "each is kept");
                }
            })
        })
        .collect();
    let mut deleted = 0;
    for _ in 0..3 {
        let done = hookbench
            .run(&["delete", "--all", "--yes", "--json"])
            .json()
            .remove(0);
        deleted += done["requests"].as_u64().unwrap();
    }
    for sender in senders {
        sender.join().expect("no sender was refused");
    }
    let kept = storage(&hookbench)["requests"].as_u64().unwrap();
    assert!(deleted >= 300, "what was there is gone: {deleted}");
    assert_eq!(deleted + kept, 900, "and nothing was lost beside it");
    request(address, &post("/after", "{}"));
    assert_eq!(
        targets(&hookbench, &["--limit", "1"]),
        ["/after"],
        "what comes later stays"
    );
    let mut back = 0;
    for _ in 0..3 {
        let undone = hookbench.run(&["undo", "--json"]);
        if undone.code == 0 {
            back += undone.json()[0]["requests"].as_u64().unwrap();
        }
    }
    assert_eq!(back, deleted, "and all of it can be brought back");
}

/// Three times the limit is sent: the folder stays within it, the newest stay, no answer takes long.
#[test]
fn a_limit_of_bytes_holds_while_three_times_of_it_are_sent() {
    const LIMIT: u64 = 24 * 1024 * 1024;
    const BODY: usize = 64 * 1024;
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    // Another program's choice holds for the one that listens.
    let changed = hookbench
        .run(&["storage", "--keep-size", "24MiB", "--json"])
        .json()
        .remove(0);
    assert_eq!(changed["keep"]["bytes"], LIMIT, "the limit is chosen");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let count = 3 * LIMIT as usize / BODY;
    let mut longest = Duration::ZERO;
    for number in 0..count {
        let mut message =
            format!("POST /n/{number} HTTP/1.1\r\nHost: h\r\nContent-Length: {BODY}\r\n\r\n").into_bytes();
        for _ in 0..BODY / 8 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            message.extend_from_slice(&random.to_le_bytes());
        }
        let begun = Instant::now();
        let answer = request(listening.address(), &message);
        longest = longest.max(begun.elapsed());
        assert!(answer.status == 200, "each is kept");
    }
    assert!(
        longest < Duration::from_secs(5),
        "no answer waits for it: {longest:?}"
    );
    let most = LIMIT * 5 / 4 + 20_000_000;
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let used = folder(hookbench.data());
        if used <= most {
            break;
        }
        assert!(
            Instant::now() < patience,
            "the folder comes within {most} bytes, it has {used}"
        );
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(
        targets(&hookbench, &["--limit", "1"]),
        [format!("/n/{}", count - 1)],
        "the newest is there"
    );
}

#[test]
fn room_is_given_back_also_where_a_value_cannot_be_forgotten() {
    let hookbench = Hookbench::new().with_endpoint("/in", "github", "a value");
    let listening = hookbench.listen();
    // No run of them is alike, so that they stay as long as they are.
    let body: String = (0_u64..40_000)
        .map(|number| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    for number in 0..8 {
        let answer = request(listening.address(), &post("/n", &format!("{number}{body}")));
        assert_eq!(answer.status, 200, "it is kept");
    }
    drop(listening);
    let secrets = hookbench.data().join("secrets");
    let mut entries = std::fs::read_dir(secrets).expect("a secret is there").flatten();
    let value = entries.next().expect("it is in a file").path();
    // No file can be removed where a folder lies.
    std::fs::remove_file(&value).expect("its file goes");
    std::fs::create_dir(&value).expect("a folder comes");
    let removed = hookbench.run(&["endpoint", "remove", "/in"]);
    assert_eq!(removed.code, 1, "its value is still there: {}", removed.stderr);
    let deleted = hookbench.run(&["delete", "--all", "--yes"]);
    assert_eq!(deleted.code, 0, "all are deleted: {}", deleted.stderr);
    let purged = hookbench.run(&["storage", "--purge"]);
    assert_eq!(purged.code, 1, "what could not be done is said");
    let after = storage(&hookbench);
    assert_eq!(after["free_bytes"], 0, "and the rest is done: {after}");
}

fn folder(path: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(path).expect("the folder is there").flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|data| data.len())
        .sum()
}

#[test]
fn limits_remove_the_oldest_and_leave_what_has_a_star_or_a_note() {
    let hookbench = filled(8);
    let all = ids(&hookbench);
    assert_eq!(hookbench.run(&["star", &all[7]]).code, 0, "the oldest has a star");
    assert_eq!(
        hookbench.run(&["note", &all[6], "keep"]).code,
        0,
        "the next a note"
    );
    let before = hookbench
        .run(&["storage", "--keep-requests", "4", "--json"])
        .json()
        .remove(0);
    assert_eq!(
        (&before["requests"], &before["exempt"], &before["beyond"]),
        (&json!(8), &json!(2), &json!(4)),
        "it says what will go"
    );
    let _listening = hookbench.listen();
    let patience = Instant::now() + Duration::from_secs(30);
    while storage(&hookbench)["requests"] != 4 {
        assert!(Instant::now() < patience, "whoever listens keeps to the limits");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(
        targets(&hookbench, &[]),
        ["/n/7", "/n/6", "/n/1", "/n/0"],
        "by age, but for the marked"
    );
    let wrong = hookbench.run(&["storage", "--keep-size", "1MB"]);
    assert_eq!(
        wrong.code, 1,
        "a limit that cannot be kept is refused: {}",
        wrong.stderr
    );
    assert_eq!(
        hookbench.run(&["storage", "--keep-age", "soon"]).code,
        2,
        "and so is no age"
    );
}

/// A copy that is made while requests arrive opens, is whole, and has every request before its end.
#[test]
fn a_backup_in_a_burst_is_consistent_and_receiving_goes_on() {
    let hookbench = Hookbench::new();
    let listening = hookbench.listen();
    let address = listening.address();
    for number in 0..200 {
        request(address, &post(&format!("/n/{number}"), &"x".repeat(2_000)));
    }
    let sender = std::thread::spawn(move || {
        for number in 200..600 {
            let answer = request(address, &post(&format!("/n/{number}"), &"x".repeat(2_000)));
            assert!(answer.status == 200, "receiving goes on");
        }
    });
    let other = tempfile::TempDir::new().unwrap();
    let copy = other.path().join("hookbench.db");
    let copied = hookbench
        .run(&["backup", copy.to_str().unwrap(), "--json"])
        .json()
        .remove(0);
    sender.join().expect("no sender was refused");
    assert_eq!(
        copied["bytes"],
        copy.metadata().unwrap().len(),
        "it says how long it is"
    );
    let again = hookbench.run(&["backup", copy.to_str().unwrap()]);
    assert_eq!(again.code, 1, "nothing is written over: {}", again.stderr);
    let restored = [
        "--data-dir",
        other.path().to_str().unwrap(),
        "list",
        "--json",
        "--full",
        "--limit",
        "1000",
    ];
    let lines = hookbench.run(&restored).json();
    assert!(lines.len() >= 200, "all that was there: {}", lines.len());
    for (number, line) in lines.iter().rev().enumerate() {
        assert_eq!(line["target"], format!("/n/{number}"), "in order, none missing");
        assert_eq!(line["body_length"], 2_000, "with their bodies");
    }
}
