//! What Rust modules name, read from their sources without comments, strings and unit tests.

use super::rules::{ENGINE, Knows, MODULES, WORDS};
use super::tree::{Breach, Tree};

/// Modules that name what their rule forbids.
pub(super) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, text) in tree.files_under("src-tauri/", &[".rs"]) {
        let code = code(text);
        let own = path
            .strip_prefix(ENGINE)
            .and_then(|inside| inside.split(['/', '.']).next());
        for rule in MODULES.iter().filter(|rule| own == Some(rule.module)) {
            for name in of_own_crate(&code) {
                let forbidden = match rule.knows {
                    Knows::Only(names) => !names.contains(&name.as_str()),
                    Knows::AllBut(names) => names.contains(&name.as_str()),
                };
                if forbidden {
                    found.push(Breach::new(
                        path,
                        &format!("knows `crate::{name}`, which `{}` never may", rule.module),
                    ));
                }
            }
        }
        for rule in WORDS {
            let applies =
                path.starts_with(rule.within) && !rule.except.iter().any(|place| path.starts_with(place));
            for word in rule.words.iter().filter(|word| applies && has_word(&code, word)) {
                found.push(Breach::new(
                    path,
                    &format!("knows `{word}`, which never leaves its own place"),
                ));
            }
        }
    }
    found
}

/// What is named directly under `crate::`, once each.
fn of_own_crate(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (index, start) in code.match_indices("crate::") {
        let before = code[..index].chars().next_back();
        if before.is_some_and(|character| is_of_word(character) || character == '$') {
            continue;
        }
        let rest = code[index + start.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names_of(group)),
            None => names.push(first_word(rest)),
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}

/// The first name of each item of `{a, b::c, d::{e, f}}`, from behind its opening brace.
fn first_names_of(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    let mut item = String::new();
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(first_word(std::mem::take(&mut item).trim())),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => item.push(character),
            _ => {}
        }
    }
    names.push(first_word(item.trim()));
    names
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|character| is_of_word(*character))
        .collect()
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether `word` is in `code`, not as a part of a longer word.
fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(index, _)| {
        let before = code[..index].chars().next_back();
        let after = code[index + word.len()..].chars().next();
        !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)
    })
}

/// A source without comments, without the content of strings, and without its unit tests: they may look at their
/// module from further away.
fn code(text: &str) -> String {
    let mut code = String::new();
    for line in without_unit_tests(text) {
        let mut in_string = false;
        let mut characters = line.char_indices();
        while let Some((index, character)) = characters.next() {
            match character {
                '"' if !line[..index].ends_with('\'') => in_string = !in_string,
                '\\' if in_string => drop(characters.next()),
                '/' if !in_string && line[index..].starts_with("//") => break,
                _ if !in_string => code.push(character),
                _ => {}
            }
        }
        code.push('\n');
    }
    code
}

/// The lines outside `#[cfg(test)] mod … { … }`, whose end, as rustfmt writes it, is a brace at the margin.
fn without_unit_tests(text: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    let mut is_for_tests = false;
    while let Some(line) = lines.next() {
        if is_for_tests && line.contains("mod ") && line.ends_with('{') {
            lines.by_ref().find(|line| *line == "}");
        } else {
            kept.push(line);
        }
        is_for_tests = line == "#[cfg(test)]" || (is_for_tests && line.starts_with("#["));
    }
    kept
}

#[test]
fn names_under_the_crate_are_read_from_paths_and_groups() {
    let code =
        "use crate::a::B;\nuse crate::{c, d::{e, f}, g::h};\nfn x(_: crate::i::J) {}\nmycrate::k; $crate::l;";
    assert_eq!(of_own_crate(code), ["a", "c", "d", "g", "i"]);
}

#[test]
fn comments_strings_and_unit_tests_are_no_code() {
    let text = "//! crate::a\nlet x = \"crate::b // \\\" crate::c\"; crate::d; // crate::e\nlet q = '\"'; crate::f;\n\
                #[cfg(test)]\nmod samples;\n#[cfg(test)]\n#[expect(x)]\nmod tests {\n    use crate::g;\n}\ncrate::h;";
    assert_eq!(
        of_own_crate(&code(text)),
        ["d", "f", "h"],
        "what comes behind the tests is code again"
    );
}

#[test]
fn a_word_is_not_found_inside_a_longer_one() {
    assert!(has_word("use sqlx::Row;", "sqlx"));
    assert!(!has_word("let sqlx_like = not_sqlx;", "sqlx"));
}
