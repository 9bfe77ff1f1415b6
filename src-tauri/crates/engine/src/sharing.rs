//! A request to give away: as a command, a program or bytes, with what is secret masked unless that was asked for.
//!
//! What is copied is what a resend to the same URL would send. A signature within the body stays: the body is what is
//! given away.

use std::str::FromStr;

use hookbench_signature::{Scheme, Source};

use crate::delivery::plan::with_target_and_body;
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
    /// Credentials, cookies, tokens and signatures in the head are left out.
    pub masked: bool,
}

/// A request as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The text.
    pub text: String,
    /// The names of the headers whose values are masked in it, or would be if that were asked for, and `query NAME` for
    /// each such parameter of the query.
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
        let signing = self.signing_places(id).await;
        let masked = Masking::Masked {
            also: signing.headers,
        };
        let mut secret_headers: Vec<String> = Vec::new();
        for header in crate::model::RawHead::new(outgoing.head.clone()).headers() {
            let name = String::from_utf8_lossy(&header.name).into_owned();
            if masked.hides(std::slice::from_ref(&header)) && !secret_headers.contains(&name) {
                secret_headers.push(name);
            }
        }
        let target = crate::model::RawHead::new(outgoing.head.clone())
            .request_line()
            .target;
        let (target, parameters) = exchange::masked_target(&target, &signing.parameters);
        let outgoing = if sharing.masked && !parameters.is_empty() {
            with_target_and_body(outgoing, Some(&target), None)
        } else {
            outgoing
        };
        secret_headers.extend(parameters.iter().map(|name| format!("query {name}")));
        let masking = if sharing.masked { masked } else { Masking::Shown };
        let text = written(sharing.format, &outgoing, &masking).map_err(|refused| EngineError::BadInput {
            message: refused.to_string(),
            hint: Some(refused.hint().to_owned()),
        })?;
        Ok(Shared { text, secret_headers })
    }

    /// Where in the head this sender signs, whatever it is called there.
    async fn signing_places(&self, id: RequestId) -> SigningPlaces {
        let places = self
            .examine(id, Examination::default(), |_, scheme, _, _, _| {
                SigningPlaces::of(scheme)
            })
            .await;
        // Nobody knows how it is signed: the usual names are masked all the same.
        places.unwrap_or_default()
    }
}

/// Places of a head that hold signatures or tokens.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SigningPlaces {
    /// Names of headers; one that ends in `*` stands for all that begin so.
    pub(crate) headers: Vec<String>,
    /// Names of parameters of the query.
    pub(crate) parameters: Vec<String>,
}

impl SigningPlaces {
    /// Of all ways to sign: which of them a request was signed by is not asked.
    pub(crate) fn of(scheme: &Scheme) -> Self {
        let mut places = Self::default();
        let signatures = scheme.ways().filter_map(|way| way.signature.as_ref());
        for source in signatures.flat_map(|signature| &signature.from) {
            match source {
                Source::Header(name) => places.headers.push(name.clone()),
                Source::Query(name) => places.parameters.push(name.clone()),
                _ => {}
            }
        }
        places
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn every_format_has_a_word_of_its_own() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format), "{}", format.as_str());
        }
        assert!("perl".parse::<Format>().is_err(), "there is none");
    }

    #[test]
    fn all_ways_to_sign_are_masked() {
        let scheme: Scheme = toml::from_str(
            r#"
            algorithm = "hmac-sha256"
            signature = { from = "header:X-Proof" }
            [[alternatives]]
            algorithm = "hmac-sha256"
            signature = { from = ["query:proof", "header:X-Other-*"] }
            "#,
        )
        .unwrap();
        let wanted = SigningPlaces {
            headers: vec!["X-Proof".to_owned(), "X-Other-*".to_owned()],
            parameters: vec!["proof".to_owned()],
        };
        assert_eq!(SigningPlaces::of(&scheme), wanted, "not of the first only");
    }

    #[tokio::test]
    async fn a_signature_in_the_query_is_not_given_away() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(crate::Options {
            secrets: crate::secrets::Preference::Files,
            ..crate::Options::at(Some(folder.path().to_owned()))
        })
        .await
        .unwrap();
        let any_port = crate::listening::Listen {
            port: Some(0),
            ..crate::listening::Listen::default()
        };
        engine.listen(any_port).await.unwrap();
        let address = engine.listener().await.url.replace("http://", "");
        let mut sender = tokio::net::TcpStream::connect(address.trim_end_matches('/'))
            .await
            .unwrap();
        let body = r#"[{"event":"document_state_changed"}]"#;
        let request = format!(
            "POST /?a=1&signature=5ec7e7 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        sender.write_all(request.as_bytes()).await.unwrap();
        sender.read_to_end(&mut Vec::new()).await.unwrap();
        let id = engine.requests(&crate::PageQuery::default()).await.unwrap().rows[0].id;
        for format in Format::ALL {
            let sharing = |masked| Sharing {
                format,
                url: Some("http://dev:1".to_owned()),
                masked,
            };
            let shared = engine.share(id, &sharing(true)).await.unwrap();
            let word = format.as_str();
            // The command prompt has a caret before each sign.
            let text = shared.text.replace('^', "");
            assert!(
                text.contains("signature=masked") && !text.contains("5ec7e7"),
                "{word}: the name stays, the value does not: {text}"
            );
            assert_eq!(shared.secret_headers, ["query signature"], "{word} says so");
            let open = engine.share(id, &sharing(false)).await.unwrap();
            assert!(open.text.contains("5ec7e7"), "{word}: shown when asked for");
            assert_eq!(
                open.secret_headers,
                ["query signature"],
                "{word}: what would be masked"
            );
        }
        engine.shut_down().await;
    }
}
