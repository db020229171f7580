//! Queries and clauses: a table of rows goes from clause to clause.

use super::expression::Scope;
use super::relations::equivalent;
use super::{Evaluator, Outcome, Row, Table, failed};
use crate::syntax::ast::{self, ClauseKind};
use crate::value::Value;

/// What a query inside a query can see.
#[derive(Clone, Copy)]
pub(super) struct Around<'r> {
    /// Names that are there in every clause.
    pub seen: &'r Row,
    /// Names that a WITH at the start may take.
    pub importable: Option<&'r Row>,
}

impl Evaluator<'_> {
    /// The answer to a query, and what is said of all of it.
    pub(crate) fn answer(&self, preamble: &ast::Preamble, query: &ast::Query) -> Outcome<Table> {
        let nothing = Row::new();
        self.note_place(&preamble.lens, "a statement");
        self.under(&preamble.lens, &nothing, || self.query(query, Around { seen: &nothing, importable: None }))
    }

    pub(super) fn query(&self, query: &ast::Query, around: Around) -> Outcome<Table> {
        let mut start = vec![around.seen.clone()];
        let mut around = around;
        for earlier in &query.earlier {
            self.note("clause", "NEXT");
            let table = self.united(earlier, &start, around)?;
            let named = |row: &Row| table.columns.iter().map(|name| (name.clone(), row[name].clone())).collect();
            start = table.rows.iter().map(|row| joined(around.seen, &named(row))).collect();
            around.importable = None;
        }
        self.united(query, &start, around)
    }

    /// A query between NEXT and NEXT, whose branches all begin with these rows.
    fn united(&self, query: &ast::Query, start: &[Row], around: Around) -> Outcome<Table> {
        let mut table = self.branch(&query.first, start, around)?;
        for (union, branch) in &query.rest {
            self.note("clause", if union.all { "UNION ALL" } else { "UNION" });
            table.rows.extend(self.branch(branch, start, around)?.rows);
        }
        if query.rest.iter().any(|(union, _)| !union.all) {
            let is_same =
                |one: &Row, other: &Row| table.columns.iter().all(|name| equivalent(&one[name], &other[name]));
            table.rows = distinct(std::mem::take(&mut table.rows), is_same);
        }
        Ok(table)
    }

    fn branch(&self, query: &ast::SingleQuery, start: &[Row], around: Around) -> Outcome<Table> {
        let mut rows = start.to_vec();
        for (index, clause) in query.clauses.iter().enumerate() {
            rows = match (&clause.kind, around.importable) {
                (ClauseKind::Return(projection), _) => {
                    self.note("clause", "RETURN");
                    return self.project(projection, rows);
                }
                (ClauseKind::With(projection), Some(importable)) if index == 0 && is_import(projection) => {
                    vec![imported(projection, importable)]
                }
                (kind, _) => self.clause(kind, rows, around.seen)?,
            };
        }
        Ok(Table { columns: Vec::new(), rows })
    }

    pub(super) fn clause(&self, clause: &ClauseKind, rows: Vec<Row>, seen: &Row) -> Outcome<Vec<Row>> {
        match clause {
            ClauseKind::Match(found) => each(rows, |row| self.matched(found, row)),
            ClauseKind::Unwind(unwind) => each(rows, |row| self.unwind(unwind, &row)),
            ClauseKind::With(projection) => {
                self.note("clause", if projection.distinct { "WITH DISTINCT" } else { "WITH" });
                let rows = self.project(projection, rows)?.rows;
                Ok(rows.into_iter().map(|row| joined(seen, &row)).collect())
            }
            ClauseKind::Subquery(call) => each(rows, |row| self.subquery_call(call, row)),
            ClauseKind::Return(_) | ClauseKind::Finish => Ok(rows),
            ClauseKind::Call(_)
            | ClauseKind::LoadCsv(_)
            | ClauseKind::Create(_)
            | ClauseKind::Merge(_)
            | ClauseKind::Set(_)
            | ClauseKind::Remove(_)
            | ClauseKind::Delete(_)
            | ClauseKind::Assert(_)
            | ClauseKind::Retract(_)
            | ClauseKind::Foreach(_) => failed("a clause that does not read"),
        }
    }

    fn matched(&self, found: &ast::Match, row: Row) -> Outcome<Vec<Row>> {
        let kind = if found.optional { "OPTIONAL MATCH" } else { "MATCH" };
        self.note("clause", kind);
        self.note_place(&found.lens, kind);
        let matches = || self.matches(&found.pattern, found.repeatable, found.predicate.as_ref(), &row);
        let rows = self.under(&found.lens, &row, matches)?;
        if !rows.is_empty() || !found.optional {
            return Ok(rows);
        }
        let mut row = row;
        for name in super::pattern::names(&found.pattern) {
            row.entry(name).or_insert(Value::Null);
        }
        Ok(vec![row])
    }

    fn unwind(&self, unwind: &ast::Unwind, row: &Row) -> Outcome<Vec<Row>> {
        self.note("clause", "UNWIND");
        let items = match self.eval(&unwind.list, Scope::of(row))? {
            Value::Null => Vec::new(),
            Value::List(items) => items.to_vec(),
            single => vec![single],
        };
        self.step(items.len())?;
        Ok(items.into_iter().map(|item| with(row, &unwind.variable.name, item)).collect())
    }

    fn subquery_call(&self, call: &ast::SubqueryCall, row: Row) -> Outcome<Vec<Row>> {
        let nothing = Row::new();
        let chosen: Row;
        let around = match &call.imports {
            None => Around { seen: &nothing, importable: Some(&row) },
            Some(ast::Imports::All) => Around { seen: &row, importable: None },
            Some(ast::Imports::Variables(names)) => {
                chosen = names.iter().map(|name| (name.name.clone(), row[&name.name].clone())).collect();
                Around { seen: &chosen, importable: None }
            }
        };
        self.note("clause", if call.imports.is_some() { "CALL (x) {}" } else { "CALL {}" });
        if call.optional {
            self.note("clause", "OPTIONAL CALL");
        }
        let table = self.query(&call.query, around)?;
        if table.columns.is_empty() {
            return Ok(vec![row]);
        }
        self.step(table.rows.len())?;
        if call.optional && table.rows.is_empty() {
            let nulls = table.columns.iter().map(|name| (name.clone(), Value::Null)).collect();
            return Ok(vec![joined(&row, &nulls)]);
        }
        Ok(table.rows.iter().map(|returned| joined(&row, returned)).collect())
    }
}

