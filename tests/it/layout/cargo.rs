//! What each crate depends on, read from its manifest line by line.

use super::rules::{CRATES, TestDependencies};
use super::tree::{Breach, Tree};

/// Crates that depend on what their rule forbids.
pub(super) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for rule in CRATES {
        let manifest = format!("{}/Cargo.toml", rule.directory);
        for dependency in dependencies(tree.text(&manifest).unwrap_or_default()) {
            let exempt = dependency.kind == Kind::Test && rule.tests_too == TestDependencies::Exempt;
            if !exempt
                && rule
                    .never
                    .iter()
                    .any(|pattern| matches(pattern, &dependency.package))
            {
                found.push(Breach::new(
                    &manifest,
                    &format!("depends on `{}`, which it never may", dependency.package),
                ));
            }
        }
    }
    found
}

#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    package: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Product,
    Test,
}

fn matches(pattern: &str, package: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => package.starts_with(start),
        None => package == pattern,
    }
}

/// Every dependency of a manifest, under the name of its package.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    // The kind of the list we are in, and whether the section is one dependency's own table.
    let mut section: Option<(Kind, bool)> = None;
    for line in manifest
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            section = None;
            if let Some((kind, own)) = dependency_section(header) {
                section = Some((kind, own.is_some()));
                found.extend(own.map(|package| Dependency { package, kind }));
            }
            continue;
        }
        let (Some((kind, own)), Some((key, value))) = (section, line.split_once('=')) else {
            continue;
        };
        if own {
            if let (true, Some(last)) = (key.trim() == "package", found.last_mut()) {
                last.package = unquoted(value);
            }
            continue;
        }
        let renamed = value
            .split_once("package")
            .and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
        let package = renamed.map_or_else(
            || unquoted(key.trim().split('.').next().unwrap_or(key)),
            |rest| unquoted(rest.split([',', '}']).next().unwrap_or(rest)),
        );
        found.push(Dependency { package, kind });
    }
    found
}

/// The kind of a section of dependencies, with the name if it is the table of only one.
fn dependency_section(header: &str) -> Option<(Kind, Option<String>)> {
    let kinds = [
        ("dev-dependencies", Kind::Test),
        ("build-dependencies", Kind::Product),
        ("dependencies", Kind::Product),
    ];
    for (name, kind) in kinds {
        if header == name || header.ends_with(&format!(".{name}")) {
            return Some((kind, None));
        }
        let table = header
            .split_once(&format!("{name}."))
            .filter(|(before, _)| before.is_empty() || before.ends_with('.'));
        if let Some((_, package)) = table {
            return Some((kind, Some(unquoted(package))));
        }
    }
    None
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_string()
}

#[test]
fn every_way_to_write_a_dependency_is_read() {
    let manifest = "\
        [package]\nname = \"x\"\nversion.workspace = true\n\
        [dependencies]\na.workspace = true\nb = \"1\" # c = \"1\"\n\"d\" = { version = \"1\" }\n\
        e = { version = \"1\", package = \"renamed\" }\n\n\
        [dependencies.f]\nversion = \"1\"\nfeatures = [\"x\"]\n\
        [dev-dependencies]\ng = \"1\"\n\
        [target.'cfg(target_os = \"linux\")'.dependencies]\nh = \"1\"\n\
        [target.'cfg(unix)'.dev-dependencies.i]\nversion = \"1\"\n\
        [build-dependencies]\nj = \"1\"\n\
        [features]\ndefault = []\n";
    let read: Vec<(String, Kind)> = dependencies(manifest)
        .into_iter()
        .map(|dependency| (dependency.package, dependency.kind))
        .collect();
    let expected = [
        ("a", Kind::Product),
        ("b", Kind::Product),
        ("d", Kind::Product),
        ("renamed", Kind::Product),
        ("f", Kind::Product),
        ("g", Kind::Test),
        ("h", Kind::Product),
        ("i", Kind::Test),
        ("j", Kind::Product),
    ];
    assert_eq!(read, expected.map(|(package, kind)| (package.to_string(), kind)));
}
