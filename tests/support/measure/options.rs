//! What may be said to a benchmark on its command line.

use std::path::PathBuf;
use std::time::Duration;

use super::failure::{Failure, Outcome};

/// The command line of a benchmark. Everything that is left out has a default of the benchmark's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Short windows, few rounds, little data: shows that the benchmark works, in seconds.
    pub quick: bool,
    /// How many times each program is measured.
    pub rounds: Option<usize>,
    /// How long each measurement is.
    pub window: Option<Duration>,
    /// How many requests a history has.
    pub count: Option<u64>,
    /// The numbers of connections.
    pub connections: Option<Vec<usize>>,
    /// Where a history lies that is used again, or is made to be.
    pub data: Option<PathBuf>,
    /// Which parts of a benchmark are wanted; all where none is named.
    pub only: Option<Vec<String>>,
}

impl Options {
    /// The options this process was started with.
    ///
    /// # Errors
    /// When there is one that no benchmark knows.
    pub fn of_this_process() -> Outcome<Self> {
        Self::parse(std::env::args().skip(1))
    }

    fn parse(arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self::default();
        let mut is_benchmark = false;
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| Failure::new(format!("`{argument}` wants a value")))
            };
            match argument.as_str() {
                // What Cargo says to a benchmark; without it it is being run as a test.
                "--bench" => is_benchmark = true,
                "--quick" => options.quick = true,
                "--rounds" => options.rounds = Some(value()?.parse()?),
                "--seconds" => options.window = Some(Duration::try_from_secs_f64(value()?.parse()?)?),
                "--count" => options.count = Some(value()?.parse()?),
                "--connections" => {
                    let numbers: Result<_, _> = value()?.split(',').map(str::parse).collect();
                    options.connections = Some(numbers?);
                }
                "--data" => options.data = Some(value()?.into()),
                "--only" => options.only = Some(value()?.split(',').map(String::from).collect()),
                unknown => {
                    return Err(Failure::new(format!(
                        "unknown argument `{unknown}`; there are --quick, --rounds N, --seconds S, --count N, \
                         --connections N,N, --data FOLDER, --only PART,PART"
                    )));
                }
            }
        }
        options.quick |= !is_benchmark;
        Ok(options)
    }

    /// Whether this part is wanted.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|parts| parts.iter().any(|wanted| wanted == part))
    }

    /// One of two defaults.
    pub fn either<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Options> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn a_benchmark_run_as_a_test_is_quick() {
        assert!(
            parse("").expect("nothing is needed").quick,
            "Cargo says --bench to benchmarks only"
        );
        assert!(
            !parse("--bench").expect("Cargo's own word").quick,
            "a benchmark takes its time"
        );
        assert!(
            parse("--bench --quick").expect("both").quick,
            "unless it is told not to"
        );
    }

    #[test]
    fn values_follow_their_names() {
        let options =
            parse("--rounds 3 --seconds 0.5 --count 1000 --connections 1,64 --data past --only a,b --bench")
                .expect("all are known");
        let wanted = Options {
            quick: false,
            rounds: Some(3),
            window: Some(Duration::from_millis(500)),
            count: Some(1000),
            connections: Some(vec![1, 64]),
            data: Some("past".into()),
            only: Some(vec!["a".to_owned(), "b".to_owned()]),
        };
        assert_eq!(options, wanted, "each has its value");
    }

    #[test]
    fn every_part_is_wanted_unless_some_are_named() {
        let named = parse("--only start,memory").expect("a list of names");
        assert!(named.wants("memory"), "it is named");
        assert!(!named.wants("mem"), "a part of a name is none");
        assert!(
            parse("").expect("nothing is needed").wants("memory"),
            "none is named"
        );
    }

    #[test]
    fn what_is_unknown_or_incomplete_is_refused() {
        for line in [
            "--fast",
            "--rounds",
            "--rounds x",
            "--connections 1,",
            "--seconds -1",
        ] {
            assert!(parse(line).is_err(), "`{line}` would be guessed at");
        }
    }
}
