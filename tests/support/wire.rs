//! Bytes over sockets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An HTTP answer as bytes and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head with its blank line.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends bytes on a connection of their own, ends the sending side, and gives all that comes back.
///
/// # Panics
/// When there is no connection.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    // A peer that refuses early may close before everything is written.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Sends one request and gives the answer.
///
/// # Panics
/// When no whole answer comes.
pub fn request(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = connect(address);
    stream.write_all(bytes).expect("the request is sent");
    read_answer(&mut stream, false)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the listener accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a time-out");
    stream
}

/// Reads one answer with a declared length; `to_head` is true where the request was `HEAD`.
///
/// # Panics
/// When the answer is not whole.
pub fn read_answer(stream: &mut TcpStream, to_head: bool) -> Answer {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut byte).expect("the head of an answer");
        assert_eq!(
            count,
            1,
            "the head of an answer is whole: {}",
            String::from_utf8_lossy(&head)
        );
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("our own answers are text");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|length| length.trim().to_owned())
        })
        .map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; if to_head || status < 200 { 0 } else { length }];
    stream.read_exact(&mut body).expect("the whole body");
    Answer { status, head, body }
}
