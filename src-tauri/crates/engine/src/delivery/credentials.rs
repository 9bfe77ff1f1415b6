//! Credentials that came with a captured request. They were given to the host that it was sent to, and follow it to
//! another only on this machine or in a private network, or where a target's rules say so.
//!
//! What a person writes into an edited copy, and what a target's header rules add, is theirs and goes.

use super::destination::Origin;
use super::header_rule;
use super::plan::{Change, Outgoing};
use crate::model::{HeaderRule, RawHead};

/// The headers that stay. `Proxy-Authorization` is never sent on, wherever to.
const CREDENTIALS: [&str; 2] = ["authorization", "cookie"];

/// `outgoing`, made of a request with this head, without the credentials that were meant for another host.
pub(super) fn withheld(outgoing: Outgoing, captured: &RawHead) -> Outgoing {
    if came_for(captured, &outgoing.origin) {
        return outgoing;
    }
    let rules = CREDENTIALS.map(|name| HeaderRule::Remove {
        name: name.to_owned(),
    });
    header_rule::apply(outgoing, &rules)
}

/// The names of credentials that were there and do not go, each once.
pub(crate) fn left_out(outgoing: &Outgoing) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for change in &outgoing.changes {
        let name = change.name();
        let is_one = CREDENTIALS.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is_one
            && matches!(change, Change::Removed { .. })
            && !names.iter().any(|known| known.eq_ignore_ascii_case(&name))
        {
            names.push(name);
        }
    }
    names
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
    use bytes::Bytes;

    use super::super::{Route, resend_by};
    use super::*;
    use crate::model::TargetRules;

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
                ["Host", "authorization", "Cookie", "COOKIE"]
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
}
