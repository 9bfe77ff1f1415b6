//! `hookbench endpoint`

use hookbench_engine::Engine;
use hookbench_engine::model::{AnswerRule, FaultKind, FaultReach, NewEndpoint, Tolerance};

use crate::arguments::{Answer, Endpoint, Fault, Toggle};
use crate::failure::Failure;
use crate::json::EndpointObject;
use crate::output;
use crate::text::visible;

pub(crate) async fn run(engine: &Engine, command: Endpoint) -> Result<(), Failure> {
    match command {
        Endpoint::Add {
            path,
            provider,
            parameters,
            handshake,
            public_url,
            tolerance,
            json,
        } => {
            let new = NewEndpoint {
                path,
                provider,
                parameters: parameters.into_iter().collect(),
                answers_handshakes: handshake == Toggle::On,
                public_url,
                tolerance: Tolerance {
                    past: tolerance,
                    future: None,
                },
            };
            let endpoint = engine.add_endpoint(new).await?;
            told(&endpoint, json)
        }
        Endpoint::Set {
            endpoint,
            provider,
            parameters,
            handshake,
            public_url,
            tolerance,
            json,
        } => {
            let before = engine.find_endpoint(&endpoint).await?;
            let mut to = before.form();
            if let Some(wanted) = handshake {
                to.answers_handshakes = wanted == Toggle::On;
            }
            if let Some(url) = public_url {
                to.public_url = Some(url).filter(|url| !url.is_empty());
            }
            if let Some(seconds) = tolerance {
                to.tolerance.past = Some(seconds).filter(|seconds| *seconds > 0);
            }
            if let Some(provider) = provider
                && to.provider.as_deref() != Some(provider.as_str())
            {
                // What was chosen for another provider's scheme means nothing to this one.
                to.parameters.clear();
                to.provider = Some(provider);
            }
            to.parameters.extend(parameters);
            let endpoint = engine.update_endpoint(before.id, to).await?;
            told(&endpoint, json)
        }
        Endpoint::List { json } => {
            for endpoint in engine.endpoints().await? {
                if json {
                    output::json(&EndpointObject::new(&endpoint))?;
                } else {
                    let provider = endpoint.provider.as_deref().unwrap_or("recognised by itself");
                    let secrets = match endpoint.current_secrets().count() {
                        0 => "no secret".to_owned(),
                        1 => "1 secret".to_owned(),
                        many => format!("{many} secrets"),
                    };
                    output::line(&format!(
                        "{}  {}  {secrets}",
                        visible(&endpoint.path),
                        visible(provider)
                    ))?;
                }
            }
            Ok(())
        }
        Endpoint::Answer(answer) => set_answer(engine, answer).await,
        Endpoint::Fault(fault) => set_fault(engine, fault).await,
        Endpoint::Forward(forward) => crate::forward::set(engine, forward).await,
        Endpoint::Remove { endpoint } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            engine.remove_endpoint(endpoint.id).await?;
            output::line(&format!("removed {}", visible(&endpoint.path)))
        }
    }
}

async fn set_answer(engine: &Engine, answer: Answer) -> Result<(), Failure> {
    let endpoint = engine.find_endpoint(&answer.endpoint).await?;
    let path = visible(&endpoint.path);
    if answer.usual {
        engine.set_answer(endpoint.id, None).await?;
        return output::line(&format!("{path} answers as usual"));
    }
    let status = answer.status;
    let rule = AnswerRule {
        status,
        headers: answer.headers,
        body: answer.body,
        delay: answer.delay,
    };
    engine.set_answer(endpoint.id, Some(rule)).await?;
    output::line(&format!("{path} answers {status}"))
}

async fn set_fault(engine: &Engine, fault: Fault) -> Result<(), Failure> {
    let endpoint = engine.find_endpoint(&fault.endpoint).await?;
    let path = visible(&endpoint.path);
    if fault.off {
        engine.set_fault(endpoint.id, None).await?;
        return output::line(&format!("{path} has no fault"));
    }
    let (kind, what) = match (fault.fail, fault.delay) {
        (Some(status), _) => (FaultKind::Fail { status }, format!("answers {status} to")),
        (None, Some(by)) => (FaultKind::Delay { by }, format!("answers {by:?} late to")),
        (None, None) if fault.close => (FaultKind::Close, "gives no answer to".to_owned()),
        (None, None) if fault.cut => (FaultKind::Cut, "cuts the answer to".to_owned()),
        (None, None) => {
            return Err(Failure::new("nothing says what shall go wrong")
                .hint("choose --fail, --delay, --close, --cut or --off"));
        }
    };
    let (reach, whom) = match (fault.next, fault.share) {
        (Some(count), _) => (FaultReach::Next(count), format!("the next {count} requests")),
        (None, Some(percent)) => (
            FaultReach::Share(percent),
            format!("{percent} of a hundred requests"),
        ),
        (None, None) => (FaultReach::All, "every request".to_owned()),
    };
    engine.set_fault(endpoint.id, Some((kind, reach))).await?;
    output::line(&format!("{path} {what} {whom}, until the listener ends"))
}

fn told(endpoint: &hookbench_engine::model::Endpoint, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&EndpointObject::new(endpoint));
    }
    output::line(&format!("endpoint {} ({})", visible(&endpoint.path), endpoint.id))
}
