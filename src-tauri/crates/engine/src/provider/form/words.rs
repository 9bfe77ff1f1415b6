//! Texts of the form and the values of a file, made of one another.

use std::str::FromStr;

use hookbench_signature::{Template as Content, TemplateError as ContentError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{FormFault, FormField};
use crate::provider::Template;

pub(super) fn fault(field: FormField, reason: &str, hint: &'static str) -> FormFault {
    FormFault {
        field,
        reason: reason.to_owned(),
        hint,
    }
}

pub(super) fn joined<T: ToString>(values: impl IntoIterator<Item = T>, by: &str) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(by)
}

pub(super) fn lines(templates: &[Template]) -> String {
    joined(templates.iter().map(|template| escaped(template.as_str())), "\n")
}

/// A template on one line.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('\\') | None => text.push('\\'),
                Some(other) => text.extend(['\\', other]),
            },
            other => text.push(other),
        }
    }
    text
}

pub(super) fn filled(text: &str) -> Option<String> {
    filled_exactly(text.trim())
}

/// Blanks count: a separator may be one.
pub(super) fn filled_exactly(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// Places such as `header:X-Signature`.
pub(super) fn sources<T>(field: FormField, text: &str) -> Result<Vec<T>, FormFault>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    list(text)
        .map(|item| {
            item.parse().map_err(|error: T::Err| {
                fault(
                    field,
                    &error.to_string(),
                    "e.g. `header:X-Signature` or `json:meta.signature`",
                )
            })
        })
        .collect()
}

/// One template a line; what is empty is passed over.
pub(super) fn templates(field: FormField, text: &str) -> Result<Vec<Template>, FormFault> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            Template::parse(&unescaped(line)).map_err(|error| {
                fault(
                    field,
                    &error.to_string(),
                    "e.g. `{json:type}` or `{header:X-Event}`",
                )
            })
        })
        .collect()
}

/// As [`templates`], of signed content, where blanks count.
pub(super) fn contents(field: FormField, text: &str) -> Result<Vec<Content>, FormFault> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            Content::parse(&unescaped(line))
                .map_err(|error: ContentError| fault(field, &error.to_string(), "e.g. `{timestamp}.{body}`"))
        })
        .collect()
}

/// The word that a value is written as in a file.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) fn from_word<T: DeserializeOwned>(field: FormField, word: &str) -> Result<T, FormFault> {
    serde_json::from_value(Value::String(word.trim().to_owned()))
        .map_err(|error| fault(field, &error.to_string(), "choose one of those that are offered"))
}
