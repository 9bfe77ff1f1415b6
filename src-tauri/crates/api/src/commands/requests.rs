//! The list, and one request whole.

use hookbench_engine::filter::Pattern;
use hookbench_engine::model::{Framing, Header, Mark, RequestId, RequestSummary, Sequence};
use hookbench_engine::store::DeletionId;
use hookbench_engine::{Engine, PageQuery};

use super::signature;
use crate::error::ApiError;
use crate::types::{
    CopyRequest, CountRequests, DeleteMatching, DeleteRequests, Deletion, FilterSuggestion, FramingView,
    HeaderLine, ListRequests, Nothing, RequestCount, RequestDetail, RequestPage, RequestRef, RequestRow,
    SeekFilter, SoughtText, SoughtView, StarRequest, SuggestFilter, Text, UndoDeletion,
};

/// How many rows a page has where nothing is said.
const PAGE: u32 = 200;

pub(super) async fn list(engine: &Engine, arguments: ListRequests) -> Result<RequestPage, ApiError> {
    let query = PageQuery {
        before: arguments.before.map(Sequence),
        after: arguments.after.map(Sequence),
        skip: arguments.skip,
        limit: if arguments.limit == 0 {
            PAGE
        } else {
            arguments.limit
        },
        filter: arguments.filter,
    };
    let newer = query.before.is_none() && query.after.is_some();
    let page = engine.requests(&query).await?;
    let last = if newer {
        page.rows.first()
    } else {
        page.rows.last()
    };
    Ok(RequestPage {
        next: page
            .scanned_to
            .or(last.map(|row| row.sequence))
            .map(|sequence| sequence.0),
        more: page.more,
        rows: page.rows.into_iter().map(row).collect(),
    })
}

pub(super) async fn count(engine: &Engine, arguments: CountRequests) -> Result<RequestCount, ApiError> {
    let requests = engine
        .count_to(Sequence(arguments.up_to), &arguments.filter)
        .await?;
    Ok(RequestCount { requests })
}

pub(super) async fn sought(engine: &Engine, arguments: SeekFilter) -> Result<SoughtView, ApiError> {
    let sought = engine.sought(&arguments.filter)?;
    let texts = |patterns: Vec<Pattern>| patterns.iter().map(sought_text).collect();
    Ok(SoughtView {
        anywhere: texts(sought.anywhere),
        body: texts(sought.body),
        pointers: sought.pointers,
    })
}

fn sought_text(pattern: &Pattern) -> SoughtText {
    SoughtText {
        inside: pattern.begins_anywhere(),
        parts: (pattern.parts().iter().filter(|part| !part.is_empty()).cloned()).collect(),
    }
}

pub(super) async fn suggest(
    engine: &Engine,
    arguments: SuggestFilter,
) -> Result<Vec<FilterSuggestion>, ApiError> {
    let cursor = usize::try_from(arguments.cursor).unwrap_or(usize::MAX);
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let suggestions = engine.suggest(&arguments.text, cursor).await?;
    Ok(suggestions
        .into_iter()
        .map(|suggestion| FilterSuggestion {
            start: position(suggestion.replaces.start),
            end: position(suggestion.replaces.end),
            text: suggestion.text,
            meaning: suggestion.meaning,
        })
        .collect())
}

pub(super) async fn detail(engine: &Engine, arguments: RequestRef) -> Result<RequestDetail, ApiError> {
    let id: RequestId = arguments.id.parse()?;
    let request = engine.request(id).await?;
    let (provider, report) = engine.report(id).await?;
    let headers = request.head.headers();
    Ok(RequestDetail {
        content_type: headers
            .iter()
            .find(|header| header.is("content-type"))
            .map(|header| text(&header.value).0),
        headers: headers.iter().map(header_line).collect(),
        head_length: request.head.bytes().len() as u64,
        body_sha256: hex(&request.summary.body_sha256),
        framing: framing(&request.framing),
        signature: signature::view(provider, report, engine.now()),
        row: row(request.summary),
    })
}

