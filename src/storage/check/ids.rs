//! Each element is found by its id, each id leads to an element that has it, and those to come are new.

use super::{Findings, name_of, nodes, rels};
use crate::storage::{End, Graph};
use crate::value::ElementId;

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for (id, element) in graph.ids.entries() {
        let leads_there = graph.is_there(element) && graph.id(element) == id;
        findings.expect(leads_there, || format!("id {id} leads to {}", name_of(graph, element)));
        check_given(graph, id, findings);
    }
    let elements = nodes(graph).map(End::node).chain(rels(graph).map(End::rel));
    for element in elements {
        let leads_here = graph.ids.get(graph.id(element)) == Some(element);
        findings.expect(leads_here, || format!("the id of {} does not lead to it", name_of(graph, element)));
    }
}

fn check_given(graph: &Graph, id: ElementId, findings: &mut Findings) {
    if id.0 >= graph.next_id {
        findings.expect(false, || format!("id {id} is in use, and would be given again: {} is next", graph.next_id));
    }
}
