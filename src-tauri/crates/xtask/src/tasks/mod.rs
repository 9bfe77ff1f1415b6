//! One file a task. What several of them do first is here.

pub(crate) mod bench;
pub(crate) mod bindings;
pub(crate) mod bundle;
pub(crate) mod lint;
pub(crate) mod packages;
pub(crate) mod run;
pub(crate) mod test;

use crate::needs::{self, BUILD};
use crate::node;
use crate::steps::Step;

/// What must be there before anything of the product compiles: the window embeds the built user interface, and without
/// the system's libraries the build stops after minutes with a message that does not say so.
fn set_up<'a>() -> Vec<Step<'a>> {
    vec![
        Step::new("System packages for building", |workspace| {
            needs::provide(workspace, BUILD)
        }),
        Step::new("Node and npm", node::check),
        Step::new("Packages of the user interface", |workspace| {
            node::install(workspace, &workspace.ui())
        }),
        Step::new("Build the user interface", node::build_ui),
    ]
}
