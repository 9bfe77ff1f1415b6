//! The boundary of Hookbench: every command and every type that is serialised, declared once.
//!
//! The window and the browser host are thin shells around [`dispatch`], [`read_bytes`] and [`Feed`]; the TypeScript in
//! `ui/src/bindings` is generated from the same declarations. Nothing here knows Tauri, HTTP or SQL.

mod error;
pub mod types;

pub use error::{ApiError, Code};
