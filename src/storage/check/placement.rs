//! Where new elements go there is room: behind the last one of a page that is not full, each page being filled by one kind.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::storage::Graph;
use crate::storage::bitmap::place;
use crate::storage::record::{NodePage, OpenPage, Placement, RelPage};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    let (nodes, rels) = (&graph.nodes, &graph.rels);
    let open = nodes.sets().iter().map(|set| &set.open);
    let len = |number| nodes.page_at(number).map_or(0, NodePage::len);
    check_open("nodes", nodes.placement(), open, len, findings);
    check_pages("nodes", nodes.placement(), nodes.pages().iter().map(|page| page.0), findings);
    let open = rels.by_type().map(|of_type| of_type.open);
    let len = |number| rels.page_at(number).map_or(0, RelPage::len);
    check_open("relationships", rels.placement(), open, len, findings);
    check_pages("relationships", rels.placement(), rels.pages().iter().map(|page| page.0), findings);
}

fn check_open<'g>(
    what: &str,
    placement: &'g Placement,
    own: impl Iterator<Item = &'g OpenPage>,
    len: impl Fn(usize) -> usize,
    findings: &mut Findings,
) {
    let mut filled = FxHashSet::default();
    for next in own.chain([placement.shared()]).filter_map(OpenPage::next) {
        let (number, offset) = place(next);
        let is_room = number < placement.page_count() && len(number) == offset && filled.insert(number);
        findings.expect(is_room, || {
            format!("the next of the {what} of page {number} goes to place {offset}, and {} are there", len(number))
        });
    }
}

fn check_pages(what: &str, placement: &Placement, pages: impl Iterator<Item = usize>, findings: &mut Findings) {
    let count = placement.page_count();
    for number in pages {
        findings.expect(number < count, || format!("there is a page {number} of {what}, and only {count} were begun"));
    }
}
