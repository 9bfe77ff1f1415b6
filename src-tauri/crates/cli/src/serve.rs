//! `hookbench serve`

use hookbench_api::Running;
use hookbench_engine::Options;

use crate::arguments::Serve;
use crate::failure::Failure;
use crate::host::Host;
use crate::listen;
use crate::output;

/// Data that cannot be opened is no reason to end: the interface says why, and offers the way on.
pub(crate) async fn run(options: Options, serve: &Serve) -> Result<(), Failure> {
    let running = Running::open(options, listen::wanted(&serve.listen)).await;
    let served = serve_interface(&running, serve).await;
    running.shut_down().await;
    served
}

async fn serve_interface(running: &Running, serve: &Serve) -> Result<(), Failure> {
    match running.engine() {
        Ok(engine) => {
            listen::start(&engine, &serve.listen).await?;
        }
        Err(error) => {
            output::aside(&format!("not listening: {}", error.message));
            if let Some(hint) = &error.hint {
                output::aside(hint);
            }
        }
    }
    let host = Host::bind(running.clone(), serve.ui_port).await?;
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
