//! WHY on generated queries: the rows are those of the query without it, and what a row rests on is enough to make that
//! row again.

use std::collections::BTreeSet;

use super::author;
use super::comparison::lines;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use super::tally::set;
use crate::optimize::PassSet;
use crate::reference::{Outcome, Row, Table};
use crate::value::{Element, ElementId, Name, Node};
use crate::{FromValue, Why};

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
fn check_rows(graphs: std::ops::Range<usize>) {
    for seed in graphs {
        let mut dice = Dice::new(seed as u64);
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
                let explanation = || world.explained(world.optimised(world.logical(&why), passes));
                assert!(
                    agrees,
                    "seed {seed}\n{}\n{why}\nplain {plain:#?}\nexplained {found:#?}\n{passes:?}\n{}",
                    world.script(),
                    explanation()
                );
            }
        }
    }
}

#[test]
fn why_changes_no_rows() {
    let (seed, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 60));
    check_rows(seed..seed + count);
}

/// What a row rests on: elements, what cites them, and what paragraphs are of.
fn closure(world: &World, row: &Row) -> BTreeSet<ElementId> {
    let why = Why::from_value(&row[&Name::from("why")]).expect("WHY gives what it gives");
    assert!(why.truncated().is_none());
    let mut ids = BTreeSet::new();
    for because in why.elements() {
        ids.extend(because.element.iter().map(Element::id));
        for citation in &because.citations {
            ids.extend([citation.relationship.id(), citation.source.id()]);
            ids.extend(citation.paragraph.iter().map(Node::id));
        }
    }
    let known = ids.iter().map(ElementId::to_string).collect::<Vec<_>>().join(", ");
    let of = format!("MATCH (p)-[of:OF]->(s) WHERE id(p) IN [{known}] RETURN of, s");
    for row in world.found(world.logical(&of), PassSet::ALL).expect("what paragraphs are of").rows {
        ids.extend(row.values().filter_map(Element::from_value).map(|element| element.id()));
    }
    ids
}

/// Whether the rows of the query depend on rows beside them, on all that touches a node, or on groups of what was counted:
/// a row of another group, of which less is there, may come to be of this one.
fn is_outside(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_grouped = has(&["count(", "sum(", "avg(", "min(", "max(", "collect("]);
    has(&["LIMIT", "SKIP", "degree("]) || (is_grouped && has(&["COUNT {", "COLLECT {", "EXISTS {", "OPTIONAL", "[("]))
}

/// Of each answer three rows are made again of what they rest on. How many were.
#[track_caller]
fn check_reproduction(graphs: std::ops::Range<usize>) -> usize {
    let mut count = 0;
    for seed in graphs {
        let mut dice = Dice::new(seed as u64);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..QUERIES_PER_GRAPH {
            let written = author::query(&mut dice, draft.dated);
            let plain = world.found(world.logical(&written.text), PassSet::ALL);
            if is_outside(&written.text) || plain.is_ok_and(|table| table.rows.len() > MAX_ROWS) {
                continue;
            }
            let why = format!("WHY {}", written.text);
            let Ok(table) = world.found(world.logical(&why), PassSet::ALL) else { continue };
            for row in table.rows.iter().take(3) {
                let small = world.keeping(&closure(&world, row));
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

/// `AVERMENT_SEED` sets another seed, and `AVERMENT_CASES` of how many graphs rows are made again.
#[test]
#[expect(clippy::print_stdout, reason = "what was covered")]
fn rows_can_be_made_again_of_what_they_rest_on() {
    let (seed, count) = (set("AVERMENT_SEED", 5_000), set("AVERMENT_CASES", 40));
    let made = check_reproduction(seed..seed + count);
    println!("{made} rows of AVERMENT_SEED={seed} AVERMENT_CASES={count}");
    assert!(made > count);
}
