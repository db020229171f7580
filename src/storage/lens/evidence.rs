//! What is evidence, what it supports, and since when each is known: the rules, read off the graph.
//!
//! ```text
//! 1. a source: its `published`; a paragraph: that of its source; a citation, and an uncited relationship with either at
//!    an end: that of this end
//! 2. anything else with citations: the earliest of them
//! 3. a node or a quoted relationship without: the earlier of the time recorded and the earliest by rules 1, 2 and 4 of an
//!    asserted relationship that touches it
//! 4. any other relationship: the time recorded
//! ```

use smallvec::SmallVec;

use super::super::{Direction, End, Family, Graph, NodeSlot, Rel, RelSlot};
use super::KnownAt;
use super::column::Entry;
use super::day::{DayRange, OPEN_END, day_of_micros};
use crate::catalog::{Catalog, KeyId, LabelId, TypeId};
use crate::value::Value;

/// The numbers of the words by which evidence is known; a word that the graph lacks has none.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Vocabulary {
    pub supports: Option<TypeId>,
    pub of: Option<TypeId>,
    pub paragraph: Option<LabelId>,
    pub source: Option<LabelId>,
    pub published: Option<KeyId>,
    pub valid_from: Option<KeyId>,
    pub valid_to: Option<KeyId>,
    pub on: Option<KeyId>,
}

impl Vocabulary {
    pub(in super::super) fn of(catalog: &Catalog) -> Self {
        let Catalog { labels, types, keys, provenance, .. } = catalog;
        Self {
            supports: types.get(&provenance.supports),
            of: types.get(&provenance.of),
            paragraph: labels.get(&provenance.paragraph),
            source: labels.get(&provenance.source),
            published: keys.get(&provenance.published),
            valid_from: keys.get(&provenance.valid_from),
            valid_to: keys.get(&provenance.valid_to),
            on: keys.get(&provenance.on),
        }
    }
}

/// One citation of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cited {
    pub rel: RelSlot,
    /// `None` where the source cites without one.
    pub paragraph: Option<NodeSlot>,
    pub source: NodeSlot,
}

/// Since when something is known: since days that sources give, since something was recorded, or the earlier of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    dated: Option<DayRange>,
    recorded: Option<i64>,
    is_odd: bool,
}

/// What is known since several times is known since the earliest.
pub(super) trait Earliest: Copy + PartialEq {
    fn earlier(self, other: Self) -> Self;
}

impl Known {
    pub(super) fn dated(days: DayRange) -> Self {
        Self { dated: Some(days), recorded: None, is_odd: false }
    }

    pub(super) fn recorded_at(micros: i64) -> Self {
        Self { dated: None, recorded: Some(micros), is_odd: false }
    }

    fn odd() -> Self {
        Self { dated: Some(DayRange::UNKNOWN), recorded: None, is_odd: true }
    }

    /// The day from which it is certainly known, or `possibly` is, in days since 1970-01-01; `None`: there is none, or it
    /// is without a bound.
    pub(crate) fn since(&self, possibly: bool) -> Option<i32> {
        if possibly { self.earliest() } else { self.latest() }
    }

    /// The first day on which it may have been known; `None`: without a bound.
    pub(crate) fn earliest(&self) -> Option<i32> {
        let day = self.days().earliest;
        (day != i32::MIN).then_some(day)
    }

    /// The day from which it is certainly known; `None`: there is none.
    pub(crate) fn latest(&self) -> Option<i32> {
        let day = self.days().latest;
        (day != i32::MAX).then_some(day)
    }

    /// The time recorded, in microseconds since 1970-01-01T00:00Z, where that is what counts: no source gives an earlier
    /// day.
    #[cfg(test)]
    pub(crate) fn recorded(&self) -> Option<i64> {
        self.recorded.filter(|micros| self.dated.is_none_or(|days| day_of_micros(*micros) < days.latest))
    }

    pub(super) fn passes(&self, at: &KnownAt) -> bool {
        self.dated.is_some_and(|days| days.at(at.bound()) <= at.day)
            || self.recorded.is_some_and(|micros| at.admits_recorded(micros))
    }

    fn days(&self) -> DayRange {
        let none = DayRange::one(OPEN_END);
        let recorded = self.recorded.map_or(none, |micros| DayRange::one(day_of_micros(micros)));
        self.dated.unwrap_or(none).earlier(recorded)
    }

    /// As a column keeps it.
    pub(super) fn entry(&self, is_evidence: bool) -> Entry {
        Entry { days: self.days(), is_evidence, is_recorded: self.recorded.is_some(), is_odd: self.is_odd }
    }
}

/// The lesser one, where none is greater than any.
fn least<T>(left: Option<T>, right: Option<T>, least: impl Fn(T, T) -> T) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(least(left, right)),
        (left, right) => left.or(right),
    }
}

