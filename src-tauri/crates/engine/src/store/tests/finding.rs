use std::time::Duration;

use super::super::{Annotate, From, PageRequest, SearchState, Store, StoreOptions};
use super::{keyed, marked, new_request, open, options, request, store};
use crate::filter::{Filter, Moment};
use crate::model::{Delivery, DeliveryId, RequestId, Sequence, State, Target, TargetId, Timestamp, Verdict};

pub(super) const NOW: i64 = 1_795_176_300_000_000;

pub(super) fn filter(text: &str) -> Filter {
    Filter::parse(text, &Moment::utc(Timestamp::from_micros(NOW)))
        .unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

/// The sequences that satisfy `text`, newest first, found page by page.
pub(super) async fn found(store: &Store, text: &str) -> Vec<i64> {
    let mut wanted = PageRequest::newest(3).filter(filter(text));
    let mut found = Vec::new();
    loop {
        let page = store
            .page(&wanted)
            .await
            .unwrap_or_else(|error| panic!("`{text}`: {error}"));
        found.extend(page.rows.iter().map(|row| row.sequence.0));
        let Some(from) = page
            .scanned_to
            .or_else(|| page.rows.last().map(|row| row.sequence))
        else {
            return found;
        };
        if !page.more {
            return found;
        }
        wanted.from = From::Before(from);
    }
}

/// The same the other way round, oldest first.
async fn found_upwards(store: &Store, text: &str) -> Vec<i64> {
    let mut wanted = PageRequest::newest(2)
        .from(From::After(Sequence(0)))
        .filter(filter(text));
    let mut found = Vec::new();
    loop {
        let page = store.page(&wanted).await.unwrap();
        found.extend(page.rows.iter().rev().map(|row| row.sequence.0));
        let Some(from) = page
            .scanned_to
            .or_else(|| page.rows.first().map(|row| row.sequence))
        else {
            return found;
        };
        if !page.more {
            return found;
        }
        wanted.from = From::After(from);
    }
}

pub(super) async fn indexed(store: &Store) {
    let mut progress = store.watch_search();
    loop {
        let SearchState { backlog, .. } = store.search_state().await.unwrap();
        if backlog == 0 {
            return;
        }
        let _ = tokio::time::timeout(Duration::from_millis(500), progress.changed()).await;
    }
}

/// Eight requests, each different in something.
pub(super) async fn history(store: &Store) {
    let mut all = vec![
        keyed("evt_1NkA"),
        keyed("evt_1NkA"),
        new_request(
            "POST /github?x=1 HTTP/1.1\r\nX-GitHub-Event: push\r\n\r\n",
            br#"{"ref":"main","n":7}"#,
        ),
        new_request("GET /stripe HTTP/1.1\r\nAccept: */*\r\n\r\n", b""),
        request(&[b'x'; 20_000]),
        request(br#"{"customer":{"name":"M\u00fcller"},"status":"unpaid"}"#),
        request(b"cut"),
        request(b"100%_sure"),
    ];
    all[2].recognition.provider = Some("github".to_owned());
    all[2].recognition.event = Some("push".to_owned());
    all[2].recognition.endpoint_path = Some("/github".to_owned());
    all[2].recognition.verdict = Verdict::NoSecret;
    all[3].recognition = crate::model::Recognition::unknown();
    all[3].answered = Some(404);
    all[4].arrival.received_at = Timestamp::from_micros(NOW - 3_600_000_000);
    all[6].arrival.state = State::Cut;
    all[7].arrival.framing.marks = vec![crate::model::Mark::AmbiguousFraming];
    all[6].answered = None;
    all[6].recognition.verdict = Verdict::Invalid;
    for new in &all {
        store.insert_request(new.clone()).await.unwrap();
    }
    store
        .annotate(&[all[0].id, all[2].id], Annotate::star(true))
        .await
        .unwrap();
    store
        .annotate(&[all[5].id], Annotate::note("late"))
        .await
        .unwrap();
    store.annotate(&[all[7].id], Annotate::tag("Bug")).await.unwrap();
    store
        .put_target(Target {
            id: TargetId::generate(),
            name: "dev".to_owned(),
            url: "http://localhost:3000".to_owned(),
            rules: crate::model::TargetRules::default(),
        })
        .await
        .unwrap();
    let mut delivery = Delivery {
        attempts: vec![super::things::attempt(Some(503))],
        ..super::things::delivery(all[1].id)
    };
    store.add_delivery(delivery.clone()).await.unwrap();
    delivery.id = DeliveryId::generate();
    delivery.request = all[5].id;
    delivery.url = "https://example.com/x".to_owned();
    delivery.attempts = vec![super::things::attempt(None)];
    store.add_delivery(delivery).await.unwrap();
    marked(store).await;
}

/// What each filter finds in [`history`].
const FOUND: [(&str, &[i64]); 66] = [
    ("", &[8, 7, 6, 5, 4, 3, 2, 1]),
    ("provider:GitHub", &[3]),
    ("provider:stripe", &[8, 7, 6, 5, 2, 1]),
    ("-provider:stripe", &[4, 3]),
    ("provider:\"\"", &[4]),
    ("provider:none", &[]),
    ("provider:github,nobody", &[3]),
    ("provider:git*,\"\"", &[4, 3]),
    ("event:invoice.*", &[8, 7, 6, 5, 2, 1]),
    ("event:invoice", &[]),
    ("-event:push", &[8, 7, 6, 5, 4, 2, 1]),
    ("endpoint:github", &[3]),
    ("endpoint:/git*", &[3]),
    ("method:get", &[4]),
    ("path:/github", &[3]),
    ("path:*i*", &[8, 7, 6, 5, 4, 3, 2, 1]),
    ("status:404", &[4]),
    ("status:4xx,none", &[7, 4]),
    ("-status:2xx", &[7, 4]),
    ("status:>=200", &[8, 6, 5, 4, 3, 2, 1]),
    ("sig:invalid,no-secret", &[7, 3]),
    ("sig:invalid", &[7]),
    ("-sig:valid", &[7, 4, 3]),
    ("is:cut", &[7]),
    ("-is:complete", &[7]),
    ("is:ambiguous", &[8]),
    ("-is:ambiguous", &[7, 6, 5, 4, 3, 2, 1]),
    ("is:malformed", &[]),
    ("-is:malformed,cut", &[8, 6, 5, 4, 3, 2, 1]),
    ("is:duplicate", &[2]),
    ("is:starred", &[3, 1]),
    ("is:starred -is:duplicate provider:stripe", &[1]),
    ("is:starred,duplicate", &[3, 2, 1]),
    ("has:note", &[6]),
    ("has:tag", &[8]),
    ("tag:bug", &[8]),
    ("-tag:b*", &[7, 6, 5, 4, 3, 2, 1]),
    ("has:delivery", &[6, 2]),
    ("delivered:yes", &[6, 2]),
    ("delivered:no -is:starred", &[8, 7, 5, 4]),
    ("delivered:5xx", &[2]),
    ("delivered:timed-out", &[6]),
    ("target:dev", &[2]),
    ("target:https://example.com", &[6]),
    ("size:>10kb", &[5]),
    ("size:0", &[4]),
    ("size:<=20", &[8, 7, 4, 3, 2, 1]),
    ("after:-10m", &[8, 7, 6, 4, 3, 2, 1]),
    ("before:-10m", &[5]),
    ("key:EVT_1nka", &[2, 1]),
    ("evt_1nk", &[2, 1]),
    ("evt_1nk -is:duplicate", &[1]),
    ("nka", &[]),
    ("*nka", &[2, 1]),
    ("*paid", &[6]),
    ("müller", &[6]),
    ("body:unpaid", &[6]),
    ("body:push", &[]),
    ("push", &[3]),
    ("-push -stripe", &[]),
    ("header:x-github-event=push", &[3]),
    ("header:accept", &[4]),
    ("json:/customer/name=m*", &[6]),
    ("json:/n=7", &[3]),
    ("\"100%_sure\"", &[8]),
    ("post -header:host", &[3]),
];

#[tokio::test]
async fn a_filter_finds_what_it_says_with_and_without_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        indexing: super::super::Indexing::Off,
        ..options()
    };
    let store = Store::open(folder.path(), options).await.unwrap();
    history(&store).await;
    for (text, wanted) in FOUND {
        assert_eq!(found(&store, text).await, wanted, "`{text}` by scanning");
    }
    store.close().await;
    let store = open(&folder).await;
    indexed(&store).await;
    for (text, wanted) in FOUND {
        assert_eq!(found(&store, text).await, wanted, "`{text}` by the index");
        let mut upwards = wanted.to_vec();
        upwards.reverse();
        assert_eq!(
            found_upwards(&store, text).await,
            upwards,
            "`{text}` the other way round"
        );
    }
    // What came since is found though the index does not have it.
    let other = Store::open(folder.path(), super::options()).await.unwrap();
    other.insert_request(keyed("evt_1NkB")).await.unwrap();
    assert_eq!(
        found(&store, "evt_1nk").await,
        [9, 2, 1],
        "the newest is not missed"
    );
    assert_eq!(
        store
            .count_newer(Sequence(0), &filter("provider:stripe"))
            .await
            .unwrap(),
        7,
        "rows are counted"
    );
    for (text, requests) in [("provider:stripe", Some(5)), ("evt_1nk", None)] {
        let counted = store.count_to(Sequence(7), &filter(text)).await;
        assert_eq!(
            counted.unwrap(),
            requests,
            "`{text}` up to a place, where rows can tell"
        );
    }
}

