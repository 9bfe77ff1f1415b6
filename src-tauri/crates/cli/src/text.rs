//! Text for people: one line a request, with everything a terminal would act on made visible.

use std::fmt::Write as _;

use hookbench_engine::model::{RequestSummary, State};

/// Shows control characters, escapes, bidirectional and invisible characters as visible escapes: captured text must
/// not be able to move the cursor, change colours or reorder what is read.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_treacherous(character) {
            // Writing into a String cannot fail.
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A length in bytes as people read it: `640 B`, `2.6 KB`, `25 MB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure for people")]
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// A request in one line.
pub(crate) fn line(request: &RequestSummary) -> String {
    let mut line = format!(
        "{}  {}  {} {}",
        request.received_at,
        request.id,
        or_dash(&visible(&request.method)),
        or_dash(&visible(&request.target)),
    );
    let known = &request.recognition;
    if let Some(provider) = &known.provider {
        let _ = write!(line, "  {}", visible(provider));
    }
    if let Some(event) = &known.event {
        let _ = write!(line, " {}", visible(event));
    }
    let _ = write!(line, "  {}", known.verdict);
    if let Some(status) = request.answered {
        let _ = write!(line, "  {status}");
    }
    let _ = write!(line, "  {}", size(request.body_length));
    if request.imported.is_some() {
        line.push_str("  imported");
    }
    if request.ambiguous {
        line.push_str("  ambiguous framing");
    }
    if request.state != State::Complete {
        let _ = write!(line, "  {}", request.state.as_str());
        if let Some(reason) = &request.reason {
            let _ = write!(line, ": {}", visible(reason));
        }
    }
    if request.duplicate_of.is_some() {
        let by = match request.repeated_by() {
            "bytes" => "same bytes",
            _ => "same delivery id",
        };
        let _ = write!(line, "  duplicate ({by})");
    }
    if request.starred {
        line.push_str("  ★");
    }
    for tag in &request.tags {
        let _ = write!(line, "  #{}", visible(tag));
    }
    line
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_shown_and_not_obeyed() {
        let shown = visible("a\u{1b}[2Jb\u{9b}31m\r\n\u{202e}c\u{200b}");
        assert!(
            shown.chars().all(|character| !character.is_control()),
            "nothing a terminal acts on is left: {shown}"
        );
        assert_eq!(
            shown, "a\\u{1b}[2Jb\\u{9b}31m\\u{d}\\u{a}\\u{202e}c\\u{200b}",
            "each is named"
        );
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["invoice.paid", "größe", "日本語", "🎉", "a b"] {
            assert_eq!(visible(text), text, "nothing is escaped without need");
        }
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        let shown: Vec<_> = [0, 999, 1000, 2614, 9_960, 25 * 1024 * 1024, 999_600]
            .map(size)
            .into();
        assert_eq!(
            shown,
            ["0 B", "999 B", "1.0 KB", "2.6 KB", "10 KB", "26 MB", "1.0 MB"],
            "two figures are enough"
        );
    }
}
