//! The bytes that a screen shows, covered: what of a request, a delivery or an answer is read, and what is learned first.
//!
//! Long bodies are looked through on threads that serve nobody else.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::kept::Grounds;
use super::screen::Screen;
use crate::engine::{Core, Engine};
use crate::error::EngineError;
use crate::examining::blocking;
use crate::model::{Attempt, AttemptId, Delivery, DeliveryId, RawHead, RequestId, RequestSummary};
use crate::unpacking::header;

/// So many bytes of bodies wait to be looked through with others.
const WAITING: usize = 4 * 1024 * 1024;

/// A body that is longer is looked through elsewhere than where commands are answered.
pub(crate) const LONG: usize = 256 * 1024;

/// Bytes that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Stretch {
    RequestHead(RequestId),
    RequestBody(RequestId),
    RequestUnpacked(RequestId),
    RequestAnswer(RequestId),
    DeliveryHead(DeliveryId),
    DeliveryBody(DeliveryId),
    AttemptHead(AttemptId),
    AttemptBody(AttemptId),
}

/// The bytes that were covered last, since a view reads them piece by piece; on other grounds they would be others.
#[derive(Default)]
pub(crate) struct LastCovered(Mutex<Option<(Stretch, Grounds, Bytes)>>);

impl LastCovered {
    fn get(&self, stretch: Stretch, grounds: &Grounds) -> Option<Bytes> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, on, bytes) = last.as_ref()?;
        (*known == stretch && on == grounds).then(|| bytes.clone())
    }

    fn keep(&self, stretch: Stretch, grounds: Grounds, bytes: &Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stretch, grounds, bytes.clone()));
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Core {
    /// Forgets the bytes that were looked at last: what they are of may be gone, or nobody is to see them so.
    pub(crate) fn forget_what_was_shown(&self) {
        self.covered.forget();
        self.unpacked.forget();
        self.known.forget();
    }
}

