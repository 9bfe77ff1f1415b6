//! What the URL may have been when the message was signed.

use super::cause::Cause;
use super::variant::Variant;
use crate::message::Message;
use crate::read::form::{self, Plus};
use crate::read::url;

/// More than these are not tried.
const MOST: usize = 1000;
/// Nor more than these many bytes of them: a request's own URL may be as long as its head.
const MOST_BYTES: usize = 4 << 20;
/// Of the hosts in one list, and of the URLs that are known, no more than these are looked at.
const MOST_LISTED: usize = 16;
/// The parameters of a query of up to this many are tried in every order.
const MOST_ORDERED: usize = 5;
/// What may stand in a path or a query as it is.
const PLAIN: &[u8] = b"!$&'()*+,;=:@/?%";

/// URLs the sender may have used: schemes × hosts × ports × paths × queries. Those that change least come first, and
/// what comes after the most that are tried is not made at all: the parts are a stranger's, and so is their number.
pub(super) fn urls(
    message: &Message<'_>,
    known: &[String],
    should_stop: &dyn Fn() -> bool,
) -> Vec<Variant<String>> {
    let ours = message.effective_url().into_owned();
    let base = url::split(&ours);
    let known: Vec<url::Parts<'_>> = known
        .iter()
        .take(MOST_LISTED)
        .map(|url| url::split(url))
        .collect();
    let origins = origins(message, base, &known);
    let paths = paths(message, base, &known);
    let queries = queries(message, base, &known);
    let mut found = Found::new(should_stop);
    for changed in 1..=5_usize {
        for origin in &origins {
            let Some(beside) = changed.checked_sub(origin.causes.len()) else {
                continue;
            };
            // Ours is the first of each.
            for (at_path, path) in paths.iter().enumerate() {
                for (at_query, query) in queries.iter().enumerate() {
                    let causes = [
                        (at_path > 0).then_some(Cause::UrlPath),
                        (at_query > 0).then_some(Cause::UrlQuery),
                    ];
                    if causes.iter().flatten().count() != beside {
                        continue;
                    }
                    let mut causes = origin.causes.iter().copied().chain(causes.into_iter().flatten());
                    let first = causes.next().unwrap_or(Cause::Url);
                    let cause = if changed == 1 { first } else { Cause::Url };
                    if !found.add(cause, &[&origin.text, path, query]) {
                        return found.variants;
                    }
                }
            }
        }
        if changed == 1 {
            let before = ours.strip_suffix(base.query).unwrap_or(&ours);
            for query in orders(base.query) {
                if !found.add(Cause::UrlQuery, &[before, &query]) {
                    return found.variants;
                }
            }
        }
    }
    found.variants
}

/// What was found, as far as there is room for it.
struct Found<'f> {
    variants: Vec<Variant<String>>,
    bytes: usize,
    should_stop: &'f dyn Fn() -> bool,
}

impl<'f> Found<'f> {
    const fn new(should_stop: &'f dyn Fn() -> bool) -> Self {
        Self {
            variants: Vec::new(),
            bytes: 0,
            should_stop,
        }
    }

    /// Takes in the URL of these pieces; `false` where that was one too many.
    fn add(&mut self, cause: Cause, pieces: &[&str]) -> bool {
        self.bytes += pieces.iter().map(|piece| piece.len()).sum::<usize>();
        if self.variants.len() == MOST || self.bytes > MOST_BYTES || (self.should_stop)() {
            return false;
        }
        let url = pieces.concat();
        let variant = Variant::new(cause, format!("the URL `{url}`"), url);
        self.variants.push(variant);
        true
    }
}

/// A URL up to its path, and what of ours it changes.
struct Origin {
    text: String,
    causes: Vec<Cause>,
}

