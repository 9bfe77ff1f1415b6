//! `hookbench show`

use bytes::BytesMut;
use hookbench_engine::model::{Request, RequestId};
use hookbench_engine::{Engine, EngineError, Format, Kind, Sharing};

use crate::arguments::Show;
use crate::failure::Failure;
use crate::json::{RequestObject, named_meanings};
use crate::text::visible;
use crate::{output, text};

/// How much of a body is read and written at once, bytes.
const STEP: u64 = 1 << 20;

pub(crate) async fn run(engine: &Engine, show: &Show) -> Result<(), Failure> {
    let id = engine.find_request(&show.id).await?;
    let request = engine.request(id).await?;
    if show.json {
        let body = whole_body(engine, &request).await?;
        let object = RequestObject::new(&request)
            .with_note(note(engine, &request).await?)
            .with_meanings(&request.head, engine.header_meanings(id).await?);
        return output::json(&object.with_bytes(&request.head, &body));
    }
    if show.raw {
        return output::bytes(&engine.raw_request(id).await?);
    }
    if let Some(format) = show.format {
        return shared(engine, id, show, format).await;
    }
    if show.head {
        return output::bytes(request.head.bytes());
    }
    if show.body {
        return write_body(engine, id, request.summary.body_length).await;
    }
    people(engine, &request).await
}

/// The request as a command or a program; says what is masked in it.
async fn shared(engine: &Engine, id: RequestId, show: &Show, format: Format) -> Result<(), Failure> {
    let sharing = Sharing {
        format,
        url: Some(show.to.clone()),
        masked: !show.unmasked,
        on_screen: false,
        also: show.mask.clone(),
        signed_for_test: show.resign_test,
    };
    let shared = engine.share(id, &sharing).await?;
    if sharing.masked && !shared.secret_headers.is_empty() {
        let names: Vec<String> = shared.secret_headers.iter().map(|name| visible(name)).collect();
        output::aside(&format!("masked: {} (--unmasked shows them)", names.join(", ")));
    }
    if let Some(made) = &shared.signed {
        let what = if made.is_key {
            "key, whose public half is"
        } else {
            "secret"
        };
        output::aside(&format!(
            "signed with a test {what}: {}",
            visible(made.text.trim_end())
        ));
    }
    output::bytes(shared.text.as_bytes())?;
    output::bytes(b"\n")
}

/// The request, unless it was deleted since it was listed.
pub(crate) fn unless_gone(request: Result<Request, EngineError>) -> Result<Option<Request>, Failure> {
    match request {
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        found => Ok(Some(found?)),
    }
}

/// What the person wrote to it.
pub(crate) async fn note(engine: &Engine, request: &Request) -> Result<Option<String>, Failure> {
    if !request.summary.noted {
        return Ok(None);
    }
    Ok(engine.annotation(request.summary.id).await?.note)
}

/// The body in one piece; the listener's limit bounds it.
pub(crate) async fn whole_body(engine: &Engine, request: &Request) -> Result<BytesMut, Failure> {
    let mut body = BytesMut::new();
    while (body.len() as u64) < request.summary.body_length {
        let piece = engine
            .read_body(request.summary.id, body.len() as u64, STEP)
            .await?;
        if piece.is_empty() {
            break;
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

async fn write_body(engine: &Engine, id: RequestId, length: u64) -> Result<(), Failure> {
    let mut written = 0;
    while written < length {
        let piece = engine.read_body(id, written, STEP).await?;
        if piece.is_empty() {
            break;
        }
        output::bytes(&piece)?;
        written += piece.len() as u64;
    }
    Ok(())
}

/// The request for a person: its line, its verdict in a sentence, its headers, its body as text with visible escapes.
async fn people(engine: &Engine, request: &Request) -> Result<(), Failure> {
    output::line(&text::line(&request.summary))?;
    let (_, report) = engine.report(request.summary.id).await?;
    output::line(&format!(
        "signature: {}: {}",
        report.verdict,
        visible(&report.sentence)
    ))?;
    let meanings = engine.header_meanings(request.summary.id).await?;
    let meant: Vec<String> = named_meanings(&request.head, meanings)
        .map(|(name, meaning)| format!("{} is {meaning}", visible(&name)))
        .collect();
    if !meant.is_empty() {
        output::line(&format!("headers: {}", meant.join("; ")))?;
    }
    if let Some(note) = note(engine, request).await? {
        for (at, line) in note.lines().enumerate() {
            output::line(&format!(
                "{}{}",
                if at == 0 { "noted: " } else { "       " },
                visible(line)
            ))?;
        }
    }
    if let Some(imported) = &request.summary.imported {
        let by = match imported.program.as_str() {
            "" => String::new(),
            program => format!(" that {} wrote", visible(program)),
        };
        output::line(&format!(
            "imported: {} from a file{by}; not captured here",
            imported.at
        ))?;
    }
    let facts = request.framing.facts(request.summary.version);
    let facts: Vec<String> = facts.into_iter().map(|fact| fact.text).collect();
    output::line(&format!("framing: {}", facts.join("; ")))?;
    for mark in &request.framing.marks {
        output::line(&format!("note: {}", mark.sentence()))?;
    }
    output::line("")?;
    for header in request.head.headers() {
        let name = String::from_utf8_lossy(&header.name);
        let value = String::from_utf8_lossy(&header.value);
        output::line(&format!("{}: {}", visible(&name), visible(&value)))?;
    }
    for trailer in &request.framing.trailers {
        let name = String::from_utf8_lossy(&trailer.name);
        let value = String::from_utf8_lossy(&trailer.value);
        output::line(&format!("trailer {}: {}", visible(&name), visible(&value)))?;
    }
    output::line("")?;
    let body = whole_body(engine, request).await?;
    match std::str::from_utf8(&body) {
        Ok(text) => {
            for line in text.lines() {
                output::line(&visible(line))?;
            }
            Ok(())
        }
        Err(_) => output::line(&format!(
            "{} that are not UTF-8 text; hookbench show --body writes them as they are",
            text::size(body.len() as u64)
        )),
    }
}
