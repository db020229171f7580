//! The syntax tree: a statement as it was written.
//!
//! Depth is bounded: the parser refuses a nesting beyond its limit, so recursion over this tree is safe. Chains of
//! one associative operator (`AND`, `OR`, `XOR`) are flat.

mod expr;
mod pattern;
mod preamble;
mod query;
mod schema;
mod visit;

use crate::text::Span;
use crate::value::Name;

pub(crate) use expr::{
    BinaryOp, Case, CaseBranch, Comparison, Expr, ExprKind, FunctionCall, ListComprehension, MapProjection,
    MapProjectionItem, PatternComprehension, Quantifier, QuantifierKind, Reduce, Subquery,
};
pub(crate) use pattern::{
    ArrowDirection, Bracket, Endpoint, Group, Hop, LabelExpr, Length, Link, NodePattern, PathMode, PathPattern,
    Pattern, PatternPart, RelPattern, Selector,
};
pub(crate) use preamble::{Clock, Lens, Preamble, Why, WhyKind};
pub(crate) use query::{
    Call, Citation, Clause, ClauseKind, Delete, Foreach, Imports, InTransactions, LoadCsv, Match, Merge, OnError,
    Projection, ProjectionItem, Query, RemoveItem, SetItem, SingleQuery, SortItem, SubqueryCall, Union, Unwind, Write,
    Yield,
};
pub(crate) use schema::{SchemaCommand, SchemaConstraint, SchemaOwner, Show, ShowKind};

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ident {
    pub name: Name,
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub mode: Mode,
    pub preamble: Preamble,
    pub body: Body,
}

/// What is wanted of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Run,
    /// `EXPLAIN`: the plan, nothing is run.
    Explain,
    /// `PROFILE`: run it, and tell rows and time per operator.
    Profile,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Query(Query),
    Schema(SchemaCommand),
    Show(Box<Show>),
}
