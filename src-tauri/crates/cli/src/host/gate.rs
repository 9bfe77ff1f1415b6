//! Who may talk to the interface's port.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use subtle::ConstantTimeEq as _;

/// What the view may load and do; the same as the window's, but that it talks to this host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'none'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";

/// The port and the key of this run.
pub(super) struct Gate {
    authorities: [String; 2],
    key: String,
}

impl Gate {
    pub(super) fn new(port: u16, key: String) -> Self {
        Self {
            authorities: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            key,
        }
    }

    /// Whether a request is meant for us and made by our own page or by no page at all.
    fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let only = |name: HeaderName| {
            let mut values = headers.get_all(name).iter();
            let first = values.next().map(HeaderValue::as_bytes);
            if values.next().is_some() {
                Some(&b"several"[..])
            } else {
                first
            }
        };
        let ours = |authority: &[u8]| self.authorities.iter().any(|known| known.as_bytes() == authority);
        only(header::HOST).is_some_and(ours)
            && only(header::ORIGIN).is_none_or(|origin| origin.strip_prefix(b"http://").is_some_and(ours))
            && only(HeaderName::from_static("sec-fetch-site"))
                .is_none_or(|site| matches!(site, b"same-origin" | b"none"))
    }

    fn has_key(&self, headers: &HeaderMap) -> bool {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|given| given.ct_eq(self.key.as_bytes()).into())
    }
}

/// Lets through only what comes from here, and closes the answer to everything a page does not need.
pub(super) async fn from_here(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut response = if gate.is_from_here(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Lets through only who has the key.
pub(super) async fn with_key(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if gate.has_key(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(lines: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        Gate::new(5000, "key".to_owned()).is_from_here(&headers)
    }

    #[test]
    fn only_this_host_and_no_other_origin_are_let_in() {
        for allowed in [
            &[("host", "127.0.0.1:5000")][..],
            &[
                ("host", "localhost:5000"),
                ("origin", "http://localhost:5000"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "none")],
        ] {
            assert!(allows(allowed), "our own page and the address bar: {allowed:?}");
        }
        for refused in [
            &[][..],
            &[("host", "127.0.0.1")],
            &[("host", "127.0.0.1:80")],
            &[("host", "evil.example:5000")],
            &[("host", "127.0.0.1.evil.example:5000")],
            &[("host", "127.0.0.1:5000"), ("host", "evil.example")],
            &[("host", "127.0.0.1:5000"), ("origin", "http://evil.example")],
            &[("host", "127.0.0.1:5000"), ("origin", "https://127.0.0.1:5000")],
            &[("host", "127.0.0.1:5000"), ("origin", "null")],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "cross-site")],
            &[("host", "127.0.0.1:5000"), ("sec-fetch-site", "same-site")],
        ] {
            assert!(!allows(refused), "a rebound name or a foreign page: {refused:?}");
        }
    }

    #[test]
    fn the_key_is_needed_and_compared_whole() {
        let gate = Gate::new(5000, "0123".to_owned());
        for (given, wanted) in [
            ("Bearer 0123", true),
            ("Bearer 012", false),
            ("Bearer 01234", false),
            ("0123", false),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(given))]);
            assert_eq!(gate.has_key(&headers), wanted, "`{given}`");
        }
        assert!(!gate.has_key(&HeaderMap::new()), "no key, no entry");
    }
}
