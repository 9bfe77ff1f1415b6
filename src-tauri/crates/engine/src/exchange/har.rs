//! Requests as a HAR file, the form in which browsers and proxies give away what they saw
//! (<http://www.softwareishard.com/blog/har-12-spec/>), and out of one again.
//!
//! HAR 1.2 knows method, URL, headers and a body as text: the bytes on the wire, and bodies that are no text, are beyond
//! it. What is written here therefore carries them beside, under `_hookbench` (names that begin so are free to everyone),
//! so that a request comes back byte for byte; and a body that is no text is base64, said by `postData.encoding` as
//! martian, Proxyman and the proposal for a HAR 1.3 do. A file of another program gives a request whose head is put
//! together from its parts, and it is marked so.
//!
//! Nothing here opens a file, asks the store or reads a clock, and no file is held in memory: entries go out and come in
//! one by one.

mod body;
mod entry;
mod head;
mod log;
mod own;
mod written;

#[cfg(test)]
pub(crate) mod tests;

pub use entry::EntryError;
pub(crate) use entry::Taken;
pub use log::LogError;
pub(crate) use log::{Reading, read};
pub(crate) use written::{BEGINNING, BETWEEN, END, Piece, write};
