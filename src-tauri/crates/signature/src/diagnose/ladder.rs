//! The ladder: what is tried, in which order, and what a match is taken to mean.

mod rungs;
mod token;

use super::cause::Cause;
use super::search::{Hit, Search, TrialKey};
use super::target::{self, Target};
use super::words::{self, Side};
use super::{
    Action, Budget, Context, Diagnosis, Difference, Excluded, Hint, Proof, Remedy, header, key, verdict_on,
};
use crate::asymmetric::PublicKey;
use crate::encoding;
use crate::judge::{self, judge};
use crate::message::Message;
use crate::report::Report;
use crate::scheme::{Algorithm, Scheme};
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
    /// Of several signed items, the one that does not hold.
    unit: usize,
    excluded: Vec<Excluded>,
}

/// What a rung found.
struct Answer {
    cause: Cause,
    changes: Vec<String>,
    hit: Option<Hit>,
    body: Option<Vec<u8>>,
    secret: Option<String>,
    action: Option<Action>,
}

impl Answer {
    fn of(cause: Cause, change: impl Into<String>, hit: Hit) -> Self {
        let secret = Some(hit.key.clone());
        Self {
            cause,
            changes: vec![change.into()],
            hit: Some(hit),
            body: None,
            secret,
            action: None,
        }
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
        let (index, unit) = judge(scheme, message, secrets, |judgement| {
            let item = judgement.item.map_or(0, |(item, _)| item);
            (judgement.way.map_or(0, |(index, _)| index), item)
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
            unit,
            excluded: Vec::new(),
        }
    }

    /// What happened to the message.
    pub(super) fn climb(mut self) -> Diagnosis {
        match self.report.verdict {
            Verdict::Valid => self.said(Cause::NothingWrong),
            Verdict::Expired => self.expired(),
            Verdict::Missing => self.missing(),
            Verdict::Unsigned | Verdict::Unknown => self.said(Cause::Unknown),
            Verdict::Invalid | Verdict::Malformed | Verdict::NoSecret => self.wrong(),
        }
    }

    /// Which mistake gives this value.
    pub(super) fn climb_for(mut self, computed: &str) -> Diagnosis {
        self.side = Side::Receiver;
        let targets = target::targets(computed);
        if targets.is_empty() {
            let mut diagnosis = self.said(Cause::Unknown);
            diagnosis.message = "The value is no digest in hex or base64.".to_owned();
            return diagnosis;
        }
        let mut search = Search::new(targets, self.unit, self.budget);
        let answer = self.digest_rungs(&mut search);
        self.finish(answer, &search)
    }

    fn wrong(&mut self) -> Diagnosis {
        if self.report.candidates.iter().any(|candidate| candidate.matched) {
            return self.requirement();
        }
        let algorithm = self.way.algorithm.get();
        let mut search = Search::new(self.message_targets(), self.unit, self.budget);
        let mended = self.mended_header(&mut search);
        let answer = match (mended, algorithm) {
            (Some(answer), _) => Some(answer),
            (None, Some(Algorithm::Token | Algorithm::Basic)) => self.token_rungs(&mut search),
            (None, Some(Algorithm::Jwt)) => self.jwt_rungs(&mut search),
            (None, _) if search.targets.is_empty() => None,
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
                return Some(Answer {
                    cause: header::Mended::CAUSE,
                    changes: vec![mended.change.to_owned()],
                    hit: None,
                    body: None,
                    secret: report.key.map(|key| key.name),
                    action: None,
                });
            }
        }
        self.exclude("damage to the headers undone", search, before);
        None
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

    /// The keys of the secrets that are set, as the scheme makes them.
    fn own_keys(&self) -> Vec<TrialKey> {
        self.keys_of(self.secrets)
    }

    fn keys_of(&self, secrets: &[Secret]) -> Vec<TrialKey> {
        judge::keys(self.way, secrets)
            .into_iter()
            .filter_map(|key| Some(TrialKey::of(secrets.get(key.secret)?, key.bytes.into_owned())))
            .collect()
    }

    fn missing(&mut self) -> Diagnosis {
        let Some((wanted, there)) = header::renamed(self.scheme, self.message) else {
            return self.said(Cause::Missing);
        };
        let lines: Vec<(&[u8], &[u8])> = self
            .message
            .headers
            .iter()
            .map(|(name, value)| (if *name == there { wanted.as_bytes() } else { *name }, *value))
            .collect();
        let message = Message {
            headers: &lines,
            ..*self.message
        };
        let verdict = verdict_on(self.scheme, &message, self.secrets);
        let there = String::from_utf8_lossy(there).into_owned();
        let mut diagnosis = self.said(Cause::HeaderRenamed);
        diagnosis.message =
            format!("`{wanted}` came as `{there}`; under its own name the verdict is `{verdict}`.");
        diagnosis
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
        let seconds = u32::try_from((micros.unsigned_abs()).div_ceil(1_000_000)).unwrap_or(u32::MAX);
        if let (Some(age), Some(remedy)) = (age, &mut diagnosis.remedy) {
            remedy.action = Some(if micros < 0 {
                Action::SetTolerance {
                    past: age.past,
                    future: Some(seconds),
                }
            } else {
                Action::SetTolerance {
                    past: Some(seconds),
                    future: age.future,
                }
            });
        }
        diagnosis
    }

    /// What the report already says.
    fn said(&self, cause: Cause) -> Diagnosis {
        let text = words::remedy(cause, self.side).to_owned();
        Diagnosis {
            verdict: self.report.verdict,
            cause,
            message: self.report.sentence.clone(),
            proof: None,
            remedy: (cause != Cause::NothingWrong).then_some(Remedy { text, action: None }),
            hints: Vec::new(),
            excluded: self.excluded.clone(),
            tries: 0,
            is_cut_short: false,
        }
    }

    fn finish(&mut self, answer: Option<Answer>, search: &Search<'_>) -> Diagnosis {
        let mut diagnosis = match answer {
            Some(answer) => self.proved(answer, search),
            None => self.unknown(search.tries),
        };
        diagnosis.hints = self.hints();
        diagnosis.excluded.clone_from(&self.excluded);
        diagnosis.tries = search.tries;
        diagnosis.is_cut_short = search.is_spent && diagnosis.proof.is_none();
        diagnosis
    }

    fn proved(&self, answer: Answer, search: &Search<'_>) -> Diagnosis {
        let mut diagnosis = self.said(answer.cause);
        let secret = answer.secret.clone().unwrap_or_default();
        if answer.cause == Cause::Comparison {
            diagnosis.message =
                "The value is right: it is what the sender sent. The fault is in how it is compared."
                    .to_owned();
        } else {
            let side = if matches!(answer.cause, Cause::Encoding | Cause::LetterCase) {
                Side::Message
            } else {
                self.side
            };
            diagnosis.message = words::message(answer.cause, side, &answer.changes, &secret);
        }
        if let (Some(remedy), Side::Message) = (&mut diagnosis.remedy, self.side) {
            remedy.action = answer.action.or_else(|| self.action(answer.cause, &secret));
        }
        diagnosis.proof = answer.hit.map(|hit| Proof {
            changes: answer.changes,
            algorithm: hit.way.title(),
            template: hit.template,
            secret,
            computed_hex: hit.computed.as_ref().map(hex::encode),
            received_hex: search
                .targets
                .get(hit.target)
                .map(|target| hex::encode(&target.bytes))
                .unwrap_or_default(),
            documented_hex: self
                .report
                .digests
                .as_ref()
                .and_then(|digests| digests.expected_hex.clone()),
            difference: answer
                .body
                .as_deref()
                .map(|body| difference(self.message.body, body)),
        });
        diagnosis
    }

    fn action(&self, cause: Cause, secret: &str) -> Option<Action> {
        let name = secret.to_owned();
        match cause {
            Cause::OtherSecret | Cause::PreviousSecret => Some(Action::UseSecret { name }),
            Cause::SecretBlanks | Cause::SecretQuotes => Some(Action::CleanSecret { name }),
            _ => None,
        }
    }

    fn unknown(&self, tries: u32) -> Diagnosis {
        let is_public = self.way.algorithm.get().is_some_and(Algorithm::is_asymmetric);
        let is_key = |secret: &Secret| PublicKey::read(secret.expose(), None).is_ok();
        let readable = if is_public {
            self.secrets.iter().any(is_key)
        } else {
            !judge::keys(self.way, self.secrets).is_empty()
        };
        let has_secret = self.secrets.iter().any(|secret| !crate::key::is_blank(secret));
        if has_secret && !readable {
            return self.said(Cause::UnreadableKey);
        }
        if !has_secret && self.side == Side::Message {
            return self.said(Cause::NoSecret);
        }
        let mut diagnosis = self.said(Cause::Unknown);
        if self.side == Side::Receiver {
            diagnosis.message = "None of the usual mistakes gives this value.".to_owned();
        } else if self.report.verdict == Verdict::Invalid && tries > 0 {
            diagnosis.message =
                "Nothing that was tried fits: the secret is another, or the bytes were changed in a way that was not tried."
                    .to_owned();
        }
        diagnosis
    }

    /// What cannot be proved.
    fn hints(&self) -> Vec<Hint> {
        let mut hints = Vec::new();
        let mut hint = |cause, text: String| hints.push(Hint { cause, text });
        let body = self.message.body;
        if crate::read::form::position(body, &[0xEF, 0xBF, 0xBD]).is_some() {
            hint(Cause::BodyDestroyed, "The body holds U+FFFD: bytes were replaced before it came here, and what they were cannot be known.".to_owned());
        }
        let announced = self
            .message
            .header("content-length")
            .and_then(|text| std::str::from_utf8(text).ok()?.parse::<usize>().ok());
        if let Some(announced) = announced.filter(|announced| *announced != body.len()) {
            hint(
                Cause::BodyIncomplete,
                format!("{announced} bytes were announced and {} are here.", body.len()),
            );
        }
        for secret in self.secrets {
            if let Some(kind) = key::looks_like(secret.expose()) {
                hint(
                    Cause::WrongKindOfSecret,
                    format!(
                        "`{}` looks like {kind}, not like a webhook secret.",
                        secret.name()
                    ),
                );
            }
        }
        let rewriters = ["cf-ray", "via", "x-amz-cf-id", "x-akamai-transformed"];
        if let Some(name) = rewriters
            .into_iter()
            .find(|name| self.message.header(name).is_some())
        {
            hint(
                Cause::ChangedOnTheWay,
                format!(
                    "`{name}` shows that something on the way handled this request; compare the body with the sender's delivery log."
                ),
            );
        }
        hints
    }
}

/// How much of two bodies is shown beside each other, and how much of that before they part.
const WINDOW: usize = 1024;
const BEFORE: usize = 160;

fn difference(ours: &[u8], signed: &[u8]) -> Difference {
    let at = ours
        .iter()
        .zip(signed)
        .position(|(ours, signed)| ours != signed)
        .unwrap_or(ours.len().min(signed.len()));
    let excerpt = |bytes: &[u8]| {
        let end = bytes.len().min(at + 24);
        String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default()).into_owned()
    };
    let window_at = at.saturating_sub(BEFORE);
    let window = |bytes: &[u8]| {
        let end = bytes.len().min(window_at + WINDOW);
        bytes.get(window_at..end).unwrap_or_default().to_vec()
    };
    Difference {
        window_at,
        our_window: window(ours),
        signed_window: window(signed),
        at,
        ours: excerpt(ours),
        signed: excerpt(signed),
        our_length: ours.len(),
        signed_length: signed.len(),
    }
}
