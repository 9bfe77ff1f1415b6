//! Everything that can end an attempt without a whole answer, each with its outcome, its message and its hint.
//!
//! The wording lives here alone, so that a window, a terminal and a report say the same thing.

use std::net::SocketAddr;
use std::time::Duration;

use super::answer::InvalidAnswer;
use super::tls::TlsFailure;
use crate::model::Outcome;

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The resolver knows no such name.
    #[error("the name `{name}` does not resolve")]
    Unresolved {
        /// The name.
        name: String,
        /// What the resolver said, where it said more than that.
        reason: Option<String>,
    },
    /// The port is closed.
    #[error("nothing listens on `{authority}`")]
    NothingListens {
        /// Host and port as asked for.
        authority: String,
        /// The addresses that were tried.
        tried: Vec<SocketAddr>,
    },
    /// No way leads there.
    #[error("`{authority}` cannot be reached: {reason}")]
    Unreachable {
        /// Host and port as asked for.
        authority: String,
        /// What the system said.
        reason: String,
    },
    /// It would come back to us.
    #[error("`{authority}` is Hookbench's own listener")]
    OwnListener {
        /// Host and port as asked for.
        authority: String,
    },
    /// It lies farther away than this delivery may go.
    #[error("`{authority}` is neither on this machine nor in a private network")]
    TooFar {
        /// Host and port as asked for.
        authority: String,
    },
    /// A stage took too long.
    #[error("{stall}")]
    TimedOut {
        /// Which, and what had happened until then.
        stall: Stall,
    },
    /// TLS could not be agreed on.
    #[error(transparent)]
    Tls(#[from] TlsFailure),
    /// The connection ended too soon.
    #[error("`{authority}` {how} the connection {when}")]
    Closed {
        /// Host and port as asked for.
        authority: String,
        /// `closed` or `reset`.
        how: &'static str,
        /// How far the answer was.
        when: Broken,
    },
    /// What came is no HTTP/1 answer.
    #[error("`{authority}` answered with {what}")]
    Invalid {
        /// Host and port as asked for.
        authority: String,
        /// What is wrong with it.
        what: InvalidAnswer,
    },
    /// The person stopped it.
    #[error("it was cancelled {during}")]
    Cancelled {
        /// What was going on.
        during: &'static str,
    },
}

/// The stage that took too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stall {
    /// Resolving the name.
    #[error("the name `{name}` did not resolve within {}", span(*limit))]
    Resolving {
        /// The name.
        name: String,
        /// The limit.
        limit: Duration,
    },
    /// Connecting.
    #[error("no connection to `{authority}` within {}", span(*limit))]
    Connecting {
        /// Host and port.
        authority: String,
        /// The limit.
        limit: Duration,
    },
    /// The TLS handshake.
    #[error("no TLS handshake with `{authority}` within {}: it accepted the connection, then silence", span(*limit))]
    Handshake {
        /// Host and port.
        authority: String,
        /// The limit.
        limit: Duration,
    },
    /// Sending the request.
    #[error("the request did not go out within {}: `{sent}` of `{length}` bytes were taken", span(*limit))]
    Sending {
        /// Bytes the system took.
        sent: usize,
        /// Bytes of head and body.
        length: usize,
        /// The limit.
        limit: Duration,
    },
    /// Waiting for the first byte.
    #[error("no answer within {}: {}, then silence", span(*limit), connected(*connect))]
    Waiting {
        /// How long connecting took; `None` on a connection that was open already.
        connect: Option<Duration>,
        /// The limit.
        limit: Duration,
    },
    /// Waiting for the final answer after an interim one.
    #[error("no whole answer within {}: an interim answer came, then silence", span(*limit))]
    Interim {
        /// The limit.
        limit: Duration,
    },
    /// In the middle of the answer's head.
    #[error("no whole answer within {}: `{received}` bytes of its head came", span(*limit))]
    Head {
        /// Bytes that came.
        received: usize,
        /// The limit.
        limit: Duration,
    },
    /// In the middle of the answer's body.
    #[error("no whole answer within {}: {} of its body came", span(*limit), share(*received, *expected))]
    Body {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        expected: Option<u64>,
        /// The limit.
        limit: Duration,
    },
}

