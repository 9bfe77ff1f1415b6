//! `hookbench providers import`, `export`, `remove` and `--own`: schemes of the person's own, which are in the store.

use std::io::{Read as _, Write as _};
use std::path::Path;

use hookbench_engine::{Engine, OwnScheme};
use serde_json::json;

use crate::arguments::{OwnAction, Providers};
use crate::failure::Failure;
use crate::output;
use crate::text::visible;

/// The longest file that is read, bytes; the engine refuses shorter ones with its own words.
const LONGEST: u64 = 1 << 20;

pub(crate) async fn run(engine: &Engine, wanted: Providers) -> Result<(), Failure> {
    match wanted.own_action {
        Some(OwnAction::Import { file, replace }) => import(engine, &file, replace).await,
        Some(OwnAction::Export { id }) => {
            let own = find(engine, &id).await?;
            std::io::stdout()
                .write_all(own.toml.as_bytes())
                .map_err(|error| Failure::new(format!("the file cannot be written: {error}")))
        }
        Some(OwnAction::Remove { id }) => {
            let own = find(engine, &id).await?;
            let freed = engine.remove_own_scheme(&own.id).await?;
            output::line(&format!("removed {}", visible(&own.id)))?;
            for path in freed {
                output::line(&format!(
                    "  {} recognises each request by itself now",
                    visible(&path)
                ))?;
            }
            Ok(())
        }
        None => list(engine, &wanted).await,
    }
}

async fn import(engine: &Engine, file: &Path, replace: bool) -> Result<(), Failure> {
    let named = file.display();
    let unread = |error: std::io::Error| Failure::new(format!("`{named}` cannot be read: {error}"));
    let mut toml = String::new();
    if file == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(LONGEST)
            .read_to_string(&mut toml)
            .map_err(unread)?;
    } else {
        let opened = std::fs::File::open(file).map_err(unread)?;
        opened.take(LONGEST).read_to_string(&mut toml).map_err(unread)?;
    }
    let before = if replace {
        let id = hookbench_engine::provider::Provider::read(&named.to_string(), &toml)
            .map_err(|error| Failure::new(error.to_string()))?
            .id;
        let own = engine.own_schemes().await?;
        own.into_iter().map(|own| own.id).find(|other| *other == id)
    } else {
        None
    };
    let kept = engine.save_own_scheme(&toml, before.as_deref()).await?;
    output::line(&format!("kept {}", line(&kept)))
}

async fn list(engine: &Engine, wanted: &Providers) -> Result<(), Failure> {
    let own = match &wanted.provider {
        Some(id) => vec![find(engine, id).await?],
        None => engine.own_schemes().await?,
    };
    if let Some(language) = wanted.snippet {
        let provider = own.first().and_then(|scheme| scheme.provider.as_ref());
        let provider = provider.ok_or_else(|| Failure::new("the scheme cannot be read"))?;
        return crate::signature::snippet(provider, language, &wanted.parameters);
    }
    for scheme in &own {
        if wanted.json {
            output::json(&json!({
                "id": scheme.id,
                "name": scheme.provider.as_ref().map(|provider| &provider.name),
                "fault": scheme.fault,
                "used_by": scheme.used_by,
                "scheme": scheme.provider.as_ref().and_then(|provider| provider.scheme.as_ref()),
            }))?;
        } else {
            output::line(&line(scheme))?;
        }
    }
    Ok(())
}

async fn find(engine: &Engine, id: &str) -> Result<OwnScheme, Failure> {
    let own = engine.own_schemes().await?;
    own.into_iter().find(|scheme| scheme.id == id).ok_or_else(|| {
        Failure::new(format!("there is no provider and no scheme of your own `{id}`"))
            .hint("hookbench providers lists those that are known, hookbench providers --own your own")
    })
}

fn line(scheme: &OwnScheme) -> String {
    let name = scheme.provider.as_ref().map_or("", |provider| &provider.name);
    let mut line = format!("{:<24} {}", visible(&scheme.id), visible(name));
    if let Some(fault) = &scheme.fault {
        line = format!("{line}  cannot be read: {}", visible(fault));
    }
    if !scheme.used_by.is_empty() {
        line = format!("{line}  ({})", visible(&scheme.used_by.join(", ")));
    }
    line
}
