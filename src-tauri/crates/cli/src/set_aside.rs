//! `hookbench set-aside`

use hookbench_engine::store::set_aside;
use hookbench_engine::{Engine, EngineError, Options};

use crate::failure::Failure;
use crate::output;

/// Moves a data file that cannot be opened to a dated name. One that can be opened stays where it is.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    match Engine::open(options.clone()).await {
        Ok(engine) => {
            engine.shut_down().await;
            Err(Failure::new("nothing was set aside: the data file can be opened"))
        }
        Err(EngineError::Open(error)) if error.may_set_aside() => {
            let aside = set_aside(&options.data_dir, options.clock.now()).map_err(EngineError::from)?;
            output::line(&format!("{error}"))?;
            output::line(&format!(
                "it is kept as {}; the next start begins a new one",
                aside.display()
            ))
        }
        Err(error) => Err(error.into()),
    }
}
