//! A plan as a few lines of a program, for the usual HTTP client of a language.
//!
//! Method, path, query, headers and body are those of the plan; a client adds headers of its own (`User-Agent`,
//! `Accept`, `Accept-Encoding`) and orders them its own way, which is why cURL is offered first. What a client would
//! send as something else is refused. Captured bytes stand in literals, in which nothing of them is read as code.

mod fetch;
mod go;
mod literal;
mod python;
mod rust;
#[cfg(test)]
mod tests;

pub use fetch::fetch;
pub use go::go;
pub use python::python;
pub use rust::rust;

use super::not_expressible::NotExpressible;
use super::words::Parts;
use crate::delivery::Outgoing;

/// A plan whose path and query reach their receiver as they are, whichever client sends them.
struct Source<'o> {
    outgoing: &'o Outgoing,
    parts: Parts,
    method: String,
}

impl<'o> Source<'o> {
    fn of(outgoing: &'o Outgoing, client: &'static str) -> Result<Self, NotExpressible> {
        let parts = Parts::of(outgoing);
        let target = &parts.line.target[..];
        let plain = target.starts_with(b"/")
            && target
                .iter()
                .all(|byte| byte.is_ascii_graphic() && !b"\"#'<>\\^`{|}[]".contains(byte));
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        let dots = path.split(|byte| *byte == b'/').any(|segment| {
            let segment = String::from_utf8_lossy(segment).to_ascii_lowercase();
            matches!(segment.replace("%2e", ".").as_str(), "." | "..")
        });
        // Clients differ in whether an empty query is sent.
        if !plain || dots || target.ends_with(b"?") {
            return Err(NotExpressible::Target { client });
        }
        let headers = parts.headers.iter().all(|header| {
            let name = header
                .name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte));
            let value = header
                .value
                .iter()
                .all(|byte| *byte == b'\t' || !byte.is_ascii_control());
            name && value && header.value.trim_ascii() == header.value
        });
        if !headers {
            return Err(NotExpressible::Header { client });
        }
        let method = str::from_utf8(&parts.line.method)
            .map_err(|_| NotExpressible::Method { client })?
            .to_owned();
        Ok(Self {
            outgoing,
            parts,
            method,
        })
    }

    /// Whether there is a body, be it an empty one whose length is announced.
    fn has_body(&self) -> bool {
        !self.outgoing.body.is_empty() || self.parts.has_length
    }
}
