//! From a value that somebody's code computed to the mistake that gives it.

use super::{Answer, Ladder, Shown};
use crate::diagnose::cause::Cause;
use crate::diagnose::search::{Hit, Search, TrialKey, Way};
use crate::diagnose::{Diagnosis, Hint, complaint};
use crate::diagnose::{target, words::Side};
use crate::digest;
use crate::scheme::{Algorithm, Hash};
use crate::verdict::Verdict;

impl Ladder<'_> {
    /// Which mistake gives this value.
    pub(in crate::diagnose) fn climb_for(mut self, computed: &str) -> Diagnosis {
        let computed = computed.trim();
        self.side = Side::Receiver;
        self.computed = Some(computed.to_owned());
        let mut search = Search::new(target::targets(computed), self.unit, self.budget);
        let algorithm = self.way.algorithm.get();
        if matches!(algorithm, Some(Algorithm::Token | Algorithm::Basic)) {
            return self.token_for(&mut search, computed);
        }
        let answer = if search.targets.is_empty() {
            self.near_values(&mut search)
        } else {
            self.digest_rungs(&mut search)
        };
        if answer.is_none() && search.targets.is_empty() {
            return self.no_value(computed);
        }
        self.finish(answer, &search)
    }

    /// A text that is no digest: an error of a library, or nothing that is known.
    fn no_value(&self, computed: &str) -> Diagnosis {
        let mut diagnosis = self.said(Cause::Unknown);
        match complaint::about(computed) {
            Some((cause, meaning)) => {
                diagnosis.message =
                    "This is an error text and no value; what it usually means is not proved.".to_owned();
                diagnosis.hints.push(Hint {
                    cause,
                    text: meaning.to_owned(),
                });
            }
            None => diagnosis.message = "The value is no digest in hex or base64.".to_owned(),
        }
        diagnosis
    }

    /// Where the secret itself is sent there is nothing to compute, only to compare.
    fn token_for(&mut self, search: &mut Search<'_>, computed: &str) -> Diagnosis {
        let value = self
            .prefix()
            .and_then(|prefix| computed.strip_prefix(prefix))
            .unwrap_or(computed);
        let is_ours = self
            .own_keys()
            .iter()
            .any(|key| key.bytes == value.as_bytes() || key.bytes == computed.as_bytes());
        if is_ours {
            return self.right_value(self.said(Cause::Comparison));
        }
        let answer = self
            .token_values(search, value.as_bytes())
            .or_else(|| self.digest_of_body(search));
        if answer.is_none() && complaint::about(computed).is_some() {
            return self.no_value(computed);
        }
        let is_found = answer.is_some();
        let mut diagnosis = self.finish(answer, search);
        if !is_found {
            diagnosis.message =
                "This sender sends the secret itself: there is nothing to compute, only the two texts to compare."
                    .to_owned();
        }
        diagnosis
    }

    /// Somebody's code has the right value. What is wrong depends on what the request carries.
    pub(super) fn right_value(&self, mut diagnosis: Diagnosis) -> Diagnosis {
        let is_sent = self.report.candidates.iter().any(|candidate| candidate.matched);
        let is_secret = matches!(
            self.way.algorithm.get(),
            Some(Algorithm::Token | Algorithm::Basic)
        );
        let has = if is_secret {
            "Your code has the secret that is set here"
        } else {
            "Your code computed what the secret that is set here gives"
        };
        if is_sent {
            diagnosis.message =
                "The value is right: it is what the sender sent. The fault is in how it is compared."
                    .to_owned();
        } else if self.report.verdict == Verdict::Missing {
            diagnosis = self.said(Cause::Missing);
            diagnosis.message = format!("{has}; the request carries none. {}", self.report.sentence);
        } else {
            diagnosis.message = format!("{has}; the request carries another.");
        }
        diagnosis
    }

    /// A digest of the body, where the sender sends the secret itself.
    fn digest_of_body(&self, search: &mut Search<'_>) -> Option<Answer> {
        let hashes = target::hashes(&search.targets);
        for key in self.own_keys() {
            for hash in &hashes {
                if !search.may_try(self.message.body.len()) {
                    return None;
                }
                let made = digest::hmac(*hash, &key.bytes, std::iter::once(self.message.body));
                if search
                    .targets
                    .iter()
                    .any(|target| target.bytes == made.as_bytes())
                {
                    let title = Algorithm::hmac(*hash).title();
                    let change = format!("the {title} of the body, where the secret itself is sent");
                    let shown = Shown {
                        algorithm: title.to_owned(),
                        template: "{body}".to_owned(),
                        computed_hex: Some(made.hex()),
                        received_hex: None,
                    };
                    return Some(Answer::shown(Cause::WrongContent, change, Some(key.name), shown));
                }
            }
        }
        None
    }

    /// The secret computed over with the content as the key.
    pub(super) fn swapped(&self, search: &mut Search<'_>, way: Way, own: &[TrialKey]) -> Option<Answer> {
        let Way::Hmac(hash) = way else { return None };
        for key in own {
            let made = search.contents(self.way, self.message, key);
            let mut contents: Vec<&[u8]> = Vec::new();
            for content in made
                .iter()
                .map(|made| made.bytes.as_slice())
                .chain([self.message.body])
            {
                if !contents.contains(&content) {
                    contents.push(content);
                }
            }
            let decoded = key.bytes.as_slice();
            let pasted = Some(key.pasted.as_bytes()).filter(|pasted| *pasted != decoded);
            for content in contents {
                for secret in [Some(decoded), pasted].into_iter().flatten() {
                    if !search.may_try(content.len()) {
                        return None;
                    }
                    if let Some(hit) = swap(search, hash, content, secret, &key.name) {
                        let change = "the secret signed with the content as the key: the two stand in each other's place";
                        return Some(Answer::of(Cause::WrongContent, change, hit));
                    }
                }
            }
        }
        None
    }
}

fn swap(search: &Search<'_>, hash: Hash, content: &[u8], secret: &[u8], name: &str) -> Option<Hit> {
    let made = digest::hmac(hash, content, std::iter::once(secret));
    let target = search
        .targets
        .iter()
        .position(|target| target.bytes == made.as_bytes())?;
    Some(Hit {
        target: Some(target),
        computed: Some(made.as_bytes().to_vec()),
        template: "{secret}".to_owned(),
        way: Way::Hmac(hash),
        key: name.to_owned(),
        content: Vec::new(),
    })
}
