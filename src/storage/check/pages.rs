//! All pages of a graph, in all its trees.

use crate::storage::adjacency::{Adjacency, AdjacencyPage};
use crate::storage::bitmap::SlotSet;
use crate::storage::column::Dictionaries;
use crate::storage::{DiskError, Graph};

/// Is shown that a page can be read, or why not.
type See<'s> = dyn FnMut(Result<(), DiskError>) + 's;

/// Goes through all pages, and stops at none: what lies below a table that cannot be read is out of reach.
pub(in crate::storage) fn see_pages(graph: &Graph, see: &mut See<'_>) {
    graph.log.entries().visit(&mut |_, page| see(page.map(drop)));
    see_dictionaries(&graph.nodes.dictionaries, see);
    see_dictionaries(&graph.rels.dictionaries, see);
    graph.ids.visit(&mut |_, page| see(page.map(drop)));
    graph.nodes.by_label().for_each(|(_, slots)| see_slots(slots, see));
    graph.nodes.pages().visit(&mut |_, page| see(page.map(drop)));
    graph.rels.by_type().for_each(|of_type| see_slots(of_type.pages, see));
    graph.rels.pages().visit(&mut |_, page| see(page.map(drop)));
    graph.neighbourhood.sides().for_each(|side| see_adjacency(side.adjacency, see));
    graph.indexes.iter().for_each(|(_, index)| index.see_pages(see));
    graph.name_indexes.iter().for_each(|(_, index)| index.see_pages(see));
}

fn see_dictionaries(dictionaries: &Dictionaries, see: &mut See<'_>) {
    for (_, texts) in dictionaries.texts() {
        texts.visit(&mut |_, page| see(page.map(drop)));
    }
}

fn see_slots(slots: &SlotSet, see: &mut See<'_>) {
    slots.pages().visit(&mut |_, page| see(page.map(drop)));
}

fn see_adjacency(adjacency: &Adjacency, see: &mut See<'_>) {
    adjacency.pages().visit(&mut |_, page| {
        if let Ok(page) = &page {
            see_trees(page, see);
        }
        see(page.map(drop));
    });
}

fn see_trees(page: &AdjacencyPage, see: &mut See<'_>) {
    for tree in page.trees() {
        tree.visit(&mut |leaf| see(leaf.map(drop)));
    }
}
