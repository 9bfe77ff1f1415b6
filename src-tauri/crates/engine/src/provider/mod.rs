//! Who sent a request, what it is about, and what its sender wants to hear.
//!
//! Providers are data. Each is one TOML file in `providers/` with the structure of [`Provider`]; a scheme of one's own
//! has the same structure. The code here knows how to look ([`Condition`], [`Template`]) and not for whom: no brand
//! is named outside the files. What is absent: no clock, no randomness, no network, no store. Cryptography is the
//! signature crate's; this module hands it texts.
//!
//! Everything runs while a sender waits, so a body is parsed only when a rule asks for a value inside it, once, and
//! only up to [`Facts::LOOK_INTO`] bytes.

mod catalogue;
mod condition;
mod definition;
mod detect;
mod embedded;
mod event;
mod facts;
mod form;
mod handshake;
mod hint;
mod meaning;
mod place;
mod place_in_file;
mod sample;
mod template;

pub use catalogue::{Catalogue, CatalogueError};
pub use condition::Condition;
pub use definition::{DeliveryIdRule, EventRule, Evidence, Provider};
pub use detect::{DetectRule, Detected, Rank};
pub use facts::{Facts, UnpackedBody};
pub use form::{BLANK, FormFault, FormField, SchemeForm};
pub use handshake::{Answer, HandshakeAnswer, HandshakeRule, Offer, OfferKind, SignedPart};
pub use hint::HintRule;
pub use place::{Place, TemplateError};
pub use sample::{RenderError, RenderedRequest, Sample, SampleSetting, Signing};
pub use template::Template;

#[cfg(test)]
mod tests;
