//! `fetch`, as Node and Deno have it; a browser refuses some headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::not_expressible::NotExpressible;
use super::literal::{javascript, javascript_bytes};
use super::{Outgoing, Source};

const CLIENT: &str = "`fetch`";

/// A call of JavaScript's `fetch`. A redirect is not followed.
///
/// # Errors
/// If `fetch` would send something else.
pub fn fetch(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let source = Source::of(outgoing, CLIENT)?;
    // It writes some methods in capitals and refuses others (Fetch standard, sections 2.2.1 and 4.1).
    let upper = source.method.to_ascii_uppercase();
    let changed = matches!(
        upper.as_str(),
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT"
    ) && upper != source.method;
    if changed || matches!(upper.as_str(), "CONNECT" | "TRACE" | "TRACK") {
        return Err(NotExpressible::Method { client: CLIENT });
    }
    let without_body = matches!(upper.as_str(), "GET" | "HEAD");
    if without_body && !outgoing.body.is_empty() {
        return Err(NotExpressible::Body { client: CLIENT });
    }
    let mut lines = vec![
        format!("const response = await fetch({}, {{", javascript(&outgoing.url)),
        format!("  method: {},", javascript(&source.method)),
        "  redirect: 'manual',".to_owned(),
    ];
    lines.push("  headers: [".to_owned());
    for header in &source.parts.headers {
        lines.push(format!(
            "    [{}, {}],",
            javascript_bytes(&header.name),
            javascript_bytes(&header.value)
        ));
    }
    lines.push("  ],".to_owned());
    if source.has_body() && !without_body {
        lines.push(format!(
            "  body: {},",
            body(&outgoing.body, source.parts.has("content-type"))
        ));
    }
    lines.push("});".to_owned());
    lines.push("console.log(response.status, await response.text());".to_owned());
    Ok(lines.join("\n"))
}

/// `fetch` names the type of a text by itself where nobody does.
fn body(body: &[u8], typed: bool) -> String {
    match str::from_utf8(body) {
        Ok(text) if typed => javascript(text),
        Ok(text) => format!("new TextEncoder().encode({})", javascript(text)),
        Err(_) => format!(
            "Uint8Array.from(atob('{}'), (letter) => letter.charCodeAt(0))",
            STANDARD.encode(body)
        ),
    }
}
