//! The order in which requests wait for a target, as the person changes it. Several lines of one target have one order.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError};
use crate::model::Move;

impl Store {
    /// Moves a held request within its queue.
    ///
    /// # Errors
    ///
    /// When it is gone, or when it cannot be written.
    pub async fn move_held(&self, number: i64, to: Move) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(shift(connection, number, to)))
            .await
    }
}

async fn shift(connection: &mut SqliteConnection, number: i64, to: Move) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT line.target, held.place FROM held JOIN line ON line.number = held.line
         WHERE held.number = ? AND line.discard IS NULL",
    )
    .bind(number)
    .fetch_optional(&mut *connection)
    .await?
    .ok_or_else(|| StoreError::NotFound {
        kind: "held request",
        name: number.to_string(),
    })?;
    let (target, place): (Vec<u8>, f64) = (row.try_get(0)?, row.try_get(1)?);
    let neighbour = match to {
        Move::First => {
            sqlx::query(
                "UPDATE held SET place = (
                     SELECT min((SELECT min(place) FROM held WHERE held.line = line.number)) - 1
                     FROM line WHERE target = ? AND discard IS NULL)
                 WHERE number = ?",
            )
            .bind(target)
            .bind(number)
            .execute(connection)
            .await?;
            return Ok(());
        }
        Move::Earlier => ["<", "DESC"],
        Move::Later => [">", "ASC"],
    };
    // The nearest of each line, and of those the nearest.
    let [beyond, order] = neighbour;
    let neighbour = format!(
        "SELECT held.number, held.place FROM line JOIN held ON held.number = (
             SELECT number FROM held WHERE held.line = line.number AND place {beyond} ?2
             ORDER BY place {order}, number {order} LIMIT 1)
         WHERE line.target = ?1 AND line.discard IS NULL
         ORDER BY held.place {order}, held.number {order} LIMIT 1"
    );
    let Some(other) = sqlx::query(AssertSqlSafe(neighbour))
        .bind(target)
        .bind(place)
        .fetch_optional(&mut *connection)
        .await?
    else {
        return Ok(());
    };
    let (other, other_place): (i64, f64) = (other.try_get(0)?, other.try_get(1)?);
    for (number, place) in [(number, other_place), (other, place)] {
        sqlx::query("UPDATE held SET place = ? WHERE number = ?")
            .bind(place)
            .bind(number)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
