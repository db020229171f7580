//! The language reference says what is so: its queries run, and its tables are those of the program.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use averment::{Database, fixtures};

use crate::cases;

fn reference() -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("LANGUAGE.md");
    let text = fs::read_to_string(&path).expect("the reference is readable");
    (path, text)
}

/// The blocks of code of one language in a page.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or("").to_owned()).collect()
}

#[test]
fn the_queries_of_the_reference_run_and_find_something() {
    let db = Database::in_memory();
    fixtures::load_all(&db).expect("the fixtures load");
    let queries = blocks(&reference().1, "cypher");
    assert!(queries.len() >= 8, "the reference has examples");
    for query in queries {
        let answer = db.fork().query(query.as_str(), ());
        let mut rows = answer.unwrap_or_else(|error| panic!("{}\n{}", query, error.report()));
        assert_eq!(rows.warnings(), [], "{query}");
        let found: Result<Vec<_>, _> = rows.by_ref().collect();
        let found = found.unwrap_or_else(|error| panic!("{}", error.report()));
        assert!(!found.is_empty() || rows.columns().is_empty(), "{query}");
    }
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_program() {
    let (path, page) = reference();
    let written = with_table(&page, "functions", "SHOW FUNCTIONS YIELD signature, description");
    let written = with_table(&written, "procedures", "SHOW PROCEDURES YIELD signature, description");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &written).expect("the reference can be written");
        return;
    }
    assert!(page == written, "LANGUAGE.md is not up to date: run `UPDATE_EXPECT=1 cargo test language`");
}

#[test]
fn each_warning_of_the_reference_has_a_case() {
    let cases = cases::texts_of_cases();
    let page = reference().1;
    let table = page.split("## Warnings").nth(1).and_then(|rest| rest.split("## ").next()).expect("the section");
    let first_cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let codes: Vec<&str> = first_cells.flat_map(|cell| cell.split(", ")).map(|code| code.trim_matches('`')).collect();
    assert!(codes.len() > 10, "{codes:?}");
    for code in &codes {
        let is_shown =
            |text: &String| text.contains(&format!("warning[{code}]")) || text.contains(&format!("\n{code}\n"));
        assert!(cases.iter().any(is_shown), "no case shows `{code}`");
    }
}

/// The page with the table between its two marks written anew.
fn with_table(page: &str, name: &str, query: &str) -> String {
    let mark = format!("<!-- {name}:");
    let start = page.find(&mark).expect("the mark is there");
    let start = start + page[start..].find('\n').expect("a line ends") + 1;
    let end = start + page[start..].find("<!-- end -->").expect("the end is marked");
    let mut table = String::from("| signature | meaning |\n|---|---|\n");
    let rows = Database::in_memory().query(query, ()).and_then(averment::Rows::into_vec::<(String, String)>);
    for (signature, description) in rows.expect("it is listed") {
        writeln!(table, "| `{}` | {} |", signature.replace('|', "\\|"), description.replace('|', "\\|")).expect("text");
    }
    format!("{}{table}{}", &page[..start], &page[end..])
}
