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
    ("names", &["value"]),
    ("syntax", &["text", "value"]),
    ("catalog", &["value"]),
    ("function", &["value", "names"]),
    ("expr", &["text", "value", "function"]),
    ("semantic", &["text", "value", "syntax", "catalog", "function", "expr"]),
    ("plan", &["text", "value", "catalog", "function", "expr", "semantic"]),
    ("optimize", &["value", "catalog", "function", "expr", "plan"]),
    ("physical", &["value", "catalog", "function", "expr", "plan"]),
    ("storage", &["value", "names", "catalog"]),
    ("exec", &["text", "value", "catalog", "function", "expr", "physical", "storage"]),
    ("procedure", &["value", "names", "catalog", "function", "storage"]),
    ("provenance", &["value", "catalog", "function", "storage"]),
    ("why_not", &["text", "value", "syntax"]),
    ("import", &["value", "catalog", "storage", "error"]),
    ("fault", &[]),
    ("reference", &["text", "value", "syntax", "function"]),
];

/// Folders that are public API as well as layers: what they show to all, those outside may use, too.
const PUBLIC: &[&str] = &["import"];

/// Folders that use the public API only.
const OUTSIDE: &[&str] = &["format", "fixtures", "sanctions"];

/// The command line: a crate of its own, that knows the public API as any other does.
const BINARY: &str = "bin";

/// The files in `src`: the public API, which may name everything.
const API: &str = "api";

/// What has one home, and where that is: crates, modules of the standard library, macros. What everybody may use
/// (`rustc_hash`, `smallvec`) is not here.
const HOMES: &[(&str, &[&str])] = &[
    ("pest", &["src/syntax/"]),
    ("pest_derive", &["src/syntax/"]),
    (
        "petgraph",
        &[
            "src/storage/view.rs",
            "src/storage/view/",
            "src/subgraph.rs",
            "src/custom.rs",
            "src/sanctions/ownership/",
            "src/lib.rs",
        ],
    ),
    ("bincode", &["src/storage/codec.rs"]),
    ("crc32fast", &["src/storage/"]),
    ("serde", &["src/storage/codec.rs", "src/format/", "src/row.rs", "src/rows.rs", "src/bin/"]),
    ("flate2", &["src/import/source.rs"]),
    ("quick_xml", &["src/format/reading/xml.rs"]),
    ("serde_json", &["src/format/", "src/sanctions/ftm/", "src/bin/averment/"]),
    ("thiserror", &["/error.rs", "src/format/", "src/bin/averment/main.rs"]),
    ("jiff", &["src/value/temporal/"]),
    ("arc_swap", &["src/database.rs"]),
    ("regex", &["src/function/"]),
    ("memchr", &["src/storage/column/search.rs"]),
    ("strsim", &["src/value/nearest.rs", "src/names/"]),
    ("deunicode", &["src/names/fold.rs"]),
    ("unicode_normalization", &["src/value/normal_form.rs"]),
    ("unicode_width", &["src/text/", "src/syntax/lex.rs", "src/bin/averment/output/"]),
    ("rustyline", &["src/bin/"]),
    ("clap", &["src/bin/"]),
    ("clap_complete", &["src/bin/"]),
    ("clap_mangen", &["src/bin/"]),
    ("csv", &["src/bin/"]),
    ("ctrlc", &["src/bin/"]),
    ("comfy_table", &["src/bin/"]),
    ("std::fs", &["src/storage/disk/", "src/storage/files.rs", "src/import/source.rs", "src/bin/"]),
    ("std::env", &["src/storage/disk/lock.rs", "src/bin/"]),
    ("std::process", &["src/storage/disk/lock.rs", "src/bin/"]),
    ("std::net", &[]),
    ("SystemTime::now", &["src/exec/context.rs"]),
    ("RandomState", &["src/exec/context.rs"]),
    ("Instant::now", &["src/exec/", "src/bin/"]),
    ("print!", &["src/bin/"]),
    ("println!", &["src/bin/"]),
    ("eprint!", &["src/bin/"]),
    ("eprintln!", &["src/bin/"]),
    ("io::stdout", &["src/bin/"]),
    ("io::stderr", &["src/bin/"]),
];

