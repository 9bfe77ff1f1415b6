//! `hookbench diff`

use hookbench_engine::compare::{Block, BlockKind, Change, Form, Line, PairChange, PairKind, Shape};
use hookbench_engine::model::AttemptId;
use hookbench_engine::{BodyPlace, Engine, SideBySide, Subject, Told};
use hookbench_signature::shortened;
use serde_json::{Value, json};

use crate::arguments::Diff;
use crate::failure::Failure;
use crate::output;
use crate::text::{size, visible};

/// So many characters of a value are written for people.
const SHOWN: usize = 200;
/// So many lines around a difference.
const AROUND: u32 = 3;

pub(crate) async fn run(engine: &Engine, wanted: &Diff) -> Result<(), Failure> {
    let found = compared(engine, wanted)
        .await
        .map_err(|failure| failure.with_code(2))?;
    let part = Part::of(wanted);
    if wanted.json {
        output::json(&object(&found, part))?;
    } else {
        people(&found, part)?;
    }
    if is_same(&found, part) {
        Ok(())
    } else {
        Err(Failure::finding(1))
    }
}

/// What of both is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Body,
    Headers,
}

impl Part {
    const fn of(wanted: &Diff) -> Self {
        match (wanted.body, wanted.headers) {
            (true, _) => Self::Body,
            (_, true) => Self::Headers,
            _ => Self::All,
        }
    }

