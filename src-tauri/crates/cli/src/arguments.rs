//! The grammar of the command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use hookbench_engine::Format;
use hookbench_signature::Language;

use crate::diff_arguments::Diff;
use crate::sending_arguments::{Deliveries, Idempotency, Resend, Send, Target, Template};

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
    /// Captures requests and sends each on to a target as it comes; what comes while the target is down waits.
    Forward(Forward),
    /// Shows and steers what waits for targets that are down.
    #[command(subcommand)]
    Queue(Queue),
    /// Lists captured requests, newest first.
    List(List),
    /// Shows one request.
    Show(Show),
    /// Sends requests again: one, several at a pace, or all that match a filter.
    Resend(Resend),
    /// Sends a template, or a sample event of a provider; of a sample nothing is kept.
    Send(Send),
    /// Compares two requests, what deliveries sent, or the answers to them. Exit code 0 where they are the same, 1 where
    /// they differ, 2 in trouble.
    Diff(Diff),
    /// Keeps requests with variables under names, for `send --template`.
    #[command(subcommand)]
    Template(Template),
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
    /// Shows and sets what senders may take: sizes, times, connections.
    #[command(subcommand)]
    Limit(Limit),
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
    /// Stars requests, or takes the star away.
    Star(Star),
    /// Shows the note of a request, writes one or takes it away.
    Note(Note),
    /// Adds tags to requests or takes them away; without requests, lists all tags.
    Tag(Tag),
    /// Keeps filters by name.
    #[command(subcommand)]
    Filter(Filter),
    /// Deletes requests. It can be undone for ten minutes.
    Delete(Delete),
    /// Brings back what was deleted: the latest deletion, or the one that is named.
    Undo(Undo),
    /// Tells what is used of the disk, and changes how much history is kept.
    Storage(Storage),
    /// Writes a whole copy of the data file, also while requests arrive.
    Backup(Backup),
    /// Captures requests and serves the interface to a browser on this machine.
    Serve(Serve),
    /// Moves a data file that cannot be opened to a dated name, so that a new one can be begun. Nothing is deleted.
    SetAside,
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
    /// Send each request on to this URL or target as it comes, as `hookbench forward` does.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// The number of the deletion.
    pub(crate) deletion: Option<i64>,
    /// List the deletions that can be undone.
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
pub(crate) struct Backup {
    /// The copy; nothing may be there yet.
    pub(crate) file: PathBuf,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A limit as it was typed: a number, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtMost(pub(crate) Option<u64>);

fn limit(text: &str) -> Result<AtMost, String> {
    measured(text, &[("", 1)], "write a number, or `none`")
}

/// Seconds.
fn age(text: &str) -> Result<AtMost, String> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    measured(text, &units, "write for example `30d`, `12h` or `90m`, or `none`")
}

fn bytes(text: &str) -> Result<AtMost, String> {
    let units = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("b", 1),
        ("", 1),
    ];
    measured(text, &units, "write for example `2GiB` or `500MB`, or `none`")
}

fn measured(text: &str, units: &[(&str, u64)], hint: &str) -> Result<AtMost, String> {
    let text = text.trim().to_ascii_lowercase();
    if text == "none" {
        return Ok(AtMost(None));
    }
    let found = units.iter().find_map(|(unit, factor)| {
        let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        number.checked_mul(*factor)
    });
    found
        .map(|number| AtMost(Some(number)))
        .ok_or_else(|| hint.to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) listen: Listen,
    /// The port of the interface, on 127.0.0.1; 0 takes any.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) ui_port: u16,
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME: VALUE".to_owned()),
    }
}

/// `250ms`, `4s`, `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let wrong = || "write a number with `ms`, `s` or `m`".to_owned();
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let millis = match &text[digits..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => None,
    };
    millis.map(Duration::from_millis).ok_or_else(wrong)
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
    fn times_are_written_with_their_unit() {
        for (text, millis) in [("250ms", 250), ("4s", 4_000), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "`{text}`");
        }
        for text in [
            "",
            "4",
            "s",
            "4h",
            "-1s",
            "99999999999999999999s",
            "18446744073709551615m",
        ] {
            assert!(duration(text).is_err(), "`{text}`");
        }
    }

    #[test]
    fn limits_are_understood_with_their_units() {
        assert_eq!(bytes("2GiB"), Ok(AtMost(Some(2 << 30))), "1024s");
        assert_eq!(bytes("500 MB"), Ok(AtMost(Some(500_000_000))), "thousands");
        assert_eq!(age("30d"), Ok(AtMost(Some(2_592_000))), "days");
        assert_eq!(limit("none"), Ok(AtMost(None)), "no limit");
        for wrong in ["", "-1", "1.5d", "99999999999999999999", "12x"] {
            assert!(age(wrong).is_err(), "`{wrong}` is no age");
        }
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
