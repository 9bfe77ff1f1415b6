//! PHP 8, with nothing beside what it comes with.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, braced, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut code = Lines::default();
    code.add("<?php");
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    let mut arguments = vec!["string $secret", "array $headers", "string $body"];
    if plan.needs_url() {
        arguments.push("string $url");
    }
    if plan.needs_method() {
        arguments.push("string $method");
    }
    if plan.is_aged() {
        arguments.push("?float $now = null");
    }
    code.add(format!("function verify({}): bool\n{{", arguments.join(", ")));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        code.add(format!(
            "    if (!in_array($headers[{}] ?? null, [{}], true)) {{\n        return false;\n    }}",
            text(name),
            values.join(", ")
        ));
    }
    code.add_if(
        plan.reads_form(),
        "    if (!str_starts_with($headers['content-type'] ?? '', 'application/x-www-form-urlencoded')) {\n        return false;\n    }",
    );
    received(&mut code, plan);
    time(&mut code, plan);
    if !plan.id.is_empty() {
        code.add(format!(
            "    $id = {};\n    if ($id === '') {{\n        return false;\n    }}",
            first(&plan.id)
        ));
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            code.add(format!(
                "    if (!isset($headers[{}])) {{\n        return false;\n    }}",
                text(name)
            ));
        }
    }
    expected(&mut code, plan);
    code.add(
        "    foreach ($received as $value) {\n        if (hash_equals($expected, $value)) {\n            return true;\n        }\n    }\n    return false;\n}",
    );
    code.0
}

fn text(text: &str) -> String {
    quoted(text, &['$'], braced)
}

