//! The bytes themselves, for a file or another program's standard input.

use bytes::Bytes;

use crate::delivery::Outgoing;
use crate::model::RawHead;

/// What a plan puts on the wire.
#[must_use]
pub fn outgoing(outgoing: &Outgoing) -> Vec<u8> {
    [&outgoing.head[..], &outgoing.body].concat()
}

/// A captured head and the body after transfer framing. Where the body came in chunks the head still says so.
#[must_use]
pub fn captured(head: &RawHead, body: &Bytes) -> Vec<u8> {
    [&head.bytes()[..], body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_added_to_the_bytes() {
        let head = RawHead::new(Bytes::from_static(b"POST / HTTP/1.1\nA:\xff\n\n"));
        assert_eq!(
            captured(&head, &Bytes::from_static(b"\0\r\n")),
            b"POST / HTTP/1.1\nA:\xff\n\n\0\r\n",
            "as it came"
        );
    }
}
