//! Filters for what is only just arriving: decided from the request alone, since nothing is kept of it yet.

use super::{Condition, Document, Filter, FilterError, Flag, Pattern, Term};
use crate::model::{Arrival, Body, Mark, Recognition, State};

/// A request that is arriving.
pub(crate) struct Candidate<'a> {
    arrival: &'a Arrival,
    recognition: &'a Recognition,
    method: String,
    path: String,
    document: std::cell::OnceCell<Document>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(arrival: &'a Arrival, recognition: &'a Recognition) -> Self {
        let line = arrival.head.request_line();
        let target = String::from_utf8_lossy(&line.target);
        Self {
            arrival,
            recognition,
            method: String::from_utf8_lossy(&line.method).into_owned(),
            path: target.split('?').next().unwrap_or_default().to_owned(),
            document: std::cell::OnceCell::new(),
        }
    }

    /// Whether its path is `prefix` or goes on from there with a slash.
    pub(crate) fn is_below(&self, prefix: &str) -> bool {
        self.path
            .strip_prefix(prefix.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The text of the request; that of its head where its body is in a file.
    fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            let body: &[u8] = match &self.arrival.body {
                Body::Memory(bytes) => bytes,
                Body::Spooled { .. } => &[],
            };
            Document::new(self.arrival.head.clone(), body)
        })
    }

    fn holds(&self, term: &Term) -> bool {
        if term.condition.is_text() {
            return self.document().satisfies(term);
        }
        let known = self.recognition;
        let some =
            |value: &Option<String>, any: &[Pattern]| matches(value.as_deref().unwrap_or_default(), any);
        let holds = match &term.condition {
            Condition::Provider(any) => some(&known.provider, any),
            Condition::Event(any) => some(&known.event, any),
            Condition::Key(any) => some(&known.delivery_key, any),
            Condition::Endpoint(any) => {
                let path = known.endpoint_path.as_deref().unwrap_or_default();
                matches(path, any) || matches(path.trim_start_matches('/'), any)
            }
            Condition::Method(any) => matches(&self.method, any),
            Condition::Path(any) => matches(&self.path, any),
            Condition::Signature(any) => any.contains(&known.verdict),
            Condition::Size(any) => any.iter().any(|bounds| bounds.contain(self.arrival.body.len())),
            Condition::After(at) => self.arrival.received_at >= *at,
            Condition::Before(at) => self.arrival.received_at < *at,
            Condition::Is(any) => any.iter().any(|flag| self.is(*flag)),
            // Refused when the filter was set.
            _ => false,
        };
        holds != term.negated
    }

    fn is(&self, flag: Flag) -> bool {
        match flag {
            // What is refused or malformed is never forwarded, and what arrives is not taken from a file.
            Flag::Malformed | Flag::Imported => false,
            Flag::Ambiguous => self.arrival.framing.marks.contains(&Mark::AmbiguousFraming),
            Flag::Handshake => self.recognition.handshake.is_some(),
            Flag::Complete => self.arrival.state == State::Complete,
            Flag::Cut => self.arrival.state == State::Cut,
            Flag::Aborted => self.arrival.state == State::Aborted,
            Flag::Refused => self.arrival.state == State::Refused,
            Flag::Starred | Flag::Duplicate | Flag::Note | Flag::Tag | Flag::Delivery => false,
        }
    }
}

fn matches(value: &str, any: &[Pattern]) -> bool {
    any.iter().any(|pattern| pattern.matches(value))
}

impl Filter {
    /// Whether a request that is arriving satisfies it.
    pub(crate) fn takes(&self, candidate: &Candidate<'_>) -> bool {
        self.terms.iter().all(|term| candidate.holds(term))
    }

    /// Whether it can be decided before a request is kept.
    ///
    /// # Errors
    /// When it asks for what is only known afterwards.
    pub(crate) fn check_arriving(&self) -> Result<(), FilterError> {
        for term in &self.terms {
            let late = match &term.condition {
                Condition::Id(_) => Some("id"),
                Condition::Tag(_) => Some("tag"),
                Condition::Status(_) => Some("status"),
                Condition::Target(_) => Some("target"),
                Condition::Delivered(_) => Some("delivered"),
                Condition::Is(any) => any
                    .iter()
                    .any(|flag| {
                        matches!(
                            flag,
                            Flag::Starred | Flag::Duplicate | Flag::Note | Flag::Tag | Flag::Delivery
                        )
                    })
                    .then_some("is"),
                _ => None,
            };
            if let Some(field) = late {
                return Err(FilterError {
                    message: format!("`{field}:` is not known yet when a request comes"),
                    hint: Some("ask for what the request itself says, e.g. `event:invoice.*`".to_owned()),
                    at: 0..0,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::Moment;
    use super::*;
    use crate::model::{Framing, HttpVersion, RawHead, Timestamp, Verdict};

    fn takes(filter: &str) -> bool {
        let head = "POST /stripe/a?x=1 HTTP/1.1\r\nX-A: b\r\n\r\n";
        let arrival = Arrival {
            received_at: Timestamp::from_micros(5),
            took_micros: 0,
            peer: "127.0.0.1:1".parse().unwrap(),
            head: RawHead::new(Bytes::from_static(head.as_bytes())),
            version: HttpVersion::Http11,
            body: Body::Memory(Bytes::from_static(br#"{"id":"evt_1","n":2}"#)),
            body_sha256: [0; 32],
            state: State::Complete,
            reason: None,
            framing: Framing::default(),
        };
        let recognition = Recognition {
            provider: Some("stripe".to_owned()),
            event: Some("invoice.paid".to_owned()),
            endpoint_path: Some("/stripe".to_owned()),
            verdict: Verdict::Valid,
            ..Recognition::unknown()
        };
        let filter = Filter::parse(filter, &Moment::utc(Timestamp::from_micros(0))).unwrap();
        filter.check_arriving().unwrap();
        filter.takes(&Candidate::new(&arrival, &recognition))
    }

    #[test]
    fn what_the_request_says_decides() {
        for filter in [
            "",
            "event:invoice.*",
            "event:charge.*,INVOICE.PAID",
            "provider:stripe -event:charge.*",
            "endpoint:stripe",
            "path:/stripe/*",
            "method:post",
            "sig:valid",
            "json:/id=evt_*",
            "header:x-a=b",
            "size:<1kb",
            "is:complete",
            "evt_1",
            "-key:*x*",
        ] {
            assert!(takes(filter), "`{filter}`");
        }
        for filter in [
            "event:charge.*",
            "-event:*",
            "sig:invalid",
            "json:/n=3",
            "path:/stripe",
            "is:cut",
        ] {
            assert!(!takes(filter), "`{filter}`");
        }
    }

    #[test]
    fn what_is_known_only_later_is_refused() {
        for text in [
            "is:starred",
            "is:duplicate",
            "status:200",
            "delivered:yes",
            "target:dev",
            "tag:a",
            "has:note",
        ] {
            let filter = Filter::parse(text, &Moment::utc(Timestamp::from_micros(0))).unwrap();
            assert!(filter.check_arriving().is_err(), "`{text}`");
        }
    }
}
