//! What differs between two JSON documents, by their structure: members by key, elements by what they are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hasher as _;
use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::BodyComparison;
use super::ignoring::{Ignoring, Patterns};
use super::pairs::rising;
use super::tree::{Kind, Tree, hashed};

/// The most differences that are told one by one.
const MOST: usize = 5_000;
/// The longest pointer that is told whole, characters.
const LONGEST_POINTER: usize = 1_000;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there after.
    Removed,
    /// It is another value.
    Changed,
    /// It means the same and is written otherwise, e.g. with escapes.
    Rewritten,
    /// The same value is elsewhere.
    Moved,
    /// It stands elsewhere among its siblings.
    Reordered,
}

impl ChangeKind {
    /// `added`, `removed`, `changed`, `rewritten`, `moved` or `reordered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Rewritten => "rewritten",
            Self::Moved => "moved",
            Self::Reordered => "reordered",
        }
    }
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its JSON pointer; empty for the whole document.
    pub pointer: String,
    /// Which of the members with this key it is, from 1.
    pub occurrence: u32,
    /// The value as a range of the body.
    pub range: Range<u32>,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What became of it.
    pub kind: ChangeKind,
    /// Where it was.
    pub before: Option<Place>,
    /// Where it is.
    pub after: Option<Place>,
    /// The difference is one that is to be ignored.
    pub ignored: bool,
}

/// A difference by the numbers of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: ChangeKind,
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
}

/// Numbers of values whose difference is ignored.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

enum Work {
    Pair(usize, usize),
    Tell(Found),
}

/// Finds the differences, in the order of the document after; what is gone stands behind what it stood behind.
pub(super) fn compare(before: &Tree<'_>, after: &Tree<'_>, deadline: Instant) -> Vec<Found> {
    let mut found = Vec::new();
    let mut work = vec![Work::Pair(0, 0)];
    while let Some(next) = work.pop() {
        match next {
            Work::Tell(told) => found.push(told),
            Work::Pair(one, other) => pair(before, after, (one, other), deadline, &mut work, &mut found),
        }
    }
    moved(before, after, found)
}

fn pair(
    before: &Tree<'_>,
    after: &Tree<'_>,
    (one, other): (usize, usize),
    deadline: Instant,
    work: &mut Vec<Work>,
    found: &mut Vec<Found>,
) {
    let (old, new) = (&before.nodes[one], &after.nodes[other]);
    let tell = |kind| Found {
        kind,
        before: Some(one),
        after: Some(other),
    };
    let keys = (
        old.key.as_ref().map(|key| before.slice(key)),
        new.key.as_ref().map(|key| after.slice(key)),
    );
    if keys.0 != keys.1 && keys.0.is_some() && keys.1.is_some() {
        found.push(tell(ChangeKind::Rewritten));
    }
    if old.hash == new.hash {
        return;
    }
    let begun = work.len();
    match (old.kind, new.kind) {
        (Kind::Object, Kind::Object) => members(before, after, (one, other), work),
        (Kind::Array, Kind::Array) => elements(before, after, (one, other), deadline, work),
        (Kind::Text, Kind::Text) if before.text(one) == after.text(other) => {
            found.push(tell(ChangeKind::Rewritten));
        }
        _ => found.push(tell(ChangeKind::Changed)),
    }
    // What is put down last is taken up first.
    work[begun..].reverse();
}

/// Members go together by their key, the first of that key with the first.
fn members(before: &Tree<'_>, after: &Tree<'_>, (one, other): (usize, usize), work: &mut Vec<Work>) {
    let mut by_key: HashMap<_, Vec<usize>> = HashMap::new();
    let new: Vec<usize> = after.children(other).collect();
    for child in new.iter().rev() {
        by_key
            .entry(after.key(*child).unwrap_or_default())
            .or_default()
            .push(*child);
    }
    let old: Vec<usize> = before.children(one).collect();
    let partners: Vec<Option<usize>> = old
        .iter()
        .map(|child| by_key.get_mut(&before.key(*child).unwrap_or_default())?.pop())
        .collect();
    let paired: Vec<usize> = partners.iter().copied().flatten().collect();
    let mut steady = rising(&paired).into_iter();
    let mut rows: Vec<(usize, Work)> = Vec::new();
    let mut previous = 0;
    for (child, partner) in old.iter().zip(&partners) {
        let Some(partner) = partner else {
            rows.push((previous, gone(*child)));
            continue;
        };
        previous = *partner;
        if steady.next() == Some(false) {
            rows.push((
                previous,
                Work::Tell(Found {
                    kind: ChangeKind::Reordered,
                    before: Some(*child),
                    after: Some(*partner),
                }),
            ));
        }
        rows.push((previous, Work::Pair(*child, *partner)));
    }
    for child in by_key.into_values().flatten() {
        rows.push((child, come(child)));
    }
    // Stable: what is gone stays behind what it stood behind.
    rows.sort_by_key(|(place, _)| *place);
    work.extend(rows.into_iter().map(|(_, next)| next));
}

