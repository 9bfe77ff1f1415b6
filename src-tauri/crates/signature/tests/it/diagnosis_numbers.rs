//! JSON that was parsed and written again, as real runtimes write it: `fixtures/writers` holds what made the lines of
//! `writers.jsonl`, with Node 20, Python 3.11 and Java 17.

use std::collections::BTreeSet;

use hookbench_signature::{Budget, Cause, Context, diagnose};
use serde::Deserialize;

use crate::diagnosis::{URL, asked, signed, with_message};
use crate::provider;

/// What one runtime wrote of one text.
#[derive(Deserialize)]
struct Golden {
    writer: String,
    text: String,
    written: String,
}

fn goldens() -> Vec<Golden> {
    include_str!("../fixtures/writers.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_real_runtimes_write_is_proved_with_their_name() {
    let github = provider::scheme("github");
    let mut unnamed: BTreeSet<String> = goldens().into_iter().map(|golden| golden.writer).collect();
    for golden in goldens() {
        if golden.written == golden.text {
            continue;
        }
        let lines = signed(&github, "s3cret", golden.written.as_bytes(), URL);
        let diagnosis = asked(
            &github,
            &lines,
            golden.text.as_bytes(),
            "s3cret",
            &Context::default(),
        );
        let told = format!("{}: {} of {}", golden.writer, diagnosis.message, golden.text);
        assert!(diagnosis.proof.is_some(), "proved: {told}");
        // Two writers may write the same bytes, and then the more usual one is named.
        if diagnosis.message.contains(&golden.writer) {
            unnamed.remove(&golden.writer);
        }
    }
    assert!(unnamed.is_empty(), "never told from the others: {unnamed:?}");
}

#[test]
fn numbers_that_lost_something_are_proved() {
    let github = provider::scheme("github");
    let cases = [
        (
            r#"{"id":1234567890123456789}"#,
            r#"{"id":1234567890123456800}"#,
            "(Node)",
        ),
        (r#"{"n":1000000000000000000000}"#, r#"{"n":1e+21}"#, "(Node)"),
        (r#"{"n":-0,"m":1}"#, r#"{"n":0,"m":1}"#, "(Node)"),
        (
            r#"{"url":"https://a/b","n":10.50}"#,
            r#"{"url":"https:\/\/a\/b","n":10.5}"#,
            "(PHP)",
        ),
        (
            r#"{"id":12345678901234567890,"u":"a/b"}"#,
            r#"{"id":1.2345678901234567e+19,"u":"a\/b"}"#,
            "(PHP)",
        ),
        (
            r#"{"t":"<b>","n":10.50}"#,
            r#"{"t":"\u003cb\u003e","n":10.5}"#,
            "(Go)",
        ),
        (
            r#"{"t":"<b>","n":1e3}"#,
            r#"{"t":"\u003cb\u003e","n":1000.0}"#,
            "(Rails)",
        ),
        (r#"{"n":1e16, "m":2}"#, r#"{"n":1.0e+16,"m":2}"#, "(Ruby)"),
        (
            r#"{"n":12345678.5, "m":2}"#,
            r#"{"n":1.23456785E7,"m":2}"#,
            "(Java)",
        ),
        (
            r#"{"n":7,"t":"a=b"}"#,
            r#"{"n":7.0,"t":"a\u003db"}"#,
            "Gson of a map",
        ),
        (r#"{"n":1e15, "m":2}"#, r#"{"n":1E+15,"m":2}"#, "Newtonsoft"),
        (
            r#"{"n":[1,10.50],"o":{}}"#,
            "{\n  \"n\" : [ 1, 10.5 ],\n  \"o\" : { }\n}",
            "DefaultPrettyPrinter",
        ),
        (
            r#"{"n":10.50,"o":[]}"#,
            "{\r\n  \"n\": 10.5,\r\n  \"o\": []\r\n}",
            "Newtonsoft.Json with Formatting.Indented on Windows",
        ),
        (
            r#"{"ok":true,"none":null,"who":"it's"}"#,
            r#"{'ok': True, 'none': None, 'who': "it's"}"#,
            "str() of the dict (Python)",
        ),
        (
            r#"{"ok":true,"none":null}"#,
            r#"{"ok"=>true, "none"=>nil}"#,
            "inspect of the hash (Ruby)",
        ),
        (
            r#"{"ok":true,"none":null}"#,
            "{ok=true, none=null}",
            "toString of the map (Java)",
        ),
    ];
    for (came, meant, writer) in cases {
        let lines = signed(&github, "s3cret", meant.as_bytes(), URL);
        let diagnosis = asked(&github, &lines, came.as_bytes(), "s3cret", &Context::default());
        assert_eq!(
            diagnosis.cause,
            Cause::BodyReserialised,
            "{meant}: {}",
            diagnosis.message
        );
        assert!(
            diagnosis.message.contains(writer),
            "{meant}: {}",
            diagnosis.message
        );
    }
}

#[test]
fn writing_a_large_document_in_every_way_stays_within_the_budget() {
    let github = provider::scheme("github");
    let body = format!("[{}1]", r#"{"n":10.50,"t":"naïve / <b>"},"#.repeat(2_000));
    let lines = signed(&github, "another", body.as_bytes(), URL);
    let stops = std::cell::Cell::new(0);
    with_message(&lines, body.as_bytes(), |message| {
        let budget = Budget {
            should_stop: &|| {
                stops.set(stops.get() + 1);
                stops.get() > 60
            },
            ..Budget::generous()
        };
        let secrets = [hookbench_signature::Secret::new("live", "s3cret")];
        let diagnosis = diagnose(&github, message, &secrets, &Context::default(), &budget);
        assert!(diagnosis.is_cut_short, "it asks while it writes, and stops");
    });
}
