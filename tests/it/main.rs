//! Black-box tests: the terminal program over real sockets and a real data file.

mod capture;
mod delivery;
mod layout;
mod safety;
mod signatures;
mod terminal;
