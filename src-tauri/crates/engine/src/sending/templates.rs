//! Templates: what a person wrote once with variables in it, and sends again with other values.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::courier::Way;
use super::drafts::{LONGEST_DRAFT, check_length};
use super::renewing::{IdChoice, Origins, Renewal, SignatureChoice};
use super::variables::{Filling, MOST_NAMES, Values, filled, names_in, too_many_names};
use super::{Aim, Sending};
use crate::changes::Change;
use crate::delivery::{Cancel, Destination, Edit, credentials};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::model::{
    Attempt, Delivery, DeliveryKind, KeptTemplate, RawHead, RequestId, TemplateLine, Written,
};

/// The longest name of a template, in characters.
const LONGEST_NAME: usize = 60;

/// A template as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateState {
    /// What is kept; its body is there only where it has variables.
    pub kept: KeptTemplate,
    /// The length of the body.
    pub body_length: u64,
    /// The variables that the person gives values to, in the order in which they stand.
    pub variables: Vec<String>,
}

/// A template with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledTemplate {
    /// What it is now.
    pub written: Written,
    /// Variables that have no value.
    pub missing: Vec<String>,
    /// The variables that the person gives values to, with those they have now.
    pub values: Vec<(String, Option<String>)>,
    /// The request that it speaks of, if that is there.
    pub request: Option<RequestId>,
}

/// How a template is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filler {
    /// The id of the target or the URL it goes to: for each the values of the last time are kept.
    pub place: String,
    /// The request it is to speak of, in place of the one it was made from.
    pub request: Option<RequestId>,
    /// The values that the person gives; others are those of the last time.
    pub values: BTreeMap<String, String>,
}

/// What came of sending a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSent {
    /// It is kept as a delivery of the request that it was made from.
    Kept(Box<Delivery>),
    /// That request is gone, so that nothing is kept.
    Unkept {
        /// Where it went.
        url: String,
        /// The names of captured header lines that stayed here.
        withheld: Vec<String>,
        /// What came of it.
        attempt: Box<Attempt>,
    },
}

