//! Two requests, two answers, or an original and its edited copy, held against each other.
//!
//! Bytes in, differences out, as ranges into those bytes: nothing here reads the store, and no text is made that did
//! not come. Everything is bounded, in length, in number and in time, and what was left out is said.

mod align;
mod ignoring;
mod lines;
mod pairs;
mod structure;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;

pub use align::{Block, BlockKind};
pub use ignoring::Ignoring;
pub use lines::Line;
pub use pairs::{PairChange, PairKind};
pub use structure::{Change, ChangeKind, Place};

/// The longest body that is read as JSON, bytes.
pub const LONGEST_JSON: usize = 8 * 1024 * 1024;
/// The longest piece of a text that is compared, bytes.
pub const LONGEST_TEXT: usize = 4 * 1024 * 1024;
/// The longest piece that is compared byte by byte.
pub const LONGEST_BYTES: usize = 1024 * 1024;
/// How much of a body has to be at hand to compare it in any form.
pub const LONGEST: usize = LONGEST_JSON;

/// One of the two.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// What is told of it by name, e.g. its method.
    pub facts: Vec<(&'static str, String)>,
    /// Name and value of each header line in their order.
    pub headers: Vec<(Bytes, Bytes)>,
    /// The query of its target as sent.
    pub query: Option<Bytes>,
    /// Its body, or as much of its beginning as [`LONGEST`] lets in.
    pub body: Bytes,
    /// The length of the whole body.
    pub length: u64,
    /// SHA-256 over the whole body, where more of it is there than `body`.
    pub sha256: Option<[u8; 32]>,
}

/// In which form bodies are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// In the best that both have: JSON, text, bytes.
    #[default]
    Best,
    /// As text, line by line, as it was sent.
    Text,
    /// Byte by byte.
    Bytes,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is told of each by name.
    pub facts: Vec<FactChange>,
    /// Header lines.
    pub headers: Vec<PairChange>,
    /// Parameters of the query.
    pub query: Vec<PairChange>,
    /// Bodies.
    pub body: BodyComparison,
}

impl Comparison {
    /// Whether nothing differs but what is ignored.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let pairs = |pairs: &[PairChange]| pairs.iter().all(PairChange::is_quiet);
        self.facts.iter().all(|fact| fact.before == fact.after)
            && pairs(&self.headers)
            && pairs(&self.query)
            && self.body.is_same()
    }
}

/// Something that is told of both by the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// Its name.
    pub name: &'static str,
    /// What it was; `None` where that is not told.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// How the bodies were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// There is none on either side.
    Empty,
    /// As JSON: structure, and lines as if it were laid out.
    Json,
    /// As text.
    Text,
    /// As bytes.
    Bytes,
}

impl Shape {
    /// `empty`, `json`, `text` or `bytes`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Json => "json",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

/// How two bodies differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyComparison {
    /// How they were compared.
    pub shape: Shape,
    /// Whether every byte is the same; `None` where that cannot be known.
    pub identical: Option<bool>,
    /// What differs in the structure, in its order; only of JSON.
    pub changes: Vec<Change>,
    /// How many changes of the structure there are, were they all in `changes`.
    pub changes_in_all: usize,
    /// The lines of the body before.
    pub before: Vec<Line>,
    /// The lines of the body after.
    pub after: Vec<Line>,
    /// How the lines go together, in their order, without gaps.
    pub blocks: Vec<Block>,
    /// What differs inside lines that were changed, as ranges of the body before.
    pub marks_before: Vec<Range<u32>>,
    /// The same of the body after.
    pub marks_after: Vec<Range<u32>>,
    /// What should be known: what was not compared, and why.
    pub notes: Vec<String>,
}

