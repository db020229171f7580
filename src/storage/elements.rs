//! All elements of a graph, in the order of their ids.

use super::{End, Family, Graph};
use crate::catalog::Statistics;
use crate::value::ElementId;

impl Graph {
    /// The first element whose id is `from` or behind it.
    pub(crate) fn next_element(&self, from: ElementId) -> Option<(ElementId, End)> {
        self.ids.next(from)
    }

    /// The id that the next element gets.
    pub(crate) fn next_id(&self) -> ElementId {
        ElementId(self.next_id)
    }

    /// Whether something has the element for an end.
    pub(crate) fn is_touched(&self, element: End) -> bool {
        self.neighbourhood.is_touched(element)
    }

    /// How many nodes and how many relationships there are, in both states.
    pub(crate) fn element_counts(&self) -> (u64, u64) {
        (self.node_count(), Family::ALL.iter().map(|family| self.rels.count(None, *family)).sum())
    }
}
