//! What is sent again with a new signature is what our own check accepts, for everybody who signs with a secret.

use std::time::Duration;

use super::*;
use crate::Options;
use crate::PageQuery;
use crate::delivery::scripted::{Target, drain, read_request};
use crate::listening::Listen;
use crate::model::{Outcome, ScheduleState, Written};
use crate::secrets::Preference;
use crate::sending::{Aim, Edited, EditedBody, Filler, Sending, Signatures, TemplateSent};
use hookbench_signature::Verdict;
use tokio::io::AsyncWriteExt as _;

struct Desk {
    engine: Engine,
    folder: tempfile::TempDir,
}

fn options(folder: &tempfile::TempDir) -> Options {
    Options {
        secrets: Preference::Files,
        ..Options::at(Some(folder.path().to_owned()))
    }
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(options(&folder)).await.unwrap();
        let any_port = Listen {
            port: Some(0),
            ..Listen::default()
        };
        engine.listen(any_port).await.unwrap();
        Self { engine, folder }
    }

    async fn sample(&self, provider: &str, sample: &str) -> RequestId {
        self.engine.send_sample(provider, sample).await.unwrap();
        self.engine.requests(&PageQuery::default()).await.unwrap().rows[0].id
    }

    /// An edited copy that differs in nothing.
    async fn copy(&self, id: RequestId, signature: SignatureChoice, new: IdChoice) -> Edited {
        let request = self.engine.request(id).await.unwrap();
        let line = request.head.request_line();
        Edited {
            url: format!("http://127.0.0.1:9{}", text(&line.target)),
            method: text(&line.method),
            headers: request
                .head
                .headers()
                .iter()
                .map(|header| (text(&header.name), header.value.to_vec()))
                .collect(),
            body: EditedBody::Captured,
            renewal: Renewal { signature, id: new },
        }
    }
}

fn nowhere() -> Sending {
    Sending::to(Aim::Url("http://127.0.0.1:9".to_owned()))
}

#[tokio::test]
async fn what_is_signed_for_a_test_is_valid_with_what_is_told_of_it() {
    let desk = Desk::new().await;
    let catalogue = desk.engine.catalogue();
    let (mut secrets, mut keys, mut refused) = (0, 0, 0);
    for provider in catalogue.all() {
        let Some(sample) = provider.sample.iter().find(|sample| !sample.unsigned) else {
            continue;
        };
        let id = desk.sample(&provider.id, &sample.name).await;
        let name = format!("`{}` of `{}`", sample.name, provider.id);
        let request = desk.engine.request(id).await.unwrap();
        if request.summary.recognition.provider.as_deref() != Some(provider.id.as_str()) {
            continue;
        }
        let body = desk.engine.whole_body(id).await.unwrap();
        let to = crate::delivery::Destination::parse(&desk.engine.listener().await.url).unwrap();
        let outgoing = crate::delivery::resend(&request.head, body, &to).unwrap();
        let (outgoing, made) = match desk.engine.signed_for_test(id, outgoing).await {
            Ok(signed) => signed,
            Err(error) => {
                assert!(
                    error.to_string().contains("with a test secret: "),
                    "{name}: {error}"
                );
                refused += 1;
                continue;
            }
        };
        if made.is_key {
            keys += 1;
        } else {
            secrets += 1;
        }
        let origins = desk.engine.origins(id).await.unwrap();
        let fresh = Fresh {
            outgoing,
            renewed: Renewed::default(),
            signed_with: Some(Secret::new("told", made.text.clone())),
        };
        let checked = desk.engine.own_check(&origins, &fresh).await.unwrap();
        let checked = checked.unwrap_or_else(|| panic!("{name}: nobody checks it"));
        assert_eq!(
            checked.report.verdict,
            Verdict::Valid,
            "{name}: {}",
            checked.report.sentence
        );
    }
    assert!(
        secrets > 60 && keys > 5,
        "most can be signed: {secrets} with secrets, {keys} with keys, {refused} not"
    );
    desk.engine.shut_down().await;
}

