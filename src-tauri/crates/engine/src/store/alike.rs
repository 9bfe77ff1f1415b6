//! The request before another one that is about the same.

use super::{Store, StoreError, id_of};
use crate::model::{RequestId, RequestSummary};

impl Store {
    /// The newest request older than this one with its method, endpoint, provider and event; where it has no event,
    /// with its path.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn previous_alike(&self, of: &RequestSummary) -> Result<Option<RequestId>, StoreError> {
        let known = &of.recognition;
        let path = of.target.split('?').next().unwrap_or_default();
        let found: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT id FROM request WHERE sequence < ?1 AND event IS ?2 AND provider IS ?3 AND endpoint_path IS ?4
                 AND method = ?5 AND (?2 IS NOT NULL OR target = ?6 OR substr(target, 1, length(?6) + 1) = ?6 || '?')
             ORDER BY sequence DESC LIMIT 1",
        )
        .bind(of.sequence.0)
        .bind(&known.event)
        .bind(&known.provider)
        .bind(&known.endpoint_path)
        .bind(&of.method)
        .bind(path)
        .fetch_optional(self.readers())
        .await?;
        found.map(|id| id_of(id).map(RequestId::from_bytes)).transpose()
    }
}
