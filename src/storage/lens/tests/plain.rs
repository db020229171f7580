//! The definitions of the two clocks, word by word and slowly: of all that is there, again for each question.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::{Family, NodeSlot, Rel, RelSlot, ScanCursor};
use super::super::{KnownAt, Lens, ValidAt};
use super::*;
use crate::value::compare::days_of;

/// What a graph says, without columns, runs and numbers of words.
pub(super) struct Plain<'g> {
    graph: &'g Graph,
    pub nodes: Vec<NodeSlot>,
    pub rels: BTreeMap<RelSlot, Rel>,
}

/// A time since when something is known: days that a source gives, or a moment that was recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Since {
    Days(i64, i64),
    Moment(i64),
}

const DAY: i64 = 86_400_000_000;
const ALWAYS: i64 = i64::MIN;
const NEVER: i64 = i64::MAX;

fn days_in_utc(value: &Value) -> Option<(i64, i64)> {
    if let Value::DateTime(moment) = value {
        let day = moment.utc_date().epoch_days();
        return Some((day, day));
    }
    days_of(value).map(|days| (days.earliest, days.latest))
}

impl Since {
    pub(super) fn bounds(self) -> (i64, i64) {
        match self {
            Since::Days(earliest, latest) => (earliest, latest),
            Since::Moment(micros) => (micros.div_euclid(DAY), micros.div_euclid(DAY)),
        }
    }

    fn passes(self, at: KnownAt) -> bool {
        match (self, at.micros) {
            (Since::Moment(recorded), Some(micros)) => recorded <= micros,
            (since, _) => {
                let (earliest, latest) = since.bounds();
                i64::from(at.day) >= if at.possibly { earliest } else { latest }
            }
        }
    }
}

impl<'g> Plain<'g> {
    pub(super) fn of(graph: &'g Graph) -> Self {
        let (mut cursor, mut nodes) = (ScanCursor::default(), Vec::new());
        while graph.scan_nodes(None, &mut cursor, 100, &mut nodes) {}
        let mut rels = Vec::new();
        for family in Family::ALL {
            let mut cursor = ScanCursor::default();
            while graph.scan_rels(None, family, &mut cursor, 100, &mut rels) {}
        }
        let rels = rels.into_iter().map(RelSlot).map(|rel| (rel, graph.rel(rel))).collect();
        Self { graph, nodes: nodes.into_iter().map(NodeSlot).collect(), rels }
    }

    pub(super) fn elements(&self) -> Vec<End> {
        self.nodes.iter().copied().map(End::node).chain(self.rels.keys().copied().map(End::rel)).collect()
    }

    fn property(&self, element: End, key: &str) -> Value {
        self.graph.catalog().keys.get(key).map_or(Value::Null, |key| self.graph.property(element, key))
    }

    fn is(&self, element: End, label: &str) -> bool {
        let label = self.graph.catalog().labels.get(label);
        element.as_node().is_some_and(|node| label.is_some_and(|label| self.graph.has_label(node, label)))
    }

    /// The asserted relationships of a type.
    fn asserted(&self, name: &str) -> impl Iterator<Item = (RelSlot, Rel)> {
        let rel_type = self.graph.catalog().types.get(name);
        self.rels
            .iter()
            .filter(move |(_, rel)| rel.asserted && Some(rel.rel_type) == rel_type)
            .map(|(slot, rel)| (*slot, *rel))
    }

    fn rel_of(&self, element: End) -> Option<Rel> {
        element.as_rel().map(|slot| self.rels[&slot])
    }

    fn recorded(&self, element: End) -> Since {
        Since::Moment(match element.as_node() {
            Some(node) => self.graph.node_commit(node).micros,
            None => self.graph.rel_commit(element.as_rel().unwrap()).micros,
        })
    }

    /// Earliest and latest day of begin and end.
    pub(super) fn valid_time(&self, element: End) -> [(i64, i64); 2] {
        let bounds = |value: Value, absent| match days_in_utc(&value) {
            Some(days) => days,
            None if value.is_null() => (absent, absent),
            None => (ALWAYS, NEVER),
        };
        let from = match self.property(element, "valid_from") {
            Value::Null => self.property(element, "on"),
            value => value,
        };
        [bounds(from, ALWAYS), bounds(self.property(element, "valid_to"), NEVER)]
    }

    fn is_valid(&self, element: End, at: ValidAt) -> bool {
        let [from, to] = self.valid_time(element);
        let day = i64::from(at.day);
        if at.possibly { from.0 <= day && day < to.1 } else { from.1 <= day && day < to.0 }
    }

    /// The sources for which a node stands, and through which paragraph.
    fn sources_of(&self, node: End) -> BTreeSet<(Option<NodeSlot>, NodeSlot)> {
        let mut sources = BTreeSet::new();
        if self.is(node, "Source") {
            sources.insert((None, node.as_node().unwrap()));
        }
        if self.is(node, "Paragraph") {
            let of = self.asserted("OF").filter(|(_, of)| of.start == node && self.is(of.end, "Source"));
            sources.extend(of.map(|(_, of)| (node.as_node(), of.end.as_node().unwrap())));
        }
        sources
    }

