//! Bound expressions: every name resolved, every variable a number, every function found.
//!
//! The binder makes them, the optimiser rewrites them, lowering turns them into what the executor evaluates. A
//! subquery is only named here, by its number in the statement's table of subqueries, so this layer needs no query.

mod build;
mod lens;
mod same;
mod variable;
mod visit;

use std::sync::Arc;

use crate::function::Function;
use crate::text::Span;
pub(crate) use crate::value::Comparison;
use crate::value::{Name, Predicate, TextTest, Value};

pub(crate) use crate::function::lens::{Clock, Lens};
pub(crate) use lens::Look;
pub(crate) use variable::{VarId, Variables};

/// An expression and the text that it came from (an empty span if an optimiser made it).
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Literal(Value),
    Parameter(Name),
    /// A variable of the row, or a local one of a comprehension, quantifier or reduction.
    Variable(VarId),
    /// `x.k`: a property, a map's entry, or a temporal component.
    Property(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    List(Vec<Expr>),
    Map(Vec<(Name, Expr)>),
    /// Labels of a node, or the type of a relationship.
    HasLabels(Box<Expr>, LabelExpr),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Xor(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    IsNull(Box<Expr>),
    /// What else `IS` may ask.
    Is(Predicate, Box<Expr>),
    Operator(Operator, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Call(Arc<Function>, Vec<Expr>),
    /// What is compared is a local variable of the conditions.
    Case {
        subject: Option<(VarId, Box<Expr>)>,
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Comprehension {
        local: VarId,
        list: Box<Expr>,
        predicate: Option<Box<Expr>>,
        map: Option<Box<Expr>>,
    },
    Quantifier {
        kind: Quantifier,
        local: VarId,
        list: Box<Expr>,
        predicate: Box<Expr>,
    },
    Reduce {
        accumulator: VarId,
        initial: Box<Expr>,
        local: VarId,
        list: Box<Expr>,
        step: Box<Expr>,
    },
    /// `x {.*, ...}`: all properties of the base, then the entries, later ones first in rank.
    MapProjection {
        base: Box<Expr>,
        all: bool,
        entries: Vec<(Name, Expr)>,
    },
    Subquery(SubqueryKind, SubqueryId),
    /// A value that is computed once, before the first row.
    Given(GivenId),
    /// Whether an element is in the part of the graph that a lens shows.
    Passes {
        element: Box<Expr>,
        lens: Box<Lens<Expr>>,
        look: Look,
    },
}

/// The number of a value that is computed once for a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GivenId(pub u32);

/// The number of a subquery in its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SubqueryId(pub u32);

/// What is wanted of a subquery's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SubqueryKind {
    /// Whether there is one.
    Exists,
    /// How many.
    Count,
    /// The list of the values of its one column.
    Collect,
    /// The same of rows that the answer does not have: where one of their values fails, a warning and an empty list.
    Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Concatenate,
    In,
    StartsWith,
    EndsWith,
    Contains,
    Matches,
}

impl Operator {
    /// What it asks of a string, if it does.
    pub(crate) fn text_test(self) -> Option<TextTest> {
        match self {
            Operator::StartsWith => Some(TextTest::StartsWith),
            Operator::EndsWith => Some(TextTest::EndsWith),
            Operator::Contains => Some(TextTest::Contains),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo
            | Operator::Power
            | Operator::Concatenate
            | Operator::In
            | Operator::Matches => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Quantifier {
    All,
    Any,
    None,
    Single,
}

/// The labels that a node gets or loses: by name, and what gives more of them when the statement runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels<E> {
    pub known: Vec<Name>,
    /// Each a text or a list of them.
    pub given: Vec<E>,
}

/// The type that a relationship gets.
#[derive(Clone, Debug)]
pub(crate) enum RelType<E> {
    Known(Name),
    /// A text, or a list of one.
    Given(E),
}

impl<E> RelType<E> {
    /// What gives the type, if the statement does not name it.
    pub(crate) fn given(&self) -> Option<&E> {
        match self {
            Self::Known(_) => None,
            Self::Given(value) => Some(value),
        }
    }

    pub(crate) fn given_mut(&mut self) -> Option<&mut E> {
        match self {
            Self::Known(_) => None,
            Self::Given(value) => Some(value),
        }
    }
}

/// What labels a node has, or what type a relationship.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LabelExpr {
    Name(Name),
    /// Any at all.
    Wildcard,
    Not(Box<LabelExpr>),
    And(Vec<LabelExpr>),
    Or(Vec<LabelExpr>),
}
