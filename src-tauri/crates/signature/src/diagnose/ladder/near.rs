//! The last rungs: what is nearly right. A signature that was cut, a time beside the one that came, a byte that changed,
//! a secret copied badly.

use super::{Answer, Ladder, Shown};
use crate::diagnose::cause::Cause;
use crate::diagnose::key;
use crate::diagnose::near::{self, Reach};
use crate::diagnose::search::{Hit, Made, Search, TrialKey, Way};
use crate::diagnose::template;
use crate::digest::{self, Edit};
use crate::encoding;
use crate::report::PartKind;
use crate::scheme::Hash;
use crate::template::Source;
use crate::view::Given;

/// Times further from the one that came than this many seconds are not tried.
const NEAR: i64 = 900;
/// The same where a public key makes each try dear.
const NEAR_PUBLIC: i64 = 60;
/// The most bytes that are hashed for times and for secrets, each.
const WORK: usize = 32 << 20;

impl Ladder<'_> {
    /// The right value, cut short, with something around it, or with a character changed.
    pub(super) fn near_values(&mut self, search: &mut Search<'_>) -> Option<Answer> {
        let way = Way::of(self.way.algorithm.get()?)?;
        let (encoding, before) = (self.way.encoding.get()?, search.tries);
        let pieces = self.pieces();
        for key in &self.own_keys() {
            for made in search.contents(self.way, self.message, key) {
                if !search.may_try(made.bytes.len()) {
                    return None;
                }
                let content = std::iter::once(made.bytes.as_slice());
                let digest = match way {
                    Way::Hmac(hash) => digest::hmac(hash, &key.bytes, content),
                    Way::Plain(hash) => digest::plain(hash, content),
                    Way::Public(_) => return None,
                };
                let right = encoding::encode(&digest, encoding).to_text();
                for piece in &pieces {
                    let shown = || Shown {
                        algorithm: way.title(),
                        template: made.template.clone(),
                        computed_hex: Some(digest.hex()),
                        received_hex: encoding::decode(piece.as_bytes(), encoding).map(hex::encode),
                    };
                    if piece.len() == right.len() && *piece != right && piece.eq_ignore_ascii_case(&right) {
                        let change = "the value with its letters in another case";
                        return Some(Answer::shown(
                            Cause::LetterCase,
                            change,
                            Some(key.name.clone()),
                            shown(),
                        ));
                    }
                    if let Some(change) = near::signature(piece, &right) {
                        let cause = Cause::SignatureAltered;
                        return Some(Answer::shown(cause, change, Some(key.name.clone()), shown()));
                    }
                }
            }
        }
        self.exclude(
            "the right value cut short or with a character changed",
            search,
            before,
        );
        None
    }

    /// The texts that were taken for signatures, and whatever else stands in their places.
    fn pieces(&self) -> Vec<String> {
        if let Some(computed) = &self.computed {
            return vec![computed.clone()];
        }
        let mut pieces: Vec<String> = Vec::new();
        let candidates = self
            .report
            .candidates
            .iter()
            .map(|candidate| candidate.text.as_str());
        let found = self.report.found.iter().take(8).flat_map(|found| {
            found
                .text
                .split([',', ';', ' ', '&'])
                .flat_map(|item| [Some(item), item.split_once('=').map(|(_, value)| value)])
                .flatten()
        });
        for piece in candidates.chain(found).take(64) {
            if !piece.is_empty() && !pieces.iter().any(|other| other == piece) {
                pieces.push(piece.to_owned());
            }
        }
        pieces
    }

    /// The documented content, its time a little earlier or later than the one that came.
    pub(super) fn near_times(
        &mut self,
        search: &mut Search<'_>,
        way: Way,
        own: &[TrialKey],
    ) -> Option<Answer> {
        let reads_time = |content: &crate::template::Template| content.reads(&Source::Timestamp);
        if !self.way.content.iter().any(reads_time) {
            return None;
        }
        let came = self.timestamp()?;
        let reach = match way {
            Way::Public(_) => NEAR_PUBLIC,
            _ => NEAR,
        };
        let before = search.tries;
        let mut work = 0;
        for (time, seconds) in template::near_times(&came, self.message.received_at, reach) {
            work += self.message.body.len() + 256;
            if work > WORK {
                break;
            }
            let given = Given {
                timestamp: Some(&time),
                id: None,
            };
            let Some(hit) = search.message(self.way, self.message, own, way, given) else {
                continue;
            };
            let apart = match seconds {
                0 => "the same second".to_owned(),
                ..0 => format!("{} s earlier", -seconds),
                _ => format!("{seconds} s later"),
            };
            let change = format!("the time `{time}` was signed, {apart} than `{came}`, which came");
            return Some(Answer::of(Cause::TimestampAltered, change, hit));
        }
        self.exclude("times near the one that came", search, before);
        None
    }

    /// The documented content with one byte changed, left out, added or swapped with the next.
    pub(super) fn edited_content(
        &mut self,
        search: &mut Search<'_>,
        way: Way,
        own: &[TrialKey],
    ) -> Option<Answer> {
        let hash = match way {
            Way::Hmac(hash) | Way::Plain(hash) => hash,
            Way::Public(_) => return None,
        };
        let before = search.tries;
        for key in own.iter().take(4) {
            for made in search.contents(self.way, self.message, key).into_iter().take(4) {
                let Some(reach) = near::reach(made.bytes.len()).filter(|_| !made.reads_secret) else {
                    continue;
                };
                if let Some((edit, digest)) = edited(search, way, hash, key, &made, reach) {
                    return Some(self.altered(search, way, key, &made, edit, digest.as_bytes()));
                }
            }
        }
        self.exclude("one byte of what is signed changed", search, before);
        None
    }

    fn altered(
        &self,
        search: &Search<'_>,
        way: Way,
        key: &TrialKey,
        made: &Made,
        edit: Edit,
        digest: &[u8],
    ) -> Answer {
        let mut start = 0;
        let mut part = (PartKind::Literal, 0, 0);
        for (kind, length) in &made.parts {
            if edit.at >= start && *length > 0 && edit.at <= start + length {
                part = (*kind, start, *length);
                // What is added between two parts belongs to the one it ends, unless the next is the body.
                if edit.at < start + length {
                    break;
                }
            }
            start += length;
        }
        let (kind, start, length) = part;
        let (cause, of) = match kind {
            PartKind::Body | PartKind::Json | PartKind::Form => (Cause::BodyAltered, "the body"),
            PartKind::Timestamp => (Cause::TimestampAltered, "the time"),
            PartKind::Url => (Cause::Url, "the URL"),
            PartKind::Id => (Cause::ContentAltered, "the id"),
            PartKind::Header => (Cause::ContentAltered, "the headers that are signed"),
            _ => (Cause::ContentAltered, "the signed content"),
        };
        let content = &made.bytes;
        let told = near::told(edit, edit.at.saturating_sub(start), content);
        let after = content.get(edit.at + edit.left_out..).unwrap_or_default();
        let signed = [&content[..edit.at], edit.put(), after].concat();
        let is_body = kind == PartKind::Body && content.get(start..start + length) == Some(self.message.body);
        let grown = (length + edit.put().len()).saturating_sub(edit.left_out);
        let body = is_body
            .then(|| signed.get(start..start + grown).map(<[u8]>::to_vec))
            .flatten();
        let hit = Hit {
            target: search.targets.iter().position(|target| target.bytes == digest),
            computed: Some(digest.to_vec()),
            template: made.template.clone(),
            way,
            key: key.name.clone(),
            content: signed,
        };
        Answer {
            body,
            ..Answer::of(cause, format!("in {of} {told}"), hit)
        }
    }

    /// Secrets that differ a little from those that are set.
    pub(super) fn miscopied_secrets(&mut self, search: &mut Search<'_>, way: Way) -> Option<Answer> {
        let Way::Hmac(hash) = way else { return None };
        let before = search.tries;
        for secret in self.secrets.iter().take(4) {
            if secret.expose().len() > 256 {
                continue;
            }
            let own = TrialKey::of(secret, Vec::new());
            let Some(made) = search.contents(self.way, self.message, &own).into_iter().next() else {
                continue;
            };
            let each = made.bytes.len() + 512;
            let thorough = secret.expose().len().saturating_mul(140).saturating_mul(each) <= WORK;
            let reach = if thorough { Reach::Every } else { Reach::Usual };
            let mut work = 0;
            for (change, text) in near::secrets(secret.expose(), reach) {
                work += each;
                if work > WORK || !search.may_try(made.bytes.len()) {
                    break;
                }
                let Some(bytes) = key::documented(self.way, &text) else {
                    continue;
                };
                let digest = digest::hmac(hash, &bytes, std::iter::once(made.bytes.as_slice()));
                let is_it = |target: &crate::diagnose::target::Target| target.bytes == digest.as_bytes();
                let Some(target) = search.targets.iter().position(is_it) else {
                    continue;
                };
                let hit = Hit {
                    target: Some(target),
                    computed: Some(digest.as_bytes().to_vec()),
                    template: made.template,
                    way,
                    key: secret.name().to_owned(),
                    content: made.bytes,
                };
                return Some(Answer::of(Cause::SecretMiscopied, change, hit));
            }
        }
        self.exclude(
            "the secret with a character missing, added or changed",
            search,
            before,
        );
        None
    }
}

