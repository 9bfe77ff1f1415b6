//! Cuts a filter into terms: letters that know where they stood and whether they were quoted.

use std::ops::Range;

use super::FilterError;

/// The longest filter, in characters.
const LONGEST: usize = 4_096;

/// A letter of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    pub letter: char,
    /// It stands for itself: it was inside quotes.
    pub quoted: bool,
    /// Where it stood, counted in characters.
    pub at: usize,
}

impl Letter {
    /// Whether it is `letter` with its meaning, not a quoted one.
    pub(super) fn means(&self, letter: char) -> bool {
        !self.quoted && self.letter == letter
    }
}

/// A term as it was typed, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawTerm {
    pub letters: Vec<Letter>,
    /// Where it stood, quotes included.
    pub at: Range<usize>,
    /// It had quotes, so that it may be empty.
    pub quoted: bool,
}

/// The terms of a filter, or the quote that is not closed.
pub(super) fn cut(text: &str) -> Result<Vec<RawTerm>, FilterError> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(FilterError::new(
            LONGEST..length,
            format!("a filter has at most {LONGEST} letters"),
        ));
    }
    let mut terms = Vec::new();
    let mut term: Option<RawTerm> = None;
    let mut quote: Option<usize> = None;
    let mut letters = text.chars().enumerate();
    while let Some((at, letter)) = letters.next() {
        if quote.is_none() && letter.is_whitespace() {
            terms.extend(term.take());
            continue;
        }
        let current = term.get_or_insert_with(|| RawTerm {
            letters: Vec::new(),
            at: at..at,
            quoted: false,
        });
        current.at.end = at + 1;
        match letter {
            '"' => {
                current.quoted = true;
                quote = if quote.is_some() { None } else { Some(at) };
            }
            // Inside quotes a backslash takes the next letter as it is.
            '\\' if quote.is_some() => match letters.next() {
                Some((at, letter)) => {
                    current.letters.push(Letter {
                        letter,
                        quoted: true,
                        at,
                    });
                    current.at.end = at + 1;
                }
                None => break,
            },
            letter => current.letters.push(Letter {
                letter,
                quoted: quote.is_some(),
                at,
            }),
        }
    }
    if let Some(at) = quote {
        return Err(FilterError::new(at..length, "this quote is not closed").hint("add a `\"`"));
    }
    terms.extend(term);
    Ok(terms)
}

/// The letters as a text.
pub(super) fn text_of(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.letter).collect()
}

/// The parts of `letters` between the letters that mean `separator`.
pub(super) fn split(letters: &[Letter], separator: char) -> Vec<&[Letter]> {
    letters.split(|letter| letter.means(separator)).collect()
}
