//! What is secret in a request, looked for once: where its sender signs, what is masked in it, and the values that are
//! hidden wherever they come up again. Copies, files and a screen begin here.
//!
//! It is kept for the requests that were looked at last ([`LastKnown`](super::kept::LastKnown)). Long bodies are looked
//! through on threads that serve nobody else, and what finds their values is made there.

use std::sync::Arc;

use bytes::Bytes;

use super::kept::Grounds;
use super::learned::Secrets;
use super::names::SigningPlaces;
use super::rules::{Chosen, Rules};
use super::screen::{LONGEST_SEARCHED, Screen};
use super::stretch::LONG;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::model::{Request, RequestId, RequestSummary};

/// What is secret in a request.
pub(crate) struct Known {
    /// Where secrets are in its head: those of the rules, and more where its endpoint has others.
    pub(crate) places: Arc<SigningPlaces>,
    /// Which values of its body are masked.
    pub(crate) chosen: Arc<Chosen>,
    /// What is hidden wherever it comes up again.
    pub(crate) secrets: Secrets,
}

impl Known {
    /// Of a request that cannot be read: whatever might be secret in it is.
    fn nothing(rules: &Rules) -> Self {
        let mut secrets = Secrets::default();
        secrets.blind();
        Self {
            places: Arc::clone(&rules.places),
            chosen: Arc::clone(rules.all()),
            secrets,
        }
    }

    /// How many bytes it takes that are not those of the rules.
    pub(super) fn size_beside(&self, rules: &Rules) -> usize {
        let places = if Arc::ptr_eq(&self.places, &rules.places) {
            0
        } else {
            self.places.size()
        };
        places + self.secrets.size()
    }
}

/// What for a request is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// For a row of a list: what takes long is not looked into, and what it may hide is hidden.
    Row,
    /// For a screen, which asks again.
    Screen,
    /// To be given away once.
    Copy,
}

/// What of a body is looked through.
enum Searched {
    /// All of it.
    Whole(Bytes),
    /// Nothing of it is masked.
    Open,
    /// It is too long: anything may be in it.
    PassedOver,
}

