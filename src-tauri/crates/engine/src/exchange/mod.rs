//! Requests in other forms.

pub mod raw;
