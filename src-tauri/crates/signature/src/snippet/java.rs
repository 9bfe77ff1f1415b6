//! Java 17, with nothing beside what it comes with.

use std::fmt::Write as _;

use super::dialect::{Dialect, Pairs, each, is_outside, needed, replaced, upper, when};
use super::text::quoted;
use crate::scheme::TimestampUnit;

pub(super) const JAVA: Dialect = Dialect {
    comment: "//",
    sigil: "",
    file: |heads, code| {
        let imports = needed(IMPORTS, code).join(";\nimport ");
        format!("import {imports};\n\n{heads}{code}")
    },

    text,
    separator: |separator| format!("Pattern.quote({})", text(separator)),
    ascii: bytes,
    bytes,

    parameters: [
        "String secret, Map<String, String> headers, byte[] body",
        "String url",
        "String method",
        "double now",
    ],
    opening: |_, parameters| {
        format!(
            "public final class Webhook {{
    public static boolean verify({parameters}) throws Exception {{"
        )
    },
    refuse_if: |test| format!("        if ({test}) return false;"),
    bind: |variable, value| format!("        String {variable} = {value};"),
    is_empty: Some(|variable| format!("{variable}.isEmpty()")),
    starts_with: |text, prefix| format!("{text}.startsWith({prefix})"),

    header: |name| format!("headers.get({name})"),
    first: |names, _| {
        let found = each(names, "", |name| format!("headers.getOrDefault({name}, "));
        format!("{found}\"\"{}", ")".repeat(names.len()))
    },
    lacks: Some(|name| format!("!headers.containsKey({name})")),
    is_none_of: |name, values| {
        format!(
            "!List.of({}).contains(headers.getOrDefault({name}, \"\"))",
            values.join(", ")
        )
    },
    is_no_form: "!headers.getOrDefault(\"content-type\", \"\").startsWith(\"application/x-www-form-urlencoded\")",

    name: "header.getKey()",
    is: |name| format!("header.getKey().equals({name})"),
    or: " || ",
    texts: |plan, test| {
        let time = when(plan.lists_time(), "        String timestamp = \"\";\n");
        format!(
            "{time}        List<String> received = new ArrayList<>();
        for (Map.Entry<String, String> header : headers.entrySet()) {{
            if (!({test})) continue;
            String text = header.getValue();"
        )
    },
    after_prefix: |prefix, length| {
        format!(
            "            if (!text.startsWith({prefix})) continue;
            text = text.substring({length});"
        )
    },
    received: "            received.add(text.strip());\n        }",
    items: |_, separator, trim| {
        format!(
            "            String[] items = text.split({separator});
            for (int at = 0; at < items.length; at++) {{
                String item = items[at]{trim};"
        )
    },
    trim: ".strip()",
    received_from: |position, time| {
        let time = time.map(|at| in_loop(&format!("at == {at}"), "timestamp = item"));
        in_loop(&format!("at >= {position}"), "received.add(item)") + &time.unwrap_or_default() + END_OF_LOOPS
    },
    received_of,
    item: None,
    value: None,

    age: |unit| {
        let (signed_at, error) = match unit {
            TimestampUnit::Seconds => ("Double.parseDouble(timestamp)", "NumberFormatException"),
            TimestampUnit::Milliseconds => ("Double.parseDouble(timestamp) / 1000", "NumberFormatException"),
            TimestampUnit::Rfc3339 => (
                "OffsetDateTime.parse(timestamp).toInstant().toEpochMilli() / 1000.0",
                "DateTimeParseException",
            ),
        };
        format!(
            "        double age;
        try {{
            age = now - {signed_at};
        }} catch ({error} unreadable) {{
            return false;
        }}"
        )
    },
    is_outside,

    stripped: |prefix, length| format!("(secret.startsWith({prefix}) ? secret.substring({length}) : secret)"),
    of_text: bytes,
    of_hex: |secret| format!("HexFormat.of().parseHex({secret})"),
    of_base64: |secret| format!("Base64.getDecoder().decode({secret})"),
    hashed: |hash, key| format!("MessageDigest.getInstance(\"{}\").digest({key})", hash.title()),
    choice: |test, one, other| format!("{test} ? {one} : {other}"),
    key: |_, key| format!("        byte[] key = {key};"),
    is_nothing: |key| match key {
        "secret" => format!("{key}.isEmpty()"),
        key => format!("{key}.length == 0"),
    },

    pieces: [
        "body",
        "key",
        "URI.create(url).getRawPath().getBytes(StandardCharsets.UTF_8)",
        "form.toString().getBytes(StandardCharsets.UTF_8)",
    ],
    url: |escapes| replaced("replace", escapes),
    id: "id",
    form: r#"        TreeMap<String, TreeSet<String>> fields = new TreeMap<>();
        for (String field : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] pair = field.split("=", 2);
            if (field.isEmpty()) continue;
            String name = URLDecoder.decode(pair[0], StandardCharsets.UTF_8);
            String value = pair.length == 2 ? URLDecoder.decode(pair[1], StandardCharsets.UTF_8) : "";
            fields.computeIfAbsent(name, any -> new TreeSet<>()).add(value);
        }
        StringBuilder form = new StringBuilder();
        fields.forEach((name, values) -> values.forEach(value -> form.append(name).append(value)));"#,

    hmac: |hash| {
        let name = format!("Hmac{}", upper(hash));
        format!(
            "        Mac mac = Mac.getInstance(\"{name}\");
        mac.init(new SecretKeySpec(key, \"{name}\"));
        byte[] digest = mac.doFinal(content.toByteArray());"
        )
    },
    plain: |hash| {
        let digest = format!("MessageDigest.getInstance(\"{}\")", hash.title());
        format!("        byte[] digest = {digest}.digest(content.toByteArray());")
    },
    digest: |digest, pieces| {
        let writes = each(pieces, "", |piece| format!("        content.write({piece});\n"));
        format!("        ByteArrayOutputStream content = new ByteArrayOutputStream();\n{writes}{digest}")
    },
    hex: |_| "HexFormat.of().formatHex(digest)".to_owned(),
    hex_upper: |_| "HexFormat.of().withUpperCase().formatHex(digest)".to_owned(),
    base64: |_| "Base64.getEncoder().encodeToString(digest)".to_owned(),
    base64url: |_| "Base64.getUrlEncoder().withoutPadding().encodeToString(digest)".to_owned(),
    sent: [
        "secret",
        "Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))",
    ],

    cases: ["value", "value.toLowerCase()"],
    closing: |value| {
        let (expected, value) = (bytes("expected"), bytes(value));
        format!(
            "        for (String value : received) {{
            if (MessageDigest.isEqual({expected}, {value})) return true;
        }}
        return false;
    }}
}}"
        )
    },
};

/// Classes, each with what shows that it is used.
const IMPORTS: &[(&str, &str)] = &[
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
];

const END_OF_LOOPS: &str = "            }\n        }";

fn text(text: &str) -> String {
    // By its number in UTF-16. A control character in octal: Java reads `\u000a` before it looks for literals.
    quoted(text, &[], |written, character| match u32::from(character) {
        number @ ..=0x7f => _ = write!(written, "\\{number:03o}"),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                _ = write!(written, "\\u{unit:04x}");
            }
        }
    })
}

fn bytes(text: &str) -> String {
    format!("{text}.getBytes(StandardCharsets.UTF_8)")
}

/// A statement under a condition, for each item.
fn in_loop(test: &str, statement: &str) -> String {
    format!("                if ({test}) {statement};\n")
}

fn received_of(pairs: &Pairs) -> String {
    let split = format!("item.split(Pattern.quote({}), 2)", pairs.assign);
    let is_of = |key: &str| format!("pair.length == 2 && pair[0].equals({key})");
    let mut code = format!("                String[] pair = {split};\n");
    code += &in_loop(&is_of(&pairs.key), "received.add(pair[1])");
    if pairs.bare {
        code += &in_loop("pair.length == 1", "received.add(item)");
    }
    if let Some(key) = &pairs.time {
        code += &in_loop(
            &format!("{} && timestamp.isEmpty()", is_of(key)),
            "timestamp = pair[1]",
        );
    }
    code + END_OF_LOOPS
}
