//! Sending requests again: resend, edit and replay, and what came of it.
//!
//! Here it is decided what goes where and whether the person was asked; [`courier`] takes it there and keeps it.

mod ageing;
mod ahead;
mod aim;
pub(crate) mod courier;
#[cfg(test)]
#[path = "tests/credentials.rs"]
mod credentials_tests;
mod drafts;
mod guarding;
pub(crate) mod handed_out;
mod idempotency;
mod judging;
mod keeping;
mod renaming;
mod renewing;
mod report;
mod retrying;
pub(crate) mod run;
mod several;
mod targets;
mod templates;
mod variables;

use std::time::Duration;

use bytes::Bytes;

pub use ageing::Ages;
pub use aim::Aim;
pub use drafts::LONGEST_DRAFT;
pub use guarding::{LiveEvents, Question};
pub use idempotency::{Compared, IdempotencyReport, IdempotencyRow, MOST_AT_ONCE, Role};
pub use renewing::{IdChoice, OwnCheck, Renewal, Renewed, SignatureChoice, TestSigned};
pub use report::ReportForm;
pub use several::{Chosen, MOST_PARALLEL, Order, RunPlan, Signatures};
pub use targets::{Reachability, ShownCertificate};
pub use templates::{FilledTemplate, Filler, TemplateSent, TemplateState};
pub use variables::TEMPLATE_VARIABLES;

use crate::changes::Change;
use crate::delivery::{Cancel, Edit, Outgoing, check_whole, live, resend_by};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Attempt, AttemptId, Delivery, DeliveryId, DeliveryKind, RawHead, Request, RequestId};
use aim::Way;
use courier::Parcel;
use renewing::Fresh;

/// How something is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// Where to.
    pub to: Aim,
    /// What is done about live events.
    pub live: LiveEvents,
    /// What happens to the signature; that of an edited copy is the person's.
    pub signatures: Signatures,
    /// The waits before retries after a failure; none for a single attempt.
    pub waits: Vec<Duration>,
    /// A name by which it can be cancelled while it is under way.
    pub ticket: Option<String>,
    /// The delivery whose bytes it sends once more.
    pub again: Option<DeliveryId>,
}

impl Sending {
    /// One attempt, nothing special.
    #[must_use]
    pub const fn to(to: Aim) -> Self {
        Self {
            to,
            live: LiveEvents::Ask,
            signatures: Signatures::Kept,
            waits: Vec::new(),
            ticket: None,
            again: None,
        }
    }
}

/// An edited copy of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The whole URL.
    pub url: String,
    /// The method.
    pub method: String,
    /// Name and value of each header, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: EditedBody,
    /// What is made anew before it goes.
    pub renewal: Renewal,
}

/// The body of an edited copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditedBody {
    /// The captured bytes.
    Captured,
    /// These bytes.
    Bytes(Bytes),
}

/// The exact bytes that would go, and what the person would be asked first.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// What goes.
    pub outgoing: Outgoing,
    /// Why it is a live event, if it is.
    pub live: Option<String>,
    /// What has to be agreed to first.
    pub question: Option<Question>,
    /// What was made anew.
    pub renewed: Renewed,
    /// Whether the body is another than the one that was captured or given: it was signed inside, or has a new id.
    pub body_is_made: bool,
    /// What our own check says of it, where there is a scheme to check by.
    pub check: Option<OwnCheck>,
    /// The names of captured headers that leave the private network as they came, though they were meant for another
    /// host: the target's rules let them.
    pub sent_on: Vec<String>,
}

impl Engine {
    /// Sends a request again, unchanged but for what the target's rules say, and keeps the answer. A URL without a
    /// path keeps the request's own path and query. A target that cannot be reached, or that is our own listener, is
    /// no error here: the attempt says what happened.
    ///
    /// # Errors
    /// When the request is not whole, the URL cannot be understood, the person has to agree first, or the store fails.
    pub async fn resend(&self, id: RequestId, sending: &Sending) -> Result<Delivery, EngineError> {
        let way = self.way(&sending.to).await?;
        let outgoing = self.planned_signed(id, &way, sending).await?;
        // Some schemes sign inside the body, which is then not the captured one.
        let body = (sending.signatures == Signatures::Renewed).then(|| outgoing.body.clone());
        self.send(id, DeliveryKind::Resend, outgoing, body, way, sending)
            .await
    }