impl BodyComparison {
    fn new(shape: Shape, identical: Option<bool>) -> Self {
        Self {
            shape,
            identical,
            changes: Vec::new(),
            changes_in_all: 0,
            before: Vec::new(),
            after: Vec::new(),
            blocks: Vec::new(),
            marks_before: Vec::new(),
            marks_after: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether nothing differs but what is ignored and, in JSON, the blanks between its tokens.
    #[must_use]
    pub fn is_same(&self) -> bool {
        match self.shape {
            Shape::Empty => true,
            Shape::Json => self.changes.iter().all(|change| change.ignored),
            Shape::Text | Shape::Bytes => self.identical == Some(true),
        }
    }
}

/// Compares two sides. What is not found until `deadline` is told coarsely, and that is said.
#[must_use]
pub fn compare(
    before: &Side,
    after: &Side,
    ignoring: &Ignoring,
    form: Form,
    deadline: Instant,
) -> Comparison {
    Comparison {
        facts: facts(&before.facts, &after.facts),
        headers: pairs::headers(&before.headers, &after.headers, ignoring),
        query: pairs::query(before.query.as_ref(), after.query.as_ref(), ignoring),
        body: bodies(before, after, ignoring, form, deadline),
    }
}

/// What both can tell; of what only one kind of side has, nothing is said.
fn facts(before: &[(&'static str, String)], after: &[(&'static str, String)]) -> Vec<FactChange> {
    let find = |facts: &[(&'static str, String)], name: &str| {
        let found = facts.iter().find(|(known, _)| *known == name)?;
        Some(found.1.clone())
    };
    before
        .iter()
        .filter_map(|(name, value)| {
            Some(FactChange {
                name,
                before: Some(value.clone()),
                after: Some(find(after, name)?),
            })
        })
        .map(|fact| FactChange {
            before: fact.before.filter(|text| !text.is_empty()),
            after: fact.after.filter(|text| !text.is_empty()),
            ..fact
        })
        .collect()
}

fn bodies(before: &Side, after: &Side, ignoring: &Ignoring, form: Form, deadline: Instant) -> BodyComparison {
    let identical = identical(before, after);
    if before.length == 0 && after.length == 0 {
        return BodyComparison::new(Shape::Empty, Some(true));
    }
    let mut notes = Vec::new();
    if form == Form::Best
        && let Some(found) = as_json(before, after, ignoring, identical, &mut notes, deadline)
    {
        return found;
    }
    let text = form != Form::Bytes && lines::is_text(&before.body) && lines::is_text(&after.body);
    let longest = if text { LONGEST_TEXT } else { LONGEST_BYTES };
    let (one, other) = (cut(&before.body, longest), cut(&after.body, longest));
    let mut found = BodyComparison::new(if text { Shape::Text } else { Shape::Bytes }, identical);
    if text {
        let (left, rest) = lines::of_text(one);
        let (right, other_rest) = lines::of_text(other);
        if rest || other_rest {
            notes.push(format!(
                "only the first {} lines were compared",
                lines::MOST_LINES
            ));
        }
        align::text(&mut found, (one, left), (other, right), deadline);
    } else {
        align::bytes(&mut found, one, other, deadline);
    }
    if before.length > one.len() as u64 || after.length > other.len() as u64 {
        let mebibytes = longest / (1024 * 1024);
        notes.push(match identical {
            Some(true) => format!("all of it is the same; the first {mebibytes} MiB are shown"),
            Some(false) => format!("only the first {mebibytes} MiB of each were compared"),
            None => format!(
                "only the first {mebibytes} MiB of each were compared; whether the rest is the same is not known"
            ),
        });
    }
    finish(&mut found, notes, deadline);
    found
}

fn as_json(
    before: &Side,
    after: &Side,
    ignoring: &Ignoring,
    identical: Option<bool>,
    notes: &mut Vec<String>,
    deadline: Instant,
) -> Option<BodyComparison> {
    if !tree::looks_like_json(&before.body) || !tree::looks_like_json(&after.body) {
        return None;
    }
    let whole = |side: &Side| side.length == side.body.len() as u64 && side.body.len() <= LONGEST_JSON;
    if !whole(before) || !whole(after) {
        notes.push(format!(
            "a body longer than {} MiB is not compared as JSON",
            LONGEST_JSON / (1024 * 1024)
        ));
        return None;
    }
    let (one, other) = match (tree::Tree::of(&before.body), tree::Tree::of(&after.body)) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(why), _) | (_, Err(why)) => {
            notes.extend(why.note());
            return None;
        }
    };
    let mut found = BodyComparison::new(Shape::Json, identical);
    let changes = structure::compare(&one, &other, deadline);
    let ignored = structure::tell(&mut found, &one, &other, &changes, ignoring, deadline);
    align::json(
        &mut found,
        (&one, &ignored.before),
        (&other, &ignored.after),
        deadline,
    );
    if found.changes_in_all > found.changes.len() {
        notes.push(format!(
            "the first {} of {} differences are listed",
            found.changes.len(),
            found.changes_in_all
        ));
    }
    if found.changes_in_all == 0 && identical == Some(false) {
        notes.push("only the blanks between the tokens differ".to_owned());
    }
    finish(&mut found, std::mem::take(notes), deadline);
    Some(found)
}

fn finish(found: &mut BodyComparison, mut notes: Vec<String>, deadline: Instant) {
    if Instant::now() >= deadline {
        notes.push(
            "it took too long to find the smallest differences; these are larger than need be".to_owned(),
        );
    }
    found.notes.append(&mut notes);
}

fn cut(body: &[u8], longest: usize) -> &[u8] {
    body.get(..longest).unwrap_or(body)
}

fn identical(before: &Side, after: &Side) -> Option<bool> {
    if before.length != after.length
        || cut(&before.body, after.body.len()) != cut(&after.body, before.body.len())
    {
        return Some(false);
    }
    let whole = |side: &Side| side.length == side.body.len() as u64;
    match (before.sha256, after.sha256) {
        _ if whole(before) && whole(after) => Some(true),
        (Some(one), Some(other)) => Some(one == other),
        _ => None,
    }
}
