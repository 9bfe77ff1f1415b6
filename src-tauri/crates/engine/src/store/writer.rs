//! The one writer: a task that owns the one connection that writes, and groups the requests that wait, and the small
//! pieces of work beside them such as what came of a sending.
//!
//! There is no timer: what waits when the writer is free goes into the next transaction, so that an idle writer
//! commits at once and a busy one commits many. After any failure the connection is dropped and a new one is
//! opened, since a failed transaction can leave it unusable for good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot, watch};

use super::file::DataFile;
use super::group::{self, Texts};
use super::prepared::Prepared;
use super::{Kept, StoreError};

/// The most requests, or pieces of work, in one transaction.
const GROUP: usize = 128;
/// What a commit writes to the log beside the data: the pages of rows, indexes and tally that it touches.
const PAGES_OF_A_COMMIT: u64 = 40 * 1_024;
/// What each piece of work in a shared transaction adds to that.
const PAGES_OF_WORK: u64 = 8 * 1_024;
/// How long a request may have waited for a locked file before it is answered with the error of the group before.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Work in a transaction.
pub(super) type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

struct Waiting {
    row: Prepared,
    since: Instant,
    answer: Answer<Kept>,
}

/// What the writer is asked to do.
enum Command {
    Keep(Box<Waiting>),
    /// Work that may share its transaction with other such work.
    Add(Box<dyn Job>),
    /// Work in a transaction of its own.
    Run(Box<dyn Job>),
    /// Asks for `PRAGMA data_version`, whose change tells of other programs' commits.
    Version(Answer<i64>),
    /// Waits, with no transaction open, until the sender lets go.
    Pause {
        paused: oneshot::Sender<()>,
        resume: oneshot::Receiver<()>,
    },
    Close(oneshot::Sender<()>),
}

/// A piece of [`Work`] with its answer.
trait Job: Send {
    fn run<'a>(self: Box<Self>, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Finish>;
    fn refuse(self: Box<Self>, error: StoreError);
}

/// Tells the asker how it ended, once it is known whether the commit succeeded.
struct Finish {
    failed: Option<StoreError>,
    tell: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

struct Transaction<T> {
    work: Work<T>,
    answer: Answer<T>,
}

impl<T: Send + 'static> Job for Transaction<T> {
    fn run<'a>(self: Box<Self>, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Finish> {
        let Self { work, answer } = *self;
        Box::pin(async move {
            let result = work(connection).await;
            let failed = result.as_ref().err().cloned();
            let tell = move |committed: Result<(), StoreError>| {
                let _ = answer.send(result.and_then(|value| committed.map(|()| value)));
            };
            Finish {
                failed,
                tell: Box::new(tell),
            }
        })
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.answer.send(Err(error));
    }
}

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Writer {
    commands: mpsc::Sender<Command>,
}

/// The way to the writer for tasks that must not keep it alive.
pub(super) struct WeakWriter(mpsc::WeakSender<Command>);

impl WeakWriter {
    pub(super) fn upgrade(&self) -> Option<Writer> {
        self.0.upgrade().map(|commands| Writer { commands })
    }
}

impl Writer {
    /// Starts the task. `first` is the connection that opened the file; `written` counts bytes for the checkpoint.
    pub(super) fn start(
        options: SqliteConnectOptions,
        first: SqliteConnection,
        file: Arc<DataFile>,
        written: watch::Sender<u64>,
    ) -> Self {
        let (commands, queue) = mpsc::channel(GROUP * 2);
        let task = Task {
            options,
            connection: Some(first),
            texts: Texts::default(),
            file,
            written,
            next: None,
            queue,
            generation: 0,
        };
        tokio::spawn(task.work());
        Self { commands }
    }

    /// Keeps a request; returns when it is committed.
    pub(super) async fn keep(&self, row: Prepared) -> Result<Kept, StoreError> {
        self.put(row).await?.await.map_err(|_| StoreError::Closed)?
    }

