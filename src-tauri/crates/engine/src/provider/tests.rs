//! What must hold for every provider file.

mod files;
mod vectors;
