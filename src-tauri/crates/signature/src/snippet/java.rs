//! Java 17, with nothing beside what it comes with.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut body = Lines::default();
    let mut arguments = vec!["String secret", "Map<String, String> headers", "byte[] body"];
    if plan.needs_url() {
        arguments.push("String url");
    }
    if plan.needs_method() {
        arguments.push("String method");
    }
    if plan.is_aged() {
        arguments.push("double now");
    }
    body.add("public final class Webhook {");
    body.add(format!(
        "    public static boolean verify({}) throws Exception {{",
        arguments.join(", ")
    ));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        body.add(format!(
            "        if (!List.of({}).contains(headers.getOrDefault({}, \"\"))) return false;",
            values.join(", "),
            text(name)
        ));
    }
    body.add_if(
        plan.reads_form(),
        "        if (!headers.getOrDefault(\"content-type\", \"\").startsWith(\"application/x-www-form-urlencoded\")) return false;",
    );
    received(&mut body, plan);
    time(&mut body, plan);
    if !plan.id.is_empty() {
        body.add(format!(
            "        String id = {};\n        if (id.isEmpty()) return false;",
            first(&plan.id)
        ));
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            body.add(format!(
                "        if (!headers.containsKey({})) return false;",
                text(name)
            ));
        }
    }
    expected(&mut body, plan);
    let value = if plan.encoding == Encoding::HexAny {
        "value.toLowerCase()"
    } else {
        "value"
    };
    body.add(format!(
        "        for (String value : received) {{\n            if (MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), {value}.getBytes(StandardCharsets.UTF_8))) return true;\n        }}\n        return false;\n    }}\n}}"
    ));
    let body = body.0;
    let mut code = Lines::default();
    for (class, used) in [
        ("java.io.ByteArrayOutputStream", "ByteArrayOutputStream"),
        ("java.net.URI", "URI."),
        ("java.net.URLDecoder", "URLDecoder"),
        ("java.nio.charset.StandardCharsets", "StandardCharsets"),
        ("java.security.MessageDigest", "MessageDigest"),
        ("java.time.OffsetDateTime", "OffsetDateTime"),
        (
            "java.time.format.DateTimeParseException",
            "DateTimeParseException",
        ),
        ("java.util.ArrayList", "ArrayList"),
        ("java.util.Base64", "Base64"),
        ("java.util.HexFormat", "HexFormat"),
        ("java.util.List", "List"),
        ("java.util.Map", "Map"),
        ("java.util.TreeMap", "TreeMap"),
        ("java.util.TreeSet", "TreeSet"),
        ("java.util.regex.Pattern", "Pattern."),
        ("javax.crypto.Mac", "Mac."),
        ("javax.crypto.spec.SecretKeySpec", "SecretKeySpec"),
    ] {
        code.add_if(body.contains(used), format!("import {class};"));
    }
    code.add("");
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    code.0 + &body
}

fn text(text: &str) -> String {
    quoted(text, &[], numbered)
}

