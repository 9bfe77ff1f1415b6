//! Telling a judgement as a [`Report`]: words, spans, texts. Nothing is decided here.

use crate::judge::Judgement;
use crate::message::Message;
use crate::report::Report;
use crate::secret::Secret;

pub(crate) fn tell(judgement: &Judgement<'_>, _message: &Message<'_>, _secrets: &[Secret]) -> Report {
    Report {
        verdict: judgement.verdict,
        sentence: String::new(),
        way: None,
        algorithm: None,
        found: Vec::new(),
        candidates: Vec::new(),
        key: None,
        content: None,
        digests: None,
        age: None,
        checks: Vec::new(),
        notes: Vec::new(),
    }
}
