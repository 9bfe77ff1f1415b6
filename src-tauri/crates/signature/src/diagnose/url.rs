//! What the URL may have been when the message was signed.

use super::cause::Cause;
use super::variant::Variant;
use crate::message::Message;
use crate::read::form::{self, Plus};
use crate::read::url;

/// More than these are not tried.
const MOST: usize = 1000;
/// The parameters of a query of up to this many are tried in every order.
const MOST_ORDERED: usize = 5;
/// What may stand in a path or a query as it is.
const PLAIN: &[u8] = b"!$&'()*+,;=:@/?%";

/// URLs the sender may have used: schemes × hosts × ports × paths × queries. Those that change least come first.
pub(super) fn urls(message: &Message<'_>, known: &[String]) -> Vec<Variant<String>> {
    let ours = message.effective_url().into_owned();
    let base = url::split(&ours);
    let known: Vec<url::Parts<'_>> = known.iter().map(|url| url::split(url)).collect();
    let port = header(message, "x-forwarded-port").map(|port| format!(":{port}"));
    let schemes = distinct([base.scheme, "https", "http"].to_vec());
    let hosts = hosts(message, base, &known);
    let paths = paths(message, base, &known);
    let queries = queries(message, base, &known);
    let mut found: Vec<(usize, Variant<String>)> = Vec::new();
    for scheme in schemes {
        for &(user, host, own_port) in &hosts {
            let default = if scheme == "http" { ":80" } else { ":443" };
            let mut ports = vec![own_port.to_owned(), String::new(), default.to_owned()];
            ports.extend(port.clone());
            for port in distinct(ports) {
                for path in &paths {
                    for query in &queries {
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
    let before = ours.strip_suffix(base.query).unwrap_or(&ours);
    found.extend(orders(base.query).into_iter().map(|query| {
        let url = format!("{before}{query}");
        let change = format!("the URL `{url}`");
        (0, Variant::new(Cause::UrlQuery, change, url))
    }));
    found.sort_by_key(|(others, _)| *others);
    let mut variants: Vec<Variant<String>> = found.into_iter().map(|(_, variant)| variant).collect();
    variants.truncate(MOST);
    variants
}

/// Hosts with the user before and the port after them: ours, those that proxies name, those that are known.
fn hosts<'u>(
    message: &Message<'u>,
    base: url::Parts<'u>,
    known: &[url::Parts<'u>],
) -> Vec<(&'u str, &'u str, &'u str)> {
    let mut hosts = vec![(base.user, base.host, base.port)];
    let forwarded = header(message, "forwarded").and_then(|line| field(line, "host"));
    // Each proxy adds the host that it was called by to the list.
    let named = header(message, "x-forwarded-host")
        .into_iter()
        .flat_map(|list| list.split(',').map(str::trim))
        .chain(forwarded)
        .chain(header(message, "x-original-host"))
        .chain(header(message, "host"))
        .filter(|host| !host.is_empty());
    for line in named {
        let host = url::split(&format!("x://{line}/")).host.len();
        hosts.push((
            base.user,
            line.get(..host).unwrap_or(line),
            line.get(host..).unwrap_or_default(),
        ));
    }
    hosts.extend(known.iter().map(|parts| (parts.user, parts.host, parts.port)));
    distinct(hosts)
}

/// Paths with a prefix put on or taken off, with another end, escaped and not.
fn paths(message: &Message<'_>, base: url::Parts<'_>, known: &[url::Parts<'_>]) -> Vec<String> {
    let target = url::split(message.target);
    let own = base.path;
    let mut paths = vec![own.to_owned(), target.path.to_owned()];
    let prefix = header(message, "x-forwarded-prefix")
        .unwrap_or_default()
        .trim_matches('/');
    if !prefix.is_empty() {
        paths.push(format!("/{prefix}{own}"));
        paths.extend(without(own, prefix));
    }
    paths.push(match own.strip_suffix('/') {
        Some(path) => path.to_owned(),
        None => format!("{own}/"),
    });
    let decoded = form::percent_decode(own.as_bytes(), Plus::IsPlus);
    paths.push(String::from_utf8_lossy(&decoded).into_owned());
    paths.push(form::percent_encode(own.as_bytes(), PLAIN));
    paths.push(form::percent_encode(&decoded, b"/"));
    paths.extend(other_case(own));
    // What a proxy took off the front though it told nobody: the first part of the path.
    let first = own.trim_start_matches('/').split('/').next().unwrap_or_default();
    paths.extend(without(own, first));
    for parts in known {
        paths.push(parts.path.to_owned());
        paths.push(format!("{}{own}", parts.path.trim_end_matches('/')));
    }
    distinct(paths)
}

/// Queries escaped in other ways, in another order, with another sign for blanks, and none.
fn queries(message: &Message<'_>, base: url::Parts<'_>, known: &[url::Parts<'_>]) -> Vec<String> {
    let target = url::split(message.target);
    let own = base.query;
    let mut queries = vec![own.to_owned(), String::new(), target.query.to_owned()];
    queries.push(own.replace('+', "%20"));
    queries.push(own.replace("%20", "+"));
    let decoded = form::percent_decode(own.as_bytes(), Plus::IsPlus);
    queries.push(String::from_utf8_lossy(&decoded).into_owned());
    queries.push(form::percent_encode(own.as_bytes(), PLAIN));
    if let Some(query) = own.strip_prefix('?').filter(|query| !query.is_empty()) {
        let written = |blank: &str| {
            let code = |text: &[u8]| form::percent_encode(text, b"").replace("%20", blank);
            let pairs: Vec<String> = form::url_encoded(query.as_bytes())
                .map(|(key, value)| format!("{}={}", code(&key), code(&value)))
                .collect();
            format!("?{}", pairs.join("&"))
        };
        queries.push(written("%20"));
        queries.push(written("+"));
        let mut pairs: Vec<&str> = query.split('&').collect();
        pairs.reverse();
        queries.push(format!("?{}", pairs.join("&")));
        pairs.sort_unstable();
        queries.push(format!("?{}", pairs.join("&")));
    }
    queries.extend(other_case(own));
    queries.extend(known.iter().map(|parts| parts.query.to_owned()));
    distinct(queries)
}

/// A short query with its parameters in every other order.
fn orders(query: &str) -> Vec<String> {
    let pairs: Vec<&str> = query.strip_prefix('?').unwrap_or(query).split('&').collect();
    if !(2..=MOST_ORDERED).contains(&pairs.len()) {
        return Vec::new();
    }
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for pair in &pairs {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(|at| {
                    let mut longer = order.clone();
                    longer.insert(at, pair);
                    longer
                })
            })
            .collect();
    }
    let written = orders.iter().map(|order| format!("?{}", order.join("&")));
    distinct(written.filter(|written| written != query).collect())
}

/// The path without these first parts, if it has them and something after them.
fn without(path: &str, prefix: &str) -> Option<String> {
    let rest = path.strip_prefix('/')?.strip_prefix(prefix)?;
    (rest.starts_with('/') && !prefix.is_empty()).then(|| rest.to_owned())
}

/// The text with the digits of its escapes in the other case, where it has any.
fn other_case(text: &str) -> Vec<String> {
    let recased = |change: fn(&str) -> String| {
        let mut parts = text.split('%');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| match part.split_at_checked(2) {
            Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                format!("{text}%{}{rest}", change(digits))
            }
            _ => format!("{text}%{part}"),
        })
    };
    vec![recased(str::to_ascii_lowercase), recased(str::to_ascii_uppercase)]
}

fn header<'m>(message: &Message<'m>, name: &str) -> Option<&'m str> {
    message
        .header(name)
        .and_then(|value| std::str::from_utf8(value).ok())
        .map(str::trim)
        .filter(|text| !text.is_empty())
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