#[tokio::test]
async fn a_copy_that_is_signed_anew_is_valid_for_everybody_who_signs_with_a_secret() {
    let desk = Desk::new().await;
    let catalogue = desk.engine.catalogue();
    let (mut checked, mut renamed) = (0, 0);
    for provider in catalogue.all() {
        if provider.invented_secret(|bytes| bytes.fill(1)).is_none() {
            continue;
        }
        for sample in provider.sample.iter().filter(|sample| !sample.unsigned) {
            let id = desk.sample(&provider.id, &sample.name).await;
            let name = format!("`{}` of `{}`", sample.name, provider.id);
            let known = desk.engine.request(id).await.unwrap().summary.recognition;
            if known.verdict != Verdict::Valid || known.provider.as_ref() != Some(&provider.id) {
                // A handshake, or one that is not signed: nothing is there to be made anew.
                continue;
            }
            let resent = Sending {
                signatures: Signatures::Renewed,
                ..nowhere()
            };
            let preview = desk.engine.preview(id, None, &resent).await.unwrap();
            let check = preview.check.unwrap();
            assert_eq!(
                check.report.verdict,
                Verdict::Valid,
                "{name}, resent: {}",
                check.report.sentence
            );

            let mut edited = desk.copy(id, SignatureChoice::Endpoint, IdChoice::Kept).await;
            let body = desk.engine.whole_body(id).await.unwrap();
            if body.ends_with(b"}") {
                edited.body = EditedBody::Bytes([&body[..], b"\n"].concat().into());
            }
            let preview = desk.engine.preview(id, Some(edited), &nowhere()).await.unwrap();
            let check = preview.check.unwrap();
            assert_eq!(
                check.report.verdict,
                Verdict::Valid,
                "{name}, edited: {}",
                check.report.sentence
            );
            checked += 1;

            let other = desk.copy(id, SignatureChoice::Endpoint, IdChoice::New).await;
            if let Ok(preview) = desk.engine.preview(id, Some(other), &nowhere()).await {
                let check = preview.check.unwrap();
                assert_eq!(
                    check.report.verdict,
                    Verdict::Valid,
                    "{name}, new id: {}",
                    check.report.sentence
                );
                let (before, after) = preview.renewed.ids.unwrap();
                let origins = desk.engine.origins(id).await.unwrap();
                let seen = desk.engine.outlook(&origins, &preview.outgoing).await.unwrap();
                assert_ne!(before, after, "{name}: another id");
                assert_eq!(
                    seen.delivery_key,
                    Some(after),
                    "{name}: a receiver reads the new id"
                );
                renamed += 1;
            }
        }
    }
    assert!(checked > 60, "most providers sign with a secret: {checked}");
    assert!(renamed > 40, "most have an id: {renamed}");
    desk.engine.shut_down().await;
}

