//! What holds of every comparison, and the examples a person would try.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;

use super::structure::{self, ChangeKind, Found};
use super::tree::{Kind, Tree};
use super::*;
use crate::body::json::compact;

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
fn a_changed_an_added_and_a_removed_value_are_told_by_their_pointers() {
    assert_eq!(
        told(
            r#"{"id":1,"data":{"amount":100,"old":true,"list":[1,2,3]},"a/b":1}"#,
            r#"{"id":1,"data":{"amount":200,"list":[1,3,4],"new":{}},"a/b":2}"#
        ),
        [
            "changed /data/amount=100 /data/amount=200",
            "removed /data/old=true",
            "removed /data/list/1=2",
            "added /data/list/2=4",
            "added /data/new={}",
            "changed /a~1b=1 /a~1b=2",
        ],
        "in the order of the document"
    );
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    assert_eq!(
        told(
            r#"{"a":12345678901234567890,"b":1.0}"#,
            r#"{"a":12345678901234567891,"b":1}"#
        ),
        [
            "changed /a=12345678901234567890 /a=12345678901234567891",
            "changed /b=1.0 /b=1"
        ],
        "a number that no machine holds is not rounded into another"
    );
}

#[test]
fn keys_that_come_twice_are_each_compared() {
    assert_eq!(
        told(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3,"a":4}"#),
        ["changed /a#2=2 /a#2=3", "added /a#3=4"],
        "none hides another"
    );
}