/// By its number in UTF-16. A control character in octal: Java reads `\u000a` before it looks for literals.
fn numbered(character: char) -> String {
    if character.is_ascii() {
        return format!("\\{:03o}", u32::from(character));
    }
    let units = character.encode_utf16(&mut [0; 2]).to_vec();
    units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn first(names: &[String]) -> String {
    names.iter().rev().fold("\"\"".to_owned(), |other, name| {
        format!("headers.getOrDefault({}, {other})", text(name))
    })
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("header.getKey().equals({})", text(name)),
            Name::Starting(start) => format!("header.getKey().startsWith({})", text(start)),
        })
        .collect();
    let timestamp = match plan.time.as_ref().map(|time| &time.place) {
        Some(When::Item(key)) => Some((Some(key), 0)),
        Some(When::At(at)) => Some((None, *at)),
        _ => None,
    };
    code.add_if(timestamp.is_some(), "        String timestamp = \"\";");
    code.add("        List<String> received = new ArrayList<>();");
    code.add("        for (Map.Entry<String, String> header : headers.entrySet()) {");
    code.add(format!(
        "            if (!({})) continue;\n            String text = header.getValue();",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        code.add(format!(
            "            if (!text.startsWith({})) continue;\n            text = text.substring({});",
            text(&plan.prefix),
            plan.prefix.len()
        ));
    }
    let Some(list) = &plan.list else {
        code.add("            received.add(text.strip());\n        }");
        return;
    };
    code.add(format!(
        "            String[] items = text.split(Pattern.quote({}));\n            for (int at = 0; at < items.length; at++) {{\n                String item = items[at]{};",
        text(&list.separator),
        if list.trim { ".strip()" } else { "" }
    ));
    if let Some(assign) = &list.assign {
        code.add(format!(
            "                String[] pair = item.split(Pattern.quote({}), 2);",
            text(assign)
        ));
        code.add(format!(
            "                if (pair.length == 2 && pair[0].equals({})) received.add(pair[1]);",
            text(&list.key)
        ));
        code.add_if(
            list.bare,
            "                if (pair.length == 1) received.add(item);",
        );
        if let Some((Some(key), _)) = timestamp {
            code.add(format!(
                "                if (pair.length == 2 && pair[0].equals({}) && timestamp.isEmpty()) timestamp = pair[1];",
                text(key)
            ));
        }
    } else {
        code.add(format!(
            "                if (at >= {}) received.add(item);",
            list.position
        ));
        if let Some((None, place)) = timestamp {
            code.add(format!("                if (at == {place}) timestamp = item;"));
        }
    }
    code.add("            }\n        }");
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    if let When::Header(names) = &time.place {
        code.add(format!("        String timestamp = {};", first(names)));
    }
    code.add("        if (timestamp.isEmpty()) return false;");
    if !plan.is_aged() {
        return;
    }
    let (signed_at, error) = match time.unit {
        TimestampUnit::Seconds => ("Double.parseDouble(timestamp)", "NumberFormatException"),
        TimestampUnit::Milliseconds => ("Double.parseDouble(timestamp) / 1000", "NumberFormatException"),
        TimestampUnit::Rfc3339 => (
            "OffsetDateTime.parse(timestamp).toInstant().toEpochMilli() / 1000.0",
            "DateTimeParseException",
        ),
    };
    code.add(format!(
        "        double age;\n        try {{\n            age = now - {signed_at};\n        }} catch ({error} unreadable) {{\n            return false;\n        }}"
    ));
    let limits: Vec<String> = [
        time.past.map(|past| format!("age <= {past}")),
        time.future.map(|future| format!("age >= -{future}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    code.add(format!("        if (!({})) return false;", limits.join(" && ")));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!(
            "(secret.startsWith({}) ? secret.substring({}) : secret)",
            text(prefix),
            prefix.len()
        ),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => format!("{stripped}.getBytes(StandardCharsets.UTF_8)"),
        SecretDecoding::Hex => format!("HexFormat.of().parseHex({stripped})"),
        SecretDecoding::Base64 => format!("Base64.getDecoder().decode({stripped})"),
    };
    match form.hash {
        Some(hash) => format!("MessageDigest.getInstance(\"{}\").digest({bytes})", digest(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("        String expected = secret;"),
        Check::Basic => {
            return code.add(
                "        String expected = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));",
            );
        }
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [one, other] => code.add(format!(
            "        byte[] key = secret.startsWith({}) ? {} : {};",
            text(one.only_with.as_deref().unwrap_or_default()),
            key(one),
            key(other)
        )),
        forms => code.add(format!(
            "        byte[] key = {};",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "        TreeMap<String, TreeSet<String>> fields = new TreeMap<>();\n        for (String field : new String(body, StandardCharsets.UTF_8).split(\"&\")) {\n            String[] pair = field.split(\"=\", 2);\n            if (field.isEmpty()) continue;\n            String name = URLDecoder.decode(pair[0], StandardCharsets.UTF_8);\n            String value = pair.length == 2 ? URLDecoder.decode(pair[1], StandardCharsets.UTF_8) : \"\";\n            fields.computeIfAbsent(name, any -> new TreeSet<>()).add(value);\n        }\n        StringBuilder form = new StringBuilder();\n        fields.forEach((name, values) -> values.forEach(value -> form.append(name).append(value)));",
    );
    code.add("        ByteArrayOutputStream content = new ByteArrayOutputStream();");
    for part in &plan.content {
        code.add(format!("        content.write({});", piece(part)));
    }
    code.add(if is_keyed {
        let name = hmac(hash);
        format!(
            "        Mac mac = Mac.getInstance(\"{name}\");\n        mac.init(new SecretKeySpec(key, \"{name}\"));\n        byte[] digest = mac.doFinal(content.toByteArray());"
        )
    } else {
        format!(
            "        byte[] digest = MessageDigest.getInstance(\"{}\").digest(content.toByteArray());",
            digest(hash)
        )
    });
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::Plain => {
            "        String expected = HexFormat.of().formatHex(digest);"
        }
        Encoding::HexUpper => "        String expected = HexFormat.of().withUpperCase().formatHex(digest);",
        Encoding::Base64 => "        String expected = Base64.getEncoder().encodeToString(digest);",
        Encoding::Base64url => {
            "        String expected = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);"
        }
    });
}

fn piece(piece: &Piece) -> String {
    let bytes = |text: String| format!("{text}.getBytes(StandardCharsets.UTF_8)");
    match piece {
        Piece::Text(literal) => bytes(text(literal)),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => bytes("timestamp".to_owned()),
        Piece::Id => bytes("id".to_owned()),
        Piece::Secret => "key".to_owned(),
        Piece::Method => bytes("method".to_owned()),
        Piece::Header(name) => bytes(format!("headers.get({})", text(name))),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!(
                    "{url}.replace({}, {})",
                    text(escape),
                    text(&character.to_string())
                );
            }
            bytes(url)
        }
        Piece::Path => bytes("URI.create(url).getRawPath()".to_owned()),
        Piece::Form => bytes("form.toString()".to_owned()),
    }
}

const fn hmac(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "HmacMD5",
        Hash::Sha1 => "HmacSHA1",
        Hash::Sha256 => "HmacSHA256",
        Hash::Sha384 => "HmacSHA384",
        Hash::Sha512 => "HmacSHA512",
    }
}

const fn digest(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "MD5",
        Hash::Sha1 => "SHA-1",
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    }
}
