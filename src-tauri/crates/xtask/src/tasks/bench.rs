//! `cargo xtask bench`: the benchmarks of `tests/benches`.

use crate::program::Program;
use crate::report::Failure;
use crate::steps::{self, Outcome, Step};
use crate::workspace::Workspace;

pub(crate) fn perform(workspace: &Workspace, name: Option<String>) -> Result<(), Failure> {
    let mut list = super::set_up();
    list.push(Step::new("Benchmarks", move |workspace| {
        let mut cargo = Program::cargo().arguments(["bench", "--package", "hookbench-tests"]);
        cargo = match name {
            Some(name) => cargo.arguments(["--bench".to_string(), name]),
            None => cargo.arguments(["--benches"]),
        };
        cargo.run(workspace)?;
        Ok(Outcome::Done)
    }));
    steps::perform(workspace, list)
}
