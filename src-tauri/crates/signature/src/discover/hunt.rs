//! The search itself: each kind of signature over each place.

use std::collections::HashMap;

use super::is_valid;
use super::place::{self, Candidate, Slot};
use crate::asymmetric::{Kind, PublicKey};
use crate::content::{self, joined};
use crate::diagnose::{Budget, template};
use crate::digest::{self, Digest};
use crate::jwt::{Signed, Token};
use crate::key::{self, Made};
use crate::message::Message;
use crate::scheme::{
    Algorithm, Hash, Id, Requirement, Scheme, SecretDecoding, SecretForm, Setting, Timestamp,
};
use crate::secret::Secret;
use crate::template::{Source, Template};
use crate::view::{Given, Scene, View};

/// A computation over so many bytes is long enough to look up each time.
const LONG: usize = 256 * 1024;

/// The forms a secret is tried in.
fn forms() -> Vec<SecretForm> {
    let decode = |decode| SecretForm {
        decode,
        ..SecretForm::default()
    };
    let strip = |form: SecretForm| SecretForm {
        strip: Some("whsec_".to_owned()),
        ..form
    };
    let hash = |hash| SecretForm {
        hash: Some(hash),
        ..SecretForm::default()
    };
    vec![
        SecretForm::default(),
        strip(decode(SecretDecoding::Base64)),
        decode(SecretDecoding::Base64),
        decode(SecretDecoding::Hex),
        strip(SecretForm::default()),
        hash(Hash::Sha256),
        hash(Hash::Sha1),
    ]
}

pub(super) struct Hunt<'h> {
    message: &'h Message<'h>,
    secrets: &'h [Secret],
    budget: &'h Budget<'h>,
    candidates: Vec<Candidate>,
    times: Vec<Slot>,
    ids: Vec<Slot>,
    tries: u32,
    bytes: u64,
    pub(super) found: Vec<(Scheme, usize)>,
}

impl<'h> Hunt<'h> {
    pub(super) fn new(message: &'h Message<'h>, secrets: &'h [Secret], budget: &'h Budget<'h>) -> Self {
        let candidates = place::candidates(message);
        let times = place::times(message, &candidates);
        let ids = place::ids(message);
        Self {
            message,
            secrets,
            budget,
            candidates,
            times,
            ids,
            tries: 0,
            bytes: 0,
            found: Vec::new(),
        }
    }

    fn may_try(&mut self, length: usize) -> bool {
        self.tries = self.tries.saturating_add(1);
        self.bytes = self.bytes.saturating_add(length as u64);
        self.tries <= self.budget.tries
            && self.bytes <= self.budget.bytes
            && (length < LONG && !self.tries.is_multiple_of(16) || !(self.budget.should_stop)())
    }

    fn keep(&mut self, scheme: Scheme, secret: usize) {
        let one = std::slice::from_ref(&self.secrets[secret]);
        let is_known = self
            .found
            .iter()
            .any(|(other, index)| *other == scheme && *index == secret);
        if !is_known && is_valid(&scheme, self.message, one) {
            self.found.push((scheme, secret));
        }
    }

    /// The secret itself, somewhere.
    pub(super) fn tokens(&mut self) {
        for index in 0..self.secrets.len() {
            if key::is_blank(&self.secrets[index]) {
                continue;
            }
            for candidate in self.candidates.clone() {
                for algorithm in [Algorithm::Token, Algorithm::Basic] {
                    if self.may_try(0) {
                        self.keep(Scheme::new(algorithm, candidate.signature.clone()), index);
                    }
                }
            }
        }
    }

    pub(super) fn jwts(&mut self) {
        for candidate in self.candidates.clone() {
            let Some(token) = Token::parse(candidate.text.as_bytes()) else {
                continue;
            };
            for index in 0..self.secrets.len() {
                let pasted = self.secrets[index].expose();
                let signs = token.is_signed_by(pasted.as_bytes(), pasted, None) == Signed::Yes;
                if !self.may_try(token.signed.len()) || !signs {
                    continue;
                }
                let mut scheme = Scheme::new(Algorithm::Jwt, candidate.signature.clone());
                scheme.jwt_algorithms = vec![token.algorithm()];
                scheme.require = self.body_claims(&token);
                self.keep(scheme, index);
            }
        }
    }

