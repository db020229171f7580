//! NEXT: what one query returns is what the next one begins with.
//!
//! A query without UNION goes on as behind a WITH. One with UNION becomes a subquery: its branches begin each with all
//! rows that are handed on, which are kept in a list, so that what makes them is run once.

use std::sync::Arc;

use super::binder::Binder;
use super::bound::{AggregateCall, Aggregation, BoundBranch, BoundClause, BoundQuery, Projection, SubqueryCall};
use super::query::{Columns, QueryPlace, Start};
use crate::expr::{Expr, ExprKind, VarId};
use crate::function::COLLECT;
use crate::syntax::ast;
use crate::value::{Name, Type};

/// Rows as a list of maps.
pub(super) struct Table {
    list: VarId,
    columns: Vec<(Name, VarId)>,
}

impl Binder<'_> {
    /// Queries joined by NEXT, as one branch.
    pub(super) fn linear(&mut self, query: &ast::Query, place: QueryPlace, mut start: Start<'_>) -> BoundQuery {
        let outside = self.scope.clone();
        let mut clauses = Vec::new();
        for earlier in &query.earlier {
            let columns = self.link(&mut clauses, earlier, QueryPlace::Next, start).unwrap_or_default();
            self.scope = self.scope.narrowed_to(&columns);
            start = Start::Here;
        }
        let columns = self.link(&mut clauses, query, place, start).unwrap_or_default();
        self.scope = outside;
        let ids = columns.iter().map(|(_, id)| *id).collect();
        BoundQuery { branches: vec![BoundBranch { clauses, columns: ids }], union_all: true, columns }
    }

    /// One of the queries, without those before it, over what the clauses so far give.
    fn link(
        &mut self,
        clauses: &mut Vec<BoundClause>,
        query: &ast::Query,
        place: QueryPlace,
        start: Start<'_>,
    ) -> Columns {
        if query.rest.is_empty() {
            let (bound, columns) = self.branch(&query.first, place, false, start);
            clauses.extend(bound);
            return columns;
        }
        let text = query.span;
        let table = (!clauses.is_empty()).then(|| self.keep_table(clauses));
        let frame = self.enter(self.scope.narrowed_to(&[]));
        let query = self.union_query(query, place, table.as_ref().map_or(start, Start::Table));
        let imports = self.leave(frame);
        let columns = query.columns.clone();
        let unit = columns.is_empty();
        let (transactions, span) = (None, text);
        let call = SubqueryCall { optional: false, query, imports, unit, transactions, span };
        clauses.push(BoundClause::Subquery(call));
        (!unit).then_some(columns)
    }

    /// Puts all rows into a list.
    fn keep_table(&mut self, clauses: &mut Vec<BoundClause>) -> Table {
        let columns = self.scope.star();
        let entries = columns.iter().map(|(name, id)| (name.clone(), Expr::variable(*id))).collect();
        let collect = AggregateCall {
            aggregate: Some(Arc::new(COLLECT)),
            distinct: false,
            arguments: vec![Expr::made(ExprKind::Map(entries))],
        };
        let list = self.variables.add(None, Type::list_of(Type::Map));
        let items = vec![(list, Expr::variable(list))];
        let aggregation = Aggregation { keys: Vec::new(), calls: vec![(list, collect)] };
        clauses.push(BoundClause::Project(Projection { aggregation: Some(aggregation), ..Projection::of(items) }));
        Table { list, columns }
    }

    /// The rows of the list again, under variables of this branch alone.
    pub(super) fn read_table(&mut self, table: &Table) -> Vec<BoundClause> {
        self.uses.push(table.list);
        let row = self.variables.add(None, Type::Map);
        let mut columns = Vec::with_capacity(table.columns.len());
        let mut items = Vec::with_capacity(table.columns.len());
        for (name, kept) in &table.columns {
            let kept = self.variables.get(*kept).clone();
            let id = self.variables.add(kept.name, kept.var_type);
            self.variables.get_mut(id).nullable = kept.nullable;
            items.push((id, Expr::made(ExprKind::Property(Box::new(Expr::variable(row)), name.clone()))));
            columns.push((name.clone(), id));
        }
        self.scope = self.scope.narrowed_to(&columns);
        vec![
            BoundClause::Unwind { list: Expr::variable(table.list), var: row },
            BoundClause::Project(Projection::of(items)),
        ]
    }
}
