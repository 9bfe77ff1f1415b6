//! The store against real files.

mod annotation;
mod any_filter;
mod copying;
mod faults;
mod finding;
mod grouping;
mod indexing;
mod keeping;
mod killing;
mod lines;
mod opening;
mod packing;
mod repeating;
mod requests;
mod things;
mod upgrading;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use sha2::Digest;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;

use super::{Store, StoreOptions, history};
use crate::model::{
    Arrival, Body, Framing, HttpVersion, NewRequest, RawHead, Recognition, RequestId, State, Timestamp,
    Verdict,
};

/// A store in a folder of its own, which lives as long as the test holds it.
pub(crate) async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    (folder, store)
}

pub(crate) async fn open(folder: &TempDir) -> Store {
    Store::open(folder.path(), options()).await.unwrap()
}

pub(crate) fn options() -> StoreOptions {
    // Nothing here is about power cuts: syncing each commit would only make the tests slow.
    StoreOptions {
        durability: super::Durability::Normal,
        lock_wait: Duration::from_millis(300),
        // So small that a handful of requests fills several.
        index_table: 3,
        ..Default::default()
    }
}

/// The log beside the data file.
pub(crate) struct Log {
    /// Changes each time the log begins anew.
    pub(crate) salts: Vec<u8>,
    /// The pages that were written to it since then: of each whether it is the last one of a transaction.
    pub(crate) pages: Vec<bool>,
}

impl Log {
    pub(crate) fn of(store: &Store) -> Self {
        const HEADER: usize = 32;
        const FRAME: usize = 24;
        let log = std::fs::read(store.inner.file.log()).unwrap();
        if log.len() < HEADER {
            return Self {
                salts: Vec::new(),
                pages: Vec::new(),
            };
        }
        let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
        let page = number(8) as usize;
        let salts = log[16..24].to_vec();
        let pages = (HEADER..)
            .step_by(FRAME + page)
            .take_while(|at| at + FRAME + page <= log.len() && log[at + 8..at + 16] == salts)
            .map(|at| number(at + 4) != 0)
            .collect();
        Self { salts, pages }
    }
}

/// How many transactions were committed since the log began anew.
pub(crate) fn commits(store: &Store) -> usize {
    Log::of(store)
        .pages
        .into_iter()
        .filter(|is_last| *is_last)
        .count()
}

/// Waits until all is marked that was kept up to now.
pub(crate) async fn marked(store: &Store) {
    let newest = store.newest_sequence().await.unwrap();
    store.marked(newest, Duration::from_secs(30)).await;
}

/// Keeps so many requests; their ids.
pub(crate) async fn fill(store: &Store, count: u64) -> Vec<RequestId> {
    let all: Vec<_> = (0..count).map(history::request).collect();
    for kept in join_all(all.iter().map(|new| store.insert_request(new.clone()))).await {
        kept.unwrap();
    }
    all.into_iter().map(|new| new.id).collect()
}

/// Does something to the file by the store's own connection, so that it is no commit of another program.
pub(crate) async fn alter_within(store: &Store, sql: &'static str) {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::raw_sql(sql).execute(connection).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// Closes the store after `sql` was carried out in its file.
async fn close_after(store: &Store, sql: &'static str) {
    alter_within(store, sql).await;
    store.close().await;
}

/// A connection that is none of a store's, as another program would make it.
pub(crate) async fn unmanaged(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap()
}

/// Does something to the file that no part of this program does.
pub(crate) async fn alter(file: &Path, sql: &'static str) {
    let mut connection = unmanaged(file).await;
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A request to `/stripe` with this body.
pub(crate) fn request(body: &[u8]) -> NewRequest {
    new_request(
        "POST /stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n",
        body,
    )
}

pub(crate) fn new_request(head: &str, body: &[u8]) -> NewRequest {
    NewRequest {
        id: RequestId::generate(),
        arrival: Arrival {
            received_at: Timestamp::from_micros(1_795_176_251_482_001),
            took_micros: 120,
            peer: SocketAddr::from(([127, 0, 0, 1], 50_000)),
            head: RawHead::new(Bytes::copy_from_slice(head.as_bytes())),
            version: HttpVersion::Http11,
            body_sha256: sha2::Sha256::digest(body).into(),
            body: Body::Memory(Bytes::copy_from_slice(body)),
            state: State::Complete,
            reason: None,
            framing: Framing {
                declared_length: Some(body.len() as u64),
                ..Framing::default()
            },
        },
        reply: None,
        imported: None,
        recognition: Recognition {
            handshake: None,
            endpoint_path: Some("/stripe".to_owned()),
            provider: Some("stripe".to_owned()),
            event: Some("invoice.paid".to_owned()),
            verdict: Verdict::Valid,
            ..Recognition::unknown()
        },
        forwards: Vec::new(),
        answered: Some(200),
    }
}

/// A request that its provider calls `key`.
pub(crate) fn keyed(key: &str) -> NewRequest {
    let mut request = request(key.as_bytes());
    request.recognition.delivery_key = Some(key.to_owned());
    request
}

/// A body in a spool file.
pub(crate) fn spooled(bytes: &[u8]) -> Body {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    Body::Spooled {
        file: Arc::new(file.into_temp_path()),
        length: bytes.len() as u64,
    }
}
