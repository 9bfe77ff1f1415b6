//! The house keeps its rules: `.github/ARCHITECTURE.md`, "Who may know whom", as a test.
//!
//! The rules are data (`rules`), what breaks them is found in a tree of texts (`tree`) by reading lines (`cargo`,
//! `modules`, `web`). Nothing here compiles anything or asks Cargo, and every rule is shown to fail on a small invented
//! tree, so that a rule that catches nothing is itself caught.

mod cargo;
mod modules;
mod rules;
mod tree;
mod web;

use tree::{Breach, Tree};

/// Everything in `tree` that breaks a rule.
fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    found.extend(top_level(tree));
    found.extend(names(tree));
    found.extend(cargo::breaches(tree));
    found.extend(modules::breaches(tree));
    found.extend(web::breaches(tree));
    found
}

/// The top of the tree holds what ARCHITECTURE.md lists, and dotfiles.
fn top_level(tree: &Tree) -> Vec<Breach> {
    let mut entries: Vec<&str> = tree.paths().filter_map(|path| path.split('/').next()).collect();
    entries.sort_unstable();
    entries.dedup();
    entries
        .into_iter()
        .filter(|entry| !entry.starts_with('.') && !rules::TOP_LEVEL.contains(entry))
        .map(|entry| Breach::new(entry, "has no place at the top level"))
        .collect()
}

/// Files and directories are named after a concept, not after a role.
fn names(tree: &Tree) -> Vec<Breach> {
    let has_role = |part: &str| {
        let words = part
            .split(|character: char| !character.is_ascii_alphanumeric())
            .flat_map(camel_words);
        words
            .map(str::to_ascii_lowercase)
            .find(|word| rules::ROLES.contains(&word.as_str()))
    };
    tree.paths()
        .filter_map(|path| {
            let role = path.split('/').find_map(has_role)?;
            Some(Breach::new(path, &format!("is named after a role: `{role}`")))
        })
        .collect()
}

/// `RequestManager` is two words.
fn camel_words(text: &str) -> Vec<&str> {
    let starts = text
        .char_indices()
        .filter(|(index, character)| *index > 0 && character.is_ascii_uppercase());
    let mut words = Vec::new();
    let mut begun = 0;
    for (index, _) in starts {
        words.push(&text[begun..index]);
        begun = index;
    }
    words.push(&text[begun..]);
    words
}

/// A small house that keeps every rule.
fn invented() -> Tree {
    Tree::of(&[
        ("Cargo.toml", "[workspace]\nmembers = []\n"),
        (".gitignore", "/target/\n"),
        ("README.md", "# House\n"),
        (
            "src-tauri/Cargo.toml",
            "[package]\nname = \"hookbench-desktop\"\n[dependencies]\nhookbench-api.workspace = true\ntauri.workspace = true\n",
        ),
        ("src-tauri/src/main.rs", "fn main() {}\n"),
        (
            "src-tauri/crates/signature/Cargo.toml",
            "[package]\nname = \"hookbench-signature\"\n[dependencies]\nhmac.workspace = true\n[dev-dependencies]\ntokio = \"1\"\n",
        ),
        (
            "src-tauri/crates/signature/src/lib.rs",
            "//! Never reads `std::fs` or a clock.\npub mod verify;\n",
        ),
        (
            "src-tauri/crates/engine/Cargo.toml",
            "[package]\nname = \"hookbench-engine\"\n[dependencies]\nsqlx.workspace = true\naxum.workspace = true\n",
        ),
        (
            "src-tauri/crates/engine/src/lib.rs",
            "pub mod model;\npub mod store;\nuse crate::store::Store;\n",
        ),
        (
            "src-tauri/crates/engine/src/model/head.rs",
            "use super::Header;\nuse crate::model::Time; // not crate::store\n",
        ),
        (
            "src-tauri/crates/engine/src/store/requests.rs",
            "use crate::model::{Head, Time};\nfn f(row: sqlx::Row) {}\n\
             #[cfg(test)]\nmod tests {\n    use crate::capture::Tape;\n}\n",
        ),
        (
            "src-tauri/crates/engine/src/capture/tape.rs",
            "use crate::{model::Head, store::Store};\n",
        ),
        (
            "src-tauri/crates/engine/src/delivery/plan.rs",
            "use crate::model::Target;\n",
        ),
        (
            "src-tauri/crates/api/Cargo.toml",
            "[package]\nname = \"hookbench-api\"\n[dependencies]\nhookbench-engine = { path = \"../engine\" }\n",
        ),
        (
            "src-tauri/crates/cli/Cargo.toml",
            "[package]\nname = \"hookbench\"\n[dependencies]\naxum = \"0.8\"\n",
        ),
        (
            "src-tauri/crates/xtask/Cargo.toml",
            "[package]\nname = \"xtask\"\n\n[dependencies]\n",
        ),
        (
            "ui/src/host/tauri.ts",
            "import { invoke } from '@tauri-apps/api/core';\nimport type { A } from '../bindings/A';\n",
        ),
        (
            "ui/src/state/list.svelte.ts",
            "import { call } from '../host';\nimport { keep } from '../lib/keep';\n",
        ),
        (
            "ui/src/primitives/Button.svelte",
            "<script>\n  import { join } from '../lib/join';\n</script>\n<button></button>\n",
        ),
        (
            "ui/src/features/detail/Detail.svelte",
            "<script lang=\"ts\">\n  // {@html} is never used\n  import { list } from '../../state/list.svelte';\n  \
             import Button from '../../primitives/Button.svelte';\n  import Row from './Row.svelte';\n</script>\n",
        ),
        (
            "ui/src/features/detail/Detail.test.ts",
            "expect(root.innerHTML).toBe('');\n",
        ),
        ("ui/src/features/list/List.svelte", "<p></p>\n"),
    ])
}

