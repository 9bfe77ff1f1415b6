use proptest::prelude::*;

use super::*;

const LIMITS: AnswerLimits = AnswerLimits {
    head: 1024,
    body: 64,
    interim: 3,
};

/// What a reader makes of `bytes` that come in pieces of `step`, and then the end of the connection.
fn read(
    bytes: &[u8],
    step: usize,
    asked_for_head: bool,
) -> (Result<(), String>, Option<u16>, Bytes, Bytes, bool) {
    let mut reader = AnswerReader::new(LIMITS, asked_for_head);
    let mut ended = None;
    for piece in bytes.chunks(step) {
        reader.buffer().extend_from_slice(piece);
        match reader.advance() {
            Ok(Progress::More) => {}
            Ok(Progress::Whole) => {
                ended = Some(Ok(()));
                break;
            }
            Err(invalid) => {
                ended = Some(Err(invalid.to_string()));
                break;
            }
        }
    }
    let ended = ended.unwrap_or_else(|| reader.end().map_err(|broken| broken.to_string()));
    let (status, head, body, cut) = reader.into_parts();
    (ended, status, head, body, cut)
}

fn whole(bytes: &[u8]) -> (Result<(), String>, Option<u16>, Bytes, Bytes, bool) {
    let at_once = read(bytes, bytes.len().max(1), false);
    let in_bytes = read(bytes, 1, false);
    if at_once.0.is_ok() {
        assert_eq!(at_once, in_bytes, "how the bytes are cut up does not matter");
    }
    at_once
}

#[test]
fn each_framing_gives_its_body() {
    for (answer, body) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"[..], "abc"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", "abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n", "abcde"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n1\r\na\r\n0\r\n\r\n", "a"),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", "to the end"),
        (b"HTTP/1.1 200 \r\n\r\nto the end", "to the end"),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked, gzip\r\n\r\nraw", "raw"),
    ] {
        let (ended, status, head, read, cut) = whole(answer);
        assert_eq!((ended, status, cut), (Ok(()), Some(200), false), "{}", answer.escape_ascii());
        assert_eq!(read, body, "{}", answer.escape_ascii());
        assert!(answer.starts_with(&head) && head.ends_with(b"\r\n\r\n"), "the head is the bytes on the wire");
    }
}

#[test]
fn some_answers_have_no_body_whatever_they_say() {
    for status in ["204 No Content", "304 Not Modified"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nhello");
        let (ended, _, _, body, _) = whole(answer.as_bytes());
        assert_eq!((ended, body.len()), (Ok(()), 0), "{status}");
    }
    let (ended, status, _, body, _) = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 7, true);
    assert_eq!(
        (ended, status, body.len()),
        (Ok(()), Some(200), 0),
        "the answer to HEAD"
    );
}

#[test]
fn interim_answers_are_passed_over_up_to_a_number() {
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    let answer = format!(
        "{}HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        interim.repeat(3)
    );
    assert_eq!(whole(answer.as_bytes()).1, Some(404), "the final answer counts");
    let (ended, ..) = whole(interim.repeat(4).as_bytes());
    assert_eq!(
        ended,
        Err("`4` interim answers and no final one".into()),
        "a flood is ended"
    );
    let (ended, ..) = whole(interim.as_bytes());
    assert_eq!(
        ended,
        Err("after an interim answer, without the final one".into()),
        "and one alone is no answer"
    );
}

#[test]
fn what_is_wrong_is_named() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(2000));
    for (answer, wanted) in [
        (
            &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
            "something that is not HTTP: `SSH-2.0-OpenSSH_9.2\\r\\n`",
        ),
        (b"\x1b[2J\x00", "something that is not HTTP: `\\x1b[2J\\x00`"),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            "TLS, but was spoken to in plain HTTP",
        ),
        (
            b"\0\0\x12\x04\0\0\0\0\0\0\x03",
            "HTTP/2, but was spoken to in HTTP/1.1",
        ),
        (
            b"HTTP/2 200\r\n\r\n",
            "something that is not HTTP: `HTTP/2 200\\r\\n\\r\\n`",
        ),
        (
            b"HTTP/1.1 2xx\r\n\r\n",
            "a head that is not HTTP (invalid response status): `HTTP/1.1 2xx\\r\\n\\r\\n`",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA b\r\n\r\n",
            "a head that is not HTTP (invalid header name): `HTTP/1.1 200 OK\\r\\nA b\\r\\n\\r\\n`",
        ),
        (
            b"HTTP/1.1 101 Switch\r\n\r\n\x81\x05",
            "`101`, a switch of protocols that was not asked for",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "a `Content-Length` that is not a number: `-1`",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
            "a `Content-Length` that is not a number: ``",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "two `Content-Length` that differ: `1` and `2`",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "a bad chunk: `xyz` stands where its size should",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nab",
            "a bad chunk: `1\\n` stands where its size should",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "a bad chunk: `b\\r\\n` stands where it should end",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            "a bad chunk: `fffffffffffffffff` stands where its size should",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nab\n\r\n",
            "bad lines after the last chunk: `ab\\n`",
        ),
        (long.as_bytes(), "a head of more than `1024` bytes"),
    ] {
        let (ended, _, head, ..) = whole(answer);
        assert_eq!(ended, Err(wanted.to_owned()), "{}", answer.escape_ascii());
        assert!(
            !head.is_empty() && answer.starts_with(&head),
            "what came is kept: {}",
            answer.escape_ascii()
        );
    }
}

