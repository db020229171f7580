//! An index has the values of each element that it is about, and nothing else.

use super::{Findings, name_of};
use crate::catalog::{IndexDef, Owner};
use crate::storage::graph::slot_of;
use crate::storage::index::{Index, IndexValues};
use crate::storage::{End, Graph, NodeSlot, RelSlot};
use crate::value::compare;

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for def in &graph.catalog.indexes {
        let index = graph.index(def.id);
        findings.expect(index.is_some(), || format!("index `{}` is not there", def.name));
        if let Some(index) = index {
            check_index(graph, def, index, findings);
        }
    }
}

fn check_index(graph: &Graph, def: &IndexDef, index: &Index, findings: &mut Findings) {
    let name = &def.name;
    findings.expect(index.is_in_order(), || format!("the values of index `{name}` are out of order"));
    for (values, slot) in index.entries() {
        let element = element_at(def.owner, slot);
        let is_right = graph.is_there(element)
            && graph.belongs(element, def.owner)
            && graph.index_values(element, &def.keys).is_some_and(|found| are_same(&found, values));
        findings.expect(is_right, || format!("index `{name}` has {} with other values", name_of(graph, element)));
    }
    let owned = graph.owned(def.owner).into_iter();
    let mut there = 0;
    for (element, values) in owned.filter_map(|element| Some((element, graph.index_values(element, &def.keys)?))) {
        there += 1;
        let is_found = index.holds(values, slot_of(element));
        findings.expect(is_found, || format!("index `{name}` lacks {}", name_of(graph, element)));
    }
    let (entries, distinct) = index.size();
    findings.expect(entries == there, || format!("index `{name}` counts {entries} entries, and has to have {there}"));
    let found = index.count_distinct();
    findings.expect(distinct == found, || format!("index `{name}` counts {distinct} distinct values, and has {found}"));
}

fn element_at(owner: Owner, slot: u32) -> End {
    match owner {
        Owner::Label(_) => End::node(NodeSlot(slot)),
        Owner::Type(_) => End::rel(RelSlot(slot)),
    }
}

fn are_same(left: &IndexValues, right: &IndexValues) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| compare::order(left, right).is_eq())
}
