//! Collecting a body: hashed as it comes, cut at the limit, moved to a file when it grows.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use super::limits::Limits;
use super::spool::{Held, Spool, SpoolFile};
use crate::model::Body;

/// The bytes of one body so far.
pub(super) struct Collector {
    limits: Arc<Limits>,
    place: Place,
    length: u64,
    hash: Sha256,
    held: Held,
}

enum Place {
    /// Most bodies come in one piece, which is then kept as it is.
    Piece(Bytes),
    Pieces(BytesMut),
    File(SpoolFile),
}

/// A body that grows no more.
pub(super) struct Collected {
    pub(super) body: Body,
    pub(super) sha256: [u8; 32],
    /// Counts its bytes in memory; drop it when the body is.
    pub(super) held: Held,
}

impl Collector {
    pub(super) fn new(limits: Arc<Limits>, spool: Arc<Spool>) -> Self {
        Self {
            limits,
            place: Place::Piece(Bytes::new()),
            length: 0,
            hash: Sha256::new(),
            held: Held::nothing(spool),
        }
    }

    pub(super) const fn len(&self) -> u64 {
        self.length
    }

    /// Takes in as much of `bytes` as the limit allows; false if that is not all of it.
    pub(super) async fn push(&mut self, mut bytes: Bytes) -> io::Result<bool> {
        let room = self.limits.body.saturating_sub(self.length);
        let fits = bytes.len() as u64 <= room;
        bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        if bytes.is_empty() {
            return Ok(fits);
        }
        self.place(&bytes).await?;
        self.hash.update(&bytes);
        self.length += bytes.len() as u64;
        Ok(fits)
    }

    async fn place(&mut self, bytes: &Bytes) -> io::Result<()> {
        let wanted = self.length + bytes.len() as u64;
        let most = self.most_in_memory();
        match &mut self.place {
            Place::File(file) => return file.write(bytes).await,
            Place::Piece(_) | Place::Pieces(_) if wanted > most => {
                let mut file = self.held.spool().create().await?;
                let before = std::mem::replace(&mut self.place, Place::Piece(Bytes::new()));
                let moved = match before {
                    Place::Piece(piece) => file.write(&piece).await,
                    Place::Pieces(pieces) => file.write(&pieces.freeze()).await,
                    Place::File(_) => Ok(()),
                };
                self.held.set(0);
                moved?;
                file.write(bytes).await?;
                self.place = Place::File(file);
                return Ok(());
            }
            Place::Piece(piece) if piece.is_empty() => *piece = bytes.clone(),
            Place::Piece(piece) => {
                let mut pieces = BytesMut::with_capacity(2 * (piece.len() + bytes.len()));
                pieces.extend_from_slice(piece);
                pieces.extend_from_slice(bytes);
                self.place = Place::Pieces(pieces);
            }
            Place::Pieces(pieces) => pieces.extend_from_slice(bytes),
        }
        // What is set aside for more counts too: it is as much memory.
        let held = match &self.place {
            Place::Pieces(pieces) => pieces.capacity() as u64,
            Place::Piece(_) | Place::File(_) => wanted,
        };
        self.held.set(held);
        Ok(())
    }

    fn most_in_memory(&self) -> u64 {
        if self.held.spool().in_memory() < self.limits.bodies_in_memory {
            self.limits.spool_above
        } else {
            self.limits.spool_above_when_full.min(self.limits.spool_above)
        }
    }

    /// What was collected, and the error if it could not all be written.
    pub(super) async fn finish(self) -> (Collected, Option<io::Error>) {
        let digest = self.hash.finalize().into();
        let (body, sha256, error) = match self.place {
            Place::Piece(piece) => (Body::Memory(piece), digest, None),
            Place::Pieces(pieces) => (Body::Memory(pieces.freeze()), digest, None),
            Place::File(file) => match file.finish().await {
                Ok((path, length)) => (
                    Body::Spooled {
                        file: Arc::new(path),
                        length,
                    },
                    digest,
                    None,
                ),
                Err(error) => (Body::Memory(Bytes::new()), sha256(&[]), Some(error)),
            },
        };
        (
            Collected {
                body,
                sha256,
                held: self.held,
            },
            error,
        )
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Arc<Limits> {
        Arc::new(Limits {
            body: 1000,
            spool_above: 500,
            spool_above_when_full: 50,
            ..Limits::default()
        })
    }

    async fn collect(limits: &Arc<Limits>, spool: &Arc<Spool>, pieces: &[usize]) -> (Collected, bool) {
        let mut collector = Collector::new(Arc::clone(limits), Arc::clone(spool));
        let mut whole = true;
        for length in pieces {
            whole &= collector.push(Bytes::from(vec![b'x'; *length])).await.unwrap();
        }
        (collector.finish().await.0, whole)
    }

    fn content(body: &Body) -> Vec<u8> {
        match body {
            Body::Memory(bytes) => bytes.to_vec(),
            Body::Spooled { file, .. } => std::fs::read(&**file).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_body_is_the_same_in_memory_and_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        for (pieces, spooled) in [
            (&[][..], false),
            (&[10], false),
            (&[10, 20, 30], false),
            (&[500], false),
            (&[501], true),
            (&[499, 2, 300], true),
        ] {
            let (collected, whole) = collect(&limits(), &spool, pieces).await;
            let wanted = vec![b'x'; pieces.iter().sum()];
            assert!(whole, "{pieces:?} is under the limit");
            assert_eq!(content(&collected.body), wanted, "{pieces:?}");
            assert_eq!(collected.body.file().is_some(), spooled, "{pieces:?}");
            assert_eq!(
                collected.sha256,
                <[u8; 32]>::from(Sha256::digest(&wanted)),
                "the digest is of what is kept"
            );
        }
        assert_eq!(spool.in_memory(), 0, "nothing is held any more");
    }

    #[tokio::test]
    async fn a_body_is_cut_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        let (collected, whole) = collect(&limits(), &spool, &[999, 2, 5]).await;
        assert!(!whole, "1006 bytes are over it");
        assert_eq!(content(&collected.body).len(), 1000, "its beginning is kept");
        let (_, whole) = collect(&limits(), &spool, &[1000]).await;
        assert!(whole, "the limit itself is allowed");
    }

    #[tokio::test]
    async fn when_memory_is_full_bodies_go_to_files_sooner() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path().to_owned()).unwrap();
        let limits = Arc::new(Limits {
            bodies_in_memory: 100,
            ..(*limits()).clone()
        });
        let (first, _) = collect(&limits, &spool, &[200]).await;
        let (second, _) = collect(&limits, &spool, &[200]).await;
        assert!(first.body.file().is_none(), "there was room");
        assert!(second.body.file().is_some(), "there is none now");
        drop(first);
        let (third, _) = collect(&limits, &spool, &[200]).await;
        assert!(third.body.file().is_none(), "there is again");
    }
}
