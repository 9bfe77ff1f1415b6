//! `hookbench resend`

use hookbench_engine::model::{Attempt, Outcome};
use hookbench_engine::{Engine, LiveEvents, Sending};

use crate::arguments::Resend;
use crate::failure::Failure;
use crate::json::DeliveryObject;
use crate::output;
use crate::text::{size, visible};

pub(crate) async fn run(engine: &Engine, resend: &Resend) -> Result<(), Failure> {
    let id = engine.find_request(&resend.id).await?;
    let sending = Sending {
        live: LiveEvents::AskBeyondThisMachine,
        ..Sending::to(engine.find_aim(&resend.to).await?)
    };
    let delivery = engine.resend(id, &sending).await?;
    if resend.json {
        output::json(&DeliveryObject::new(&delivery))?;
    }
    match delivery.attempts.last() {
        Some(attempt) if attempt.outcome == Outcome::Answered => {
            if resend.json {
                Ok(())
            } else {
                answer(&delivery.url, attempt)
            }
        }
        Some(attempt) => {
            let message = attempt
                .message
                .clone()
                .unwrap_or_else(|| attempt.outcome.as_str().to_owned());
            let failure = Failure::new(message);
            Err(match &attempt.hint {
                Some(hint) => failure.hint(hint.clone()),
                None => failure,
            })
        }
        None => Err(Failure::new("the delivery has no attempt")),
    }
}

/// What the target answered, for a person.
fn answer(url: &str, attempt: &Attempt) -> Result<(), Failure> {
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure for people")]
    let milliseconds = attempt.timings.total as f64 / 1000.0;
    let status = attempt.status.unwrap_or_default();
    let length = size(attempt.body.len() as u64);
    output::line(&format!(
        "{status} from {} in {milliseconds:.1} ms, {length}",
        visible(url)
    ))?;
    if let Ok(text) = std::str::from_utf8(&attempt.body) {
        for line in text.lines() {
            output::line(&visible(line))?;
        }
    }
    Ok(())
}
