//! The forms of a body that are a matter of its characters: escapes, charsets, normal forms.

use unicode_normalization::UnicodeNormalization as _;

use super::super::cause::Cause;
use super::super::style::{self, Escapes};
use super::super::variant::Distinct;

/// Cut characters are looked for among this many, and in bodies up to this length.
const MOST_SPLITS: usize = 48;
const LONGEST_SPLIT: usize = 64 * 1024;

/// What Windows-1252 has where Latin-1 has control characters; what it leaves open stays what it is in Latin-1.
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}',
    '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

fn in_windows_1252(character: char) -> Option<u8> {
    if let Some(at) = WINDOWS_1252.iter().position(|other| *other == character) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(character))
        .ok()
        .filter(|code| !(0x80..=0x9F).contains(code))
}

/// Changes to the text that leave its blanks and order alone.
pub(super) fn escape_forms(text: &str, forms: &mut Distinct<Vec<u8>>) {
    let cause = Cause::BodyEscapes;
    let mut add = |cause, change: &str, text: String| forms.add(cause, change, text.into_bytes());
    let bare = text.replace("\\/", "/");
    add(cause, "`\\/` changed to `/`", bare.clone());
    add(cause, "`/` changed to `\\/`", bare.replace('/', "\\/"));
    let html = [('<', "3c"), ('>', "3e"), ('&', "26")];
    let escaped = html.iter().fold(text.to_owned(), |text, (raw, code)| {
        text.replace(*raw, &format!("\\u00{code}"))
    });
    add(cause, "`<`, `>` and `&` escaped", escaped);
    let raw = html.iter().fold(text.to_owned(), |text, (raw, code)| {
        let raw = raw.to_string();
        text.replace(&format!("\\u00{code}"), &raw)
            .replace(&format!("\\u00{}", code.to_ascii_uppercase()), &raw)
    });
    add(cause, "`<`, `>` and `&` not escaped", raw);
    add(
        cause,
        "U+2028 and U+2029 escaped",
        text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
    );
    add(
        cause,
        "U+2028 and U+2029 not escaped",
        text.replace("\\u2028", "\u{2028}").replace("\\u2029", "\u{2029}"),
    );
    let cause = Cause::BodyUnicode;
    for (change, case) in [
        (
            "non-ASCII characters written as `\\u` escapes in lower case",
            Escapes::Lower,
        ),
        (
            "non-ASCII characters written as `\\u` escapes in upper case",
            Escapes::Upper,
        ),
    ] {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_ascii() {
                escaped.push(character);
            } else {
                style::escape(&mut escaped, character, case);
            }
        }
        add(cause, change, escaped);
    }
    add(
        cause,
        "`\\u` escapes written as characters",
        without_escapes(text),
    );
    if !text.is_ascii() {
        add(
            cause,
            "accents and letters composed into one character (NFC)",
            text.nfc().collect(),
        );
        add(
            cause,
            "accents taken apart from their letters (NFD)",
            text.nfd().collect(),
        );
        add(
            cause,
            "characters replaced by their compatible forms (NFKC)",
            text.nfkc().collect(),
        );
    }
}

/// `\u` escapes of characters beyond ASCII, decoded; all other escapes stay.
fn without_escapes(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        // A pair of surrogates is twelve bytes, everything else is six.
        let escape = [12, 6].into_iter().find_map(|length| {
            let escape = rest.get(..length).filter(|escape| escape.starts_with("\\u"))?;
            let read = crate::read::json::unescape(escape);
            let mut characters = read.chars();
            let character = characters
                .next()
                .filter(|character| !character.is_ascii() && *character != '\u{FFFD}')?;
            characters.next().is_none().then_some((character, length))
        });
        if let Some((character, length)) = escape {
            decoded.push(character);
            rest = &rest[length..];
        } else {
            let length = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            decoded.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    decoded.push_str(rest);
    decoded
}

pub(super) fn charset_forms(body: &[u8], forms: &mut Distinct<Vec<u8>>) {
    if body.is_ascii() {
        return;
    }
    let cause = Cause::BodyCharset;
    let lossy = String::from_utf8_lossy(body).into_owned();
    let narrow = |limit: u32| -> Vec<u8> {
        let code = |character: char| {
            u8::try_from(u32::from(character))
                .ok()
                .filter(|code| u32::from(*code) < limit)
        };
        lossy
            .chars()
            .map(|character| code(character).unwrap_or(b'?'))
            .collect()
    };
    forms.add(
        cause,
        "the text written in ASCII, with `?` for the rest",
        narrow(0x80),
    );
    forms.add(cause, "the text written in Latin-1", narrow(0x100));
    forms.add(
        cause,
        "the bytes read as Latin-1 and written in UTF-8",
        body.iter()
            .map(|byte| char::from(*byte))
            .collect::<String>()
            .into_bytes(),
    );
    if let Some(written) = lossy.chars().map(in_windows_1252).collect::<Option<Vec<u8>>>() {
        forms.add(cause, "the text written in Windows-1252", written);
    }
    forms.add(
        cause,
        "the bytes read as Windows-1252 and written in UTF-8",
        body.iter()
            .map(|byte| match byte {
                0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
                other => char::from(*other),
            })
            .collect::<String>()
            .into_bytes(),
    );
    forms.add(
        cause,
        "unreadable bytes replaced by U+FFFD",
        lossy.clone().into_bytes(),
    );
    forms.add(
        cause,
        "the text written in UTF-16, low byte first",
        lossy.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    );
    forms.add(
        cause,
        "the text written in UTF-16, high byte first",
        lossy.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    );
}

/// A character whose bytes came in two chunks that were decoded one by one: each piece became U+FFFD.
pub(super) fn split_characters(text: &str, forms: &mut Distinct<Vec<u8>>) {
    let beyond: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, character)| !character.is_ascii())
        .collect();
    if beyond.len() > MOST_SPLITS || text.len() > LONGEST_SPLIT {
        return;
    }
    for (at, character) in beyond {
        let end = at + character.len_utf8();
        for count in 2..=character.len_utf8() {
            let split = format!("{}{}{}", &text[..at], "\u{FFFD}".repeat(count), &text[end..]);
            let change = format!("the character at byte {at} cut in two between chunks");
            forms.add(Cause::BodyCharset, change, split.into_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_nothing_else_is() {
        let text = r#"{"a":"caf\u00e9 \ud83d\ude00 \u0041 \\u00e9 \n \ud83d"}"#;
        assert_eq!(
            without_escapes(text),
            r#"{"a":"café 😀 \u0041 \\u00e9 \n \ud83d"}"#,
            "only whole non-ASCII escapes"
        );
    }

    #[test]
    fn composed_and_decomposed_letters_and_windows_quotes_are_forms() {
        let mut forms = Distinct::without("caf\u{e9} \u{2019}".as_bytes());
        escape_forms("caf\u{e9} \u{2019}", &mut forms);
        charset_forms("caf\u{e9} \u{2019}".as_bytes(), &mut forms);
        let is_there = |bytes: &[u8]| forms.variants.iter().any(|form| form.value == bytes);
        assert!(is_there("cafe\u{301} \u{2019}".as_bytes()), "the accent apart");
        assert!(is_there(b"caf\xe9 \x92"), "Windows-1252 has the quote");
    }
}
