//! A thing as it might have been when it was signed, and what that would mean.

use super::cause::Cause;

/// One way in which a value may differ from what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variant<T> {
    pub(super) cause: Cause,
    /// What was done to ours to get this: `the JSON written by Python's json.dumps`.
    pub(super) change: String,
    pub(super) value: T,
}

impl<T> Variant<T> {
    pub(super) fn new(cause: Cause, change: impl Into<String>, value: T) -> Self {
        Self {
            cause,
            change: change.into(),
            value,
        }
    }
}

/// Variants in order, each value once, and never the one we have.
pub(super) struct Distinct<T> {
    seen: std::collections::HashSet<[u8; 32]>,
    pub(super) variants: Vec<Variant<T>>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self {
            seen: std::collections::HashSet::new(),
            variants: Vec::new(),
        }
    }
}

impl<T: AsRef<[u8]>> Distinct<T> {
    pub(super) fn without(ours: &[u8]) -> Self {
        let mut distinct = Self::default();
        distinct.is_new(ours);
        distinct
    }

    fn is_new(&mut self, value: &[u8]) -> bool {
        let mut mark = [0; 32];
        mark.copy_from_slice(crate::digest::of(crate::scheme::Hash::Sha256, value).as_bytes());
        self.seen.insert(mark)
    }

    pub(super) fn add(&mut self, cause: Cause, change: impl Into<String>, value: T) {
        if self.is_new(value.as_ref()) {
            self.variants.push(Variant::new(cause, change, value));
        }
    }
}
