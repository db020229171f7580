//! A statement with every name resolved.

use std::sync::Arc;

use super::Warning;
use crate::catalog::SchemaChange;
use crate::expr::{Expr, LabelExpr, Labels, Lens, RelType, VarId, Variables};
use crate::function::{Aggregate, Procedure};
use crate::text::Span;
use crate::value::Name;

/// What the binder makes of a statement.
#[derive(Clone, Debug)]
pub(crate) struct BoundStatement {
    pub mode: Mode,
    /// The commit that is read, if it is not the last one.
    pub at_commit: Option<AtCommit>,
    pub body: BoundBody,
    pub variables: Variables,
    /// What stands in EXISTS, COUNT, COLLECT, pattern predicates and pattern comprehensions, by
    /// [`SubqueryId`](crate::expr::SubqueryId). Local variables of a surrounding comprehension may be imported.
    pub subqueries: Vec<BoundSubquery>,
    /// What is computed before the first row, by [`GivenId`](crate::expr::GivenId).
    pub given: Vec<Expr>,
    /// The parameters named in the text, each once.
    pub parameters: Vec<Parameter>,
    pub writes: bool,
    pub warnings: Vec<Warning>,
    /// The text of the statement, if each row of its answer is to be explained.
    pub why: Option<Arc<str>>,
}

/// `AT COMMIT n`.
#[derive(Clone, Debug)]
pub(crate) struct AtCommit {
    pub number: CommitNumber,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum CommitNumber {
    Known(u64),
    Parameter(Name),
}

/// A parameter and where the text names it first.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub name: Name,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Run,
    Explain,
    Profile,
}

#[derive(Clone, Debug)]
pub(crate) enum BoundBody {
    /// Also SHOW, which is a call of a built-in procedure.
    Query(BoundQuery),
    Schema(SchemaChange),
}

/// A query in an expression, with the variables that it takes from around it. They can be used anywhere in it, also
/// behind a WITH or an aggregation that does not name them.
#[derive(Clone, Debug)]
pub(crate) struct BoundSubquery {
    pub query: BoundQuery,
    pub imports: Vec<VarId>,
    /// The pattern or query, without what stands around it.
    pub span: Span,
}

/// One or more branches joined by UNION.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundQuery {
    pub branches: Vec<BoundBranch>,
    /// False: UNION, which drops equivalent rows.
    pub union_all: bool,
    /// The names of the columns and the variables that hold them after the union (with one branch: its own). Empty if
    /// the query returns nothing.
    pub columns: Vec<(Name, VarId)>,
}

#[derive(Clone, Debug)]
pub(crate) struct BoundBranch {
    pub clauses: Vec<BoundClause>,
    /// The variable of each column of the query.
    pub columns: Vec<VarId>,
}

#[derive(Clone, Debug)]
pub(crate) enum BoundClause {
    Match(BoundMatch),
    Unwind {
        list: Expr,
        var: VarId,
    },
    /// WITH and RETURN.
    Project(Projection),
    /// Further variables beside those that are there.
    Extend(Vec<(VarId, Expr)>),
    Call(ProcedureCall),
    Subquery(SubqueryCall),
    Create(Create),
    Merge(Merge),
    Set(Vec<SetItem>),
    Delete {
        detach: bool,
        targets: Vec<Expr>,
    },
    /// ASSERT and RETRACT.
    SetState {
        targets: Vec<Expr>,
        asserted: bool,
    },
    Foreach {
        var: VarId,
        list: Expr,
        clauses: Vec<BoundClause>,
    },
}

// ---------------------------------------------------------------- reading

#[derive(Clone, Debug)]
pub(crate) struct BoundMatch {
    pub optional: bool,
    /// What the lens of the pattern is computed from, for each row.
    pub operands: Vec<(VarId, Expr)>,
    pub pattern: GraphPattern,
    /// Conjuncts: what stands in braces and WHERE, in patterns and after them.
    pub predicates: Vec<Expr>,
    /// What each match brings besides, over its variables.
    pub extra: Vec<(VarId, Expr)>,
    /// The pattern and its WHERE.
    pub span: Span,
    /// The clocks that stand between them, and what else is of the lens; empty without.
    pub lens_span: Span,
}

