//! The one writer: a task that owns the one connection that writes, and groups the requests that wait, and the small
//! pieces of work beside them such as what came of a sending.
//!
//! There is no timer: what waits when the writer is free goes into the next transaction, so that an idle writer
//! commits at once and a busy one commits many. After any failure the connection is dropped and a new one is
//! opened, since a failed transaction can leave it unusable for good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot, watch};

use super::file::DataFile;
use super::group::{self, Texts};
use super::job::{self, Answer, Job, Repeatable, Work};
use super::prepared::Prepared;
use super::{Kept, StoreError};

/// The most requests, or pieces of work, in one transaction.
const GROUP: usize = 128;
/// A group of work has no longer bodies, but of a piece that is longer by itself and goes alone: requests wait for it,
/// and so do the other pieces.
const BODIES_OF_A_GROUP: u64 = 1_024 * 1_024;
/// What a commit writes to the log beside the data: the pages of rows, indexes and tally that it touches.
pub(super) const PAGES_OF_A_COMMIT: u64 = 40 * 1_024;
/// What each piece of work in a shared transaction adds to that, beside its bodies.
const PAGES_OF_WORK: u64 = 8 * 1_024;
/// How long a request may have waited for a locked file before it is answered with the error of the group before.
const PATIENCE: Duration = Duration::from_millis(1_500);

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
    /// it in this way has run before it. Work that fails takes nothing from the other: where the whole transaction ends
    /// with it, as on a full disk, each is run again in one of its own. `length` is of the bodies that it writes.
    pub(super) async fn add<T: Send + 'static>(
        &self,
        length: usize,
        work: Repeatable<T>,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Add(job::repeatable(length, work, answer)))
            .await?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` in a transaction of its own; returns when it is committed. `length` is of the bodies that it writes.
    pub(super) async fn run<T: Send + 'static>(&self, length: usize, work: Work<T>) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Run(job::once(length, work, answer))).await?;
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
                Command::Run(job) => {
                    let _ = self.run(job).await;
                }
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
        let (mut requests, mut jobs) = (Vec::new(), Vec::<Box<dyn Job>>::new());
        let mut bodies = 0;
        let mut command = Some(first);
        while let Some(taken) = command {
            match taken {
                Command::Keep(waiting) => requests.push(*waiting),
                Command::Add(job) => {
                    bodies += job.length();
                    if bodies > BODIES_OF_A_GROUP && !jobs.is_empty() {
                        self.next = Some(Command::Add(job));
                        break;
                    }
                    jobs.push(job);
                }
                other => {
                    self.next = Some(other);
                    break;
                }
            }
            if requests.len() >= GROUP || jobs.len() >= GROUP || bodies >= BODIES_OF_A_GROUP {
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

    /// Runs `jobs` and answers: in one transaction, or each in its own where that is lost through one of them.
    async fn add(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        if jobs.len() > 1 {
            let ended = self.together(&mut jobs).await;
            if ended.as_ref().err().is_none_or(StoreError::fails_every_write) {
                return jobs.into_iter().for_each(|job| job.tell(ended.clone()));
            }
        }
        // One alone; or one of them ended the transaction of all, or was too large for the room there is: the others
        // need not suffer.
        let mut refused = None;
        for job in jobs {
            match &refused {
                Some(error) => job.tell(Err(StoreError::clone(error))),
                None => refused = self.run(job).await.err().filter(StoreError::fails_every_write),
            }
        }
    }

    /// Runs `jobs` in one transaction, each within a savepoint of its own. Where that fails nothing of it is kept.
    async fn together(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let mut connection = self.checked_connection().await?;
        // What the job before leaves to be said; at first there is none.
        let (mut before, mut end) = ("BEGIN IMMEDIATE; SAVEPOINT one", "");
        for job in jobs.iter_mut() {
            // On some errors SQLite ends the whole transaction by itself: then there is no savepoint to go back to.
            sqlx::query(before).execute(&mut connection).await?;
            job.run(&mut connection).await;
            (before, end) = match job.failed() {
                None => ("RELEASE one; SAVEPOINT one", "COMMIT"),
                Some(_) => ("ROLLBACK TO one", "ROLLBACK TO one; COMMIT"),
            };
        }
        sqlx::query(end).execute(&mut connection).await?;
        let kept = jobs.iter().filter(|job| job.failed().is_none());
        let work: u64 = kept.map(|job| PAGES_OF_WORK + job.length()).sum();
        self.count(PAGES_OF_A_COMMIT + work);
        self.file.check()?;
        if jobs.iter().all(|job| is_own_fault(job.failed())) {
            self.connection = Some(connection);
        }
        Ok(())
    }

    /// Runs `job` in a transaction of its own and answers; gives how that ended.
    async fn run(&mut self, mut job: Box<dyn Job>) -> Result<(), StoreError> {
        let ended = self.alone(job.as_mut()).await;
        job.tell(ended.clone());
        ended
    }

    async fn alone(&mut self, job: &mut dyn Job) -> Result<(), StoreError> {
        let mut connection = self.checked_connection().await?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        job.run(&mut connection).await;
        let end = if job.failed().is_some() {
            "ROLLBACK"
        } else {
            "COMMIT"
        };
        let ended = sqlx::query(end).execute(&mut connection).await;
        let result = ended.map_err(StoreError::from).and_then(|_| self.file.check());
        if result.is_ok() && is_own_fault(job.failed()) {
            self.connection = Some(connection);
        }
        if result.is_ok() && job.failed().is_none() {
            self.count(PAGES_OF_A_COMMIT + job.length());
        }
        result
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
        None | Some(
            StoreError::NotFound { .. }
                | StoreError::Exists { .. }
                | StoreError::Needs { .. }
                | StoreError::Orphaned { .. }
                | StoreError::Refused { .. }
        )
    )
}
