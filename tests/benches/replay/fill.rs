//! Captures the requests that are sent again, in a process of its own, so that what that leaves in memory is not
//! measured.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use hookbench_engine::secrets::Preference;
use hookbench_engine::{Engine, Listen, Options};
use hookbench_tests::measure::{Deck, Failure, Load, Outcome, Random, Until, github_push_of, say};

/// Makes this program the one that captures; the folder of the data and the number follow.
pub(crate) const ARGUMENT: &str = "--fill";

/// How many different requests there are.
const CARDS: usize = 4_096;

/// The shortest body, and by how much the longest is longer.
const SHORTEST: usize = 2_048;
const LONGER: u64 = 4_608;

/// The options of an engine that is measured: the keychain of the person who runs this is none of its business.
pub(crate) fn options(data: &Path) -> Options {
    Options {
        secrets: Preference::Files,
        ..Options::at(Some(data.to_owned()))
    }
}

/// Captures so many requests.
pub(crate) fn fill(data: &str, count: &str) -> ExitCode {
    match capture(Path::new(data), count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("filling: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn capture(data: &Path, count: &str) -> Outcome<()> {
    let count: u64 = count.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let engine = runtime.block_on(async {
        let engine = Engine::open(options(data)).await?;
        engine.ready().await;
        Ok::<_, Failure>(engine)
    })?;
    let listening = runtime.block_on(engine.listen(Listen {
        port: Some(0),
        ..Listen::default()
    }))?;
    let address = (listening.address, listening.port).into();
    let mut random = Random::new(4665);
    let cards = (0..CARDS).map(|_| {
        let longer = usize::try_from(random.below(LONGER))?;
        github_push_of(&mut random, SHORTEST + longer)
    });
    let load = Load {
        address,
        process: std::process::id(),
        deck: Arc::new(Deck::new(address, cards)?),
        connections: 32,
        until: Until::Count(count),
        first: 0,
    };
    let run = load.run()?;
    runtime.block_on(engine.shut_down());
    match run.unanswered.first() {
        Some((_, reason)) => Err(Failure::new(format!("a request was not kept: {reason}"))),
        None => Ok(()),
    }
}
