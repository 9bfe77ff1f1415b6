//! `hookbench send`

use hookbench_engine::Engine;
use hookbench_engine::model::Outcome;

use crate::failure::Failure;
use crate::resend::{agree, answer};
use crate::sending_arguments::Send;
use crate::{json, output};

pub(crate) async fn run(engine: &Engine, send: &Send) -> Result<(), Failure> {
    agree(engine, &send.consent, &send.to).await?;
    let sent = engine
        .send_sample_to(&send.provider, &send.sample, &engine.find_aim(&send.to).await?)
        .await?;
    if let Some(why) = &sent.unsigned {
        output::aside(&format!("it is not signed: {why}"));
    }
    if send.json {
        output::json(&json::attempt(&sent.attempt))?;
    }
    match sent.attempt.outcome {
        Outcome::Answered if send.json => Ok(()),
        Outcome::Answered => answer(&sent.url, &sent.attempt),
        _ => Err(crate::resend::failed(&sent.attempt)),
    }
}
