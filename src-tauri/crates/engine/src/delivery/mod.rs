//! Sending again: what will go, to whom, and what came of it.
//!
//! [`plan`] and [`edit`] say, without doing anything, which bytes will go; [`Client`] sends them over a connection of
//! its own and always comes back with an [`Attempt`](crate::model::Attempt), whatever happened on the way. Nothing
//! here is kept: who asked for a delivery keeps what it was. Nothing here follows a redirect, and no general HTTP
//! client is used, since those put headers into an order, a case and a number of their own.

mod answer;
mod cancel;
mod chunked;
mod client;
mod connector;
pub(crate) mod credentials;
mod destination;
pub mod edit;
mod exchange;
mod failure;
pub mod guard;
mod header_rule;
mod idle;
pub mod live;
pub mod marker;
pub mod plan;
pub(crate) mod redirect;
mod retry;
mod route;
#[cfg(test)]
#[path = "tests/scripted.rs"]
pub(crate) mod scripted;
mod sequence;
mod tls;
mod verifier;

pub use answer::{AnswerLimits, InvalidAnswer};
pub use cancel::Cancel;
pub use client::{Client, ClientSettings, OwnSockets, Reuse, Timeouts};
pub use connector::{Resolved, Resolver};
pub use destination::{Destination, DestinationError, Host, Origin, Scheme};
pub use edit::{Edit, EditError};
pub use failure::{Broken, Failure, Stall};
pub use guard::Reach;
pub(crate) use header_rule::apply as with_rules;
pub use plan::{Change, Outgoing, PlanError, check_whole, resend, resend_by};
pub use retry::{Backoff, is_delivered};
pub use route::{Route, RouteError};
pub(crate) use sequence::count;
pub use sequence::{Pace, Replay, Step, replay};
pub use tls::{TlsFailure, Trust};
