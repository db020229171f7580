//! Answers `WHY NOT`: finds what keeps a row from being there.
//!
//! A query is taken apart into conditions, each of which can be taken out: filters, labels, hops, clocks
//! ([`condition`]). [`search`] runs the query without some of them, as often as it needs, and comes to sets that bring
//! the row if all of one is left out and do not if less is; [`story`] looks at what the rows without them have in their
//! place. All of this is done on syntax trees: this layer knows neither plans nor storage, and asks its [`Host`] for rows.

mod condition;
mod cut;
mod explain;
mod finish;
mod hidden;
mod hop;
mod inside;
mod make;
mod mention;
mod near;
mod nowhere;
mod pattern;
mod probe;
mod question;
mod relax;
mod search;
mod show;
mod story;

pub(crate) use explain::{COLUMNS, explain};
pub(crate) use question::{Question, Refusal};

use crate::syntax::ast;
use crate::value::{Date, ElementId, Name, Value};

/// Who runs queries.
pub(crate) trait Host {
    /// Why the whole question cannot be answered.
    type Error;

    /// The rows of a statement; beside the parameters of the question it may name these.
    fn rows(
        &mut self,
        statement: &ast::Statement,
        parameters: &[(Name, Value)],
        patience: Patience,
    ) -> Result<Outcome<Self::Error>, Self::Error>;

    /// The rows of a statement that is given as text.
    fn ask(&mut self, text: &str, parameters: &[(Name, Value)]) -> Result<Outcome<Self::Error>, Self::Error>;

    fn is_aggregate(&self, function: &str) -> bool;

    /// The keys that say when an element is valid.
    fn time_keys(&self) -> [Name; 3];

    /// The day from which an element is certainly known, or `possibly` is; `None` if there is no such day.
    fn known(&self, element: ElementId, possibly: bool) -> Option<Date>;

    /// How many different sources stand behind an element, as far as `VALID AT` and `KNOWN AT` with these operands show them;
    /// with each, whether it is `POSSIBLY`.
    fn source_count(&self, element: ElementId, valid: Option<(&Value, bool)>, known: Option<(&Value, bool)>) -> usize;
}

/// How long a run is worth waiting for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// The query as it is: whether the row is there has to be known.
    ForQuery,
    /// One of many.
    ForTrial,
}

/// How a trial went.
pub(crate) enum Outcome<E> {
    Rows(Vec<Vec<Value>>),
    /// It cannot be planned, or has met a problem on the way.
    Failed(E),
    /// It was given up, since it would have looked at more rows than these.
    TooLong(u64),
}

impl<E> Outcome<E> {
    /// The rows, none of a trial that came to nothing.
    fn into_rows(self) -> Vec<Vec<Value>> {
        match self {
            Outcome::Rows(rows) => rows,
            Outcome::Failed(_) | Outcome::TooLong(_) => Vec::new(),
        }
    }
}
