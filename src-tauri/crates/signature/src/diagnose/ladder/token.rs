//! The rungs for secrets that are sent themselves, for tokens, and for facts that do not hold.

use super::{Answer, Ladder, Shown};
use crate::diagnose::cause::Cause;
use crate::diagnose::search::{Search, TrialKey};
use crate::diagnose::{Diagnosis, body, key, near};
use crate::digest;
use crate::encoding;
use crate::examine;
use crate::jwt::{Signed, Token};
use crate::report::Span;
use crate::scheme::Algorithm;
use crate::secret::Secret;
use crate::template::Source;
use crate::view::{Scene, View};

impl Ladder<'_> {
    /// A secret that is sent itself. No digest is shown: the value is the secret.
    pub(super) fn token_rungs(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let sent = self.sent()?;
        let sent = match self.way.algorithm.get() {
            Some(Algorithm::Basic) => encoding::base64_any(&sent)?,
            _ => sent,
        };
        self.token_values(search, &sent)
    }

    /// Which secret, in which form, is this value.
    pub(super) fn token_values(&mut self, search: &mut Search<'_>, sent: &[u8]) -> Option<Answer> {
        let before = search.tries;
        let title = self.way.algorithm.get().map_or("", Algorithm::title);
        let said = |cause, change: String, secret: &Secret| {
            let shown = Shown {
                algorithm: title.to_owned(),
                ..Shown::default()
            };
            Answer::shown(cause, change, Some(secret.name().to_owned()), shown)
        };
        for (cause, secrets) in self.stored() {
            for secret in secrets {
                if search.may_try(0) && secret.expose().as_bytes() == sent {
                    return Some(said(cause, format!("`{}` was sent", secret.name()), secret));
                }
            }
        }
        for secret in self.secrets {
            let forms = key::keys(self.way, secret);
            // Case comes first: a secret in lower case is a matter of case, not of encoding.
            if secret.expose().as_bytes().eq_ignore_ascii_case(sent) {
                return Some(said(
                    Cause::LetterCase,
                    "the same but for upper and lower case".to_owned(),
                    secret,
                ));
            }
            for form in forms {
                if search.may_try(0) && form.value == sent && !form.value.is_empty() {
                    let mut answer = said(form.cause, form.change, secret);
                    if matches!(self.way.algorithm.get(), Some(Algorithm::Token)) {
                        let trial = TrialKey::of(secret, form.value);
                        answer = answer.offering(self.secret_action(form.cause, &trial));
                    }
                    return Some(answer);
                }
            }
        }
        let text = std::str::from_utf8(sent).ok()?;
        for secret in self.secrets.iter().filter(|secret| secret.expose().len() <= 256) {
            let slips = near::secrets(secret.expose(), near::Reach::Every);
            if let Some((change, _)) = slips.into_iter().find(|(_, slip)| slip == text) {
                return Some(said(Cause::SecretMiscopied, change, secret));
            }
        }
        self.exclude("other stored secrets and forms of the secret", search, before);
        None
    }

    /// The first signature's text, as sent.
    fn sent(&self) -> Option<Vec<u8>> {
        let scene = Scene::new(self.way, self.message);
        let unit = examine::nth_unit(&scene, self.secrets, self.unit)?;
        let (place, _, span): (usize, usize, Span) = unit.signatures().next()?;
        Some(unit.places.get(place)?.part(span).into_owned())
    }

    pub(super) fn jwt_rungs(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let token = Token::parse(&self.sent()?)?;
        if !self.way.jwt_algorithms.contains(&token.algorithm()) {
            return None;
        }
        let before = search.tries;
        let signs = |bytes: &[u8], pasted: &str| token.is_signed_by(bytes, pasted, None) == Signed::Yes;
        let title = self.way.algorithm.get().map_or("", Algorithm::title);
        let said = |cause, change: String, secret: &Secret| {
            let shown = Shown {
                algorithm: title.to_owned(),
                ..Shown::default()
            };
            Answer::shown(cause, change, Some(secret.name().to_owned()), shown)
        };
        for (cause, secrets) in self.stored() {
            for secret in secrets {
                if search.may_try(token.signed.len()) && signs(secret.expose().as_bytes(), secret.expose()) {
                    return Some(said(cause, format!("signed with `{}`", secret.name()), secret));
                }
            }
        }
        for secret in self.secrets {
            for form in key::keys(self.way, secret) {
                if search.may_try(token.signed.len()) && signs(&form.value, "") {
                    return Some(said(form.cause, form.change, secret));
                }
            }
        }
        self.exclude("other stored secrets and forms of the secret", search, before);
        None
    }

    /// The signature is right and something beside it is not.
    pub(super) fn requirement(&mut self) -> Diagnosis {
        let wanted: Vec<_> = self
            .way
            .require
            .iter()
            .filter(|required| required.body_digest.is_some())
            .collect();
        for required in wanted {
            let (Some(hash), Some(value)) = (required.body_digest, self.value_of(&required.from)) else {
                continue;
            };
            let mut bodies = body::quick(self.message, self.context.decoded_body.as_deref());
            bodies.extend(body::reserialised(self.message.body, self.budget.should_stop));
            let mut search = Search::new(Vec::new(), self.unit, self.budget);
            for form in &bodies {
                if !search.may_try(form.value.len()) {
                    break;
                }
                let made = digest::of(hash, &form.value);
                let digest = encoding::encode(&made, required.encoding);
                if digest.as_bytes() == value.as_bytes() {
                    let secret = self.report.key.as_ref().map(|key| key.name.clone());
                    let shown = Shown {
                        algorithm: hash.title().to_owned(),
                        template: "{body}".to_owned(),
                        computed_hex: Some(made.hex()),
                        received_hex: Some(made.hex()),
                    };
                    let mut answer = Answer::shown(form.cause, form.change.clone(), secret, shown);
                    answer.body = Some(form.value.clone());
                    return self.finish(Some(answer), &search);
                }
            }
        }
        self.said(Cause::Requirement)
    }

    fn value_of(&self, source: &Source) -> Option<String> {
        if let Source::Claim(name) = source {
            return Token::parse(&self.sent()?)?.claim(name);
        }
        let scene = Scene::new(self.way, self.message);
        View::of(&scene)
            .get(source)
            .map(|value| String::from_utf8_lossy(&value).into_owned())
    }
}
