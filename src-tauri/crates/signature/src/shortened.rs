//! Texts of strangers in a message: whole, or their beginning.

/// `text` where it has at most so many letters, else that many and an ellipsis.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_text_is_cut_between_letters_and_only_where_it_is_long() {
        assert_eq!(shortened("é☕b", 3), "é☕b");
        assert_eq!(shortened("é☕b", 2), "é☕…");
        assert_eq!(shortened("", 0), "");
    }
}
