//! The grammar of the commands that capture: where, what a sender may take, and what is sent on as it comes.

use std::net::IpAddr;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::value::duration;

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
    /// Send each request on to this URL or target as it comes, as `hookbench forward` does.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// The port of the interface, on 127.0.0.1; 0 takes any.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) ui_port: u16,
}

/// How requests are forwarded.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Only requests that match, in the filter language, e.g. `event:invoice.*`.
    #[arg(long, value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
    pub(crate) filter: String,
    /// The sender waits for the target's answer and gets it.
    #[arg(long)]
    pub(crate) through: bool,
    /// How long the target has for its answer then, e.g. `5s`; a 504 of ours comes after it.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct Forward {
    /// Where to: a URL, or the name of a target.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Only requests whose path begins with it.
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    #[command(flatten)]
    pub(crate) how: How,
    #[command(flatten)]
    pub(crate) listen: Listen,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Lists what waits, and why.
    List {
        /// The name or URL of a target; all where none is given.
        target: Option<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Lets what waits for a target wait on.
    Pause {
        /// The name or URL of the target.
        target: String,
    },
    /// Lets what waits for a target go again.
    Resume {
        /// The name or URL of the target.
        target: String,
    },
    /// Tries a target now, whatever its pause says.
    Drain {
        /// The name or URL of the target.
        target: String,
    },
    /// Takes requests out of a queue; the requests themselves stay.
    Drop {
        /// The name or URL of the target.
        target: String,
        /// The number of one, as `list` shows it.
        #[arg(long, value_name = "N")]
        number: Option<i64>,
        /// All of them.
        #[arg(long, conflicts_with = "number")]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Limit {
    /// Lists all limits as they are now.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Sets a limit; it holds for connections that are opened afterwards.
    Set {
        /// Its name, e.g. `body`.
        name: String,
        /// A number, with a unit where it has one: `25MiB`, `10s`, `2m`.
        value: String,
    },
    /// Sets a limit back to the usual.
    Reset {
        /// Its name.
        name: String,
    },
}
