//! Makes dictionaries from what was captured, behind the commits: the first once there is enough to learn from, another
//! when the events have become others, so that it would pack them noticeably better.
//!
//! Learned from are bodies and the names of header lines, with the few values that tell nothing of anybody: a head may
//! hold a token that every request carries, and a dictionary outlives them all.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use sqlx::{Row, SqlitePool};
use tokio::sync::watch;

use super::dictionary::{Dictionaries, Dictionary};
use super::writer::WeakWriter;
use super::{StoreError, content, pack};

/// How large a dictionary is at most.
const SIZE: usize = 16 * 1024;
/// Requests whose bodies are learned from, at most.
const SAMPLES: i64 = 1_000;
/// Fewer are too few.
const FEWEST: usize = 200;
/// Bytes that are learned from, at most …
const BYTES: usize = 2 * 1024 * 1024;
/// … and of one request.
const BYTES_OF_ONE: usize = 16 * 1024;
/// So many requests after a dictionary was made it is looked whether another would be better.
const AGAIN: i64 = 50_000;
/// How often is looked, while something is written.
const LOOK: Duration = Duration::from_millis(250);

/// What the work is done with.
pub(super) struct Trainer {
    pub rows: SqlitePool,
    pub writer: WeakWriter,
    pub dictionaries: Arc<Dictionaries>,
    /// Changes when this program writes; ends when the store is closed.
    pub written: watch::Receiver<u64>,
    /// So many requests are enough for the first one.
    pub enough: i64,
}

impl Trainer {
    /// Works until the store is closed.
    pub(super) async fn run(mut self) {
        // What cannot be read now is read when a row asks for it.
        let _ = self.dictionaries.renew(&self.rows).await;
        let mut tried_at = 0;
        while self.written.changed().await.is_ok() {
            if let Ok(newest) = self.look(tried_at).await {
                tried_at = newest;
            }
            // A close ends the rest.
            let closed = self.written.wait_for(|_| false);
            if tokio::time::timeout(LOOK, closed).await.is_ok() {
                break;
            }
        }
    }

    /// Makes a dictionary where that is due; gives up to which request it was tried.
    async fn look(&self, tried_at: i64) -> Result<i64, StoreError> {
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'request'")
                .fetch_optional(&self.rows)
                .await?;
        let newest = newest.unwrap_or(0);
        if !self.is_due(newest, tried_at) {
            return Ok(tried_at);
        }
        // Another program may have been quicker.
        self.dictionaries.renew(&self.rows).await?;
        if !self.is_due(newest, tried_at) {
            return Ok(tried_at);
        }
        let samples = self.samples(newest).await?;
        let present = self.dictionaries.newest();
        let number = present.as_ref().map_or(0, |present| present.number);
        let better = tokio::task::spawn_blocking(move || train(&samples, present.as_deref()))
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?;
        if let Some(bytes) = better {
            self.keep(bytes, newest, number).await?;
            self.dictionaries.renew(&self.rows).await?;
        }
        Ok(newest)
    }

    fn is_due(&self, newest: i64, tried_at: i64) -> bool {
        match self.dictionaries.newest() {
            Some(present) => newest - present.made_at.max(tried_at) >= AGAIN,
            None => newest - tried_at >= self.enough,
        }
    }

    /// The newest bodies, of requests as they are packed: no more are read than are learned from, since a long reading keeps the
    /// log from being emptied.
    async fn samples(&self, newest: i64) -> Result<Vec<Bytes>, StoreError> {
        let (mut packed, mut bytes) = (Vec::new(), 0);
        {
            let mut rows = sqlx::query(
                "SELECT coding, length, data, head_length FROM content
                 WHERE place > ? * 65536 AND place % 65536 = 0 AND length < 65536 AND length > head_length
                 ORDER BY place DESC LIMIT ?",
            )
            .bind(newest - SAMPLES)
            .bind(SAMPLES)
            .fetch(&self.rows);
            while bytes < BYTES
                && let Some(row) = rows.try_next().await?
            {
                let (coding, length, head): (i64, i64, i64) =
                    (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?);
                bytes += usize::try_from(length - head)
                    .unwrap_or(usize::MAX)
                    .min(BYTES_OF_ONE);
                packed.push((coding, length, head, row.try_get(2)?));
            }
        }
        let codings: Vec<i64> = packed.iter().map(|(coding, ..)| *coding).collect();
        let known = self.dictionaries.for_codings(&codings, &self.rows).await?;
        let unpacked = move || {
            let samples = packed.into_iter().map(|(coding, length, head, data)| {
                let whole = pack::unpack_with(coding, length, data, &known)?;
                let (head, body) = content::cut(&whole, head)?;
                Ok(learned(&head, &body[..body.len().min(BYTES_OF_ONE)]))
            });
            samples.collect()
        };
        tokio::task::spawn_blocking(unpacked)
            .await
            .map_err(|error| StoreError::Internal {
                detail: error.to_string(),
            })?
    }

