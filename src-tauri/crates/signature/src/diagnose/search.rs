//! The trials: one computation each, counted against the budget.

use super::target::Target;
use super::variant::Variant;
use crate::asymmetric::{Kind, PublicKey};
use crate::content::{self, Segment};
use crate::digest;
use crate::examine::{self, Unit};
use crate::message::Message;
use crate::report::PartKind;
use crate::scheme::{Algorithm, Hash, Scheme};
use crate::secret::Secret;
use crate::template::{Source, Template};
use crate::view::{Given, Scene, View};

/// How much may be tried. The caller's clock is in `should_stop`; there is none here.
pub struct Budget<'b> {
    /// The most computations.
    pub tries: u32,
    /// The most bytes that are hashed, all tries together.
    pub bytes: u64,
    /// Asked between tries; a `true` ends the search.
    pub should_stop: &'b dyn Fn() -> bool,
}

impl Budget<'static> {
    /// Enough for any ladder on a body of a few MiB.
    #[must_use]
    pub fn generous() -> Self {
        Self {
            tries: 100_000,
            bytes: 2 << 30,
            should_stop: &|| false,
        }
    }
}

/// Before more than this is read or hashed, it is asked whether to stop.
const LONG: usize = 64 * 1024;

/// How the value is computed of key and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Hmac(Hash),
    Plain(Hash),
    Public(Kind),
}

impl Way {
    pub(super) fn of(algorithm: Algorithm) -> Option<Self> {
        if let Some(hash) = algorithm.hmac_hash() {
            return Some(Self::Hmac(hash));
        }
        if let Some(hash) = algorithm.plain_hash() {
            return Some(Self::Plain(hash));
        }
        Kind::of(algorithm).map(Self::Public)
    }

    pub(super) fn title(self) -> String {
        match self {
            Self::Hmac(hash) => Algorithm::hmac(hash).title().to_owned(),
            Self::Plain(hash) => hash.title().to_owned(),
            Self::Public(_) => "the public key".to_owned(),
        }
    }
}

/// A key with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrialKey {
    /// What stands for the key in a proof: the secret's name.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// For public keys.
    pub(super) pasted: String,
}

impl TrialKey {
    pub(super) fn of(secret: &Secret, bytes: Vec<u8>) -> Self {
        Self {
            name: secret.name().to_owned(),
            bytes,
            pasted: secret.expose().to_owned(),
        }
    }
}

/// A trial that matched.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// The value it is among those looked for; none where it is only nearly one.
    pub(super) target: Option<usize>,
    pub(super) computed: Option<Vec<u8>>,
    pub(super) template: String,
    pub(super) way: Way,
    pub(super) key: String,
    pub(super) content: Vec<u8>,
}

/// A content, with the lengths of its parts.
pub(super) struct Made {
    pub(super) template: String,
    pub(super) reads_secret: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) parts: Vec<(PartKind, usize)>,
}

pub(super) struct Search<'s> {
    pub(super) targets: Vec<Target>,
    /// Of several signed items, the one that is looked into.
    unit: usize,
    budget: &'s Budget<'s>,
    pub(super) tries: u32,
    bytes: u64,
    pub(super) is_spent: bool,
}

impl<'s> Search<'s> {
    pub(super) fn new(targets: Vec<Target>, unit: usize, budget: &'s Budget<'s>) -> Self {
        Self {
            targets,
            unit,
            budget,
            tries: 0,
            bytes: 0,
            is_spent: false,
        }
    }

    /// Takes one try out of the budget.
    pub(super) fn may_try(&mut self, length: usize) -> bool {
        if self.is_spent {
            return false;
        }
        self.tries = self.tries.saturating_add(1);
        self.bytes = self.bytes.saturating_add(length as u64);
        if self.tries > self.budget.tries || self.bytes > self.budget.bytes {
            self.is_spent = true;
        } else if self.tries.is_multiple_of(16) || length > LONG {
            self.is_spent |= (self.budget.should_stop)();
        }
        !self.is_spent
    }

    pub(super) fn should_stop(&self) -> bool {
        self.is_spent || (self.budget.should_stop)()
    }

    /// Computes over each content of a scheme with each key, and compares.
    pub(super) fn message(
        &mut self,
        scheme: &Scheme,
        message: &Message<'_>,
        keys: &[TrialKey],
        way: Way,
        given: Given<'_>,
    ) -> Option<Hit> {
        if self.is_spent {
            return None;
        }
        // To find an item in a long list is work as well.
        if scheme.each.is_some() && message.body.len() > LONG && self.should_stop() {
            self.is_spent = true;
            return None;
        }
        let scene = Scene::new(scheme, message);
        let unit = examine::nth_unit(&scene, &[], self.unit);
        if is_without_item(&scene, unit.as_ref()) {
            return None;
        }
        let view = View {
            given,
            ..looked_at(&scene, unit.as_ref())
        };
        scheme
            .content
            .iter()
            .find_map(|template| self.template(template, view, keys, way))
    }

