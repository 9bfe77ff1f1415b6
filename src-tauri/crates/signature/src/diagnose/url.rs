//! What the URL may have been when the message was signed.

use super::cause::Cause;
use super::variant::Variant;
use crate::message::Message;
use crate::read::form::{self, Plus};
use crate::read::url;

/// More than these are not tried.
const MOST: usize = 800;

/// URLs the sender may have used: schemes × hosts × ports × paths × queries. Those that change least come first.
pub(super) fn urls(message: &Message<'_>, known: &[String]) -> Vec<Variant<String>> {
    let ours = message.effective_url().into_owned();
    let base = url::split(&ours);
    let text = |name: &str| {
        message
            .header(name)
            .and_then(|value| std::str::from_utf8(value).ok())
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let known: Vec<url::Parts<'_>> = known.iter().map(|url| url::split(url)).collect();
    let forwarded = text("forwarded").and_then(|line| field(line, "host"));
    let mut hosts = vec![(base.user, base.host, base.port)];
    let lines = [
        text("x-forwarded-host"),
        forwarded,
        text("x-original-host"),
        text("host"),
    ];
    for line in lines.into_iter().flatten() {
        let host = url::split(&format!("x://{line}/")).host.len();
        hosts.push((
            base.user,
            line.get(..host).unwrap_or(line),
            line.get(host..).unwrap_or_default(),
        ));
    }
    hosts.extend(known.iter().map(|parts| (parts.user, parts.host, parts.port)));
    let port = text("x-forwarded-port").map(|port| format!(":{port}"));
    let mut schemes = vec![base.scheme];
    schemes.extend(["https", "http"]);
    let target = url::split(message.target);
    let prefix = text("x-forwarded-prefix")
        .unwrap_or_default()
        .trim_end_matches('/');
    let mut paths = vec![
        base.path.to_owned(),
        target.path.to_owned(),
        format!("{prefix}{}", base.path),
    ];
    paths.push(match base.path.strip_suffix('/') {
        Some(path) => path.to_owned(),
        None => format!("{}/", base.path),
    });
    paths.push(
        String::from_utf8_lossy(&form::percent_decode(base.path.as_bytes(), Plus::IsPlus)).into_owned(),
    );
    paths.extend(known.iter().map(|parts| parts.path.to_owned()));
    let mut queries = vec![base.query.to_owned(), String::new(), target.query.to_owned()];
    queries.push(base.query.replace('+', "%20"));
    queries.push(base.query.replace("%20", "+"));
    queries.push(
        String::from_utf8_lossy(&form::percent_decode(base.query.as_bytes(), Plus::IsPlus)).into_owned(),
    );
    queries.extend(known.iter().map(|parts| parts.query.to_owned()));
    let mut found: Vec<(usize, Variant<String>)> = Vec::new();
    for scheme in distinct(schemes) {
        for &(user, host, own_port) in &distinct(hosts.clone()) {
            let default = if scheme == "http" { ":80" } else { ":443" };
            let mut ports = vec![own_port.to_owned(), String::new(), default.to_owned()];
            ports.extend(port.clone());
            for port in distinct(ports) {
                for path in &distinct(paths.clone()) {
                    for query in &distinct(queries.clone()) {
                        let url = format!("{scheme}://{user}{host}{port}{path}{query}");
                        let differs = [
                            (scheme != base.scheme, Cause::UrlScheme),
                            (host != base.host || user != base.user, Cause::UrlHost),
                            (port != base.port, Cause::UrlPort),
                            (path != base.path, Cause::UrlPath),
                            (query != base.query, Cause::UrlQuery),
                        ];
                        let mut causes = differs
                            .iter()
                            .filter(|(differs, _)| *differs)
                            .map(|(_, cause)| *cause);
                        let Some(first) = causes.next() else { continue };
                        let others = causes.count();
                        let cause = if others == 0 { first } else { Cause::Url };
                        found.push((others, Variant::new(cause, format!("the URL `{url}`"), url)));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(others, _)| *others);
    let mut variants: Vec<Variant<String>> = found.into_iter().map(|(_, variant)| variant).collect();
    variants.truncate(MOST);
    variants
}

/// A parameter of the first element of a `Forwarded` header.
fn field<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let first = line.split(',').next()?;
    first.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

fn distinct<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
