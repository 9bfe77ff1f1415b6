//! The product without a window: capture, providers, store and delivery behind one façade.

pub mod capture;
pub mod clock;
pub mod delivery;
pub mod filter;
pub mod model;
pub mod provider;
pub mod secrets;
pub mod store;
