use proptest::prelude::*;

use super::*;

fn planned(head: &str, body: &'static [u8], url: &str) -> Outgoing {
    let head = RawHead::new(Bytes::copy_from_slice(head.as_bytes()));
    resend(&head, Bytes::from_static(body), &Destination::parse(url).unwrap()).unwrap()
}

fn sent(head: &str, body: &'static [u8], url: &str) -> String {
    String::from_utf8(planned(head, body, url).head.to_vec()).unwrap()
}

#[test]
fn lines_go_as_they_came_but_for_the_documented_ones() {
    let captured = "POST /hook?b=2&a=%7e HTTP/1.1\r\nhOST:\t hooks.example\r\nX-B:1\r\nx-a:  2  \r\nX-B: 3\r\n\
        Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\ncontent-length: 2\r\nExpect: 100-continue\r\n\r\n";
    let outgoing = planned(captured, b"{}", "http://localhost:3000");
    assert_eq!(
        std::str::from_utf8(&outgoing.head).unwrap(),
        "POST /hook?b=2&a=%7e HTTP/1.1\r\nhOST:\t localhost:3000\r\nX-B:1\r\nx-a:  2  \r\nX-B: 3\r\ncontent-length: 2\r\n\r\n",
        "order, case, repeats and spacing are the sender's"
    );
    assert_eq!(
        outgoing.url, "http://localhost:3000/hook?b=2&a=%7e",
        "the whole URL is told"
    );
    let removed = outgoing
        .changes
        .iter()
        .filter(|change| matches!(change, Change::Removed { .. }))
        .count();
    assert_eq!(
        (removed, outgoing.changes.len()),
        (4, 5),
        "each difference is listed and nothing else"
    );
}

#[test]
fn a_chunked_request_goes_with_a_length_in_the_same_place() {
    let captured = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n";
    assert_eq!(
        sent(captured, b"abc", "http://t"),
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nX: y\r\n\r\n",
        "the framing changes, the body does not"
    );
}

#[test]
fn a_length_is_set_once_and_only_where_it_belongs() {
    let none = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";
    let zero = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n";
    let padded = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 003\r\n\r\n";
    let twice = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n";
    let bare = "POST / HTTP/1.0\r\n\r\n";
    let both = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n";
    let once = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n";
    let filled = "POST / HTTP/1.0\r\nHost: t\r\nContent-Length: 3\r\n\r\n";
    for (captured, body, wanted, why) in [
        (none, &b""[..], none, "no body and no length before: none after"),
        (zero, b"", zero, "a length of nothing stays"),
        (padded, b"abc", padded, "a right length stays as it was written"),
        (twice, b"abc", once, "one of two goes"),
        (bare, b"abc", filled, "a missing host and length are added"),
        (both, b"abc", once, "of two framings one goes, and it is right"),
    ] {
        assert_eq!(sent(captured, body, "http://t"), wanted, "{why}");
    }
}

#[test]
fn the_path_is_the_targets_where_it_has_one() {
    let captured = |target: &str| format!("POST {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    for (target, url, wanted) in [
        ("/a/../b?x=1", "http://t", "/a/../b?x=1"),
        ("/a?x=1", "http://t/", "/a?x=1"),
        ("/a?x=1", "http://t/fixed", "/fixed?x=1"),
        ("/a?x=1", "http://t/fixed?y=2", "/fixed?y=2"),
        ("/a?x=1", "http://t/fixed?", "/fixed?"),
        ("/a?x=1", "http://t?y=2", "/a?y=2"),
        ("/a??x?", "http://t/fixed", "/fixed??x?"),
        ("http://h:8/a?x=1", "http://t", "/a?x=1"),
        ("http://h?x=1", "http://t", "/?x=1"),
        ("http://h", "http://t", "/"),
        ("/r?to=http://h/b", "http://t", "/r?to=http://h/b"),
        ("*", "http://t", "*"),
    ] {
        let head = sent(&captured(target), b"", url);
        assert_eq!(head.split(' ').nth(1), Some(wanted), "`{target}` to `{url}`");
    }
}

#[test]
fn bare_line_feeds_and_bytes_that_are_not_utf_8_go_as_they_came() {
    let captured = b"\r\nPOST /\xc3\xa9 HTTP/1.1\nHost: t\nX: \xfe\xff\n\n";
    let head = RawHead::new(Bytes::from_static(captured));
    let outgoing = resend(&head, Bytes::new(), &Destination::parse("http://t").unwrap()).unwrap();
    assert_eq!(
        outgoing.head.escape_ascii().to_string(),
        b"POST /\xc3\xa9 HTTP/1.1\nHost: t\nX: \xfe\xff\n\r\n"
            .escape_ascii()
            .to_string(),
        "only the blank line is ours"
    );
}

