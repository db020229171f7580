//! The syntax tree: a statement as it was written.
//!
//! Depth is bounded: the parser refuses a nesting beyond its limit, so recursion over this tree is safe. Chains of
//! one associative operator (`AND`, `OR`, `XOR`) are flat.

mod preamble;
mod visit;

use crate::text::Span;
use crate::value::{Name, Predicate};

pub(crate) use preamble::{Clock, Lens, Preamble, Why, WhyKind};

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

// ---------------------------------------------------------------- queries

/// Single queries joined by UNION, behind those that hand their rows on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    /// What stands before each NEXT; none of them has earlier ones itself.
    pub earlier: Vec<Query>,
    pub first: SingleQuery,
    pub rest: Vec<(Union, SingleQuery)>,
    pub span: Span,
}

impl Query {
    /// All single queries, in the order of the text.
    pub(crate) fn single_queries(&self) -> impl Iterator<Item = &SingleQuery> {
        let united = self.earlier.iter().chain([self]);
        united.flat_map(|query| [&query.first].into_iter().chain(query.rest.iter().map(|(_, query)| query)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Union {
    pub all: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SingleQuery {
    pub clauses: Vec<Clause>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub kind: ClauseKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ClauseKind {
    Match(Match),
    Unwind(Unwind),
    LoadCsv(LoadCsv),
    With(Projection),
    Return(Projection),
    /// `CALL name(args) YIELD ...`.
    Call(Call),
    /// `CALL { ... }` or `CALL (x, y) { ... }`.
    Subquery(SubqueryCall),
    Create(Write),
    Merge(Merge),
    Set(Vec<SetItem>),
    Remove(Vec<RemoveItem>),
    Delete(Delete),
    /// `ASSERT r, ...`: the graph says it from now on.
    Assert(Vec<Expr>),
    /// `RETRACT r, ...`: from now on it is only quoted.
    Retract(Vec<Expr>),
    Foreach(Foreach),
    /// `FINISH`: all of it is run, nothing is returned.
    Finish,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    pub optional: bool,
    /// `REPEATABLE ELEMENTS`: an arrow may find what another one has found.
    pub repeatable: bool,
    pub pattern: Pattern,
    pub lens: Lens,
    pub predicate: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unwind {
    pub list: Expr,
    pub variable: Ident,
}

/// `LOAD CSV [WITH HEADERS] FROM url AS row [FIELDTERMINATOR ';']`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LoadCsv {
    /// Rows are maps by the names in the first line, else lists.
    pub headers: bool,
    pub url: Expr,
    pub variable: Ident,
    pub separator: Option<Expr>,
}

/// The body of WITH and RETURN.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Projection {
    pub distinct: bool,
    /// `*`, where it stands.
    pub star: Option<Span>,
    pub items: Vec<ProjectionItem>,
    pub order_by: Vec<SortItem>,
    pub skip: Option<Expr>,
    pub limit: Option<Expr>,
    /// Only WITH has one.
    pub predicate: Option<Expr>,
}

/// An item without an alias is named by the text of its expression, which is what its span covers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProjectionItem {
    pub expr: Expr,
    pub alias: Option<Ident>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SortItem {
    pub expr: Expr,
    pub descending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub optional: bool,
    /// With its namespace: `db.labels`.
    pub procedure: Ident,
    /// `None`: called without parentheses; inputs are taken from parameters of their names.
    pub arguments: Option<Vec<Expr>>,
    pub yields: Option<Yield>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Yield {
    /// `YIELD *`.
    pub star: bool,
    /// Output, and the variable it is bound to.
    pub items: Vec<(Ident, Option<Ident>)>,
    pub predicate: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SubqueryCall {
    pub optional: bool,
    /// `Some`: the scope clause `CALL (x, y) {`; `None`: an importing WITH inside, or nothing, is imported.
    pub imports: Option<Imports>,
    pub query: Query,
    pub transactions: Option<InTransactions>,
}

/// `IN TRANSACTIONS ...`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InTransactions {
    /// `IN 3 CONCURRENT TRANSACTIONS`: how many at a time.
    pub concurrency: Option<Expr>,
    /// `OF n ROWS`.
    pub rows: Option<Expr>,
    pub on_error: OnError,
    /// `REPORT STATUS AS s`.
    pub status: Option<Ident>,
    pub span: Span,
}

/// `ON ERROR ...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    Fail,
    Continue,
    Break,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Imports {
    /// `CALL (*) {`.
    All,
    Variables(Vec<Ident>),
}

/// CREATE: what is drawn and the sources that it is cited to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Write {
    pub pattern: Pattern,
    pub citations: Vec<Citation>,
}

/// One source after CITING.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Citation {
    pub source: Expr,
    /// A map literal or a parameter.
    pub properties: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Merge {
    pub part: PatternPart,
    pub on_create: Vec<SetItem>,
    pub on_match: Vec<SetItem>,
    pub citations: Vec<Citation>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SetItem {
    /// `SET x.k = v`; the target is a property expression.
    Property { target: Expr, key: Ident, value: Expr },
    /// `SET x[k] = v`.
    Keyed { target: Expr, key: Expr, value: Expr },
    /// `SET x = map`.
    Replace { variable: Ident, value: Expr },
    /// `SET x += map`.
    Update { variable: Ident, value: Expr },
    /// `SET x:A:B`, `SET x IS A`: names and given ones, all of them.
    Labels { variable: Ident, labels: LabelExpr },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RemoveItem {
    Property {
        target: Expr,
        key: Ident,
    },
    /// `REMOVE x[k]`.
    Keyed {
        target: Expr,
        key: Expr,
    },
    Labels {
        variable: Ident,
        labels: LabelExpr,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delete {
    pub detach: bool,
    pub targets: Vec<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Foreach {
    pub variable: Ident,
    pub list: Expr,
    /// Writing clauses only.
    pub clauses: Vec<Clause>,
}

// ---------------------------------------------------------------- patterns

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

// ---------------------------------------------------------------- expressions

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

// ---------------------------------------------------------------- schema

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SchemaCommand {
    CreateIndex {
        name: Option<Ident>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Ident>,
    },
    DropIndex {
        name: Ident,
        if_exists: bool,
    },
    CreateConstraint {
        name: Option<Ident>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Ident>,
        kind: SchemaConstraint,
    },
    DropConstraint {
        name: Ident,
        if_exists: bool,
    },
}

/// `(n:Label)` or `()-[r:TYPE]-()`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SchemaOwner {
    Label(Ident),
    Type(Ident),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaConstraint {
    /// `IS UNIQUE`.
    Unique,
    /// `IS NOT NULL`.
    Exists,
    /// `IS NODE KEY`, `IS RELATIONSHIP KEY`, `IS KEY`.
    Key,
}

/// `SHOW ... [YIELD ...] [WHERE ...] [ORDER BY ...] [RETURN ...]`: a table about the database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Show {
    pub what: ShowKind,
    pub yields: Option<Yield>,
    pub predicate: Option<Expr>,
    /// ORDER BY, SKIP, LIMIT and a WHERE behind them, as `WITH *` has them.
    pub rows: Option<Projection>,
    pub returns: Option<Projection>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ShowKind {
    Labels,
    RelationshipTypes,
    PropertyKeys,
    Indexes,
    Constraints,
    Functions,
    Procedures,
    Transactions,
    Commits,
    Settings,
}
