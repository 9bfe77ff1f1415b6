//! Remedies on requests that came through the listener, with signatures made here by the sender's scheme.

use hookbench_signature::{Draft, Secret, Verdict, sign};

use super::*;
use crate::capture_for_tests::{Bench, bench};

/// What Stripe signed with this secret, `age` seconds ago, and sent to `/stripe`.
async fn posted(bench: &Bench, secret: &str, age: i64) -> RequestId {
    let headers = bench.signed("stripe", secret, "{}", age);
    bench.post("/stripe", &headers, "{}").await
}

/// The headers of a form that Twilio signed for `url`.
fn twilio(bench: &Bench, secret: &str, url: &str) -> Vec<(String, String)> {
    let scheme = bench
        .engine
        .catalogue()
        .get("twilio")
        .unwrap()
        .scheme
        .clone()
        .unwrap();
    let kind = (
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    );
    let draft = Draft {
        method: "POST",
        target: "/sms",
        url: Some(url),
        headers: &[(kind.0.as_bytes(), kind.1.as_bytes())],
        body: b"A=1",
    };
    let now = hookbench_signature::Micros(bench.engine.now().as_micros());
    let signed = sign(&scheme, &draft, &Secret::new("s", secret), now, None).unwrap();
    let mut headers = signed.headers;
    headers.push(kind);
    headers
}

#[tokio::test]
async fn a_secret_of_another_endpoint_is_given_and_taken_back() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["whsec_live"]).await;
    bench.endpoint("/stripe-test", "stripe", &["whsec_test"]).await;
    let id = posted(&bench, "whsec_test", 0).await;
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Invalid,
        "it is the other's secret"
    );
    let done = bench.engine.apply_remedy(id, "use-secret").await.unwrap();
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Valid,
        "the history was judged again: {}",
        done.done
    );
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "as before");
    assert!(
        bench.engine.undo_remedy(done.undo).await.is_err(),
        "once is enough"
    );
}

#[tokio::test]
async fn a_replaced_secret_explains_and_can_be_taken_back_into_use() {
    let bench = bench().await;
    let endpoint = bench.endpoint("/stripe", "stripe", &["whsec_old"]).await;
    let new = SecretString::from("whsec_new");
    bench.engine.set_secret(endpoint, "secret 1", new).await.unwrap();
    let id = posted(&bench, "whsec_old", 0).await;
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Invalid,
        "it is not checked with the old one"
    );
    let diagnosis = bench.engine.diagnose(id, Examination::default()).await.unwrap();
    assert_eq!(
        diagnosis.cause.code(),
        "previous-secret",
        "it is known: {}",
        diagnosis.message
    );
    let done = bench.engine.apply_remedy(id, "use-secret").await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "both are in use");
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "and one again");
}

#[tokio::test]
async fn what_came_before_a_secret_was_replaced_stays_valid() {
    let bench = bench().await;
    let endpoint = bench.endpoint("/stripe", "stripe", &["whsec_old"]).await;
    let id = posted(&bench, "whsec_old", 0).await;
    let new = SecretString::from("whsec_new");
    bench.engine.set_secret(endpoint, "secret 1", new).await.unwrap();
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Valid,
        "it is judged by the secrets of the time when it came"
    );
    let report = bench.engine.verify(id, Examination::default()).await.unwrap();
    let key = report.key.unwrap().name;
    assert!(
        key.starts_with("secret 1 until "),
        "and the replaced one is named: {key}"
    );
}

#[tokio::test]
async fn a_secret_is_cleaned_only_where_that_is_the_cause() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["  \"whsec_live\"\n"]).await;
    let id = posted(&bench, "whsec_live", 0).await;
    let diagnosis = bench.engine.diagnose(id, Examination::default()).await.unwrap();
    let remedies = bench.engine.remedies(id, &diagnosis).await.unwrap();
    assert_eq!(
        remedies.first().map(Remedy::kind),
        Some("clean-secret"),
        "{}",
        diagnosis.message
    );
    let done = bench.engine.apply_remedy(id, "clean-secret").await.unwrap();
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Valid,
        "it was the blanks and quotes"
    );
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "as it was pasted");
}

#[tokio::test]
async fn a_tolerance_is_widened_by_as_much_as_it_takes() {
    let bench = bench().await;
    let endpoint = bench.endpoint("/stripe", "stripe", &["whsec_live"]).await;
    let id = posted(&bench, "whsec_live", 1000).await;
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Expired,
        "older than five minutes"
    );
    let done = bench.engine.apply_remedy(id, "set-tolerance").await.unwrap();
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Valid,
        "within the endpoint's tolerance"
    );
    let kept = bench.engine.find_endpoint(&endpoint.to_string()).await.unwrap();
    assert!(
        kept.tolerance
            .past
            .is_some_and(|past| (1000..1100).contains(&past)),
        "{:?}",
        kept.tolerance
    );
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Expired, "as before");
}

#[tokio::test]
async fn a_scheme_that_is_proved_becomes_one_of_the_persons_own() {
    let bench = bench().await;
    bench.endpoint("/hub", "github", &["s3cret"]).await;
    let catalogue = bench.engine.catalogue();
    let mut scheme = catalogue.get("github").unwrap().scheme.clone().unwrap();
    scheme.algorithm = hookbench_signature::Algorithm::HmacSha512.into();
    scheme.alternatives.clear();
    let draft = Draft {
        method: "POST",
        target: "/hub",
        url: None,
        headers: &[],
        body: b"{}",
    };
    let secret = Secret::new("s", "s3cret");
    let now = hookbench_signature::Micros(bench.engine.now().as_micros());
    let signed = sign(&scheme, &draft, &secret, now, None).unwrap().headers;
    let id = bench.post("/hub", &signed, "{}").await;
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "GitHub uses SHA-256");
    let done = bench.engine.apply_remedy(id, "use-scheme").await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "{}", done.done);
    let own = bench.engine.own_schemes().await.unwrap();
    assert_eq!(own.len(), 1, "it is kept");
    assert_eq!(own[0].used_by, ["/hub"], "and the endpoint is pinned to it");
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "as before");
    assert!(
        bench.engine.own_schemes().await.unwrap().is_empty(),
        "nothing is left of it"
    );
}