/// Elements go together by their `id`, or by being the same; what is left between goes together by its place.
fn elements(
    before: &Tree<'_>,
    after: &Tree<'_>,
    (one, other): (usize, usize),
    deadline: Instant,
    work: &mut Vec<Work>,
) {
    let old: Vec<usize> = before.children(one).collect();
    let new: Vec<usize> = after.children(other).collect();
    let known = |tree: &Tree<'_>, children: &[usize]| -> Vec<u64> {
        children.iter().map(|child| identity(tree, *child)).collect()
    };
    let ops = capture_diff_slices_deadline(
        Algorithm::Myers,
        &known(before, &old),
        &known(after, &new),
        Some(deadline),
    );
    for op in ops {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        let both = old_range.len().min(new_range.len());
        let pairs = matches!(op, DiffOp::Equal { .. } | DiffOp::Replace { .. });
        let paired = if pairs { both } else { 0 };
        for at in 0..paired {
            work.push(Work::Pair(old[old_range.start + at], new[new_range.start + at]));
        }
        work.extend(old[old_range].iter().skip(paired).map(|child| gone(*child)));
        work.extend(new[new_range].iter().skip(paired).map(|child| come(*child)));
    }
}

const fn gone(node: usize) -> Work {
    Work::Tell(Found {
        kind: ChangeKind::Removed,
        before: Some(node),
        after: None,
    })
}

const fn come(node: usize) -> Work {
    Work::Tell(Found {
        kind: ChangeKind::Added,
        before: None,
        after: Some(node),
    })
}

/// By what an element is known again: its `id` where it has one, else all of it.
fn identity(tree: &Tree<'_>, node: usize) -> u64 {
    let found = &tree.nodes[node];
    if found.kind != Kind::Object {
        return found.hash;
    }
    let named = tree.children(node).take(64).find(|child| {
        matches!(tree.nodes[*child].kind, Kind::Text | Kind::Number)
            && tree
                .key(*child)
                .is_some_and(|key| matches!(&*key, "id" | "uuid" | "key" | "name"))
    });
    named.map_or(found.hash, |child| {
        hashed(|hasher| {
            hasher.write(b"id");
            hasher.write_u64(tree.nodes[child].hash);
        })
    })
}

/// What was removed here and added there, and is worth to be known again, was moved.
fn moved(before: &Tree<'_>, after: &Tree<'_>, mut found: Vec<Found>) -> Vec<Found> {
    let mut gone: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, change) in found.iter().enumerate().rev() {
        if let (ChangeKind::Removed, Some(node)) = (change.kind, change.before)
            && let Some(mark) = known_again(before, node)
        {
            gone.entry(mark).or_default().push(place);
        }
    }
    let mut taken = Vec::new();
    for place in 0..found.len() {
        if let (ChangeKind::Added, Some(node)) = (found[place].kind, found[place].after)
            && let Some(from) = known_again(after, node).and_then(|mark| gone.get_mut(&mark)?.pop())
        {
            taken.push(from);
            found[place] = Found {
                kind: ChangeKind::Moved,
                before: found[from].before,
                after: Some(node),
            };
        }
    }
    taken.sort_unstable();
    let mut place = 0;
    found.retain(|_| {
        place += 1;
        taken.binary_search(&(place - 1)).is_err()
    });
    found
}

/// By what a value is known again elsewhere. A `true` or a 1 is found anywhere: it is known by its key as well, and
/// without one not at all.
fn known_again(tree: &Tree<'_>, node: usize) -> Option<u64> {
    let found = &tree.nodes[node];
    let rich = match found.kind {
        Kind::Object | Kind::Array => found.end > node + 1,
        Kind::Text | Kind::Number | Kind::Word => found.range.len() >= 8,
    };
    if rich {
        return Some(found.hash);
    }
    let key = tree.key(node)?;
    Some(hashed(|hasher| {
        hasher.write(key.as_bytes());
        hasher.write_u64(found.hash);
    }))
}

/// Tells the differences by their pointers, and which of them are ignored. Once `deadline` is over, no more than are
/// listed are looked at.
pub(super) fn tell(
    body: &mut BodyComparison,
    before: &Tree<'_>,
    after: &Tree<'_>,
    found: &[Found],
    ignoring: &Ignoring,
    deadline: Instant,
) -> Ignored {
    let mut ignored = Ignored::default();
    body.changes_in_all = found.len();
    let patterns = ignoring.patterns();
    let mut counts = false;
    for change in found {
        let room = body.changes.len() < MOST;
        let late = Instant::now() >= deadline;
        if late && !room && counts {
            break;
        }
        let named = |tree: &Tree<'_>, node: Option<usize>| {
            node.is_some_and(|node| !patterns.is_empty() && is_covered(tree, node, &patterns))
        };
        // One that there was no time to look at counts: nobody is told that nothing does.
        let is_ignored = (room || !late)
            && (is_noise(before, after, change, ignoring)
                || named(before, change.before)
                || named(after, change.after));
        if is_ignored {
            ignored.before.extend(change.before);
            ignored.after.extend(change.after);
        }
        // Were all that are listed ignored, the first that counts would still be told.
        if room || (!counts && !is_ignored) {
            body.changes.push(Change {
                kind: change.kind,
                before: change.before.map(|node| place_of(before, node, late)),
                after: change.after.map(|node| place_of(after, node, late)),
                ignored: is_ignored,
            });
        }
        counts |= !is_ignored;
    }
    ignored.before.sort_unstable();
    ignored.after.sort_unstable();
    ignored
}

