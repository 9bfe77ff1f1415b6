//! Credentials that came with a captured request. They were given to the host that it was sent to, and follow it to
//! another only on this machine or in a private network, or where a target's rules say so.
//!
//! In an edited copy a line that still says what came is a captured one, and stays like the others. A copy may be made
//! of a template, which came of another request: it is held against the heads of both. What a person writes there, and
//! what a target's header rules add, is theirs and goes.

use bytes::Bytes;

use super::destination::Origin;
use super::plan::{self, Change, Line, Outgoing};
use crate::model::{Header, RawHead};

/// The headers that stay. `Proxy-Authorization` is never sent on, wherever to.
const CREDENTIALS: [&str; 2] = ["authorization", "cookie"];

/// `outgoing`, made of a request with this head, without the credentials that were meant for another host.
pub(super) fn withheld(outgoing: Outgoing, captured: &RawHead) -> Outgoing {
    if came_for(captured, &outgoing.origin) {
        return outgoing;
    }
    without(outgoing, is_credential)
}

/// `outgoing`, an edited copy of requests with these heads, without the credentials that are as they came and were meant
/// for another host.
pub(crate) fn unchanged_withheld(outgoing: Outgoing, captured: &[RawHead]) -> Outgoing {
    let came = Came::of(captured, &outgoing.origin);
    without(outgoing, |line| came.was_for_another(line))
}

/// The names of credentials that go as they came though they were meant for another host, each once.
pub(crate) fn sent_on(outgoing: &Outgoing, captured: &[RawHead]) -> Vec<String> {
    let came = Came::of(captured, &outgoing.origin);
    let mut names = Vec::new();
    for line in plan::headers(plan::lines(&outgoing.head).skip(1)) {
        if came.was_for_another(&line) {
            add(&mut names, line.name());
        }
    }
    names
}

/// Heads with nothing but the hosts of `captured` and those of their credentials that are among `written`: enough to
/// know them by once the requests are gone. A head without such a credential is left out, and so is a second alike.
pub(crate) fn remembered(captured: &[RawHead], written: &[(String, String)]) -> Vec<RawHead> {
    let mut heads = Vec::new();
    for head in captured {
        if let Some(head) = remembered_of(head, written)
            && !heads.contains(&head)
        {
            heads.push(head);
        }
    }
    heads
}

