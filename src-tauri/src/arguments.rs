//! What the window can be started with.

use std::path::PathBuf;

use hookbench_engine::model::RequestId;

use crate::opening::Opening;

/// Hookbench: captures webhooks, explains their signatures, sends them again.
///
/// Where a window has the same data open already, that one comes to the front and this start ends.
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// The folder with all data; the terminal and the window may share it.
    #[arg(long, value_name = "DIR", env = "HOOKBENCH_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// The port to listen on; the one chosen last, or 4665, where it is left out.
    #[arg(long, value_name = "N", env = "HOOKBENCH_PORT")]
    pub(crate) port: Option<u16>,

    /// Open the window at this request.
    #[arg(long, value_name = "ID", conflicts_with = "link")]
    pub(crate) show: Option<RequestId>,

    /// Start without showing the window; where there is no tray it is shown all the same.
    #[arg(long)]
    pub(crate) hidden: bool,

    /// Ask the window that has this data open to quit, as closing it does; it asks first where something is under way.
    #[arg(long, conflicts_with_all = ["show", "hidden", "link"])]
    pub(crate) quit: bool,

    /// A link to a request, as `hookbench://request/ID`.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}

impl Arguments {
    /// What this start is for.
    pub(crate) fn opening(&self) -> Opening {
        if self.quit {
            return Opening::Quit;
        }
        match (&self.show, &self.link) {
            (Some(id), _) => Opening::Request(*id),
            (None, Some(link)) => Opening::of_link(link),
            (None, None) if self.hidden => Opening::Hidden,
            (None, None) => Opening::Show,
        }
    }
}
