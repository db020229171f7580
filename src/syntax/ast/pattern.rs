//! Patterns: endpoints, the arrows and groups between them, and which paths are found.

use super::{Expr, Ident};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    pub parts: Vec<PatternPart>,
    pub span: Span,
}

/// One comma-separated part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PatternPart {
    /// `p = ...`.
    pub variable: Option<Ident>,
    pub selector: Selector,
    /// What a path must not have twice, where it is said.
    pub mode: Option<PathMode>,
    pub path: PathPattern,
    /// The WHERE in the parentheses around the whole path: said before paths are selected.
    pub predicate: Option<Expr>,
    pub span: Span,
}

impl PatternPart {
    /// Every match of `path`.
    pub(crate) fn of(variable: Option<Ident>, path: PathPattern, span: Span) -> Self {
        Self { variable, selector: Selector::All, mode: None, path, predicate: None, span }
    }
}

/// Which of the paths between two ends are found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Selector {
    /// Every match.
    All,
    /// `shortestPath(...)`: one shortest path.
    ShortestPath,
    /// `allShortestPaths(...)`.
    AllShortestPaths,
    /// `SHORTEST k`, and with `groups` `SHORTEST k GROUPS`: those of the k least lengths.
    Shortest { count: Option<Box<Expr>>, groups: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PathMode {
    Walk,
    /// No relationship twice.
    Trail,
    /// No node twice.
    Acyclic,
}

/// Endpoints joined by arrows and groups. One endpoint alone has no hops.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathPattern {
    pub start: Endpoint,
    pub hops: Vec<Hop>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hop {
    pub link: Link,
    pub end: Endpoint,
}

/// What joins two endpoints.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Link {
    Arrow(RelPattern),
    Group(Group),
}

/// `((a)-[r]->(b) WHERE p){1,3}`: a quantified path pattern.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub path: PathPattern,
    pub predicate: Option<Box<Expr>>,
    pub min: u64,
    pub max: Option<u64>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Endpoint {
    /// `(n)`.
    Node(NodePattern),
    /// `[r]` or `[(a)-[r]->(b)]`: a relationship that stands where a node could.
    Bracket(Bracket),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NodePattern {
    pub variable: Option<Ident>,
    pub labels: Option<LabelExpr>,
    pub properties: Option<Expr>,
    pub predicate: Option<Box<Expr>>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bracket {
    /// The relationship; with `ends`, its direction and those; no length.
    pub rel: RelPattern,
    pub ends: Option<Box<(Endpoint, Endpoint)>>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RelPattern {
    pub direction: ArrowDirection,
    /// Whether an arrow sees what is only quoted as well, which no text says.
    pub may_be_quoted: bool,
    pub variable: Option<Ident>,
    /// Types joined by `|`, `&`, `!`.
    pub types: Option<LabelExpr>,
    pub length: Option<Length>,
    pub properties: Option<Expr>,
    pub predicate: Option<Box<Expr>>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ArrowDirection {
    /// `-->`.
    Right,
    /// `<--`.
    Left,
    /// `--` or `<-->`.
    Either,
}

/// `*`, `*2`, `*1..3`, `*..3`, `*1..`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Length {
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub span: Span,
}

/// What labels or types an element has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LabelExpr {
    Name(Ident),
    /// `%`: any at all.
    Wildcard(Span),
    /// `$(expression)`: one, or all of a list.
    Given(Box<Expr>),
    /// `$any(list)`: one of them.
    GivenAny(Box<Expr>),
    Not(Box<LabelExpr>),
    /// `A&B`, `:A:B`.
    And(Vec<LabelExpr>),
    /// `A|B`.
    Or(Vec<LabelExpr>),
}
