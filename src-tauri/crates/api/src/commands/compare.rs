//! Two things held against each other.

use bytes::Bytes;
use hookbench_engine::compare::{Block, Change, Comparison, Form, Ignoring, Line, PairChange, Place};
use hookbench_engine::model::Header;
use hookbench_engine::{BodyPlace, Engine, Subject, Told};

use super::requests::{header_line, row};
use crate::error::ApiError;
use crate::types::{
    AskComparison, BlockView, BodyComparisonView, ByteSource, ComparedView, ComparisonView, FactView,
    IgnoringView, PairView, PlaceView, PreviousView, RequestRef, StructureChange, SubjectRef,
};

pub(super) async fn compare(engine: &Engine, arguments: AskComparison) -> Result<ComparisonView, ApiError> {
    let form = match arguments.form.as_str() {
        "text" => Form::Text,
        "bytes" => Form::Bytes,
        _ => Form::Best,
    };
    let found = engine
        .compare(
            subject(&arguments.before)?,
            subject(&arguments.after)?,
            ignoring(arguments.ignoring),
            form,
        )
        .await?;
    Ok(ComparisonView {
        before: told(found.before),
        after: told(found.after),
        same: found.comparison.is_same(),
        facts: found
            .comparison
            .facts
            .iter()
            .map(|fact| FactView {
                name: fact.name.to_owned(),
                before: fact.before.clone(),
                after: fact.after.clone(),
            })
            .collect(),
        headers: found.comparison.headers.iter().map(pair).collect(),
        query: found.comparison.query.iter().map(pair).collect(),
        body: body(&found.comparison),
    })
}

pub(super) async fn previous(engine: &Engine, arguments: RequestRef) -> Result<PreviousView, ApiError> {
    let found = engine.previous_alike(arguments.id.parse()?).await?;
    Ok(PreviousView {
        request: found.map(|summary| row(engine, summary)),
    })
}

fn subject(reference: &SubjectRef) -> Result<Subject, ApiError> {
    Ok(match reference {
        SubjectRef::Request(id) => Subject::Request(id.parse()?),
        SubjectRef::Sent(id) => Subject::Sent(id.parse()?),
        SubjectRef::Answer(id) => Subject::Answer(id.parse()?),
    })
}

fn ignoring(view: IgnoringView) -> Ignoring {
    Ignoring {
        times: view.times,
        ids: view.ids,
        signatures: view.signatures,
        names: view.names,
        pointers: view.pointers,
    }
}

fn told(told: Told) -> ComparedView {
    let (source, id) = match told.body {
        BodyPlace::Request(id) => (ByteSource::RequestBody, id.to_string()),
        BodyPlace::Unpacked(id) => (ByteSource::RequestUnpacked, id.to_string()),
        BodyPlace::Delivery(id) => (ByteSource::DeliveryBody, id.to_string()),
        BodyPlace::Attempt(id) => (ByteSource::AttemptBody, id.to_string()),
    };
    ComparedView {
        subject: match told.subject {
            Subject::Request(id) => SubjectRef::Request(id.to_string()),
            Subject::Sent(id) => SubjectRef::Sent(id.to_string()),
            Subject::Answer(id) => SubjectRef::Answer(id.to_string()),
        },
        request: told.request.to_string(),
        title: told.title,
        at: told.at.as_micros(),
        source,
        id,
        length: told.length,
    }
}

fn pair(change: &PairChange) -> PairView {
    let line = |side: &Option<(Bytes, Bytes)>| {
        side.as_ref().map(|(name, value)| {
            header_line(&Header {
                name: name.clone(),
                value: value.clone(),
            })
        })
    };
    PairView {
        kind: change.kind.as_str().to_owned(),
        before: line(&change.before),
        after: line(&change.after),
        recased: change.recased,
        moved: change.moved,
        ignored: change.ignored,
    }
}

fn body(comparison: &Comparison) -> BodyComparisonView {
    let body = &comparison.body;
    let lines = |lines: &[Line]| {
        lines
            .iter()
            .flat_map(|line| [line.start, line.end, line.indent])
            .collect()
    };
    let marks =
        |marks: &[std::ops::Range<u32>]| marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
    BodyComparisonView {
        shape: body.shape.as_str().to_owned(),
        identical: body.identical,
        same: body.is_same(),
        changes: body.changes.iter().map(change).collect(),
        changes_in_all: body.changes_in_all as u64,
        lines_before: lines(&body.before),
        lines_after: lines(&body.after),
        blocks: body.blocks.iter().map(block).collect(),
        marks_before: marks(&body.marks_before),
        marks_after: marks(&body.marks_after),
        notes: body.notes.clone(),
    }
}

fn change(change: &Change) -> StructureChange {
    StructureChange {
        kind: change.kind.as_str().to_owned(),
        before: change.before.as_ref().map(place),
        after: change.after.as_ref().map(place),
        ignored: change.ignored,
    }
}

fn place(place: &Place) -> PlaceView {
    PlaceView {
        pointer: place.pointer.clone(),
        occurrence: place.occurrence,
        start: place.range.start,
        end: place.range.end,
    }
}

fn block(block: &Block) -> BlockView {
    BlockView {
        kind: block.kind.as_str().to_owned(),
        before: (block.before.start, block.before.end),
        after: (block.after.start, block.after.end),
    }
}
