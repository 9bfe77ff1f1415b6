//! JavaScript for Node.js, with nothing beside `node:crypto`.

use super::dialect::{Dialect, Pairs, each, is_outside, lower, replaced, when};
use super::text::{braced, quoted};
use crate::scheme::TimestampUnit;

pub(super) const NODE: Dialect = Dialect {
    comment: "//",
    sigil: "",
    file: |heads, code| format!("{heads}const crypto = require('node:crypto');\n\n{code}"),

    text,
    separator: text,
    ascii: str::to_owned,
    bytes: str::to_owned,

    parameters: [
        "secret, headers, body",
        "url",
        "method",
        "now = Date.now() / 1000",
    ],
    opening: |_, parameters| format!("function verify({parameters}) {{"),
    refuse_if: |test| format!("  if ({test}) return false;"),
    bind: |variable, value| format!("  const {variable} = {value};"),
    is_empty: Some(|variable| format!("!{variable}")),
    starts_with: |text, prefix| format!("{text}.startsWith({prefix})"),

    header,
    first: |names, _| each(names, " ?? ", header),
    lacks: Some(|name| format!("headers[{name}] === undefined")),
    is_none_of: |name, values| format!("![{}].includes(headers[{name}])", values.join(", ")),
    is_no_form: "!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')",

    name: "name",
    is: |name| format!("name === {name}"),
    or: " || ",
    texts: |plan, test| {
        let declare = if plan.prefix.is_empty() { "const" } else { "let" };
        let found =
            format!("Object.keys(headers).filter((name) => {test}).map((name) => String(headers[name]))");
        format!("  {declare} texts = {found};")
    },
    after_prefix: |prefix, length| {
        let filter = format!("filter((text) => text.startsWith({prefix}))");
        format!("  texts = texts.{filter}.map((text) => text.slice({length}));")
    },
    received: "  const received = texts.map((text) => text.trim());",
    items: |_, separator, trim| {
        format!("  const items = texts.flatMap((text) => text.split({separator})){trim};")
    },
    trim: ".map((item) => item.trim())",
    received_from: |position, _| format!("  const received = items.slice({position});"),
    received_of,
    item: Some(|position| format!("items[{position}]")),
    value: Some(|key| format!("pairs.find(([key]) => key === {key})?.[1]")),

    age: |unit| {
        let signed_at = match unit {
            TimestampUnit::Seconds => "Number(timestamp)",
            TimestampUnit::Milliseconds => "Number(timestamp) / 1000",
            TimestampUnit::Rfc3339 => "Date.parse(timestamp) / 1000",
        };
        format!("  const age = now - {signed_at};")
    },
    is_outside,

    stripped: |prefix, length| format!("(secret.startsWith({prefix}) ? secret.slice({length}) : secret)"),
    of_text: |secret| format!("Buffer.from({secret})"),
    of_hex: |secret| format!("Buffer.from({secret}, 'hex')"),
    of_base64: |secret| format!("Buffer.from({secret}, 'base64')"),
    hashed: |hash, key| format!("crypto.createHash('{}').update({key}).digest()", lower(hash)),
    choice: |test, one, other| format!("{test} ? {one} : {other}"),
    key: |_, key| format!("  const key = {key};"),
    is_nothing: |key| format!("{key}.length === 0"),

    pieces: ["body", "key", "new URL(url).pathname", "form"],
    url: |escapes| replaced("replaceAll", escapes),
    id: "id",
    form: r"  const order = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other));
  const fields = [...new URLSearchParams(body.toString())]
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .filter(([name, value], at, all) => at === 0 || all[at - 1][0] !== name || all[at - 1][1] !== value);
  const form = fields.map(([name, value]) => name + value).join('');",

    hmac: |hash| format!("crypto.createHmac('{}', key)", lower(hash)),
    plain: |hash| format!("crypto.createHash('{}')", lower(hash)),
    digest: |digest, pieces| {
        let updates = each(pieces, "", |piece| format!("\n  digest.update({piece});"));
        format!("  const digest = {digest};{updates}")
    },
    hex: |_| "Buffer.from(digest.digest('hex'))".to_owned(),
    hex_upper: |_| "Buffer.from(digest.digest('hex').toUpperCase())".to_owned(),
    base64: |_| "Buffer.from(digest.digest('base64'))".to_owned(),
    base64url: |_| "Buffer.from(digest.digest('base64url'))".to_owned(),
    sent: [
        "Buffer.from(secret)",
        "Buffer.from(Buffer.from(secret).toString('base64'))",
    ],

    cases: [
        "",
        "  received.forEach((value, at) => (received[at] = value.toLowerCase()));\n",
    ],
    closing: |lowered| {
        format!(
            "{lowered}  const isExpected = (value) => {{
    const given = Buffer.from(value);
    return given.length === expected.length && crypto.timingSafeEqual(given, expected);
  }};
  return received.some(isExpected);
}}"
        )
    },
};

fn text(text: &str) -> String {
    quoted(text, &[], braced)
}

fn header(name: &str) -> String {
    format!("headers[{name}]")
}

fn received_of(pairs: &Pairs) -> String {
    let Pairs {
        assign, key, length, ..
    } = pairs;
    let bare = format!(".concat(items.filter((item) => !item.includes({assign})))");
    let bare = when(pairs.bare, &bare);
    format!(
        "  const pairs = items.filter((item) => item.includes({assign})).map((item) => {{
    const at = item.indexOf({assign});
    return [item.slice(0, at), item.slice(at + {length})];
  }});
  const received = pairs.filter(([key]) => key === {key}).map(([, value]) => value){bare};"
    )
}
