//! What must hold for every provider file.

mod answers;
mod detection;
mod files;
mod seeds;
mod vectors;
