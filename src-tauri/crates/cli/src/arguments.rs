//! The grammar of the command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::sending_arguments::{Deliveries, Idempotency, Resend, Send, Target};

/// Hookbench from a terminal: captures webhooks, explains their signatures, sends them again.
#[derive(Debug, Parser)]
#[command(name = "hookbench", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    /// The folder with all data; the window and other terminals may share it.
    #[arg(long, global = true, value_name = "DIR", env = "HOOKBENCH_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Captures requests until it is stopped, a line for each.
    Listen(Listen),
    /// Lists captured requests, newest first.
    List(List),
    /// Shows one request.
    Show(Show),
    /// Sends requests again: one, several at a pace, or all that match a filter.
    Resend(Resend),
    /// Sends a sample event of a provider straight to a target; nothing is kept.
    Send(Send),
    /// Lists what was sent again, newest first: of all requests, of one, or one delivery.
    Deliveries(Deliveries),
    /// Sends the same event twice, several times at once, and once under a new id, and compares the answers.
    Idempotency(Idempotency),
    /// Adds, changes, lists and removes the targets that requests are sent to.
    #[command(subcommand)]
    Target(Target),
    /// Adds, changes, lists and removes endpoints.
    #[command(subcommand)]
    Endpoint(Endpoint),
    /// Sets, lists and removes the secrets of endpoints.
    #[command(subcommand)]
    Secret(Secret),
    /// Checks the signature of a captured request, or of many given on standard input.
    Verify(Verify),
    /// Signs requests given on standard input, as their provider would.
    Sign(Sign),
    /// Says why a signature does not hold, and proves it.
    Diagnose(Diagnose),
    /// Finds out how an unknown sender signs.
    Discover(Discover),
    /// Lists the providers that are known, or tells one; keeps schemes of your own.
    Providers(Providers),
    /// Captures requests and serves the interface to a browser on this machine.
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The port to listen on; the next free one is taken where it is not free. 0 takes any.
    #[arg(long, value_name = "N", default_value_t = hookbench_engine::DEFAULT_PORT, env = "HOOKBENCH_PORT")]
    pub(crate) port: u16,
    /// The address to listen on. Anything but a loopback address lets other machines send.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// Fail where the port is taken instead of taking the next free one.
    #[arg(long)]
    pub(crate) exact_port: bool,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How many requests at the most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Only requests that match, in the filter language.
    #[arg(long, value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
    pub(crate) filter: String,
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
}

#[derive(Debug, Subcommand)]
pub(crate) enum Endpoint {
    /// Makes an endpoint.
    Add {
        /// Its path prefix, e.g. `/stripe`.
        path: String,
        /// The provider that sends there; left out, each request is recognised by itself.
        #[arg(long, value_name = "ID")]
        provider: Option<String>,
        /// What the provider's scheme leaves to you, e.g. `--set header=X-Tracktik-Secret`.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
        parameters: Vec<(String, String)>,
        /// The URL that the sender sends to, where it signs that and it is not the listener's: a tunnel's.
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// The greatest age of a signature; left out, it is the scheme's.
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
        tolerance: Option<u32>,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Changes an endpoint; everything that was captured is judged again.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// Its path or id.
        endpoint: String,
        /// The URL that the sender sends to; empty takes it away.
        #[arg(long, value_name = "URL", group = "change")]
        public_url: Option<String>,
        /// The greatest age of a signature; 0 leaves it to the scheme.
        #[arg(long, value_name = "SECONDS", group = "change")]
        tolerance: Option<u32>,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Lists all endpoints.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Removes an endpoint and its secrets; its requests stay.
    Remove {
        /// Its path or id.
        endpoint: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
    /// Sets a secret of an endpoint. The value is read from standard input, so that it is in no process list and no
    /// shell history.
    Set {
        /// The path or id of the endpoint.
        endpoint: String,
        /// The value, where a process list may show it.
        value: Option<String>,
        /// The name it is shown by; a secret of the same name is replaced.
        #[arg(long, default_value = "default")]
        name: String,
    },
    /// Lists the names of an endpoint's secrets, never their values.
    List {
        /// The path or id of the endpoint.
        endpoint: String,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Removes a secret of an endpoint.
    Remove {
        /// The path or id of the endpoint.
        endpoint: String,
        /// Its name.
        #[arg(long, default_value = "default")]
        name: String,
    },
}

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
    /// Sign one JSON object a line from standard input, one a line out.
    #[arg(long, required = true)]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    /// The id of a captured request.
    #[arg(required_unless_present = "stdin")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) with: With,
    /// The value that your own code computed: says which mistake gives it.
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

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// The port of the interface, on 127.0.0.1; 0 takes any.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) ui_port: u16,
}

pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_grammar_has_no_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_data_folder_is_understood_before_and_after_the_command() {
        for line in [
            ["hookbench", "--data-dir", "/d", "list"],
            ["hookbench", "list", "--data-dir", "/d"],
        ] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert_eq!(arguments.data_dir, Some(PathBuf::from("/d")), "{line:?}");
        }
    }
}
