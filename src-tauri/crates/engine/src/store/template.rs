//! Templates: requests with variables that are sent again and again, and what their variables were the last time.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::draft::{headers_text, heads, heads_bytes, written};
use super::{Store, StoreError, there_was};
use crate::model::{KeptTemplate, RawHead, RequestId, TemplateLine};

impl Store {
    /// The templates, by name. A body that has no variables stays in the file: it may be megabytes, and the list is
    /// asked for often.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn template_lines(&self) -> Result<Vec<TemplateLine>, StoreError> {
        let rows = sqlx::query(
            "SELECT name, method, url, headers, signature, new_id, request, target, provider, used, captured,
                 length(body) AS body_length, CASE WHEN instr(body, x'7b7b') > 0 THEN body END AS body
             FROM template ORDER BY name COLLATE NOCASE, name",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                let body_length: i64 = row.try_get("body_length")?;
                Ok(TemplateLine {
                    kept: template(row)?,
                    body_length: body_length.unsigned_abs(),
                })
            })
            .collect()
    }

    /// The template of this name.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn template(&self, name: &str) -> Result<Option<KeptTemplate>, StoreError> {
        let row = sqlx::query("SELECT * FROM template WHERE name = ?")
            .bind(name)
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(template).transpose()
    }

    /// Keeps a template in the place of one of the same name, whose count goes on.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn save_template(&self, template: KeptTemplate) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO template
                         (name, method, url, headers, body, signature, new_id, request, target, provider, used,
                         captured)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                     ON CONFLICT (name) DO UPDATE SET method = excluded.method, url = excluded.url,
                         headers = excluded.headers, body = excluded.body, signature = excluded.signature,
                         new_id = excluded.new_id, request = excluded.request, target = excluded.target,
                         provider = excluded.provider, captured = excluded.captured",
                )
                .bind(template.name)
                .bind(template.written.method)
                .bind(template.written.url)
                .bind(headers_text(&template.written.headers))
                .bind(template.written.body.unwrap_or_default().to_vec())
                .bind(template.written.signature)
                .bind(template.written.new_id)
                .bind(template.request.as_bytes().to_vec())
                .bind(template.target)
                .bind(template.provider)
                .bind(i64::try_from(template.used).unwrap_or(i64::MAX))
                .bind(heads_bytes(&template.captured))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets a template and what its variables were.
    ///
    /// # Errors
    ///
    /// When there is none of this name, or it cannot be written.
    pub async fn remove_template(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM template WHERE name = ?")
                    .bind(&name)
                    .execute(connection)
                    .await?;
                there_was(done.rows_affected() > 0, "template", &name)
            })
        })
        .await
    }

    /// What the variables of a template were when it was last sent to `place`.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn template_values(
        &self,
        name: &str,
        place: &str,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows = sqlx::query("SELECT name, value FROM template_value WHERE template = ? AND place = ?")
            .bind(name)
            .bind(place)
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// The heads by which templates, and the draft of a request, know the captured credentials in them.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn known_credentials(&self, request: RequestId) -> Result<Vec<RawHead>, StoreError> {
        let kept: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT captured FROM template WHERE captured <> x''
             UNION SELECT captured FROM draft WHERE request = ? AND captured <> x''",
        )
        .bind(&request.as_bytes()[..])
        .fetch_all(self.readers())
        .await?;
        Ok(kept.into_iter().flat_map(heads).collect())
    }

    /// Counts a use of a template and keeps what its variables were for `place`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn template_used(
        &self,
        name: &str,
        place: &str,
        values: BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        let (name, place) = (name.to_owned(), place.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE template SET used = used + 1 WHERE name = ?")
                    .bind(&name)
                    .execute(&mut *connection)
                    .await?;
                for (variable, value) in values {
                    sqlx::query(
                        "INSERT OR REPLACE INTO template_value (template, place, name, value)
                         SELECT name, ?, ?, ? FROM template WHERE name = ?",
                    )
                    .bind(&place)
                    .bind(variable)
                    .bind(value)
                    .bind(&name)
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }
}

fn template(row: &SqliteRow) -> Result<KeptTemplate, StoreError> {
    let request: Vec<u8> = row.try_get("request")?;
    let used: i64 = row.try_get("used")?;
    Ok(KeptTemplate {
        name: row.try_get("name")?,
        written: written(row)?,
        request: RequestId::from_bytes(request.try_into().unwrap_or_default()),
        target: row.try_get("target")?,
        provider: row.try_get("provider")?,
        used: used.unsigned_abs(),
        captured: heads(row.try_get("captured")?),
    })
}
