//! For which time an element is valid, since when it is known, and how many sources stand behind it.

use std::collections::BTreeSet;

use super::Graph;
use super::lens::{Clock, Lens, Time};
use crate::value::{Date, ElementId, Name, RelationshipRecord, Value};

const MICROS_PER_DAY: i64 = 86_400_000_000;

#[derive(Clone, Copy)]
pub(super) struct Evidence<'g> {
    pub(super) graph: &'g Graph,
}

/// The days that a date may mean, from the first to the last.
#[derive(Clone, Copy)]
struct Days {
    first: i64,
    last: i64,
}

const NEVER_BEGUN: Days = Days { first: i64::MIN, last: i64::MIN };
const NEVER_ENDED: Days = Days { first: i64::MAX, last: i64::MAX };
const UNKNOWN: Days = Days { first: i64::MIN, last: i64::MAX };

fn days(value: &Value) -> Days {
    let one = |day| Days { first: day, last: day };
    match value {
        Value::Date(day) => one(day.epoch_days()),
        Value::DateTime(moment) => one(moment.utc_date().epoch_days()),
        Value::Edtf(edtf) => Days {
            first: edtf.earliest().map_or(i64::MIN, Date::epoch_days),
            last: edtf.latest().map_or(i64::MAX, Date::epoch_days),
        },
        _ => UNKNOWN,
    }
}

impl<'g> Evidence<'g> {
    /// Whether an element passes the clocks of a lens, its ends apart.
    pub(super) fn passes(self, id: ElementId, lens: &Lens) -> bool {
        lens.valid.as_ref().is_none_or(|clock| self.is_valid(id, clock))
            && lens.known.as_ref().is_none_or(|clock| self.is_known(id, clock))
    }

    // ------------------------------------------------------------ valid time

    fn is_valid(self, id: ElementId, clock: &Clock) -> bool {
        let property = |key: &str| self.graph.properties(id).get(key);
        let from = property("valid_from").or(property("on")).map_or(NEVER_BEGUN, days);
        let to = property("valid_to").map_or(NEVER_ENDED, days);
        let day = clock.at.day();
        if clock.possibly { from.first <= day && day < to.last } else { from.last <= day && day < to.first }
    }

    // ------------------------------------------------------------ citations

    fn is_called(self, id: ElementId, label: &str) -> bool {
        self.graph.nodes.get(&id).is_some_and(|node| node.labels.contains(&Name::from(label)))
    }

    fn asserted(self) -> impl Iterator<Item = (ElementId, &'g RelationshipRecord)> {
        self.graph.rels.iter().filter(|(_, rel)| rel.asserted).map(|(id, rel)| (*id, rel))
    }

    /// A source is its own; a paragraph has those that it is OF. A paragraph without one is a node like others.
    fn sources(self, id: ElementId) -> Vec<ElementId> {
        if self.is_called(id, "Source") {
            return vec![id];
        }
        if !self.is_called(id, "Paragraph") {
            return Vec::new();
        }
        let from_here = self.asserted().filter(|(_, rel)| rel.rel_type.as_str() == "OF" && rel.start.id() == id);
        from_here.map(|(_, rel)| rel.end.id()).filter(|end| self.is_called(*end, "Source")).collect()
    }

    fn is_evidence(self, id: ElementId) -> bool {
        !self.sources(id).is_empty()
    }

    fn is_citation(self, rel: &RelationshipRecord) -> bool {
        rel.asserted && rel.rel_type.as_str() == "SUPPORTS" && self.is_evidence(rel.start.id())
    }

    /// The sources and paragraphs that cite an element.
    fn citing(self, id: ElementId) -> Vec<ElementId> {
        let citations = self.asserted().filter(|(_, rel)| rel.end.id() == id && self.is_citation(rel));
        citations.map(|(_, rel)| rel.start.id()).collect()
    }

    /// The asserted relationships of which an element is an end.
    fn touching(self, id: ElementId) -> impl Iterator<Item = ElementId> {
        self.asserted().filter(move |(_, rel)| rel.start.id() == id || rel.end.id() == id).map(|(id, _)| id)
    }

    /// Where an element is evidence: the source or paragraph that it is or hangs on.
    fn as_evidence(self, id: ElementId) -> Option<ElementId> {
        let Some(rel) = self.graph.rels.get(&id) else {
            return self.is_evidence(id).then_some(id);
        };
        let (start, end) = (rel.start.id(), rel.end.id());
        if self.is_citation(rel) {
            return Some(start);
        }
        if !self.citing(id).is_empty() {
            return None;
        }
        [start, end].into_iter().find(|end| self.is_evidence(*end))
    }

    // ------------------------------------------------------------ known time

    fn is_known(self, id: ElementId, clock: &Clock) -> bool {
        if let Some(read_in) = self.as_evidence(id) {
            return self.is_out(read_in, clock);
        }
        let citing = self.citing(id);
        if !citing.is_empty() {
            return citing.into_iter().any(|citing| self.is_out(citing, clock));
        }
        if self.graph.rels.get(&id).is_some_and(|rel| rel.asserted) {
            return self.is_recorded(id, clock);
        }
        // What touches it is asserted: no further step is taken.
        self.is_recorded(id, clock) || self.touching(id).any(|rel| self.is_known(rel, clock))
    }

    /// Whether a source is published, or one of those of a paragraph.
    fn is_out(self, id: ElementId, clock: &Clock) -> bool {
        self.sources(id).into_iter().any(|source| self.is_published(source, clock))
    }

    fn is_published(self, source: ElementId, clock: &Clock) -> bool {
        let Some(published) = self.graph.properties(source).get("published") else {
            return self.is_recorded(source, clock);
        };
        let published = days(published);
        (if clock.possibly { published.first } else { published.last }) <= clock.at.day()
    }

    fn is_recorded(self, id: ElementId, clock: &Clock) -> bool {
        let micros = self.graph.recorded.get(&id).copied().unwrap_or(0);
        match &clock.at {
            Time::Day(day) => micros.div_euclid(MICROS_PER_DAY) <= day.epoch_days(),
            Time::Moment(moment) => {
                let nanos = i128::from(moment.epoch_seconds()) * 1_000_000_000 + i128::from(moment.nanosecond());
                i128::from(micros) * 1_000 <= nanos
            }
        }
    }

    // ------------------------------------------------------------ sources

    /// Whether an element needs no source.
    pub(super) fn is_exempt(self, id: ElementId) -> bool {
        self.as_evidence(id).is_some()
    }

    /// Whether so many sources stand behind an element in a part of the graph.
    pub(super) fn has_sources_in(self, part: &Graph, id: ElementId, count: usize) -> bool {
        let shown = Evidence { graph: part };
        let mut citing = shown.citing(id);
        if part.nodes.contains_key(&id) {
            // What cites a citation says nothing of what that supports.
            let facts = shown.touching(id).filter(|rel| !self.is_exempt(*rel));
            citing.extend(facts.flat_map(|rel| shown.citing(rel)));
        }
        citing.into_iter().flat_map(|citing| shown.sources(citing)).collect::<BTreeSet<_>>().len() >= count
    }

    /// The sources behind the citations of an element.
    pub(super) fn sources_behind(self, id: ElementId) -> BTreeSet<ElementId> {
        self.citing(id).into_iter().flat_map(|citing| self.sources(citing)).collect()
    }
}
