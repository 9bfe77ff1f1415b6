//! Who sent this?
//!
//! Each provider file has rules. Among the rules that hold, the earliest [`Rank`] decides: what a provider alone sends
//! outweighs what several share, and headers outweigh bodies. Within a rank the rule with the most conditions decides,
//! since it has looked at more. Providers that are still equal are offered, not guessed.
//!
//! Rules that need a header are found through that header's name and cost nothing to requests without it; rules that
//! only look at targets and bodies are tried when no header told enough.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{Condition, Facts, Provider};

/// How much a rule's evidence weighs, heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// The id, timestamp and signature triple of Svix or Standard Webhooks, told apart by what else is there.
    Triple,
    /// A header that nobody else sends.
    #[default]
    Header,
    /// A header that several send, beside something that tells them apart.
    Companion,
    /// A header that several send, and nothing more: a guess, to be offered.
    Shared,
    /// The shape of the body or of the target.
    Body,
    /// An envelope that anybody may use.
    Envelope,
}

/// One way to recognise a provider: everything in `when` holds and nothing in `unless` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectRule {
    /// How much it weighs.
    #[serde(default)]
    pub rank: Rank,
    /// What must hold, all of it.
    pub when: Vec<Condition>,
    /// What must not hold, none of it: marks of others who imitate this provider's headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Condition>,
}

impl DetectRule {
    /// Whether it does.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        self.when.iter().all(|condition| condition.holds(facts))
            && !self.unless.iter().any(|condition| condition.holds(facts))
    }

    /// A header without which the rule cannot hold.
    fn header(&self) -> Option<Vec<u8>> {
        self.when
            .iter()
            .find_map(Condition::header)
            .map(|name| name.to_ascii_lowercase().into_bytes())
    }
}

/// Who sent a request, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detected {
    /// This provider.
    One(String),
    /// One of these; the request does not say which.
    Ambiguous(Vec<String>),
    /// Nobody that is known.
    None,
}

impl Detected {
    /// The provider, where there is one.
    #[must_use]
    pub fn one(&self) -> Option<&str> {
        match self {
            Self::One(id) => Some(id),
            Self::Ambiguous(_) | Self::None => None,
        }
    }
}

impl Provider {
    /// Whether one of its rules holds, whoever else's may.
    #[must_use]
    pub fn recognises(&self, facts: &Facts<'_>) -> bool {
        self.detect.iter().any(|rule| rule.holds(facts))
    }
}

/// A rule by its place: which provider, which of its rules.
type RuleAt = (usize, usize);

/// The rules of all providers, sorted so that few have to be tried.
#[derive(Debug, Default)]
pub(super) struct Detector {
    by_header: HashMap<Vec<u8>, Vec<RuleAt>>,
    headerless: Vec<RuleAt>,
}

impl Detector {
    pub(super) fn of(providers: &[Provider]) -> Self {
        let mut detector = Self::default();
        for (provider, definition) in providers.iter().enumerate() {
            for (rule, detect) in definition.detect.iter().enumerate() {
                match detect.header() {
                    Some(name) => detector.by_header.entry(name).or_default().push((provider, rule)),
                    None => detector.headerless.push((provider, rule)),
                }
            }
        }
        detector
    }

    pub(super) fn detect(&self, providers: &[Provider], facts: &Facts<'_>) -> Detected {
        let mut best = Best::default();
        let mut found: Vec<RuleAt> = facts
            .header_names()
            .keys()
            .filter_map(|name| self.by_header.get(name))
            .flatten()
            .copied()
            .collect();
        // The heaviest are tried first, so that a rule that would need the body seldom gets its turn.
        found.sort_by_cached_key(|at| rule_at(providers, *at).map(DetectRule::weight));
        for at in found {
            best.consider(providers, at, facts);
        }
        if best.weight.is_none_or(|(rank, _)| rank > Rank::Companion) {
            for at in &self.headerless {
                best.consider(providers, *at, facts);
            }
        }
        let mut ids: Vec<String> = best
            .providers
            .into_iter()
            .filter_map(|at| providers.get(at))
            .map(|one| one.id.clone())
            .collect();
        match ids.len() {
            0 => Detected::None,
            1 => Detected::One(ids.remove(0)),
            _ => Detected::Ambiguous(ids),
        }
    }
}

fn rule_at(providers: &[Provider], (provider, rule): RuleAt) -> Option<&DetectRule> {
    providers.get(provider)?.detect.get(rule)
}

/// Smaller is heavier: the rank first, then the number of conditions, most first.
type Weight = (Rank, Reverse<usize>);

impl DetectRule {
    const fn weight(&self) -> Weight {
        (self.rank, Reverse(self.when.len()))
    }
}

/// The heaviest rules that held so far.
#[derive(Default)]
struct Best {
    weight: Option<Weight>,
    providers: BTreeSet<usize>,
}

impl Best {
    fn consider(&mut self, providers: &[Provider], at: RuleAt, facts: &Facts<'_>) {
        let Some(rule) = rule_at(providers, at) else {
            return;
        };
        // A rule that could not win is not tried: this keeps bodies unparsed where a header has told enough.
        if self.weight.is_some_and(|best| rule.weight() > best) || !rule.holds(facts) {
            return;
        }
        if self.weight != Some(rule.weight()) {
            self.weight = Some(rule.weight());
            self.providers.clear();
        }
        self.providers.insert(at.0);
    }
}
