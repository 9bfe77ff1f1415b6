//! The grammar of the commands about signatures and who signs how.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hookbench_signature::Language;

use super::value::assignment;

/// What a signature is checked with in place of what the endpoint has.
#[derive(Debug, Args)]
pub(crate) struct With {
    /// The provider whose scheme is used.
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
    /// A secret; may be given several times.
    #[arg(long = "secret", value_name = "SECRET")]
    pub(crate) secrets: Vec<String>,
    /// What the provider's scheme leaves to you, e.g. `--set header=X-Tracktik-Secret`.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) parameters: Vec<(String, String)>,
    /// The public URL that the sender used.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The id of a captured request.
    #[arg(required_unless_present = "stdin")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) with: With,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Check one JSON object a line from standard input, one a line out.
    #[arg(long, conflicts_with_all = ["id", "provider", "secrets", "parameters", "url"])]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The id of a captured request: signed anew with the newest secret of its endpoint and the present time.
    #[arg(required_unless_present = "stdin")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) with: With,
    /// The id that is signed, where the request has none of its own.
    #[arg(long, value_name = "ID")]
    pub(crate) message_id: Option<String>,
    /// One JSON object: all headers, the URL and the body.
    #[arg(long)]
    pub(crate) json: bool,
    /// Sign one JSON object a line from standard input, one a line out.
    #[arg(long, conflicts_with_all = ["id", "provider", "secrets", "parameters", "url", "message_id"])]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    /// The id of a captured request.
    #[arg(required_unless_present = "stdin")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) with: With,
    /// The value that your own code computed, or the error of its library: says which mistake gives it.
    #[arg(long, value_name = "VALUE")]
    pub(crate) computed: Option<String>,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Diagnose one JSON object a line from standard input, one a line out.
    #[arg(long, conflicts_with_all = ["id", "provider", "secrets", "parameters", "url", "computed"])]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Discover {
    /// The ids of captured requests of one sender; the first is searched, the others confirm.
    #[arg(required = true)]
    pub(crate) ids: Vec<String>,
    /// A secret that may be the sender's; may be given several times.
    #[arg(long = "secret", value_name = "SECRET", required = true)]
    pub(crate) secrets: Vec<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Providers {
    #[command(subcommand)]
    pub(crate) own_action: Option<OwnAction>,
    /// Only schemes of your own.
    #[arg(long, conflicts_with = "provider")]
    pub(crate) own: bool,
    /// The id of a provider.
    pub(crate) provider: Option<String>,
    /// Write code that verifies its signature: node, python, rust, go, php, ruby, java or csharp.
    #[arg(long, value_name = "LANGUAGE", requires = "provider")]
    pub(crate) snippet: Option<Language>,
    /// A choice that the provider's scheme asks for, as NAME=VALUE.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment, requires = "snippet")]
    pub(crate) parameters: Vec<(String, String)>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is done with schemes of one's own.
#[derive(Debug, Subcommand)]
pub(crate) enum OwnAction {
    /// Keeps a provider file as a scheme of your own.
    Import {
        /// The TOML file; `-` reads standard input.
        file: PathBuf,
        /// Take the place of the one of your own with the same id.
        #[arg(long)]
        replace: bool,
    },
    /// Writes a scheme of your own to standard output.
    Export {
        /// Its id.
        id: String,
    },
    /// Removes a scheme of your own; endpoints pinned to it recognise each request by itself.
    Remove {
        /// Its id.
        id: String,
    },
}
