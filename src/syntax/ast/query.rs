//! Queries: clauses, joined by UNION and NEXT.

use super::{Expr, Ident, LabelExpr, Lens, Pattern, PatternPart};
use crate::text::Span;

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
