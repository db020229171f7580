//! The days that clocks compare are those that properties and citations say.

use super::{Findings, name_of, nodes, rels};
use crate::storage::{End, Graph};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for element in nodes(graph).map(End::node).chain(rels(graph).map(End::rel)) {
        findings.expect(graph.has_right_days(element), || {
            format!("clocks see {} on other days than its properties and citations say", name_of(graph, element))
        });
    }
}
