//! The places of a request that a scheme can name. Names only: no value of a request is told.

use bytes::Bytes;
use hookbench_signature::{JsonPath, Source};
use serde_json::Value;

use crate::model::Request;

/// More are not told: they are offered to be chosen from.
const MOST: usize = 300;
/// Longer bodies are not looked into.
const LOOKED_INTO: usize = 1 << 20;
/// How deep into a document.
const DEPTH: usize = 4;

/// Headers, then the parameters of the query, then the fields of the body.
pub(super) fn of(request: &Request, body: &Bytes) -> Vec<String> {
    let mut places = Vec::new();
    for header in request.head.headers() {
        if let Ok(name) = std::str::from_utf8(&header.name) {
            add(&mut places, &Source::Header(name.to_owned()));
        }
    }
    let line = request.head.request_line();
    let target = String::from_utf8_lossy(&line.target);
    let query = target.split_once('?').map_or("", |(_, query)| query);
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        add(&mut places, &Source::Query(name.into_owned()));
    }
    if body.len() > LOOKED_INTO {
        return places;
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(document) => members(&document, &mut Vec::new(), &mut places),
        Err(_) if is_form(request) => {
            for (name, _) in url::form_urlencoded::parse(body) {
                add(&mut places, &Source::Form(name.into_owned()));
            }
        }
        Err(_) => {}
    }
    places
}

fn is_form(request: &Request) -> bool {
    request.head.headers().iter().any(|header| {
        header.name.eq_ignore_ascii_case(b"content-type")
            && header
                .value
                .to_ascii_lowercase()
                .starts_with(b"application/x-www-form-urlencoded")
    })
}

fn members(value: &Value, path: &mut Vec<String>, places: &mut Vec<String>) {
    match value {
        Value::Object(members_of) if path.len() < DEPTH => {
            for (name, value) in members_of {
                path.push(name.replace('\\', "\\\\").replace('.', "\\."));
                members(value, path, places);
                path.pop();
            }
        }
        Value::Object(_) | Value::Array(_) | Value::Null => {}
        _ if path.is_empty() => {}
        _ => add(places, &Source::Json(JsonPath::parse(&path.join(".")))),
    }
}

/// Adds a place once; a name that a list of places could not hold is left out.
fn add(places: &mut Vec<String>, source: &Source) {
    let place = source.to_string();
    if places.len() < MOST
        && !place.contains([',', '\n'])
        && !places.contains(&place)
        && place.parse::<Source>().is_ok()
    {
        places.push(place);
    }
}
