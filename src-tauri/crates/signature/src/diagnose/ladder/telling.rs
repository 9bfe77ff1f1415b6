//! What a rung found, told: the sentence, the proof, what can be done, and what cannot be proved.

use super::{Answer, Ladder};
use crate::asymmetric::PublicKey;
use crate::diagnose::cause::Cause;
use crate::diagnose::search::Search;
use crate::diagnose::words::{self, Side};
use crate::diagnose::{Action, Diagnosis, Difference, Hint, Proof, Remedy, clock, key};
use crate::judge::{self, Reason};
use crate::message::Message;
use crate::read::form;
use crate::report::Age;
use crate::scheme::{Algorithm, Encoding};
use crate::secret::Secret;
use crate::shortened;
use crate::verdict::Verdict;
use crate::verify::verify;
use crate::view::Scene;

impl Ladder<'_> {
    /// What the report already says.
    pub(super) fn said(&self, cause: Cause) -> Diagnosis {
        let text = words::remedy(cause, self.side).to_owned();
        Diagnosis {
            verdict: self.report.verdict,
            cause,
            message: self.report.sentence.clone(),
            proof: None,
            remedy: (cause != Cause::NothingWrong).then_some(Remedy {
                text,
                actions: Vec::new(),
            }),
            hints: Vec::new(),
            excluded: self.excluded.clone(),
            tries: 0,
            is_cut_short: false,
        }
    }

    pub(super) fn finish(&mut self, answer: Option<Answer>, search: &Search<'_>) -> Diagnosis {
        let mut diagnosis = match answer {
            Some(answer) => self.proved(answer, search),
            None => self.unknown(search.tries),
        };
        diagnosis.hints = self.hints();
        if diagnosis.proof.is_none() {
            diagnosis.hints.extend(self.guesses());
        }
        diagnosis.excluded.clone_from(&self.excluded);
        diagnosis.tries = search.tries;
        diagnosis.is_cut_short = search.is_spent && diagnosis.proof.is_none();
        diagnosis
    }

    fn proved(&self, answer: Answer, search: &Search<'_>) -> Diagnosis {
        let mut diagnosis = self.said(answer.cause);
        let secret = answer.secret.clone().unwrap_or_default();
        if answer.cause == Cause::Comparison {
            diagnosis = self.right_value(diagnosis);
        } else if let Some(id) = self.id_of_other(answer.cause, &secret) {
            diagnosis.message = format!("It was made with `{secret}`, and the sender names the key `{id}`.");
            if let Some(remedy) = &mut diagnosis.remedy {
                remedy.text = format!(
                    "Call the secret that the sender uses `{id}`, or let the sender name the key that it signs with."
                );
            }
        } else {
            let side = if matches!(answer.cause, Cause::Encoding | Cause::LetterCase) {
                Side::Message
            } else {
                self.side
            };
            diagnosis.message = words::message(answer.cause, side, &answer.changes, &secret);
        }
        if let (Some(remedy), Side::Message) = (&mut diagnosis.remedy, self.side) {
            let mut actions = answer.actions;
            let more = self.action(answer.cause, &secret);
            if let Some(more) = more
                && !actions.contains(&more)
            {
                actions.push(more);
            }
            self.afterwards(&mut actions);
            remedy.actions = actions;
        }
        let documented_hex = self
            .report
            .digests
            .as_ref()
            .and_then(|digests| digests.expected_hex.clone());
        let difference = answer
            .body
            .as_deref()
            .map(|body| difference(self.message.body, body));
        diagnosis.proof = match (answer.hit, answer.shown) {
            (Some(hit), _) => Some(Proof {
                changes: answer.changes,
                algorithm: hit.way.title(),
                template: hit.template,
                secret,
                computed_hex: hit.computed.as_ref().map(hex::encode),
                received_hex: hit
                    .target
                    .and_then(|target| search.targets.get(target))
                    .map(|target| hex::encode(&target.bytes)),
                documented_hex,
                difference,
            }),
            (None, Some(shown)) => Some(Proof {
                changes: answer.changes,
                algorithm: shown.algorithm,
                template: shown.template,
                secret,
                computed_hex: shown.computed_hex,
                received_hex: shown.received_hex,
                documented_hex: None,
                difference,
            }),
            (None, None) => None,
        };
        diagnosis
    }

    /// The id by which the sender names another key than this secret of the endpoint's own, which it signed with.
    fn id_of_other(&self, cause: Cause, secret: &str) -> Option<String> {
        let is_own = self.passed_over.iter().any(|own| own.name() == secret);
        (cause == Cause::OtherSecret && self.side == Side::Message && is_own)
            .then(|| judge::key_id(&Scene::new(self.way, self.message)))
            .flatten()
    }

    /// What else is in the way once these are done: a request that is right and too old.
    fn afterwards(&self, actions: &mut Vec<Action>) {
        let mut scheme = self.scheme;
        let mut secrets = self.secrets.to_vec();
        let mut url = self.message.url;
        for action in actions.iter() {
            match action {
                Action::UseScheme { scheme: other } => scheme = other,
                Action::SetUrl { url: other } => url = Some(other),
                Action::UseSecret { name } => {
                    let stored = self
                        .context
                        .previous_secrets
                        .iter()
                        .chain(&self.context.other_secrets);
                    secrets.extend(stored.filter(|secret| secret.name() == name).cloned());
                }
                Action::CleanSecret { .. } | Action::SetTolerance { .. } => {}
            }
        }
        if actions.is_empty() {
            return;
        }
        let message = Message { url, ..*self.message };
        let report = verify(scheme, &message, &secrets);
        if report.verdict == Verdict::Expired {
            let more = report.age.as_ref().and_then(tolerance);
            actions.extend(more);
        }
    }

    pub(super) fn action(&self, cause: Cause, secret: &str) -> Option<Action> {
        let name = secret.to_owned();
        match cause {
            // One of this endpoint's own that the sender names otherwise cannot be given to it once more.
            Cause::OtherSecret if self.passed_over.iter().any(|own| own.name() == secret) => None,
            Cause::OtherSecret | Cause::PreviousSecret => Some(Action::UseSecret { name }),
            Cause::SecretBlanks | Cause::SecretQuotes | Cause::SecretEscaped => {
                Some(Action::CleanSecret { name })
            }
            _ => None,
        }
    }

    fn unknown(&self, tries: u32) -> Diagnosis {
        let is_public = self.way.algorithm.get().is_some_and(|algorithm| {
            let is_shared = |name: &String| name.starts_with("HS");
            algorithm.is_asymmetric()
                || algorithm == Algorithm::Jwt && !self.way.jwt_algorithms.iter().any(is_shared)
        });
        let is_key = |secret: &Secret| PublicKey::read(secret.expose()).is_ok();
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
        // The key itself says that it is not the token's: nothing else has to be looked for.
        if self.side == Side::Message && matches!(self.reason, Reason::Unfit { .. }) {
            return self.said(Cause::Requirement);
        }
        if self.side == Side::Message
            && let Some(question) = self
                .context
                .question
                .as_ref()
                .filter(|question| question.is_wrong_on_purpose)
        {
            let mut diagnosis = self.said(Cause::Deliberate);
            diagnosis.message = format!(
                "This is `{}`, and nothing that was tried fits: {}.",
                question.name, question.why
            );
            return diagnosis;
        }
        if let Some(message) = self.no_signature().filter(|_| self.side == Side::Message) {
            let mut diagnosis = self.said(Cause::NotASignature);
            diagnosis.message = message;
            return diagnosis;
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

    /// Why what stands where the signature belongs cannot be one at all.
    fn no_signature(&self) -> Option<String> {
        let Some(candidate) = self.report.candidates.first() else {
            return matches!(self.report.verdict, Verdict::Invalid | Verdict::Malformed)
                .then(|| self.report.sentence.clone());
        };
        let algorithm = self.way.algorithm.get()?;
        let hash = algorithm.hmac_hash().or(algorithm.plain_hash())?;
        let encoding = self.way.encoding.get()?;
        let (length, written) = match encoding {
            Encoding::Hex | Encoding::HexUpper | Encoding::HexAny => (hash.length() * 2, "hex"),
            Encoding::Base64 => (hash.length().div_ceil(3) * 4, "base64"),
            Encoding::Base64url => ((hash.length() * 8).div_ceil(6), "URL-safe base64"),
            Encoding::Plain => return None,
        };
        let is_one = |text: &str| text.len() == length;
        (!self
            .report
            .candidates
            .iter()
            .any(|candidate| is_one(&candidate.text)))
        .then(|| {
            format!(
                "`{}` is no {} in {written}: that has {length} characters, this has {}.",
                shortened(&candidate.text, 60),
                algorithm.title(),
                candidate.text.chars().count(),
            )
        })
    }

    /// What is worth a look only where nothing is proved.
    fn guesses(&self) -> Vec<Hint> {
        let ids = self.secrets.iter().filter(|secret| key::is_uuid(secret.expose()));
        let ids = ids.map(|secret| Hint {
            cause: Cause::WrongKindOfSecret,
            text: format!(
                "`{}` has the form of a UUID: ids are often written so, webhook secrets seldom.",
                secret.name()
            ),
        });
        ids.chain(self.context.hints.iter().cloned()).collect()
    }

    /// What cannot be proved.
    pub(super) fn hints(&self) -> Vec<Hint> {
        let mut hints = Vec::new();
        let mut hint = |cause, text: String| hints.push(Hint { cause, text });
        let body = self.message.body;
        if form::position(body, &[0xEF, 0xBF, 0xBD]).is_some() {
            hint(Cause::BodyDestroyed, "The body holds U+FFFD: bytes were replaced before it came here, and what they were cannot be known.".to_owned());
        }
        if let Some(seconds) = clock::offset(self.message).filter(|_| self.way.timestamp.is_some()) {
            let (cause, side) = if seconds > 0 {
                (Cause::FromTheFuture, "ahead of")
            } else {
                (Cause::Expired, "behind")
            };
            hint(
                cause,
                format!(
                    "By the request's own `Date` the sender's clock is {} s {side} the time of receipt.",
                    seconds.unsigned_abs()
                ),
            );
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
        if ends_too_early(body) {
            hint(
                Cause::BodyIncomplete,
                "The body ends in the middle of its JSON: its end did not come.".to_owned(),
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

/// The tolerance that takes a message of this age.
pub(super) fn tolerance(age: &Age) -> Option<Action> {
    let micros = age.age_micros?;
    let seconds = u32::try_from(micros.unsigned_abs().div_ceil(1_000_000)).unwrap_or(u32::MAX);
    Some(if micros < 0 {
        Action::SetTolerance {
            past: age.past,
            future: Some(seconds),
        }
    } else {
        Action::SetTolerance {
            past: Some(seconds),
            future: age.future,
        }
    })
}

/// Whether a body begins as JSON and ends before that is closed.
fn ends_too_early(body: &[u8]) -> bool {
    if !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return false;
    }
    let end = serde_json::from_slice::<serde::de::IgnoredAny>(body).err();
    end.is_some_and(|error| error.is_eof())
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
