//! How many different sources stand behind an element.

use rustc_hash::FxHashSet;

use super::super::{End, Graph, NodeSlot};
use super::Lens;

impl Graph {
    /// Whether enough different sources stand behind an element, by citations that are known where that is asked.
    /// Evidence needs none.
    pub(super) fn has_sources(&self, element: End, lens: &Lens, is_reached: bool) -> bool {
        let entry = self.entry(element);
        if entry.is_some_and(|entry| entry.is_evidence) {
            return true;
        }
        let (is_node, is_cited) = (element.as_node().is_some(), entry.is_some());
        if is_node && !is_cited && is_reached {
            return true;
        }
        let mut sources = FxHashSet::default();
        if self.find_sources(element, lens, &mut sources) {
            return true;
        }
        is_node
            && self.asserted_at(element).any(|rel| {
                let rel = End::rel(rel);
                match self.entry(rel) {
                    // The citations of a citation say nothing of what that supports.
                    Some(entry) if entry.is_evidence => !is_cited && self.is_evidently_known(rel, lens.known),
                    Some(_) => self.find_sources(rel, lens, &mut sources),
                    None => false,
                }
            })
    }

    /// Adds the sources of the citations of an element; true as soon as there are enough.
    fn find_sources(&self, element: End, lens: &Lens, sources: &mut FxHashSet<NodeSlot>) -> bool {
        self.supports(element).any(|(rel, from)| {
            let counts = self.is_evidently_known(End::rel(rel), lens.known);
            if counts {
                sources.extend(self.ways(from).into_iter().map(|(_, source)| source));
            }
            sources.len() >= lens.least_sources as usize
        })
    }
}