    fn has(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

async fn compared(engine: &Engine, wanted: &Diff) -> Result<SideBySide, Failure> {
    let (before, after) = subjects(engine, wanted).await?;
    let form = if wanted.text { Form::Text } else { Form::Best };
    Ok(engine.compare(before, after, wanted.ignoring(), form).await?)
}

async fn subjects(engine: &Engine, wanted: &Diff) -> Result<(Subject, Subject), Failure> {
    let one = engine.find_subject(&wanted.before).await?;
    if wanted.previous {
        let Subject::Request(id) = one else {
            return Err(Failure::new("only a request has one before it").hint("give the id of a request"));
        };
        let previous = engine.previous_alike(id).await?;
        let previous = previous.ok_or_else(|| {
            Failure::new("no request before it has the same endpoint, provider and event")
                .hint("name the other request")
        })?;
        return Ok((Subject::Request(previous.id), one));
    }
    let other = match &wanted.after {
        Some(after) => Some(engine.find_subject(after).await?),
        None => None,
    };
    if !wanted.answers {
        // The grammar asks for both.
        return other
            .map(|other| (one, other))
            .ok_or_else(|| Failure::new("there is nothing to compare it with"));
    }
    let mut answers = answers(engine, one).await?;
    let last = answers.pop().ok_or_else(no_answer)?;
    match other {
        Some(other) => {
            let other = self::answers(engine, other).await?.pop().ok_or_else(no_answer)?;
            Ok((Subject::Answer(last), Subject::Answer(other)))
        }
        None => {
            let before = answers
                .pop()
                .ok_or_else(|| Failure::new("it has one attempt only").hint("name another delivery"))?;
            Ok((Subject::Answer(before), Subject::Answer(last)))
        }
    }
}

fn no_answer() -> Failure {
    Failure::new("a delivery without an attempt has no answer")
}

/// The attempts of a delivery, first to last.
async fn answers(engine: &Engine, subject: Subject) -> Result<Vec<AttemptId>, Failure> {
    match subject {
        Subject::Answer(id) => Ok(vec![id]),
        Subject::Sent(id) => Ok(engine
            .delivery(id)
            .await?
            .attempts
            .iter()
            .map(|attempt| attempt.id)
            .collect()),
        Subject::Request(_) => {
            Err(Failure::new("a request has no answer of a target").hint("give the ids of deliveries"))
        }
    }
}

fn is_same(found: &SideBySide, part: Part) -> bool {
    let quiet = |pairs: &[PairChange]| pairs.iter().all(PairChange::is_quiet);
    match part {
        Part::All => found.comparison.is_same(),
        Part::Body => found.comparison.body.is_same(),
        Part::Headers => quiet(&found.comparison.headers),
    }
}

fn people(found: &SideBySide, part: Part) -> Result<(), Failure> {
    for (mark, told) in [("---", &found.before), ("+++", &found.after)] {
        output::line(&format!(
            "{mark} {}  {}  {}",
            id(told),
            visible(&told.title),
            told.at
        ))?;
    }
    let comparison = &found.comparison;
    if part == Part::All {
        for fact in comparison.facts.iter().filter(|fact| fact.before != fact.after) {
            let text = |side: &Option<String>| side.as_deref().map_or_else(|| "none".to_owned(), visible);
            output::line(&format!(
                "{}: {} → {}",
                fact.name,
                text(&fact.before),
                text(&fact.after)
            ))?;
        }
        pairs("query", &comparison.query)?;
    }
    if part.has(Part::Headers) {
        pairs("header", &comparison.headers)?;
    }
    if part.has(Part::Body) {
        body(found)?;
    }
    if is_same(found, part) {
        output::line("the same")?;
    }
    Ok(())
}

fn pairs(what: &str, pairs: &[PairChange]) -> Result<(), Failure> {
    for change in pairs {
        let side = |side: &Option<(bytes::Bytes, bytes::Bytes)>| {
            side.as_ref()
                .map(|(name, value)| (excerpt(name), excerpt(value)))
                .unwrap_or_default()
        };
        let ((name, before), (other_name, after)) = (side(&change.before), side(&change.after));
        let mut line = match change.kind {
            PairKind::Changed => format!("~ {what} {name}: {before} → {after}"),
            PairKind::Added => format!("+ {what} {other_name}: {after}"),
            PairKind::Removed => format!("- {what} {name}: {before}"),
            PairKind::Same if change.recased || change.moved => format!("  {what} {name}"),
            PairKind::Same => continue,
        };
        if change.recased {
            line.push_str(&format!("  (written {other_name})"));
        }
        if change.moved {
            line.push_str("  (in another place)");
        }
        if change.ignored {
            line.push_str("  (ignored)");
        }
        output::line(&line)?;
    }
    Ok(())
}

fn body(found: &SideBySide) -> Result<(), Failure> {
    let body = &found.comparison.body;
    match body.shape {
        Shape::Empty => {}
        Shape::Json => {
            for change in &body.changes {
                output::line(&structural(found, change))?;
            }
        }
        Shape::Text => hunks(found)?,
        Shape::Bytes => {
            for block in body.blocks.iter().filter(|block| block.kind != BlockKind::Same) {
                output::line(&bytes_of(found, block))?;
            }
        }
    }
    for note in &body.notes {
        output::line(&format!("note: {note}"))?;
    }
    Ok(())
}

fn structural(found: &SideBySide, change: &Change) -> String {
    let side = |told: &Told, place: &Option<hookbench_engine::compare::Place>| {
        place.as_ref().map(|place| {
            let range = place.range.start as usize..place.range.end as usize;
            let value = excerpt(told.bytes.get(range).unwrap_or_default());
            let pointer = if place.pointer.is_empty() {
                "the whole"
            } else {
                &place.pointer
            };
            let again = if place.occurrence > 1 {
                format!(" (number {} of this key)", place.occurrence)
            } else {
                String::new()
            };
            (format!("{}{again}", visible(pointer)), value)
        })
    };
    let (before, after) = (
        side(&found.before, &change.before),
        side(&found.after, &change.after),
    );
    let mut line = match (before, after) {
        (Some((pointer, value)), None) => format!("- {pointer}: {value}"),
        (None, Some((pointer, value))) => format!("+ {pointer}: {value}"),
        (Some((from, before)), Some((to, after))) => match change.kind.as_str() {
            "moved" => format!("> {from} → {to}: {after}"),
            "reordered" => format!("> {to}: in another place among its siblings"),
            "rewritten" => format!("~ {to}: {before} → {after}  (the same, written otherwise)"),
            _ if from == to => format!("~ {to}: {before} → {after}"),
            _ => format!("~ {from} → {to}: {before} → {after}"),
        },
        (None, None) => String::new(),
    };
    if change.ignored {
        line.push_str("  (ignored)");
    }
    line
}

/// The differences of two texts as `diff -u` writes them.
fn hunks(found: &SideBySide) -> Result<(), Failure> {
    let body = &found.comparison.body;
    let line = |told: &Told, lines: &[Line], at: u32| {
        let line = lines.get(at as usize).copied();
        let bytes = line.and_then(|line| told.bytes.get(line.start as usize..line.end as usize));
        let text = String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let shown = visible(text.strip_suffix('\n').unwrap_or(&text));
        if text.ends_with('\n') {
            shown
        } else {
            format!("{shown}↩")
        }
    };
    let mut shown_to = 0;
    for (place, block) in body.blocks.iter().enumerate() {
        if block.kind == BlockKind::Same {
            continue;
        }
        let from = block.before.start.saturating_sub(AROUND).max(shown_to);
        if from > shown_to || shown_to == 0 {
            output::line(&format!(
                "@@ line {} → {} @@",
                block.before.start + 1,
                block.after.start + 1
            ))?;
        }
        for at in from..block.before.start {
            output::line(&format!(" {}", line(&found.before, &body.before, at)))?;
        }
        for at in block.before.clone() {
            output::line(&format!("-{}", line(&found.before, &body.before, at)))?;
        }
        for at in block.after.clone() {
            output::line(&format!("+{}", line(&found.after, &body.after, at)))?;
        }
        let next = body
            .blocks
            .get(place + 1)
            .filter(|next| next.kind == BlockKind::Same);
        let to = next.map_or(block.before.end, |next| {
            next.before.end.min(block.before.end + AROUND)
        });
        for at in block.before.end..to {
            output::line(&format!(" {}", line(&found.before, &body.before, at)))?;
        }
        shown_to = to;
    }
    Ok(())
}

fn bytes_of(found: &SideBySide, block: &Block) -> String {
    let side = |told: &Told, lines: &[Line], range: &std::ops::Range<u32>| {
        let lines = lines
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return "nothing".to_owned();
        };
        let bytes = told
            .bytes
            .get(first.start as usize..last.end as usize)
            .unwrap_or_default();
        let hex: String = bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
        let more = if bytes.len() > 32 { "…" } else { "" };
        format!("{hex}{more} ({} at {:#x})", size(bytes.len() as u64), first.start)
    };
    let body = &found.comparison.body;
    format!(
        "~ {} → {}",
        side(&found.before, &body.before, &block.before),
        side(&found.after, &body.after, &block.after)
    )
}

fn id(told: &Told) -> String {
    match told.subject {
        Subject::Request(id) => id.to_string(),
        Subject::Sent(id) => id.to_string(),
        Subject::Answer(id) => id.to_string(),
    }
}

/// The beginning of a value with everything visible.
fn excerpt(bytes: &[u8]) -> String {
    visible(&shortened(&String::from_utf8_lossy(bytes), SHOWN))
}

fn object(found: &SideBySide, part: Part) -> Value {
    let comparison = &found.comparison;
    let mut object = json!({
        "same": is_same(found, part),
        "before": side_object(&found.before),
        "after": side_object(&found.after),
    });
    let Some(fields) = object.as_object_mut() else {
        return object;
    };
    if part == Part::All {
        let facts: Vec<_> = comparison
            .facts
            .iter()
            .filter(|fact| fact.before != fact.after)
            .map(|fact| json!({ "name": fact.name, "before": fact.before, "after": fact.after }))
            .collect();
        fields.insert("facts".to_owned(), facts.into());
        fields.insert("query".to_owned(), pair_objects(&comparison.query));
    }
    if part.has(Part::Headers) {
        fields.insert("headers".to_owned(), pair_objects(&comparison.headers));
    }
    if part.has(Part::Body) {
        fields.insert("body".to_owned(), body_object(found));
    }
    object
}

fn side_object(told: &Told) -> Value {
    let (kind, id) = match told.subject {
        Subject::Request(id) => ("request", id.to_string()),
        Subject::Sent(id) => ("delivery", id.to_string()),
        Subject::Answer(id) => ("attempt", id.to_string()),
    };
    json!({
        "kind": kind,
        "id": id,
        "request": told.request.to_string(),
        "title": told.title,
        "at": told.at.to_string(),
        "body_length": told.length,
        "unpacked": matches!(told.body, BodyPlace::Unpacked(_)),
    })
}

fn pair_objects(pairs: &[PairChange]) -> Value {
    let side = |side: &Option<(bytes::Bytes, bytes::Bytes)>| {
        side.as_ref()
            .map(|(name, value)| json!([String::from_utf8_lossy(name), String::from_utf8_lossy(value)]))
    };
    pairs
        .iter()
        .filter(|change| change.kind != PairKind::Same || change.recased || change.moved)
        .map(|change| {
            json!({
                "kind": change.kind.as_str(),
                "before": side(&change.before),
                "after": side(&change.after),
                "recased": change.recased,
                "moved": change.moved,
                "ignored": change.ignored,
            })
        })
        .collect()
}

fn body_object(found: &SideBySide) -> Value {
    let body = &found.comparison.body;
    let slice = |told: &Told, range: std::ops::Range<u32>| {
        let bytes = told
            .bytes
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default();
        match body.shape {
            Shape::Bytes => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    };
    let place = |told: &Told, place: &Option<hookbench_engine::compare::Place>| {
        place.as_ref().map(|place| {
            json!({
                "pointer": place.pointer,
                "occurrence": place.occurrence,
                "text": slice(told, place.range.clone()),
            })
        })
    };
    let changes: Vec<_> = body
        .changes
        .iter()
        .map(|change| {
            json!({
                "kind": change.kind.as_str(),
                "before": place(&found.before, &change.before),
                "after": place(&found.after, &change.after),
                "ignored": change.ignored,
            })
        })
        .collect();
    let lines = |told: &Told, lines: &[Line], range: &std::ops::Range<u32>| {
        let lines = lines.get(range.start as usize..range.end as usize)?;
        let (first, last) = (lines.first()?, lines.last()?);
        Some(json!({ "offset": first.start, "text": slice(told, first.start..last.end) }))
    };
    let ranges: Vec<_> = body
        .blocks
        .iter()
        .filter(|block| block.kind != BlockKind::Same && body.shape != Shape::Json)
        .map(|block| {
            json!({
                "kind": block.kind.as_str(),
                "before": lines(&found.before, &body.before, &block.before),
                "after": lines(&found.after, &body.after, &block.after),
            })
        })
        .collect();
    json!({
        "shape": body.shape.as_str(),
        "identical": body.identical,
        "same": body.is_same(),
        "changes": changes,
        "changes_in_all": body.changes_in_all,
        "ranges": ranges,
        "notes": body.notes,
    })
}