impl Earliest for Known {
    fn earlier(self, other: Self) -> Self {
        Self {
            dated: least(self.dated, other.dated, DayRange::earlier),
            recorded: least(self.recorded, other.recorded, i64::min),
            is_odd: self.is_odd || other.is_odd,
        }
    }
}

impl Entry {
    /// Whether the earliest of several, this one, may be another one without `part`, which is among them.
    pub(super) fn may_stem_from(self, part: Self) -> bool {
        let is_bound = self.days.earliest == part.days.earliest || self.days.latest == part.days.latest;
        is_bound || part.is_recorded || part.is_odd
    }
}

impl Earliest for Entry {
    fn earlier(self, other: Self) -> Self {
        Self {
            days: self.days.earlier(other.days),
            is_evidence: self.is_evidence && other.is_evidence,
            is_recorded: self.is_recorded || other.is_recorded,
            is_odd: self.is_odd || other.is_odd,
        }
    }
}

impl Graph {
    /// Since when an element is known.
    pub(crate) fn known(&self, element: End) -> Known {
        if let Some((known, _)) = self.known_by_evidence(element) {
            return known;
        }
        let recorded = Known::recorded_at(self.recorded(element).micros);
        if element.as_rel().is_some_and(|rel| self.rel(rel).asserted) {
            return recorded;
        }
        let touching = self.asserted_at(element).map(|rel| {
            let rel = End::rel(rel);
            self.known_by_evidence(rel).map_or_else(|| Known::recorded_at(self.recorded(rel).micros), |known| known.0)
        });
        touching.fold(recorded, Earliest::earlier)
    }

    /// By which asserted relationship that touches it an element is known earlier than it was recorded: rule 3. The first
    /// one of those that are known first.
    pub(crate) fn known_through(&self, element: End, possibly: bool) -> Option<RelSlot> {
        let is_asserted = element.as_rel().is_some_and(|rel| self.rel(rel).asserted);
        if is_asserted || self.known_by_evidence(element).is_some() {
            return None;
        }
        let day = |known: Known| if possibly { known.days().earliest } else { known.days().latest };
        let by_rule = |rel: RelSlot| {
            let known = self.known_by_evidence(End::rel(rel));
            day(known.map_or_else(|| Known::recorded_at(self.recorded(End::rel(rel)).micros), |known| known.0))
        };
        let first = self.asserted_at(element).map(|rel| (by_rule(rel), self.rel_id(rel), rel)).min()?;
        (first.0 < day(Known::recorded_at(self.recorded(element).micros))).then_some(first.2)
    }

    /// The citations of an element in the order of their ids; where a paragraph is of several sources, in theirs.
    pub(crate) fn citations(&self, element: End) -> impl Iterator<Item = Cited> {
        let mut rels: Vec<(RelSlot, NodeSlot)> = self.supports(element).collect();
        rels.sort_unstable_by_key(|(rel, _)| self.rel_id(*rel));
        rels.into_iter().flat_map(|(rel, from)| {
            let ways = self.ways(from).into_iter();
            ways.map(move |(paragraph, source)| Cited { rel, paragraph, source })
        })
    }

    /// The citations that a relationship is: one for each source of the paragraph where it starts.
    pub(crate) fn citations_by(&self, slot: RelSlot) -> impl Iterator<Item = Cited> {
        let from = self.citing(self.rel(slot)).into_iter();
        let ways = from.flat_map(|from| self.ways(from));
        ways.map(move |(paragraph, source)| Cited { rel: slot, paragraph, source })
    }

    /// Whether all that makes a citation one is shown: it, its source, and an `OF` that joins its paragraph to that.
    pub(crate) fn is_shown(&self, cited: Cited, mut shows: impl FnMut(End) -> bool) -> bool {
        shows(End::rel(cited.rel))
            && shows(End::node(cited.source))
            && cited
                .paragraph
                .is_none_or(|paragraph| self.joining(paragraph, cited.source).any(|of| shows(End::rel(of))))
    }

    /// The asserted relationships of the citing type that end at an element, with the nodes where they start: citations
    /// if that is evidence.
    pub(super) fn supports(&self, element: End) -> impl Iterator<Item = (RelSlot, NodeSlot)> {
        let family = if element.as_node().is_some() { Family::Plain } else { Family::About };
        let rel_type = self.vocabulary.supports.into_iter();
        let found = rel_type.flat_map(move |supports| self.neighbours(element, Direction::In, Some(supports), family));
        found.filter_map(|found| Some((found.rel, found.end.as_node()?)))
    }

    /// Where a citation would start if this relationship is one: asserted, of the citing type, from a node.
    pub(super) fn citing(&self, rel: Rel) -> Option<NodeSlot> {
        let may_cite = rel.asserted && self.vocabulary.supports == Some(rel.rel_type);
        rel.start.as_node().filter(|_| may_cite)
    }

