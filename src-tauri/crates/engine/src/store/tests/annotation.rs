use super::super::Annotation;
use super::{request, store};

#[tokio::test]
async fn stars_notes_and_tags_sit_beside_a_request() {
    let (_folder, store) = store().await;
    let (new, other) = (request(b"a"), request(b"b"));
    store.insert_request(new.clone()).await.unwrap();
    store.insert_request(other.clone()).await.unwrap();
    assert_eq!(
        store.annotation(new.id).await.unwrap(),
        Annotation::default(),
        "nothing at first"
    );
    assert_eq!(
        store.star(&[new.id, request(b"").id]).await.unwrap(),
        1,
        "what is gone is left out"
    );
    store
        .set_note(new.id, Some("look at this".to_owned()))
        .await
        .unwrap();
    store
        .set_tags(
            new.id,
            vec!["b".to_owned(), " a ".to_owned(), "b".to_owned(), " ".to_owned()],
        )
        .await
        .unwrap();
    let wanted = Annotation {
        starred: true,
        note: Some("look at this".to_owned()),
        tags: vec!["a".to_owned(), "b".to_owned()],
    };
    assert_eq!(store.annotation(new.id).await.unwrap(), wanted, "all of it");
    assert_eq!(
        store.tags().await.unwrap(),
        [("a".to_owned(), 1), ("b".to_owned(), 1)],
        "every tag is counted"
    );
    let rows = store.summaries(&[new.id, other.id]).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.starred).collect::<Vec<_>>(),
        [false, true],
        "the list shows the star"
    );
    store.unstar(&[new.id]).await.unwrap();
    store.set_note(new.id, Some("  ".to_owned())).await.unwrap();
    store.set_tags(new.id, vec![]).await.unwrap();
    assert_eq!(
        store.annotation(new.id).await.unwrap(),
        Annotation::default(),
        "all taken away"
    );
    assert!(
        store.set_note(request(b"").id, None).await.is_err(),
        "no note on what is gone"
    );
}
