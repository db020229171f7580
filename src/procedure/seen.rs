//! The part of the graph that a procedure is asked about: all of it, or what the clocks of the statement show.

use std::collections::BTreeMap;

use super::database::{graph, part};
use crate::catalog::{LabelId, Statistics, TypeId};
use crate::function::{FunctionError, Host};
use crate::storage::{Cited, End, Family, Graph, NodeSlot, Part, Rel, RelSlot, ScanCursor};
use crate::value::{Name, Node, Relationship, Value};

/// Elements that are looked at between two looks at the budget.
const STRETCH: usize = 1_024;

/// A graph, through the lens of a call.
pub(super) struct Seen<'h> {
    host: &'h dyn Host,
    pub graph: &'h Graph,
    part: Option<&'h Part>,
}

impl<'h> Seen<'h> {
    pub(super) fn by(host: &'h dyn Host) -> Self {
        Self { host, graph: graph(host), part: part(host) }
    }

    pub(super) fn sees_all(&self) -> bool {
        self.part.is_none()
    }

    pub(super) fn sees(&self, element: End) -> bool {
        self.part.is_none_or(|part| part.shows(self.graph, element))
    }

    /// The citations of an element that are seen.
    pub(super) fn citations(&self, element: End) -> impl Iterator<Item = Cited> {
        let is_seen = |cited: &Cited| self.part.is_none_or(|part| part.shows_citation(self.graph, *cited));
        self.graph.citations(element).filter(is_seen)
    }

    /// The citations that a relationship is, one for each source of its paragraph that is seen.
    pub(super) fn citations_by(&self, rel: RelSlot) -> impl Iterator<Item = Cited> {
        let is_seen = |cited: &Cited| self.part.is_none_or(|part| part.shows_citation(self.graph, *cited));
        self.graph.citations_by(rel).filter(is_seen)
    }

    /// Everything at which an asserted relationship of the citing type ends, seen or not, in the order of ids.
    pub(super) fn cited(&self) -> Result<Vec<End>, FunctionError> {
        let mut cited = Vec::new();
        self.each_asserted(&self.graph.catalog().provenance.supports, |_, rel| cited.push(rel.end))?;
        cited.sort_unstable();
        cited.dedup();
        cited.sort_by_cached_key(|end| self.graph.id(*end));
        Ok(cited)
    }

    /// Looks at each asserted relationship of a type, seen or not.
    pub(super) fn each_asserted(
        &self,
        rel_type: &str,
        mut look: impl FnMut(RelSlot, Rel),
    ) -> Result<(), FunctionError> {
        let Some(rel_type) = self.graph.catalog().types.get(rel_type) else { return Ok(()) };
        for family in [Family::Plain, Family::About] {
            self.each_in(rel_type, family, &mut look)?;
        }
        Ok(())
    }

    fn each_in(
        &self,
        rel_type: TypeId,
        family: Family,
        look: &mut impl FnMut(RelSlot, Rel),
    ) -> Result<(), FunctionError> {
        let scan = |cursor: &mut _, slots: &mut _| self.graph.scan_rels(Some(rel_type), family, cursor, STRETCH, slots);
        self.each_slot(scan, |slots| {
            self.host.reserve(slots.len() * size_of::<(End, NodeSlot)>())?;
            slots.iter().copied().map(RelSlot).for_each(|slot| look(slot, self.graph.rel(slot)));
            Ok(())
        })
    }

    /// Looks at each node that is seen.
    pub(super) fn each_node(&self, look: impl FnMut(NodeSlot)) -> Result<(), FunctionError> {
        self.each_with_label(None, look)
    }

    /// Looks at each node with a label, if one is wanted, that is seen.
    pub(super) fn each_with_label(
        &self,
        label: Option<LabelId>,
        mut look: impl FnMut(NodeSlot),
    ) -> Result<(), FunctionError> {
        let scan = |cursor: &mut _, slots: &mut _| self.graph.scan_nodes(label, cursor, STRETCH, slots);
        self.each_slot(scan, |slots| {
            slots.iter().copied().map(NodeSlot).filter(|node| self.sees(End::node(*node))).for_each(&mut look);
            Ok(())
        })
    }

    /// Looks at each relationship of a type and a family that is seen.
    pub(super) fn each_rel(
        &self,
        rel_type: TypeId,
        family: Family,
        mut look: impl FnMut(RelSlot, Rel),
    ) -> Result<(), FunctionError> {
        let scan = |cursor: &mut _, slots: &mut _| self.graph.scan_rels(Some(rel_type), family, cursor, STRETCH, slots);
        self.each_slot(scan, |slots| {
            let seen = slots.iter().copied().map(RelSlot).filter(|rel| self.sees(End::rel(*rel)));
            seen.for_each(|rel| look(rel, self.graph.rel(rel)));
            Ok(())
        })
    }

