//! The table of verdicts: what repetitions and the control were answered, and what is said of it.

use bytes::Bytes;

use super::*;
use crate::model::{AttemptId, DeliveryId, DeliveryKind, RequestId, RunId, RunStep, Timestamp, Timings};

/// An answer: its status, 0 where there was none, and its body.
type Answer = (u16, &'static str);

fn sent(number: u32, (status, body): Answer) -> Delivery {
    let attempt = Attempt {
        id: AttemptId::generate(),
        started_at: Timestamp::from_micros(1),
        outcome: if status == 0 {
            Outcome::Refused
        } else {
            Outcome::Answered
        },
        message: (status == 0).then(|| "nobody listens there".to_owned()),
        hint: None,
        url: None,
        sent: None,
        status: (status != 0).then_some(status),
        head: Bytes::new(),
        body: Bytes::from_static(body.as_bytes()),
        body_cut: false,
        timings: Timings::default(),
    };
    Delivery {
        id: DeliveryId::generate(),
        request: RequestId::generate(),
        kind: DeliveryKind::Edited,
        url: "http://127.0.0.1:9/".to_owned(),
        created_at: Timestamp::from_micros(1),
        head: Bytes::new(),
        body: None,
        withheld: Vec::new(),
        target: None,
        again: None,
        run: Some(RunStep {
            run: RunId::generate(),
            number,
        }),
        schedule: None,
        attempts: vec![attempt],
    }
}

/// The verdict of a check: the first call, the second and the one at once, and the control.
fn said(first: Answer, [second, at_once]: [Answer; 2], control: Option<Answer>) -> (Option<bool>, String) {
    let mut all = vec![sent(0, first), sent(1, second), sent(2, at_once)];
    all.extend(control.map(|answer| sent(3, answer)));
    let no_control = control.is_none().then(|| "it has no id".to_owned());
    let report = judge(all, 1, no_control, &Phase::Done);
    (report.passed, report.sentence)
}

#[test]
fn each_pair_of_answers_has_the_verdict_that_one_expects() {
    const OK: Answer = (200, "ok");
    const KNOWN: Answer = (409, "known");
    const DUPLICATE: Answer = (200, "duplicate");
    let looks = "does not look only at the id, or refused it for another reason";
    let failed = "under a new id was not taken well: 50";
    for (repeated, control, passed, words) in [
        // Repetitions as the first call.
        (OK, OK, true, "do not tell whether repetitions were recognised"),
        (OK, (201, "new"), true, "a new event is answered otherwise"),
        (OK, (204, ""), true, looks),
        (OK, KNOWN, true, looks),
        (OK, (208, ""), true, looks),
        (OK, (304, ""), true, looks),
        (OK, (400, "no such event"), true, looks),
        (OK, (401, ""), true, looks),
        (OK, (422, ""), true, looks),
        (OK, (302, ""), true, looks),
        (OK, (500, ""), true, failed),
        (
            OK,
            (0, ""),
            true,
            "was not taken well: nobody listens there. That is no answer",
        ),
        // Repetitions that are said to be known.
        (KNOWN, OK, true, "So repetitions are recognised"),
        (KNOWN, (201, "new"), true, "a new event is answered otherwise"),
        (KNOWN, KNOWN, true, "answered as a repetition is"),
        (KNOWN, (409, "in other words"), true, looks),
        (KNOWN, (403, ""), true, looks),
        (KNOWN, (503, ""), true, failed),
        ((204, ""), OK, true, "So repetitions are recognised"),
        ((204, ""), (204, ""), true, "answered as a repetition is"),
        // Repetitions with another success.
        (DUPLICATE, OK, true, "So repetitions are recognised"),
        (
            DUPLICATE,
            (200, "third"),
            true,
            "look whether it was handled again",
        ),
        (DUPLICATE, DUPLICATE, true, "does not look only at the id."),
        (DUPLICATE, KNOWN, true, looks),
        (DUPLICATE, (500, ""), true, failed),
        // Repetitions that are not taken well say all there is to say.
        ((500, ""), OK, false, "the event was not taken well: second call"),
        (
            (400, ""),
            (400, ""),
            false,
            "the event was not taken well: second call",
        ),
        ((0, ""), OK, false, "the event was not taken well: second call"),
    ] {
        let (is_passed, sentence) = said(OK, [repeated; 2], Some(control));
        assert_eq!(
            is_passed,
            Some(passed),
            "{repeated:?}, then {control:?}: {sentence}"
        );
        assert!(
            sentence.contains(words),
            "{repeated:?}, then {control:?} is told: {sentence}"
        );
    }
}

#[test]
fn a_control_that_was_refused_is_no_new_event_that_is_answered_otherwise() {
    for control in [409, 204, 208, 304, 400, 401, 404, 422, 429] {
        for repeated in [(200, "ok"), (409, "known"), (200, "duplicate")] {
            let (_, sentence) = said((200, "ok"), [repeated; 2], Some((control, "")));
            assert!(
                !sentence.contains("a new event is answered"),
                "nothing is known of new events from a {control}: {sentence}"
            );
            assert!(
                sentence.contains(&control.to_string()),
                "what it was answered is told: {sentence}"
            );
        }
    }
}

#[test]
fn without_a_control_nothing_is_said_of_new_events() {
    for repeated in [(200, "ok"), (409, "")] {
        let (passed, sentence) = said((200, "ok"), [repeated; 2], None);
        assert_eq!(passed, Some(true), "repetitions were taken well");
        assert!(
            sentence.contains("not known whether a new event"),
            "{repeated:?}: {sentence}"
        );
    }
    let (passed, sentence) = said((503, ""), [(200, "ok"); 2], None);
    assert_eq!(passed, None, "nothing is known about repetitions: {sentence}");
    assert!(sentence.contains("The first call was no success"), "{sentence}");
}

#[test]
fn what_holds_of_some_repetitions_is_not_said_of_all() {
    for other in [(409, "known"), (201, "ok"), (200, "duplicate")] {
        for (second, at_once) in [((200, "ok"), other), (other, (200, "ok"))] {
            for control in [(200, "ok"), (201, "new"), (409, "")] {
                let (_, sentence) = said((200, "ok"), [second, at_once], Some(control));
                assert!(
                    sentence.starts_with("Some repetitions") && !sentence.contains("recognised"),
                    "{second:?}, {at_once:?}, then {control:?}: {sentence}"
                );
            }
        }
    }
}

#[test]
fn what_was_answered_as_known_is_no_other_success() {
    const KNOWN: Answer = (409, "known");
    const OTHER: Answer = (200, "b");
    for repeated in [[KNOWN, OTHER], [OTHER, KNOWN]] {
        for control in [None, Some((200, "a")), Some((201, "new")), Some((400, ""))] {
            let (passed, sentence) = said((200, "a"), repeated, control);
            assert_eq!(passed, Some(true), "none was taken badly");
            assert!(
                sentence.starts_with("Some repetitions were answered as known, the others")
                    && !sentence.contains("recognised"),
                "{repeated:?}, then {control:?}: {sentence}"
            );
        }
    }
}
