//! Makes a right plan fast.
//!
//! Each pass takes a right plan and leaves a right plan, so any of them can be left out; tests run queries with and
//! without each. What passes know of the graph comes through [`Statistics`].

mod access;
mod conditions;
mod count;
mod distinct;
mod early;
mod filters;
mod fold;
mod groups;
mod intersect;
mod lookup;
mod order;
mod reach;
mod seen;
mod semi_apply;
mod stored;
mod terms;
#[cfg(test)]
mod tests;
mod top;
mod unused;
mod values;
mod ways;

use std::fmt;

use crate::catalog::Statistics;
use crate::plan::LogicalStatement;

/// One rewriting of a whole statement.
struct Pass {
    name: &'static str,
    run: fn(&mut LogicalStatement, &dyn Statistics),
}

const PASSES: &[Pass] = &[
    Pass { name: "fold-constants", run: fold::constants },
    // After folding, so a subquery under NOT NOT is seen.
    Pass { name: "semi-apply", run: semi_apply::from_exists },
    Pass { name: "groups-as-ways", run: groups::as_ways },
    // Behind the pass that makes ways. Before filters move: it looks for them behind the ways that they speak of.
    Pass { name: "prune-ways", run: ways::prune },
    // Before patterns are ordered: a path that nobody looks at ties the order of what it is made of.
    Pass { name: "drop-columns", run: unused::drop_columns },
    Pass { name: "push-filters", run: filters::push },
    // After pushing, so what a stretch of steps asks is inside it.
    Pass { name: "order-patterns", run: order::patterns },
    // Wants each filter right behind what binds its variables.
    Pass { name: "choose-access", run: access::choose },
    // After `choose-access`: an index is better.
    Pass { name: "look-up", run: lookup::instead_of_scans },
    Pass { name: "count-rows", run: count::rows },
    // After `count-rows`, which names fewer ends; after ordering, which begins at relationships where that is cheaper.
    Pass { name: "drop-ends", run: unused::drop_ends },
    // After all that finds rows in fewer steps; before the last hop is counted, which leaves no hop to be seen.
    Pass { name: "stored-counts", run: stored::counts },
    // Wants the expansions that close a cycle behind the ones that find its last node. Before `count-last-hop`, which
    // counts what is not checked.
    Pass { name: "intersect", run: intersect::of_expansions },
    Pass { name: "count-meeting", run: intersect::counted },
    // After `count-rows`; wants the last hop last.
    Pass { name: "count-last-hop", run: count::last_hop },
    // After `count-last-hop`, which leaves a count behind the hop before it.
    Pass { name: "count-two-hops", run: count::two_hops },
    // After all that makes counts of hops: what is left of them is worth fewer rows.
    Pass { name: "count-early", run: early::counts },
    Pass { name: "reachability", run: reach::instead_of_trails },
    Pass { name: "keep-first", run: top::keep_first },
    Pass { name: "join-filters", run: filters::join },
    // After joining: looks at the one filter behind each scan.
    Pass { name: "scan-conditions", run: conditions::into_scans },
    // After `scan-conditions`, which wants filters right behind scans.
    Pass { name: "distinct-first", run: distinct::before_filters },
    // After `scan-conditions`, which leaves the aggregate right behind the scan.
    Pass { name: "count-in-scan", run: values::counted_in_scans },
    // After all that may leave a filter behind a scan: it wants the sort there.
    Pass { name: "scan-first", run: top::first_in_scans },
];

/// Which passes run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PassSet(u32);

impl fmt::Debug for PassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = PASSES.iter().enumerate().filter(|(index, _)| self.has(*index));
        f.debug_set().entries(on.map(|(_, pass)| pass.name)).finish()
    }
}

impl PassSet {
    pub(crate) const ALL: Self = Self(u32::MAX);
    pub(crate) const NONE: Self = Self(0);

    fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    /// The passes whose bits are set, the first one in the lowest bit.
    #[cfg(test)]
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// These passes but the one of this name.
    #[cfg(test)]
    pub(crate) fn without(self, name: &str) -> Self {
        match PASSES.iter().position(|pass| pass.name == name) {
            Some(index) => Self(self.0 & !(1 << index)),
            None => self,
        }
    }

    /// The names of all passes, in the order in which they run.
    #[cfg(test)]
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        PASSES.iter().map(|pass| pass.name)
    }
}

/// The plan that the passes make of `statement`.
pub(crate) fn optimize(
    mut statement: LogicalStatement,
    statistics: &dyn Statistics,
    passes: PassSet,
) -> LogicalStatement {
    for (index, pass) in PASSES.iter().enumerate() {
        if passes.has(index) {
            (pass.run)(&mut statement, statistics);
        }
    }
    statement
}