impl Engine {
    /// Lets `screen` hide what is secret in a request wherever it comes up; a request that is gone has nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_request(&self, screen: &mut Screen, id: RequestId) -> Result<(), EngineError> {
        self.screen_requests(screen, &[id]).await
    }

    /// The same for several requests, each of whose secrets may come up anywhere in what is shown.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_requests(&self, screen: &mut Screen, ids: &[RequestId]) -> Result<(), EngineError> {
        let grounds = self.grounds(screen.rules()).await;
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            all.extend(self.look(*id, &grounds, Purpose::Screen).await?);
        }
        if all.len() < 2 {
            screen.knows(&all);
            return Ok(());
        }
        // They know different values: what finds all of them has to be made.
        let mut learned = std::mem::take(screen);
        let learn = move || {
            learned.knows(&all);
            learned.prepare();
            learned
        };
        *screen = blocking(learn).await?;
        Ok(())
    }

    /// Lets `screen` hide in the row of each of these requests what is secret in it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_rows(&self, screen: &mut Screen, ids: &[RequestId]) -> Result<(), EngineError> {
        let grounds = self.grounds(screen.rules()).await;
        let rules = &grounds.rules;
        for row in self.core.store.summaries(ids).await? {
            let chosen = rules.of_endpoint(row.recognition.endpoint);
            let known = if let Some(known) = self.core.known.get(row.id, &grounds, chosen) {
                known
            } else if may_repeat(&row, chosen) {
                let Some(known) = self.look(row.id, &grounds, Purpose::Row).await? else {
                    continue;
                };
                known
            } else {
                Arc::new(Known {
                    places: Arc::clone(&rules.places),
                    chosen: Arc::clone(chosen),
                    secrets: Secrets::default(),
                })
            };
            screen.knows_row(row.id, known);
        }
        Ok(())
    }

    /// What is secret in a request that is to be given away, of which head and body are at hand.
    pub(crate) async fn known_of(
        &self,
        request: &Request,
        body: &Bytes,
        rules: &Arc<Rules>,
    ) -> Result<Arc<Known>, EngineError> {
        let grounds = self.grounds(rules).await;
        let chosen = rules.of_endpoint(request.summary.recognition.endpoint);
        if let Some(known) = self.core.known.get(request.summary.id, &grounds, chosen) {
            return Ok(known);
        }
        let searched = if chosen.paths.is_empty() {
            Searched::Open
        } else if body.len() > LONGEST_SEARCHED {
            Searched::PassedOver
        } else {
            Searched::Whole(body.clone())
        };
        Ok(Arc::new(
            self.learned(request, &grounds, chosen, searched, Purpose::Copy)
                .await?,
        ))
    }

    /// The grounds of now, with these rules.
    pub(super) async fn grounds(&self, rules: &Arc<Rules>) -> Grounds {
        // A command may come before the endpoints were read at the start.
        self.ready().await;
        Grounds {
            rules: Arc::clone(rules),
            judge: Arc::downgrade(&self.core.judge.load_full()),
        }
    }

    /// What is secret in a request that is shown; `None` where it is gone. One that cannot be read takes nothing away from
    /// the others that are shown with it.
    async fn look(
        &self,
        id: RequestId,
        grounds: &Grounds,
        purpose: Purpose,
    ) -> Result<Option<Arc<Known>>, EngineError> {
        match self.look_into(id, grounds, purpose).await {
            Ok(known) => Ok(Some(known)),
            // It may have been removed while it was read.
            Err(_) if !self.core.store.has_request(id).await? => Ok(None),
            Err(_) => Ok(Some(Arc::new(Known::nothing(&grounds.rules)))),
        }
    }

    async fn look_into(
        &self,
        id: RequestId,
        grounds: &Grounds,
        purpose: Purpose,
    ) -> Result<Arc<Known>, EngineError> {
        let request = self.request(id).await?;
        let chosen = grounds.rules.of_endpoint(request.summary.recognition.endpoint);
        if let Some(known) = self.core.known.get(id, grounds, chosen) {
            return Ok(known);
        }
        let most = match purpose {
            Purpose::Row => LONG,
            Purpose::Screen | Purpose::Copy => LONGEST_SEARCHED,
        };
        let searched = if chosen.paths.is_empty() {
            Searched::Open
        } else if request.summary.body_length > most as u64 {
            Searched::PassedOver
        } else {
            Searched::Whole(self.whole_body(id).await?)
        };
        // What a row passed over is looked into where it is asked for.
        let is_kept = purpose == Purpose::Screen || !matches!(searched, Searched::PassedOver);
        let known = Arc::new(self.learned(&request, grounds, chosen, searched, purpose).await?);
        if is_kept {
            self.core.known.keep(id, grounds, &known);
        }
        Ok(known)
    }

    async fn learned(
        &self,
        request: &Request,
        grounds: &Grounds,
        chosen: &Arc<Chosen>,
        searched: Searched,
        purpose: Purpose,
    ) -> Result<Known, EngineError> {
        // Where this sender signs, whatever it is called there. By a newer judge nothing is asked for again.
        let judge = grounds.judge.upgrade();
        let judge = judge.unwrap_or_else(|| self.core.judge.load_full());
        let target = request.head.request_line().target;
        let own = judge.signing_places(&String::from_utf8_lossy(&target));
        let places = SigningPlaces::with(&grounds.rules.places, &Arc::new(own));
        let mut secrets = Secrets::default();
        secrets.learn_head(&request.head, &places);
        secrets.learn_lines(&request.framing.trailers, &places);
        match searched {
            Searched::Whole(body) => {
                let headers = request.head.headers();
                let paths = Arc::clone(chosen);
                let length = body.len();
                let learn = move || {
                    secrets.learn_body(&body, &headers, &paths.paths);
                    // A copy hides fewer, and others beside.
                    if purpose != Purpose::Copy {
                        secrets.prepare();
                    }
                    secrets
                };
                secrets = if length > LONG {
                    blocking(learn).await?
                } else {
                    learn()
                };
            }
            Searched::Open => {}
            Searched::PassedOver => secrets.blind(),
        }
        Ok(Known {
            places,
            chosen: Arc::clone(chosen),
            secrets,
        })
    }
}

