//! What is secret in a request, looked for once: where its sender signs, what is masked in it, and the values that are
//! hidden wherever they come up again. Copies, files and a screen begin here.
//!
//! It is kept for the requests that were looked at last, since every page of the list asks for its rows. Long bodies are
//! looked through on threads that serve nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::learned::Secrets;
use super::names::SigningPlaces;
use super::rules::{Chosen, Rules};
use super::screen::{LONGEST_SEARCHED, Screen};
use super::stretch::LONG;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::{Examination, blocking};
use crate::model::{Request, RequestId, RequestSummary};

/// So many requests are kept, and so many values of them.
const KEPT: usize = 2_000;
const VALUES_KEPT: usize = 200_000;

/// What is secret in a request.
pub(crate) struct Known {
    /// Where secrets are in its head.
    pub(crate) places: SigningPlaces,
    /// Which values of its body are masked.
    pub(crate) chosen: Arc<Chosen>,
    /// What is hidden wherever it comes up again.
    pub(crate) secrets: Secrets,
}

/// How far a request is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// As far as a row of a list needs it: what takes long is not looked into, and what it may hide is hidden.
    Row,
    Whole,
}

/// What is known of the requests that were looked at last, and by what rules.
#[derive(Default)]
pub(crate) struct LastKnown(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    under: Arc<Rules>,
    requests: HashMap<RequestId, Arc<Known>>,
}

impl LastKnown {
    fn get(&self, id: RequestId, rules: &Arc<Rules>, chosen: &Arc<Chosen>) -> Option<Arc<Known>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last
            .requests
            .get(&id)
            .filter(|_| Arc::ptr_eq(&last.under, rules))?;
        // It may be of another endpoint since.
        Arc::ptr_eq(&known.chosen, chosen).then(|| Arc::clone(known))
    }

    fn keep(&self, id: RequestId, rules: &Arc<Rules>, known: &Arc<Known>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let values: usize = last.requests.values().map(|known| known.secrets.len()).sum();
        let is_full = last.requests.len() >= KEPT || values + known.secrets.len() > VALUES_KEPT;
        if is_full || !Arc::ptr_eq(&last.under, rules) {
            *last = Kept {
                under: Arc::clone(rules),
                requests: HashMap::new(),
            };
        }
        last.requests.insert(id, Arc::clone(known));
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
        let rules = Arc::clone(screen.rules());
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            all.extend(self.known(*id, &rules).await?);
        }
        screen.knows(&all);
        Ok(())
    }

    /// Lets `screen` hide in the row of each of these requests what is secret in it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn screen_rows(&self, screen: &mut Screen, ids: &[RequestId]) -> Result<(), EngineError> {
        let rules = Arc::clone(screen.rules());
        for row in self.core.store.summaries(ids).await? {
            let chosen = rules.of_endpoint(row.recognition.endpoint);
            let known = if let Some(known) = self.core.known.get(row.id, &rules, chosen) {
                known
            } else if may_repeat(&row, chosen) {
                let Some(known) = self.look(row.id, &rules, Depth::Row).await? else {
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

    /// What is secret in a request; `None` where it is gone.
    pub(crate) async fn known(
        &self,
        id: RequestId,
        rules: &Arc<Rules>,
    ) -> Result<Option<Arc<Known>>, EngineError> {
        self.look(id, rules, Depth::Whole).await
    }

    async fn look(
        &self,
        id: RequestId,
        rules: &Arc<Rules>,
        depth: Depth,
    ) -> Result<Option<Arc<Known>>, EngineError> {
        let request = match self.request(id).await {
            Ok(request) => request,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let chosen = Arc::clone(rules.of_endpoint(request.summary.recognition.endpoint));
        if let Some(known) = self.core.known.get(id, rules, &chosen) {
            return Ok(Some(known));
        }
        let mut places = rules.places.clone();
        places.extend(&self.signing_places(id).await);
        let mut secrets = Secrets::default();
        secrets.learn_head(&request.head, &places);
        secrets.learn_lines(&request.framing.trailers, &places);
        let most = match depth {
            Depth::Row => LONG,
            Depth::Whole => LONGEST_SEARCHED,
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
        // What was passed over for a row is looked into where it is asked for.
        if is_short || depth == Depth::Whole {
            self.core.known.keep(id, rules, &known);
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

    /// Where in the head this sender signs, whatever it is called there.
    async fn signing_places(&self, id: RequestId) -> SigningPlaces {
        let places = self
            .examine(id, Examination::default(), |_, scheme, _, _, _| {
                SigningPlaces::of(scheme)
            })
            .await;
        // Nobody knows how it is signed: the usual names are masked all the same.
        places.unwrap_or_default()
    }
}

/// Whether something that is secret in a request can come up in its row: in what of its target is not the endpoint's
/// path, or in its delivery id.
fn may_repeat(row: &RequestSummary, chosen: &Chosen) -> bool {
    let known = &row.recognition;
    let is_endpoint = known.endpoint_path.as_deref() == Some(row.target.as_str()) || row.target == "/";
    !is_endpoint || known.delivery_key.is_some() && !chosen.paths.is_empty()
}
