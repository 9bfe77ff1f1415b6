//! Python's `requests`.

use super::super::not_expressible::NotExpressible;
use super::literal::{bytes, python as literal};
use super::{Outgoing, Source};

/// A call of Python's `requests`. A redirect is not followed. It knows a header only once: repeated ones are joined by
/// a comma, which means the same (RFC 9110 section 5.3), and a line above says so.
///
/// # Errors
/// If `requests` would send something else.
pub fn python(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let source = Source::of(outgoing, "`requests`")?;
    if source.method != source.method.to_ascii_uppercase() {
        return Err(NotExpressible::Method { client: "`requests`" });
    }
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let mut joined: Vec<String> = Vec::new();
    for header in &source.parts.headers {
        let name = String::from_utf8_lossy(&header.name).into_owned();
        let value = &header.value;
        match headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            Some((_, known)) => {
                known.extend_from_slice(b", ");
                known.extend_from_slice(value);
                if !joined.contains(&name) {
                    joined.push(name);
                }
            }
            None => headers.push((name, value.to_vec())),
        }
    }
    let mut lines = vec!["import requests".to_owned(), String::new()];
    for name in joined {
        lines.push(format!(
            "# {} came more than once; requests sends one, joined by commas.",
            name.escape_debug()
        ));
    }
    lines.push("response = requests.request(".to_owned());
    lines.push(format!("    {},", literal(&source.method)));
    lines.push(format!("    {},", literal(&outgoing.url)));
    lines.push("    headers={".to_owned());
    for (name, value) in headers {
        let value = match value.is_ascii() {
            true => bytes(&value, '\''),
            false => format!("b{}", bytes(&value, '\'')),
        };
        lines.push(format!("        {}: {value},", literal(&name)));
    }
    lines.push("    },".to_owned());
    if source.has_body() {
        lines.push(format!("    data={},", body(&outgoing.body)));
    }
    lines.push("    allow_redirects=False,".to_owned());
    lines.push(")".to_owned());
    lines.push("print(response.status_code, response.text)".to_owned());
    Ok(lines.join("\n"))
}

fn body(body: &[u8]) -> String {
    match str::from_utf8(body) {
        Ok(text) if !text.is_ascii() => format!("{}.encode()", literal(text)),
        _ => format!("b{}", bytes(body, '\'')),
    }
}
