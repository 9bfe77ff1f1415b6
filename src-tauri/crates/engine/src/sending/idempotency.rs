//! Whether a target takes the same event twice as it should: sent again, sent several times at once, and once under a
//! new id as the control.
//!
//! Only answers are looked at. What a target did with an event cannot be seen from outside, so the verdicts say what
//! was answered and no more.

use std::num::NonZeroUsize;

use futures_util::future::join_all;

use super::Sending;
use super::aim::Way;
use super::courier::Parcel;
use super::renewing::{IdChoice, Renewal, SignatureChoice};
use super::run::Run;
use crate::delivery::{Outgoing, count, is_delivered};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{
    Attempt, Delivery, DeliveryId, DeliveryKind, Outcome, Phase, RequestId, RunId, RunKind, RunState,
    RunStep, Tally,
};

/// The most that go at once.
pub const MOST_AT_ONCE: usize = 50;

/// What a sending of the check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The event as it came.
    First,
    /// The same once more, after the first was answered.
    Second,
    /// The same, several at once.
    AtOnce(u32),
    /// The same event under a new id: what a new event gets.
    Control,
}

impl Role {
    /// What it is called.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::First => "first call".to_owned(),
            Self::Second => "second call".to_owned(),
            Self::AtOnce(number) => format!("at once, {number}"),
            Self::Control => "with a new id".to_owned(),
        }
    }
}

/// How an answer compares with the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// It is what the others are compared with.
    Reference,
    /// Status and body are the same.
    Same,
    /// A success with another body or status.
    OtherSuccess,
    /// The status says that it is known already (409 or 208), or that nothing was to be done (204, 304).
    SaysKnown,
    /// No success.
    Refused,
    /// No answer.
    Unanswered,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct IdempotencyRow {
    /// What it was.
    pub role: Role,
    /// What was sent and what came back; kept like every delivery.
    pub delivery: Delivery,
    /// How its answer compares with the first.
    pub compared: Compared,
    /// It in words, e.g. `200 in 4 ms, same body`.
    pub words: String,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq)]
pub struct IdempotencyReport {
    /// In the order in which they were sent.
    pub rows: Vec<IdempotencyRow>,
    /// Whether repetitions were taken well; unknown where not all was sent, or is not kept any more.
    pub passed: Option<bool>,
    /// What that means, in a sentence or two.
    pub sentence: String,
    /// Why there is no control, where there is none.
    pub no_control: Option<String>,
}

impl Role {
    /// What goes at this step of a check with so many at once.
    const fn of(step: u32, at_once: u32) -> Self {
        match step {
            0 => Self::First,
            1 => Self::Second,
            _ if step < 2 + at_once => Self::AtOnce(step - 1),
            _ => Self::Control,
        }
    }
}

impl Engine {
    /// Sends a request twice in a row, `at_once` times at once, and once under a new id. It is kept as a run.
    ///
    /// # Errors
    /// When the request cannot be sent, the person has to agree first, or the store fails.
    pub async fn check_idempotency(
        &self,
        id: RequestId,
        at_once: NonZeroUsize,
        sending: &Sending,
    ) -> Result<IdempotencyReport, EngineError> {
        if at_once.get() > MOST_AT_ONCE {
            return Err(EngineError::bad_input(
                format!("at most {MOST_AT_ONCE} go at once"),
                "choose a smaller number",
            ));
        }
        let way = self.way(&sending.to).await?;
        let captured = self.planned(id, &way).await?;
        // A signature that has grown old would be refused before the target looks at the event.
        let outgoing = self.resigned(id, captured.clone()).await.unwrap_or(captured);
        let outgoing = self.core.marked_where_far(outgoing).await;
        let farthest = self.core.permit(&outgoing, sending.live).await?;
        let way = way.with_farthest(farthest);
        let at_once = u32::try_from(at_once.get()).unwrap_or(1);
        let control = self.under_a_new_id(id, &outgoing).await;
        let total = 2 + u64::from(at_once) + u64::from(control.is_ok());
        let state = RunState {
            id: RunId::generate(),
            kind: RunKind::Idempotency {
                at_once,
                no_control: control.as_ref().err().cloned(),
                passed: None,
            },
            // As of every run: what it remembers outlives the request, so that of it nothing is kept here.
            url: way.route.origin().to_string(),
            how: format!("twice in a row, {at_once} at once"),
            total,
            tally: Tally::default(),
            skipped: 0,
            skipped_because: None,
            started_at: self.core.clock.now(),
            ended_at: None,
            phase: Phase::Running,
        };
        let run = self.begin_run(state, total).await?;
        let _under_way = self
            .core
            .courier
            .begin(sending.ticket.clone(), DeliveryId::generate(), &run.cancel);
        let calls = Calls {
            request: id,
            outgoing,
            control,
            way,
            at_once,
        };
        let no_control = calls.control.as_ref().err().cloned();
        let sent = match self.make(calls, &run).await {
            Ok(sent) => sent,
            Err(error) => {
                self.end_run(&run, Phase::Failed(error.to_string())).await;
                return Err(error);
            }
        };
        let phase = if run.cancel.is_cancelled() {
            Phase::Cancelled
        } else {
            Phase::Done
        };
        let report = judge(sent, at_once, no_control, &phase);
        run.state.send_modify(|state| {
            if let RunKind::Idempotency { passed, .. } = &mut state.kind {
                *passed = report.passed;
            }
            for attempt in report.rows.iter().filter_map(|row| row.delivery.attempts.last()) {
                count(&mut state.tally, attempt);
            }
        });
        self.end_run(&run, phase).await;
        Ok(report)
    }

