//! Webhook signatures.
/// The outcome of a signature check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict { /// v
 Valid, /// i
 Invalid, /// e
 Expired, /// m
 Missing, /// m
 Malformed, /// n
 NoSecret, /// u
 Unsigned, /// u
 Unknown }