    pub(super) fn is_evidence(&self, element: End) -> bool {
        match self.rel_of(element) {
            None => !self.sources_of(element).is_empty(),
            Some(rel) => {
                self.is_citation(element)
                    || self.citations(element).is_empty()
                        && [rel.start, rel.end].into_iter().any(|end| !self.sources_of(end).is_empty())
            }
        }
    }

    fn is_citation(&self, element: End) -> bool {
        let mut supports = self.asserted("SUPPORTS");
        supports.any(|(slot, rel)| End::rel(slot) == element && !self.sources_of(rel.start).is_empty())
    }

    /// By the ids of the citing relationship and of the source.
    pub(super) fn citations(&self, element: End) -> Vec<(RelSlot, Option<NodeSlot>, NodeSlot)> {
        let mut citations = Vec::new();
        for (slot, _) in self.asserted("SUPPORTS").filter(|(_, rel)| rel.end == element) {
            let sources = self.sources_of(self.rels[&slot].start);
            citations.extend(sources.into_iter().map(|(paragraph, source)| (slot, paragraph, source)));
        }
        citations.sort_by_key(|(rel, paragraph, source)| {
            (self.graph.rel_id(*rel), paragraph.is_some(), self.graph.node_id(*source))
        });
        citations
    }

    /// Rules 1, 2 and 4; of a node and a quoted relationship, without rule 4.
    pub(super) fn direct(&self, element: End) -> Vec<Since> {
        let of_node = |node: End| {
            self.sources_of(node).into_iter().map(|(_, source)| self.published(End::node(source))).collect::<Vec<_>>()
        };
        if self.is_evidence(element) {
            return match self.rel_of(element) {
                None => of_node(element),
                Some(rel) if self.is_citation(element) => of_node(rel.start),
                Some(rel) => [of_node(rel.start), of_node(rel.end)].concat(),
            };
        }
        let citations = self.citations(element);
        if !citations.is_empty() {
            return citations.into_iter().flat_map(|(rel, ..)| of_node(self.rels[&rel].start)).collect();
        }
        if self.rel_of(element).is_some_and(|rel| rel.asserted) { vec![self.recorded(element)] } else { Vec::new() }
    }

    fn published(&self, source: End) -> Since {
        match self.property(source, "published") {
            Value::Null => self.recorded(source),
            value => days_in_utc(&value).map_or(Since::Days(ALWAYS, NEVER), |days| Since::Days(days.0, days.1)),
        }
    }

    fn touching(&self, element: End) -> impl Iterator<Item = End> {
        let asserted = self.rels.iter().filter(|(_, rel)| rel.asserted);
        asserted.filter(move |(_, rel)| rel.start == element || rel.end == element).map(|(slot, _)| End::rel(*slot))
    }

    /// All the times since when an element is known: the earliest counts.
    pub(super) fn known(&self, element: End) -> Vec<Since> {
        let direct = self.direct(element);
        if !direct.is_empty() {
            return direct;
        }
        let touching = self.touching(element).flat_map(|rel| self.direct(rel));
        std::iter::once(self.recorded(element)).chain(touching).collect()
    }

    fn is_known(&self, element: End, at: Option<KnownAt>) -> bool {
        at.is_none_or(|at| self.known(element).into_iter().any(|since| since.passes(at)))
    }

    /// Whether the element itself passes is another question.
    fn counted_sources(&self, element: End, clocks: &Lens) -> BTreeSet<NodeSlot> {
        let is_of = |paragraph: NodeSlot, source: NodeSlot| {
            let (paragraph, source) = (End::node(paragraph), End::node(source));
            let mut joining = self.asserted("OF").filter(|(_, of)| of.start == paragraph && of.end == source);
            joining.any(|(of, _)| self.passes(End::rel(of), clocks))
        };
        let shown = self.citations(element).into_iter().filter(|(rel, paragraph, source)| {
            self.passes_alone(End::rel(*rel), clocks)
                && self.passes(self.rels[rel].start, clocks)
                && self.passes(End::node(*source), clocks)
                && paragraph.is_none_or(|paragraph| is_of(paragraph, *source))
        });
        shown.map(|(.., source)| source).collect()
    }

    fn has_sources(&self, element: End, lens: &Lens) -> bool {
        if lens.least_sources == 0 || self.is_evidence(element) {
            return true;
        }
        let clocks = &Lens { least_sources: 0, ..*lens };
        let mut sources = self.counted_sources(element, clocks);
        if element.as_node().is_some() {
            let facts = self.touching(element).filter(|rel| !self.is_evidence(*rel) && self.passes(*rel, clocks));
            facts.for_each(|rel| sources.extend(self.counted_sources(rel, clocks)));
        }
        sources.len() >= lens.least_sources as usize
    }

    pub(super) fn passes_alone(&self, element: End, lens: &Lens) -> bool {
        lens.valid.is_none_or(|at| self.is_valid(element, at))
            && self.is_known(element, lens.known)
            && self.has_sources(element, lens)
    }

    pub(super) fn passes(&self, element: End, lens: &Lens) -> bool {
        self.passes_alone(element, lens)
            && self.rel_of(element).is_none_or(|rel| [rel.start, rel.end].into_iter().all(|end| self.passes(end, lens)))
    }
}