#[test]
fn layers_import_only_what_lies_below_them() {
    let mut faults = Vec::new();
    for file in sources() {
        let layer = layer_of(&file);
        for (line, named) in named_layers(&code_of(&file), &module_path(&file)) {
            if !may_name(&layer, &named) {
                faults.push(format!("{}:{line}: `{layer}` names `{named}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn some_things_have_one_home() {
    let mut faults = Vec::new();
    for file in sources() {
        let name = file.to_string_lossy().replace('\\', "/");
        let paths = paths_in(&code_of(&file));
        for (what, homes) in HOMES {
            if homes.iter().any(|home| name.contains(home)) {
                continue;
            }
            let here = paths.iter().filter(|(_, path)| mentions(path, what));
            faults.extend(here.map(|(line, _)| format!("{name}:{line}: `{what}` belongs in {}", homes.join(", "))));
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
        let is_part_of_a_file = path.with_extension("rs").exists();
        if path.is_dir() && name != BINARY && !is_part_of_a_file {
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
    if parts.next().is_some() { first } else { API.to_owned() }
}

fn may_name(layer: &str, named: &str) -> bool {
    if layer == named || layer == API || layer == BINARY {
        return true;
    }
    if OUTSIDE.contains(&layer) {
        return PUBLIC.contains(&named) || !LAYERS.iter().any(|(name, _)| *name == named);
    }
    LAYERS.iter().any(|(name, below)| *name == layer && below.contains(&named))
}

/// The module that a file is, from the root of the crate: `["storage", "view"]`.
fn module_path(file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(root().join("src")).expect("a file below src").with_extension("");
    let mut path: Vec<String> = relative.iter().map(|part| part.to_string_lossy().to_string()).collect();
    if path.last().is_some_and(|last| last == "mod" || last == "lib") {
        path.pop();
    }
    path
}

/// What a module names from the root of the crate, by `crate::` or by as many `super::` as lead there, each with its
/// line. What the root itself exports (`crate::Value`) is named as [`API`]: layers name where a thing comes from.
fn named_layers(code: &str, module: &[String]) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (line, path) in paths_in(code) {
        let above = path.iter().take_while(|part| *part == "super").count();
        let first = match path.first().map(String::as_str) {
            Some("crate") => 1,
            Some("super") if above >= module.len() => above,
            _ => continue,
        };
        let Some(name) = path.get(first) else { continue };
        let is_module = name.starts_with(|letter: char| letter.is_ascii_lowercase());
        named.push((line, if is_module { name.clone() } else { API.to_owned() }));
    }
    named
}

/// Whether a path leads through `what`. A crate (`clap`) begins a path and is followed by something, so that a variable
/// may have its name; what else is looked for (`Instant::now`, `RandomState`, `println!`) may stand anywhere in it.
fn mentions(path: &[String], what: &str) -> bool {
    let wanted: Vec<&str> = what.split("::").collect();
    let is_crate = wanted.len() == 1 && what.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    if is_crate {
        return path.len() > 1 && path[0] == what;
    }
    path.windows(wanted.len()).any(|part| part.iter().zip(&wanted).all(|(part, wanted)| part == wanted))
}

/// Every path in `code` with its line, use trees written out: `use a::{b, c::{self, d}}` is `a::b`, `a::c::self` and
/// `a::c::d`, `use a` is `a::self`. A name alone is a path of one part, a macro keeps its `!`.
fn paths_in(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_word(tokens[at].1) {
            let is_imported = at > 0 && tokens[at - 1].1 == "use";
            at = read_path(&tokens, at, &[], &mut paths);
            if let Some((_, path)) = paths.last_mut().filter(|(_, path)| is_imported && path.len() == 1) {
                path.push("self".to_owned());
            }
        } else {
            at += 1;
        }
    }
    paths
}

/// Reads the path that begins at `at`, with every branch of a tree, and returns where it ends.
fn read_path(
    tokens: &[(usize, &str)],
    mut at: usize,
    before: &[String],
    paths: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.1);
    let (line, mut path) = (tokens[at].0, before.to_vec());
    loop {
        path.push(text(at).to_owned());
        at += 1;
        if text(at) == "!" && text(at + 1) != "=" {
            path.last_mut().expect("just pushed").push('!');
        }
        if text(at) != "::" {
            paths.push((line, path));
            return at;
        }
        at += 1;
        if text(at) == "{" {
            at += 1;
            while !matches!(text(at), "}" | "") {
                at = if is_word(text(at)) { read_path(tokens, at, &path, paths) } else { at + 1 };
            }
            return at + 1;
        }
        if !is_word(text(at)) {
            // `use a::*`, `Vec::<T>::new`.
            path.push(text(at).to_owned());
            paths.push((line, path));
            return at;
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Words, `::`, and single characters, each with its line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for (line_index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                word => word,
            };
            tokens.push((line_index + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// A file without comments, texts, and what is compiled for tests only; lines keep their numbers.
fn code_of(file: &Path) -> String {
    without_tests(&without_texts(&fs::read_to_string(file).expect("a source file is readable")))
}

/// Blanks comments and what stands within quotes, so that braces and names that are left are code.
fn without_texts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = text_length(rest).unwrap_or(0);
        if length == 0 {
            let word = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let length = word.max(letter.len_utf8());
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            out.extend(rest[..length].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    out
}

/// How long the comment, string or character is with which `rest` begins; none for a lifetime or other code.
fn text_length(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).unwrap_or("");
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    if raw[hashes..].starts_with('"') {
        let start = rest.len() - raw.len() + hashes + 1;
        let close = format!("\"{}", "#".repeat(hashes));
        return Some(rest[start..].find(&close).map_or(rest.len(), |end| start + end + close.len()));
    }
    let quoted = rest.strip_prefix('b').unwrap_or(rest);
    let start = rest.len() - quoted.len();
    match quoted.chars().next() {
        Some('"') => Some(start + quoted_length(quoted, '"')),
        Some('\'') => {
            // A lifetime has no closing quote after its first letter.
            let mut letters = quoted.chars().skip(1);
            let is_character = letters.next() == Some('\\') || letters.next() == Some('\'');
            is_character.then(|| start + quoted_length(quoted, '\''))
        }
        _ => None,
    }
}

fn quoted_length(quoted: &str, quote: char) -> usize {
    let mut letters = quoted.char_indices().skip(1);
    while let Some((offset, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            return offset + 1;
        }
    }
    quoted.len()
}

/// Blanks each item that stands under `#[cfg(test)]`: to the end of its block, or to the semicolon that ends it.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let length = MARK.len() + item_length(&rest[start + MARK.len()..]);
        out.push_str(&rest[..start]);
        out.extend(rest[start..start + length].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        rest = &rest[start + length..];
    }
    out + rest
}

fn item_length(code: &str) -> usize {
    let mut open = Vec::new();
    for (offset, letter) in code.char_indices() {
        match letter {
            '(' | '[' | '{' => open.push(letter),
            ')' | ']' | '}' => {
                let closed = open.pop();
                if open.is_empty() && closed == Some('{') {
                    return offset + 1;
                }
            }
            ';' if open.is_empty() => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn code_behind_an_item_for_tests_and_trees_over_several_lines_are_seen() {
    let text = r##"
        //! See [`exec`](crate::exec).
        #[cfg(test)]
        use crate::optimize::PassSet;
        use crate::{
            value::{self, Value},
            plan, // crate::physical
        };
        impl Thing {
            #[cfg(test)]
            pub(crate) fn len(&self, brace: char) -> [u8; 2] {
                "}".len() + '}'.len_utf8() + crate::exec::run::<'static>()
            }
            fn after(&self) -> &'static str { super::super::semantic::bind(r#"crate::syntax "}"#); super::near() }
        }
        fn last() { let Value = crate::Value::Null; a != b; println!("crate::text") }
        #[cfg(test)]
        mod tests { use crate::storage; }
    "##;
    let code = without_tests(&without_texts(text));
    assert_eq!(code.lines().count(), text.lines().count());
    let module = ["storage".to_owned(), "graph".to_owned()];
    let named = named_layers(&code, &module);
    let expected = [(6, "value"), (6, "value"), (7, "plan"), (14, "semantic"), (16, API)];
    assert_eq!(named, expected.map(|(line, name)| (line, name.to_owned())));
    assert!(paths_in(&code).iter().any(|(line, path)| *line == 16 && mentions(path, "println!")));
    let mentioned = |code: &str, what: &str| paths_in(code).iter().any(|(_, path)| mentions(path, what));
    assert!(mentioned("use regex as patterns;", "regex") && !mentioned("let regex = regex + 1;", "regex"));
    assert!(mentioned("use std::{\n fmt,\n fs::File};", "std::fs") && !mentioned("use std::fmt;", "std::fs"));
    assert!(!may_name("storage", API) && !may_name("storage", "plan") && may_name("storage", "value"));
}
