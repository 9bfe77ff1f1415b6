//! Go, with nothing beside its standard library.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, of_fixed_length, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut body = Lines::default();
    let mut arguments = vec!["secret string", "headers map[string]string", "body []byte"];
    if plan.needs_url() {
        arguments.push("address string");
    }
    if plan.needs_method() {
        arguments.push("method string");
    }
    if plan.is_aged() {
        arguments.push("now time.Time");
    }
    body.add(format!("func Verify({}) bool {{", arguments.join(", ")));
    for (name, values) in &plan.required {
        let tests: Vec<String> = values
            .iter()
            .map(|value| format!("headers[{}] != {}", text(name), text(value)))
            .collect();
        body.add(format!("\tif {} {{\n\t\treturn false\n\t}}", tests.join(" && ")));
    }
    body.add_if(
        plan.reads_form(),
        "\tif !strings.HasPrefix(headers[\"content-type\"], \"application/x-www-form-urlencoded\") {\n\t\treturn false\n\t}",
    );
    received(&mut body, plan);
    time(&mut body, plan);
    if !plan.id.is_empty() {
        first(&mut body, "id", &plan.id);
        body.add("\tif id == \"\" {\n\t\treturn false\n\t}");
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            body.add(format!(
                "\tif _, found := headers[{}]; !found {{\n\t\treturn false\n\t}}",
                text(name)
            ));
        }
    }
    expected(&mut body, plan);
    let value = if plan.encoding == Encoding::HexAny {
        "strings.ToLower(value)"
    } else {
        "value"
    };
    body.add(format!(
        "\tfor _, value := range received {{\n\t\tif hmac.Equal([]byte(expected), []byte({value})) {{\n\t\t\treturn true\n\t\t}}\n\t}}\n\treturn false\n}}"
    ));
    let body = body.0;
    let mut code = Lines::default();
    for head in &plan.heads {
        code.add(format!("// {head}"));
    }
    code.add("package webhook\n\nimport (");
    for (package, used) in [
        ("crypto/hmac", "hmac."),
        ("crypto/md5", "md5."),
        ("crypto/sha1", "sha1."),
        ("crypto/sha256", "sha256."),
        ("crypto/sha512", "sha512."),
        ("encoding/base64", "base64."),
        ("encoding/hex", "hex."),
        ("net/url", "url."),
        ("sort", "sort."),
        ("strconv", "strconv."),
        ("strings", "strings."),
        ("time", "time."),
    ] {
        code.add_if(body.contains(used), format!("\t\"{package}\""));
    }
    code.add(")\n");
    code.0 + &body
}

fn text(text: &str) -> String {
    quoted(text, &[], of_fixed_length)
}

