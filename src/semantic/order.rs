//! ORDER BY and the WHERE of a WITH: they see the columns and, unless rows were merged, what was there before.

use rustc_hash::FxHashSet;

use super::aggregate::View;
use super::binder::Binder;
use super::bound::SortKey;
use super::projection::Columns;
use super::scope::Scope;
use crate::expr::{Expr, ExprKind, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::Name;

/// What a sort key sees: the same for all keys of one ORDER BY, but for the aggregates that earlier keys added.
struct Sight {
    scope: Scope,
    visible: FxHashSet<VarId>,
    /// Whether a name means something else behind the projection than before it.
    hides_input: bool,
}

impl Binder<'_> {
    pub(super) fn order_by(&mut self, items: &[ast::SortItem], columns: &mut Columns) -> Vec<SortKey> {
        if items.is_empty() {
            return Vec::new();
        }
        let hides = |(name, id): &(Name, VarId)| columns.input.get(name).is_some_and(|old| old != *id);
        let mut sight = Sight {
            scope: both_sides(columns),
            visible: columns.visible(true),
            hides_input: columns.named.iter().any(hides),
        };
        items
            .iter()
            .map(|item| SortKey { expr: self.sort_key(&item.expr, columns, &mut sight), descending: item.descending })
            .collect()
    }

    fn sort_key(&mut self, written: &ast::Expr, columns: &mut Columns, sight: &mut Sight) -> Expr {
        if sight.hides_input
            && let Some(id) = self.whole_column(written, columns)
        {
            return Expr::new(ExprKind::Variable(id), written.span);
        }
        let scope = sight.scope.clone();
        if !columns.aggregates() {
            let mut expr = self.in_scope(scope, |binder| binder.without_aggregates(|binder| binder.expr(written)));
            self.put_over_columns(&mut expr, columns, &sight.visible);
            return expr;
        }
        let known_calls = columns.collected.calls().len();
        let mut collected = std::mem::take(&mut columns.collected);
        collected.input = Some(columns.input.clone());
        let mut expr = self.in_scope(scope, |binder| binder.collecting(&mut collected, |binder| binder.expr(written)));
        columns.collected = collected;
        self.check_late_calls(known_calls, columns);
        if !columns.distinct {
            sight.visible.extend(columns.collected.calls()[known_calls..].iter().map(|(id, _)| *id));
        }
        self.put_over_columns(&mut expr, columns, &sight.visible);
        expr
    }

    /// The column that `written` says again, where its names mean something else behind the projection:
    /// `RETURN n.name AS n ORDER BY n.name`.
    fn whole_column(&mut self, written: &ast::Expr, columns: &Columns) -> Option<VarId> {
        if matches!(written.kind, ast::ExprKind::Variable(_)) {
            return None;
        }
        let (problems, subqueries) = (self.errors.len(), self.subqueries.len());
        let expr =
            self.in_scope(columns.input.clone(), |binder| binder.without_aggregates(|binder| binder.expr(written)));
        let found = columns.known.find(&expr);
        let failed = self.errors.len() > problems;
        self.errors.truncate(problems);
        self.subqueries.truncate(subqueries);
        if failed { None } else { found }
    }

    /// An aggregate that only ORDER BY names may be of what is returned, and of nothing else.
    fn check_late_calls(&mut self, known_calls: usize, columns: &Columns) {
        let mut lost = Vec::new();
        for (_, call) in &columns.collected.calls()[known_calls..] {
            for argument in &call.arguments {
                let used = argument.variables();
                argument.walk(&mut |part| match part.kind {
                    ExprKind::Variable(id) if used.contains(&id) && !is_key(id, columns) => lost.push((id, part.span)),
                    _ => {}
                });
            }
        }
        if let Some((id, span)) = lost.first() {
            self.refuse_lost(*id, *span);
        }
    }

    fn put_over_columns(&mut self, expr: &mut Expr, columns: &Columns, visible: &FxHashSet<VarId>) {
        let beside = columns.collected.are_named_in(expr).then_some(&columns.collected);
        let view = View { known: &columns.known, visible: columns.hide_input().then_some(visible), beside };
        let lost = self.put_over(expr, &view);
        let Some((id, span)) = lost.first().copied() else { return };
        let in_key = columns.keys.iter().any(|(_, key)| key.variables().contains(&id));
        if view.beside.is_some() && in_key {
            let message = format!("`{}` stands beside an aggregate and is no grouping key", self.variables.label(id));
            self.refuse("AmbiguousAggregationExpression", span, message);
        } else {
            self.refuse_lost(id, span);
        }
    }

    fn refuse_lost(&mut self, id: VarId, span: Span) {
        let message = format!("variable `{}` is not visible here", self.variables.label(id));
        let help = "behind DISTINCT or an aggregate there are only the columns";
        self.refuse_with_help("UndefinedVariable", span, message, help);
    }

    /// The WHERE of a WITH. What it needs of the input goes on as columns without a name.
    pub(super) fn late_predicate(&mut self, written: &ast::Expr, columns: &mut Columns) -> Expr {
        let mut expr = self.in_scope(both_sides(columns), |binder| binder.predicate(written));
        self.put_over_columns(&mut expr, columns, &columns.visible(false));
        if !columns.hide_input() {
            let input: FxHashSet<VarId> = columns.input.star().into_iter().map(|(_, id)| id).collect();
            let mut kept: FxHashSet<VarId> = columns.items.iter().map(|(id, _)| *id).collect();
            for id in self.needed(&expr) {
                if input.contains(&id) && kept.insert(id) {
                    columns.items.push((id, Expr::variable(id)));
                }
            }
        }
        expr
    }

    /// The variables that `expr` takes from the row, its subqueries' imports included.
    fn needed(&self, expr: &Expr) -> Vec<VarId> {
        let mut needed = expr.variables();
        for id in expr.subqueries() {
            needed.extend(&self.subqueries[id.0 as usize].imports);
        }
        needed
    }
}

fn is_key(id: VarId, columns: &Columns) -> bool {
    columns.keys.iter().any(|(_, key)| matches!(key.kind, ExprKind::Variable(key) if key == id))
}

/// Names from before the projection, hidden by those of the columns.
fn both_sides(columns: &Columns) -> Scope {
    let mut scope = columns.input.clone();
    for (name, id) in &columns.named {
        scope.declare(name.clone(), *id);
    }
    scope
}