#[tokio::test]
async fn a_page_that_takes_too_long_says_how_far_it_came() {
    let (_folder, store) = store().await;
    for at in 0..400 {
        store
            .insert_request(request(format!("body number {at}").as_bytes()))
            .await
            .unwrap();
    }
    let mut wanted = PageRequest::newest(10).filter(filter("*umber -*umber"));
    wanted.budget = Duration::ZERO;
    let mut steps = 0;
    loop {
        let page = store.page(&wanted).await.unwrap();
        assert!(page.rows.is_empty(), "nothing satisfies it");
        steps += 1;
        let Some(from) = page.scanned_to else { break };
        assert!(page.more, "there may be more");
        wanted.from = From::Before(from);
    }
    assert!(steps > 2, "it took {steps} calls, each of them short");
}

#[tokio::test]
async fn ids_find_their_request_in_a_filter() {
    let (_folder, store) = store().await;
    let mut new = request(b"");
    new.id = RequestId::from_bytes([0xab; 16]);
    store.insert_request(new).await.unwrap();
    store.insert_request(request(b"")).await.unwrap();
    assert_eq!(found(&store, "id:ABab").await, [1], "by the beginning");
    assert_eq!(found(&store, "-id:abab,00").await, [2], "or not");
}

#[tokio::test]
async fn letters_beyond_ascii_are_the_same_in_upper_and_lower_case() {
    let (_folder, store) = store().await;
    let mut new = request(b"{}");
    new.recognition.event = Some("GRÖSSE.Geändert".to_owned());
    store.insert_request(new.clone()).await.unwrap();
    store.annotate(&[new.id], Annotate::tag("Größe")).await.unwrap();
    assert_eq!(found(&store, "event:grösse.GEÄNDERT").await, [1], "of an event");
    assert_eq!(found(&store, "event:gr*ändert").await, [1], "with a star");
    assert_eq!(
        found(&store, "event:grasse.geändert").await,
        [0; 0],
        "but not others"
    );
    assert_eq!(found(&store, "tag:GRÖßE").await, [1], "of a tag");
    assert_eq!(found(&store, "tag:grüße").await, [0; 0], "but not others");
}

