//! A request to give away: as a command, a program or bytes, with what is secret masked unless that was asked for.
//!
//! What is copied is what a resend to the same URL would send. What is masked in it is decided by `masking`; since a
//! masked body no longer fits its signature, a copy can be signed anew with a secret that everybody may know.

use std::str::FromStr;

use crate::delivery::plan::with_target_and_body;
use crate::delivery::{Destination, Outgoing, check_whole, plan, with_rules};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::blocking;
use crate::exchange::{self, NotExpressible};
use crate::masking::{
    Copied, Known, LONGEST_SEARCHED, MaskPath, Secrets, Unfound, given_head, given_target, places_of,
};
use crate::model::{HeaderRule, RawHead, RequestId};
pub use crate::sending::TestSigned;

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
    /// Credentials, cookies, tokens and signatures in the head are left out, and the chosen values of the body.
    pub masked: bool,
    /// Others see it while it is made: it is masked whatever was asked for.
    pub on_screen: bool,
    /// Values of the body that are masked in this copy beside those that always are.
    pub also: Vec<MaskPath>,
    /// It is signed anew with a test secret, which the copy names.
    pub signed_for_test: bool,
}

/// A request as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The text.
    pub text: String,
    /// The names of the headers in whose values something is masked, or would be if that were asked for; among them
    /// `credentials` for what stands before an `@` in the target and `address` for an address in a line that has no name.
    /// Then `query NAME` for each such parameter of the query, and `body POINTER` for each pointer at which the body has
    /// values that are masked; `body` where it has none that a pointer could name, and is masked whole.
    pub secret_headers: Vec<String>,
    /// What it was signed with, where that was asked for.
    pub signed: Option<TestSigned>,
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
        let body = self.whole_body(id).await?;
        let outgoing = plan::resend(&request.head, body.clone(), &destination)?;
        let rules = self.mask_rules().await?;
        let known = self.known_of(&request, &body, &rules).await?;
        let asked = sharing.clone();
        let (mut outgoing, secret_headers) = blocking(move || given(outgoing, &known, &asked)).await??;
        let mut signed = None;
        if sharing.signed_for_test {
            let (fresh, made) = self.signed_for_test(id, outgoing).await?;
            outgoing = fresh;
            signed = Some(made);
        }
        let text = written(sharing.format, &outgoing)
            .and_then(|text| match &signed {
                Some(made) => Ok(legend(sharing.format, made)? + &text),
                None => Ok(text),
            })
            .map_err(|refused| EngineError::BadInput {
                message: refused.to_string(),
                hint: Some(refused.hint().to_owned()),
            })?;
        Ok(Shared {
            text,
            secret_headers,
            signed,
        })
    }
}

/// What goes, masked where that was asked for, and the names of what is masked or would be.
fn given(
    outgoing: Outgoing,
    known: &Known,
    sharing: &Sharing,
) -> Result<(Outgoing, Vec<String>), EngineError> {
    let mut paths = known.chosen.paths.clone();
    let also = sharing.also.iter();
    paths.extend(also.filter(|path| !known.chosen.paths.contains(path)).cloned());
    let head = RawHead::new(outgoing.head.clone());
    let bytes = outgoing.body.clone();
    let body = Copied::of(&bytes, &head.headers());
    let mut names: Vec<String> = Vec::new();
    for place in places_of(&head, &known.places) {
        if !names.contains(&place.name) {
            names.push(place.name);
        }
    }
    // What is called by one word first, wherever it stands: headers, and credentials and addresses among them.
    names.sort_by_key(|name| name.contains(' '));
    names.extend(body.there(&paths).iter().map(|path| format!("body {path}")));
    if !paths.is_empty() && body.is_one_value() {
        names.push("body".to_owned());
    }
    if !sharing.masked && !sharing.on_screen {
        return Ok((outgoing, names));
    }
    let mut secrets = known.secrets.clone();
    // What goes may have been made from what came: it has its own secrets.
    secrets.learn_head(&head, &known.places);
    body.tell(&mut secrets, &sharing.also);
    if !sharing.on_screen {
        secrets = secrets.telling();
    }
    let plain = body.given(&paths, &secrets).map_err(|why| {
        let mut others = Secrets::default();
        others.learn_head(&head, &known.places);
        if !sharing.on_screen {
            others = others.telling();
        }
        // What the head has is looked for in it too.
        let pointers = match body.given(&[], &others) {
            Ok(_) if !paths.is_empty() => Pointers::KeepItFromGoing,
            _ => Pointers::DoNot,
        };
        let why = match why {
            Unfound::Unreadable => Unsearchable::Unreadable,
            Unfound::TooLong => Unsearchable::LongInside,
        };
        unsearchable(why, pointers, sharing)
    })?;
    if secrets.is_blind() {
        let is_long = bytes.len() > LONGEST_SEARCHED;
        let why = if is_long {
            Unsearchable::TooLong
        } else {
            Unsearchable::TooMany
        };
        return Err(unsearchable(why, Pointers::KeepItFromGoing, sharing));
    }
    Ok((masked(outgoing, known, &secrets, plain), names))
}

/// What goes, without what is secret in its head, and with another body where there is one.
fn masked(mut outgoing: Outgoing, known: &Known, secrets: &Secrets, body: Option<Vec<u8>>) -> Outgoing {
    if body.is_some() {
        let name = "Content-Encoding".to_owned();
        outgoing = with_rules(outgoing, &[HeaderRule::Remove { name }]);
    }
    let target = RawHead::new(outgoing.head.clone()).request_line().target;
    let target = given_target(&target, &known.places, secrets).unwrap_or_else(|| target.to_vec());
    outgoing = with_target_and_body(outgoing, Some(&target), body.map(Into::into));
    let head = RawHead::new(outgoing.head.clone());
    let places = places_of(&head, &known.places);
    if let Some(head) = given_head(&head, places, secrets) {
        outgoing.head = head;
    }
    outgoing
}

