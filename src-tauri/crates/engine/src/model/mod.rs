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
mod time;

pub use arrival::{Arrival, Body, Framing, HttpVersion, Mark, State};
pub use delivery::{Attempt, Delivery, DeliveryKind, Outcome, Timings};
pub use endpoint::{Endpoint, NewEndpoint, SecretPlace, SecretRecord, Target, Tolerance};
pub use head::{Header, RawHead, RequestLine};
pub use hookbench_signature::Verdict;
pub use id::{AttemptId, DeliveryId, EndpointId, ParseIdError, RequestId, SecretId, TargetId};
pub use request::{NewRequest, Recognition, Request, RequestSummary, Sequence};
pub use time::Timestamp;
