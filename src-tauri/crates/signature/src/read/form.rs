//! Url-encoded and multipart bodies, and percent-encoding.

use std::borrow::Cow;

/// Decodes percent-escapes; `+` is a blank where `plus` says so. Broken escapes stay as they are.
pub(crate) fn percent_decode(text: &[u8], plus: Plus) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| *byte == b'%' || *byte == b'+') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match (*first, tail) {
            (b'+', _) if plus == Plus::IsBlank => decoded.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(nibble(*high) << 4 | nibble(*low));
                rest = after;
            }
            (byte, _) => decoded.push(byte),
        }
    }
    Cow::Owned(decoded)
}

/// What `+` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    IsBlank,
    IsPlus,
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10) & 15,
    }
}

/// Percent-encodes all but the unreserved characters and those in `keep`, upper-case.
pub(crate) fn percent_encode(text: &[u8], keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || keep.contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// One field, decoded.
pub(crate) type Field<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The fields of a url-encoded text, in order, blanks kept.
pub(crate) fn url_encoded(text: &[u8]) -> impl Iterator<Item = Field<'_>> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = pair.get(at + 1..).unwrap_or_default();
            (
                percent_decode(&pair[..at], Plus::IsBlank),
                percent_decode(value, Plus::IsBlank),
            )
        })
}

/// The fields of a multipart body, in order; file parts too.
pub(crate) fn multipart<'a>(body: &'a [u8], content_type: &[u8]) -> Vec<Field<'a>> {
    let Some(boundary) = boundary(content_type) else {
        return Vec::new();
    };
    let mark = [b"--", boundary.as_slice()].concat();
    let mut fields = Vec::new();
    let mut rest = body;
    while let Some(at) = position(rest, &mark) {
        rest = &rest[at + mark.len()..];
        let part = &rest[..position(rest, &mark).unwrap_or(rest.len())];
        let part = part.strip_prefix(b"\r\n").unwrap_or(part);
        let Some(split) = position(part, b"\r\n\r\n") else {
            continue;
        };
        let (head, value) = (&part[..split], &part[split + 4..]);
        let value = value.strip_suffix(b"\r\n").unwrap_or(value);
        if let Some(name) = field_name(head) {
            fields.push((Cow::Owned(name), Cow::Borrowed(value)));
        }
    }
    fields
}

/// Whether a content type is that of a form in parts.
pub(crate) fn is_multipart(content_type: &[u8]) -> bool {
    content_type
        .get(..19)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/form-data"))
}

/// The multipart body with this field's value replaced; nothing if there is no such field.
pub(crate) fn set_part(body: &[u8], content_type: &[u8], name: &str, value: &[u8]) -> Option<Vec<u8>> {
    let fields = multipart(body, content_type);
    let (_, old) = fields.iter().find(|(key, _)| key.as_ref() == name.as_bytes())?;
    // The value is a stretch of the body itself.
    let start = (old.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
    let after = body.get(start + old.len()..)?;
    Some([body.get(..start)?, value, after].concat())
}

fn boundary(content_type: &[u8]) -> Option<Vec<u8>> {
    let lower = content_type.to_ascii_lowercase();
    let at = position(&lower, b"boundary=")? + 9;
    let value = content_type.get(at..)?;
    let value = value.split(|byte| *byte == b';').next()?.trim_ascii();
    let value = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""))
        .unwrap_or(value);
    (!value.is_empty()).then(|| value.to_vec())
}

fn field_name(head: &[u8]) -> Option<Vec<u8>> {
    let lower = head.to_ascii_lowercase();
    let from = position(&lower, b"content-disposition:")?;
    let mut at = from;
    loop {
        at += position(lower.get(at..)?, b"name=")?;
        if at > 0 && matches!(lower.get(at - 1), Some(b' ' | b';' | b'\t')) {
            break;
        }
        at += 5;
    }
    let value = head.get(at + 5..)?;
    if let Some(quoted) = value.strip_prefix(b"\"") {
        return quoted.split(|byte| *byte == b'"').next().map(<[u8]>::to_vec);
    }
    value
        .split(|byte| matches!(byte, b';' | b'\r' | b'\n'))
        .next()
        .map(|name| name.trim_ascii().to_vec())
}

/// Where `wanted` first is. An empty text is nowhere.
pub(crate) fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, _) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| byte == first)?;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The text with this field's value replaced, or the field added.
pub(crate) fn set(text: &[u8], name: &str, value: &str) -> Vec<u8> {
    let pair = format!(
        "{}={}",
        percent_encode(name.as_bytes(), b""),
        percent_encode(value.as_bytes(), b"")
    );
    let mut written = false;
    let mut pairs: Vec<Vec<u8>> = Vec::new();
    for old in text.split(|byte| *byte == b'&').filter(|old| !old.is_empty()) {
        let key = old.split(|byte| *byte == b'=').next().unwrap_or_default();
        if percent_decode(key, Plus::IsBlank).as_ref() == name.as_bytes() {
            if !written {
                pairs.push(pair.clone().into_bytes());
            }
            written = true;
        } else {
            pairs.push(old.to_vec());
        }
    }
    if !written {
        pairs.push(pair.into_bytes());
    }
    pairs.join(&b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(
            percent_decode(b"a%2Bb%zz%4+", Plus::IsBlank).as_ref(),
            b"a+b%zz%4 ",
            "only whole escapes decode"
        );
        assert_eq!(
            percent_decode(b"a+b%20", Plus::IsPlus).as_ref(),
            b"a+b ",
            "plus may be itself"
        );
    }

    #[test]
    fn multipart_fields_are_found_by_name() {
        let body = b"--B\r\nContent-Disposition: form-data; filename=\"n.txt\"; name=\"json\"\r\n\r\n{\"a\":1}\r\n--B--\r\n";
        let fields = multipart(body, b"multipart/form-data; boundary=B");
        assert_eq!(fields.len(), 1, "one part, and the closing mark is none");
        assert_eq!(
            fields[0].0.as_ref(),
            b"json",
            "the file's name is not the field's"
        );
        assert_eq!(
            fields[0].1.as_ref(),
            b"{\"a\":1}",
            "the value ends before the line end"
        );
    }

    #[test]
    fn a_part_is_replaced_where_it_stands() {
        let kind = b"multipart/form-data; boundary=B";
        let body = b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\none\r\n--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\ntwo\r\n--B--\r\n";
        let changed = set_part(body, kind, "b", b"longer").unwrap();
        let fields = multipart(&changed, kind);
        let values: Vec<&[u8]> = fields.iter().map(|(_, value)| value.as_ref()).collect();
        assert_eq!(values, [&b"one"[..], b"longer"], "the other part stays");
        assert_eq!(changed.len(), body.len() + 3, "and so does all between them");
        assert_eq!(set_part(body, kind, "c", b""), None, "a part is not made up");
    }

    #[test]
    fn setting_a_field_replaces_or_adds() {
        assert_eq!(
            set(b"a=1&b=2&a=3", "a", "x y"),
            b"a=x%20y&b=2",
            "repeats become one"
        );
        assert_eq!(set(b"", "a", "1"), b"a=1", "an empty form gets a field");
    }
}
