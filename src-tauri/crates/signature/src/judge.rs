//! The judgement itself. [`crate::check`] takes its verdict, [`crate::verify`] tells it.

mod age;
mod bench;
mod requirement;

pub(crate) use age::{Judged as JudgedAge, Outcome as AgeOutcome};
pub(crate) use requirement::{Fact, Subject};

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::content::Segment;
use crate::digest::Digest;
use crate::examine::{self, Unit};
use crate::grammar::Fault;
use crate::jwt::{Token, Unfit};
use crate::key::{self, Made};
use crate::message::Message;
use crate::report::Span;
use crate::scheme::{Algorithm, Scheme};
use crate::secret::Secret;
use crate::template::{Source, Template};
use crate::verdict::Verdict;
use crate::view::{Place, Scene, View};

/// A key that a secret gave.
#[derive(Debug, Clone)]
pub(crate) struct Key<'k> {
    pub(crate) secret: usize,
    pub(crate) form: usize,
    pub(crate) bytes: Cow<'k, [u8]>,
}

/// Why the verdict is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    Holds,
    /// No way of signing fits; whether there is a signature all the same.
    NoWay {
        is_there: bool,
    },
    Unsigned,
    Parameter(String),
    NothingThere,
    NoSignature(Option<Fault>),
    NotASignature,
    Lacking(Source),
    NoSecret,
    NoKey,
    /// A token's key is not this one, and why.
    Unfit {
        secret: usize,
        why: Unfit,
    },
    Mismatch,
    AlgorithmRefused(String),
    AlgorithmUnsupported(String),
    /// What is signed is read out of a document that is not whole.
    BrokenDocument(String),
    TimeUnreadable,
    TooOld,
    TooEarly,
    Requirement(usize),
}

/// Everything that was found out.
pub(crate) struct Judgement<'j> {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) way: Option<(usize, &'j Scheme)>,
    pub(crate) places: &'j [Place<'j>],
    /// Of several signed items, which one this tells of, and how many there are.
    pub(crate) item: Option<(usize, usize)>,
    pub(crate) keys: &'j [Key<'j>],
    pub(crate) attempt: Option<Attempt<'j>>,
    pub(crate) matched: bool,
    pub(crate) age: Option<JudgedAge<'j>>,
    pub(crate) facts: Vec<Fact<'j>>,
    pub(crate) token: Option<Token>,
}

/// One computation: the one that matched, or the first.
pub(crate) struct Attempt<'j> {
    pub(crate) key: usize,
    pub(crate) place: usize,
    pub(crate) span: Span,
    pub(crate) template: Option<&'j Template>,
    pub(crate) segments: Vec<Segment<'j>>,
    pub(crate) expected: Option<Digest>,
}

