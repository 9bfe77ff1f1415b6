//! Reading parts out of bytes somebody else wrote: JSON, forms, URLs, times. Nothing here trusts its input, and
//! nothing here changes it: a value that is signed must come out exactly as it went in.

pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod time;
pub(crate) mod url;
