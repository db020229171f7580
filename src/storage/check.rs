//! Whether a graph is what it has to be: from a root to what is wrong with it.
//!
//! Each invariant is a function of its own, which knows nothing of the others: it looks at the whole graph, counts what it
//! has looked at, and tells what it finds in words, elements by their ids. What is behind a page that cannot be read is
//! not judged: the invariant says that it came no further. Which pages those are is shown by [`see_pages`], which goes
//! through all of them.
//!
//! This knows no files; those are the business of `database_files`.

mod adjacency;
mod clocks;
mod columns;
mod commits;
mod constraints;
mod counts;
mod ends;
mod ids;
mod indexes;
mod labels;
mod names;
mod pages;
mod placement;
#[cfg(test)]
mod tests;

use super::bitmap::slot;
use super::snapshot::guard;
use super::{DiskError, End, Graph, NodeSlot, RelSlot};

pub(super) use pages::see_pages;

/// So much is told of one invariant; of the rest, how much it is.
const MOST_TOLD: usize = 20;

/// Something that holds of every graph.
struct Invariant {
    name: &'static str,
    check: fn(&Graph, &mut Findings),
}

const INVARIANTS: &[Invariant] = &[
    Invariant { name: "ids", check: ids::check },
    Invariant { name: "places of new elements", check: placement::check },
    Invariant { name: "labels", check: labels::check },
    Invariant { name: "ends of relationships", check: ends::check },
    Invariant { name: "neighbours in both directions", check: adjacency::check },
    Invariant { name: "counts", check: counts::check },
    Invariant { name: "properties", check: columns::check },
    Invariant { name: "commits", check: commits::check },
    Invariant { name: "clocks", check: clocks::check },
    Invariant { name: "indexes", check: indexes::check },
    Invariant { name: "names", check: names::check },
    Invariant { name: "constraints", check: constraints::check },
];

/// What came of one invariant.
#[derive(Debug)]
pub(crate) struct Checked {
    pub name: &'static str,
    pub findings: Findings,
    /// Why it could not be checked to its end.
    pub unread: Option<DiskError>,
}

/// What is wrong, and how much was looked at.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// How many things were looked at.
    pub looked_at: u64,
    pub told: Vec<String>,
    /// How many more there are than are told.
    pub more: u64,
}

impl Findings {
    /// Takes note of something that was looked at, and of what is wrong with it unless it is as it should be.
    fn expect(&mut self, is_right: bool, what: impl FnOnce() -> String) {
        self.looked_at += 1;
        if is_right {
            return;
        }
        if self.told.len() < MOST_TOLD {
            self.told.push(what());
        } else {
            self.more += 1;
        }
    }
}

/// Checks all invariants of a graph; `begins` is told the name of each before it is looked at, and how many are behind it.
pub(super) fn check(graph: &Graph, mut begins: impl FnMut(&'static str, usize, usize)) -> Vec<Checked> {
    let one = |(place, invariant): (usize, &Invariant)| {
        begins(invariant.name, place, INVARIANTS.len());
        let mut findings = Findings::default();
        let unread = guard(|| (invariant.check)(graph, &mut findings)).err();
        Checked { name: invariant.name, findings, unread }
    };
    INVARIANTS.iter().enumerate().map(one).collect()
}

/// The nodes that are there.
fn nodes(graph: &Graph) -> impl Iterator<Item = NodeSlot> {
    let pages = graph.nodes.pages().iter().take_while(|(number, _)| *number < graph.nodes.placement().page_count());
    pages.flat_map(|(number, page)| page.present.ones().map(move |offset| NodeSlot(slot(number, offset))))
}

/// The relationships that are there.
fn rels(graph: &Graph) -> impl Iterator<Item = RelSlot> {
    let pages = graph.rels.pages().iter().take_while(|(number, _)| *number < graph.rels.placement().page_count());
    pages.flat_map(|(number, page)| {
        page.present().ones().map(move |offset| RelSlot(slot(number, offset))).collect::<Vec<_>>()
    })
}

/// An element as people know it.
fn name_of(graph: &Graph, element: End) -> String {
    let kind = if element.as_node().is_some() { "node" } else { "relationship" };
    if graph.is_there(element) {
        format!("{kind} {}", graph.id(element))
    } else {
        let (page, offset) = super::bitmap::place(super::graph::slot_of(element));
        format!("the {kind} in place {offset} of page {page}, which is not there,")
    }
}