/// Judges, and hands the judgement on while what it borrows is there.
pub(crate) fn judge<R>(
    scheme: &Scheme,
    message: &Message<'_>,
    secrets: &[Secret],
    then: impl FnOnce(&Judgement<'_>) -> R,
) -> R {
    let scenes: Vec<Scene<'_>> = scheme.ways().map(|way| Scene::new(way, message)).collect();
    let Some((index, unit)) = examine::choose(&scenes, secrets) else {
        let is_there = scenes.iter().any(examine::is_there);
        let verdict = if is_there {
            Verdict::Invalid
        } else {
            Verdict::Missing
        };
        return then(&Judgement::empty(verdict, Reason::NoWay { is_there }));
    };
    let scene = &scenes[index];
    let keys = named(scene, keys(scene.way, secrets), secrets);
    let bench = Judging {
        scene,
        keys: &keys,
        secrets,
        has_secret: secrets.iter().any(|secret| !key::is_blank(secret)),
    };
    let way = Some((index, scene.way));
    if let Some(unit) = unit {
        let judgement = Judgement {
            way,
            ..bench.judge(&unit)
        };
        return then(&judgement);
    }
    let mut count = 0;
    let mut first = None;
    let stopped = examine::each_unit(scene, secrets, &mut |unit| {
        if bench.judge(&unit).verdict != Verdict::Valid {
            return ControlFlow::Break(unit);
        }
        count += 1;
        first.get_or_insert(unit);
        ControlFlow::Continue(())
    });
    // One that does not hold stands for them all; where all hold, the first does.
    let (told, item) = match stopped {
        ControlFlow::Break(unit) => (Some(unit), (count, examine::count(scene))),
        ControlFlow::Continue(()) => (first, (0, count)),
    };
    let judgement = match &told {
        Some(unit) => Judgement {
            way,
            item: Some(item),
            ..bench.judge(unit)
        },
        None => Judgement {
            way,
            ..without_signature(scene)
        },
    };
    then(&judgement)
}

/// Of keys that the sender tells apart by an id: that of the secret which is named so, if there is one.
fn named<'k>(scene: &Scene<'_>, mut keys: Vec<Key<'k>>, secrets: &[Secret]) -> Vec<Key<'k>> {
    if let Some(id) = key_id(scene) {
        let is_named = |key: &Key<'_>| secrets.get(key.secret).is_some_and(|secret| secret.name() == id);
        if keys.iter().any(is_named) {
            keys.retain(is_named);
        }
    }
    keys
}

/// The secrets of which no key is asked, since the sender names another by its id.
pub(crate) fn passed_over(way: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> Vec<Secret> {
    let asked = named(&Scene::new(way, message), keys(way, secrets), secrets);
    let is_passed_over = |key: &Key<'_>| !asked.iter().any(|other| other.secret == key.secret);
    let mut indices: Vec<usize> = keys(way, secrets)
        .iter()
        .filter(|key| is_passed_over(key))
        .map(|key| key.secret)
        .collect();
    indices.dedup();
    let secrets = indices.into_iter().filter_map(|index| secrets.get(index));
    secrets.cloned().collect()
}

/// The id by which the sender names its key.
pub(crate) fn key_id(scene: &Scene<'_>) -> Option<String> {
    let rule = scene.way.key_id.as_ref()?;
    let id = View::of(scene).first(&rule.from)?;
    Some(String::from_utf8_lossy(&id).into_owned())
}

fn without_signature<'j>(scene: &'j Scene<'_>) -> Judgement<'j> {
    match scene.way.algorithm.get() {
        Some(Algorithm::None) => Judgement::empty(Verdict::Unsigned, Reason::Unsigned),
        _ => Judgement::empty(Verdict::Missing, Reason::NothingThere),
    }
}

impl Judgement<'_> {
    fn empty(verdict: Verdict, reason: Reason) -> Self {
        Self {
            verdict,
            reason,
            way: None,
            places: &[],
            item: None,
            keys: &[],
            attempt: None,
            matched: false,
            age: None,
            facts: Vec::new(),
            token: None,
        }
    }
}

pub(crate) fn keys<'k>(way: &Scheme, secrets: &'k [Secret]) -> Vec<Key<'k>> {
    let mut keys = Vec::with_capacity(secrets.len());
    for (index, secret) in secrets
        .iter()
        .enumerate()
        .filter(|(_, secret)| !key::is_blank(secret))
    {
        for (form, how) in way.secret.iter().enumerate() {
            if let Made::Key(bytes) = how.key(secret) {
                keys.push(Key {
                    secret: index,
                    form,
                    bytes,
                });
            }
        }
    }
    keys
}

/// All that items are judged with.
struct Judging<'j, 'a> {
    scene: &'j Scene<'a>,
    keys: &'j [Key<'j>],
    secrets: &'j [Secret],
    has_secret: bool,
}

impl<'j> Judging<'j, '_> {
    fn judge<'u>(&self, unit: &'u Unit<'u>) -> Judgement<'u>
    where
        'j: 'u,
    {
        judge_unit(self.scene, unit, self.keys, self.secrets, self.has_secret)
    }
}

