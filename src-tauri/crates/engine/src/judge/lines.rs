//! What the header lines of a request are to whoever sent it, asked when somebody reads it and never while its sender waits.

use super::{Case, Judge, Ready, micros, parameters, public_url, secrets_then};
use crate::model::State;

impl Judge {
    /// What each header line of a request is to its provider, in the order of the lines.
    pub(crate) fn header_meanings(&self, case: Case<'_>) -> Vec<Option<String>> {
        self.look(case, |known, facts| {
            let provider = self
                .provider(known, facts)
                .filter(|_| case.state != State::Refused)?;
            let scheme = match self.scheme(known, &provider.id) {
                Some(Ready::Scheme(scheme)) => Some(&**scheme),
                _ => None,
            };
            let url = public_url(known, facts);
            let message = facts.message(url.as_deref(), Some(micros(case.received_at)));
            let stored = secrets_then(known, case.received_at);
            let scheme = scheme.map(|scheme| (scheme, &stored[..]));
            Some(provider.header_meanings(facts, parameters(known), scheme, &message))
        })
        .unwrap_or_else(|| vec![None; case.head.headers().len()])
    }
}
