//! Where the signature is not in its place: under another name, or not made at all.

use super::{Ladder, Shown};
use crate::diagnose::cause::Cause;
use crate::diagnose::{Diagnosis, Proof, header, verdict_on};
use crate::message::Message;
use crate::report::Report;
use crate::scheme::Scheme;
use crate::template::Source;
use crate::verdict::Verdict;
use crate::verify::verify;

/// More headers than these are not looked at, nor more bytes in all.
const MOST_HEADERS: usize = 48;
const MOST_BYTES: usize = 64 << 20;
/// Headers that every client sends and that hold no signature.
const USUAL: [&str; 12] = [
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-type",
    "content-length",
    "content-encoding",
    "connection",
    "date",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];
/// What is shorter is no signature; a secret that is sent itself is never so short either.
const SHORTEST: usize = 8;

impl<'l> Ladder<'l> {
    pub(super) fn missing(&mut self) -> Diagnosis {
        let near = header::renamed(self.scheme, self.message);
        let Some((wanted, there)) = near.or_else(|| self.elsewhere()) else {
            if let Some(question) = self
                .context
                .question
                .as_ref()
                .filter(|question| question.is_unsigned)
            {
                let mut diagnosis = self.said(Cause::UnsignedByDesign);
                diagnosis.message = format!(
                    "This is `{}`, which is not signed: {}.",
                    question.name, question.why
                );
                return diagnosis;
            }
            return self.said(Cause::Missing);
        };
        let lines = self.with_name(there, &wanted);
        let message = Message {
            headers: &lines,
            ..*self.message
        };
        let report = verify(self.scheme, &message, self.secrets);
        let there = String::from_utf8_lossy(there).into_owned();
        let mut diagnosis = self.said(Cause::HeaderRenamed);
        diagnosis.message = format!(
            "`{wanted}` came as `{there}`; under its own name the verdict is `{}`.",
            report.verdict
        );
        diagnosis.proof = proof(&report, &wanted, &there).filter(|_| holds(report.verdict));
        let renamed = self.reading(&wanted, &there);
        let reads_it = holds(verdict_on(&renamed, self.message, self.secrets));
        if let Some(remedy) = diagnosis.remedy.as_mut().filter(|_| reads_it) {
            remedy.actions = vec![self.use_way(renamed)];
        }
        diagnosis
    }

    /// The scheme that reads one header under another name as well.
    fn reading(&self, wanted: &str, there: &str) -> Scheme {
        let also = |places: &mut Vec<Source>| {
            let is_wanted =
                |source: &Source| matches!(source, Source::Header(name) if name.eq_ignore_ascii_case(wanted));
            if places.iter().any(is_wanted) {
                places.push(Source::Header(there.to_owned()));
            }
        };
        let mut scheme = self.way.clone();
        if let Some(signature) = &mut scheme.signature {
            also(&mut signature.from);
        }
        if let Some(timestamp) = &mut scheme.timestamp {
            also(&mut timestamp.from);
        }
        if let Some(id) = &mut scheme.id {
            also(&mut id.from);
        }
        scheme
    }

    /// A header of any other name that holds what is missing: under the right name the signature is right.
    fn elsewhere(&self) -> Option<(String, &'l [u8])> {
        let wanted = header::names(self.scheme)
            .into_iter()
            .filter(|name| !name.ends_with('*') && self.message.header(name).is_none());
        let headers = self.message.headers.iter().filter(|(name, value)| {
            value.len() >= SHORTEST
                && !USUAL
                    .iter()
                    .any(|usual| name.eq_ignore_ascii_case(usual.as_bytes()))
        });
        let mut hashed = 0;
        for wanted in wanted.take(4) {
            for (there, _) in headers.clone().take(MOST_HEADERS) {
                hashed += self.message.body.len();
                if hashed > MOST_BYTES || (self.budget.should_stop)() {
                    return None;
                }
                let lines = self.with_name(there, wanted);
                let message = Message {
                    headers: &lines,
                    ..*self.message
                };
                if holds(verdict_on(self.scheme, &message, self.secrets)) {
                    return Some((wanted.to_owned(), there));
                }
            }
        }
        None
    }

    /// The header lines, those of one name under another.
    fn with_name<'n>(&self, there: &[u8], wanted: &'n str) -> Vec<(&'n [u8], &'n [u8])>
    where
        'l: 'n,
    {
        let renamed = |name: &'l [u8]| if name == there { wanted.as_bytes() } else { name };
        let lines = self.message.headers.iter();
        lines.map(|(name, value)| (renamed(name), *value)).collect()
    }
}

/// What was computed over the message with the header under its own name.
fn proof(report: &Report, wanted: &str, there: &str) -> Option<Proof> {
    report.digests.as_ref()?;
    let shown = Shown::of(report);
    Some(Proof {
        changes: vec![format!("`{there}` read as `{wanted}`")],
        algorithm: shown.algorithm,
        template: shown.template,
        secret: report
            .key
            .as_ref()
            .map(|key| key.name.clone())
            .unwrap_or_default(),
        documented_hex: shown.computed_hex.clone(),
        computed_hex: shown.computed_hex,
        received_hex: shown.received_hex,
        difference: None,
    })
}

fn holds(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Valid | Verdict::Expired)
}
