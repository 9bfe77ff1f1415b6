//! Exports and imports, step by step.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use hookbench_engine::{Chosen, Engine, ExportPlace, ExportPlan, Exported, LogError, Progress};

use crate::error::{ApiError, Code};
use crate::types::{
    BeginExport, BeginImport, BrokenView, CarryRef, Done, ExportView, HandedOver, ImportPiece, ImportView,
    SkippedView,
};

pub(super) async fn begin_export(engine: &Engine, wanted: BeginExport) -> Result<ExportView, ApiError> {
    let chosen = match wanted.requests {
        Some(ids) => Chosen::Requests(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?),
        None => Chosen::Filter(wanted.filter),
    };
    // Others see the window: what it writes then is masked whatever was asked for.
    let masked = wanted.masked || engine.presenting().await?;
    let plan = ExportPlan {
        chosen,
        masked,
        place: ExportPlace::Downloads,
    };
    let (id, state) = engine.open_export(plan).await?;
    Ok(export_view(id, state))
}

pub(super) async fn export_next(engine: &Engine, CarryRef { id }: CarryRef) -> Result<ExportView, ApiError> {
    Ok(export_view(id, engine.go_on_exporting(id).await?))
}

pub(super) async fn begin_import(engine: &Engine, wanted: BeginImport) -> Result<CarryRef, ApiError> {
    let id = engine.open_import(wanted.length).await?;
    Ok(CarryRef { id })
}

pub(super) async fn import_piece(engine: &Engine, piece: ImportPiece) -> Result<HandedOver, ApiError> {
    let bytes = BASE64.decode(piece.base64).map_err(|error| ApiError {
        code: Code::BadInput,
        message: format!("the piece is not base64: {error}"),
        hint: None,
    })?;
    let come = engine.hand_over(piece.id, Bytes::from(bytes)).await?;
    Ok(HandedOver { come })
}

pub(super) async fn import_next(engine: &Engine, CarryRef { id }: CarryRef) -> Result<ImportView, ApiError> {
    Ok(import_view(id, engine.go_on_importing(id).await?))
}

pub(super) async fn stop(engine: &Engine, CarryRef { id }: CarryRef) -> Result<Done, ApiError> {
    Ok(Done {
        done: engine.stop_carrying(id),
    })
}

fn export_view(id: u32, state: Exported) -> ExportView {
    ExportView {
        id,
        requests: state.requests,
        total: state.total,
        masked: state.masked,
        bytes: state.bytes,
        file: state.file.map(|file| file.display().to_string()),
    }
}

fn import_view(id: u32, state: Progress) -> ImportView {
    ImportView {
        id,
        read: state.read,
        length: state.length,
        imported: state.imported,
        known: state.known,
        skipped: state.skipped,
        reasons: (state.reasons.into_iter())
            .map(|skipped| SkippedView {
                entry: skipped.entry,
                reason: skipped.reason.to_string(),
            })
            .collect(),
        rebuilt: state.rebuilt,
        program: state.program,
        over: state.over,
        broken: state.broken.as_ref().map(broken),
    }
}

fn broken(error: &LogError) -> BrokenView {
    BrokenView {
        message: error.to_string(),
        hint: error.hint().to_owned(),
    }
}
