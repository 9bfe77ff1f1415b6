//! A check and a signature told as JSON objects and as lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::SignedAnew;
use hookbench_signature::{Micros, Report, Verdict};
use serde_json::{Value, json};

/// A check as one object: what was found at receipt, and what would be said of the same request if it came now.
pub(super) fn checked(id: &Value, report: &Report, verdict_now: Verdict, now: Micros) -> Value {
    let age = report.age.as_ref();
    let age_now = age.map(|age| seconds(now.0.saturating_sub(age.signed_at.0)));
    json!({
        "id": id,
        "verdict": report.verdict,
        "message": report.sentence,
        "report": report,
        "now": { "verdict": verdict_now, "age_seconds": age_now },
    })
}

/// The age at receipt and now, beside what is allowed; nothing where no time is signed.
pub(super) fn age(report: &Report, verdict_now: Verdict, now: Micros) -> Option<String> {
    let age = report.age.as_ref()?;
    let told = |micros: i64| match micros {
        ..0 => format!("{} ahead", span(micros.saturating_neg())),
        _ => span(micros),
    };
    let at_receipt = age.age_micros.map_or_else(|| "not known".to_owned(), told);
    let past = age
        .past
        .map(|past| format!("at most {}", span(i64::from(past) * 1_000_000)));
    let future = age
        .future
        .map(|future| format!("{} ahead", span(i64::from(future) * 1_000_000)));
    let allowed = match (past, future) {
        (Some(past), Some(future)) => format!("{past}, or {future}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "any".to_owned(),
    };
    Some(format!(
        "{at_receipt} at receipt (allowed: {allowed}); {} now: {verdict_now}",
        told(now.0.saturating_sub(age.signed_at.0)),
    ))
}

/// `12 s`, `5 min`, `3 h`, `2 d`: what it is about.
fn span(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        ..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn seconds(micros: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    let millis = (micros / 1_000) as f64;
    millis / 1_000.0
}

/// A request signed anew as one object, as `sign --stdin` writes them.
pub(super) fn signed(id: &Value, anew: SignedAnew) -> Value {
    let headers: Vec<[String; 2]> = anew
        .headers
        .iter()
        .map(|header| [&header.name, &header.value].map(|text| String::from_utf8_lossy(text).into_owned()))
        .collect();
    let mut object = json!({
        "id": id,
        "headers": headers,
        "made": anew.made,
        "url": anew.url,
        "secret": anew.secret,
    });
    if let Some(public) = anew.test_key {
        object["test_key"] = json!(public);
    }
    put_body(&mut object, anew.body);
    object
}

/// A body as `body`, or as `body_base64` where it is no text.
pub(super) fn put_body(object: &mut Value, body: Vec<u8>) {
    match String::from_utf8(body) {
        Ok(text) => object["body"] = json!(text),
        Err(bytes) => object["body_base64"] = json!(BASE64.encode(bytes.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        for (seconds, told) in [
            (0, "0 s"),
            (119, "119 s"),
            (300, "5 min"),
            (7_200, "2 h"),
            (200_000, "2 d"),
        ] {
            assert_eq!(span(seconds * 1_000_000), told, "{seconds} s");
        }
    }
}
