//! The crate as others see it: schemes read from files, messages judged, drafts signed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod diagnosis;
mod diagnosis_computed;
mod diagnosis_numbers;
mod diagnosis_places;
mod discovery;
mod long_content;
mod nearly;
mod properties;
mod provider;
mod report;
mod signing;
mod snippets;
mod speed;
mod vectors;
