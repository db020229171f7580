//! The ends of each relationship that is there are there.

use super::{Findings, name_of, rels};
use crate::storage::{End, Graph};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for slot in rels(graph) {
        let rel = graph.rel(slot);
        for (end, which) in [(rel.start, "begins"), (rel.end, "ends")] {
            let what = || format!("{} {which} at {}", name_of(graph, End::rel(slot)), name_of(graph, end));
            findings.expect(graph.is_there(end), what);
        }
    }
}
