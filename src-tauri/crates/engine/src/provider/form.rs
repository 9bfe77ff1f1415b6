//! A provider file as a form: what most schemes need, each field one text.
//!
//! The form is an overlay. What it does not show (other ways to sign, handshakes, requirements) stays in the file as
//! it is, and so does everything whose field was not changed.

use hookbench_signature::{
    Id, Scheme, SecretDecoding, SecretForm, Signature, Source, Template as Content, Timestamp, TimestampUnit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Condition, DetectRule, Place, Provider, Rank, Template};

/// The fields. Lists are one text: places parted by commas, templates by line ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    missing_docs,
    reason = "they are the fields of a provider file under their names there"
)]
pub struct SchemeForm {
    pub id: String,
    pub name: String,
    pub note: String,
    /// Where signatures are: `header:X-Signature`.
    pub places: String,
    pub prefix: String,
    pub separator: String,
    pub assign: String,
    pub key: String,
    pub algorithm: String,
    pub encoding: String,
    pub content: String,
    pub decode: String,
    pub strip: String,
    /// Where the time of signing is.
    pub timestamp: String,
    pub unit: String,
    pub past: Option<u32>,
    pub future: Option<u32>,
    /// Where the signed id is.
    pub signed_id: String,
    /// Places that are all there in its requests.
    pub detect: String,
    pub event: String,
    pub delivery_id: String,
    /// What the file says beyond the form, in words.
    pub beyond: Vec<String>,
}

/// A field that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFault {
    /// The field, as a person reads it.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to write.
    pub hint: &'static str,
}

/// The file that a new scheme begins with.
pub const BLANK: &str = r#"id = "my-sender"
name = "My sender"
evidence = "D"

[scheme]
algorithm = "hmac-sha256"
signature = { from = "header:X-Signature" }
"#;

impl SchemeForm {
    /// What a provider file says, as far as the form shows it.
    #[must_use]
    pub fn of(provider: &Provider) -> Self {
        let mut form = Self {
            id: provider.id.clone(),
            name: provider.name.clone(),
            note: provider.note.clone().unwrap_or_default(),
            detect: provider
                .detect
                .first()
                .map(|rule| joined(rule.when.iter().map(|condition| &condition.from), ", "))
                .unwrap_or_default(),
            event: lines(&provider.event.from),
            delivery_id: lines(&provider.delivery_id.from),
            beyond: beyond(provider),
            ..Self::default()
        };
        let Some(scheme) = &provider.scheme else {
            return form;
        };
        let signature = scheme.signature.clone().unwrap_or_default();
        form.places = joined(&signature.from, ", ");
        form.prefix = signature.prefix.unwrap_or_default();
        form.separator = signature.separator.unwrap_or_default();
        form.assign = signature.assign.unwrap_or_default();
        form.key = signature.key.unwrap_or_default();
        form.algorithm = word(&scheme.algorithm);
        form.encoding = word(&scheme.encoding);
        let templates: Vec<&str> = scheme.content.iter().map(Content::as_str).collect();
        form.content = templates.join("\n");
        if let Some(secret) = scheme.secret.first() {
            form.decode = word(&secret.decode);
            form.strip = secret.strip.clone().unwrap_or_default();
        }
        if let Some(timestamp) = &scheme.timestamp {
            form.timestamp = joined(&timestamp.from, ", ");
            form.unit = word(&timestamp.unit);
            form.past = timestamp.past;
            form.future = timestamp.future;
        } else {
            form.unit = word(&TimestampUnit::default());
        }
        if let Some(id) = &scheme.id {
            form.signed_id = joined(&id.from, ", ");
        }
        form
    }

    /// The provider with what the form says in place of what it said.
    ///
    /// # Errors
    /// A field cannot be understood.
    pub fn fill(&self, mut provider: Provider) -> Result<Provider, FormFault> {
        let before = Self::of(&provider);
        provider.id = self.id.trim().to_owned();
        provider.name = self.name.trim().to_owned();
        if provider.name.is_empty() {
            return Err(fault("name", "it is empty", "call the sender as people do"));
        }
        if self.note != before.note {
            provider.note = filled(&self.note);
        }
        if self.detect != before.detect {
            provider.detect = self.detection()?;
        }
        if self.event != before.event {
            provider.event.from = templates("event type", &self.event)?;
        }
        if self.delivery_id != before.delivery_id {
            provider.delivery_id.from = templates("delivery id", &self.delivery_id)?;
        }
        if let Some(scheme) = provider.scheme.as_mut() {
            self.fill_scheme(&before, scheme)?;
        }
        Ok(provider)
    }

