//! Schemes that are being made: the file that a new one begins with, and the form over it.
//!
//! A draft is a file's text and nothing else; nothing is kept here, and what is wrong with one is an answer and no
//! failure, since it is asked while somebody types.

use hookbench_signature::{Discovered, Scheme, Source, likely};

use super::{path, refuse_taken};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::RequestId;
use crate::provider::{
    BLANK, Catalogue, CatalogueError, Condition, DetectRule, Facts, FormFault, Place, Provider, Rank,
    SchemeForm, Template, UnpackedBody,
};

/// What is wrong with a draft, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeFault {
    /// The field of the form.
    pub field: Option<&'static str>,
    /// The line of the file, from 1.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub hint: Option<String>,
}

/// A draft that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeReading {
    /// The file; what was given where it is not right.
    pub toml: String,
    /// The form, filled with what the file says; `None` where the file cannot be read.
    pub form: Option<SchemeForm>,
    /// What is wrong.
    pub fault: Option<SchemeFault>,
}

impl SchemeFault {
    fn of_file(error: CatalogueError) -> Self {
        let (line, column, message) = match error {
            CatalogueError::Unreadable {
                line, column, reason, ..
            } => (Some(line), Some(column), reason),
            CatalogueError::Wrong { reason, .. } => (None, None, reason),
        };
        Self {
            field: None,
            line,
            column,
            message,
            hint: None,
        }
    }

    fn of_form(fault: &FormFault) -> Self {
        Self {
            field: Some(fault.field.key),
            line: None,
            column: None,
            message: format!("{}: {}", fault.field.title, fault.reason),
            hint: Some(fault.hint.to_owned()),
        }
    }
}

impl Engine {
    /// A file as a form; what is wrong with it is in the answer.
    ///
    /// # Errors
    /// When the providers that come with the program cannot be read.
    pub fn read_scheme(&self, toml: &str) -> Result<SchemeReading, EngineError> {
        let embedded = Catalogue::embedded()?;
        let read = Provider::read("the scheme", toml);
        let form = read.as_ref().ok().map(SchemeForm::of);
        let fault = read.and_then(|provider| refuse_taken(&embedded, provider)).err();
        Ok(SchemeReading {
            toml: toml.to_owned(),
            form,
            fault: fault.map(SchemeFault::of_file),
        })
    }

    /// The file that says what the form does, and everything else that the given file says. A file that says the same
    /// stays as it was written; where a field is not right, the file stays as it was.
    ///
    /// # Errors
    /// When the given file is not right.
    pub fn write_scheme(&self, toml: &str, form: &SchemeForm) -> Result<SchemeReading, EngineError> {
        let embedded = Catalogue::embedded()?;
        let before = Provider::read("the scheme", toml)?;
        let wrong = |fault| SchemeReading {
            toml: toml.to_owned(),
            form: Some(form.clone()),
            fault: Some(fault),
        };
        let after = match form.fill(before.clone()) {
            Ok(after) => after,
            Err(fault) => return Ok(wrong(SchemeFault::of_form(&fault))),
        };
        let written = if after == before {
            toml.to_owned()
        } else {
            after.to_toml()?
        };
        Ok(
            match Provider::read("the scheme", &written)
                .and_then(|provider| refuse_taken(&embedded, provider))
            {
                Ok(_) => SchemeReading {
                    toml: written,
                    form: Some(form.clone()),
                    fault: None,
                },
                // The id is the one thing that a form can say and a file may not.
                Err(error) => wrong(SchemeFault {
                    field: Some("id"),
                    ..SchemeFault::of_file(error)
                }),
            },
        )
    }

