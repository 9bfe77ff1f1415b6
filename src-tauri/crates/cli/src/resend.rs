//! `hookbench resend`

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use hookbench_engine::delivery::Pace;
use hookbench_engine::model::{Attempt, Delivery, Outcome, Phase, RequestId, RunId, RunState, Verdict};
use hookbench_engine::{Chosen, Engine, LiveEvents, Order, ReportForm, RunPlan, Sending, Signatures};

use crate::arguments::{Consent, Resend};
use crate::credentials::{remedy, tell_withheld};
use crate::failure::Failure;
use crate::json::DeliveryObject;
use crate::output;
use crate::text::{size, visible};

/// How many deliveries are read at once.
const PAGE: u32 = 200;

pub(crate) async fn run(engine: &Engine, resend: &Resend) -> Result<(), Failure> {
    let mut ids = Vec::with_capacity(resend.ids.len());
    for id in &resend.ids {
        ids.push(engine.find_request(id).await?);
    }
    let live = agree(engine, &resend.consent, &resend.to).await?;
    match ids.as_slice() {
        [id] if is_single(resend) => single(engine, resend, *id, live).await,
        _ => several(engine, resend, ids, live).await,
    }
}

fn is_single(resend: &Resend) -> bool {
    resend.filter.is_none() && resend.times == 1 && resend.report.is_none()
}

async fn single(engine: &Engine, resend: &Resend, id: RequestId, live: LiveEvents) -> Result<(), Failure> {
    let sending = Sending {
        live,
        signatures: signatures(resend),
        ..Sending::to(engine.find_aim(&resend.to).await?)
    };
    // A receiver that looks at the time refuses what was signed long ago, and would not say why.
    let preview = engine.preview(id, None, &sending).await?;
    tell_withheld(engine, &preview.outgoing.withheld, &sending.to).await?;
    let report = preview.check.map(|check| check.report);
    if let Some(report) = report.filter(|report| report.verdict == Verdict::Expired) {
        output::aside(&format!("{} `--resign` signs it anew.", report.sentence));
    }
    let delivery = engine.resend(id, &sending).await?;
    if resend.json {
        output::json(&DeliveryObject::new(&delivery))?;
    }
    match delivery.attempts.last() {
        Some(attempt) if attempt.outcome == Outcome::Answered => {
            if resend.json {
                Ok(())
            } else {
                answer(&delivery.url, attempt)
            }
        }
        Some(attempt) => Err(failed(attempt)),
        None => Err(Failure::new("the delivery has no attempt")),
    }
}

async fn several(
    engine: &Engine,
    resend: &Resend,
    ids: Vec<RequestId>,
    live: LiveEvents,
) -> Result<(), Failure> {
    let chosen = match &resend.filter {
        Some(filter) => Chosen::Filter(filter.clone()),
        None => Chosen::Requests(ids),
    };
    let pace = match (resend.rate, resend.original_gaps) {
        (Some(rate), _) => Pace::PerSecond(rate),
        (None, true) => Pace::Original { speed: resend.speed },
        (None, false) => Pace::AtOnce,
    };
    let aim = engine.find_aim(&resend.to).await?;
    let ages = engine.ages(&chosen, &aim).await?;
    if let Some(sentence) = ages.sentence().filter(|_| !resend.resign) {
        output::aside(&format!("{sentence}; `--resign` signs each anew"));
    }
    if let Some(sentence) = ages.withheld_sentence() {
        output::aside(&format!("{sentence}. {}", remedy(engine, &aim).await?));
    }
    let plan = RunPlan {
        live,
        pace,
        parallel: resend.parallel,
        times: resend.times,
        order: if resend.shuffle {
            Order::Shuffled
        } else {
            Order::Arrival
        },
        signatures: signatures(resend),
        ..RunPlan::new(chosen, aim)
    };
    let id = engine.start_run(plan).await?.id;
    let ended = async {
        loop {
            let state = engine.run_state(id).await?;
            if state.phase.is_over() {
                return Ok::<_, Failure>(state);
            }
            tokio::select! {
                ended = engine.run_ended(id) => return Ok(ended?),
                _ = tokio::signal::ctrl_c() => {
                    engine.cancel_run(id)?;
                }
                () = tokio::time::sleep(Duration::from_secs(1)), if std::io::stderr().is_terminal() => {
                    let done = state.tally.ended() + state.skipped;
                    let _ = write!(std::io::stderr(), "\r{done} of {}", state.total);
                }
            }
        }
    };
    let state = ended.await?;
    if let Some(file) = &resend.report {
        save_report(engine, id, file).await?;
    }
    each_step(engine, id, |delivery| {
        if resend.json {
            output::json(&DeliveryObject::new(delivery))
        } else {
            output::line(&line(delivery))
        }
    })
    .await?;
    let tally = state.tally;
    output::aside(&summary(&state));
    if let Some((id, why)) = &state.skipped_because {
        output::aside(&format!("{id}: {}", visible(why)));
    }
    let all_well = state.skipped == 0 && tally.refused == 0 && tally.failed == 0 && tally.cancelled == 0;
    match &state.phase {
        Phase::Failed(why) => Err(Failure::new(why.clone())),
        _ if all_well => Ok(()),
        _ => Err(Failure::new("not every request was delivered")),
    }
}

