//! What may be done to a value before it is signed.

use std::fmt;
use std::str::FromStr;

use super::TemplateError;

/// A change to a value inside a template.
///
/// | text | effect |
/// | --- | --- |
/// | `lower`, `upper`, `trim` | of ASCII |
/// | `md5`, `sha1`, `sha256`, `sha384`, `sha512` | the digest, lower-case hex |
/// | `sha256-base64` | the digest, base64 |
/// | `crc32` | CRC-32 as an unsigned decimal number |
/// | `base64` | base64 of the bytes |
/// | `escape` | percent-encoded as a query component |
/// | `encode-uri` | percent-encoded as a whole URI: what has a meaning in one stays, `%` does not |
/// | `decode:%XX%YY` | only these percent-escapes decoded, in any case |
/// | `with-port`, `without-port` | of a URL: its scheme's default port put in where none is; any port left out |
/// | `without-query` | of a URL: everything from `?` left out |
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table above says what each one is")]
pub enum Filter {
    Lower,
    Upper,
    Trim,
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sha256Base64,
    Crc32,
    Base64,
    Escape,
    EncodeUri,
    Decode(String),
    WithPort,
    WithoutPort,
    WithoutQuery,
}

impl FromStr for Filter {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(escapes) = text.strip_prefix("decode:") {
            return Ok(Self::Decode(escapes.to_ascii_uppercase()));
        }
        Ok(match text {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "trim" => Self::Trim,
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            "sha256-base64" => Self::Sha256Base64,
            "crc32" => Self::Crc32,
            "base64" => Self::Base64,
            "escape" => Self::Escape,
            "encode-uri" => Self::EncodeUri,
            "with-port" => Self::WithPort,
            "without-port" => Self::WithoutPort,
            "without-query" => Self::WithoutQuery,
            _ => return Err(TemplateError::Filter(text.to_owned())),
        })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Trim => "trim",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sha256Base64 => "sha256-base64",
            Self::Crc32 => "crc32",
            Self::Base64 => "base64",
            Self::Escape => "escape",
            Self::EncodeUri => "encode-uri",
            Self::WithPort => "with-port",
            Self::WithoutPort => "without-port",
            Self::WithoutQuery => "without-query",
            Self::Decode(escapes) => return write!(formatter, "decode:{escapes}"),
        })
    }
}