    /// The contents of a scheme for one key, not yet computed over.
    pub(super) fn contents(&self, scheme: &Scheme, message: &Message<'_>, key: &TrialKey) -> Vec<Made> {
        let scene = Scene::new(scheme, message);
        let unit = examine::nth_unit(&scene, &[], self.unit);
        if is_without_item(&scene, unit.as_ref()) {
            return Vec::new();
        }
        let view = View {
            key: Some(&key.bytes),
            ..looked_at(&scene, unit.as_ref())
        };
        let made = |template: &Template| {
            let segments = content::segments(template, &view).ok()?;
            let parts = segments
                .iter()
                .map(|segment| (segment.kind, segment.bytes.len()))
                .collect();
            Some(Made {
                template: template.as_str().to_owned(),
                reads_secret: template.reads(&Source::Secret),
                bytes: content::joined(&segments).into_owned(),
                parts,
            })
        };
        scheme.content.iter().filter_map(made).collect()
    }

    /// How many tries, and how many bytes in them, are left.
    pub(super) fn left(&self) -> (u32, u64) {
        (
            self.budget.tries.saturating_sub(self.tries),
            self.budget.bytes.saturating_sub(self.bytes),
        )
    }

    /// Takes many tries at once out of the budget.
    pub(super) fn took(&mut self, tries: u32, bytes: u64) {
        self.tries = self.tries.saturating_add(tries);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn template(
        &mut self,
        template: &Template,
        view: View<'_, '_>,
        keys: &[TrialKey],
        way: Way,
    ) -> Option<Hit> {
        let reads_secret = template.reads(&Source::Secret);
        let mut made: Option<Vec<Segment<'_>>> = None;
        for key in keys {
            if made.is_none() || reads_secret {
                made = content::segments(
                    template,
                    &View {
                        key: Some(&key.bytes),
                        ..view
                    },
                )
                .ok();
            }
            let segments = made.as_ref()?;
            let length = segments.iter().map(|segment| segment.bytes.len()).sum();
            if !self.may_try(length) {
                return None;
            }
            if let Some((target, computed)) = self.compare(segments, key, way) {
                let content = if reads_secret {
                    Vec::new()
                } else {
                    content::joined(segments).into_owned()
                };
                let template = template.as_str().to_owned();
                return Some(Hit {
                    target: Some(target),
                    computed,
                    template,
                    way,
                    key: key.name.clone(),
                    content,
                });
            }
        }
        None
    }

    fn compare(
        &self,
        segments: &[Segment<'_>],
        key: &TrialKey,
        way: Way,
    ) -> Option<(usize, Option<Vec<u8>>)> {
        let pieces = segments.iter().map(|segment| segment.bytes.as_ref());
        let digest = match way {
            Way::Hmac(hash) => digest::hmac(hash, &key.bytes, pieces),
            Way::Plain(hash) => digest::plain(hash, pieces),
            Way::Public(kind) => {
                let content = content::joined(segments);
                let public = PublicKey::read(&key.pasted).ok()?;
                let found = self
                    .targets
                    .iter()
                    .position(|target| public.verifies(kind, &content, &target.bytes));
                return found.map(|target| (target, None));
            }
        };
        let found = self
            .targets
            .iter()
            .position(|target| target.bytes == digest.as_bytes());
        found.map(|target| (target, Some(digest.as_bytes().to_vec())))
    }

    /// The first of these bodies with which a trial matches.
    pub(super) fn bodies<'v>(
        &mut self,
        scheme: &Scheme,
        message: &Message<'_>,
        bodies: &'v [Variant<Vec<u8>>],
        keys: &[TrialKey],
        way: Way,
    ) -> Option<(&'v Variant<Vec<u8>>, Hit)> {
        bodies.iter().find_map(|body| {
            let changed = Message {
                body: &body.value,
                ..*message
            };
            self.message(scheme, &changed, keys, way, Given::default())
                .map(|hit| (body, hit))
        })
    }
}

/// Whether items are signed and the one that is looked into is not there: what is read of the whole document in its
/// place would be something else.
const fn is_without_item(scene: &Scene<'_>, unit: Option<&Unit<'_>>) -> bool {
    unit.is_none() && scene.way.each.is_some()
}

/// What a unit is looked at through. Without a place the time cannot be an item; with several, the first holds it.
fn looked_at<'v, 'm>(scene: &'v Scene<'m>, unit: Option<&'v Unit<'v>>) -> View<'v, 'm> {
    View {
        root: unit.and_then(|unit| unit.root),
        place: unit.and_then(|unit| unit.places.first()).map(|place| (place, 0)),
        ..View::of(scene)
    }
}
