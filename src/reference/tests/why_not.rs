//! `WHY NOT` of generated queries, which have every form: it says that the row is there where it is, and has a reason
//! where it is not.

use super::author;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use crate::{Database, Row, Value};

/// So many queries; a dozen of each graph.
const QUERIES: usize = 144;

#[test]
fn a_row_that_is_there_is_found_and_one_that_is_not_has_a_reason() {
    let (mut explained, mut found, mut given_up) = (0, 0, 0);
    for seed in 0..QUERIES / 12 {
        let mut dice = Dice::new(seed as u64 + 1);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        let db = Database::in_memory();
        for statement in world.statements().iter().filter(|statement| !statement.is_empty()) {
            db.query(statement.as_str(), ()).unwrap_or_else(|error| panic!("{}", error.report()));
        }
        for _ in 0..12 {
            let text = author::query(&mut dice, draft.dated).text;
            let Ok(rows) = db.query(&text, ()).and_then(Iterator::collect::<Result<Vec<Row>, _>>) else { continue };
            let reasons = reasons(&db, &text);
            assert!(!reasons.is_empty(), "no answer\n{}\n{text}", world.script());
            let is_found = reasons == ["found"];
            assert_eq!(is_found, !rows.is_empty(), "{reasons:?}\n{}\n{text}", world.script());
            match (is_found, reasons.iter().all(|reason| reason == "not looked into")) {
                (true, _) => found += 1,
                (false, true) => given_up += 1,
                (false, false) => explained += 1,
            }
        }
    }
    assert!(explained > 20 && found > 20 && given_up * 10 <= explained, "{explained}, {found}, {given_up}");
}

fn reasons(db: &Database, text: &str) -> Vec<String> {
    let rows = db.query(format!("WHY NOT {text}"), ()).unwrap_or_else(|error| panic!("{text}\n{}", error.report()));
    let reason = |row: Result<Row, _>| match row.expect("it is made already").get::<Value>("reason") {
        Ok(reason) => reason.to_string(),
        Err(error) => panic!("{error}"),
    };
    rows.map(reason).collect()
}