    /// The file of a scheme that nothing is known of yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn blank_scheme(&self) -> Result<String, EngineError> {
        let mut provider = Provider::read("blank", BLANK)?;
        provider.id = self.free_scheme_id("my-sender").await?;
        Ok(provider.to_toml()?)
    }

    /// The file that describing the sender of a request begins with: what the request looks like, to be corrected.
    ///
    /// # Errors
    /// When there is no such request, or the store cannot be read.
    pub async fn scheme_like(&self, id: RequestId) -> Result<String, EngineError> {
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        let mut provider = self.named_after(&request.summary.target).await?;
        let line = request.head.request_line();
        let method = String::from_utf8_lossy(&line.method);
        let target = String::from_utf8_lossy(&line.target);
        let headers = request.head.headers();
        let unpacked = UnpackedBody::default();
        let facts = Facts::new(&method, &target, &headers, &body).unpacking_into(&unpacked);
        if let Some(scheme) = likely(&facts.message(None, None)) {
            provider.detect = detection(&scheme);
            provider.scheme = Some(scheme);
        }
        let names: Vec<String> = headers
            .iter()
            .filter_map(|header| String::from_utf8(header.name.to_vec()).ok())
            .collect();
        provider.event.from = template(
            &facts,
            &names,
            &["event", "topic"],
            &["type", "event", "event_type", "eventType", "topic", "action"],
        );
        provider.delivery_id.from = template(
            &facts,
            &names,
            &["delivery", "event-id", "message-id", "webhook-id", "idempotency"],
            &["id", "event_id", "eventId", "delivery_id", "uuid"],
        );
        Ok(provider.to_toml()?)
    }

    /// The places of a request that a scheme can name, headers first: `header:X-Signature`, `json:data.id`.
    ///
    /// # Errors
    /// When there is no such request, or the store cannot be read.
    pub async fn places_of(&self, id: RequestId) -> Result<Vec<String>, EngineError> {
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        Ok(super::places::of(&request, &body))
    }

    /// A copy of a provider's file under an id that is free, to make a scheme of one's own of. It recognises nothing by
    /// itself, or it would compete with the one it comes from; what is left to the person there has a value here.
    ///
    /// # Errors
    /// When there is no such provider, or the store cannot be read.
    pub async fn copy_of_provider(&self, id: &str) -> Result<String, EngineError> {
        let catalogue = self.catalogue();
        let provider = catalogue.get(id).ok_or_else(|| EngineError::NotFound {
            kind: "provider",
            name: id.to_owned(),
        })?;
        let mut copy = Provider {
            id: self.free_scheme_id(&provider.id).await?,
            name: format!("{}, my copy", provider.name),
            aliases: Vec::new(),
            detect: Vec::new(),
            sample: Vec::new(),
            ..provider.clone()
        };
        if let Some(scheme) = copy.scheme.as_mut().filter(|scheme| scheme.needs_parameters()) {
            let values = scheme
                .parameters
                .iter()
                .filter(|(_, parameter)| parameter.default.is_none());
            let values = values
                .map(|(name, _)| {
                    let stand_in = if name.contains("header") {
                        "X-Signature"
                    } else {
                        name.as_str()
                    };
                    (name.clone(), stand_in.to_owned())
                })
                .collect();
            if let Ok(resolved) = scheme.resolve(&values) {
                *scheme = resolved;
            }
        }
        Ok(copy.to_toml()?)
    }

    /// The file of a scheme that was found for the sender of this request, ready to be kept.
    ///
    /// # Errors
    /// When there is no such request, or the store cannot be read.
    pub async fn scheme_file(&self, id: RequestId, found: &Discovered) -> Result<String, EngineError> {
        let target = self.request(id).await?.summary.target;
        let mut provider = self.named_after(&target).await?;
        provider.evidence_note = Some("found from captured requests and a secret".to_owned());
        provider.detect = detection(&found.scheme);
        provider.scheme = Some(found.scheme.clone());
        Ok(provider.to_toml()?)
    }

    /// A blank provider under the name of the path that its requests come to.
    async fn named_after(&self, target: &str) -> Result<Provider, EngineError> {
        let words: Vec<&str> = path(target)
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let base = if words.is_empty() {
            "sender".to_owned()
        } else {
            words.join("-").to_ascii_lowercase()
        };
        let mut provider = Provider::read("blank", BLANK)?;
        provider.id = self.free_scheme_id(&base).await?;
        provider.name = format!("Sender of {}", path(target));
        Ok(provider)
    }
}

/// Recognises a sender by the header that carries its signature, where one does. A header that anybody may call so
/// weighs little: it must not take requests away from a provider that is known.
fn detection(scheme: &Scheme) -> Vec<DetectRule> {
    let signature = scheme.signature.iter().flat_map(|signature| &signature.from);
    let mut headers = signature.filter_map(|source| match source {
        Source::Header(name) if !name.eq_ignore_ascii_case("authorization") => Some(name),
        _ => None,
    });
    let rule = headers.next().map(|name| DetectRule {
        rank: if is_own(name) { Rank::Header } else { Rank::Shared },
        when: vec![Condition {
            from: Place::Header(name.clone()),
            tests: Vec::new(),
        }],
        unless: Vec::new(),
    });
    rule.into_iter().collect()
}

/// Whether the name of a header has a word that says whose it is.
fn is_own(name: &str) -> bool {
    const ANYBODYS: [&str; 28] = [
        "x",
        "signature",
        "signatures",
        "sign",
        "sig",
        "hmac",
        "hash",
        "digest",
        "checksum",
        "sha",
        "sha1",
        "sha256",
        "sha512",
        "256",
        "512",
        "1",
        "webhook",
        "webhooks",
        "hook",
        "hub",
        "event",
        "request",
        "body",
        "content",
        "api",
        "auth",
        "token",
        "secret",
    ];
    name.to_ascii_lowercase()
        .split(['-', '_'])
        .any(|word| !word.is_empty() && !ANYBODYS.contains(&word))
}

/// A template of one place: a header whose name has one of these words, else a text of the body under one of these
/// names.
fn template(facts: &Facts<'_>, headers: &[String], words: &[&str], members: &[&str]) -> Vec<Template> {
    let named = |word: &&str| {
        headers
            .iter()
            .find(|name| {
                let name = name.to_ascii_lowercase();
                name.contains(*word) && !name.contains("signature") && !name.contains("time")
            })
            .map(|name| Place::Header(name.clone()))
    };
    let member = |name: &&str| {
        let place = Place::Json(hookbench_signature::JsonPath::parse(name));
        place.read(facts).is_some().then_some(place)
    };
    let place = words
        .iter()
        .find_map(named)
        .or_else(|| members.iter().find_map(member));
    place
        .and_then(|place| Template::parse(&format!("{{{place}}}")).ok())
        .into_iter()
        .collect()
}
