//! Compiled expressions: what the executor evaluates over a batch.

use std::sync::Arc;

use super::{KeyRef, LabelRef, TypeRef};
use crate::expr::{Comparison, Lens, Look, Operator, Quantifier};
use crate::function::Function;
use crate::value::{Name, Predicate, Value};

/// Where in the text an expression stood: first byte and one past the last, for errors while running.
pub(crate) type TextRange = (u32, u32);

/// An expression over the columns of a batch.
#[derive(Clone, Debug)]
pub(crate) enum Scalar {
    Constant(Value),
    /// By position in [`PhysicalPlan::parameters`](super::PhysicalPlan::parameters).
    Parameter(usize),
    /// By position in [`PhysicalPlan::given`](super::PhysicalPlan::given).
    Given(usize),
    Column(usize),
    /// A local variable of a comprehension, quantifier or reduction: 0 is that of the outermost.
    Local(usize),
    Property {
        base: Box<Scalar>,
        key: KeyRef,
        range: TextRange,
    },
    Index {
        base: Box<Scalar>,
        index: Box<Scalar>,
        range: TextRange,
    },
    Slice {
        base: Box<Scalar>,
        from: Option<Box<Scalar>>,
        to: Option<Box<Scalar>>,
        range: TextRange,
    },
    List(Vec<Scalar>),
    Map(Vec<(Name, Scalar)>),
    /// Null for null; for a relationship the test is of its type.
    HasLabels {
        base: Box<Scalar>,
        test: LabelTest,
        range: TextRange,
    },
    And(Vec<Scalar>),
    Or(Vec<Scalar>),
    Xor(Vec<Scalar>),
    Not(Box<Scalar>),
    Compare(Comparison, Box<Scalar>, Box<Scalar>),
    IsNull(Box<Scalar>),
    Is(Predicate, Box<Scalar>),
    Operator {
        operator: Operator,
        left: Box<Scalar>,
        right: Box<Scalar>,
        range: TextRange,
    },
    Negate(Box<Scalar>, TextRange),
    Call {
        function: Arc<Function>,
        arguments: Vec<Scalar>,
        range: TextRange,
    },
    /// What is compared is a local variable of the conditions.
    Case {
        subject: Option<(usize, Box<Scalar>)>,
        branches: Vec<(Scalar, Scalar)>,
        otherwise: Option<Box<Scalar>>,
    },
    /// The local variable's number is that of the nesting: see [`Scalar::Local`].
    Comprehension {
        local: usize,
        list: Box<Scalar>,
        predicate: Option<Box<Scalar>>,
        map: Option<Box<Scalar>>,
        range: TextRange,
    },
    Quantifier {
        kind: Quantifier,
        local: usize,
        list: Box<Scalar>,
        predicate: Box<Scalar>,
        range: TextRange,
    },
    Reduce {
        accumulator: usize,
        initial: Box<Scalar>,
        local: usize,
        list: Box<Scalar>,
        step: Box<Scalar>,
        range: TextRange,
    },
    MapProjection {
        base: Box<Scalar>,
        all: bool,
        entries: Vec<(Name, Scalar)>,
        range: TextRange,
    },
    /// By number in [`PhysicalPlan::subplans`](super::PhysicalPlan::subplans).
    Exists(usize),
    Count {
        subplan: usize,
        /// A column of counts, each row of which stands for so many.
        weight: Option<usize>,
    },
    /// The list of the values of this column of the subplan; if that `may_fail`, an empty one where it does.
    Collect {
        subplan: usize,
        column: usize,
        may_fail: bool,
    },
    /// Whether the element is in a part of the graph.
    Passes {
        element: Box<Scalar>,
        within: Box<Within>,
    },
}

/// A part of the graph, and how much of an element must be in it.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub lens: Lens<Scalar>,
    pub look: Look,
}

impl Scalar {
    /// Where it stood in the text; empty for what cannot fail by itself.
    pub(crate) fn range(&self) -> TextRange {
        match self {
            Self::Property { range, .. }
            | Self::Index { range, .. }
            | Self::Slice { range, .. }
            | Self::HasLabels { range, .. }
            | Self::Operator { range, .. }
            | Self::Negate(_, range)
            | Self::Call { range, .. }
            | Self::Comprehension { range, .. }
            | Self::Quantifier { range, .. }
            | Self::Reduce { range, .. }
            | Self::MapProjection { range, .. } => *range,
            Self::Constant(_)
            | Self::Parameter(_)
            | Self::Given(_)
            | Self::Column(_)
            | Self::Local(_)
            | Self::List(_)
            | Self::Map(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Xor(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::IsNull(_)
            | Self::Is(..)
            | Self::Case { .. }
            | Self::Exists(_)
            | Self::Count { .. }
            | Self::Collect { .. }
            | Self::Passes { .. } => (0, 0),
        }
    }
}

/// A test of labels or types, by reference.
#[derive(Clone, Debug)]
pub(crate) enum LabelTest {
    /// The name as a label, and as a type.
    Name(LabelRef, TypeRef),
    Wildcard,
    Not(Box<LabelTest>),
    All(Vec<LabelTest>),
    Any(Vec<LabelTest>),
}
