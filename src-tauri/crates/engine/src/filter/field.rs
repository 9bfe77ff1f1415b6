//! The fields, as data: parser, completion, help and tests read one table.

/// A field of the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each is explained to people and to readers in the table below"
)]
pub enum Field {
    Provider,
    Event,
    Endpoint,
    Method,
    Path,
    Status,
    Sig,
    Target,
    Delivered,
    Header,
    Json,
    Body,
    Size,
    After,
    Before,
    Is,
    Has,
    Tag,
    Key,
    Id,
}

/// What is known of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// The field.
    pub field: Field,
    /// What is typed before the colon.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub meaning: &'static str,
    /// An example.
    pub example: &'static str,
}

const fn info(field: Field, name: &'static str, meaning: &'static str, example: &'static str) -> FieldInfo {
    FieldInfo {
        field,
        name,
        meaning,
        example,
    }
}

/// Every field, in the order in which they are offered.
pub const FIELDS: [FieldInfo; 20] = [
    info(
        Field::Provider,
        "provider",
        "who sent it",
        "provider:stripe,github",
    ),
    info(
        Field::Event,
        "event",
        "what happened, in the provider's words",
        "event:invoice.*",
    ),
    info(
        Field::Endpoint,
        "endpoint",
        "the endpoint it came to",
        "endpoint:/stripe",
    ),
    info(
        Field::Sig,
        "sig",
        "the verdict on its signature",
        "sig:invalid,expired",
    ),
    info(Field::Status, "status", "the status we answered", "status:5xx"),
    info(Field::Method, "method", "the method", "method:POST"),
    info(
        Field::Path,
        "path",
        "the path, without the query",
        "path:/hooks/*",
    ),
    info(
        Field::Header,
        "header",
        "a header and its value",
        "header:content-type=*json*",
    ),
    info(
        Field::Json,
        "json",
        "the value at a JSON pointer",
        "json:/data/object/id=in_123",
    ),
    info(Field::Body, "body", "a text in the body", "body:\"past due\""),
    info(Field::Size, "size", "the length of the body", "size:>10kb"),
    info(
        Field::After,
        "after",
        "received at this time or later",
        "after:-10m",
    ),
    info(
        Field::Before,
        "before",
        "received before this time",
        "before:2026-11-20",
    ),
    info(Field::Is, "is", "a fact about it", "is:starred"),
    info(Field::Has, "has", "what was added to it", "has:note"),
    info(Field::Tag, "tag", "a tag", "tag:bug"),
    info(
        Field::Target,
        "target",
        "the target it was delivered to",
        "target:dev",
    ),
    info(
        Field::Delivered,
        "delivered",
        "how its deliveries ended",
        "delivered:timed_out,5xx",
    ),
    info(
        Field::Key,
        "key",
        "what the provider calls the delivery",
        "key:evt_123",
    ),
    info(Field::Id, "id", "the beginning of its id", "id:019abcde"),
];

impl Field {
    /// The field of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|info| info.name.eq_ignore_ascii_case(name))
            .map(|info| info.field)
    }

    /// What is known of it.
    #[must_use]
    pub fn info(self) -> FieldInfo {
        // Every field is in the table: a test holds it to that.
        FIELDS
            .into_iter()
            .find(|info| info.field == self)
            .unwrap_or(FIELDS[0])
    }
}

/// A fact about a request, for `is:` and `has:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// `is:starred`
    Starred,
    /// `is:duplicate`
    Duplicate,
    /// `is:handshake`
    Handshake,
    /// `is:complete`
    Complete,
    /// `is:cut`
    Cut,
    /// `is:aborted`
    Aborted,
    /// `is:refused`
    Refused,
    /// `is:malformed`
    Malformed,
    /// `is:ambiguous`
    Ambiguous,
    /// `is:imported`
    Imported,
    /// `has:note`
    Note,
    /// `has:tag`
    Tag,
    /// `has:delivery`
    Delivery,
}

/// What may stand after `is:`.
pub(super) const IS: [(&str, Flag); 10] = [
    ("starred", Flag::Starred),
    ("duplicate", Flag::Duplicate),
    ("handshake", Flag::Handshake),
    ("cut", Flag::Cut),
    ("aborted", Flag::Aborted),
    ("refused", Flag::Refused),
    ("malformed", Flag::Malformed),
    ("ambiguous", Flag::Ambiguous),
    ("imported", Flag::Imported),
    ("complete", Flag::Complete),
];

/// What may stand after `has:`.
pub(super) const HAS: [(&str, Flag); 3] = [
    ("note", Flag::Note),
    ("tag", Flag::Tag),
    ("delivery", Flag::Delivery),
];

#[cfg(test)]
mod tests {
    use super::super::{Filter, Moment};
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn every_example_is_understood_and_every_field_finds_its_own_entry() {
        for info in FIELDS {
            let parsed = Filter::parse(info.example, &Moment::utc(Timestamp::from_micros(0)));
            assert!(parsed.is_ok(), "`{}`: {parsed:?}", info.example);
            assert_eq!(info.field.info(), info, "`{}` is in the table once", info.name);
        }
    }
}
