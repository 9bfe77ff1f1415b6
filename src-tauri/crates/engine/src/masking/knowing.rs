//! What is secret in a request, looked for once: where its sender signs, what is masked in it, and the values that are
//! hidden wherever they come up again. Copies, files and a screen begin here.
//!
//! It is kept for the requests that were looked at last, since every page of the list asks for its rows. Long bodies are
//! looked through on threads that serve nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::learned::Secrets;
use super::names::SigningPlaces;
use super::rules::{Chosen, Rules};
use super::screen::{LONGEST_SEARCHED, Screen};
use super::stretch::LONG;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::judge::Judge;
use crate::model::{Request, RequestId, RequestSummary};

/// So many requests are kept, and so many bytes of what is known of them.
const KEPT: usize = 2_000;
const BYTES_KEPT: usize = 64 * 1024 * 1024;

/// What is secret in a request.
pub(crate) struct Known {
    /// Where secrets are in its head.
    pub(crate) places: SigningPlaces,
    /// Which values of its body are masked.
    pub(crate) chosen: Arc<Chosen>,
    /// What is hidden wherever it comes up again.
    pub(crate) secrets: Secrets,
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

/// By what it is known what is secret: by others it would be something else.
#[derive(Clone, Default)]
pub(super) struct Grounds {
    rules: Arc<Rules>,
    /// What it knew may be secret itself, and is not kept for this.
    judge: Weak<Judge>,
}

impl PartialEq for Grounds {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rules, &other.rules) && self.judge.ptr_eq(&other.judge)
    }
}

/// What is known of the requests that were looked at last, and on what grounds.
#[derive(Default)]
pub(crate) struct LastKnown(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    on: Grounds,
    /// With the bytes that each takes.
    requests: HashMap<RequestId, (Arc<Known>, usize)>,
    bytes: usize,
}

