//! What endpoints do with a request beside keeping it: which answer its sender gets, and whether that goes wrong on
//! purpose. One snapshot, swapped whole when something of it changes, so that the path on which a sender waits takes
//! no lock and asks no database.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::answering::SetAnswer;
use crate::changes::Change;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::filter::Candidate;
use crate::forwarding::Prepared;
use crate::lead::Lead;
use crate::model::{
    AnswerRule, Arrival, EndpointId, Fault, FaultKind, FaultReach, KeptAnswer, Recognition, RequestId,
};

/// The longest delay that can be ordered as a fault: longer than any sender is known to wait.
const LONGEST_FAULT_DELAY: Duration = Duration::from_secs(120);

/// Between two tries to read what could not be read for a while.
const REREAD: Duration = Duration::from_secs(2);

/// A fault with how many requests it has looked at.
#[derive(Debug)]
pub(crate) struct LiveFault {
    pub(crate) fault: Fault,
    seen: AtomicU64,
}

impl LiveFault {
    fn new(fault: Fault) -> Self {
        // Where the fault strikes each request until it is over, those it has struck are those it has seen.
        let seen = match fault.reach {
            FaultReach::Next(_) => fault.struck,
            FaultReach::Share(_) | FaultReach::All => 0,
        };
        Self {
            fault,
            seen: AtomicU64::new(seen),
        }
    }

    /// Whether it strikes the next request.
    pub(crate) fn strikes(&self) -> bool {
        self.fault
            .reach
            .strikes(self.seen.fetch_add(1, Ordering::Relaxed))
    }
}

/// What one endpoint does.
#[derive(Debug, Default)]
pub(crate) struct Conduct {
    pub(crate) answer: Option<Arc<SetAnswer>>,
    pub(crate) fault: Option<Arc<LiveFault>>,
    pub(crate) forwards: Vec<Arc<Prepared>>,
}

/// The snapshot.
#[derive(Debug, Default)]
pub(crate) struct Conducts {
    by_endpoint: HashMap<EndpointId, Conduct>,
    /// Forwards of this run of the program, whatever the endpoint.
    passing: Vec<Arc<Prepared>>,
}

impl Conducts {
    /// What an endpoint does; `None` where nothing is set.
    pub(crate) fn of(&self, endpoint: Option<EndpointId>) -> Option<&Conduct> {
        self.by_endpoint.get(&endpoint?)
    }

    /// Where a request that is arriving goes by itself; each target once.
    pub(crate) fn forwards(&self, arrival: &Arrival, recognition: &Recognition) -> Vec<&Arc<Prepared>> {
        let set = self
            .of(recognition.endpoint)
            .map_or(&[][..], |conduct| &conduct.forwards[..]);
        if set.is_empty() && self.passing.is_empty() {
            return Vec::new();
        }
        let candidate = Candidate::new(arrival, recognition);
        let mut chosen: Vec<&Arc<Prepared>> = Vec::new();
        for forward in set.iter().chain(&self.passing) {
            let there = chosen.iter().any(|other| other.target == forward.target);
            if !there && forward.takes(&candidate) {
                chosen.push(forward);
            }
        }
        chosen
    }
}

impl Core {
    /// Makes the snapshot anew from what the store holds.
    pub(crate) async fn renew_conducts(&self) -> Result<(), EngineError> {
        let _one_at_a_time = self.renewing.lock().await;
        let mut by_endpoint: HashMap<EndpointId, Conduct> = HashMap::new();
        for (endpoint, rule) in self.store.answer_rules().await? {
            match SetAnswer::new(rule) {
                Ok(answer) => by_endpoint.entry(endpoint).or_default().answer = Some(Arc::new(answer)),
                Err(error) => tracing::warn!(%error, "an answer that was set is not understood"),
            }
        }
        let before = self.conducts.load_full();
        for fault in self.store.faults().await? {
            // A fault that is under way goes on counting where it is.
            let live = before
                .of(Some(fault.endpoint))
                .and_then(|conduct| conduct.fault.clone())
                .filter(|live| live.fault.number == fault.number)
                .unwrap_or_else(|| Arc::new(LiveFault::new(fault)));
            by_endpoint.entry(fault.endpoint).or_default().fault = Some(live);
        }
        let mut passing = Vec::new();
        for (endpoint, forward) in self.prepared_forwards().await? {
            let forward = Arc::new(forward);
            match endpoint {
                Some(endpoint) => by_endpoint.entry(endpoint).or_default().forwards.push(forward),
                None => passing.push(forward),
            }
        }
        self.conducts.store(Arc::new(Conducts { by_endpoint, passing }));
        Ok(())
    }

