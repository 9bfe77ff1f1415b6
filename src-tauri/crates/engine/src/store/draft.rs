//! Drafts: copies of requests that are being edited, so that a restart loses none of them.

use bytes::Bytes;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError};
use crate::model::{DraftLine, KeptDraft, RawHead, RequestId, Timestamp, Written};

const COLUMNS: &str = "request, updated_at, method, url, headers, body, signature, new_id, captured";

impl Store {
    /// The drafts of requests that are there, the last changed first. The bodies stay in the file: each may be
    /// megabytes, and the list is asked for often.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn drafts(&self) -> Result<Vec<DraftLine>, StoreError> {
        let rows = sqlx::query(
            "SELECT request, updated_at, method, url FROM draft WHERE request IN (SELECT id FROM request)
             ORDER BY updated_at DESC",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DraftLine {
                    request: request_of(row)?,
                    updated_at: Timestamp::from_micros(row.try_get("updated_at")?),
                    method: row.try_get("method")?,
                    url: row.try_get("url")?,
                })
            })
            .collect()
    }

    /// The draft of a request.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn draft(&self, request: RequestId) -> Result<Option<KeptDraft>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM draft WHERE request = ?"
        )))
        .bind(&request.as_bytes()[..])
        .fetch_optional(self.readers())
        .await?;
        row.as_ref().map(draft).transpose()
    }

    /// Keeps a draft in the place of the one there was. Those whose request is gone for good go too.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn save_draft(&self, draft: KeptDraft) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM draft WHERE request NOT IN (SELECT id FROM request)
                     AND request NOT IN (SELECT id FROM trash)",
                )
                .execute(&mut *connection)
                .await?;
                sqlx::query(sqlx::AssertSqlSafe(format!(
                    "INSERT OR REPLACE INTO draft ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                )))
                .bind(draft.request.as_bytes().to_vec())
                .bind(draft.updated_at.as_micros())
                .bind(draft.written.method)
                .bind(draft.written.url)
                .bind(headers_text(&draft.written.headers))
                .bind(draft.written.body.map(|body| body.to_vec()))
                .bind(draft.written.signature)
                .bind(draft.written.new_id)
                .bind(heads_bytes(&draft.captured))
                .execute(&mut *connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets the draft of a request; `false` where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn remove_draft(&self, request: RequestId) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM draft WHERE request = ?")
                    .bind(request.as_bytes().to_vec())
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }
}

fn draft(row: &SqliteRow) -> Result<KeptDraft, StoreError> {
    Ok(KeptDraft {
        request: request_of(row)?,
        updated_at: Timestamp::from_micros(row.try_get("updated_at")?),
        written: written(row)?,
        captured: heads(row.try_get("captured")?),
    })
}

fn request_of(row: &SqliteRow) -> Result<RequestId, StoreError> {
    let id: Vec<u8> = row.try_get("request")?;
    Ok(RequestId::from_bytes(id.try_into().unwrap_or_default()))
}

/// What a person wrote, of a row of drafts or templates.
pub(super) fn written(row: &SqliteRow) -> Result<Written, StoreError> {
    let headers: String = row.try_get("headers")?;
    let body: Option<Vec<u8>> = row.try_get("body")?;
    Ok(Written {
        method: row.try_get("method")?,
        url: row.try_get("url")?,
        // Written by us a moment or a version ago; what cannot be read any more is left out.
        headers: serde_json::from_str(&headers).unwrap_or_default(),
        body: body.map(Bytes::from),
        signature: row.try_get("signature")?,
        new_id: row.try_get("new_id")?,
    })
}

pub(super) fn headers_text(headers: &[(String, String)]) -> String {
    serde_json::to_string(headers).unwrap_or_default()
}

/// Heads one after the other: each ends with the only empty line in it.
pub(super) fn heads_bytes(heads: &[RawHead]) -> Vec<u8> {
    heads
        .iter()
        .flat_map(|head| head.bytes().iter().copied())
        .collect()
}

pub(super) fn heads(bytes: Vec<u8>) -> Vec<RawHead> {
    const END: &[u8] = b"\r\n\r\n";
    let mut rest = Bytes::from(bytes);
    let mut heads = Vec::new();
    while let Some(at) = memchr::memmem::find(&rest, END) {
        heads.push(RawHead::new(rest.split_to(at + END.len())));
    }
    heads
}
