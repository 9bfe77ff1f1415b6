//! Dictionaries for packing: what the bodies of one history have in common, kept once in the file instead of in each
//! of them.
//!
//! One never changes and is never removed, so that what is known of it here is true for good; each row names the one it
//! was packed with. What lies in one are pieces of bodies, which stay when the requests they came with are deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use sqlx::{Row, SqlitePool};

use super::{StoreError, pack};

/// One dictionary.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// Its number in this file, from 1.
    pub number: i64,
    pub bytes: Vec<u8>,
    /// The newest request there was when it was made.
    pub made_at: i64,
}

/// Dictionaries by their numbers.
pub(super) type Known = BTreeMap<i64, Arc<Dictionary>>;

/// The dictionaries of a file, as far as they are known here.
#[derive(Debug, Default)]
pub(super) struct Dictionaries(ArcSwap<Known>);

impl Dictionaries {
    /// The one that is packed with.
    pub(super) fn newest(&self) -> Option<Arc<Dictionary>> {
        let known = self.0.load();
        known.last_key_value().map(|(_, newest)| Arc::clone(newest))
    }

    /// All that are known.
    pub(super) fn known(&self) -> Arc<Known> {
        self.0.load_full()
    }

    /// All that are known, after those were read that one of `codings` needs and that another program may have made.
    pub(super) async fn for_codings(
        &self,
        codings: &[i64],
        rows: &SqlitePool,
    ) -> Result<Arc<Known>, StoreError> {
        let known = self.known();
        let is_known = |coding| pack::dictionary_of(coding).is_none_or(|number| known.contains_key(&number));
        if !codings.iter().copied().all(is_known) {
            self.renew(rows).await?;
            return Ok(self.known());
        }
        Ok(known)
    }

    /// Reads those that are not known yet.
    pub(super) async fn renew(&self, rows: &SqlitePool) -> Result<(), StoreError> {
        let last = self.newest().map_or(0, |newest| newest.number);
        let new = sqlx::query("SELECT number, bytes, made_at FROM dictionary WHERE number > ?")
            .bind(last)
            .fetch_all(rows)
            .await?;
        let mut read = Vec::with_capacity(new.len());
        for row in new {
            read.push(Arc::new(Dictionary {
                number: row.try_get(0)?,
                bytes: row.try_get(1)?,
                made_at: row.try_get(2)?,
            }));
        }
        if !read.is_empty() {
            self.0.rcu(|known| {
                let mut known = Known::clone(known);
                known.extend(read.iter().map(|one| (one.number, Arc::clone(one))));
                known
            });
        }
        Ok(())
    }
}
