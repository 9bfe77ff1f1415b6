//! Copies the log into the file, on a connection of its own, so that no commit waits for it.
//!
//! The log starts again from its beginning only when all of it was copied. Under steady writing a copy beside the
//! writer never gets there, so after the long copy the writer is held for a second, short one.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;

use super::writer::WeakWriter;

/// Copy after this many bytes …
const BYTES: u64 = 32 * 1024 * 1024;
/// How often what came during a copy is copied before the writer is held for the rest.
const CATCH_UPS: u32 = 2;
/// … or when nothing was written for so long.
const QUIET: Duration = Duration::from_secs(2);

/// Runs until the writer ends.
pub(super) async fn run(
    options: SqliteConnectOptions,
    writer: WeakWriter,
    mut written: watch::Receiver<u64>,
) {
    let mut connection = None;
    let mut copied = 0;
    while written.changed().await.is_ok() {
        while *written.borrow_and_update() - copied < BYTES {
            match tokio::time::timeout(QUIET, written.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => break,
            }
        }
        copied = *written.borrow_and_update();
        if copy(&options, &mut connection, &writer).await.is_err() {
            // The next round opens another connection; the writer itself reports what is wrong with the file.
            connection = None;
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

async fn copy(
    options: &SqliteConnectOptions,
    connection: &mut Option<SqliteConnection>,
    writer: &WeakWriter,
) -> Result<(), sqlx::Error> {
    if connection.is_none() {
        *connection = Some(options.connect().await?);
    }
    let Some(connection) = connection else {
        return Ok(());
    };
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .execute(&mut *connection)
        .await?;
    // What was written during the long copy is copied beside the writer too, so that little is left for the short one.
    for _ in 0..CATCH_UPS {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut *connection)
            .await?;
    }
    let Some(writer) = writer.upgrade() else {
        return Ok(());
    };
    if let Ok(_held) = writer.pause().await {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Copies all that is left and empties the log; for the end of the program.
pub(super) async fn finish(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await?;
    connection.close().await
}
