//! What the window can be started with.

use std::path::PathBuf;

/// Hookbench: captures webhooks, explains their signatures, sends them again.
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// The folder with all data; the terminal and the window may share it.
    #[arg(long, value_name = "DIR", env = "HOOKBENCH_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// The port to listen on; the one chosen last, or 4665, where it is left out.
    #[arg(long, value_name = "N", env = "HOOKBENCH_PORT")]
    pub(crate) port: Option<u16>,
}
