//! What of a request does not leave the house, decided in one place: for what is copied and for a screen that others see.
//!
//! Two things are masked: what is secret by its place (credentials, cookies, tokens and signatures in a head or a
//! query) and the values of bodies that the person chose by JSON pointers. A copy gets short marks in their place; a
//! screen gets marks of the same length, so that every offset into the bytes still holds. Nothing here changes what is
//! kept: it is given bytes and gives others.

mod body;
mod chosen;
mod head;
mod packed;
mod path;
mod rules;
mod screen;
mod stretch;
#[cfg(test)]
mod tests;

pub(crate) use body::{masked_body, there};
pub(crate) use head::{MASKED, SigningPlaces, masked_head, masked_request_head, masked_target};
pub(crate) use packed::given_body;
pub use path::{BadMaskPath, MaskPath};
pub(crate) use rules::{LastRules, Rules};
pub use screen::Screen;
pub use stretch::Stretch;
pub(crate) use stretch::{LONG, LastCovered};
