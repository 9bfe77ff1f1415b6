//! How many of the requests that are to go carry a signature that has grown too old: who looks at the time refuses them,
//! whatever else is right; and how many leave credentials behind. It is told before a run begins, since a run of refusals
//! says little by itself.
//!
//! The look at the requests is bounded, and it is told how many were looked at. Finding out which are chosen, and where the
//! name of the host leads, takes what it takes for the run itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookbench_signature::{Micros, Verdict, check};

use super::ahead::{Lineup, Planned, Planner};
use super::aim::Aim;
use super::renewing::{outlook, with_draft};
use super::several::Chosen;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::judge::Judge;
use crate::model::Timestamp;

/// The most requests that are looked at; the oldest are the first.
const MOST: u64 = 1_000;

/// How long is looked at requests. A page that was begun is looked at to its end, the first in any case.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is known of some requests before they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ages {
    /// Their signatures are right, and too old to be taken now.
    pub too_old: u64,
    /// Credentials that they came with stay here.
    pub withheld: u64,
    /// So many were looked at: the oldest.
    pub looked_at: u64,
    /// So many there are.
    pub of: u64,
}

impl Ages {
    /// What is said of credentials that stay here, where there are any.
    #[must_use]
    pub fn withheld_sentence(&self) -> Option<String> {
        (self.withheld > 0).then(|| {
            "credentials that came for another host (`Authorization`, `Cookie`) will not go".to_owned()
        })
    }

    /// What is said of signatures, where there is something to say.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let Self {
            too_old,
            looked_at,
            of,
            ..
        } = *self;
        let whose = match (too_old, of) {
            (0, _) => return None,
            (_, 1) => "its signature is too old by now: who looks at the time refuses it".to_owned(),
            _ if too_old == of => {
                "their signatures are too old by now: who looks at the time refuses them".to_owned()
            }
            _ if looked_at == of => format!(
                "{too_old} of the {of} requests carry a signature that is too old by now: who looks at the time refuses it"
            ),
            _ => format!(
                "{too_old} of the oldest {looked_at} requests carry a signature that is too old by now: who looks at the time \
                 refuses it"
            ),
        };
        Some(whose)
    }
}

impl Engine {
    /// How many of these requests would be refused for the age of their signatures, sent there as they are.
    ///
    /// # Errors
    /// When it cannot be understood what is chosen or where to, or the store fails.
    pub async fn ages(&self, chosen: &Chosen, to: &Aim) -> Result<Ages, EngineError> {
        self.ready().await;
        let places = self.places(chosen).await?;
        let mut ages = Ages {
            of: places.len() as u64,
            ..Ages::default()
        };
        let planner = Planner {
            store: self.core.store.clone(),
            way: Arc::new(self.way(to).await?),
            is_far: false,
        };
        let (judge, now) = (self.core.judge.load_full(), self.core.clock.now());
        let begin = Instant::now();
        for page in Lineup::new(places).pages() {
            if ages.looked_at >= MOST || begin.elapsed() > PATIENCE {
                break;
            }
            let judge = Arc::clone(&judge);
            let looked_at = planner
                .plan(page.iter().map(|(_, place)| place), move |planned| {
                    planned.map_or((false, false), |planned| {
                        (is_too_old(&judge, &planned, now), planned.withholds)
                    })
                })
                .await?;
            ages.looked_at += page.len() as u64;
            for (too_old, withholds) in looked_at.into_values() {
                ages.too_old += u64::from(too_old);
                ages.withheld += u64::from(withholds);
            }
        }
        Ok(ages)
    }
}

/// Whether what goes is signed rightly and too old at `now`.
fn is_too_old(judge: &Judge, planned: &Planned, now: Timestamp) -> bool {
    let Planned {
        outgoing, origins, ..
    } = planned;
    let outlook = outlook(judge, origins, outgoing, now);
    let (Some(_), Ok(scheme)) = (&outlook.provider, &outlook.scheme) else {
        return false;
    };
    with_draft(outgoing, |draft| {
        let mut message = draft.as_message();
        message.received_at = Some(Micros(now.as_micros()));
        check(scheme, &message, &outlook.secrets).verdict == Verdict::Expired
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture_for_tests::bench;

    const SIGNED: &str = r#"{"id":"evt_1","object":"event","type":"invoice.paid"}"#;

    #[tokio::test]
    async fn old_signatures_are_counted_and_no_others() {
        let bench = bench().await;
        bench.endpoint("/stripe", "stripe", &["whsec_first"]).await;
        let to = Aim::Url("http://127.0.0.1:9".to_owned());
        let all = Chosen::Filter(String::new());
        bench.post("/plain", &[], "not signed at all").await;
        let fresh = bench.signed("stripe", "whsec_first", SIGNED, 0);
        bench.post("/stripe", &fresh, SIGNED).await;
        let ages = bench.engine.ages(&all, &to).await.unwrap();
        assert_eq!(
            (ages.too_old, ages.looked_at, ages.of, ages.sentence()),
            (0, 2, 2, None),
            "there is nothing to say"
        );
        let mut old = Vec::new();
        for _ in 0..2 {
            let hour = bench.signed("stripe", "whsec_first", SIGNED, 3_600);
            old.push(bench.post("/stripe", &hour, SIGNED).await);
        }
        let wrong = bench.signed("stripe", "whsec_another", SIGNED, 3_600);
        bench.post("/stripe", &wrong, SIGNED).await;
        let ages = bench.engine.ages(&all, &to).await.unwrap();
        assert_eq!(
            (ages.too_old, ages.of),
            (2, 5),
            "one that is wrong is refused anyway"
        );
        let said = ages.sentence().unwrap();
        assert!(said.starts_with("2 of the 5 requests"), "{said}");
        let chosen = bench.engine.ages(&Chosen::Requests(old), &to).await.unwrap();
        let said = chosen.sentence().unwrap();
        assert!(said.starts_with("their signatures"), "all of them: {said}");
    }

    #[tokio::test]
    async fn credentials_that_stay_here_are_told_of_where_it_leads_far_away() {
        let bench = bench().await;
        bench.post("/plain", &[], "{}").await;
        let cookie = [("Cookie".to_owned(), "a=1".to_owned())];
        bench.post("/hook", &cookie, "{}").await;
        let all = Chosen::Filter(String::new());
        for (url, withheld) in [("http://203.0.113.7", 1), ("http://127.0.0.1:9", 0)] {
            let ages = bench.engine.ages(&all, &Aim::Url(url.to_owned())).await.unwrap();
            assert_eq!(ages.withheld, withheld, "`{url}`");
            assert_eq!(ages.withheld_sentence().is_some(), withheld > 0, "`{url}`");
        }
    }

    #[test]
    fn what_was_not_looked_at_is_not_told_of() {
        let ages = Ages {
            too_old: 3,
            looked_at: 1_000,
            of: 90_000,
            ..Ages::default()
        };
        let said = ages.sentence().unwrap();
        assert!(said.starts_with("3 of the oldest 1000 requests"), "{said}");
    }
}
