//! The nodes of each label are those that have it.

use rustc_hash::FxHashMap;

use super::Findings;
use crate::catalog::LabelId;
use crate::storage::Graph;
use crate::storage::bitmap::{Bitmap, SlotSet};
use crate::storage::record::NodePage;

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for (number, page) in graph.nodes.pages().iter() {
        let mut having = having(graph, page);
        for (label, slots) in graph.nodes.by_label() {
            let (has, found) = (having.remove(&label).unwrap_or_default(), slots.pages().get(number));
            check_page(graph, label, number, &has, found.unwrap_or(&Bitmap::default()), findings);
        }
        for (label, has) in having {
            check_page(graph, label, number, &has, &Bitmap::default(), findings);
        }
    }
    for (label, slots) in graph.nodes.by_label() {
        check_size(graph, label, slots, findings);
    }
}

/// The nodes of a page that have each label.
fn having(graph: &Graph, page: &NodePage) -> FxHashMap<LabelId, Bitmap> {
    let mut having: FxHashMap<LabelId, Bitmap> = FxHashMap::default();
    for offset in page.present.ones() {
        let labels = page.sets.get(offset).map_or(&[][..], |set| graph.nodes.sets().get(set));
        for label in labels {
            having.entry(*label).or_default().insert(offset);
        }
    }
    having
}

fn check_page(graph: &Graph, label: LabelId, number: usize, has: &Bitmap, found: &Bitmap, findings: &mut Findings) {
    let name = graph.catalog.labels.name(label);
    let (mut lacking, mut strays) = (has.clone(), found.clone());
    lacking.subtract(found);
    strays.subtract(has);
    let id = |offset: usize| graph.nodes.page_at(number).and_then(|page| page.id(offset));
    let ids = |offsets: &Bitmap| offsets.ones().find_map(id).map_or("one".to_owned(), |id| id.to_string());
    findings.expect(lacking.is_empty(), || {
        format!("{} nodes with label `{name}` are not found by it, node {} first", lacking.count(), ids(&lacking))
    });
    findings.expect(strays.is_empty(), || {
        format!("{} nodes are found by label `{name}` without having it, node {} first", strays.count(), ids(&strays))
    });
}

fn check_size(graph: &Graph, label: LabelId, slots: &SlotSet, findings: &mut Findings) {
    let (name, mut count) = (graph.catalog.labels.name(label), 0);
    for (number, page) in slots.pages().iter() {
        count += page.count() as u64;
        let is_there = page.is_empty() || graph.nodes.page_at(number).is_some();
        findings.expect(is_there, || format!("label `{name}` has nodes on page {number}, which is not there"));
    }
    let len = slots.len();
    findings.expect(count == len, || format!("label `{name}` counts {len} nodes, and {count} are found by it"));
}
