//! The provider files that come with the program, in the order of their ids.
//!
//! A list by hand, so that a new file is in the program as soon as it stands here; a test compares it with the folder.

macro_rules! files {
    ($($id:literal),+ $(,)?) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../../providers/", $id, ".toml")))),+]
    };
}

/// Name and text of each file.
pub(super) const FILES: &[(&str, &str)] = files!["github", "stripe", "tracktik", "trackunit", "trakrf", "trutac"];
