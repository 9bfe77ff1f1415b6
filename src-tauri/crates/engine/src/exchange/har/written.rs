//! A request as an entry of a HAR file.

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::StatusCode;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use serde::Serialize;

use super::own::Own;
use crate::masking::MASKED;
use crate::model::{Header, KeptAnswer, RawHead, Request};

/// What stands before the first entry; the comment is for who opens the file as text.
pub(crate) const BEGINNING: &str = concat!(
    "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Hookbench\",\"version\":\"",
    env!("CARGO_PKG_VERSION"),
    "\",\"comment\":\"the exact bytes of each head are in _hookbench.head\"},\"entries\":[\n"
);
/// What stands between two.
pub(crate) const BETWEEN: &str = ",\n";
/// What stands behind the last.
pub(crate) const END: &str = "\n]}}\n";

/// What would end a URL, or is no ASCII.
const NOT_IN_A_URL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// All that an entry is made of, with what is not given away masked in it already.
#[derive(Debug)]
pub(crate) struct Piece {
    /// The request.
    pub(crate) request: Request,
    /// Its whole body.
    pub(crate) body: Bytes,
    /// What was answered, where that was kept.
    pub(crate) answer: Option<KeptAnswer>,
    /// Something of the request is masked: its signature cannot hold.
    pub(crate) is_masked: bool,
    /// Something of the answer is.
    pub(crate) has_masked_answer: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: f64,
    request: RequestForm<'a>,
    response: ResponseForm,
    cache: Nothing,
    timings: Timings,
    #[serde(rename = "_hookbench")]
    own: Own,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestForm<'a> {
    method: String,
    url: String,
    http_version: String,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: usize,
    body_size: usize,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: String,
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseForm {
    status: u16,
    status_text: &'static str,
    http_version: String,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: usize,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

/// Milliseconds; -1 for what did not happen here.
#[derive(Serialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    connect: f64,
    ssl: f64,
    send: f64,
    wait: f64,
    receive: f64,
}

/// Writes one entry.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(out: &mut impl Write, piece: &Piece) -> io::Result<()> {
    let entry = entry(piece).map_err(io::Error::from)?;
    serde_json::to_writer(out, &entry).map_err(io::Error::from)
}

fn entry(piece: &Piece) -> Result<Entry<'_>, serde_json::Error> {
    let Piece {
        request,
        body,
        answer,
        is_masked,
        ..
    } = piece;
    let head = &request.head;
    let line = head.request_line();
    let headers = head.headers();
    let summary = &request.summary;
    let (send, wait) = (
        milliseconds(summary.took_micros),
        milliseconds(summary.answer_micros.unwrap_or(0)),
    );
    let is_form = |header: &Header| header.is("content-type");
    let mime_type = || {
        headers
            .iter()
            .find(|header| is_form(header))
            .map_or_else(String::new, value)
    };
    Ok(Entry {
        started_date_time: summary.received_at.to_string(),
        time: send + wait,
        request: RequestForm {
            method: lossy(&line.method),
            url: url(&line.target, &headers),
            http_version: lossy(&line.version),
            cookies: cookies(&headers, *is_masked),
            query_string: query(&line.target),
            post_data: (!body.is_empty()).then(|| post_data(body, mime_type())),
            headers_size: head.bytes().len(),
            body_size: body.len(),
            headers: headers.iter().map(pair).collect(),
        },
        response: response(summary.answered, answer.as_ref()),
        cache: Nothing {},
        timings: Timings {
            blocked: -1.0,
            dns: -1.0,
            connect: -1.0,
            ssl: -1.0,
            send,
            wait,
            receive: 0.0,
        },
        own: Own::of(request, *is_masked, answer.as_ref())?,
    })
}

/// The head of an answer, its blank line included, and its body.
fn parted(bytes: &Bytes) -> (Bytes, Bytes) {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.map_or(bytes.len(), |at| at + 4);
    (bytes.slice(..end), bytes.slice(end..))
}

