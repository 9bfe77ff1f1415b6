//! C# for .NET 8, with nothing beside what it comes with.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, of_fixed_length, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut code = Lines::default();
    code.add("using System.Globalization;\nusing System.Security.Cryptography;\nusing System.Text;\n");
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    let mut arguments = vec![
        "string secret",
        "IReadOnlyDictionary<string, string> headers",
        "byte[] body",
    ];
    if plan.needs_url() {
        arguments.push("string url");
    }
    if plan.needs_method() {
        arguments.push("string method");
    }
    if plan.is_aged() {
        arguments.push("DateTimeOffset now");
    }
    code.add("public static class Webhook\n{");
    code.add(format!(
        "    public static bool Verify({})\n    {{",
        arguments.join(", ")
    ));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        code.add(format!(
            "        if (!new[] {{ {} }}.Contains(headers.GetValueOrDefault({}, \"\"))) return false;",
            values.join(", "),
            text(name)
        ));
    }
    code.add_if(
        plan.reads_form(),
        "        if (!headers.GetValueOrDefault(\"content-type\", \"\").StartsWith(\"application/x-www-form-urlencoded\", StringComparison.Ordinal)) return false;",
    );
    received(&mut code, plan);
    time(&mut code, plan);
    if !plan.id.is_empty() {
        code.add(format!(
            "        var id = {};\n        if (id == \"\") return false;",
            first(&plan.id)
        ));
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            code.add(format!(
                "        if (!headers.ContainsKey({})) return false;",
                text(name)
            ));
        }
    }
    expected(&mut code, plan);
    let value = if plan.encoding == Encoding::HexAny {
        "value.ToLowerInvariant()"
    } else {
        "value"
    };
    code.add(format!(
        "        return received.Any(value => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes({value})));\n    }}\n}}"
    ));
    code.0
}

fn text(text: &str) -> String {
    quoted(text, &[], of_fixed_length)
}