#[tokio::test]
async fn a_public_url_is_what_the_sender_signed() {
    let bench = bench().await;
    let endpoint = bench.endpoint("/sms", "twilio", &["token"]).await;
    let headers = twilio(&bench, "token", "https://tunnel.example/sms");
    let id = bench.post("/sms", &headers, "A=1").await;
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Invalid,
        "the listener sees another URL"
    );
    let mut to = bench
        .engine
        .find_endpoint(&endpoint.to_string())
        .await
        .unwrap()
        .form();
    to.public_url = Some("https://tunnel.example".to_owned());
    bench.engine.update_endpoint(endpoint, to).await.unwrap();
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Valid,
        "with the URL it was sent to"
    );
}

#[tokio::test]
async fn the_url_that_was_signed_is_set_with_one_button() {
    let bench = bench().await;
    let endpoint = bench.endpoint("/sms", "twilio", &["token"]).await;
    // A tunnel that rewrites paths: what it forwards is known, what it took away is found.
    let mut headers = twilio(&bench, "token", "https://tunnel.example/sms");
    headers.push(("x-forwarded-host".to_owned(), "tunnel.example".to_owned()));
    headers.push(("x-forwarded-proto".to_owned(), "http".to_owned()));
    let id = bench.post("/sms", &headers, "A=1").await;
    assert_eq!(
        bench.verdict(id).await,
        Verdict::Invalid,
        "another scheme is forwarded"
    );
    let diagnosis = bench.engine.diagnose(id, Examination::default()).await.unwrap();
    assert!(
        diagnosis.cause.code().starts_with("url"),
        "{}: {}",
        diagnosis.cause,
        diagnosis.message
    );
    let done = bench.engine.apply_remedy(id, "set-url").await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "{}", done.done);
    let kept = bench.engine.find_endpoint(&endpoint.to_string()).await.unwrap();
    assert!(
        kept.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://tunnel.example")),
        "{:?}",
        kept.public_url
    );
    bench.engine.undo_remedy(done.undo).await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Invalid, "as before");
}

#[tokio::test]
async fn two_remedies_are_offered_together_and_done_one_after_the_other() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["whsec_live"]).await;
    bench.endpoint("/stripe-test", "stripe", &["whsec_test"]).await;
    let id = posted(&bench, "whsec_test", 1000).await;
    let diagnosis = bench.engine.diagnose(id, Examination::default()).await.unwrap();
    let offered = bench.engine.remedies(id, &diagnosis).await.unwrap();
    let kinds: Vec<_> = offered.iter().map(Remedy::kind).collect();
    assert_eq!(kinds, ["use-secret", "set-tolerance"], "it takes both");
    bench.engine.apply_remedy(id, "use-secret").await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Expired, "half way");
    bench.engine.apply_remedy(id, "set-tolerance").await.unwrap();
    assert_eq!(bench.verdict(id).await, Verdict::Valid, "and done");
}

#[tokio::test]
async fn only_a_link_that_is_offered_may_be_opened() {
    let bench = bench().await;
    let link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x";
    let body = format!(
        r#"{{"Type":"SubscriptionConfirmation","TopicArn":"arn:aws:sns:eu-west-1:1:t","SubscribeURL":"{link}"}}"#
    );
    let headers = [(
        "x-amz-sns-message-type".to_owned(),
        "SubscriptionConfirmation".to_owned(),
    )];
    let id = bench.post("/sns", &headers, &body).await;
    let offered = bench.engine.offered_link(id, link).await;
    assert_eq!(
        offered.ok().as_deref(),
        Some(link),
        "it is what the request offers"
    );
    for other in ["https://evil.example/", "file:///etc/passwd", ""] {
        assert!(
            bench.engine.offered_link(id, other).await.is_err(),
            "`{other}` is not offered"
        );
    }
    let elsewhere = body.replace(
        "sns.eu-west-1.amazonaws.com",
        "sns.eu-west-1.amazonaws.com.evil.example",
    );
    let id = bench.post("/sns", &headers, &elsewhere).await;
    let link = link.replace("amazonaws.com", "amazonaws.com.evil.example");
    assert!(
        bench.engine.offered_link(id, &link).await.is_err(),
        "another host offers nothing"
    );
}

#[tokio::test]
async fn nothing_is_applied_that_is_not_offered() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["whsec_live"]).await;
    let id = posted(&bench, "whsec_live", 0).await;
    let refused = bench.engine.apply_remedy(id, "set-tolerance").await;
    assert!(refused.is_err(), "nothing is wrong with it");
}

#[tokio::test]
async fn of_all_that_a_pasted_secret_may_have_been_the_one_that_fits_is_kept() {
    let bench = bench().await;
    bench.endpoint("/stripe", "stripe", &["whsec_live"]).await;
    let id = posted(&bench, "whsec+live", 0).await;
    for (pasted, kept) in [
        ("\"whsec%2Blive\"\n", Some("whsec+live")),
        (" whsec+live\n", Some("whsec+live")),
        ("\"whsec_other\"", None),
        ("whsec_live", None),
    ] {
        let cleaned = bench
            .engine
            .cleaned(id, &Secret::new("pasted", pasted))
            .await
            .unwrap();
        assert_eq!(cleaned.as_deref(), kept, "{pasted:?}");
    }
}
