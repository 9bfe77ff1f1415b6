//! What a person is asked before something goes: once per host, and never in the background.

use crate::delivery::Destination;
use crate::delivery::{Cancel, Origin, Outgoing, Reach, live, marker};
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::sending::Aim;
use crate::store::Consent;

/// What has to be agreed to before something is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Question {
    /// The host is neither on this machine nor in a private network.
    #[error("`{authority}` is neither on this machine nor in a private network")]
    Far {
        /// Host and port.
        authority: String,
    },
    /// The event is one of real customers.
    #[error("this is a live event ({reason}), and `{authority}` got none before")]
    Live {
        /// Host and port.
        authority: String,
        /// How it is known.
        reason: String,
    },
}

impl Question {
    /// What agreeing means.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Far { authority } => {
                format!("what you send leaves your network: allow `{authority}` if it is meant")
            }
            Self::Live { .. } => {
                "what handles it may act on real customers and real money: allow it if it is meant".to_owned()
            }
        }
    }
}

/// What is done about live events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LiveEvents {
    /// The person is asked once per host.
    #[default]
    Ask,
    /// The person is asked, but for a host on this machine.
    AskBeyondThisMachine,
    /// They go.
    Send,
}

impl Core {
    /// How far away `outgoing` may go, or what has to be agreed to first.
    pub(crate) async fn permit(&self, outgoing: &Outgoing, live: LiveEvents) -> Result<Reach, EngineError> {
        let (farthest, asks) = self.permit_origin(&outgoing.origin, live).await?;
        if asks && let Some(reason) = live::live_reason(&outgoing.head, &outgoing.body) {
            let authority = outgoing.origin.authority();
            return Err(EngineError::Confirm(Question::Live { authority, reason }));
        }
        Ok(farthest)
    }

    /// How far away what goes to `origin` may go and whether live events have to be agreed to, or that the host has.
    pub(crate) async fn permit_origin(
        &self,
        origin: &Origin,
        live: LiveEvents,
    ) -> Result<(Reach, bool), EngineError> {
        let authority = origin.authority();
        let reach = self.reach_of(origin).await;
        let farthest = self.farthest(&authority).await?;
        if reach.is_some_and(|reach| reach > farthest) {
            return Err(EngineError::Confirm(Question::Far { authority }));
        }
        let asks = match live {
            LiveEvents::Ask => true,
            LiveEvents::AskBeyondThisMachine => reach != Some(Reach::Loopback),
            LiveEvents::Send => false,
        };
        let asks = asks && !self.store.is_agreed(Consent::Live, &authority).await?;
        Ok((farthest, asks))
    }

    /// How far away a host may be, by what was agreed to.
    pub(crate) async fn farthest(&self, authority: &str) -> Result<Reach, EngineError> {
        Ok(if self.store.is_agreed(Consent::Far, authority).await? {
            Reach::Other
        } else {
            Reach::Private
        })
    }

    /// Where the host of `origin` lies; `None` where its name does not resolve, which the attempt will tell.
    pub(crate) async fn reach_of(&self, origin: &Origin) -> Option<Reach> {
        let resolving = self.courier.plain().resolve(origin);
        let closing: &Cancel = self.courier.closing();
        tokio::select! {
            () = closing.cancelled() => None,
            resolved = resolving => resolved.ok().map(|resolved| Reach::of_all(&resolved.addresses)),
        }
    }

    /// Whether what goes to `origin` leaves the private network.
    pub(crate) async fn is_far(&self, origin: &Origin) -> bool {
        self.reach_of(origin).await == Some(Reach::Other)
    }

    /// `outgoing` with the marker that tells a loop, where it leaves the private network.
    pub(crate) async fn marked_where_far(&self, outgoing: Outgoing) -> Outgoing {
        if self.is_far(&outgoing.origin).await {
            marker::marked(outgoing, self.store.marker())
        } else {
            outgoing
        }
    }
}

impl Engine {
    /// The `host:port` that has to be agreed to before anything goes to `aim`, if one has.
    ///
    /// # Errors
    /// When there is no such target or the store cannot be read.
    pub async fn asks_before(&self, aim: &Aim) -> Result<Option<String>, EngineError> {
        let way = self.way(aim).await?;
        let origin = way.route.origin();
        let authority = origin.authority();
        let farthest = self.core.farthest(&authority).await?;
        let reach = self.core.reach_of(origin).await;
        Ok(reach.is_some_and(|reach| reach > farthest).then_some(authority))
    }

    /// Agrees to send to the host of `url`, though it is neither on this machine nor in a private network.
    ///
    /// # Errors
    /// When the URL cannot be understood or the store cannot write.
    pub async fn allow_host(&self, url: &str) -> Result<String, EngineError> {
        self.agree(Consent::Far, url).await
    }

    /// Agrees to send live events to the host of `url`.
    ///
    /// # Errors
    /// When the URL cannot be understood or the store cannot write.
    pub async fn allow_live(&self, url: &str) -> Result<String, EngineError> {
        self.agree(Consent::Live, url).await
    }

    /// Asks again before anything goes to the host of `url`.
    ///
    /// # Errors
    /// When the URL cannot be understood or the store cannot write.
    pub async fn withdraw_consent(&self, url: &str) -> Result<(), EngineError> {
        let authority = Destination::parse(url)?.origin().authority();
        self.core.store.withdraw(authority).await?;
        self.core.forwards_changed().await;
        Ok(())
    }

    /// Each `host:port` that was agreed to though it is far away.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn allowed_hosts(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.core.store.agreed(Consent::Far).await?)
    }

    async fn agree(&self, consent: Consent, url: &str) -> Result<String, EngineError> {
        let authority = Destination::parse(url)?.origin().authority();
        let now = self.core.clock.now();
        self.core.store.agree(consent, authority.clone(), now).await?;
        self.core.forwards_changed().await;
        Ok(authority)
    }
}
