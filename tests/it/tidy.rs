//! The layers and who may import whom, and the things that have one home.
//!
//! Rust lets the modules of one crate import in circles; this test does not.

use std::fs;
use std::path::{Path, PathBuf};

/// Everything a layer may name beside itself. Bound expressions hold the functions that they call, so whoever rewrites
/// or lowers them names `function` too.
const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("value", &[]),
    ("syntax", &["text", "value"]),
    ("catalog", &["value"]),
    ("function", &["value"]),
    ("expr", &["text", "value", "function"]),
    ("semantic", &["text", "value", "syntax", "catalog", "function", "expr"]),
    ("plan", &["value", "catalog", "function", "expr", "semantic"]),
    ("optimize", &["value", "catalog", "function", "expr", "plan"]),
    ("physical", &["value", "catalog", "function", "expr", "plan"]),
    ("storage", &["value", "catalog"]),
    ("exec", &["text", "value", "catalog", "function", "expr", "physical", "storage"]),
    ("procedure", &["value", "catalog", "function", "storage"]),
    ("provenance", &["value", "catalog", "function", "storage"]),
];

/// Folders that use the public API only.
const OUTSIDE: &[&str] = &["format", "fixtures", "sanctions"];

/// What has one home, and where that is.
const HOMES: &[(&str, &[&str])] = &[
    ("pest::", &["src/syntax/"]),
    ("pest_derive", &["src/syntax/"]),
    ("bincode::", &["src/storage/codec.rs"]),
    ("std::fs", &["src/storage/disk.rs", "src/bin/", "src/fixtures/"]),
    ("SystemTime::now", &["src/exec/context.rs"]),
    ("Instant::now", &["src/exec/", "src/bin/"]),
    ("println!", &["src/bin/"]),
    ("rustyline", &["src/bin/"]),
    ("clap::", &["src/bin/"]),
];

#[test]
fn layers_import_only_what_lies_below_them() {
    let mut faults = Vec::new();
    for file in sources() {
        let layer = layer_of(&file);
        let text = without_tests(&fs::read_to_string(&file).expect("a source file is readable"));
        for (line_index, line) in text.lines().enumerate() {
            for named in named_layers(line) {
                if !may_name(&layer, &named) {
                    faults.push(format!("{}:{}: `{layer}` names `{named}`", file.display(), line_index + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn some_things_have_one_home() {
    let mut faults = Vec::new();
    for file in sources() {
        let text = without_tests(&fs::read_to_string(&file).expect("a source file is readable"));
        let name = file.to_string_lossy().replace('\\', "/");
        for (what, homes) in HOMES {
            if homes.iter().any(|home| name.contains(home)) {
                continue;
            }
            for (line_index, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                if code.contains(what) {
                    faults.push(format!("{name}:{}: `{what}` belongs in {}", line_index + 1, homes.join(", ")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| !fs::read_to_string(file).expect("a source file is readable").trim_start().starts_with("//!"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no header prose in:\n{}", silent.join("\n"));
}

#[test]
fn every_layer_is_known() {
    for entry in fs::read_dir(root().join("src")).expect("src is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().to_string();
        if path.is_dir() && name != "bin" {
            let known = LAYERS.iter().any(|(layer, _)| *layer == name) || OUTSIDE.contains(&name.as_str());
            assert!(known, "src/{name} is a layer that this test does not know");
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join("src"), &mut found);
    found.sort();
    assert!(found.len() > 30, "the sources are there");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The folder below `src`, `bin`, or `api` for a file directly in it.
fn layer_of(file: &Path) -> String {
    let relative = file.strip_prefix(root().join("src")).expect("a file below src");
    let mut parts = relative.components();
    let first = parts.next().expect("a name").as_os_str().to_string_lossy().to_string();
    if parts.next().is_some() { first } else { "api".to_owned() }
}

fn may_name(layer: &str, named: &str) -> bool {
    if layer == named || layer == "api" {
        return true;
    }
    let is_layer = LAYERS.iter().any(|(name, _)| *name == named);
    if layer == "bin" || OUTSIDE.contains(&layer) {
        return !is_layer;
    }
    LAYERS.iter().any(|(name, below)| *name == layer && below.contains(&named))
}

/// Each `crate::name` in a line of code, if the name is that of a module.
fn named_layers(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or("");
    let mut named = Vec::new();
    for piece in code.split("crate::").skip(1) {
        if let Some(group) = piece.strip_prefix('{') {
            named.extend(group.split(',').map(first_name));
        } else {
            named.push(first_name(piece));
        }
    }
    named.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    named
}

fn first_name(text: &str) -> String {
    text.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Unit tests stand last in a file, or in a file of their own, and may use any layer.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]").next().unwrap_or("").to_owned()
}
