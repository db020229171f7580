//! Generated queries on generated graphs: with any passes, the engine says what the reference says; several threads say it
//! in the same order as one.

use std::collections::{BTreeMap, BTreeSet};

use super::author::{self, BAG, Written};
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use crate::optimize::PassSet;
use crate::reference::{Outcome, Table, Trouble};
use crate::value::{Element, Value};

/// So many queries are asked of one graph.
pub(super) const QUERIES_PER_GRAPH: usize = 12;

/// One query and how it went.
pub(super) struct Asked<'w> {
    pub world: &'w World,
    pub written: &'w Written,
    /// What the reference has come by.
    pub met: BTreeSet<String>,
    /// Whether clocks and REQUIRE make its answer another; none of a query that has met none.
    pub lens_matters: Option<bool>,
    /// What is the matter if the two do not agree, as a story.
    pub verdict: Result<Verdict, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Rows,
    NoRows,
    BothFailed,
    /// The reference has given up.
    TooMuch,
}

/// Asks generated queries, a dozen of each graph, until `count` have been asked or `then` has had enough.
pub(super) fn ask(seed: u64, count: usize, mut then: impl FnMut(Asked) -> bool) {
    for (seed, start) in (seed..).zip((0..count).step_by(QUERIES_PER_GRAPH)) {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in start..count.min(start + QUERIES_PER_GRAPH) {
            let written = comparable(&mut dice, draft.dated);
            let passes = passes(&mut dice);
            let (expected, met) = world.expected(&written.text);
            let lens_matters = lens_matters(&world, &written, &expected, &met);
            let verdict = compare(&world, &written, expected, &passes)
                .map_err(|dispute| format!("AVERMENT_SEED={seed}\n{}\n{dispute}", world.script()));
            if !then(Asked { world: &world, written: &written, met, lens_matters, verdict }) {
                return;
            }
        }
    }
}

/// A query without the functions that the reference does not have.
fn comparable(dice: &mut Dice, dated: bool) -> Written {
    loop {
        let written = author::query(dice, dated);
        if !written.text.contains("known(") {
            return written;
        }
    }
}

/// Whether the answer would be another if no clock and no REQUIRE were written.
fn lens_matters(world: &World, written: &Written, expected: &Outcome<Table>, met: &BTreeSet<String>) -> Option<bool> {
    if !met.iter().any(|kind| kind.starts_with("lens ")) {
        return None;
    }
    let otherwise = world.expected_without_lenses(&written.text).ok()?;
    Some(rows(expected.as_ref().ok()?, written.ordered) != rows(&otherwise, written.ordered))
}

/// All passes, none of them, all but one, and some.
fn passes(dice: &mut Dice) -> [PassSet; 4] {
    let names: Vec<&str> = PassSet::names().collect();
    let but_one = PassSet::ALL.without(names[dice.below(names.len())]);
    [PassSet::ALL, PassSet::NONE, but_one, PassSet::from_bits(dice.bits())]
}

fn compare(world: &World, written: &Written, expected: Outcome<Table>, passes: &[PassSet]) -> Result<Verdict, String> {
    if matches!(expected, Err(Trouble::TooMuch)) {
        return Ok(Verdict::TooMuch);
    }
    let expected = lines(expected, written.ordered);
    let logical = world.logical(&written.text);
    for (number, passes) in passes.iter().enumerate() {
        let found = world.found(logical.clone(), *passes);
        let alone = match &found {
            Ok(table) => Ok(rows(table, true)),
            Err(trouble) => Err(format!("{trouble:?}")),
        };
        // Not of all passes, since it takes as long again.
        let is_asked = number % 3 == 0;
        let together =
            if is_asked { lines(world.found_together(logical.clone(), *passes), true) } else { alone.clone() };
        if together.is_ok() != alone.is_ok() || (alone.is_ok() && together != alone) {
            let plan = world.explained(world.optimised(logical, *passes));
            return Err(format!("{}\nalone {alone:#?}\ntogether {together:#?}\nwith {passes:?}\n{plan}", written.text));
        }
        let found = lines(found, written.ordered);
        let agrees = match (&found, &expected) {
            (Ok(found), Ok(expected)) => found == expected,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        if !agrees {
            let plan = world.explained(world.optimised(logical, *passes));
            return Err(format!("{}\nexpected {expected:#?}\nfound {found:#?}\nwith {passes:?}\n{plan}", written.text));
        }
    }
    Ok(match expected {
        Ok(rows) if rows.is_empty() => Verdict::NoRows,
        Ok(_) => Verdict::Rows,
        Err(_) => Verdict::BothFailed,
    })
}

/// The rows as text, sorted unless their order matters.
pub(super) fn lines(table: Outcome<Table>, ordered: bool) -> Result<Vec<String>, String> {
    let table = table.map_err(|trouble| format!("{trouble:?}"))?;
    Ok(rows(&table, ordered))
}

fn rows(table: &Table, ordered: bool) -> Vec<String> {
    let mut lines: Vec<String> = table
        .rows
        .iter()
        .map(|row| {
            let columns: BTreeMap<&str, String> =
                table.columns.iter().map(|name| (name.as_str(), cell(name, &row[name]))).collect();
            columns.iter().map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join(", ")
        })
        .collect();
    if !ordered {
        lines.sort();
    }
    lines
}

fn cell(column: &str, value: &Value) -> String {
    match value {
        Value::List(items) if column.starts_with(BAG) => {
            let mut items: Vec<String> = items.iter().map(shown).collect();
            items.sort();
            format!("{{{}}}", items.join(", "))
        }
        value => shown(value),
    }
}

/// A value as text: elements by their ids, types told apart.
fn shown(value: &Value) -> String {
    match value {
        Value::Node(node) => format!("({})", node.id()),
        Value::Relationship(rel) => format!("[{}]", rel.id()),
        Value::Path(path) => {
            let elements = path.elements.iter().map(|element| match element {
                Element::Node(node) => format!("({})", node.id()),
                Element::Relationship(rel) => format!("[{}]", rel.id()),
            });
            let rels = path.relationships.iter().map(|rel| rel.id().to_string());
            format!("<{} by {}>", elements.collect::<Vec<_>>().join(" "), rels.collect::<Vec<_>>().join(" "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        // Zero has one sign here: which of equivalent values a group keeps is open.
        Value::Float(float) => format!("{:?}", float + 0.0),
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}
