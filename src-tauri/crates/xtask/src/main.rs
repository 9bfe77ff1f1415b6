//! The project's tasks: set a machine up, run the window, run every test, measure, lint, bundle.
//!
//! This crate has no dependencies, so that `cargo xtask` compiles in a second on a machine that has nothing yet and can
//! say what is missing *before* the long build starts. It knows programs and directories, and nothing of the product.

mod arguments;
mod needs;
mod node;
mod program;
mod report;
mod stamp;
mod steps;
mod system;
mod tasks;
mod workspace;

use std::process::ExitCode;

use arguments::{Task, USAGE};
use report::{Failure, answer};
use workspace::Workspace;

fn main() -> ExitCode {
    let task = match arguments::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(failure) => {
            failure.print();
            return ExitCode::from(2);
        }
    };
    match perform(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<(), Failure> {
    if matches!(task, Task::Help) {
        answer(USAGE);
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match task {
        Task::Help => Ok(()),
        Task::Packages => {
            tasks::packages::perform();
            Ok(())
        }
        Task::Run { arguments } => tasks::run::perform(&workspace, &arguments),
        Task::Test { scope } => tasks::test::perform(&workspace, scope),
        Task::Bench { name, flags } => tasks::bench::perform(&workspace, name, flags),
        Task::Bundle => tasks::bundle::perform(&workspace),
        Task::Bindings { then } => tasks::bindings::perform(&workspace, then),
        Task::Lint => tasks::lint::perform(&workspace),
    }
}
