//! Why a signature does not hold, proved by computing it again.
//!
//! A match is a proof: if the MAC of a changed message is the signature that came, the change is what happened. The
//! ladder goes from the cheap and likely to the rest; the caller bounds it by tries, bytes and a question it answers
//! with its own clock. [`diagnose`] asks what happened to the message; [`explain`] asks which mistake gives the value
//! that somebody's server computed.

mod body;
mod cause;
mod clock;
mod complaint;
mod header;
mod key;
mod ladder;
mod near;
mod number;
mod printed;
mod search;
mod style;
pub(crate) mod target;
pub(crate) mod template;
mod tree;
mod url;
mod variant;
mod words;
mod writers;

pub use cause::Cause;
pub use search::Budget;

use serde::Serialize;

use crate::message::Message;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::verdict::Verdict;
use crate::verify::check;

/// What else is known and may be the answer.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Secrets of other endpoints, by the names to show.
    pub other_secrets: Vec<Secret>,
    /// Secrets this endpoint had before.
    pub previous_secrets: Vec<Secret>,
    /// URLs the endpoint is known under: its public URL, a tunnel's.
    pub urls: Vec<String>,
    /// The body after its `Content-Encoding` was undone, if it has one.
    pub decoded_body: Option<Vec<u8>>,
    /// The provider's question that the message is, if it is one.
    pub question: Option<Question>,
    /// What the provider's file says that the message may mean: an event of its test mode, say.
    pub hints: Vec<Hint>,
    /// The schemes of other endpoints of the same provider, with what was chosen there, by the names to show.
    pub other_schemes: Vec<(String, Scheme)>,
}

/// A message by which a provider asks something: a ping, a challenge, a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Why it is asked, in a sentence without a full stop.
    pub why: String,
    /// Whether the provider asks this without a signature.
    pub is_unsigned: bool,
    /// Whether the provider also asks with a wrong signature, to see it refused.
    pub is_wrong_on_purpose: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The verdict that is explained.
    pub verdict: Verdict,
    /// The cause; `unknown` where nothing fits.
    pub cause: Cause,
    /// What happened, in a sentence.
    pub message: String,
    /// The computation that proves it. Without one the cause is what the facts say, or not proved.
    pub proof: Option<Proof>,
    /// What to do.
    pub remedy: Option<Remedy>,
    /// What cannot be proved and may matter.
    pub hints: Vec<Hint>,
    /// What was tried and does not fit.
    pub excluded: Vec<Excluded>,
    /// How many computations were made.
    pub tries: u32,
    /// Whether the budget ended before the ladder did.
    pub is_cut_short: bool,
}

impl Diagnosis {
    /// Of a message whose sender signs nothing.
    #[must_use]
    pub fn unsigned(message: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unsigned,
            cause: Cause::UnsignedByDesign,
            message: message.into(),
            proof: None,
            remedy: Some(Remedy {
                text: "Nothing can be checked here: keep the URL to yourselves, and ask the sender's API about what matters."
                    .to_owned(),
                actions: Vec::new(),
            }),
            hints: Vec::new(),
            excluded: Vec::new(),
            tries: 0,
            is_cut_short: false,
        }
    }
}

/// The computation that gives the signature that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// What was changed, step by step.
    pub changes: Vec<String>,
    /// The algorithm.
    pub algorithm: String,
    /// What was signed, as a template.
    pub template: String,
    /// The name of the secret.
    pub secret: String,
    /// What was computed, in hex. Absent for public keys.
    pub computed_hex: Option<String>,
    /// What came, in hex: the same bytes. Absent where the secret itself was sent.
    pub received_hex: Option<String>,
    /// What the documented scheme gives for the message as it is, in hex.
    pub documented_hex: Option<String>,
    /// Where the signed body first differs from ours.
    pub difference: Option<Difference>,
}

/// Where two bodies part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The offset of the first byte that differs.
    pub at: usize,
    /// A few bytes of ours from there.
    pub ours: String,
    /// A few bytes of what was signed.
    pub signed: String,
    /// The length of ours.
    pub our_length: usize,
    /// The length of what was signed.
    pub signed_length: usize,
    /// Where the two windows begin: a little before they part.
    #[serde(skip)]
    pub window_at: usize,
    /// Ours from there on, as far as it is worth showing.
    #[serde(skip)]
    pub our_window: Vec<u8>,
    /// What was signed from there on.
    #[serde(skip)]
    pub signed_window: Vec<u8>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remedy {
    /// In a sentence.
    pub text: String,
    /// What can be done with one button each. All of them belong to it: with another secret and another URL, both.
    pub actions: Vec<Action>,
}

/// A change that can be made at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Action {
    /// Give the endpoint this stored secret.
    UseSecret {
        /// Its name.
        name: String,
    },
    /// Replace the secret by itself without blanks or quotes around it.
    CleanSecret {
        /// Its name.
        name: String,
    },
    /// Use this scheme.
    UseScheme {
        /// It.
        scheme: Box<Scheme>,
    },
    /// Set the endpoint's public URL.
    SetUrl {
        /// To this.
        url: String,
    },
    /// Allow this age and lead.
    SetTolerance {
        /// The greatest age in seconds.
        past: Option<u32>,
        /// The greatest lead in seconds.
        future: Option<u32>,
    },
}

/// Something that cannot be proved and may matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// What it would be.
    pub cause: Cause,
    /// In a sentence.
    pub text: String,
}

/// What was tried and does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excluded {
    /// What: `other stored secrets`.
    pub what: String,
    /// How many computations.
    pub tries: u32,
}

/// Says why this message's signature does not hold, or that it does.
#[must_use]
pub fn diagnose(
    scheme: &Scheme,
    message: &Message<'_>,
    secrets: &[Secret],
    context: &Context,
    budget: &Budget<'_>,
) -> Diagnosis {
    ladder::Ladder::new(scheme, message, secrets, context, budget).climb()
}

/// Says which mistake in a receiver's code gives the value it computed for this message.
///
/// The message is taken as it should be: the value is looked for, not the signature that came.
#[must_use]
pub fn explain(
    scheme: &Scheme,
    message: &Message<'_>,
    secrets: &[Secret],
    computed: &str,
    context: &Context,
    budget: &Budget<'_>,
) -> Diagnosis {
    ladder::Ladder::new(scheme, message, secrets, context, budget).climb_for(computed)
}

/// The verdict on a changed message.
fn verdict_on(scheme: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> Verdict {
    check(scheme, message, secrets).verdict
}
