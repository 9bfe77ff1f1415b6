//! How a body is divided into what is compared and shown as lines.

use std::hash::Hasher as _;

use super::tree::{Kind, Tree, hashed, number};

/// The most lines of a body that are compared.
pub(super) const MOST_LINES: usize = 100_000;
/// A line longer than this is divided behind a separator, so that JSON and forms on one line can be compared.
const LONG: usize = 240;
/// A piece of a line that has no separator is divided here.
const LONGEST_PIECE: usize = 1_000;
/// Bytes in a line of bytes.
const ROW: usize = 16;

/// A line: a range of the body, and how deep it is to be set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its first byte.
    pub start: u32,
    /// One after its last, the line break included.
    pub end: u32,
    /// How deep it is nested.
    pub indent: u32,
}

/// A line and what it is known by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) line: Line,
    /// The same for lines that say the same.
    pub(super) hash: u64,
    /// The same for lines that may be two forms of one: those with one key.
    pub(super) place: u64,
    /// The same for lines that are the same although an ignored value differs.
    pub(super) exact: u64,
}

/// Whether bytes can be shown as text: no zero bytes and few other control characters at the beginning.
pub(super) fn is_text(body: &[u8]) -> bool {
    let start = &body[..body.len().min(4096)];
    let odd = start
        .iter()
        .filter(|byte| byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x1b))
        .count();
    !start.contains(&0)
        && odd * 20 <= start.len()
        && (std::str::from_utf8(body).is_ok() || mostly_ascii(start))
}

/// A text in another charset that is ASCII in its greater part; UTF-8 that was cut in a character is one as well.
fn mostly_ascii(start: &[u8]) -> bool {
    start.iter().filter(|byte| !byte.is_ascii()).count() * 3 <= start.len()
}

/// The lines of a text; tells whether there are more.
pub(super) fn of_text(text: &[u8]) -> (Vec<Known>, bool) {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text)
        .map(|feed| feed + 1)
        .chain([text.len()])
    {
        let long = end - start > LONG;
        while start < end {
            if lines.len() >= MOST_LINES {
                return (lines, true);
            }
            let rest = &text[start..end];
            let length = if long { piece(rest) } else { rest.len() };
            let hash = hashed(|hasher| hasher.write(&rest[..length]));
            lines.push(Known {
                line: Line {
                    start: number(start),
                    end: number(start + length),
                    indent: 0,
                },
                hash,
                place: 0,
                exact: hash,
            });
            start += length;
        }
    }
    (lines, false)
}

/// The length of the first piece of a long line. It depends on what is in it alone, so that pieces behind a change are
/// the same again.
fn piece(line: &[u8]) -> usize {
    let within = &line[..line.len().min(LONGEST_PIECE)];
    let separator = within
        .iter()
        .position(|byte| matches!(byte, b',' | b'&' | b';' | b'>'));
    let mut length = separator.map_or(within.len(), |at| at + 1);
    // A character is not taken apart.
    while length < line.len() && length > 1 && line[length] & 0xc0 == 0x80 && separator.is_none() {
        length -= 1;
    }
    length
}

