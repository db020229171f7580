//! Queries: branches of UNION, and the order of clauses in one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::binder::Binder;
use super::bound::{BoundBranch, BoundClause, BoundQuery};
use super::next::Table;
use super::projection::ProjectionClause;
use super::scope::Scope;
use crate::expr::{SubqueryKind, VarId};
use crate::syntax::ast;
use crate::value::{ErrorKind, Name, Type};

/// More clauses than any plan takes. Each may carry on all names from before, so that to bind them takes time by the
/// square of their number.
const MAX_CLAUSES: usize = 1_000;

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryPlace {
    Statement,
    /// In `CALL { }`.
    Call,
    /// Before NEXT, which its rows are handed on by.
    Next,
    /// In EXISTS, COUNT or COLLECT: it reads only, and may stop without RETURN if no column is wanted.
    Expression(SubqueryKind),
}

/// What a branch starts from, besides the scope that is there.
#[derive(Clone, Copy)]
pub(super) enum Start<'s> {
    Here,
    /// What a WITH at the start may take from around `CALL { }`.
    Importing(&'s Scope),
    /// The rows that a NEXT hands on to several branches.
    Table(&'s Table),
}

/// The columns of one branch; `None` if it returns nothing.
pub(super) type Columns = Option<Vec<(Name, VarId)>>;

impl Binder<'_> {
    /// Binds a query in the scope that is there, which it leaves as it found it.
    pub(super) fn query(&mut self, query: &ast::Query, place: QueryPlace) -> BoundQuery {
        self.query_from(query, place, Start::Here)
    }

    pub(super) fn query_from(&mut self, query: &ast::Query, place: QueryPlace, start: Start<'_>) -> BoundQuery {
        if query.earlier.is_empty() { self.union_query(query, place, start) } else { self.linear(query, place, start) }
    }

    /// A query without NEXT.
    pub(super) fn union_query(&mut self, query: &ast::Query, place: QueryPlace, start: Start<'_>) -> BoundQuery {
        self.check_union_kinds(query);
        let alone = query.rest.is_empty();
        let mut branches = vec![self.branch(&query.first, place, alone, start)];
        for (union, branch) in &query.rest {
            let bound = self.branch(branch, place, alone, start);
            self.check_union_columns(*union, &branches[0].1, &bound.1);
            branches.push(bound);
        }
        if alone {
            let (clauses, columns) = branches.remove(0);
            let columns = columns.unwrap_or_default();
            let ids = columns.iter().map(|(_, id)| *id).collect();
            return BoundQuery { branches: vec![BoundBranch { clauses, columns: ids }], union_all: true, columns };
        }
        let union_all = query.rest.iter().all(|(union, _)| union.all);
        self.union(branches, union_all)
    }

    fn union(&mut self, branches: Vec<(Vec<BoundClause>, Columns)>, union_all: bool) -> BoundQuery {
        let names: Vec<Name> = branches[0].1.iter().flatten().map(|(name, _)| name.clone()).collect();
        let branches: Vec<(Vec<BoundClause>, FxHashMap<Name, VarId>)> =
            branches.into_iter().map(|(clauses, columns)| (clauses, columns.into_iter().flatten().collect())).collect();
        let mut columns = Vec::with_capacity(names.len());
        for name in &names {
            let (mut var_type, mut nullable) = (Type::Null, false);
            for (_, branch) in &branches {
                let Some(&id) = branch.get(name) else { continue };
                var_type = var_type.join(self.type_of(id).clone());
                nullable |= self.variables.get(id).nullable;
            }
            let id = self.variables.add(Some(name.clone()), var_type);
            self.variables.get_mut(id).nullable = nullable;
            columns.push((name.clone(), id));
        }
        let branches = branches
            .into_iter()
            .map(|(clauses, branch)| BoundBranch {
                clauses,
                columns: names.iter().filter_map(|name| branch.get(name).copied()).collect(),
            })
            .collect();
        BoundQuery { branches, union_all, columns }
    }

    fn check_union_kinds(&mut self, query: &ast::Query) {
        let Some((first, _)) = query.rest.first() else { return };
        if let Some((other, _)) = query.rest.iter().find(|(union, _)| union.all != first.all) {
            let message = "UNION and UNION ALL cannot be mixed in one query";
            self.refuse("InvalidClauseComposition", other.span, message);
        }
    }

    fn check_union_columns(&mut self, union: ast::Union, first: &Columns, other: &Columns) {
        let same = match (first, other) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => {
                let names: FxHashSet<&Name> = theirs.iter().map(|(name, _)| name).collect();
                mine.len() == theirs.len() && mine.iter().all(|(name, _)| names.contains(name))
            }
            _ => false,
        };
        if !same {
            let message = format!("UNION joins columns {} and {}", column_names(first), column_names(other));
            self.refuse_with_help("DifferentColumnsInUnion", union.span, message, "give both the same names with AS");
        }
    }

    pub(super) fn branch(
        &mut self,
        query: &ast::SingleQuery,
        place: QueryPlace,
        alone: bool,
        start: Start<'_>,
    ) -> (Vec<BoundClause>, Columns) {
        let outside = self.scope.clone();
        let (mut bound, importable) = match start {
            Start::Here => (Vec::new(), None),
            Start::Importing(importable) => (Vec::new(), Some(importable)),
            Start::Table(table) => (self.read_table(table), None),
        };
        let mut columns = None;
        if query.clauses.len() > MAX_CLAUSES {
            let message = format!("a query of {} clauses; at most {MAX_CLAUSES} are read", query.clauses.len());
            self.refuse_as(ErrorKind::Limit, "QueryTooLarge", query.clauses[MAX_CLAUSES].span, message, None);
            return (bound, columns);
        }
        let standalone = alone && place == QueryPlace::Statement && query.clauses.len() == 1;
        for (index, clause) in query.clauses.iter().enumerate() {
            match &clause.kind {
                ast::ClauseKind::With(projection) if index == 0 && is_import(projection) && importable.is_some() => {
                    self.import(projection, importable.expect("the arm's guard saw it"));
                }
                ast::ClauseKind::Call(call) if standalone => {
                    columns = Some(self.standalone_call(&mut bound, call, clause.span));
                }
                ast::ClauseKind::Subquery(ast::SubqueryCall { transactions: Some(transactions), .. }) => {
                    self.check_transactions(place, alone, transactions.span);
                    self.clause(&mut bound, clause);
                    // What it writes is committed, so that the next one may follow.
                    (self.commits, self.writes) = (true, false);
                }
                ast::ClauseKind::Return(projection) => {
                    // First: what is told of the names behind RETURN may follow from this.
                    let is_last = self.check_last(query, index, "RETURN", "UNION or NEXT");
                    let kind =
                        if place == QueryPlace::Next { ProjectionClause::Next } else { ProjectionClause::Return };
                    let (projected, named) = self.projection(projection, kind, clause.span);
                    bound.push(BoundClause::Project(projected));
                    columns = Some(named);
                    if !is_last {
                        break;
                    }
                }
                ast::ClauseKind::Finish => {
                    if !self.check_last(query, index, "FINISH", "UNION") {
                        break;
                    }
                }
                _ => self.clause(&mut bound, clause),
            }
        }
        if columns.is_none() {
            self.check_end(query, place);
        }
        self.scope = outside;
        (bound, columns)
    }

    /// Whether the clause at `index` is the last one; it is a problem if not.
    fn check_last(&mut self, query: &ast::SingleQuery, index: usize, name: &str, others: &str) -> bool {
        let Some(next) = query.clauses.get(index + 1) else { return true };
        let message = format!("nothing can follow {name} but {others}");
        self.refuse_with_help("UnexpectedSyntax", next.span, message, format!("write it before the {name}"));
        false
    }

    /// What a query without RETURN may end with.
    fn check_end(&mut self, query: &ast::SingleQuery, place: QueryPlace) {
        match place {
            QueryPlace::Expression(SubqueryKind::Exists | SubqueryKind::Count) => return,
            QueryPlace::Expression(SubqueryKind::Collect | SubqueryKind::Rejected) => {
                self.refuse("InvalidClauseComposition", query.span, "COLLECT collects what its query returns");
                return;
            }
            QueryPlace::Next => {
                let message = "NEXT hands on what a RETURN before it returns";
                self.refuse_with_help("InvalidClauseComposition", query.span, message, "add a RETURN before NEXT");
                return;
            }
            QueryPlace::Statement | QueryPlace::Call => {}
        }
        let Some(last) = query.clauses.last() else { return };
        if let Some(name) = unfinished(&last.kind) {
            let message = format!("a query cannot end with {name}");
            self.refuse_with_help("UnexpectedSyntax", last.span, message, "add a RETURN");
        }
    }

    /// An importing WITH makes no clause of its own: it says which variables the subquery sees.
    fn import(&mut self, projection: &ast::Projection, importable: &Scope) {
        if projection.star.is_some() {
            for (name, id) in importable.star() {
                self.uses.push(id);
                self.scope.declare(name, id);
            }
        }
        for item in &projection.items {
            let ast::ExprKind::Variable(name) = &item.expr.kind else { continue };
            match importable.get(name) {
                Some(id) => {
                    self.uses.push(id);
                    self.scope.declare(name.clone(), id);
                }
                None => self.refuse_unknown_variable(name, item.expr.span),
            }
        }
    }
}