#[tokio::test]
async fn suggestions_come_from_what_is_kept() {
    let (_folder, store) = store().await;
    history(&store).await;
    let offered = async |text: &str| {
        let suggestions = store.suggest(text, text.chars().count()).await.unwrap();
        suggestions
            .into_iter()
            .map(|suggestion| suggestion.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(offered("prov").await, ["provider:"], "fields by their beginning");
    assert_eq!(
        offered("provider:").await,
        ["stripe", "github"],
        "values, the most frequent first"
    );
    assert_eq!(
        offered("event:Inv").await,
        ["invoice.paid"],
        "by their beginning, in any case"
    );
    assert_eq!(offered("endpoint:/g").await, ["/github"], "endpoints");
    assert_eq!(offered("tag:").await, ["Bug"], "tags");
    assert_eq!(offered("target:").await, ["dev"], "targets");
    assert_eq!(
        offered("sig:inv").await,
        ["invalid"],
        "words that are always known"
    );
    assert_eq!(
        offered("status:4").await,
        ["404", "4xx"],
        "statuses that were answered"
    );
}

#[tokio::test]
async fn what_became_of_a_request_can_be_filtered_by() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let endings = [
        (State::Complete, Some(200)),
        (State::Cut, Some(413)),
        (State::Aborted, None),
        (State::Refused, Some(400)),
        (State::Refused, Some(431)),
        (State::Refused, None),
    ];
    for (state, answered) in endings {
        let mut new = request(b"x");
        new.arrival.state = state;
        new.answered = answered;
        store.insert_request(new).await.unwrap();
    }
    let wanted: [(&str, &[i64]); 7] = [
        ("is:complete", &[1]),
        ("is:cut", &[2]),
        ("is:aborted", &[3]),
        ("is:refused", &[6, 5, 4]),
        ("is:malformed", &[4]),
        ("-is:malformed", &[6, 5, 3, 2, 1]),
        ("is:aborted,cut", &[3, 2]),
    ];
    for (text, sequences) in wanted {
        assert_eq!(found(&store, text).await, sequences, "{text}");
    }
    store.close().await;
}