    fn fill_scheme(&self, before: &Self, scheme: &mut Scheme) -> Result<(), FormFault> {
        let marks = |form: &Self| {
            [
                &form.places,
                &form.prefix,
                &form.separator,
                &form.assign,
                &form.key,
            ]
            .map(Clone::clone)
        };
        if marks(self) != marks(before) {
            let signature = scheme.signature.get_or_insert_with(Signature::default);
            signature.from = sources("where the signature is", &self.places)?;
            if signature.from.is_empty() {
                return Err(fault(
                    "where the signature is",
                    "it is empty",
                    "write a place such as `header:X-Signature`",
                ));
            }
            signature.prefix = filled_exactly(&self.prefix);
            signature.separator = filled_exactly(&self.separator);
            signature.assign = filled_exactly(&self.assign);
            signature.key = filled(&self.key);
        }
        if self.algorithm != before.algorithm {
            scheme.algorithm = from_word("algorithm", &self.algorithm)?;
        }
        if self.encoding != before.encoding {
            scheme.encoding = from_word("encoding", &self.encoding)?;
        }
        if self.content != before.content {
            scheme.content = self
                .content
                .lines()
                .filter(|line| !line.is_empty())
                .map(|line| {
                    Content::parse(line).map_err(|error| {
                        fault("signed content", &error.to_string(), "e.g. `{timestamp}.{body}`")
                    })
                })
                .collect::<Result<_, _>>()?;
            if scheme.content.is_empty() {
                scheme.content = vec![Content::body()];
            }
        }
        if (&self.decode, &self.strip) != (&before.decode, &before.strip) {
            let decode: SecretDecoding = from_word("form of the secret", &self.decode)?;
            let strip = filled(&self.strip);
            match scheme.secret.first_mut() {
                Some(secret) => (secret.decode, secret.strip) = (decode, strip),
                None => {
                    scheme.secret = vec![SecretForm {
                        decode,
                        strip,
                        ..SecretForm::default()
                    }];
                }
            }
        }
        let time = |form: &Self| (form.timestamp.clone(), form.unit.clone(), form.past, form.future);
        if time(self) != time(before) {
            let from = sources("where the time is", &self.timestamp)?;
            scheme.timestamp = if from.is_empty() {
                None
            } else {
                Some(Timestamp {
                    from,
                    unit: from_word("unit of the time", &self.unit)?,
                    past: self.past,
                    future: self.future,
                })
            };
        }
        if self.signed_id != before.signed_id {
            let from = sources("where the id is", &self.signed_id)?;
            scheme.id = if from.is_empty() { None } else { Some(Id { from }) };
        }
        Ok(())
    }

    fn detection(&self) -> Result<Vec<DetectRule>, FormFault> {
        let hint = "write places such as `header:X-Our-Event`, parted by commas";
        let when: Vec<Condition> = list(&self.detect)
            .map(|text| match text.parse::<Place>() {
                Ok(from) => Ok(Condition {
                    from,
                    tests: Vec::new(),
                }),
                Err(error) => Err(fault("recognised by", &error.to_string(), hint)),
            })
            .collect::<Result<_, _>>()?;
        Ok(if when.is_empty() {
            Vec::new()
        } else {
            vec![DetectRule {
                rank: Rank::default(),
                when,
                unless: Vec::new(),
            }]
        })
    }
}

/// What the file says that the form does not show.
fn beyond(provider: &Provider) -> Vec<String> {
    let mut beyond = Vec::new();
    let mut tell = |holds: bool, what: String| {
        if holds {
            beyond.push(what);
        }
    };
    let handshakes = provider.handshake.len();
    tell(
        provider.detect.len() > 1,
        "further rules of recognition".to_owned(),
    );
    tell(handshakes > 0, "answers to handshakes".to_owned());
    tell(
        !provider.parameters.is_empty(),
        "values that each endpoint chooses".to_owned(),
    );
    if let Some(scheme) = &provider.scheme {
        let ways = scheme.alternatives.len();
        tell(
            ways > 0,
            format!("{ways} more {} to sign", if ways == 1 { "way" } else { "ways" }),
        );
        tell(
            !scheme.require.is_empty(),
            "facts that must hold beside the signature".to_owned(),
        );
        tell(
            !scheme.when.is_empty(),
            "conditions of this way to sign".to_owned(),
        );
        tell(scheme.secret.len() > 1, "further forms of the secret".to_owned());
        tell(
            scheme.each.is_some(),
            "parts of the body that are signed one by one".to_owned(),
        );
        tell(!scheme.parameters.is_empty(), "parameters".to_owned());
        let signature = scheme.signature.as_ref();
        tell(
            signature.is_some_and(|one| {
                one.groups.is_some() || one.position.is_some() || one.key_from_secret.is_some() || one.bare
            }),
            "finer points of how the header is taken apart".to_owned(),
        );
    }
    beyond
}