/// Schemes × hosts × ports: ours, those that proxies name, the usual ones, those that are known.
fn origins(message: &Message<'_>, base: url::Parts<'_>, known: &[url::Parts<'_>]) -> Vec<Origin> {
    let forwarded_port = header(message, "x-forwarded-port").map(|port| format!(":{port}"));
    let mut origins = Vec::new();
    for scheme in distinct([base.scheme, "https", "http"].to_vec()) {
        for (user, host, own_port) in hosts(message, base, known) {
            let default = if scheme == "http" { ":80" } else { ":443" };
            let ports = [own_port, "", default]
                .into_iter()
                .chain(forwarded_port.as_deref());
            for port in distinct(ports.collect()) {
                let differs = [
                    (scheme != base.scheme, Cause::UrlScheme),
                    (host != base.host || user != base.user, Cause::UrlHost),
                    (port != base.port, Cause::UrlPort),
                ];
                let causes = differs.into_iter().filter(|(differs, _)| *differs);
                origins.push(Origin {
                    text: format!("{scheme}://{user}{host}{port}"),
                    causes: causes.map(|(_, cause)| cause).collect(),
                });
            }
        }
    }
    origins
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
        .flat_map(|list| list.split(',').take(MOST_LISTED).map(str::trim))
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
        parts.fold(first, |mut text, part| {
            text.push('%');
            match part.split_at_checked(2) {
                Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    text.push_str(&change(digits));
                    text.push_str(rest);
                }
                _ => text.push_str(part),
            }
            text
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message<'m>(headers: &'m [(&'m [u8], &'m [u8])], url: &'m str) -> Message<'m> {
        Message {
            method: "POST",
            target: "/in/abc?a=1&b=2",
            url: Some(url),
            headers,
            body: b"",
            received_at: None,
        }
    }

    #[test]
    fn a_head_full_of_hosts_makes_no_more_urls_than_are_tried() {
        let hosts: Vec<String> = (0..6500).map(|host| format!("h{host}.test")).collect();
        let hosts = hosts.join(",");
        assert!(hosts.len() > 64 * 1024, "as long as a head may be");
        let headers: [(&[u8], &[u8]); 2] = [
            (b"X-Forwarded-Host", hosts.as_bytes()),
            (b"X-Original-Host", b"original.test"),
        ];
        let asked = std::cell::Cell::new(0);
        let count = || {
            asked.set(asked.get() + 1);
            false
        };
        let found = urls(
            &message(&headers, "https://h.test/in/a%2fb/?a=x+y&b=2"),
            &[],
            &count,
        );
        assert_eq!(found.len(), MOST, "as many as are tried");
        assert_eq!(asked.get(), MOST, "and no more were made");
        let is_there = |url: &str| found.iter().any(|variant| variant.value == url);
        for url in [
            "https://h0.test/in/a%2fb/?a=x+y&b=2",
            "https://original.test/in/a%2fb/?a=x+y&b=2",
            "https://h.test/in/a%2fb/?b=2&a=x+y",
            "https://h.test:443/in/a%2fb/?a=x+y&b=2",
            "http://h.test/in/a%2fb/?a=x+y&b=2",
        ] {
            assert!(
                is_there(url),
                "`{url}` changes one thing, however many hosts are named"
            );
        }
        let first_of_two = found.iter().position(|variant| variant.cause == Cause::Url);
        let last_of_one = found.iter().rposition(|variant| variant.cause != Cause::Url);
        assert!(last_of_one < first_of_two, "what changes least comes first");
    }

    #[test]
    fn a_url_as_long_as_a_head_is_not_kept_a_thousand_times() {
        let url = format!("https://h.test/{}?{}", "%2f/".repeat(8192), "a=%2B&".repeat(5000));
        let found = urls(&message(&[], &url), &[], &|| false);
        let bytes: usize = found.iter().map(|variant| variant.value.len()).sum();
        assert!(bytes <= MOST_BYTES, "{bytes} bytes");
        assert!(found.len() > 20, "{} are tried all the same", found.len());
    }

    #[test]
    fn nothing_is_made_once_the_search_is_to_stop() {
        let found = urls(&message(&[], "https://h.test/in"), &[], &|| true);
        assert_eq!(found, [], "the caller's patience has ended");
    }
}
