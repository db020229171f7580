//! What the writer does so that the columns of days say what the graph does.
//!
//! ```text
//! a source's label or `published`, a paragraph's label, an `OF`   the node, and the paragraphs of a source;
//!     where that makes a difference                               what touches it, and what it cites
//! a relationship drawn, asserted, retracted, deleted              itself, and what it cites
//! ```
//!
//! A citation that comes is compared with what is there; one that goes has the others looked through only if it was the
//! earliest, and no further than to one that is as early. So an element with very many citations is not read again for
//! each of them.

use super::super::{Direction, End, Family, Graph, NodeSlot, Rel, RelSlot};
use super::column::{Entry, PageClocks, TimeEnd};
use super::day::DayRange;
use super::evidence::{Earliest, Vocabulary};
use crate::catalog::{KeyId, LabelId, Provenance};
use crate::value::Value;

/// How the time since when a citing node is known has changed.
#[derive(Clone, Copy)]
enum Move {
    /// To this, which is no later in any way.
    Earlier(Entry),
    /// It was this, and is later, or the node cites no longer.
    Later(Entry),
    Otherwise,
}

impl Graph {
    /// The graph by another vocabulary.
    pub(crate) fn with_provenance(mut self, provenance: Provenance) -> Self {
        self.define(|catalog| catalog.provenance = provenance);
        self.keep_all();
        self
    }

    /// Whether since when or until when an element is valid is told by a key.
    pub(in super::super) fn tells_time(&self, key: KeyId) -> bool {
        let Vocabulary { valid_from, valid_to, on, .. } = self.vocabulary;
        [valid_from, valid_to, on].contains(&Some(key))
    }

    /// Since when evidence, and what it touches and cites, is known: of a graph of which nothing is kept of that yet.
    pub(in super::super) fn keep_evidence(&mut self) {
        let Some(source) = self.vocabulary.source else { return };
        let mut sources = Vec::new();
        self.nodes.collect(Some(source), &mut 0, usize::MAX, &mut sources);
        for source in sources {
            self.keep_source(NodeSlot(source));
        }
    }

    /// Keeps all days anew.
    fn keep_all(&mut self) {
        let (mut nodes, mut rels) = (Vec::new(), Vec::new());
        self.nodes.collect(None, &mut 0, usize::MAX, &mut nodes);
        for family in Family::ALL {
            self.rels.collect(None, family, &mut 0, usize::MAX, &mut rels);
        }
        let nodes: Vec<End> = nodes.into_iter().map(|slot| End::node(NodeSlot(slot))).collect();
        let rels = rels.into_iter().map(|slot| End::rel(RelSlot(slot)));
        for element in nodes.iter().copied().chain(rels.clone()) {
            self.forget_days(element);
            self.keep_time(element);
        }
        // Evidence comes first: all else goes by what is kept of it.
        for node in nodes.iter().filter_map(|node| node.as_node()) {
            let entry = self.known_evidence(node).map(|known| known.entry(true));
            self.set_entry(End::node(node), entry);
        }
        for element in nodes.into_iter().chain(rels) {
            self.keep_known(element, None);
        }
    }

    pub(in super::super) fn forget_days(&mut self, element: End) {
        if let Some((clocks, offset)) = self.clocks_mut(element) {
            clocks.clear(offset);
        }
    }

    pub(in super::super) fn keep_new_node(&mut self, node: NodeSlot, labels: &[LabelId]) {
        if self.vocabulary.source.is_some_and(|source| labels.contains(&source)) {
            self.keep_source(node);
        }
    }

    /// A node has got or lost a label.
    pub(in super::super) fn keep_label(&mut self, node: NodeSlot, label: LabelId) {
        if self.vocabulary.source == Some(label) {
            self.keep_source(node);
        }
        if self.vocabulary.paragraph == Some(label) {
            self.keep_node(node);
        }
    }

    /// An element has another value for a key, or none any more.
    pub(in super::super) fn keep_property(&mut self, element: End, key: KeyId) {
        if self.tells_time(key) {
            self.keep_time(element);
        }
        if self.vocabulary.published == Some(key)
            && let Some(node) = element.as_node().filter(|node| self.is_source(*node))
        {
            self.keep_source(node);
        }
    }