/// `WITH a, b` or `WITH *` and no more.
fn is_import(projection: &ast::Projection) -> bool {
    let plain = |item: &ast::ProjectionItem| match &item.expr.kind {
        ast::ExprKind::Variable(name) => item.alias.as_ref().is_none_or(|alias| alias.name == *name),
        _ => false,
    };
    !projection.distinct
        && projection.order_by.is_empty()
        && projection.skip.is_none()
        && projection.limit.is_none()
        && projection.predicate.is_none()
        && projection.items.iter().all(plain)
}

/// The name of a clause that a query cannot end with.
fn unfinished(clause: &ast::ClauseKind) -> Option<&'static str> {
    match clause {
        ast::ClauseKind::Match(_) => Some("MATCH"),
        ast::ClauseKind::Unwind(_) => Some("UNWIND"),
        ast::ClauseKind::LoadCsv(_) => Some("LOAD CSV"),
        ast::ClauseKind::With(_) => Some("WITH"),
        ast::ClauseKind::Call(call) if call.yields.is_some() => Some("CALL ... YIELD"),
        _ => None,
    }
}

fn column_names(columns: &Columns) -> String {
    match columns {
        None => "(none)".to_owned(),
        Some(columns) => {
            let names: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}`")).collect();
            names.join(", ")
        }
    }
}
