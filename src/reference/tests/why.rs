//! WHY on generated queries: the rows are those of the query without it, and what a row rests on is enough to make that
//! row again.

use super::author;
use super::comparison::lines;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use crate::optimize::PassSet;
use crate::reference::{Outcome, Table};
use crate::value::Name;

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
