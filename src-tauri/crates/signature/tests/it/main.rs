//! The crate as others see it: schemes read from files, messages judged, drafts signed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod covered;
mod diagnosis;
mod diagnosis_computed;
mod diagnosis_numbers;
mod diagnosis_places;
mod discovery;
mod forged;
mod long_content;
mod nearly;
mod properties;
mod provider;
mod report;
mod sent;
mod signing;
mod snippets;
mod tokens;
mod vectors;
