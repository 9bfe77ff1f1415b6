//! What holds of every filter: it is understood by SQL, pages the same both ways, and counts what it finds.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{From, PageRequest, Store};
use super::finding::{NOW, filter, history, indexed};
use super::store;
use crate::filter::{FIELDS, Filter, Moment};
use crate::model::{RequestSummary, Sequence, Timestamp};

fn any_filter() -> impl Strategy<Value = String> {
    let field = proptest::sample::select(FIELDS.iter().map(|info| info.name).collect::<Vec<_>>());
    let value = prop_oneof![
        "[ -~äß\u{0}\u{7f}\"'%_*,:=;()-]{0,12}",
        proptest::sample::select(FIELDS.iter().map(|info| info.example).collect::<Vec<_>>()).prop_map(
            |example| {
                example
                    .split_once(':')
                    .map(|(_, value)| value.to_owned())
                    .unwrap_or_default()
            }
        ),
        "[<>=.]{0,3}[0-9]{1,20}[kmgbx]{0,3}",
        "/[a-z/~0-9]{0,6}=[a-z*\"]{0,4}",
    ];
    let term = prop_oneof![
        (proptest::bool::ANY, field, value)
            .prop_map(|(not, field, value)| { format!("{}{field}:{value}", if not { "-" } else { "" }) }),
        "\\PC{0,10}",
        "-?\"[^\"]{0,8}\"",
        "[\u{0}-\u{ff}]{0,6}",
    ];
    proptest::collection::vec(term, 0..4).prop_map(|terms| terms.join(" "))
}

/// Every row, page by page from the newest on, which must be those from the oldest on.
async fn all_rows(store: &Store, filter: &Filter) -> Vec<RequestSummary> {
    let (mut down, mut from) = (Vec::new(), From::Newest);
    loop {
        let page = store
            .page(&PageRequest::newest(2).from(from).filter(filter.clone()))
            .await
            .unwrap();
        let reached = page
            .scanned_to
            .or_else(|| page.rows.last().map(|row| row.sequence));
        down.extend(page.rows);
        match reached.filter(|_| page.more) {
            Some(reached) => from = From::Before(reached),
            None => break,
        }
    }
    let (mut up, mut from) = (Vec::new(), Sequence(0));
    loop {
        let wanted = PageRequest::newest(2)
            .from(From::After(from))
            .filter(filter.clone());
        let page = store.page(&wanted).await.unwrap();
        let reached = page
            .scanned_to
            .or_else(|| page.rows.first().map(|row| row.sequence));
        up.extend(page.rows.into_iter().rev());
        match reached.filter(|_| page.more) {
            Some(reached) => from = reached,
            None => break,
        }
    }
    up.reverse();
    assert_eq!(down, up, "both ways give the same rows");
    down
}

async fn count_all(store: &Store, filter: &Filter) -> (u64, u64) {
    let (mut requests, mut marked, mut from) = (0, 0, None);
    loop {
        let counted = store.count_next(filter, from, 3, Duration::ZERO).await.unwrap();
        requests += counted.requests;
        marked += counted.marked;
        match counted.next {
            Some(next) => from = Some(next),
            None => return (requests, marked),
        }
    }
}

/// The same, piece by piece from the oldest on, as what arrives is counted.
async fn count_upwards(store: &Store, filter: &Filter) -> u64 {
    let (mut requests, mut to) = (0, Sequence(0));
    loop {
        let counted = store.count_after(filter, to).await.unwrap();
        requests += counted.requests;
        if !counted.more {
            assert!(
                counted.to >= store.newest_sequence().await.unwrap(),
                "all was looked at"
            );
            return requests;
        }
        assert!(counted.to > to, "each call comes further: {counted:?}");
        to = counted.to;
    }
}

#[tokio::test]
async fn a_count_that_is_not_known_is_counted_piece_by_piece() {
    let (_folder, store) = store().await;
    history(&store).await;
    let parsed = filter("provider:stripe size:>0");
    assert_eq!(
        store.known_count(&parsed).await.unwrap(),
        None,
        "two terms are not known"
    );
    let whole = store
        .count_next(&parsed, None, 1_000, Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(whole.next, None, "there is time for all");
    let piece = store
        .count_next(&filter("*a*"), None, 1, Duration::ZERO)
        .await
        .unwrap();
    assert!(piece.next.is_some(), "or not: {piece:?}");
    assert_eq!(
        store.known_count(&filter("-provider:stripe")).await.unwrap(),
        Some(store.total().await.unwrap().requests - whole.requests),
        "one negated term is what is left"
    );
}

#[test]
fn no_filter_makes_an_sql_error() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (_folder, store) = runtime.block_on(async {
        let (folder, store) = store().await;
        history(&store).await;
        indexed(&store).await;
        (folder, store)
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&any_filter(), |text| {
            let cursor = text.chars().count() / 2;
            let _ = crate::filter::complete(&text, cursor);
            let Ok(filter) = Filter::parse(&text, &Moment::utc(Timestamp::from_micros(NOW))) else {
                return Ok(());
            };
            runtime.block_on(async {
                for from in [From::Newest, From::After(Sequence(2)), From::Before(Sequence(5))] {
                    let wanted = PageRequest::newest(2).from(from).filter(filter.clone());
                    let page = store.page(&wanted).await;
                    prop_assert!(page.is_ok(), "`{}`: {:?}", text, page);
                }
                let count = store.count_newer(Sequence(0), &filter).await;
                prop_assert!(count.is_ok(), "`{}`: {:?}", text, count);
                let rows = all_rows(&store, &filter).await;
                let marked = rows.iter().filter(|row| row.starred || row.noted).count() as u64;
                let known = store.known_count(&filter).await.unwrap();
                prop_assert!(
                    known.is_none_or(|known| known == rows.len() as u64),
                    "`{}`: the tally says {:?}, there are {}",
                    text,
                    known,
                    rows.len()
                );
                let counted = count_all(&store, &filter).await;
                prop_assert_eq!(counted, (rows.len() as u64, marked), "`{}` is counted", text);
                let upwards = count_upwards(&store, &filter).await;
                prop_assert_eq!(upwards, rows.len() as u64, "`{}` is counted as it arrives", text);
                Ok(())
            })
        })
        .unwrap();
}
