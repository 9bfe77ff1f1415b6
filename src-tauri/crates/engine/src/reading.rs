//! Looking at what was captured.

use bytes::Bytes;
use hookbench_signature::Report;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::exchange;
use crate::filter::{Filter, Moment, Sought};
use crate::judge::{Case, Judge, LookedAt};
use crate::model::{Request, RequestId, RequestSummary, Sequence, Verdict};
use crate::provider::{HandshakeAnswer, Offer, OfferKind};
use crate::store::{CountedAfter, From, Page, PageRequest, Suggestion, TallyKind};

/// Which page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// Only requests older than this.
    pub before: Option<Sequence>,
    /// Only requests newer than this: the nearest ones. `before` goes first where both are given.
    pub after: Option<Sequence>,
    /// How many rows are passed over first. A filter that asks for what only the bytes can tell passes over none.
    pub skip: u64,
    /// How many rows at the most.
    pub limit: u32,
    /// A filter in the filter language; empty for all.
    pub filter: String,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self {
            before: None,
            after: None,
            skip: 0,
            limit: 200,
            filter: String::new(),
        }
    }
}

/// The longest page.
const LONGEST_PAGE: u32 = 1_000;

/// The most bytes of a body that are given at once.
const LONGEST_PIECE: u64 = 16 * 1024 * 1024;

/// How many requests there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// All that are kept.
    pub requests: u64,
    /// The bytes of their bodies as received.
    pub bytes: u64,
    /// Those with a star.
    pub starred: u64,
    /// Those whose signature does not hold: invalid, expired, missing or malformed.
    pub failed_signatures: u64,
}

impl Engine {
    /// A page of the list, newest first. Where a filter asks for what only the bytes can tell, the page ends early when
    /// that takes long, and says how far it came.
    ///
    /// # Errors
    /// When the filter cannot be understood or the store cannot be read.
    pub async fn requests(&self, query: &PageQuery) -> Result<Page, EngineError> {
        let from = match (query.before, query.after) {
            (Some(before), _) => From::Before(before),
            (None, Some(after)) => From::After(after),
            (None, None) => From::Newest,
        };
        let filter = Filter::parse(&query.filter, &Moment::local(self.core.clock.now()))?;
        let page = PageRequest::newest(query.limit.clamp(1, LONGEST_PAGE))
            .from(from)
            .skip(query.skip)
            .filter(filter);
        Ok(self.core.store.page(&page).await?)
    }

    /// How many requests up to `sequence` match a filter; `None` where only their bytes could tell.
    ///
    /// # Errors
    /// When the filter cannot be understood or the store cannot be read.
    pub async fn count_to(&self, sequence: Sequence, filter: &str) -> Result<Option<u64>, EngineError> {
        let filter = Filter::parse(filter, &Moment::local(self.core.clock.now()))?;
        Ok(self.core.store.count_to(sequence, &filter).await?)
    }

    /// How many requests that came after `sequence` match a filter, as far as that is counted in a short time.
    ///
    /// # Errors
    /// When the filter cannot be understood or the store cannot be read.
    pub async fn count_after(&self, sequence: Sequence, filter: &str) -> Result<CountedAfter, EngineError> {
        let filter = Filter::parse(filter, &Moment::local(self.core.clock.now()))?;
        Ok(self.core.store.count_after(&filter, sequence).await?)
    }

    /// What a filter looks for in the text of requests, to mark it there.
    ///
    /// # Errors
    /// When the filter cannot be understood.
    pub fn sought(&self, filter: &str) -> Result<Sought, EngineError> {
        Ok(Filter::parse(filter, &Moment::local(self.core.clock.now()))?.sought())
    }