fn remembered_of(captured: &RawHead, written: &[(String, String)]) -> Option<RawHead> {
    let mut head = b"GET / HTTP/1.1\r\n".to_vec();
    let mut is_any = false;
    for header in captured.headers() {
        let line =
            |(name, value): &(String, String)| header.is(name) && is_value(&header, value.trim().as_bytes());
        let is_written = CREDENTIALS.iter().any(|known| header.is(known)) && written.iter().any(line);
        is_any |= is_written;
        if header.is("host") || is_written {
            for part in [&header.name[..], b": ", header.value.trim_ascii(), b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
    }
    head.extend_from_slice(b"\r\n");
    is_any.then(|| RawHead::new(Bytes::from(head)))
}

/// The header lines of captured requests, by whether those were sent to the host that something goes to now.
struct Came {
    here: Vec<Header>,
    elsewhere: Vec<Header>,
}

impl Came {
    fn of(captured: &[RawHead], origin: &Origin) -> Self {
        let (here, elsewhere): (Vec<_>, Vec<_>) = captured.iter().partition(|head| came_for(head, origin));
        let headers = |heads: Vec<&RawHead>| heads.into_iter().flat_map(RawHead::headers).collect();
        Self {
            here: headers(here),
            elsewhere: headers(elsewhere),
        }
    }

    /// Whether a line is a credential as it came, and came for other hosts only.
    fn was_for_another(&self, line: &Line) -> bool {
        is_credential(line) && came_so(line, &self.elsewhere) && !came_so(line, &self.here)
    }
}

/// `outgoing` without the lines that stay; each is told among the changes, and their names beside them.
fn without(mut outgoing: Outgoing, stays: impl Fn(&Line) -> bool) -> Outgoing {
    let mut lines = plan::lines(&outgoing.head);
    let mut head = lines.next().unwrap_or_default().to_vec();
    for line in plan::headers(lines) {
        if stays(&line) {
            add(&mut outgoing.withheld, line.name());
            let line = line.raw.slice(..plan::without_break(&line.raw).len());
            outgoing.changes.push(Change::Removed { line });
        } else {
            head.extend_from_slice(&line.raw);
        }
    }
    outgoing.head = head.into();
    outgoing
}

fn is_credential(line: &Line) -> bool {
    CREDENTIALS.iter().any(|known| line.is(known))
}

/// Whether one of these headers has this name and value.
fn came_so(line: &Line, captured: &[Header]) -> bool {
    let came = |header: &Header| header.is(&line.name()) && is_value(header, line.value());
    captured.iter().any(came)
}

/// Whether `value` is that of a captured header; what is no UTF-8 is edited as text with signs in its place.
fn is_value(header: &Header, value: &[u8]) -> bool {
    let came = header.value.trim_ascii();
    came == value || String::from_utf8_lossy(came).as_bytes() == value
}

/// Adds a name, unless it is there.
pub(super) fn add(names: &mut Vec<String>, name: String) {
    if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
        names.push(name);
    }
}

/// Whether the request was sent to this very host.
fn came_for(captured: &RawHead, origin: &Origin) -> bool {
    let headers = captured.headers();
    let mut hosts = headers.iter().filter(|header| header.is("host"));
    let wanted = origin.host_header();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.value.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Edit, Route, resend_by};
    use super::*;
    use crate::model::{HeaderRule, TargetRules};

    fn sent(url: &str, rules: &TargetRules, withholds: bool) -> (String, Vec<String>) {
        let head = RawHead::new(Bytes::from_static(
            b"POST /a HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\nX-A: 1\r\nauthorization: Bearer x\r\nCOOKIE: b=2\r\n\r\n",
        ));
        let route = Route::new(url, rules).unwrap();
        let route = if withholds { route.withholding() } else { route };
        let outgoing = resend_by(&head, Bytes::new(), &route).unwrap();
        let names = outgoing.changes.iter().map(Change::name).collect();
        let text = String::from_utf8(outgoing.head.to_vec()).unwrap();
        (text.replace("\r\n", "|"), names)
    }

    #[test]
    fn credentials_stay_with_the_host_that_they_came_for() {
        let plain = TargetRules::default();
        assert_eq!(
            sent("https://other.example", &plain, true),
            (
                "POST /a HTTP/1.1|Host: other.example|X-A: 1||".to_owned(),
                ["Host", "Cookie", "authorization", "COOKIE"]
                    .map(str::to_owned)
                    .to_vec()
            ),
            "each line is left out, and is told"
        );
        for (url, withholds) in [("https://shop.example", true), ("http://localhost:3000", false)] {
            let (head, _) = sent(url, &plain, withholds);
            assert!(
                head.contains("|Cookie: a=1|X-A: 1|authorization: Bearer x|COOKIE: b=2|"),
                "`{url}` gets them as they came: {head}"
            );
        }
        let (head, _) = sent("https://shop.example:8443", &plain, true);
        assert!(!head.contains("Bearer"), "another port is another host: {head}");
    }

    #[test]
    fn what_a_rule_of_the_target_says_goes() {
        let rules = TargetRules {
            headers: vec![HeaderRule::Replace {
                name: "Authorization".into(),
                value: "Bearer staging".into(),
            }],
            ..TargetRules::default()
        };
        let (head, _) = sent("https://other.example", &rules, true);
        assert!(
            head.contains("|Authorization: Bearer staging|") && !head.contains("Bearer x"),
            "its own credential takes the place: {head}"
        );
    }

    #[test]
    fn of_an_edited_copy_only_what_is_as_it_came_stays() {
        let captured = &[RawHead::new(Bytes::from_static(
            b"POST /a HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\nAuthorization: Bearer \xff\r\n\r\n",
        ))];
        let edited = |url: &str, headers: &[(&str, &str)]| {
            let edit = Edit {
                method: "POST".into(),
                url: url.into(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                    .collect(),
                body: Bytes::new(),
            };
            edit.plan().unwrap()
        };
        let left = [
            ("cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Authorization", "Bearer \u{fffd}"),
            ("X-Token", "a=1"),
        ];
        let far = edited("https://other.example", &left);
        assert_eq!(
            sent_on(&far, captured),
            ["cookie", "Authorization"],
            "what would go as it came is known"
        );
        let outgoing = unchanged_withheld(far, captured);
        assert_eq!(
            String::from_utf8_lossy(&outgoing.head).replace("\r\n", "|"),
            "POST / HTTP/1.1|Host: other.example|Cookie: b=2|X-Token: a=1||",
            "another value is the person's, whatever its name is"
        );
        assert_eq!(
            outgoing.withheld,
            ["cookie", "Authorization"],
            "the names are told"
        );
        assert!(sent_on(&outgoing, captured).is_empty(), "nothing is left of them");
        let home = unchanged_withheld(edited("https://shop.example", &left), captured);
        assert!(home.withheld.is_empty(), "they go to the host that they came for");
    }

    #[test]
    fn what_is_remembered_of_a_request_is_enough_to_know_its_credentials_by() {
        let head = |text: &'static str| RawHead::new(Bytes::from_static(text.as_bytes()));
        let shop = "POST /a HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\nAuthorization: Bearer x\r\nX-A: 1\r\n\r\n";
        let captured = [
            head(shop),
            head("POST /b HTTP/1.1\r\nHost: other.example\r\nCookie: b=2\r\n\r\n"),
            head(shop),
        ];
        let written = [
            ("Cookie".to_owned(), "a=1".to_owned()),
            ("Authorization".to_owned(), "Bearer mine".to_owned()),
        ];
        assert_eq!(
            remembered(&captured, &written),
            [head(
                "GET / HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\n\r\n"
            )],
            "once, and nothing of what was taken away or written over"
        );
    }

    #[test]
    fn what_came_for_this_host_goes_there_though_it_came_for_another_too() {
        let head = |text: &'static str| RawHead::new(Bytes::from_static(text.as_bytes()));
        let captured = [
            head("POST /a HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\n\r\n"),
            head("POST /a HTTP/1.1\r\nHost: other.example\r\nCookie: a=1\r\nAuthorization: Bearer x\r\n\r\n"),
        ];
        let edit = Edit {
            method: "POST".into(),
            url: "https://shop.example".into(),
            headers: [("Cookie", "a=1"), ("Authorization", "Bearer x")]
                .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
                .into(),
            body: Bytes::new(),
        };
        let outgoing = unchanged_withheld(edit.plan().unwrap(), &captured);
        assert_eq!(
            outgoing.withheld,
            ["Authorization"],
            "only what never came for this host stays"
        );
    }
}
