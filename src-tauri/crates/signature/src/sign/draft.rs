//! A draft while it is being signed, and what was changed in it.

use std::borrow::Cow;

use super::{SignError, Signed};
use crate::message::{Draft, HeaderLine, Message};
use crate::read::form::Field;
use crate::read::{form, json, url};
use crate::scheme::Scheme;
use crate::template::{JsonPath, Source};
use crate::view::{Given, Scene, View};

pub(crate) struct Working<'d> {
    method: &'d str,
    target: Cow<'d, str>,
    url: Option<Cow<'d, str>>,
    headers: Vec<Field<'d>>,
    body: Cow<'d, [u8]>,
    set: Vec<(String, String)>,
}

impl<'d> Working<'d> {
    pub(super) fn new(draft: &Draft<'d>) -> Self {
        let headers: &'d [HeaderLine<'d>] = draft.headers;
        Self {
            method: draft.method,
            target: Cow::Borrowed(draft.target),
            url: draft.url.map(Cow::Borrowed),
            headers: headers
                .iter()
                .map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value)))
                .collect(),
            body: Cow::Borrowed(draft.body),
            set: Vec::new(),
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn url(&self) -> String {
        self.with_message(|message| message.effective_url().into_owned())
    }

    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        let line = self
            .headers
            .iter()
            .find(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()));
        line.map(|(_, value)| value.as_ref())
    }

    fn with_message<R>(&self, then: impl FnOnce(&Message<'_>) -> R) -> R {
        let headers: Vec<HeaderLine<'_>> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .collect();
        then(&Message {
            method: self.method,
            target: &self.target,
            url: self.url.as_deref(),
            headers: &headers,
            body: &self.body,
            received_at: None,
        })
    }

    /// Reads the draft as a receiver would read it.
    pub(super) fn with_view<R>(
        &self,
        way: &Scheme,
        index: usize,
        given: Given<'_>,
        key: &[u8],
        then: impl FnOnce(&View<'_, '_>) -> R,
    ) -> R {
        self.with_message(|message| {
            let scene = Scene::new(way, message);
            let root = way.each.as_ref().and_then(|path| {
                json::find_all(scene.document().unwrap_or_default(), path.steps())
                    .get(index)
                    .copied()
            });
            then(&View {
                root,
                given,
                key: Some(key),
                ..View::of(&scene)
            })
        })
    }

    pub(super) fn is_form(&self, way: &Scheme) -> bool {
        self.with_message(|message| Scene::new(way, message).is_form())
    }

    /// How many things are signed.
    pub(super) fn roots(&self, way: &Scheme) -> usize {
        let Some(path) = &way.each else { return 1 };
        self.with_message(|message| {
            json::find_all(
                Scene::new(way, message).document().unwrap_or_default(),
                path.steps(),
            )
            .len()
        })
    }

    /// The text of the first of these sources that is there.
    pub(super) fn read(&self, way: &Scheme, sources: &[Source]) -> Option<String> {
        self.with_message(|message| {
            let scene = Scene::new(way, message);
            View::of(&scene)
                .first(sources)
                .map(|value| String::from_utf8_lossy(&value).into_owned())
        })
    }

    /// Puts a value where a source will find it.
    pub(super) fn set(&mut self, source: &Source, value: &str) -> Result<(), SignError> {
        let fault = || SignError::Place(source.to_string());
        match source {
            Source::Header(name) => {
                let name = name
                    .strip_suffix('*')
                    .map_or_else(|| name.clone(), |start| format!("{start}1"));
                self.headers
                    .retain(|(line, _)| !line.eq_ignore_ascii_case(name.as_bytes()));
                self.headers.push((
                    Cow::Owned(name.clone().into_bytes()),
                    Cow::Owned(value.as_bytes().to_vec()),
                ));
                self.set.retain(|(line, _)| !line.eq_ignore_ascii_case(&name));
                self.set.push((name, value.to_owned()));
            }
            Source::Query(name) => {
                self.target = Cow::Owned(with_query(&self.target, name, value));
                self.url = self
                    .url
                    .as_ref()
                    .map(|url| Cow::Owned(with_query(url, name, value)));
            }
            Source::Form(name) => self.body = Cow::Owned(form::set(&self.body, name, value)),
            Source::Json(path) => {
                let text = std::str::from_utf8(&self.body).map_err(|_| fault())?;
                let raw = raw(text, path, value);
                let changed = json::set(text, path.steps(), &raw).ok_or_else(fault)?;
                self.body = Cow::Owned(changed.into_bytes());
            }
            _ => return Err(fault()),
        }
        Ok(())
    }

    /// Puts a value inside one of several signed objects of the body.
    pub(super) fn set_in(
        &mut self,
        each: &JsonPath,
        index: usize,
        source: &Source,
        value: &str,
    ) -> Result<(), SignError> {
        let fault = || SignError::Place(source.to_string());
        let Source::Json(path) = source else {
            return self.set(source, value);
        };
        let text = std::str::from_utf8(&self.body).map_err(|_| fault())?;
        let root = json::find_all(text, each.steps())
            .get(index)
            .copied()
            .ok_or_else(fault)?;
        let changed = json::set(root, path.steps(), &raw(root, path, value)).ok_or_else(fault)?;
        self.body = Cow::Owned(json::replaced(text, root, &changed).into_bytes());
        Ok(())
    }

    pub(super) fn finish(self) -> Signed {
        let owned = |text: Cow<'_, str>| match text {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        };
        Signed {
            headers: self.set,
            body: match self.body {
                Cow::Owned(body) => Some(body),
                Cow::Borrowed(_) => None,
            },
            url: self.url.and_then(owned),
            target: owned(self.target),
        }
    }
}

/// A value as JSON: a number where a number is replaced or where it reads as a time, else a string.
fn raw(text: &str, path: &JsonPath, value: &str) -> String {
    let is_number = !value.is_empty() && value.len() <= 15 && value.bytes().all(|byte| byte.is_ascii_digit());
    let was_string = json::find(text, path.steps()).is_some_and(|old| old.starts_with('"'));
    if is_number && !was_string {
        value.to_owned()
    } else {
        json::quote(value)
    }
}

fn with_query(text: &str, name: &str, value: &str) -> String {
    let query = url::split(text).query;
    let fields = form::set(query.strip_prefix('?').unwrap_or(query).as_bytes(), name, value);
    let head = text.split(['?', '#']).next().unwrap_or(text);
    format!("{head}?{}", String::from_utf8_lossy(&fields))
}
