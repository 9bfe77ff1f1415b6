//! JSON by its structure.

use super::super::*;
use super::{compared, ignoring, told};

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