impl LastKnown {
    fn get(&self, id: RequestId, grounds: &Grounds, chosen: &Arc<Chosen>) -> Option<Arc<Known>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, _) = last.requests.get(&id).filter(|_| last.on == *grounds)?;
        // It may be of another endpoint since.
        Arc::ptr_eq(&known.chosen, chosen).then(|| Arc::clone(known))
    }

    fn keep(&self, id: RequestId, grounds: &Grounds, known: &Arc<Known>) {
        let size = known.places.size() + known.secrets.size();
        if size > BYTES_KEPT {
            return;
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, before)) = last.requests.remove(&id) {
            last.bytes -= before;
        }
        let is_full = last.requests.len() >= KEPT || last.bytes + size > BYTES_KEPT;
        if is_full || last.on != *grounds {
            *last = Kept {
                on: grounds.clone(),
                ..Kept::default()
            };
        }
        last.bytes += size;
        last.requests.insert(id, (Arc::clone(known), size));
    }

    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }
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
        screen.knows(&all);
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
                    places: rules.places.clone(),
                    chosen: Arc::clone(chosen),
                    secrets: Secrets::default(),
                })
            };
            screen.knows_row(row.id, known);
        }
        Ok(())
    }

    /// What is secret in a request that is to be given away; `None` where it is gone.
    pub(crate) async fn known(
        &self,
        id: RequestId,
        rules: &Arc<Rules>,
    ) -> Result<Option<Arc<Known>>, EngineError> {
        let grounds = self.grounds(rules).await;
        self.look(id, &grounds, Purpose::Copy).await
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

    async fn look(
        &self,
        id: RequestId,
        grounds: &Grounds,
        purpose: Purpose,
    ) -> Result<Option<Arc<Known>>, EngineError> {
        let request = match self.request(id).await {
            Ok(request) => request,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let chosen = Arc::clone(grounds.rules.of_endpoint(request.summary.recognition.endpoint));
        if let Some(known) = self.core.known.get(id, grounds, &chosen) {
            return Ok(Some(known));
        }
        let mut places = grounds.rules.places.clone();
        // Where this sender signs, whatever it is called there. By a newer judge nothing is asked for again.
        let judge = grounds.judge.upgrade();
        let judge = judge.unwrap_or_else(|| self.core.judge.load_full());
        let target = request.head.request_line().target;
        places.extend(&judge.signing_places(&String::from_utf8_lossy(&target)));
        let mut secrets = Secrets::default();
        secrets.learn_head(&request.head, &places);
        secrets.learn_lines(&request.framing.trailers, &places);
        let most = match purpose {
            Purpose::Row => LONG,
            Purpose::Screen | Purpose::Copy => LONGEST_SEARCHED,
        };
        let is_short = request.summary.body_length <= most as u64;
        if !chosen.paths.is_empty() {
            if is_short {
                secrets = self.learn_of_body(secrets, &request, &chosen).await?;
            } else {
                secrets.blind();
            }
        }
        let known = Arc::new(Known {
            places,
            chosen,
            secrets,
        });
        let is_kept = match purpose {
            // What was passed over is looked into where it is asked for.
            Purpose::Row => is_short || known.chosen.paths.is_empty(),
            Purpose::Screen => true,
            Purpose::Copy => false,
        };
        if is_kept {
            self.core.known.keep(id, grounds, &known);
        }
        Ok(Some(known))
    }

    async fn learn_of_body(
        &self,
        mut secrets: Secrets,
        request: &Request,
        chosen: &Arc<Chosen>,
    ) -> Result<Secrets, EngineError> {
        let body = self.whole_body(request.summary.id).await?;
        let headers = request.head.headers();
        let chosen = Arc::clone(chosen);
        let length = body.len();
        let learn = move || {
            secrets.learn_body(&body, &headers, &chosen.paths);
            secrets
        };
        if length > LONG {
            blocking(learn).await
        } else {
            Ok(learn())
        }
    }
}

/// Whether something that is secret in a request can come up in its row: in what of its target is not the endpoint's
/// path, or in its delivery id.
fn may_repeat(row: &RequestSummary, chosen: &Chosen) -> bool {
    let known = &row.recognition;
    let is_endpoint = known.endpoint_path.as_deref() == Some(row.target.as_str()) || row.target == "/";
    !is_endpoint || known.delivery_key.is_some() && !chosen.paths.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture_for_tests::bench;
    use crate::masking::Stretch;
    use crate::model::NewEndpoint;

    const PROOF: &str = "5ecret-proof-1";

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
            let rules = engine.mask_rules().await.unwrap();
            let copied = engine.known(id, &rules).await.unwrap().unwrap();
            [
                memchr::memmem::find(&head, PROOF.as_bytes()).is_some(),
                row.text(PROOF).is_none(),
                whole.text(PROOF).is_none(),
                !copied.secrets.cover(&mut PROOF.as_bytes().to_vec()),
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
        let kept = || engine.core.known.0.lock().unwrap().requests.len();
        let rules = engine.mask_rules().await.unwrap();
        engine.known(id, &rules).await.unwrap().unwrap();
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
        let known = engine.known(id, &rules).await.unwrap().unwrap();
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

    #[test]
    fn what_is_kept_has_a_bound_in_bytes() {
        let last = LastKnown::default();
        let grounds = Grounds::default();
        let known = |length: usize| {
            let mut secrets = Secrets::default();
            secrets.learn(&vec![b'a'; length]);
            Arc::new(Known {
                places: SigningPlaces::default(),
                chosen: Arc::default(),
                secrets,
            })
        };
        let kept = || {
            let last = last.0.lock().unwrap();
            let sum: usize = last.requests.values().map(|(_, size)| size).sum();
            assert_eq!(last.bytes, sum, "the total is that of what is there");
            (last.requests.len(), last.bytes)
        };
        last.keep(RequestId::generate(), &grounds, &known(BYTES_KEPT));
        assert_eq!(kept(), (0, 0), "one that is longer than all may be is not kept");
        let large = known(BYTES_KEPT / 4);
        for _ in 0..10 {
            last.keep(RequestId::generate(), &grounds, &large);
            let (number, bytes) = kept();
            assert!(
                (1..=3).contains(&number) && bytes <= BYTES_KEPT,
                "{number}, {bytes}"
            );
        }
        let id = RequestId::generate();
        for _ in 0..10 {
            last.keep(id, &grounds, &known(64));
        }
        let (number, _) = kept();
        assert!(
            (2..=4).contains(&number),
            "one that is kept again takes its own place: {number}"
        );
        last.forget();
        for _ in 0..KEPT {
            last.keep(RequestId::generate(), &grounds, &known(64));
        }
        let (number, bytes) = kept();
        assert_eq!(
            number, KEPT,
            "ordinary requests meet the other bound first: {bytes}"
        );
    }
}
