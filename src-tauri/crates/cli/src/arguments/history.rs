//! The grammar of the commands that show and change what is kept.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hookbench_engine::{Format, MaskPath};

use super::value::{AtMost, age, bytes, limit, mask_path};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How many requests at the most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Only requests that match, in the filter language.
    #[arg(long, value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
    pub(crate) filter: String,
    /// Only requests that match a saved filter, and the other one if both are given.
    #[arg(long, value_name = "NAME")]
    pub(crate) saved: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// With the exact bytes of head and body, as base64.
    #[arg(long, requires = "json")]
    pub(crate) full: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The id of the request, or enough of its beginning to tell it from others.
    pub(crate) id: String,
    /// As one JSON object with the exact bytes of head and body.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// The exact bytes of head and body, ready to be sent again.
    #[arg(long, group = "form")]
    pub(crate) raw: bool,
    /// The exact bytes of the head.
    #[arg(long, group = "form")]
    pub(crate) head: bool,
    /// The exact bytes of the body.
    #[arg(long, group = "form")]
    pub(crate) body: bool,
    /// As a command or a program that sends it: curl, powershell, cmd, http, fetch, python, rust or go.
    #[arg(long = "as", value_name = "FORMAT", group = "form")]
    pub(crate) format: Option<Format>,
    /// Where the command or program sends it.
    #[arg(
        long,
        value_name = "URL",
        requires = "format",
        default_value = "http://localhost:3000"
    )]
    pub(crate) to: String,
    /// With credentials, cookies, tokens and signatures, which are masked otherwise.
    #[arg(long, requires = "format")]
    pub(crate) unmasked: bool,
    /// Mask the values at this JSON pointer of the body too, e.g. `/customer/email` or `/items/*/token`; may be given
    /// several times. Those of `hookbench mask` are masked anyway.
    #[arg(long, value_name = "POINTER", requires = "format", conflicts_with = "unmasked", value_parser = mask_path)]
    pub(crate) mask: Vec<MaskPath>,
    /// Sign it anew with a test secret that everybody may know, and name that in a comment: what is masked no longer
    /// fits the signature it came with.
    #[arg(long, requires = "format")]
    pub(crate) resign_test: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mask {
    /// Lists the JSON pointers.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Masks the values at a JSON pointer from now on, e.g. `/customer/email`; `*` stands for every key or element.
    Add(MaskedAt),
    /// Masks the values at a JSON pointer no longer.
    Remove(MaskedAt),
}

#[derive(Debug, Args)]
pub(crate) struct MaskedAt {
    /// The pointer.
    #[arg(value_parser = mask_path)]
    pub(crate) pointer: MaskPath,
    /// Only in the requests of this endpoint, by its path or id; left out, in all. Once the endpoint is removed it holds in
    /// all, since its requests stay.
    #[arg(long, value_name = "PATH")]
    pub(crate) endpoint: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Star {
    /// The ids of the requests.
    #[arg(required = true)]
    pub(crate) ids: Vec<String>,
    /// Take the star away.
    #[arg(long)]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Note {
    /// The id of the request.
    pub(crate) id: String,
    /// The note; `-` reads it from standard input. Left out, the note that is there is shown.
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: Option<String>,
    /// Take the note away.
    #[arg(long, conflicts_with = "text")]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Tag {
    /// The ids of the requests.
    pub(crate) ids: Vec<String>,
    /// A tag they have from now on; may be given several times.
    #[arg(long, value_name = "TAG", requires = "ids")]
    pub(crate) add: Vec<String>,
    /// A tag they no longer have; may be given several times.
    #[arg(long, value_name = "TAG", requires = "ids")]
    pub(crate) remove: Vec<String>,
    /// One JSON object a line.
    #[arg(long, conflicts_with = "ids")]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Filter {
    /// Keeps a filter, in place of one of the same name.
    Save {
        /// Its name.
        name: String,
        /// A filter in the filter language.
        #[arg(allow_hyphen_values = true)]
        filter: String,
    },
    /// Lists the filters that are kept.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Gives a filter another name.
    Rename {
        /// Its name.
        name: String,
        /// Its name from now on.
        to: String,
    },
    /// Forgets a filter.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["ids", "filter", "all"])))]
pub(crate) struct Delete {
    /// The ids of the requests.
    pub(crate) ids: Vec<String>,
    /// All requests that match, in the filter language.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
    /// All requests.
    #[arg(long)]
    pub(crate) all: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The number of the deletion; the latest where none is named.
    #[arg(value_name = "NUMBER")]
    pub(crate) deletion: Option<i64>,
    /// List what can be undone.
    #[arg(long, conflicts_with = "deletion")]
    pub(crate) list: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Storage {
    /// Keep at most so many requests; `none` for no limit.
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) keep_requests: Option<AtMost>,
    /// Keep requests for so long, e.g. `30d`, `12h`, `90m`; `none` for no limit.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub(crate) keep_age: Option<AtMost>,
    /// Let the data use so much of the disk, e.g. `2GiB`, `500MB`; `none` for no limit.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) keep_size: Option<AtMost>,
    /// Remove for good what was deleted, without waiting, and give the space back.
    #[arg(long)]
    pub(crate) purge: bool,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["ids", "filter", "all"])))]
pub(crate) struct Export {
    /// The ids of the requests.
    pub(crate) ids: Vec<String>,
    /// All requests that match, in the filter language.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
    /// All requests.
    #[arg(long)]
    pub(crate) all: bool,
    /// The HAR file; nothing may be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) har: PathBuf,
    /// With credentials, cookies, tokens and signatures, which are masked otherwise.
    #[arg(long)]
    pub(crate) unmasked: bool,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A HAR file of Hookbench, a browser or a proxy.
    pub(crate) file: PathBuf,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The copy; nothing may be there yet.
    pub(crate) file: PathBuf,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
