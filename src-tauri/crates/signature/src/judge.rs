//! The judgement itself. [`crate::check`] takes its verdict, [`crate::verify`] tells it.

mod age;
mod requirement;

pub(crate) use age::Judged as JudgedAge;
pub(crate) use requirement::{Fact, Subject};

use std::borrow::Cow;

use subtle::ConstantTimeEq as _;

use crate::asymmetric::{Kind, PublicKey};
use crate::content::{self, Lacking, Segment};
use crate::digest::{self, Digest};
use crate::encoding;
use crate::examine::{self, Unit};
use crate::grammar::Fault;
use crate::jwt::{Signed, Token};
use crate::key::{self, Made};
use crate::message::Message;
use crate::report::Span;
use crate::scheme::{Algorithm, Encoding, Scheme};
use crate::secret::Secret;
use crate::template::{Source, Template};
use crate::verdict::Verdict;
use crate::view::{Place, Scene, View};

/// Places and groups whose contents differ are judged up to this many.
const MOST_CONTENTS: usize = 8;

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
    let bench = Bench {
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

/// What trying the signatures came to.
#[derive(Default)]
struct Tried<'j> {
    attempt: Option<Attempt<'j>>,
    group: usize,
    matched: bool,
    token: Option<Token>,
    stopped: Option<(Verdict, Reason)>,
}

impl Tried<'_> {
    fn stop(verdict: Verdict, reason: Reason) -> Self {
        Self {
            stopped: Some((verdict, reason)),
            ..Self::default()
        }
    }
}

/// All that is needed to try signatures.
struct Bench<'b, 'j, 'a> {
    scene: &'j Scene<'a>,
    unit: &'j Unit<'j>,
    keys: &'j [Key<'j>],
    secrets: &'j [Secret],
    algorithm: Algorithm,
    encoding: Encoding,
    signatures: &'b [(usize, usize, Span)],
}

