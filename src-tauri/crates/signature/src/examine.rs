//! Which way of signing is meant, and where its signatures are.

use std::borrow::Cow;

use crate::grammar::{self, Apart, Rules};
use crate::key::Made;
use crate::read::json;
use crate::report::Span;
use crate::scheme::{Algorithm, Condition, Scheme, Signature};
use crate::secret::Secret;
use crate::template::Source;
use crate::view::{Place, Scene, View};

/// More signed items than this in one message are not judged one by one.
const MOST_UNITS: usize = 1000;

/// One thing that is signed: the message, or one item of it.
pub(crate) struct Unit<'s> {
    pub(crate) root: Option<&'s str>,
    pub(crate) places: Vec<Place<'s>>,
}

impl Unit<'_> {
    /// Every signature: its place, its group, its span.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (usize, usize, Span)> {
        self.places.iter().enumerate().flat_map(|(index, place)| {
            place
                .apart
                .signatures()
                .map(move |(group, span)| (index, group, span))
        })
    }
}

/// The way that is meant: its index, and what is there for it.
pub(crate) fn choose<'s>(scenes: &'s [Scene<'_>], secrets: &[Secret]) -> Option<(usize, Vec<Unit<'s>>)> {
    let mut best: Option<(u8, usize, Vec<Unit<'s>>)> = None;
    for (index, scene) in scenes.iter().enumerate() {
        let view = View::of(scene);
        if !scene.way.when.iter().all(|condition| holds(condition, &view)) {
            continue;
        }
        let units = units(scene, secrets);
        let fit = fit(scene.way, &units, secrets);
        if best.as_ref().is_none_or(|(other, ..)| fit > *other) {
            best = Some((fit, index, units));
        }
        if fit == 3 {
            break;
        }
    }
    best.map(|(_, index, units)| (index, units))
}

/// How well a way fits: 0 nothing is there, 1 something, 2 a signature, 3 and a secret meant for it.
fn fit(way: &Scheme, units: &[Unit<'_>], secrets: &[Secret]) -> u8 {
    if way.algorithm.get() == Some(Algorithm::None) {
        return 1;
    }
    if units.iter().all(|unit| unit.places.is_empty()) {
        return 0;
    }
    if units.iter().all(|unit| unit.signatures().next().is_none()) {
        return 1;
    }
    let is_meant = |secret: &Secret| {
        way.secret
            .iter()
            .any(|form| !matches!(form.key(secret), Made::NotMeant))
    };
    if secrets.iter().any(is_meant) { 3 } else { 2 }
}

pub(crate) fn holds(condition: &Condition, view: &View<'_, '_>) -> bool {
    let value = match &condition.from {
        Source::Json(path) if path.steps().iter().any(|step| step == "*") => {
            view.json_values(path.steps()).into_iter().next()
        }
        from => view.get(from),
    };
    let Some(value) = value else {
        return condition.absent;
    };
    if condition.absent {
        return false;
    }
    let text = String::from_utf8_lossy(&value);
    (condition.is.is_empty() || condition.is.iter().any(|is| is.eq_ignore_ascii_case(&text)))
        && condition
            .starts_with
            .as_deref()
            .is_none_or(|start| text.starts_with(start))
        && condition
            .contains
            .as_deref()
            .is_none_or(|part| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
}

pub(crate) fn units<'s>(scene: &'s Scene<'_>, secrets: &[Secret]) -> Vec<Unit<'s>> {
    let roots: Vec<Option<&'s str>> = match &scene.way.each {
        None => vec![None],
        Some(path) => {
            let document = scene.document().unwrap_or_default();
            json::find_all(document, path.steps())
                .into_iter()
                .take(MOST_UNITS)
                .map(Some)
                .collect()
        }
    };
    let Some(signature) = &scene.way.signature else {
        return Vec::new();
    };
    let named = signature_keys(signature, &scene.way.secret, secrets);
    let keys: Vec<&str> = named.iter().map(AsRef::as_ref).collect();
    roots
        .into_iter()
        .map(|root| {
            let view = View {
                root,
                ..View::of(scene)
            };
            Unit {
                root,
                places: places(&view, signature, &keys),
            }
        })
        .collect()
}

/// The keys that name signatures in a list.
pub(crate) fn signature_keys<'k>(
    signature: &'k Signature,
    forms: &[crate::scheme::SecretForm],
    secrets: &'k [Secret],
) -> Vec<Cow<'k, str>> {
    let mut keys: Vec<Cow<'k, str>> = signature.key.as_deref().map(Cow::Borrowed).into_iter().collect();
    if let Some(part) = signature.key_from_secret
        && let Some(split) = forms.iter().find_map(|form| form.split.as_deref())
    {
        keys.extend(
            secrets
                .iter()
                .filter_map(|secret| secret.expose().split(split).nth(part))
                .map(Cow::Borrowed),
        );
    }
    keys
}

fn places<'s>(view: &View<'s, '_>, signature: &Signature, keys: &[&str]) -> Vec<Place<'s>> {
    let way: &'s Scheme = view.scene.way;
    let sources = way
        .signature
        .as_ref()
        .map(|signature| signature.from.as_slice())
        .unwrap_or_default();
    let mut places = Vec::new();
    let mut add = |source: &'s Source, header_index: Option<usize>, text: Cow<'s, [u8]>| {
        if !text.trim_ascii().is_empty() {
            let rules = Rules {
                is_ascii: !matches!(way.algorithm.get(), Some(Algorithm::Token)),
                ignores_prefix_case: matches!(source, Source::Header(name) if name.eq_ignore_ascii_case("authorization")),
            };
            let apart = grammar::take_apart(&text, signature, keys, rules);
            places.push(Place {
                source,
                header_index,
                text,
                apart,
            });
        }
    };
    for source in sources {
        let Source::Header(name) = source else {
            if let Some(text) = view.get(source) {
                add(source, None, text);
            }
            continue;
        };
        let start = name.strip_suffix('*');
        for (index, (line, value)) in view.scene.message.headers.iter().enumerate() {
            let is_named = match start {
                Some(start) => line
                    .get(..start.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes())),
                None => line.eq_ignore_ascii_case(name.as_bytes()),
            };
            if is_named {
                add(source, Some(index), Cow::Borrowed(value.trim_ascii()));
            }
        }
    }
    places
}

/// Whether nothing could be read from any place, and why.
pub(crate) fn faults<'u>(unit: &'u Unit<'_>) -> impl Iterator<Item = grammar::Fault> + 'u {
    unit.places.iter().filter_map(|place| {
        let Apart { fault, .. } = &place.apart;
        *fault
    })
}
