//! What the answers of a check of idempotency say.
//!
//! Only answers are looked at. What a target did with an event cannot be seen from outside, so the verdicts say what
//! was answered and no more. Whether the check passed speaks of repetitions alone: a control that was refused or failed is
//! told in words, since a receiver may have other reasons for that than a repetition.

use super::idempotency::{Compared, IdempotencyReport, IdempotencyRow, Role};
use crate::delivery::is_delivered;
use crate::model::{Attempt, Delivery, Outcome, Phase};

/// What the answers say; `sent` are steps of a run that stands at `phase`, in their order.
pub(super) fn judge(
    sent: Vec<Delivery>,
    at_once: u32,
    no_control: Option<String>,
    phase: &Phase,
) -> IdempotencyReport {
    let wanted = 2 + at_once as usize + usize::from(no_control.is_none());
    let number = |delivery: &Delivery| delivery.run.map_or(u32::MAX, |step| step.number);
    let first = sent
        .iter()
        .find(|delivery| number(delivery) == 0)
        .and_then(|delivery| delivery.attempts.last().cloned());
    let unfinished = unfinished(phase, sent.len(), wanted);
    let rows: Vec<IdempotencyRow> = sent
        .into_iter()
        .map(|delivery| {
            let role = Role::of(number(&delivery), at_once);
            let (compared, words) = match (role, delivery.attempts.last(), &first) {
                (_, None, _) | (_, _, None) => (Compared::Unanswered, "nothing was sent".to_owned()),
                (Role::First, Some(attempt), _) => (Compared::Reference, words(attempt, "")),
                (_, Some(attempt), Some(first)) => compare(attempt, first),
            };
            IdempotencyRow {
                role,
                delivery,
                compared,
                words,
            }
        })
        .collect();
    let (passed, sentence) = if let Some(why) = unfinished {
        (None, why)
    } else {
        verdict(&rows, first.as_ref())
    };
    IdempotencyReport {
        rows,
        passed,
        sentence,
        no_control,
    }
}

/// Why nothing can be said of repetitions, where not all answers are there.
fn unfinished(phase: &Phase, sent: usize, wanted: usize) -> Option<String> {
    let why = match phase {
        Phase::Done if sent >= wanted => return None,
        Phase::Done if sent == 0 => "What was sent is not kept any more.".to_owned(),
        Phase::Done => "Not all that was sent is kept any more.".to_owned(),
        Phase::Running | Phase::Paused => {
            "The check is still under way: nothing is known about repetitions yet.".to_owned()
        }
        Phase::Cancelled => {
            "The check was stopped before its end, so that nothing is known about repetitions.".to_owned()
        }
        Phase::CutOff { .. } => {
            "The program ended in the middle of the check, so that nothing is known about repetitions."
                .to_owned()
        }
        Phase::Failed(why) => {
            format!("The check did not come to its end, so that nothing is known about repetitions: {why}.")
        }
    };
    Some(why)
}

fn compare(attempt: &Attempt, first: &Attempt) -> (Compared, String) {
    let same_body = attempt.body == first.body;
    let body = if same_body {
        ", same body"
    } else {
        ", a different body"
    };
    let compared = match attempt.status {
        _ if attempt.outcome != Outcome::Answered => Compared::Unanswered,
        Some(status) if Some(status) == first.status && same_body => {
            if is_delivered(attempt) {
                Compared::Same
            } else {
                Compared::Refused
            }
        }
        Some(204 | 208 | 304 | 409) => Compared::SaysKnown,
        Some(200..=299) => Compared::OtherSuccess,
        _ => Compared::Refused,
    };
    (compared, words(attempt, body))
}

fn words(attempt: &Attempt, body: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure for people")]
    let millis = attempt.timings.total as f64 / 1000.0;
    match attempt.status {
        Some(status) if attempt.outcome == Outcome::Answered => format!("{status} in {millis:.0} ms{body}"),
        _ => attempt
            .message
            .clone()
            .unwrap_or_else(|| attempt.outcome.as_str().to_owned()),
    }
}

/// What the control was answered: the same event under a new id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    /// As the first call.
    AsFirst,
    /// As a repetition, which was answered otherwise than the first call.
    AsRepetition,
    /// With another success.
    Otherwise,
    /// With a status that says that it is known already.
    Known,
    /// With another refusal of the receiver's.
    Refused,
    /// With an error of the server's, or not at all.
    Failed,
}

impl Control {
    fn of(row: &IdempotencyRow, second: Option<&IdempotencyRow>) -> Self {
        let Some(attempt) = row.delivery.attempts.last() else {
            return Self::Failed;
        };
        let answer = |attempt: &Attempt| (attempt.status, attempt.body.clone());
        let is_repeated = || {
            let second = second.filter(|second| second.compared != Compared::Same);
            let repeated = second.and_then(|second| second.delivery.attempts.last());
            repeated.is_some_and(|repeated| answer(repeated) == answer(attempt))
        };
        match attempt.status {
            _ if attempt.outcome != Outcome::Answered => Self::Failed,
            _ if row.compared == Compared::Same => Self::AsFirst,
            _ if is_repeated() => Self::AsRepetition,
            _ if row.compared == Compared::SaysKnown => Self::Known,
            Some(200..=299) => Self::Otherwise,
            Some(500..) | None => Self::Failed,
            Some(_) => Self::Refused,
        }
    }

