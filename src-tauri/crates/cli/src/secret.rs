//! `hookbench secret`

use std::io::{IsTerminal as _, Read as _};

use hookbench_engine::Engine;
use hookbench_engine::secrets::SecretString;

use crate::arguments::Secret;
use crate::failure::Failure;
use crate::json::SecretObject;
use crate::output;
use crate::text::visible;

/// No provider's secret is longer, certificates included.
const LONGEST: u64 = 64 * 1024;

pub(crate) async fn run(engine: &Engine, command: Secret) -> Result<(), Failure> {
    match command {
        Secret::Set {
            endpoint,
            value,
            name,
        } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            let value = match value {
                Some(value) => value,
                None => from_standard_input()?,
            };
            let record = engine
                .set_secret(endpoint.id, &name, SecretString::from(value))
                .await?;
            output::line(&format!(
                "secret `{}` of {} is kept in the {}",
                visible(&record.name),
                visible(&endpoint.path),
                match record.place {
                    hookbench_engine::model::SecretPlace::Keychain => "keychain",
                    hookbench_engine::model::SecretPlace::File =>
                        "data folder, in a file that only you can read",
                }
            ))
        }
        Secret::List { endpoint, json } => {
            for secret in engine.find_endpoint(&endpoint).await?.current_secrets() {
                if json {
                    output::json(&SecretObject::new(secret))?;
                } else {
                    output::line(&format!(
                        "{}  {}  {}",
                        visible(&secret.name),
                        secret.place.as_str(),
                        secret.created_at
                    ))?;
                }
            }
            Ok(())
        }
        Secret::Remove { endpoint, name } => {
            let endpoint = engine.find_endpoint(&endpoint).await?;
            let Some(secret) = endpoint.current_secrets().find(|secret| secret.name == name) else {
                return Err(Failure::new(format!("{} has no secret `{name}`", endpoint.path))
                    .hint("hookbench secret list tells which there are"));
            };
            engine.remove_secret(secret.id).await?;
            output::line(&format!(
                "removed secret `{}` of {}",
                visible(&name),
                visible(&endpoint.path)
            ))
        }
    }
}

/// Reads a value that ends with the input; one line break at its end is the shell's, not the secret's.
fn from_standard_input() -> Result<String, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        output::aside("type or paste the secret, then Enter and Ctrl-D");
    }
    let mut value = String::new();
    input
        .lock()
        .take(LONGEST + 1)
        .read_to_string(&mut value)
        .map_err(|error| Failure::new(format!("the secret cannot be read from standard input: {error}")))?;
    if value.len() as u64 > LONGEST {
        return Err(Failure::new(format!("the secret is longer than {LONGEST} bytes")));
    }
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    Ok(value)
}
