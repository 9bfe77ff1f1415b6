//! Formats in and out: a request as something another program understands.
//!
//! Each format but HAR, which is the exact request beside what others read, takes the
//! [`Outgoing`](crate::delivery::Outgoing) of a plan, so that what is copied is what would be sent. Captured bytes are
//! data here, never text to be evaluated: what a shell, a terminal or an editor would take for more than a letter is
//! written in another way, and where that cannot be done the format is refused by type.

mod cmd;
mod code;
mod curl;
pub(crate) mod har;
mod http;
mod not_expressible;
mod powershell;
mod wire;
mod words;

pub use cmd::curl_for_cmd;
pub use code::{fetch, go, python, rust};
pub use curl::curl;
pub use http::http;
pub use not_expressible::NotExpressible;
pub use powershell::powershell;
pub use wire::request;
