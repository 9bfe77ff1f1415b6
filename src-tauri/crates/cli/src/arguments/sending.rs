//! The grammar of the commands that send.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value::assignment;

/// What the person agrees to beforehand.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Agree, from now on, to send to this host though it is neither on this machine nor in a private network:
    /// `HOST:PORT` or a URL; may be given several times.
    #[arg(long, value_name = "HOST")]
    pub(crate) allow: Vec<String>,
    /// Agree to send live events this time.
    #[arg(long)]
    pub(crate) allow_live: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Resend {
    /// The ids of the requests, or enough of their beginnings; they go in the order in which they came.
    #[arg(required_unless_present = "filter", conflicts_with = "filter")]
    pub(crate) ids: Vec<String>,
    /// Where to: the name of a target, or a URL. A URL without a path keeps the path and query of the request.
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: String,
    /// All requests that match, in the filter language.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
    /// Sign each with the secret of its endpoint and the present time.
    #[arg(long)]
    pub(crate) resign: bool,
    /// So many a second, evenly.
    #[arg(long, value_name = "N", conflicts_with = "original_gaps")]
    pub(crate) rate: Option<f64>,
    /// So many at once; 1 keeps them in order.
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) parallel: NonZeroUsize,
    /// Each so many times in a row.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) times: u32,
    /// In any order.
    #[arg(long, conflicts_with = "original_gaps")]
    pub(crate) shuffle: bool,
    /// With the gaps in which they came.
    #[arg(long)]
    pub(crate) original_gaps: bool,
    /// So many times as fast as they came.
    #[arg(long, value_name = "N", default_value_t = 1.0, requires = "original_gaps")]
    pub(crate) speed: f64,
    /// Write a report of the run: CSV where the name ends in `.csv`, else one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) consent: Consent,
    /// One JSON object a delivery.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The provider; `hookbench providers` lists them.
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "template",
        requires = "sample"
    )]
    pub(crate) provider: Option<String>,
    /// The name of the sample; `hookbench providers ID` lists them.
    #[arg(long, value_name = "EVENT", requires = "to")]
    pub(crate) sample: Option<String>,
    /// A template that was saved, instead of a sample; `hookbench template list` lists them.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["provider", "sample"])]
    pub(crate) template: Option<String>,
    /// The value of a variable of the template; those that are not given are what they were the last time.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, requires = "template")]
    pub(crate) var: Vec<(String, String)>,
    /// The request that `{{json:…}}` and `{{header:…}}` of the template speak of, if not the one it was made from.
    #[arg(long, value_name = "ID", requires = "template")]
    pub(crate) request: Option<String>,
    /// Print the template with its variables filled in; nothing is sent.
    #[arg(long, requires = "template")]
    pub(crate) show: bool,
    /// Where to: the name of a target, or a URL. A template goes to its own URL where nothing is said.
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Consent,
    /// The attempt as one JSON object, or the delivery of a template.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// Keeps a request under a name, with `{{variables}}` where it is to differ each time.
    Save {
        /// Its name; one of the same name is replaced.
        name: String,
        /// The id of the request that it is made from.
        #[arg(long, value_name = "ID")]
        request: String,
        #[command(flatten)]
        written: Box<TemplateWritten>,
    },
    /// Lists the templates with their variables.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Forgets a template.
    Remove {
        /// Its name.
        name: String,
    },
}

/// What of a template is not as in its request.
#[derive(Debug, Args)]
pub(crate) struct TemplateWritten {
    /// The method.
    #[arg(long)]
    pub(crate) method: Option<String>,
    /// The whole URL; without one it is `http://localhost:3000` and the request's path and query.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Give a header this value; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) header: Vec<(String, String)>,
    /// The file with the body; `-` reads it from the input. Without one it is the request's.
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,
    /// Sign each sending with the secret of the request's endpoint and the present time.
    #[arg(long)]
    pub(crate) resign: bool,
    /// Send each under a new delivery id.
    #[arg(long)]
    pub(crate) new_id: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Deliveries {
    /// The id of a request or of a delivery.
    pub(crate) id: Option<String>,
    /// How many at the most, where no id is given.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Idempotency {
    /// The id of the request.
    pub(crate) id: String,
    /// Where to: the name of a target, or a URL.
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: String,
    /// So many at once, after the two in a row.
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) parallel: NonZeroUsize,
    #[command(flatten)]
    pub(crate) consent: Consent,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// The id of a run, or enough of its beginning.
    pub(crate) id: Option<String>,
    /// How many at the most, where no id is given.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
    /// Write the report of the run again: CSV where the name ends in `.csv`, else one JSON object a line.
    #[arg(long, value_name = "FILE", requires = "id")]
    pub(crate) report: Option<PathBuf>,
    /// One JSON object a run; of one run, one a step as in its report, or what a check of idempotency found.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    /// Makes a target.
    Add {
        /// Its name, e.g. `dev`.
        name: String,
        /// Its URL, e.g. `http://localhost:3000`.
        url: String,
        #[command(flatten)]
        change: Box<TargetChange>,
    },
    /// Changes a target; what is not given stays as it is.
    Set {
        /// Its name or id.
        name: String,
        /// Its name from now on.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// Its URL from now on.
        #[arg(long)]
        url: Option<String>,
        #[command(flatten)]
        change: Box<TargetChange>,
    },
    /// Lists all targets.
    List {
        /// Look whether somebody accepts connections there; nothing is sent.
        #[arg(long)]
        check: bool,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Removes a target; its deliveries stay.
    Remove {
        /// Its name or id.
        name: String,
    },
}

/// What a target does to what goes there.
#[derive(Debug, Args)]
pub(crate) struct TargetChange {
    /// The path of the request, after the path of the URL.
    #[arg(long, group = "path")]
    pub(crate) keep_path: bool,
    /// The path of the URL where it has one, else the path of the request; this is how a new target begins.
    #[arg(long, group = "path")]
    pub(crate) path_of_url: bool,
    /// The path of the request with its beginning replaced, e.g. `/stripe=/webhooks/stripe`.
    #[arg(long, group = "path", value_name = "FROM=TO", value_parser = assignment)]
    pub(crate) replace_prefix: Option<(String, String)>,
    /// Always this path.
    #[arg(long, group = "path", value_name = "PATH")]
    pub(crate) fixed_path: Option<String>,
    /// Add a header line; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) add_header: Vec<(String, String)>,
    /// Give a header this value, in the place where it stands; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) set_header: Vec<(String, String)>,
    /// Leave all lines of a header out; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) remove_header: Vec<String>,
    /// Forget the header rules there are, before those given here are added.
    #[arg(long)]
    pub(crate) clear_headers: bool,
    /// Seconds for resolving, connecting and TLS.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) connect_timeout: Option<f64>,
    /// Seconds from the last byte sent to the first that comes.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) first_byte_timeout: Option<f64>,
    /// Seconds for the whole exchange.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
    /// Believe the certificates in this PEM file too.
    #[arg(long, group = "trust", value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Believe any certificate: whoever sits in between reads and changes everything.
    #[arg(long, group = "trust")]
    pub(crate) insecure: bool,
    /// Believe only what the roots of the system vouch for; this is how a new target begins.
    #[arg(long, group = "trust")]
    pub(crate) system_roots: bool,
    /// Follow redirects, or show them as the answer.
    #[arg(long, value_name = "BOOL")]
    pub(crate) follow_redirects: Option<bool>,
    /// Send `Cookie` and `Authorization` of captured requests there, even where it is neither on this machine nor in a
    /// private network.
    #[arg(long, value_name = "BOOL")]
    pub(crate) send_credentials: Option<bool>,
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
