//! Verification code in a person's own language, written out of a scheme.
//!
//! It is here because nothing else knows every part of a scheme: the code does what [`crate::check`] does, on the raw
//! bytes, in constant time, with the tolerance. What a few lines cannot say honestly is refused with the reason, since
//! code that leaves out a check is worse than none. Nothing of a request or a secret goes into it.

mod csharp;
mod go;
mod java;
mod node;
mod php;
mod plan;
mod python;
mod ruby;
mod rust;

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
    Ok(match language {
        Language::Node => node::write(&plan),
        Language::Python => python::write(&plan),
        Language::Rust => rust::write(&plan),
        Language::Go => go::write(&plan),
        Language::Php => php::write(&plan),
        Language::Ruby => ruby::write(&plan),
        Language::Java => java::write(&plan),
        Language::CSharp => csharp::write(&plan),
    })
}

/// A text between double quotes, as all of the languages read it; `more` are escaped too.
fn quoted(text: &str, more: &[char]) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '"' | '\\' => written.extend(['\\', character]),
            other if more.contains(&other) => written.extend(['\\', other]),
            other => written.push(other),
        }
    }
    written.push('"');
    written
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

    /// Adds a line where it is asked for.
    fn add_if(&mut self, wanted: bool, text: impl AsRef<str>) {
        if wanted {
            self.add(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::{Algorithm, Signature};

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
    fn a_text_is_quoted_so_that_no_language_reads_more_into_it() {
        assert_eq!(
            quoted("a\"\n\\$", &['$']),
            r#""a\"\n\\\$""#,
            "quotes, line ends and dollars"
        );
    }
}
