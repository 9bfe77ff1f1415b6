//! Rust, with the crates of RustCrypto.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, braced, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut body = Lines::default();
    let mut arguments = vec![
        "secret: &str",
        "headers: &BTreeMap<String, String>",
        "body: &[u8]",
    ];
    if plan.needs_url() {
        arguments.push("url: &str");
    }
    if plan.needs_method() {
        arguments.push("method: &str");
    }
    if plan.is_aged() {
        arguments.push("now: f64");
    }
    // `?` leaves at once what is missing or cannot be read: that is no valid signature either.
    body.add(format!(
        "pub fn verify({}) -> bool {{\n    check(secret, headers, body{}{}{}).unwrap_or(false)\n}}\n",
        arguments.join(", "),
        if plan.needs_url() { ", url" } else { "" },
        if plan.needs_method() { ", method" } else { "" },
        if plan.is_aged() { ", now" } else { "" },
    ));
    body.add(format!("fn check({}) -> Option<bool> {{", arguments.join(", ")));
    body.add_if(
        !plan.content.contains(&Piece::Body) && !plan.reads_form(),
        "    let _ = body;",
    );
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        body.add(format!(
            "    if ![{}].contains(&headers.get({})?.as_str()) {{\n        return None;\n    }}",
            values.join(", "),
            text(name)
        ));
    }
    body.add_if(
        plan.reads_form(),
        "    if !headers.get(\"content-type\")?.starts_with(\"application/x-www-form-urlencoded\") {\n        return None;\n    }",
    );
    received(&mut body, plan);
    time(&mut body, plan);
    if !plan.id.is_empty() {
        body.add(format!("    let id = {};", first(&plan.id)));
    }
    expected(&mut body, plan);
    let compare = if plan.encoding == Encoding::HexAny {
        "value.to_ascii_lowercase().as_bytes()"
    } else {
        "value.as_bytes()"
    };
    body.add(format!(
        "    Some(received.iter().any(|value| bool::from(expected.as_bytes().ct_eq({compare}))))\n}}"
    ));
    let body = body.0;
    let mut code = Lines::default();
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    code.add(format!("// Crates: {}.", crates(plan, &body)));
    code.add("use std::collections::BTreeMap;\n");
    code.add_if(
        body.contains("BASE64") || body.contains("URL_SAFE"),
        "use base64::Engine as _;",
    );
    code.add_if(
        body.contains("BASE64"),
        "use base64::engine::general_purpose::STANDARD as BASE64;",
    );
    code.add_if(
        body.contains("URL_SAFE"),
        "use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL_SAFE;",
    );
    code.add_if(
        body.contains("Hmac::"),
        "use hmac::{Hmac, KeyInit as _, Mac as _};",
    );
    code.add_if(
        matches!(plan.check, Check::Digest(_)) || body.contains("::digest("),
        "use sha2::Digest as _;",
    );
    code.add("use subtle::ConstantTimeEq as _;\n");
    code.0 + &body
}

fn crates(plan: &Plan, body: &str) -> String {
    let mut crates = Vec::new();
    for (name, used) in [
        (
            "base64 0.22",
            body.contains("BASE64") || body.contains("URL_SAFE"),
        ),
        ("url 2", plan.reads_form() || body.contains("url::Url")),
        ("hex 0.4", body.contains("hex::")),
        ("hmac 0.13", body.contains("Hmac::")),
        ("jiff 0.2", body.contains("jiff::")),
        ("md-5 0.11", body.contains("md5::")),
        ("sha1 0.11", body.contains("sha1::")),
        ("sha2 0.11", body.contains("sha2::") || body.contains("::digest(")),
        ("subtle 2", true),
    ] {
        if used {
            crates.push(name);
        }
    }
    crates.join(", ")
}

fn text(text: &str) -> String {
    // `\x0b` is the same in text and in bytes.
    quoted(text, &[], |character| match character {
        '\0'..='\x7f' => format!("\\x{:02x}", u32::from(character)),
        other => braced(other),
    })
}

