//! Which requests go where by themselves.

use std::time::Duration;

use sqlx::Row;

use super::conduct::{millis, must_be_there};
use super::{Store, StoreError, id_of};
use crate::model::{EndpointId, Forward, ForwardId, ForwardRule, ForwardWay, TargetId};

impl Store {
    /// All forwards, in the order in which they were set.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn forwards(&self) -> Result<Vec<Forward>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, endpoint, target, filter, way, deadline_millis FROM forward ORDER BY endpoint, position",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                let way: &str = row.try_get(4)?;
                Ok(Forward {
                    id: ForwardId::from_bytes(id_of(row.try_get(0)?)?),
                    endpoint: EndpointId::from_bytes(id_of(row.try_get(1)?)?),
                    rule: ForwardRule {
                        target: TargetId::from_bytes(id_of(row.try_get(2)?)?),
                        filter: row.try_get(3)?,
                        way: ForwardWay::from_word(way).ok_or_else(|| StoreError::Corrupt {
                            detail: format!("unknown way of a forward `{way}`"),
                        })?,
                        deadline: Duration::from_millis(row.try_get::<i64, _>(5)?.unsigned_abs()),
                    },
                })
            })
            .collect()
    }

    /// Sets where the requests of an endpoint go by themselves, in the place of what was set before.
    ///
    /// # Errors
    ///
    /// When there is no such endpoint or target, or when it cannot be written.
    pub async fn set_forwards(
        &self,
        endpoint: EndpointId,
        rules: Vec<ForwardRule>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                must_be_there(connection, endpoint).await?;
                sqlx::query("DELETE FROM forward WHERE endpoint = ?")
                    .bind(&endpoint.as_bytes()[..])
                    .execute(&mut *connection)
                    .await?;
                for (position, rule) in rules.into_iter().enumerate() {
                    sqlx::query(
                        "INSERT INTO forward (id, endpoint, target, filter, way, deadline_millis, position)
                         VALUES (?, ?, ?, ?, ?, ?, ?)",
                    )
                    .bind(&ForwardId::generate().as_bytes()[..])
                    .bind(&endpoint.as_bytes()[..])
                    .bind(&rule.target.as_bytes()[..])
                    .bind(rule.filter)
                    .bind(rule.way.as_str())
                    .bind(millis(rule.deadline))
                    .bind(i64::try_from(position).unwrap_or(i64::MAX))
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }
}
