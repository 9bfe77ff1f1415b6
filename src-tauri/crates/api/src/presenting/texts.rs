//! All texts of a result, wherever they stand in it.
//!
//! As long as it is known what is secret, that is looked for in each of them. Where it is not, any text may repeat it: all
//! are hidden but those of which is known that they cannot, so that one that nobody thought of is hidden too.

use hookbench_engine::Screen;
use serde_json::Value;

/// Members of any result that a person wrote to a request and may write again: a mark in them would be kept.
const OWN_WORDS: [&str; 2] = ["note", "tags"];

/// Members of a result that hold nothing of what a sender wrote but names and how a message goes, or are hidden by what
/// they are in; `in.name` stands for those of that name in something of that name.
const OPEN: [&str; 58] = [
    // Ids, and what is called by a person or by a provider.
    "id",
    "request",
    "duplicateOf",
    "again",
    "run",
    "endpoint",
    "provider",
    "couldBe",
    "handshake",
    "variables",
    "key.masked",
    "key.form",
    "proof.secret",
    "check.key",
    "testKey",
    // What is one of a few words.
    "kind",
    "state",
    "phase",
    "verdict",
    "verdictNow",
    "answerSource",
    "repeatedBy",
    "forwarded",
    "resent",
    "outcome",
    "compared",
    "code",
    "cause",
    "shape",
    "source",
    "algorithm",
    // What is said without a word of the sender's.
    "words",
    "marks",
    "facts.text",
    "rows.title",
    "body.notes",
    // How a scheme signs.
    "template",
    "found.place",
    "checks.subject",
    "checks.asked",
    // How a message goes, and names.
    "method",
    "version",
    "peer",
    "name",
    "contentType",
    "codings",
    "bodySha256",
    "withheld",
    "sentOn",
    "signatureHeaders",
    // Hidden by what they are in.
    "target",
    "sentence",
    "value",
    "base64",
    "ours",
    "signed",
    "digests.received",
    "digests.expected",
];

/// Where a text stands: what it is called, and what that is in.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    within: &'a str,
    name: &'a str,
}

impl Place<'_> {
    fn is_open(&self) -> bool {
        OPEN.iter().any(|open| match open.split_once('.') {
            Some((within, name)) => within == self.within && name == self.name,
            None => *open == self.name,
        })
    }
}

/// Covers all texts of a result.
pub(super) fn cover_texts(value: &mut Value, screen: &Screen) {
    cover_at(value, Place::default(), screen);
}

fn cover_at(value: &mut Value, place: Place<'_>, screen: &Screen) {
    match value {
        Value::String(text) if screen.is_blind() && !place.is_open() => *text = Screen::dots(text),
        Value::String(text) => cover_text(text, screen),
        Value::Array(elements) => elements
            .iter_mut()
            .for_each(|element| cover_at(element, place, screen)),
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| !OWN_WORDS.contains(&name.as_str()))
            .for_each(|(name, member)| {
                let within = place.name;
                cover_at(member, Place { within, name }, screen);
            }),
        _ => {}
    }
}

/// Covers what is known to be secret in a text.
pub(super) fn cover_text(text: &mut String, screen: &Screen) {
    if let Some(covered) = screen.text(text) {
        *text = covered;
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use hookbench_engine::{Listen, Options};
    use serde_json::json;

    use super::*;
    use crate::running::Running;

    #[tokio::test]
    async fn where_not_all_is_known_a_text_that_nobody_thought_of_is_hidden() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options::at(Some(folder.path().to_owned()));
        let running = Running::open(options, Listen::default()).await;
        let engine = running.engine()?;
        engine.set_presenting(true).await?;
        let mut screen = engine.screen().await?.ok_or("it is shared")?;
        let result = json!({
            "new": "ann", "list": ["ann", { "more": "ann" }], "kind": "resend", "note": "ann",
            "facts": [{ "text": "chunked", "before": "ann" }], "other": { "text": "ann" }, "key": { "masked": "w…" },
            "masked": "ann", "number": 7
        });
        let covered = |screen: &Screen| {
            let mut value = result.clone();
            cover_texts(&mut value, screen);
            value
        };
        assert_eq!(covered(&screen), result, "nothing is secret");
        screen.blind();
        assert_eq!(
            covered(&screen),
            json!({
                "new": "***", "list": ["***", { "more": "***" }], "kind": "resend", "note": "ann",
                "facts": [{ "text": "chunked", "before": "***" }], "other": { "text": "***" }, "key": { "masked": "w…" },
                "masked": "***", "number": 7
            }),
            "what is open is so by its name, or by that in what it is"
        );
        running.shut_down().await;
        Ok(())
    }
}