    /// A relationship was drawn.
    pub(in super::super) fn keep_drawn(&mut self, slot: RelSlot, rel: Rel) {
        if self.vocabulary.source.is_some() {
            self.keep_belonging(rel);
            self.keep_known(End::rel(slot), None);
            self.keep_citation(rel);
        }
    }

    /// A relationship that is deleted has left its ends.
    pub(in super::super) fn keep_deleted(&mut self, slot: RelSlot, rel: Rel) {
        self.forget_days(End::rel(slot));
        if self.vocabulary.source.is_some() && rel.asserted {
            self.keep_belonging(rel);
            self.keep_uncited(rel);
        }
    }

    /// A relationship was asserted or retracted.
    pub(in super::super) fn keep_state(&mut self, slot: RelSlot, rel: Rel) {
        if self.vocabulary.source.is_none() {
            return;
        }
        // What it was, or is, while it is asserted.
        let asserted = Rel { asserted: true, ..rel };
        self.keep_belonging(asserted);
        self.keep_known(End::rel(slot), None);
        if rel.asserted {
            self.keep_citation(rel);
        } else {
            self.keep_uncited(asserted);
        }
    }

    /// A node is a source, or was one, or is so since another day: for what belongs to it too.
    fn keep_source(&mut self, source: NodeSlot) {
        self.keep_node(source);
        let Some(of) = self.vocabulary.of else { return };
        let belonging = self.neighbours(End::node(source), Direction::In, Some(of), Family::Plain);
        let paragraphs: Vec<NodeSlot> = belonging.filter_map(|found| found.end.as_node()).collect();
        for paragraph in paragraphs {
            self.keep_node(paragraph);
        }
    }

    /// An asserted relationship that has come or gone, if it is one from a paragraph to its source.
    fn keep_belonging(&mut self, rel: Rel) {
        if rel.asserted
            && self.vocabulary.of == Some(rel.rel_type)
            && let (Some(paragraph), Some(source)) = (rel.start.as_node(), rel.end.as_node())
            && self.is_paragraph(paragraph)
            && self.is_source(source)
        {
            self.keep_node(paragraph);
        }
    }

    /// What a new citation supports.
    fn keep_citation(&mut self, rel: Rel) {
        if let Some(cited_by) = self.citing(rel).and_then(|node| self.kept_evidence(node)) {
            self.keep_cited(rel.end, Move::Earlier(cited_by));
        }
    }

    /// What a citation supported that is gone.
    fn keep_uncited(&mut self, rel: Rel) {
        if let Some(cited_by) = self.citing(rel).and_then(|node| self.kept_evidence(node)) {
            self.keep_cited(rel.end, Move::Later(cited_by));
        }
    }

    /// A node, and if it is evidence since another time or none any more, what touches it.
    fn keep_node(&mut self, node: NodeSlot) {
        let was = self.kept_evidence(node);
        let is = self.known_evidence(node).map(|known| known.entry(true));
        if was == is {
            return;
        }
        self.set_entry(End::node(node), is);
        if is.is_none() {
            self.keep_known(End::node(node), None);
        }
        let change = match (was, is) {
            (None, Some(is)) => Move::Earlier(is),
            (Some(was), Some(is)) if is.earlier(was) == is => Move::Earlier(is),
            (Some(was), Some(is)) if was.earlier(is) != was => Move::Otherwise,
            (Some(was), _) => Move::Later(was),
            (None, None) => return,
        };
        let touching: Vec<RelSlot> = self.touching(End::node(node)).collect();
        let mut cited = Vec::new();
        for slot in touching {
            self.keep_known(End::rel(slot), None);
            let rel = self.rel(slot);
            if self.citing(rel) == Some(node) {
                cited.push(rel.end);
            }
        }
        cited.sort_unstable();
        cited.dedup();
        for element in cited {
            self.keep_cited(element, change);
        }
    }