/// The lines of a document as if it were laid out, one for each value and for the end of each that has any within.
pub(super) fn of_json(tree: &Tree<'_>, ignored: &[usize]) -> (Vec<Known>, bool) {
    let mut lines = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (at, node) in tree.nodes.iter().enumerate() {
        while let Some(container) = open
            .last()
            .copied()
            .filter(|container| tree.nodes[*container].end <= at)
        {
            open.pop();
            lines.push(end_of(tree, container, open.len()));
        }
        if lines.len() >= MOST_LINES {
            return (lines, true);
        }
        let within = node.end > at + 1;
        let key = node.key.as_ref().map_or(&[][..], |key| tree.slice(key));
        let value = if within { &[][..] } else { tree.slice(&node.range) };
        let exact = hashed(|hasher| {
            hasher.write_u8(if within { bracket(node.kind) } else { 0 });
            hasher.write(key);
            hasher.write_u8(b':');
            if node.end == at + 1 && matches!(node.kind, Kind::Object | Kind::Array) {
                hasher.write_u8(bracket(node.kind));
            } else {
                hasher.write(value);
            }
        });
        let place = hashed(|hasher| {
            hasher.write(key);
            hasher.write_usize(open.len());
        });
        lines.push(Known {
            line: Line {
                start: node.key.as_ref().map_or(node.range.start, |key| key.start),
                end: if within {
                    node.range.start + 1
                } else {
                    node.range.end
                },
                indent: number(open.len()),
            },
            hash: if ignored.binary_search(&at).is_ok() {
                place
            } else {
                exact
            },
            place,
            exact,
        });
        if within {
            open.push(at);
        }
    }
    while let Some(container) = open.pop() {
        lines.push(end_of(tree, container, open.len()));
    }
    (lines, false)
}

fn end_of(tree: &Tree<'_>, container: usize, depth: usize) -> Known {
    let node = &tree.nodes[container];
    let hash = hashed(|hasher| {
        hasher.write(b"end");
        hasher.write_u8(bracket(node.kind));
        hasher.write_usize(depth);
    });
    Known {
        line: Line {
            start: node.range.end - 1,
            end: node.range.end,
            indent: number(depth),
        },
        hash,
        place: hash,
        exact: hash,
    }
}

const fn bracket(kind: Kind) -> u8 {
    match kind {
        Kind::Object => b'{',
        _ => b'[',
    }
}

/// A range of bytes in lines of sixteen.
pub(super) fn of_bytes(start: usize, end: usize) -> impl Iterator<Item = Line> {
    (start..end).step_by(ROW).map(move |at| Line {
        start: number(at),
        end: number((at + ROW).min(end)),
        indent: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8]) -> Vec<String> {
        of_text(text)
            .0
            .iter()
            .map(|known| {
                String::from_utf8_lossy(&text[known.line.start as usize..known.line.end as usize])
                    .into_owned()
            })
            .collect()
    }

    #[test]
    fn a_line_has_its_break() {
        assert_eq!(shown(b"a\r\n\nb"), ["a\r\n", "\n", "b"], "nothing is lost");
    }

    #[test]
    fn a_long_line_is_divided_where_what_follows_stays_the_same() {
        let fields: String = (0..100)
            .map(|number| format!("\"k{number}\":{number},"))
            .collect();
        let (one, other) = (
            shown(fields.as_bytes()),
            shown(format!("\"new\":1,{fields}").as_bytes()),
        );
        assert_eq!(one[..], other[1..], "a field in front moves nothing");
        let long = "é".repeat(2_000);
        assert_eq!(
            shown(long.as_bytes()).concat(),
            long,
            "no character is taken apart"
        );
    }

    #[test]
    fn json_is_laid_out_without_a_copy() {
        let bytes = br#"{"a":[1,{}],"b" : {"c":null}}"#;
        let lines: Vec<_> = of_json(&Tree::of(bytes).unwrap(), &[])
            .0
            .iter()
            .map(|known| {
                let line = known.line;
                let text =
                    String::from_utf8_lossy(&bytes[line.start as usize..line.end as usize]).into_owned();
                " ".repeat(line.indent as usize) + &text
            })
            .collect();
        assert_eq!(
            lines,
            [
                "{",
                " \"a\":[",
                "  1",
                "  {}",
                " ]",
                " \"b\" : {",
                "  \"c\":null",
                " }",
                "}"
            ],
            "ranges of the body, set in"
        );
    }

    #[test]
    fn bytes_are_told_from_text() {
        assert!(
            is_text(b"") && is_text("größe\n".as_bytes()) && is_text(b"gr\xf6\xdfe in Latin-1"),
            "text"
        );
        assert!(
            !is_text(b"a\0b") && !is_text(b"\x89PNG\r\n\x1a\n\x01\x02\x03\xff\xfe"),
            "bytes"
        );
    }
}