    /// Sends all of it; what was sent, in the order of the steps.
    async fn make(&self, calls: Calls, run: &Run) -> Result<Vec<Delivery>, EngineError> {
        let id = run.state.borrow().id;
        let send = |outgoing: Outgoing, number: u32| {
            let parcel = Parcel {
                kind: DeliveryKind::Edited,
                body: Some(outgoing.body.clone()),
                run: Some(RunStep { run: id, number }),
                ..Parcel::new(calls.request, outgoing, calls.way.clone())
            };
            self.core.deliver(DeliveryId::generate(), parcel, &run.cancel)
        };
        let mut sent = Vec::new();
        for number in [0, 1] {
            sent.push(send(calls.outgoing.clone(), number).await?);
        }
        let numbers = 2..2 + calls.at_once;
        let together = join_all(numbers.map(|number| send(calls.outgoing.clone(), number)));
        for delivery in together.await {
            sent.push(delivery?);
        }
        if let Ok(control) = calls.control {
            sent.push(send(control, 2 + calls.at_once).await?);
        }
        Ok(sent)
    }

    /// What a check of the past found, as far as what was sent is still kept.
    ///
    /// # Errors
    /// When there is no such run, it was no check, or the store cannot be read.
    pub async fn idempotency_report(&self, id: RunId) -> Result<IdempotencyReport, EngineError> {
        let state = self.run_state(id).await?;
        let RunKind::Idempotency {
            at_once, no_control, ..
        } = state.kind
        else {
            return Err(EngineError::bad_input(
                format!("run `{id}` is no check of idempotency"),
                "ask for its report instead",
            ));
        };
        let sent = self.deliveries_of_run(id, 0, at_once.saturating_add(3)).await?;
        Ok(judge(sent, at_once, no_control, &state.phase))
    }

    /// The same event under another id, signed again where it was signed; or why there is none.
    async fn under_a_new_id(&self, id: RequestId, outgoing: &Outgoing) -> Result<Outgoing, String> {
        let told = |error: EngineError| error.to_string();
        let known = self.request(id).await.map_err(told)?.summary.recognition;
        let origins = self.origins(id).await.map_err(told)?;
        let renewal = Renewal {
            signature: SignatureChoice::Kept,
            id: IdChoice::New,
        };
        let renamed = self.renewed(&origins, outgoing.clone(), &renewal).await;
        let renamed = renamed.map_err(told)?.outgoing;
        if known.verdict == crate::model::Verdict::Unsigned || known.verdict == crate::model::Verdict::Unknown
        {
            return Ok(renamed);
        }
        self.resigned(id, renamed)
            .await
            .map_err(|error| format!("under a new id it would have to be signed again: {error}"))
    }
}

/// What is sent in a check.
struct Calls {
    request: RequestId,
    outgoing: Outgoing,
    /// The same under a new id, or why there is none.
    control: Result<Outgoing, String>,
    way: Way,
    at_once: u32,
}

/// What the answers say; `sent` are steps of a run that stands at `phase`, in their order.
fn judge(sent: Vec<Delivery>, at_once: u32, no_control: Option<String>, phase: &Phase) -> IdempotencyReport {
    let wanted = 2 + at_once as usize + usize::from(no_control.is_none());
    let number = |delivery: &Delivery| delivery.run.map_or(u32::MAX, |step| step.number);
    let first = sent
        .iter()
        .find(|delivery| number(delivery) == 0)
        .and_then(|delivery| delivery.attempts.last().cloned());
    let unfinished = unfinished(phase, sent.len(), wanted);
    let rows: Vec<IdempotencyRow> = sent
        .into_iter()
        .map(|delivery| {
            let role = Role::of(number(&delivery), at_once);
            let (compared, words) = match (role, delivery.attempts.last(), &first) {
                (_, None, _) | (_, _, None) => (Compared::Unanswered, "nothing was sent".to_owned()),
                (Role::First, Some(attempt), _) => (Compared::Reference, words(attempt, "")),
                (_, Some(attempt), Some(first)) => compare(attempt, first),
            };
            IdempotencyRow {
                role,
                delivery,
                compared,
                words,
            }
        })
        .collect();
    let (passed, sentence) = if let Some(why) = unfinished {
        (None, why)
    } else {
        let (passed, sentence) = verdict(&rows, first.as_ref());
        (Some(passed), sentence)
    };
    IdempotencyReport {
        rows,
        passed,
        sentence,
        no_control,
    }
}