impl Engine {
    /// The templates, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn templates(&self) -> Result<Vec<TemplateState>, EngineError> {
        let lines = self.core.store.template_lines().await?;
        let state = |line: TemplateLine| TemplateState {
            variables: listed_names(&line.kept.written),
            kept: line.kept,
            body_length: line.body_length,
        };
        blocking(move || lines.into_iter().map(state).collect()).await
    }

    /// Keeps what was written beside a request under a name, in place of a template of the same name.
    ///
    /// # Errors
    /// When the name is empty or too long, there is no such request, it has too many variables, or the store cannot
    /// write.
    pub async fn save_template(
        &self,
        name: &str,
        request: RequestId,
        written: Written,
    ) -> Result<(), EngineError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(EngineError::bad_input(
                "a template needs a name",
                format!("choose one of {LONGEST_NAME} characters at the most"),
            ));
        }
        let origins = self.origins(request).await?;
        let body = match written.body {
            Some(body) => body,
            None => self.whole_body(request).await?,
        };
        let written = Written {
            body: Some(body),
            ..written
        };
        check_length(&written)?;
        let written = blocking(move || match names_in(&written).len() {
            0..=MOST_NAMES => Ok(written),
            _ => Err(too_many_names()),
        })
        .await??;
        let captured = self.known_credentials(request).await?;
        let template = KeptTemplate {
            name: name.to_owned(),
            captured: credentials::remembered(&captured, &written.headers),
            written,
            request,
            target: origins.target,
            provider: origins.provider,
            used: 0,
        };
        self.core.store.save_template(template).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Forgets a template.
    ///
    /// # Errors
    /// When there is none of this name or the store cannot write.
    pub async fn remove_template(&self, name: &str) -> Result<(), EngineError> {
        self.core.store.remove_template(name).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// A template with its variables filled in; nothing is counted and nothing goes.
    ///
    /// # Errors
    /// When there is none of this name, the request is not there, more would come out than can be sent, or the store
    /// cannot be read.
    pub async fn fill_template(&self, name: &str, filler: &Filler) -> Result<FilledTemplate, EngineError> {
        let template = self.template(name).await?;
        let filled = self.fill(&template, filler).await?.0;
        self.core.handed_out.add(template.captured);
        Ok(filled)
    }

    /// A template with its variables filled in, counted as a use; its values are kept for the next time.
    ///
    /// # Errors
    /// As [`Engine::fill_template`], and when a variable has no value.
    pub async fn use_template(&self, name: &str, filler: &Filler) -> Result<FilledTemplate, EngineError> {
        let template = self.template(name).await?;
        let filled = complete(self.fill(&template, filler).await?.0)?;
        self.used(&template.name, filler, &filled).await?;
        self.core.handed_out.add(template.captured);
        Ok(filled)
    }

    /// Sends a template: to its own URL, or elsewhere by what `to` says, with its own path and query.
    ///
    /// # Errors
    /// As [`Engine::use_template`] and [`Engine::replay`].
    pub async fn send_template(
        &self,
        name: &str,
        to: Option<Aim>,
        filler: Filler,
        sending: Sending,
    ) -> Result<TemplateSent, EngineError> {
        let template = self.template(name).await?;
        let filler = Filler {
            place: match &to {
                Some(aim) => place_of(aim),
                None => filler.place,
            },
            ..filler
        };
        let (filled, original) = self.fill(&template, &filler).await?;
        let filled = complete(filled)?;
        let written = &filled.written;
        let (way, url) = match to {
            None => (Way::to_url(&written.url)?, written.url.clone()),
            Some(aim) => {
                let way = self.way(&aim).await?;
                let own = Destination::parse(&written.url)?;
                let mut target = own.path().unwrap_or("/").to_owned();
                if let Some(query) = own.query() {
                    target.push('?');
                    target.push_str(query);
                }
                let target = way.route.target_of(&Bytes::from(target));
                let url = format!("{}{}", way.route.origin(), String::from_utf8_lossy(&target));
                (way, url)
            }
        };
        let edit = Edit {
            method: written.method.clone(),
            url,
            headers: pairs(&written.headers),
            body: written.body.clone().unwrap_or_default(),
        };
        let origins = match filled.request {
            Some(request) => self.origins(request).await?,
            None => Origins {
                target: template.target.clone(),
                provider: template.provider.clone(),
            },
        };
        let renewal = renewal(&written.signature, written.new_id)?;
        // A variable may have put in a credential of the request that it is filled in from.
        let mut captured = template.captured;
        captured.extend(original);
        let outgoing = self.without_captured(edit.plan()?, &captured, &way).await?;
        let outgoing = way.route.with_headers(outgoing);
        let outgoing = self.renewed(&origins, outgoing, &renewal).await?.outgoing;
        // Asked before it is counted: what is not agreed to is not sent.
        let marked = self.core.marked_where_far(outgoing).await;
        let farthest = self.core.permit(&marked, sending.live).await?;
        self.used(&template.name, &filler, &filled).await?;
        match filled.request {
            Some(request) => {
                let body = Some(marked.body.clone());
                let delivery = self
                    .send(request, DeliveryKind::Edited, marked, body, way, &sending)
                    .await?;
                Ok(TemplateSent::Kept(Box::new(delivery)))
            }
            None => {
                let client = self.core.courier.client(&way)?;
                let attempt = client.send_within(&marked, farthest, &Cancel::new()).await;
                Ok(TemplateSent::Unkept {
                    url: marked.url,
                    withheld: marked.withheld,
                    attempt: Box::new(attempt),
                })
            }
        }
    }

    async fn template(&self, name: &str) -> Result<KeptTemplate, EngineError> {
        let found = self.core.store.template(name.trim()).await?;
        found.ok_or_else(|| EngineError::NotFound {
            kind: "template",
            name: name.to_owned(),
        })
    }

    async fn used(&self, name: &str, filler: &Filler, filled: &FilledTemplate) -> Result<(), EngineError> {
        let values = filled
            .values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect();
        self.core.store.template_used(name, &filler.place, values).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// A template with its variables filled in, and the head of the request that they were taken from.
    async fn fill(
        &self,
        template: &KeptTemplate,
        filler: &Filler,
    ) -> Result<(FilledTemplate, Option<RawHead>), EngineError> {
        let original = match filler.request {
            Some(request) => Some((self.request(request).await?, self.whole_body(request).await?)),
            // The request that it was made from may be gone; only what is taken from it is missing then.
            None => match self.request(template.request).await {
                Ok(request) => {
                    let body = self.whole_body(template.request).await?;
                    Some((request, body))
                }
                Err(EngineError::NotFound { .. }) => None,
                Err(error) => return Err(error),
            },
        };
        let mut given = self
            .core
            .store
            .template_values(&template.name, &filler.place)
            .await?;
        given.extend(filler.values.clone());
        let (written, now, counter) = (template.written.clone(), self.core.clock.now(), template.used + 1);
        // It may look through megabytes.
        blocking(move || {
            let headers = original.as_ref().map(|(request, _)| request.head.headers());
            let values = Values {
                now,
                counter,
                original: headers
                    .as_deref()
                    .zip(original.as_ref())
                    .map(|(headers, (_, body))| (headers, &body[..])),
                given: &given,
            };
            let mut filling = Filling::default();
            let filled = filled(&written, &values, &mut filling, LONGEST_DRAFT)?;
            let filled = FilledTemplate {
                written: filled,
                missing: filling.missing,
                values: listed_names(&written)
                    .into_iter()
                    .map(|name| {
                        let value = given.get(&name).cloned();
                        (name, value)
                    })
                    .collect(),
                request: original.as_ref().map(|(request, _)| request.summary.id),
            };
            Ok((filled, original.map(|(request, _)| request.head)))
        })
        .await?
    }
}

/// The names that a person is asked for, as many as there may be.
fn listed_names(written: &Written) -> Vec<String> {
    let mut names = names_in(written);
    names.truncate(MOST_NAMES);
    names
}

/// The choice that a kept word stands for.
///
/// # Errors
/// When it stands for nothing any more.
pub(crate) fn renewal(signature: &str, new_id: bool) -> Result<Renewal, EngineError> {
    let unknown = || {
        EngineError::bad_input(
            format!(
                "`{}` is nothing that can be done about a signature",
                signature.escape_debug()
            ),
            "choose anew how it is signed",
        )
    };
    Ok(Renewal {
        signature: SignatureChoice::from_word(signature, None).ok_or_else(unknown)?,
        id: if new_id { IdChoice::New } else { IdChoice::Kept },
    })
}

fn complete(filled: FilledTemplate) -> Result<FilledTemplate, EngineError> {
    match filled.missing.as_slice() {
        [] => Ok(filled),
        missing => {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            Err(EngineError::bad_input(
                format!("these variables have no value: {}", names.join(", ")),
                "give each a value, e.g. `--var name=value`",
            ))
        }
    }
}

fn place_of(aim: &Aim) -> String {
    match aim {
        Aim::Url(url) => url.clone(),
        Aim::Target(id) => id.to_string(),
    }
}

fn pairs(headers: &[(String, String)]) -> Vec<(String, Vec<u8>)> {
    headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
        .collect()
}