pub(super) async fn repetitions(engine: &Engine, arguments: RequestRef) -> Result<Vec<RequestRow>, ApiError> {
    let rows = engine.repetitions(arguments.id.parse()?).await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(super) async fn star(engine: &Engine, arguments: StarRequest) -> Result<Nothing, ApiError> {
    engine.star(arguments.id.parse()?, arguments.starred).await?;
    Ok(Nothing {})
}

pub(super) async fn delete(engine: &Engine, arguments: DeleteRequests) -> Result<Deletion, ApiError> {
    let ids: Vec<RequestId> = arguments
        .ids
        .iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()?;
    let deleted = engine.delete(&ids).await?;
    Ok(Deletion {
        id: deleted.id.0,
        requests: deleted.requests,
    })
}

pub(super) async fn delete_matching(
    engine: &Engine,
    arguments: DeleteMatching,
) -> Result<Deletion, ApiError> {
    let deleted = engine.delete_matching(&arguments.filter).await?;
    Ok(Deletion {
        id: deleted.id.0,
        requests: deleted.requests,
    })
}

pub(super) async fn undo_deletion(engine: &Engine, arguments: UndoDeletion) -> Result<Deletion, ApiError> {
    let requests = engine.undo_deletion(DeletionId(arguments.id)).await?;
    Ok(Deletion {
        id: arguments.id,
        requests,
    })
}

pub(super) async fn curl(engine: &Engine, arguments: CopyRequest) -> Result<Text, ApiError> {
    let url = (!arguments.url.is_empty()).then_some(arguments.url.as_str());
    Ok(Text {
        text: engine.curl(arguments.id.parse()?, url).await?,
    })
}

fn row(summary: RequestSummary) -> RequestRow {
    RequestRow {
        id: summary.id.to_string(),
        sequence: summary.sequence.0,
        received_at: summary.received_at.as_micros(),
        took_micros: summary.took_micros,
        method: summary.method,
        target: summary.target,
        version: summary.version.as_str().to_owned(),
        peer: summary.peer,
        endpoint: summary.recognition.endpoint_path,
        provider: summary.recognition.provider,
        event: summary.recognition.event,
        delivery_id: summary.recognition.delivery_key,
        verdict: summary.recognition.verdict.as_str().to_owned(),
        state: summary.state.as_str().to_owned(),
        reason: summary.reason,
        answered: summary.answered,
        body_length: summary.body_length,
        duplicate_of: summary.duplicate_of.map(|id| id.to_string()),
        deliveries: summary.deliveries,
        starred: summary.starred,
    }
}

/// A header line as text; where it is not UTF-8 that is said.
pub(super) fn header_line(header: &Header) -> HeaderLine {
    let (name, exact_name) = text(&header.name);
    let (value, exact_value) = text(&header.value);
    HeaderLine {
        name,
        value,
        exact: exact_name && exact_value,
    }
}

fn text(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), false),
    }
}

fn framing(framing: &Framing) -> FramingView {
    FramingView {
        declared_length: framing.declared_length,
        chunked: framing.chunked,
        expect_continue: framing.expect_continue,
        position: framing.position,
        trailers: framing.trailers.iter().map(header_line).collect(),
        marks: framing
            .marks
            .iter()
            .map(|mark| sentence(*mark).to_owned())
            .collect(),
    }
}

const fn sentence(mark: Mark) -> &'static str {
    match mark {
        Mark::AmbiguousFraming => {
            "It has both Content-Length and Transfer-Encoding: a proxy and a server may disagree on where it ends."
        }
        Mark::RepeatedContentLength => "Content-Length came more than once.",
        Mark::NoHost => "It has no Host header, which HTTP/1.1 asks for.",
        Mark::SeveralHosts => "It has more than one Host header.",
        Mark::BareLineFeed => "Its lines end in a bare line feed.",
        Mark::RebuiltHead => {
            "Its head could not be recorded exactly and was rebuilt from what was understood."
        }
        Mark::UpgradeAsked => "It asked to switch protocols and was answered as plain HTTP.",
        Mark::AbsoluteTarget => "Its target is a whole URL, as a proxy would get it.",
        Mark::TransferCoded => "Its body has a transfer coding beside chunked and is kept in it.",
        Mark::NotUtf8 => "It has bytes in its head that are not UTF-8.",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
