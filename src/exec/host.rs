//! The graph, the clock and chance, as a function sees them while it is called.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::ExecError;
use super::column::end_value;
use super::context::{Context, View, date_time_of};
use super::deleted::Record;
use super::eval::lens::{storage_lens, warn_of};
use crate::catalog::KeyId;
use crate::function::lens::{Clock, Lens};
use crate::function::{Cited, FunctionError, Host};
use crate::storage::{self, Direction, End, Family, Graph, Look, Odd, Part, Rel, RelSlot};
use crate::value::{
    Date, DateTime, Element, ElementId, Name, Node, NodeRecord, Relationship, RelationshipRecord, SHARED_BYTES, Value,
};

/// Where an expression is evaluated: a run and the root that it reads.
pub(super) struct Env<'c, 'w> {
    pub ctx: &'c Context<'w>,
    pub graph: &'c View,
    /// The part of the graph that a procedure is asked about; `None`: all of it.
    pub part: Option<&'c Part>,
    /// The outputs that are taken of a procedure, by their places; `None`: all of them.
    pub outputs: Option<&'c [usize]>,
}

impl<'c, 'w> Env<'c, 'w> {
    /// All of the graph.
    pub(super) fn new(ctx: &'c Context<'w>, graph: &'c View) -> Self {
        Self { ctx, graph, part: None, outputs: None }
    }
}

impl Env<'_, '_> {
    /// Calls `ask` with the place of the element, on the root that is read, or on the newest if it is not there yet.
    pub(super) fn ask<R>(&self, id: ElementId, ask: impl FnOnce(&Graph, End) -> R) -> Result<R, FunctionError> {
        if self.ctx.is_gone_from(self.graph, id) {
            return Err(FunctionError::Deleted { id: id.0 });
        }
        if let Some(end) = self.graph.end(id) {
            return Ok(ask(self.graph, end));
        }
        self.ctx.newest(|graph| graph.end(id).map(|end| ask(graph, end))).ok_or(FunctionError::Deleted { id: id.0 })
    }

    /// Calls `ask` as well with what tells whether a lens shows a part of the graph.
    fn ask_under<R>(
        &self,
        id: ElementId,
        lens: Lens<&Value>,
        ask: impl FnOnce(&Graph, End, &mut dyn FnMut(End) -> bool) -> R,
    ) -> Result<R, FunctionError> {
        let (lens, mut odd) = (storage_lens(lens), Odd::default());
        let shows =
            |graph: &Graph, part: End, odd: &mut Odd| lens.is_empty() || graph.passes(part, &lens, Look::Whole, odd);
        let found = self.ask(id, |graph, end| ask(graph, end, &mut |part| shows(graph, part, &mut odd)))?;
        warn_of(self, odd);
        Ok(found)
    }

    /// The citations of an element that are wanted, without those of which a part is deleted.
    fn cited(&self, graph: &Graph, element: End, mut is_wanted: impl FnMut(storage::Cited) -> bool) -> Vec<Cited> {
        let is_there = |part: End| self.ctx.gone_from(self.graph, part).is_none();
        let there = graph.citations(element).filter(|cited| {
            let paragraph = cited.paragraph.is_none_or(|paragraph| is_there(End::node(paragraph)));
            paragraph && is_there(End::rel(cited.rel)) && is_there(End::node(cited.source))
        });
        let wanted = there.filter(|cited| is_wanted(*cited));
        wanted
            .map(|cited| Cited {
                citation: Relationship::bare(graph.rel_id(cited.rel)),
                paragraph: cited.paragraph.map(|paragraph| Node::bare(graph.node_id(paragraph))),
                source: Node::bare(graph.node_id(cited.source)),
            })
            .collect()
    }

    pub(super) fn element_property(&self, id: ElementId, key: &str) -> Result<Value, FunctionError> {
        self.ask(id, |graph, end| match graph.catalog().keys.get(key) {
            Some(key) => property_of(graph, end, key),
            None => Value::Null,
        })
    }

    pub(super) fn element_properties(&self, id: ElementId) -> Result<BTreeMap<Name, Value>, FunctionError> {
        self.ask(id, properties_of)
    }

    fn rel_record(&self, rel: &Relationship) -> Result<RelOrRecord, FunctionError> {
        if let Some(Record::Rel(record)) = self.ctx.deleted.record(rel.id()) {
            return Ok(RelOrRecord::Record(record));
        }
        self.ask(rel.id(), |graph, end| end.as_rel().map(|slot| graph.rel(slot)))?
            .map(RelOrRecord::Rel)
            .ok_or(FunctionError::Deleted { id: rel.id().0 })
    }
}

/// The asserted relationships of a node to nodes, a loop twice.
fn touching(graph: &Graph, node: End) -> impl Iterator<Item = RelSlot> {
    let at = |direction| graph.neighbours(node, direction, None, Family::Plain);
    at(Direction::Out).chain(at(Direction::In)).map(|neighbour| neighbour.rel)
}

