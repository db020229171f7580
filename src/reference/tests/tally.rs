//! The comparison at length, and what it has covered.

use std::collections::BTreeMap;

use super::comparison::{Asked, Verdict, ask};
use crate::optimize::PassSet;

/// How often each thing was met, one count for a query.
#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<Verdict, usize>,
    undirected: usize,
    /// Clauses, patterns, expressions and functions that the reference has evaluated.
    seen: BTreeMap<String, usize>,
    /// Passes that have changed a plan.
    passes: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, asked: Asked) {
        let verdict = asked.verdict.unwrap_or_else(|dispute| panic!("{dispute}"));
        *self.verdicts.entry(verdict).or_default() += 1;
        self.undirected += usize::from(asked.written.undirected);
        for kind in asked.world.expected(&asked.written.text).1 {
            *self.seen.entry(kind).or_default() += 1;
        }
        for pass in asked.world.passes_that_matter(&asked.written.text) {
            *self.passes.entry(pass).or_default() += 1;
        }
    }

    /// How many of a hundred queries went like this.
    fn percent(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).unwrap_or(&0) * 100 / self.verdicts.values().sum::<usize>()
    }
}

/// What 500 queries are sure to meet.
const COMMON: &[&str] = &["clause MATCH"];

/// A number of the environment, or this one.
fn set(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// `AVERMENT_SEED` sets another seed, and `AVERMENT_CASES` how many queries are asked.
#[test]
fn the_engine_agrees_with_the_reference() {
    let (seed, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 500));
    println!("AVERMENT_SEED={seed} AVERMENT_CASES={count}");
    let mut tally = Tally::default();
    ask(seed as u64, count, |asked| {
        tally.add(asked);
        true
    });
    println!("{:?}\nundirected: {}\n{:#?}\n{:#?}", tally.verdicts, tally.undirected, tally.seen, tally.passes);
    if count < 500 {
        return;
    }
    assert!(tally.percent(Verdict::Rows) >= 60, "too few queries have rows");
    assert!(tally.percent(Verdict::BothFailed) < 5 && tally.percent(Verdict::TooMuch) < 5, "too many are not compared");
    assert!(2 * tally.undirected >= count, "too few patterns go both ways");
    for kind in COMMON {
        assert!(tally.seen.contains_key(*kind), "{kind} was never met");
    }
    if count >= 20_000 {
        assert!(PassSet::names().all(|name| tally.passes.contains_key(name)), "a pass has done nothing");
    }
}
