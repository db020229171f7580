//! How many different sources stand behind an element.

use rustc_hash::FxHashSet;

use super::super::{End, Graph, NodeSlot, RelSlot};
use super::asked::Asked;
use super::{Cited, Lens, Look, Odd};

impl Graph {
    /// Whether enough different sources stand behind an element, by citations that the clocks show. Evidence needs none.
    pub(super) fn has_sources(&self, element: End, lens: &Lens, asked: &mut Asked) -> bool {
        if self.is_evidence(element) {
            return true;
        }
        if let Some(answer) = asked.supported.answer(element) {
            return answer;
        }
        let (clocks, enough) = (lens.clocks(), lens.least_sources as usize);
        let Asked { odd, supported, .. } = asked;
        let (shown, mut sources) = (&mut Asked::new(odd), FxHashSet::default());
        if self.add_sources(element, &clocks, enough, &mut sources, shown) {
            return true;
        }
        // The citations of a citation say nothing of what that supports.
        element.as_node().is_some()
            && supported.any(element, self.asserted_at(element), |rel| {
                self.is_shown_fact(rel, &clocks, shown) && self.add_sources(rel, &clocks, enough, &mut sources, shown)
            })
    }

    /// How many different sources the clocks show behind an element; `None` of evidence, which needs none.
    pub(crate) fn source_count(&self, element: End, lens: &Lens) -> Option<usize> {
        let mut sources = FxHashSet::default();
        self.each_with_sources(element, lens, |_, found| sources.extend(found.iter().copied()))?;
        Some(sources.len())
    }

    /// Relationships at a node that have sources which it does not have by itself, one for each source that the clocks
    /// show: those of the first slots. None at a relationship, or at evidence.
    pub(crate) fn sources_through(&self, element: End, lens: &Lens) -> Vec<RelSlot> {
        let (mut sources, mut through) = (FxHashSet::default(), Vec::new());
        _ = self.each_with_sources(element, lens, |at, found| {
            let before = sources.len();
            sources.extend(found.iter().copied());
            through.extend(at.as_rel().filter(|_| at != element && sources.len() > before));
        });
        through
    }

    /// An element and, if it is a node, the relationships at it, each with the sources that stand behind it; `None` of
    /// evidence.
    fn each_with_sources(
        &self,
        element: End,
        lens: &Lens,
        mut take: impl FnMut(End, &FxHashSet<NodeSlot>),
    ) -> Option<()> {
        if self.is_evidence(element) {
            return None;
        }
        let (clocks, odd) = (lens.clocks(), &mut Odd::default());
        let asked = &mut Asked::new(odd);
        let touching = element.as_node().into_iter().flat_map(|_| self.asserted_at(element)).map(End::rel);
        let mut facts: Vec<End> = touching.filter(|rel| self.is_shown_fact(*rel, &clocks, asked)).collect();
        facts.sort_unstable();
        facts.dedup();
        for at in [element].into_iter().chain(facts) {
            let mut sources = FxHashSet::default();
            self.add_sources(at, &clocks, usize::MAX, &mut sources, asked);
            take(at, &sources);
        }
        Some(())
    }

    fn is_shown_fact(&self, rel: End, clocks: &Lens, asked: &mut Asked) -> bool {
        !self.is_evidence(rel) && (clocks.is_empty() || self.passes_as_asked(rel, clocks, Look::Whole, asked))
    }

    fn is_evidence(&self, element: End) -> bool {
        self.entry(element).is_some_and(|entry| entry.is_evidence)
    }

    /// Adds the sources of the citations of an element that the clocks show; true as soon as there are `enough`. Whether
    /// they show the element itself is asked elsewhere.
    fn add_sources(
        &self,
        element: End,
        clocks: &Lens,
        enough: usize,
        sources: &mut FxHashSet<NodeSlot>,
        asked: &mut Asked,
    ) -> bool {
        for (rel, from) in self.supports(element) {
            let mut shows = |part| self.passes_alone(part, clocks, false, asked);
            if !clocks.is_empty() && !shows(End::node(from)) {
                continue;
            }
            for (paragraph, source) in self.ways(from) {
                if clocks.is_empty() || self.is_shown(Cited { rel, paragraph, source }, &mut shows) {
                    sources.insert(source);
                }
            }
            if sources.len() >= enough {
                return true;
            }
        }
        false
    }
}