/// A relationship in the graph, or what was known of it before it was deleted.
enum RelOrRecord {
    Rel(Rel),
    Record(Arc<crate::value::RelationshipRecord>),
}

pub(super) fn property_of(graph: &Graph, element: End, key: KeyId) -> Value {
    match (element.as_node(), element.as_rel()) {
        (Some(node), _) => graph.node_property(node, key),
        (None, Some(rel)) => graph.rel_property(rel, key),
        (None, None) => Value::Null,
    }
}

pub(super) fn properties_of(graph: &Graph, element: End) -> BTreeMap<Name, Value> {
    let properties = match (element.as_node(), element.as_rel()) {
        (Some(node), _) => graph.node_properties(node),
        (None, Some(rel)) => graph.rel_properties(rel),
        (None, None) => Vec::new(),
    };
    properties.into_iter().map(|(key, value)| (graph.catalog().keys.name(key).clone(), value)).collect()
}

/// What the graph says of a node.
pub(super) fn node_record(graph: &Graph, node: End) -> NodeRecord {
    NodeRecord {
        labels: labels_of(graph, node),
        properties: properties_of(graph, node),
        names: Arc::clone(&graph.catalog().provenance.names),
    }
}

/// What the graph says of a relationship, whose ends are made by `end`.
pub(super) fn rel_record(graph: &Graph, slot: RelSlot, end: impl Fn(End) -> Element) -> RelationshipRecord {
    let rel = graph.rel(slot);
    RelationshipRecord {
        rel_type: graph.catalog().types.name(rel.rel_type).clone(),
        start: end(rel.start),
        end: end(rel.end),
        asserted: rel.asserted,
        properties: properties_of(graph, End::rel(slot)),
    }
}

/// An element with what the graph says of it.
pub(crate) fn element(graph: &Graph, id: ElementId, element: End) -> Element {
    let bare = |end: End| match end.as_rel() {
        None => Element::Node(Node::bare(graph.id(end))),
        Some(_) => Element::Relationship(Relationship::bare(graph.id(end))),
    };
    match element.as_rel() {
        None => Element::Node(Node::filled(id, Arc::new(node_record(graph, element)))),
        Some(slot) => Element::Relationship(Relationship::filled(id, Arc::new(rel_record(graph, slot, bare)))),
    }
}

/// The labels of a node in alphabetical order.
pub(super) fn labels_of(graph: &Graph, node: End) -> Vec<Name> {
    let Some(node) = node.as_node() else { return Vec::new() };
    let mut labels: Vec<Name> =
        graph.labels(node).iter().map(|label| graph.catalog().labels.name(*label).clone()).collect();
    labels.sort_unstable();
    labels
}

impl Host for Env<'_, '_> {
    fn graph(&self) -> &dyn Any {
        let graph: &Graph = self.graph;
        graph
    }

    fn part(&self) -> Option<&dyn Any> {
        self.part.map(|part| part as &dyn Any)
    }

    fn wants(&self, output: usize) -> bool {
        self.outputs.is_none_or(|outputs| outputs.contains(&output))
    }

    fn labels(&self, node: &Node) -> Result<Vec<Name>, FunctionError> {
        self.ask(node.id(), labels_of)
    }

    fn rel_type(&self, rel: &Relationship) -> Result<Name, FunctionError> {
        Ok(match self.rel_record(rel)? {
            RelOrRecord::Rel(rel) => self.ctx.newest(|graph| graph.catalog().types.name(rel.rel_type).clone()),
            RelOrRecord::Record(record) => record.rel_type.clone(),
        })
    }

    fn ends(&self, rel: &Relationship) -> Result<(Value, Value), FunctionError> {
        Ok(match self.rel_record(rel)? {
            RelOrRecord::Rel(rel) => (end_value(rel.start, self.ctx), end_value(rel.end, self.ctx)),
            RelOrRecord::Record(record) => (record.start.clone().into(), record.end.clone().into()),
        })
    }

    fn is_asserted(&self, rel: &Relationship) -> Result<bool, FunctionError> {
        Ok(match self.rel_record(rel)? {
            RelOrRecord::Rel(rel) => rel.asserted,
            RelOrRecord::Record(record) => record.asserted,
        })
    }

    fn properties(&self, element: ElementId) -> Result<BTreeMap<Name, Value>, FunctionError> {
        self.element_properties(element)
    }

    fn property(&self, element: ElementId, key: &str) -> Result<Value, FunctionError> {
        self.element_property(element, key)
    }

    fn citations(&self, element: ElementId, lens: Lens<&Value>) -> Result<Vec<Cited>, FunctionError> {
        self.ask_under(element, lens, |graph, end, shows| {
            self.cited(graph, end, |cited| lens.is_empty() || graph.is_shown(cited, &mut *shows))
        })
    }

    fn known_citations(&self, element: ElementId, at: Clock<&Value>) -> Result<Vec<Cited>, FunctionError> {
        let (lens, odd) = (storage_lens(Lens { known: Some(at), ..Lens::default() }), &mut Odd::default());
        self.ask(element, |graph, end| {
            let mut is_known = |part| graph.passes(part, &lens, Look::Own, odd);
            self.cited(graph, end, |cited| is_known(End::rel(cited.rel)) && is_known(End::node(cited.source)))
        })
    }

