//! Who may know whom, as data. A change here is a change of ARCHITECTURE.md.

/// What may be at the top besides dotfiles.
pub(super) const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src-tauri",
    "ui",
    "tests",
    "icons",
    "README.md",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "CHANGELOG.md",
];

/// Words that say what part something plays and not what it is.
pub(super) const ROLES: &[&str] = &[
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "manager",
    "managers",
    "common",
    "misc",
    "processor",
];

/// A crate and what it must never depend on; a name that ends in `*` stands for all that begin so.
pub(super) struct CrateRule {
    pub(super) directory: &'static str,
    pub(super) never: &'static [&'static str],
    pub(super) tests_too: TestDependencies,
}

/// Whether a rule holds for `[dev-dependencies]` as well.
#[derive(PartialEq, Eq)]
pub(super) enum TestDependencies {
    Exempt,
    Included,
}

pub(super) const CRATES: &[CrateRule] = &[
    CrateRule {
        directory: "src-tauri/crates/signature",
        never: &[
            "tokio*",
            "async*",
            "futures*",
            "sqlx*",
            "axum*",
            "hyper*",
            "tower*",
            "tauri*",
            "reqwest*",
            "http-body*",
            "jiff",
            "chrono",
            "time",
            "tempfile",
            "hookbench*",
        ],
        tests_too: TestDependencies::Exempt,
    },
    CrateRule {
        directory: "src-tauri/crates/engine",
        never: &[
            "tauri*",
            "wry",
            "tao",
            "clap*",
            "ts-rs",
            "hookbench-api",
            "hookbench",
            "hookbench-desktop",
        ],
        tests_too: TestDependencies::Exempt,
    },
    CrateRule {
        directory: "src-tauri/crates/api",
        never: &[
            "tauri*",
            "wry",
            "tao",
            "axum*",
            "hyper*",
            "sqlx*",
            "rusqlite",
            "clap*",
            "hookbench",
            "hookbench-desktop",
        ],
        tests_too: TestDependencies::Exempt,
    },
    CrateRule {
        directory: "src-tauri/crates/cli",
        never: &["tauri*", "wry", "tao", "sqlx*", "rusqlite", "hookbench-desktop"],
        tests_too: TestDependencies::Exempt,
    },
    CrateRule {
        directory: "src-tauri",
        never: &["sqlx*", "rusqlite", "hookbench"],
        tests_too: TestDependencies::Exempt,
    },
    CrateRule {
        directory: "src-tauri/crates/xtask",
        never: &["*"],
        tests_too: TestDependencies::Included,
    },
];

/// A module of the engine and what of its own crate it must never name.
pub(super) struct ModuleRule {
    pub(super) module: &'static str,
    pub(super) knows: Knows,
}

/// What of `crate::` a module may name.
pub(super) enum Knows {
    /// These and nothing else.
    Only(&'static [&'static str]),
    /// Everything but these.
    AllBut(&'static [&'static str]),
}

pub(super) const ENGINE: &str = "src-tauri/crates/engine/src/";

pub(super) const MODULES: &[ModuleRule] = &[
    ModuleRule {
        module: "model",
        knows: Knows::Only(&["model"]),
    },
    ModuleRule {
        module: "store",
        knows: Knows::AllBut(&["capture", "delivery"]),
    },
    ModuleRule {
        module: "provider",
        knows: Knows::AllBut(&["capture", "store", "delivery"]),
    },
    ModuleRule {
        module: "body",
        knows: Knows::AllBut(&["capture", "store", "delivery"]),
    },
    ModuleRule {
        module: "capture",
        knows: Knows::AllBut(&["delivery"]),
    },
];

/// A word that Rust code outside some places must never contain.
pub(super) struct WordRule {
    pub(super) within: &'static str,
    pub(super) except: &'static [&'static str],
    pub(super) words: &'static [&'static str],
}

pub(super) const WORDS: &[WordRule] = &[
    // No type of sqlx leaves the store.
    WordRule {
        within: "src-tauri/",
        except: &["src-tauri/crates/engine/src/store"],
        words: &["sqlx"],
    },
    // Only the window knows its toolkit.
    WordRule {
        within: "src-tauri/crates/",
        except: &[],
        words: &["tauri"],
    },
    // Bytes and `now` in, an explanation out.
    WordRule {
        within: "src-tauri/crates/signature/src/",
        except: &[],
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant",
        ],
    },
];

/// A part of `ui/src` and the parts it must never import.
pub(super) struct ImportRule {
    pub(super) part: &'static str,
    pub(super) never: &'static [&'static str],
}

pub(super) const UI: &str = "ui/src/";

pub(super) const IMPORTS: &[ImportRule] = &[
    ImportRule {
        part: "host",
        never: &["app", "state", "features", "primitives"],
    },
    ImportRule {
        part: "state",
        never: &["app", "features", "primitives"],
    },
    ImportRule {
        part: "primitives",
        never: &["app", "host", "state", "features"],
    },
    // Of another feature nothing, of its own everything: see `web`.
    ImportRule {
        part: "features",
        never: &["app", "host"],
    },
    ImportRule {
        part: "lib",
        never: &["app", "host", "state", "features", "primitives"],
    },
];

/// Where alone the window's toolkit is imported.
pub(super) const TAURI: (&str, &str) = ("@tauri-apps/", "host");

/// What makes markup or code of text.
pub(super) const MARKUP: &[&str] = &[
    "{@html",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "new Function(",
];

/// What state must not touch: it is the same without a page.
pub(super) const PAGE: &[&str] = &["document.", "querySelector"];

/// Every place the rules speak of.
pub(super) fn places() -> Vec<String> {
    let crates = CRATES.iter().map(|rule| format!("{}/Cargo.toml", rule.directory));
    let modules = MODULES.iter().map(|rule| format!("{ENGINE}{}", rule.module));
    let excepted = WORDS
        .iter()
        .flat_map(|rule| rule.except)
        .map(|place| (*place).to_string());
    let within = WORDS.iter().map(|rule| rule.within.to_string());
    let parts = IMPORTS.iter().map(|rule| format!("{UI}{}/", rule.part));
    crates
        .chain(modules)
        .chain(excepted)
        .chain(within)
        .chain(parts)
        .collect()
}