    /// Keeps a dictionary, unless another was kept since.
    async fn keep(&self, bytes: Vec<u8>, made_at: i64, after: i64) -> Result<(), StoreError> {
        let writer = self.writer.upgrade().ok_or(StoreError::Closed)?;
        writer
            .run(
                bytes.len(),
                Box::new(move |connection| {
                    Box::pin(async move {
                        sqlx::query(
                            "INSERT INTO dictionary (bytes, made_at)
                         SELECT ?, ? WHERE (SELECT coalesce(max(number), 0) FROM dictionary) = ?",
                        )
                        .bind(bytes)
                        .bind(made_at)
                        .bind(after)
                        .execute(connection)
                        .await?;
                        Ok(())
                    })
                }),
            )
            .await
    }
}

/// Header lines whose values are the same from every machine that runs the same program.
const PLAIN: [&str; 6] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-type",
    "transfer-encoding",
    "user-agent",
];

/// What is learned of a request: no value of its head that could be its sender's or receiver's own.
fn learned(head: &[u8], body: &[u8]) -> Bytes {
    let mut sample = Vec::with_capacity(head.len() + body.len());
    // The request line holds the target, which may hold a token.
    for line in head.split_inclusive(|byte| *byte == b'\n').skip(1) {
        let colon = line.iter().position(|byte| *byte == b':');
        // A line that begins with a blank goes on with the value before it.
        let Some(colon) = colon.filter(|_| !line.starts_with(b" ") && !line.starts_with(b"\t")) else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        let is_plain = |plain: &&str| name.eq_ignore_ascii_case(plain.as_bytes());
        if PLAIN.iter().any(is_plain) {
            sample.extend_from_slice(line);
        } else {
            sample.extend_from_slice(name);
            sample.extend_from_slice(if value.starts_with(b": ") {
                b": \r\n"
            } else {
                b":\r\n"
            });
        }
    }
    sample.extend_from_slice(body);
    sample.into()
}

/// A dictionary learned from most of `samples`, if it packs the others at least a tenth better than `present` does.
fn train(samples: &[Bytes], present: Option<&Dictionary>) -> Option<Vec<u8>> {
    if samples.len() < FEWEST {
        return None;
    }
    let is_test = |place: usize| place % 4 == 3;
    let of = |test: bool| {
        let chosen = samples.iter().enumerate();
        chosen
            .filter(move |(place, _)| is_test(*place) == test)
            .map(|(_, sample)| sample)
    };
    let learned: Vec<&Bytes> = of(false).collect();
    // What has nothing in common cannot be learned from: an error, and no harm.
    let bytes = zstd::dict::from_samples(&learned, SIZE).ok()?;
    let before = pack::measure(of(true), present.map(|present| &present.bytes[..]))?;
    let after = pack::measure(of(true), Some(&bytes))?;
    (after * 10 <= before * 9).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(kind: &str) -> Vec<Bytes> {
        let event = |number: u64| {
            let id = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!(
                "POST /{kind} HTTP/1.1\r\nHost: localhost\r\nX-{kind}-Delivery: {id:016x}\r\n\r\n\
                 {{\"{kind}_event\":\"{kind}.was.finished\",\"{kind}_identifier\":\"{id:x}\",\"the_{kind}_is_live\":false}}"
            )
            .into()
        };
        (0..400).map(event).collect()
    }

    #[test]
    fn of_a_head_only_names_and_plain_values_are_learned() {
        let head = b"POST /hook/tokenInThePath HTTP/1.1\r\nHost: me.tunnel.example\r\nauthorization:Bearer s3cret\r\n\
            User-Agent: GitHub-Hookshot/1\r\n folded: s3cret\r\nX-Sig: t=1,v1=s3cret\r\nno colon s3cret\r\n\r\n";
        assert_eq!(
            String::from_utf8_lossy(&learned(head, b"{\"id\":1}")),
            "Host: \r\nauthorization:\r\nUser-Agent: GitHub-Hookshot/1\r\nX-Sig: \r\n{\"id\":1}"
        );
    }

    #[test]
    fn a_dictionary_is_made_where_it_helps_and_only_there() {
        let first = train(&events("invoice"), None).expect("events of one kind have much in common");
        let dictionary = |bytes| Dictionary {
            number: 1,
            bytes,
            made_at: 0,
        };
        let first = dictionary(first);
        assert_eq!(
            train(&events("invoice"), Some(&first)),
            None,
            "another of the same events is not better"
        );
        assert!(
            train(&events("shipment"), Some(&first)).is_some(),
            "events of another kind want another"
        );
        assert_eq!(
            train(&events("invoice")[..50], None),
            None,
            "from a few requests nothing is learned"
        );
    }
}
