//! Verification code in a person's own language, written out of a scheme.
//!
//! It is here because nothing else knows every part of a scheme: the code does what [`crate::check`] does, on the raw
//! bytes, in constant time, with the tolerance. What a few lines cannot say honestly is refused with the reason, since
//! code that leaves out a check is worse than none. Nothing of a request or a secret goes into it.

mod csharp;
mod dialect;
mod go;
mod java;
mod node;
mod php;
mod plan;
mod python;
mod ruby;
mod rust;
mod text;
mod walk;

use std::fmt;
use std::str::FromStr;

use crate::scheme::Scheme;
use plan::Plan;

/// A language that code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the languages' own")]
pub enum Language {
    Node,
    Python,
    Rust,
    Go,
    Php,
    Ruby,
    Java,
    CSharp,
}

impl Language {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 8] = [
        Self::Node,
        Self::Python,
        Self::Rust,
        Self::Go,
        Self::Php,
        Self::Ruby,
        Self::Java,
        Self::CSharp,
    ];

    /// What it is called by programs: `node`, `csharp`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Go => "go",
            Self::Php => "php",
            Self::Ruby => "ruby",
            Self::Java => "java",
            Self::CSharp => "csharp",
        }
    }

    /// What it is called by people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Node => "Node.js",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::Php => "PHP",
            Self::Ruby => "Ruby",
            Self::Java => "Java",
            Self::CSharp => "C#",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

/// A language that no code is written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no code is written in `{0}`")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.to_ascii_lowercase();
        let known = match text.as_str() {
            "js" | "javascript" | "typescript" | "node.js" => "node",
            "c#" | "dotnet" | "cs" => "csharp",
            "golang" => "go",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|language| language.id() == known)
            .ok_or(UnknownLanguage(text))
    }
}

/// Why no code is written for a scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExpressible {
    /// It signs nothing.
    #[error("this provider does not sign its requests: there is nothing to verify")]
    Unsigned,
    /// The sender's key is private.
    #[error("{0} needs a library for public keys: use the provider's own, with its public key")]
    PublicKey(&'static str),
    /// The signature is a token.
    #[error(
        "the signature is a JSON web token: use a library for those, and compare its claims as told above"
    )]
    Token,
    /// A parameter has no value.
    #[error("the scheme's parameter `{0}` has no value yet")]
    Parameter(String),
    /// A part of the content takes more than a few lines to put together.
    #[error("a few lines cannot put `{0}` together: use the provider's own library")]
    Source(String),
    /// A fact beside the signature takes more than a few lines to check.
    #[error("a few lines cannot check `{0}`, and without that the signature proves too little")]
    Requirement(String),
    /// Several things are signed each on its own.
    #[error("each of `{0}` is signed on its own: use the provider's own library")]
    Each(String),
    /// The header has a form that takes more than a few lines to take apart.
    #[error("a few lines cannot take the signature's header apart: use the provider's own library")]
    Header,
}

/// The code that verifies what this scheme signs: one function, `verify`, and what it imports.
///
/// # Errors
/// When a few lines cannot do it honestly.
pub fn snippet(scheme: &Scheme, language: Language) -> Result<String, NotExpressible> {
    let plan = Plan::of(scheme)?;
    let dialect = match language {
        Language::Node => &node::NODE,
        Language::Python => &python::PYTHON,
        Language::Rust => &rust::RUST,
        Language::Go => &go::GO,
        Language::Php => &php::PHP,
        Language::Ruby => &ruby::RUBY,
        Language::Java => &java::JAVA,
        Language::CSharp => &csharp::CSHARP,
    };
    Ok(walk::write(dialect, &plan))
}

/// Lines of code.
#[derive(Debug, Default)]
struct Lines(String);