fn first(code: &mut Lines, variable: &str, names: &[String]) {
    for (at, name) in names.iter().enumerate() {
        code.add(if at == 0 {
            format!("\t{variable} := headers[{}]", text(name))
        } else {
            format!(
                "\tif {variable} == \"\" {{\n\t\t{variable} = headers[{}]\n\t}}",
                text(name)
            )
        });
    }
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("name == {}", text(name)),
            Name::Starting(start) => format!("strings.HasPrefix(name, {})", text(start)),
        })
        .collect();
    let timestamp = match plan.time.as_ref().map(|time| &time.place) {
        Some(When::Item(key)) => Some((Some(key), 0)),
        Some(When::At(at)) => Some((None, *at)),
        _ => None,
    };
    code.add_if(timestamp.is_some(), "\ttimestamp := \"\"");
    code.add("\treceived := []string{}");
    code.add(format!(
        "\tfor name, value := range headers {{\n\t\tif !({}) {{\n\t\t\tcontinue\n\t\t}}",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        let prefix = text(&plan.prefix);
        code.add(format!(
            "\t\tif !strings.HasPrefix(value, {prefix}) {{\n\t\t\tcontinue\n\t\t}}\n\t\tvalue = strings.TrimPrefix(value, {prefix})"
        ));
    }
    let Some(list) = &plan.list else {
        code.add("\t\treceived = append(received, strings.TrimSpace(value))\n\t}");
        return;
    };
    let at = if list.assign.is_none() { "at" } else { "_" };
    code.add(format!(
        "\t\tfor {at}, item := range strings.Split(value, {}) {{",
        text(&list.separator)
    ));
    code.add_if(list.trim, "\t\t\titem = strings.TrimSpace(item)");
    if let Some(assign) = &list.assign {
        let split = format!("\t\t\tparts := strings.SplitN(item, {}, 2)", text(assign));
        code.add(split);
        code.add(format!(
            "\t\t\tif len(parts) == 2 && parts[0] == {} {{\n\t\t\t\treceived = append(received, parts[1])\n\t\t\t}}",
            text(&list.key)
        ));
        code.add_if(
            list.bare,
            "\t\t\tif len(parts) == 1 {\n\t\t\t\treceived = append(received, item)\n\t\t\t}",
        );
        if let Some((Some(key), _)) = timestamp {
            code.add(format!(
                "\t\t\tif len(parts) == 2 && parts[0] == {} && timestamp == \"\" {{\n\t\t\t\ttimestamp = parts[1]\n\t\t\t}}",
                text(key)
            ));
        }
    } else {
        code.add(format!(
            "\t\t\tif at >= {} {{\n\t\t\t\treceived = append(received, item)\n\t\t\t}}",
            list.position
        ));
        if let Some((None, place)) = timestamp {
            code.add(format!(
                "\t\t\tif at == {place} {{\n\t\t\t\ttimestamp = item\n\t\t\t}}"
            ));
        }
    }
    code.add("\t\t}\n\t}");
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    if let When::Header(names) = &time.place {
        first(code, "timestamp", names);
    }
    code.add("\tif timestamp == \"\" {\n\t\treturn false\n\t}");
    if !plan.is_aged() {
        return;
    }
    match time.unit {
        TimestampUnit::Rfc3339 => code.add(
            "\tsignedAt, err := time.Parse(time.RFC3339Nano, timestamp)\n\tif err != nil {\n\t\treturn false\n\t}\n\tage := now.Sub(signedAt).Seconds()",
        ),
        TimestampUnit::Seconds | TimestampUnit::Milliseconds => {
            let scale = if time.unit == TimestampUnit::Milliseconds { "/1000" } else { "" };
            code.add(format!(
                "\tsignedAt, err := strconv.ParseFloat(timestamp, 64)\n\tif err != nil {{\n\t\treturn false\n\t}}\n\tage := float64(now.UnixNano())/1e9 - signedAt{scale}"
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
    code.add(format!(
        "\tif !({}) {{\n\t\treturn false\n\t}}",
        limits.join(" && ")
    ));
}

fn key(code: &mut Lines, indent: &str, form: &SecretForm) {
    let stripped = match &form.strip {
        Some(prefix) => format!("strings.TrimPrefix(secret, {})", text(prefix)),
        None => "secret".to_owned(),
    };
    match form.decode {
        SecretDecoding::Text => code.add(format!("{indent}key = []byte({stripped})")),
        SecretDecoding::Hex => code.add(format!(
            "{indent}if key, err = hex.DecodeString({stripped}); err != nil {{\n{indent}\treturn false\n{indent}}}"
        )),
        SecretDecoding::Base64 => code.add(format!(
            "{indent}if key, err = base64.StdEncoding.DecodeString({stripped}); err != nil {{\n{indent}\treturn false\n{indent}}}"
        )),
    }
    if let Some(hash) = form.hash {
        code.add(format!(
            "{indent}hashed := {}(key)\n{indent}key = hashed[:]",
            sum(hash)
        ));
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("\texpected := secret"),
        Check::Basic => {
            return code.add("\texpected := base64.StdEncoding.EncodeToString([]byte(secret))");
        }
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    let decodes = plan.forms.iter().any(|form| form.decode != SecretDecoding::Text);
    code.add("\tvar key []byte");
    code.add_if(decodes && !plan.is_aged(), "\tvar err error");
    match plan.forms.as_slice() {
        [one, other] => {
            code.add(format!(
                "\tif strings.HasPrefix(secret, {}) {{",
                text(one.only_with.as_deref().unwrap_or_default())
            ));
            key(code, "\t\t", one);
            code.add("\t} else {");
            key(code, "\t\t", other);
            code.add("\t}");
        }
        forms => forms.iter().for_each(|form| key(code, "\t", form)),
    }
    code.add_if(
        plan.reads_form(),
        "\tfields, failed := url.ParseQuery(string(body))\n\tif failed != nil {\n\t\treturn false\n\t}\n\tnames := []string{}\n\tfor name := range fields {\n\t\tnames = append(names, name)\n\t}\n\tsort.Strings(names)\n\tform := \"\"\n\tfor _, name := range names {\n\t\tsort.Strings(fields[name])\n\t\tfor at, value := range fields[name] {\n\t\t\tif at == 0 || fields[name][at-1] != value {\n\t\t\t\tform += name + value\n\t\t\t}\n\t\t}\n\t}",
    );
    if plan.content.contains(&Piece::Path) {
        code.add("\tparsed, broken := url.Parse(address)\n\tif broken != nil {\n\t\treturn false\n\t}");
    }
    code.add(if is_keyed {
        format!("\tdigest := hmac.New({}.New{}, key)", package(hash), suffix(hash))
    } else {
        format!("\tdigest := {}.New{}()", package(hash), suffix(hash))
    });
    for part in &plan.content {
        code.add(format!("\tdigest.Write({})", piece(part)));
    }
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::HexAny | Encoding::Plain => {
            "\texpected := hex.EncodeToString(digest.Sum(nil))"
        }
        Encoding::HexUpper => "\texpected := strings.ToUpper(hex.EncodeToString(digest.Sum(nil)))",
        Encoding::Base64 => "\texpected := base64.StdEncoding.EncodeToString(digest.Sum(nil))",
        Encoding::Base64url => "\texpected := base64.RawURLEncoding.EncodeToString(digest.Sum(nil))",
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) => format!("[]byte({})", text(literal)),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => "[]byte(timestamp)".to_owned(),
        Piece::Id => "[]byte(id)".to_owned(),
        Piece::Secret => "key".to_owned(),
        Piece::Method => "[]byte(method)".to_owned(),
        Piece::Header(name) => format!("[]byte(headers[{}])", text(name)),
        Piece::Url(escapes) if escapes.is_empty() => "[]byte(address)".to_owned(),
        Piece::Url(escapes) => {
            let pairs: Vec<String> = escapes
                .iter()
                .map(|(escape, character)| format!("{}, {}", text(escape), text(&character.to_string())))
                .collect();
            format!(
                "[]byte(strings.NewReplacer({}).Replace(address))",
                pairs.join(", ")
            )
        }
        Piece::Path => "[]byte(parsed.EscapedPath())".to_owned(),
        Piece::Form => "[]byte(form)".to_owned(),
    }
}

const fn package(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5",
        Hash::Sha1 => "sha1",
        Hash::Sha256 => "sha256",
        Hash::Sha384 | Hash::Sha512 => "sha512",
    }
}

const fn suffix(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha384 => "384",
        _ => "",
    }
}

const fn sum(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5.Sum",
        Hash::Sha1 => "sha1.Sum",
        Hash::Sha256 => "sha256.Sum256",
        Hash::Sha384 => "sha512.Sum384",
        Hash::Sha512 => "sha512.Sum512",
    }
}
