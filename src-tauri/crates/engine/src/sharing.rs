//! A request to give away: as a command, a program or bytes, with what is secret masked unless that was asked for.
//!
//! What is copied is what a resend to the same URL would send.

use std::str::FromStr;

use hookbench_signature::Source;

use crate::delivery::{Destination, Outgoing, check_whole, plan};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::Examination;
use crate::exchange::{self, Masking, NotExpressible};
use crate::model::RequestId;

/// What a request is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A `curl` command for a POSIX shell.
    Curl,
    /// A script for PowerShell.
    PowerShell,
    /// A `curl.exe` command for the command prompt of Windows.
    Cmd,
    /// Head and body as they would go, as text.
    Http,
    /// JavaScript's `fetch`.
    Fetch,
    /// Python's `requests`.
    Python,
    /// Rust's `reqwest`.
    Rust,
    /// Go's `net/http`.
    Go,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Curl,
        Self::PowerShell,
        Self::Cmd,
        Self::Http,
        Self::Fetch,
        Self::Python,
        Self::Rust,
        Self::Go,
    ];

    /// Its word, e.g. `curl`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
            Self::Http => "http",
            Self::Fetch => "fetch",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Go => "go",
        }
    }
}

/// There is no such format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no format: there are curl, powershell, cmd, http, fetch, python, rust and go")]
pub struct NoFormat(String);

impl FromStr for Format {
    type Err = NoFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == word);
        known.ok_or_else(|| NoFormat(word.to_owned()))
    }
}

/// How a request is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// What it is written as.
    pub format: Format,
    /// Where it is sent to; without one it goes back to our own listener.
    pub url: Option<String>,
    /// Credentials, cookies, tokens and signatures are left out.
    pub masked: bool,
}

/// A request as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The text.
    pub text: String,
    /// The names of the headers whose values are masked in it, or would be if that were asked for.
    pub secret_headers: Vec<String>,
}

impl Engine {
    /// A request as text for the clipboard.
    ///
    /// # Errors
    /// When the request is not whole, the URL cannot be understood, the format cannot say it, or the store cannot be
    /// read.
    pub async fn share(&self, id: RequestId, sharing: &Sharing) -> Result<Shared, EngineError> {
        let own = self.listener().await.url;
        let destination = match &sharing.url {
            Some(url) => Destination::parse(url)?,
            None if own.is_empty() => return Err(EngineError::NotListening),
            None => Destination::parse(&own)?,
        };
        let request = self.request(id).await?;
        check_whole(request.summary.state, &request.framing)?;
        let outgoing = plan::resend(&request.head, self.whole_body(id).await?, &destination)?;
        let masked = Masking::Masked {
            also: self.signing_headers(id).await,
        };
        let mut secret_headers: Vec<String> = Vec::new();
        for header in crate::model::RawHead::new(outgoing.head.clone()).headers() {
            let name = String::from_utf8_lossy(&header.name).into_owned();
            if masked.hides(std::slice::from_ref(&header)) && !secret_headers.contains(&name) {
                secret_headers.push(name);
            }
        }
        let masking = if sharing.masked { masked } else { Masking::Shown };
        let text = written(sharing.format, &outgoing, &masking).map_err(|refused| EngineError::BadInput {
            message: refused.to_string(),
            hint: Some(refused.hint().to_owned()),
        })?;
        Ok(Shared { text, secret_headers })
    }

    /// The headers in which this sender signs, whatever they are called.
    async fn signing_headers(&self, id: RequestId) -> Vec<String> {
        let names = self
            .examine(id, Examination::default(), |_, scheme, _, _, _| {
                scheme
                    .signature
                    .iter()
                    .flat_map(|signature| &signature.from)
                    .filter_map(|source| match source {
                        Source::Header(name) => Some(name.trim_end_matches('*').to_owned()),
                        _ => None,
                    })
                    .collect()
            })
            .await;
        // Nobody knows how it is signed: the usual names are masked all the same.
        names.unwrap_or_default()
    }
}

fn written(format: Format, outgoing: &Outgoing, masking: &Masking) -> Result<String, NotExpressible> {
    match format {
        Format::Curl => Ok(exchange::curl(outgoing, masking)),
        Format::PowerShell => Ok(exchange::powershell(outgoing, masking)),
        Format::Cmd => exchange::curl_for_cmd(outgoing, masking),
        Format::Http => exchange::http(outgoing, masking),
        Format::Fetch => exchange::fetch(outgoing, masking),
        Format::Python => exchange::python(outgoing, masking),
        Format::Rust => exchange::rust(outgoing, masking),
        Format::Go => exchange::go(outgoing, masking),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_word_of_its_own() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format), "{}", format.as_str());
        }
        assert!("perl".parse::<Format>().is_err(), "there is none");
    }
}