/// Whether a value became another of which that was to be expected.
fn is_noise(before: &Tree<'_>, after: &Tree<'_>, change: &Found, ignoring: &Ignoring) -> bool {
    let scalar = |tree: &Tree<'_>, node: usize| !matches!(tree.nodes[node].kind, Kind::Object | Kind::Array);
    match (change.kind, change.before, change.after) {
        (ChangeKind::Changed | ChangeKind::Rewritten, Some(one), Some(other)) => {
            scalar(before, one)
                && scalar(after, other)
                && ignoring.value(
                    &after.key(other).unwrap_or_default(),
                    &before.text(one),
                    &after.text(other),
                )
        }
        _ => false,
    }
}

/// Where a value is; when it is `late`, those before it with its key are not counted.
fn place_of(tree: &Tree<'_>, node: usize, late: bool) -> Place {
    Place {
        pointer: pointer(tree, node),
        occurrence: if late { 1 } else { occurrence(tree, node) },
        range: tree.nodes[node].range.clone(),
    }
}

/// The values on the way to one from below the root on, itself the last.
fn steps(tree: &Tree<'_>, node: usize) -> Vec<usize> {
    let mut steps = Vec::new();
    let mut at = node;
    while tree.nodes[at].parent != at {
        steps.push(at);
        at = tree.nodes[at].parent;
    }
    steps.reverse();
    steps
}

/// The pointer to a value, no further than it is told: thousands of values may share one endless key.
fn pointer(tree: &Tree<'_>, node: usize) -> String {
    let mut pointer = String::new();
    let mut room = LONGEST_POINTER;
    for step in steps(tree, node) {
        let text = match &tree.nodes[step].key {
            Some(key) => beginning_of_key(tree, step, key),
            None => Cow::Owned(tree.nodes[step].place.to_string()),
        };
        for character in std::iter::once('/').chain(escaped(&text)) {
            if room == 0 {
                pointer.push('…');
                return pointer;
            }
            pointer.push(character);
            room -= 1;
        }
    }
    pointer
}

/// As much of a key as a pointer has room for, and more.
fn beginning_of_key<'t>(tree: &Tree<'t>, node: usize, key: &Range<u32>) -> Cow<'t, str> {
    // An escape makes one character of at most twelve bytes, so that a longer key is cut anyway. Its escapes stay: to
    // decode it, all of it would have to be read.
    let literal = tree.slice(key);
    if literal.len() <= 12 * LONGEST_POINTER {
        return tree.key(node).unwrap_or_default();
    }
    String::from_utf8_lossy(literal.get(1..4 * LONGEST_POINTER).unwrap_or_default())
}

/// A key as it is written in a pointer.
fn escaped(key: &str) -> impl Iterator<Item = char> + '_ {
    key.chars().flat_map(|character| {
        let (first, second) = match character {
            '~' => ('~', Some('0')),
            '/' => ('~', Some('1')),
            other => (other, None),
        };
        std::iter::once(first).chain(second)
    })
}

fn is_covered(tree: &Tree<'_>, node: usize, patterns: &Patterns<'_>) -> bool {
    let steps = steps(tree, node);
    patterns.covers(steps.len(), |at, wanted| is_step(tree, steps[at], wanted))
}

fn is_step(tree: &Tree<'_>, node: usize, wanted: &str) -> bool {
    let found = &tree.nodes[node];
    match &found.key {
        None => found.place.to_string() == wanted,
        // An escape makes one byte of at most six: a longer key is another one, and is not decoded to find that out.
        Some(key) if key.len().saturating_sub(2) > 6 * wanted.len() => false,
        Some(_) => escaped(&tree.key(node).unwrap_or_default()).eq(wanted.chars()),
    }
}

/// Which of the members with its key a value is. Looked for among the first of its siblings only.
fn occurrence(tree: &Tree<'_>, node: usize) -> u32 {
    let Some(key) = tree.key(node) else { return 1 };
    let parent = tree.nodes[node].parent;
    let earlier = tree
        .children(parent)
        .take(256)
        .take_while(|child| *child < node)
        .filter(|child| tree.key(*child).as_ref() == Some(&key));
    1 + u32::try_from(earlier.count()).unwrap_or_default()
}
