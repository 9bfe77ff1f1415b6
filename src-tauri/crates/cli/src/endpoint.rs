//! `hookbench endpoint`

use hookbench_engine::Engine;
use hookbench_engine::model::NewEndpoint;

use crate::arguments::{Endpoint, Toggle};
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
            json,
        } => {
            let new = NewEndpoint {
                path,
                provider,
                parameters: parameters.into_iter().collect(),
                answers_handshakes: handshake == Toggle::On,
            };
            let endpoint = engine.add_endpoint(new).await?;
            told(&endpoint, json)
        }
        Endpoint::Set {
            endpoint,
            provider,
            parameters,
            handshake,
            json,
        } => {
            let before = engine.find_endpoint(&endpoint).await?;
            let mut to = NewEndpoint {
                path: before.path,
                provider: before.provider,
                parameters: before.parameters,
                answers_handshakes: handshake
                    .map_or(before.answers_handshakes, |wanted| wanted == Toggle::On),
            };
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
                    let secrets = match endpoint.secrets.len() {
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
        Endpoint::Remove { endpoint } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            engine.remove_endpoint(endpoint.id).await?;
            output::line(&format!("removed {}", visible(&endpoint.path)))
        }
    }
}

fn told(endpoint: &hookbench_engine::model::Endpoint, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&EndpointObject::new(endpoint));
    }
    output::line(&format!("endpoint {} ({})", visible(&endpoint.path), endpoint.id))
}