    /// Claims that are digests of the body.
    fn body_claims(&self, token: &Token) -> Vec<Requirement> {
        let (_, claims) = token.documents();
        let mut names = Vec::new();
        crate::read::json::walk(claims, &mut |key, _| {
            names.extend(key.map(|key| crate::read::json::unescape(key).into_owned()));
        });
        let mut requirements = Vec::new();
        for name in names {
            let Some(value) = token.claim(&name) else { continue };
            for hash in Hash::ALL {
                let digest = digest::of(hash, self.message.body);
                let encodings = [crate::scheme::Encoding::Hex, crate::scheme::Encoding::Base64];
                for encoding in encodings {
                    if crate::encoding::encode(&digest, encoding).as_bytes() == value.as_bytes() {
                        requirements.push(Requirement {
                            body_digest: Some(hash),
                            encoding,
                            ..Requirement::of(Source::Claim(name.clone()))
                        });
                    }
                }
            }
        }
        requirements
    }

    pub(super) fn digests(&mut self) {
        let mut wanted: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (index, candidate) in self.candidates.iter().enumerate() {
            for bytes in &candidate.digests {
                wanted.entry(bytes.clone()).or_default().push(index);
            }
        }
        let hashes: Vec<Hash> = Hash::ALL
            .into_iter()
            .filter(|hash| wanted.keys().any(|bytes| bytes.len() == hash.length()))
            .collect();
        if hashes.is_empty() {
            return;
        }
        for secret in 0..self.secrets.len() {
            let mut keys: Vec<(SecretForm, Vec<u8>)> = Vec::new();
            for form in forms() {
                if let Made::Key(key) = form.key(&self.secrets[secret])
                    && !keys.iter().any(|(_, other)| *other == key.as_ref())
                {
                    let key = key.into_owned();
                    keys.push((form, key));
                }
            }
            for (form, key) in &keys {
                self.with_key(secret, form, key, &hashes, &wanted);
            }
        }
    }

    fn with_key(
        &mut self,
        secret: usize,
        form: &SecretForm,
        key: &[u8],
        hashes: &[Hash],
        wanted: &HashMap<Vec<u8>, Vec<usize>>,
    ) {
        let hmacs = template::candidates()
            .into_iter()
            .map(|template| (template, true));
        let plains = template::plain_candidates()
            .into_iter()
            .map(|template| (template, false));
        for (content, is_hmac) in hmacs.chain(plains) {
            for (time, id) in self.slots(&content) {
                for hash in hashes {
                    let Some(digest) = self.compute(&content, &time, &id, key, *hash, is_hmac) else {
                        return;
                    };
                    let hits = wanted.get(digest.as_bytes()).cloned().unwrap_or_default();
                    for hit in hits {
                        let algorithm = if is_hmac {
                            Algorithm::hmac(*hash)
                        } else {
                            plain(*hash)
                        };
                        let candidate = self.candidates[hit].clone();
                        for encoding in candidate.encodings(digest.as_bytes()) {
                            let mut scheme = self.scheme(algorithm, &candidate, &content, &time, &id);
                            scheme.encoding = Setting::Fixed(encoding);
                            scheme.secret = vec![form.clone()];
                            self.keep(scheme, secret);
                        }
                    }
                }
            }
        }
    }

    /// Every pair of a time and an id that a content can be made with.
    fn slots(&self, content: &Template) -> Vec<(Option<Slot>, Option<Slot>)> {
        let pick = |reads: bool, slots: &[Slot]| -> Vec<Option<Slot>> {
            if reads {
                slots.iter().cloned().map(Some).collect()
            } else {
                vec![None]
            }
        };
        let times = pick(content.reads(&Source::Timestamp), &self.times);
        let ids = pick(content.reads(&Source::Id), &self.ids);
        times
            .iter()
            .flat_map(|time| ids.iter().map(move |id| (time.clone(), id.clone())))
            .collect()
    }

