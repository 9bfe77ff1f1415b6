use super::super::{Annotate, Annotation};
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
        store
            .annotate(&[new.id, request(b"").id], Annotate::star(true))
            .await
            .unwrap(),
        1,
        "what is gone is left out"
    );
    store
        .annotate(&[new.id], Annotate::note("look at this"))
        .await
        .unwrap();
    store
        .annotate(
            &[new.id],
            Annotate {
                add_tags: ["b", " a ", "B", " "].map(str::to_owned).into(),
                ..Annotate::default()
            },
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
    let rows: Vec<_> = rows.iter().map(|row| (row.noted, row.tags.join(" "))).collect();
    assert_eq!(
        rows,
        [(false, String::new()), (true, "a b".to_owned())],
        "and the note and the tags"
    );
    let nothing = Annotate {
        starred: Some(false),
        note: Some("  ".to_owned()),
        add_tags: vec![],
        remove_tags: vec!["A".to_owned(), "b".to_owned()],
    };
    assert_eq!(
        store.annotate(&[new.id, other.id], nothing).await.unwrap(),
        2,
        "several at once"
    );
    assert_eq!(
        store.annotation(new.id).await.unwrap(),
        Annotation::default(),
        "all taken away"
    );
}