    /// What a receiver that answers so looks at, where that can be told.
    fn sentence(self, words: &str) -> Option<String> {
        let looks = "the receiver does not look only at the id, or refused it for another reason";
        Some(match self {
            Self::AsFirst | Self::Otherwise => return None,
            Self::AsRepetition => format!(
                "The same event under a new id was answered as a repetition is ({words}): the receiver does not look \
                 only at the id."
            ),
            Self::Known => format!("The same event under a new id was taken for known ({words}): {looks}."),
            Self::Refused => format!(
                "The same event under a new id was refused ({words}): {looks}. Whether a new event is taken is not \
                 known."
            ),
            Self::Failed => format!(
                "The same event under a new id was not taken well: {words}. That is no answer to a repetition: whether \
                 a new event is taken is not known."
            ),
        })
    }
}

/// How the repetitions of a check without a bad one were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repetitions {
    /// All as the first call.
    Alike,
    /// Some as the first call, the others not.
    Mixed,
    /// All with a status that says that they are known.
    Known,
    /// None as the first call, some known, the others with another success.
    KnownOrOtherwise,
    /// All with another success than the first call.
    Otherwise,
}

impl Repetitions {
    fn of<'r>(rows: impl Iterator<Item = &'r IdempotencyRow>) -> Self {
        let (mut alike, mut known, mut otherwise) = (false, false, false);
        for row in rows {
            match row.compared {
                Compared::SaysKnown => known = true,
                Compared::OtherSuccess => otherwise = true,
                _ => alike = true,
            }
        }
        match (alike, known, otherwise) {
            (true, false, false) | (false, false, false) => Self::Alike,
            (true, ..) => Self::Mixed,
            (false, true, true) => Self::KnownOrOtherwise,
            (false, false, true) => Self::Otherwise,
            (false, true, false) => Self::Known,
        }
    }
}

fn verdict(rows: &[IdempotencyRow], first: Option<&Attempt>) -> (Option<bool>, String) {
    if !first.is_some_and(is_delivered) {
        return (
            None,
            "The first call was no success, so that nothing is known about repetitions.".to_owned(),
        );
    }
    let repeated = || {
        rows.iter()
            .filter(|row| !matches!(row.role, Role::First | Role::Control))
    };
    let bad: Vec<_> = repeated()
        .filter(|row| matches!(row.compared, Compared::Refused | Compared::Unanswered))
        .collect();
    if let Some(row) = bad.first() {
        let at_once = bad.iter().all(|row| matches!(row.role, Role::AtOnce(_)));
        let when = if at_once {
            "Sent several times at once"
        } else {
            "Sent twice"
        };
        return (
            Some(false),
            format!(
                "{when}, the event was not taken well: {} was answered with {}.",
                row.role.title(),
                row.words
            ),
        );
    }
    let repetitions = Repetitions::of(repeated());
    let second = rows.iter().find(|row| row.role == Role::Second);
    let control = rows.iter().find(|row| row.role == Role::Control);
    let Some(control) = control else {
        return (Some(true), without_control(repetitions).to_owned());
    };
    let answered = Control::of(control, second);
    let sentence = match answered.sentence(&control.words) {
        Some(told) => format!("{} {told}", taken_well(repetitions)),
        None => told_apart(repetitions, answered).to_owned(),
    };
    (Some(true), sentence)
}

const fn taken_well(repetitions: Repetitions) -> &'static str {
    match repetitions {
        Repetitions::Alike => "Every repetition got the answer of the first call.",
        Repetitions::Mixed => {
            "Some repetitions got the answer of the first call, the others another one that was taken well."
        }
        Repetitions::Known => "Every repetition was answered as known.",
        Repetitions::KnownOrOtherwise => {
            "Some repetitions were answered as known, the others were another success than the first call: look whether \
             one was handled again."
        }
        Repetitions::Otherwise => {
            "Every repetition was a success, though with a different answer: look whether it was handled again."
        }
    }
}

const fn without_control(repetitions: Repetitions) -> &'static str {
    match repetitions {
        Repetitions::Alike | Repetitions::Known => {
            "Every repetition got the answer of the first call or was known. None went under a new id, so that it is \
             not known whether a new event is answered otherwise."
        }
        Repetitions::Mixed | Repetitions::KnownOrOtherwise | Repetitions::Otherwise => {
            taken_well(repetitions)
        }
    }
}

/// What is said where the control was a success: whether repetitions were told from a new event.
const fn told_apart(repetitions: Repetitions, control: Control) -> &'static str {
    match (repetitions, control) {
        (Repetitions::Alike, Control::AsFirst) => {
            "Every repetition got the answer of the first call. A new event gets the same, so the answers alone do not \
             tell whether repetitions were recognised."
        }
        (Repetitions::Mixed, Control::AsFirst) => {
            "Some repetitions got the answer of the first call, as a new event does, the others another one: not each \
             was told from a new event."
        }
        (Repetitions::Known, Control::AsFirst) => {
            "Every repetition was answered as known; a new event is answered as the first was. So repetitions are \
             recognised."
        }
        (Repetitions::Otherwise, Control::AsFirst) => {
            "Every repetition was a success with a different answer; a new event is answered as the first was. So \
             repetitions are recognised."
        }
        (Repetitions::Mixed | Repetitions::KnownOrOtherwise | Repetitions::Otherwise, _) => {
            taken_well(repetitions)
        }
        (Repetitions::Alike | Repetitions::Known, _) => {
            "Every repetition got the answer of the first call or was known; a new event is answered otherwise."
        }
    }
}

#[cfg(test)]
#[path = "tests/judging.rs"]
mod tests;
