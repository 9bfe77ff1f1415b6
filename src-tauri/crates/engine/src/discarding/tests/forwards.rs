//! A forward has two ends: it comes back once both are there, if its endpoint has room for it.

use super::*;
use crate::model::MOST_FORWARDS;

/// Removes an endpoint and its target and brings them back, `order` being which of the four comes when.
async fn forwards_after(order: [usize; 2], undo: [usize; 2]) -> (bool, Vec<u64>) {
    let bench = bench().await;
    let id = furnished(&bench).await;
    bench.engine.set_fault(id, None).await.unwrap();
    let before = told(&bench.engine).await;
    let target = bench.engine.targets().await.unwrap()[0].id;
    let mut discards = [DiscardId(0); 2];
    for one in order {
        discards[one] = match one {
            0 => bench.engine.discard_endpoint(id).await.unwrap(),
            _ => bench.engine.discard_target(target).await.unwrap(),
        };
    }
    let mut later = Vec::new();
    for one in undo {
        let back = bench.engine.bring_back(discards[one]).await.unwrap();
        assert_eq!(back.forwards_gone, 0, "none is lost");
        later.push(back.forwards_later);
    }
    (told(&bench.engine).await == before, later)
}

#[tokio::test]
async fn a_forward_comes_back_whichever_of_its_ends_is_brought_back_first() {
    for order in [[0, 1], [1, 0]] {
        for undo in [[0, 1], [1, 0]] {
            let (same, later) = forwards_after(order, undo).await;
            assert!(same, "exactly as it was: {order:?}, {undo:?}");
            // The one that was removed first had them; it hands them over where the other one is not there.
            let wanted = if undo[0] == order[0] { 2 } else { 0 };
            assert_eq!(later[0], wanted, "and it is said: {order:?}, {undo:?}");
        }
    }
}

#[tokio::test]
async fn forwards_that_cannot_come_back_are_told() {
    let bench = bench().await;
    let id = furnished(&bench).await;
    let dev = bench.engine.targets().await.unwrap()[0].id;
    let discard = bench.engine.discard_target(dev).await.unwrap();
    assert_eq!(bench.engine.forwards().await.unwrap(), [], "they go with it");
    // Somebody lets another target answer meanwhile.
    let other = target(&bench.engine, "other").await.id;
    let rules = vec![forward(other, ForwardWay::Through)];
    bench.engine.set_forwards(id, rules).await.unwrap();
    let back = bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(
        (back.forwards_gone, back.forwards_later),
        (1, 0),
        "two targets cannot both answer"
    );
    let ways: Vec<_> = bench.engine.forwards().await.unwrap();
    assert_eq!(ways.len(), 2, "the other one is there again");
    let discard = bench.engine.discard_endpoint(id).await.unwrap();
    bench.engine.remove_target(other).await.unwrap();
    let back = bench.engine.bring_back(discard).await.unwrap();
    assert_eq!(back.forwards_gone, 1, "its target is gone for good");
}

#[tokio::test]
async fn an_endpoint_has_no_more_forwards_than_can_be_set_whatever_comes_back() {
    let bench = bench().await;
    let engine = &bench.engine;
    let id = bench.endpoint("/github", "github", &[]).await;
    let (dev, other) = (target(engine, "dev").await.id, target(engine, "other").await.id);
    let to = |target, count| vec![forward(target, ForwardWay::AtOnce); count];
    engine
        .set_forwards(id, to(dev, MOST_FORWARDS + 1))
        .await
        .unwrap_err();
    for (meanwhile, gone) in [(MOST_FORWARDS - 1, 0), (MOST_FORWARDS, 1)] {
        engine.set_forwards(id, to(other, 1)).await.unwrap();
        let discard = engine.discard_target(other).await.unwrap();
        engine.set_forwards(id, to(dev, meanwhile)).await.unwrap();
        let back = engine.bring_back(discard).await.unwrap();
        assert_eq!(back.forwards_gone, gone, "with {meanwhile} others");
        assert_eq!(
            engine.forwards().await.unwrap().len(),
            MOST_FORWARDS,
            "as many as can be set"
        );
    }
}

#[tokio::test]
async fn a_forward_cannot_come_back_beside_another_that_answers_though_its_target_is_there() {
    let bench = bench().await;
    let engine = &bench.engine;
    let id = bench.endpoint("/github", "github", &[]).await;
    let (dev, other) = (target(engine, "dev").await.id, target(engine, "other").await.id);
    let through = |target| vec![forward(target, ForwardWay::Through)];
    engine.set_forwards(id, through(dev)).await.unwrap();
    let removed = engine.discard_target(dev).await.unwrap();
    engine.set_forwards(id, through(other)).await.unwrap();
    let endpoint = engine.discard_endpoint(id).await.unwrap();
    let back = engine.bring_back(removed).await.unwrap();
    assert_eq!(back.forwards_later, 1, "it waits for its endpoint");
    let back = engine.bring_back(endpoint).await.unwrap();
    assert_eq!(back.forwards_gone, 1, "another one answers");
    let there = engine.targets().await.unwrap();
    assert_eq!(there.len(), 2, "its target is there");
    let forwards = engine.forwards().await.unwrap();
    assert_eq!(forwards[0].rule.target, other, "the other one is as it was");
}
