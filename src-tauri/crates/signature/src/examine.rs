//! Which way of signing is meant, and where its signatures are.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::grammar::{self, Apart, Rules};
use crate::key::Made;
use crate::read::json;
use crate::report::Span;
use crate::scheme::{Algorithm, Condition, Scheme, Signature};
use crate::secret::Secret;
use crate::template::Source;
use crate::view::{Place, Scene, View};

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

/// The way that is meant: its index, and what is signed where that is one thing and not items of a list.
pub(crate) fn choose<'s>(scenes: &'s [Scene<'_>], secrets: &[Secret]) -> Option<(usize, Option<Unit<'s>>)> {
    let mut best: Option<(u8, usize, Option<Unit<'s>>)> = None;
    for (index, scene) in scenes.iter().enumerate() {
        let view = View::of(scene);
        if !scene.way.when.iter().all(|condition| holds(condition, &view)) {
            continue;
        }
        let (there, unit) = look(scene, secrets);
        let fit = fit(scene.way, there, secrets);
        if best.as_ref().is_none_or(|(other, ..)| fit > *other) {
            best = Some((fit, index, unit));
        }
        if fit == 3 {
            break;
        }
    }
    best.map(|(_, index, unit)| (index, unit))
}

/// How much of a way is in the message: 0 nothing, 1 something where signatures belong, 2 a signature.
fn look<'s>(scene: &'s Scene<'_>, secrets: &[Secret]) -> (u8, Option<Unit<'s>>) {
    let weigh = |unit: &Unit<'_>| match (unit.places.is_empty(), unit.signatures().next()) {
        (true, _) => 0,
        (false, None) => 1,
        (false, Some(_)) => 2,
    };
    if scene.way.each.is_none() {
        let unit = only_unit(scene, secrets);
        return (unit.as_ref().map_or(0, weigh), unit);
    }
    let mut there = 0;
    let _ = each_unit(scene, secrets, &mut |unit| {
        there = there.max(weigh(&unit));
        if there == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    (there, None)
}

/// How well a way fits: 0 nothing is there, 1 something, 2 a signature, 3 and a secret meant for it.
fn fit(way: &Scheme, there: u8, secrets: &[Secret]) -> u8 {
    if way.algorithm.get() == Some(Algorithm::None) {
        return 1;
    }
    let is_meant = |secret: &Secret| {
        way.secret
            .iter()
            .any(|form| !matches!(form.key(secret), Made::NotMeant))
    };
    if there == 2 && secrets.iter().any(is_meant) {
        3
    } else {
        there
    }
}

/// Whether anything stands where a way has its signatures.
pub(crate) fn is_there(scene: &Scene<'_>) -> bool {
    look(scene, &[]).0 > 0
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
    if condition.absent && condition.asks_nothing() {
        return false;
    }
    let text = String::from_utf8_lossy(&value);
    let has_item = |wanted: &str| {
        text.split([',', ';'])
            .any(|item| item.trim().eq_ignore_ascii_case(wanted))
    };
    (condition.is.is_empty() || condition.is.iter().any(|is| is.eq_ignore_ascii_case(&text)))
        && condition.item.as_deref().is_none_or(has_item)
        && condition
            .starts_with
            .as_deref()
            .is_none_or(|start| text.starts_with(start))
        && condition
            .contains
            .as_deref()
            .is_none_or(|part| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
}

/// One of the things that are signed, by its number; the only one where the scheme does not sign items.
pub(crate) fn nth_unit<'s>(scene: &'s Scene<'_>, secrets: &[Secret], number: usize) -> Option<Unit<'s>> {
    let (Some(path), Some(signature)) = (&scene.way.each, &scene.way.signature) else {
        return only_unit(scene, secrets).filter(|_| number == 0);
    };
    let mut before = 0;
    let found = json::each(scene.document().unwrap_or_default(), path.steps(), &mut |root| {
        if before == number {
            return ControlFlow::Break(root);
        }
        before += 1;
        ControlFlow::Continue(())
    });
    let keys = signature_keys(signature, &scene.way.secret, secrets);
    let root = found.break_value()?;
    Some(unit(scene, Some(root), signature, &keys))
}

/// How many items are signed, without a look into any of them.
pub(crate) fn count(scene: &Scene<'_>) -> usize {
    let (Some(path), Some(_)) = (&scene.way.each, &scene.way.signature) else {
        return 0;
    };
    let mut count = 0;
    let _: ControlFlow<()> = json::each(scene.document().unwrap_or_default(), path.steps(), &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    });
    count
}

/// The one thing that is signed, where the scheme does not sign items.
fn only_unit<'s>(scene: &'s Scene<'_>, secrets: &[Secret]) -> Option<Unit<'s>> {
    let signature = scene.way.signature.as_ref()?;
    let keys = signature_keys(signature, &scene.way.secret, secrets);
    Some(unit(scene, None, signature, &keys))
}

/// Hands on every item that is signed, one at a time so that their number costs no memory, until told to stop.
pub(crate) fn each_unit<'s, B>(
    scene: &'s Scene<'_>,
    secrets: &[Secret],
    visit: &mut dyn FnMut(Unit<'s>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let (Some(path), Some(signature)) = (&scene.way.each, &scene.way.signature) else {
        return ControlFlow::Continue(());
    };
    let keys = signature_keys(signature, &scene.way.secret, secrets);
    let document = scene.document().unwrap_or_default();
    json::each(document, path.steps(), &mut |root| {
        visit(unit(scene, Some(root), signature, &keys))
    })
}

fn unit<'s>(
    scene: &'s Scene<'_>,
    root: Option<&'s str>,
    signature: &Signature,
    keys: &[Cow<'_, str>],
) -> Unit<'s> {
    let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
    let view = View {
        root,
        ..View::of(scene)
    };
    Unit {
        root,
        places: places(&view, signature, &keys),
    }
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
