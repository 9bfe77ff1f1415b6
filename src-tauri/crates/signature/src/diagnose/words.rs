//! Causes in sentences, and what to do about them.

use super::cause::Cause;

/// Who made the mistake that is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Something between the sender and here, or the secret that is set here.
    Message,
    /// The code of a receiver that computed a value.
    Receiver,
}

/// What happened, in a sentence.
pub(super) fn message(cause: Cause, side: Side, changes: &[String], secret: &str) -> String {
    let change = changes.join("; ");
    match side {
        Side::Receiver => match cause {
            Cause::SignatureAltered => {
                format!("Your code computed the right value and does not keep it whole: {change}.")
            }
            Cause::OtherSecret | Cause::PreviousSecret => {
                format!("Your code used another secret: `{secret}`.")
            }
            Cause::EmptyKey => {
                "Your code computed this value with an empty key: its secret is not set.".to_owned()
            }
            Cause::SecretBlanks
            | Cause::SecretQuotes
            | Cause::SecretEscaped
            | Cause::SecretEncoding
            | Cause::SecretPrefix
            | Cause::SecretHashed
            | Cause::SecretMiscopied => format!("Your code used the secret in another form: {change}."),
            _ => format!("Your code computed this value over another input: {change}."),
        },
        Side::Message => match cause {
            Cause::OtherSecret => format!("It was made with another secret: `{secret}`."),
            Cause::PreviousSecret => {
                format!("It was made with the previous secret `{secret}`: the sender still uses the old one.")
            }
            Cause::EmptyKey => {
                "It was made with an empty key: anybody can make such a signature, so it proves nothing."
                    .to_owned()
            }
            Cause::SecretBlanks
            | Cause::SecretQuotes
            | Cause::SecretEscaped
            | Cause::SecretEncoding
            | Cause::SecretPrefix
            | Cause::SecretHashed => {
                format!("The signature is right for the same secret used in another form: {change}.")
            }
            Cause::SecretMiscopied => {
                format!("The signature is right for a secret that differs a little from this one: {change}.")
            }
            Cause::SignatureAltered => {
                format!("The signature was right and was changed before it came here: {change}.")
            }
            Cause::BodyAltered => format!("The body was changed after it was signed: {change}."),
            Cause::TimestampAltered => {
                format!("The signature is right for another time: {change}.")
            }
            Cause::ContentAltered => {
                format!("What is signed beside the body was changed: {change}.")
            }
            Cause::BodyReserialised
            | Cause::BodyEscapes
            | Cause::BodyUnicode
            | Cause::BodyCharset
            | Cause::BodyByteOrderMark
            | Cause::BodyNewline
            | Cause::BodyBase64
            | Cause::BodyCompression
            | Cause::BodyQuoted
            | Cause::BodyDuplicated
            | Cause::BodyEmpty
            | Cause::BodyObject
            | Cause::FormPayload
            | Cause::FormEncoding => {
                format!("The signature is right for another form of this body: {change}.")
            }
            Cause::UrlScheme
            | Cause::UrlHost
            | Cause::UrlPort
            | Cause::UrlPath
            | Cause::UrlQuery
            | Cause::Url => {
                format!("The signature is right for another URL: {change}.")
            }
            Cause::HeaderMangled => format!("The signature is right once its header is mended: {change}."),
            Cause::WrongItem => {
                "The right signature is in the header, under a version or key that does not count.".to_owned()
            }
            Cause::Encoding => {
                "The bytes are right and written in another encoding than the scheme's.".to_owned()
            }
            Cause::LetterCase => "The signature is right but for upper and lower case.".to_owned(),
            _ => format!("The signature is right for something else than the scheme says: {change}."),
        },
    }
}

