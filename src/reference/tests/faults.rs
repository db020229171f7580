//! Faults in the engine that the comparison must find: each is planted, and queries are asked until one tells.

use super::comparison::ask;
use crate::fault::with_planted;

const FAULTS: [&str; 37] = [
    "an optional match drops its row of nulls",
    "DISTINCT keeps every null",
    "count counts null",
    "aggregates take null",
    "two arrows may be one relationship",
    "a loop is walked twice",
    "LIMIT takes one row more",
    "NOT makes null true",
    "a hash join finds one partner",
    "reachability forgets a way back to the start",
    "reachability takes any least length",
    "the last hop is counted with taken arrows",
    "arrows that meet may be one relationship",
    "arrows meet at a loop twice",
    "an arrow sees what is quoted",
    "the least length is one more",
    "filters pass LIMIT",
    "ORDER BY puts null first",
    "DESC is forgotten",
    "UNION keeps duplicates",
    "avg is a whole number",
    "a slice holds its end",
    "IN overlooks null",
    "a label behind ! may be there",
    "a subquery sees the first outer row only",
    "a path comes back to its start",
    "a list of a group is the wrong way round",
    "a group is repeated less often",
    "nothing is taken from a clock around",
    "an inner clock leaves the outer one",
    "no clock asks the ends on a way",
    "POSSIBLY is taken for certain",
    "no clock holds for what is bound",
    "a claim makes known what it names",
    "all rows have the day of the first",
    "an end is still valid",
    "a function sees past a clock",
];

/// So many queries are asked for a fault at most.
const PATIENCE: usize = 3_000;

#[test]
#[expect(clippy::print_stdout, reason = "how long each fault takes to find")]
fn every_planted_fault_is_found() {
    let mut missed = Vec::new();
    for fault in FAULTS {
        match queries_until_found(fault) {
            Some(count) => println!("{count:>5}  {fault}"),
            None => missed.push(fault),
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// How many queries it takes.
fn queries_until_found(fault: &'static str) -> Option<usize> {
    let (mut count, mut found) = (0, false);
    let asking = || {
        ask(1, PATIENCE, |asked| {
            count += 1;
            found = asked.verdict.is_err();
            !found
        });
    };
    with_planted(fault, asking);
    found.then_some(count)
}
