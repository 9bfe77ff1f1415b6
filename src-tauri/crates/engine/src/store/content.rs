//! Heads and bodies as bytes; bodies by range, so that a large one is never whole in memory.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::prepared::{PART, PARTS, framing_of, whole};
use super::{Store, StoreError, pack};
use crate::model::{Framing, RawHead, RequestId, RequestSummary};

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRange {
    /// The bytes asked for, as far as there are any.
    pub bytes: Bytes,
    /// The length of the whole body.
    pub length: u64,
}

impl Store {
    /// The bytes `range` of the body of a request; what lies beyond its end is left out.
    ///
    /// # Errors
    ///
    /// When there is no such request or it cannot be read.
    pub async fn body(&self, id: RequestId, range: Range<u64>) -> Result<BodyRange, StoreError> {
        let row = sqlx::query("SELECT sequence, body_length FROM request WHERE id = ?")
            .bind(&id.as_bytes()[..])
            .fetch_optional(self.readers())
            .await?
            .ok_or_else(|| StoreError::NotFound {
                kind: "request",
                name: id.to_string(),
            })?;
        let sequence: i64 = row.try_get(0)?;
        let length = row.try_get::<i64, _>(1)?.unsigned_abs();
        let end = range.end.min(length);
        let mut bytes = BytesMut::new();
        let mut at = range.start;
        while at < end {
            let part = at / PART as u64;
            let start = part * PART as u64;
            let content = self.body_part(sequence * PARTS + whole(part)).await?;
            let from = usize::try_from(at - start).unwrap_or(usize::MAX);
            let to = usize::try_from(end - start)
                .unwrap_or(usize::MAX)
                .min(content.len());
            let piece = content
                .get(from..to)
                .filter(|piece| !piece.is_empty())
                .ok_or_else(|| StoreError::Corrupt {
                    detail: format!("part {part} of the body of `{id}` is too short"),
                })?;
            if at == range.start && to as u64 + start == end {
                return Ok(BodyRange {
                    bytes: content.slice(from..to),
                    length,
                });
            }
            bytes.extend_from_slice(piece);
            at = start + to as u64;
        }
        Ok(BodyRange {
            bytes: bytes.freeze(),
            length,
        })
    }

    /// A request that the list shows, whole: its head, its framing and all of its body; `None` where it was removed
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn content(
        &self,
        summary: &RequestSummary,
    ) -> Result<Option<(RawHead, Framing, Bytes)>, StoreError> {
        let row =
            sqlx::query("SELECT head_length, length, coding, data, framing FROM content WHERE place = ?")
                .bind(summary.sequence.0 * PARTS)
                .fetch_optional(self.readers())
                .await?;
        let Some(row) = row else { return Ok(None) };
        let framing = framing_of(row.try_get::<Option<&str>, _>(4)?)?;
        let (head, body) = self.decode(&row).await?;
        let body = if summary.body_length > body.len() as u64 {
            match self.body(summary.id, 0..u64::MAX).await {
                Err(StoreError::NotFound { .. }) => return Ok(None),
                body => body?.bytes,
            }
        } else {
            body
        };
        Ok(Some((RawHead::new(head), framing, body)))
    }

    async fn body_part(&self, place: i64) -> Result<Bytes, StoreError> {
        let row = sqlx::query("SELECT head_length, length, coding, data FROM content WHERE place = ?")
            .bind(place)
            .fetch_optional(self.readers())
            .await?
            .ok_or_else(|| StoreError::Corrupt {
                detail: format!("part `{place}` of a body is not there"),
            })?;
        Ok(self.decode(&row).await?.1)
    }

    /// The head and the framing of the request at `sequence`.
    pub(super) async fn read_head(&self, sequence: i64) -> Result<(RawHead, Framing), StoreError> {
        let row =
            sqlx::query("SELECT head_length, length, coding, data, framing FROM content WHERE place = ?")
                .bind(sequence * PARTS)
                .fetch_optional(self.readers())
                .await?
                .ok_or_else(|| StoreError::Corrupt {
                    detail: format!("the head of request `{sequence}` is not there"),
                })?;
        let (head, _) = self.decode(&row).await?;
        let framing = framing_of(row.try_get::<Option<&str>, _>(4)?)?;
        // A copy, so that a small head does not hold a large body in memory.
        Ok((RawHead::new(Bytes::copy_from_slice(&head)), framing))
    }

    async fn decode(&self, row: &SqliteRow) -> Result<(Bytes, Bytes), StoreError> {
        let coding = row.try_get(2)?;
        let known = self
            .inner
            .dictionaries
            .for_codings(&[coding], self.readers())
            .await?;
        let bytes = pack::unpack_with(coding, row.try_get(1)?, row.try_get(3)?, &known)?;
        cut(&bytes, row.try_get(0)?)
    }
}

/// Head and body of the bytes that lie in one row of `content`.
pub(super) fn cut(bytes: &Bytes, head_length: i64) -> Result<(Bytes, Bytes), StoreError> {
    let length = usize::try_from(head_length)
        .ok()
        .filter(|length| *length <= bytes.len());
    let length = length.ok_or_else(|| StoreError::Corrupt {
        detail: "a head is longer than its content".to_owned(),
    })?;
    Ok((bytes.slice(..length), bytes.slice(length..)))
}
