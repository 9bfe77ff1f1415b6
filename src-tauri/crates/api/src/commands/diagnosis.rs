//! Why a signature does not hold, and what is done about it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::model::RequestId;
use hookbench_engine::{Applied, Engine as Hookbench, Examination, Remedy};
use hookbench_signature::{Diagnosis, Difference, Language, Proof};

use crate::error::{ApiError, Code};
use crate::running::Running;
use crate::types::{
    ApplyRemedy, DiagnosisView, DifferenceView, Explain, Nothing, OpenOffer, ProofView, RemedyAction,
    RemedyApplied, RemedyView, RequestRef, SnippetView, UndoRemedy, WriteSnippet,
};

pub(super) async fn diagnose(engine: &Hookbench, arguments: RequestRef) -> Result<DiagnosisView, ApiError> {
    let id: RequestId = arguments.id.parse()?;
    let diagnosis = engine.diagnose(id, Examination::default()).await?;
    let remedies = engine.remedies(id, &diagnosis).await?;
    Ok(view(diagnosis, &remedies))
}

pub(super) async fn explain(engine: &Hookbench, arguments: Explain) -> Result<DiagnosisView, ApiError> {
    let computed = arguments.computed.trim().to_owned();
    let explained = engine
        .explain(arguments.id.parse()?, computed, Examination::default())
        .await?;
    // It is the receiver's code that is to be changed, nothing here.
    Ok(view(explained, &[]))
}

pub(super) async fn snippet(engine: &Hookbench, arguments: WriteSnippet) -> Result<SnippetView, ApiError> {
    let language: Language = arguments.language.parse().map_err(|error| ApiError {
        code: Code::BadInput,
        message: format!("{error}"),
        hint: None,
    })?;
    let written = engine.snippet(arguments.id.parse()?, language).await?;
    Ok(match written {
        Ok(code) => SnippetView {
            code: Some(code),
            refused: None,
        },
        Err(refused) => SnippetView {
            code: None,
            refused: Some(refused.to_string()),
        },
    })
}

pub(super) async fn open_offer(running: &Running, arguments: OpenOffer) -> Result<Nothing, ApiError> {
    // Whoever looks on from a browser may be on another machine, and starts no program on this one.
    running.desktop()?;
    let link = running
        .engine()?
        .offered_link(arguments.id.parse()?, &arguments.link)
        .await?;
    open::that_detached(link).map_err(|error| ApiError {
        code: Code::BadInput,
        message: format!("no browser could be started: {error}"),
        hint: Some("copy the link and open it yourself".to_owned()),
    })?;
    Ok(Nothing {})
}

pub(super) async fn apply(engine: &Hookbench, arguments: ApplyRemedy) -> Result<RemedyApplied, ApiError> {
    let applied = engine
        .apply_remedy(arguments.id.parse()?, &arguments.kind)
        .await?;
    Ok(done(applied))
}

pub(super) async fn undo(engine: &Hookbench, arguments: UndoRemedy) -> Result<Nothing, ApiError> {
    engine.undo_remedy(arguments.undo).await?;
    Ok(Nothing {})
}

pub(super) fn done(applied: Applied) -> RemedyApplied {
    RemedyApplied {
        undo: applied.undo,
        done: applied.done,
    }
}

fn view(diagnosis: Diagnosis, offered: &[Remedy]) -> DiagnosisView {
    DiagnosisView {
        cause: diagnosis.cause.code().to_owned(),
        message: diagnosis.message,
        proof: diagnosis.proof.map(proof),
        remedy: diagnosis.remedy.map(|remedy| RemedyView {
            text: remedy.text,
            actions: offered
                .iter()
                .map(|offered| RemedyAction {
                    kind: offered.kind().to_owned(),
                    label: label(offered),
                })
                .collect(),
        }),
        hints: diagnosis.hints.into_iter().map(|hint| hint.text).collect(),
        excluded: diagnosis
            .excluded
            .into_iter()
            .map(|excluded| excluded.what)
            .collect(),
        tries: diagnosis.tries,
        cut_short: diagnosis.is_cut_short,
    }
}

fn proof(proof: Proof) -> ProofView {
    ProofView {
        changes: proof.changes,
        algorithm: proof.algorithm,
        template: proof.template,
        secret: proof.secret,
        computed: proof.computed_hex,
        received: proof.received_hex,
        documented: proof.documented_hex,
        difference: proof.difference.map(|difference| difference_view(&difference)),
    }
}

fn difference_view(difference: &Difference) -> DifferenceView {
    DifferenceView {
        at: difference.at as u64,
        window_at: difference.window_at as u64,
        ours: BASE64.encode(&difference.our_window),
        signed: BASE64.encode(&difference.signed_window),
        our_length: difference.our_length as u64,
        signed_length: difference.signed_length as u64,
    }
}

/// What stands on the button.
fn label(remedy: &Remedy) -> String {
    match remedy {
        Remedy::UseSecret { name, .. } => format!("Use the secret “{name}”"),
        Remedy::CleanSecret { name } => format!("Clean the secret “{name}”"),
        Remedy::UseScheme { .. } => "Check by this scheme".to_owned(),
        Remedy::SetUrl { url } => format!("Set the public URL to {url}"),
        Remedy::SetTolerance(tolerance) => match (tolerance.past, tolerance.future) {
            (Some(past), _) => format!("Allow {}", age(past)),
            (None, Some(future)) => format!("Allow {} of lead", age(future)),
            (None, None) => "Leave the age to the scheme".to_owned(),
        },
    }
}

/// An age no shorter than it is, in the greatest unit that says it well.
fn age(seconds: u32) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        7_200..=172_799 => format!("{} h", seconds.div_ceil(3_600)),
        _ => format!("{} days", seconds.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_on_a_button_is_never_shorter_than_what_is_allowed() {
        for (seconds, said) in [
            (90, "90 s"),
            (600, "10 min"),
            (601, "11 min"),
            (7_200, "2 h"),
            (172_801, "3 days"),
        ] {
            assert_eq!(age(seconds), said, "{seconds} seconds");
        }
    }
}
