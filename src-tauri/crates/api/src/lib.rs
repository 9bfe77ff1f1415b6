//! The boundary of Hookbench: every command and every type that is serialised, declared once.
//!
//! The window and the browser host are thin shells around [`dispatch`], [`read_bytes`] and [`Feed`]; the TypeScript in
//! `ui/src/bindings` is generated from the same declarations. Nothing here knows Tauri, HTTP or SQL.

mod bindings;
mod bytes;
mod commands;
mod desktop;
mod error;
mod feed;
mod presenting;
mod running;
pub mod types;

pub use bindings::export as export_bindings;
pub use bytes::read_bytes;
pub use commands::{COMMANDS, dispatch};
pub use desktop::Desktop;
pub use error::{ApiError, Code};
pub use feed::Feed;
pub use running::Running;