impl Engine {
    /// What is masked on the screen; `None` while it is not shared.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen(&self) -> Result<Option<Screen>, EngineError> {
        if !self.presenting().await? {
            return Ok(None);
        }
        Ok(Some(Screen::by(self.mask_rules().await?)))
    }

    /// What a request is called where it is told of outside of the window: its method, its target and its event, without
    /// what is masked while others see the screen.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn called_for_others(&self, row: &RequestSummary) -> Result<String, EngineError> {
        let Some(mut screen) = self.screen().await? else {
            return Ok(row.called(row.recognition.event.as_deref()));
        };
        self.screen_request(&mut screen, row.id).await?;
        Ok(screen.called(row))
    }

    /// Bytes as a screen that others see may show them: as many as there are.
    ///
    /// # Errors
    /// When there are none, or the store cannot be read.
    pub async fn covered(&self, mut screen: Screen, stretch: Stretch) -> Result<Bytes, EngineError> {
        let grounds = self.grounds(screen.rules()).await;
        // What is gone is not shown from memory.
        if let Some(known) = self.core.covered.get(stretch, &grounds)
            && self.is_kept(stretch).await?
        {
            return Ok(known);
        }
        match stretch {
            Stretch::RequestHead(id)
            | Stretch::RequestBody(id)
            | Stretch::RequestUnpacked(id)
            | Stretch::RequestAnswer(id) => self.screen_request(&mut screen, id).await?,
            Stretch::DeliveryHead(id) | Stretch::DeliveryBody(id) => {
                self.learn_delivery(&mut screen, id).await?;
            }
            Stretch::AttemptHead(id) | Stretch::AttemptBody(id) => {
                if let Some(delivery) = self.core.store.delivery_of(id).await? {
                    self.learn_delivery(&mut screen, delivery).await?;
                }
            }
        }
        let bytes = match stretch {
            Stretch::RequestHead(id) => screen.head(self.request(id).await?.head.bytes()),
            Stretch::RequestBody(id) => {
                let headers = self.request(id).await?.head.headers();
                let body = self.whole_body(id).await?;
                covered(body, move |body| screen.body(body, &headers)).await?
            }
            Stretch::RequestUnpacked(id) => {
                let headers = self.request(id).await?.head.headers();
                let unpacked = self.unpacked_body(id).await?;
                let bytes = unpacked
                    .map(|unpacked| unpacked.bytes.clone())
                    .unwrap_or_default();
                covered(bytes, move |bytes| {
                    screen.plain_body(bytes, header(&headers, "content-type"))
                })
                .await?
            }
            Stretch::RequestAnswer(id) => {
                let answer = self.given_answer(id).await?.and_then(|answer| answer.bytes);
                covered(answer.unwrap_or_default(), move |answer| screen.message(answer)).await?
            }
            Stretch::DeliveryHead(id) => screen.head(&self.delivery(id).await?.head),
            Stretch::DeliveryBody(id) => {
                let delivery = self.delivery(id).await?;
                let body = match delivery.body {
                    Some(body) => body,
                    // It sent the captured bytes.
                    None => self.whole_body(delivery.request).await?,
                };
                let headers = RawHead::new(delivery.head).headers();
                covered(body, move |body| screen.body(body, &headers)).await?
            }
            Stretch::AttemptHead(id) => {
                let attempt = self.attempt(id).await?;
                learn(&mut screen, answered(&attempt).collect()).await?;
                screen.head(&attempt.head)
            }
            Stretch::AttemptBody(id) => {
                let attempt = self.attempt(id).await?;
                learn(&mut screen, answered(&attempt).collect()).await?;
                let headers = RawHead::new(attempt.head).headers();
                covered(attempt.body, move |body| screen.body(body, &headers)).await?
            }
        };
        self.core.covered.keep(stretch, grounds, &bytes);
        Ok(bytes)
    }

    /// Whether what it is of is still there.
    async fn is_kept(&self, stretch: Stretch) -> Result<bool, EngineError> {
        let store = &self.core.store;
        Ok(match stretch {
            Stretch::RequestHead(id)
            | Stretch::RequestBody(id)
            | Stretch::RequestUnpacked(id)
            | Stretch::RequestAnswer(id) => store.has_request(id).await?,
            Stretch::DeliveryHead(id) | Stretch::DeliveryBody(id) => store.has_delivery(id).await?,
            Stretch::AttemptHead(id) | Stretch::AttemptBody(id) => store.delivery_of(id).await?.is_some(),
        })
    }

    /// Lets `screen` hide what a delivery sent, which may have been signed anew, and what is secret in its request.
    async fn learn_delivery(&self, screen: &mut Screen, id: DeliveryId) -> Result<(), EngineError> {
        let delivery = self.delivery(id).await?;
        self.screen_request(screen, delivery.request).await?;
        learn(screen, vec![sent(&delivery)]).await
    }

    /// Lets `screen` hide what these deliveries sent and what they were answered. It knows their requests; one that is
    /// gone has nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_deliveries(
        &self,
        screen: &mut Screen,
        ids: &[DeliveryId],
    ) -> Result<(), EngineError> {
        let has_chosen = screen.has_chosen();
        let (mut messages, mut waiting) = (Vec::new(), 0);
        for id in ids {
            let Some(delivery) = self.core.store.delivery(*id).await? else {
                continue;
            };
            let answers = delivery.attempts.iter().flat_map(answered);
            for (head, body) in std::iter::once(sent(&delivery)).chain(answers) {
                // Nothing of a body is secret by itself.
                let body = if has_chosen { body } else { Bytes::new() };
                waiting += body.len();
                messages.push((head, body));
            }
            if waiting >= WAITING {
                learn(screen, std::mem::take(&mut messages)).await?;
                waiting = 0;
            }
        }
        learn(screen, messages).await
    }

    /// The delivery that an attempt is of; none where it is gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn delivery_of(&self, attempt: AttemptId) -> Result<Option<DeliveryId>, EngineError> {
        Ok(self.core.store.delivery_of(attempt).await?)
    }
}

/// A head and its body.
type Message = (Bytes, Bytes);

/// What a delivery sent; the captured body is known already.
fn sent(delivery: &Delivery) -> Message {
    (delivery.head.clone(), delivery.body.clone().unwrap_or_default())
}

/// What was answered, and the head that was sent for it where a redirect led elsewhere: what is given in one place may be
/// said again in another.
fn answered(attempt: &Attempt) -> impl Iterator<Item = Message> + use<> {
    let sent = attempt.sent.clone().map(|head| (head, Bytes::new()));
    sent.into_iter()
        .chain(std::iter::once((attempt.head.clone(), attempt.body.clone())))
}

/// Lets `screen` hide what is secret in these.
async fn learn(screen: &mut Screen, messages: Vec<Message>) -> Result<(), EngineError> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut learned = std::mem::take(screen);
    let learn = move || {
        for (head, body) in messages {
            let head = RawHead::new(head);
            learned.learn_head(&head);
            learned.learn_body(&body, &head.headers());
        }
        learned.prepare();
        learned
    };
    *screen = blocking(learn).await?;
    Ok(())
}

