//! Every type that crosses the boundary, in the names and units of the wire.
//!
//! They are written by hand and converted by hand, so that a change inside the engine never changes the wire by
//! accident. Times are µs since the epoch in UTC, durations µs, lengths bytes; all integers stay below 2^53. No body
//! is in any of them: bodies and heads are read as raw bytes (see [`ByteSource`]).

mod archive;
mod bytes;
mod compare;
mod conduct;
mod delivery;
mod desktop;
mod discard;
mod endpoint;
mod feed;
mod filter;
mod forward;
mod keeping;
mod limit;
mod masking;
mod provider;
mod remedy;
mod request;
mod run;
mod scheme;
mod signature;
mod status;
mod target;
mod written;

pub use archive::{
    BeginExport, BeginImport, BrokenView, CarryRef, ExportView, HandedOver, ImportPiece, ImportView,
    ImportedView, SkippedView,
};
pub use bytes::{ByteRange, ByteSource};
pub use compare::{
    AskComparison, BlockView, BodyComparisonView, ComparedView, ComparisonView, FactView, IgnoringView,
    PairView, PlaceView, PreviousView, StructureChange, SubjectRef,
};
pub use conduct::{
    AnswerRuleView, FaultView, FaultWord, GivenAnswerView, OrderedFault, ReachWord, SetAnswer, SetFault,
    VariableView,
};
pub use delivery::{
    AskPreview, AttemptView, CancelSending, ChangeView, DeliveryRef, DeliveryView, Done, EditedBody,
    ListDeliveries, OwnCheckView, PreviewView, QuestionView, Replay, Resend, ScheduleView, SendAgain,
    TimingsView,
};
pub use desktop::{
    Closing, DesktopSettings, DesktopView, MenuLine, MenuView, RunLeft, SetMenu, Switch, Wish, WorkView,
};
pub use discard::{BringBack, BroughtBackView, DiscardView, Discarded};
pub use endpoint::{
    AddEndpoint, EndpointRef, EndpointView, RemoveSecret, SecretView, SetSecret, UpdateEndpoint,
};
pub use feed::FeedEvent;
pub use filter::{
    Annotate, FilterProblem, FilterReading, FilterRef, OrderFilters, ReadFilter, RenameFilter, SaveFilter,
    SavedFilterView, TagView,
};
pub use forward::{
    Dropped, ForwardView, HeldRef, HeldView, ListHeld, MoveHeld, MoveWord, PauseQueue, QueueView,
    SetForwards, WayWord,
};
pub use keeping::{
    CountMatching, DeleteMatching, Deletion, DeletionView, MatchCount, Purged, Retention, StorageView,
    UndoDeletion,
};
pub use limit::{LimitView, SetLimit, SetLimits};
pub use masking::{MaskRef, MaskView};
pub use provider::{ParameterView, ProviderView, SampleSent, SampleView, SendSample};
pub use remedy::{ApplyRemedy, Explain, OpenOffer, RemedyApplied, UndoRemedy};
pub use request::{
    CopiedRequest, CopyRequest, CountAfter, CountRequests, CountedAfter, DeleteRequests, FilterSuggestion,
    FramingFact, FramingView, HandshakeView, HeaderLine, ListRequests, OfferView, ReplyView, RequestCount,
    RequestDetail, RequestPage, RequestRef, RequestRefs, RequestRow, SeekFilter, SoughtText, SoughtView,
    SuggestFilter, Text, UnpackedView,
};
pub use run::{
    AgesView, AskAges, AskReport, AskSteps, CheckIdempotency, IdempotencyRowView, IdempotencyView, PaceView,
    PauseRun, RunRef, RunView, StartRun, StepView, StepsView,
};
pub use scheme::{
    AdoptScheme, DraftScheme, FindScheme, FoundScheme, FoundSchemes, OwnSchemeRef, OwnSchemeView, ReadScheme,
    SaveOwnScheme, SchemeFaultView, SchemeFormView, SchemeReadingView, SearchRef, SearchView, TrialSecret,
    TriedOnView, TriedOther, TriedView, TryScheme, TrySchemeOn,
};
pub use signature::{
    AgeView, CandidateView, CheckView, ContentView, DiagnosisView, DifferenceView, DigestsView, FoundView,
    KeyView, LeftOutView, PartView, ProofView, RemedyAction, RemedyView, SignatureView, SnippetView,
    WriteSnippet,
};
pub use status::{
    ListenerView, Notice, RecheckView, SetPort, Settings, StartOver, StartedOver, Status, Theme,
};
pub use target::{
    CertificateView, CredentialsView, HeaderAction, HeaderRuleView, HostRef, PathView, ReachabilityView,
    RetryPreset, RulesView, SaveTarget, TargetRef, TargetView, TrustView, WayRef,
};
pub use written::{
    DraftView, FillTemplate, FilledTemplateView, KeptDraftView, SaveDraft, SaveTemplate, TemplateRef,
    TemplateView, WrittenView,
};

/// Arguments of a command that takes none, and the answer of one that has nothing to say.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Nothing {}
