//! Every place that a report calls signed is signed: one changed bit there, and the signature does not hold.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use hookbench_signature::{
    Algorithm, Draft, Encoding, Micros, PartKind, Report, Scheme, Secret, SignError, Source, Verdict, check,
    verify,
};
use proptest::prelude::*;

use crate::provider;
use crate::sent::{Sent, Signer, URL};

const AT: Micros = Micros(1_700_000_000_123_456);

/// A stretch of a request in which a bit is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spot {
    Method,
    Url(Range<usize>),
    Header(usize, Range<usize>),
    Body(Range<usize>),
    /// The fields of a url-encoded form: another spelling of the same fields is the same form.
    Form,
}

/// One way of signing with a request that it signed, and the places where that can be changed.
struct Case {
    name: String,
    way: Scheme,
    secret: Secret,
    sent: Sent,
    spots: Vec<(String, Spot)>,
}

fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let ways = provider::all().into_iter().flat_map(|(name, scheme)| {
            let ways: Vec<Scheme> = scheme.ways().cloned().collect();
            ways.into_iter().map(move |way| (name.clone(), way))
        });
        ways.filter_map(|(name, way)| case(name, way)).collect()
    })
}

fn case(name: String, way: Scheme) -> Option<Case> {
    let way = Scheme {
        when: Vec::new(),
        alternatives: Vec::new(),
        ..way
    };
    let signer = Signer::of(&name, &way);
    let headers = provider::headers(&name);
    let body = match (name.as_str(), way.title.as_deref()) {
        ("segment", Some("batch")) => r#"[{"messageId":"a"},{"messageId":"b"}]"#,
        _ => provider::body(&name),
    };
    // HubSpot signs the URL with some of its escapes undone, which have two spellings each.
    let url = match name.as_str() {
        "hubspot" => URL.trim_end_matches("%2F"),
        _ => URL,
    };
    let draft = Draft {
        method: "POST",
        target: "/in/abc?x=1&y=%2F",
        url: Some(url),
        headers: &headers,
        body: body.as_bytes(),
    };
    let signed = match signer.sign(&way, &draft, AT) {
        Ok(signed) => signed,
        // SHA-1 is checked for RSA and no longer made.
        Err(SignError::Asymmetric(title)) if title.contains("SHA-1") => return None,
        Err(error) => panic!("`{name}`: {error}"),
    };
    let sent = Sent::of(&draft, signed);
    let secret = signer.secret(&way);
    let report = sent.with_message(Some(AT), |message| {
        verify(&way, message, std::slice::from_ref(&secret))
    });
    assert_eq!(report.verdict, Verdict::Valid, "`{name}`: {}", report.sentence);
    let spots = spots(&way, &sent, &report);
    Some(Case {
        name,
        way,
        secret,
        sent,
        spots,
    })
}

fn spots(way: &Scheme, sent: &Sent, report: &Report) -> Vec<(String, Spot)> {
    let mut spots = Vec::new();
    let mut add = |what: String, spot: Option<Spot>| {
        let is_new = |spot: &Spot| !spots.iter().any(|(_, other)| other == spot);
        if let Some(spot) = spot.filter(is_new) {
            spots.push((what, spot));
        }
    };
    for part in report.content.iter().flat_map(|content| &content.parts) {
        let bytes = &report.content.as_ref().unwrap().bytes[part.span.start..part.span.end];
        if bytes.is_empty() {
            continue;
        }
        let label = part.label.as_deref().unwrap_or_default();
        let what = format!("{:?} {label}", part.kind);
        let whole = || Some(Spot::Body(0..sent.body.len())).filter(|_| !sent.body.is_empty());
        match part.kind {
            PartKind::Body | PartKind::Digest => add(what, whole()),
            PartKind::Method => add(what, Some(Spot::Method)),
            PartKind::Url => add(what, Some(Spot::Url(url_range(&sent.url, label)))),
            PartKind::Header => {
                let list = label.strip_prefix("signed-headers:").unwrap_or(label);
                add(what, header(sent, list));
                let listed = header_text(sent, list)
                    .filter(|_| list != label)
                    .unwrap_or_default();
                for name in listed.split(',').filter(|name| *name != list) {
                    add(format!("Header {name}"), header(sent, name));
                }
            }
            PartKind::Timestamp | PartKind::Id | PartKind::Json => add(what, found(sent, label, bytes)),
            PartKind::Form => add(what, Some(Spot::Form)),
            PartKind::Literal | PartKind::Secret => {}
            other => panic!("`{other:?}` has no place"),
        }
    }
    let digest = way.require.iter().find(|required| required.body_digest.is_some());
    if digest.is_some_and(|required| {
        report
            .checks
            .iter()
            .any(|check| check.subject == required.from.to_string() && check.found.is_some())
    }) {
        add(
            "Body by its digest".to_owned(),
            Some(Spot::Body(0..sent.body.len())),
        );
    }
    for found in &report.found {
        let Some(index) = found.header_index else {
            continue;
        };
        let value = &sent.headers[index].1;
        let text = String::from_utf8_lossy(value);
        let start = text.rfind(' ').map_or(0, |at| at + 1);
        // The last letters of base64 have bits that mean nothing, and a public key decodes before it checks.
        let is_decoded = way.algorithm.get().is_some_and(Algorithm::is_asymmetric);
        let end = if is_decoded {
            start + (value.len() - start) / 2
        } else {
            value.len()
        };
        add("Signature".to_owned(), Some(Spot::Header(index, start..end)));
    }
    spots
}

