//! How long things take. Run by hand in an optimised build: `cargo test --release -- --ignored --nocapture speed`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use hookbench_signature::{
    Budget, Context, Draft, Message, Micros, Scheme, Secret, check, diagnose, discover, sign, verify,
};

use crate::provider;

const AT: Micros = Micros(1_700_000_000_000_000);

fn with_signed<R>(scheme: &Scheme, secret: &Secret, body: &[u8], then: impl FnOnce(&Message<'_>) -> R) -> R {
    let draft = Draft {
        method: "POST",
        target: "/",
        url: None,
        headers: &[],
        body,
    };
    let lines = sign(scheme, &draft, secret, AT, None).unwrap().headers;
    let mut headers: Vec<(&[u8], &[u8])> = vec![
        (b"Host", b"localhost"),
        (b"Accept", b"*/*"),
        (b"User-Agent", b"x"),
    ];
    headers.extend(
        lines
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
    );
    then(&Message {
        method: "POST",
        target: "/",
        url: None,
        headers: &headers,
        body,
        received_at: Some(AT),
    })
}

fn each(count: u32, mut run: impl FnMut()) -> Duration {
    let start = Instant::now();
    (0..count).for_each(|_| run());
    start.elapsed() / count
}

#[test]
#[ignore = "a measurement, for an optimised build"]
fn checking_beside_the_bare_hmac() {
    let body = vec![b'a'; 4096];
    let secret = Secret::new("live", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for name in ["github", "stripe", "svix"] {
        let scheme = provider::scheme(name);
        with_signed(&scheme, &secret, &body, |message| {
            let secrets = std::slice::from_ref(&secret);
            let bare = each(20_000, || {
                let Ok(mut mac) = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(b"key") else {
                    return;
                };
                Mac::update(&mut mac, &body);
                black_box(mac.finalize().into_bytes());
            });
            let brief = each(20_000, || {
                black_box(check(&scheme, message, secrets));
            });
            let full = each(20_000, || {
                black_box(verify(&scheme, message, secrets));
            });
            println!("{name}, 4 KiB: bare {bare:?}, check {brief:?}, verify {full:?}");
        });
    }
}

#[test]
#[ignore = "a measurement, for an optimised build"]
fn searching() {
    let item = r#"{"id":"evt_123","text":"naïve / <b>","amount":10.50},"#;
    for size in [10 * 1024, 1024 * 1024] {
        let body = format!("[{}1]", item.repeat(size / item.len()));
        let stripe = provider::scheme("stripe");
        with_signed(
            &stripe,
            &Secret::new("nobody", "whsec_nobody_has"),
            body.as_bytes(),
            |message| {
                let start = Instant::now();
                let secrets = [Secret::new("live", "whsec_live")];
                let found = diagnose(
                    &stripe,
                    message,
                    &secrets,
                    &Context::default(),
                    &Budget::generous(),
                );
                println!(
                    "{size} bytes, nothing to find: {:?}, {} tries",
                    start.elapsed(),
                    found.tries
                );
            },
        );
        for name in ["trutac", "stripe", "svix"] {
            let scheme = provider::scheme(name);
            let secret = Secret::new("live", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
            with_signed(&scheme, &secret, body.as_bytes(), |message| {
                let start = Instant::now();
                let found = discover(&[*message], std::slice::from_ref(&secret), &Budget::generous());
                println!(
                    "{size} bytes, {name} discovered: {:?}, {}",
                    start.elapsed(),
                    found[0].title
                );
            });
        }
    }
}
