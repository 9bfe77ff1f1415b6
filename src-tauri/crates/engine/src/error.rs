//! What the engine says when it cannot do what it was asked.

use crate::answering::TemplateError;
use crate::capture::BindError;
use crate::delivery::{DestinationError, EditError, PlanError, RouteError};
use crate::exporting::ExportError;
use crate::filter::FilterError;
use crate::importing::ImportError;
use crate::provider::{CatalogueError, RenderError};
use crate::secrets::SecretError;
use crate::sending::Question;
use crate::store::{OpenError, StoreError};

/// Why the engine did not do what it was asked. The message is the fact, [`EngineError::hint`] the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store cannot read or write now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The listener cannot listen there.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A secret cannot be kept or read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The target is no URL that can be sent to.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The rules of a target cannot be followed.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The person has to agree first.
    #[error("{0}")]
    Confirm(Question),
    /// The captured request cannot be sent unchanged.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The edited copy cannot be sent.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The filter cannot be understood.
    #[error("{} (at character {})", .0.message, .0.at.start + 1)]
    Filter(#[from] FilterError),
    /// A provider file is not right.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Requests cannot be written to a file.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A file cannot be taken in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A sample cannot be made.
    #[error(transparent)]
    Sample(#[from] RenderError),
    /// The thing that was named is not there.
    #[error("there is no {kind} `{name}`")]
    NotFound {
        /// What was asked for, e.g. `endpoint`.
        kind: &'static str,
        /// Its name or id.
        name: String,
    },
    /// An argument cannot be understood.
    #[error("{message}")]
    BadInput {
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A text with variables cannot be understood.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A fault lives as long as a listener, and there is none.
    #[error("no program listens on this data, and a fault ends with the listener")]
    NobodyListens,
    /// The listener is needed for this and does not listen.
    #[error("the listener is not running")]
    NotListening,
}

/// What kind of failure it is, as far as callers branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The thing that was named is not there (any more).
    NotFound,
    /// What was given cannot be understood.
    BadInput,
    /// The filter cannot be understood.
    BadFilter,
    /// The store cannot read or write.
    Store,
    /// The data file cannot be used as it is; it can be set aside and a new one begun.
    Unusable,
    /// The data file cannot be opened now.
    Unopened,
    /// The person has to agree to send to a host that is far away.
    ConfirmHost,
    /// The person has to agree to send a live event.
    ConfirmLive,
    /// Everything else.
    Failed,
}

impl EngineError {
    pub(crate) fn bad_input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::BadInput {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => Some(error.hint().to_owned()),
            Self::Store(error) => error.hint().map(str::to_owned),
            Self::Bind(error) => Some(bind_hint(error).to_owned()),
            Self::Secret(error) => Some(error.hint().to_owned()),
            Self::Destination(error) => Some(error.hint()),
            Self::Route(error) => Some(error.hint()),
            Self::Confirm(question) => Some(question.hint()),
            Self::Plan(error) => Some(error.hint().to_owned()),
            Self::Edit(error) => Some(error.hint()),
            Self::Export(error) => Some(error.hint().to_owned()),
            Self::Import(error) => Some(error.hint().to_owned()),
            Self::Filter(error) => error.hint.clone(),
            Self::BadInput { hint, .. } => hint.clone(),
            Self::Template(error) => Some(error.hint().to_owned()),
            Self::NobodyListens => Some("start the window or `hookbench listen` first".to_owned()),
            Self::NotListening => Some("choose a free port for the listener".to_owned()),
            Self::Catalogue(_) | Self::Sample(_) | Self::NotFound { .. } => None,
        }
    }

    /// Whether the same may succeed another time, with nothing changed but what the store met.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Store(error) if error.may_pass())
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } | Self::Store(StoreError::NotFound { .. }) => Kind::NotFound,
            Self::Destination(_)
            | Self::Route(_)
            | Self::Plan(_)
            | Self::Edit(_)
            | Self::BadInput { .. }
            | Self::Catalogue(_)
            | Self::Import(_)
            | Self::Export(ExportError::Exists { .. } | ExportError::NoFolder { .. })
            | Self::Template(_)
            | Self::Store(
                StoreError::BadPrefix { .. }
                | StoreError::Ambiguous { .. }
                | StoreError::Exists { .. }
                | StoreError::Needs { .. }
                | StoreError::Orphaned { .. },
            ) => Kind::BadInput,
            Self::Filter(_) => Kind::BadFilter,
            Self::Open(error) if error.may_set_aside() => Kind::Unusable,
            Self::Open(_) => Kind::Unopened,
            Self::Store(_) => Kind::Store,
            Self::Confirm(Question::Far { .. }) => Kind::ConfirmHost,
            Self::Confirm(Question::Live { .. }) => Kind::ConfirmLive,
            Self::Bind(_)
            | Self::Secret(_)
            | Self::Sample(_)
            | Self::Export(_)
            | Self::NobodyListens
            | Self::NotListening => Kind::Failed,
        }
    }
}

/// What to do about a port that cannot be had.
pub(crate) const fn bind_hint(error: &BindError) -> &'static str {
    match error {
        BindError::InUse(_) => "choose another port, or end the program that has this one",
        BindError::NotAllowed(_) => "choose a port above 1023",
        BindError::NoSuchAddress(_) => "listen on 127.0.0.1, or on an address that this machine has",
        BindError::Other { .. } => "choose another port or address",
        BindError::Spool { .. } => "check that the data folder can be written to and that its disk has room",
    }
}