/// How far the answer was when the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nothing of it had come.
    #[error("without an answer")]
    BeforeAnswer,
    /// Only interim answers had come.
    #[error("after an interim answer, without the final one")]
    AfterInterim,
    /// In its head.
    #[error("in the head of its answer, after `{received}` bytes")]
    InHead {
        /// Bytes that came.
        received: usize,
    },
    /// In its body.
    #[error("in the body of its answer, after {}", share(*received, *expected))]
    InBody {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        expected: Option<u64>,
    },
}

impl Failure {
    /// The outcome that an attempt has by it.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Unresolved { .. } => Outcome::Unresolved,
            Self::NothingListens { .. }
            | Self::Unreachable { .. }
            | Self::OwnListener { .. }
            | Self::TooFar { .. } => Outcome::Refused,
            Self::TimedOut { .. } => Outcome::TimedOut,
            Self::Tls(_) => Outcome::TlsFailed,
            Self::Closed { .. } => Outcome::Closed,
            Self::Invalid { .. } => Outcome::InvalidAnswer,
            Self::Cancelled { .. } => Outcome::Cancelled,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unresolved {
                reason: Some(reason), ..
            } => {
                return Some(format!(
                    "the resolver said `{reason}`: check the spelling and the network"
                ));
            }
            Self::Unresolved { .. } => {
                "check the spelling; a name of a VPN or of containers resolves only inside it"
            }
            Self::NothingListens { tried, .. } => match tried.as_slice() {
                [_, _, ..] => {
                    let tried: Vec<_> = tried
                        .iter()
                        .map(|address| format!("`{}`", address.ip()))
                        .collect();
                    return Some(format!(
                        "start your dev server, or check the port ({} were tried)",
                        tried.join(" and ")
                    ));
                }
                _ => "start your dev server, or check the port",
            },
            Self::Unreachable { .. } => "check the address and the network",
            Self::OwnListener { .. } => {
                "choose the address of your dev server: a delivery to it would come back here"
            }
            Self::TooFar { .. } => "confirm the target first",
            Self::TimedOut { stall } => stall.hint(),
            Self::Tls(failure) => failure.hint(),
            Self::Closed {
                when: Broken::InBody { .. },
                ..
            } => "what had come is kept; look at the target's log",
            Self::Closed { .. } => "the target may have crashed on this request; look at its log",
            Self::Invalid { what, .. } => what.hint(),
            Self::Cancelled { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

impl Stall {
    const fn hint(&self) -> &'static str {
        match self {
            Self::Resolving { .. } => "check the network and its name servers",
            Self::Connecting { .. } => "a firewall may drop the packets; check the address and the port",
            Self::Handshake { .. } => "if it does not speak TLS, use `http://`",
            Self::Sending { .. } => "the target accepted the connection but does not read; look at its log",
            Self::Waiting { .. } | Self::Interim { .. } => {
                "the target took the request and is still busy, or hangs; look at its log"
            }
            Self::Head { .. } | Self::Body { .. } => "what had come is kept; look at the target's log",
        }
    }
}

fn connected(connect: Option<Duration>) -> String {
    connect.map_or_else(
        || "sent on an open connection".to_owned(),
        |took| format!("connected in {}", span(took)),
    )
}

fn share(received: u64, expected: Option<u64>) -> String {
    expected.map_or_else(
        || format!("`{received}` bytes"),
        |expected| format!("`{received}` of `{expected}` bytes"),
    )
}

/// `30 s`, `1.5 s`, `250 ms`, `0.3 ms`.
fn span(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    let (number, unit) = if millis >= 1000.0 {
        (millis / 1000.0, "s")
    } else {
        (millis, "ms")
    };
    let rounded = if number >= 10.0 || (number - number.round()).abs() < 0.05 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    };
    format!("{rounded} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short_and_have_a_unit() {
        for (micros, wanted) in [
            (30_000_000, "30 s"),
            (1_500_000, "1.5 s"),
            (1_004, "1 ms"),
            (300, "0.3 ms"),
            (0, "0 ms"),
            (12_345, "12 ms"),
        ] {
            assert_eq!(span(Duration::from_micros(micros)), wanted, "{micros} µs");
        }
    }

    #[test]
    fn silence_says_how_far_it_got() {
        let stall = Stall::Waiting {
            connect: Some(Duration::from_millis(1)),
            limit: Duration::from_secs(30),
        };
        let failure = Failure::TimedOut { stall };
        assert_eq!(
            failure.to_string(),
            "no answer within 30 s: connected in 1 ms, then silence",
            "stage and limit"
        );
        assert_eq!(failure.outcome(), Outcome::TimedOut, "and its outcome");
    }
}
