use futures_util::future::join_all;

use super::super::{From, PageRequest, StoreError, TallyKind};
use super::{new_request, open, request, spooled, store};
use crate::model::{Header, HttpVersion, Mark, RequestId, Sequence, State, Timestamp, Verdict};

#[tokio::test]
async fn what_came_is_what_is_kept() {
    let (_folder, store) = store().await;
    let head = "PoSt /a%20b?q=\u{fffd}#f HTTP/1.0\r\nX-B:  1 \r\nx-b:2\r\n\r\n";
    let mut new = new_request(head, b"{\"a\": 1}\n");
    new.arrival.version = HttpVersion::Http10;
    new.arrival.state = State::Aborted;
    new.arrival.reason = Some("the sender went away".to_owned());
    new.arrival.framing.trailers = vec![Header {
        name: "X-T".into(),
        value: vec![0xff, 0].into(),
    }];
    new.arrival.framing.marks = vec![Mark::NoHost, Mark::NotUtf8];
    new.arrival.framing.chunked = true;
    for size in [5, 1024, 7] {
        new.arrival.framing.chunks.add(size);
    }
    new.recognition.verdict = Verdict::NoSecret;
    new.answered = None;
    let kept = store.insert_request(new.clone()).await.unwrap();
    assert_eq!(kept.sequence, Sequence(1), "the first request is number 1");

    let read = store.request(new.id).await.unwrap().expect("it is there");
    assert_eq!(read.head, new.arrival.head, "the head byte for byte");
    assert_eq!(read.framing, new.arrival.framing, "the framing facts");
    assert_eq!(read.summary.recognition, new.recognition, "what is known of it");
    assert_eq!(read.summary.method, "PoSt", "the method in its case");
    assert_eq!(read.summary.target, "/a%20b?q=\u{fffd}#f", "the target as sent");
    assert_eq!(read.summary.version, HttpVersion::Http10, "the version");
    assert_eq!(
        (read.summary.state, read.summary.answered),
        (State::Aborted, None),
        "how it ended"
    );
    assert_eq!(read.summary.reason, new.arrival.reason, "and why");
    assert_eq!(read.summary.received_at, new.arrival.received_at, "when");
    assert_eq!(read.summary.body_sha256, new.arrival.body_sha256, "the digest");
    assert_eq!(read.summary.peer, "127.0.0.1:50000", "who");
    let body = store.body(new.id, 0..u64::MAX).await.unwrap();
    assert_eq!(
        (&body.bytes[..], body.length),
        (&b"{\"a\": 1}\n"[..], 9),
        "the body byte for byte"
    );
}

#[tokio::test]
async fn a_large_body_is_read_by_range() {
    let (_folder, store) = store().await;
    let bytes: Vec<u8> = (0..3 * 1024 * 1024 + 77u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 23) as u8)
        .collect();
    for body in [spooled(&bytes), crate::model::Body::Memory(bytes.clone().into())] {
        let mut new = request(b"");
        new.arrival.body = body;
        store.insert_request(new.clone()).await.unwrap();
        let all = store.body(new.id, 0..u64::MAX).await.unwrap();
        assert!(all.bytes == bytes, "all parts, in order");
        for (start, end) in [
            (0, 10),
            (1_048_570, 1_048_580),
            (2_000_000, 3_145_800),
            (3_145_805, 9_000_000),
            (5, 5),
        ] {
            let range = store.body(new.id, start..end).await.unwrap();
            let wanted = &bytes[start as usize..(end as usize).min(bytes.len())];
            assert!(range.bytes == wanted, "the bytes {start}..{end}");
            assert_eq!(range.length, bytes.len() as u64, "and the length of all of it");
        }
        assert!(
            store
                .body(new.id, 9_000_000..9_000_001)
                .await
                .unwrap()
                .bytes
                .is_empty(),
            "nothing lies beyond its end"
        );
    }
}