    /// The sources for which a node stands: itself, and those that it is a paragraph of, in the order of ids.
    pub(super) fn ways(&self, node: NodeSlot) -> SmallVec<[(Option<NodeSlot>, NodeSlot); 2]> {
        let mut ways = SmallVec::new();
        if self.is_source(node) {
            ways.push((None, node));
        }
        let Some(of) = self.vocabulary.of.filter(|_| self.is_paragraph(node)) else { return ways };
        let own = ways.len();
        let targets = self.neighbours(End::node(node), Direction::Out, Some(of), Family::Plain);
        let sources = targets.filter_map(|target| target.end.as_node()).filter(|target| self.is_source(*target));
        ways.extend(sources.map(|source| (Some(node), source)));
        ways[own..].sort_unstable_by_key(|(_, source)| self.node_id(*source));
        ways.dedup();
        ways
    }

    /// The relationships that make a paragraph one of its sources.
    pub(crate) fn joints(&self, paragraph: NodeSlot) -> impl Iterator<Item = RelSlot> {
        let sources = self.ways(paragraph).into_iter().filter(|(paragraph, _)| paragraph.is_some());
        sources.flat_map(move |(_, source)| self.joining(paragraph, source))
    }

    /// The asserted relationships that make a paragraph one of a source.
    pub(super) fn joining(&self, paragraph: NodeSlot, source: NodeSlot) -> impl Iterator<Item = RelSlot> {
        let of = self.vocabulary.of.into_iter();
        let rels =
            of.flat_map(move |of| self.neighbours(End::node(paragraph), Direction::Out, Some(of), Family::Plain));
        rels.filter(move |found| found.end == End::node(source)).map(|found| found.rel)
    }

    pub(super) fn is_source(&self, node: NodeSlot) -> bool {
        self.vocabulary.source.is_some_and(|label| self.has_label(node, label))
    }

    pub(super) fn is_paragraph(&self, node: NodeSlot) -> bool {
        self.vocabulary.paragraph.is_some_and(|label| self.has_label(node, label))
    }

    /// Rule 1 for a node; `None` if it is no evidence.
    pub(super) fn known_evidence(&self, node: NodeSlot) -> Option<Known> {
        self.ways(node).into_iter().map(|(_, source)| self.published(source)).reduce(Earliest::earlier)
    }

    fn published(&self, source: NodeSlot) -> Known {
        let published = self.vocabulary.published.map_or(Value::Null, |key| self.node_property(source, key));
        if matches!(published, Value::Null) {
            return Known::recorded_at(self.node_commit(source).micros);
        }
        DayRange::of(&published).map_or_else(Known::odd, Known::dated)
    }

    /// Rules 1 and 2, and whether it was rule 1.
    fn known_by_evidence(&self, element: End) -> Option<(Known, bool)> {
        self.by_evidence(element, |node| self.known_evidence(node), None)
    }

    /// Rules 1 and 2, where `evidence` is rule 1 for nodes. Where it is known that nothing was ever earlier than `floor`,
    /// no further citation is looked at once that is reached.
    pub(super) fn by_evidence<T: Earliest>(
        &self,
        element: End,
        evidence: impl Fn(NodeSlot) -> Option<T>,
        floor: Option<T>,
    ) -> Option<(T, bool)> {
        let rel = element.as_rel().map(|rel| self.rel(rel));
        let own = match rel {
            Some(rel) => self.citing(rel).and_then(&evidence),
            None => element.as_node().and_then(&evidence),
        };
        if let Some(known) = own {
            return Some((known, true));
        }
        let mut earliest = None;
        for known in self.supports(element).filter_map(|(_, from)| evidence(from)) {
            earliest = least(earliest, Some(known), T::earlier);
            if earliest == floor {
                break;
            }
        }
        if let Some(known) = earliest {
            return Some((known, false));
        }
        let ends = rel.into_iter().flat_map(|rel| [rel.start, rel.end]).filter_map(End::as_node);
        ends.filter_map(evidence).reduce(T::earlier).map(|known| (known, true))
    }

    /// The asserted relationships that touch an element; a self-loop twice.
    pub(super) fn asserted_at(&self, element: End) -> impl Iterator<Item = RelSlot> {
        let families: &[Family] =
            if planted!("a claim makes known what it names") { &Family::ALL } else { &[Family::Plain, Family::About] };
        let sides = families.iter().copied();
        let sides = sides.flat_map(|family| Direction::BOTH.map(|direction| (family, direction)));
        sides
            .flat_map(move |(family, direction)| self.neighbours(element, direction, None, family))
            .map(|found| found.rel)
    }
}
