//! Ruby, with nothing beside its standard library.

use super::plan::{Check, Name, Piece, Plan, When};
use super::{Lines, braced, quoted};
use crate::scheme::{Encoding, Hash, SecretDecoding, SecretForm, TimestampUnit};

pub(super) fn write(plan: &Plan) -> String {
    let mut code = Lines::default();
    for head in &plan.heads {
        code.add(format!("# {head}"));
    }
    code.add("require 'openssl'");
    code.add_if(
        plan.is_aged()
            && plan
                .time
                .as_ref()
                .is_some_and(|time| time.unit == TimestampUnit::Rfc3339),
        "require 'time'",
    );
    code.add_if(
        plan.reads_form() || plan.content.contains(&Piece::Path),
        "require 'uri'",
    );
    let mut arguments = vec!["secret", "headers", "body"];
    if plan.needs_url() {
        arguments.push("url");
    }
    if plan.needs_method() {
        arguments.push("method");
    }
    if plan.is_aged() {
        arguments.push("now = Time.now.to_f");
    }
    code.add(format!("\ndef verify({})", arguments.join(", ")));
    for (name, values) in &plan.required {
        let values: Vec<String> = values.iter().map(|value| text(value)).collect();
        code.add(format!(
            "  return false unless [{}].include?(headers[{}])",
            values.join(", "),
            text(name)
        ));
    }
    code.add_if(
        plan.reads_form(),
        "  return false unless headers['content-type'].to_s.start_with?('application/x-www-form-urlencoded')",
    );
    received(&mut code, plan);
    time(&mut code, plan);
    if !plan.id.is_empty() {
        code.add(format!(
            "  id = {}\n  return false if id.nil? || id.empty?",
            first(&plan.id)
        ));
    }
    for piece in &plan.content {
        if let Piece::Header(name) = piece {
            code.add(format!("  return false unless headers.key?({})", text(name)));
        }
    }
    expected(&mut code, plan);
    code.add("  received.any? { |value| OpenSSL.secure_compare(expected, value) }\nend");
    code.0
}

fn text(text: &str) -> String {
    quoted(text, &['#'], braced)
}

fn first(names: &[String]) -> String {
    let found: Vec<String> = names
        .iter()
        .map(|name| format!("headers[{}]", text(name)))
        .collect();
    found.join(" || ")
}

fn received(code: &mut Lines, plan: &Plan) {
    let names: Vec<String> = plan
        .names
        .iter()
        .map(|name| match name {
            Name::Exact(name) => format!("name == {}", text(name)),
            Name::Starting(start) => format!("name.start_with?({})", text(start)),
        })
        .collect();
    code.add(format!(
        "  texts = headers.select {{ |name, _| {} }}.values",
        names.join(" || ")
    ));
    if !plan.prefix.is_empty() {
        let prefix = text(&plan.prefix);
        code.add(format!(
            "  texts = texts.select {{ |text| text.start_with?({prefix}) }}.map {{ |text| text.delete_prefix({prefix}) }}"
        ));
    }
    let Some(list) = &plan.list else {
        code.add("  received = texts.map(&:strip)");
        return;
    };
    let trim = if list.trim { ".map(&:strip)" } else { "" };
    // A blank alone would be read as any run of blanks.
    code.add(format!(
        "  items = texts.flat_map {{ |text| text.split(/{}/) }}{trim}",
        pattern(&list.separator)
    ));
    let Some(assign) = &list.assign else {
        code.add(format!("  received = items.drop({})", list.position));
        return;
    };
    let assign = text(assign);
    code.add(format!(
        "  pairs = items.select {{ |item| item.include?({assign}) }}.map {{ |item| item.split({assign}, 2) }}"
    ));
    let bare = if list.bare {
        format!(" + items.reject {{ |item| item.include?({assign}) }}")
    } else {
        String::new()
    };
    code.add(format!(
        "  received = pairs.select {{ |key, _| key == {} }}.map(&:last){bare}",
        text(&list.key)
    ));
}

/// A text as a regular expression.
fn pattern(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            ' ' | ',' | ';' => character.to_string(),
            _ if character.is_ascii_alphanumeric() => character.to_string(),
            '!'..='~' => format!("\\{character}"),
            // A line end behind a backslash would end the line of code all the same.
            '\0'..='\x7f' => format!("\\x{:02x}", u32::from(character)),
            other => braced(other),
        })
        .collect()
}

