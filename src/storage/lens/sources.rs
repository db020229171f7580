//! How many different sources stand behind an element.

use rustc_hash::FxHashSet;

use super::super::{End, Graph, NodeSlot};
use super::Lens;
use super::asked::Hubs;

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

    fn is_evidence(&self, element: End) -> bool {
        self.entry(element).is_some_and(|entry| entry.is_evidence)
    }

    /// Adds the sources of the citations of an element; true as soon as there are enough.
    fn find_sources(&self, element: End, lens: &Lens, sources: &mut FxHashSet<NodeSlot>) -> bool {
        self.supports(element).any(|(_, from)| {
            let cited = self.ways(from).into_iter().map(|(_, source)| source);
            sources.extend(cited.filter(|source| self.is_evidently_known(End::node(*source), lens.known)));
            sources.len() >= lens.least_sources as usize
        })
    }
}