#[tokio::test]
async fn each_choice_does_what_it_says() {
    let desk = Desk::new().await;
    let id = desk.sample("stripe", "invoice.paid").await;
    let look = async |signature: SignatureChoice| {
        let edited = desk.copy(id, signature, IdChoice::Kept).await;
        desk.engine.preview(id, Some(edited), &nowhere()).await
    };
    let head = |preview: &crate::Preview| text(&preview.outgoing.head);
    let kept = look(SignatureChoice::Kept).await.unwrap();
    assert!(head(&kept).contains("Stripe-Signature: "), "as it came");

    let stripped = look(SignatureChoice::Stripped).await.unwrap();
    assert!(!head(&stripped).contains("Stripe-Signature"), "taken away");
    assert_eq!(
        stripped.renewed.signature_headers,
        ["Stripe-Signature"],
        "and said"
    );
    assert_eq!(
        stripped.check.unwrap().report.verdict,
        Verdict::Missing,
        "and seen"
    );

    let secret = Secret::new("mine", "whsec_of_another_endpoint");
    let given = look(SignatureChoice::Given(secret)).await.unwrap();
    assert_ne!(head(&given), head(&kept), "with another secret");
    let report = given.check.unwrap().report;
    assert_eq!(
        report.verdict,
        Verdict::Valid,
        "which the receiver is taken to have"
    );
    assert_eq!(report.key.unwrap().name, "mine", "and which is named");

    let endpoint = desk.engine.endpoints().await.unwrap().remove(0);
    let stored = look(SignatureChoice::Stored(endpoint.secrets[0].id))
        .await
        .unwrap();
    assert_eq!(
        stored.check.unwrap().report.verdict,
        Verdict::Valid,
        "with one that is kept"
    );

    let error = look(SignatureChoice::TestKey).await.unwrap_err();
    assert!(
        error.to_string().contains("secret"),
        "nobody has a key pair there: {error}"
    );

    let catalogue = desk.engine.catalogue();
    let discord = catalogue.get("discord").unwrap();
    let sample = discord.sample.iter().find(|sample| !sample.unsigned).unwrap();
    let id = desk.sample("discord", &sample.name).await;
    let edited = desk.copy(id, SignatureChoice::TestKey, IdChoice::Kept).await;
    let preview = desk.engine.preview(id, Some(edited), &nowhere()).await.unwrap();
    assert_eq!(
        preview.check.unwrap().report.verdict,
        Verdict::Valid,
        "by the test key"
    );
    assert!(
        preview.renewed.test_key.is_some(),
        "whose public half is there to be copied"
    );
    desk.engine.shut_down().await;
}

