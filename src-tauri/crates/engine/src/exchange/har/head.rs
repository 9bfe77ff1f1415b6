//! A head put together from what a HAR file tells of it: method, URL, headers.

use super::entry::EntryError;

/// The longest head that is put together.
const LONGEST: usize = 1024 * 1024;

/// What a request asked for, as far as a HAR file tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'p> {
    pub(super) method: &'p str,
    pub(super) url: &'p str,
    pub(super) version: &'p str,
    /// Names and values, in the order of the file.
    pub(super) headers: &'p [(String, String)],
}

impl Parts<'_> {
    /// The value of the first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The head as HTTP/1.1 would write it (or HTTP/1.0, where the file says so).
    pub(super) fn head(&self) -> Result<Vec<u8>, EntryError> {
        if !is_token(self.method) {
            return Err(EntryError::Method {
                method: shortened(self.method),
            });
        }
        let (authority, target) = self.place()?;
        let version = match self.version.trim().to_ascii_uppercase().as_str() {
            "HTTP/1.0" => "HTTP/1.0",
            _ => "HTTP/1.1",
        };
        let mut head = format!("{} {target} {version}\r\n", self.method).into_bytes();
        if self.header("host").is_none() {
            // What HTTP/2 says in a field of its own.
            let authority = self.header(":authority").unwrap_or(authority);
            if !authority.is_empty() {
                add(&mut head, "Host", authority)?;
            }
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| !name.starts_with(':')) {
            add(&mut head, name, value)?;
        }
        head.extend_from_slice(b"\r\n");
        if head.len() > LONGEST {
            return Err(EntryError::LongHead { length: head.len() });
        }
        Ok(head)
    }

    /// The host and port of the URL, and the target that goes into the request line.
    fn place(&self) -> Result<(&str, String), EntryError> {
        let not_http = || EntryError::Url {
            url: shortened(self.url),
        };
        let rest = match self.url.split_once("://") {
            Some((scheme, rest)) => {
                let known = ["http", "https", "ws", "wss"];
                known
                    .iter()
                    .any(|known| scheme.eq_ignore_ascii_case(known))
                    .then_some(rest)
                    .ok_or_else(not_http)?
            }
            // A path alone, as some write it.
            None if self.url.starts_with('/') => self.url,
            None => return Err(not_http()),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit('@').next().unwrap_or_default();
        if self.method == "CONNECT" {
            return Ok((authority, escaped(authority)));
        }
        let path = path.split('#').next().unwrap_or_default();
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok((authority, format!("{slash}{}", escaped(path))))
    }
}

fn add(head: &mut Vec<u8>, name: &str, value: &str) -> Result<(), EntryError> {
    if !is_token(name) {
        return Err(EntryError::HeaderName {
            name: shortened(name),
        });
    }
    // It would be another header, or the end of the head.
    if value.contains(['\r', '\n', '\0']) {
        return Err(EntryError::HeaderValue {
            name: shortened(name),
        });
    }
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value.as_bytes());
    head.extend_from_slice(b"\r\n");
    Ok(())
}

/// Whether it is a token of HTTP (RFC 9110 section 5.6.2), as methods and names are.
fn is_token(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_sign)
}

/// Whatever would end a target, or is no ASCII, in percent signs.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(percent_encoding::percent_encode_byte(byte));
        }
    }
    escaped
}

/// The beginning of a text, for a message.
pub(super) fn shortened(text: &str) -> String {
    hookbench_signature::shortened(text, 60)
}
