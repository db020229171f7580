//! How many different sources stand behind an element.

use std::iter;

use rustc_hash::FxHashSet;

use super::super::{End, Graph, NodeSlot, RelSlot};
use super::asked::Hubs;
use super::{KnownAt, Lens};

impl Graph {
    /// Whether enough different sources stand behind an element, by citations that are known where that is asked.
    /// Evidence needs none.
    pub(super) fn has_sources(&self, element: End, lens: &Lens, supported: &mut Hubs) -> bool {
        if self.is_evidence(element) {
            return true;
        }
        if let Some(answer) = supported.answer(element) {
            return answer;
        }
        let mut sources = FxHashSet::default();
        if self.find_sources(element, lens, &mut sources) {
            return true;
        }
        // The citations of a citation say nothing of what that supports.
        element.as_node().is_some()
            && supported.any(element, self.asserted_at(element), |rel| {
                !self.is_evidence(rel) && self.find_sources(rel, lens, &mut sources)
            })
    }

    /// How many different sources stand behind an element, known by then where that is asked; `None` of evidence, which
    /// needs none.
    pub(crate) fn source_count(&self, element: End, known: Option<KnownAt>) -> Option<usize> {
        if self.is_evidence(element) {
            return None;
        }
        let touching = self.facts_at(element).into_iter().map(End::rel);
        let at_each = iter::once(element).chain(touching).flat_map(|at| self.known_sources(at, known));
        Some(at_each.collect::<FxHashSet<_>>().len())
    }

    /// Relationships at a node that have sources which it does not have by itself, one for each source, known by then where
    /// that is asked: those of the first slots. None at a relationship, or at evidence.
    pub(crate) fn sources_through(&self, element: End, known: Option<KnownAt>) -> Vec<RelSlot> {
        if self.is_evidence(element) {
            return Vec::new();
        }
        let mut sources: FxHashSet<NodeSlot> = self.known_sources(element, known).collect();
        let mut touching = self.facts_at(element);
        touching.sort_unstable();
        touching.retain(|rel| {
            let before = sources.len();
            sources.extend(self.known_sources(End::rel(*rel), known));
            sources.len() > before
        });
        touching
    }

    /// The relationships whose sources stand behind a node, too.
    fn facts_at(&self, element: End) -> Vec<RelSlot> {
        match element.as_node() {
            Some(_) => self.asserted_at(element).filter(|rel| !self.is_evidence(End::rel(*rel))).collect(),
            None => Vec::new(),
        }
    }

    fn is_evidence(&self, element: End) -> bool {
        self.entry(element).is_some_and(|entry| entry.is_evidence)
    }

    /// Adds the sources of the citations of an element; true as soon as there are enough.
    fn find_sources(&self, element: End, lens: &Lens, sources: &mut FxHashSet<NodeSlot>) -> bool {
        self.known_sources(element, lens.known).any(|source| {
            sources.insert(source);
            sources.len() >= lens.least_sources as usize
        })
    }

    /// The sources of the citations of an element.
    fn known_sources(&self, element: End, known: Option<KnownAt>) -> impl Iterator<Item = NodeSlot> {
        let cited = self.supports(element).flat_map(|(_, from)| self.ways(from)).map(|(_, source)| source);
        cited.filter(move |source| self.is_evidently_known(End::node(*source), known))
    }
}