    /// An element of which a citation is known since another time.
    fn keep_cited(&mut self, element: End, change: Move) {
        let kept = self.entry(element);
        match (change, kept) {
            (Move::Earlier(cited_by), Some(kept)) if !kept.is_evidence => {
                self.set_entry(element, Some(kept.earlier(cited_by)));
            }
            (Move::Later(cited_by), Some(kept)) if !kept.is_evidence => {
                if kept.may_stem_from(cited_by) {
                    self.keep_known(element, Some(kept));
                }
            }
            (Move::Earlier(_) | Move::Later(_) | Move::Otherwise, _) => self.keep_known(element, None),
        }
    }

    /// Rules 1 and 2 for an element, by what is kept of evidence; `floor` as for [`Graph::by_evidence`].
    fn keep_known(&mut self, element: End, floor: Option<Entry>) {
        let known = self.known_entry(element, floor);
        self.set_entry(element, known);
    }

    fn known_entry(&self, element: End, floor: Option<Entry>) -> Option<Entry> {
        let evidence = |node| self.kept_evidence(node).map(|entry| Entry { is_evidence: false, ..entry });
        let known = self.by_evidence(element, evidence, floor);
        known.map(|(entry, is_evidence)| Entry { is_evidence, ..entry })
    }

    /// Whether the days that are kept of an element are those that the graph says.
    pub(in super::super) fn has_right_days(&self, element: End) -> bool {
        let evidence = element.as_node().and_then(|node| self.known_evidence(node)).map(|known| known.entry(true));
        let kept = element.as_node().and_then(|node| self.kept_evidence(node));
        let Some((clocks, offset)) = self.clocks(element) else { return false };
        let [from, to] = self.times(element);
        kept == evidence
            && self.entry(element) == self.known_entry(element, None)
            && clocks.kept_time(TimeEnd::From, offset) == from
            && clocks.kept_time(TimeEnd::To, offset) == to
    }

    fn kept_evidence(&self, node: NodeSlot) -> Option<Entry> {
        self.entry(End::node(node)).filter(|entry| entry.is_evidence)
    }

    pub(super) fn entry(&self, element: End) -> Option<Entry> {
        let (clocks, offset) = self.clocks(element)?;
        clocks.entry(offset)
    }

    fn set_entry(&mut self, element: End, entry: Option<Entry>) {
        if self.entry(element) != entry
            && let Some((clocks, offset)) = self.clocks_mut(element)
        {
            clocks.set_entry(offset, entry);
        }
    }

    /// The time for which an element is valid.
    pub(in super::super) fn keep_time(&mut self, element: End) {
        let [from, to] = self.times(element);
        if let Some((clocks, offset)) = self.clocks_mut(element) {
            clocks.set_time(TimeEnd::From, offset, from);
            clocks.set_time(TimeEnd::To, offset, to);
        }
    }

    /// Since when and until when an element is valid.
    fn times(&self, element: End) -> [Option<(DayRange, bool)>; 2] {
        let Vocabulary { valid_from, valid_to, on, .. } = self.vocabulary;
        let from = self.time(element, valid_from).or_else(|| self.time(element, on));
        [from, self.time(element, valid_to)]
    }

    /// The days of a property, and whether they are unknown because its value is no time.
    fn time(&self, element: End, key: Option<KeyId>) -> Option<(DayRange, bool)> {
        match self.property(element, key?) {
            Value::Null => None,
            value => Some(DayRange::of(&value).map_or((DayRange::UNKNOWN, true), |days| (days, false))),
        }
    }

    pub(super) fn clocks(&self, element: End) -> Option<(&PageClocks, usize)> {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.nodes.page(node.0).map(|(page, offset)| (&page.clocks, offset)),
            (None, Some(rel)) => self.rels.page(rel.0).map(|(page, offset)| (&page.clocks, offset)),
            (None, None) => unreachable!("an end is a node or a relationship"),
        }
    }

    fn clocks_mut(&mut self, element: End) -> Option<(&mut PageClocks, usize)> {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.nodes.page_mut(node.0).map(|(page, offset, _)| (&mut page.clocks, offset)),
            (None, Some(rel)) => self.rels.page_mut(rel.0).map(|(page, offset, _)| (&mut page.clocks, offset)),
            (None, None) => unreachable!("an end is a node or a relationship"),
        }
    }
}
