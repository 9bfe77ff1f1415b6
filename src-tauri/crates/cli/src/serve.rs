//! `hookbench serve`

use hookbench_engine::Engine;

use crate::arguments::Serve;
use crate::failure::Failure;
use crate::host::Host;
use crate::listen;
use crate::output;

pub(crate) async fn run(engine: &Engine, serve: &Serve) -> Result<(), Failure> {
    listen::start(engine, &serve.listen).await?;
    let host = Host::bind(engine.clone(), serve.ui_port).await?;
    let url = host.url();
    if serve.listen.json {
        output::json(&serde_json::json!({ "interface": url }))?;
    } else {
        output::line(&format!(
            "open {url}\n(the part after # is this run's key: whoever has it sees everything)"
        ))?;
    }
    host.run(listen::stopped()).await
}