fn first(names: &[String]) -> String {
    names.iter().rev().fold("\"\"".to_owned(), |other, name| {
        format!("headers.GetValueOrDefault({}, {other})", text(name))
    })
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("header.Key == {}", text(name)),
            Name::Starting(start) => {
                format!("header.Key.StartsWith({}, StringComparison.Ordinal)", text(start))
            }
        })
        .collect();
    code.add(format!(
        "        var texts = headers.Where(header => {}).Select(header => header.Value);",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        code.add(format!(
            "        texts = texts.Where(text => text.StartsWith({}, StringComparison.Ordinal)).Select(text => text[{}..]);",
            text(&plan.prefix),
            plan.prefix.len()
        ));
    }
    let Some(list) = &plan.list else {
        code.add("        var received = texts.Select(text => text.Trim()).ToList();");
        return;
    };
    code.add(format!(
        "        var items = texts.SelectMany(text => text.Split({})){}.ToList();",
        text(&list.separator),
        if list.trim {
            ".Select(item => item.Trim())"
        } else {
            ""
        }
    ));
    let Some(assign) = &list.assign else {
        code.add(format!(
            "        var received = items.Skip({}).ToList();",
            list.position
        ));
        return;
    };
    code.add(format!(
        "        var pairs = items.Select(item => item.Split({}, 2)).ToList();",
        text(assign)
    ));
    let bare = if list.bare {
        ".Concat(pairs.Where(pair => pair.Length == 1).Select(pair => pair[0]))"
    } else {
        ""
    };
    code.add(format!(
        "        var received = pairs.Where(pair => pair.Length == 2 && pair[0] == {}).Select(pair => pair[1]){bare}.ToList();",
        text(&list.key)
    ));
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    let found = match &time.place {
        When::Header(names) => first(names),
        When::Item(key) => format!(
            "pairs.FirstOrDefault(pair => pair.Length == 2 && pair[0] == {})?[1] ?? \"\"",
            text(key)
        ),
        When::At(at) => format!("items.ElementAtOrDefault({at}) ?? \"\""),
    };
    code.add(format!(
        "        var timestamp = {found};\n        if (timestamp == \"\") return false;"
    ));
    if !plan.is_aged() {
        return;
    }
    match time.unit {
        TimestampUnit::Rfc3339 => code.add(
            "        if (!DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)) return false;\n        var age = (now - signedAt).TotalSeconds;",
        ),
        TimestampUnit::Seconds | TimestampUnit::Milliseconds => {
            let scale = if time.unit == TimestampUnit::Milliseconds { " / 1000" } else { "" };
            code.add(format!(
                "        if (!double.TryParse(timestamp, NumberStyles.Float, CultureInfo.InvariantCulture, out var signedAt)) return false;\n        var age = now.ToUnixTimeMilliseconds() / 1000.0 - signedAt{scale};"
            ));
        }
    }
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
            "(secret.StartsWith({}, StringComparison.Ordinal) ? secret[{}..] : secret)",
            text(prefix),
            prefix.len()
        ),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => format!("Encoding.UTF8.GetBytes({stripped})"),
        SecretDecoding::Hex => format!("Convert.FromHexString({stripped})"),
        SecretDecoding::Base64 => format!("Convert.FromBase64String({stripped})"),
    };
    match form.hash {
        Some(hash) => format!("{}.HashData({bytes})", class(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("        var expected = secret;"),
        Check::Basic => {
            return code
                .add("        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));");
        }
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [one, other] => code.add(format!(
            "        var key = secret.StartsWith({}, StringComparison.Ordinal) ? {} : {};",
            text(one.only_with.as_deref().unwrap_or_default()),
            key(one),
            key(other)
        )),
        forms => code.add(format!(
            "        var key = {};",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "        var fields = Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries)\n            .Select(field => field.Split('=', 2))\n            .Select(pair => (Name: Uri.UnescapeDataString(pair[0].Replace('+', ' ')), Value: pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : \"\"))\n            .Distinct()\n            .OrderBy(field => field.Name, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal);\n        var form = string.Concat(fields.Select(field => field.Name + field.Value));",
    );
    let pieces: Vec<String> = plan.content.iter().map(piece).collect();
    code.add(format!(
        "        byte[] content = [{}];",
        pieces
            .iter()
            .map(|piece| format!(".. {piece}"))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    let class = class(hash);
    code.add(if is_keyed {
        format!("        var digest = HMAC{class}.HashData(key, content);")
    } else {
        format!("        var digest = {class}.HashData(content);")
    });
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::Plain => {
            "        var expected = Convert.ToHexString(digest).ToLowerInvariant();"
        }
        Encoding::HexUpper => "        var expected = Convert.ToHexString(digest);",
        Encoding::Base64 => "        var expected = Convert.ToBase64String(digest);",
        Encoding::Base64url => {
            "        var expected = Convert.ToBase64String(digest).Replace('+', '-').Replace('/', '_').TrimEnd('=');"
        }
    });
}

fn piece(piece: &Piece) -> String {
    let bytes = |text: &str| format!("Encoding.UTF8.GetBytes({text})");
    match piece {
        Piece::Text(literal) => bytes(&text(literal)),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => bytes("timestamp"),
        Piece::Id => bytes("id"),
        Piece::Secret => "key".to_owned(),
        Piece::Method => bytes("method"),
        Piece::Header(name) => bytes(&format!("headers[{}]", text(name))),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!(
                    "{url}.Replace({}, {})",
                    text(escape),
                    text(&character.to_string())
                );
            }
            bytes(&url)
        }
        Piece::Path => bytes("new Uri(url).AbsolutePath"),
        Piece::Form => bytes("form"),
    }
}

const fn class(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "MD5",
        Hash::Sha1 => "SHA1",
        Hash::Sha256 => "SHA256",
        Hash::Sha384 => "SHA384",
        Hash::Sha512 => "SHA512",
    }
}