/// Writes the report of a run into a file, in the form that its name asks for.
pub(crate) async fn save_report(engine: &Engine, id: RunId, file: &Path) -> Result<(), Failure> {
    let form = if file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
    {
        ReportForm::Csv
    } else {
        ReportForm::Json
    };
    std::fs::write(file, engine.run_report(id, form).await?)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())))
}

/// What came of each step of a run, in the order of its steps.
pub(crate) async fn each_step(
    engine: &Engine,
    id: RunId,
    mut told: impl FnMut(&Delivery) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut from = 0;
    loop {
        let page = engine.deliveries_of_run(id, from, PAGE).await?;
        let Some(last) = page.last().and_then(|delivery| delivery.run) else {
            return Ok(());
        };
        from = last.number + 1;
        page.iter().try_for_each(&mut told)?;
    }
}

/// How the steps of a run ended.
pub(crate) fn summary(state: &RunState) -> String {
    let tally = state.tally;
    format!(
        "{} delivered, {} refused, {} failed, {} cancelled, {} not sent",
        tally.delivered, tally.refused, tally.failed, tally.cancelled, state.skipped
    )
}

const fn signatures(resend: &Resend) -> Signatures {
    if resend.resign {
        Signatures::Renewed
    } else {
        Signatures::Kept
    }
}

/// Takes down what was agreed to on the command line, or asks where somebody sits at the terminal.
pub(crate) async fn agree(engine: &Engine, consent: &Consent, to: &str) -> Result<LiveEvents, Failure> {
    for host in &consent.allow {
        let url = if host.contains("://") {
            host.clone()
        } else {
            format!("http://{host}")
        };
        engine.allow_host(&url).await?;
        // A host without a port is meant for both kinds of URL.
        if !host.contains("://") && !host.contains(':') {
            engine.allow_host(&format!("https://{host}")).await?;
        }
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(live(consent));
    }
    if let Some(authority) = engine.asks_before(&engine.find_aim(to).await?).await? {
        let _ = write!(
            std::io::stderr(),
            "`{authority}` is neither on this machine nor in a private network. Send there? [y/N] "
        );
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
            engine.allow_host(&format!("http://{authority}")).await?;
        }
    }
    Ok(live(consent))
}

const fn live(consent: &Consent) -> LiveEvents {
    if consent.allow_live {
        LiveEvents::Send
    } else {
        LiveEvents::AskBeyondThisMachine
    }
}

/// A delivery of a run in one line.
pub(crate) fn line(delivery: &Delivery) -> String {
    let result = delivery.attempts.last().map_or_else(
        || "no attempt".to_owned(),
        |attempt| match attempt.status {
            Some(status) if attempt.outcome == Outcome::Answered => {
                format!("{status}  {:.1} ms", milliseconds(attempt))
            }
            _ => attempt
                .message
                .as_deref()
                .map_or_else(|| attempt.outcome.as_str().to_owned(), visible),
        },
    );
    format!("{}  {}  {result}", delivery.request, visible(&delivery.url))
}

/// Why an attempt has no whole answer.
pub(crate) fn failed(attempt: &Attempt) -> Failure {
    let message = attempt
        .message
        .clone()
        .unwrap_or_else(|| attempt.outcome.as_str().to_owned());
    let failure = Failure::new(message);
    match &attempt.hint {
        Some(hint) => failure.hint(hint.clone()),
        None => failure,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rounded figure for people")]
fn milliseconds(attempt: &Attempt) -> f64 {
    attempt.timings.total as f64 / 1000.0
}

/// What the target answered, for a person.
pub(crate) fn answer(url: &str, attempt: &Attempt) -> Result<(), Failure> {
    let status = attempt.status.unwrap_or_default();
    let length = size(attempt.body.len() as u64);
    output::line(&format!(
        "{status} from {} in {:.1} ms, {length}",
        visible(url),
        milliseconds(attempt)
    ))?;
    if let Ok(text) = std::str::from_utf8(&attempt.body) {
        for line in text.lines() {
            output::line(&visible(line))?;
        }
    }
    Ok(())
}
