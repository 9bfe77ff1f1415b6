//! Bodies that are long or made to be a burden: compared in part and in bounded time, which is said.

use std::time::{Duration, Instant};

use super::super::*;
use super::{compared, ignoring, side, soon};

#[test]
fn a_body_that_is_too_long_is_compared_in_part_and_that_is_said() {
    let long = vec![b'a'; LONGEST_TEXT + 10];
    let mut other = long.clone();
    other[LONGEST_TEXT + 5] = b'b';
    let found = compared(&long, &other, Form::Text);
    assert!(
        found.blocks.iter().all(|block| block.kind == BlockKind::Same),
        "what was compared is the same"
    );
    assert!(!found.is_same(), "but the whole is not");
    assert_eq!(
        found.notes,
        ["only the first 4 MiB of each were compared"],
        "and that is said"
    );
    let unknown = Side {
        length: 100,
        ..side(b"abc")
    };
    let found = compare(
        &unknown,
        &unknown.clone(),
        &Ignoring::default(),
        Form::Text,
        soon(),
    )
    .body;
    assert_eq!(found.identical, None, "of what is not there nothing is claimed");
}

#[test]
fn bodies_of_many_megabytes_are_compared_in_bounded_time() {
    let before = format!(
        "[{}0]",
        (0..200_000)
            .map(|number| format!("{number},"))
            .collect::<String>()
    );
    let after = format!(
        "[{}0]",
        (0..200_000)
            .rev()
            .map(|number| format!("{number},"))
            .collect::<String>()
    );
    let begun = Instant::now();
    let deadline = begun + Duration::from_millis(500);
    let (one, other) = (side(before.as_bytes()), side(after.as_bytes()));
    let found = compare(&one, &other, &Ignoring::default(), Form::Best, deadline).body;
    assert!(!found.is_same(), "they differ");
    assert!(found.changes.len() <= found.changes_in_all, "not all are listed");
    assert!(begun.elapsed() < Duration::from_secs(30), "it ends");
}

#[test]
fn a_long_key_above_many_values_costs_no_more_than_is_told_of_it() {
    let document = |value: u32| {
        let members: Vec<String> = (0..100_000).map(|at| format!("\"{at}\":{value}")).collect();
        format!(
            "{{\"{}\\u0041\":{{{}}}}}",
            "k".repeat(4_000_000),
            members.join(",")
        )
    };
    let begun = Instant::now();
    let pointers = Ignoring {
        pointers: vec!["/x".to_owned(), "/*/99999".to_owned()],
        ..Ignoring::default()
    };
    let found = ignoring(&document(1), &document(2), &pointers);
    assert_eq!(found.changes_in_all, 100_000, "all are counted");
    assert_eq!(found.changes.len(), 5_000, "some are listed");
    let pointer = &found.changes[0].after.as_ref().unwrap().pointer;
    assert_eq!(pointer.chars().count(), 1_001, "cut, and marked as cut");
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "the key is not read for each of them: {:?}",
        begun.elapsed()
    );
}

#[test]
fn pointers_are_ignored_below_keys_that_are_cut_when_told() {
    let long = "k".repeat(1_500);
    let [before, after] = [1, 2].map(|value| format!("{{\"{long}\":{{\"a/b~\":{value},\"c\":{value}}}}}"));
    let noise = Ignoring {
        pointers: vec![format!("/{long}/a~1b~0")],
        ..Ignoring::default()
    };
    let ignored: Vec<bool> = ignoring(&before, &after, &noise)
        .changes
        .iter()
        .map(|change| change.ignored)
        .collect();
    assert_eq!(ignored, [true, false], "each by all of its pointer");
}

#[test]
fn what_there_was_no_time_to_look_at_counts() {
    let document = |value: u32| {
        let values: Vec<String> = (0..20_000).map(|at| format!("\"{at}\":{value}")).collect();
        format!("{{{}}}", values.join(","))
    };
    let noise = Ignoring {
        pointers: vec!["/*".to_owned()],
        ..Ignoring::default()
    };
    let (one, other) = (document(1), document(2));
    let late = compare(
        &side(one.as_bytes()),
        &side(other.as_bytes()),
        &noise,
        Form::Best,
        Instant::now(),
    )
    .body;
    assert_eq!(late.changes.len(), 5_001, "those that are listed, and one more");
    assert!(
        late.changes.iter().take(5_000).all(|change| change.ignored),
        "those are looked at"
    );
    assert!(
        !late.changes[5_000].ignored,
        "the rest is not said to be the same"
    );
}
