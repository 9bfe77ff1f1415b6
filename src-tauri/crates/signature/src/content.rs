//! From a template to the pieces that are signed.

use std::borrow::Cow;

use crate::report::PartKind;
use crate::template::{Piece, Source, Template};
use crate::view::{View, filtered};

/// One piece of the signed content, borrowed from the message where it can be.
#[derive(Debug, Clone)]
pub(crate) struct Segment<'s> {
    pub(crate) kind: PartKind,
    pub(crate) label: Option<&'s Source>,
    pub(crate) bytes: Cow<'s, [u8]>,
}

/// Why there is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// A source that is signed is absent.
    Source(Source),
    /// A parameter has no value.
    Parameter(String),
}

/// The pieces of a template, with what the view holds put in.
pub(crate) fn segments<'s>(template: &'s Template, view: &View<'s, '_>) -> Result<Vec<Segment<'s>>, Lacking> {
    let mut segments = Vec::with_capacity(template.pieces().len());
    let mut skipping = false;
    for piece in template.pieces() {
        match piece {
            Piece::End => skipping = false,
            _ if skipping => {}
            Piece::IfPresent(source) => skipping = view.get(source).is_none_or(|value| value.is_empty()),
            Piece::Literal(text) => segments.push(Segment {
                kind: PartKind::Literal,
                label: None,
                bytes: Cow::Borrowed(text.as_bytes()),
            }),
            Piece::Parameter(name) => return Err(Lacking::Parameter(name.clone())),
            Piece::Value {
                source,
                optional,
                filters,
            } => {
                let value = match view.get(source) {
                    Some(value) => value,
                    None if *optional => continue,
                    None => return Err(Lacking::Source(source.clone())),
                };
                if value.is_empty() && !optional && matches!(source, Source::Timestamp | Source::Id) {
                    return Err(Lacking::Source(source.clone()));
                }
                let bytes = filters
                    .iter()
                    .fold(value, |value, filter| Cow::Owned(filtered(filter, &value)));
                segments.push(Segment {
                    kind: kind(source, !filters.is_empty()),
                    label: Some(source),
                    bytes,
                });
            }
        }
    }
    Ok(segments)
}

fn kind(source: &Source, is_filtered: bool) -> PartKind {
    match source {
        Source::Body if is_filtered => PartKind::Digest,
        Source::Body => PartKind::Body,
        Source::Timestamp => PartKind::Timestamp,
        Source::Id => PartKind::Id,
        Source::Method => PartKind::Method,
        Source::Url | Source::Path | Source::QueryString | Source::Host | Source::Target => PartKind::Url,
        Source::Header(_) | Source::SignedHeaders(_) | Source::Item(_) => PartKind::Header,
        Source::Query(_) => PartKind::Query,
        Source::Form(_) | Source::FormSorted | Source::FormPhp(_) => PartKind::Form,
        Source::Json(_) => PartKind::Json,
        Source::Claim(_) | Source::ClaimHeader(_) => PartKind::Claim,
        Source::Secret => PartKind::Secret,
    }
}

/// The pieces, joined where there are several.
pub(crate) fn joined<'s>(segments: &'s [Segment<'_>]) -> Cow<'s, [u8]> {
    match segments {
        [only] => Cow::Borrowed(only.bytes.as_ref()),
        several => Cow::Owned(
            several
                .iter()
                .map(|segment| segment.bytes.as_ref())
                .collect::<Vec<_>>()
                .concat(),
        ),
    }
}
