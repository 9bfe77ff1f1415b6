//! Headers that were damaged, hold something else, or are too old.

use hookbench_signature::{Action, Budget, Cause, Context, Draft, Message, Micros, Secret, diagnose, sign};

use super::{AT, BODY, URL, asked, signed};
use crate::provider;

#[test]
fn damaged_headers_are_found() {
    let stripe = provider::scheme("stripe");
    let mut lines = signed(&stripe, "whsec_live", BODY.as_bytes(), URL);
    lines[0].1 = lines[0].1.replace(',', ", ");
    let diagnosis = asked(
        &stripe,
        &lines,
        BODY.as_bytes(),
        "whsec_live",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::HeaderMangled, "{}", diagnosis.message);
    let renamed = vec![("HTTP_STRIPE_SIGNATURE".to_owned(), lines[0].1.clone())];
    let diagnosis = asked(
        &stripe,
        &renamed,
        BODY.as_bytes(),
        "whsec_live",
        &Context::default(),
    );
    assert_eq!(diagnosis.cause, Cause::HeaderRenamed, "{}", diagnosis.message);
    let svix = provider::scheme("svix");
    let secret = provider::secret("svix");
    let mut lines = signed(&svix, secret.expose(), BODY.as_bytes(), URL);
    let line = lines
        .iter_mut()
        .find(|(name, _)| name == "svix-signature")
        .unwrap();
    line.1 = format!("v1,AAAA,{}", line.1);
    let diagnosis = asked(
        &svix,
        &lines,
        BODY.as_bytes(),
        secret.expose(),
        &Context::default(),
    );
    assert_eq!(
        diagnosis.cause,
        Cause::HeaderMangled,
        "joined lines: {}",
        diagnosis.message
    );
}

#[test]
fn time_is_judged_apart() {
    let stripe = provider::scheme("stripe");
    let lines = signed(&stripe, "whsec_live", BODY.as_bytes(), URL);
    let headers: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let message = Message {
        method: "POST",
        target: "/",
        url: None,
        headers: &headers,
        body: BODY.as_bytes(),
        received_at: Some(Micros(AT.0 + 400_000_000)),
    };
    let secrets = [Secret::new("live", "whsec_live")];
    let diagnosis = diagnose(
        &stripe,
        &message,
        &secrets,
        &Context::default(),
        &Budget::generous(),
    );
    assert_eq!(diagnosis.cause, Cause::Expired, "{}", diagnosis.message);
    let action = diagnosis.remedy.unwrap().actions.remove(0);
    assert_eq!(
        action,
        Action::SetTolerance {
            past: Some(400),
            future: None
        },
        "the tolerance that would do"
    );
}

#[test]
fn of_several_signed_items_the_wrong_one_is_looked_into() {
    let adyen = provider::scheme("adyen");
    let secret = provider::secret("adyen");
    let other = Secret::new("/other-account", "00".repeat(32));
    let body = provider::body("adyen");
    let sign_all = |secret: &Secret| {
        let draft = Draft {
            method: "POST",
            target: "/",
            url: None,
            headers: &[],
            body: body.as_bytes(),
        };
        String::from_utf8(sign(&adyen, &draft, secret, AT, None).unwrap().body.unwrap()).unwrap()
    };
    let (ours, theirs) = (sign_all(&secret), sign_all(&other));
    let second = ours.rfind("\"hmacSignature\"").unwrap();
    let mixed = format!("{}{}", &ours[..second], &theirs[second..]);
    let context = Context {
        other_secrets: vec![other],
        ..Context::default()
    };
    let diagnosis = asked(&adyen, &Vec::new(), mixed.as_bytes(), secret.expose(), &context);
    assert_eq!(
        diagnosis.cause,
        Cause::OtherSecret,
        "the second item is another account's: {}",
        diagnosis.message
    );
}

#[test]
fn a_header_that_holds_no_digest_is_told_as_the_report_tells_it() {
    let github = provider::scheme("github");
    let lines = vec![("X-Hub-Signature-256".to_owned(), "foo".to_owned())];
    let diagnosis = asked(&github, &lines, b"{}", "s3cret", &Context::default());
    assert_eq!(
        diagnosis.message, "X-Hub-Signature-256 does not start with `sha256=`.",
        "the fact is said"
    );
}
