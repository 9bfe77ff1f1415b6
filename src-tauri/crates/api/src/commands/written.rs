//! Drafts and templates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hookbench_engine::model::{RequestId, Written};
use hookbench_engine::{Engine, Filler, Kind, TEMPLATE_VARIABLES};

use super::deliveries::body_bytes;
use crate::error::ApiError;
use crate::types::{
    Done, DraftView, EditedBody, FillTemplate, FilledTemplateView, KeptDraftView, Nothing, RequestRef,
    SaveDraft, SaveTemplate, TemplateRef, TemplateView, VariableView, WrittenView,
};

pub(super) async fn drafts(engine: &Engine, _: Nothing) -> Result<Vec<DraftView>, ApiError> {
    let mut views = Vec::new();
    for draft in engine.drafts().await? {
        // A request may be deleted between the two readings: its draft is no longer listed then.
        let summary = match engine.request(draft.request).await {
            Ok(request) => request.summary,
            Err(error) if error.kind() == Kind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let known = summary.recognition;
        let event_of = known.event.as_ref().map(|_| known.provider.unwrap_or_default());
        views.push(DraftView {
            request: draft.request.to_string(),
            updated_at: draft.updated_at.as_micros(),
            method: draft.method,
            url: draft.url,
            about: known.event.unwrap_or(summary.target),
            event_of,
        });
    }
    Ok(views)
}

pub(super) async fn draft(engine: &Engine, arguments: RequestRef) -> Result<KeptDraftView, ApiError> {
    let draft = engine.draft(arguments.id.parse()?).await?;
    Ok(KeptDraftView {
        written: draft.map(|draft| view(draft.written)),
    })
}

pub(super) async fn save_draft(engine: &Engine, arguments: SaveDraft) -> Result<Nothing, ApiError> {
    let written = written(arguments.written)?;
    engine.save_draft(arguments.request.parse()?, written).await?;
    Ok(Nothing {})
}

pub(super) async fn discard_draft(engine: &Engine, arguments: RequestRef) -> Result<Done, ApiError> {
    Ok(Done {
        done: engine.discard_draft(arguments.id.parse()?).await?,
    })
}

pub(super) async fn templates(engine: &Engine, _: Nothing) -> Result<Vec<TemplateView>, ApiError> {
    let all = engine.templates().await?.into_iter();
    Ok(all
        .map(|state| TemplateView {
            name: state.kept.name,
            method: state.kept.written.method,
            url: state.kept.written.url,
            variables: state.variables,
            used: state.kept.used,
            request: state.kept.request.to_string(),
            body_length: state.body_length,
        })
        .collect())
}

pub(super) async fn save_template(
    engine: &Engine,
    arguments: SaveTemplate,
) -> Result<Vec<TemplateView>, ApiError> {
    let written = written(arguments.written)?;
    engine
        .save_template(&arguments.name, arguments.request.parse()?, written)
        .await?;
    templates(engine, Nothing {}).await
}

pub(super) async fn remove_template(
    engine: &Engine,
    arguments: TemplateRef,
) -> Result<Vec<TemplateView>, ApiError> {
    engine.remove_template(&arguments.name).await?;
    templates(engine, Nothing {}).await
}

pub(super) async fn fill_template(
    engine: &Engine,
    arguments: FillTemplate,
) -> Result<FilledTemplateView, ApiError> {
    let request: Option<RequestId> = match arguments.request {
        Some(id) => Some(id.parse()?),
        None => None,
    };
    let filler = Filler {
        place: arguments.place,
        request,
        values: arguments.values,
    };
    let filled = if arguments.purpose == "use" {
        engine.use_template(&arguments.name, &filler).await?
    } else {
        engine.fill_template(&arguments.name, &filler).await?
    };
    Ok(FilledTemplateView {
        written: view(filled.written),
        missing: filled.missing,
        values: filled.values,
        request: filled.request.map(|id| id.to_string()),
    })
}

pub(super) async fn variables(_: &Engine, _: Nothing) -> Result<Vec<VariableView>, ApiError> {
    Ok(TEMPLATE_VARIABLES
        .iter()
        .map(|(name, meaning)| VariableView {
            name: (*name).to_owned(),
            meaning: (*meaning).to_owned(),
        })
        .collect())
}

fn written(view: WrittenView) -> Result<Written, ApiError> {
    Ok(Written {
        method: view.method,
        url: view.url,
        headers: view.headers,
        body: body_bytes(view.body)?,
        signature: view.signature,
        new_id: view.new_id,
    })
}

fn view(written: Written) -> WrittenView {
    WrittenView {
        method: written.method,
        url: written.url,
        headers: written.headers,
        body: match written.body {
            None => EditedBody::Captured,
            Some(body) => edited_body(&body),
        },
        signature: written.signature,
        new_id: written.new_id,
    }
}

fn edited_body(body: &Bytes) -> EditedBody {
    match std::str::from_utf8(body) {
        Ok(text) => EditedBody::Text(text.to_owned()),
        Err(_) => EditedBody::Base64(BASE64.encode(body)),
    }
}
