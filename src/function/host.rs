//! What a function may ask of the query that calls it.

use std::any::Any;
use std::collections::BTreeMap;

use super::FunctionError;
use super::lens::{Clock, Lens};
use crate::value::{Date, DateTime, ElementId, Name, Node, Relationship, Value};

/// One citation of an element.
#[derive(Clone, Debug)]
pub(crate) struct Cited {
    pub citation: Relationship,
    /// `None` where the source cites without one.
    pub paragraph: Option<Node>,
    pub source: Node,
}

/// The graph, the clock and chance, as a function sees them.
///
/// An element that the statement has deleted gives [`FunctionError::Deleted`].
pub(crate) trait Host {
    /// The graph that the call sees, for procedures that read it whole: a `storage::Graph`, which this layer cannot name.
    fn graph(&self) -> &dyn Any;
    /// The part of it that a procedure is to speak of, a `storage::Part`; `None`: all of it.
    fn part(&self) -> Option<&dyn Any> {
        None
    }
    /// Whether anybody takes this output of a procedure, by its place: what nobody takes need not be found out.
    fn wants(&self, _output: usize) -> bool {
        true
    }
    /// Tells, from whichever thread, whether somebody wants the statement to stop or its time is up.
    fn alarm(&self) -> Box<dyn Fn() -> bool + Send + Sync> {
        Box::new(|| false)
    }
    fn labels(&self, node: &Node) -> Result<Vec<Name>, FunctionError>;
    fn rel_type(&self, rel: &Relationship) -> Result<Name, FunctionError>;
    /// Start and end: each a node or a relationship.
    fn ends(&self, rel: &Relationship) -> Result<(Value, Value), FunctionError>;
    fn is_asserted(&self, rel: &Relationship) -> Result<bool, FunctionError>;
    fn properties(&self, element: ElementId) -> Result<BTreeMap<Name, Value>, FunctionError>;
    /// Null if the element has none under this key.
    fn property(&self, element: ElementId, key: &str) -> Result<Value, FunctionError>;
    /// The citations of an element that a lens shows, in the order of their ids.
    fn citations(&self, element: ElementId, lens: Lens<&Value>) -> Result<Vec<Cited>, FunctionError>;
    /// The citations of an element that are known by then, whatever else is.
    fn known_citations(&self, element: ElementId, at: Clock<&Value>) -> Result<Vec<Cited>, FunctionError>;
    /// The relationships that join a paragraph to its sources and are cited themselves.
    fn cited_joints(&self, paragraph: &Node) -> Result<Vec<Relationship>, FunctionError>;
    /// Whether an element passes a lens by itself: its ends are asked elsewhere.
    fn passes(&self, element: ElementId, lens: Lens<&Value>) -> Result<bool, FunctionError>;
    /// The day from which an element is certainly known, or `possibly` is; `None` if there is no such day.
    fn known(&self, element: ElementId, possibly: bool) -> Result<Option<Date>, FunctionError>;
    /// The relationship through which alone an element without citations is known earlier than it was recorded, or
    /// `possibly` is.
    fn known_through(&self, element: ElementId, possibly: bool) -> Result<Option<Relationship>, FunctionError>;
    /// Relationships at a node that have sources which it does not have by itself, one for each that the clocks show.
    fn sources_through(&self, element: ElementId, lens: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError>;
    /// How many different sources the clocks show behind an element; `None` of evidence, which needs none.
    fn source_count(&self, element: ElementId, lens: Lens<&Value>) -> Result<Option<usize>, FunctionError>;
    /// The values of an element by which `VALID AT` lets it pass: from and to, null where it has none.
    fn valid_times(&self, element: ElementId) -> Result<(Value, Value), FunctionError>;
    /// How many elements an answer is explained by at most.
    fn max_witnesses(&self) -> usize;
    /// How many asserted relationships between nodes a lens shows at `node`, a loop at both its ends.
    fn degree(&self, node: &Node, lens: Lens<&Value>) -> Result<u64, FunctionError>;
    /// These relationships, a loop twice.
    fn touching(&self, node: &Node, lens: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError>;
    /// The commit in which the element was created, and its time.
    fn recorded(&self, element: ElementId) -> Result<(u64, DateTime), FunctionError>;
    /// The time at which the transaction, the statement, or this call began.
    fn transaction_time(&self) -> DateTime;
    fn statement_time(&self) -> DateTime;
    fn real_time(&self) -> DateTime;
    /// A number from 0 (inclusive) to 1 (exclusive).
    fn random(&self) -> f64;
    /// How many threads a procedure may use, the calling one included.
    fn threads(&self) -> usize {
        1
    }
    /// Says something to whoever asked, beside the answer.
    fn warn(&self, _code: &'static str, _message: String) {}
    /// Counts `bytes` that a function is about to allocate against the query's budget.
    fn reserve(&self, bytes: usize) -> Result<(), FunctionError>;
}
