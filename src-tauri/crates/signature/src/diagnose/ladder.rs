//! The ladder: what is tried, in which order, and what a match is taken to mean.

mod computed;
mod contents;
mod missing;
mod near;
mod rungs;
mod telling;
mod token;

use super::cause::Cause;
use super::search::{Hit, Search, TrialKey};
use super::target::{self, Target};
use super::words::Side;
use super::{Action, Budget, Context, Diagnosis, Excluded, header, verdict_on};
use crate::encoding;
use crate::judge::{self, Reason, judge};
use crate::message::Message;
use crate::report::Report;
use crate::scheme::{Algorithm, Scheme, Signature};
use crate::secret::Secret;
use crate::verdict::Verdict;
use crate::verify::verify;

pub(super) struct Ladder<'l> {
    scheme: &'l Scheme,
    way: &'l Scheme,
    message: &'l Message<'l>,
    secrets: &'l [Secret],
    context: &'l Context,
    budget: &'l Budget<'l>,
    report: Report,
    side: Side,
    /// Why the verdict is what it is.
    reason: Reason,
    /// The secrets that are set and were not asked, since the sender names its key and another is called so.
    passed_over: Vec<Secret>,
    /// Of several signed items, the one that does not hold.
    unit: usize,
    /// The value that somebody's code computed, where that is what is explained.
    computed: Option<String>,
    excluded: Vec<Excluded>,
}

/// What a rung found.
struct Answer {
    cause: Cause,
    changes: Vec<String>,
    hit: Option<Hit>,
    /// The computation, where it is no trial over content.
    shown: Option<Shown>,
    body: Option<Vec<u8>>,
    secret: Option<String>,
    actions: Vec<Action>,
}

/// A computation that is not a trial over content: a token compared, a digest in a claim, a header mended.
#[derive(Default)]
struct Shown {
    algorithm: String,
    template: String,
    computed_hex: Option<String>,
    received_hex: Option<String>,
}

impl Shown {
    fn of(report: &Report) -> Self {
        let digests = report.digests.as_ref();
        Self {
            algorithm: report.algorithm.unwrap_or_default().to_owned(),
            template: report
                .content
                .as_ref()
                .map(|content| content.template.clone())
                .unwrap_or_default(),
            computed_hex: digests.and_then(|digests| digests.expected_hex.clone()),
            received_hex: digests.and_then(|digests| digests.received_hex.clone()),
        }
    }
}

impl Answer {
    fn of(cause: Cause, change: impl Into<String>, hit: Hit) -> Self {
        let secret = Some(hit.key.clone());
        Self {
            cause,
            changes: vec![change.into()],
            hit: Some(hit),
            shown: None,
            body: None,
            secret,
            actions: Vec::new(),
        }
    }

    /// An answer whose computation is not over content.
    fn shown(cause: Cause, change: impl Into<String>, secret: Option<String>, shown: Shown) -> Self {
        Self {
            cause,
            changes: vec![change.into()],
            hit: None,
            shown: Some(shown),
            body: None,
            secret,
            actions: Vec::new(),
        }
    }

    fn offering(mut self, action: Option<Action>) -> Self {
        self.actions.extend(action);
        self
    }
}

impl<'l> Ladder<'l> {
    pub(super) fn new(
        scheme: &'l Scheme,
        message: &'l Message<'l>,
        secrets: &'l [Secret],
        context: &'l Context,
        budget: &'l Budget<'l>,
    ) -> Self {
        let (index, unit, reason) = judge(scheme, message, secrets, |judgement| {
            let item = judgement.item.map_or(0, |(item, _)| item);
            let index = judgement.way.map_or(0, |(index, _)| index);
            (index, item, judgement.reason.clone())
        });
        let way = scheme.ways().nth(index).unwrap_or(scheme);
        let report = verify(scheme, message, secrets);
        Self {
            scheme,
            way,
            message,
            secrets,
            context,
            budget,
            report,
            side: Side::Message,
            reason,
            passed_over: judge::passed_over(way, message, secrets),
            unit,
            computed: None,
            excluded: Vec::new(),
        }
    }

    /// What happened to the message.
    pub(super) fn climb(mut self) -> Diagnosis {
        match self.report.verdict {
            Verdict::Valid => self.said(Cause::NothingWrong),
            Verdict::Expired => self.expired(),
            Verdict::Missing => self.missing(),
            Verdict::Unsigned => Diagnosis::unsigned(self.report.sentence),
            Verdict::Unknown => self.said(Cause::Unknown),
            Verdict::Invalid | Verdict::Malformed | Verdict::NoSecret => self.wrong(),
        }
    }

