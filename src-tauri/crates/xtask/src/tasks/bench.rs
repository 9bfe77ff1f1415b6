//! `cargo xtask bench`: the benchmarks of `tests/benches`.

use crate::program::Program;
use crate::report::Failure;
use crate::steps::{self, Outcome, Step};
use crate::workspace::Workspace;

pub(crate) fn perform(
    workspace: &Workspace,
    name: Option<String>,
    flags: Vec<String>,
) -> Result<(), Failure> {
    let mut list = super::set_up();
    list.push(Step::new("Benchmarks", move |workspace| {
        let mut cargo = Program::cargo().arguments(["bench", "--package", "hookbench-tests"]);
        cargo = match name {
            Some(name) => cargo.arguments(["--bench".to_string(), name]),
            None => cargo.arguments(["--benches"]),
        };
        if !flags.is_empty() {
            cargo = cargo.arguments(["--".to_string()]).arguments(flags);
        }
        cargo.run(workspace)?;
        Ok(Outcome::Done)
    }));
    steps::perform(workspace, list)
}
