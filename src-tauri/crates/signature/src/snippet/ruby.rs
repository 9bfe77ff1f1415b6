//! Ruby, with nothing beside its standard library.

use super::dialect::{Dialect, Pairs, each, limits, needed, replaced, upper, when};
use super::text::{braced, in_hex, quoted};
use crate::scheme::TimestampUnit;

pub(super) const RUBY: Dialect = Dialect {
    comment: "#",
    sigil: "",
    file: |heads, code| {
        let libraries = needed(LIBRARIES, code).join("'\nrequire '");
        format!("{heads}require '{libraries}'\n\n{code}")
    },

    text,
    // A blank alone would be read as any run of blanks.
    separator: |text| format!("/{}/", pattern(text)),
    ascii: str::to_owned,
    bytes: |text| format!("{text}.b"),

    parameters: ["secret, headers, body", "url", "method", "now = Time.now.to_f"],
    opening: |_, parameters| format!("def verify({parameters})"),
    refuse_if: |test| match test.strip_prefix('!') {
        Some(test) => format!("  return false unless {test}"),
        None => format!("  return false if {test}"),
    },
    bind: |variable, value| format!("  {variable} = {value}"),
    is_empty: Some(|variable| format!("{variable}.nil? || {variable}.empty?")),
    starts_with: |text, prefix| format!("{text}.start_with?({prefix})"),

    header,
    first: |names, _| each(names, " || ", header),
    lacks: Some(|name| format!("!headers.key?({name})")),
    is_none_of: |name, values| format!("![{}].include?(headers[{name}])", values.join(", ")),
    is_no_form: "!headers['content-type'].to_s.start_with?('application/x-www-form-urlencoded')",

    name: "name",
    is: |name| format!("name == {name}"),
    or: " || ",
    texts: |_, test| format!("  texts = headers.select {{ |name, _| {test} }}.values"),
    after_prefix: |prefix, _| {
        let select = format!("select {{ |text| text.start_with?({prefix}) }}");
        format!("  texts = texts.{select}.map {{ |text| text.delete_prefix({prefix}) }}")
    },
    received: "  received = texts.map(&:strip)",
    items: |_, separator, trim| {
        format!("  items = texts.flat_map {{ |text| text.split({separator}) }}{trim}")
    },
    trim: ".map(&:strip)",
    received_from: |position, _| format!("  received = items.drop({position})"),
    received_of,
    item: Some(|position| format!("items[{position}]")),
    value: Some(|key| format!("pairs.find {{ |key, _| key == {key} }}&.last")),

    age: |unit| {
        let signed_at = match unit {
            TimestampUnit::Seconds => "Float(timestamp, exception: false)",
            TimestampUnit::Milliseconds => "Float(timestamp, exception: false)&./(1000)",
            TimestampUnit::Rfc3339 => "(Time.iso8601(timestamp).to_f rescue nil)",
        };
        format!("  signed_at = {signed_at}")
    },
    is_outside: |time| {
        let limits = limits(time, "now - signed_at > ", "signed_at - now > ", " || ");
        format!("signed_at.nil? || {limits}")
    },

    stripped: |prefix, _| format!("secret.delete_prefix({prefix})"),
    of_text: str::to_owned,
    of_hex: |secret| format!("[{secret}].pack('H*')"),
    of_base64: |secret| format!("{secret}.unpack1('m')"),
    hashed: |hash, key| format!("OpenSSL::Digest.digest('{}', {key})", upper(hash)),
    choice: |test, one, other| format!("{test} ? {one} : {other}"),
    key: |_, key| format!("  key = {key}"),
    is_nothing: |key| format!("{key}.empty?"),

    pieces: ["body.b", "key.b", "URI(url).path.b", "form"],
    url: |escapes| replaced("gsub", escapes),
    id: "id",
    form: "  form = URI.decode_www_form(body).uniq.map { |field| field.map(&:b) }.sort.join",

    hmac: |hash| format!("OpenSSL::HMAC.digest('{}', key, content)", upper(hash)),
    plain: |hash| format!("OpenSSL::Digest.digest('{}', content)", upper(hash)),
    digest: |digest, pieces| format!("  content = [{}].join\n  digest = {digest}", pieces.join(", ")),
    hex: |_| "digest.unpack1('H*')".to_owned(),
    hex_upper: |_| "digest.unpack1('H*').upcase".to_owned(),
    base64: |_| "[digest].pack('m0')".to_owned(),
    base64url: |_| "[digest].pack('m0').tr('+/', '-_').delete('=')".to_owned(),
    sent: ["secret", "[secret].pack('m0')"],

    cases: ["", "  received = received.map(&:downcase)\n"],
    closing: |lowered| {
        format!("{lowered}  received.any? {{ |value| OpenSSL.secure_compare(expected, value) }}\nend")
    },
};

/// Libraries, each with what shows that it is used.
const LIBRARIES: &[(&str, &str)] = &[
    ("openssl", "OpenSSL."),
    ("time", "Time.iso8601("),
    ("uri", "URI.decode_www_form(|URI(url)"),
];

fn text(text: &str) -> String {
    quoted(text, &['#'], braced)
}

fn header(name: &str) -> String {
    format!("headers[{name}]")
}

/// A text as a regular expression.
fn pattern(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        match character {
            ' ' | ',' | ';' => written.push(character),
            _ if character.is_ascii_alphanumeric() => written.push(character),
            '!'..='~' => written.extend(['\\', character]),
            // A line end behind a backslash would end the line of code all the same.
            '\0'..='\x7f' => in_hex(&mut written, character),
            other => braced(&mut written, other),
        }
    }
    written
}

fn received_of(pairs: &Pairs) -> String {
    let Pairs { assign, key, .. } = pairs;
    let bare = format!(" + items.reject {{ |item| item.include?({assign}) }}");
    let bare = when(pairs.bare, &bare);
    format!(
        "  pairs = items.select {{ |item| item.include?({assign}) }}.map {{ |item| item.split({assign}, 2) }}
  received = pairs.select {{ |key, _| key == {key} }}.map(&:last){bare}"
    )
}
