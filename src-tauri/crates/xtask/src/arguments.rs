//! What was asked for. Pure: words in, a task out; nothing here runs or looks at anything.

use crate::report::Failure;

pub(crate) const USAGE: &str = "\
usage: cargo xtask <task>

  run [-- ARGUMENTS]   set this machine up, build the user interface, open the window
  test [--fast]        set this machine up and run every test; --fast leaves out what needs a display or a browser
  bench [NAME] [FLAGS] run the benchmarks, or the one that is named; FLAGS (--quick, --rounds N, ...) are theirs
  bundle               build the packages to install (.deb and .rpm on Linux)
  bindings [--check]   write ui/src/bindings from the Rust types; --check fails if they were not fresh
  lint                 formatters, clippy, rustdoc, eslint, prettier, svelte-check, cargo-deny
  packages             print what has to be installed, for every system
  help                 print this";

/// One task, with what it was given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Run {
        arguments: Vec<String>,
    },
    Test {
        scope: Scope,
    },
    Bench {
        name: Option<String>,
        flags: Vec<String>,
    },
    Bundle,
    Bindings {
        then: AfterBindings,
    },
    Lint,
    Packages,
    Help,
}

/// How much `test` covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every test this system can run.
    Everything,
    /// No window and no browser: WebKit is not even compiled.
    Fast,
}

/// What `bindings` does once they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterBindings {
    Keep,
    /// Fail if what was there before was different.
    Compare,
}

/// Takes the words after `cargo xtask` apart.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let words: Vec<String> = words.collect();
    let Some((task, rest)) = words.split_first() else {
        return Ok(Task::Help);
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (task.as_str(), rest.as_slice()) {
        ("run", []) => Ok(Task::Run {
            arguments: Vec::new(),
        }),
        ("run", ["--", arguments @ ..]) => Ok(Task::Run {
            arguments: arguments.iter().map(ToString::to_string).collect(),
        }),
        ("test", []) => Ok(Task::Test {
            scope: Scope::Everything,
        }),
        ("test", ["--fast"]) => Ok(Task::Test { scope: Scope::Fast }),
        ("bench", [name, flags @ ..]) if !name.starts_with('-') && are_flags(flags) => Ok(Task::Bench {
            name: Some((*name).to_string()),
            flags: owned(flags),
        }),
        ("bench", flags) if are_flags(flags) => Ok(Task::Bench {
            name: None,
            flags: owned(flags),
        }),
        ("bundle", []) => Ok(Task::Bundle),
        ("bindings", []) => Ok(Task::Bindings {
            then: AfterBindings::Keep,
        }),
        ("bindings", ["--check"]) => Ok(Task::Bindings {
            then: AfterBindings::Compare,
        }),
        ("lint", []) => Ok(Task::Lint),
        ("packages", []) => Ok(Task::Packages),
        ("help" | "--help" | "-h", _) | (_, ["--help" | "-h"]) => Ok(Task::Help),
        ("bench", [_, second, ..]) => {
            Err(Failure::new(format!("`{task}` does not take `{second}`")).hint(USAGE))
        }
        ("run" | "test" | "bench" | "bundle" | "bindings" | "lint" | "packages", [first, ..]) => {
            Err(Failure::new(format!("`{task}` does not take `{first}`")).hint(USAGE))
        }
        _ => Err(Failure::new(format!("no task is called `{task}`")).hint(USAGE)),
    }
}

/// Whether what follows a benchmark's name is for the benchmark, which knows its flags itself.
fn are_flags(words: &[&str]) -> bool {
    words
        .first()
        .is_none_or(|word| word.starts_with("--") && *word != "--help")
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, Failure> {
        parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn words_after_two_dashes_belong_to_the_program() {
        let arguments = vec!["--data-dir".to_string(), "/tmp/x".to_string()];
        assert_eq!(
            parsed("run -- --data-dir /tmp/x").unwrap(),
            Task::Run { arguments }
        );
    }

    #[test]
    fn a_stray_word_is_refused_and_named() {
        for (line, word) in [
            ("run --data-dir x", "--data-dir"),
            ("test --quick", "--quick"),
            ("bench a b", "b"),
            ("lint x", "x"),
        ] {
            let failure = parsed(line).unwrap_err();
            assert!(
                failure.to_string().contains(&format!("`{word}`")),
                "{line:?} must name the word: {failure}"
            );
        }
    }

    #[test]
    fn an_unknown_task_shows_the_usage() {
        let failure = parsed("frobnicate").unwrap_err();
        assert_eq!(failure.to_string(), "no task is called `frobnicate`");
    }

    #[test]
    fn every_task_that_is_understood_is_in_the_usage() {
        let examples = [
            (
                "run",
                Task::Run {
                    arguments: Vec::new(),
                },
            ),
            ("test --fast", Task::Test { scope: Scope::Fast }),
            (
                "test",
                Task::Test {
                    scope: Scope::Everything,
                },
            ),
            (
                "bench capture --quick --rounds 1",
                Task::Bench {
                    name: Some("capture".to_string()),
                    flags: vec!["--quick".to_string(), "--rounds".to_string(), "1".to_string()],
                },
            ),
            (
                "bench --quick",
                Task::Bench {
                    name: None,
                    flags: vec!["--quick".to_string()],
                },
            ),
            (
                "bench",
                Task::Bench {
                    name: None,
                    flags: Vec::new(),
                },
            ),
            ("bundle", Task::Bundle),
            (
                "bindings --check",
                Task::Bindings {
                    then: AfterBindings::Compare,
                },
            ),
            (
                "bindings",
                Task::Bindings {
                    then: AfterBindings::Keep,
                },
            ),
            ("lint", Task::Lint),
            ("packages", Task::Packages),
            ("help", Task::Help),
            ("", Task::Help),
            ("test --help", Task::Help),
        ];
        for (line, task) in examples {
            assert_eq!(parsed(line).unwrap(), task, "{line:?}");
            let name = line.split_whitespace().next().unwrap_or("help");
            assert!(
                USAGE.contains(&format!("\n  {name} ")),
                "the usage must name `{name}`"
            );
        }
    }
}