#[tokio::test]
async fn requests_that_wait_together_are_kept_each_once_and_in_one_order() {
    let (folder, store) = store().await;
    let wanted: Vec<_> = (0..300)
        .map(|at| request(format!("body {at}").as_bytes()))
        .collect();
    let kept = join_all(wanted.iter().map(|new| store.insert_request(new.clone()))).await;
    let page = store.page(&PageRequest::newest(1_000)).await.unwrap();
    assert_eq!(page.rows.len(), 300, "each once");
    for (new, kept) in wanted.iter().zip(&kept) {
        let kept = kept.as_ref().unwrap();
        let read = store.request(new.id).await.unwrap().unwrap();
        assert_eq!(read.summary.sequence, kept.sequence, "the answer names the row");
        let body = store.body(new.id, 0..100).await.unwrap();
        let crate::model::Body::Memory(sent) = &new.arrival.body else {
            panic!("made in memory")
        };
        assert_eq!(body.bytes, sent, "each with its own body");
    }
    store.close().await;
    let again = open(&folder).await;
    assert_eq!(
        again.page(&PageRequest::newest(1_000)).await.unwrap(),
        page,
        "and after a restart the same"
    );
    assert_eq!(
        again.insert_request(request(b"")).await.unwrap().sequence,
        Sequence(301),
        "the order goes on"
    );
}

#[tokio::test]
async fn a_far_place_is_the_same_whether_it_is_reckoned_or_walked_to() {
    let (_folder, store) = store().await;
    let mut ids = Vec::new();
    for at in 0..12 {
        let request = request(&[at]);
        ids.push(request.id);
        store.insert_request(request).await.unwrap();
    }
    let deletion = store
        .begin_deletion(Timestamp::from_micros(5), None)
        .await
        .unwrap();
    // Whole; without its oldest and its newest, as retention leaves it; with a hole.
    for gone in [&[][..], &[ids[0], ids[11]], &[ids[5]]] {
        store.delete(deletion, gone).await.unwrap();
        for from in [
            From::Newest,
            From::Before(Sequence(9)),
            From::Before(Sequence(99)),
            From::After(Sequence(3)),
            From::After(Sequence(0)),
        ] {
            let page = async |limit, skip| {
                let wanted = PageRequest::newest(limit).from(from).skip(skip);
                let mut rows = store.page(&wanted).await.unwrap().rows;
                // In the order in which they are walked.
                if matches!(from, From::After(_)) {
                    rows.reverse();
                }
                rows.into_iter().map(|row| row.sequence.0).collect::<Vec<_>>()
            };
            let all = page(100, 0).await;
            for skip in 1..14 {
                let wanted: Vec<_> = all.iter().copied().skip(skip).take(3).collect();
                assert_eq!(
                    page(3, skip as u64).await,
                    wanted,
                    "{skip} passed over from {from:?}, {} taken out",
                    gone.len()
                );
            }
        }
    }
}

#[tokio::test]
async fn pages_go_both_ways_and_count_what_is_newer() {
    let (_folder, store) = store().await;
    for at in 0..10 {
        store.insert_request(request(&[at])).await.unwrap();
    }
    let sequences = async |from, limit| {
        let page = store.page(&PageRequest::newest(limit).from(from)).await.unwrap();
        (
            page.rows.iter().map(|row| row.sequence.0).collect::<Vec<_>>(),
            page.more,
        )
    };
    assert_eq!(
        sequences(From::Newest, 3).await,
        (vec![10, 9, 8], true),
        "newest first"
    );
    assert_eq!(
        sequences(From::Before(Sequence(8)), 3).await,
        (vec![7, 6, 5], true),
        "then older ones"
    );
    assert_eq!(
        sequences(From::Before(Sequence(3)), 3).await,
        (vec![2, 1], false),
        "to the end"
    );
    assert_eq!(
        sequences(From::After(Sequence(5)), 3).await,
        (vec![8, 7, 6], true),
        "the nearest newer ones"
    );
    assert_eq!(
        sequences(From::After(Sequence(8)), 3).await,
        (vec![10, 9], false),
        "up to the newest"
    );
    let far = store.page(&PageRequest::newest(3).skip(6)).await.unwrap();
    assert_eq!(
        far.rows.iter().map(|row| row.sequence.0).collect::<Vec<_>>(),
        [4, 3, 2],
        "a far place is reached by passing over what lies before it"
    );
    let beyond = PageRequest::newest(3).from(From::Before(Sequence(8))).skip(7);
    assert!(
        store.page(&beyond).await.unwrap().rows.is_empty(),
        "beyond the end is nothing"
    );
    for (up_to, requests) in [(10, 10), (7, 7), (0, 0)] {
        let counted = store.count_to(Sequence(up_to), &Default::default()).await;
        assert_eq!(
            counted.unwrap(),
            Some(requests),
            "all of them up to a place are counted"
        );
    }
    assert_eq!(
        store.count_newer(Sequence(7), &Default::default()).await.unwrap(),
        3,
        "how many came since"
    );
    assert_eq!(
        store.newest_sequence().await.unwrap(),
        Sequence(10),
        "the newest place"
    );
}

