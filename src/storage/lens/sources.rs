//! How many different sources stand behind an element.

use rustc_hash::FxHashSet;

use super::super::{End, Graph, NodeSlot, RelSlot};
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

    /// Relationships at a node that have sources which it does not have by itself, one for each source: those of the first
    /// slots. None at a relationship, or at evidence.
    pub(crate) fn sources_through(&self, element: End) -> Vec<RelSlot> {
        if element.as_node().is_none() || self.is_evidence(element) {
            return Vec::new();
        }
        let mut sources = FxHashSet::default();
        let mut adds = |at: End| {
            let before = sources.len();
            let cited = self.supports(at).flat_map(|(_, from)| self.ways(from));
            sources.extend(cited.map(|(_, source)| source));
            sources.len() > before
        };
        adds(element);
        let mut touching: Vec<RelSlot> = self.asserted_at(element).collect();
        touching.sort_unstable();
        touching.retain(|rel| !self.is_evidence(End::rel(*rel)) && adds(End::rel(*rel)));
        touching
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
