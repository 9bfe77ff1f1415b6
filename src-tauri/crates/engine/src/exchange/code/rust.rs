//! Rust's `reqwest`.

use super::super::not_expressible::NotExpressible;
use super::literal::{bytes, rust_raw};
use super::{Outgoing, Source};

/// A call of Rust's `reqwest`, inside of an `async` function that returns its errors. A redirect is not followed.
///
/// # Errors
/// If `reqwest` would send something else.
pub fn rust(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let source = Source::of(outgoing, "`reqwest`")?;
    let method = match source.method.as_str() {
        known @ ("DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT") => {
            format!("reqwest::Method::{known}")
        }
        other => format!("reqwest::Method::from_bytes(b{})?", bytes(other.as_bytes(), '"')),
    };
    let mut lines = vec![
        "let client = reqwest::Client::builder()".to_owned(),
        "    .redirect(reqwest::redirect::Policy::none())".to_owned(),
        "    .build()?;".to_owned(),
        "let response = client".to_owned(),
        format!("    .request({method}, {})", bytes(outgoing.url.as_bytes(), '"')),
    ];
    for header in &source.parts.headers {
        let value = &header.value;
        let value = match value.is_ascii() {
            true => bytes(value, '"'),
            false => format!("&b{}[..]", bytes(value, '"')),
        };
        lines.push(format!("    .header({}, {value})", bytes(&header.name, '"')));
    }
    if source.has_body() {
        lines.push(format!("    .body({})", body(&outgoing.body)));
    }
    lines.push("    .send()".to_owned());
    lines.push("    .await?;".to_owned());
    lines.push("println!(\"{} {}\", response.status(), response.text().await?);".to_owned());
    Ok(lines.join("\n"))
}

fn body(body: &[u8]) -> String {
    let raw = str::from_utf8(body).ok().and_then(rust_raw);
    raw.unwrap_or_else(|| format!("&b{}[..]", bytes(body, '"')))
}