/// The part of a URL that a source reads.
fn url_range(url: &str, label: &str) -> Range<usize> {
    let host = url.find("://").unwrap() + 3;
    let path = host + url[host..].find('/').unwrap();
    match label {
        "path" | "target" => path..url.len(),
        "query" => url.find('?').unwrap() + 1..url.len(),
        "host" => host..path,
        _ => 0..url.len(),
    }
}

fn header(sent: &Sent, name: &str) -> Option<Spot> {
    let index = sent
        .headers
        .iter()
        .position(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))?;
    Some(Spot::Header(index, 0..sent.headers[index].1.len()))
}

fn header_text(sent: &Sent, name: &str) -> Option<String> {
    let line = sent
        .headers
        .iter()
        .find(|(line, _)| line.eq_ignore_ascii_case(name.as_bytes()));
    line.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
}

/// Where a value stands: behind its own name in the body, else in a header.
fn found(sent: &Sent, label: &str, bytes: &[u8]) -> Option<Spot> {
    let position =
        |text: &[u8], wanted: &[u8]| text.windows(wanted.len()).position(|window| window == wanted);
    let name = format!("\"{}\"", label.rsplit('.').next().unwrap_or(label));
    let from = position(&sent.body, name.as_bytes()).map_or(0, |at| at + name.len());
    let in_body = position(&sent.body[from..], bytes).map(|at| from + at);
    let in_header = sent.headers.iter().enumerate().find_map(|(index, (_, value))| {
        position(value, bytes).map(|at| Spot::Header(index, at..at + bytes.len()))
    });
    let in_body = in_body.map(|at| Spot::Body(at..at + bytes.len()));
    if label == "timestamp" || label == "id" {
        in_header.or(in_body)
    } else {
        in_body.or(in_header)
    }
}

