//! WHY on generated queries: the rows are those of the query without it, and what a row rests on is enough to make that
//! row again.

use std::collections::BTreeSet;

use super::author;
use super::comparison::lines;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use crate::optimize::PassSet;
use crate::reference::{Outcome, Row, Table};
use crate::value::{ElementId, Name, Value};

/// The table without the column `why`.
fn unexplained(table: Outcome<Table>) -> Outcome<Table> {
    table.map(|mut table| {
        assert_eq!(table.columns.pop(), Some(Name::from("why")));
        table
    })
}

/// The queries that are asked of one graph.
const QUERIES_PER_GRAPH: usize = 6;

/// Rows of answers that are large take long to be explained.
const MAX_ROWS: usize = 60;

#[track_caller]
fn check_rows(graphs: std::ops::Range<u64>) {
    for seed in graphs {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..QUERIES_PER_GRAPH {
            let written = author::query(&mut dice, draft.dated);
            for passes in [PassSet::ALL, PassSet::from_bits(dice.bits())] {
                let plain = world.found(world.logical(&written.text), passes);
                if plain.as_ref().is_ok_and(|table| table.rows.len() > 40 * MAX_ROWS) {
                    continue;
                }
                let plain = lines(plain, written.ordered);
                let why = format!("WHY {}", written.text);
                let found = lines(unexplained(world.found(world.logical(&why), passes)), written.ordered);
                let agrees = match (&plain, &found) {
                    (Ok(plain), Ok(found)) => plain == found,
                    (Err(_), Err(_)) => true,
                    _ => false,
                };
                let plan = || world.explained(world.optimised(world.logical(&why), passes));
                assert!(
                    agrees,
                    "seed {seed}\n{}\n{why}\nplain {plain:#?}\nexplained {found:#?}\n{passes:?}\n{}",
                    world.script(),
                    plan()
                );
            }
        }
    }
}

#[test]
fn why_changes_no_rows() {
    check_rows(1..60);
}

/// What a row rests on, with the ends of relationships.
fn closure(row: &Row) -> BTreeSet<ElementId> {
    let Value::Map(why) = &row[&Name::from("why")] else { panic!("WHY gives a map") };
    assert!(why["truncated"].is_null());
    let Value::List(elements) = &why["elements"] else { panic!("the elements are a list") };
    let ids = elements.iter().map(|entry| match entry {
        Value::Map(entry) => match &entry["element"] {
            Value::Node(node) => node.id(),
            Value::Relationship(rel) => rel.id(),
            other => panic!("{other} is no element"),
        },
        other => panic!("{other} is no entry"),
    });
    ids.collect()
}

/// Whether the rows of the query depend on rows beside them, or on all that touches a node.
fn is_outside(text: &str) -> bool {
    ["LIMIT", "SKIP", "degree("].iter().any(|word| text.contains(word))
}

/// Of each answer three rows are made again of what they rest on. How many were.
#[track_caller]
fn check_reproduction(graphs: std::ops::Range<u64>) -> usize {
    let mut count = 0;
    for seed in graphs {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..QUERIES_PER_GRAPH {
            let written = author::query(&mut dice, false);
            let plain = world.found(world.logical(&written.text), PassSet::ALL);
            if is_outside(&written.text) || plain.is_ok_and(|table| table.rows.len() > MAX_ROWS) {
                continue;
            }
            let why = format!("WHY {}", written.text);
            let Ok(table) = world.found(world.logical(&why), PassSet::ALL) else { continue };
            for row in table.rows.iter().take(3) {
                let small = world.keeping(&closure(row));
                let only = Table { columns: table.columns.clone(), rows: vec![row.clone()] };
                let wanted = lines(unexplained(Ok(only)), true).expect("a row").remove(0);
                let found = lines(small.found(small.logical(&written.text), PassSet::ALL), true);
                let again = found.as_ref().is_ok_and(|found| found.contains(&wanted));
                let reasons = &row[&Name::from("why")];
                assert!(
                    again,
                    "seed {seed}\n{}\n{why}\nwanted {wanted}\nfound {found:#?}\nfrom {reasons}",
                    world.script()
                );
                count += 1;
            }
        }
    }
    count
}

#[test]
fn rows_can_be_made_again_of_what_they_rest_on() {
    assert!(check_reproduction(5_000..5_040) > 150);
}

#[test]
#[ignore = "runs for minutes: for whoever changes what rows rest on"]
fn many_rows_can_be_made_again() {
    let start = std::env::var("AVERMENT_SEED").map_or(10_000, |seed| seed.parse().expect("a number"));
    println!("{} rows", check_reproduction(start..start + 400));
    check_rows(start..start + 400);
}
