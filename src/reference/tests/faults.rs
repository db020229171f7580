//! Faults in the engine that the comparison must find: each is planted, and queries are asked until one tells.

use super::comparison::{QUERIES_PER_GRAPH, ask};
use crate::fault::with_planted;

/// Each with the seed of a graph of which a query has told before: to begin there saves the others. Where none tells any more, all
/// are asked; the test prints the seeds.
const FAULTS: [(&str, u64); 37] = [
    ("an optional match drops its row of nulls", 1),
    ("DISTINCT keeps every null", 4),
    ("count counts null", 3),
    ("aggregates take null", 2),
    ("two arrows may be one relationship", 3),
    ("a loop is walked twice", 4),
    ("LIMIT takes one row more", 1),
    ("NOT makes null true", 3),
    ("a hash join finds one partner", 12),
    ("reachability forgets a way back to the start", 6),
    ("reachability takes any least length", 1),
    ("the last hop is counted with taken arrows", 55),
    ("arrows that meet may be one relationship", 14),
    ("arrows meet at a loop twice", 26),
    ("an arrow sees what is quoted", 1),
    ("the least length is one more", 1),
    ("filters pass LIMIT", 64),
    ("ORDER BY puts null first", 1),
    ("DESC is forgotten", 1),
    ("UNION keeps duplicates", 2),
    ("avg is a whole number", 39),
    ("a slice holds its end", 12),
    ("IN overlooks null", 14),
    ("a label behind ! may be there", 2),
    ("a subquery sees the first outer row only", 1),
    ("a path comes back to its start", 73),
    ("a list of a group is the wrong way round", 13),
    ("a group is repeated less often", 26),
    ("nothing is taken from a clock around", 6),
    ("an inner clock leaves the outer one", 58),
    ("no clock asks the ends on a way", 131),
    ("POSSIBLY is taken for certain", 6),
    ("no clock holds for what is bound", 51),
    ("a claim makes known what it names", 112),
    ("all rows have the day of the first", 6),
    ("an end is still valid", 10),
    ("a function sees past a clock", 18),
];

/// So many queries are asked for a fault at most.
const PATIENCE: usize = 3_000;

#[test]
#[expect(clippy::print_stdout, reason = "where to look for each fault first")]
fn every_planted_fault_is_found() {
    let mut missed = Vec::new();
    for (fault, likely) in FAULTS {
        match graph_that_tells(fault, likely) {
            Some(graph) => println!("    (\"{fault}\", {graph}),"),
            None => missed.push(fault),
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// The seed of the graph of which a query tells: the likely one, or else the first.
fn graph_that_tells(fault: &'static str, likely: u64) -> Option<u64> {
    let first_of = |seed: u64, count: usize| {
        let (mut asked, mut found) = (0, false);
        with_planted(fault, || {
            ask(seed, count, |query| {
                found = query.verdict.is_err();
                asked += u64::from(!found);
                !found
            });
        });
        found.then_some(seed + asked / QUERIES_PER_GRAPH as u64)
    };
    first_of(likely, QUERIES_PER_GRAPH).or_else(|| first_of(1, PATIENCE))
}