    /// Puts a request behind those that wait; what is returned tells when it is committed.
    pub(super) async fn put(
        &self,
        row: Prepared,
    ) -> Result<oneshot::Receiver<Result<Kept, StoreError>>, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Keep(Box::new(Waiting {
            row,
            since: Instant::now(),
            answer,
        })))
        .await?;
        Ok(answered)
    }

    /// Runs `work` in a transaction, with other such work that waits; returns when it is committed. What waited before
    /// it in this way has run before it. Work that fails takes nothing from the other.
    pub(super) async fn add<T: Send + 'static>(&self, work: Work<T>) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Add(Box::new(Transaction { work, answer })))
            .await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` in a transaction of its own; returns when it is committed.
    pub(super) async fn run<T: Send + 'static>(&self, work: Work<T>) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Run(Box::new(Transaction { work, answer })))
            .await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// The number that changes when another program commits.
    pub(super) async fn version(&self) -> Result<i64, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Version(answer)).await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Holds the writer between two transactions while the returned guard lives.
    pub(super) async fn pause(&self) -> Result<oneshot::Sender<()>, StoreError> {
        let ((paused, is_paused), (guard, resume)) = (oneshot::channel(), oneshot::channel());
        self.send(Command::Pause { paused, resume }).await?;
        is_paused.await.map_err(|_| StoreError::Closed)?;
        Ok(guard)
    }

    pub(super) fn downgrade(&self) -> WeakWriter {
        WeakWriter(self.commands.downgrade())
    }

    /// Finishes what waits and ends the task.
    pub(super) async fn close(&self) {
        let (done, is_done) = oneshot::channel();
        if self.send(Command::Close(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    async fn send(&self, command: Command) -> Result<(), StoreError> {
        self.commands.send(command).await.map_err(|_| StoreError::Closed)
    }
}

struct Task {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    texts: Texts,
    file: Arc<DataFile>,
    written: watch::Sender<u64>,
    /// A command that was taken from the queue and does not belong to the group.
    next: Option<Command>,
    queue: mpsc::Receiver<Command>,
    /// How often a connection was opened anew; part of the version, since each connection counts for itself.
    generation: i64,
}

impl Task {
    async fn work(mut self) {
        let mut closing = None;
        while let Some(command) = self.take().await {
            match command {
                first @ (Command::Keep(_) | Command::Add(_)) => {
                    let (requests, jobs) = self.gather(first);
                    if !requests.is_empty() {
                        self.keep(requests).await;
                    }
                    if !jobs.is_empty() {
                        self.add(jobs).await;
                    }
                }
                Command::Run(job) => self.run(job).await,
                Command::Version(answer) => {
                    let version = self.version().await;
                    let _ = answer.send(version);
                }
                Command::Pause { paused, resume } => {
                    if paused.send(()).is_ok() {
                        let _ = resume.await;
                    }
                }
                Command::Close(done) => {
                    self.queue.close();
                    closing = Some(done);
                }
            }
        }
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    async fn take(&mut self) -> Option<Command> {
        match self.next.take() {
            Some(command) => Some(command),
            None => self.queue.recv().await,
        }
    }

    /// `first` and all that waits behind it and may be grouped, up to the first command of another kind: requests, and
    /// work. Work on a request is asked for only once that is kept, so that requests may overtake it.
    fn gather(&mut self, first: Command) -> (Vec<Waiting>, Vec<Box<dyn Job>>) {
        let (mut requests, mut jobs) = (Vec::new(), Vec::new());
        let mut command = Some(first);
        while let Some(taken) = command {
            match taken {
                Command::Keep(waiting) => requests.push(*waiting),
                Command::Add(job) => jobs.push(job),
                other => {
                    self.next = Some(other);
                    break;
                }
            }
            if requests.len() >= GROUP || jobs.len() >= GROUP {
                break;
            }
            command = self.queue.try_recv().ok();
        }
        (requests, jobs)
    }

    async fn keep(&mut self, group: Vec<Waiting>) {
        // A body of several parts is a long transaction: it gets its own, after the others have their answers.
        let (large, small): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|waiting| waiting.row.rest.is_some());
        if !small.is_empty() {
            self.keep_group(small).await;
        }
        for waiting in large {
            self.keep_group(vec![waiting]).await;
        }
    }

    async fn keep_group(&mut self, group: Vec<Waiting>) {
        let rows: Vec<&Prepared> = group.iter().map(|waiting| &waiting.row).collect();
        match self.insert(&rows).await {
            Ok(kept) => {
                for (waiting, kept) in group.into_iter().zip(kept) {
                    let _ = waiting.answer.send(Ok(kept));
                }
            }
            Err(error) if group.len() == 1 || error.fails_every_write() => self.refuse(group, &error),
            Err(_) => {
                // One of them may be at fault, or too large for the room there is: the others need not suffer.
                for waiting in group {
                    let result = self
                        .insert(&[&waiting.row])
                        .await
                        .map(|mut kept| kept.swap_remove(0));
                    let _ = waiting.answer.send(result);
                }
            }
        }
    }

    fn refuse(&mut self, group: Vec<Waiting>, error: &StoreError) {
        for waiting in group {
            let _ = waiting.answer.send(Err(error.clone()));
        }
        // Those who waited through most of it share the answer: they would wait as long again for the same.
        while *error == StoreError::Locked && self.next.is_none() {
            match self.queue.try_recv() {
                Ok(Command::Keep(waiting)) if waiting.since.elapsed() > PATIENCE => {
                    let _ = waiting.answer.send(Err(error.clone()));
                }
                Ok(other) => self.next = Some(other),
                Err(_) => break,
            }
        }
    }

    async fn insert(&mut self, rows: &[&Prepared]) -> Result<Vec<Kept>, StoreError> {
        self.file.check()?;
        let mut connection = self.connection().await?;
        let kept = group::insert(&mut connection, &mut self.texts, rows).await?;
        // A file that was deleted meanwhile took the rows with it: they are not acknowledged.
        self.file.check()?;
        self.connection = Some(connection);
        let bytes: u64 = rows
            .iter()
            .map(|row| row.first.data.len() as u64 + row.rest.as_ref().map_or(0, |_| row.body_length))
            .sum();
        self.count(bytes + PAGES_OF_A_COMMIT);
        Ok(kept)
    }

    /// Runs `jobs` in one transaction, each within a savepoint of its own.
    async fn add(&mut self, jobs: Vec<Box<dyn Job>>) {
        if jobs.len() == 1 {
            for job in jobs {
                self.run(job).await;
            }
            return;
        }
        let mut connection = match self.checked_connection().await {
            Ok(connection) => connection,
            Err(error) => return jobs.into_iter().for_each(|job| job.refuse(error.clone())),
        };
        let mut finished: Vec<Finish> = Vec::with_capacity(jobs.len());
        let mut lost = None;
        // What the job before leaves to be said; at first there is none.
        let mut before = "BEGIN IMMEDIATE; SAVEPOINT one";
        for job in jobs {
            if lost.is_none()
                && let Err(error) = sqlx::query(before).execute(&mut connection).await
            {
                // The whole transaction is gone: nothing of it is kept.
                lost = Some(StoreError::from(error));
            }
            if let Some(error) = &lost {
                job.refuse(error.clone());
                continue;
            }
            let finish = job.run(&mut connection).await;
            before = if finish.failed.is_none() {
                "RELEASE one; SAVEPOINT one"
            } else {
                "ROLLBACK TO one"
            };
            finished.push(finish);
        }
        let last = finished.last().and_then(|finish| finish.failed.as_ref());
        let end = if last.is_none() {
            "COMMIT"
        } else {
            "ROLLBACK TO one; COMMIT"
        };
        let result = match lost {
            Some(error) => Err(error),
            None => {
                let ended = sqlx::query(end).execute(&mut connection).await;
                ended.map_err(StoreError::from).and_then(|_| self.file.check())
            }
        };
        let all_sound = finished.iter().all(|finish| is_own_fault(finish.failed.as_ref()));
        if result.is_ok() && all_sound {
            self.connection = Some(connection);
        }
        self.count(PAGES_OF_A_COMMIT + PAGES_OF_WORK * finished.len() as u64);
        for finish in finished {
            (finish.tell)(result.clone());
        }
    }

    async fn run(&mut self, job: Box<dyn Job>) {
        let mut connection = match self.checked_connection().await {
            Ok(connection) => connection,
            Err(error) => return job.refuse(error),
        };
        if let Err(error) = sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await {
            return job.refuse(error.into());
        }
        let finish = job.run(&mut connection).await;
        let end = if finish.failed.is_some() {
            "ROLLBACK"
        } else {
            "COMMIT"
        };
        let ended = sqlx::query(end).execute(&mut connection).await;
        let result = ended.map_err(StoreError::from).and_then(|_| self.file.check());
        if result.is_ok() && is_own_fault(finish.failed.as_ref()) {
            self.connection = Some(connection);
        }
        self.count(PAGES_OF_A_COMMIT);
        (finish.tell)(result);
    }

    async fn checked_connection(&mut self) -> Result<SqliteConnection, StoreError> {
        self.file.check()?;
        self.connection().await
    }

    async fn version(&mut self) -> Result<i64, StoreError> {
        let mut connection = self.connection().await?;
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut connection)
            .await?;
        self.connection = Some(connection);
        Ok((self.generation << 40) + version)
    }

    /// The connection, or a new one; whoever takes it puts it back only if all went well.
    async fn connection(&mut self) -> Result<SqliteConnection, StoreError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        self.file.check()?;
        let connection = self.options.connect().await?;
        self.generation += 1;
        Ok(connection)
    }

    fn count(&self, bytes: u64) {
        self.written.send_modify(|written| *written += bytes);
    }
}

/// Whether nothing failed but by the asker's own making (no such request): then the connection is as good as it was.
const fn is_own_fault(failed: Option<&StoreError>) -> bool {
    matches!(
        failed,
        None | Some(StoreError::NotFound { .. } | StoreError::Exists { .. } | StoreError::Refused { .. })
    )
}
