//! Requests that go to targets by themselves as they come.
//!
//! Which ones go where is decided before the request is kept, so that what waits is kept with it in one transaction.
//! `through` lets the sender wait for the target's answer; `drain` takes what waits to its target, in order.

mod cut_off;
pub(crate) mod drain;
mod held;
#[cfg(test)]
mod tests;
pub(crate) mod through;

use std::sync::PoisonError;
use std::time::Duration;

use crate::delivery::{Destination, Reach};
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::filter::{Candidate, Filter, Moment};
use crate::model::{
    EndpointId, Forward, ForwardRule, ForwardWay, MOST_FORWARDS, Target, TargetId, TargetRules,
};
use crate::sending::Question;
use crate::sending::courier::Way;

/// The longest a sender can be let wait for a target's answer.
const LONGEST_DEADLINE: Duration = Duration::from_secs(120);

/// How long a target has for its answer where nothing is said.
pub const USUAL_DEADLINE: Duration = Duration::from_secs(5);

/// A forward with its filter taken apart and its way found.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) target: TargetId,
    pub(crate) filter: Filter,
    pub(crate) way: ForwardWay,
    pub(crate) deadline: Duration,
    pub(crate) to: Way,
    /// Only requests whose path begins with it, for forwards of this run of the program.
    pub(crate) path: Option<String>,
}

impl Prepared {
    pub(crate) fn takes(&self, candidate: &Candidate<'_>) -> bool {
        self.path.as_deref().is_none_or(|path| candidate.is_below(path)) && self.filter.takes(candidate)
    }
}

/// What is forwarded while this program runs, beside what is set for endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassingForward {
    /// Only requests whose path begins with it; `None` for all.
    pub path: Option<String>,
    /// Where, and how.
    pub rule: ForwardRule,
}

impl Engine {
    /// All forwards that are set for endpoints.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn forwards(&self) -> Result<Vec<Forward>, EngineError> {
        Ok(self.core.store.forwards().await?)
    }

    /// Sets where the requests of an endpoint go by themselves, in the place of what was set before.
    ///
    /// # Errors
    /// When a rule cannot be followed, a target is far away and was not agreed to, there is no such endpoint or
    /// target, or the store cannot write.
    pub async fn set_forwards(
        &self,
        endpoint: EndpointId,
        rules: Vec<ForwardRule>,
    ) -> Result<(), EngineError> {
        if rules.len() > MOST_FORWARDS {
            return Err(EngineError::bad_input(
                format!("{} targets are too many for one endpoint", rules.len()),
                format!("choose {MOST_FORWARDS} at the most"),
            ));
        }
        if rules
            .iter()
            .filter(|rule| rule.way == ForwardWay::Through)
            .count()
            > 1
        {
            return Err(EngineError::bad_input(
                "two targets cannot both answer the sender",
                "let one answer through, the others at once",
            ));
        }
        for rule in &rules {
            self.check_forward(rule).await?;
        }
        self.core.store.set_forwards(endpoint, rules).await?;
        self.core.conducts_changed().await?;
        self.core.drain.wake();
        Ok(())
    }

    /// Forwards while this program runs.
    ///
    /// # Errors
    /// As [`Engine::set_forwards`].
    pub async fn forward_for_now(&self, forward: PassingForward) -> Result<(), EngineError> {
        self.check_forward(&forward.rule).await?;
        self.core
            .passing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(forward);
        self.core.renew_conducts().await
    }

    /// The target that `text` names, or that has this URL; one is made where there is none.
    ///
    /// # Errors
    /// When it is neither a name nor a URL, or the store fails.
    pub async fn target_for(&self, text: &str) -> Result<Target, EngineError> {
        let text = text.trim();
        let targets = self.targets().await?;
        let found = targets.into_iter().find(|target| {
            target.name == text
                || target.id.to_string() == text
                || target.url.trim_end_matches('/') == text.trim_end_matches('/')
        });
        if let Some(found) = found {
            return Ok(found);
        }
        let authority = Destination::parse(text)?.origin().authority();
        match self
            .save_target(None, &authority, text, TargetRules::default())
            .await
        {
            Ok(target) => Ok(target),
            // Another target has the name of the host already.
            Err(_) => self.save_target(None, text, text, TargetRules::default()).await,
        }
    }

    async fn check_forward(&self, rule: &ForwardRule) -> Result<(), EngineError> {
        if rule.deadline.is_zero() || rule.deadline > LONGEST_DEADLINE {
            return Err(EngineError::bad_input(
                format!("a sender cannot wait `{:?}` for a target", rule.deadline),
                format!("choose up to {} s", LONGEST_DEADLINE.as_secs()),
            ));
        }
        let filter = Filter::parse(&rule.filter, &Moment::local(self.core.clock.now()))?;
        filter.check_arriving()?;
        let target = self.target(rule.target).await?;
        let authority = Destination::parse(&target.url)?.origin().authority();
        self.core.permit_host(&target.url, authority).await
    }
}

impl Core {
    /// Whether requests may go to the host of `url` by themselves.
    async fn permit_host(&self, url: &str, authority: String) -> Result<(), EngineError> {
        let origin = Destination::parse(url)?.origin().clone();
        let farthest = self.farthest(&authority).await?;
        // A name that does not resolve now may do so later; how far it then leads is judged at each sending.
        let reach = match self.courier.plain().resolve(&origin).await {
            Ok(resolved) => Reach::of_all(&resolved.addresses),
            Err(_) => return Ok(()),
        };
        if reach > farthest {
            return Err(EngineError::Confirm(Question::Far { authority }));
        }
        Ok(())
    }

    /// What is set for endpoints and for this run of the program, ready for use.
    pub(crate) async fn prepared_forwards(&self) -> Result<Vec<(Option<EndpointId>, Prepared)>, EngineError> {
        let targets = self.store.targets().await?;
        let passing = self
            .passing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let set = self.store.forwards().await?.into_iter();
        let all = set
            .map(|forward| (Some(forward.endpoint), None, forward.rule))
            .chain(
                passing
                    .into_iter()
                    .map(|passing| (None, passing.path, passing.rule)),
            );
        let mut prepared = Vec::new();
        for (endpoint, path, rule) in all {
            let Some(target) = targets.iter().find(|target| target.id == rule.target) else {
                continue;
            };
            match self.prepare(path, &rule, target).await {
                Ok(forward) => prepared.push((endpoint, forward)),
                Err(error) => tracing::warn!(%error, target = target.name, "a forward cannot be followed"),
            }
        }
        Ok(prepared)
    }

    async fn prepare(
        &self,
        path: Option<String>,
        rule: &ForwardRule,
        target: &Target,
    ) -> Result<Prepared, EngineError> {
        let farthest = self
            .farthest(&Destination::parse(&target.url)?.origin().authority())
            .await?;
        Ok(Prepared {
            target: target.id,
            filter: Filter::parse(&rule.filter, &Moment::local(self.clock.now()))?,
            way: rule.way,
            deadline: rule.deadline,
            to: Way::to_target(target.clone())?.with_farthest(farthest),
            path,
        })
    }
}
