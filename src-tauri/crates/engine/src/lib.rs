//! The product without a window: capture, providers, store and delivery behind one façade.
//!
//! A request flows one way: the listener ([`capture`]) keeps its exact bytes, [`provider`] says who sent it, the
//! signature crate whether it holds, [`store`] keeps it, and only then the sender is answered. [`Engine`] joins them;
//! the terminal and the window know nothing below it.

mod annotating;
mod answering;
mod arrivals;
pub mod body;
pub mod capture;
#[cfg(test)]
#[path = "tests/bench.rs"]
mod capture_for_tests;
mod carrying;
pub mod changes;
pub mod clock;
pub mod compare;
mod comparing;
mod conduct;
mod course;
mod deleting;
pub mod delivery;
mod discarding;
mod endpoints;
mod engine;
mod error;
mod examining;
pub mod exchange;
mod exporting;
pub mod filter;
pub mod forwarding;
mod grounds;
mod housekeeping;
mod importing;
mod judge;
mod keeping;
mod lead;
mod limiting;
mod listening;
mod masking;
pub mod model;
mod options;
pub mod provider;
mod reading;
mod recent;
mod reception;
mod recording;
mod rejudging;
mod remedies;
mod samples;
mod saved;
mod schemes;
pub mod secrets;
mod sending;
mod settings;
mod sharing;
pub mod store;
mod test_keys;
mod unpacking;
mod work;

pub use answering::{LONGEST_DELAY, TemplateError, VARIABLES};
pub use arrivals::Arrivals;
pub use comparing::{BodyPlace, SideBySide, Subject, Told};
pub use deleting::{COUNTED_AT_MOST, Deleted};
pub use engine::Engine;
pub use error::{EngineError, Kind};
pub use examining::{Examination, Searching, SignedAnew, Ticketed};
pub use exchange::har::{EntryError, LogError};
pub use exporting::{Export, ExportError, ExportPlace, ExportPlan, Exported};
pub use grounds::UnreadableSecret;
pub use importing::{Import, ImportError, LARGEST_IMPORT, Progress, Skipped};
pub use judge::LookedAt;
pub use keeping::Storage;
pub use limiting::{LIMITS, LimitInfo, LimitState, LimitUnit, limit_of};
pub use listening::{DEFAULT_PORT, Listen, ListenerState};
pub use masking::{BadMaskPath, ChosenPath, MaskPath, MaskedEndpoint, Screen, Stretch};
pub use options::Options;
pub use reading::{PageQuery, Totals};
pub use rejudging::Recheck;
pub use remedies::{Applied, Remedy};
pub use samples::{SampleDelivered, SampleSent};
pub use saved::SavedFilterState;
pub use schemes::{OwnScheme, SchemeFault, SchemeReading, TrialSecrets, Tried, TriedOn};
pub use sending::{
    Ages, Aim, Chosen, Compared, Edited, EditedBody, FilledTemplate, Filler, IdChoice, IdempotencyReport,
    IdempotencyRow, LONGEST_DRAFT, LiveEvents, MOST_AT_ONCE, MOST_PARALLEL, Order, OwnCheck, Preview,
    Question, Reachability, Renewal, Renewed, ReportForm, Role, RunPlan, Sending, ShownCertificate,
    SignatureChoice, Signatures, TEMPLATE_VARIABLES, TemplateSent, TemplateState,
};
pub use settings::{Closing, DesktopSettings, Settings, Theme, WindowPlace};
pub use sharing::{Format, NoFormat, Shared, Sharing, TestSigned};
pub use unpacking::UnpackedBytes;
pub use work::{RunLeft, Work};