    fn cited_joints(&self, paragraph: &Node) -> Result<Vec<Relationship>, FunctionError> {
        self.ask(paragraph.id(), |graph, end| {
            let rels = end.as_node().into_iter().flat_map(|node| graph.joints(node));
            let cited = rels.filter(|rel| graph.citations(End::rel(*rel)).next().is_some());
            cited.map(|rel| Relationship::bare(graph.rel_id(rel))).collect()
        })
    }

    fn passes(&self, element: ElementId, lens: Lens<&Value>) -> Result<bool, FunctionError> {
        let lens = storage_lens(lens);
        self.ask(element, |graph, end| graph.passes(end, &lens, Look::Own, &mut Odd::default()))
    }

    fn known(&self, element: ElementId, possibly: bool) -> Result<Option<Date>, FunctionError> {
        let day = self.ask(element, |graph, end| graph.known(end).since(possibly))?;
        Ok(day.and_then(|day| Date::from_epoch_days(day.into())))
    }

    fn known_through(&self, element: ElementId, possibly: bool) -> Result<Option<Relationship>, FunctionError> {
        self.ask(element, |graph, end| {
            graph.known_through(end, possibly).map(|rel| Relationship::bare(graph.rel_id(rel)))
        })
    }

    fn sources_through(&self, element: ElementId, lens: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        self.ask(element, |graph, end| {
            let rels = graph.sources_through(end, &storage_lens(lens)).into_iter();
            rels.map(|rel| Relationship::bare(graph.rel_id(rel))).collect()
        })
    }

    fn source_count(&self, element: ElementId, lens: Lens<&Value>) -> Result<Option<usize>, FunctionError> {
        self.ask(element, |graph, end| graph.source_count(end, &storage_lens(lens)))
    }

    fn valid_times(&self, element: ElementId) -> Result<(Value, Value), FunctionError> {
        let words = &self.graph.catalog().provenance;
        let mut from = self.element_property(element, &words.valid_from)?;
        if from.is_null() {
            from = self.element_property(element, &words.on)?;
        }
        Ok((from, self.element_property(element, &words.valid_to)?))
    }

    fn max_witnesses(&self) -> usize {
        self.ctx.budget.max_witnesses
    }

    fn degree(&self, node: &Node, lens: Lens<&Value>) -> Result<u64, FunctionError> {
        if !lens.is_empty() {
            return self.ask_under(node.id(), lens, |graph, end, shows| {
                let mut count = 0;
                for rel in touching(graph, end) {
                    self.ctx.budget.step().map_err(used_up)?;
                    count += u64::from(shows(End::rel(rel)));
                }
                Ok(count)
            })?;
        }
        self.ask(node.id(), |graph, end| {
            let out = graph.degree(end, Direction::Out, None, Family::Plain);
            let into = graph.degree(end, Direction::In, None, Family::Plain);
            (out + into) as u64
        })
    }

    fn touching(&self, node: &Node, lens: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        self.ask_under(node.id(), lens, |graph, end, shows| {
            let rels = touching(graph, end).filter(|rel| shows(End::rel(*rel)));
            rels.map(|rel| Relationship::bare(graph.rel_id(rel))).collect()
        })
    }

    fn recorded(&self, element: ElementId) -> Result<(u64, DateTime), FunctionError> {
        let commit = self.ask(element, Graph::recorded)?;
        Ok((commit.number, date_time_of(commit.micros)))
    }

    fn transaction_time(&self) -> DateTime {
        // A write transaction has its time from when it began; a reading one begins with its statement.
        if self.ctx.is_writing() {
            date_time_of(self.ctx.newest(|graph| graph.commit().micros))
        } else {
            self.ctx.started()
        }
    }

    fn statement_time(&self) -> DateTime {
        self.ctx.started()
    }

    fn real_time(&self) -> DateTime {
        Context::now()
    }

    fn random(&self) -> f64 {
        self.ctx.random()
    }

    fn threads(&self) -> usize {
        self.ctx.free_threads()
    }

    fn alarm(&self) -> Box<dyn Fn() -> bool + Send + Sync> {
        Box::new(self.ctx.budget.alarm())
    }

    fn warn(&self, code: &'static str, message: String) {
        self.ctx.warn(code, message);
    }

    fn reserve(&self, bytes: usize) -> Result<(), FunctionError> {
        // Nothing is made alone: who counts its holders and what the allocator needs comes along.
        self.ctx.budget.bytes(if bytes > 0 { bytes.saturating_add(SHARED_BYTES) } else { 0 })?;
        self.ctx.budget.check().map_err(used_up)
    }
}

/// What a budget says, as functions say it.
fn used_up(error: ExecError) -> FunctionError {
    match error {
        ExecError::Function { error, .. } => error,
        _ => FunctionError::Cancelled,
    }
}
