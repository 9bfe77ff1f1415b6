//! Rust, with the crates of RustCrypto.

use super::dialect::{Dialect, Pairs, each, first_of, needed, replaced, when};
use super::plan::{Piece, Plan, Time};
use super::text::{braced, in_hex, quoted};
use crate::scheme::{Hash, TimestampUnit};

pub(super) const RUST: Dialect = Dialect {
    comment: "//",
    sigil: "",
    file: |heads, code| {
        let crates = needed(CRATES, code).join(", ");
        let uses: String = needed(USES, code).concat();
        format!("{heads}// Crates: {crates}.\n{uses}\n{code}")
    },

    text,
    separator: text,
    ascii: |text| format!("b{text}"),
    bytes: |text| format!("{text}.as_bytes()"),

    parameters: [
        "secret: &str, headers: &BTreeMap<String, String>, body: &[u8]",
        "url: &str",
        "method: &str",
        "now: f64",
    ],
    opening,
    refuse_if: |test| format!("    if {test} {{\n        return None;\n    }}"),
    bind: |variable, value| format!("    let {variable} = {value};"),
    is_empty: None,
    starts_with: |text, prefix| format!("{text}.starts_with({prefix})"),

    header: |name| format!("headers.get({name})?"),
    first: |names, _| {
        let found = |name: &str| format!("headers.get({name})");
        first_of(names, found, |name| format!(".or_else(|| {})", found(name))) + "?.as_str()"
    },
    lacks: None,
    is_none_of: |name, values| {
        format!(
            "![{}].contains(&headers.get({name})?.as_str())",
            values.join(", ")
        )
    },
    is_no_form: "!headers.get(\"content-type\")?.starts_with(\"application/x-www-form-urlencoded\")",

    name: "name",
    is: |name| format!("name.as_str() == {name}"),
    or: " || ",
    texts: |_, test| {
        format!("    let texts = headers.iter().filter(|(name, _)| {test}).map(|(_, text)| text.as_str());")
    },
    after_prefix: |prefix, _| {
        format!("    let texts = texts.filter_map(|text| text.strip_prefix({prefix}));")
    },
    received: "    let received: Vec<&str> = texts.map(str::trim).collect();",
    items: |_, separator, trim| {
        format!("    let items: Vec<&str> = texts.flat_map(|text| text.split({separator})){trim}.collect();")
    },
    trim: ".map(str::trim)",
    received_from: |position, _| {
        format!("    let received: Vec<&str> = items.iter().copied().skip({position}).collect();")
    },
    received_of,
    item: Some(|position| match position {
        "0" => "*items.first()?".to_owned(),
        other => format!("*items.get({other})?"),
    }),
    value: Some(|key| format!("pairs.iter().find(|(key, _)| *key == {key})?.1")),

    age: |unit| {
        let signed_at = match unit {
            TimestampUnit::Seconds => "timestamp.parse::<f64>().ok()?",
            TimestampUnit::Milliseconds => "timestamp.parse::<f64>().ok()? / 1000.0",
            TimestampUnit::Rfc3339 => {
                "timestamp.parse::<jiff::Timestamp>().ok()?.as_millisecond() as f64 / 1000.0"
            }
        };
        format!("    let age = now - {signed_at};")
    },
    is_outside,

    stripped: |prefix, _| format!("secret.strip_prefix({prefix}).unwrap_or(secret)"),
    of_text: |secret| format!("{secret}.as_bytes().to_vec()"),
    of_hex: |secret| format!("hex::decode({secret}).ok()?"),
    of_base64: |secret| format!("BASE64.decode({secret}).ok()?"),
    hashed: |hash, key| format!("{}::digest({key}).to_vec()", function(hash)),
    choice: |test, one, other| format!("if {test} {{ {one} }} else {{ {other} }}"),
    key: |_, key| format!("    let key = {key};"),
    is_nothing: |key| format!("{key}.is_empty()"),

    pieces: [
        "body",
        "&key",
        "url::Url::parse(url).ok()?.path().as_bytes()",
        "form.as_bytes()",
    ],
    url: |escapes| replaced("replace", escapes),
    id: "id",
    form: r"    let mut fields: Vec<_> = url::form_urlencoded::parse(body).collect();
    fields.sort_unstable();
    fields.dedup();
    let form: String = fields.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect();",

    hmac: |hash| format!("Hmac::<{}>::new_from_slice(&key).ok()?", function(hash)),
    plain: |hash| format!("{}::new()", function(hash)),
    digest: |digest, pieces| {
        let updates = each(pieces, "", |piece| format!("\n    digest.update({piece});"));
        format!("    let mut digest = {digest};{updates}")
    },
    hex: |digest| format!("hex::encode({})", finished(digest)),
    hex_upper: |digest| format!("hex::encode_upper({})", finished(digest)),
    base64: |digest| format!("BASE64.encode({})", finished(digest)),
    base64url: |digest| format!("URL_SAFE.encode({})", finished(digest)),
    sent: ["secret", "BASE64.encode(secret)"],

    cases: ["value", "value.to_ascii_lowercase()"],
    closing: |value| {
        let equal = format!("expected.as_bytes().ct_eq({value}.as_bytes())");
        format!("    Some(received.iter().any(|value| bool::from({equal})))\n}}")
    },
};

