//! Reads the requests of a run ahead of their sending and works out what goes, a page at a time, so that the store is
//! asked once for many and not once for each. What is ahead is bounded by bytes: a page, and one more beside it.

use std::collections::HashMap;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::aim::Way;
use super::renewing::Origins;
use crate::delivery::{Outgoing, check_whole, marker, resend_by};
use crate::error::EngineError;
use crate::model::{RequestId, Sequence, Timestamp};
use crate::store::{Place, Sendable, Store};

/// The most requests of a page …
const PAGE: usize = 64;
/// … and the most bytes of their bodies; a larger one is a page by itself.
const PAGE_BYTES: u64 = 2 * 1024 * 1024;

/// The requests of a run in the order of its steps.
pub(super) struct Lineup {
    places: Vec<Place>,
    /// How often each goes, one time after the other.
    times: u32,
    /// The step that goes at each place, where the order is another.
    order: Option<Vec<u32>>,
}

impl Lineup {
    /// Each of `places` once.
    pub(super) const fn new(places: Vec<Place>) -> Self {
        Self {
            places,
            times: 1,
            order: None,
        }
    }

    /// Each so many times in a row.
    pub(super) const fn each(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The same in any order: each is as likely as any other (Fisher and Yates). It may take a while.
    ///
    /// # Errors
    /// When this machine gives no random numbers: another order would not be any.
    pub(super) fn shuffled(mut self) -> Result<Self, EngineError> {
        let mut order: Vec<u32> = (0..self.steps()).collect();
        let mut dice = vec![[0; 8]; order.len()];
        SystemRandom::new()
            .fill(dice.as_flattened_mut())
            .map_err(|_| undecided())?;
        for (last, roll) in (1..order.len()).rev().zip(dice) {
            let at = u64::from_le_bytes(roll) % (last as u64 + 1);
            order.swap(last, usize::try_from(at).unwrap_or(0));
        }
        self.order = Some(order);
        Ok(self)
    }

    /// How many steps there are.
    pub(super) fn steps(&self) -> u32 {
        u32::try_from(self.places.len())
            .unwrap_or(u32::MAX)
            .saturating_mul(self.times)
    }

    /// All steps, in the pages in which they are read.
    pub(super) fn pages(&self) -> impl Iterator<Item = Vec<(u32, Place)>> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let page = self.page(from);
            from = page.last()?.0 + 1;
            Some(page)
        })
    }

    fn at(&self, step: u32) -> Option<Place> {
        let step = match &self.order {
            Some(order) => *order.get(step as usize)?,
            None => step,
        };
        self.places.get((step / self.times.max(1)) as usize).copied()
    }

    /// The steps from `from` on that are read together.
    fn page(&self, from: u32) -> Vec<(u32, Place)> {
        let mut page = Vec::with_capacity(PAGE);
        let mut bytes = 0;
        for step in from..self.steps() {
            let Some(place) = self.at(step) else { break };
            // One that goes several times in a row is read once.
            let is_new = page.last().is_none_or(|(_, last)| *last != place);
            if is_new {
                bytes += place.length;
            }
            if !page.is_empty() && (page.len() >= PAGE || (is_new && bytes > PAGE_BYTES)) {
                break;
            }
            page.push((step, place));
        }
        page
    }
}

/// A step that can begin.
pub(super) struct Ready {
    pub(super) number: u32,
    pub(super) request: RequestId,
    pub(super) received_at: Timestamp,
    pub(super) outgoing: Outgoing,
    /// What it was made of.
    pub(super) origins: Origins,
}

/// A step that cannot, and why.
pub(super) struct Skipped {
    pub(super) number: u32,
    pub(super) request: RequestId,
    pub(super) why: String,
}

/// What goes of one request.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) outgoing: Outgoing,
    /// Credentials that it came with stay here.
    pub(super) withholds: bool,
    pub(super) origins: Origins,
}

/// Works out what goes of requests to one target.
#[derive(Clone)]
pub(super) struct Planner {
    pub(super) store: Store,
    pub(super) way: Arc<Way>,
    /// It leaves the private network: what goes is marked, so that it is known where it comes back.
    pub(super) is_far: bool,
}

impl Planner {
    /// What goes of each of these requests; those that are gone are left out.
    pub(super) async fn plan<T: Send + 'static>(
        &self,
        places: impl Iterator<Item = &Place>,
        then: impl Fn(Result<Planned, EngineError>) -> T + Send + 'static,
    ) -> Result<HashMap<Sequence, T>, EngineError> {
        let mut sequences: Vec<Sequence> = places.map(|place| place.sequence).collect();
        sequences.sort_unstable();
        sequences.dedup();
        let way = Arc::clone(&self.way);
        let marker = self.is_far.then(|| self.store.marker().to_owned());
        let planned = self
            .store
            .sendable(&sequences, move |request| {
                let request = request.map_err(EngineError::from);
                then(request.and_then(|request| plan(request, &way, marker.as_deref())))
            })
            .await?;
        Ok(planned)
    }

    /// Reads the steps of `lineup` ahead, until nobody takes them any more. Where the store cannot be read the pages end
    /// and the task says why: it is no word about those requests that they could not be read now.
    pub(super) fn ahead(self, lineup: Lineup) -> (mpsc::Receiver<Page>, JoinHandle<Result<(), EngineError>>) {
        let (pages, taken) = mpsc::channel(1);
        let reading = tokio::spawn(async move {
            for page in lineup.pages() {
                let ready = self.ready(page).await?;
                if pages.send(ready).await.is_err() {
                    break;
                }
            }
            Ok(())
        });
        (taken, reading)
    }

    async fn ready(&self, page: Vec<(u32, Place)>) -> Result<Page, EngineError> {
        let places = page.iter().map(|(_, place)| place);
        let planned = self
            .plan(places, |planned| planned.map_err(|error| error.to_string()))
            .await?;
        let steps = page.into_iter().map(|(number, place)| {
            let why = match planned.get(&place.sequence) {
                Some(Ok(planned)) => {
                    return Ok(Ready {
                        number,
                        request: place.id,
                        received_at: place.received_at,
                        outgoing: planned.outgoing.clone(),
                        origins: planned.origins.clone(),
                    });
                }
                Some(Err(why)) => why.clone(),
                None => "it is not there any more".to_owned(),
            };
            Err(Skipped {
                number,
                request: place.id,
                why,
            })
        });
        Ok(steps.collect())
    }
}

/// What was read of some steps.
pub(super) type Page = Vec<Result<Ready, Skipped>>;

fn undecided() -> EngineError {
    EngineError::bad_input(
        "this machine gives no random numbers to shuffle the requests by",
        "send them in the order in which they came",
    )
}

fn plan(request: Sendable, way: &Way, marker: Option<&str>) -> Result<Planned, EngineError> {
    check_whole(request.state, &request.framing)?;
    let mut outgoing = resend_by(&request.head, request.body, &way.route)?;
    if let Some(marker) = marker {
        outgoing = marker::marked(outgoing, marker);
    }
    let withholds = !outgoing.withheld.is_empty();
    // Nobody looks further at how each of many differs from what came.
    outgoing.changes = Vec::new();
    Ok(Planned {
        outgoing,
        withholds,
        origins: Origins {
            target: String::from_utf8_lossy(&request.head.request_line().target).into_owned(),
            provider: request.provider,
        },
    })
}

#[cfg(test)]
#[path = "tests/ahead.rs"]
mod tests;
