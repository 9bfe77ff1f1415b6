//! What a start of the program is for: to show the window, or the window at one request, or to end it. It travels to the program
//! that has the data open already, so it is also read from there; nothing else can be asked for.

use hookbench_engine::model::RequestId;

/// How a link to a request begins.
const REQUEST: &str = "hookbench://request/";
/// A link is no longer than this; of a bad one so much is shown.
const LONGEST_LINK: usize = 120;

/// What a start is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opening {
    /// To run in the background.
    Hidden,
    /// To end the one that runs.
    Quit,
    /// To show the window.
    Show,
    /// To show one request.
    Request(RequestId),
    /// Something that is no link of ours; what can be shown of it.
    BadLink(String),
}

impl Opening {
    /// Reads a link, which may come from anywhere: it names a request by its whole id, and nothing more.
    pub(crate) fn of_link(link: &str) -> Self {
        let id = link
            .strip_prefix(REQUEST)
            // Some desktops add it.
            .map(|id| id.strip_suffix('/').unwrap_or(id));
        match id.filter(|id| is_whole_id(id)).map(str::parse) {
            Some(Ok(id)) => Self::Request(id),
            _ => Self::BadLink(shown(link)),
        }
    }

    /// As one line.
    pub(crate) fn to_line(&self) -> String {
        match self {
            Self::Hidden => "hidden".to_owned(),
            Self::Quit => "quit".to_owned(),
            Self::Show => "show".to_owned(),
            Self::Request(id) => format!("request {id}"),
            Self::BadLink(text) => format!("bad-link {text}"),
        }
    }

    /// Reads such a line; nothing where it is none.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        match line.split_once(' ') {
            None if line == "hidden" => Some(Self::Hidden),
            None if line == "quit" => Some(Self::Quit),
            None if line == "show" => Some(Self::Show),
            Some(("request", id)) => id.parse().ok().map(Self::Request),
            Some(("bad-link", text)) => Some(Self::BadLink(shown(text))),
            _ => None,
        }
    }
}

/// As ids are written: 36 characters, lower case, with hyphens.
fn is_whole_id(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// What can be shown of a text from elsewhere: one line without anything invisible, and not all of it.
fn shown(text: &str) -> String {
    let shown: String = text
        .chars()
        .take(LONGEST_LINK)
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_request_by_its_whole_id_and_nothing_else() {
        let id = RequestId::generate();
        for link in [
            format!("hookbench://request/{id}"),
            format!("hookbench://request/{id}/"),
        ] {
            assert_eq!(Opening::of_link(&link), Opening::Request(id), "{link}");
        }
        for link in [
            format!("hookbench://request/{id}?data-dir=/tmp"),
            format!("hookbench://request/{id}/../x"),
            format!("hookbench://request/{id}//"),
            format!("hookbench://request/{{{id}}}"),
            format!("hookbench://request/{}", id.to_string().replace('-', "")),
            format!("hookbench://request/urn:uuid:{id}"),
            format!("HOOKBENCH://request/{id}"),
            format!("hookbench://endpoint/{id}"),
            format!("https://request/{id}"),
            "hookbench://request/".to_owned(),
            "--data-dir=/".to_owned(),
            String::new(),
        ] {
            assert!(
                matches!(Opening::of_link(&link), Opening::BadLink(_)),
                "`{link}` is no link of ours"
            );
        }
    }

    #[test]
    fn a_bad_link_is_shown_short_and_on_one_line() {
        let Opening::BadLink(text) =
            Opening::of_link(&format!("hookbench://\n\u{1b}[31m{}", "x".repeat(5_000)))
        else {
            panic!("it is no link");
        };
        assert!(
            text.len() <= LONGEST_LINK && !text.contains(char::is_control),
            "{text:?}"
        );
    }

    #[test]
    fn what_is_written_as_a_line_is_read_as_the_same() {
        for opening in [
            Opening::Hidden,
            Opening::Quit,
            Opening::Show,
            Opening::Request(RequestId::generate()),
            Opening::BadLink("hookbench://x y".to_owned()),
        ] {
            assert_eq!(Opening::of_line(&opening.to_line()), Some(opening));
        }
        for line in ["", "quit now", "request", "request 12", "show now"] {
            assert_eq!(Opening::of_line(line), None, "`{line}` asks for nothing");
        }
    }
}
