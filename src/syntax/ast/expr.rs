//! Expressions, and what stands inside them.

use super::{Ident, LabelExpr, Lens, PathPattern, Pattern, PatternPart, Query};
use crate::text::Span;
use crate::value::{Name, Predicate};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(Name),
    List(Vec<Expr>),
    Map(Vec<(Ident, Expr)>),
    Parameter(Name),
    Variable(Name),
    /// `x.k`.
    Property(Box<Expr>, Ident),
    /// `x[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `x[a..b]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `n:A|B`.
    HasLabels(Box<Expr>, LabelExpr),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Xor(Vec<Expr>),
    Not(Box<Expr>),
    /// `a < b <= c`: true if each neighbouring pair compares.
    Comparison(Box<Expr>, Vec<(Comparison, Expr)>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    /// Unary plus.
    Plus(Box<Expr>),
    IsNull {
        operand: Box<Expr>,
        negated: bool,
    },
    /// `x IS :: INTEGER`, `x IS NOT NORMALIZED`.
    Is {
        operand: Box<Expr>,
        predicate: Predicate,
        negated: bool,
    },
    Case(Case),
    /// What the innermost CASE around compares, where a test leaves it out: `CASE x WHEN > 3`.
    CaseSubject,
    /// `count(*)`.
    CountStar,
    Function(FunctionCall),
    ListComprehension(ListComprehension),
    PatternComprehension(Box<PatternComprehension>),
    Quantifier(Box<Quantifier>),
    Reduce(Box<Reduce>),
    MapProjection(MapProjection),
    /// A pattern as a predicate or, inside `size()`, as a list: `(a)-->(b)`.
    Pattern(Box<PathPattern>),
    /// `shortestPath((a)-[*]-(b))` in an expression.
    Shortest(Box<PatternPart>),
    Exists(Box<Subquery>),
    Count(Box<Subquery>),
    Collect(Box<Subquery>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    /// `||`.
    Concatenate,
    In,
    StartsWith,
    EndsWith,
    Contains,
    /// `=~`.
    Matches,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// `CASE x WHEN ...`.
    pub subject: Option<Box<Expr>>,
    pub branches: Vec<CaseBranch>,
    pub otherwise: Option<Box<Expr>>,
}

/// `WHEN ... THEN ...`: taken if one of the tests is true.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CaseBranch {
    pub tests: Vec<Expr>,
    pub then: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunctionCall {
    /// With its namespace: `duration.between`.
    pub name: Ident,
    pub distinct: bool,
    pub arguments: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ListComprehension {
    pub variable: Ident,
    pub list: Box<Expr>,
    pub predicate: Option<Box<Expr>>,
    pub map: Option<Box<Expr>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PatternComprehension {
    /// `p = ...`.
    pub variable: Option<Ident>,
    pub path: PathPattern,
    pub predicate: Option<Expr>,
    pub map: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum QuantifierKind {
    All,
    Any,
    None,
    Single,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantifier {
    pub kind: QuantifierKind,
    pub variable: Ident,
    pub list: Expr,
    pub predicate: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reduce {
    pub accumulator: Ident,
    pub initial: Expr,
    pub variable: Ident,
    pub list: Expr,
    pub step: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MapProjection {
    pub base: Ident,
    pub items: Vec<MapProjectionItem>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MapProjectionItem {
    /// `.k`.
    Property(Ident),
    /// `k: expr`.
    Entry(Ident, Expr),
    /// A variable.
    Variable(Ident),
    /// `.*`.
    All(Span),
}

/// What stands in the braces of EXISTS, COUNT and COLLECT.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subquery {
    /// A bare pattern.
    Pattern {
        pattern: Pattern,
        lens: Box<Lens>,
        predicate: Option<Expr>,
    },
    Query(Query),
}