async fn covered(
    bytes: Bytes,
    cover: impl FnOnce(&Bytes) -> Bytes + Send + 'static,
) -> Result<Bytes, EngineError> {
    if bytes.len() > LONG {
        blocking(move || cover(&bytes)).await
    } else {
        Ok(cover(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::coding::tests::gzip;
    use crate::capture_for_tests::bench;
    use crate::reading::PageQuery;
    use crate::store::RetentionLimits;

    #[tokio::test]
    async fn what_a_notification_says_has_nothing_masked_in_it() {
        let bench = bench().await;
        bench.endpoint("/in", "stripe", &[]).await;
        let engine = &bench.engine;
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let body = r#"{"id":"evt_1","object":"event","type":"invoice.paid","mail":"ann@5ecret.test"}"#;
        let path = "/in/ann@5ecret.test?access_token=5ecret-query";
        let id = bench.post(path, &[json], body).await;
        let row = engine.request(id).await.unwrap().summary;
        let called = async || engine.called_for_others(&row).await.unwrap();
        assert_eq!(
            called().await,
            "POST /in/ann@5ecret.test?access_token=5ecret-query · invoice.paid",
            "nobody else looks"
        );
        engine.set_presenting(true).await.unwrap();
        assert_eq!(
            called().await,
            "POST /in/ann@5ecret.test?access_token=************ · invoice.paid",
            "no value of a body is chosen"
        );
        for pointer in ["/mail", "/type"] {
            engine
                .add_mask_path(pointer.parse().unwrap(), None)
                .await
                .unwrap();
        }
        assert_eq!(
            called().await,
            "POST /in/***************?access_token=************",
            "neither the name of the event nor a value that comes up in the path"
        );
    }

    #[tokio::test]
    async fn what_was_covered_is_forgotten_when_it_is_shown_again_or_gone() {
        let bench = bench().await;
        let engine = &bench.engine;
        let id = bench
            .post("/a", &[("Cookie".to_owned(), "c=5ecret".to_owned())], "{}")
            .await;
        let is_kept = || engine.core.covered.0.lock().unwrap().is_some();
        let look = async || {
            engine.set_presenting(true).await.unwrap();
            let screen = engine.screen().await.unwrap().unwrap();
            engine.covered(screen, Stretch::RequestHead(id)).await.unwrap();
        };
        look().await;
        assert!(is_kept(), "a view reads it piece by piece");
        engine.set_presenting(false).await.unwrap();
        assert!(!is_kept(), "nobody needs it");
        look().await;
        engine.delete(&[id]).await.unwrap();
        assert!(!is_kept(), "it is gone");
        let screen = engine.screen().await.unwrap().unwrap();
        assert!(
            engine.covered(screen, Stretch::RequestHead(id)).await.is_err(),
            "and not shown any more"
        );
    }

    #[tokio::test]
    async fn what_a_limit_took_is_not_shown_from_memory() {
        let bench = bench().await;
        let engine = &bench.engine;
        let body = gzip(b"the text");
        let head = format!(
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let closed = "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        let sent = [head.as_bytes(), &body, closed.as_bytes()].concat();
        bench.send(&sent).await;
        let id = engine.requests(&PageQuery::default()).await.unwrap().rows[1].id;
        engine.set_presenting(true).await.unwrap();
        let shown = async || {
            let screen = engine.screen().await.unwrap().unwrap();
            let covered = engine.covered(screen, Stretch::RequestUnpacked(id)).await;
            let unpacked = engine.unpacked_body(id).await;
            (covered.is_ok(), unpacked.is_ok_and(|unpacked| unpacked.is_some()))
        };
        assert_eq!(shown().await, (true, true), "it is there and kept at hand");
        let none = RetentionLimits {
            requests: Some(0),
            age: None,
            bytes: None,
        };
        let now = engine.core.clock.now();
        while engine.core.store.prune_next(&none, now).await.unwrap() > 0 {}
        assert_eq!(shown().await, (false, false), "nothing of it is at hand");
    }

    #[tokio::test]
    async fn a_long_body_is_covered_as_a_short_one_is() {
        let bench = bench().await;
        let engine = &bench.engine;
        engine
            .add_mask_path("/mail".parse().unwrap(), None)
            .await
            .unwrap();
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let long = "x".repeat(LONG);
        let body = format!(r#"{{"mail":"ann@5ecret.test","long":"{long}","again":"ann@5ecret.test"}}"#);
        let id = bench.post("/a", &[json], &body).await;
        engine.set_presenting(true).await.unwrap();
        let screen = engine.screen().await.unwrap().unwrap();
        let shown = engine.covered(screen, Stretch::RequestBody(id)).await.unwrap();
        assert_eq!(shown.len(), body.len(), "as long");
        assert!(
            memchr::memmem::find(&shown, b"5ecret").is_none(),
            "what was learned of it is hidden too"
        );
    }
}
