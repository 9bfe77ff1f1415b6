//! What libraries say when they refuse a signature, and what it usually means.
//!
//! Nothing of it is a proof: the same words come for many reasons. They are told as hints where somebody pastes an
//! error in place of a value.

use super::cause::Cause;

/// Words of an error text, in lower case; what it usually means, and what to do.
const KNOWN: [(&str, Cause, &str); 22] = [
    (
        "no signatures found matching the expected signature",
        Cause::BodyReserialised,
        "The library computed another value: it was given a parsed body, or the secret of another endpoint. Give it the bytes before any parser reads them.",
    ),
    (
        "no matching signature found",
        Cause::BodyReserialised,
        "The library computed another value: it was given a parsed body, or the secret of another endpoint. Give it the bytes before any parser reads them.",
    ),
    (
        "unable to extract timestamp and signatures",
        Cause::HeaderMangled,
        "What was given as the header is empty or another text: give the library the whole value of the signature header.",
    ),
    (
        "invalid signature headers",
        Cause::HeaderMangled,
        "What was given as the header is empty or another text: give the library the whole value of the signature header.",
    ),
    (
        "an array was passed as a header",
        Cause::HeaderMangled,
        "The header was given as a list: give the library its first text.",
    ),
    (
        "outside the tolerance zone",
        Cause::Expired,
        "The signature is right and old: the request waited or was sent again, or a clock is wrong.",
    ),
    (
        "timestamp too old",
        Cause::Expired,
        "The signature is right and old: the request waited or was sent again, or a clock is wrong.",
    ),
    (
        "timestamp too new",
        Cause::FromTheFuture,
        "The sender's time is ahead of the receiver's: set the clocks.",
    ),
    (
        "must be provided as a string or a buffer",
        Cause::BodyObject,
        "The library was given the parsed body: give it the bytes before any parser reads them.",
    ),
    (
        "parsed javascript object",
        Cause::BodyObject,
        "The library was given the parsed body: give it the bytes before any parser reads them.",
    ),
    (
        "payload must be a string",
        Cause::BodyObject,
        "The library was given the parsed body: give it the bytes before any parser reads them.",
    ),
    (
        "received an instance of object",
        Cause::BodyObject,
        "The digest was asked for of a parsed body: give it the bytes before any parser reads them.",
    ),
    (
        "no webhook payload was provided",
        Cause::BodyEmpty,
        "The body had already been read when the library got it: keep its bytes before anything else reads the stream.",
    ),
    (
        "missing required headers",
        Cause::Missing,
        "The library was given headers without the signature's: look at their names and their case, and at proxies that drop them.",
    ),
    (
        "header value was provided",
        Cause::Missing,
        "The library was given no header: look at its name and its case, and at proxies that drop it.",
    ),
    (
        "incorrect characters for decoding",
        Cause::SecretEncoding,
        "The secret is not the base64 that the library wants: paste it as the provider gives it out, with its prefix and nothing around it.",
    ),
    (
        "same byte length",
        Cause::Encoding,
        "Two values of different lengths were compared: one is in hex and the other in base64, or a prefix was kept.",
    ),
    (
        "does not match event payload and secret",
        Cause::BodyReserialised,
        "The library computed another value: it was given a parsed body, or another secret.",
    ),
    (
        "\"key\" argument must be of type",
        Cause::NoSecret,
        "The secret is not set: the variable it is read from is missing or has another name.",
    ),
    (
        "expected bytes or bytearray, but got 'nonetype'",
        Cause::NoSecret,
        "The secret is not set: the variable it is read from is missing or has another name.",
    ),
    (
        "must be encoded before hashing",
        Cause::BodyUnicode,
        "The digest was asked for of text: give it the bytes of the body as they came, and the secret in UTF-8.",
    ),
    (
        "strings with non-ascii characters is not supported",
        Cause::HeaderMangled,
        "A text with characters beyond ASCII was compared with the value: it is not the header's, or the header was changed on the way.",
    ),
];

/// What an error text usually means.
pub(super) fn about(text: &str) -> Option<(Cause, &'static str)> {
    let text = text.to_lowercase();
    KNOWN
        .iter()
        .find(|(words, _, _)| text.contains(words))
        .map(|(_, cause, meaning)| (*cause, *meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_texts_are_known_by_their_words() {
        for (words, cause, _) in KNOWN {
            assert_eq!(words, words.to_lowercase(), "they are looked for in lower case");
            let found = about(&format!("Error: {}!", words.to_uppercase()));
            assert_eq!(found.map(|(cause, _)| cause), Some(cause), "`{words}`");
        }
        assert_eq!(
            about("signature mismatch"),
            None,
            "what says nothing means nothing"
        );
    }
}
