//! `hookbench endpoint`

use hookbench_engine::Engine;
use hookbench_engine::model::NewEndpoint;

use crate::arguments::Endpoint;
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
            json,
        } => {
            let new = NewEndpoint {
                path,
                provider,
                parameters: parameters.into_iter().collect(),
            };
            let endpoint = engine.add_endpoint(new).await?;
            if json {
                output::json(&EndpointObject::new(&endpoint))
            } else {
                output::line(&format!("endpoint {} ({})", visible(&endpoint.path), endpoint.id))
            }
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