fn edited(
    search: &mut Search<'_>,
    way: Way,
    hash: Hash,
    key: &TrialKey,
    made: &Made,
    reach: Reach,
) -> Option<(Edit, digest::Digest)> {
    let targets: Vec<Vec<u8>> = search.targets.iter().map(|target| target.bytes.clone()).collect();
    let is_wanted = |digest: &[u8]| targets.iter().any(|target| target == digest);
    let (most, most_bytes) = search.left();
    let half = (made.bytes.len() / 2).max(1) as u64;
    let (mut tries, mut is_spent) = (0_u32, false);
    let found = {
        let mut edits = |at: usize| {
            let edits = near::edits(&made.bytes, at, reach);
            let more = tries.saturating_add(u32::try_from(edits.len()).unwrap_or(u32::MAX));
            let is_over = more > most || u64::from(more) * half > most_bytes;
            if is_over || (at.is_multiple_of(16) && search.should_stop()) {
                is_spent = true;
                return None;
            }
            tries = more;
            Some(edits)
        };
        let key = matches!(way, Way::Hmac(_)).then_some(key.bytes.as_slice());
        digest::first_edit(hash, key, &made.bytes, &mut edits, &is_wanted)
    };
    search.took(tries, u64::from(tries) * half);
    search.is_spent |= is_spent;
    found
}
