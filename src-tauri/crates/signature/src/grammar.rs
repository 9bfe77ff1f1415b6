//! Taking a signature's text apart: prefix, groups, items, keys.
//!
//! Everything is kept as spans of the text, so that a report can show which bytes were taken for what.

use crate::report::Span;
use crate::scheme::Signature;

/// Longer texts are no signature; a token in `Authorization` is the longest there is.
pub(crate) const LONGEST: usize = 16 * 1024;
/// More groups or items than this are no signature either.
const MOST: usize = 256;

/// One item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) key: Option<Span>,
    pub(crate) value: Span,
    pub(crate) is_signature: bool,
}

/// Items that belong together: one time, some signatures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Group {
    pub(crate) items: Vec<Item>,
}

/// A text taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Apart {
    pub(crate) prefix: Option<Span>,
    pub(crate) groups: Vec<Group>,
    pub(crate) fault: Option<Fault>,
}

/// Why a text gave no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Longer than any signature.
    TooLong,
    /// More items than any signature has.
    TooMany,
    /// Control characters or bytes beyond ASCII.
    NotText,
    /// The prefix is not there.
    NoPrefix,
}

impl Fault {
    /// Whether such a text cannot be a signature at all (rather than being a wrong one).
    pub(crate) const fn is_malformed(self) -> bool {
        !matches!(self, Self::NoPrefix)
    }
}

impl Apart {
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (usize, Span)> {
        self.groups.iter().enumerate().flat_map(|(index, group)| {
            group
                .items
                .iter()
                .filter(|item| item.is_signature)
                .map(move |item| (index, item.value))
        })
    }
}

/// What is asked of a text before it is taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Digests are written in ASCII; a token can be any text.
    pub(crate) is_ascii: bool,
    /// `Bearer` may be written `bearer`.
    pub(crate) ignores_prefix_case: bool,
}

impl Rules {
    /// For digests outside `Authorization`.
    #[cfg(test)]
    const STRICT: Self = Self {
        is_ascii: true,
        ignores_prefix_case: false,
    };
}

/// Takes a text apart as the scheme says. `keys` are those that name signatures.
pub(crate) fn take_apart(text: &[u8], grammar: &Signature, keys: &[&str], rules: Rules) -> Apart {
    let mut apart = Apart::default();
    if text.len() > LONGEST {
        apart.fault = Some(Fault::TooLong);
        return apart;
    }
    if rules.is_ascii && text.iter().any(|byte| !(b' '..=b'~').contains(byte)) {
        apart.fault = Some(Fault::NotText);
        return apart;
    }
    let mut rest = Span {
        start: 0,
        end: text.len(),
    };
    if let Some(prefix) = grammar.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
        let head = text.get(..prefix.len()).unwrap_or(text);
        let there = if rules.ignores_prefix_case {
            head.eq_ignore_ascii_case(prefix.as_bytes())
        } else {
            head == prefix.as_bytes()
        };
        if !there {
            apart.fault = Some(Fault::NoPrefix);
            return apart;
        }
        apart.prefix = Some(Span {
            start: 0,
            end: prefix.len(),
        });
        rest.start = prefix.len();
    }
    let mut count = 0;
    for group in cut(text, rest, grammar.groups.as_deref()) {
        let mut items = Vec::new();
        for (place, item) in cut(text, group, grammar.separator.as_deref()).enumerate() {
            count += 1;
            if count > MOST {
                apart.groups.clear();
                apart.fault = Some(Fault::TooMany);
                return apart;
            }
            let item = if grammar.trim { trimmed(text, item) } else { item };
            if item.start < item.end {
                items.push(read_item(text, item, place, grammar, keys));
            }
        }
        apart.groups.push(Group { items });
    }
    apart
}

fn read_item(text: &[u8], item: Span, place: usize, grammar: &Signature, keys: &[&str]) -> Item {
    let bytes = &text[item.start..item.end];
    if let Some(assign) = grammar.assign.as_deref().filter(|assign| !assign.is_empty()) {
        let Some(at) = crate::read::form::position(bytes, assign.as_bytes()) else {
            return Item {
                key: None,
                value: item,
                is_signature: grammar.bare,
            };
        };
        let key = Span {
            start: item.start,
            end: item.start + at,
        };
        let value = Span {
            start: key.end + assign.len(),
            end: item.end,
        };
        let name = &text[key.start..key.end];
        return Item {
            key: Some(key),
            value,
            is_signature: keys.iter().any(|wanted| wanted.as_bytes() == name),
        };
    }
    let is_signature = grammar.separator.is_none() || grammar.position.is_none_or(|first| place >= first);
    Item {
        key: None,
        value: item,
        is_signature,
    }
}