fn fault(field: &'static str, reason: &str, hint: &'static str) -> FormFault {
    FormFault {
        field,
        reason: reason.to_owned(),
        hint,
    }
}

fn joined<T: ToString>(values: impl IntoIterator<Item = T>, by: &str) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(by)
}

fn lines(templates: &[Template]) -> String {
    let texts: Vec<&str> = templates.iter().map(Template::as_str).collect();
    texts.join("\n")
}

fn filled(text: &str) -> Option<String> {
    filled_exactly(text.trim())
}

/// Blanks count: a separator may be one.
fn filled_exactly(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn sources(field: &'static str, text: &str) -> Result<Vec<Source>, FormFault> {
    list(text)
        .map(|item| {
            item.parse().map_err(|error| {
                fault(
                    field,
                    &format!("{error}"),
                    "e.g. `header:X-Signature` or `json:meta.signature`",
                )
            })
        })
        .collect()
}

fn templates(field: &'static str, text: &str) -> Result<Vec<Template>, FormFault> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            Template::parse(line).map_err(|error| {
                fault(
                    field,
                    &error.to_string(),
                    "e.g. `{json:type}` or `{header:X-Event}`",
                )
            })
        })
        .collect()
}

/// The word that a value is written as in a file.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn from_word<T: DeserializeOwned>(field: &'static str, word: &str) -> Result<T, FormFault> {
    serde_json::from_value(Value::String(word.trim().to_owned()))
        .map_err(|error| fault(field, &error.to_string(), "choose one of those that are offered"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Catalogue;

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        for provider in Catalogue::embedded().unwrap().all() {
            let filled = SchemeForm::of(provider).fill(provider.clone()).unwrap();
            assert_eq!(filled, *provider, "`{}` stays as it is", provider.id);
        }
    }

    #[test]
    fn what_is_typed_is_in_the_file() {
        let blank = Provider::read("blank", BLANK).unwrap();
        let form = SchemeForm {
            id: "acme".to_owned(),
            name: "Acme".to_owned(),
            places: "header:Acme-Signature".to_owned(),
            separator: ",".to_owned(),
            assign: "=".to_owned(),
            key: "v1".to_owned(),
            algorithm: "hmac-sha512".to_owned(),
            encoding: "base64".to_owned(),
            content: "{timestamp}.{body}".to_owned(),
            timestamp: "item:t".to_owned(),
            past: Some(300),
            decode: "base64".to_owned(),
            strip: "whsec_".to_owned(),
            detect: "header:Acme-Event".to_owned(),
            event: "{header:Acme-Event}".to_owned(),
            delivery_id: "{json:id}".to_owned(),
            ..SchemeForm::of(&blank)
        };
        let filled = form.fill(blank).unwrap();
        let written = Provider::read("acme", &filled.to_toml().unwrap()).unwrap();
        assert_eq!(written, filled, "the file says it all");
        assert_eq!(SchemeForm::of(&written), form, "and fills the form again");
    }

    #[test]
    fn a_field_that_cannot_be_understood_is_named() {
        let blank = Provider::read("blank", BLANK).unwrap();
        let wrong = |change: fn(&mut SchemeForm)| {
            let mut form = SchemeForm::of(&blank);
            change(&mut form);
            form.fill(blank.clone()).unwrap_err().field
        };
        assert_eq!(
            wrong(|form| form.content = "{bod}".to_owned()),
            "signed content",
            "no such source"
        );
        assert_eq!(
            wrong(|form| form.places = "X-Sig".to_owned()),
            "where the signature is",
            "no place"
        );
        assert_eq!(
            wrong(|form| form.algorithm = "rot13".to_owned()),
            "algorithm",
            "no such one"
        );
        assert_eq!(
            wrong(|form| form.event = "{jsn:a}".to_owned()),
            "event type",
            "no such place"
        );
        assert_eq!(wrong(|form| form.name = " ".to_owned()), "name", "it is empty");
    }
}
