//! Lower case for comparing, the same way for what is looked for and for where it is looked for.

/// Appends `text` in lower case to `lower`, letter by letter, so that a part of a text is written as it is in the whole
/// (the standard library's way makes the last `Σ` of a word another letter than one inside of it).
///
/// Requests are mostly ASCII with a letter beyond it here and there; the runs between those are taken in one go.
pub(super) fn push_lower(lower: &mut String, text: &str) {
    lower.reserve(text.len());
    for run in text
        .as_bytes()
        .chunk_by(|one, next| one.is_ascii() == next.is_ascii())
    {
        // A run ends where a letter does: the bytes of one letter are all beyond ASCII.
        let run = str::from_utf8(run).unwrap_or_default();
        if run.is_ascii() {
            let from = lower.len();
            lower.push_str(run);
            lower[from..].make_ascii_lowercase();
        } else {
            lower.extend(run.chars().flat_map(char::to_lowercase));
        }
    }
}

/// `text` in lower case.
pub(super) fn lower(text: &str) -> String {
    let mut lower = String::new();
    push_lower(&mut lower, text);
    lower
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_letter_is_lowered_by_itself(text in "(?s)[A-Za-zÄÖß€×ΣσİK\u{0}-\u{7f}\\PC]{0,64}") {
            let each: String = text.chars().flat_map(char::to_lowercase).collect();
            prop_assert_eq!(lower(&text), each);
        }

        #[test]
        fn a_part_is_lowered_as_in_the_whole(before in "\\PC{0,8}", part in "\\PC{0,8}", after in "\\PC{0,8}") {
            let whole = lower(&format!("{before}{part}{after}"));
            prop_assert!(whole.contains(&lower(&part)));
        }
    }
}
