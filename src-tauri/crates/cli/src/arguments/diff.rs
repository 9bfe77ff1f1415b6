//! The grammar of `hookbench diff`.

use clap::{Args, ValueEnum};
use hookbench_engine::compare::Ignoring;

/// What differs from one event to the next and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Noise {
    /// Values that are points in time on both sides.
    Times,
    /// Values that are ids on both sides.
    Ids,
    /// Headers that carry a signature.
    Signatures,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The id of a request, a delivery (what it sent) or an attempt (what came back), or enough of its beginning.
    pub(crate) before: String,
    /// The other one.
    #[arg(required_unless_present_any = ["previous", "answers"])]
    pub(crate) after: Option<String>,
    /// Against the request before it of the same endpoint, provider and event.
    #[arg(long, conflicts_with_all = ["after", "answers"])]
    pub(crate) previous: bool,
    /// The last answers to two deliveries, or the last two answers to one.
    #[arg(long)]
    pub(crate) answers: bool,
    /// Only the bodies.
    #[arg(long, group = "part")]
    pub(crate) body: bool,
    /// Only the headers.
    #[arg(long, group = "part")]
    pub(crate) headers: bool,
    /// Bodies as text as they were sent, though they be JSON.
    #[arg(long)]
    pub(crate) text: bool,
    /// Do not count these as differences; may be given several times, or with commas.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) ignore: Vec<Noise>,
    /// Do not count headers and query parameters of this name; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) ignore_name: Vec<String>,
    /// Do not count values at this JSON pointer and below; `*` stands for any step; may be given several times.
    #[arg(long, value_name = "POINTER")]
    pub(crate) ignore_path: Vec<String>,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Diff {
    pub(crate) fn ignoring(&self) -> Ignoring {
        Ignoring {
            times: self.ignore.contains(&Noise::Times),
            ids: self.ignore.contains(&Noise::Ids),
            signatures: self.ignore.contains(&Noise::Signatures),
            names: self.ignore_name.clone(),
            pointers: self.ignore_path.clone(),
        }
    }
}
