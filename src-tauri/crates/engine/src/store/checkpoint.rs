//! Copies the log into the file, on a connection of its own, so that no commit waits for it.
//!
//! The log starts again from its beginning only when all of it was copied. Under steady writing a copy beside the
//! writer never gets there, so after the long copy the writer is held for a second, short one.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;

use super::writer::{WeakWriter, Writer};

/// Copy after this many bytes …
const BYTES: u64 = 32 * 1024 * 1024;
/// … or when nothing was written for so long.
const QUIET: Duration = Duration::from_secs(2);
/// How often what came during a copy is copied before the writer is held for the rest.
const CATCH_UPS: u32 = 2;
/// The log grows no further than this while it is copied: then the writer is held until that is done.
const MOST: u64 = 96 * 1024 * 1024;

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
        let most = copied + MOST;
        copied = *written.borrow_and_update();
        let copying = copy(&options, &mut connection, &writer, written.clone(), most);
        if copying.await.is_err() {
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
    mut written: watch::Receiver<u64>,
    most: u64,
) -> Result<(), sqlx::Error> {
    if connection.is_none() {
        *connection = Some(options.connect().await?);
    }
    let Some(connection) = connection else {
        return Ok(());
    };
    let held = {
        // What was written during the long copy is copied beside the writer too, so that little is left for the last one.
        let copying = async {
            for _ in 0..=CATCH_UPS {
                pass(connection).await?;
            }
            Ok::<(), sqlx::Error>(())
        };
        let too_much = async { written.wait_for(|written| *written > most).await.is_ok() };
        tokio::pin!(copying);
        tokio::select! {
            biased;
            done = &mut copying => {
                done?;
                None
            }
            true = too_much => {
                let held = match writer.upgrade() {
                    Some(writer) => writer.pause().await.ok(),
                    None => None,
                };
                copying.await?;
                held
            }
        }
    };
    let held = match (held, writer.upgrade()) {
        (Some(held), _) => Some(held),
        (None, Some(writer)) => writer.pause().await.ok(),
        (None, None) => None,
    };
    if held.is_some() {
        pass(connection).await?;
    }
    Ok(())
}

/// Copies what is left and empties the log, unless somebody is reading from it: nothing waits for that.
pub(super) async fn shorten(options: &SqliteConnectOptions, writer: &Writer) -> Result<(), sqlx::Error> {
    let options = options.clone().busy_timeout(Duration::ZERO);
    let mut connection = options.connect().await?;
    // The long copy goes beside the writer, which is then held for the short rest.
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .execute(&mut connection)
        .await?;
    if let Ok(_held) = writer.pause().await {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await?;
    }
    connection.close().await
}

/// Copies what can be copied beside readers and the writer.
async fn pass(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
        .execute(connection)
        .await?;
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
