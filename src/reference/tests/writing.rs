//! Generated statements that write: they return what the reference returns and leave the graph that it leaves.

use super::author;
use super::comparison::lines;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use crate::fault::with_planted;
use crate::optimize::PassSet;
use crate::reference::{Graph, Outcome, Table};
use crate::value::{Element, ElementId, Name, Value};

const STATEMENTS_PER_GRAPH: usize = 12;

const FAULTS: [&str; 4] = [
    "MERGE makes what is there",
    "a match does what ON CREATE says",
    "nothing waits for what is written",
    "DETACH leaves relationships",
];

#[test]
fn what_is_written_is_what_the_reference_writes() {
    let (mut done, mut failed) = (0, 0);
    let count = super::tally::set("AVERMENT_CASES", 250);
    write(count, |verdict| {
        let is_done = verdict.unwrap_or_else(|dispute| panic!("{dispute}"));
        *(if is_done { &mut done } else { &mut failed }) += 1;
        true
    });
    assert!(failed * 4 < done, "{failed} statements fail and {done} do not");
}

#[test]
fn every_fault_planted_in_writing_is_found() {
    for fault in FAULTS {
        let mut found = false;
        with_planted(fault, || {
            write(1_000, |verdict| {
                found = verdict.is_err();
                !found
            });
        });
        assert!(found, "{fault}");
    }
}

/// Runs generated statements, each on a graph of its own, until `count` are done or `then` has had enough. It is told
/// whether a statement is done or fails with both, or what the matter is.
fn write(count: usize, mut then: impl FnMut(Result<bool, String>) -> bool) {
    for (seed, start) in (1..).zip((0..count).step_by(STATEMENTS_PER_GRAPH)) {
        let mut dice = Dice::new(seed);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in start..count.min(start + STATEMENTS_PER_GRAPH) {
            let text = author::statement(&mut dice);
            let random = PassSet::from_bits(dice.bits());
            let verdict = compare(&world, &text, &[PassSet::ALL, PassSet::NONE, random]);
            let story = |dispute| format!("seed {seed}\n{}\n{text}\n{dispute}", world.script());
            if !then(verdict.map_err(story)) {
                return;
            }
        }
    }
}

fn compare(world: &World, text: &str, passes: &[PassSet]) -> Result<bool, String> {
    let expected = shown(world.expected_writing(text));
    for passes in passes {
        let found = shown(world.written(text, *passes));
        let agrees = if expected.is_err() { found.is_err() } else { found == expected };
        if !agrees {
            return Err(format!("{passes:?}\nexpected {expected:#?}\nfound {found:#?}"));
        }
    }
    Ok(expected.is_ok())
}

/// The rows and the graph as text, without the ids.
fn shown(outcome: Outcome<(Table, Graph)>) -> Result<(Vec<String>, Vec<String>), String> {
    let (table, graph) = outcome.map_err(|trouble| format!("{trouble:?}"))?;
    let nodes = graph.nodes.keys().map(|id| node(&graph, *id));
    let mut elements: Vec<String> = nodes.chain(graph.rels.keys().map(|id| rel(&graph, *id))).collect();
    elements.sort();
    Ok((lines(Ok(table), false)?, elements))
}

fn node(graph: &Graph, id: ElementId) -> String {
    let record = &graph.nodes[&id];
    format!("({:?} {})", record.labels.iter().map(Name::as_str).collect::<Vec<_>>(), map(&record.properties))
}

fn rel(graph: &Graph, id: ElementId) -> String {
    let record = &graph.rels[&id];
    let end = |end: &Element| match end {
        Element::Node(own) => node(graph, own.id()),
        Element::Relationship(own) => rel(graph, own.id()),
    };
    let state = if record.asserted { "" } else { "quoted " };
    let (start, end) = (end(&record.start), end(&record.end));
    format!("[{state}{start} {} {} {end}]", record.rel_type, map(&record.properties))
}

fn map(properties: &std::collections::BTreeMap<Name, Value>) -> String {
    properties.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
}
