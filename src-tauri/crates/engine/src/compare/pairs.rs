//! Names with values in an order: header lines and the parameters of a query.

use std::collections::HashMap;

use bytes::Bytes;

use super::ignoring::Ignoring;

/// How a name and its value differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    /// The value is the same.
    Same,
    /// The value is another.
    Changed,
    /// It was not there before.
    Added,
    /// It is not there after.
    Removed,
}

impl PairKind {
    /// `same`, `changed`, `added` or `removed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// A name with its values on both sides. A name that is there several times is paired in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairChange {
    /// What became of the value.
    pub kind: PairKind,
    /// Name and value before.
    pub before: Option<(Bytes, Bytes)>,
    /// Name and value after.
    pub after: Option<(Bytes, Bytes)>,
    /// Upper and lower case of the name differ.
    pub recased: bool,
    /// It stands elsewhere among those that are on both sides.
    pub moved: bool,
    /// The difference is one that is to be ignored.
    pub ignored: bool,
}

impl PairChange {
    /// Whether it says nothing: the same, but for case and place, or ignored.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.kind == PairKind::Same || self.ignored
    }
}

pub(super) fn headers(
    before: &[(Bytes, Bytes)],
    after: &[(Bytes, Bytes)],
    ignoring: &Ignoring,
) -> Vec<PairChange> {
    compare(before, after, <[u8]>::to_ascii_lowercase, ignoring)
}

pub(super) fn query(before: Option<&Bytes>, after: Option<&Bytes>, ignoring: &Ignoring) -> Vec<PairChange> {
    compare(&parameters(before), &parameters(after), <[u8]>::to_vec, ignoring)
}

/// The parameters of a query as they were sent, nothing decoded.
fn parameters(query: Option<&Bytes>) -> Vec<(Bytes, Bytes)> {
    let Some(query) = query else { return Vec::new() };
    let mut start = 0;
    let mut found = Vec::new();
    for part in query.split(|byte| *byte == b'&') {
        let end = start + part.len();
        if !part.is_empty() {
            let name = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
            let value = (start + name + 1).min(end);
            found.push((query.slice(start..start + name), query.slice(value..end)));
        }
        start = end + 1;
    }
    found
}

