//! Every type that crosses the boundary, in the names and units of the wire.
//!
//! They are written by hand and converted by hand, so that a change inside the engine never changes the wire by
//! accident. Times are µs since the epoch in UTC, durations µs, lengths bytes; all integers stay below 2^53. No body
//! is in any of them: bodies and heads are read as raw bytes (see [`ByteSource`]).

mod bytes;
mod delivery;
mod endpoint;
mod feed;
mod provider;
mod remedy;
mod request;
mod run;
mod signature;
mod status;
mod target;

pub use bytes::{ByteRange, ByteSource};
pub use delivery::{
    AskPreview, AttemptView, CancelSending, ChangeView, DeliveryRef, DeliveryView, Done, EditedBody,
    ListDeliveries, PreviewView, QuestionView, Replay, Resend, ScheduleView, SendAgain, TimingsView,
};
pub use endpoint::{
    AddEndpoint, EndpointRef, EndpointView, RemoveSecret, SecretView, SetSecret, UpdateEndpoint,
};
pub use feed::FeedEvent;
pub use provider::{ParameterView, ProviderView, SampleSent, SampleView, SendSample};
pub use remedy::{AdoptScheme, ApplyRemedy, Explain, FindScheme, FoundScheme, RemedyApplied, UndoRemedy};
pub use request::{
    CopyRequest, CountRequests, DeleteMatching, DeleteRequests, Deletion, FilterSuggestion, FramingView,
    HeaderLine, ListRequests, RequestCount, RequestDetail, RequestPage, RequestRef, RequestRow, SeekFilter,
    SoughtText, SoughtView, StarRequest, SuggestFilter, Text, UndoDeletion,
};
pub use run::{
    AskReport, CheckIdempotency, IdempotencyRowView, IdempotencyView, PaceView, PauseRun, RunRef, RunView,
    StartRun,
};
pub use signature::{
    AgeView, CandidateView, CheckView, ContentView, DiagnosisView, DifferenceView, DigestsView, FoundView,
    KeyView, PartView, ProofView, RemedyAction, RemedyView, SignatureView,
};
pub use status::{ListenerView, Notice, SetPort, Settings, Status, Theme};
pub use target::{
    CertificateView, HeaderAction, HeaderRuleView, HostRef, PathView, ReachabilityView, RetryPreset,
    RulesView, SaveTarget, TargetRef, TargetView, TrustView,
};

/// Arguments of a command that takes none, and the answer of one that has nothing to say.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Nothing {}
