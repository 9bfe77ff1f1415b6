//! Trying the signatures: each against each key, over each content.

use subtle::ConstantTimeEq as _;

use super::{Attempt, Key, Reason};
use crate::asymmetric::{Kind, PublicKey};
use crate::content::{self, Lacking, Segment};
use crate::digest::{self, Digest};
use crate::encoding;
use crate::examine::Unit;
use crate::jwt::{Signed, Token, Unfit};
use crate::report::Span;
use crate::scheme::{Algorithm, Encoding, Scheme};
use crate::secret::Secret;
use crate::template::{Source, Template};
use crate::verdict::Verdict;
use crate::view::{Scene, View};

/// Places and groups whose contents differ are judged up to this many.
const MOST_CONTENTS: usize = 8;

/// What trying the signatures came to.
#[derive(Default)]
pub(super) struct Tried<'j> {
    pub(super) attempt: Option<Attempt<'j>>,
    pub(super) group: usize,
    pub(super) matched: bool,
    pub(super) token: Option<Token>,
    pub(super) stopped: Option<(Verdict, Reason)>,
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
pub(super) struct Bench<'b, 'j, 'a> {
    pub(super) scene: &'j Scene<'a>,
    pub(super) unit: &'j Unit<'j>,
    pub(super) keys: &'j [Key<'j>],
    pub(super) secrets: &'j [Secret],
    pub(super) algorithm: Algorithm,
    pub(super) encoding: Encoding,
    pub(super) signatures: &'b [(usize, usize, Span)],
}

impl<'j> Bench<'_, 'j, '_> {
    fn text(&self, place: usize, span: Span) -> &'j [u8] {
        self.unit.places[place]
            .text
            .get(span.start..span.end)
            .unwrap_or_default()
    }

    /// A secret that is itself sent.
    pub(super) fn token(&self) -> Tried<'j> {
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

    pub(super) fn jwt(&self) -> Tried<'j> {
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
            if !token.is_supported() {
                tried.stopped = Some((Verdict::Unknown, Reason::AlgorithmUnsupported(algorithm)));
                tried.token = Some(token);
                continue;
            }
            let received_at = self.scene.message.received_at;
            let answers = self
                .keys
                .iter()
                .map(|key| token.is_signed_by(&key.bytes, self.secrets[key.secret].expose(), received_at));
            let (index, signed) = Signed::of_keys(answers);
            tried.matched = signed == Signed::Yes;
            tried.stopped = match signed {
                Signed::Yes | Signed::No => None,
                Signed::Unfit(Unfit::Unreadable) => Some((Verdict::Invalid, Reason::NoKey)),
                Signed::Unfit(why) => {
                    let secret = self.keys[index].secret;
                    Some((Verdict::Invalid, Reason::Unfit { secret, why }))
                }
            };
            tried.group = group;
            tried.token = Some(token);
            tried.attempt = Some(Attempt {
                key: if tried.matched { index } else { 0 },
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

    pub(super) fn digest_or_public_key(&self) -> Tried<'j> {
        if !self
            .signatures
            .iter()
            .any(|(place, _, span)| encoding::is_token(self.text(*place, *span)))
        {
            return Tried::stop(Verdict::Malformed, Reason::NotASignature);
        }
        let is_readable = |key: &Key<'_>| PublicKey::read(self.secrets[key.secret].expose()).is_ok();
        if self.algorithm.is_asymmetric() && !self.keys.is_empty() && !self.keys.iter().any(is_readable) {
            return Tried::stop(Verdict::Invalid, Reason::NoKey);
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
                match self.try_template(template, view, &here, &mut tried) {
                    Ok(true) => return tried,
                    Ok(false) => {}
                    Err(missing) => lacking = Some(missing),
                }
            }
        }
        match lacking {
            Some(Lacking::Source(source)) if tried.attempt.is_none() => {
                // A header that is there and lacks an item is wrong; a header that is not there is missing.
                let verdict = if is_item(way, &source) {
                    Verdict::Invalid
                } else {
                    Verdict::Missing
                };
                Tried::stop(verdict, Reason::Lacking(source))
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
        signatures: &(impl Iterator<Item = &'t (usize, usize, Span)> + Clone),
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
            let (Some(kind), Ok(public)) = (Kind::of(self.algorithm), PublicKey::read(pasted)) else {
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

/// Whether this is read only from the list the signature is in.
fn is_item(way: &Scheme, source: &Source) -> bool {
    let from = match source {
        Source::Timestamp => way.timestamp.as_ref().map(|timestamp| timestamp.from.as_slice()),
        Source::Id => way.id.as_ref().map(|id| id.from.as_slice()),
        other => return matches!(other, Source::Item(_)),
    };
    from.is_some_and(|from| from.iter().all(|source| matches!(source, Source::Item(_))))
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
