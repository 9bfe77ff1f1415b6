//! Copies the log into the file, on a connection of its own, so that no commit waits for it.
//!
//! The log starts again from its beginning only when all of it was copied and nobody reads from it. Under steady
//! writing a copy beside the writer never gets there, so after the long copy the writer is held for a second, short
//! one. It is held for what is short alone: while somebody reads an old state of the file, what came after that cannot
//! be copied, and the writer is left in peace.
//!
//! A log that is longer than what is kept of it is copied again and again until it has begun anew, however little is
//! written meanwhile: else it would stay as long as it is for hours after a reader let go of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;

use super::writer::{WeakWriter, Writer};

/// Copy after this many bytes …
pub(super) const BYTES: u64 = 32 * 1024 * 1024;
/// … or when nothing was written for so long …
const QUIET: Duration = Duration::from_secs(2);
/// … or, while the log is longer than what is kept of it, so long after the last copy.
const AGAIN: Duration = Duration::from_secs(2);
/// How much of the log stays when it begins anew, so that it need not grow at once.
pub(super) const KEPT: u64 = 64 * 1024 * 1024;
/// How often what came during a copy is copied before the writer is held for the rest.
const CATCH_UPS: u32 = 2;
/// The log grows no further than this while it is copied: then the writer is held until that is done.
const MOST: u64 = 96 * 1024 * 1024;
/// The most pages that may be left where the writer is held for them: 4 MiB.
const SHORT: i64 = 1_024;

/// Copies what can be copied beside readers and the writer.
const BESIDE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Copies all, so that the next commit begins the log anew and trims it to what is kept.
const RESTART: &str = "PRAGMA wal_checkpoint(RESTART)";
/// Copies all and empties the log.
const EMPTY: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// What is known of the log since it was last copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Copied {
    /// The bytes that had been written then.
    pub(super) written: u64,
    /// What kept it from beginning anew, if anything did.
    pub(super) held: Option<Held>,
}

/// A reader of an old state of the file, behind which the log cannot be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// Up to which page of the log it lets copy. Of readers that come and go each lets copy more than the one before.
    page: i64,
    /// When it was first met.
    pub(super) since: Instant,
}

impl Held {
    /// What holds the log after a copy that ended so.
    fn after(before: Option<Self>, ended: Pass, now: Instant) -> Option<Self> {
        match before {
            _ if ended.is_whole => None,
            // Another program was copying: nothing new is known.
            _ if ended.page < 0 => before,
            Some(held) if held.page == ended.page => before,
            _ => Some(Self {
                page: ended.page,
                since: now,
            }),
        }
    }
}

/// How a copy ended.
#[derive(Debug, Clone, Copy)]
struct Pass {
    /// All was copied, and nothing kept it from what was asked for beside that.
    is_whole: bool,
    /// The pages of the log that are not copied.
    left: i64,
    /// The page up to which it is copied.
    page: i64,
}

/// Runs until the writer ends, and tells of each copy.
pub(super) async fn run(
    options: SqliteConnectOptions,
    writer: WeakWriter,
    mut written: watch::Receiver<u64>,
    log: PathBuf,
    told: watch::Sender<Copied>,
) {
    // To copy all a connection waits for readers, if it may. The writer would be held as long.
    let options = options.busy_timeout(Duration::ZERO);
    let mut connection = None;
    let mut copied = Copied::default();
    let mut at = Instant::now();
    let mut goes_on = true;
    while goes_on {
        goes_on = wait(&mut written, copied.written, &log, at).await;
        let most = copied.written + MOST;
        let now = *written.borrow_and_update();
        if !goes_on && now == copied.written {
            break;
        }
        // Where nothing comes any more, there is no commit to trim it.
        let how = if now == copied.written { EMPTY } else { RESTART };
        copied.written = now;
        match copy(&options, &mut connection, &writer, written.clone(), most, how).await {
            Ok(ended) => copied.held = Held::after(copied.held, ended, Instant::now()),
            // The next round opens another connection; the writer itself reports what is wrong with the file.
            Err(_) => connection = None,
        }
        at = Instant::now();
        told.send_replace(copied);
    }
    if let Some(connection) = connection {
        let _ = connection.close().await;
    }
}

