//! A second, slow and small interpreter of the syntax tree, for tests: what the engine must agree with.
//!
//! It goes clause by clause and row by row, tries every element at every place of a pattern, and keeps names in a map.
//! It shares the parser with the engine and, for functions of text and numbers, their bodies; it has no binder, no
//! plan and no relations of values but its own. A query that the engine would refuse has no meaning here.

mod call;
mod evidence;
mod expression;
mod graph;
mod lens;
mod operator;
mod pattern;
mod projection;
mod query;
mod relations;
mod route;
#[cfg(test)]
mod tests;
mod write;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use lens::Lens;

pub(crate) use graph::Graph;
pub(crate) use write::Writing;

use crate::function::Registry;
use crate::value::{Name, Value};

/// What the names of one row stand for.
pub(crate) type Row = BTreeMap<Name, Value>;

/// What a query returns; the rows hold at least the columns.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub columns: Vec<Name>,
    pub rows: Vec<Row>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Trouble {
    /// The query fails when it is run.
    Failed(String),
    /// There is too much to try.
    TooMuch,
}

pub(crate) type Outcome<T> = Result<T, Trouble>;

/// More than so many states of a match, in all, are not tried.
const MAX_STEPS: usize = 60_000;

/// One query over one graph.
pub(crate) struct Evaluator<'a> {
    graph: &'a Graph,
    registry: &'a Registry,
    /// The query, of which columns without an alias are named.
    text: &'a str,
    steps: Cell<usize>,
    /// Clauses, functions and kinds of expressions that were come by.
    seen: RefCell<BTreeSet<String>>,
    /// What patterns are looked at through.
    lens: RefCell<Lens>,
    /// What is left of the graph behind each lens there has been.
    parts: RefCell<Vec<(Lens, Rc<Graph>)>>,
    /// Whether clocks and REQUIRE are taken as if they were not written.
    overlooks_lenses: bool,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(graph: &'a Graph, registry: &'a Registry, text: &'a str) -> Self {
        Self {
            graph,
            registry,
            text,
            steps: Cell::new(0),
            seen: RefCell::default(),
            lens: RefCell::default(),
            parts: RefCell::default(),
            overlooks_lenses: false,
        }
    }

    /// One that answers as if no clock and no REQUIRE were written.
    pub(crate) fn without_lenses(self) -> Self {
        Self { overlooks_lenses: true, ..self }
    }

    /// What was evaluated, by kind.
    pub(crate) fn seen(self) -> BTreeSet<String> {
        self.seen.into_inner()
    }

    fn note(&self, family: &str, kind: &str) {
        let is_clocked = *self.lens.borrow() != Lens::default();
        self.seen.borrow_mut().insert(format!("{family} {kind}"));
        if is_clocked {
            self.seen.borrow_mut().insert(format!("clocked {family} {kind}"));
        }
    }

    /// Counts states that are about to be tried.
    fn step(&self, count: usize) -> Outcome<()> {
        self.steps.set(self.steps.get() + count);
        if self.steps.get() > MAX_STEPS { Err(Trouble::TooMuch) } else { Ok(()) }
    }
}

fn failed<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Trouble::Failed(message.into()))
}
