//! What the sender of one request gets, decided before the request is kept and carried out after.
//!
//! A question of the provider goes first, then a fault that was ordered, then the answer of the target it is passed
//! through to, then what the person set, then what the
//! provider wants to hear to each delivery, then the usual `200`. Whatever it is, nothing goes before the commit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};

use crate::answering::Subject;
use crate::capture::{Answer, Extent, Witness};
use crate::delivery::marker;
use crate::engine::Core;
use crate::forwarding::through::Through;
use crate::model::{
    AnswerSource, Arrival, Body, FaultKind, ForwardWay, GivenAnswer, Recognition, RequestId, Sequence, State,
    TargetId, Timestamp,
};
use crate::provider::HandshakeAnswer;
use crate::recording::Note;

/// The status that tells a sender that its request is kept.
const ACCEPTED: u16 = 200;

/// The status that tells a sender that its request went round in a circle (RFC 5842 section 7.2).
const LOOP_DETECTED: u16 = 508;

/// How many bytes of an answer are kept with its request.
const KEPT_BYTES: usize = 1024 * 1024 + 16 * 1024;

/// What one sender gets.
pub(crate) struct Course {
    answer: Answer,
    source: AnswerSource,
    delay: Duration,
    /// The fault that strikes.
    fault: Option<i64>,
    /// The targets that it goes to beside the answer.
    held_for: Vec<TargetId>,
    /// The target whose answer the sender gets.
    through: Option<Through>,
}

impl Course {
    /// Decides it.
    pub(crate) fn of(
        core: &Core,
        id: RequestId,
        now: Timestamp,
        arrival: &Arrival,
        recognition: &Recognition,
        handshake: Option<HandshakeAnswer>,
    ) -> Self {
        if marker::has_passed(&arrival.head, core.store.marker()) {
            return Self::plain(looped(), AnswerSource::Usual);
        }
        if handshake
            .as_ref()
            .is_some_and(|handshake| !handshake.acknowledgement)
        {
            return Self::plain(
                handshake.map_or_else(accepted, answer_to),
                AnswerSource::Handshake,
            );
        }
        let conducts = core.conducts.load();
        let conduct = conducts
            .of(recognition.endpoint)
            .filter(|_| arrival.state == State::Complete);
        let mut course = match conduct.and_then(|conduct| conduct.answer.as_ref()) {
            Some(set) => Self {
                delay: set.delay(),
                ..Self::plain(set_answer(set, id, now, arrival, recognition), AnswerSource::Set)
            },
            None => match handshake {
                Some(handshake) => Self::plain(answer_to(handshake), AnswerSource::Handshake),
                None => Self::plain(accepted(), AnswerSource::Usual),
            },
        };
        let forwards = conducts.forwards(arrival, recognition);
        let mut forwards = forwards.into_iter().filter(|_| arrival.state == State::Complete);
        course.held_for = forwards
            .clone()
            .filter(|forward| forward.way == ForwardWay::AtOnce)
            .map(|forward| forward.target)
            .collect();
        course.through = forwards
            .find(|forward| forward.way == ForwardWay::Through)
            .map(|forward| Through::new(Arc::clone(forward), arrival));
        if let Some(live) = conduct.and_then(|conduct| conduct.fault.as_ref())
            && live.strikes()
        {
            course.spoil(live.fault.kind);
            course.fault = Some(live.fault.number);
        }
        course
    }

    fn plain(answer: Answer, source: AnswerSource) -> Self {
        Self {
            answer,
            source,
            delay: Duration::ZERO,
            fault: None,
            held_for: Vec::new(),
            through: None,
        }
    }

    fn spoil(&mut self, kind: FaultKind) {
        if !matches!(kind, FaultKind::Delay { .. }) {
            // The sender does not get the target's answer, so the target is not asked.
            self.through = None;
        }
        self.source = AnswerSource::Fault;
        match kind {
            FaultKind::Fail { status } => {
                self.answer = Answer {
                    body: Bytes::from_static(b"Hookbench was asked to fail here\n"),
                    headers: plain_text(),
                    ..Answer::empty(status)
                };
            }
            FaultKind::Delay { by } => self.delay += by,
            FaultKind::Close => self.answer.extent = Extent::Nothing,
            FaultKind::Cut => self.answer.extent = Extent::Half,
        }
    }