    fn compute(
        &mut self,
        content: &Template,
        time: &Option<Slot>,
        id: &Option<Slot>,
        key: &[u8],
        hash: Hash,
        is_hmac: bool,
    ) -> Option<Digest> {
        if !self.may_try(self.message.body.len()) {
            return None;
        }
        let empty = Scheme::new(Algorithm::None, crate::scheme::Signature::default());
        let scene = Scene::new(&empty, self.message);
        let given = Given {
            timestamp: time.as_ref().map(|slot| slot.text.as_str()),
            id: id.as_ref().map(|slot| slot.text.as_str()),
        };
        let view = View {
            given,
            key: Some(key),
            ..View::of(&scene)
        };
        let segments = content::segments(content, &view).ok()?;
        let pieces = segments.iter().map(|segment| segment.bytes.as_ref());
        Some(if is_hmac {
            digest::hmac(hash, key, pieces)
        } else {
            digest::plain(hash, pieces)
        })
    }

    fn scheme(
        &self,
        algorithm: Algorithm,
        candidate: &Candidate,
        content: &Template,
        time: &Option<Slot>,
        id: &Option<Slot>,
    ) -> Scheme {
        let mut scheme = Scheme::new(algorithm, candidate.signature.clone());
        scheme.content = vec![content.clone()];
        scheme.timestamp = time.as_ref().map(|slot| Timestamp {
            from: vec![slot.source.clone()],
            unit: slot.unit,
            past: None,
            future: None,
        });
        scheme.id = id.as_ref().map(|slot| Id {
            from: vec![slot.source.clone()],
        });
        scheme
    }

    pub(super) fn public_keys(&mut self) {
        let kinds = [
            (Kind::Ed25519, Algorithm::Ed25519),
            (Kind::EcdsaDer, Algorithm::EcdsaP256Sha256),
            (Kind::EcdsaFixed, Algorithm::EcdsaP256Sha256Fixed),
            (Kind::RsaSha256, Algorithm::RsaSha256),
            (Kind::RsaSha1, Algorithm::RsaSha1),
            (Kind::RsaSha512, Algorithm::RsaSha512),
            (Kind::RsaPssSha256, Algorithm::RsaPssSha256),
        ];
        for secret in 0..self.secrets.len() {
            let Ok(public) = PublicKey::read(self.secrets[secret].expose()) else {
                continue;
            };
            for content in template::candidates() {
                for (time, id) in self.slots(&content) {
                    let empty = Scheme::new(Algorithm::None, crate::scheme::Signature::default());
                    let scene = Scene::new(&empty, self.message);
                    let given = Given {
                        timestamp: time.as_ref().map(|slot| slot.text.as_str()),
                        id: id.as_ref().map(|slot| slot.text.as_str()),
                    };
                    let view = View {
                        given,
                        ..View::of(&scene)
                    };
                    let Ok(segments) = content::segments(&content, &view) else {
                        continue;
                    };
                    let text = joined(&segments);
                    for candidate in self.candidates.clone() {
                        for (bytes, encoding) in candidate.signatures() {
                            for (kind, algorithm) in kinds {
                                if !self.may_try(text.len()) {
                                    return;
                                }
                                if public.verifies(kind, &text, &bytes) {
                                    let mut scheme = self.scheme(algorithm, &candidate, &content, &time, &id);
                                    scheme.encoding = Setting::Fixed(encoding);
                                    self.keep(scheme, secret);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

const fn plain(hash: Hash) -> Algorithm {
    match hash {
        Hash::Md5 => Algorithm::Md5,
        Hash::Sha1 => Algorithm::Sha1,
        Hash::Sha256 => Algorithm::Sha256,
        Hash::Sha384 => Algorithm::Sha384,
        Hash::Sha512 => Algorithm::Sha512,
    }
}