    /// Sends an edited copy and keeps it with its answer. The captured request stays as it is. The URL is the edit's;
    /// a target in `sending` adds its header rules, time limits and trust.
    ///
    /// # Errors
    /// When the copy is not HTTP, the URL cannot be understood, the person has to agree first, or the store fails.
    pub async fn replay(
        &self,
        id: RequestId,
        edited: Edited,
        sending: &Sending,
    ) -> Result<Delivery, EngineError> {
        let way = self.way(&sending.to).await?;
        let kept = match &edited.body {
            EditedBody::Captured => None,
            EditedBody::Bytes(bytes) => Some(bytes.clone()),
        };
        let PlannedEdit { fresh, given, .. } = self.planned_edit(id, edited, &way).await?;
        // Some schemes sign inside the body, which is then neither the captured one nor the person's.
        let kept = kept
            .or_else(|| (fresh.outgoing.body != given).then_some(given))
            .map(|_| fresh.outgoing.body.clone());
        self.send(id, DeliveryKind::Edited, fresh.outgoing, kept, way, sending)
            .await
    }

    /// What would go if the request were resent, or the edited copy sent.
    ///
    /// # Errors
    /// As [`Engine::resend`] and [`Engine::replay`], but nothing is asked and nothing goes.
    pub async fn preview(
        &self,
        id: RequestId,
        edited: Option<Edited>,
        sending: &Sending,
    ) -> Result<Preview, EngineError> {
        let way = self.way(&sending.to).await?;
        let planned = match edited {
            None => {
                let request = self.request(id).await?;
                let outgoing = self.planned_of(&request, &way).await?;
                let given = outgoing.body.clone();
                let renewal = renewal_of(sending.signatures);
                PlannedEdit {
                    fresh: self.renewed(&self.origins(id).await?, outgoing, &renewal).await?,
                    given,
                    captured: vec![request.head],
                }
            }
            Some(edited) => self.planned_edit(id, edited, &way).await?,
        };
        let PlannedEdit {
            mut fresh,
            given,
            captured,
        } = planned;
        let check = self.own_check(&self.origins(id).await?, &fresh).await?;
        fresh.outgoing = self.core.marked_where_far(fresh.outgoing).await;
        let asked = self.core.permit(&fresh.outgoing, sending.live).await;
        Ok(Preview {
            live: live::live_reason(&fresh.outgoing.head, &fresh.outgoing.body),
            question: match asked {
                Err(EngineError::Confirm(question)) => Some(question),
                Err(error) => return Err(error),
                Ok(_) => None,
            },
            renewed: fresh.renewed,
            body_is_made: fresh.outgoing.body != given,
            check,
            sent_on: self.sent_on(&fresh.outgoing, &captured).await?,
            outgoing: fresh.outgoing,
        })
    }

    /// Sends the bytes of a delivery once more, as another delivery.
    ///
    /// # Errors
    /// When there is none, the person has to agree first, or the store fails.
    pub async fn send_again(&self, id: DeliveryId, sending: &Sending) -> Result<Delivery, EngineError> {
        let delivery = self.delivery(id).await?;
        let way = self.way_of(&delivery).await?;
        let outgoing = self.core.outgoing_of(&delivery).await?;
        let sending = Sending {
            again: Some(id),
            ..sending.clone()
        };
        self.send(
            delivery.request,
            delivery.kind,
            outgoing,
            delivery.body,
            way,
            &sending,
        )
        .await
    }

    /// Ends what is under way by this ticket or delivery id. `false` where nothing is.
    pub fn cancel_sending(&self, ticket: &str) -> bool {
        self.core.courier.cancel(ticket)
    }

    /// Whether this program is just sending this delivery.
    #[must_use]
    pub fn is_under_way(&self, id: DeliveryId) -> bool {
        self.core.courier.is_under_way(id)
    }

    /// The bytes that go when a request is resent.
    pub(crate) async fn planned(&self, id: RequestId, way: &Way) -> Result<Outgoing, EngineError> {
        self.planned_of(&self.request(id).await?, way).await
    }

    async fn planned_of(&self, request: &Request, way: &Way) -> Result<Outgoing, EngineError> {
        check_whole(request.summary.state, &request.framing)?;
        let body = self.whole_body(request.summary.id).await?;
        Ok(resend_by(&request.head, body, &way.route)?)
    }