/// The fields of a form, decoded.
fn fields(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    url::form_urlencoded::parse(body)
        .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

impl Spot {
    fn flip(&self, sent: &mut Sent, place: &prop::sample::Index, bit: u32) {
        let change = |bytes: &mut [u8]| {
            let at = place.index(bytes.len());
            bytes[at] ^= 1 << bit;
        };
        let change_text = |text: &mut String, range: &Range<usize>| {
            let mut bytes = std::mem::take(text).into_bytes();
            change(&mut bytes[range.clone()]);
            *text = String::from_utf8(bytes).unwrap();
        };
        match self {
            Self::Method => {
                let range = 0..sent.method.len();
                change_text(&mut sent.method, &range);
            }
            Self::Url(range) => change_text(&mut sent.url, range),
            Self::Header(index, range) => change(&mut sent.headers[*index].1[range.clone()]),
            Self::Body(range) => change(&mut sent.body[range.clone()]),
            Self::Form => {
                let mut fields = fields(&sent.body);
                let field = place.index(fields.len());
                let (name, value) = &mut fields[field];
                change(if value.is_empty() { name } else { value });
                let pairs = fields.iter().map(|(name, value)| {
                    let escape =
                        |bytes: &[u8]| url::form_urlencoded::byte_serialize(bytes).collect::<String>();
                    format!("{}={}", escape(name), escape(value))
                });
                sent.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
            }
        }
    }
}

/// Whether only the case of letters was changed in a signature that is decoded from hex before it is compared.
fn is_same_hex(case: &Case, spot: &Spot, changed: &Sent) -> bool {
    let Spot::Header(index, _) = spot else {
        return false;
    };
    let is_decoded = case.way.algorithm.get().is_some_and(Algorithm::is_asymmetric);
    let is_hex = match case.way.encoding.get() {
        Some(Encoding::HexAny) => true,
        Some(Encoding::Hex | Encoding::HexUpper) => is_decoded,
        _ => false,
    };
    is_hex
        && changed.headers[*index]
            .1
            .eq_ignore_ascii_case(&case.sent.headers[*index].1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_flipped_bit_anywhere_in_what_is_signed_does_not_hold(
        place in any::<prop::sample::Index>(),
        bit in 0_u32..7,
    ) {
        for case in cases() {
            for (what, spot) in &case.spots {
                let mut changed = case.sent.clone();
                spot.flip(&mut changed, &place, bit);
                if what == "Signature" && is_same_hex(case, spot, &changed) {
                    continue;
                }
                let verdict = changed.with_message(Some(AT), |message| {
                    check(&case.way, message, std::slice::from_ref(&case.secret)).verdict
                });
                prop_assert!(
                    verdict != Verdict::Valid,
                    "`{}`: bit {} of {} ({:?}) is noticed",
                    case.name, bit, what, spot
                );
            }
        }
    }
}

#[test]
fn every_kind_of_place_and_every_family_is_put_to_this_test() {
    let of = |name: &str| -> BTreeSet<&str> {
        let cases = cases().iter().filter(|case| case.name == name);
        cases
            .flat_map(|case| case.spots.iter().map(|(what, _)| what.as_str()))
            .collect()
    };
    for (name, places) in [
        ("square", &["Url url", "Body body", "Signature"][..]),
        ("trello", &["Url url", "Body body"]),
        (
            "hubspot",
            &["Method method", "Url url", "Body body", "Timestamp timestamp"],
        ),
        (
            "contentful",
            &[
                "Method method",
                "Url path",
                "Url query",
                "Header x-contentful-timestamp",
            ],
        ),
        ("twilio", &["Url url", "Form form-sorted"]),
        ("mandrill", &["Url url", "Form form-sorted"]),
        ("plivo", &["Url url", "Form form-sorted", "Id id"]),
        (
            "adyen",
            &["Json pspReference", "Json amount.value", "Json success"],
        ),
        ("mailgun", &["Timestamp timestamp", "Id id"]),
        ("braintree", &["Form bt_payload"]),
        ("dropbox-sign", &["Timestamp timestamp", "Json event.event_type"]),
        ("klaviyo", &["Header Klaviyo-Timestamp", "Body body"]),
        ("netlify", &["Body by its digest", "Signature"]),
        ("plaid", &["Body by its digest", "Signature"]),
        ("google-pubsub", &["Signature"]),
        ("discord", &["Timestamp timestamp", "Body body", "Signature"]),
        ("sendgrid", &["Timestamp timestamp", "Body body"]),
        ("wise", &["Body body"]),
        ("paypal", &["Id id", "Timestamp timestamp", "Digest body"]),
        ("aws-sns", &["Json Message", "Json TopicArn"]),
    ] {
        let found = of(name);
        for place in places {
            assert!(found.contains(place), "`{name}`: {place} is among {found:?}");
        }
    }
    let families: BTreeSet<String> = cases()
        .iter()
        .filter(|case| !case.spots.is_empty())
        .map(|case| format!("{:?}", case.way.algorithm.get().unwrap()))
        .collect();
    assert!(
        families.len() >= 9,
        "of most algorithms there is one: {families:?}"
    );
    let nothing: Vec<&str> = cases()
        .iter()
        .filter(|case| case.spots.is_empty())
        .map(|case| case.name.as_str())
        .collect();
    let is_in_body = |name: &&&str| {
        let case = cases().iter().find(|case| case.name == **name).unwrap();
        let signature = case.way.signature.as_ref().unwrap();
        signature
            .from
            .iter()
            .any(|from| matches!(from, Source::Json(_) | Source::Query(_)))
    };
    assert_eq!(
        nothing.iter().filter(|name| !is_in_body(name)).count(),
        0,
        "only tokens inside a body have no place of their own: {nothing:?}"
    );
}
