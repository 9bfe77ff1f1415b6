//! A piece of work for the writer, with its answer. What came of the work stays here until it is known how its
//! transaction ended, so that nobody is told of what was not committed, and work that lost its transaction to another
//! can be done again.

use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use super::StoreError;

/// Work in a transaction.
pub(super) type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// Work in a transaction that is done again where that was lost through other work in it.
pub(super) type Repeatable<T> =
    Box<dyn for<'c> FnMut(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer sees of it, whatever the answer is.
pub(super) trait Job: Send {
    /// The bytes of the bodies that it writes.
    fn length(&self) -> u64;
    /// Does the work, for the first time or anew.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, ()>;
    /// Why the work failed, if it did when it was last done.
    fn failed(&self) -> Option<&StoreError>;
    /// Answers, once it is known how the transaction ended.
    fn tell(self: Box<Self>, ended: Result<(), StoreError>);
}

struct Asked<T> {
    work: Repeatable<T>,
    length: u64,
    result: Option<Result<T, StoreError>>,
    answer: Answer<T>,
}

/// Work that may share a transaction. `length` is of the bodies that it writes.
pub(super) fn repeatable<T: Send + 'static>(
    length: usize,
    work: Repeatable<T>,
    answer: Answer<T>,
) -> Box<dyn Job> {
    Box::new(Asked {
        work,
        length: length as u64,
        result: None,
        answer,
    })
}

/// Work for a transaction of its own. `length` is of the bodies that it writes.
pub(super) fn once<T: Send + 'static>(length: usize, work: Work<T>, answer: Answer<T>) -> Box<dyn Job> {
    let mut work = Some(work);
    let work: Repeatable<T> = Box::new(move |connection| match work.take() {
        Some(work) => work(connection),
        None => Box::pin(async {
            Err(StoreError::Internal {
                detail: "work for once was asked for again".to_owned(),
            })
        }),
    });
    repeatable(length, work, answer)
}

impl<T: Send + 'static> Job for Asked<T> {
    fn length(&self) -> u64 {
        self.length
    }

    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.result = Some((self.work)(connection).await) })
    }

    fn failed(&self) -> Option<&StoreError> {
        self.result.as_ref()?.as_ref().err()
    }

    fn tell(self: Box<Self>, ended: Result<(), StoreError>) {
        let told = match (self.result, ended) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed),
        };
        let _ = self.answer.send(told);
    }
}