impl<'j> Bench<'_, 'j, '_> {
    fn text(&self, place: usize, span: Span) -> &'j [u8] {
        self.unit.places[place]
            .text
            .get(span.start..span.end)
            .unwrap_or_default()
    }

    /// A secret that is itself sent.
    fn token(&self) -> Tried<'j> {
        let mut tried = Tried::default();
        for &(place, group, span) in self.signatures {
            let text = self.text(place, span);
            let decoded = (self.algorithm == Algorithm::Basic).then(|| encoding::base64_any(text));
            let sent = match &decoded {
                Some(Some(decoded)) => decoded.as_slice(),
                Some(None) => return Tried::stop(Verdict::Malformed, Reason::NotASignature),
                None => text,
            };
            let key = self
                .keys
                .iter()
                .position(|key| key.bytes.as_ref().ct_eq(sent).into());
            tried.matched = key.is_some();
            if tried.matched || tried.attempt.is_none() {
                tried.group = group;
                tried.attempt = Some(Attempt {
                    key: key.unwrap_or(0),
                    place,
                    span,
                    template: None,
                    segments: Vec::new(),
                    expected: None,
                });
            }
            if tried.matched {
                break;
            }
        }
        tried
    }

    fn jwt(&self) -> Tried<'j> {
        let mut tried = Tried::default();
        for &(place, group, span) in self.signatures {
            let Some(token) = Token::parse(self.text(place, span)) else {
                continue;
            };
            let algorithm = token.algorithm();
            if !self.scene.way.jwt_algorithms.contains(&algorithm) {
                tried.stopped = Some((Verdict::Invalid, Reason::AlgorithmRefused(algorithm)));
                tried.token = Some(token);
                continue;
            }
            let mut unreadable = 0;
            let mut matching = None;
            for (index, key) in self.keys.iter().enumerate() {
                match token.is_signed_by(&key.bytes, self.secrets[key.secret].expose()) {
                    Signed::Yes => matching = matching.or(Some(index)),
                    Signed::No => {}
                    Signed::KeyUnreadable => unreadable += 1,
                }
            }
            tried.matched = matching.is_some();
            tried.stopped = (!self.keys.is_empty() && unreadable == self.keys.len())
                .then_some((Verdict::Invalid, Reason::NoKey));
            tried.group = group;
            tried.token = Some(token);
            tried.attempt = Some(Attempt {
                key: matching.unwrap_or(0),
                place,
                span,
                template: None,
                segments: Vec::new(),
                expected: None,
            });
            if tried.matched {
                return tried;
            }
        }
        if tried.token.is_none() {
            return Tried::stop(Verdict::Malformed, Reason::NotASignature);
        }
        tried
    }

    fn digest_or_public_key(&self) -> Tried<'j> {
        if !self
            .signatures
            .iter()
            .any(|(place, _, span)| encoding::is_token(self.text(*place, *span)))
        {
            return Tried::stop(Verdict::Malformed, Reason::NotASignature);
        }
        let way: &'j Scheme = self.scene.way;
        let by_place = reads_items(way);
        let mut contents: Vec<(usize, usize)> = self
            .signatures
            .iter()
            .map(|(place, group, _)| (*place, *group))
            .collect();
        contents.dedup();
        contents.truncate(if by_place { MOST_CONTENTS } else { 1 });
        let mut tried = Tried::default();
        let mut lacking = None;
        for (place, group) in contents {
            let view = View {
                root: self.unit.root,
                place: Some((&self.unit.places[place], group)),
                ..View::of(self.scene)
            };
            let here = self
                .signatures
                .iter()
                .filter(|(other, other_group, _)| !by_place || (*other == place && *other_group == group));
            for template in &way.content {
                match self.try_template(template, view, here.clone(), &mut tried) {
                    Ok(true) => return tried,
                    Ok(false) => {}
                    Err(missing) => lacking = Some(missing),
                }
            }
        }
        match lacking {
            Some(Lacking::Source(source)) if tried.attempt.is_none() => {
                Tried::stop(Verdict::Missing, Reason::Lacking(source))
            }
            Some(Lacking::Parameter(name)) if tried.attempt.is_none() => {
                Tried::stop(Verdict::Unknown, Reason::Parameter(name))
            }
            _ => tried,
        }
    }

    /// Tries one content with every key; `Ok(true)` if a signature matched.
    fn try_template<'t>(
        &self,
        template: &'j Template,
        view: View<'j, '_>,
        signatures: impl Iterator<Item = &'t (usize, usize, Span)> + Clone,
        tried: &mut Tried<'j>,
    ) -> Result<bool, Lacking> {
        let reads_secret = template.reads(&Source::Secret);
        let mut segments = None;
        for (index, key) in self.keys.iter().enumerate() {
            let made = match segments.take() {
                Some(segments) if !reads_secret => segments,
                _ => content::segments(
                    template,
                    &View {
                        key: Some(key.bytes.as_ref()),
                        ..view
                    },
                )?,
            };
            let (expected, matching) = self.compare(key, &made, signatures.clone());
            if matching.is_some() || tried.attempt.is_none() {
                let first = signatures
                    .clone()
                    .next()
                    .copied()
                    .unwrap_or((0, 0, Span { start: 0, end: 0 }));
                let (place, group, span) = matching.unwrap_or(first);
                tried.group = group;
                tried.matched = matching.is_some();
                let kept = made.clone();
                tried.attempt = Some(Attempt {
                    key: index,
                    place,
                    span,
                    template: Some(template),
                    segments: kept,
                    expected,
                });
            }
            if tried.matched {
                return Ok(true);
            }
            segments = Some(made);
        }
        if self.keys.is_empty() && tried.attempt.is_none() {
            // Without a key there is nothing to compute; what would be signed is still worth showing.
            let made = content::segments(
                template,
                &View {
                    key: Some(b""),
                    ..view
                },
            )?;
            if let Some(&(place, group, span)) = signatures.clone().next() {
                tried.group = group;
                tried.attempt = Some(Attempt {
                    key: 0,
                    place,
                    span,
                    template: Some(template),
                    segments: made,
                    expected: None,
                });
            }
        }
        Ok(false)
    }

    fn compare<'t>(
        &self,
        key: &Key<'_>,
        segments: &[Segment<'_>],
        mut signatures: impl Iterator<Item = &'t (usize, usize, Span)>,
    ) -> (Option<Digest>, Option<(usize, usize, Span)>) {
        let pieces = segments.iter().map(|segment| segment.bytes.as_ref());
        let digest = if let Some(hash) = self.algorithm.hmac_hash() {
            digest::hmac(hash, &key.bytes, pieces)
        } else if let Some(hash) = self.algorithm.plain_hash() {
            digest::plain(hash, pieces)
        } else {
            let content = content::joined(segments);
            let pasted = self.secrets[key.secret].expose();
            let (Some(kind), Ok(public)) = (Kind::of(self.algorithm), PublicKey::read(pasted, None)) else {
                return (None, None);
            };
            let matching = signatures.find(|(place, _, span)| {
                encoding::decode(self.text(*place, *span), self.encoding)
                    .is_some_and(|signature| public.verifies(kind, &content, &signature))
            });
            return (None, matching.copied());
        };
        let expected = encoding::encode(&digest, self.encoding);
        let matching = signatures.find(|(place, _, span)| {
            let received = self.text(*place, *span);
            if self.encoding == Encoding::HexAny {
                return encoding::hex_any(received)
                    .is_some_and(|bytes| digest.as_bytes().ct_eq(&bytes).into());
            }
            expected.as_bytes().ct_eq(received).into()
        });
        (Some(digest), matching.copied())
    }
}

/// Whether what is signed differs from one item list to the next.
fn reads_items(way: &Scheme) -> bool {
    let is_item = |source: &Source| matches!(source, Source::Item(_));
    way.timestamp
        .as_ref()
        .is_some_and(|timestamp| timestamp.from.iter().any(is_item))
        || way.id.as_ref().is_some_and(|id| id.from.iter().any(is_item))
        || way.content.iter().any(|template| template.reads_any(is_item))
}
