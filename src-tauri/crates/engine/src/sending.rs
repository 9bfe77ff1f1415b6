//! Sending requests again: resend, edit and replay, and the targets they go to.

use bytes::Bytes;

use crate::changes::Change;
use crate::delivery::{Cancel, Client, ClientSettings, Destination, Edit, Outgoing, check_whole, resend};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::exchange;
use crate::model::{Attempt, AttemptId, Delivery, DeliveryId, DeliveryKind, RequestId, Target, TargetId};

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
}

/// The body of an edited copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditedBody {
    /// The captured bytes.
    Captured,
    /// These bytes.
    Bytes(Bytes),
}

impl Engine {
    /// Sends a request again, unchanged, and keeps the answer. A URL without a path keeps the request's own path and
    /// query. A target that cannot be reached is no error here: the attempt says what happened.
    ///
    /// # Errors
    /// When the request is not whole, the URL cannot be understood or is our own listener, or the store fails.
    pub async fn resend(&self, id: RequestId, url: &str) -> Result<Delivery, EngineError> {
        let destination = Destination::parse(url)?;
        let request = self.request(id).await?;
        check_whole(request.summary.state)?;
        let outgoing = resend(&request.head, self.whole_body(id).await?, &destination)?;
        self.deliver(id, DeliveryKind::Resend, outgoing, None).await
    }

    /// Sends an edited copy and keeps it with its answer. The captured request stays as it is.
    ///
    /// # Errors
    /// When the copy is not HTTP, the URL cannot be understood or is our own listener, or the store fails.
    pub async fn replay(&self, id: RequestId, edited: Edited) -> Result<Delivery, EngineError> {
        let (body, kept) = match edited.body {
            EditedBody::Captured => (self.whole_body(id).await?, None),
            EditedBody::Bytes(bytes) => (bytes.clone(), Some(bytes)),
        };
        let edit = Edit {
            method: edited.method,
            url: edited.url,
            headers: edited.headers,
            body,
        };
        self.deliver(id, DeliveryKind::Edited, edit.plan()?, kept).await
    }

    /// A request as a cURL command for a POSIX shell, unmasked. `url` is where it goes; without one it goes back to
    /// our own listener.
    ///
    /// # Errors
    /// When the request is not whole, the URL cannot be understood, or the store cannot be read.
    pub async fn curl(&self, id: RequestId, url: Option<&str>) -> Result<String, EngineError> {
        let own = self.listener().await.url;
        let destination = match url {
            Some(url) => Destination::parse(url)?,
            None if own.is_empty() => return Err(EngineError::NotListening),
            None => Destination::parse(&own)?,
        };
        let request = self.request(id).await?;
        check_whole(request.summary.state)?;
        let outgoing = resend(&request.head, self.whole_body(id).await?, &destination)?;
        Ok(exchange::curl(&outgoing, &exchange::Masking::Shown))
    }

    async fn deliver(
        &self,
        request: RequestId,
        kind: DeliveryKind,
        outgoing: Outgoing,
        body: Option<Bytes>,
    ) -> Result<Delivery, EngineError> {
        let created_at = self.core.clock.now();
        // What is sent to our own listener would be captured, and could be sent again for ever.
        let listening = self.listening.lock().await.socket().into_iter().collect();
        let client = Client::new(
            ClientSettings {
                listening,
                ..ClientSettings::default()
            },
            self.core.clock.clone(),
        );
        let attempt = client.send(&outgoing, &Cancel::new()).await;
        let delivery = Delivery {
            id: DeliveryId::generate(),
            request,
            kind,
            url: outgoing.url,
            created_at,
            head: outgoing.head,
            body,
            attempts: vec![attempt],
        };
        self.core.store.add_delivery(delivery.clone()).await?;
        self.core.changes.tell(Change::Request(request));
        Ok(delivery)
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

    /// All targets, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn targets(&self) -> Result<Vec<Target>, EngineError> {
        let mut targets = self.core.store.targets().await?;
        targets.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(targets)
    }

    /// Makes a target, or changes the one with this id.
    ///
    /// # Errors
    /// When it has no name, its URL cannot be understood, the name is taken, or the store cannot write.
    pub async fn save_target(
        &self,
        id: Option<TargetId>,
        name: &str,
        url: &str,
    ) -> Result<Target, EngineError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(EngineError::bad_input(
                "the target has no name",
                "give it a name such as `dev`",
            ));
        }
        Destination::parse(url)?;
        let id = id.unwrap_or_else(TargetId::generate);
        let target = Target {
            id,
            name: name.to_owned(),
            url: url.trim().to_owned(),
        };
        self.core.store.put_target(target.clone()).await?;
        self.core.changes.tell(Change::Endpoints);
        Ok(target)
    }

    /// Removes a target. Deliveries that went there stay.
    ///
    /// # Errors
    /// When there is none or the store cannot write.
    pub async fn remove_target(&self, id: TargetId) -> Result<(), EngineError> {
        self.core.store.remove_target(id).await?;
        self.core.changes.tell(Change::Endpoints);
        Ok(())
    }
}
