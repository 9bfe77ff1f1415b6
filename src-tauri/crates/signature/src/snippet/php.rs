//! PHP 8, with nothing beside what it comes with.

use super::dialect::{Dialect, Pairs, each, limits, lower, when};
use super::text::{braced, quoted};
use crate::scheme::TimestampUnit;

pub(super) const PHP: Dialect = Dialect {
    comment: "//",
    sigil: "$",
    file: |heads, code| format!("<?php\n{heads}{code}"),

    text,
    separator: text,
    ascii: str::to_owned,
    bytes: str::to_owned,

    parameters: [
        "string $secret, array $headers, string $body",
        "string $url",
        "string $method",
        "?float $now = null",
    ],
    opening: |_, parameters| format!("function verify({parameters}): bool\n{{"),
    refuse_if: |test| format!("    if ({test}) {{\n        return false;\n    }}"),
    bind: |variable, value| format!("    ${variable} = {value};"),
    is_empty: Some(|variable| format!("{variable} === ''")),
    starts_with: |text, prefix| format!("str_starts_with({text}, {prefix})"),

    header: |name| format!("$headers[{name}]"),
    first: |names, _| each(names, "", |name| format!("$headers[{name}] ?? ")) + "''",
    lacks: Some(|name| format!("!isset($headers[{name}])")),
    is_none_of: |name, values| {
        format!(
            "!in_array($headers[{name}] ?? null, [{}], true)",
            values.join(", ")
        )
    },
    is_no_form: "!str_starts_with($headers['content-type'] ?? '', 'application/x-www-form-urlencoded')",

    name: "$name",
    is: |name| format!("$name === {name}"),
    or: " || ",
    texts: |_, test| {
        let found = format!("array_filter($headers, fn ($name) => {test}, ARRAY_FILTER_USE_KEY)");
        format!("    $texts = array_values({found});")
    },
    after_prefix: |prefix, length| {
        format!(
            "    $texts = array_filter($texts, fn ($text) => str_starts_with($text, {prefix}));
    $texts = array_map(fn ($text) => substr($text, {length}), $texts);"
        )
    },
    received: "    $received = array_map('trim', $texts);",
    items: |_, separator, trim| {
        format!(
            "    $items = [];
    foreach ($texts as $text) {{
        array_push($items, ...explode({separator}, $text));
    }}{trim}"
        )
    },
    trim: "\n    $items = array_map('trim', $items);",
    received_from: |position, _| format!("    $received = array_slice($items, {position});"),
    received_of,
    item: Some(|position| format!("$items[{position}] ?? ''")),
    value: None,

    age: |unit| {
        let (is_none, signed_at) = match unit {
            TimestampUnit::Seconds => ("!is_numeric($timestamp)", "(float) $timestamp"),
            TimestampUnit::Milliseconds => ("!is_numeric($timestamp)", "(float) $timestamp / 1000"),
            TimestampUnit::Rfc3339 => (
                r"strtotime(preg_replace('/\.\d+/', '', $timestamp)) === false",
                r"strtotime(preg_replace('/\.\d+/', '', $timestamp))",
            ),
        };
        format!(
            "    if ({is_none}) {{
        return false;
    }}
    $age = ($now ?? microtime(true)) - {signed_at};"
        )
    },
    is_outside: |time| limits(time, "$age > ", "$age < -", " || "),

    stripped: |prefix, length| {
        format!("(str_starts_with($secret, {prefix}) ? substr($secret, {length}) : $secret)")
    },
    of_text: str::to_owned,
    of_hex: |secret| format!("hex2bin({secret})"),
    of_base64: |secret| format!("base64_decode({secret})"),
    hashed: |hash, key| format!("hash('{}', {key}, true)", lower(hash)),
    choice: |test, one, other| format!("{test} ? {one} : {other}"),
    key: |_, key| format!("    $key = {key};"),
    // `hex2bin` and `base64_decode` say `false` of what they cannot read.
    is_nothing: |key| format!("{key} === '' || {key} === false"),

    pieces: ["$body", "$key", "parse_url($url, PHP_URL_PATH)", "$form"],
    url: |escapes| match escapes {
        [] => "$url".to_owned(),
        _ => {
            let pairs: Vec<String> = escapes.iter().map(|pair| pair.join(" => ")).collect();
            format!("strtr($url, [{}])", pairs.join(", "))
        }
    },
    id: "id",
    form: r#"    $fields = [];
    foreach (explode('&', $body) as $field) {
        $pair = array_map('urldecode', explode('=', $field, 2) + [1 => '']);
        if ($field !== '') {
            $fields[implode("\0", $pair)] = $pair;
        }
    }
    usort($fields, fn ($one, $other) => strcmp($one[0], $other[0]) ?: strcmp($one[1], $other[1]));
    $form = implode('', array_map('implode', $fields));"#,

    // The call is left open: whether hex or bytes are wanted is its last argument.
    hmac: |hash| format!("hash_hmac('{}', $content, $key", lower(hash)),
    plain: |hash| format!("hash('{}', $content", lower(hash)),
    digest: |_, pieces| format!("    $content = {};", pieces.join(" . ")),
    hex: |digest| format!("{digest})"),
    hex_upper: |digest| format!("strtoupper({digest}))"),
    base64: |digest| format!("base64_encode({digest}, true))"),
    base64url: |digest| format!("rtrim(strtr(base64_encode({digest}, true)), '+/', '-_'), '=')"),
    sent: ["$secret", "base64_encode($secret)"],

    cases: ["", "    $received = array_map('strtolower', $received);\n"],
    closing: |lowered| {
        format!(
            "{lowered}    foreach ($received as $value) {{
        if (hash_equals($expected, $value)) {{
            return true;
        }}
    }}
    return false;
}}"
        )
    },
};

fn text(text: &str) -> String {
    quoted(text, &['$'], braced)
}

fn received_of(pairs: &Pairs) -> String {
    let Pairs { assign, key, .. } = pairs;
    let mut found = in_loop(
        &format!("$key === {key} && $value !== null"),
        "$received[] = $value;",
    );
    if pairs.bare {
        found += &in_loop("$value === null", "$received[] = $key;");
    }
    if let Some(time) = &pairs.time {
        let is_first = format!("$key === {time} && $timestamp === ''");
        found += &in_loop(&is_first, "$timestamp = $value ?? '';");
    }
    let time = when(pairs.time.is_some(), "    $timestamp = '';\n");
    format!(
        "    $received = [];
{time}    foreach ($items as $item) {{
        [$key, $value] = explode({assign}, $item, 2) + [1 => null];
{found}    }}"
    )
}

fn in_loop(test: &str, statement: &str) -> String {
    format!("        if ({test}) {{\n            {statement}\n        }}\n")
}
