//! What a reader of a request is told of it, and what its header lines are to whoever sent it: asked when somebody reads it
//! and never while its sender waits.

use hookbench_signature::{Report, Verdict};

use super::{Case, Judge, Known, Ready, micros, parameters, public_url, secrets_then};
use crate::model::{State, Timestamp};
use crate::provider::Facts;

/// A request as one look at all of it shows it.
#[derive(Debug)]
pub struct LookedAt {
    /// The provider it was checked for.
    pub provider: Option<String>,
    /// The check of its signature as a story.
    pub report: Report,
    /// What the verdict would be if the same request came now.
    pub verdict_now: Verdict,
    /// What each of its header lines is to its provider, as [`Engine::header_meanings`](crate::Engine::header_meanings)
    /// says it.
    pub header_meanings: Vec<Option<String>>,
}

impl Judge {
    /// The check of a request's signature as it came, and as if it came `now`; and what its header lines are. One look at it
    /// gives all: a body is unpacked and parsed once.
    pub(crate) fn looked_at(&self, case: Case<'_>, now: Timestamp) -> LookedAt {
        self.look(case, |known, facts| {
            let (provider, report) = self.reported(case, known, facts);
            let present = Case {
                received_at: now,
                ..case
            };
            LookedAt {
                provider,
                report,
                verdict_now: self.reported(present, known, facts).1.verdict,
                header_meanings: self.meanings(case, known, facts),
            }
        })
    }

    /// What each header line of a request is to its provider, in the order of the lines.
    pub(crate) fn header_meanings(&self, case: Case<'_>) -> Vec<Option<String>> {
        self.look(case, |known, facts| self.meanings(case, known, facts))
    }

    fn meanings(&self, case: Case<'_>, known: Option<&Known>, facts: &Facts<'_>) -> Vec<Option<String>> {
        let provider = self
            .provider(known, facts)
            .filter(|_| case.state != State::Refused);
        let Some(provider) = provider else {
            return vec![None; case.head.headers().len()];
        };
        let scheme = match self.scheme(known, &provider.id) {
            Some(Ready::Scheme(scheme)) => Some(&**scheme),
            _ => None,
        };
        let url = public_url(known, facts);
        let message = facts.message(url.as_deref(), Some(micros(case.received_at)));
        let stored = secrets_then(known, case.received_at);
        let scheme = scheme.map(|scheme| (scheme, &stored[..]));
        provider.header_meanings(facts, parameters(known), scheme, &message)
    }
}
