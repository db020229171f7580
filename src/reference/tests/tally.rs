//! The comparison at length, and what it has covered.

use std::collections::BTreeMap;

use super::comparison::{Asked, Verdict, ask};
use crate::optimize::PassSet;

/// The plan of one query among so many is looked at, which takes longer than its answers.
const LOOKED_AT: usize = 4;

/// How often each thing was met, one count for a query.
#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<Verdict, usize>,
    undirected: usize,
    /// Queries that have met clocks or REQUIRE, and those of which the answer is another for it.
    clocked: usize,
    changed: usize,
    /// Clauses, patterns, expressions and functions that the reference has evaluated.
    seen: BTreeMap<String, usize>,
    /// Passes that have changed a plan that was looked at.
    passes: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, asked: Asked) {
        let verdict = asked.verdict.unwrap_or_else(|dispute| panic!("{dispute}"));
        *self.verdicts.entry(verdict).or_default() += 1;
        self.undirected += usize::from(asked.written.undirected);
        self.clocked += usize::from(asked.lens_matters.is_some());
        self.changed += usize::from(asked.lens_matters == Some(true));
        for kind in asked.met {
            *self.seen.entry(kind).or_default() += 1;
        }
        if self.verdicts.values().sum::<usize>() % LOOKED_AT != 0 {
            return;
        }
        for pass in asked.world.passes_that_matter(&asked.written.text) {
            *self.passes.entry(pass).or_default() += 1;
        }
    }

    #[track_caller]
    fn has_met(&self, kinds: &[(&str, &str)]) {
        for (family, names) in kinds {
            for name in names.split(", ") {
                assert!(self.seen.contains_key(&format!("{family} {name}")), "{family} {name} was never met");
            }
        }
    }

    /// How many of a hundred queries went like this.
    fn percent(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).unwrap_or(&0) * 100 / self.verdicts.values().sum::<usize>()
    }
}

/// What 500 queries are sure to meet.
const COMMON: &[(&str, &str)] = &[
    (
        "clause",
        "CALL (x) {}, CALL {}, DISTINCT, LIMIT, MATCH, OPTIONAL MATCH, ORDER BY, RETURN, SKIP, UNION, \
         UNION ALL, UNWIND, WITH, WITH DISTINCT",
    ),
    ("pattern", "[()-[]->()], [r], variable length"),
    (
        "lens",
        "VALID AT, POSSIBLY VALID AT, KNOWN AT, POSSIBLY KNOWN AT, REQUIRE, both clocks, on MATCH, on OPTIONAL MATCH, \
         on a pattern in braces, on a statement",
    ),
    ("clocked pattern", "[r], variable length"),
    ("clocked expression", "EXISTS, NOT"),
    (
        "expression",
        "*, +, AND, CASE, COLLECT, EXISTS, IN, IS NULL, NOT, OR, XOR, chain of comparisons, comparison, \
         count(*), index, labels, list, list comprehension, literal, map, minus sign, pattern, pattern \
         comprehension, property, quantifier, reduce, slice, variable",
    ),
    (
        "function",
        "avg, coalesce, collect, collect(DISTINCT), count, count(DISTINCT), date, last, max, min, \
         properties, range, reverse, size, substring, sum, sum(DISTINCT), toInteger",
    ),
];

/// What 20,000 queries are sure to meet besides.
const RARE: &[(&str, &str)] = &[
    ("clause", "NEXT, OPTIONAL CALL"),
    ("pattern", "SHORTEST k GROUPS, allShortestPaths, group, shortestPath"),
    ("lens", "VALID AT in the place of another, KNOWN AT in the place of another"),
    ("clocked pattern", "[()-[]->()], SHORTEST k GROUPS, allShortestPaths, group, shortestPath"),
    ("clocked expression", "COLLECT, COUNT, pattern, pattern comprehension"),
    ("clocked clause", "CALL {}, NEXT, UNION, UNWIND"),
    ("expression", "%, -, /, CASE x, CONTAINS, COUNT, ENDS WITH, STARTS WITH, ^, map projection, plus sign"),
    ("quantifier", "All, Any, None, Single"),
    (
        "function",
        "abs, asserted, avg(DISTINCT), degree, endNode, head, id, keys, labels, left, length, nodes, \
         relationships, sign, sources, startNode, tail, toFloat, toLower, toString, toUpper, trim, type",
    ),
];

/// A number of the environment, or this one.
pub(super) fn set(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// `AVERMENT_SEED` sets another seed, and `AVERMENT_CASES` how many queries are asked.
#[test]
#[expect(clippy::print_stdout, reason = "what was covered")]
fn the_engine_agrees_with_the_reference() {
    let (seed, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 500));
    println!("AVERMENT_SEED={seed} AVERMENT_CASES={count}");
    let mut tally = Tally::default();
    ask(seed as u64, count, |asked| {
        tally.add(asked);
        true
    });
    println!("{:?}\nundirected: {}\n{:#?}\n{:#?}", tally.verdicts, tally.undirected, tally.seen, tally.passes);
    println!("{} with clocks or REQUIRE, which change {} answers", tally.clocked, tally.changed);
    if count < 500 {
        return;
    }
    assert!(tally.percent(Verdict::Rows) >= 60, "too few queries have rows");
    assert!(tally.percent(Verdict::BothFailed) < 5 && tally.percent(Verdict::TooMuch) < 5, "too many are not compared");
    assert!(2 * tally.undirected >= count, "too few patterns go both ways");
    assert!(6 * tally.clocked >= count && 3 * tally.changed >= tally.clocked, "too few clocks, or too few that matter");
    tally.has_met(COMMON);
    if count >= 20_000 {
        tally.has_met(RARE);
        assert!(PassSet::names().all(|name| tally.passes.contains_key(name)), "a pass has done nothing");
    }
}
