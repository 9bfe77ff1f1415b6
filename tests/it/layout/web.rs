//! What the files of the user interface import and contain.

use super::rules::{IMPORTS, MARKUP, PAGE, TAURI, UI};
use super::tree::{Breach, Tree};

/// Files of the user interface that import or contain what their rule forbids.
pub(super) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, text) in tree.files_under(UI, &[".ts", ".js", ".svelte"]) {
        let code = without_comments(text);
        let (part, feature) = part_of(path);
        for specifier in imports(&code) {
            let target = resolved(path, &specifier);
            if specifier.starts_with(TAURI.0) && part != TAURI.1 {
                found.push(Breach::new(
                    path,
                    &format!("imports `{specifier}`, which only ui/src/host may"),
                ));
            }
            let (into, into_feature) = part_of(&target);
            let never = IMPORTS
                .iter()
                .any(|rule| rule.part == part && rule.never.contains(&into));
            let other_feature = part == "features" && into == "features" && into_feature != feature;
            if never || other_feature {
                let own = if part == "features" {
                    format!("features/{feature}")
                } else {
                    part.to_string()
                };
                found.push(Breach::new(
                    path,
                    &format!("imports `{target}`, which `{own}` never may"),
                ));
            }
        }
        let is_test = path.contains(".test.") || path.contains(".spec.");
        for word in MARKUP.iter().filter(|word| !is_test && code.contains(*word)) {
            found.push(Breach::new(path, &format!("makes markup of text: `{word}`")));
        }
        for word in PAGE
            .iter()
            .filter(|word| !is_test && part == "state" && code.contains(*word))
        {
            found.push(Breach::new(path, &format!("touches the page: `{word}`")));
        }
    }
    found
}

/// `ui/src/features/list/Row.svelte` is of the part `features`, feature `list`.
fn part_of(path: &str) -> (&str, &str) {
    let mut steps = path.strip_prefix(UI).unwrap_or_default().split('/');
    (steps.next().unwrap_or_default(), steps.next().unwrap_or_default())
}

/// Every module a file imports or exports from, as written.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for keyword in ["from", "import", "import("] {
        for (index, _) in code.match_indices(keyword) {
            let before = code[..index].chars().next_back();
            if before.is_some_and(|character| character.is_alphanumeric() || "_$.".contains(character)) {
                continue;
            }
            let rest = code[index + keyword.len()..].trim_start();
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|character| "'\"`".contains(*character))
            else {
                continue;
            };
            found.extend(
                rest[1..]
                    .split(quote)
                    .next()
                    .filter(|text| !text.contains('\n'))
                    .map(String::from),
            );
        }
    }
    found
}

/// The path a specifier leads to: relative ones, and the usual aliases of `ui/src`. A package stays as it is.
fn resolved(from: &str, specifier: &str) -> String {
    if specifier.starts_with('.') {
        let mut steps: Vec<&str> = from.split('/').collect();
        steps.pop();
        for step in specifier.split('/') {
            match step {
                "." | "" => {}
                ".." => drop(steps.pop()),
                _ => steps.push(step),
            }
        }
        return steps.join("/");
    }
    for alias in ["@/", "~/", "$src/", "src/", "/src/", "$"] {
        if let Some(inside) = specifier.strip_prefix(alias) {
            return format!("{UI}{inside}");
        }
    }
    specifier.to_string()
}

/// A source without `/* … */`, `<!-- … -->`, and lines that are only a comment. A comment begins at the start of a word:
/// the `/*` of a media type such as `image/*` begins none.
fn without_comments(text: &str) -> String {
    let mut kept = text.to_string();
    for (open, close) in [("/*", "*/"), ("<!--", "-->")] {
        let mut from = 0;
        while let Some(begin) = kept[from..].find(open).map(|found| from + found) {
            let begins_word = kept[..begin]
                .chars()
                .next_back()
                .is_none_or(|before| " \n\t{(".contains(before));
            if !begins_word {
                from = begin + open.len();
                continue;
            }
            let end = kept[begin..]
                .find(close)
                .map_or(kept.len(), |end| begin + end + close.len());
            kept.replace_range(begin..end, " ");
            from = begin;
        }
    }
    kept.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_way_to_import_is_read() {
    let code = "import a from './a';\nimport {\n  b,\n} from \"./b\";\nimport './c.css';\nexport * from './d';\n\
                const e = await import('./e');\nimport type { F } from './f';\nArray.from('g'); const fromage = 'h';";
    let mut read = imports(code);
    read.sort();
    assert_eq!(read, ["./a", "./b", "./c.css", "./d", "./e", "./f"]);
}

#[test]
fn a_relative_import_is_followed() {
    assert_eq!(
        resolved("ui/src/features/list/Row.svelte", "../../host"),
        "ui/src/host"
    );
    assert_eq!(
        resolved("ui/src/main.ts", "./app/App.svelte"),
        "ui/src/app/App.svelte"
    );
    assert_eq!(resolved("ui/src/main.ts", "svelte"), "svelte");
}

#[test]
fn a_comment_is_not_code() {
    let text = "/* import './a' */ b\n// import './c'\n<!-- {@html d} -->\ne";
    let code = without_comments(text);
    assert!(imports(&code).is_empty() && !code.contains("{@html"), "{code}");
    let code = without_comments("const all = '*/*';\nimport x from './x';");
    assert_eq!(imports(&code), ["./x"], "a media type hides nothing behind it");
}
