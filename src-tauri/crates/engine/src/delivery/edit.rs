//! What a person wrote, turned into bytes that cannot mean more than what they wrote.
//!
//! The rules of [`plan`](mod@super::plan) hold here too: `Host`, `Content-Length` and the headers of one connection are
//! ours. What is added is the check that no method, target or header line can smuggle in a second one.

use bytes::Bytes;

use super::destination::{Destination, DestinationError};
use super::plan::{self, Outgoing};

/// An edited copy of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The method, exactly as it will go.
    pub method: String,
    /// The whole URL; a missing path is `/`.
    pub url: String,
    /// Name and value of each header line, in order. A value may be any bytes but line breaks and NUL.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Bytes,
}

/// Why an edit cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The URL is none that a request can be sent to.
    #[error(transparent)]
    Url(#[from] DestinationError),
    /// A method is one word of letters and a few signs (RFC 9110 section 5.6.2).
    #[error("`{method}` is not a method")]
    Method {
        /// What was given, control characters escaped.
        method: String,
    },
    /// `CONNECT` has no answer in the usual sense.
    #[error("`CONNECT` asks for a tunnel, which is not made")]
    Tunnel,
    /// The name is empty or has a character that no name may have.
    #[error("header line `{line}`: `{name}` is not a header name")]
    HeaderName {
        /// Which header, from 1.
        line: usize,
        /// What was given, control characters escaped.
        name: String,
    },
    /// A line break or NUL in a value would begin another line or end the request for some servers.
    #[error("header line `{line}`: the value of `{name}` has {what} in it")]
    HeaderValue {
        /// Which header, from 1.
        line: usize,
        /// Its name.
        name: String,
        /// `a line break` or `a NUL byte`.
        what: &'static str,
    },
}

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Url(error) => error.hint(),
            Self::Method { .. } => "a method is one word such as `POST`".to_owned(),
            Self::Tunnel => "choose another method".to_owned(),
            Self::HeaderName { .. } => {
                "a name has letters, digits and `!#$%&'*+-.^_`|~`, and no space before the colon".to_owned()
            }
            Self::HeaderValue { .. } => "put each header on one line of its own".to_owned(),
        }
    }
}

impl Edit {
    /// The bytes that go.
    ///
    /// # Errors
    /// If a part could not be sent as that part alone; the error names the line.
    pub fn plan(&self) -> Result<Outgoing, EditError> {
        let destination = Destination::parse(&self.url)?;
        if !is_token(&self.method) {
            return Err(EditError::Method {
                method: self.method.escape_default().to_string(),
            });
        }
        if self.method == "CONNECT" {
            return Err(EditError::Tunnel);
        }
        let mut lines = Vec::with_capacity(self.headers.len());
        for (index, (name, value)) in self.headers.iter().enumerate() {
            lines.push(header_line(index + 1, name, value)?);
        }
        let mut target = destination.path().unwrap_or("/").to_owned();
        if let Some(query) = destination.query() {
            target.push('?');
            target.push_str(query);
        }
        let first = format!("{} {target} HTTP/1.1\r\n", self.method).into_bytes();
        let body = self.body.clone();
        Ok(plan::assemble(
            first,
            lines.into_iter(),
            target.as_bytes(),
            body,
            destination.origin(),
        ))
    }
}

fn header_line(line: usize, name: &str, value: &[u8]) -> Result<Bytes, EditError> {
    if !is_token(name) {
        return Err(EditError::HeaderName {
            line,
            name: name.escape_default().to_string(),
        });
    }
    for byte in value {
        let what = match byte {
            b'\r' | b'\n' => "a line break",
            0 => "a NUL byte",
            _ => continue,
        };
        return Err(EditError::HeaderValue {
            line,
            name: name.to_owned(),
            what,
        });
    }
    Ok([name.as_bytes(), b": ", value, b"\r\n"].concat().into())
}

pub(super) fn is_token(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(method: &str, url: &str, headers: &[(&str, &[u8])]) -> Edit {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
            .collect();
        Edit {
            method: method.into(),
            url: url.into(),
            headers,
            body: Bytes::from_static(b"{}"),
        }
    }

    #[test]
    fn an_edit_goes_as_it_was_written() {
        let outgoing = edit(
            "pUt",
            "http://t:8/a/../b?c#d",
            &[("x-b", b"1"), ("X-A", b"\xff\t2"), ("x-b", b"")],
        )
        .plan()
        .unwrap();
        assert_eq!(
            outgoing.head.escape_ascii().to_string(),
            b"pUt /a/../b?c HTTP/1.1\r\nHost: t:8\r\nx-b: 1\r\nX-A: \xff\t2\r\nx-b: \r\nContent-Length: 2\r\n\r\n"
                .escape_ascii()
                .to_string(),
            "order, case, repeats and bytes are the person's"
        );
        assert_eq!(
            outgoing.url, "http://t:8/a/../b?c",
            "the URL is what is asked for"
        );
    }

    #[test]
    fn host_and_length_are_set_in_place() {
        let outgoing = edit(
            "POST",
            "https://t",
            &[("HOST", b"other"), ("Content-Length", b"99"), ("X", b"y")],
        )
        .plan()
        .unwrap();
        assert_eq!(
            &outgoing.head[..],
            b"POST / HTTP/1.1\r\nHOST: t\r\nContent-Length: 2\r\nX: y\r\n\r\n",
            "an edited body has its own length"
        );
    }

    #[test]
    fn no_header_can_be_smuggled_in() {
        for (name, value) in [
            ("X", &b"a\r\nEvil: 1"[..]),
            ("X", b"a\nEvil: 1"),
            ("X", b"a\r"),
            ("X", b"a\0b"),
            ("X: y\r\nEvil", b"1"),
            ("X ", b"1"),
            ("", b"1"),
            ("é", b"1"),
        ] {
            let error = edit("POST", "http://t", &[("Ok", b"1"), (name, value)])
                .plan()
                .unwrap_err();
            assert!(
                error.to_string().starts_with("header line `2`: "),
                "the line is named: {error}"
            );
            assert!(
                !error.to_string().contains(['\r', '\n']),
                "and the message is one line: {error}"
            );
        }
    }

    #[test]
    fn a_method_is_one_word() {
        for method in ["", "GET /x", "GET\r\nX: y", "GÉT"] {
            let error = edit(method, "http://t", &[]).plan().unwrap_err();
            assert!(
                matches!(error, EditError::Method { .. }),
                "`{method:?}` is no method: {error}"
            );
        }
        assert_eq!(
            edit("CONNECT", "http://t", &[]).plan(),
            Err(EditError::Tunnel),
            "no tunnel is made"
        );
    }

    #[test]
    fn braces_are_only_text() {
        let outgoing = edit("POST", "http://t/{{secret}}", &[("X", b"${HOME} {{secret}}")])
            .plan()
            .unwrap();
        assert!(
            outgoing.head.starts_with(b"POST /{{secret}} HTTP"),
            "nothing is evaluated in the target"
        );
        assert!(
            outgoing
                .head
                .windows(20)
                .any(|part| part == b": ${HOME} {{secret}}"),
            "nor in a header"
        );
    }
}