#[test]
fn another_order_of_keys_is_told_as_that() {
    assert_eq!(
        told(r#"{"a":1,"b":2,"c":3}"#, r#"{"c":3,"a":1,"b":2}"#),
        ["reordered /c=3 /c=3"],
        "one key stands elsewhere"
    );
}

#[test]
fn what_moved_is_known_again() {
    assert_eq!(
        told(
            r#"{"customer":{"name":"Ada","address":{"city":"Graz"}},"x":true}"#,
            r#"{"customer":{"name":"Ada"},"shipping":{"city":"Graz"},"y":true}"#
        ),
        [
            "removed /x=true",
            r#"moved /customer/address={"city":"Graz"} /shipping={"city":"Graz"}"#,
            "added /y=true",
        ],
        "but nothing is concluded from a `true`"
    );
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_told_apart() {
    assert_eq!(
        told(r#"{"a":"\u00e9","b":"x"}"#, r#"{"a":"é","\u0062":"x"}"#),
        [r#"rewritten /a="\u00e9" /a="é""#, r#"rewritten /b="x" /b="x""#],
        "escapes are a way of writing"
    );
    let found = compared(b"{\"a\":[1,2]}", b"{ \"a\": [ 1, 2 ] }\n", Form::Best);
    assert!(
        found.is_same() && found.identical == Some(false),
        "blanks are no difference"
    );
    assert_eq!(
        found.notes,
        ["only the blanks between the tokens differ"],
        "and that is said"
    );
}

#[test]
fn elements_with_an_id_are_known_by_it() {
    assert_eq!(
        told(
            r#"[{"id":1,"n":1},{"id":2,"n":1},{"id":3,"n":1}]"#,
            r#"[{"id":2,"n":1},{"id":3,"n":2},{"id":4,"n":1}]"#
        ),
        [
            r#"removed /0={"id":1,"n":1}"#,
            "changed /2/n=1 /1/n=2",
            r#"added /2={"id":4,"n":1}"#
        ],
        "not by their place"
    );
}

#[test]
fn noise_is_ignored_and_still_told() {
    let before = r#"{"id":"evt_1NkQabcdef","created":1795243507,"amount":100,"note":"a"}"#;
    let after = r#"{"id":"evt_2NkQabcdef","created":1795243999,"amount":100,"note":"b"}"#;
    let noise = Ignoring {
        times: true,
        ids: true,
        ..Ignoring::default()
    };
    let found = ignoring(before, after, &noise);
    let ignored: Vec<bool> = found.changes.iter().map(|change| change.ignored).collect();
    assert_eq!(ignored, [true, true, false], "the note is what counts");
    assert!(!found.is_same(), "so it is not the same");
    let kinds: Vec<_> = found.blocks.iter().map(|block| block.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["same", "ignored", "same", "changed", "same"],
        "the lines say it as well"
    );
    let all = Ignoring {
        pointers: vec!["/note".to_owned()],
        ..noise
    };
    assert!(
        ignoring(before, after, &all).is_same(),
        "with the note nothing is left"
    );
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

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "0|[1-9][0-9]{0,2}",
        "\"[a-c]{0,3}\"",
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("\"a long enough text\"".to_owned()),
        Just("\"\\u0061\"".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(("[a-d]", inner), 0..5).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("\"{key}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
    .prop_map(|text| {
        if text.starts_with(['{', '[']) {
            text
        } else {
            format!("[{text}]")
        }
    })
}

/// The document after as compact text, made of the document before and the differences alone. Siblings that are not
/// told of keep their order and take the places that are left.
fn rebuilt(before: &Tree<'_>, after: &Tree<'_>, found: &[Found]) -> String {
    fn write(tree: &Tree<'_>, node: usize) -> String {
        let range = &tree.nodes[node].range;
        compact(std::str::from_utf8(tree.slice(range)).unwrap())
    }
    fn build(before: &Tree<'_>, after: &Tree<'_>, found: &[Found], node: usize) -> String {
        let of = |kinds: &[ChangeKind]| {
            found
                .iter()
                .copied()
                .find(|change| change.before == Some(node) && kinds.contains(&change.kind))
        };
        if let Some(Found { after: Some(new), .. }) = of(&[ChangeKind::Changed]) {
            return write(after, new);
        }
        let old = &before.nodes[node];
        if !matches!(old.kind, Kind::Object | Kind::Array) {
            return match of(&[ChangeKind::Rewritten]) {
                Some(Found { after: Some(new), .. }) => write(after, new),
                _ => write(before, node),
            };
        }
        let key = |child: usize, text: String| match before.key(child) {
            Some(key) => format!("{}:{text}", serde_json::to_string(&key).unwrap()),
            None => text,
        };
        let is = |child: usize, kind: ChangeKind| {
            found
                .iter()
                .find(|change| change.before == Some(child) && change.kind == kind)
        };
        // What is told to stand at a place of the document after.
        let mut placed: Vec<(u32, String)> = Vec::new();
        let mut steady: Vec<String> = Vec::new();
        for child in before.children(node) {
            if is(child, ChangeKind::Removed).is_some() || is(child, ChangeKind::Moved).is_some() {
                continue;
            }
            let text = key(child, build(before, after, found, child));
            match is(child, ChangeKind::Reordered).and_then(|change| change.after) {
                Some(new) => placed.push((after.nodes[new].place, text)),
                None => steady.push(text),
            }
        }
        let partner = partner_of(before, after, found, node);
        for change in found {
            if let (ChangeKind::Added | ChangeKind::Moved, Some(new)) = (change.kind, change.after)
                && Some(after.nodes[new].parent) == partner
                && new != 0
            {
                let text = write(after, new);
                let text = match after.key(new) {
                    Some(key) => format!("{}:{text}", serde_json::to_string(&key).unwrap()),
                    None => text,
                };
                placed.push((after.nodes[new].place, text));
            }
        }
        placed.sort_by_key(|(place, _)| *place);
        let mut all = Vec::new();
        let mut steady = steady.into_iter();
        for (place, text) in placed {
            while all.len() < place as usize {
                all.push(steady.next().unwrap_or_default());
            }
            all.push(text);
        }
        all.extend(steady);
        match old.kind {
            Kind::Object => format!("{{{}}}", all.join(",")),
            _ => format!("[{}]", all.join(",")),
        }
    }
    build(before, after, found, 0)
}

/// Which value after goes together with a container before: by the way both stand in what goes together above them.
fn partner_of(before: &Tree<'_>, after: &Tree<'_>, found: &[Found], node: usize) -> Option<usize> {
    if node == 0 {
        return Some(0);
    }
    let parent = partner_of(before, after, found, before.nodes[node].parent)?;
    let told = |change: &&Found| change.before == Some(node) && change.kind == ChangeKind::Reordered;
    if let Some(change) = found.iter().find(told) {
        return change.after;
    }
    let kept = |change: ChangeKind| {
        matches!(
            change,
            ChangeKind::Removed | ChangeKind::Moved | ChangeKind::Reordered
        )
    };
    let gone = |child: &usize| {
        !found
            .iter()
            .any(|change| change.before == Some(*child) && kept(change.kind))
    };
    let come = |child: &usize| {
        !found.iter().any(|change| {
            change.after == Some(*child)
                && matches!(
                    change.kind,
                    ChangeKind::Added | ChangeKind::Moved | ChangeKind::Reordered
                )
        })
    };
    let at = before
        .children(before.nodes[node].parent)
        .filter(gone)
        .position(|child| child == node)?;
    after.children(parent).filter(come).nth(at)
}

proptest! {
    #[test]
    fn lines_and_differences_give_the_other_text(before in "[ab\n]{0,60}", after in "[ab\n]{0,60}") {
        let found = compared(before.as_bytes(), after.as_bytes(), Form::Text);
        let (there, back) = applied(&found, before.as_bytes(), after.as_bytes());
        prop_assert_eq!(there, after.as_bytes());
        prop_assert_eq!(back, before.as_bytes());
    }

    #[test]
    fn ranges_of_bytes_give_the_other_bytes(
        before in prop::collection::vec(0..4_u8, 0..200),
        after in prop::collection::vec(0..4_u8, 0..200),
    ) {
        let found = compared(&before, &after, Form::Bytes);
        let (there, back) = applied(&found, &before, &after);
        prop_assert_eq!(there, after);
        prop_assert_eq!(back, before);
    }

    #[test]
    fn laid_out_lines_give_the_other_document(before in json_text(), after in json_text()) {
        let found = compared(before.as_bytes(), after.as_bytes(), Form::Best);
        let (there, back) = applied(&found, before.as_bytes(), after.as_bytes());
        let bare = |text: &[u8]| compact(std::str::from_utf8(text).unwrap()).replace(',', "");
        prop_assert_eq!(bare(&there), bare(after.as_bytes()));
        prop_assert_eq!(bare(&back), bare(before.as_bytes()));
    }

    #[test]
    fn the_differences_make_one_document_of_the_other(before in json_text(), after in json_text()) {
        let (one, other) = (Tree::of(before.as_bytes()).unwrap(), Tree::of(after.as_bytes()).unwrap());
        let found = structure::compare(&one, &other, soon());
        prop_assert_eq!(rebuilt(&one, &other, &found), compact(&after));
        prop_assert!(serde_json::from_str::<Value>(&after).is_ok());
    }

    #[test]
    fn a_document_does_not_differ_from_itself(text in json_text()) {
        let found = compared(text.as_bytes(), text.as_bytes(), Form::Best);
        prop_assert!(found.is_same() && found.changes_in_all == 0);
        prop_assert!(found.blocks.iter().all(|block| block.kind == BlockKind::Same));
    }

    #[test]
    fn nothing_panics(before in prop::collection::vec(any::<u8>(), 0..200), after in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [Form::Best, Form::Text, Form::Bytes] {
            let _ = compared(&before, &after, form);
        }
    }
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
