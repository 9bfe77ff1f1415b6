//! What the header lines of a request are to its provider, in words for whoever reads them.
//!
//! The words are ours, all of them: nothing of a request or of a provider file is in them, so that they can be shown
//! where the values are masked.

use std::collections::BTreeMap;

use hookbench_signature::{HeaderRole, Message, Scheme, Secret, header_roles};

use super::{Facts, HandshakeRule, Place, Provider, Template};

/// What a header line is to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    /// To its scheme.
    Scheme(HeaderRole),
    Event,
    DeliveryId,
    Handshake,
    Recognised,
}

impl Meaning {
    const fn words(self) -> &'static str {
        match self {
            Self::Scheme(HeaderRole::Signature) => "the signature",
            Self::Scheme(HeaderRole::OtherSignature) => "a signature that is not checked: another one counts",
            Self::Scheme(HeaderRole::Time) => "when it was signed",
            Self::Scheme(HeaderRole::Key) => "names the key it was signed with",
            Self::Scheme(HeaderRole::Digest) => "the digest of the body",
            Self::Scheme(HeaderRole::Signed) => "signed along with the body",
            Self::Scheme(HeaderRole::Required) => "checked beside the signature",
            Self::Scheme(HeaderRole::Way) => "says how it is signed",
            Self::Event => "the event",
            Self::DeliveryId => "the delivery id, equal when it is sent again",
            Self::Handshake => "part of a handshake",
            Self::Recognised => "says who sent it",
        }
    }
}

impl Provider {
    /// What each header line of a request is to this provider, in the order of the lines; nothing for those that do not
    /// matter to it. `scheme` is its scheme with parameters put in, where it has one; `message` has the same lines as
    /// `facts`.
    #[must_use]
    pub(crate) fn header_meanings(
        &self,
        facts: &Facts<'_>,
        parameters: &BTreeMap<String, String>,
        scheme: Option<(&Scheme, &[Secret])>,
        message: &Message<'_>,
    ) -> Vec<Option<String>> {
        let parameters = self.with_defaults(parameters);
        let mut lines: Vec<Vec<Meaning>> = match scheme {
            Some((scheme, secrets)) => header_roles(scheme, message, secrets)
                .into_iter()
                .map(|roles| roles.into_iter().map(Meaning::Scheme).collect())
                .collect(),
            None => vec![Vec::new(); message.headers.len()],
        };
        let mut give = |name: &str, meaning: Meaning| {
            let first = facts.header_names().get(name.to_ascii_lowercase().as_bytes());
            if let Some(line) = first.and_then(|index| lines.get_mut(*index))
                && !line.contains(&meaning)
                // What is known by nothing better than that its sender is.
                && (meaning != Meaning::Recognised || line.is_empty())
            {
                line.push(meaning);
            }
        };
        let rendered = |templates: &[Template]| -> Vec<String> {
            let taken = templates
                .iter()
                .find(|template| template.render(facts, &parameters).is_some());
            taken.map_or_else(Vec::new, |template| template.headers(&parameters))
        };
        for name in rendered(&self.event.from) {
            give(&name, Meaning::Event);
        }
        for name in rendered(&self.delivery_id.from) {
            give(&name, Meaning::DeliveryId);
        }
        let asked = self.handshake.iter().find(|rule| rule.holds(facts));
        for name in asked.map_or_else(Vec::new, |rule| rule.headers(&parameters)) {
            give(&name, Meaning::Handshake);
        }
        let known_by = self.detect.iter().filter(|rule| rule.holds(facts));
        for name in known_by
            .flat_map(|rule| &rule.when)
            .filter_map(super::Condition::header)
        {
            give(name, Meaning::Recognised);
        }
        lines.into_iter().map(in_words).collect()
    }
}

impl HandshakeRule {
    /// The headers that make a request this question, and those that go into its answer.
    fn headers(&self, parameters: &BTreeMap<String, String>) -> Vec<String> {
        if self.acknowledgement {
            return Vec::new();
        }
        let answer = &self.answer;
        let signed = self.signed.iter().map(|signed| &signed.over);
        let templates = answer.body.iter().chain(answer.json.values()).chain(signed);
        let put_in = templates.chain(answer.headers.values());
        self.when
            .iter()
            .filter_map(|condition| condition.header().map(str::to_owned))
            .chain(put_in.flat_map(|template| template.headers(parameters)))
            .collect()
    }
}

