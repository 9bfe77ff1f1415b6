//! What a target's header rules make of a request that is ready to go.
//!
//! They come last, so that `Host` can be set for a server that tells its sites apart by it; what they did stands among
//! the changes like everything else.

use bytes::Bytes;

use super::plan::{self, Change, Line, Outgoing};
use crate::model::HeaderRule;

/// Follows `rules` one after the other.
pub(crate) fn apply(mut outgoing: Outgoing, rules: &[HeaderRule]) -> Outgoing {
    if rules.is_empty() {
        return outgoing;
    }
    let mut lines = plan::lines(&outgoing.head);
    let first = lines.next().unwrap_or_default();
    let mut headers = plan::headers(lines.take_while(|line| !plan::without_break(line).is_empty()));
    let changes = &mut outgoing.changes;
    for rule in rules {
        let at = headers.iter().position(|line| line.is(rule.name()));
        match (rule, at) {
            (HeaderRule::Replace { value, .. }, Some(at)) => {
                let after = headers[at].with_value(value.as_bytes());
                replaced(changes, &headers[at].raw, &after);
                headers[at] = Line::new(after);
                remove(&mut headers, changes, rule.name(), at + 1);
            }
            (HeaderRule::Remove { name }, Some(at)) => remove(&mut headers, changes, name, at),
            (HeaderRule::Remove { .. }, None) => {}
            (HeaderRule::Add { name, value }, _) | (HeaderRule::Replace { name, value }, None) => {
                let line = Bytes::from(format!("{name}: {value}\r\n"));
                changes.push(Change::Added { line: bare(&line) });
                headers.push(Line::new(line));
            }
        }
    }
    let mut head = first.to_vec();
    for line in &headers {
        head.extend_from_slice(&line.raw);
    }
    head.extend_from_slice(b"\r\n");
    outgoing.head = head.into();
    outgoing
}

/// Takes out all lines of this name from `from` on.
fn remove(headers: &mut Vec<Line>, changes: &mut Vec<Change>, name: &str, from: usize) {
    let mut at = 0;
    headers.retain(|line| {
        let goes = at >= from && line.is(name);
        at += 1;
        if goes {
            let bare = bare(&line.raw);
            // A line that we had put there ourselves, or changed, goes as it was first.
            let known = changes.iter().position(|change| match change {
                Change::Added { line } => *line == bare,
                Change::Replaced { after, .. } => *after == bare,
                Change::Removed { .. } => false,
            });
            match known.map(|known| changes.remove(known)) {
                Some(Change::Replaced { before, .. }) => changes.push(Change::Removed { line: before }),
                Some(_) => {}
                None => changes.push(Change::Removed { line: bare }),
            }
        }
        !goes
    });
}

fn replaced(changes: &mut Vec<Change>, before: &Bytes, after: &Bytes) {
    let (before, after) = (bare(before), bare(after));
    if before == after {
        return;
    }
    for change in changes.iter_mut() {
        match change {
            Change::Replaced { after: known, .. } | Change::Added { line: known } if *known == before => {
                *known = after;
                return;
            }
            Change::Replaced { .. } | Change::Added { .. } | Change::Removed { .. } => {}
        }
    }
    changes.push(Change::Replaced { before, after });
}

fn bare(line: &Bytes) -> Bytes {
    line.slice(..plan::without_break(line).len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Destination, resend};
    use crate::model::RawHead;

    fn add(name: &str, value: &str) -> HeaderRule {
        HeaderRule::Add {
            name: name.into(),
            value: value.into(),
        }
    }

    fn replace(name: &str, value: &str) -> HeaderRule {
        HeaderRule::Replace {
            name: name.into(),
            value: value.into(),
        }
    }

    fn remove(name: &str) -> HeaderRule {
        HeaderRule::Remove { name: name.into() }
    }

    fn planned(rules: &[HeaderRule]) -> (String, Vec<String>) {
        let head = RawHead::new(Bytes::from_static(
            b"POST /a HTTP/1.1\r\nHost: provider\r\nx-A:  1\r\nX-b: 2\r\nX-a: 3\r\n\r\n",
        ));
        let outgoing = resend(&head, Bytes::new(), &Destination::parse("http://dev:1").unwrap()).unwrap();
        let outgoing = apply(outgoing, rules);
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let changes = outgoing.changes.iter().map(|change| match change {
            Change::Removed { line } => format!("-{}", text(line)),
            Change::Added { line } => format!("+{}", text(line)),
            Change::Replaced { before, after } => format!("{}>{}", text(before), text(after)),
        });
        (text(&outgoing.head).replace("\r\n", "|"), changes.collect())
    }

    #[test]
    fn rules_change_what_they_name_and_nothing_else() {
        for (rules, head, changes) in [
            (
                vec![add("X-New", "n")],
                "Host: dev:1|x-A:  1|X-b: 2|X-a: 3|X-New: n",
                vec!["Host: provider>Host: dev:1", "+X-New: n"],
            ),
            (
                vec![remove("x-a")],
                "Host: dev:1|X-b: 2",
                vec!["Host: provider>Host: dev:1", "-x-A:  1", "-X-a: 3"],
            ),
            (
                vec![replace("X-A", "9")],
                "Host: dev:1|x-A:  9|X-b: 2",
                vec!["Host: provider>Host: dev:1", "x-A:  1>x-A:  9", "-X-a: 3"],
            ),
            (
                vec![replace("X-c", "9")],
                "Host: dev:1|x-A:  1|X-b: 2|X-a: 3|X-c: 9",
                vec!["Host: provider>Host: dev:1", "+X-c: 9"],
            ),
            (
                vec![replace("host", "shop.test")],
                "Host: shop.test|x-A:  1|X-b: 2|X-a: 3",
                vec!["Host: provider>Host: shop.test"],
            ),
            (
                vec![add("X-new", "1"), remove("x-new")],
                "Host: dev:1|x-A:  1|X-b: 2|X-a: 3",
                vec!["Host: provider>Host: dev:1"],
            ),
        ] {
            let (got, said) = planned(&rules);
            assert_eq!(got, format!("POST /a HTTP/1.1|{head}||"), "{rules:?}");
            assert_eq!(said, changes, "{rules:?}");
        }
    }
}
