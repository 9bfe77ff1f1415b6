//! `hookbench endpoint`

use hookbench_engine::Engine;
use hookbench_engine::model::{NewEndpoint, Tolerance};

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
            public_url,
            tolerance,
            json,
        } => {
            let new = NewEndpoint {
                path,
                provider,
                parameters: parameters.into_iter().collect(),
                public_url,
                tolerance: Tolerance {
                    past: tolerance,
                    future: None,
                },
            };
            let endpoint = engine.add_endpoint(new).await?;
            if json {
                output::json(&EndpointObject::new(&endpoint))
            } else {
                output::line(&format!("endpoint {} ({})", visible(&endpoint.path), endpoint.id))
            }
        }
        Endpoint::Set {
            endpoint,
            public_url,
            tolerance,
            json,
        } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            let mut to = endpoint.form();
            if let Some(url) = public_url {
                to.public_url = Some(url).filter(|url| !url.is_empty());
            }
            if let Some(seconds) = tolerance {
                to.tolerance.past = Some(seconds).filter(|seconds| *seconds > 0);
            }
            let endpoint = engine.update_endpoint(endpoint.id, to).await?;
            if json {
                return output::json(&EndpointObject::new(&endpoint));
            }
            let url = endpoint.public_url.as_deref().unwrap_or("as it came");
            let age = endpoint
                .tolerance
                .past
                .map_or_else(|| "as the scheme says".to_owned(), |past| format!("{past} s"));
            output::line(&format!(
                "{}: public URL {}, greatest age {age}",
                visible(&endpoint.path),
                visible(url)
            ))
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
        Endpoint::Remove { endpoint } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            engine.remove_endpoint(endpoint.id).await?;
            output::line(&format!("removed {}", visible(&endpoint.path)))
        }
    }
}
