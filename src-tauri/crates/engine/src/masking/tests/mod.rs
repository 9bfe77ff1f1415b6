//! What is masked, and that nothing else is changed by it.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;

use super::body::{self, Span, Unreadable, there};
use super::*;

const JSON: Option<&[u8]> = Some(b"application/json");

fn paths(texts: &[&str]) -> Vec<MaskPath> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn spans(body: &[u8], kind: Option<&[u8]>, paths: &[MaskPath]) -> Result<Vec<Span>, Unreadable> {
    let mut found = Vec::new();
    body::each_span(body, kind, paths, &mut |span| found.push(span))?;
    Ok(found)
}

fn masked_body(body: &[u8], kind: Option<&[u8]>, paths: &[MaskPath]) -> Result<Option<Vec<u8>>, Unreadable> {
    body::masked_body(body, kind, paths, &Secrets::default())
}

fn masked(body: &str, texts: &[&str]) -> String {
    let bytes = masked_body(body.as_bytes(), JSON, &paths(texts)).unwrap();
    bytes.map_or_else(|| body.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
}

fn covered(body: &str, texts: &[&str]) -> String {
    let mut bytes = body.as_bytes().to_vec();
    for span in spans(body.as_bytes(), JSON, &paths(texts)).unwrap() {
        span.cover(&mut bytes);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_value_is_masked_as_what_it_is_and_every_other_byte_stays() {
    let body = "\u{feff}{ \"a\" :\t\"x\\\"y\",\"n\": -1.50e1 , \"t\":true,\"o\":{\"a\":[1]},\"l\":[ 1, 2 ],\"z\":null,\"a\":2}\r\n";
    for (path, wanted) in [
        (
            "/a",
            "\u{feff}{ \"a\" :\t\"[masked]\",\"n\": -1.50e1 , \"t\":true,\"o\":{\"a\":[1]},\"l\":[ 1, 2 ],\"z\":null,\"a\":0}\r\n",
        ),
        (
            "/n",
            "\u{feff}{ \"a\" :\t\"x\\\"y\",\"n\": 0 , \"t\":true,\"o\":{\"a\":[1]},\"l\":[ 1, 2 ],\"z\":null,\"a\":2}\r\n",
        ),
        (
            "/o",
            "\u{feff}{ \"a\" :\t\"x\\\"y\",\"n\": -1.50e1 , \"t\":true,\"o\":{},\"l\":[ 1, 2 ],\"z\":null,\"a\":2}\r\n",
        ),
        (
            "/*/*",
            "\u{feff}{ \"a\" :\t\"x\\\"y\",\"n\": -1.50e1 , \"t\":true,\"o\":{\"a\":[]},\"l\":[ 0, 0 ],\"z\":null,\"a\":2}\r\n",
        ),
        ("/none", body),
    ] {
        assert_eq!(masked(body, &[path]), wanted, "`{path}`");
    }
    assert_eq!(
        masked(r#"{"t":true,"f":false,"l":[{"k":1}]}"#, &["/t", "/f", "/l"]),
        r#"{"t":false,"f":false,"l":[]}"#,
        "a truth value tells nothing, a list is empty"
    );
    assert_eq!(
        masked(
            r#"{"a":{"b":"c"},"a/b":"d","*":"e","é":"f"}"#,
            &["/a/b", "/a", "/a~1b", "/~2", "/\u{e9}"]
        ),
        r#"{"a":{},"a/b":"[masked]","*":"[masked]","é":"[masked]"}"#,
        "what lies within a masked value is masked with it; names are decoded"
    );
}

#[test]
fn a_cover_is_as_long_as_what_it_hides_and_is_json_still() {
    let body = r#"{"a":"x\"é","n":-1.5,"t":true,"f":false,"z":null,"o":{"k": [1,"x"]},"l":[1],"e":"","k":7}"#;
    let shown = covered(body, &["/a", "/n", "/t", "/f", "/z", "/o", "/l", "/e"]);
    assert_eq!(
        shown,
        r#"{"a":"*****","n":0   ,"t":null,"f":null ,"z":null,"o":{            },"l":[ ],"e":"","k":7}"#,
        "offsets hold, the value does not show"
    );
    assert!(serde_json::from_str::<Value>(&shown).is_ok(), "{shown}");
}

#[test]
fn lines_of_documents_and_fields_of_a_form_are_masked_too() {
    assert_eq!(
        masked("{\"a\":\"1\"}\n{\"a\":\"2\",\"b\":\"3\"}\n", &["/a"]),
        "{\"a\":\"[masked]\"}\n{\"a\":\"[masked]\",\"b\":\"3\"}\n",
        "each line is a document"
    );
    let form = b"to%6ben=abc&x=1&payload=%7B%7D&token";
    let got = masked_body(
        form,
        Some(b"application/x-www-form-urlencoded; charset=utf-8"),
        &paths(&["/token", "/payload/id"]),
    );
    assert_eq!(
        got.unwrap()
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .as_deref(),
        Some("to%6ben=masked&x=1&payload=masked&token"),
        "a field is found by its name as it is read, whole where something within it is meant"
    );
    assert_eq!(
        masked_body(form, Some(b"text/plain"), &paths(&["/x"])),
        Ok(Some(MASKED.to_vec())),
        "only where it is a form"
    );
}

#[test]
fn the_named_parts_of_a_multipart_form_are_masked_and_nothing_else_of_it() {
    let kind = Some(&b"Multipart/Form-Data; boundary=--json"[..]);
    let body = b"----json\r\nContent-Disposition: form-data; name=\"user\"; filename=\"u.json\"\r\n\r\n{\"mail\":\"ann\"}\r\n\
        ----json\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n\xff\x00\r\n\
        ----json\r\nContent-Disposition: form-data; name=\"open\"\r\n\r\nuser\r\n----json--\r\n";
    let wanted = paths(&["/user/mail", "/token"]);
    let masked = masked_body(body, kind, &wanted).unwrap().unwrap();
    assert_eq!(
        String::from_utf8(masked).unwrap(),
        "----json\r\nContent-Disposition: form-data; name=\"user\"; filename=\"u.json\"\r\n\r\nmasked\r\n\
         ----json\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nmasked\r\n\
         ----json\r\nContent-Disposition: form-data; name=\"open\"\r\n\r\nuser\r\n----json--\r\n",
        "whole where something within it is meant"
    );
    let mut shown = body.to_vec();
    for span in spans(body, kind, &wanted).unwrap() {
        span.cover(&mut shown);
    }
    assert_eq!(shown.len(), body.len(), "a cover is as long");
    assert!(
        !shown.windows(3).any(|window| window == b"ann")
            && shown.ends_with(b"\r\n\r\nuser\r\n----json--\r\n"),
        "{}",
        shown.escape_ascii()
    );
    for kind in [
        &b"multipart/form-data"[..],
        b"multipart/form-data; boundary=other",
    ] {
        assert_eq!(
            spans(body, Some(kind), &wanted),
            Err(Unreadable),
            "where its parts are cannot be said"
        );
    }
}

#[test]
fn which_pointers_lead_somewhere_is_found_in_one_reading() {
    let all = paths(&["/a", "/a/b", "/a/*", "/c", "/d/0", "/d/1", "/none"]);
    let found = |body: &[u8], kind: Option<&[u8]>| -> Vec<String> {
        there(body, kind, &all).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        found(b"{\"a\":{\"b\":1}}\n{\"d\":[1]}", JSON),
        ["/a", "/a/b", "/a/*", "/d/0"],
        "one within another too, of all documents"
    );
    assert_eq!(
        found(b"{\"a\":1} x", JSON),
        [""; 0],
        "of what is no JSON nothing is said"
    );
    assert_eq!(
        found(b"a=1&c", Some(b"application/x-www-form-urlencoded")),
        ["/a", "/a/b", "/a/*"],
        "fields by their names"
    );
}

#[test]
fn what_looks_like_json_and_is_none_is_never_taken_for_free_of_secrets() {
    let wanted = paths(&["/a"]);
    for body in [
        &b"{\"a\":\"secret\""[..],
        b"{\"a\":\"secret\"} x",
        b"{\"a\":\"\xff\"}",
        b"\xff\xfe{\0\"\0a\0",
        b"\0{\0\"",
        b" [1,]",
    ] {
        let got = spans(body, Some(b"text/plain"), &wanted);
        assert_eq!(got, Err(Unreadable), "`{}`", body.escape_ascii());
    }
    assert_eq!(
        spans(b"secret", JSON, &wanted),
        Err(Unreadable),
        "what calls itself so"
    );
    assert_eq!(spans(b"", None, &wanted), Ok(Vec::new()), "there is nothing");
    assert_eq!(
        spans(b"{\"a\"", None, &[]),
        Ok(Vec::new()),
        "where nothing is chosen nothing is looked for"
    );
}

#[test]
fn great_depth_and_many_values_are_no_burden() {
    let deep = format!(
        "{{\"x\":{}{},\"a\":\"s\"}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(
        masked(&deep, &["/a"]).ends_with("\"a\":\"[masked]\"}"),
        "no stack is used up"
    );
    let many = format!("[{}{{\"a\":\"s\"}}]", "{\"b\":1},".repeat(100_000));
    assert!(
        masked(&many, &["/*/a"]).ends_with("{\"a\":\"[masked]\"}]"),
        "there is no most"
    );
}

fn screen(texts: &[&str]) -> Screen {
    Screen::for_tests(paths(texts))
}

#[test]
fn words_on_a_screen_hide_addresses_and_lines() {
    let screen = screen(&[]);
    for (text, wanted) in [
        (
            "POST /a?x=1&api_key=abc&y=2 (200)",
            Some("POST /a?x=1&api_key=***&y=2 (200)"),
        ),
        (
            "to `https://me:pw@host/a?b=c`",
            Some("to `https://*****@host/a?b=c`"),
        ),
        ("Authorization: Bearer abc", Some("Authorization: **********")),
        ("Content-Type: text/plain", None),
        ("what is it? token=abc", None),
        ("a@b.test", None),
    ] {
        assert_eq!(screen.text(text).as_deref(), wanted, "`{text}`");
    }
}

#[test]
fn what_is_secret_in_a_request_is_hidden_where_it_comes_up_again() {
    let mut screen = screen(&["/user/mail"]);
    let head =
        Bytes::from_static(b"POST /?sig=1 HTTP/1.1\r\nX-Signature: t=1700000000,v1=abcdef012345\r\n\r\n");
    screen.learn_for_tests(&head, br#"{"user":{"mail":"ann\u0040host.test"}}"#);
    assert_eq!(
        screen
            .text("mail ann@host.test, digest abcdef012345, at 1700000000")
            .as_deref(),
        Some("mail *************, digest ************, at 1700000000"),
        "the value however it is written, the digest without its sign; a time says nothing"
    );
    let echo = Bytes::from_static(br#"{"echo":{"mail":"ann\u0040host.test","v1":"abcdef012345"}}"#);
    assert_eq!(
        &screen.cover_for_tests(&echo, "application/json")[..],
        br#"{"echo":{"mail":"******************","v1":"************"}}"#,
        "also where no pointer leads"
    );
}

#[test]
fn a_mark_on_a_screen_does_not_break_up_what_comes_up_again() {
    let mut screen = screen(&["/a"]);
    let again = "https://h/cb?token=abc&mail=ann@h.test";
    let dots = "*".repeat(again.len());
    screen.learn(again.as_bytes());
    screen.learn(b"abcdef&mail=ann");
    assert_eq!(
        screen.text(&format!("see {again} there")),
        Some(format!("see {dots} there"))
    );
    assert_eq!(screen.header_value("X-Callback", again), Some(dots.clone()));
    assert_eq!(
        screen.target(&format!("/in?to={again}"), None),
        Some(format!("/in?to={dots}"))
    );
    let head = Bytes::from(format!("GET / HTTP/1.1\r\nX-Callback: {again}\r\n\r\n"));
    assert_eq!(
        screen.head(&head),
        format!("GET / HTTP/1.1\r\nX-Callback: {dots}\r\n\r\n")
    );
    let form = Bytes::from_static(b"a=abcdef&mail=ann&b=1");
    assert_eq!(
        &screen.cover_for_tests(&form, "application/x-www-form-urlencoded")[..],
        b"a=***************&b=1"
    );
    screen.learn(b"[1],\"b\"");
    let json = Bytes::from_static(br#"{"a":[1],"b":2}"#);
    let shown = screen.cover_for_tests(&json, "application/json");
    assert_eq!(&shown[..], br#"{"a":[ ]****:2}"#, "a bracket keeps its partner");
}

#[test]
fn a_target_is_hidden_as_far_as_it_goes() {
    let screen = screen(&[]);
    for (target, wanted) in [
        ("/in?token=abc`SECRET&b=1", "/in?token=**********&b=1"),
        ("/in?token=a\"b<c>d", "/in?token=*******"),
        ("a:bc@h:443", "****@h:443"),
    ] {
        assert_eq!(screen.target(target, None).as_deref(), Some(wanted), "`{target}`");
    }
    assert_eq!(
        screen.text("http://dev/in?token=abc`SECRET").as_deref(),
        Some("http://dev/in?token=**********"),
        "an address that stands alone goes on to its end"
    );
    assert_eq!(
        screen.target("/in?b=1", None),
        None,
        "nothing is hidden for nothing"
    );
}

#[test]
fn an_answer_hides_in_one_place_what_it_gives_in_another() {
    let screen = screen(&["/mail"]);
    let answer = Bytes::from_static(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: s=abcdefgh\r\nX-Copy: abcdefgh\r\n\
          X-Mail: ann@h.test\r\n\r\n{\"mail\":\"ann@h.test\",\"b\":\"abcdefgh\"}",
    );
    assert_eq!(
        String::from_utf8_lossy(&screen.message(&answer)),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: **********\r\nX-Copy: ********\r\n\
         X-Mail: **********\r\n\r\n{\"mail\":\"**********\",\"b\":\"********\"}"
    );
}

#[test]
fn a_packed_body_with_a_secret_shows_nothing() {
    use std::io::Write as _;
    let pack = |text: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text).unwrap();
        Bytes::from(packer.finish().unwrap())
    };
    let screen = screen(&["/a"]);
    let secret = pack(br#"{"a":"secret"}"#);
    let shown = screen.cover_packed_for_tests(&secret);
    assert_eq!(shown.len(), secret.len(), "it is as long");
    assert!(
        shown.iter().all(|byte| *byte == b'*'),
        "nobody can unpack it from the screen"
    );
    let plain = pack(br#"{"b":"open"}"#);
    assert_eq!(
        screen.cover_packed_for_tests(&plain),
        plain,
        "what has none stays"
    );
}

#[test]
fn a_body_in_a_coding_that_nobody_knows_shows_nothing_where_something_is_looked_for() {
    let header = |value: &'static [u8]| crate::model::Header {
        name: Bytes::from_static(b"Content-Encoding"),
        value: Bytes::from_static(value),
    };
    let body = Bytes::from_static(b"a=1 or whatever it is");
    let shown = screen(&["/a"]).body(&body, &[header(b"compress")]);
    assert!(shown.iter().all(|byte| *byte == b'*'), "{}", shown.escape_ascii());
    let mut learned = screen(&[]);
    learned.learn(b"whatever");
    let shown = learned.body(&body, &[header(b"compress")]);
    assert!(
        shown.iter().all(|byte| *byte == b'*'),
        "what is known to be secret may be in it however it is written: {}",
        shown.escape_ascii()
    );
    assert_eq!(
        screen(&[]).body(&body, &[header(b"compress")]),
        body,
        "nothing is looked for"
    );
}

#[test]
fn a_body_in_which_a_pointer_means_nothing_is_masked_whole_where_one_is_chosen() {
    let wanted = paths(&["/a"]);
    for (body, kind) in [
        (&b"<a>secret</a>"[..], Some(&b"application/xml"[..])),
        (b"a=secret", Some(b"text/plain")),
        (b"secret", None),
        (b"\x89PNG", Some(b"image/png")),
        (b"a: secret", Some(b"application/yaml")),
    ] {
        let shown = || format!("`{}`", body.escape_ascii());
        assert_eq!(
            masked_body(body, kind, &wanted),
            Ok(Some(MASKED.to_vec())),
            "{}",
            shown()
        );
        assert_eq!(
            masked_body(body, kind, &[]),
            Ok(None),
            "nothing is chosen: {}",
            shown()
        );
        assert_eq!(
            there(body, kind, &wanted),
            Vec::<&MaskPath>::new(),
            "no pointer leads to it: {}",
            shown()
        );
        let body = Bytes::copy_from_slice(body);
        let kind = kind.map(|kind| std::str::from_utf8(kind).unwrap());
        let covered = screen(&["/a"]).plain_body(&body, kind);
        assert_eq!(covered, vec![b'*'; body.len()], "on a screen: {}", shown());
        assert_eq!(screen(&[]).plain_body(&body, kind), body, "{}", shown());
        let mut secrets = Secrets::default();
        secrets.learn_plain(&body, kind.map(str::as_bytes), &wanted);
        assert!(
            secrets.hide_a_body() && !secrets.is_blind() && !secrets.are_in(&body),
            "what is in it is no value that was chosen: {}",
            shown()
        );
    }
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\"\\\\\u{e9}]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn masking_replaces_the_values_and_nothing_else(document in document(), pointer in "(/([ab01]|\\*)){1,3}") {
        let text = serde_json::to_string(&document).unwrap();
        let path: MaskPath = pointer.parse().unwrap();
        let mut wanted = document.clone();
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        replace(&mut wanted, &steps);
        let masked = masked(&text, &[path.as_str()]);
        prop_assert_eq!(serde_json::from_str::<Value>(&masked).unwrap(), wanted);
        let covered = covered(&text, &[path.as_str()]);
        prop_assert_eq!(covered.len(), text.len());
        prop_assert!(serde_json::from_str::<Value>(&covered).is_ok(), "{}", covered);
    }
}

/// What masking should make of a document.
fn replace(value: &mut Value, steps: &[&str]) {
    let Some((step, rest)) = steps.split_first() else {
        *value = match value {
            Value::Null => Value::Null,
            Value::Bool(_) => false.into(),
            Value::Number(_) => 0.into(),
            Value::String(_) => "[masked]".into(),
            Value::Array(_) => Value::Array(Vec::new()),
            Value::Object(_) => Value::Object(serde_json::Map::new()),
        };
        return;
    };
    match value {
        Value::Array(elements) => {
            for (place, element) in elements.iter_mut().enumerate() {
                if *step == "*" || *step == place.to_string() {
                    replace(element, rest);
                }
            }
        }
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                if *step == "*" || step == key {
                    replace(member, rest);
                }
            }
        }
        _ => {}
    }
}
