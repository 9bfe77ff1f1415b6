//! Bodies with their content coding undone, to be looked at.
//!
//! The one that was looked at last is kept, because a view reads it piece by piece; it is bounded as all unpacking is.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::body::coding::{self, LONGEST};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::{Header, RequestId};

/// How much of a coded body is read. What is not shorter than its text is plain; one that makes less than its length
/// of text is made to be a burden.
const READ: u64 = LONGEST as u64 + 1024 * 1024;

/// A body with its content coding undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedBytes {
    /// The codings in the order in which they were put on, e.g. `gzip`.
    pub codings: Vec<&'static str>,
    /// What came out, 10 MiB at the most.
    pub bytes: Bytes,
    /// There is more than `bytes`.
    pub cut: bool,
    /// Why nothing more could be read.
    pub problem: Option<String>,
}

/// The one that was looked at last.
#[derive(Debug, Default)]
pub(crate) struct LastUnpacked(Mutex<Option<(RequestId, Arc<UnpackedBytes>)>>);

impl LastUnpacked {
    fn get(&self, id: RequestId) -> Option<Arc<UnpackedBytes>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref()
            .filter(|(known, _)| *known == id)
            .map(|(_, bytes)| Arc::clone(bytes))
    }

    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn keep(&self, id: RequestId, bytes: &Arc<UnpackedBytes>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, Arc::clone(bytes)));
    }
}

impl Engine {
    /// A request's body with its content coding undone; `None` where it has none.
    ///
    /// # Errors
    /// When there is no such request or the store cannot be read.
    pub async fn unpacked_body(&self, id: RequestId) -> Result<Option<Arc<UnpackedBytes>>, EngineError> {
        // What is gone is not shown from memory.
        if let Some(known) = self.core.unpacked.get(id)
            && self.core.store.has_request(id).await?
        {
            return Ok(Some(known));
        }
        let headers = self.request(id).await?.head.headers();
        if header(&headers, "content-encoding").is_none() && header(&headers, "content-type").is_none() {
            return Ok(None);
        }
        let body = self.core.store.body(id, 0..READ).await?.bytes;
        let codings = coding::codings(
            header(&headers, "content-encoding"),
            header(&headers, "content-type"),
            &body,
        );
        if codings.is_empty() || body.is_empty() {
            return Ok(None);
        }
        let unpack = move || {
            let unpacked = coding::unpack(&codings, &body, LONGEST)?;
            Some(UnpackedBytes {
                codings: codings.iter().map(|coding| coding.name()).collect(),
                bytes: unpacked.bytes.into(),
                cut: unpacked.cut,
                problem: unpacked.problem,
            })
        };
        let unpacked = match tokio::task::spawn_blocking(unpack).await {
            Ok(unpacked) => unpacked.map(Arc::new),
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        };
        if let Some(unpacked) = &unpacked {
            self.core.unpacked.keep(id, unpacked);
        }
        Ok(unpacked)
    }
}

pub(crate) fn header<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    let line = headers.iter().find(|header| header.is(name))?;
    std::str::from_utf8(line.value.trim_ascii()).ok()
}

/// The text of a body for searching: with its content coding undone, where the head names one and the body follows it.
pub(crate) fn body_text(head: &crate::model::RawHead, body: &Bytes) -> Option<Bytes> {
    let headers = head.headers();
    let codings = coding::codings(
        header(&headers, "content-encoding"),
        header(&headers, "content-type"),
        body,
    );
    let unpacked = coding::unpack(&codings, body, SEARCHED)?;
    (!unpacked.bytes.is_empty()).then(|| unpacked.bytes.into())
}

/// How much text of a body is searched.
const SEARCHED: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use crate::body::coding::tests::gzip;
    use crate::capture_for_tests::bench;
    use crate::reading::PageQuery;
    use crate::store::tests::unmanaged;

    #[tokio::test]
    async fn what_is_at_hand_is_not_read_again() {
        let bench = bench().await;
        let engine = &bench.engine;
        let body = gzip(b"the text");
        let head = format!(
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        bench.send(&[head.as_bytes(), &body].concat()).await;
        let id = engine.requests(&PageQuery::default()).await.unwrap().rows[0].id;
        let text = engine.unpacked_body(id).await.unwrap().unwrap();
        assert_eq!(&text.bytes[..], b"the text");
        let mut other = unmanaged(&engine.data_dir().join("hookbench.db")).await;
        sqlx::query("DELETE FROM content")
            .execute(&mut other)
            .await
            .unwrap();
        assert!(
            engine.request(id).await.is_err(),
            "its head cannot be read any more"
        );
        let again = engine.unpacked_body(id).await.unwrap();
        assert_eq!(again, Some(text), "a view reads it piece by piece");
    }
}