impl Lines {
    /// Adds a line, or several that are written as one text.
    fn add(&mut self, text: impl AsRef<str>) {
        self.0.push_str(text.as_ref());
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::{Algorithm, Encoding, Signature};

    #[test]
    fn every_language_is_known_by_its_names() {
        for language in Language::ALL {
            assert_eq!(language.id().parse(), Ok(language), "`{language}` reads back");
        }
        for (name, language) in [
            ("C#", Language::CSharp),
            ("JavaScript", Language::Node),
            ("golang", Language::Go),
        ] {
            assert_eq!(name.parse(), Ok(language), "`{name}` is another name of it");
        }
        assert!("cobol".parse::<Language>().is_err(), "no code is written in that");
    }

    #[test]
    fn what_a_few_lines_cannot_do_is_refused_with_the_reason() {
        let signature = || Signature::header("X-Signature");
        for (algorithm, content, said) in [
            (Algorithm::None, "{body}", "nothing to verify"),
            (Algorithm::Ed25519, "{body}", "Ed25519"),
            (Algorithm::Jwt, "{body}", "JSON web token"),
            (Algorithm::HmacSha256, "{json:a}{json:b}", "json:a"),
            (Algorithm::HmacSha256, "{?query}{query}{/}", "query"),
        ] {
            let scheme = Scheme {
                content: vec![crate::template::Template::parse(content).unwrap()],
                ..Scheme::new(algorithm, signature())
            };
            let refused = snippet(&scheme, Language::Python).unwrap_err().to_string();
            assert!(refused.contains(said), "`{refused}` should name `{said}`");
        }
    }

    #[test]
    fn a_token_is_compared_as_it_is_sent() {
        let token = |encoding: Encoding| Scheme {
            encoding: encoding.into(),
            ..Scheme::new(Algorithm::Token, Signature::header("X-Token"))
        };
        for language in Language::ALL {
            assert_eq!(
                snippet(&token(Encoding::HexAny), language),
                snippet(&token(Encoding::Plain), language),
                "{language}: only a digest in hex may come in any case"
            );
        }
    }

    #[test]
    fn the_time_is_asked_for_only_where_it_is_judged() {
        for language in Language::ALL {
            let code = snippet(
                &Scheme::new(Algorithm::HmacSha256, Signature::header("X-Signature")),
                language,
            );
            assert!(!code.unwrap().contains("now"), "{language} has no use for it");
        }
    }

    #[test]
    fn the_crate_of_a_trait_is_listed() {
        let scheme = Scheme::new(Algorithm::Md5, Signature::header("X-Signature"));
        let code = snippet(&scheme, Language::Rust).unwrap();
        assert!(
            code.contains("use sha2::Digest as _;"),
            "the trait is used: {code}"
        );
        assert!(code.contains("md-5 0.11, sha2 0.11"), "so is its crate: {code}");
    }

    #[test]
    fn a_text_imports_nothing() {
        let scheme = |content: &str| Scheme {
            content: vec![crate::template::Template::parse(content).unwrap()],
            ..Scheme::new(Algorithm::HmacSha256, Signature::header("X-Signature"))
        };
        for language in Language::ALL {
            let imports = |content: &str| {
                let code = snippet(&scheme(content), language).unwrap();
                let is_import = |line: &&str| {
                    let line = line.trim_start();
                    ["import", "use ", "require", "\""]
                        .iter()
                        .any(|start| line.starts_with(start))
                };
                code.lines()
                    .filter(is_import)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                imports("\"sort.time.URI.re.sub(\\{body}"),
                imports("x{body}"),
                "{language}: Go compiles no import that is not used"
            );
        }
    }

    /// Texts that some language would take for more than a text.
    const HOSTILE: &str = "x\n\r\u{b}\u{c}\u{85}\u{2028}\u{2029}\u{202e}\u{2066}\u{200f}\u{7f}é😀?>\\u000a*/evil(){}#{evil}${evil}";

    fn hostile() -> Scheme {
        let from = |place: &str| place.parse::<crate::template::Source>().unwrap();
        Scheme {
            content: vec![crate::template::Template::parse("coding: utf-7 \u{85}é\n{body}").unwrap()],
            not_covered: Some(HOSTILE.to_owned()),
            timestamp: Some(
                serde_json::from_value(serde_json::json!({ "from": "json:a\nevil()?>\\u000a", "past": 300 }))
                    .unwrap(),
            ),
            signature: Some(Signature {
                from: vec![from("header:X-Signature")],
                prefix: Some(HOSTILE.to_owned()),
                separator: Some("\n\u{85}é/".to_owned()),
                ..Signature::header("X-Signature")
            }),
            ..Scheme::new(Algorithm::HmacSha256, Signature::header("X-Signature"))
        }
    }

    #[test]
    fn nothing_in_a_scheme_ends_a_comment_or_a_literal() {
        let plain = Scheme {
            content: vec![crate::template::Template::parse("a{body}").unwrap()],
            not_covered: Some("x".to_owned()),
            signature: Some(Signature {
                prefix: Some("x".to_owned()),
                separator: Some("x".to_owned()),
                ..Signature::header("X-Signature")
            }),
            timestamp: Some(
                serde_json::from_value(serde_json::json!({ "from": "json:a", "past": 300 })).unwrap(),
            ),
            ..Scheme::new(Algorithm::HmacSha256, Signature::header("X-Signature"))
        };
        for language in Language::ALL {
            let code = snippet(&hostile(), language).unwrap();
            let lines = |code: &str| code.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
            assert_eq!(
                lines(&code),
                lines(&snippet(&plain, language).unwrap()),
                "{language} has a line more: {code}"
            );
            let heads = code
                .lines()
                .filter(|line| line.starts_with("//") || line.starts_with('#'));
            for line in heads.clone() {
                assert!(!line.contains("?>"), "ends PHP: {line}");
                assert!(!line.contains("\\u"), "is read by Java: {line}");
                assert!(!line.contains("coding:"), "is read by Python: {line}");
            }
            assert!(heads.count() >= 4, "{language} says what it says: {code}");
            for line in code
                .lines()
                .filter(|line| !line.starts_with("//") && !line.starts_with('#'))
            {
                assert!(
                    line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')),
                    "{language}: {line}"
                );
            }
        }
    }

    #[test]
    fn a_literal_is_written_as_each_language_reads_it() {
        for (language, wanted) in [
            (Language::Node, r#""\u{85}\u{e9}\n""#),
            (Language::Python, r#""\u0085\u00e9\n".encode()"#),
            (Language::Rust, r#""\u{85}\u{e9}\n".as_bytes()"#),
            (Language::Go, r#""\u0085\u00e9\n""#),
            (Language::Php, r#""\u{85}\u{e9}\n""#),
            (Language::Ruby, r#""\u{85}\u{e9}\n".b"#),
            (Language::Java, r#""\u0085\u00e9\n""#),
            (Language::CSharp, r#""\u0085\u00e9\n""#),
        ] {
            let scheme = Scheme {
                content: vec![crate::template::Template::parse("\u{85}é\n{body}").unwrap()],
                ..Scheme::new(Algorithm::HmacSha256, Signature::header("X-Signature"))
            };
            let code = snippet(&scheme, language).unwrap();
            assert!(code.contains(wanted), "{language} should have {wanted}: {code}");
        }
    }
}