    async fn planned_signed(
        &self,
        id: RequestId,
        way: &Way,
        sending: &Sending,
    ) -> Result<Outgoing, EngineError> {
        let outgoing = self.planned(id, way).await?;
        match sending.signatures {
            Signatures::Kept => Ok(outgoing),
            Signatures::Renewed => self.resigned(id, outgoing).await,
        }
    }

    async fn planned_edit(
        &self,
        id: RequestId,
        edited: Edited,
        way: &Way,
    ) -> Result<PlannedEdit, EngineError> {
        let body = match edited.body {
            EditedBody::Captured => self.whole_body(id).await?,
            EditedBody::Bytes(bytes) => bytes,
        };
        let edit = Edit {
            method: edited.method,
            url: edited.url,
            headers: edited.headers,
            body: body.clone(),
        };
        let captured = self.known_credentials(id).await?;
        let outgoing = self.without_captured(edit.plan()?, &captured, way).await?;
        let outgoing = way.route.with_headers(outgoing);
        let origins = self.origins(id).await?;
        Ok(PlannedEdit {
            fresh: self.renewed(&origins, outgoing, &edited.renewal).await?,
            given: body,
            captured,
        })
    }

    /// The heads that what is written beside a request is held against. It may be made of a template, which came of
    /// another request: of those every template is asked, since the copy itself does not say which.
    async fn known_credentials(&self, id: RequestId) -> Result<Vec<RawHead>, EngineError> {
        let mut heads = vec![self.request(id).await?.head];
        heads.extend(self.core.store.known_credentials(id).await?);
        heads.extend(self.core.handed_out.all());
        Ok(heads)
    }

    async fn send(
        &self,
        request: RequestId,
        kind: DeliveryKind,
        outgoing: Outgoing,
        body: Option<Bytes>,
        way: Way,
        sending: &Sending,
    ) -> Result<Delivery, EngineError> {
        let outgoing = self.core.marked_where_far(outgoing).await;
        let farthest = self.core.permit(&outgoing, sending.live).await?;
        let parcel = Parcel {
            kind,
            body,
            again: sending.again,
            waits: sending.waits.clone(),
            ..Parcel::new(request, outgoing, way.with_farthest(farthest))
        };
        let cancel = Cancel::new();
        let id = DeliveryId::generate();
        let _under_way = self.core.courier.begin(sending.ticket.clone(), id, &cancel);
        self.core.deliver(id, parcel, &cancel).await
    }

    /// The deliveries of a request, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries(&self, request: RequestId) -> Result<Vec<Delivery>, EngineError> {
        let mut deliveries = self.core.store.deliveries(request).await?;
        deliveries.reverse();
        Ok(deliveries)
    }

    /// The newest deliveries of all requests, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_deliveries(&self, limit: u32) -> Result<Vec<Delivery>, EngineError> {
        Ok(self.core.store.newest_deliveries(limit).await?)
    }

    /// The delivery whose id is `text` or begins with it.
    ///
    /// # Errors
    /// When there is none, when there are several, or the store cannot be read.
    pub async fn find_delivery(&self, text: &str) -> Result<DeliveryId, EngineError> {
        Ok(self.core.store.find_delivery(text).await?)
    }

    /// One delivery with its attempts.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Delivery, EngineError> {
        let found = self.core.store.delivery(id).await?;
        found.ok_or_else(|| EngineError::NotFound {
            kind: "delivery",
            name: id.to_string(),
        })
    }

    /// One attempt.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn attempt(&self, id: AttemptId) -> Result<Attempt, EngineError> {
        let found = self.core.store.attempt(id).await?;
        found.ok_or_else(|| EngineError::NotFound {
            kind: "attempt",
            name: id.to_string(),
        })
    }

    pub(crate) fn tell_of(&self, request: RequestId) {
        self.core.changes.tell(Change::Request(request));
    }
}

/// A copy as it goes.
struct PlannedEdit {
    fresh: Fresh,
    /// Its body as it was before anything was made anew.
    given: Bytes,
    /// The heads by which captured credentials in it are known.
    captured: Vec<RawHead>,
}

const fn renewal_of(signatures: Signatures) -> Renewal {
    Renewal {
        signature: match signatures {
            Signatures::Kept => SignatureChoice::Kept,
            Signatures::Renewed => SignatureChoice::Endpoint,
        },
        id: IdChoice::Kept,
    }
}
