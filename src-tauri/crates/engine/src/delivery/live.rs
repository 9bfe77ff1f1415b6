//! Whether an event is one of real customers and real money. Pure.

use bytes::Bytes;

/// Keys that providers give for live use begin so.
const LIVE_KEYS: [&[u8]; 3] = [b"sk_live_", b"rk_live_", b"pk_live_"];

/// Why a request with this `head` and `body` is live, if it is.
#[must_use]
pub fn live_reason(head: &Bytes, body: &Bytes) -> Option<String> {
    if says_live_mode(body) {
        return Some("the event says `livemode: true`".to_owned());
    }
    let key = LIVE_KEYS
        .iter()
        .find(|key| memchr::memmem::find(head, key).is_some() || memchr::memmem::find(body, key).is_some())?;
    Some(format!(
        "it holds a live key (`{}…`)",
        String::from_utf8_lossy(key)
    ))
}

fn says_live_mode(body: &[u8]) -> bool {
    const NAME: &[u8] = b"\"livemode\"";
    memchr::memmem::find_iter(body, NAME).any(|at| {
        let after = body[at + NAME.len()..].trim_ascii_start();
        after
            .strip_prefix(b":")
            .is_some_and(|value| value.trim_ascii_start().starts_with(b"true"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_event_is_known_by_what_it_says() {
        let reason = |body: &'static str| live_reason(&Bytes::new(), &Bytes::from_static(body.as_bytes()));
        for body in [
            r#"{"livemode":true}"#,
            "{\"livemode\" :\n true}",
            r#"{"livemode":false,"data":{"livemode":true}}"#,
            r#"{"key":"sk_live_abc"}"#,
        ] {
            assert!(reason(body).is_some(), "`{body}`");
        }
        for body in [
            r#"{"livemode":false}"#,
            r#"{"livemode":"true"}"#,
            r#"{"key":"sk_test_abc"}"#,
            "livemode true",
            "",
        ] {
            assert_eq!(reason(body), None, "`{body}`");
        }
        let head = Bytes::from_static(b"POST / HTTP/1.1\r\nAuthorization: Bearer rk_live_1\r\n\r\n");
        assert!(
            live_reason(&head, &Bytes::new()).is_some(),
            "a key in a header is one too"
        );
    }
}