#[test]
fn an_answer_that_breaks_off_says_how_far_it_was() {
    for (answer, wanted, kept) in [
        (&b""[..], "without an answer", ""),
        (b"HTTP/1.1 20", "in the head of its answer, after `11` bytes", ""),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "in the body of its answer, after `3` of `9` bytes",
            "abc",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "in the body of its answer, after `3` bytes",
            "abc",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            "in the body of its answer, after `3` bytes",
            "abc",
        ),
    ] {
        let (ended, _, _, body, _) = whole(answer);
        assert_eq!(ended, Err(wanted.to_owned()), "{}", answer.escape_ascii());
        assert_eq!(body, kept, "what came is kept");
    }
}

#[test]
fn a_body_over_the_limit_is_cut_and_marked() {
    let long = "x".repeat(100);
    for answer in [
        format!("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{long}"),
        format!("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n{long}"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{long}\r\n0\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\n\r\n{long}"),
    ] {
        let (ended, status, _, body, cut) = whole(answer.as_bytes());
        assert_eq!(
            (ended, status, body.len(), cut),
            (Ok(()), Some(200), 64, true),
            "{answer}"
        );
    }
    let exact = format!("HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n{}", &long[..64]);
    let (_, _, _, body, cut) = whole(exact.as_bytes());
    assert_eq!((body.len(), cut), (64, false), "at the limit nothing is missing");
}

#[test]
fn a_connection_is_used_again_only_after_a_clean_end() {
    for (answer, wanted) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"[..], true),
        (b"HTTP/1.1 204 No Content\r\n\r\n", true),
        (
            b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: Keep-Alive\r\n\r\na",
            true,
        ),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", false),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, CLOSE\r\n\r\na",
            false,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", false),
        (b"HTTP/1.1 204 No Content\r\n\r\nbody", false),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            false,
        ),
    ] {
        let mut reader = AnswerReader::new(LIMITS, false);
        reader.buffer().extend_from_slice(answer);
        assert_eq!(reader.advance(), Ok(Progress::Whole), "{}", answer.escape_ascii());
        assert_eq!(reader.may_follow(), wanted, "{}", answer.escape_ascii());
    }
}

#[test]
fn very_many_headers_are_read() {
    let many = "a:\r\n".repeat(200);
    assert_eq!(
        whole(format!("HTTP/1.1 204 x\r\n{many}\r\n").as_bytes()).1,
        Some(204),
        "up to the limit of the head"
    );
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_end_without_a_panic(
        start in prop::sample::select(vec!["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]),
        rest in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\r\n0a1:;".to_vec())], 0..200),
        step in 1_usize..50,
    ) {
        let bytes = [start.as_bytes(), &rest].concat();
        let (ended, _, head, body, _) = read(&bytes, step, false);
        prop_assert!(head.len() + body.len() <= bytes.len(), "nothing is made up");
        let (again, ..) = read(&bytes, 1, false);
        prop_assert_eq!(ended.is_ok(), again.is_ok(), "the pieces do not decide");
    }

    #[test]
    fn a_chunked_body_comes_out_whole(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..10), 0..6), step in 1_usize..20) {
        let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in &chunks {
            answer.extend_from_slice(&[format!("{:X}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        answer.extend_from_slice(b"0\r\n\r\n");
        let (ended, _, _, body, _) = read(&answer, step, false);
        prop_assert_eq!(ended, Ok(()));
        prop_assert_eq!(&body[..], &chunks.concat()[..], "framing off, bytes untouched");
    }
}
