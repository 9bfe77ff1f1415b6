//! What the headers may have been before something on the way touched them.

use super::cause::Cause;
use crate::message::{HeaderLine, Message};
use crate::scheme::Scheme;
use crate::template::Source;

/// The headers a scheme reads, by name.
pub(super) fn names(scheme: &Scheme) -> Vec<&str> {
    let mut names = Vec::new();
    for way in scheme.ways() {
        let signature = way.signature.iter().flat_map(|signature| &signature.from);
        let timestamp = way.timestamp.iter().flat_map(|timestamp| &timestamp.from);
        let id = way.id.iter().flat_map(|id| &id.from);
        for source in signature.chain(timestamp).chain(id) {
            if let Source::Header(name) = source
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        }
    }
    names
}

/// A header that is there under nearly the name that is wanted: `_` for `-`, `HTTP_` or `X-` before it.
pub(super) fn renamed<'m>(scheme: &Scheme, message: &Message<'m>) -> Option<(String, &'m [u8])> {
    let plain = |name: &[u8]| {
        let name = String::from_utf8_lossy(name)
            .to_ascii_lowercase()
            .replace('_', "-");
        let name = name.strip_prefix("http-").unwrap_or(&name);
        ["x-original-", "x-forwarded-", "x-"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name)
            .to_owned()
    };
    names(scheme)
        .into_iter()
        .filter(|wanted| message.header(wanted).is_none())
        .find_map(|wanted| {
            let near = message
                .headers
                .iter()
                .find(|(name, _)| plain(name) == plain(wanted.as_bytes()));
            near.map(|(name, _)| (wanted.to_owned(), *name))
        })
}

/// The header lines with one kind of damage undone.
pub(super) struct Mended {
    pub(super) change: &'static str,
    pub(super) lines: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Mended {
    pub(super) const CAUSE: Cause = Cause::HeaderMangled;

    pub(super) fn lines(&self) -> Vec<HeaderLine<'_>> {
        self.lines
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
            .collect()
    }
}

/// From a value that came to the values that may have been sent.
type Undo = fn(&str) -> Vec<String>;

/// The ways in which proxies and frameworks change header values, undone in those the scheme reads.
pub(super) fn mended(scheme: &Scheme, message: &Message<'_>) -> Vec<Mended> {
    let wanted = names(scheme);
    let is_wanted = |name: &[u8]| {
        wanted
            .iter()
            .any(|wanted| name.eq_ignore_ascii_case(wanted.trim_end_matches('*').as_bytes()))
    };
    let undo: [(&'static str, Undo); 6] = [
        ("the blanks after commas and semicolons removed", |text| {
            vec![without_blanks(text)]
        }),
        ("the quotes around the value removed", |text| {
            vec![text.trim_matches(['"', '\'']).to_owned()]
        }),
        ("lines joined with a comma parted again", |text| {
            text.split(", ").map(str::to_owned).collect()
        }),
        ("lines joined with a comma parted again", |text| {
            part_versions(text)
        }),
        ("the value percent-decoded", |text| {
            let decoded = crate::read::form::percent_decode(text.as_bytes(), crate::read::form::Plus::IsPlus);
            vec![String::from_utf8_lossy(&decoded).into_owned()]
        }),
        ("blanks in the value read as `+`", |text| {
            vec![text.replace(' ', "+")]
        }),
    ];
    undo.into_iter()
        .filter_map(|(change, undo)| {
            let mut is_changed = false;
            let mut lines = Vec::new();
            for (name, value) in message.headers {
                match std::str::from_utf8(value) {
                    Ok(text) if is_wanted(name) => {
                        let values = undo(text.trim());
                        is_changed |= values.len() != 1 || values[0] != text.trim();
                        lines.extend(
                            values
                                .into_iter()
                                .map(|value| (name.to_vec(), value.into_bytes())),
                        );
                    }
                    _ => lines.push((name.to_vec(), value.to_vec())),
                }
            }
            is_changed.then_some(Mended { change, lines })
        })
        .collect()
}

fn without_blanks(text: &str) -> String {
    [", ", "; ", " ,", " ;", " =", "= "]
        .iter()
        .fold(text.to_owned(), |text, blank| text.replace(blank, blank.trim()))
}

/// `v1,a,v1,b` as `v1,a` and `v1,b`.
fn part_versions(text: &str) -> Vec<String> {
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    if items.len() < 4 || items.len() % 2 == 1 {
        return vec![text.to_owned()];
    }
    items.chunks(2).map(|pair| pair.join(",")).collect()
}