fn first(names: &[String]) -> String {
    let found: Vec<String> = names
        .iter()
        .map(|name| format!("$headers[{}]", text(name)))
        .collect();
    format!("{} ?? ''", found.join(" ?? "))
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("$name === {}", text(name)),
            Name::Starting(start) => format!("str_starts_with($name, {})", text(start)),
        })
        .collect();
    code.add(format!(
        "    $texts = array_values(array_filter($headers, fn ($name) => {}, ARRAY_FILTER_USE_KEY));",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        let prefix = text(&plan.prefix);
        code.add(format!(
            "    $texts = array_filter($texts, fn ($text) => str_starts_with($text, {prefix}));\n    $texts = array_map(fn ($text) => substr($text, {}), $texts);",
            plan.prefix.len()
        ));
    }
    let Some(list) = &plan.list else {
        code.add("    $received = array_map('trim', $texts);");
        return;
    };
    code.add(format!(
        "    $items = [];\n    foreach ($texts as $text) {{\n        array_push($items, ...explode({}, $text));\n    }}",
        text(&list.separator)
    ));
    code.add_if(list.trim, "    $items = array_map('trim', $items);");
    let Some(assign) = &list.assign else {
        code.add(format!("    $received = array_slice($items, {});", list.position));
        return;
    };
    let assign = text(assign);
    code.add("    $received = [];");
    if let Some(When::Item(_)) = plan.time.as_ref().map(|time| &time.place) {
        code.add("    $timestamp = '';");
    }
    code.add(format!(
        "    foreach ($items as $item) {{\n        [$key, $value] = explode({assign}, $item, 2) + [1 => null];"
    ));
    code.add(format!(
        "        if ($key === {} && $value !== null) {{\n            $received[] = $value;\n        }}",
        text(&list.key)
    ));
    code.add_if(
        list.bare,
        "        if ($value === null) {\n            $received[] = $key;\n        }",
    );
    if let Some(When::Item(key)) = plan.time.as_ref().map(|time| &time.place) {
        code.add(format!(
            "        if ($key === {} && $timestamp === '') {{\n            $timestamp = $value ?? '';\n        }}",
            text(key)
        ));
    }
    code.add("    }");
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    match &time.place {
        When::Header(names) => code.add(format!("    $timestamp = {};", first(names))),
        When::Item(_) => {}
        When::At(at) => code.add(format!("    $timestamp = $items[{at}] ?? '';")),
    }
    code.add("    if ($timestamp === '') {\n        return false;\n    }");
    if !plan.is_aged() {
        return;
    }
    let (test, signed_at) = match time.unit {
        TimestampUnit::Seconds => ("!is_numeric($timestamp)", "(float) $timestamp"),
        TimestampUnit::Milliseconds => ("!is_numeric($timestamp)", "(float) $timestamp / 1000"),
        TimestampUnit::Rfc3339 => (
            "strtotime(preg_replace('/\\.\\d+/', '', $timestamp)) === false",
            "strtotime(preg_replace('/\\.\\d+/', '', $timestamp))",
        ),
    };
    code.add(format!(
        "    if ({test}) {{\n        return false;\n    }}\n    $age = ($now ?? microtime(true)) - {signed_at};"
    ));
    let limits: Vec<String> = [
        time.past.map(|past| format!("$age > {past}")),
        time.future.map(|future| format!("$age < -{future}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    code.add(format!(
        "    if ({}) {{\n        return false;\n    }}",
        limits.join(" || ")
    ));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!(
            "(str_starts_with($secret, {}) ? substr($secret, {}) : $secret)",
            text(prefix),
            prefix.len()
        ),
        None => "$secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => stripped,
        SecretDecoding::Hex => format!("hex2bin({stripped})"),
        SecretDecoding::Base64 => format!("base64_decode({stripped})"),
    };
    match form.hash {
        Some(hash) => format!("hash('{}', {bytes}, true)", function(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("    $expected = $secret;"),
        Check::Basic => return code.add("    $expected = base64_encode($secret);"),
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [first, second] => code.add(format!(
            "    $key = str_starts_with($secret, {}) ? {} : {};",
            text(first.only_with.as_deref().unwrap_or_default()),
            key(first),
            key(second)
        )),
        forms => code.add(format!(
            "    $key = {};",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "    $fields = [];\n    foreach (explode('&', $body) as $field) {\n        $pair = array_map('urldecode', explode('=', $field, 2) + [1 => '']);\n        if ($field !== '') {\n            $fields[implode(\"\\0\", $pair)] = $pair;\n        }\n    }\n    usort($fields, fn ($one, $other) => strcmp($one[0], $other[0]) ?: strcmp($one[1], $other[1]));\n    $form = implode('', array_map('implode', $fields));",
    );
    let pieces: Vec<String> = plan.content.iter().map(piece).collect();
    code.add(format!("    $content = {};", pieces.join(" . ")));
    let function = function(hash);
    let digest = if is_keyed {
        format!("hash_hmac('{function}', $content, $key")
    } else {
        format!("hash('{function}', $content")
    };
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::Plain => format!("    $expected = {digest});"),
        Encoding::HexAny => {
            format!("    $expected = {digest});\n    $received = array_map('strtolower', $received);")
        }
        Encoding::HexUpper => format!("    $expected = strtoupper({digest}));"),
        Encoding::Base64 => format!("    $expected = base64_encode({digest}, true));"),
        Encoding::Base64url => {
            format!("    $expected = rtrim(strtr(base64_encode({digest}, true)), '+/', '-_'), '=');")
        }
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) => text(literal),
        Piece::Body => "$body".to_owned(),
        Piece::Timestamp => "$timestamp".to_owned(),
        Piece::Id => "$id".to_owned(),
        Piece::Secret => "$key".to_owned(),
        Piece::Method => "$method".to_owned(),
        Piece::Header(name) => format!("$headers[{}]", text(name)),
        Piece::Url(escapes) if escapes.is_empty() => "$url".to_owned(),
        Piece::Url(escapes) => {
            let pairs: Vec<String> = escapes
                .iter()
                .map(|(escape, character)| format!("{} => {}", text(escape), text(&character.to_string())))
                .collect();
            format!("strtr($url, [{}])", pairs.join(", "))
        }
        Piece::Path => "parse_url($url, PHP_URL_PATH)".to_owned(),
        Piece::Form => "$form".to_owned(),
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
