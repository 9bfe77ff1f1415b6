//! `hookbench deliveries`

use std::fmt::Write as _;

use hookbench_engine::Engine;
use hookbench_engine::model::{Delivery, Outcome, ScheduleState};

use crate::arguments::Deliveries;
use crate::failure::Failure;
use crate::json::DeliveryObject;
use crate::output;
use crate::text::visible;

pub(crate) async fn run(engine: &Engine, wanted: &Deliveries) -> Result<(), Failure> {
    let deliveries = match &wanted.id {
        None => engine.newest_deliveries(wanted.limit).await?,
        // An id names a request with all its deliveries, or one delivery.
        Some(id) => match engine.find_request(id).await {
            Ok(request) => engine.deliveries(request).await?,
            Err(not_a_request) => match engine.find_delivery(id).await {
                Ok(delivery) => vec![engine.delivery(delivery).await?],
                Err(_) => return Err(not_a_request.into()),
            },
        },
    };
    for delivery in &deliveries {
        if wanted.json {
            output::json(&DeliveryObject::new(delivery))?;
        } else {
            output::line(&line(delivery))?;
            if wanted.id.is_some() && !delivery.withheld.is_empty() {
                let names = visible(&delivery.withheld.join(", "));
                output::line(&format!("    stayed here, meant for another host: {names}"))?;
            }
            if delivery.attempts.len() > 1 || wanted.id.is_some() {
                for attempt in &delivery.attempts {
                    output::line(&format!("    {}  {}", attempt.started_at, result(attempt)))?;
                }
            }
        }
    }
    Ok(())
}

fn line(delivery: &Delivery) -> String {
    let mut line = format!(
        "{}  {}  {}  {}",
        delivery.created_at,
        delivery.id,
        delivery.kind.as_str(),
        visible(&delivery.url),
    );
    let last = delivery
        .attempts
        .last()
        .map_or_else(|| "no attempt yet".to_owned(), result);
    let _ = write!(line, "  {last}");
    if let Some(schedule) = &delivery.schedule {
        let _ = match (schedule.state, schedule.next_at) {
            (ScheduleState::Waiting, Some(next)) => write!(
                line,
                "  tried again at {next} (retry {} of {})",
                schedule.used,
                schedule.waits.len()
            ),
            (state, _) => write!(line, "  {}", state.as_str()),
        };
    }
    line
}

fn result(attempt: &hookbench_engine::model::Attempt) -> String {
    match attempt.status {
        Some(status) if attempt.outcome == Outcome::Answered => status.to_string(),
        _ => attempt
            .message
            .as_deref()
            .map_or_else(|| attempt.outcome.as_str().to_owned(), visible),
    }
}