impl Template {
    /// The headers that it reads.
    fn headers(&self, parameters: &BTreeMap<String, String>) -> Vec<String> {
        self.places(parameters)
            .into_iter()
            .filter_map(|place| match place {
                Place::Header(name) | Place::Claim(name, _) => Some(name),
                _ => None,
            })
            .collect()
    }
}

fn in_words(mut meanings: Vec<Meaning>) -> Option<String> {
    meanings.sort_unstable();
    let words: Vec<&str> = meanings.into_iter().map(Meaning::words).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::Header;
    use crate::provider::Catalogue;

    /// The lines that mean something to a provider, with what they mean.
    fn meanings(provider: &str, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
        let catalogue = Catalogue::embedded().unwrap();
        let provider = catalogue.get(provider).unwrap();
        let headers: Vec<Header> = headers
            .iter()
            .map(|(name, value)| Header {
                name: Bytes::copy_from_slice(name.as_bytes()),
                value: Bytes::copy_from_slice(value.as_bytes()),
            })
            .collect();
        let facts = Facts::new("POST", "/", &headers, body.as_bytes());
        let none = BTreeMap::new();
        let scheme = provider.scheme(&none).unwrap();
        let message = facts.message(None, None);
        let scheme = scheme.as_ref().map(|scheme| (scheme, &[][..]));
        let found = provider.header_meanings(&facts, &none, scheme, &message);
        assert_eq!(found.len(), headers.len(), "each line has its place");
        let named = headers
            .iter()
            .zip(found)
            .filter_map(|(header, words)| Some((String::from_utf8_lossy(&header.name).into_owned(), words?)));
        named.collect()
    }

    fn pair(name: &str, words: &str) -> (String, String) {
        (name.to_owned(), words.to_owned())
    }

    #[test]
    fn the_headers_of_a_push_say_what_they_are() {
        let headers = [
            ("Host", "localhost"),
            ("X-GitHub-Delivery", "72d3162e"),
            ("X-GitHub-Event", "push"),
            ("X-Hub-Signature-256", "sha256=aa"),
            ("X-Hub-Signature", "sha1=aa"),
        ];
        assert_eq!(
            meanings("github", &headers, "{}"),
            [
                pair(
                    "X-GitHub-Delivery",
                    "the delivery id, equal when it is sent again"
                ),
                pair("X-GitHub-Event", "the event"),
                pair("X-Hub-Signature-256", "the signature"),
                pair(
                    "X-Hub-Signature",
                    "a signature that is not checked: another one counts"
                ),
            ],
            "and those of the transport nothing"
        );
    }

    #[test]
    fn a_line_that_is_several_things_says_all_of_them() {
        let found = meanings(
            "svix",
            &[
                ("svix-id", "msg_1"),
                ("svix-timestamp", "1"),
                ("svix-signature", "v1,aa"),
            ],
            "{}",
        );
        assert_eq!(
            found,
            [
                pair(
                    "svix-id",
                    "signed along with the body; the delivery id, equal when it is sent again"
                ),
                pair("svix-timestamp", "when it was signed"),
                pair("svix-signature", "the signature"),
            ],
            "in one order"
        );
    }

    #[test]
    fn what_a_question_is_known_by_is_told_where_it_is_one() {
        let ping = meanings("github", &[("X-GitHub-Event", "ping")], "{}");
        assert_eq!(
            ping,
            [pair("X-GitHub-Event", "the event; part of a handshake")],
            "a ping is a question and a push is none"
        );
    }

    #[test]
    fn a_second_line_of_a_name_is_not_taken_for_the_one_that_is_read() {
        let found = meanings(
            "github",
            &[("X-GitHub-Event", "push"), ("x-github-event", "issues")],
            "{}",
        );
        assert_eq!(
            found,
            [pair("X-GitHub-Event", "the event")],
            "the first one counts"
        );
    }
}