/// Crates, each with what shows that it is used.
const CRATES: &[(&str, &str)] = &[
    ("base64 0.22", "BASE64|URL_SAFE"),
    ("url 2", "url::form_urlencoded|url::Url"),
    ("hex 0.4", "hex::"),
    ("hmac 0.13", "Hmac::"),
    ("jiff 0.2", "jiff::"),
    ("md-5 0.11", "md5::"),
    ("sha1 0.11", "sha1::"),
    ("sha2 0.11", "sha2::|::digest(|::new()"),
    ("subtle 2", "ct_eq"),
];

/// Imports, each with what shows that it is used.
const USES: &[(&str, &str)] = &[
    ("use std::collections::BTreeMap;\n\n", "BTreeMap"),
    ("use base64::Engine as _;\n", "BASE64|URL_SAFE"),
    (
        "use base64::engine::general_purpose::STANDARD as BASE64;\n",
        "BASE64",
    ),
    (
        "use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL_SAFE;\n",
        "URL_SAFE",
    ),
    ("use hmac::{Hmac, KeyInit as _, Mac as _};\n", "Hmac::"),
    ("use sha2::Digest as _;\n", "::digest(|::new()"),
    ("use subtle::ConstantTimeEq as _;\n", "ct_eq"),
];

fn text(text: &str) -> String {
    // `\x0b` is the same in text and in bytes.
    quoted(text, &[], |written, character| match character {
        '\0'..='\x7f' => in_hex(written, character),
        other => braced(written, other),
    })
}

/// `?` leaves at once what is missing or cannot be read: that is no valid signature either.
fn opening(plan: &Plan, parameters: &str) -> String {
    let given = plan.given(["secret, headers, body", "url", "method", "now"]);
    let is_unused = !plan.content.contains(&Piece::Body) && !plan.reads_form();
    let unused = when(is_unused, "\n    let _ = body;");
    format!(
        "pub fn verify({parameters}) -> bool {{
    check({given}).unwrap_or(false)
}}

fn check({parameters}) -> Option<bool> {{{unused}"
    )
}

fn received_of(pairs: &Pairs) -> String {
    let Pairs { assign, key, .. } = pairs;
    let bare = format!("\n        .chain(items.iter().copied().filter(|item| !item.contains({assign})))");
    let bare = when(pairs.bare, &bare);
    format!(
        "    let pairs: Vec<(&str, &str)> = items.iter().filter_map(|item| item.split_once({assign})).collect();
    let received: Vec<&str> = pairs
        .iter()
        .filter(|(key, _)| *key == {key})
        .map(|(_, value)| *value){bare}
        .collect();"
    )
}

/// What is no number lies in no range.
fn is_outside(time: &Time) -> String {
    let from = time
        .future
        .map(|future| format!("-{future}.0"))
        .unwrap_or_default();
    let to = time.past.map(|past| format!("={past}.0")).unwrap_or_default();
    format!("!({from}..{to}).contains(&age)")
}

fn finished(digest: &str) -> &'static str {
    if digest.starts_with("Hmac") {
        "digest.finalize().into_bytes()"
    } else {
        "digest.finalize()"
    }
}

const fn function(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5::Md5",
        Hash::Sha1 => "sha1::Sha1",
        Hash::Sha256 => "sha2::Sha256",
        Hash::Sha384 => "sha2::Sha384",
        Hash::Sha512 => "sha2::Sha512",
    }
}
