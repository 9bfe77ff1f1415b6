//! Hookbench from a terminal: the same engine and the same data without a display.
//!
//! Exit codes: 0 done, 1 failed with a message on standard error, 2 wrong usage.

mod arguments;
mod deliveries;
mod endpoint;
mod failure;
mod host;
mod idempotency;
mod json;
mod list;
mod listen;
mod output;
mod own_schemes;
mod resend;
mod secret;
mod send;
mod sending_arguments;
mod serve;
mod show;
mod signature;
mod target;
mod text;

use std::process::ExitCode;

use clap::Parser as _;
use hookbench_engine::{Engine, Options};

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    // Wrong usage ends inside `parse` with exit code 2 and a message that names the argument.
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HOOKBENCH_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(format!("the program cannot start its threads: {error}")).report(),
    };
    let done = runtime.block_on(run(arguments));
    // A write that nobody reads may still be under way; everything that must be kept was closed by now.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    // What works on its input alone needs no data folder.
    match &arguments.command {
        Command::Verify(verify) if verify.stdin => return signature::batch::verify(),
        Command::Sign(_) => return signature::batch::sign(),
        Command::Diagnose(diagnose) if diagnose.stdin => return signature::batch::diagnose(),
        Command::Providers(providers) if signature::is_embedded(providers) => {
            return signature::providers(providers);
        }
        _ => {}
    }
    let engine = Engine::open(Options::at(arguments.data_dir)).await?;
    let done = match arguments.command {
        Command::Listen(listen) => listen::run(&engine, &listen).await,
        Command::List(list) => list::run(&engine, &list).await,
        Command::Show(show) => show::run(&engine, &show).await,
        Command::Resend(resend) => resend::run(&engine, &resend).await,
        Command::Send(send) => send::run(&engine, &send).await,
        Command::Deliveries(wanted) => deliveries::run(&engine, &wanted).await,
        Command::Idempotency(wanted) => idempotency::run(&engine, &wanted).await,
        Command::Target(command) => target::run(&engine, command).await,
        Command::Endpoint(command) => endpoint::run(&engine, command).await,
        Command::Secret(command) => secret::run(&engine, command).await,
        Command::Verify(verify) => signature::verify(&engine, verify).await,
        Command::Diagnose(diagnose) => signature::diagnose(&engine, diagnose).await,
        Command::Discover(discover) => signature::discover(&engine, &discover).await,
        // They were done above.
        Command::Sign(_) => Ok(()),
        Command::Providers(wanted) => own_schemes::run(&engine, wanted).await,
        Command::Serve(serve) => serve::run(&engine, &serve).await,
    };
    // A command that changed an endpoint or a secret ends when the verdicts are right.
    engine.settled().await;
    engine.shut_down().await;
    done
}
