//! What holds of every comparison, and the examples a person would try.

mod bounds;
mod json;
mod properties;

use std::time::{Duration, Instant};

use super::*;

fn side(body: &[u8]) -> Side {
    Side {
        body: Bytes::copy_from_slice(body),
        length: body.len() as u64,
        ..Side::default()
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn compared(before: &[u8], after: &[u8], form: Form) -> BodyComparison {
    compare(&side(before), &side(after), &Ignoring::default(), form, soon()).body
}

fn ignoring(before: &str, after: &str, ignoring: &Ignoring) -> BodyComparison {
    compare(
        &side(before.as_bytes()),
        &side(after.as_bytes()),
        ignoring,
        Form::Best,
        soon(),
    )
    .body
}

/// The differences as a person reads them.
fn told(before: &str, after: &str) -> Vec<String> {
    let found = compared(before.as_bytes(), after.as_bytes(), Form::Best);
    assert_eq!(found.shape, Shape::Json, "both are JSON");
    let text = |body: &str, place: &Option<Place>| {
        place.as_ref().map_or_else(String::new, |place| {
            let again = if place.occurrence > 1 {
                format!("#{}", place.occurrence)
            } else {
                String::new()
            };
            let value = &body[place.range.start as usize..place.range.end as usize];
            format!(" {}{again}={value}", place.pointer)
        })
    };
    found
        .changes
        .iter()
        .map(|change| {
            format!(
                "{}{}{}",
                change.kind.as_str(),
                text(before, &change.before),
                text(after, &change.after)
            )
        })
        .collect()
}

/// The body after, made of the body before and the differences.
fn applied(found: &BodyComparison, before: &[u8], after: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let slice = |bytes: &[u8], lines: &[Line], range: &Range<u32>| {
        let mut out = Vec::new();
        for line in &lines[range.start as usize..range.end as usize] {
            out.extend_from_slice(&bytes[line.start as usize..line.end as usize]);
        }
        out
    };
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for block in &found.blocks {
        let old = slice(before, &found.before, &block.before);
        let new = slice(after, &found.after, &block.after);
        match block.kind {
            BlockKind::Same => {
                there.extend_from_slice(&old);
                back.extend_from_slice(&new);
            }
            _ => {
                there.extend_from_slice(&new);
                back.extend_from_slice(&old);
            }
        }
    }
    (there, back)
}

#[test]
fn lines_with_one_key_go_together() {
    let found = compared(
        br#"{"new":1,"a":1,"b":2,"c":3}"#,
        br#"{"a":5,"b":6,"c":7}"#,
        Form::Best,
    );
    let kinds: Vec<_> = found
        .blocks
        .iter()
        .map(|block| (block.kind.as_str(), block.before.len(), block.after.len()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("same", 1, 1),
            ("removed", 1, 0),
            ("changed", 3, 3),
            ("same", 1, 1)
        ],
        "a beside a, although a line before it is gone"
    );
}

#[test]
fn the_words_that_differ_are_marked() {
    let (before, after) = (b"the quick brown fox\n", b"the slow brown fox\n");
    let found = compared(before, after, Form::Text);
    assert_eq!(found.marks_before.first(), Some(&(4..9)), "quick");
    assert_eq!(found.marks_after.first(), Some(&(4..8)), "slow");
}

#[test]
fn bytes_are_compared_by_ranges() {
    let before: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let mut after = before.clone();
    after[700] = 0;
    after.insert(2_000, 7);
    let found = compared(&before, &after, Form::Best);
    assert_eq!(found.shape, Shape::Bytes, "it is no text");
    let differing: Vec<_> = found
        .blocks
        .iter()
        .filter(|block| block.kind != BlockKind::Same)
        .map(|block| {
            let lines = &found.after[block.after.start as usize..block.after.end as usize];
            (block.kind.as_str(), lines[0].start, lines[lines.len() - 1].end)
        })
        .collect();
    assert_eq!(
        differing,
        [("changed", 700, 701), ("added", 2_000, 2_001)],
        "each where it is"
    );
}

#[test]
fn facts_are_compared_where_both_tell_them() {
    let one = Side {
        facts: vec![("Method", "POST".to_owned()), ("Provider", "stripe".to_owned())],
        ..Side::default()
    };
    let other = Side {
        facts: vec![("Method", "PUT".to_owned())],
        ..Side::default()
    };
    let found = compare(&one, &other, &Ignoring::default(), Form::Best, soon());
    assert_eq!(
        found.facts,
        [FactChange {
            name: "Method",
            before: Some("POST".to_owned()),
            after: Some("PUT".to_owned())
        }],
        "an answer has no provider to differ in"
    );
    assert!(!found.is_same(), "a method is a difference");
}
