//! Plain data that every other module of the engine speaks in.
//!
//! Nothing here reads a clock, touches a file or knows a database: the modules that do are tested against
//! values made from these types alone.

mod answer;
mod arrival;
mod delivery;
mod endpoint;
mod fault;
mod forward;
mod framing;
mod head;
mod id;
mod origin;
mod request;
pub(crate) mod request_target;
mod run;
mod target;
mod time;
mod written;

pub use answer::{AnswerRule, AnswerSource, GivenAnswer, KeptAnswer};
pub use arrival::{Arrival, Body, HttpVersion, State};
pub use delivery::{
    Attempt, Delivery, DeliveryKind, Ending, Outcome, RunStep, Schedule, ScheduleState, Timings,
};
pub use endpoint::{Endpoint, NewEndpoint, SecretPlace, SecretRecord, Tolerance};
pub use fault::{Fault, FaultKind, FaultReach};
pub use forward::{Forward, ForwardRule, ForwardWay, Forwarded, Held, MOST_FORWARDS, Move, Queue};
pub(crate) use framing::KeptChunks;
pub use framing::{ChunkSizes, Framing, FramingFact, Mark};
pub use head::{Header, RawHead, RequestLine};
pub use hookbench_signature::Verdict;
pub use id::{
    AttemptId, DeliveryId, EndpointId, ForwardId, ParseIdError, RequestId, RunId, SecretId, TargetId,
};
pub use origin::Imported;
pub use request::{HandshakeReply, NewRequest, Recognition, Request, RequestSummary, Sequence};
pub use run::{Phase, RunKind, RunState, SentStep, Tally};
pub use target::{
    Credentials, HeaderRule, PathRule, Redirects, Target, TargetRules, TimeoutRules, TrustRule,
};
pub use time::Timestamp;
pub use written::{DraftLine, KeptDraft, KeptTemplate, TemplateLine, Written};
