//! The fields of a form: `application/x-www-form-urlencoded` or `multipart/form-data`.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

/// The fields of a form by name, the first value of each.
#[derive(Debug, Default)]
pub struct Form(HashMap<String, String>);

impl Form {
    /// Reads a body as the form its content type says it is; `None` if it says something else.
    #[must_use]
    pub fn of(content_type: &str, body: &[u8]) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Some(Self::urlencoded(body));
        }
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            return Self::multipart(content_type, body);
        }
        None
    }

    /// Reads url-encoded fields, as they stand in a body or in a query.
    #[must_use]
    pub fn urlencoded(text: &[u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            fields
                .entry(name.into_owned())
                .or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// The text parts of a multipart body; files and parts without a name are passed over.
    fn multipart(content_type: &str, body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut fields = HashMap::new();
        for (name, value) in parts(content_type, body)? {
            if let Some(value) = text.get(value) {
                fields.entry(name).or_insert_with(|| value.to_owned());
            }
        }
        Some(Self(fields))
    }

    /// The first value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The parts of a multipart body that have a name, each with where its value lies; `None` where the content type says no
/// boundary, or the body has none.
pub(crate) fn parts(content_type: &str, body: &[u8]) -> Option<Vec<(String, Range<usize>)>> {
    let boundary = boundary(content_type)?;
    let mark = format!("--{boundary}");
    let marks: Vec<usize> = memmem::find_iter(body, mark.as_bytes())
        .filter(|at| *at == 0 || body[at - 1] == b'\n')
        .collect();
    if marks.is_empty() {
        return None;
    }
    let ends = marks.iter().skip(1).copied().chain([body.len()]);
    let mut found = Vec::new();
    for (start, end) in marks.iter().zip(ends) {
        let start = start + mark.len();
        let part = &body[start..end];
        let Some((head, value)) = head_end(part) else {
            continue;
        };
        if let Some(name) = field_name(&part[..head]) {
            // The line break before a boundary is the boundary's.
            let is_last = end == body.len();
            let inside = &part[value..];
            let inside = match inside.strip_suffix(b"\n") {
                Some(inside) if !is_last => inside.strip_suffix(b"\r").unwrap_or(inside),
                _ => inside,
            };
            found.push((name, start + value..start + value + inside.len()));
        }
    }
    Some(found)
}

/// Where the head of a part ends and where its value begins.
fn head_end(part: &[u8]) -> Option<(usize, usize)> {
    let lines = memmem::find(part, b"\r\n\r\n").map(|at| (at, at + 4));
    let bare = memmem::find(part, b"\n\n").map(|at| (at, at + 2));
    lines.into_iter().chain(bare).min()
}

fn field_name(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    // A line may be folded.
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let disposition = head
        .lines()
        .find(|line| starts_with_ignoring_case(line, "content-disposition:"))?;
    attribute(disposition, "name")
}

fn boundary(content_type: &str) -> Option<String> {
    attribute(content_type, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
}

/// The value of `name=value` or `name="value"` among the attributes after the first `;`.
fn attribute(line: &str, name: &str) -> Option<String> {
    let (_, mut rest) = line.split_once(';')?;
    loop {
        let (before, after) = rest.split_once('=')?;
        let key = before.rsplit(';').next().unwrap_or(before).trim();
        let after = after.trim_start();
        let (value, behind) = match after.strip_prefix('"') {
            Some(quoted) => in_quotes(quoted),
            None => {
                let (value, behind) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), behind)
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = behind;
    }
}

/// A text up to the quote that ends it, and what follows. Only a quote is escaped: a file of Windows has backslashes.
fn in_quotes(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' if letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
                value.push('"');
            }
            letter => value.push(letter),
        }
    }
    (value, "")
}

fn starts_with_ignoring_case(line: &str, start: &str) -> bool {
    line.get(..start.len())
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urlencoded_fields_are_decoded_and_the_first_value_counts() {
        let form = Form::of(
            "application/x-www-form-urlencoded; charset=UTF-8",
            b"a=1+2&b=%C3%A9&a=3",
        )
        .unwrap();
        assert_eq!(
            form.get("a"),
            Some("1 2"),
            "a plus is a blank, the first value counts"
        );
        assert_eq!(form.get("b"), Some("é"), "escapes are UTF-8");
        assert_eq!(form.get("c"), None, "what is not there is not there");
    }

    #[test]
    fn multipart_fields_are_found_by_name() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--x--\r\n";
        let form = Form::of("multipart/form-data; boundary=x", body).unwrap();
        assert_eq!(
            form.get("json"),
            Some("{\"a\":1}"),
            "the value is what stands between blank line and boundary"
        );
    }

    #[test]
    fn parts_are_found_where_their_values_lie() {
        let body = b"preamble --x no boundary\r\n--x\r\nContent-Disposition: form-data; filename=\"a;name=\\\"b\"; name=\"file; 1\"\r\n\
            Content-Type: a/b\r\n\r\n\xff\r\n--y\r\n\r\n--x\ncontent-disposition: form-data;\r\n name=t\n\n1\n--x\r\n\r\nnobody\r\n\
            --x\r\nContent-Disposition: form-data; name=\"cut\"\r\n\r\nend\n";
        let found = parts("multipart/form-data; charset=u; boundary=\"x\"", body).unwrap();
        let shown: Vec<(&str, &[u8])> = (found.iter())
            .map(|(name, range)| (name.as_str(), &body[range.clone()]))
            .collect();
        assert_eq!(
            shown,
            [
                ("file; 1", &b"\xff\r\n--y\r\n"[..]),
                ("t", b"1"),
                ("cut", b"end\n"),
            ],
            "bytes, quotes, folded lines, bare line feeds, and an end that did not come"
        );
        assert_eq!(
            parts("multipart/form-data; boundary=z", body),
            None,
            "it is not there"
        );
    }

    #[test]
    fn other_bodies_are_no_form() {
        assert!(
            Form::of("application/json", b"a=1").is_none(),
            "the content type decides"
        );
        assert!(
            Form::of("multipart/form-data", b"--x").is_none(),
            "a boundary is needed"
        );
        assert!(
            Form::of("multipart/form-data; boundary=x", b"\xff").is_none(),
            "so is text"
        );
    }
}
