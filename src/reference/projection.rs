//! WITH and RETURN: grouping, DISTINCT, ORDER BY, SKIP, LIMIT, WHERE, in this order.

use std::cmp::Ordering;

use super::call::is_aggregate;
use super::expression::Scope;
use super::query::{distinct, joined, variable};
use super::relations::{equivalent, order};
use super::{Evaluator, Outcome, Row, Table, failed};
use crate::syntax::ast;
use crate::value::{Name, Value};

/// A row on its way through a projection.
struct Line {
    columns: Row,
    /// The row that it comes from, the first of its group; what ORDER BY and WHERE may see behind the columns.
    before: Row,
    group: Option<Vec<Row>>,
}

/// A column: its name, and what it is; `None` for what `*` stands for.
type Item<'p> = (Name, Option<&'p ast::Expr>);

impl Evaluator<'_> {
    pub(super) fn project(&self, projection: &ast::Projection, rows: Vec<Row>) -> Outcome<Table> {
        let items = self.items(projection, rows.first());
        let aggregates = |item: &Item| item.1.is_some_and(holds_aggregate);
        let mut lines = if items.iter().any(aggregates) {
            self.grouped(&items, rows)?
        } else {
            let line = |row| Ok(Line { columns: self.columns(&items, &row, None)?, before: row, group: None });
            rows.into_iter().map(line).collect::<Outcome<Vec<Line>>>()?
        };
        if projection.distinct {
            self.note("clause", "DISTINCT");
            lines = distinct(lines, |one, other| same(&one.columns, &other.columns));
        }
        self.sort(projection, &mut lines)?;
        self.cut(projection, &mut lines)?;
        let mut kept = Vec::new();
        for line in lines {
            let holds = projection.predicate.as_ref().map(|predicate| self.eval_line(predicate, &line));
            if !matches!(holds.transpose()?, Some(Value::Null | Value::Boolean(false))) {
                kept.push(line.columns);
            }
        }
        Ok(Table { columns: items.into_iter().map(|(name, _)| name).collect(), rows: kept })
    }

    fn items<'p>(&self, projection: &'p ast::Projection, first: Option<&Row>) -> Vec<Item<'p>> {
        let star = projection.star.iter().flat_map(|_| first.into_iter().flat_map(Row::keys));
        let written = projection.items.iter().map(|item| {
            let alias = item.alias.as_ref().map(|alias| &alias.name).or_else(|| variable(&item.expr));
            let name = alias.cloned().unwrap_or_else(|| Name::from(item.expr.span.of(self.text)));
            (name, Some(&item.expr))
        });
        star.map(|name| (name.clone(), None)).chain(written).collect()
    }

    fn columns(&self, items: &[Item], row: &Row, group: Option<&[Row]>) -> Outcome<Row> {
        let mut columns = Row::new();
        for (name, expr) in items {
            let value = match expr {
                Some(expr) => self.eval(expr, Scope { row, group })?,
                None => row[name].clone(),
            };
            columns.insert(name.clone(), value);
        }
        Ok(columns)
    }

    /// A line for each group of rows that agree in the columns without aggregates; one of no row if all have some.
    fn grouped(&self, items: &[Item], rows: Vec<Row>) -> Outcome<Vec<Line>> {
        let keys: Vec<Item> = items.iter().filter(|item| !item.1.is_some_and(holds_aggregate)).cloned().collect();
        let mut groups: Vec<(Row, Vec<Row>)> = Vec::new();
        if keys.is_empty() {
            groups.push((Row::new(), Vec::new()));
        }
        for row in rows {
            let key = self.columns(&keys, &row, None)?;
            match groups.iter_mut().find(|(other, _)| same(other, &key)) {
                Some((_, group)) => group.push(row),
                None => groups.push((key, vec![row])),
            }
        }
        let line = |(_, group): (Row, Vec<Row>)| {
            let before = group.first().cloned().unwrap_or_default();
            Ok(Line { columns: self.columns(items, &before, Some(&group))?, before, group: Some(group) })
        };
        groups.into_iter().map(line).collect()
    }

    /// The value of what stands behind the items.
    fn eval_line(&self, expr: &ast::Expr, line: &Line) -> Outcome<Value> {
        let row = joined(&line.before, &line.columns);
        self.eval(expr, Scope { row: &row, group: line.group.as_deref() })
    }

    fn sort(&self, projection: &ast::Projection, lines: &mut Vec<Line>) -> Outcome<()> {
        if projection.order_by.is_empty() {
            return Ok(());
        }
        self.note("clause", "ORDER BY");
        let mut keyed = Vec::new();
        for line in std::mem::take(lines) {
            let keys = projection.order_by.iter().map(|item| self.eval_line(&item.expr, &line));
            keyed.push((keys.collect::<Outcome<Vec<Value>>>()?, line));
        }
        keyed.sort_by(|(one, _), (other, _)| {
            let keys = one.iter().zip(other).zip(&projection.order_by);
            let orders =
                keys.map(|((one, other), item)| if item.descending { order(other, one) } else { order(one, other) });
            orders.fold(Ordering::Equal, Ordering::then)
        });
        lines.extend(keyed.into_iter().map(|(_, line)| line));
        Ok(())
    }

    fn cut(&self, projection: &ast::Projection, lines: &mut Vec<Line>) -> Outcome<()> {
        let count = |expr: &ast::Expr| match self.eval(expr, Scope::of(&Row::new()))? {
            Value::Integer(count) if count >= 0 => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
            other => failed(format!("{other} rows")),
        };
        if let Some(skip) = &projection.skip {
            self.note("clause", "SKIP");
            lines.drain(..count(skip)?.min(lines.len()));
        }
        if let Some(limit) = &projection.limit {
            self.note("clause", "LIMIT");
            lines.truncate(count(limit)?);
        }
        Ok(())
    }
}

/// Whether DISTINCT and grouping take two rows for one.
fn same(one: &Row, other: &Row) -> bool {
    one.values().zip(other.values()).all(|(one, other)| equivalent(one, other))
}

fn holds_aggregate(expr: &ast::Expr) -> bool {
    let is_one = match &expr.kind {
        ast::ExprKind::CountStar => true,
        ast::ExprKind::Function(call) => is_aggregate(&call.name.name),
        _ => false,
    };
    is_one || expr.children().into_iter().any(holds_aggregate)
}
