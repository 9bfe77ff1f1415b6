//! Opening a data file: looks before it touches, so that a file that is not ours, damaged or of a later version is
//! left exactly as it was found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection, Row};

use super::{OpenError, StoreOptions, copy, file, mark};
use crate::model::Timestamp;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// `PRAGMA application_id` of our files: "Hook".
const APPLICATION: i64 = 1_215_262_571;

/// The newest schema that is known here.
pub(super) fn known_schema() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// What a file was found to be.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Empty,
    Schema(i64),
}

/// A data file that can be worked with.
pub(super) struct Opened {
    pub path: PathBuf,
    /// The connection that writes.
    pub connection: SqliteConnection,
    /// What tells this file from any other.
    pub identity: Vec<u8>,
    /// How many requests at least were kept in it and are not there any more.
    pub lost: Option<u64>,
}

/// Opens or makes the data file in `folder` and brings it to the known schema.
pub(super) async fn open(folder: &Path, options: &StoreOptions) -> Result<Opened, OpenError> {
    file::make_folder(folder)?;
    let path = folder.join(file::NAME);
    file::make_file(&path)?;
    let refused = |error: sqlx::Error| OpenError::from_sqlx(&error, path.clone());
    let mut connection = match look(&path, options).await? {
        Found::Schema(schema) if schema == known_schema() => {
            options.writer(&path).connect().await.map_err(refused)?
        }
        Found::Schema(_) | Found::Empty => {
            let _turn = wait_turn(folder).await?;
            migrate(&path, options).await?
        }
    };
    // Taking the write lock once tells a file that can only be read or is held by others before anything arrives.
    sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK")
        .execute(&mut connection)
        .await
        .map_err(refused)?;
    let identity: Vec<u8> = sqlx::query_scalar("SELECT identity FROM program")
        .fetch_one(&mut connection)
        .await
        .map_err(refused)?;
    // Read before the file is asked: another program may be committing.
    let marked = mark::read(folder, &identity).unwrap_or(0);
    let newest: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'request'")
        .fetch_optional(&mut connection)
        .await
        .map_err(refused)?;
    let lost = u64::try_from(marked - newest.unwrap_or(0))
        .ok()
        .filter(|lost| *lost > 0);
    Ok(Opened {
        lost,
        path,
        connection,
        identity,
    })
}

/// Reads what the file says of itself, through a connection that cannot write.
async fn look(path: &Path, options: &StoreOptions) -> Result<Found, OpenError> {
    let refused = |error: sqlx::Error| OpenError::from_sqlx(&error, path.to_owned());
    if std::fs::metadata(path)
        .map_err(|error| OpenError::from_io(&error, path.to_owned()))?
        .len()
        == 0
    {
        return Ok(Found::Empty);
    }
    let mut connection = options.reader(path).connect().await.map_err(refused)?;
    let found = inspect(&mut connection, path).await;
    let _ = connection.close().await;
    found
}

async fn inspect(connection: &mut SqliteConnection, path: &Path) -> Result<Found, OpenError> {
    let refused = |error: sqlx::Error| OpenError::from_sqlx(&error, path.to_owned());
    let row = sqlx::query(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
                (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(refused)?;
    let number = |at: usize| row.try_get::<i64, _>(at).map_err(refused);
    let (application, schema, tables) = (number(0)?, number(1)?, number(2)?);
    if application != APPLICATION {
        let path = path.to_owned();
        return if tables == 0 {
            Ok(Found::Empty)
        } else {
            Err(OpenError::NotOurs { path })
        };
    }
    if schema > known_schema() {
        let made_by = sqlx::query_scalar("SELECT version FROM program")
            .fetch_one(&mut *connection)
            .await;
        return Err(OpenError::NewerSchema {
            path: path.to_owned(),
            found: schema,
            known: known_schema(),
            made_by: made_by.unwrap_or_else(|_| "of a later version".to_owned()),
        });
    }
    if schema == known_schema() && !is_released(&mut *connection).await {
        return Err(OpenError::Unreleased {
            path: path.to_owned(),
        });
    }
    Ok(Found::Schema(schema))
}

/// Whether the tables of the file were made by the very statements that are known here. Before its first release a
/// schema changes without a new number.
async fn is_released(connection: &mut SqliteConnection) -> bool {
    let made: Result<Vec<u8>, _> =
        sqlx::query_scalar("SELECT checksum FROM _sqlx_migrations WHERE version = ?")
            .bind(known_schema())
            .fetch_one(connection)
            .await;
    let known = MIGRATIONS
        .iter()
        .find(|migration| migration.version == known_schema());
    known.is_some_and(|known| made.is_ok_and(|made| made == *known.checksum))
}

/// Brings the file to the known schema; the caller holds the lock, and another program may have been before us.
async fn migrate(path: &Path, options: &StoreOptions) -> Result<SqliteConnection, OpenError> {
    let refused = |error: sqlx::Error| OpenError::from_sqlx(&error, path.to_owned());
    let found = look(path, options).await?;
    let connecting = match found {
        Found::Empty => options.maker(path),
        Found::Schema(_) => options.writer(path),
    };
    let mut connection = connecting.connect().await.map_err(refused)?;
    if found == Found::Schema(known_schema()) {
        return Ok(connection);
    }
    if let Found::Schema(schema) = found {
        keep_copy(&mut connection, path, schema).await?;
    }
    MIGRATIONS
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error)
            | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => refused(error),
            sqlx::migrate::MigrateError::VersionMismatch(_) => OpenError::Unreleased {
                path: path.to_owned(),
            },
            other => OpenError::Other {
                path: path.to_owned(),
                detail: other.to_string(),
            },
        })?;
    let numbered = format!("PRAGMA user_version = {}", known_schema());
    sqlx::query(sqlx::AssertSqlSafe(numbered))
        .execute(&mut connection)
        .await
        .map_err(refused)?;
    sqlx::query("UPDATE program SET version = ?")
        .bind(env!("CARGO_PKG_VERSION"))
        .execute(&mut connection)
        .await
        .map_err(refused)?;
    Ok(connection)
}

