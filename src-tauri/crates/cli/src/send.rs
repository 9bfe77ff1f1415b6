//! `hookbench send`

use hookbench_engine::model::{Attempt, Outcome, Written};
use hookbench_engine::{Aim, Engine, Filler, Sending, TemplateSent};

use crate::arguments::Send;
use crate::credentials::tell_withheld;
use crate::failure::Failure;
use crate::json::DeliveryObject;
use crate::resend::{agree, answer};
use crate::text::visible;
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
            output::aside(&format!("`{}` has no value", visible(missing)));
        }
        for line in shown(&filled.written) {
            output::line(&line)?;
        }
        return Ok(());
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
            let aim = delivery
                .target
                .map_or_else(|| Aim::Url(delivery.url.clone()), Aim::Target);
            tell_withheld(engine, &delivery.withheld, &aim).await?;
            if send.json {
                output::json(&DeliveryObject::new(&delivery))?;
            }
            match delivery.attempts.last() {
                Some(attempt) => said(send, &delivery.url, attempt),
                None => Err(Failure::new("the delivery has no attempt")),
            }
        }
        TemplateSent::Unkept {
            url,
            withheld,
            attempt,
        } => {
            tell_withheld(engine, &withheld, &Aim::Url(url.clone())).await?;
            output::aside("the request it was made from is gone, so that nothing is kept of this sending");
            if send.json {
                output::json(&json::attempt(&attempt))?;
            }
            said(send, &url, &attempt)
        }
    }
}

/// A filled template for a person, line by line. Its variables stand for captured text, which must not be able to act on
/// the terminal.
fn shown(written: &Written) -> Vec<String> {
    let mut lines = vec![visible(&format!("{} {}", written.method, written.url))];
    let headers = written.headers.iter();
    lines.extend(headers.map(|(name, value)| visible(&format!("{name}: {value}"))));
    lines.push(String::new());
    let body = written.body.clone().unwrap_or_default();
    lines.extend(String::from_utf8_lossy(&body).lines().map(visible));
    lines
}

fn said(send: &Send, url: &str, attempt: &Attempt) -> Result<(), Failure> {
    match attempt.outcome {
        Outcome::Answered if send.json => Ok(()),
        Outcome::Answered => answer(url, attempt),
        _ => Err(crate::resend::failed(attempt)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_template_is_shown_without_acting_on_the_terminal() {
        let written = Written {
            method: "POST".to_owned(),
            url: "http://t/\u{1b}]0;x\u{7}".to_owned(),
            headers: vec![("X-A".to_owned(), "a\r\u{1b}[2J".to_owned())],
            body: Some("{\n\"a\":\"\u{9b}2J\u{202e}\"}\u{1b}c".into()),
            signature: String::new(),
            new_id: false,
        };
        let lines = shown(&written);
        assert_eq!(
            lines,
            [
                "POST http://t/\\u{1b}]0;x\\u{7}",
                "X-A: a\\u{d}\\u{1b}[2J",
                "",
                "{",
                "\"a\":\"\\u{9b}2J\\u{202e}\"}\\u{1b}c",
            ],
            "every line is there, and nothing that a terminal acts on"
        );
    }
}