#[test]
fn the_repository_keeps_every_rule() {
    let found = breaches(&Tree::of_this_repository());
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        told.is_empty(),
        "ARCHITECTURE.md, \"Who may know whom\":\n{}",
        told.join("\n")
    );
}

#[test]
fn every_place_a_rule_speaks_of_exists() {
    let tree = Tree::of_this_repository();
    let missing: Vec<String> = rules::places()
        .into_iter()
        .filter(|place| !tree.paths().any(|path| path.starts_with(place)))
        .collect();
    assert!(
        missing.is_empty(),
        "a rule for a place that is gone or renamed guards nothing: {missing:?}"
    );
}

#[test]
fn a_house_in_order_breaks_no_rule() {
    let found = breaches(&invented());
    assert!(
        found.is_empty(),
        "nothing in the invented tree is wrong: {found:?}"
    );
}

#[test]
fn each_intrusion_is_found_and_named() {
    let crates = "src-tauri/crates";
    let intrusions: Vec<(String, &str, &str)> = vec![
        (
            "scripts/build.sh".into(),
            "",
            "`scripts` has no place at the top level",
        ),
        (
            "ui/src/lib/utils.ts".into(),
            "",
            "`ui/src/lib/utils.ts` is named after a role: `utils`",
        ),
        (
            format!("{crates}/cli/src/common/mod.rs"),
            "",
            "is named after a role: `common`",
        ),
        (
            "ui/src/features/list/ListManager.svelte".into(),
            "",
            "is named after a role: `manager`",
        ),
        (
            format!("{crates}/signature/Cargo.toml"),
            "[dependencies]\ntokio = { version = \"1\" }\n",
            "depends on `tokio`",
        ),
        (
            format!("{crates}/signature/Cargo.toml"),
            "[target.'cfg(unix)'.dependencies]\nhookbench-engine.workspace = true\n",
            "depends on `hookbench-engine`",
        ),
        (
            format!("{crates}/engine/Cargo.toml"),
            "[dependencies.window]\npackage = \"tauri\"\n",
            "depends on `tauri`",
        ),
        (
            format!("{crates}/engine/Cargo.toml"),
            "[dependencies]\nhookbench-api = \"0\"\n",
            "depends on `hookbench-api`",
        ),
        (
            format!("{crates}/api/Cargo.toml"),
            "[dependencies]\nx = { package = \"sqlx\" }\n",
            "depends on `sqlx`",
        ),
        (
            format!("{crates}/api/Cargo.toml"),
            "[dependencies]\naxum.workspace = true\n",
            "depends on `axum`",
        ),
        (
            format!("{crates}/cli/Cargo.toml"),
            "[build-dependencies]\ntauri-build = \"2\"\n",
            "depends on `tauri-build`",
        ),
        (
            format!("{crates}/cli/Cargo.toml"),
            "[dependencies]\nhookbench-desktop = \"0\"\n",
            "depends on `hookbench-desktop`",
        ),
        (
            "src-tauri/Cargo.toml".into(),
            "[dependencies]\n\"sqlx\" = \"0.9\"\n",
            "depends on `sqlx`",
        ),
        (
            format!("{crates}/xtask/Cargo.toml"),
            "[dependencies]\nanyhow = \"1\"\n",
            "depends on `anyhow`",
        ),
        (
            format!("{crates}/xtask/Cargo.toml"),
            "[dev-dependencies]\ntempfile = \"3\"\n",
            "depends on `tempfile`",
        ),
        (
            format!("{crates}/signature/src/verify.rs"),
            "use std::fs;\n",
            "knows `std::fs`",
        ),
        (
            format!("{crates}/signature/src/verify.rs"),
            "let now = SystemTime::now();\n",
            "knows `SystemTime`",
        ),
        (
            format!("{crates}/engine/src/model/id.rs"),
            "use crate::store::Row;\n",
            "knows `crate::store`",
        ),
        (
            format!("{crates}/engine/src/model.rs"),
            "use crate::Engine;\n",
            "knows `crate::Engine`",
        ),
        (
            format!("{crates}/engine/src/store/search.rs"),
            "use crate::{\n    model::Id,\n    delivery::{self, Plan},\n};\n",
            "knows `crate::delivery`",
        ),
        (
            format!("{crates}/engine/src/store/mod.rs"),
            "fn f(_: &crate::capture::Tape) {}\n",
            "knows `crate::capture`",
        ),
        (
            format!("{crates}/engine/src/capture/answer.rs"),
            "use crate::delivery::Plan;\n",
            "knows `crate::delivery`",
        ),
        (
            format!("{crates}/engine/src/delivery/client.rs"),
            "use sqlx::Row;\n",
            "knows `sqlx`",
        ),
        (
            format!("{crates}/cli/src/list.rs"),
            "fn f(pool: &sqlx::SqlitePool) {}\n",
            "knows `sqlx`",
        ),
        (
            "ui/src/app/App.svelte".into(),
            "<script>\nimport { getCurrentWindow } from \"@tauri-apps/api/window\";\n</script>",
            "imports `@tauri-apps/api/window`",
        ),
        (
            "ui/src/main.ts".into(),
            "const core = await import('@tauri-apps/api/core');",
            "imports `@tauri-apps/api/core`",
        ),
        (
            "ui/src/state/a.ts".into(),
            "import List from '../features/list/List.svelte';",
            "imports `ui/src/features/",
        ),
        (
            "ui/src/state/b.ts".into(),
            "export * from '../primitives/focus';",
            "imports `ui/src/primitives/focus`",
        ),
        (
            "ui/src/state/c.ts".into(),
            "document.title = 'x';",
            "touches the page: `document.`",
        ),
        (
            "ui/src/primitives/a.ts".into(),
            "import '../host/tauri';",
            "imports `ui/src/host/tauri`",
        ),
        (
            "ui/src/primitives/b.ts".into(),
            "import {\n  list,\n} from '../state/list.svelte';",
            "imports `ui/src/state/",
        ),
        (
            "ui/src/features/list/a.ts".into(),
            "import { x } from '../detail/x';",
            "imports `ui/src/features/detail/x`",
        ),
        (
            "ui/src/features/list/b.ts".into(),
            "import { call } from '$host';",
            "imports `ui/src/host`",
        ),
        (
            "ui/src/features/list/c.ts".into(),
            "import { call } from '@/host/index';",
            "imports `ui/src/host/index`",
        ),
        (
            "ui/src/lib/a.ts".into(),
            "import { list } from '../state/list.svelte';",
            "imports `ui/src/state/",
        ),
        (
            "ui/src/features/list/a.svelte".into(),
            "<p>{@html text}</p>",
            "makes markup of text: `{@html`",
        ),
        (
            "ui/src/lib/b.ts".into(),
            "node.innerHTML = text;",
            "makes markup of text: `innerHTML`",
        ),
    ];
    for (path, text, expected) in intrusions {
        let found = breaches(&invented().with(&path, text));
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            told.len() == 1 && told[0].contains(expected),
            "{path} with {text:?} must be told as {expected:?}: {told:?}"
        );
    }
}