/// A whole copy of an older file beside it, before it is changed: `hookbench.db.schema-1.bak`, and with a number after it
/// where one of an earlier time lies there, which is never overwritten.
///
/// It has another name until it is whole and on the disk: one that was cut short by the end of the program is made again.
async fn keep_copy(connection: &mut SqliteConnection, path: &Path, schema: i64) -> Result<(), OpenError> {
    let Some(place) = free_name(path, schema) else {
        return Ok(());
    };
    let partial = path.with_extension(format!("db.schema-{schema}.bak.partial"));
    let _ = std::fs::remove_file(&partial);
    file::make_file(&partial)?;
    let refused = |error: std::io::Error| OpenError::from_io(&error, place.clone());
    copy::write(connection, &partial)
        .await
        .map_err(|error| match error {
            sqlx::Error::Io(error) => refused(error),
            error => OpenError::from_sqlx(&error, path.to_owned()),
        })?;
    std::fs::rename(&partial, &place).map_err(refused)
}

/// Where a copy goes; `None` where one was made since the file was last written, as by a start that was cut short or whose
/// migration failed.
fn free_name(path: &Path, schema: i64) -> Option<PathBuf> {
    let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let log = path.with_extension("db-wal");
    // An empty one is made by whoever opens the file, and nothing was written to it.
    let is_written = std::fs::metadata(&log).is_ok_and(|data| data.len() > 0);
    let written = modified(path).max(is_written.then(|| modified(&log)).flatten());
    let mut copy = path.with_extension(format!("db.schema-{schema}.bak"));
    let mut number = 1;
    while copy.exists() {
        if modified(&copy) >= written {
            return None;
        }
        number += 1;
        copy = path.with_extension(format!("db.schema-{schema}.{number}.bak"));
    }
    Some(copy)
}

/// Lets one program at a time bring a file to the known schema.
async fn wait_turn(folder: &Path) -> Result<std::fs::File, OpenError> {
    let path = folder.join("hookbench.lock");
    file::make_file(&path)?;
    let refused = |error: &std::io::Error| OpenError::from_io(error, path.clone());
    let lock = std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .map_err(|error| refused(&error))?;
    for _ in 0..300 {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(std::fs::TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(100)).await,
            // A file system without locks: SQLite's own lock is what is left.
            Err(std::fs::TryLockError::Error(_)) => return Ok(lock),
        }
    }
    Err(OpenError::Locked { path })
}

/// Moves the data file of `folder`, with what lies beside it, to a dated name, so that a new one can be made.
///
/// # Errors
///
/// When the operating system refuses to rename it.
pub fn set_aside(folder: &Path, now: Timestamp) -> Result<PathBuf, OpenError> {
    let path = folder.join(file::NAME);
    let date = now.to_string().replace([':', '.'], "-");
    let aside = folder.join(format!("hookbench-{date}.db"));
    for suffix in ["-wal", "-shm", ""] {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        match std::fs::rename(with(&path), with(&aside)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
            Err(error) => return Err(OpenError::from_io(&error, path)),
        }
    }
    Ok(aside)
}