fn compare(
    before: &[(Bytes, Bytes)],
    after: &[(Bytes, Bytes)],
    same_name: impl Fn(&[u8]) -> Vec<u8>,
    ignoring: &Ignoring,
) -> Vec<PairChange> {
    let mut places: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    for (place, (name, _)) in after.iter().enumerate().rev() {
        places.entry(same_name(name)).or_default().push(place);
    }
    let partners: Vec<Option<usize>> = before
        .iter()
        .map(|(name, _)| places.get_mut(&same_name(name))?.pop())
        .collect();
    let paired: Vec<usize> = partners.iter().copied().flatten().collect();
    let steady = rising(&paired);
    let mut rows: Vec<(usize, usize, PairChange)> = Vec::new();
    let mut previous = 0;
    let mut number = 0;
    for (one, partner) in before.iter().zip(&partners) {
        let row = match partner {
            Some(place) => {
                previous = place * 2 + 1;
                number += 1;
                let other = &after[*place];
                let kind = if one.1 == other.1 {
                    PairKind::Same
                } else {
                    PairKind::Changed
                };
                (
                    previous,
                    PairChange {
                        kind,
                        recased: one.0 != other.0,
                        moved: !steady[number - 1],
                        ..pair(kind, Some(one), Some(other), ignoring)
                    },
                )
            }
            None => (previous, pair(PairKind::Removed, Some(one), None, ignoring)),
        };
        rows.push((row.0, rows.len(), row.1));
    }
    let mut is_paired = vec![false; after.len()];
    for place in &paired {
        is_paired[*place] = true;
    }
    for (place, other) in after.iter().enumerate() {
        if !is_paired[place] {
            rows.push((
                place * 2 + 1,
                rows.len(),
                pair(PairKind::Added, None, Some(other), ignoring),
            ));
        }
    }
    rows.sort_by_key(|(place, number, _)| (*place, *number));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

fn pair(
    kind: PairKind,
    before: Option<&(Bytes, Bytes)>,
    after: Option<&(Bytes, Bytes)>,
    ignoring: &Ignoring,
) -> PairChange {
    let name = before
        .or(after)
        .map(|pair| String::from_utf8_lossy(&pair.0))
        .unwrap_or_default();
    let by_value = match (before, after) {
        (Some(one), Some(other)) => ignoring.value(
            &name,
            &String::from_utf8_lossy(&one.1),
            &String::from_utf8_lossy(&other.1),
        ),
        _ => false,
    };
    PairChange {
        kind,
        before: before.cloned(),
        after: after.cloned(),
        recased: false,
        moved: false,
        ignored: kind != PairKind::Same && (by_value || ignoring.name(&name)),
    }
}

/// Which numbers belong to a longest rising row of them: what does not has moved.
pub(super) fn rising(numbers: &[usize]) -> Vec<bool> {
    // The place of the smallest end of a rising row, by its length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut kept = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        kept[place] = true;
        next = before[place];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(Bytes, Bytes)> {
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (Bytes::from(name.to_owned()), Bytes::from(value.to_owned())))
            .collect()
    }

    fn told(before: &str, after: &str, ignoring: &Ignoring) -> Vec<String> {
        headers(&lines(before), &lines(after), ignoring)
            .iter()
            .map(|change| {
                let name = |side: &Option<(Bytes, Bytes)>| {
                    side.as_ref().map_or_else(String::new, |(name, _)| {
                        String::from_utf8_lossy(name).into_owned()
                    })
                };
                let mut text = format!("{} {}", change.kind.as_str(), name(&change.before));
                if change.before.is_none() {
                    text.push_str(&name(&change.after));
                }
                for (flag, word) in [
                    (change.recased, "recased"),
                    (change.moved, "moved"),
                    (change.ignored, "ignored"),
                ] {
                    if flag {
                        text.push(' ');
                        text.push_str(word);
                    }
                }
                text
            })
            .collect()
    }

    #[test]
    fn value_case_and_place_are_told_apart() {
        assert_eq!(
            told(
                "Host: a\nX-One: 1\nX-Two: 2\nX-Three: 3\nX-Gone: 0",
                "Host: b\nX-New: 0\nx-one: 1\nX-Three: 3\nX-Two: 2",
                &Ignoring::default()
            ),
            [
                "changed Host",
                "added X-New",
                "same X-One recased",
                "same X-Three",
                "removed X-Gone",
                "same X-Two moved"
            ],
            "each difference has its own word"
        );
    }

    #[test]
    fn a_name_that_comes_twice_is_paired_in_its_order() {
        assert_eq!(
            told("A: 1\nA: 2", "a: 1\nA: 3\nA: 4", &Ignoring::default()),
            ["same A recased", "changed A", "added A"],
            "the first with the first"
        );
    }

    #[test]
    fn what_is_ignored_is_still_told() {
        let ignoring = Ignoring {
            times: true,
            signatures: true,
            ..Ignoring::default()
        };
        assert_eq!(
            told(
                "Date: Sat, 21 Nov 2026 06:45:07 GMT\nStripe-Signature: t=1\nX: 1",
                "Date: Sat, 21 Nov 2026 06:45:08 GMT\nStripe-Signature: t=2\nX: 2",
                &ignoring
            ),
            [
                "changed Date ignored",
                "changed Stripe-Signature ignored",
                "changed X"
            ],
            "nothing is hidden here"
        );
    }

    #[test]
    fn parameters_are_read_as_sent() {
        let query = Bytes::from_static(b"a=1&&b=%20&c&a=2=3");
        let found = parameters(Some(&query));
        let shown: Vec<_> = found
            .iter()
            .map(|(name, value)| {
                format!(
                    "{}|{}",
                    String::from_utf8_lossy(name),
                    String::from_utf8_lossy(value)
                )
            })
            .collect();
        assert_eq!(
            shown,
            ["a|1", "b|%20", "c|", "a|2=3"],
            "nothing is decoded or joined"
        );
    }

    #[test]
    fn a_longest_rising_row_is_found() {
        assert_eq!(
            rising(&[3, 0, 1, 2, 4]),
            [false, true, true, true, true],
            "only the one that moved is left out"
        );
        assert!(rising(&[]).is_empty(), "of nothing there is none");
    }
}
