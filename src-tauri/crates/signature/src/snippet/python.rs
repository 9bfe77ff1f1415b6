//! Python 3, with nothing beside its standard library.

use super::plan::{Check, List, Name, Piece, Plan, When};
use super::{Lines, of_fixed_length, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut code = Lines::default();
    for head in &plan.heads {
        code.add(format!("# {head}"));
    }
    let mut imports = vec!["hmac"];
    let encoded = matches!(plan.encoding, Encoding::Base64 | Encoding::Base64url);
    if matches!(plan.check, Check::Hmac(_) | Check::Digest(_)) {
        imports.push("hashlib");
    }
    if plan.check == Check::Basic
        || plan.decodes(SecretDecoding::Base64)
        || (encoded && plan.check != Check::Token)
    {
        imports.push("base64");
    }
    if plan.is_aged() {
        imports.push("time");
        if plan
            .time
            .as_ref()
            .is_some_and(|time| time.unit == TimestampUnit::Rfc3339)
        {
            imports.extend(["datetime", "re"]);
        }
    }
    if plan.reads_form() || plan.content.contains(&Piece::Path) {
        imports.push("urllib.parse");
    }
    imports.sort_unstable();
    for import in imports {
        code.add(format!("import {import}"));
    }
    let mut arguments = vec!["secret: str", "headers: dict", "body: bytes"];
    if plan.needs_url() {
        arguments.push("url: str");
    }
    if plan.needs_method() {
        arguments.push("method: str");
    }
    arguments.push("now=None");
    code.add(format!("\n\ndef verify({}) -> bool:", arguments.join(", ")));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        code.add(format!(
            "    if headers.get({}) not in ({},):\n        return False",
            text(name),
            values.join(", ")
        ));
    }
    code.add_if(
        plan.reads_form(),
        "    if not headers.get(\"content-type\", \"\").startswith(\"application/x-www-form-urlencoded\"):\n        return False",
    );
    received(&mut code, plan);
    time(&mut code, plan);
    if !plan.id.is_empty() {
        code.add(format!("    message_id = {}", first(&plan.id)));
        code.add("    if not message_id:\n        return False");
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            code.add(format!(
                "    if {} not in headers:\n        return False",
                text(name)
            ));
        }
    }
    expected(&mut code, plan);
    code.add("    return any(hmac.compare_digest(expected, value.encode()) for value in received)");
    code.0
}

fn text(text: &str) -> String {
    // `\x0b` is the same in text and in bytes.
    quoted(text, &[], |character| match character {
        '\0'..='\x7f' => format!("\\x{:02x}", u32::from(character)),
        other => of_fixed_length(other),
    })
}

fn first(names: &[String]) -> String {
    let found: Vec<String> = names
        .iter()
        .map(|name| format!("headers.get({})", text(name)))
        .collect();
    format!("{} or \"\"", found.join(" or "))
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("name == {}", text(name)),
            Name::Starting(start) => format!("name.startswith({})", text(start)),
        })
        .collect();
    code.add(format!(
        "    texts = [value for name, value in headers.items() if {}]",
        names.join(" or ")
    ));
    if !plan.prefix.is_empty() {
        let prefix = text(&plan.prefix);
        code.add(format!(
            "    texts = [value.removeprefix({prefix}) for value in texts if value.startswith({prefix})]"
        ));
    }
    let Some(list) = &plan.list else {
        code.add("    received = [value.strip() for value in texts]");
        return;
    };
    items(code, list);
}

