//! JavaScript for Node.js, with nothing beside `node:crypto`.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, braced, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut code = Lines::default();
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    code.add("const crypto = require('node:crypto');\n");
    let mut arguments = vec!["secret", "headers", "body"];
    if plan.needs_url() {
        arguments.push("url");
    }
    if plan.needs_method() {
        arguments.push("method");
    }
    if plan.is_aged() {
        arguments.push("now = Date.now() / 1000");
    }
    code.add(format!("function verify({}) {{", arguments.join(", ")));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        code.add(format!(
            "  if (![{}].includes(headers[{}])) return false;",
            values.join(", "),
            text(name)
        ));
    }
    code.add_if(
        plan.reads_form(),
        "  if (!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return false;",
    );
    received(&mut code, plan);
    time(&mut code, plan);
    if !plan.id.is_empty() {
        code.add(format!(
            "  const id = {};\n  if (!id) return false;",
            first(&plan.id)
        ));
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            code.add(format!(
                "  if (headers[{}] === undefined) return false;",
                text(name)
            ));
        }
    }
    expected(&mut code, plan);
    code.add(
        "  const isExpected = (value) => {\n    const given = Buffer.from(value);\n    return given.length === expected.length && crypto.timingSafeEqual(given, expected);\n  };\n  return received.some(isExpected);\n}",
    );
    code.0
}

fn text(text: &str) -> String {
    quoted(text, &[], braced)
}

fn first(names: &[String]) -> String {
    let found: Vec<String> = names
        .iter()
        .map(|name| format!("headers[{}]", text(name)))
        .collect();
    found.join(" ?? ")
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("name === {}", text(name)),
            Name::Starting(start) => format!("name.startsWith({})", text(start)),
        })
        .collect();
    code.add(format!(
        "  {} texts = Object.keys(headers).filter((name) => {}).map((name) => String(headers[name]));",
        if plan.prefix.is_empty() { "const" } else { "let" },
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        let prefix = text(&plan.prefix);
        code.add(format!(
            "  texts = texts.filter((text) => text.startsWith({prefix})).map((text) => text.slice({}));",
            plan.prefix.len()
        ));
    }
    let Some(list) = &plan.list else {
        code.add("  const received = texts.map((text) => text.trim());");
        return;
    };
    let trim = if list.trim {
        ".map((item) => item.trim())"
    } else {
        ""
    };
    code.add(format!(
        "  const items = texts.flatMap((text) => text.split({})){trim};",
        text(&list.separator)
    ));
    let Some(assign) = &list.assign else {
        code.add(format!("  const received = items.slice({});", list.position));
        return;
    };
    let width = assign.len();
    let assign = text(assign);
    code.add(format!(
        "  const pairs = items.filter((item) => item.includes({assign})).map((item) => {{\n    const at = item.indexOf({assign});\n    return [item.slice(0, at), item.slice(at + {width})];\n  }});"
    ));
    let bare = if list.bare {
        format!(".concat(items.filter((item) => !item.includes({assign})))")
    } else {
        String::new()
    };
    code.add(format!(
        "  const received = pairs.filter(([key]) => key === {}).map(([, value]) => value){bare};",
        text(&list.key)
    ));
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    let found = match &time.place {
        When::Header(names) => first(names),
        When::Item(key) => format!("pairs.find(([key]) => key === {})?.[1]", text(key)),
        When::At(at) => format!("items[{at}]"),
    };
    code.add(format!(
        "  const timestamp = {found};\n  if (!timestamp) return false;"
    ));
    if !plan.is_aged() {
        return;
    }
    let signed_at = match time.unit {
        TimestampUnit::Seconds => "Number(timestamp)",
        TimestampUnit::Milliseconds => "Number(timestamp) / 1000",
        TimestampUnit::Rfc3339 => "Date.parse(timestamp) / 1000",
    };
    // Written so that no number at all is refused as well.
    let limits: Vec<String> = [
        time.past.map(|past| format!("age <= {past}")),
        time.future.map(|future| format!("age >= -{future}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    code.add(format!(
        "  const age = now - {signed_at};\n  if (!({})) return false;",
        limits.join(" && ")
    ));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!(
            "(secret.startsWith({}) ? secret.slice({}) : secret)",
            text(prefix),
            prefix.len()
        ),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => format!("Buffer.from({stripped})"),
        SecretDecoding::Hex => format!("Buffer.from({stripped}, 'hex')"),
        SecretDecoding::Base64 => format!("Buffer.from({stripped}, 'base64')"),
    };
    match form.hash {
        Some(hash) => format!("crypto.createHash('{}').update({bytes}).digest()", function(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("  const expected = Buffer.from(secret);"),
        Check::Basic => {
            return code.add("  const expected = Buffer.from(Buffer.from(secret).toString('base64'));");
        }
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [first, second] => code.add(format!(
            "  const key = secret.startsWith({}) ? {} : {};",
            text(first.only_with.as_deref().unwrap_or_default()),
            key(first),
            key(second)
        )),
        forms => code.add(format!(
            "  const key = {};",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "  const order = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other));\n  const fields = [...new URLSearchParams(body.toString())]\n    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))\n    .filter(([name, value], at, all) => at === 0 || all[at - 1][0] !== name || all[at - 1][1] !== value);\n  const form = fields.map(([name, value]) => name + value).join('');",
    );
    code.add(if is_keyed {
        format!("  const digest = crypto.createHmac('{}', key);", function(hash))
    } else {
        format!("  const digest = crypto.createHash('{}');", function(hash))
    });
    for part in &plan.content {
        code.add(format!("  digest.update({});", piece(part)));
    }
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::Plain => "  const expected = Buffer.from(digest.digest('hex'));",
        Encoding::HexAny => {
            "  const expected = Buffer.from(digest.digest('hex'));\n  received.forEach((value, at) => (received[at] = value.toLowerCase()));"
        }
        Encoding::HexUpper => "  const expected = Buffer.from(digest.digest('hex').toUpperCase());",
        Encoding::Base64 => "  const expected = Buffer.from(digest.digest('base64'));",
        Encoding::Base64url => "  const expected = Buffer.from(digest.digest('base64url'));",
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) => text(literal),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => "timestamp".to_owned(),
        Piece::Id => "id".to_owned(),
        Piece::Secret => "key".to_owned(),
        Piece::Method => "method".to_owned(),
        Piece::Header(name) => format!("headers[{}]", text(name)),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!(
                    "{url}.replaceAll({}, {})",
                    text(escape),
                    text(&character.to_string())
                );
            }
            url
        }
        Piece::Path => "new URL(url).pathname".to_owned(),
        Piece::Form => "form".to_owned(),
    }
}

const fn function(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5",
        Hash::Sha1 => "sha1",
        Hash::Sha256 => "sha256",
        Hash::Sha384 => "sha384",
        Hash::Sha512 => "sha512",
    }
}