fn first(names: &[String]) -> String {
    let found: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let get = format!("headers.get({})", text(name));
            if at == 0 {
                get
            } else {
                format!(".or_else(|| {get})")
            }
        })
        .collect();
    format!("{}?.as_str()", found.concat())
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("name.as_str() == {}", text(name)),
            Name::Starting(start) => format!("name.starts_with({})", text(start)),
        })
        .collect();
    code.add(format!(
        "    let texts = headers.iter().filter(|(name, _)| {}).map(|(_, text)| text.as_str());",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        code.add(format!(
            "    let texts = texts.filter_map(|text| text.strip_prefix({}));",
            text(&plan.prefix)
        ));
    }
    let Some(list) = &plan.list else {
        code.add("    let received: Vec<&str> = texts.map(str::trim).collect();");
        return;
    };
    let trim = if list.trim { ".map(str::trim)" } else { "" };
    code.add(format!(
        "    let items: Vec<&str> = texts.flat_map(|text| text.split({})){trim}.collect();",
        text(&list.separator)
    ));
    let Some(assign) = &list.assign else {
        code.add(format!(
            "    let received: Vec<&str> = items.iter().copied().skip({}).collect();",
            list.position
        ));
        return;
    };
    let assign = text(assign);
    code.add(format!(
        "    let pairs: Vec<(&str, &str)> = items.iter().filter_map(|item| item.split_once({assign})).collect();"
    ));
    let bare = if list.bare {
        format!("\n        .chain(items.iter().copied().filter(|item| !item.contains({assign})))")
    } else {
        String::new()
    };
    code.add(format!(
        "    let received: Vec<&str> = pairs\n        .iter()\n        .filter(|(key, _)| *key == {})\n        .map(|(_, value)| *value){bare}\n        .collect();",
        text(&list.key)
    ));
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    let found = match &time.place {
        When::Header(names) => first(names),
        When::Item(key) => format!("pairs.iter().find(|(key, _)| *key == {})?.1", text(key)),
        When::At(0) => "*items.first()?".to_owned(),
        When::At(at) => format!("*items.get({at})?"),
    };
    code.add(format!("    let timestamp = {found};"));
    if !plan.is_aged() {
        return;
    }
    let signed_at = match time.unit {
        TimestampUnit::Seconds => "timestamp.parse::<f64>().ok()?",
        TimestampUnit::Milliseconds => "timestamp.parse::<f64>().ok()? / 1000.0",
        TimestampUnit::Rfc3339 => {
            "timestamp.parse::<jiff::Timestamp>().ok()?.as_millisecond() as f64 / 1000.0"
        }
    };
    // What is no number lies in no range.
    let range = match (time.future, time.past) {
        (Some(future), Some(past)) => format!("-{future}.0..={past}.0"),
        (Some(future), None) => format!("-{future}.0.."),
        (None, past) => format!("..={}.0", past.unwrap_or_default()),
    };
    code.add(format!(
        "    let age = now - {signed_at};\n    if !({range}).contains(&age) {{\n        return None;\n    }}"
    ));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!("secret.strip_prefix({}).unwrap_or(secret)", text(prefix)),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => format!("{stripped}.as_bytes().to_vec()"),
        SecretDecoding::Hex => format!("hex::decode({stripped}).ok()?"),
        SecretDecoding::Base64 => format!("BASE64.decode({stripped}).ok()?"),
    };
    match form.hash {
        Some(hash) => format!("{}::digest({bytes}).to_vec()", function(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("    let expected = secret;"),
        Check::Basic => return code.add("    let expected = BASE64.encode(secret);"),
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [one, other] => code.add(format!(
            "    let key = if secret.starts_with({}) {{ {} }} else {{ {} }};",
            text(one.only_with.as_deref().unwrap_or_default()),
            key(one),
            key(other)
        )),
        forms => code.add(format!(
            "    let key = {};",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "    let mut fields: Vec<_> = url::form_urlencoded::parse(body).collect();\n    fields.sort_unstable();\n    fields.dedup();\n    let form: String = fields.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect();",
    );
    code.add(if is_keyed {
        format!(
            "    let mut digest = Hmac::<{}>::new_from_slice(&key).ok()?;",
            function(hash)
        )
    } else {
        format!("    let mut digest = {}::new();", function(hash))
    });
    for part in &plan.content {
        code.add(format!("    digest.update({});", piece(part)));
    }
    let made = if is_keyed {
        "digest.finalize().into_bytes()"
    } else {
        "digest.finalize()"
    };
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::Plain => {
            format!("    let expected = hex::encode({made});")
        }
        Encoding::HexUpper => format!("    let expected = hex::encode_upper({made});"),
        Encoding::Base64 => format!("    let expected = BASE64.encode({made});"),
        Encoding::Base64url => format!("    let expected = URL_SAFE.encode({made});"),
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) if literal.is_ascii() => format!("b{}", text(literal)),
        // A literal of bytes can say ASCII only.
        Piece::Text(literal) => format!("{}.as_bytes()", text(literal)),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => "timestamp.as_bytes()".to_owned(),
        Piece::Id => "id.as_bytes()".to_owned(),
        Piece::Secret => "&key".to_owned(),
        Piece::Method => "method.as_bytes()".to_owned(),
        Piece::Header(name) => format!("headers.get({})?.as_bytes()", text(name)),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!(
                    "{url}.replace({}, {})",
                    text(escape),
                    text(&character.to_string())
                );
            }
            format!("{url}.as_bytes()")
        }
        Piece::Path => "url::Url::parse(url).ok()?.path().as_bytes()".to_owned(),
        Piece::Form => "form.as_bytes()".to_owned(),
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