/// The rows that each row becomes.
fn each(rows: Vec<Row>, become_rows: impl Fn(Row) -> Outcome<Vec<Row>>) -> Outcome<Vec<Row>> {
    let mut all = Vec::new();
    for row in rows {
        all.extend(become_rows(row)?);
    }
    Ok(all)
}

/// The first of those that are the same.
pub(super) fn distinct<T>(rows: Vec<T>, is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for row in rows {
        if !kept.iter().any(|other| is_same(other, &row)) {
            kept.push(row);
        }
    }
    kept
}

/// A row with one more name, which hides an earlier one.
pub(super) fn with(row: &Row, name: &crate::value::Name, value: Value) -> Row {
    let mut row = row.clone();
    row.insert(name.clone(), value);
    row
}

/// The names of both; those of `inner` hide others.
pub(super) fn joined(outer: &Row, inner: &Row) -> Row {
    outer.iter().chain(inner).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn imported(projection: &ast::Projection, importable: &Row) -> Row {
    let is_named = |name: &str| projection.items.iter().any(|item| variable(&item.expr).is_some_and(|own| own == name));
    let taken = importable.iter().filter(|(name, _)| projection.star.is_some() || is_named(name));
    taken.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// `WITH a, b` or `WITH *` and no more.
fn is_import(projection: &ast::Projection) -> bool {
    let is_plain =
        ast::Projection { star: None, items: Vec::new(), ..projection.clone() } == ast::Projection::default();
    is_plain && projection.items.iter().all(|item| item.alias.is_none() && variable(&item.expr).is_some())
}

pub(super) fn variable(expr: &ast::Expr) -> Option<&crate::value::Name> {
    match &expr.kind {
        ast::ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}
