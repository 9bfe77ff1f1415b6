//! A request as bytes that can be sent again.

use bytes::{Bytes, BytesMut};

use crate::model::Request;

/// Head and body as they came. A body that came in chunks goes in one chunk, with its trailers, because its head says
/// that it is chunked.
#[must_use]
pub fn request(request: &Request, body: &[u8]) -> Bytes {
    let mut raw = BytesMut::from(&request.head.bytes()[..]);
    if !request.framing.chunked {
        raw.extend_from_slice(body);
        return raw.freeze();
    }
    if !body.is_empty() {
        raw.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
        raw.extend_from_slice(body);
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"0\r\n");
    for trailer in &request.framing.trailers {
        raw.extend_from_slice(&trailer.name);
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(&trailer.value);
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"\r\n");
    raw.freeze()
}
