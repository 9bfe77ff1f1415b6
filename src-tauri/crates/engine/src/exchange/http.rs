//! The request itself as text, as it would go over the wire.

use super::not_expressible::NotExpressible;
use super::words::plain_text;
use crate::delivery::Outgoing;
use crate::model::RawHead;

/// Head and body, with the line breaks of HTTP in the head.
///
/// # Errors
/// If it has bytes that are no text: a clipboard would lose them, a terminal act on them.
pub fn http(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let head = RawHead::new(outgoing.head.clone());
    let line = head.request_line();
    let mut lines = vec![[&line.method[..], &line.target, &line.version].join(&b' ')];
    for header in head.headers() {
        lines.push([&header.name[..], b": ", &header.value].concat());
    }
    let shown = |bytes: &[u8]| {
        let text = str::from_utf8(bytes).map_err(|_| NotExpressible::NoText)?;
        // Tabs and line breaks are what a text may have.
        let plain = plain_text(text.replace(['\r', '\t'], " ").as_bytes()).is_some();
        plain.then(|| text.to_owned()).ok_or(NotExpressible::NoText)
    };
    let head = lines
        .iter()
        .map(|line| shown(line))
        .collect::<Result<Vec<_>, _>>()?
        .join("\r\n");
    Ok(format!("{head}\r\n\r\n{}", shown(&outgoing.body)?))
}

#[cfg(test)]
mod tests {
    use super::super::curl::tests::plan;
    use super::*;

    #[test]
    fn it_is_what_would_go() {
        let outgoing = plan(
            "POST",
            "http://t/a?b",
            &[("X-Token", b"abc"), ("X", b"")],
            b"{\n\t\"a\": \"\xc3\xa9\"\r\n}",
        );
        let whole = [&outgoing.head[..], &outgoing.body].concat();
        assert_eq!(
            http(&outgoing).unwrap(),
            String::from_utf8(whole).unwrap(),
            "byte for byte"
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for body in [&b"\xff"[..], b"\x1b[2J", b"\0", "a\u{202e}b".as_bytes()] {
            assert_eq!(
                http(&plan("POST", "http://t/", &[], body)),
                Err(NotExpressible::NoText),
                "{}",
                body.escape_ascii()
            );
        }
    }
}
