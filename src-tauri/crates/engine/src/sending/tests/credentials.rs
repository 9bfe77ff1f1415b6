//! Where captured credentials go and where they stay here: as they came, in copies, in templates of another request,
//! and in what variables put in.

use super::*;
use crate::capture_for_tests::{Bench, bench};
use crate::delivery::{Reach, scripted};
use crate::model::{Credentials, Redirects, TargetRules, Written};

/// An address of documentation: far away, and nobody is asked for it.
const FAR: &str = "https://203.0.113.7";

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

/// A copy as the editor opens it, with this credential and a line that is none.
fn copy(url: &str, credential: &str) -> Edited {
    let mut copy = edited(&written(url, credential));
    copy.headers.push(("X-Other".to_owned(), b"1".to_vec()));
    copy.body = EditedBody::Captured;
    copy
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

/// A target by what it does with captured credentials.
async fn target(bench: &Bench, url: &str, credentials: Credentials) -> Aim {
    let rules = TargetRules {
        credentials,
        ..TargetRules::default()
    };
    let name = format!("{url} {credentials:?}");
    let saved = bench.engine.save_target(None, &name, url, rules).await;
    Aim::Target(saved.unwrap().id)
}

/// What would go of a request or of an edited copy of it, with its head as text.
async fn previewed(bench: &Bench, id: RequestId, edited: Option<Edited>, to: &Aim) -> (Preview, String) {
    let sending = Sending::to(to.clone());
    let preview = bench.engine.preview(id, edited, &sending).await.unwrap();
    let head = String::from_utf8_lossy(&preview.outgoing.head).into_owned();
    (preview, head)
}

/// A request of which the template `t` was made, with this for its credential; and another request.
async fn template_and_another(bench: &Bench, url: &str, credential: &str) -> (RequestId, RequestId) {
    let of_template = posted(bench, "Bearer secret").await;
    let another = posted(bench, "Bearer other").await;
    let written = written(url, credential);
    bench
        .engine
        .save_template("t", of_template, written)
        .await
        .unwrap();
    (of_template, another)
}

fn filled_from(request: Option<RequestId>) -> Filler {
    Filler {
        request,
        ..Filler::default()
    }
}

async fn withheld_of_template(bench: &Bench, name: &str, request: Option<RequestId>) -> Vec<String> {
    let filler = filled_from(request);
    let sending = Sending::to(Aim::Url(String::new()));
    match bench.engine.send_template(name, None, filler, sending).await {
        Ok(TemplateSent::Kept(delivery)) => delivery.withheld,
        Ok(TemplateSent::Unkept { withheld, .. }) => withheld,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn captured_credentials_stay_here_where_it_leads_far_away() {
    let bench = bench().await;
    let headers = [("Authorization", "Bearer secret"), ("Cookie", "a=1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let id = bench.post("/hook", &headers, "{}").await;
    let both = ["Authorization".to_owned(), "Cookie".to_owned()];
    for agreed in [false, true] {
        for (to, stays) in [
            (Aim::Url(FAR.to_owned()), true),
            (target(&bench, FAR, Credentials::Withheld).await, true),
            (target(&bench, FAR, Credentials::Sent).await, false),
            (Aim::Url("http://127.0.0.1:9".to_owned()), false),
            (
                target(&bench, "http://10.0.0.9", Credentials::Withheld).await,
                false,
            ),
        ] {
            let (preview, head) = previewed(&bench, id, None, &to).await;
            assert_eq!(
                head.contains("Bearer secret") || head.contains("a=1"),
                !stays,
                "{to:?}, agreed to: {agreed}: {head}"
            );
            let wanted: &[String] = if stays { &both } else { &[] };
            assert_eq!(preview.outgoing.withheld, wanted, "{to:?}: and it is told");
            let way = bench.engine.way(&to).await.unwrap();
            assert_eq!(way.route.withholds(), stays, "{to:?}: runs go the same way");
            if let Aim::Target(id) = to {
                let target = bench.engine.target(id).await.unwrap();
                bench.engine.remove_target(id).await.unwrap();
                // As a forward goes to one that was agreed to.
                let far = Way::to_target(target).unwrap().with_farthest(Reach::Other);
                let lets_go = far.rules.credentials == Credentials::Sent;
                assert_eq!(far.route.withholds(), !lets_go, "forwards too");
            }
        }
        bench.engine.allow_host(FAR).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_person_writes_into_a_copy_goes_wherever_it_is_sent() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let own = edited(&written(FAR, "Bearer staging"));
    let (preview, head) = previewed(&bench, id, Some(own), &Aim::Url(FAR.to_owned())).await;
    assert!(
        head.contains("Bearer staging") && preview.outgoing.withheld.is_empty(),
        "it is theirs: {head}"
    );
}

#[tokio::test]
async fn what_was_left_in_a_copy_as_it_came_stays_here_unless_the_target_lets_it_go() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let closed = target(&bench, FAR, Credentials::Withheld).await;
    let open = target(&bench, FAR, Credentials::Sent).await;
    let elsewhere = target(&bench, "https://203.0.113.8", Credentials::Sent).await;
    for (url, to, goes) in [
        (FAR, Aim::Url(FAR.to_owned()), false),
        (FAR, closed, false),
        (FAR, open, true),
        // Its switch is for its own host.
        (FAR, elsewhere, false),
        (
            "http://127.0.0.1:9",
            Aim::Url("http://127.0.0.1:9".to_owned()),
            true,
        ),
    ] {
        let (preview, head) = previewed(&bench, id, Some(copy(url, "Bearer secret")), &to).await;
        assert_eq!(head.contains("Bearer secret"), goes, "{to:?}: {head}");
        assert!(head.contains("X-Other: 1"), "the rest goes: {head}");
        assert_eq!(
            preview.outgoing.withheld.is_empty(),
            goes,
            "{to:?}: and it is told"
        );
        let told = goes && url == FAR;
        assert_eq!(
            preview.sent_on.is_empty(),
            !told,
            "{to:?}: where it goes outside, that is told too"
        );
        let (preview, head) = previewed(&bench, id, Some(copy(url, "Bearer mine")), &to).await;
        assert!(
            head.contains("Bearer mine") && preview.outgoing.withheld.is_empty(),
            "{to:?}: what was typed goes: {head}"
        );
        assert!(preview.sent_on.is_empty(), "and is nobody else's");
    }
}

#[tokio::test]
async fn a_delivery_tells_what_stayed_here() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let (_target, url) = outside(&bench).await;
    let sending = Sending::to(Aim::Url(url.clone()));
    let edited = copy(&url, "Bearer secret");
    let sent = [
        bench.engine.resend(id, &sending).await.unwrap(),
        bench.engine.replay(id, edited, &sending).await.unwrap(),
    ];
    for delivery in &sent {
        let again = bench.engine.send_again(delivery.id, &sending).await.unwrap();
        for id in [delivery.id, again.id] {
            let kept = bench.engine.delivery(id).await.unwrap();
            assert_eq!(kept.withheld, ["Authorization"], "{kept:?}");
            assert!(
                !String::from_utf8_lossy(&kept.head).contains("Bearer"),
                "it did not go"
            );
        }
    }
}

#[tokio::test]
async fn a_template_keeps_captured_credentials_here_even_once_its_request_is_gone() {
    let bench = bench().await;
    let id = posted(&bench, "Bearer secret").await;
    let (_target, url) = outside(&bench).await;
    for (name, credential) in [("captured", "Bearer secret"), ("own", "Bearer mine")] {
        let written = Written {
            body: None,
            ..written(&url, credential)
        };
        bench.engine.save_template(name, id, written).await.unwrap();
    }
    for gone in [false, true] {
        assert_eq!(
            withheld_of_template(&bench, "captured", None).await,
            ["Authorization"],
            "gone: {gone}"
        );
        assert!(
            withheld_of_template(&bench, "own", None).await.is_empty(),
            "what was written into it goes, gone: {gone}"
        );
        bench.engine.delete(&[id]).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_template_brings_into_a_copy_of_another_request_stays_here() {
    let bench = bench().await;
    let engine = &bench.engine;
    let (_target, url) = outside(&bench).await;
    let (of_template, open) = template_and_another(&bench, &url, "Bearer secret").await;
    let sending = Sending::to(Aim::Url(url.clone()));
    let copy = engine
        .use_template("t", &filled_from(Some(open)))
        .await
        .unwrap()
        .written;
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
    let (_target, url) = outside(&bench).await;
    let (of_template, open) = template_and_another(&bench, &url, "Bearer secret").await;
    let copy = engine
        .fill_template("t", &filled_from(Some(open)))
        .await
        .unwrap()
        .written;
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
    let (_target, url) = outside(&bench).await;
    let (_, other) = template_and_another(&bench, &url, "{{header:Authorization}}").await;
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