/// What is looked for: elements, how they hang together, and the paths that run through them.
#[derive(Clone, Debug, Default)]
pub(crate) struct GraphPattern {
    /// Each node once, in the order of the text.
    pub nodes: Vec<PatternNode>,
    /// In the order of the text; a bracket before the arrow that ends at it.
    pub rels: Vec<PatternRel>,
    pub paths: Vec<PatternPath>,
    /// Two arrows may be one relationship.
    pub repeatable: bool,
    /// Against which part of the graph it is held.
    pub lens: Lens<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct PatternNode {
    pub var: VarId,
    pub labels: Option<LabelExpr>,
    /// Bound before this clause.
    pub bound: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct PatternRel {
    /// A relationship; for [`Reach::Many`] a list of them.
    pub var: VarId,
    /// As written from left to right: each a node, or a relationship in a bracket. `None`: `[t]` alone, any ends.
    pub ends: Option<(VarId, VarId)>,
    pub direction: Direction,
    pub types: Option<LabelExpr>,
    pub reach: Reach,
    pub place: Place,
    /// Bound before this clause.
    pub bound: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// From the left end to the right one.
    Right,
    Left,
    Either,
}

impl Direction {
    /// Seen from the other end.
    pub(crate) fn turned(self) -> Self {
        match self {
            Direction::Right => Direction::Left,
            Direction::Left => Direction::Right,
            Direction::Either => Direction::Either,
        }
    }
}

/// Where a relationship is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// As an arrow: asserted only, distinct from every other arrow of the clause.
    Arrow,
    /// In a bracket: either state, no rule of distinctness.
    Bracket,
}

#[derive(Clone, Debug)]
pub(crate) enum Reach {
    One,
    Many {
        min: u64,
        /// `None`: no bound.
        max: Option<u64>,
        selector: Selector,
        /// What each relationship on the way must satisfy, said of the local variable.
        each: Option<(VarId, Expr)>,
    },
    /// The relationships of a path that is looked for as a whole.
    Route(Box<Route>),
}

/// A path that is looked for as a whole: legs, one behind the other.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub legs: Vec<Leg>,
    pub choice: Choice,
    pub mode: PathMode,
    /// What else is said inside the pattern: of each path, before any is chosen.
    pub predicates: Vec<Expr>,
}

/// A stretch of a route that is repeated.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub min: u64,
    /// `None`: no bound.
    pub max: Option<u64>,
    /// Where a repetition begins; as all elements of it, seen in that repetition only.
    pub start: VarId,
    pub hops: Vec<LegHop>,
    /// What is said of each repetition.
    pub predicates: Vec<Expr>,
    /// Elements of a repetition, each with the list of it over all repetitions.
    pub lists: Vec<(VarId, VarId)>,
    /// The node at which the next leg begins; the last leg has none.
    pub joint: Option<VarId>,
}

impl Leg {
    /// The only hop of a leg that is taken exactly once.
    pub(crate) fn single(&self) -> Option<&LegHop> {
        match self.hops.as_slice() {
            [hop] if self.is_once() => Some(hop),
            _ => None,
        }
    }

    /// The variables by which predicates speak of it.
    pub(crate) fn locals(&self) -> impl Iterator<Item = VarId> {
        let hops = self.hops.iter().flat_map(|hop| [hop.rel, hop.node]);
        let lists = self.lists.iter().map(|(_, list)| *list);
        hops.chain(lists).chain([self.start]).chain(self.joint)
    }

    /// The variables that it has a value for in the end.
    pub(crate) fn binds(&self) -> impl Iterator<Item = VarId> {
        let lists = self.lists.iter().map(|(_, list)| *list);
        lists.chain(self.single().map(|hop| hop.rel)).chain(self.joint)
    }

    pub(crate) fn is_once(&self) -> bool {
        self.min == 1 && self.max == Some(1)
    }
}

/// One relationship of a leg, and the node to which it leads.
#[derive(Clone, Debug)]
pub(crate) struct LegHop {
    pub rel: VarId,
    pub direction: Direction,
    pub types: Option<LabelExpr>,
    pub node: VarId,
}

/// Which of the paths between two ends are found.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    All,
    /// The `count` shortest, or those of the `count` least lengths.
    Shortest {
        count: Expr,
        groups: bool,
    },
}

/// What a path must not have twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PathMode {
    /// Nothing.
    Walk,
    /// A relationship.
    Trail,
    /// A node.
    Acyclic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Selector {
    All,
    /// `shortestPath`: one of the shortest.
    AnyShortest,
    AllShortest,
}

/// A path variable and what it runs through: elements and relationships by turns, an element first.
#[derive(Clone, Debug)]
pub(crate) struct PatternPath {
    pub var: VarId,
    pub steps: Vec<VarId>,
}

