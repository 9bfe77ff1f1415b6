//! Whole copies of a data file: those that a person asks for, and those that are made before a file is changed.
//!
//! Endpoints, secrets, targets and the like that could still be brought back are in none of them. The values of their
//! secrets are the business of the file that is copied, and a copy that is opened would forget them a second time once that
//! file uses them again. Deleted requests that could be brought back are in the copy, and can be there.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

/// Copies the file of `connection` to `path`, where an empty file or none lies, and waits until the disk has it.
pub(super) async fn write(connection: &mut SqliteConnection, path: &Path) -> Result<(), sqlx::Error> {
    sqlx::query("VACUUM INTO ?")
        .bind(path.to_string_lossy().into_owned())
        .execute(connection)
        .await?;
    forget_discards(path).await?;
    let file = std::fs::File::options().write(true).open(path)?;
    Ok(file.sync_all()?)
}

async fn forget_discards(copy: &Path) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(copy)
        .foreign_keys(true)
        // Else the bytes stay in pages that are free.
        .pragma("secure_delete", "on")
        // A copy that is cut short is thrown away: nothing of what goes has to lie beside it for a while.
        .journal_mode(SqliteJournalMode::Memory)
        .connect()
        .await?;
    let forgotten = sqlx::query("DELETE FROM discard").execute(&mut connection).await;
    connection.close().await?;
    forgotten.map(drop)
}
