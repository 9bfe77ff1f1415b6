//! Endpoints with the records of their secrets; the values of secrets are never here.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, id_of, taken, there_was};
use crate::model::{
    Endpoint, EndpointId, NewEndpoint, SecretId, SecretPlace, SecretRecord, Timestamp, Tolerance,
};

impl Store {
    /// All endpoints with their secrets, by path.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let mut transaction = self.readers().begin().await?;
        let rows =
            sqlx::query("SELECT id, path, provider, parameters, created_at, answers_handshakes, public_url, tolerance_past, tolerance_future FROM endpoint ORDER BY path")
                .fetch_all(&mut *transaction)
                .await?;
        let mut endpoints = rows.iter().map(endpoint).collect::<Result<Vec<_>, _>>()?;
        let rows = sqlx::query(
            "SELECT endpoint, id, name, place, created_at, retired_at FROM secret ORDER BY created_at, id",
        )
        .fetch_all(&mut *transaction)
        .await?;
        for row in &rows {
            let of = EndpointId::from_bytes(id_of(row.try_get(0)?)?);
            if let Some(endpoint) = endpoints.iter_mut().find(|endpoint| endpoint.id == of) {
                endpoint.secrets.push(secret(row)?);
            }
        }
        Ok(endpoints)
    }

    /// Adds an endpoint.
    ///
    /// # Errors
    ///
    /// When its path is taken, or when it cannot be written.
    pub async fn add_endpoint(&self, new: NewEndpoint, now: Timestamp) -> Result<Endpoint, StoreError> {
        let endpoint = Endpoint {
            id: EndpointId::generate(),
            path: new.path,
            provider: new.provider,
            parameters: new.parameters,
            answers_handshakes: new.answers_handshakes,
            created_at: now,
            public_url: new.public_url,
            tolerance: new.tolerance,
            secrets: Vec::new(),
        };
        let parameters = parameters_text(&endpoint.parameters)?;
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO endpoint (id, path, provider, parameters, created_at, answers_handshakes, public_url, tolerance_past, tolerance_future) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                    .bind(&endpoint.id.as_bytes()[..])
                    .bind(&endpoint.path)
                    .bind(&endpoint.provider)
                    .bind(parameters)
                    .bind(now.as_micros())
                    .bind(endpoint.answers_handshakes)
                    .bind(&endpoint.public_url)
                    .bind(endpoint.tolerance.past)
                    .bind(endpoint.tolerance.future)
                    .execute(connection)
                    .await
                    .map_err(|error| taken(error, "an endpoint", &endpoint.path))?;
                Ok(endpoint)
            })
        })
        .await
    }

    /// Changes what was chosen for an endpoint; its secrets stay.
    ///
    /// # Errors
    ///
    /// When there is none, its new path is taken, or it cannot be written.
    pub async fn change_endpoint(&self, id: EndpointId, to: NewEndpoint) -> Result<(), StoreError> {
        let parameters = parameters_text(&to.parameters)?;
        self.write(move |connection| {
            Box::pin(async move {
                let done =
                    sqlx::query("UPDATE endpoint SET path = ?, provider = ?, parameters = ?, answers_handshakes = ?, public_url = ?, tolerance_past = ?, tolerance_future = ? WHERE id = ?")
                        .bind(&to.path)
                        .bind(&to.provider)
                        .bind(parameters)
                        .bind(to.answers_handshakes)
                        .bind(&to.public_url)
                        .bind(to.tolerance.past)
                        .bind(to.tolerance.future)
                        .bind(&id.as_bytes()[..])
                        .execute(connection)
                        .await
                        .map_err(|error| taken(error, "an endpoint", &to.path))?;
                there_was(done.rows_affected() > 0, "endpoint", &id)
            })
        })
        .await
    }

    /// Adds the record of a secret to an endpoint.
    ///
    /// # Errors
    ///
    /// When there is no such endpoint, or when it cannot be written.
    pub async fn add_secret(&self, endpoint: EndpointId, record: SecretRecord) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let there: i64 = sqlx::query_scalar("SELECT count(*) FROM endpoint WHERE id = ?")
                    .bind(&endpoint.as_bytes()[..])
                    .fetch_one(&mut *connection)
                    .await?;
                there_was(there > 0, "endpoint", &endpoint)?;
                sqlx::query(
                    "INSERT INTO secret (id, endpoint, name, place, created_at, retired_at) VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(&record.id.as_bytes()[..])
                .bind(&endpoint.as_bytes()[..])
                .bind(&record.name)
                .bind(record.place.as_str())
                .bind(record.created_at.as_micros())
                .bind(record.retired_at.map(Timestamp::as_micros))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Retires a secret, or takes it back into use under this name.
    ///
    /// # Errors
    ///
    /// When there is none, or when it cannot be written.
    pub async fn retire_secret(
        &self,
        id: SecretId,
        name: &str,
        retired_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE secret SET name = ?, retired_at = ? WHERE id = ?")
                    .bind(&name)
                    .bind(retired_at.map(Timestamp::as_micros))
                    .bind(&id.as_bytes()[..])
                    .execute(connection)
                    .await?;
                there_was(done.rows_affected() > 0, "secret", &name)
            })
        })
        .await
    }
}

fn endpoint(row: &SqliteRow) -> Result<Endpoint, StoreError> {
    let parameters: BTreeMap<String, String> =
        serde_json::from_str(row.try_get(3)?).map_err(|error| StoreError::Corrupt {
            detail: format!("the parameters of an endpoint: {error}"),
        })?;
    Ok(Endpoint {
        id: EndpointId::from_bytes(id_of(row.try_get(0)?)?),
        path: row.try_get(1)?,
        provider: row.try_get(2)?,
        parameters,
        answers_handshakes: row.try_get(5)?,
        created_at: Timestamp::from_micros(row.try_get(4)?),
        public_url: row.try_get(6)?,
        tolerance: Tolerance {
            past: row.try_get(7)?,
            future: row.try_get(8)?,
        },
        secrets: Vec::new(),
    })
}

fn secret(row: &SqliteRow) -> Result<SecretRecord, StoreError> {
    let place: &str = row.try_get(3)?;
    Ok(SecretRecord {
        id: SecretId::from_bytes(id_of(row.try_get(1)?)?),
        name: row.try_get(2)?,
        place: SecretPlace::from_word(place).ok_or_else(|| StoreError::Corrupt {
            detail: format!("unknown place of a secret `{place}`"),
        })?,
        created_at: Timestamp::from_micros(row.try_get(4)?),
        retired_at: row.try_get::<Option<i64>, _>(5)?.map(Timestamp::from_micros),
    })
}

fn parameters_text(parameters: &BTreeMap<String, String>) -> Result<String, StoreError> {
    serde_json::to_string(parameters).map_err(|error| StoreError::Internal {
        detail: error.to_string(),
    })
}
