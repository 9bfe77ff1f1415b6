//! Which remedies a diagnosis has here: its actions, where what they need is there.
//!
//! Nothing is changed. A secret is cleaned only on trial, to see whether that would help.

use hookbench_signature::{Action, Diagnosis, Secret, Verdict};

use super::Remedy;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::Examination;
use crate::model::{Endpoint, RequestId, Tolerance, request_target};

impl Engine {
    /// What can be done with one button each about a diagnosis of this request. No two are of the same kind.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn remedies(&self, id: RequestId, diagnosis: &Diagnosis) -> Result<Vec<Remedy>, EngineError> {
        let actions = diagnosis.remedy.iter().flat_map(|remedy| &remedy.actions);
        let target = self.request(id).await?.summary.target;
        let mut remedies: Vec<Remedy> = Vec::new();
        for action in actions {
            if let Some(remedy) = self.remedy(id, &target, action.clone()).await?
                && !remedies.iter().any(|other| other.kind() == remedy.kind())
            {
                remedies.push(remedy);
            }
        }
        Ok(remedies)
    }

    async fn remedy(
        &self,
        id: RequestId,
        target: &str,
        action: Action,
    ) -> Result<Option<Remedy>, EngineError> {
        let judge = self.core.judge.load_full();
        Ok(match action {
            Action::UseSecret { name } => judge
                .secret_called(target, &name)
                .map(|secret| Remedy::UseSecret { secret, name }),
            Action::CleanSecret { name } => {
                let stored = judge.secret_called(target, &name);
                let value = stored.and_then(|secret| judge.value_of(secret)).cloned();
                match value {
                    Some(value) if self.cleaned(id, &value).await?.is_some() => {
                        Some(Remedy::CleanSecret { name })
                    }
                    _ => None,
                }
            }
            Action::UseScheme { scheme } => Some(Remedy::UseScheme { scheme }),
            Action::SetUrl { url } => {
                let path = judge.endpoint_of(target).map(|endpoint| endpoint.path.clone());
                let path = path.unwrap_or_else(|| request_target::path(target).to_owned());
                Endpoint::public_url_for(&path, target, &url).map(|url| Remedy::SetUrl { url })
            }
            Action::SetTolerance { past, future } => Some(Remedy::SetTolerance(Tolerance { past, future })),
        })
    }

    /// The secret without what was pasted along with it, if the request's signature holds with that.
    pub(super) async fn cleaned(
        &self,
        id: RequestId,
        secret: &Secret,
    ) -> Result<Option<String>, EngineError> {
        let mut texts = clean(secret.expose());
        if texts.is_empty() {
            // Without a secret of its own, the examination would be one of those that are stored.
            return Ok(None);
        }
        let secrets = texts.iter().map(|text| Secret::new(secret.name(), text.as_str()));
        let wanted = Examination {
            secrets: secrets.collect(),
            ..Examination::default()
        };
        let report = self.verify(id, wanted).await?;
        let holds = matches!(report.verdict, Verdict::Valid | Verdict::Expired);
        let fitting = report
            .key
            .map(|key| key.index)
            .filter(|index| holds && *index < texts.len());
        Ok(fitting.map(|index| texts.swap_remove(index)))
    }
}

/// What a secret may have been before it was copied with something around it.
fn clean(text: &str) -> Vec<String> {
    const UNSEEN: [char; 5] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{FEFF}', '\u{A0}'];
    let seen: String = text
        .chars()
        .filter(|character| !UNSEEN.contains(character))
        .collect();
    let trimmed = seen.trim();
    let bare = trimmed.trim_matches(['"', '\'', '`', '\u{201C}', '\u{201D}', '\u{2018}', '\u{2019}']);
    let unescaped = percent_decoded(trimmed);
    let bare_unescaped = percent_decoded(bare);
    let unended = bare.strip_suffix("\\n").unwrap_or(bare);
    let lines = bare.replace("\\n", "\n");
    let mut texts: Vec<String> = Vec::new();
    for cleaned in [
        text.trim(),
        trimmed,
        bare,
        bare.trim(),
        unended,
        unended.trim_end_matches("\\r"),
        unescaped.as_str(),
        bare_unescaped.as_str(),
        lines.as_str(),
    ] {
        if !cleaned.is_empty() && cleaned != text && !texts.iter().any(|other| other == cleaned) {
            texts.push(cleaned.to_owned());
        }
    }
    texts
}

/// A secret that was percent-encoded on its way, as itself.
fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_along_or_escaped_is_taken_away() {
        for (text, meant) in [
            (" s3cret\n", "s3cret"),
            ("\"s3cret\"", "s3cret"),
            ("s3cret\\n", "s3cret"),
            ("\"s3cret\\r\\n\"", "s3cret"),
            ("s3cr%2Bet%3D", "s3cr+et="),
            ("\u{200B}s3cret", "s3cret"),
            ("one\\ntwo", "one\ntwo"),
        ] {
            let texts = clean(text);
            assert!(
                texts.iter().any(|cleaned| cleaned == meant),
                "`{text}`: {texts:?}"
            );
        }
        assert_eq!(
            clean("s3cret"),
            Vec::<String>::new(),
            "a clean one stays as it is"
        );
    }
}
