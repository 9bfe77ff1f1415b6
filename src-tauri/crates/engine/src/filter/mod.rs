//! The filter language of the list: what a person types, taken apart.
//!
//! ```text
//! filter       = { term }                        all of them must hold
//! term         = [ "-" ] ( field ":" value | text )
//! value        = alternative { "," alternative }  one of them must hold
//! alternative  = letters, "*" for any run of them, quotes around what is meant literally
//! ```
//!
//! The boundary is here so that the window and the terminal read one language and so that nothing of SQL is known
//! while it is read: the store makes the query from the parsed terms, with bound parameters only. Nothing here
//! reads a clock, a file or the database.
//!
//! A free word finds words that begin with it, in method, target, headers and the text of the body; upper and lower
//! case are the same, and one letter is enough. `*part*` finds it inside words too; that is a scan, newest first.

mod arriving;
mod complete;
mod error;
mod field;
mod lex;
mod lower;
mod moment;
mod parse;
mod pattern;
mod range;
mod sought;
mod text;
mod value;

pub(crate) use arriving::Candidate;
pub use complete::{Completion, Wanted, complete};
pub use error::FilterError;
pub use field::{FIELDS, Field, FieldInfo, Flag};
pub use moment::Moment;
pub use pattern::Pattern;
pub use range::Bounds;
pub use sought::Sought;
pub(crate) use text::value_at;
pub use text::{Document, IndexWords};

use crate::model::{Outcome, Timestamp, Verdict};

/// A filter, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// What must hold, all of it.
    pub terms: Vec<Term>,
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// It must not hold instead.
    pub negated: bool,
    /// What it is about.
    pub condition: Condition,
}

/// What a term is about. Of several values one must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A free word: somewhere in method, target, headers or body.
    Text(Pattern),
    /// Somewhere in the text of the body.
    Body(Vec<Pattern>),
    /// A header with this name and, unless empty, one of these values.
    Header {
        /// Its name.
        name: Pattern,
        /// Its values.
        values: Vec<Pattern>,
    },
    /// The value at a JSON pointer into the body.
    Json {
        /// The pointer (RFC 6901), e.g. `/data/object/id`.
        pointer: String,
        /// What stands there; empty for anything.
        values: Vec<Pattern>,
    },
    /// The provider.
    Provider(Vec<Pattern>),
    /// The event.
    Event(Vec<Pattern>),
    /// The path of the endpoint.
    Endpoint(Vec<Pattern>),
    /// The method.
    Method(Vec<Pattern>),
    /// The path of the target, without its query.
    Path(Vec<Pattern>),
    /// What the provider calls the delivery.
    Key(Vec<Pattern>),
    /// The beginning of the id.
    Id(Vec<String>),
    /// A tag.
    Tag(Vec<Pattern>),
    /// The status we answered; `None` for no answer.
    Status(Vec<Option<Bounds>>),
    /// The verdict on the signature.
    Signature(Vec<Verdict>),
    /// The name or the URL of a target it was delivered to.
    Target(Vec<Pattern>),
    /// How deliveries of it ended.
    Delivered(Vec<Delivered>),
    /// The length of the body.
    Size(Vec<Bounds>),
    /// Received at this instant or later.
    After(Timestamp),
    /// Received before this instant.
    Before(Timestamp),
    /// A fact about it.
    Is(Vec<Flag>),
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// There is one.
    Yes,
    /// There is none.
    No,
    /// The target answered with this status.
    Status(Bounds),
    /// An attempt ended like this.
    Outcome(Outcome),
    /// It waits for a target to come back.
    Held,
}

impl Filter {
    /// Reads a filter. Relative times are taken from `moment`.
    ///
    /// # Errors
    ///
    /// When it is not understood; the error says where.
    pub fn parse(text: &str, moment: &Moment) -> Result<Self, FilterError> {
        parse::parse(text, moment)
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