fn judge_unit<'j>(
    scene: &'j Scene<'_>,
    unit: &'j Unit<'j>,
    keys: &'j [Key<'j>],
    secrets: &'j [Secret],
    has_secret: bool,
) -> Judgement<'j> {
    let way = scene.way;
    let told = |verdict, reason| Judgement {
        places: &unit.places,
        keys,
        ..Judgement::empty(verdict, reason)
    };
    if let Some(name) = open_parameter(way) {
        return told(Verdict::Unknown, Reason::Parameter(name));
    }
    let (Some(algorithm), Some(encoding)) = (way.algorithm.get(), way.encoding.get()) else {
        return told(Verdict::Unknown, Reason::Parameter("algorithm".to_owned()));
    };
    if algorithm == Algorithm::None {
        return told(Verdict::Unsigned, Reason::Unsigned);
    }
    if unit.places.is_empty() {
        return told(Verdict::Missing, Reason::NothingThere);
    }
    let signatures: Vec<(usize, usize, Span)> = unit.signatures().collect();
    if signatures.is_empty() {
        let fault = examine::faults(unit).next();
        let is_malformed = examine::faults(unit).all(Fault::is_malformed) && fault.is_some();
        let verdict = if is_malformed {
            Verdict::Malformed
        } else {
            Verdict::Invalid
        };
        return told(verdict, Reason::NoSignature(fault));
    }
    let bench = bench::Bench {
        scene,
        unit,
        keys,
        secrets,
        algorithm,
        encoding,
        signatures: &signatures,
    };
    let found = match algorithm {
        Algorithm::Token | Algorithm::Basic => bench.token(),
        Algorithm::Jwt => bench.jwt(),
        _ => bench.digest_or_public_key(),
    };
    let (verdict, reason) = match &found.stopped {
        Some((verdict, reason)) => (*verdict, reason.clone()),
        None if found.attempt.is_none() && !has_secret => (Verdict::NoSecret, Reason::NoSecret),
        None if !has_secret => (Verdict::NoSecret, Reason::NoSecret),
        None if keys.is_empty() => (Verdict::Invalid, Reason::NoKey),
        None if !found.matched => (Verdict::Invalid, Reason::Mismatch),
        None => (Verdict::Valid, Reason::Holds),
    };
    let mut judgement = told(verdict, reason);
    judgement.matched = found.matched;
    let group = found.attempt.as_ref().map(|attempt| (attempt.place, found.group));
    let view = View {
        root: unit.root,
        place: group.map(|(place, group)| (&unit.places[place], group)),
        ..View::of(scene)
    };
    judgement.age = age::judge(&view, found.token.as_ref());
    judgement.facts = requirement::facts(&view, found.token.as_ref(), algorithm);
    judgement.attempt = found.attempt;
    judgement.token = found.token;
    if judgement.verdict == Verdict::Valid {
        (judgement.verdict, judgement.reason) = beyond_the_signature(&judgement, scene);
    }
    judgement
}

/// What a right signature does not settle: whether its document is whole, the facts required, and the time.
fn beyond_the_signature(judgement: &Judgement<'_>, scene: &Scene<'_>) -> (Verdict, Reason) {
    let way = scene.way;
    if way.is_read_from_document()
        && let Some(fault) = scene.document_fault()
    {
        return (Verdict::Invalid, Reason::BrokenDocument(fault.to_owned()));
    }
    if let Some(index) = judgement
        .facts
        .iter()
        .position(|fact| !fact.holds && !fact.is_time())
    {
        return (Verdict::Invalid, Reason::Requirement(index));
    }
    if let Some(index) = judgement.facts.iter().position(|fact| !fact.holds) {
        return (Verdict::Expired, Reason::Requirement(index));
    }
    match judgement.age.as_ref().map(|age| &age.outcome) {
        Some(age::Outcome::TooOld) => (Verdict::Expired, Reason::TooOld),
        Some(age::Outcome::TooEarly) => (Verdict::Expired, Reason::TooEarly),
        Some(age::Outcome::Unreadable) if is_time_signed(way) => (Verdict::Malformed, Reason::TimeUnreadable),
        _ => (Verdict::Valid, Reason::Holds),
    }
}

/// Whether the time is among what is signed, so that a sender of this scheme must have written it well.
fn is_time_signed(way: &Scheme) -> bool {
    way.content
        .iter()
        .any(|template| template.reads(&Source::Timestamp))
}

/// The first parameter without a value among the texts that are read while judging.
fn open_parameter(way: &Scheme) -> Option<String> {
    let signature = way.signature.as_ref()?;
    let names = signature.from.iter().filter_map(|source| match source {
        Source::Header(name) | Source::Query(name) | Source::Form(name) => Some(name.as_str()),
        _ => None,
    });
    names.chain(signature.prefix.as_deref()).find_map(|text| {
        let (_, rest) = text.split_once("${")?;
        rest.split_once('}').map(|(name, _)| name.to_owned())
    })
}
