//! Python 3, with nothing beside its standard library.

use super::dialect::{Dialect, Pairs, each, limits, lower, needed, replaced, when};
use super::text::{in_hex, of_fixed_length, quoted};
use crate::scheme::TimestampUnit;

pub(super) const PYTHON: Dialect = Dialect {
    comment: "#",
    sigil: "",
    file: |heads, code| {
        let imports = needed(IMPORTS, code).join("\nimport ");
        format!("{heads}import {imports}\n\n\n{code}")
    },

    text,
    separator: text,
    ascii: |text| format!("b{text}"),
    bytes: |text| format!("{text}.encode()"),

    parameters: [
        "secret: str, headers: dict, body: bytes",
        "url: str",
        "method: str",
        "now=None",
    ],
    opening: |_, parameters| format!("def verify({parameters}) -> bool:"),
    refuse_if: |test| format!("    if {test}:\n        return False"),
    bind: |variable, value| format!("    {variable} = {value}"),
    is_empty: Some(|variable| format!("not {variable}")),
    starts_with: |text, prefix| format!("{text}.startswith({prefix})"),

    header: |name| format!("headers[{name}]"),
    first: |names, _| each(names, "", |name| format!("headers.get({name}) or ")) + "\"\"",
    lacks: Some(|name| format!("{name} not in headers")),
    is_none_of: |name, values| format!("headers.get({name}) not in ({},)", values.join(", ")),
    is_no_form: "not headers.get(\"content-type\", \"\").startswith(\"application/x-www-form-urlencoded\")",

    name: "name",
    is: |name| format!("name == {name}"),
    or: " or ",
    texts: |_, test| format!("    texts = [value for name, value in headers.items() if {test}]"),
    after_prefix: |prefix, _| {
        format!("    texts = [value.removeprefix({prefix}) for value in texts if value.startswith({prefix})]")
    },
    received: "    received = [value.strip() for value in texts]",
    items: |_, separator, trim| {
        format!("    items = [item{trim} for value in texts for item in value.split({separator})]")
    },
    trim: ".strip()",
    received_from: |position, _| format!("    received = items[{position}:]"),
    received_of,
    item: Some(|position| format!("items[{position}] if len(items) > {position} else \"\"")),
    value: Some(|key| format!("next((value for key, value in pairs if key == {key}), \"\")")),

    age: |unit| {
        let signed_at = match unit {
            TimestampUnit::Seconds => "float(timestamp)",
            TimestampUnit::Milliseconds => "float(timestamp) / 1000",
            TimestampUnit::Rfc3339 => {
                "datetime.datetime.fromisoformat(re.sub(r\"\\.\\d+\", \"\", timestamp).replace(\"Z\", \"+00:00\")).timestamp()"
            }
        };
        let now = "(time.time() if now is None else now)";
        format!("    try:\n        age = {now} - {signed_at}\n    except ValueError:\n        return False")
    },
    // What is no number, `nan` among them, is within no limits.
    is_outside: |time| format!("not ({})", limits(time, "age <= ", "age >= -", " and ")),

    stripped: |prefix, _| format!("secret.removeprefix({prefix})"),
    of_text: |secret| format!("{secret}.encode()"),
    of_hex: |secret| format!("bytes.fromhex({secret})"),
    of_base64: |secret| format!("base64.b64decode({secret})"),
    hashed: |hash, key| format!("hashlib.{}({key}).digest()", lower(hash)),
    choice: |test, one, other| format!("{one} if {test} else {other}"),
    key: |_, key| format!("    key = {key}"),
    is_nothing: |key| format!("not {key}"),

    pieces: [
        "body",
        "key",
        "urllib.parse.urlsplit(url).path.encode()",
        "form.encode()",
    ],
    url: |escapes| replaced("replace", escapes),
    id: "message_id",
    form: r#"    fields = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    form = "".join(name + value for name, value in sorted(set(fields)))"#,

    hmac: |hash| format!("hmac.new(key, content, hashlib.{})", lower(hash)),
    plain: |hash| format!("hashlib.{}(content)", lower(hash)),
    digest: |_, pieces| format!("    content = {}", pieces.join(" + ")),
    hex: |digest| format!("{digest}.hexdigest().encode()"),
    hex_upper: |digest| format!("{digest}.hexdigest().upper().encode()"),
    base64: |digest| format!("base64.b64encode({digest}.digest())"),
    base64url: |digest| format!("base64.urlsafe_b64encode({digest}.digest()).rstrip(b\"=\")"),
    sent: ["secret.encode()", "base64.b64encode(secret.encode())"],

    cases: ["", "    received = [value.lower() for value in received]\n"],
    closing: |lowered| {
        format!(
            "{lowered}    return any(hmac.compare_digest(expected, value.encode()) for value in received)"
        )
    },
};

/// Modules, each with what shows that it is used.
const IMPORTS: &[(&str, &str)] = &[
    ("base64", "base64."),
    ("datetime", "datetime."),
    ("hashlib", "hashlib."),
    ("hmac", "hmac."),
    ("re", "re.sub("),
    ("time", "time.time("),
    ("urllib.parse", "urllib.parse."),
];

fn text(text: &str) -> String {
    // `\x0b` is the same in text and in bytes.
    quoted(text, &[], |written, character| match character {
        '\0'..='\x7f' => in_hex(written, character),
        other => of_fixed_length(written, other),
    })
}

fn received_of(pairs: &Pairs) -> String {
    let Pairs { assign, key, .. } = pairs;
    let bare = format!(" + [item for item in items if {assign} not in item]");
    let bare = when(pairs.bare, &bare);
    format!(
        "    pairs = [item.split({assign}, 1) for item in items if {assign} in item]
    received = [value for key, value in pairs if key == {key}]{bare}"
    )
}