fn items(code: &mut Lines, list: &List) {
    let strip = if list.trim { ".strip()" } else { "" };
    code.add(format!(
        "    items = [item{strip} for value in texts for item in value.split({})]",
        text(&list.separator)
    ));
    let Some(assign) = &list.assign else {
        code.add(format!("    received = items[{}:]", list.position));
        return;
    };
    let assign = text(assign);
    code.add(format!(
        "    pairs = [item.split({assign}, 1) for item in items if {assign} in item]"
    ));
    let bare = if list.bare {
        format!(" + [item for item in items if {assign} not in item]")
    } else {
        String::new()
    };
    code.add(format!(
        "    received = [value for key, value in pairs if key == {}]{bare}",
        text(&list.key)
    ));
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    let found = match &time.place {
        When::Header(names) => first(names),
        When::Item(key) => format!(
            "next((value for key, value in pairs if key == {}), \"\")",
            text(key)
        ),
        When::At(at) => format!("items[{at}] if len(items) > {at} else \"\""),
    };
    code.add(format!("    timestamp = {found}"));
    code.add("    if not timestamp:\n        return False");
    if !plan.is_aged() {
        return;
    }
    let signed_at = match time.unit {
        TimestampUnit::Seconds => "float(timestamp)",
        TimestampUnit::Milliseconds => "float(timestamp) / 1000",
        TimestampUnit::Rfc3339 => {
            "datetime.datetime.fromisoformat(re.sub(r\"\\.\\d+\", \"\", timestamp).replace(\"Z\", \"+00:00\")).timestamp()"
        }
    };
    code.add("    try:");
    code.add(format!(
        "        age = (time.time() if now is None else now) - {signed_at}"
    ));
    code.add("    except ValueError:\n        return False");
    let limits: Vec<String> = [
        time.past.map(|past| format!("age > {past}")),
        time.future.map(|future| format!("age < -{future}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    code.add(format!("    if {}:\n        return False", limits.join(" or ")));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!("secret.removeprefix({})", text(prefix)),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => format!("{stripped}.encode()"),
        SecretDecoding::Hex => format!("bytes.fromhex({stripped})"),
        SecretDecoding::Base64 => format!("base64.b64decode({stripped})"),
    };
    match form.hash {
        Some(hash) => format!("hashlib.{}({bytes}).digest()", function(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("    expected = secret.encode()"),
        Check::Basic => {
            return code.add("    expected = base64.b64encode(secret.encode())");
        }
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [first, second] => code.add(format!(
            "    key = {} if secret.startswith({}) else {}",
            key(first),
            text(first.only_with.as_deref().unwrap_or_default()),
            key(second)
        )),
        forms => code.add(format!(
            "    key = {}",
            forms.first().map(key).unwrap_or_default()
        )),
    }
    code.add_if(
        plan.reads_form(),
        "    fields = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)\n    form = \"\".join(name + value for name, value in sorted(set(fields)))",
    );
    let pieces: Vec<String> = plan.content.iter().map(piece).collect();
    code.add(format!("    content = {}", pieces.join(" + ")));
    let function = function(hash);
    let digest = if is_keyed {
        format!("hmac.new(key, content, hashlib.{function})")
    } else {
        format!("hashlib.{function}(content)")
    };
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::Plain => format!("    expected = {digest}.hexdigest().encode()"),
        Encoding::HexUpper => format!("    expected = {digest}.hexdigest().upper().encode()"),
        Encoding::HexAny => {
            format!(
                "    expected = {digest}.hexdigest().encode()\n    received = [value.lower() for value in received]"
            )
        }
        Encoding::Base64 => format!("    expected = base64.b64encode({digest}.digest())"),
        Encoding::Base64url => {
            format!("    expected = base64.urlsafe_b64encode({digest}.digest()).rstrip(b\"=\")")
        }
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) if literal.is_ascii() => format!("b{}", text(literal)),
        // A literal of bytes can say ASCII only.
        Piece::Text(literal) => format!("{}.encode()", text(literal)),
        Piece::Body => "body".to_owned(),
        Piece::Timestamp => "timestamp.encode()".to_owned(),
        Piece::Id => "message_id.encode()".to_owned(),
        Piece::Secret => "key".to_owned(),
        Piece::Method => "method.encode()".to_owned(),
        Piece::Header(name) => format!("headers[{}].encode()", text(name)),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!(
                    "{url}.replace({}, {})",
                    text(escape),
                    text(&character.to_string())
                );
            }
            format!("{url}.encode()")
        }
        Piece::Path => "urllib.parse.urlsplit(url).path.encode()".to_owned(),
        Piece::Form => "form.encode()".to_owned(),
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
