//! The next hop of a redirect that is followed. Pure: whether it is followed at all, and how far away it may lead, is
//! decided elsewhere.

use bytes::Bytes;

use super::credentials;
use super::destination::{Destination, Scheme};
use super::header_rule;
use super::plan::Outgoing;
use crate::model::{Attempt, HeaderRule, Outcome, RawHead};

/// How many hops are followed.
pub(crate) const HOPS: usize = 5;

/// Headers that are for one host alone (and whatever the target's own rules set).
const PRIVATE: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "www-authenticate",
];

/// What goes to the place that the answer to `sent` names, or why nothing does. `None` where it is no redirect.
/// `private` are names of headers that stay with the first host; those that do are told beside what goes.
pub(crate) fn next_hop(
    sent: &Outgoing,
    answer: &Attempt,
    private: &[&str],
) -> Option<Result<Outgoing, String>> {
    let status = answer.status.filter(|_| answer.outcome == Outcome::Answered)?;
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let headers = RawHead::new(answer.head.clone()).headers();
    let location = headers.iter().find(|header| header.is("location"))?;
    let location = String::from_utf8_lossy(&location.value).into_owned();
    Some(hop(sent, status, &location, private))
}

fn hop(sent: &Outgoing, status: u16, location: &str, private: &[&str]) -> Result<Outgoing, String> {
    let shown = location.escape_debug();
    let base = url::Url::parse(&sent.url).map_err(|error| error.to_string())?;
    let url = base
        .join(location)
        .map_err(|_| format!("the redirect to `{shown}` was not followed: it is no URL"))?;
    let destination = Destination::parse(url.as_str())
        .map_err(|error| format!("the redirect to `{shown}` was not followed: {error}"))?;
    let origin = destination.origin();
    if sent.origin.scheme == Scheme::Https && origin.scheme == Scheme::Http {
        return Err(format!(
            "the redirect to `{shown}` was not followed: it leaves TLS"
        ));
    }
    let mut target = destination.path().unwrap_or("/").to_owned();
    if let Some(query) = destination.query() {
        target.push('?');
        target.push_str(query);
    }
    let method = sent.head.split(|byte| *byte == b' ').next().unwrap_or_default();
    // As browsers and curl do it: only 307 and 308 send the body again.
    let becomes_get = match status {
        307 | 308 => false,
        303 => method != b"HEAD",
        _ => method == b"POST",
    };
    let line_end = sent
        .head
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(sent.head.len(), |at| at + 1);
    let method = if becomes_get { &b"GET"[..] } else { method };
    let mut head = [method, b" ", target.as_bytes(), b" HTTP/1.1\r\n"].concat();
    head.extend_from_slice(&sent.head[line_end..]);
    let mut rules = Vec::new();
    let remove = |name: &str| HeaderRule::Remove {
        name: name.to_owned(),
    };
    if becomes_get {
        rules.push(remove("content-length"));
        rules.push(remove("content-type"));
    }
    let mut withheld = Vec::new();
    if *origin != sent.origin {
        // A name that a rule gave the first host is none of the next one's; the first keeps it.
        rules.push(HeaderRule::Replace {
            name: "Host".to_owned(),
            value: origin.host_header(),
        });
        let stays = PRIVATE
            .iter()
            .chain(private)
            .filter(|name| !name.eq_ignore_ascii_case("host"));
        for name in stays {
            rules.push(remove(name));
            let headers = RawHead::new(sent.head.clone()).headers();
            if let Some(header) = headers.iter().find(|header| header.is(name)) {
                credentials::add(&mut withheld, String::from_utf8_lossy(&header.name).into_owned());
            }
        }
    }
    let outgoing = Outgoing {
        url: format!("{origin}{target}"),
        origin: origin.clone(),
        head: head.into(),
        body: if becomes_get {
            Bytes::new()
        } else {
            sent.body.clone()
        },
        changes: Vec::new(),
        withheld,
    };
    Ok(header_rule::apply(outgoing, &rules))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::scripted::post;

    fn sent() -> Outgoing {
        let outgoing = post("https://a.test/x?y", "{}");
        let with = |name: &str, value: &str| HeaderRule::Add {
            name: name.into(),
            value: value.into(),
        };
        header_rule::apply(
            outgoing,
            &[with("Cookie", "c"), with("X-Key", "k"), with("X-Other", "o")],
        )
    }

    fn text(outgoing: &Outgoing) -> String {
        String::from_utf8_lossy(&outgoing.head).into_owned()
    }

    #[test]
    fn what_is_for_one_host_stays_with_it() {
        let to = hop(&sent(), 307, "https://b.test/z", &["x-key"]).unwrap();
        assert_eq!(
            (to.url.as_str(), &to.body[..]),
            ("https://b.test/z", &b"{}"[..]),
            "sent again whole"
        );
        let head = text(&to);
        assert!(
            head.starts_with("POST /z HTTP/1.1\r\n") && head.contains("Host: b.test\r\n"),
            "{head}"
        );
        assert!(
            !head.contains("Cookie") && !head.contains("X-Key") && head.contains("X-Other"),
            "{head}"
        );
        assert_eq!(to.withheld, ["Cookie", "X-Key"], "those that stay are told");
        let same = text(&hop(&sent(), 308, "/z", &["x-key"]).unwrap());
        assert!(
            same.contains("Cookie: c") && same.contains("X-Key: k"),
            "the same host keeps them: {same}"
        );
        let none = hop(&sent(), 308, "/z", &["x-key"]).unwrap().withheld;
        assert!(none.is_empty(), "of which nothing is told: {none:?}");
    }

    #[test]
    fn another_host_is_called_by_its_own_name_whatever_a_rule_said_of_the_first() {
        let rule = HeaderRule::Replace {
            name: "Host".into(),
            value: "shop.test".into(),
        };
        let sent = header_rule::apply(sent(), &[rule]);
        let same = text(&hop(&sent, 307, "/z", &["Host"]).unwrap());
        assert!(
            same.contains("Host: shop.test\r\n"),
            "the first is called as before: {same}"
        );
        let to = hop(&sent, 307, "https://b.test/z", &["Host"]).unwrap();
        let head = text(&to);
        assert!(
            head.contains("Host: b.test\r\n") && head.matches("Host").count() == 1,
            "{head}"
        );
        assert_eq!(to.withheld, ["Cookie"], "a host is no credential");
    }

    #[test]
    fn a_post_becomes_a_get_where_clients_do_so() {
        for status in [301, 302, 303] {
            let to = hop(&sent(), status, "z?q", &[]).unwrap();
            let head = text(&to);
            assert!(
                head.starts_with("GET /z?q HTTP/1.1\r\n") && to.body.is_empty(),
                "{status}: {head}"
            );
            assert!(
                !head.contains("Content-Length"),
                "no length without a body: {head}"
            );
        }
    }

    #[test]
    fn some_places_are_never_gone_to() {
        for location in [
            "http://a.test/",
            "file:///etc/passwd",
            "https://me:pw@b.test/",
            "gopher://x",
            "https://",
        ] {
            assert!(hop(&sent(), 307, location, &[]).is_err(), "`{location}`");
        }
    }
}
