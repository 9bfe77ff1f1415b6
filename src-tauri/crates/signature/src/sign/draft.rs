//! A draft while it is being signed, and what was changed in it.

use std::borrow::Cow;

use super::{SignError, Signed};
use crate::examine;
use crate::message::{Draft, HeaderLine, Message};
use crate::read::form::Field;
use crate::read::{form, json, url};
use crate::scheme::{Condition, Scheme};
use crate::template::{JsonPath, Source};
use crate::view::{Given, Scene, View};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

pub(crate) struct Working<'d> {
    way: &'d Scheme,
    method: &'d str,
    target: Cow<'d, str>,
    url: Option<Cow<'d, str>>,
    headers: Vec<Field<'d>>,
    body: Cow<'d, [u8]>,
    set: Vec<(String, String)>,
}

impl<'d> Working<'d> {
    pub(super) fn new(draft: &Draft<'d>, way: &'d Scheme) -> Self {
        let headers: &'d [HeaderLine<'d>] = draft.headers;
        Self {
            way,
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

    fn with_scene<R>(&self, then: impl FnOnce(&Scene<'_>) -> R) -> R {
        self.with_message(|message| then(&Scene::new(self.way, message)))
    }

    /// Reads the draft as a receiver would read it.
    pub(super) fn with_view<R>(
        &self,
        index: usize,
        given: Given<'_>,
        key: &[u8],
        then: impl FnOnce(&View<'_, '_>) -> R,
    ) -> R {
        self.with_scene(|scene| {
            let root = self.way.each.as_ref().and_then(|path| {
                json::find_all(scene.document().unwrap_or_default(), path.steps())
                    .get(index)
                    .copied()
            });
            then(&View {
                root,
                given,
                key: Some(key),
                ..View::of(scene)
            })
        })
    }

    pub(super) fn is_form(&self) -> bool {
        self.with_message(|message| Scene::new(self.way, message).is_form())
    }

    pub(super) fn holds(&self, condition: &Condition) -> bool {
        self.with_scene(|scene| examine::holds(condition, &View::of(scene)))
    }

    /// How many things are signed.
    pub(super) fn roots(&self) -> usize {
        let Some(path) = &self.way.each else { return 1 };
        self.with_scene(|scene| json::find_all(scene.document().unwrap_or_default(), path.steps()).len())
    }

    /// The text of the first of these sources that is there.
    pub(super) fn read(&self, sources: &[Source]) -> Option<String> {
        self.with_scene(|scene| {
            View::of(scene)
                .first(sources)
                .map(|value| String::from_utf8_lossy(&value).into_owned())
        })
    }

    /// The JSON document, wherever the scheme has it.
    fn document(&self) -> Option<String> {
        self.with_scene(|scene| scene.document().map(str::to_owned))
    }

    /// Puts the document back where it was read.
    fn set_document(&mut self, document: &str) -> Result<(), SignError> {
        match &self.way.document {
            Some(place) => self.set(place, document),
            None => {
                let mark = self.body.get(..3).filter(|start| *start == BYTE_ORDER_MARK);
                let body = [mark.unwrap_or_default(), document.as_bytes()].concat();
                self.body = Cow::Owned(body);
                Ok(())
            }
        }
    }

    fn set_form(&mut self, name: &str, value: &str) -> Option<()> {
        let kind = self.header("content-type").unwrap_or_default();
        let changed = if form::is_multipart(kind) {
            form::set_part(&self.body, kind, name, value.as_bytes())?
        } else {
            form::set(&self.body, name, value)
        };
        self.body = Cow::Owned(changed);
        Some(())
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
            Source::Form(name) => self.set_form(name, value).ok_or_else(fault)?,
            Source::Json(path) => {
                let text = self.document().ok_or_else(fault)?;
                let raw = raw(&text, path, value);
                let changed = json::set(&text, path.steps(), &raw).ok_or_else(fault)?;
                self.set_document(&changed)?;
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
        let text = self.document().ok_or_else(fault)?;
        let root = json::find_all(&text, each.steps())
            .get(index)
            .copied()
            .ok_or_else(fault)?;
        let changed = json::set(root, path.steps(), &raw(root, path, value)).ok_or_else(fault)?;
        let changed = json::replaced(&text, root, &changed);
        self.set_document(&changed)
    }

    /// The URL that was signed where nobody said which it is.
    fn assumed_url(&self) -> Option<String> {
        let reads_url = |source: &Source| matches!(source, Source::Url | Source::Host);
        let is_signed = self
            .way
            .content
            .iter()
            .any(|template| template.reads_any(reads_url))
            || self.way.require.iter().any(|required| required.is_url);
        (self.url.is_none() && is_signed).then(|| self.url())
    }

    pub(super) fn finish(self) -> Signed {
        let assumed = self.assumed_url();
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
            url: self.url.and_then(owned).or(assumed),
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