    /// What may be typed next in a filter at `cursor`, counted in characters.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn suggest(&self, filter: &str, cursor: usize) -> Result<Vec<Suggestion>, EngineError> {
        Ok(self.core.store.suggest(filter, cursor).await?)
    }

    /// The newest request that is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(&self) -> Result<Sequence, EngineError> {
        Ok(self.core.store.newest_sequence().await?)
    }

    /// The requests that repeat the same one as this one, that one and this one among them, newest first, at most 500;
    /// only itself where it repeats nothing and is not repeated.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn repetitions(&self, id: RequestId) -> Result<Vec<RequestSummary>, EngineError> {
        Ok(self.core.store.repetitions(id).await?)
    }

    /// The rows of these requests, each once, newest first; those that are gone are left out.
    ///
    /// # Errors
    /// When they are more than a page may have, or the store cannot be read.
    pub async fn rows(&self, ids: &[RequestId]) -> Result<Vec<RequestSummary>, EngineError> {
        if ids.len() > LONGEST_PAGE as usize {
            return Err(EngineError::bad_input(
                format!("{} rows are too many at once", ids.len()),
                format!("ask for {LONGEST_PAGE} at the most"),
            ));
        }
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Ok(self.core.store.summaries(&ids).await?)
    }

    /// One request with its head.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn request(&self, id: RequestId) -> Result<Request, EngineError> {
        let found = self.core.store.request(id).await?;
        found.ok_or_else(|| EngineError::NotFound {
            kind: "request",
            name: id.to_string(),
        })
    }

    /// The request whose id is `text` or begins with it.
    ///
    /// # Errors
    /// When there is none, when there are several, or the store cannot be read.
    pub async fn find_request(&self, text: &str) -> Result<RequestId, EngineError> {
        Ok(self.core.store.resolve_id(text).await?)
    }

    /// At most `length` bytes of a body from `offset` on; fewer at its end, and at most 16 MiB at once.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn read_body(&self, id: RequestId, offset: u64, length: u64) -> Result<Bytes, EngineError> {
        let end = offset.saturating_add(length.min(LONGEST_PIECE));
        Ok(self.core.store.body(id, offset..end).await?.bytes)
    }

    /// The whole body. The listener's limit bounds it.
    pub(crate) async fn whole_body(&self, id: RequestId) -> Result<Bytes, EngineError> {
        Ok(self.core.store.body(id, 0..u64::MAX).await?.bytes)
    }

    /// A request as bytes that can be sent again: head and body as they came, a chunked body in one chunk.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn raw_request(&self, id: RequestId) -> Result<Bytes, EngineError> {
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        Ok(exchange::request(&request, &body))
    }

    /// The check of a request's signature as a story, with the endpoints and secrets of now at the time of receipt,
    /// and the provider it was checked for.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn report(&self, id: RequestId) -> Result<(Option<String>, Report), EngineError> {
        self.judged(id, Judge::report).await
    }

    /// As [`Engine::report`], with what else a reader of the request is told by the same look at it.
    ///
    /// # Errors
    /// As [`Engine::report`].
    pub async fn looked_at(&self, id: RequestId) -> Result<LookedAt, EngineError> {
        let now = self.now();
        self.judged(id, move |judge, case| judge.looked_at(case, now))
            .await
    }

    /// What a request's provider asks with it and wants to hear, where it is a question, with what a person should copy
    /// or open. What was really answered is with the request.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn question(&self, id: RequestId) -> Result<Option<HandshakeAnswer>, EngineError> {
        self.judged(id, Judge::question).await
    }

    /// The link that a request offers, if it is this one and may be opened in a browser: what came from outside is
    /// opened only where its provider offers links, and only as `https`.
    ///
    /// # Errors
    /// When there is no such request, it offers no such link, or the store cannot be read.
    pub async fn offered_link(&self, id: RequestId, link: &str) -> Result<String, EngineError> {
        let question = self.question(id).await?;
        let offers = question.map(|question| question.offers).unwrap_or_default();
        let is_it = |offer: &&Offer| offer.kind == OfferKind::Link && offer.value == link;
        let offered = offers
            .iter()
            .find(is_it)
            .filter(|offer| is_plain_https(&offer.value));
        offered.map(|offer| offer.value.clone()).ok_or_else(|| {
            EngineError::bad_input("this request offers no such link", "look at the request again")
        })
    }

    /// Who may have sent a request that does not say enough to be sure, by provider id.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn possible_providers(&self, id: RequestId) -> Result<Vec<String>, EngineError> {
        self.judged(id, Judge::possible_providers).await
    }

    /// What each header line of a request is to its provider (its signature, the event, …), in the order of the lines and
    /// in words of ours; nothing for lines that do not matter to it.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn header_meanings(&self, id: RequestId) -> Result<Vec<Option<String>>, EngineError> {
        self.judged(id, Judge::header_meanings).await
    }

    /// What a judge of now says of a request. A large body takes it a while: not on a thread that serves others.
    async fn judged<T: Send + 'static>(
        &self,
        id: RequestId,
        look: impl FnOnce(&Judge, Case<'_>) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let request = self.request(id).await?;
        let body = self.whole_body(id).await?;
        let judge = self.core.judge.load_full();
        blocking(move || look(&judge, Case::of_request(&request, &body))).await
    }

    /// How many requests there are of what matters at a glance.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn totals(&self) -> Result<Totals, EngineError> {
        let store = &self.core.store;
        let total = store.total().await?;
        let failed = [
            Verdict::Invalid,
            Verdict::Expired,
            Verdict::Missing,
            Verdict::Malformed,
        ]
        .map(Verdict::as_str);
        let verdicts = store.counts(TallyKind::Verdict).await?;
        Ok(Totals {
            requests: total.requests,
            bytes: total.bytes,
            starred: store.count_starred().await?,
            failed_signatures: verdicts
                .iter()
                .filter(|count| failed.contains(&count.value.as_str()))
                .map(|count| count.requests)
                .sum(),
        })
    }
}

/// Whether a link is `https` and nothing but printable ASCII, so that it is the same to whoever reads it.
fn is_plain_https(link: &str) -> bool {
    link.strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::tests::Bench;

    #[tokio::test(flavor = "multi_thread")]
    async fn rows_are_given_by_the_page_and_each_once() {
        let bench = Bench::new().await;
        bench.send("/in", "", "a").await;
        let (row, _) = bench.newest().await;
        let rows = bench.engine.rows(&[row.id; 501]).await.unwrap();
        assert_eq!(rows.len(), 1, "however often it is named");
        let too_many = vec![row.id; LONGEST_PAGE as usize + 1];
        let refused = bench.engine.rows(&too_many).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "1001 rows are too many at once",
            "and no more than a page"
        );
    }
}