    /// The status that the sender gets, as far as it is known before the request is kept.
    pub(crate) fn answered(&self) -> Option<u16> {
        (self.answer.extent != Extent::Nothing && self.through.is_none()).then_some(self.answer.status)
    }

    /// Whether it is what the provider wants to hear.
    pub(crate) fn is_handshake(&self) -> bool {
        self.source == AnswerSource::Handshake
    }

    /// The targets that it goes to beside the answer.
    pub(crate) fn held_for(&self) -> Vec<TargetId> {
        self.held_for.clone()
    }

    /// Gives it, now that the request is kept.
    pub(crate) async fn run(self, core: &Arc<Core>, id: RequestId, sequence: Sequence) -> Answer {
        let notes = core.recorder.notes();
        if let (Some(number), Some(notes)) = (self.fault, &notes) {
            // Full means that nobody can follow any more; the fault itself counts on its own.
            let _ = notes.try_send(Note::Struck(number));
        }
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        if !self.held_for.is_empty() {
            core.drain.wake();
        }
        let (mut answer, source, status) = match self.through {
            None => (self.answer, self.source, None),
            Some(through) => {
                let (answer, source) = through.answer(core, id).await;
                let status = Some(answer.status);
                (answer, source, status)
            }
        };
        let Some(notes) = notes else { return answer };
        let given = move |micros, bytes| {
            Note::Given(
                id,
                GivenAnswer {
                    request: sequence,
                    source,
                    status,
                    micros,
                    bytes,
                },
            )
        };
        if answer.extent == Extent::Nothing {
            let _ = notes.try_send(given(None, None));
            return answer;
        }
        answer.witness = Some(Witness {
            wanted: if source == AnswerSource::Usual {
                0
            } else {
                KEPT_BYTES
            },
            tell: Arc::new(move |sent| {
                let micros = u64::try_from(sent.after.as_micros()).unwrap_or(u64::MAX);
                let bytes = (source != AnswerSource::Usual).then_some(sent.bytes);
                let _ = notes.try_send(given(Some(micros), bytes));
            }),
        });
        answer
    }
}

fn set_answer(
    set: &crate::answering::SetAnswer,
    id: RequestId,
    now: Timestamp,
    arrival: &Arrival,
    recognition: &Recognition,
) -> Answer {
    let line = arrival.head.request_line();
    let headers = arrival.head.headers();
    set.for_request(&Subject {
        id,
        recognition,
        method: &String::from_utf8_lossy(&line.method),
        target: &String::from_utf8_lossy(&line.target),
        headers: &headers,
        body: match &arrival.body {
            Body::Memory(bytes) => bytes,
            Body::Spooled { .. } => &[],
        },
        now,
    })
}

fn plain_text() -> Vec<(HeaderName, HeaderValue)> {
    vec![(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    )]
}

/// What a sender that asks something gets once its request is kept.
fn answer_to(handshake: HandshakeAnswer) -> Answer {
    let headers = handshake.headers.iter().filter_map(|(name, value)| {
        Some((
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value).ok()?,
        ))
    });
    Answer {
        headers: headers.collect(),
        body: Bytes::from(handshake.body),
        ..Answer::empty(handshake.status)
    }
}

/// What every other sender gets.
fn accepted() -> Answer {
    Answer {
        headers: plain_text(),
        body: Bytes::from_static(b"ok\n"),
        ..Answer::empty(ACCEPTED)
    }
}

/// What a request gets that this Hookbench sent itself and that came back: it is kept like any other, and whoever
/// passed it on is told to stop.
fn looped() -> Answer {
    Answer {
        headers: plain_text(),
        body: Bytes::from_static(b"this request was sent by the Hookbench that it came back to\n"),
        ..Answer::empty(LOOP_DETECTED)
    }
}

#[cfg(test)]
pub(crate) mod tests;
