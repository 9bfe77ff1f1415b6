//! Captured credentials in copies that are made of a template of another request, and in what variables put in.

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::delivery::scripted;
use crate::model::{Redirects, TargetRules, Written};

fn written(url: &str, credential: &str) -> Written {
    Written {
        method: "POST".to_owned(),
        url: format!("{url}/hook"),
        headers: vec![("Authorization".to_owned(), credential.to_owned())],
        body: Some(Bytes::from_static(b"{}")),
        signature: "kept".to_owned(),
        new_id: false,
    }
}

fn edited(written: &Written) -> Edited {
    Edited {
        url: written.url.clone(),
        method: written.method.clone(),
        headers: written
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
            .collect(),
        body: EditedBody::Bytes(Bytes::from_static(b"{}")),
        renewal: Renewal::default(),
    }
}

async fn posted(bench: &Bench, credential: &str) -> RequestId {
    let headers = [("Authorization".to_owned(), credential.to_owned())];
    bench.post("/hook", &headers, "{}").await
}

/// The URL of a target that counts as being outside, since it was agreed to.
async fn outside(bench: &Bench) -> (scripted::Target, String) {
    let target = scripted::Target::answering("ok").await;
    let url = target.url("");
    bench.engine.allow_host(&url).await.unwrap();
    (target, url)
}

async fn withheld_of_template(bench: &Bench, name: &str, request: Option<RequestId>) -> Vec<String> {
    let filler = Filler {
        request,
        ..Filler::default()
    };
    let sending = Sending::to(Aim::Url(String::new()));
    match bench.engine.send_template(name, None, filler, sending).await {
        Ok(TemplateSent::Kept(delivery)) => delivery.withheld,
        Ok(TemplateSent::Unkept { withheld, .. }) => withheld,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_a_template_brings_into_a_copy_of_another_request_stays_here() {
    let bench = bench().await;
    let engine = &bench.engine;
    let of_template = posted(&bench, "Bearer secret").await;
    let open = posted(&bench, "Bearer other").await;
    let (_target, url) = outside(&bench).await;
    let sending = Sending::to(Aim::Url(url.clone()));
    engine
        .save_template("t", of_template, written(&url, "Bearer secret"))
        .await
        .unwrap();
    let filler = Filler {
        request: Some(open),
        ..Filler::default()
    };
    let copy = engine.use_template("t", &filler).await.unwrap().written;
    let stays = async |why: &str| {
        let preview = engine.preview(open, Some(edited(&copy)), &sending).await.unwrap();
        assert_eq!(
            preview.outgoing.withheld,
            ["Authorization"],
            "{why}: the preview tells it"
        );
        let sent = engine.replay(open, edited(&copy), &sending).await.unwrap();
        assert_eq!(sent.withheld, ["Authorization"], "{why}: and it does not go");
        assert!(!String::from_utf8_lossy(&sent.head).contains("Bearer"), "{why}");
    };
    stays("over another request").await;
    engine.save_draft(open, copy.clone()).await.unwrap();
    engine.remove_template("t").await.unwrap();
    engine.delete(&[of_template]).await.unwrap();
    stays("with nothing but the draft left").await;

    engine.save_template("again", open, copy.clone()).await.unwrap();
    engine.discard_draft(open).await.unwrap();
    assert_eq!(
        withheld_of_template(&bench, "again", None).await,
        ["Authorization"],
        "a template of that copy knows it too"
    );

    let own = engine
        .replay(open, edited(&written(&url, "Bearer mine")), &sending)
        .await;
    assert!(own.unwrap().withheld.is_empty(), "what was typed goes");
}

#[tokio::test]
async fn a_copy_of_a_template_that_is_removed_before_it_is_kept_is_known_by_it() {
    let bench = bench().await;
    let engine = &bench.engine;
    let of_template = posted(&bench, "Bearer secret").await;
    let open = posted(&bench, "Bearer other").await;
    let (_target, url) = outside(&bench).await;
    engine
        .save_template("t", of_template, written(&url, "Bearer secret"))
        .await
        .unwrap();
    let filler = Filler {
        request: Some(open),
        ..Filler::default()
    };
    let copy = engine.fill_template("t", &filler).await.unwrap().written;
    engine.remove_template("t").await.unwrap();
    engine.delete(&[of_template]).await.unwrap();
    let sending = Sending::to(Aim::Url(url));
    let sent = engine.replay(open, edited(&copy), &sending).await.unwrap();
    assert_eq!(sent.withheld, ["Authorization"], "before it is kept");
    engine.save_draft(open, copy).await.unwrap();
    let kept = engine.draft(open).await.unwrap().unwrap();
    assert_eq!(kept.captured.len(), 1, "and its draft remembers it: {kept:?}");
}

#[tokio::test]
async fn a_credential_that_a_variable_puts_in_stays_here() {
    let bench = bench().await;
    let of_template = posted(&bench, "Bearer secret").await;
    let other = posted(&bench, "Bearer other").await;
    let (_target, url) = outside(&bench).await;
    bench
        .engine
        .save_template("t", of_template, written(&url, "{{header:Authorization}}"))
        .await
        .unwrap();
    for request in [None, Some(other)] {
        assert_eq!(
            withheld_of_template(&bench, "t", request).await,
            ["Authorization"],
            "filled in from {request:?}"
        );
    }
}

#[tokio::test]
async fn nobody_is_asked_where_a_copy_leads_that_has_no_captured_credential() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let captured = [bench.engine.request(id).await.unwrap().head];
    let way = Way::to_url("http://127.0.0.1:9").unwrap();
    let outgoing = |credential: &str| {
        let Edited {
            method, url, headers, ..
        } = edited(&written("http://127.0.0.1:9", credential));
        let edit = Edit {
            method,
            url,
            headers,
            body: Bytes::new(),
        };
        edit.plan().unwrap()
    };
    // What was agreed to is asked first: where that cannot be read, whoever asks where it leads fails.
    bench.engine.core.store.close().await;
    let plain = bench
        .engine
        .without_captured(outgoing("Bearer mine"), &captured, &way)
        .await;
    assert!(plain.is_ok(), "there is nothing to ask for: {plain:?}");
    let asked = bench
        .engine
        .without_captured(outgoing("Bearer secret"), &captured, &way)
        .await;
    assert!(asked.is_err(), "a captured one is asked for: {asked:?}");
}

#[tokio::test]
async fn what_does_not_follow_a_redirect_to_another_host_is_told_with_it() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let (second, mut came) = scripted::Target::recording().await;
    let answer = format!(
        "HTTP/1.1 307 Over There\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        second.url("/there")
    );
    let first = scripted::Target::answering(answer).await;
    let rules = TargetRules {
        redirects: Redirects::Followed,
        ..TargetRules::default()
    };
    let target = bench
        .engine
        .save_target(None, "moved", &first.url(""), rules)
        .await
        .unwrap();
    let sending = Sending::to(Aim::Target(target.id));
    let delivery = bench.engine.resend(id, &sending).await.unwrap();
    assert!(
        String::from_utf8_lossy(&delivery.head).contains("Bearer secret") && delivery.withheld.is_empty(),
        "it goes to the first host"
    );
    let wanted = format!(
        "the redirect to `{}` was followed, without `Authorization`: meant for the first host alone",
        second.url("/there")
    );
    assert_eq!(delivery.attempts[0].message.as_deref(), Some(&wanted[..]));
    let got = came.recv().await.unwrap();
    assert!(
        !String::from_utf8_lossy(&got).contains("Bearer"),
        "and not to the second"
    );
}
