//! What of a request does not leave the house, decided in one place: for what is copied and for a screen that others see.
//!
//! Two things are masked: what is secret by its place (credentials, cookies, tokens and signatures in a head, in the
//! addresses of one and their queries) and the values of bodies that the person chose by JSON pointers, for an endpoint
//! or everywhere. What is secret so is hidden wherever it comes up again in the same request. A copy gets short marks in
//! their place; a screen gets marks of the same length, so that every offset into the bytes still holds. Nothing here
//! changes what is kept: it is given bytes and gives others.

mod address;
mod body;
mod chosen;
mod head;
mod kept;
mod knowing;
mod learned;
mod names;
mod packed;
mod path;
mod rules;
mod screen;
mod stretch;
#[cfg(test)]
mod tests;

pub use chosen::{ChosenPath, MaskedEndpoint};
pub(crate) use head::{MASKED, blind_places, given_head, given_target, given_value, places_of};
pub(crate) use kept::LastKnown;
pub(crate) use knowing::Known;
pub(crate) use learned::Secrets;
pub(crate) use names::SigningPlaces;
pub(crate) use packed::{Copied, Unfound, given_body};
pub use path::{BadMaskPath, MaskPath};
pub(crate) use rules::{LastRules, Rules};
pub(crate) use screen::LONGEST_SEARCHED;
pub use screen::Screen;
pub use stretch::Stretch;
pub(crate) use stretch::{LONG, LastCovered};

/// What hides a byte where the length is to stay.
const DOT: u8 = b'*';
