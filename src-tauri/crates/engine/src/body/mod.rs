//! What a body says, read no further than is asked for.
//!
//! Everything here takes the bytes as they came and gives views into them. Nothing is re-serialised and nothing
//! panics: bytes that are not what they claim to be give no view.

pub mod coding;
pub mod form;
pub mod json;

pub use coding::Unpacked;
pub use form::Form;
pub use json::Outline;