    /// Hands on what a scan finds, a stretch at a time, and looks at the budget on the way.
    fn each_slot(
        &self,
        scan: impl Fn(&mut ScanCursor, &mut Vec<u32>) -> bool,
        mut look: impl FnMut(&[u32]) -> Result<(), FunctionError>,
    ) -> Result<(), FunctionError> {
        let (mut cursor, mut slots) = (ScanCursor::default(), Vec::new());
        let mut more = true;
        while more {
            slots.clear();
            more = scan(&mut cursor, &mut slots);
            self.host.reserve(0)?;
            look(&slots)?;
        }
        Ok(())
    }

    /// How many nodes with each label are seen; there may be zeros.
    pub(super) fn label_counts(&self) -> Result<BTreeMap<LabelId, u64>, FunctionError> {
        let labels = &self.graph.catalog().labels;
        if self.sees_all() {
            return Ok(labels.iter().map(|(label, _)| (label, self.graph.label_count(label))).collect());
        }
        let mut counts = BTreeMap::new();
        self.each_node(|node| {
            self.graph.labels(node).iter().for_each(|label| *counts.entry(*label).or_default() += 1);
        })?;
        Ok(counts)
    }

    /// The types of the relationships that are seen, and how many they are: asserted between nodes, about others, quoted.
    pub(super) fn types(&self) -> Result<Vec<(&'h Name, [u64; 3])>, FunctionError> {
        let mut types = Vec::new();
        for (rel_type, name) in self.graph.catalog().types.iter() {
            let counts = self.rel_counts(rel_type)?;
            if counts != [0; 3] {
                types.push((name, counts));
            }
        }
        Ok(types)
    }

    /// Of each family.
    fn rel_counts(&self, rel_type: TypeId) -> Result<[u64; 3], FunctionError> {
        let graph = self.graph;
        if self.sees_all() {
            let of_nodes = graph.rel_count(Some(rel_type));
            return Ok([of_nodes, graph.about_rel_count(rel_type), graph.quoted_rel_count(rel_type)]);
        }
        let mut counts = [0; 3];
        for (family, count) in Family::ALL.into_iter().zip(&mut counts) {
            self.each_rel(rel_type, family, |_, _| *count += 1)?;
        }
        Ok(counts)
    }

    /// Calls `look` with each of many things, and looks at the budget on the way.
    pub(super) fn each<T>(
        &self,
        things: impl IntoIterator<Item = T>,
        mut look: impl FnMut(T) -> Result<(), FunctionError>,
    ) -> Result<(), FunctionError> {
        for (number, thing) in things.into_iter().enumerate() {
            if number % STRETCH == 0 {
                self.host.reserve(0)?;
            }
            look(thing)?;
        }
        Ok(())
    }

    /// How many threads may work at the answer, and what tells them to stop.
    pub(super) fn threads(&self) -> (usize, Box<dyn Fn() -> bool + Send + Sync>) {
        (self.host.threads(), self.host.alarm())
    }

    /// Counts bytes that are kept for the answer.
    pub(super) fn reserve(&self, bytes: usize) -> Result<(), FunctionError> {
        self.host.reserve(bytes)
    }

    /// Says something to whoever asked, beside the answer.
    pub(super) fn warn(&self, code: &'static str, message: String) {
        self.host.warn(code, message);
    }

    pub(super) fn has_label(&self, node: NodeSlot, label: &str) -> bool {
        self.graph.catalog().labels.get(label).is_some_and(|label| self.graph.has_label(node, label))
    }

    /// Whether an element is not a fact but where facts are read: a source, a paragraph, or what joins them to others.
    pub(super) fn is_evidence(&self, element: End) -> bool {
        let words = &self.graph.catalog().provenance;
        let is_type =
            |rel: RelSlot, name: &Name| self.graph.catalog().types.get(name) == Some(self.graph.rel(rel).rel_type);
        element
            .as_node()
            .is_some_and(|node| [&words.source, &words.paragraph].iter().any(|label| self.has_label(node, label)))
            || element.as_rel().is_some_and(|rel| [&words.supports, &words.of].iter().any(|name| is_type(rel, name)))
    }

    /// An element as a value.
    pub(super) fn value(&self, element: End) -> Value {
        let id = self.graph.id(element);
        if element.as_node().is_some() { Node::bare(id).into() } else { Relationship::bare(id).into() }
    }
}
