//! Signatures: how many are checked a second on one core, beside the bare HMAC of the same bytes, and how long the two
//! searches take (why a signature does not hold, how an unknown sender signs).
//!
//! `cargo xtask bench signature`. The bare HMAC is the one of the same library, so that the ratio is what Hookbench adds.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookbench_engine::provider::Catalogue;
use hookbench_signature::{
    Budget, Context, Draft, HeaderLine, Message, Micros, Scheme, Secret, check, diagnose, discover, sign,
    verify,
};
use hookbench_tests::measure::{
    Failure, Options, Outcome, Summary, Table, microseconds, milliseconds, per_second, run,
};
use sha2::Sha256;

const AT: Micros = Micros(1_795_176_251_000_000);

/// A body of this many bytes is checked.
const BODY: usize = 4 * 1024;

/// The goals: whole stories a second, how many times the bare HMAC one may take, seconds of the searches.
const STORIES: f64 = 10_000.0;
const TIMES_BARE: f64 = 3.0;
const DIAGNOSED: [(usize, f64); 2] = [(10 * 1024, 0.2), (1024 * 1024, 2.0)];
const DISCOVERED: f64 = 2.0;

fn main() -> ExitCode {
    run("signature", signature)
}

fn signature(options: &Options) -> Outcome<Summary> {
    let catalogue = Catalogue::embedded()?;
    let scheme = |provider: &str| -> Outcome<Scheme> {
        catalogue
            .get(provider)
            .and_then(|provider| provider.scheme(&BTreeMap::new()).ok().flatten())
            .ok_or_else(|| Failure::new(format!("`{provider}` has no scheme")))
    };
    let mut missed = Vec::new();
    let rounds = options.either(200, 20_000);

    let mut table = Table::new(&[
        "4 KiB, µs",
        "bare HMAC",
        "check",
        "times bare",
        "verify",
        "times bare",
        "verified a second",
    ]);
    for provider in ["github", "stripe", "svix", "slack", "shopify"] {
        let scheme = scheme(provider)?;
        let body = vec![b'a'; BODY];
        let (bare, brief, full) = with_signed(&scheme, &body, |message, secret| {
            let secrets = std::slice::from_ref(secret);
            (
                each(rounds, || bare_hmac(&body)),
                each(rounds, || check(&scheme, message, secrets)),
                each(rounds, || verify(&scheme, message, secrets)),
            )
        })?;
        table.line([
            provider.to_owned(),
            microseconds(bare),
            microseconds(brief),
            format!("{:.2}", brief / bare),
            microseconds(full),
            format!("{:.2}", full / bare),
            per_second(1.0 / full),
        ]);
        // The whole story is what is held to the goals; the check on the path of a capture is a part of it.
        if 1.0 / full < STORIES || full / bare > TIMES_BARE {
            missed.push(format!("verifying {provider}"));
        }
    }
    table.print();

    let mut table = Table::new(&["search, ms", "bytes", "took", "goal", "tries"]);
    let item = r#"{"id":"evt_123","text":"naïve / <b>","amount":10.50},"#;
    let context = well_known();
    for (size, goal) in DIAGNOSED {
        let body = format!("[{}1]", item.repeat(size / item.len()));
        for provider in ["stripe", "github", "svix", "square"] {
            let scheme = scheme(provider)?;
            let (took, tries) = with_signed(&scheme, body.as_bytes(), |message, _| {
                let nobodys = [Secret::new("live", "whsec_bm9ib2R5IGhhcyB0aGlzIG9uZQ==")];
                let begin = Instant::now();
                let found = diagnose(&scheme, message, &nobodys, &context, &Budget::generous());
                (begin.elapsed().as_secs_f64(), found.tries)
            })?;
            table.line([
                format!("diagnosis of {provider}, nothing to find"),
                size.to_string(),
                milliseconds(took),
                milliseconds(goal),
                tries.to_string(),
            ]);
            if took > goal {
                missed.push(format!("diagnosis of {provider} on {size} bytes"));
            }
        }
    }
    for provider in ["trutac", "stripe", "svix"] {
        let scheme = scheme(provider)?;
        let body = format!("[{}1]", item.repeat(10 * 1024 / item.len()));
        let (took, found) = with_signed(&scheme, body.as_bytes(), |message, secret| {
            let begin = Instant::now();
            let found = discover(&[*message], std::slice::from_ref(secret), &Budget::generous());
            (begin.elapsed().as_secs_f64(), found.len())
        })?;
        table.line([
            format!("discovery of {provider}'s"),
            body.len().to_string(),
            milliseconds(took),
            milliseconds(DISCOVERED),
            format!("{found} found"),
        ]);
        if took > DISCOVERED || found == 0 {
            missed.push(format!("discovery of {provider}'s"));
        }
    }
    table.print();

    if missed.is_empty() {
        return Ok(Summary::Found("every goal is met".to_owned()));
    }
    let text = format!("goals that are missed: {}", missed.join(", "));
    // Short rounds on a busy machine say nothing that a test should fail by.
    if options.quick {
        return Ok(Summary::Found(text));
    }
    Err(Failure::new(text))
}

/// What a workbench of some months knows beside the request: the secrets and the URLs of other endpoints.
fn well_known() -> Context {
    let secrets = |count: usize, name: &str| -> Vec<Secret> {
        (0..count)
            .map(|number| {
                let secret = format!("whsec_{}", hex::encode(format!("{name} {number:>20}")));
                Secret::new(format!("{name} {number}"), secret)
            })
            .collect()
    };
    Context {
        other_secrets: secrets(8, "other"),
        previous_secrets: secrets(2, "previous"),
        urls: [
            "https://hooks.example.test/hook",
            "https://abc.tunnel.test/dev/hook?env=dev",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Context::default()
    }
}

fn bare_hmac(body: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .map(|mac| mac.chain_update(body).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// A message as it would come from the scheme's own sender, beside the headers that everything carries.
fn with_signed<R>(scheme: &Scheme, body: &[u8], then: impl FnOnce(&Message<'_>, &Secret) -> R) -> Outcome<R> {
    let secret = Secret::new("live", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let draft = Draft {
        method: "POST",
        target: "/hook",
        url: None,
        headers: &[],
        body,
    };
    let signed = sign(scheme, &draft, &secret, AT, Some("msg_1"))?;
    let mut lines: Vec<HeaderLine<'_>> = vec![
        (b"Host", b"localhost"),
        (b"Accept", b"*/*"),
        (b"User-Agent", b"sender/1"),
        (b"Content-Type", b"application/json"),
    ];
    lines.extend(
        signed
            .headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
    );
    Ok(then(
        &Message {
            method: "POST",
            target: "/hook",
            url: None,
            headers: &lines,
            body,
            received_at: Some(AT),
        },
        &secret,
    ))
}

/// Seconds that one of `count` runs takes, the best of three series: what disturbs only ever adds.
fn each<T>(count: u32, mut work: impl FnMut() -> T) -> f64 {
    let series = || {
        let begin = Instant::now();
        for _ in 0..count {
            black_box(work());
        }
        begin.elapsed().as_secs_f64() / f64::from(count)
    };
    std::iter::repeat_with(series)
        .take(3)
        .fold(f64::INFINITY, f64::min)
}