fn time(code: &mut Lines, plan: &Plan) {
    let Some(time) = &plan.time else { return };
    let found = match &time.place {
        When::Header(names) => first(names),
        When::Item(key) => format!("pairs.find {{ |key, _| key == {} }}&.last", text(key)),
        When::At(at) => format!("items[{at}]"),
    };
    code.add(format!(
        "  timestamp = {found}\n  return false if timestamp.nil? || timestamp.empty?"
    ));
    if !plan.is_aged() {
        return;
    }
    let signed_at = match time.unit {
        TimestampUnit::Seconds => "Float(timestamp, exception: false)",
        TimestampUnit::Milliseconds => "Float(timestamp, exception: false)&./(1000)",
        TimestampUnit::Rfc3339 => "(Time.iso8601(timestamp).to_f rescue nil)",
    };
    let limits: Vec<String> = [
        time.past.map(|past| format!("now - signed_at > {past}")),
        time.future.map(|future| format!("signed_at - now > {future}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    code.add(format!(
        "  signed_at = {signed_at}\n  return false if signed_at.nil? || {}",
        limits.join(" || ")
    ));
}

fn key(form: &SecretForm) -> String {
    let stripped = match &form.strip {
        Some(prefix) => format!("secret.delete_prefix({})", text(prefix)),
        None => "secret".to_owned(),
    };
    let bytes = match form.decode {
        SecretDecoding::Text => stripped,
        SecretDecoding::Hex => format!("[{stripped}].pack('H*')"),
        SecretDecoding::Base64 => format!("{stripped}.unpack1('m')"),
    };
    match form.hash {
        Some(hash) => format!("OpenSSL::Digest.digest('{}', {bytes})", function(hash)),
        None => bytes,
    }
}

fn expected(code: &mut Lines, plan: &Plan) {
    let (hash, is_keyed) = match plan.check {
        Check::Token => return code.add("  expected = secret"),
        Check::Basic => return code.add("  expected = [secret].pack('m0')"),
        Check::Hmac(hash) => (hash, true),
        Check::Digest(hash) => (hash, false),
    };
    match plan.forms.as_slice() {
        [first, second] => code.add(format!(
            "  key = secret.start_with?({}) ? {} : {}",
            text(first.only_with.as_deref().unwrap_or_default()),
            key(first),
            key(second)
        )),
        forms => code.add(format!("  key = {}", forms.first().map(key).unwrap_or_default())),
    }
    code.add_if(
        plan.reads_form(),
        "  form = URI.decode_www_form(body).uniq.map { |field| field.map(&:b) }.sort.join",
    );
    let pieces: Vec<String> = plan.content.iter().map(piece).collect();
    code.add(format!("  content = [{}].join", pieces.join(", ")));
    let function = function(hash);
    code.add(if is_keyed {
        format!("  digest = OpenSSL::HMAC.digest('{function}', key, content)")
    } else {
        format!("  digest = OpenSSL::Digest.digest('{function}', content)")
    });
    code.add(match plan.encoding {
        Encoding::Hex | Encoding::Plain => "  expected = digest.unpack1('H*')",
        Encoding::HexAny => "  expected = digest.unpack1('H*')\n  received = received.map(&:downcase)",
        Encoding::HexUpper => "  expected = digest.unpack1('H*').upcase",
        Encoding::Base64 => "  expected = [digest].pack('m0')",
        Encoding::Base64url => "  expected = [digest].pack('m0').tr('+/', '-_').delete('=')",
    });
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(literal) if literal.is_ascii() => text(literal),
        // As bytes, like what it is joined with.
        Piece::Text(literal) => format!("{}.b", text(literal)),
        Piece::Body => "body.b".to_owned(),
        Piece::Timestamp => "timestamp.b".to_owned(),
        Piece::Id => "id.b".to_owned(),
        Piece::Secret => "key.b".to_owned(),
        Piece::Method => "method.b".to_owned(),
        Piece::Header(name) => format!("headers[{}].b", text(name)),
        Piece::Url(escapes) => {
            let mut url = "url".to_owned();
            for (escape, character) in escapes {
                url = format!("{url}.gsub({}, {})", text(escape), text(&character.to_string()));
            }
            format!("{url}.b")
        }
        Piece::Path => "URI(url).path.b".to_owned(),
        Piece::Form => "form".to_owned(),
    }
}

const fn function(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "MD5",
        Hash::Sha1 => "SHA1",
        Hash::Sha256 => "SHA256",
        Hash::Sha384 => "SHA384",
        Hash::Sha512 => "SHA512",
    }
}