#[test]
fn what_cannot_go_unchanged_is_refused_by_type() {
    assert_eq!(
        check_whole(State::Cut, &Framing::default()),
        Err(PlanError::NotWhole { state: State::Cut }),
        "its end is missing"
    );
    assert_eq!(
        check_whole(State::Complete, &Framing::default()),
        Ok(()),
        "nothing is missing"
    );
    let rebuilt = Framing {
        marks: vec![Mark::RebuiltHead],
        ..Framing::default()
    };
    assert_eq!(
        check_whole(State::Complete, &rebuilt),
        Err(PlanError::RebuiltHead),
        "a head that is not the one that came is not sent as if it were"
    );
    let destination = Destination::parse("http://t").unwrap();
    for garbage in [
        "",
        "garbage",
        "POST / HTTP/1.1\r\nHost: t\r\n",
        "POST / HTTP/1.1\r\nA\rB: c\r\n\r\n",
        "A b c\r\n\r\n",
    ] {
        let head = RawHead::new(Bytes::from_static(garbage.as_bytes()));
        let refused = resend(&head, Bytes::new(), &destination);
        assert!(
            matches!(refused, Err(PlanError::NotHttp { .. })),
            "`{garbage}` is no head: {refused:?}"
        );
    }
    let tunnel = RawHead::new(Bytes::from_static(b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n"));
    assert_eq!(
        resend(&tunnel, Bytes::new(), &destination),
        Err(PlanError::Tunnel),
        "no tunnel is made"
    );
}

#[test]
fn a_head_with_very_many_headers_goes_whole() {
    let many: String = (0..3000).map(|index| format!("X-{index}: {index}\r\n")).collect();
    let captured = format!("POST / HTTP/1.1\r\nHost: t\r\n{many}\r\n");
    assert_eq!(
        sent(&captured, b"", "http://t"),
        captured,
        "there is no limit on headers that came"
    );
}

#[test]
fn braces_and_dollars_in_captured_data_are_only_text() {
    let captured =
        "POST /{{secret}}?${HOME} HTTP/1.1\r\nHost: t\r\nX: {{secret}} ${PATH} $(id) %TEMP%\r\n\r\n";
    assert_eq!(
        sent(captured, b"", "http://t"),
        captured,
        "nothing captured is ever evaluated"
    );
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}",
        1 => prop::sample::select(vec!["Host", "CONTENT-LENGTH", "Connection", "TE", "Transfer-Encoding", "X-Named"])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff, Just(b'\t')], 0..20)
}

proptest! {
    #[test]
    fn every_other_line_is_the_same_in_the_same_order(
        headers in prop::collection::vec((name(), "[ \t]{0,2}", value()), 0..12),
        named in prop::option::of(Just("x-named")),
        body in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut captured = b"POST /a?b HTTP/1.1\r\n".to_vec();
        for (name, spacing, value) in &headers {
            captured.extend_from_slice(&[name.as_bytes(), b":", spacing.as_bytes(), value, b"\r\n"].concat());
        }
        if let Some(named) = named {
            captured.extend_from_slice(format!("connection: {named}\r\n").as_bytes());
        }
        captured.extend_from_slice(b"\r\n");
        let destination = Destination::parse("http://t:1").unwrap();
        let captured = Bytes::from(captured);
        let outgoing = resend(&RawHead::new(captured.clone()), body.clone().into(), &destination).unwrap();
        prop_assert!(check_head(&outgoing.head).is_ok(), "what goes is HTTP/1");

        let left_out = named_by_connection(&super::headers(lines(&captured).skip(1)));
        let others = |head: &Bytes| -> Vec<Bytes> {
            super::headers(lines(head).skip(1))
                .into_iter()
                .filter(|line| !line.is("host") && !line.is("content-length") && !is_left_out(line, &left_out))
                .map(|line| line.raw)
                .collect()
        };
        prop_assert_eq!(others(&outgoing.head), others(&captured), "byte for byte");
        prop_assert_eq!(&outgoing.body[..], &body[..], "the body is untouched");

        let after = RawHead::new(outgoing.head.clone()).headers();
        let hosts: Vec<_> = after.iter().filter(|header| header.is("host")).collect();
        prop_assert!(hosts.len() == 1 && &hosts[0].value[..] == b"t:1", "exactly one host, the target's");
        let lengths: Vec<_> = after.iter().filter(|header| header.is("content-length")).collect();
        prop_assert!(lengths.len() <= 1, "never two lengths");
        prop_assert!(lengths.iter().all(|header| says_length(&header.value, body.len())), "and never a wrong one");
        prop_assert!(lengths.len() == 1 || body.is_empty(), "a body always has its length");
        prop_assert!(!after.iter().any(|header| LEFT_OUT.iter().any(|name| header.is(name))), "none left out goes");
    }
}
