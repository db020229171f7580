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

#[track_caller]
fn check_rows(first_seed: u64, count: usize) {
    for seed in first_seed..first_seed + count as u64 {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..6 {
            let written = author::query(&mut dice);
            let passes = PassSet::from_bits(dice.bits());
            for passes in [PassSet::ALL, passes] {
                let plain = lines(world.found(world.logical(&written.text), passes), written.ordered);
                let why = format!("WHY {}", written.text);
                let found = lines(unexplained(world.found(world.logical(&why), passes)), written.ordered);
                let agrees = match (&plain, &found) {
                    (Ok(plain), Ok(found)) => plain == found,
                    (Err(_), Err(_)) => true,
                    _ => false,
                };
                assert!(
                    agrees,
                    "seed {seed}\n{}\n{why}\nplain {plain:#?}\nexplained {found:#?}\n{passes:?}\n{}",
                    draft.script(),
                    world.explained(world.optimised(world.logical(&why), passes)),
                );
            }
        }
    }
}

#[test]
fn why_changes_no_rows() {
    check_rows(1, 60);
}

#[test]
#[ignore]
fn why_changes_no_rows_long() {
    let start = std::env::var("S").map_or(1000, |s| s.parse().unwrap());
    check_rows(start, std::env::var("N").map_or(300, |s| s.parse().unwrap()));
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

/// Why the query is none of those whose rows can be made again of what they rest on.
fn is_outside(text: &str) -> bool {
    ["LIMIT", "SKIP", "degree("].iter().any(|word| text.contains(word))
}

/// How many rows were made again.
#[track_caller]
fn check_reproduction(first_seed: u64, count: usize) -> usize {
    let mut made = 0;
    let mut failures = 0;
    for seed in first_seed..first_seed + count as u64 {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..6 {
            let written = author::query(&mut dice);
            if is_outside(&written.text) {
                continue;
            }
            let why = format!("WHY {}", written.text);
            let Ok(table) = world.found(world.logical(&why), PassSet::ALL) else { continue };
            for row in table.rows.iter().take(3) {
                let small = world.keeping(&closure(row));
                let table = Table { columns: table.columns.clone(), rows: vec![row.clone()] };
                let wanted = lines(unexplained(Ok(table)), true).expect("a row").remove(0);
                let found = lines(small.found(small.logical(&written.text), PassSet::ALL), true);
                made += 1;
                let again = found.as_ref().is_ok_and(|found| found.contains(&wanted));
                if !again {
                    failures += 1;
                    println!(
                        "==== seed {seed}\n{}\n{why}\nwanted {wanted}\nfound {found:?}\nfrom {}",
                        draft.script(),
                        row[&Name::from("why")]
                    );
                }
            }
        }
    }
    println!("{failures} of {made}");
    assert_eq!(failures, 0);
    made
}

#[test]
#[ignore]
fn reproduction_long() {
    let start = std::env::var("S").map_or(1000, |s| s.parse().unwrap());
    check_reproduction(start, std::env::var("N").map_or(100, |s| s.parse().unwrap()));
}
