//! The bytes of a body out of what a HAR file has of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::Deserialize;

use super::entry::EntryError;

/// `postData`, as browsers and proxies write it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PostData {
    mime_type: Option<String>,
    text: Option<String>,
    params: Option<Vec<Param>>,
    /// Not of HAR 1.2, whose bodies are text: `base64` where the text stands for bytes.
    #[serde(alias = "_encoding")]
    encoding: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Param {
    name: Option<String>,
    value: Option<String>,
}

/// What there is of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Its bytes.
    Bytes(Bytes),
    /// Bytes with the same fields.
    Rebuilt(Bytes),
    /// The file does not have it.
    Missing,
}

impl PostData {
    /// The bytes. `declared` is how many there were, where the file says so.
    pub(super) fn bytes(self, declared: Option<u64>) -> Result<Found, EntryError> {
        let is_base64 = self
            .encoding
            .is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        match (self.text, self.params) {
            (Some(text), _) if is_base64 => BASE64
                .decode(text.trim())
                .map(|bytes| Found::Bytes(bytes.into()))
                .map_err(|_| EntryError::Base64),
            (Some(text), params) if !text.is_empty() || params.as_ref().is_none_or(Vec::is_empty) => {
                Ok(plain(text, declared))
            }
            (_, Some(params)) if !params.is_empty() => {
                let is_form = self.mime_type.is_some_and(|mime| {
                    let mime = mime.to_ascii_lowercase();
                    mime.starts_with("application/x-www-form-urlencoded")
                });
                Ok(if is_form {
                    Found::Rebuilt(form(&params))
                } else {
                    Found::Missing
                })
            }
            _ => Ok(none(declared)),
        }
    }
}

/// What no `postData` means.
pub(super) fn none(declared: Option<u64>) -> Found {
    match declared {
        Some(1..) => Found::Missing,
        Some(0) | None => Found::Bytes(Bytes::new()),
    }
}

/// A text is its UTF-8. Chrome writes bytes that are no UTF-8 as one letter each: where only that gives the length that
/// the file tells, the letters are the bytes.
fn plain(text: String, declared: Option<u64>) -> Found {
    let declared = declared.unwrap_or(text.len() as u64);
    if text.len() as u64 != declared {
        let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
        if let Some(bytes) = bytes.filter(|bytes| bytes.len() as u64 == declared) {
            return Found::Bytes(bytes.into());
        }
        if text.is_empty() {
            return Found::Missing;
        }
    }
    Found::Bytes(text.into())
}

fn form(params: &[Param]) -> Bytes {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for param in params {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        form.append_pair(&text(&param.name), &text(&param.value));
    }
    form.finish().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, declared: Option<u64>) -> Result<Found, EntryError> {
        let data: PostData = serde_json::from_str(json).unwrap();
        data.bytes(declared)
    }

    #[test]
    fn a_body_is_taken_from_whatever_the_file_has_of_it() {
        let bytes = |bytes: &'static [u8]| Ok(Found::Bytes(Bytes::from_static(bytes)));
        for (json, declared, wanted) in [
            (r#"{"mimeType":"a/b","text":"ä"}"#, None, bytes("ä".as_bytes())),
            (r#"{"text":"ä"}"#, Some(2), bytes("ä".as_bytes())),
            (r#"{"text":"\u0000ÿ"}"#, Some(2), bytes(b"\x00\xff")),
            (r#"{"text":"€"}"#, Some(1), bytes("€".as_bytes())),
            (
                r#"{"text":"AP8=","encoding":"base64"}"#,
                Some(2),
                bytes(b"\x00\xff"),
            ),
            (
                r#"{"text":"AP8=","_encoding":"BASE64"}"#,
                None,
                bytes(b"\x00\xff"),
            ),
            (
                r#"{"text":"?","encoding":"base64"}"#,
                None,
                Err(EntryError::Base64),
            ),
            (r#"{"text":""}"#, None, bytes(b"")),
            (r#"{"text":""}"#, Some(9), Ok(Found::Missing)),
            (
                r#"{"text":"a=1","params":[{"name":"b","value":"2"}]}"#,
                None,
                bytes(b"a=1"),
            ),
            (
                r#"{"mimeType":"multipart/form-data","params":[{"name":"b"}]}"#,
                None,
                Ok(Found::Missing),
            ),
            (
                r#"{"mimeType":"application/x-www-form-urlencoded; charset=utf-8","params":[{"name":"a b","value":"ä"},{"name":"c"}]}"#,
                None,
                Ok(Found::Rebuilt(Bytes::from_static(b"a+b=%C3%A4&c="))),
            ),
            ("{}", Some(3), Ok(Found::Missing)),
        ] {
            assert_eq!(found(json, declared), wanted, "{json} of {declared:?} bytes");
        }
    }
}
