//! The judgement itself. [`crate::check`] takes its verdict, [`crate::verify`] tells it.

mod age;
mod bench;
mod requirement;

pub(crate) use age::{Judged as JudgedAge, Outcome as AgeOutcome};
pub(crate) use requirement::{Fact, Subject};

use std::borrow::Cow;

use crate::content::Segment;
use crate::digest::Digest;
use crate::examine::{self, Unit};
use crate::grammar::Fault;
use crate::jwt::Token;
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
    NoWay,
    Unsigned,
    Parameter(String),
    NothingThere,
    NoSignature(Option<Fault>),
    NotASignature,
    Lacking(Source),
    NoSecret,
    NoKey,
    Mismatch,
    AlgorithmRefused(String),
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
    let Some((index, units)) = examine::choose(&scenes, secrets) else {
        return then(&Judgement::empty(Verdict::Missing, Reason::NoWay));
    };
    let scene = &scenes[index];
    let keys = keys(scene.way, secrets);
    let has_secret = secrets.iter().any(|secret| !key::is_blank(secret));
    let mut first: Option<Judgement<'_>> = None;
    for (item, unit) in units.iter().enumerate() {
        let mut judgement = judge_unit(scene, unit, &keys, secrets, has_secret);
        judgement.way = Some((index, scene.way));
        judgement.item = scene.way.each.is_some().then_some((item, units.len()));
        let is_good = judgement.verdict == Verdict::Valid;
        if !is_good {
            return then(&judgement);
        }
        first.get_or_insert(judgement);
    }
    match first {
        Some(judgement) => then(&judgement),
        None => {
            let mut judgement = without_signature(scene);
            judgement.way = Some((index, scene.way));
            then(&judgement)
        }
    }
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
        (judgement.verdict, judgement.reason) = beyond_the_signature(&judgement, way);
    }
    judgement
}

/// What a right signature does not settle: the facts required, and the time.
fn beyond_the_signature(judgement: &Judgement<'_>, way: &Scheme) -> (Verdict, Reason) {
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