/// WITH and RETURN: first aggregate, then items, then DISTINCT, ORDER BY, SKIP, LIMIT, WHERE.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    pub aggregation: Option<Aggregation>,
    /// The columns that go on; over the input, or over what the aggregation makes. A variable that is passed on under
    /// its own name keeps its number: `(n, Variable(n))`. A grouping key is computed under the number of its item.
    /// Columns that only the predicate looks at come last.
    pub items: Vec<(VarId, Expr)>,
    pub distinct: bool,
    /// Over the items; and over the input (or the aggregation's variables) where there is no DISTINCT.
    pub order_by: Vec<SortKey>,
    pub skip: Option<Expr>,
    pub limit: Option<Expr>,
    /// Over the items.
    pub predicate: Option<Expr>,
}

impl Projection {
    /// Nothing but these items.
    pub(crate) fn of(items: Vec<(VarId, Expr)>) -> Self {
        Self {
            aggregation: None,
            items,
            distinct: false,
            order_by: Vec::new(),
            skip: None,
            limit: None,
            predicate: None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Aggregation {
    pub keys: Vec<(VarId, Expr)>,
    pub calls: Vec<(VarId, AggregateCall)>,
}

#[derive(Clone, Debug)]
pub(crate) struct AggregateCall {
    /// `None`: `count(*)`.
    pub aggregate: Option<Arc<Aggregate>>,
    pub distinct: bool,
    pub arguments: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub expr: Expr,
    pub descending: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ProcedureCall {
    /// A row for which nothing comes back goes on with nulls.
    pub optional: bool,
    pub procedure: Arc<Procedure>,
    pub arguments: Vec<Expr>,
    /// The part of the graph that it is asked about.
    pub lens: Lens<Expr>,
    /// Which output goes into which variable. A procedure without outputs lets each row pass once.
    pub yields: Vec<(usize, VarId)>,
    pub predicate: Option<Expr>,
}

/// `CALL { ... }`.
#[derive(Clone, Debug)]
pub(crate) struct SubqueryCall {
    /// A row for which nothing comes back goes on with nulls.
    pub optional: bool,
    pub query: BoundQuery,
    pub imports: Vec<VarId>,
    /// Without RETURN: each outer row goes on once.
    pub unit: bool,
    pub transactions: Option<InTransactions>,
    pub span: Span,
}

/// How the outer rows of a subquery are taken together, each batch committed by itself.
#[derive(Clone, Debug)]
pub(crate) struct InTransactions {
    pub rows: Expr,
    pub on_error: OnError,
    /// What became of the batch, as a map.
    pub status: Option<VarId>,
}

/// What a batch that fails does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    /// The statement fails.
    Fail,
    /// Its rows go on with nulls.
    Continue,
    /// Its rows and all behind them go on with nulls.
    Break,
}

// ---------------------------------------------------------------- writing

/// CREATE, in the order in which elements must come to be. Properties may read elements that are drawn before:
/// `CREATE (a {id: 1}), (b {of: a.id})`.
#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub draws: Vec<Draw>,
    pub paths: Vec<PatternPath>,
    pub cite: Option<Cite>,
}

/// One new element.
#[derive(Clone, Debug)]
pub(crate) enum Draw {
    Node { var: VarId, labels: Labels<Expr>, properties: Option<Expr> },
    Rel { var: VarId, rel_type: RelType<Expr>, start: VarId, end: VarId, asserted: bool, properties: Option<Expr> },
}

/// CITING: each source gets a citation of each target, merged.
#[derive(Clone, Debug)]
pub(crate) struct Cite {
    /// What is cited whether it was drawn or found.
    pub targets: Vec<VarId>,
    /// What is cited only if this clause drew it: the nodes of a MERGE of several.
    pub created_only: Vec<VarId>,
    /// Source and properties.
    pub sources: Vec<(Expr, Option<Expr>)>,
}

/// One level of MERGE: the binder takes brackets apart, innermost first.
#[derive(Clone, Debug)]
pub(crate) struct Merge {
    pub pattern: GraphPattern,
    pub predicates: Vec<Expr>,
    /// What to create if nothing matches.
    pub draws: Vec<Draw>,
    pub on_create: Vec<SetItem>,
    pub on_match: Vec<SetItem>,
    pub cite: Option<Cite>,
}

#[derive(Clone, Debug)]
pub(crate) enum SetItem {
    /// `SET x.k = v`, and REMOVE with a literal null.
    Property {
        target: Expr,
        key: Name,
        value: Expr,
    },
    /// `SET x[k] = v`, and REMOVE with a literal null.
    Keyed {
        target: Expr,
        key: Expr,
        value: Expr,
    },
    /// `SET x = map` or another element: what is not named goes.
    Replace {
        target: Expr,
        value: Expr,
    },
    /// `SET x += map`.
    Update {
        target: Expr,
        value: Expr,
    },
    AddLabels {
        target: Expr,
        labels: Labels<Expr>,
    },
    RemoveLabels {
        target: Expr,
        labels: Labels<Expr>,
    },
}