/// Why nothing can be said of repetitions, where not all answers are there.
fn unfinished(phase: &Phase, sent: usize, wanted: usize) -> Option<String> {
    let why = match phase {
        Phase::Done if sent >= wanted => return None,
        Phase::Done if sent == 0 => "What was sent is not kept any more.".to_owned(),
        Phase::Done => "Not all that was sent is kept any more.".to_owned(),
        Phase::Running | Phase::Paused => {
            "The check is still under way: nothing is known about repetitions yet.".to_owned()
        }
        Phase::Cancelled => {
            "The check was stopped before its end, so that nothing is known about repetitions.".to_owned()
        }
        Phase::CutOff { .. } => {
            "The program ended in the middle of the check, so that nothing is known about repetitions."
                .to_owned()
        }
        Phase::Failed(why) => {
            format!("The check did not come to its end, so that nothing is known about repetitions: {why}.")
        }
    };
    Some(why)
}

fn compare(attempt: &Attempt, first: &Attempt) -> (Compared, String) {
    let same_body = attempt.body == first.body;
    let body = if same_body {
        ", same body"
    } else {
        ", a different body"
    };
    let compared = match attempt.status {
        _ if attempt.outcome != Outcome::Answered => Compared::Unanswered,
        Some(status) if Some(status) == first.status && same_body => {
            if is_delivered(attempt) {
                Compared::Same
            } else {
                Compared::Refused
            }
        }
        Some(204 | 208 | 304 | 409) => Compared::SaysKnown,
        Some(200..=299) => Compared::OtherSuccess,
        _ => Compared::Refused,
    };
    (compared, words(attempt, body))
}

fn words(attempt: &Attempt, body: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure for people")]
    let millis = attempt.timings.total as f64 / 1000.0;
    match attempt.status {
        Some(status) if attempt.outcome == Outcome::Answered => format!("{status} in {millis:.0} ms{body}"),
        _ => attempt
            .message
            .clone()
            .unwrap_or_else(|| attempt.outcome.as_str().to_owned()),
    }
}

fn verdict(rows: &[IdempotencyRow], first: Option<&Attempt>) -> (bool, String) {
    if !first.is_some_and(is_delivered) {
        return (
            false,
            "The first call was no success, so that nothing is known about repetitions.".to_owned(),
        );
    }
    let repeated = || {
        rows.iter()
            .filter(|row| !matches!(row.role, Role::First | Role::Control))
    };
    let bad: Vec<_> = repeated()
        .filter(|row| matches!(row.compared, Compared::Refused | Compared::Unanswered))
        .collect();
    if let Some(row) = bad.first() {
        let at_once = bad.iter().all(|row| matches!(row.role, Role::AtOnce(_)));
        let when = if at_once {
            "Sent several times at once"
        } else {
            "Sent twice"
        };
        return (
            false,
            format!(
                "{when}, the event was not taken well: {} was answered with {}.",
                row.role.title(),
                row.words
            ),
        );
    }
    let control = rows.iter().find(|row| row.role == Role::Control);
    if repeated().any(|row| row.compared == Compared::OtherSuccess) {
        return (
            true,
            "Every repetition was a success, though with a different answer: look whether it was handled again."
                .to_owned(),
        );
    }
    match control.map(|row| row.compared) {
        Some(Compared::Same) => (
            true,
            "Every repetition got the answer of the first call. A new event gets the same, so the answers alone do not \
             tell whether repetitions were recognised."
                .to_owned(),
        ),
        Some(Compared::Refused | Compared::Unanswered) => (
            false,
            "Repetitions were taken well, but the same event under a new id was not.".to_owned(),
        ),
        Some(Compared::Reference | Compared::OtherSuccess | Compared::SaysKnown) => (
            true,
            "Every repetition got the answer of the first call or was known; a new event is answered otherwise."
                .to_owned(),
        ),
        None => (
            true,
            "Every repetition got the answer of the first call or was known. None went under a new id, so that it is \
             not known whether a new event is answered otherwise."
                .to_owned(),
        ),
    }
}

#[cfg(test)]
#[path = "idempotency_tests.rs"]
mod tests;
