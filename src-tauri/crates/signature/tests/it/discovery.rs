//! Unknown senders, found out.

use hookbench_signature::{
    Algorithm, Budget, Draft, Message, Micros, Scheme, Secret, Verdict, check, discover, sign,
};

use crate::provider;

const URL: &str = "https://hooks.example.test/in";

struct Sent {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn sent(scheme: &Scheme, secret: &Secret, number: i64, body: String, kind: &[u8]) -> Sent {
    let given: [(&[u8], &[u8]); 3] = [
        (b"Host", b"hooks.example.test"),
        (b"Content-Type", kind),
        (b"X-Request-Id", b"5f0c"),
    ];
    let draft = Draft {
        method: "POST",
        target: "/in",
        url: Some(URL),
        headers: &given,
        body: body.as_bytes(),
    };
    let at = Micros::from_seconds(1_700_000_000 + number);
    let signed = sign(scheme, &draft, secret, at, Some(&format!("msg_{number}"))).unwrap();
    let mut headers: Vec<(String, String)> = given
        .iter()
        .map(|(name, value)| {
            (
                String::from_utf8_lossy(name).into_owned(),
                String::from_utf8_lossy(value).into_owned(),
            )
        })
        .collect();
    headers.extend(signed.headers);
    Sent {
        headers,
        body: signed.body.unwrap_or_else(|| body.into_bytes()),
    }
}

fn found_for(
    scheme: &Scheme,
    secret: &Secret,
    kind: &[u8],
    body: &str,
) -> Vec<hookbench_signature::Discovered> {
    let sent: Vec<Sent> = (0..3)
        .map(|number| {
            sent(
                scheme,
                secret,
                number,
                body.replace("evt_1", &format!("evt_{number}")),
                kind,
            )
        })
        .collect();
    let lines: Vec<Vec<(&[u8], &[u8])>> = sent
        .iter()
        .map(|sent| {
            sent.headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect()
        })
        .collect();
    let messages: Vec<Message<'_>> = sent
        .iter()
        .zip(&lines)
        .map(|(sent, headers)| Message {
            method: "POST",
            target: "/in",
            url: Some(URL),
            headers,
            body: &sent.body,
            received_at: None,
        })
        .collect();
    let secrets = [Secret::new("unrelated", "nothing"), secret.clone()];
    let found = discover(&messages, &secrets, &Budget::generous());
    for found in &found {
        let verdict = check(
            &found.scheme,
            &messages[0],
            std::slice::from_ref(&secrets[found.secret]),
        )
        .verdict;
        assert_eq!(verdict, Verdict::Valid, "what is found holds: {}", found.title);
    }
    found
}

#[test]
fn the_schemes_of_most_providers_are_found_without_knowing_them() {
    for name in [
        "github",
        "trutac",
        "stripe",
        "svix",
        "slack",
        "paddle",
        "shopify",
        "sanity",
        "workos",
        "zendesk",
        "box",
        "twitch",
        "square",
        "trello",
        "typeform",
        "patreon",
        "webflow",
        "airtable",
        "pagerduty",
        "gitlab",
        "postmark",
        "netlify",
        "monday",
        "polar",
        "x",
        "docusign",
        "twilio",
    ] {
        let scheme = provider::scheme(name);
        let found = found_for(
            &scheme,
            &provider::secret(name),
            provider::content_type(name),
            provider::body(name),
        );
        let best = found.first().unwrap_or_else(|| panic!("`{name}` is found"));
        assert_eq!(
            (best.confirmed, best.of),
            (3, 3),
            "`{name}`: the others confirm it: {}",
            best.title
        );
        assert_eq!(best.secret, 1, "`{name}`: with the right secret");
    }
}

#[test]
fn invented_names_are_found_too() {
    for text in [
        "algorithm = \"hmac-sha1\"\nsignature = { from = \"header:Zig-Zag\", prefix = \"sig1=\" }",
        "algorithm = \"hmac-sha512\"\nencoding = \"base64url\"\ncontent = \"{timestamp}.{body}\"\nsignature = { from = \"header:Zig\", separator = \";\", assign = \"=\", key = \"zag\" }\ntimestamp = { from = \"item:when\", unit = \"milliseconds\" }",
        "algorithm = \"hmac-sha256\"\ncontent = \"{id}.{timestamp}.{body}\"\nsignature = { from = \"header:Zig\" }\ntimestamp = { from = \"header:Zag\" }\nid = { from = \"header:Zug-Id\" }",
        "algorithm = \"sha256\"\ncontent = \"{secret}{body}\"\nsignature = { from = \"header:Zig\" }",
    ] {
        let scheme: Scheme = toml::from_str(text).unwrap();
        let body = format!("{{\"id\":\"evt_1\",\"fill\":\"{}\"}}", "x".repeat(10 * 1024));
        let found = found_for(
            &scheme,
            &Secret::new("s", "a-secret-of-ours"),
            b"application/json",
            &body,
        );
        let best = found.first().unwrap_or_else(|| panic!("found: {text}"));
        assert_eq!(
            best.scheme.algorithm.get(),
            scheme.algorithm.get(),
            "the algorithm: {}",
            best.title
        );
        assert_eq!(best.scheme.content, scheme.content, "the content: {}", best.title);
        let again: Scheme = toml::from_str(&toml::to_string(&best.scheme).unwrap()).unwrap();
        assert_eq!(again, best.scheme, "what is found can be kept");
    }
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let headers: [(&[u8], &[u8]); 2] = [(b"X-Signature", b"sha256=00"), (b"Authorization", b"Bearer x")];
    let message = Message {
        method: "POST",
        target: "/",
        url: None,
        headers: &headers,
        body: b"{}",
        received_at: None,
    };
    assert!(
        discover(&[message], &[Secret::new("s", "secret")], &Budget::generous()).is_empty(),
        "no guess is made"
    );
    assert!(
        discover(&[], &[], &Budget::generous()).is_empty(),
        "nor of nothing"
    );
    let token: [(&[u8], &[u8]); 1] = [(b"X-Api", b"Token secret")];
    let message = Message {
        headers: &token,
        ..message
    };
    let found = discover(&[message], &[Secret::new("s", "secret")], &Budget::generous());
    assert_eq!(
        found[0].scheme.algorithm.get(),
        Some(Algorithm::Token),
        "a token behind a prefix is one"
    );
}
