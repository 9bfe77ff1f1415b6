//! Plain data that every other module of the engine speaks in.
//!
//! Nothing here reads a clock, touches a file or knows a database: the modules that do are tested against
//! values made from these types alone.

mod arrival;
mod delivery;
mod endpoint;
mod head;
mod id;
mod request;
mod target;
mod time;

pub use arrival::{Arrival, Body, Framing, HttpVersion, Mark, State};
pub use delivery::{Attempt, Delivery, DeliveryKind, Outcome, RunStep, Schedule, ScheduleState, Timings};
pub use endpoint::{Endpoint, NewEndpoint, SecretPlace, SecretRecord, Tolerance};
pub use head::{Header, RawHead, RequestLine};
pub use hookbench_signature::Verdict;
pub use id::{AttemptId, DeliveryId, EndpointId, ParseIdError, RequestId, RunId, SecretId, TargetId};
pub use request::{NewRequest, Recognition, Request, RequestSummary, Sequence};
pub use target::{HeaderRule, PathRule, Redirects, Target, TargetRules, TimeoutRules, TrustRule};
pub use time::Timestamp;
