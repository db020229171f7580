//! The front page keeps its word: the answers of its tour are those that the binary gives.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;

#[test]
fn the_tour_shows_what_the_binary_answers() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = fs::read_to_string(&path).expect("the front page is readable");
    let written = with_answers(&page);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, written).expect("the front page can be written");
        return;
    }
    assert!(page == written, "README.md is not up to date: run `UPDATE_EXPECT=1 cargo test readme`");
}

/// The page with the block of text behind each block of Cypher written anew.
fn with_answers(page: &str) -> String {
    let mut written = String::new();
    let mut rest = page;
    let mut count = 0;
    while let Some((before, behind)) = rest.split_once("```cypher\n") {
        let (query, behind) = behind.split_once("```").expect("a block ends");
        let (between, behind) = behind.split_once("```text\n").expect("an answer follows each query");
        let (_, behind) = behind.split_once("```").expect("a block ends");
        let pieces = [before, "```cypher\n", query, "```", between, "```text\n", &answer(query), "```"];
        written.extend(pieces);
        rest = behind;
        count += 1;
    }
    assert!(count >= 10, "the tour has ten questions");
    written + rest
}

fn answer(query: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_averment")).args(["query", query]).output().expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{query}\n{errors}");
    let answer = String::from_utf8(output.stdout).expect("an answer is text");
    assert!(!answer.ends_with("\n0 rows\n"), "nothing is found by\n{query}");
    answer
}
