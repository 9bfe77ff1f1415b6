//! The list, and one request whole.

use hookbench_engine::filter::Pattern;
use hookbench_engine::model::{Framing, Header, HttpVersion, Request, RequestId, RequestSummary, Sequence};
use hookbench_engine::provider::OfferKind;
use hookbench_engine::{Engine, NoFormat, PageQuery, Sharing};

use super::conduct::{given_view, within};
use super::signature;
use crate::error::{ApiError, Code};
use crate::types::{
    CopiedRequest, CopyRequest, CountAfter, CountRequests, CountedAfter, FilterSuggestion, FramingFact,
    FramingView, HandshakeView, HeaderLine, ImportedView, ListRequests, OfferView, ReplyView, RequestCount,
    RequestDetail, RequestPage, RequestRef, RequestRefs, RequestRow, SeekFilter, SoughtText, SoughtView,
    SuggestFilter, UnpackedView,
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
        rows: page
            .rows
            .into_iter()
            .map(|summary| row(engine, summary))
            .collect(),
    })
}

pub(super) async fn count(engine: &Engine, arguments: CountRequests) -> Result<RequestCount, ApiError> {
    let requests = engine
        .count_to(Sequence(arguments.up_to), &arguments.filter)
        .await?;
    Ok(RequestCount { requests })
}

pub(super) async fn count_after(engine: &Engine, arguments: CountAfter) -> Result<CountedAfter, ApiError> {
    let counted = engine
        .count_after(Sequence(arguments.after), &arguments.filter)
        .await?;
    Ok(CountedAfter {
        requests: counted.requests,
        to: counted.to.0,
        more: counted.more,
    })
}

pub(super) async fn rows(engine: &Engine, arguments: RequestRefs) -> Result<Vec<RequestRow>, ApiError> {
    let ids = arguments.ids.iter().map(|id| id.parse());
    let rows = engine.rows(&ids.collect::<Result<Vec<_>, _>>()?).await?;
    Ok(rows.into_iter().map(|summary| row(engine, summary)).collect())
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
            is_event: suggestion.is_event,
        })
        .collect())
}

pub(super) async fn detail(engine: &Engine, arguments: RequestRef) -> Result<RequestDetail, ApiError> {
    let id: RequestId = arguments.id.parse()?;
    let request = engine.request(id).await?;
    let looked = engine.looked_at(id).await?;
    let headers = request.head.headers();
    let is_unknown = looked.provider.is_none();
    let mut signature = signature::view(looked.provider, looked.report, looked.verdict_now, engine.now());
    if is_unknown {
        signature.could_be = engine.possible_providers(id).await?;
    }
    Ok(RequestDetail {
        content_type: headers
            .iter()
            .find(|header| header.is("content-type"))
            .map(|header| text(&header.value).0),
        headers: headers
            .iter()
            .zip(looked.header_meanings)
            .map(|(header, meaning)| HeaderLine {
                meaning,
                ..header_line(header)
            })
            .collect(),
        head_length: request.head.bytes().len() as u64,
        body_sha256: hex(&request.summary.body_sha256),
        framing: framing(&request.framing, request.summary.version),
        unpacked: engine.unpacked_body(id).await?.map(|unpacked| UnpackedView {
            codings: unpacked.codings.iter().map(|name| (*name).to_owned()).collect(),
            length: unpacked.bytes.len() as u64,
            cut: unpacked.cut,
            problem: unpacked.problem.clone(),
        }),
        handshake: handshake(engine, &request).await?,
        signature,
        answer: engine
            .given_answer(id)
            .await?
            .map(|answer| given_view(&answer, within(engine, &request.summary))),
        note: engine.annotation(id).await?.note,
        more_covered: false,
        row: row(engine, request.summary),
    })
}

pub(super) async fn repetitions(engine: &Engine, arguments: RequestRef) -> Result<Vec<RequestRow>, ApiError> {
    let rows = engine.repetitions(arguments.id.parse()?).await?;
    Ok(rows.into_iter().map(|summary| row(engine, summary)).collect())
}