#[tokio::test]
async fn an_id_is_found_by_its_beginning() {
    let (_folder, store) = store().await;
    let mut new = request(b"");
    new.id = RequestId::from_bytes([0x01, 0x9a, 0xbc, 0xde, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let mut other = request(b"");
    other.id = RequestId::from_bytes([0x01, 0x9a, 0xbc, 0xdf, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    store.insert_request(new.clone()).await.unwrap();
    store.insert_request(other.clone()).await.unwrap();
    for text in [
        new.id.to_string(),
        "019abcde".to_owned(),
        "019ABCDE-f".to_owned(),
        "019abcde-f001-0203".to_owned(),
    ] {
        assert_eq!(
            store.resolve_id(&text).await,
            Ok(new.id),
            "`{text}` names one request"
        );
    }
    assert!(
        matches!(store.resolve_id("019a").await, Err(StoreError::Ambiguous { .. })),
        "two begin like this"
    );
    assert!(
        matches!(store.resolve_id("0199").await, Err(StoreError::NotFound { .. })),
        "none begins like this"
    );
    for text in [
        "",
        "01",
        "xyzw",
        "019abcdéa",
        "019a%",
        "019abcdef0010203040506070809101112",
    ] {
        assert!(
            matches!(store.resolve_id(text).await, Err(StoreError::BadPrefix { .. })),
            "`{text}` is no beginning"
        );
    }
}

#[tokio::test]
async fn counts_are_kept_with_the_requests() {
    let (_folder, store) = store().await;
    let mut other = new_request("PUT / HTTP/1.1\r\n\r\n", b"12345");
    other.recognition = crate::model::Recognition::unknown();
    other.answered = None;
    let all = [request(b"123"), request(b"4"), other];
    join_all(all.iter().map(|new| store.insert_request(new.clone()))).await;
    let total = store.total().await.unwrap();
    assert_eq!(
        (total.requests, total.bytes),
        (3, 9),
        "requests and the bytes of their bodies"
    );
    let counts = async |kind| {
        let counts = store.counts(kind).await.unwrap();
        counts
            .into_iter()
            .map(|count| (count.value, count.requests))
            .collect::<Vec<_>>()
    };
    let wanted = |value: &str, other: &str| vec![(value.to_owned(), 2), (other.to_owned(), 1)];
    assert_eq!(
        counts(TallyKind::Endpoint).await,
        wanted("/stripe", ""),
        "by endpoint"
    );
    assert_eq!(
        counts(TallyKind::Provider).await,
        wanted("stripe", ""),
        "by provider"
    );
    assert_eq!(
        counts(TallyKind::Event).await,
        wanted("invoice.paid", ""),
        "by event"
    );
    assert_eq!(
        counts(TallyKind::Verdict).await,
        wanted("valid", "unknown"),
        "by verdict"
    );
    assert_eq!(
        counts(TallyKind::Answered).await,
        wanted("200", ""),
        "by the status we answered"
    );
    assert_eq!(
        counts(TallyKind::Method).await,
        wanted("POST", "PUT"),
        "by method"
    );
    assert_eq!(
        counts(TallyKind::State).await,
        vec![("complete".to_owned(), 3)],
        "by state"
    );
}

#[tokio::test]
async fn a_captured_request_never_changes() {
    let (_folder, store) = store().await;
    store.insert_request(request(b"")).await.unwrap();
    let changed = store
        .write(|connection| {
            Box::pin(async move {
                sqlx::query("UPDATE request SET target = '/other'")
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await;
    assert!(
        matches!(changed, Err(StoreError::Refused { .. })),
        "the schema itself refuses it: {changed:?}"
    );
}

#[tokio::test]
async fn no_id_is_taken_twice_and_the_others_of_the_group_are_kept() {
    let (_folder, store) = store().await;
    let first = request(b"first");
    store.insert_request(first.clone()).await.unwrap();
    let mut group: Vec<_> = (0..5).map(|at| request(&[at])).collect();
    group[2].id = first.id;
    let kept = join_all(group.iter().map(|new| store.insert_request(new.clone()))).await;
    for (at, kept) in kept.iter().enumerate() {
        assert_eq!(kept.is_ok(), at != 2, "only the bad one is refused: {kept:?}");
    }
    assert_eq!(store.total().await.unwrap().requests, 5, "and counted once");
}
