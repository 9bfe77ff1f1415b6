//! Whether a target takes the same event twice as it should: sent again, sent several times at once, and once under a
//! new id as the control.
//! What the answers say is worked out in [`judging`](super::judging).

use std::num::NonZeroUsize;

use futures_util::future::join_all;

use super::Sending;
use super::aim::Way;
use super::courier::Parcel;
use super::judging::judge;
use super::renewing::{IdChoice, Renewal, SignatureChoice};
use super::run::Run;
use crate::delivery::{Outgoing, count};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Delivery, DeliveryId, DeliveryKind, Phase, RequestId, RunId, RunKind, RunState, RunStep};

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
    /// Whether repetitions were taken well; unknown where not all was sent, where the first call was no success,
    /// or where it is not kept any more.
    pub passed: Option<bool>,
    /// What that means, in a sentence or two.
    pub sentence: String,
    /// Why there is no control, where there is none.
    pub no_control: Option<String>,
}

impl Role {
    /// What goes at this step of a check with so many at once.
    pub(super) const fn of(step: u32, at_once: u32) -> Self {
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
        let kind = RunKind::Idempotency {
            at_once,
            no_control: control.as_ref().err().cloned(),
            passed: None,
        };
        // As of every run: what it remembers outlives the request, so that of it nothing is kept here.
        let url = way.route.origin().to_string();
        let state = RunState {
            how: format!("twice in a row, {at_once} at once"),
            ..RunState::begun(kind, url, total, self.core.clock.now())
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

#[cfg(test)]
#[path = "tests/idempotency.rs"]
mod tests;