/// Why what is to be masked in a body cannot be found.
#[derive(Debug, Clone, Copy)]
enum Unsearchable {
    Unreadable,
    LongInside,
    TooLong,
    TooMany,
}

/// Whether it would go if no pointer were masked.
#[derive(Debug, Clone, Copy)]
enum Pointers {
    KeepItFromGoing,
    DoNot,
}

fn unsearchable(why: Unsearchable, pointers: Pointers, sharing: &Sharing) -> EngineError {
    let message = match why {
        Unsearchable::Unreadable => {
            "its body looks like JSON or is packed and cannot be read to its end, so that what is to be masked cannot be found"
        }
        Unsearchable::LongInside => {
            "more than 10 MiB come out of its packed body, so that what is to be masked is not looked for in it"
        }
        Unsearchable::TooLong => {
            "its body is longer than 64 MiB, so that what is to be masked is not looked for in it"
        }
        Unsearchable::TooMany => {
            "its body has more values that are to be masked than are looked for where they come up again"
        }
    };
    let mut hint = "copy it with its secrets".to_owned();
    if sharing.on_screen {
        hint.insert_str(0, "stop presenting and ");
    }
    if matches!(pointers, Pointers::KeepItFromGoing) {
        hint.push_str(", or take the pointers away that are masked");
    }
    EngineError::bad_input(message, hint)
}

/// What it was signed with, in comments of the format.
fn legend(format: Format, made: &TestSigned) -> Result<String, NotExpressible> {
    let sign = match format {
        Format::Curl | Format::PowerShell | Format::Http | Format::Python => "# ",
        Format::Cmd => "rem ",
        Format::Fetch | Format::Rust | Format::Go => "// ",
    };
    let what = if made.is_key {
        "key, whose public half is"
    } else {
        "secret, which is"
    };
    let mut text = format!("{sign}Signed at {} with a test {what}\n", made.at);
    for line in made.text.lines() {
        // What a person wrote into a scheme of their own may be in it; no shell acts on these.
        let is_plain = line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" _-+/=:.".contains(&byte));
        if format == Format::Cmd && !is_plain {
            return Err(NotExpressible::Characters { part: "test secret" });
        }
        text.push_str(sign);
        text.extend(line.chars().flat_map(char::escape_debug));
        text.push('\n');
    }
    Ok(text)
}

fn written(format: Format, outgoing: &Outgoing) -> Result<String, NotExpressible> {
    match format {
        Format::Curl => Ok(exchange::curl(outgoing)),
        Format::PowerShell => Ok(exchange::powershell(outgoing)),
        Format::Cmd => exchange::curl_for_cmd(outgoing),
        Format::Http => exchange::http(outgoing),
        Format::Fetch => exchange::fetch(outgoing),
        Format::Python => exchange::python(outgoing),
        Format::Rust => exchange::rust(outgoing),
        Format::Go => exchange::go(outgoing),
    }
}

#[cfg(test)]
#[path = "tests/sharing_packed.rs"]
mod packed_tests;

#[cfg(test)]
#[path = "tests/sharing_signed.rs"]
mod signed_tests;

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

    #[tokio::test]
    async fn no_format_gives_away_a_signature_unless_asked() {
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
             X-Hub-Signature-256: sha256=5ec7e7\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
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
                on_screen: false,
                also: Vec::new(),
                signed_for_test: false,
            };
            let shared = engine.share(id, &sharing(true)).await.unwrap();
            let word = format.as_str();
            // The command prompt has a caret before each sign.
            let text = shared.text.replace('^', "");
            assert!(
                text.contains("signature=masked") && text.contains("[masked]") && !text.contains("5ec7e7"),
                "{word}: the names stay, the values do not: {text}"
            );
            let names = ["X-Hub-Signature-256", "query signature"];
            assert_eq!(shared.secret_headers, names, "{word} says so");
            let open = engine.share(id, &sharing(false)).await.unwrap();
            let text = open.text.replace('^', "");
            assert!(
                text.contains("signature=5ec7e7") && text.contains("sha256=5ec7e7"),
                "{word}: shown when asked for: {text}"
            );
            assert_eq!(open.secret_headers, names, "{word}: what would be masked");
        }
        engine.shut_down().await;
    }

    #[tokio::test]
    async fn what_cannot_be_masked_is_refused_with_what_can_be_done_now() {
        let bench = crate::capture_for_tests::bench().await;
        bench
            .engine
            .add_mask_path("/a".parse().unwrap(), None)
            .await
            .unwrap();
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let id = bench.post("/", &[json], "{\"a\":").await;
        for (on_screen, wanted) in [(false, "copy it with its secrets"), (true, "stop presenting")] {
            bench.engine.set_presenting(on_screen).await.unwrap();
            let sharing = Sharing {
                format: Format::Curl,
                url: Some("http://dev:1".to_owned()),
                masked: !on_screen,
                on_screen,
                also: Vec::new(),
                signed_for_test: false,
            };
            let refused = bench.engine.share(id, &sharing).await.unwrap_err();
            let EngineError::BadInput { hint: Some(hint), .. } = &refused else {
                panic!("it has a way on: {refused:?}");
            };
            assert!(hint.starts_with(wanted), "on a screen: {on_screen}, {hint}");
        }
    }
}