pub(super) async fn copied(engine: &Engine, arguments: CopyRequest) -> Result<CopiedRequest, ApiError> {
    let format = arguments.format.parse().map_err(|unknown: NoFormat| ApiError {
        code: Code::BadInput,
        message: unknown.to_string(),
        hint: None,
    })?;
    let sharing = Sharing {
        format,
        url: (!arguments.url.is_empty()).then_some(arguments.url),
        masked: arguments.masked,
        on_screen: engine.presenting().await?,
        also: Vec::new(),
        signed_for_test: arguments.signed_for_test,
    };
    let shared = engine.share(arguments.id.parse()?, &sharing).await?;
    Ok(CopiedRequest {
        text: shared.text,
        secret_headers: shared.secret_headers,
        test_secret: shared.signed.map(|made| made.text),
    })
}

pub(super) fn row(engine: &Engine, summary: RequestSummary) -> RequestRow {
    let within = within(engine, &summary);
    let repeated_by = summary.repeated_by().to_owned();
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
        handshake: summary.recognition.handshake,
        delivery_id: summary.recognition.delivery_key,
        verdict: summary.recognition.verdict.as_str().to_owned(),
        state: summary.state.as_str().to_owned(),
        reason: summary.reason,
        answered: summary.answered,
        too_late_for: within.filter(|seconds| {
            summary
                .answer_micros
                .is_some_and(|micros| micros > u64::from(*seconds) * 1_000_000)
        }),
        answer_source: summary.answer_source.map(|source| source.as_str().to_owned()),
        answer_micros: summary.answer_micros,
        body_length: summary.body_length,
        duplicate_of: summary.duplicate_of.map(|id| id.to_string()),
        repeated_by,
        repeats: summary.repeats,
        deliveries: summary.deliveries,
        forwarded: summary.forwarded.map(|how| how.as_str().to_owned()),
        resent: summary.resent.map(|ending| ending.as_str().to_owned()),
        starred: summary.starred,
        noted: summary.noted,
        tags: summary.tags,
        ambiguous: summary.ambiguous,
        imported: summary.imported.map(|imported| ImportedView {
            at: imported.at.as_micros(),
            program: imported.program,
        }),
    }
}

/// What a provider asks with a request. What was answered is a fact; what is offered is read from the request anew.
async fn handshake(engine: &Engine, request: &Request) -> Result<Option<HandshakeView>, ApiError> {
    let Some(name) = request.summary.recognition.handshake.clone() else {
        return Ok(None);
    };
    let question = engine.question(request.summary.id).await?;
    let reply = request.reply.as_ref();
    let why = match (reply, &question) {
        (Some(reply), _) => reply.why.clone(),
        (None, Some(question)) => question.why.clone(),
        (None, None) => String::new(),
    };
    Ok(Some(HandshakeView {
        name,
        why,
        lacks: reply.and_then(|reply| reply.lacks.clone()),
        reply: reply.map(|reply| ReplyView {
            status: reply.status,
            headers: reply
                .headers
                .iter()
                .map(|(name, value)| HeaderLine {
                    name: name.clone(),
                    value: value.clone(),
                    exact: true,
                    meaning: None,
                })
                .collect(),
            body: reply.body.clone(),
        }),
        offers: question
            .map(|question| question.offers)
            .unwrap_or_default()
            .into_iter()
            .map(|offer| OfferView {
                kind: match offer.kind {
                    OfferKind::Secret => "secret",
                    OfferKind::Copy => "copy",
                    OfferKind::Link => "link",
                }
                .to_owned(),
                value: offer.value,
                text: offer.text,
            })
            .collect(),
    }))
}

/// A header line as text; where it is not UTF-8 that is said.
pub(super) fn header_line(header: &Header) -> HeaderLine {
    let (name, exact_name) = text(&header.name);
    let (value, exact_value) = text(&header.value);
    HeaderLine {
        name,
        value,
        exact: exact_name && exact_value,
        meaning: None,
    }
}

fn text(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), false),
    }
}

fn framing(framing: &Framing, version: HttpVersion) -> FramingView {
    FramingView {
        declared_length: framing.declared_length,
        chunked: framing.chunked,
        expect_continue: framing.expect_continue,
        position: framing.position,
        trailers: framing.trailers.iter().map(header_line).collect(),
        facts: framing
            .facts(version)
            .into_iter()
            .map(|fact| FramingFact {
                name: fact.name.to_owned(),
                text: fact.text,
            })
            .collect(),
        marks: framing
            .marks
            .iter()
            .map(|mark| mark.sentence().to_owned())
            .collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