    fn wrong(&mut self) -> Diagnosis {
        if self.report.candidates.iter().any(|candidate| candidate.matched) {
            return self.requirement();
        }
        let algorithm = self.way.algorithm.get();
        let mut search = Search::new(self.message_targets(), self.unit, self.budget);
        let mended = self.mended_header(&mut search);
        let answer = match (mended.or_else(|| self.other_choices(&mut search)), algorithm) {
            (Some(answer), _) => Some(answer),
            (None, Some(Algorithm::Token | Algorithm::Basic)) => self.token_rungs(&mut search),
            (None, Some(Algorithm::Jwt)) => self.jwt_rungs(&mut search),
            (None, _) if search.targets.is_empty() => self.near_values(&mut search),
            (None, _) => self.digest_rungs(&mut search),
        };
        self.finish(answer, &search)
    }

    /// The values in the places where signatures are.
    fn message_targets(&self) -> Vec<Target> {
        let public = self.way.algorithm.get().is_some_and(Algorithm::is_asymmetric);
        let encoding = self.way.encoding.get().unwrap_or_default();
        if public {
            let texts = self
                .report
                .candidates
                .iter()
                .map(|candidate| candidate.text.clone());
            let read = |text: String| {
                let bytes = encoding::decode(text.as_bytes(), encoding)?;
                Some(Target {
                    text,
                    encoding,
                    is_twice: false,
                    bytes,
                })
            };
            return texts.filter_map(read).collect();
        }
        self.report
            .found
            .iter()
            .take(8)
            .flat_map(|found| target::targets(&found.text))
            .collect()
    }

    fn mended_header(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let before = search.tries;
        for mended in header::mended(self.scheme, self.message) {
            if !search.may_try(self.message.body.len()) {
                return None;
            }
            let lines = mended.lines();
            let message = Message {
                headers: &lines,
                ..*self.message
            };
            let report = verify(self.scheme, &message, self.secrets);
            if matches!(report.verdict, Verdict::Valid | Verdict::Expired) {
                let shown = Shown::of(&report);
                let secret = report.key.map(|key| key.name);
                let answer = Answer::shown(header::Mended::CAUSE, mended.change, secret, shown);
                return Some(answer.offering(self.trimming()));
            }
        }
        self.exclude("damage to the headers undone", search, before);
        None
    }

    /// What was chosen for the same provider at another endpoint: its id of a webhook, its header.
    fn other_choices(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let before = search.tries;
        for (name, scheme) in &self.context.other_schemes {
            if !search.may_try(self.message.body.len()) {
                return None;
            }
            let report = verify(scheme, self.message, self.secrets);
            if matches!(report.verdict, Verdict::Valid | Verdict::Expired) {
                let shown = Shown::of(&report);
                let change = format!("with what is chosen at `{name}` for the same provider");
                let secret = report.key.map(|key| key.name);
                return Some(Answer::shown(Cause::WrongContent, change, secret, shown));
            }
        }
        self.exclude("what is chosen at other endpoints", search, before);
        None
    }

    /// The scheme that ignores blanks around items, if it takes this message.
    fn trimming(&self) -> Option<Action> {
        let signature = self.way.signature.as_ref()?;
        let scheme = Scheme {
            signature: Some(Signature {
                trim: true,
                ..signature.clone()
            }),
            ..self.way.clone()
        };
        let verdict = verdict_on(&scheme, self.message, self.secrets);
        matches!(verdict, Verdict::Valid | Verdict::Expired).then(|| self.use_way(scheme))
    }

    fn exclude(&mut self, what: &str, search: &Search<'_>, before: u32) {
        let tries = search.tries.saturating_sub(before);
        if tries > 0 {
            self.excluded.push(Excluded {
                what: what.to_owned(),
                tries,
            });
        }
    }

    /// The keys of the secrets that are set, as the scheme makes them; of those that the sender names one, that one.
    fn own_keys(&self) -> Vec<TrialKey> {
        let keys = self.keys_of(self.secrets).into_iter();
        keys.filter(|key| !self.passed_over.iter().any(|secret| secret.name() == key.name))
            .collect()
    }

    fn keys_of(&self, secrets: &[Secret]) -> Vec<TrialKey> {
        judge::keys(self.way, secrets)
            .into_iter()
            .filter_map(|key| Some(TrialKey::of(secrets.get(key.secret)?, key.bytes.into_owned())))
            .collect()
    }

    /// The secrets that the message is not judged by and may have been made with, each kind with what that would mean.
    fn stored(&self) -> [(Cause, &[Secret]); 3] {
        [
            (Cause::OtherSecret, &self.passed_over[..]),
            (Cause::PreviousSecret, &self.context.previous_secrets[..]),
            (Cause::OtherSecret, &self.context.other_secrets[..]),
        ]
    }

    fn expired(&mut self) -> Diagnosis {
        let age = self.report.age.clone();
        let micros = age.as_ref().and_then(|age| age.age_micros).unwrap_or_default();
        let cause = if micros < 0 {
            Cause::FromTheFuture
        } else {
            Cause::Expired
        };
        let mut diagnosis = self.said(cause);
        if let (Some(age), Some(remedy)) = (age, &mut diagnosis.remedy) {
            remedy.actions.extend(telling::tolerance(&age));
        }
        diagnosis.hints = self.hints();
        diagnosis
    }
}