/// Waits until the log is to be copied; `false` once the writer has ended. `copied` was written when it was last
/// copied, and that had ended `at`.
async fn wait(written: &mut watch::Receiver<u64>, copied: u64, log: &Path, at: Instant) -> bool {
    loop {
        let new = *written.borrow_and_update() - copied;
        if new >= BYTES {
            return true;
        }
        let is_long = std::fs::metadata(log).is_ok_and(|data| data.len() > KEPT);
        let patience = match new {
            _ if is_long => AGAIN.saturating_sub(at.elapsed()),
            0 => Duration::MAX,
            _ => QUIET,
        };
        match tokio::time::timeout(patience, written.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return false,
            Err(_) => return true,
        }
    }
}

async fn copy(
    options: &SqliteConnectOptions,
    connection: &mut Option<SqliteConnection>,
    writer: &WeakWriter,
    mut written: watch::Receiver<u64>,
    most: u64,
    how: &'static str,
) -> Result<Pass, sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(options.connect().await?),
    };
    let (held, beside) = {
        // What was written during the long copy is copied beside the writer too, so that little is left for the last one.
        let copying = async {
            let mut ended = pass(connection, BESIDE).await?;
            for _ in 0..CATCH_UPS {
                ended = pass(connection, BESIDE).await?;
            }
            Ok::<Pass, sqlx::Error>(ended)
        };
        let too_much = async { written.wait_for(|written| *written > most).await.is_ok() };
        tokio::pin!(copying);
        tokio::select! {
            biased;
            done = &mut copying => (None, done?),
            true = too_much => {
                let held = hold(writer).await;
                (held, copying.await?)
            }
        }
    };
    if beside.left > SHORT {
        return Ok(beside);
    }
    let held = match held {
        Some(held) => Some(held),
        None => hold(writer).await,
    };
    match held {
        Some(_held) => pass(connection, how).await,
        None => Ok(beside),
    }
}

/// Holds the writer while what is returned lives; `None` where it has ended.
async fn hold(writer: &WeakWriter) -> Option<tokio::sync::oneshot::Sender<()>> {
    writer.upgrade()?.pause().await.ok()
}

async fn pass(connection: &mut SqliteConnection, how: &'static str) -> Result<Pass, sqlx::Error> {
    let (is_busy, length, page): (bool, i64, i64) = sqlx::query_as(how).fetch_one(connection).await?;
    // Neither is known while another program copies.
    let left = if page < 0 { i64::MAX } else { length - page };
    Ok(Pass {
        is_whole: !is_busy && left == 0,
        left,
        page,
    })
}

/// Copies what is left and empties the log, unless somebody is reading from it: nothing waits for that.
pub(super) async fn shorten(options: &SqliteConnectOptions, writer: &Writer) -> Result<(), sqlx::Error> {
    let options = options.clone().busy_timeout(Duration::ZERO);
    let mut connection = options.connect().await?;
    // The long copy goes beside the writer, which is then held for the short rest.
    let beside = pass(&mut connection, BESIDE).await?;
    if beside.left <= SHORT
        && let Ok(_held) = writer.pause().await
    {
        pass(&mut connection, EMPTY).await?;
    }
    connection.close().await
}

/// Copies all that is left and empties the log; for the end of the program.
pub(super) async fn finish(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    pass(&mut connection, EMPTY).await?;
    connection.close().await
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn stopped(page: i64) -> Pass {
        Pass {
            is_whole: false,
            left: 10,
            page,
        }
    }

    #[test]
    fn one_that_holds_on_is_told_from_many_that_come_and_go() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let first = Held::after(None, stopped(40), at(0));
        let still = Held::after(first, stopped(40), at(5));
        assert_eq!(still.map(|held| held.since), Some(at(0)), "it is the same reader");
        let other = Held::after(still, stopped(41), at(9));
        assert_eq!(
            other.map(|held| held.since),
            Some(at(9)),
            "more was copied: it is another"
        );
        let unknown = Pass {
            is_whole: false,
            left: i64::MAX,
            page: -1,
        };
        assert_eq!(
            Held::after(other, unknown, at(11)),
            other,
            "what another program's copy hides changes nothing"
        );
        let whole = Pass {
            is_whole: true,
            left: 0,
            page: 60,
        };
        assert_eq!(Held::after(other, whole, at(12)), None, "nobody holds it");
    }
}
