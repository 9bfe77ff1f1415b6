//! What must hold beside the signature.

use std::borrow::Cow;

use subtle::ConstantTimeEq as _;

use crate::digest;
use crate::encoding;
use crate::jwt::Token;
use crate::read::{time, url};
use crate::scheme::{Algorithm, Encoding, Requirement, TimestampUnit};
use crate::template::Source;
use crate::view::View;

/// What a fact is about.
#[derive(Debug, Clone)]
pub(crate) enum Subject<'j> {
    Required(&'j Requirement),
    /// A token's `exp`: it ends then.
    Ends,
    /// A token's `nbf`: it starts then.
    Starts,
}

/// A fact, and whether it holds.
#[derive(Debug, Clone)]
pub(crate) struct Fact<'j> {
    pub(crate) subject: Subject<'j>,
    pub(crate) found: Option<Cow<'j, [u8]>>,
    pub(crate) holds: bool,
}

impl Fact<'_> {
    /// Whether it is about time, so that failing it is `expired` and not `invalid`.
    pub(crate) const fn is_time(&self) -> bool {
        matches!(self.subject, Subject::Ends | Subject::Starts)
    }
}

/// Every fact the way asks for, and for tokens their own times.
pub(crate) fn facts<'j>(view: &View<'j, '_>, token: Option<&Token>, algorithm: Algorithm) -> Vec<Fact<'j>> {
    let way: &'j crate::scheme::Scheme = view.scene.way;
    let mut facts = Vec::new();
    for required in &way.require {
        let found = match (&required.from, token) {
            (Source::Claim(name), Some(token)) => token.claim(name).map(owned),
            (Source::ClaimHeader(name), Some(token)) => token.header(name).map(owned),
            (source, _) => view.get(source),
        };
        let holds = match &found {
            Some(value) => holds(required, value, view),
            None => required.optional,
        };
        facts.push(Fact {
            subject: Subject::Required(required),
            found,
            holds,
        });
    }
    if let (Algorithm::Jwt, Some(token), Some(received_at)) =
        (algorithm, token, view.scene.message.received_at)
    {
        let at = |text: &str| time::parse(text.as_bytes(), TimestampUnit::Seconds);
        if let Some(text) = token.claim("exp") {
            let holds = at(&text).is_some_and(|ends| received_at < ends);
            facts.push(Fact {
                subject: Subject::Ends,
                found: Some(owned(text)),
                holds,
            });
        }
        if let Some(text) = token.claim("nbf") {
            let holds = at(&text).is_some_and(|starts| received_at >= starts);
            facts.push(Fact {
                subject: Subject::Starts,
                found: Some(owned(text)),
                holds,
            });
        }
    }
    facts
}

fn owned<'j>(text: String) -> Cow<'j, [u8]> {
    Cow::Owned(text.into_bytes())
}

fn holds(required: &Requirement, value: &[u8], view: &View<'_, '_>) -> bool {
    let text = String::from_utf8_lossy(value);
    (required.is.is_empty() || required.is.iter().any(|is| is.as_str() == text))
        && (required.host.is_empty() || required.host.iter().any(|pattern| is_url_of(&text, pattern)))
        && (required.path_ends.is_empty() || required.path_ends.iter().any(|end| ends_in(&text, end)))
        && required.body_digest.is_none_or(|hash| {
            let digest = digest::of(hash, view.scene.message.body);
            let expected = encoding::encode(&digest, required.encoding);
            match required.encoding {
                Encoding::HexAny => encoding::hex_any(value) == Some(digest.as_bytes().to_vec()),
                _ => expected.as_bytes().ct_eq(value).into(),
            }
        })
        // Where the sender's URL is not known there is nothing to hold it against; the report says so.
        && (!required.is_url || view.scene.message.url.is_none_or(|url| url == text))
}

/// Whether this is an `https` URL of a host like the pattern, on the usual port, without a user.
fn is_url_of(text: &str, pattern: &str) -> bool {
    let parts = url::split(text);
    parts.scheme == "https"
        && parts.user.is_empty()
        && matches!(parts.port, "" | ":443")
        && is_host_like(parts.host, pattern)
}

/// Whether a URL's path ends so and nothing follows it.
fn ends_in(text: &str, end: &str) -> bool {
    let parts = url::split(text);
    parts.query.is_empty() && !text.contains('#') && parts.path.ends_with(end)
}

/// Label by label; a leading `**.` stands for any number of labels.
fn is_host_like(host: &str, pattern: &str) -> bool {
    let host = host.to_ascii_lowercase();
    if let Some(end) = pattern.strip_prefix("**.") {
        return host == end || host.strip_suffix(end).is_some_and(|start| start.ends_with('.'));
    }
    let labels: Vec<&str> = host.split('.').collect();
    let wanted: Vec<&str> = pattern.split('.').collect();
    labels.len() == wanted.len()
        && labels
            .iter()
            .zip(&wanted)
            .all(|(label, wanted)| !label.is_empty() && is_label_like(label.as_bytes(), wanted.as_bytes()))
}

/// `*` stands for any number of letters, digits and hyphens, `?` for one of them.
fn is_label_like(label: &[u8], pattern: &[u8]) -> bool {
    let is_free = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    match (pattern.split_first(), label.split_first()) {
        (None, _) => label.is_empty(),
        (Some((b'*', rest)), _) => {
            let free = label.iter().take_while(|byte| is_free(byte)).count();
            (0..=free).any(|taken| is_label_like(&label[taken..], rest))
        }
        (Some((b'?', rest)), Some((first, after))) => is_free(first) && is_label_like(after, rest),
        (Some((wanted, rest)), Some((first, after))) => wanted == first && is_label_like(after, rest),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_whole_labels() {
        let pattern = "sns.*.amazonaws.com";
        assert!(
            is_url_of("https://sns.us-east-1.amazonaws.com/x.pem", pattern),
            "one label is free"
        );
        for bad in [
            "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
            "http://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com",
            "https://sns.a.b.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com:8443/x.pem",
        ] {
            assert!(!is_url_of(bad, pattern), "`{bad}` is another host");
        }
        let at_least_three = "sns.???*.amazonaws.com";
        assert!(
            is_url_of("https://sns.us-east-1.amazonaws.com/x.pem", at_least_three),
            "three and more"
        );
        for short in [
            "https://sns.us.amazonaws.com/x.pem",
            "https://sns..amazonaws.com/x.pem",
        ] {
            assert!(!is_url_of(short, at_least_three), "`{short}`: fewer than three");
        }
        assert!(
            is_host_like("a-1.b", "a-?.b") && !is_host_like("a-.b", "a-?.b"),
            "one is one"
        );
        assert!(
            is_url_of("https://api.paypal.com/c", "**.paypal.com"),
            "any subdomain"
        );
        assert!(
            !is_url_of("https://evilpaypal.com/c", "**.paypal.com"),
            "but no other name"
        );
    }

    #[test]
    fn the_end_of_a_path_is_the_end_of_the_url() {
        assert!(ends_in("https://h/a/x.pem", ".pem"), "it ends so");
        for bad in [
            "https://h/a/x.crt",
            "https://h/a/x.pem?b",
            "https://h/a/x?b=.pem",
            "https://h/a/x#.pem",
            "https://h.pem",
        ] {
            assert!(!ends_in(bad, ".pem"), "`{bad}` is something else");
        }
    }
}
