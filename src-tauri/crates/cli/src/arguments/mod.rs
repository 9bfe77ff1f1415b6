//! The grammar of the command line: the commands here, what each takes in a file for those that are about the same.

mod capturing;
mod diff;
mod endpoint;
mod history;
mod sending;
mod signature;
mod value;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use capturing::{Forward, Limit, Listen, Queue, Serve};
pub(crate) use diff::Diff;
pub(crate) use endpoint::{Answer, Endpoint, EndpointForward, Fault, Secret, Toggle};
pub(crate) use history::{
    Backup, Delete, Export, Filter, Import, List, Mask, MaskedAt, Note, Show, Star, Storage, Tag, Undo,
};
pub(crate) use sending::{
    Consent, Deliveries, Idempotency, Resend, Runs, Send, Target, TargetChange, Template, TemplateWritten,
};
pub(crate) use signature::{Diagnose, Discover, OwnAction, Providers, Sign, Verify, With};

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
    /// Lists the runs there were (several sent at once, checks of idempotency), newest first, or tells one with its steps.
    Runs(Runs),
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
    /// Signs a captured request anew, or many given on standard input, as their provider would.
    Sign(Sign),
    /// Says why a signature does not hold, and proves it.
    Diagnose(Diagnose),
    /// Finds out how an unknown sender signs.
    Discover(Discover),
    /// Lists the providers that are known, or tells one; keeps schemes of your own.
    ///
    /// The list grades how well each is founded: A by the official documentation, B by official code, A+B by both, C by
    /// the code and notes of others, D by general knowledge that nothing confirmed.
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
    /// Lists, adds and removes the JSON pointers whose values (of JSON bodies and fields of forms) are masked in copies,
    /// HAR files and while presenting.
    #[command(subcommand)]
    Mask(Mask),
    /// Deletes requests. It can be undone for ten minutes.
    Delete(Delete),
    /// Brings back what was deleted, or removed in the window, within the last ten minutes: the latest, or what has this
    /// number.
    Undo(Undo),
    /// Tells what is used of the disk, and changes how much history is kept.
    Storage(Storage),
    /// Writes requests to a HAR file, which browsers, proxies and Hookbench read.
    Export(Export),
    /// Takes requests from a HAR file into the history, marked as imported.
    Import(Import),
    /// Writes a whole copy of the data file, also while requests arrive.
    Backup(Backup),
    /// Captures requests and serves the interface to a browser on this machine.
    Serve(Serve),
    /// Moves a data file that cannot be opened to a dated name, so that a new one can be begun. Nothing is deleted.
    SetAside,
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
