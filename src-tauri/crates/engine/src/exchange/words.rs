//! What every format asks of a plan: its parts, and whether a text is only letters.

use crate::delivery::Outgoing;
use crate::model::{Header, RawHead, RequestLine};

/// A plan taken apart for another client to put together again.
pub(super) struct Parts {
    /// Method, target and version.
    pub(super) line: RequestLine,
    /// The headers but for `Host` and `Content-Length`, which every client sets by itself.
    pub(super) headers: Vec<Header>,
    /// A length is announced, be it of nothing.
    pub(super) has_length: bool,
}

impl Parts {
    pub(super) fn of(outgoing: &Outgoing) -> Self {
        let head = RawHead::new(outgoing.head.clone());
        let mut headers = head.headers();
        let has_length = headers.iter().any(|header| header.is("content-length"));
        headers.retain(|header| !header.is("host") && !header.is("content-length"));
        Self {
            line: head.request_line(),
            headers,
            has_length,
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.is(name))
    }
}

/// Whether `bytes` are text that shows all it is: no control character but a line feed, since a terminal would act on
/// it when it is pasted, and no invisible or direction-changing one, since a person could not see it.
pub(super) fn plain_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.chars().all(is_plain))
}

fn is_plain(character: char) -> bool {
    let invisible = matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    character == '\n' || !(character.is_control() || invisible)
}