/// What to do, in a sentence.
pub(super) fn remedy(cause: Cause, side: Side) -> &'static str {
    match (cause, side) {
        (Cause::OtherSecret, _) => {
            "Use that secret for this endpoint, or let the sender sign with this endpoint's."
        }
        (Cause::PreviousSecret, Side::Message) => {
            "Keep both secrets until the sender has changed over; a redeployed sender may still hold the old one."
        }
        (Cause::PreviousSecret, Side::Receiver) => {
            "Restart or redeploy the receiver so that it reads the new secret."
        }
        (Cause::SecretBlanks | Cause::SecretQuotes | Cause::SecretEscaped, _) => {
            "Store the secret without anything around it, and trim it where it is read from the environment."
        }
        (Cause::SecretEncoding | Cause::SecretPrefix | Cause::SecretHashed, _) => {
            "Make the key of the secret as the provider documents it: some decode what follows the prefix, some use the text as it is."
        }
        (Cause::SecretMiscopied, _) => {
            "Copy the secret again from the provider, whole and without anything beside it."
        }
        (Cause::SignatureAltered, Side::Receiver) => {
            "Compare the whole value: look for a slice, a column or a variable that is too short for it."
        }
        (Cause::SignatureAltered, Side::Message) => {
            "Let the header pass whole: look for a limit on its length, or for code that cuts or cleans it."
        }
        (Cause::NotASignature, _) => "Look at what sets this header: it is not what the provider sends.",
        (Cause::UnsignedByDesign, _) => {
            "Nothing: answer it as the provider asks, and expect signatures on what follows."
        }
        (Cause::Deliberate, _) => "Nothing is wrong here: a receiver has to refuse it with 401.",
        (Cause::BodyAltered, _) => "Do not trust this request: find what changes bodies on the way, or who.",
        (Cause::TimestampAltered | Cause::ContentAltered, _) => {
            "Let the headers and the URL pass as they are: something on the way puts its own value in."
        }
        (Cause::EmptyKey, Side::Receiver) => {
            "Set the secret where the receiver reads it, and refuse to start without one."
        }
        (Cause::EmptyKey, Side::Message) => {
            "Set the secret at the sender, and refuse to start a receiver that has none."
        }
        (
            Cause::BodyReserialised | Cause::BodyEscapes | Cause::BodyQuoted | Cause::BodyObject,
            Side::Receiver,
        ) => "Compute the signature over the raw bytes of the body, before any parser touches it.",
        (
            Cause::BodyReserialised | Cause::BodyEscapes | Cause::BodyQuoted | Cause::BodyObject,
            Side::Message,
        ) => "Something on the way parses the body and writes it again; let it pass the bytes on unchanged.",
        (Cause::BodyUnicode | Cause::BodyCharset, _) => {
            "Handle the body as bytes, or as UTF-8 where text is needed."
        }
        (Cause::BodyByteOrderMark, _) => "Keep the bytes as they came; do not add or drop a byte order mark.",
        (Cause::BodyNewline, _) => "Keep line ends and blanks as they came; do not trim and do not convert.",
        (Cause::BodyBase64, _) => {
            "Decode what the gateway encoded (`isBase64Encoded`) before computing the signature."
        }
        (Cause::BodyCompression, _) => {
            "Compute the signature over the bytes the provider signs: compressed or not, as documented."
        }
        (Cause::BodyDuplicated, _) => "Something appends the body twice; read it once.",
        (Cause::BodyEmpty, _) => {
            "The body had already been read; keep its bytes before anything else reads the stream."
        }
        (Cause::FormPayload | Cause::FormEncoding, _) => {
            "Compute the signature over the raw form, not over a field of it and not over one written again."
        }
        (
            Cause::UrlScheme
            | Cause::UrlHost
            | Cause::UrlPort
            | Cause::UrlPath
            | Cause::UrlQuery
            | Cause::Url,
            _,
        ) => "Set the endpoint's public URL to exactly what the sender calls.",
        (
            Cause::WrongHash
            | Cause::PlainHash
            | Cause::WrongContent
            | Cause::TimestampOmitted
            | Cause::TimestampUnit,
            Side::Receiver,
        ) => "Compute it as the provider documents: the scheme shown above is the right one.",
        (
            Cause::WrongHash
            | Cause::PlainHash
            | Cause::WrongContent
            | Cause::TimestampOmitted
            | Cause::TimestampUnit,
            Side::Message,
        ) => "Use the scheme that was found, if this is how the sender signs.",
        (Cause::HeaderMangled, _) => "Let the proxy pass the header on unchanged.",
        (Cause::HeaderRenamed, _) => {
            "Let the proxy keep the header's name (nginx drops names with `_` unless told otherwise)."
        }
        (Cause::WrongItem, _) => {
            "Read the version the provider documents; a signature of another version must not count."
        }
        (Cause::Encoding | Cause::LetterCase, _) => {
            "Compare bytes, or write the computed value exactly as the provider does."
        }
        (Cause::Comparison, _) => {
            "Compare the whole value in constant time, without its prefix, with each signature in the header."
        }
        (Cause::Expired, _) => {
            "Judge the age at the time of receipt; a request that waited or is sent again needs a fresh signature."
        }
        (Cause::FromTheFuture, _) => "Set the clocks: the sender's is ahead of the receiver's.",
        (Cause::Requirement, _) => "Compare the value with what is configured at the provider.",
        (Cause::UnreadableKey, _) => "Paste the secret again, in the form the provider gives it out.",
        (Cause::NoSecret, _) => "Give the endpoint the secret the provider shows for it.",
        (Cause::Missing, _) => "Set a secret at the sender; without one many providers do not sign.",
        _ => "Compare the secret with the provider's, and the body with the sender's delivery log.",
    }
}
