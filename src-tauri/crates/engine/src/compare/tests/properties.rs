//! What holds of every comparison: the differences make one side of the other.

use proptest::prelude::*;
use serde_json::Value;

use super::super::structure::{self, ChangeKind, Found};
use super::super::tree::{Kind, Tree};
use super::super::*;
use super::{applied, compared, soon};
use crate::body::json::compact;

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