#[tokio::test]
async fn drafts_and_templates_are_there_after_a_restart() {
    let Desk { engine, folder } = Desk::new().await;
    engine.send_sample("github", "push").await.unwrap();
    let id = engine.requests(&PageQuery::default()).await.unwrap().rows[0].id;
    let target = Target::answering(&b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"[..]).await;
    let written = Written {
        method: "POST".to_owned(),
        url: target.url("/hooks?x=1"),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: Some(Bytes::from_static(
            b"{\"tenant\":\"{{tenant}}\",\"n\":{{counter}}}\xc3\xa9",
        )),
        signature: "endpoint".to_owned(),
        new_id: true,
    };
    engine.save_draft(id, written.clone()).await.unwrap();
    let template = Written {
        new_id: false,
        ..written.clone()
    };
    engine.save_template("mine", id, template).await.unwrap();
    engine.shut_down().await;

    let engine = Engine::open(options(&folder)).await.unwrap();
    let drafts = engine.drafts().await.unwrap();
    assert!(
        matches!(&drafts[..], [line] if line.request == id && line.url == written.url),
        "it is listed: {drafts:?}"
    );
    let draft = engine.draft(id).await.unwrap();
    assert_eq!(
        draft.map(|draft| draft.written),
        Some(written.clone()),
        "the draft is whole"
    );
    let listed = engine.templates().await.unwrap();
    assert_eq!(listed[0].variables, ["tenant"], "those of the body too");
    assert_eq!(
        listed[0].body_length,
        written.body.as_ref().map_or(0, |body| body.len() as u64)
    );
    let plain = Written {
        body: Some(Bytes::from_static(b"no variable")),
        new_id: false,
        ..written.clone()
    };
    engine.save_template("plain", id, plain).await.unwrap();
    let listed = engine.templates().await.unwrap();
    assert_eq!(
        (listed[1].body_length, &listed[1].kept.written.body),
        (11, &None),
        "a body without variables is not read for the list"
    );
    let many: String = (0..101).map(|number| format!("{{{{v{number}}}}}")).collect();
    let many = Written {
        body: Some(Bytes::from(many)),
        ..written.clone()
    };
    assert!(
        engine.save_template("many", id, many).await.is_err(),
        "nobody gives a value to so many"
    );
    let missing = engine
        .send_template("mine", None, Filler::default(), nowhere())
        .await
        .unwrap_err();
    assert!(
        missing.to_string().contains("`tenant`"),
        "what is missing is named: {missing}"
    );
    for (number, values) in [(1, vec![("tenant", "a\"b")]), (2, Vec::new())] {
        let filler = Filler {
            values: values
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            ..Filler::default()
        };
        let sent = engine
            .send_template("mine", None, filler, nowhere())
            .await
            .unwrap();
        let TemplateSent::Kept(delivery) = sent else {
            panic!("its request is there");
        };
        assert_eq!(delivery.attempts[0].status, Some(200), "it went");
        let body = text(delivery.body.as_ref().unwrap());
        assert!(
            body.contains(&format!(r#""tenant":"a\"b","n":{number}"#)),
            "counted, with the value of the last time: {body}"
        );
        let head = text(&delivery.head);
        assert!(head.contains("X-Hub-Signature-256: "), "and signed: {head}");
    }
    assert!(engine.discard_draft(id).await.unwrap(), "there was one");
    assert!(engine.drafts().await.unwrap().is_empty(), "and is none");
    engine.shut_down().await;
}

#[tokio::test]
async fn retries_go_on_after_a_restart_and_none_is_made_twice() {
    let Desk { engine, folder } = Desk::new().await;
    engine.send_sample("github", "push").await.unwrap();
    let id = engine.requests(&PageQuery::default()).await.unwrap().rows[0].id;
    // Refuses until it is told otherwise, and counts.
    let (answers, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let target = Target::with(move |mut stream| {
        let answers = answers.clone();
        async move {
            if read_request(&mut stream).await.is_empty() {
                return;
            }
            let _ = answers.send(());
            let _ = stream
                .write_all(b"HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                .await;
        }
    })
    .await;
    let sending = Sending {
        waits: vec![
            Duration::from_millis(200),
            Duration::from_millis(200),
            Duration::from_secs(3600),
        ],
        ..Sending::to(Aim::Url(target.url("/")))
    };
    let delivery = engine.resend(id, &sending).await.unwrap();
    seen.recv().await.unwrap();
    engine.shut_down().await;

    let engine = Engine::open(options(&folder)).await.unwrap();
    let any_port = Listen {
        port: Some(0),
        ..Listen::default()
    };
    engine.listen(any_port).await.unwrap();
    let after = loop {
        let now = engine.delivery(delivery.id).await.unwrap();
        if now.attempts.len() >= 3
            && now
                .schedule
                .as_ref()
                .is_some_and(|schedule| schedule.trying_since.is_none())
        {
            break now;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let schedule = after.schedule.unwrap();
    assert_eq!(
        (schedule.state, schedule.used),
        (ScheduleState::Waiting, 3),
        "the last wait is under way"
    );
    assert_eq!(after.attempts.len(), 3, "each wait had its attempt");
    let mut requests = 1;
    while seen.try_recv().is_ok() {
        requests += 1;
    }
    assert_eq!(requests, 3, "and the target saw each of them once");
    engine.shut_down().await;
}

#[tokio::test]
async fn what_is_under_way_ends_soon_after_it_is_cancelled() {
    let desk = Desk::new().await;
    let id = desk.sample("github", "push").await;
    let target = Target::with(|mut stream| async move { drain(&mut stream).await }).await;
    let sending = Sending {
        ticket: Some("mine".to_owned()),
        ..Sending::to(Aim::Url(target.url("/")))
    };
    let engine = desk.engine.clone();
    let under_way = tokio::spawn(async move { engine.resend(id, &sending).await });
    while target.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let raised = std::time::Instant::now();
    assert!(desk.engine.cancel_sending("mine"), "it is under way");
    let delivery = under_way.await.unwrap().unwrap();
    assert!(
        raised.elapsed() < Duration::from_secs(1),
        "it ends: {:?}",
        raised.elapsed()
    );
    assert_eq!(
        delivery.attempts[0].outcome,
        Outcome::Cancelled,
        "and is kept as cancelled"
    );
    desk.engine.shut_down().await;
}
