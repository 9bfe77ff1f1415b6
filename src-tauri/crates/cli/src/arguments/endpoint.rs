//! The grammar of the commands that say how a path is received: by which provider, with which secrets, answer and faults.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::capturing::How;
use super::value::{assignment, duration, header};

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
        /// Whether its provider's questions (`url_verification`, ping, …) are answered as the provider requires.
        #[arg(long, value_name = "on|off", default_value = "on")]
        handshake: Toggle,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Changes an endpoint; what is not named stays.
    Set {
        /// Its path or id.
        endpoint: String,
        /// The provider that sends there; empty to recognise each request by itself.
        #[arg(long, value_name = "ID")]
        provider: Option<String>,
        /// What the provider's scheme leaves to you, e.g. `--set header=X-Tracktik-Secret`.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
        parameters: Vec<(String, String)>,
        /// Whether its provider's questions are answered as the provider requires.
        #[arg(long, value_name = "on|off")]
        handshake: Option<Toggle>,
        /// The URL that the sender sends to; empty takes it away.
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// The greatest age of a signature; 0 leaves it to the scheme.
        #[arg(long, value_name = "SECONDS")]
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
    /// Sets what the senders of an endpoint get once their request is kept.
    Answer(Answer),
    /// Lets answers of an endpoint go wrong on purpose, so that the sender's retries can be tried out. It ends when the
    /// last program that listens ends.
    Fault(Fault),
    /// Sets where the requests of an endpoint go by themselves as they come.
    Forward(EndpointForward),
    /// Removes an endpoint and its secrets; its requests stay.
    Remove {
        /// Its path or id.
        endpoint: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct EndpointForward {
    /// The path or id of the endpoint.
    pub(crate) endpoint: String,
    /// Where to: a URL, or the name of a target; may be given several times. With --through the first one answers.
    #[arg(long, value_name = "URL", required_unless_present = "none")]
    pub(crate) to: Vec<String>,
    #[command(flatten)]
    pub(crate) how: How,
    /// Nowhere any more.
    #[arg(long, conflicts_with = "to")]
    pub(crate) none: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The path or id of the endpoint.
    pub(crate) endpoint: String,
    /// The status.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) status: u16,
    /// A header; may be given several times.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,
    /// The body. It may have variables: {{id}}, {{event}}, {{now}}, {{json:/pointer}}, {{header:name}} and a few more.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) body: String,
    /// How long the sender waits for it, e.g. `250ms` or `4s`.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub(crate) delay: Duration,
    /// Back to the usual answer.
    #[arg(long, conflicts_with_all = ["status", "headers", "body", "delay"])]
    pub(crate) usual: bool,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Fault {
    /// The path or id of the endpoint.
    pub(crate) endpoint: String,
    /// Answer with this status, 400 to 599.
    #[arg(long, value_name = "STATUS", group = "what", num_args = 0..=1, default_missing_value = "503")]
    pub(crate) fail: Option<u16>,
    /// Answer this much later, e.g. `4s`.
    #[arg(long, value_name = "TIME", group = "what", value_parser = duration)]
    pub(crate) delay: Option<Duration>,
    /// End the connection without an answer.
    #[arg(long, group = "what")]
    pub(crate) close: bool,
    /// End the connection in the middle of the answer.
    #[arg(long, group = "what")]
    pub(crate) cut: bool,
    /// No fault any more.
    #[arg(long, group = "what", conflicts_with_all = ["next", "share"])]
    pub(crate) off: bool,
    /// Strike the next N requests.
    #[arg(long, value_name = "N", group = "whom")]
    pub(crate) next: Option<u32>,
    /// Strike so many of a hundred requests.
    #[arg(long, value_name = "PERCENT", group = "whom")]
    pub(crate) share: Option<u8>,
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Toggle {
    /// It is.
    On,
    /// It is not.
    Off,
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
