//! C# for .NET 8, with nothing beside what it comes with.

use super::dialect::{Dialect, Pairs, each, is_outside, replaced, upper, when};
use super::text::{of_fixed_length, quoted};
use crate::scheme::TimestampUnit;

pub(super) const CSHARP: Dialect = Dialect {
    comment: "//",
    sigil: "",
    file: |heads, code| {
        format!(
            "using System.Globalization;
using System.Security.Cryptography;
using System.Text;

{heads}{code}"
        )
    },

    text,
    separator: text,
    ascii: bytes,
    bytes,

    parameters: [
        "string secret, IReadOnlyDictionary<string, string> headers, byte[] body",
        "string url",
        "string method",
        "DateTimeOffset now",
    ],
    opening: |_, parameters| {
        format!(
            "public static class Webhook
{{
    public static bool Verify({parameters})
    {{"
        )
    },
    refuse_if: |test| format!("        if ({test}) return false;"),
    bind: |variable, value| format!("        var {variable} = {value};"),
    is_empty: Some(|variable| format!("{variable} == \"\"")),
    starts_with,

    header: |name| format!("headers[{name}]"),
    first: |names, _| {
        let found = each(names, "", |name| format!("headers.GetValueOrDefault({name}, "));
        format!("{found}\"\"{}", ")".repeat(names.len()))
    },
    lacks: Some(|name| format!("!headers.ContainsKey({name})")),
    is_none_of: |name, values| {
        let values = values.join(", ");
        format!("!new[] {{ {values} }}.Contains(headers.GetValueOrDefault({name}, \"\"))")
    },
    is_no_form: "!headers.GetValueOrDefault(\"content-type\", \"\").StartsWith(\"application/x-www-form-urlencoded\", StringComparison.Ordinal)",

    name: "header.Key",
    is: |name| format!("header.Key == {name}"),
    or: " || ",
    texts: |_, test| {
        format!("        var texts = headers.Where(header => {test}).Select(header => header.Value);")
    },
    after_prefix: |prefix, length| {
        let starts = starts_with("text", prefix);
        format!("        texts = texts.Where(text => {starts}).Select(text => text[{length}..]);")
    },
    received: "        var received = texts.Select(text => text.Trim()).ToList();",
    items: |_, separator, trim| {
        format!("        var items = texts.SelectMany(text => text.Split({separator})){trim}.ToList();")
    },
    trim: ".Select(item => item.Trim())",
    received_from: |position, _| format!("        var received = items.Skip({position}).ToList();"),
    received_of,
    item: Some(|position| format!("items.ElementAtOrDefault({position}) ?? \"\"")),
    value: Some(|key| format!("pairs.FirstOrDefault(pair => {})?[1] ?? \"\"", is_of(key))),

    age: |unit| {
        let (read, age) = match unit {
            TimestampUnit::Seconds => (NUMBER, "now.ToUnixTimeMilliseconds() / 1000.0 - signedAt"),
            TimestampUnit::Milliseconds => {
                (NUMBER, "now.ToUnixTimeMilliseconds() / 1000.0 - signedAt / 1000")
            }
            TimestampUnit::Rfc3339 => (
                "DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)",
                "(now - signedAt).TotalSeconds",
            ),
        };
        format!("        if (!{read}) return false;\n        var age = {age};")
    },
    is_outside,

    stripped: |prefix, length| {
        format!(
            "({} ? secret[{length}..] : secret)",
            starts_with("secret", prefix)
        )
    },
    of_text: bytes,
    of_hex: |secret| format!("Convert.FromHexString({secret})"),
    of_base64: |secret| format!("Convert.FromBase64String({secret})"),
    hashed: |hash, key| format!("{}.HashData({key})", upper(hash)),
    choice: |test, one, other| format!("{test} ? {one} : {other}"),
    key: |_, key| format!("        var key = {key};"),
    is_nothing: |key| format!("{key}.Length == 0"),

    pieces: [
        "body",
        "key",
        "Encoding.UTF8.GetBytes(new Uri(url).AbsolutePath)",
        "Encoding.UTF8.GetBytes(form)",
    ],
    url: |escapes| replaced("Replace", escapes),
    id: "id",
    form: r#"        var fields = Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field.Split('=', 2))
            .Select(pair => (Name: Uri.UnescapeDataString(pair[0].Replace('+', ' ')), Value: pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : ""))
            .Distinct()
            .OrderBy(field => field.Name, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal);
        var form = string.Concat(fields.Select(field => field.Name + field.Value));"#,

    hmac: |hash| format!("HMAC{}.HashData(key, content)", upper(hash)),
    plain: |hash| format!("{}.HashData(content)", upper(hash)),
    digest: |digest, pieces| {
        let pieces = each(pieces, ", ", |piece| format!(".. {piece}"));
        format!("        byte[] content = [{pieces}];\n        var digest = {digest};")
    },
    hex: |_| "Convert.ToHexString(digest).ToLowerInvariant()".to_owned(),
    hex_upper: |_| "Convert.ToHexString(digest)".to_owned(),
    base64: |_| "Convert.ToBase64String(digest)".to_owned(),
    base64url: |_| {
        "Convert.ToBase64String(digest).Replace('+', '-').Replace('/', '_').TrimEnd('=')".to_owned()
    },
    sent: ["secret", "Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))"],

    cases: ["value", "value.ToLowerInvariant()"],
    closing: |value| {
        let (expected, value) = (bytes("expected"), bytes(value));
        let equal = format!("CryptographicOperations.FixedTimeEquals({expected}, {value})");
        format!("        return received.Any(value => {equal});\n    }}\n}}")
    },
};

const NUMBER: &str =
    "double.TryParse(timestamp, NumberStyles.Float, CultureInfo.InvariantCulture, out var signedAt)";

fn text(text: &str) -> String {
    quoted(text, &[], of_fixed_length)
}

fn bytes(text: &str) -> String {
    format!("Encoding.UTF8.GetBytes({text})")
}

fn starts_with(text: &str, prefix: &str) -> String {
    format!("{text}.StartsWith({prefix}, StringComparison.Ordinal)")
}

fn is_of(key: &str) -> String {
    format!("pair.Length == 2 && pair[0] == {key}")
}

fn received_of(pairs: &Pairs) -> String {
    let (split, is_of) = (&pairs.assign, is_of(&pairs.key));
    let bare = ".Concat(pairs.Where(pair => pair.Length == 1).Select(pair => pair[0]))";
    let bare = when(pairs.bare, bare);
    format!(
        "        var pairs = items.Select(item => item.Split({split}, 2)).ToList();
        var received = pairs.Where(pair => {is_of}).Select(pair => pair[1]){bare}.ToList();"
    )
}