/// Whether something that is secret in a request can come up in its row: in what of its target is not the endpoint's
/// path, or in what its provider calls the event and the delivery.
fn may_repeat(row: &RequestSummary, chosen: &Chosen) -> bool {
    let known = &row.recognition;
    let is_endpoint = known.endpoint_path.as_deref() == Some(row.target.as_str()) || row.target == "/";
    let is_told = known.delivery_key.is_some() || known.event.is_some();
    !is_endpoint || is_told && !chosen.paths.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture_for_tests::bench;
    use crate::masking::Stretch;
    use crate::model::NewEndpoint;
    use crate::store::tests::unmanaged;

    const PROOF: &str = "5ecret-proof-1";

    async fn copied(engine: &Engine, id: RequestId) -> Arc<Known> {
        let request = engine.request(id).await.unwrap();
        let body = engine.whole_body(id).await.unwrap();
        let rules = engine.mask_rules().await.unwrap();
        engine.known_of(&request, &body, &rules).await.unwrap()
    }

    fn proof_in(header: &str) -> NewEndpoint {
        let mut endpoint = NewEndpoint::at("/in".to_owned());
        endpoint.provider = Some("datadog".to_owned());
        endpoint.parameters.insert("header".to_owned(), header.to_owned());
        endpoint
    }

    #[tokio::test]
    async fn what_an_endpoint_says_of_its_sender_holds_at_once() {
        let bench = bench().await;
        let engine = &bench.engine;
        let endpoint = engine.add_endpoint(proof_in("X-Other")).await.unwrap();
        let header = ("X-My-Proof".to_owned(), PROOF.to_owned());
        let id = bench.post(&format!("/in/{PROOF}"), &[header], "{}").await;
        engine.set_presenting(true).await.unwrap();
        let shows = async || {
            let head = engine.screen().await.unwrap().unwrap();
            let head = engine.covered(head, Stretch::RequestHead(id)).await.unwrap();
            let mut screen = engine.screen().await.unwrap().unwrap();
            engine.screen_rows(&mut screen, &[id]).await.unwrap();
            let row = screen.of_row(&id.to_string());
            let mut whole = engine.screen().await.unwrap().unwrap();
            engine.screen_request(&mut whole, id).await.unwrap();
            let copied = copied(engine, id).await;
            [
                memchr::memmem::find(&head, PROOF.as_bytes()).is_some(),
                row.text(PROOF).is_none(),
                whole.text(PROOF).is_none(),
                !copied.secrets.are_in(PROOF.as_bytes()),
            ]
        };
        assert_eq!(shows().await, [true; 4], "nobody said that it is one");
        engine
            .update_endpoint(endpoint.id, proof_in("X-My-Proof"))
            .await
            .unwrap();
        assert_eq!(shows().await, [false; 4], "in bytes, a row, a view and a copy");
    }

    #[tokio::test]
    async fn only_what_a_screen_asks_for_again_is_kept() {
        let bench = bench().await;
        let engine = &bench.engine;
        let long = "x".repeat(LONG + 1);
        let id = bench.post("/in?token=5ecret-token", &[], &long).await;
        let kept = || engine.core.known.number_kept();
        copied(engine, id).await;
        assert_eq!(kept(), 0, "a copy is made once");
        engine.set_presenting(true).await.unwrap();
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine.screen_rows(&mut screen, &[id]).await.unwrap();
        assert_eq!(
            kept(),
            1,
            "a list is read again, and nothing of a long body is masked"
        );
        let row = screen.of_row(&id.to_string());
        assert!(row.text("5ecret-token").is_some(), "what is secret is known");
        let known = copied(engine, id).await;
        assert!(row.shares_with(&known), "what finds it is made once");
        engine.add_mask_path("/a".parse().unwrap(), None).await.unwrap();
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine.screen_rows(&mut screen, &[id]).await.unwrap();
        assert!(
            screen.of_row(&id.to_string()).is_blind(),
            "what may be masked in a long body is not looked for"
        );
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine.screen_request(&mut screen, id).await.unwrap();
        assert!(!screen.is_blind(), "and that is not kept");
    }

    #[tokio::test]
    async fn what_is_known_of_a_long_body_is_ready_to_be_found() {
        let bench = bench().await;
        let engine = &bench.engine;
        engine.add_mask_path("/a".parse().unwrap(), None).await.unwrap();
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let long = "x".repeat(LONG);
        let body = format!(r#"{{"a":"ann@5ecret.test","long":"{long}"}}"#);
        let ids = [
            bench.post("/in", std::slice::from_ref(&json), &body).await,
            bench.post("/in", &[json], r#"{"a":"bob@5ecret.test"}"#).await,
        ];
        engine.set_presenting(true).await.unwrap();
        for ids in [&ids[..1], &ids[..]] {
            let mut screen = engine.screen().await.unwrap().unwrap();
            engine.screen_requests(&mut screen, ids).await.unwrap();
            assert!(
                screen.is_prepared(),
                "that is not made where commands are answered: {} requests",
                ids.len()
            );
        }
    }

    #[tokio::test]
    async fn an_event_that_repeats_a_chosen_value_is_hidden_in_its_row() {
        let bench = bench().await;
        bench.endpoint("/in", "shopify", &[]).await;
        let engine = &bench.engine;
        let lines = [
            ("Content-Type", "application/json"),
            ("X-Shopify-Topic", "ann/5ecret"),
        ];
        let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let id = bench.post("/in", &lines, r#"{"mail":"ann/5ecret"}"#).await;
        let row = engine.request(id).await.unwrap().summary;
        let known = row.recognition;
        assert_eq!(
            (known.event.as_deref(), known.delivery_key),
            (Some("ann/5ecret"), None),
            "nothing else of it could repeat it"
        );
        engine.set_presenting(true).await.unwrap();
        engine
            .add_mask_path("/mail".parse().unwrap(), None)
            .await
            .unwrap();
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine.screen_rows(&mut screen, &[id]).await.unwrap();
        let row = screen.of_row(&id.to_string());
        assert_eq!(row.text("ann/5ecret").as_deref(), Some("**********"));
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_read_is_covered_and_takes_no_other_away() {
        let bench = bench().await;
        let engine = &bench.engine;
        engine.add_mask_path("/a".parse().unwrap(), None).await.unwrap();
        let body = r#"{"a":"ann@5ecret.test"}"#;
        let broken = bench.post("/in/ann@5ecret.test", &[], body).await;
        let whole = bench.post("/in/ann@5ecret.test", &[], body).await;
        let mut other = unmanaged(&engine.data_dir().join("hookbench.db")).await;
        sqlx::query("DELETE FROM content WHERE place IN (SELECT MIN(place) FROM content)")
            .execute(&mut other)
            .await
            .unwrap();
        assert!(engine.request(broken).await.is_err(), "its content is gone");
        engine.set_presenting(true).await.unwrap();
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine.screen_rows(&mut screen, &[broken, whole]).await.unwrap();
        let told = |id: RequestId| {
            let row = screen.of_row(&id.to_string());
            (row.is_blind(), row.text("ann@5ecret.test").is_some())
        };
        assert_eq!(
            told(broken),
            (true, false),
            "all of it is hidden by those who ask"
        );
        assert_eq!(told(whole), (false, true), "the other one is as it was");
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine
            .screen_requests(&mut screen, &[broken, whole])
            .await
            .unwrap();
        assert!(screen.is_blind(), "of both together not all is known");
        engine.delete(&[broken]).await.unwrap();
        while engine.purge_deletions().await.unwrap() > 0 {}
        let mut screen = engine.screen().await.unwrap().unwrap();
        engine
            .screen_requests(&mut screen, &[broken, whole])
            .await
            .unwrap();
        assert!(!screen.is_blind(), "one that is gone has nothing");
    }
}