/// The stretches of `within` between separators.
fn cut<'a>(text: &'a [u8], within: Span, separator: Option<&'a str>) -> impl Iterator<Item = Span> {
    let separator = separator
        .filter(|separator| !separator.is_empty())
        .map(str::as_bytes);
    let mut next = Some(within);
    std::iter::from_fn(move || {
        let span = next.take()?;
        let at = separator.and_then(|separator| {
            crate::read::form::position(&text[span.start..span.end], separator)
                .map(|at| (at, separator.len()))
        });
        let Some((at, length)) = at else { return Some(span) };
        next = Some(Span {
            start: span.start + at + length,
            end: span.end,
        });
        Some(Span {
            start: span.start,
            end: span.start + at,
        })
    })
}

fn trimmed(text: &[u8], span: Span) -> Span {
    let bytes = &text[span.start..span.end];
    let start = span.start + (bytes.len() - bytes.trim_ascii_start().len());
    let end = span.end - (bytes.len() - bytes.trim_ascii_end().len());
    Span {
        start: start.min(end),
        end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signatures(text: &str, grammar: &Signature) -> Vec<String> {
        let keys: Vec<&str> = grammar.key.as_deref().into_iter().collect();
        take_apart(text.as_bytes(), grammar, &keys, Rules::STRICT)
            .signatures()
            .map(|(group, span)| format!("{group}:{}", &text[span.start..span.end]))
            .collect()
    }

    fn list(separator: &str, assign: &str, key: &str) -> Signature {
        Signature {
            separator: Some(separator.into()),
            assign: Some(assign.into()),
            key: Some(key.into()),
            ..Signature::default()
        }
    }

    #[test]
    fn lists_give_the_items_of_their_key() {
        assert_eq!(
            signatures("t=1,v1=a,v0=b,v1=c", &list(",", "=", "v1")),
            ["0:a", "0:c"],
            "every v1, no v0"
        );
        assert_eq!(
            signatures("v1,a= v1a,b v1,c", &list(" ", ",", "v1")),
            ["0:a=", "0:c"],
            "keys are whole"
        );
        assert!(
            signatures("t=1, v1=a", &list(",", "=", "v1")).is_empty(),
            "blanks are part of a key"
        );
        let trimming = Signature {
            trim: true,
            ..list(",", "=", "v1")
        };
        assert_eq!(
            signatures("t=1, v1=a", &trimming),
            ["0:a"],
            "unless the scheme ignores them"
        );
        let groups = Signature {
            groups: Some(" ".into()),
            ..list(",", "=", "v1")
        };
        assert_eq!(
            signatures("t=1,v1=a t=2,v1=b", &groups),
            ["0:a", "1:b"],
            "groups are told apart"
        );
    }

    #[test]
    fn places_and_prefixes() {
        let places = Signature {
            separator: Some(",".into()),
            position: Some(1),
            ..Signature::default()
        };
        assert_eq!(
            signatures("123,a,b", &places),
            ["0:a", "0:b"],
            "the first is the time"
        );
        let prefixed = Signature {
            prefix: Some("sha256=".into()),
            ..Signature::default()
        };
        assert_eq!(
            signatures("sha256=ab", &prefixed),
            ["0:ab"],
            "the prefix is removed"
        );
        assert!(
            signatures("sha1=ab", &prefixed).is_empty(),
            "another prefix is no signature"
        );
    }

    #[test]
    fn hostile_texts_are_refused_early() {
        let grammar = list(",", "=", "v1");
        let fault = |text: &[u8]| take_apart(text, &grammar, &["v1"], Rules::STRICT).fault;
        assert_eq!(
            fault(&vec![b'a'; LONGEST + 1]),
            Some(Fault::TooLong),
            "length is bounded"
        );
        assert_eq!(
            fault("v1=a,".repeat(1000).as_bytes()),
            Some(Fault::TooMany),
            "so are items"
        );
        assert_eq!(fault("v1=é".as_bytes()), Some(Fault::NotText), "and bytes");
    }
}