    /// Forwards and queues go by what is kept now. What is kept is so whether it can be read again at once or not: where
    /// it cannot, it is read as soon as it can, since what is agreed to no longer must not go on for that.
    pub(crate) async fn forwards_changed(self: &Arc<Self>) {
        if let Err(error) = self.renew_conducts().await {
            tracing::warn!(%error, "what endpoints do cannot be read yet");
            let core = Arc::clone(self);
            tokio::spawn(async move {
                while core.renew_conducts().await.is_err() {
                    tokio::select! {
                        () = core.courier.closing().cancelled() => return,
                        () = tokio::time::sleep(REREAD) => {}
                    }
                }
                core.drain.wake();
            });
        }
        self.drain.wake();
    }

    pub(crate) async fn conducts_changed(&self) -> Result<(), EngineError> {
        self.renew_conducts().await?;
        self.changes.tell(Change::Endpoints);
        Ok(())
    }
}

impl Engine {
    /// The answers that were set, by endpoint.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn answer_rules(&self) -> Result<HashMap<EndpointId, AnswerRule>, EngineError> {
        Ok(self.core.store.answer_rules().await?)
    }

    /// Sets what the senders of an endpoint get; `None` is the usual answer. A handshake is answered as its provider
    /// wants whatever is set here.
    ///
    /// # Errors
    /// When the answer cannot be given, there is no such endpoint, or the store cannot write.
    pub async fn set_answer(
        &self,
        endpoint: EndpointId,
        rule: Option<AnswerRule>,
    ) -> Result<(), EngineError> {
        if let Some(rule) = &rule {
            SetAnswer::new(rule.clone())?;
        }
        self.core.store.set_answer_rule(endpoint, rule).await?;
        self.core.conducts_changed().await
    }

    /// The faults that were ordered and are not over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn faults(&self) -> Result<Vec<Fault>, EngineError> {
        Ok(self.core.store.faults().await?)
    }

    /// Orders a fault for an endpoint, in the place of the one before; `None` takes it away. Handshakes are spared. It
    /// ends when the last program that listens on this data ends.
    ///
    /// # Errors
    /// When it would strike nobody, nobody listens, there is no such endpoint, or the store cannot write.
    pub async fn set_fault(
        &self,
        endpoint: EndpointId,
        fault: Option<(FaultKind, FaultReach)>,
    ) -> Result<(), EngineError> {
        if let Some((kind, reach)) = fault {
            check(kind, reach)?;
            if !Lead::somebody_listens(&self.core) {
                return Err(EngineError::NobodyListens);
            }
        }
        self.core
            .store
            .set_fault(endpoint, fault, self.core.clock.now())
            .await?;
        self.core.conducts_changed().await
    }

    /// The answer that went back to the sender of a request, if it is known.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn given_answer(&self, id: RequestId) -> Result<Option<KeptAnswer>, EngineError> {
        Ok(self.core.store.given_answer(id).await?)
    }
}

fn check(kind: FaultKind, reach: FaultReach) -> Result<(), EngineError> {
    match kind {
        FaultKind::Fail { status } if !(400..600).contains(&status) => {
            return Err(EngineError::bad_input(
                format!("`{status}` tells no sender that it failed"),
                "choose 400 to 599",
            ));
        }
        FaultKind::Delay { by } if by.is_zero() || by > LONGEST_FAULT_DELAY => {
            return Err(EngineError::bad_input(
                format!("an answer cannot come `{by:?}` late"),
                format!("choose 1 ms to {} s", LONGEST_FAULT_DELAY.as_secs()),
            ));
        }
        FaultKind::Fail { .. } | FaultKind::Delay { .. } | FaultKind::Close | FaultKind::Cut => {}
    }
    let nobody = matches!(reach, FaultReach::Next(0) | FaultReach::Share(0));
    let too_many = matches!(reach, FaultReach::Share(101..) | FaultReach::Next(100_001..));
    if nobody || too_many {
        return Err(EngineError::bad_input(
            "the fault strikes no request, or more than there are",
            "strike the next 1 to 100,000, 1 to 100 of a hundred, or all",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn faults_that_are_none_are_refused() {
        for (kind, reach) in [
            (FaultKind::Fail { status: 200 }, FaultReach::All),
            (FaultKind::Fail { status: 600 }, FaultReach::All),
            (FaultKind::Delay { by: Duration::ZERO }, FaultReach::All),
            (
                FaultKind::Delay {
                    by: Duration::from_secs(121),
                },
                FaultReach::All,
            ),
            (FaultKind::Close, FaultReach::Next(0)),
            (FaultKind::Close, FaultReach::Next(100_001)),
            (FaultKind::Cut, FaultReach::Share(0)),
            (FaultKind::Cut, FaultReach::Share(101)),
        ] {
            assert!(check(kind, reach).is_err(), "{kind:?} for {reach:?}");
        }
        assert!(
            check(FaultKind::Fail { status: 503 }, FaultReach::Next(3)).is_ok(),
            "the usual one"
        );
    }
}
