//! The part of a graph that a lens shows, for those who ask of one element after the other.
//!
//! What passes is found for a whole page when the first of its elements is asked for, and remembered. So a short walk
//! looks at few pages, and a long one at each of them once.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::bitmap::{Bitmap, PAGE_SLOTS, place};
use super::super::{End, Graph, NodeSlot, RelSlot};
use super::many::Page;
use super::{Cited, Lens, Look, Odd};

/// Of one graph, which comes along with each question.
pub(crate) struct Part {
    lens: Lens,
    nodes: Pages,
    rels: Pages,
    odd: Mutex<Odd>,
    is_stopped: Box<dyn Fn() -> bool + Send + Sync>,
    is_cut_short: AtomicBool,
}

/// What passes of each page that was asked for.
type Pages = Box<[OnceLock<Box<Bitmap>>]>;

impl Part {
    /// What `lens` shows of `graph`. Once `is_stopped`, no further page is looked at: of such a page all nodes count as
    /// shown and all relationships as hidden, so that the ends of whatever was shown go on to be there.
    pub(crate) fn new(graph: &Graph, lens: Lens, is_stopped: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let pages = |bound: usize| (0..bound.div_ceil(PAGE_SLOTS)).map(|_| OnceLock::new()).collect();
        Self {
            lens,
            nodes: pages(graph.nodes.bound()),
            rels: pages(graph.rels.bound()),
            odd: Mutex::default(),
            is_stopped: Box::new(is_stopped),
            is_cut_short: AtomicBool::new(false),
        }
    }

    pub(crate) fn lens(&self) -> &Lens {
        &self.lens
    }

    /// Whether pages were not looked at because all was to be stopped.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.is_cut_short.load(Ordering::Relaxed)
    }

    /// The values that are no times and were met so far.
    pub(crate) fn odd(&self) -> Odd {
        *self.odd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it takes when every page was asked for.
    pub(crate) fn max_bytes(&self) -> usize {
        (self.nodes.len() + self.rels.len()) * (size_of::<OnceLock<Box<Bitmap>>>() + size_of::<Bitmap>())
    }

    /// By the definition: a relationship only if its ends pass, and theirs.
    pub(crate) fn shows(&self, graph: &Graph, element: End) -> bool {
        let rel = || element.as_rel().is_some_and(|rel| self.shows_rel(graph, rel));
        element.as_node().map_or_else(rel, |node| self.shows_node(graph, node))
    }

    pub(crate) fn shows_node(&self, graph: &Graph, node: NodeSlot) -> bool {
        let found = self.is_in(&self.nodes, node.0, |index| {
            let present = graph.nodes.page_at(index)?.present.clone();
            Some(self.passing(graph, &graph.node_page(index)?, present))
        });
        found.unwrap_or_else(|| graph.is_node(node))
    }

    pub(crate) fn shows_rel(&self, graph: &Graph, rel: RelSlot) -> bool {
        let found = self.is_in(&self.rels, rel.0, |index| {
            let present = graph.rels.page_at(index)?.present();
            Some(self.passing(graph, &graph.rel_page(index)?, present))
        });
        found.unwrap_or(false)
    }

    pub(crate) fn shows_citation(&self, graph: &Graph, cited: Cited) -> bool {
        graph.is_shown(cited, |element| self.shows(graph, element))
    }

    /// Whether the bit of a slot is set, which `find` finds for a page if nobody has; `None` if it may not any more.
    fn is_in(&self, pages: &Pages, slot: u32, find: impl FnOnce(usize) -> Option<Bitmap>) -> Option<bool> {
        let (index, offset) = place(slot);
        let Some(page) = pages.get(index) else { return Some(false) };
        if let Some(passing) = page.get() {
            return Some(passing.get(offset));
        }
        if self.is_cut_short() || (self.is_stopped)() {
            self.is_cut_short.store(true, Ordering::Relaxed);
            return None;
        }
        Some(page.get_or_init(|| Box::new(find(index).unwrap_or_default())).get(offset))
    }

    /// The elements of a page that pass, of those that are there.
    fn passing(&self, graph: &Graph, page: &Page, present: Bitmap) -> Bitmap {
        let (mut fits, mut odd) = (present, Odd::default());
        graph.narrow(page, &self.lens, Look::Whole, &mut fits, &mut odd);
        self.odd.lock().unwrap_or_else(PoisonError::into_inner).add(odd);
        fits
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("lens", &self.lens).finish_non_exhaustive()
    }
}
