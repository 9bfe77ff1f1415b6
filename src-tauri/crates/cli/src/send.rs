//! `hookbench send`

use hookbench_engine::model::{Attempt, Outcome};
use hookbench_engine::{Aim, Engine, Filler, Sending, TemplateSent};

use crate::failure::Failure;
use crate::json::DeliveryObject;
use crate::resend::{agree, answer};
use crate::sending_arguments::Send;
use crate::{json, output};

pub(crate) async fn run(engine: &Engine, send: &Send) -> Result<(), Failure> {
    match (&send.template, &send.provider, &send.sample, &send.to) {
        (Some(name), ..) => template(engine, send, name).await,
        (None, Some(provider), Some(sample), Some(to)) => {
            self::sample(engine, send, (provider, sample), to).await
        }
        _ => Err(Failure::new("nothing says what is to be sent")
            .hint("name a --provider, a --sample and where --to, or a --template")),
    }
}

async fn sample(
    engine: &Engine,
    send: &Send,
    (provider, sample): (&str, &str),
    to: &str,
) -> Result<(), Failure> {
    agree(engine, &send.consent, to).await?;
    let sent = engine
        .send_sample_to(provider, sample, &engine.find_aim(to).await?)
        .await?;
    if let Some(why) = &sent.unsigned {
        output::aside(&format!("it is not signed: {why}"));
    }
    if send.json {
        output::json(&json::attempt(&sent.attempt))?;
    }
    said(send, &sent.url, &sent.attempt)
}

async fn template(engine: &Engine, send: &Send, name: &str) -> Result<(), Failure> {
    let request = match &send.request {
        Some(id) => Some(engine.find_request(id).await?),
        None => None,
    };
    let filler = Filler {
        place: String::new(),
        request,
        values: send.var.iter().cloned().collect(),
    };
    if send.show {
        let filled = engine.fill_template(name, &filler).await?;
        for missing in &filled.missing {
            output::aside(&format!("`{missing}` has no value"));
        }
        output::line(&format!("{} {}", filled.written.method, filled.written.url))?;
        for (name, value) in &filled.written.headers {
            output::line(&format!("{name}: {value}"))?;
        }
        output::line("")?;
        let body = filled.written.body.unwrap_or_default();
        return output::line(&String::from_utf8_lossy(&body));
    }
    let (to, live) = match &send.to {
        Some(to) => {
            let live = agree(engine, &send.consent, to).await?;
            (Some(engine.find_aim(to).await?), live)
        }
        None => {
            let url = engine.fill_template(name, &filler).await?.written.url;
            (None, agree(engine, &send.consent, &url).await?)
        }
    };
    let sending = Sending {
        live,
        ..Sending::to(Aim::Url(String::new()))
    };
    match engine.send_template(name, to, filler, sending).await? {
        TemplateSent::Kept(delivery) => {
            if send.json {
                output::json(&DeliveryObject::new(&delivery))?;
            }
            match delivery.attempts.last() {
                Some(attempt) => said(send, &delivery.url, attempt),
                None => Err(Failure::new("the delivery has no attempt")),
            }
        }
        TemplateSent::Unkept { url, attempt } => {
            output::aside("the request it was made from is gone, so that nothing is kept of this sending");
            if send.json {
                output::json(&json::attempt(&attempt))?;
            }
            said(send, &url, &attempt)
        }
    }
}

fn said(send: &Send, url: &str, attempt: &Attempt) -> Result<(), Failure> {
    match attempt.outcome {
        Outcome::Answered if send.json => Ok(()),
        Outcome::Answered => answer(url, attempt),
        _ => Err(crate::resend::failed(attempt)),
    }
}