fn response(status: Option<u16>, answer: Option<&KeptAnswer>) -> ResponseForm {
    let status_text = status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let (head, body) = match answer.and_then(|answer| answer.bytes.as_ref()) {
        Some(bytes) => parted(bytes),
        None => (Bytes::new(), Bytes::new()),
    };
    let told = !head.is_empty();
    let head_length = i64::try_from(head.len()).unwrap_or(-1);
    let headers = RawHead::new(head).headers();
    let called = |name: &str| headers.iter().find(|header| header.is(name)).map(value);
    let (text, encoding) = match as_text(&body) {
        Ok(text) => ((!text.is_empty()).then(|| text.to_owned()), None),
        Err(_) => (Some(BASE64.encode(&body)), Some("base64")),
    };
    ResponseForm {
        // 0 is what browsers write where no answer came.
        status: status.unwrap_or(0),
        status_text,
        http_version: if status.is_some() { "HTTP/1.1" } else { "" }.to_owned(),
        cookies: Vec::new(),
        content: Content {
            size: body.len(),
            mime_type: called("content-type").unwrap_or_else(|| "x-unknown".to_owned()),
            text,
            encoding,
        },
        redirect_url: called("location").unwrap_or_default(),
        headers_size: if told { head_length } else { -1 },
        body_size: if told {
            i64::try_from(body.len()).unwrap_or(-1)
        } else {
            -1
        },
        headers: headers.iter().map(pair).collect(),
    }
}

/// Why a body is not written as text, in a sentence.
struct NoText(&'static str);

/// A body as text, where it is one. A control character takes six letters in JSON: with many of them the text would be
/// longer than an entry may be.
fn as_text(body: &[u8]) -> Result<&str, NoText> {
    let text = std::str::from_utf8(body)
        .map_err(|_| NoText("the body is no UTF-8 text: these are its bytes as base64"))?;
    let is_long = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 8 | 12);
    let escaped = text.bytes().filter(is_long).count();
    // All others take two at the most: so it is never more than three times as long.
    if escaped > text.len() / 4 {
        return Err(NoText(
            "the body has many control characters: these are its bytes as base64",
        ));
    }
    Ok(text)
}

fn post_data(body: &Bytes, mime_type: String) -> PostData<'_> {
    match as_text(body) {
        Ok(text) => PostData {
            mime_type,
            text: text.into(),
            encoding: None,
            comment: None,
        },
        Err(NoText(why)) => PostData {
            mime_type,
            text: BASE64.encode(body).into(),
            encoding: Some("base64"),
            comment: Some(why),
        },
    }
}

/// The whole URL: the target, behind the host that the request named.
fn url(target: &[u8], headers: &[Header]) -> String {
    let target = percent_encode(target, NOT_IN_A_URL).to_string();
    if target.contains("://") && !target.starts_with('/') {
        return target;
    }
    let host = headers.iter().find(|header| header.is("host")).map(value);
    let host = host
        .filter(|host| !host.is_empty())
        .unwrap_or_else(|| "localhost".to_owned());
    let slash = if target.starts_with('/') { "" } else { "/" };
    format!("http://{host}{slash}{target}")
}

fn query(target: &[u8]) -> Vec<Pair> {
    let query = target
        .iter()
        .position(|byte| *byte == b'?')
        .and_then(|at| target.get(at + 1..));
    url::form_urlencoded::parse(query.unwrap_or_default())
        .map(|(name, value)| Pair {
            name: name.into_owned(),
            value: value.into_owned(),
        })
        .collect()
}

fn cookies(headers: &[Header], is_masked: bool) -> Vec<Pair> {
    // Where cookies are masked there is nothing to take apart.
    let is_open = |header: &&Header| header.is("cookie") && !(is_masked && header.value == MASKED);
    let lines = headers.iter().filter(is_open).map(value);
    let mut cookies = Vec::new();
    for line in lines {
        for part in line.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            cookies.push(Pair {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    cookies
}

fn pair(header: &Header) -> Pair {
    Pair {
        name: lossy(&header.name),
        value: value(header),
    }
}

fn value(header: &Header) -> String {
    lossy(&header.value)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the time of an exchange is far below 2^53 µs"
)]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
