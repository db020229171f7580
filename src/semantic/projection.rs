//! WITH and RETURN: what goes on, under which names.

use rustc_hash::FxHashSet;

use super::aggregate::{Collected, Known, View};
use super::binder::{Binder, Typed};
use super::bound::{Aggregation, Projection};
use super::scope::Scope;
use crate::expr::{Expr, ExprKind, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Name, Type, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProjectionClause {
    With,
    Return,
    /// RETURN before NEXT.
    Next,
}

/// A column, before its place among keys and aggregates is known.
struct Column {
    name: Name,
    typed: Typed,
    span: Span,
}

/// The columns of a projection on their way to the bound form.
pub(super) struct Columns {
    /// What the scope is before the projection.
    pub(super) input: Scope,
    pub(super) named: Vec<(Name, VarId)>,
    /// What each column is, over the input.
    pub(super) known: Known,
    pub(super) items: Vec<(VarId, Expr)>,
    pub(super) collected: Collected,
    pub(super) keys: Vec<(VarId, Expr)>,
    pub(super) distinct: bool,
}

impl Columns {
    pub(super) fn aggregates(&self) -> bool {
        !self.collected.calls().is_empty()
    }

    /// Whether ORDER BY and WHERE see the columns only.
    pub(super) fn hide_input(&self) -> bool {
        self.distinct || self.aggregates()
    }

    /// The variables that ORDER BY and WHERE see where they do not see the input.
    pub(super) fn visible(&self, for_order: bool) -> FxHashSet<VarId> {
        let mut visible: FxHashSet<VarId> = self.items.iter().map(|(id, _)| *id).collect();
        if for_order && !self.distinct {
            visible.extend(self.keys.iter().map(|(id, _)| *id));
            visible.extend(self.collected.calls().iter().map(|(id, _)| *id));
        }
        visible
    }
}

impl Binder<'_> {
    /// Binds the projection and moves the scope behind it. Returns the columns too.
    pub(super) fn projection(
        &mut self,
        projection: &ast::Projection,
        clause: ProjectionClause,
        span: Span,
    ) -> (Projection, Vec<(Name, VarId)>) {
        let mut columns = self.columns(projection, clause, span);
        let order_by = self.order_by(&projection.order_by, &mut columns);
        let skip = projection.skip.as_ref().map(|count| self.row_count(count));
        let limit = projection.limit.as_ref().map(|count| self.row_count(count));
        let predicate = projection.predicate.as_ref().map(|predicate| self.late_predicate(predicate, &mut columns));
        if clause != ProjectionClause::Return {
            self.check_shadows(&columns.named, span);
        }
        self.scope = columns.input.narrowed_to(&columns.named);
        let aggregation =
            columns.aggregates().then_some(Aggregation { keys: columns.keys, calls: columns.collected.into_calls() });
        let bound = Projection {
            aggregation,
            items: columns.items,
            distinct: columns.distinct,
            order_by,
            skip,
            limit,
            predicate,
        };
        (bound, columns.named)
    }

    /// A name from around a subquery stays known in all of it, so no WITH can give it another meaning.
    fn check_shadows(&mut self, columns: &[(Name, VarId)], span: Span) {
        for (name, id) in columns {
            if self.scope.around(name).is_some_and(|around| around != *id) {
                let message = format!("variable `{name}` is known from around the subquery and cannot be another one");
                self.refuse_with_help("VariableAlreadyBound", span, message, "take another name");
            }
        }
    }

    fn columns(&mut self, projection: &ast::Projection, clause: ProjectionClause, span: Span) -> Columns {
        let mut collected = Collected::default();
        let mut written = self.star(projection, clause, span);
        self.collecting(&mut collected, |binder| {
            for item in &projection.items {
                let typed = binder.typed(&item.expr);
                let name = binder.column_name(item, clause);
                written.push(Column { name, typed, span: item.expr.span });
            }
        });
        self.refuse_equal_names(&written);
        let mut columns = Columns {
            input: self.scope.clone(),
            named: Vec::new(),
            known: Known::default(),
            items: Vec::new(),
            collected,
            keys: Vec::new(),
            distinct: projection.distinct,
        };
        self.place_columns(&mut columns, written);
        columns
    }

    fn star(&mut self, projection: &ast::Projection, clause: ProjectionClause, span: Span) -> Vec<Column> {
        let Some(star) = projection.star else { return Vec::new() };
        let names = self.scope.star();
        if names.is_empty() && clause != ProjectionClause::With && !self.scope.has_outer() {
            let message = "RETURN * has nothing to return: there are no variables here";
            self.refuse("NoVariablesInScope", span, message);
        }
        let mut columns: Vec<Column> = Vec::new();
        for (name, id) in names {
            self.uses.push(id);
            let typed = Typed::new(ExprKind::Variable(id), star, self.type_of(id).clone());
            columns.push(Column { name, typed, span: star });
        }
        columns
    }

    fn column_name(&mut self, item: &ast::ProjectionItem, clause: ProjectionClause) -> Name {
        if let Some(alias) = &item.alias {
            return alias.name.clone();
        }
        if let ast::ExprKind::Variable(name) = &item.expr.kind {
            return name.clone();
        }
        let nameless = match clause {
            ProjectionClause::With => Some("an expression in WITH needs a name"),
            ProjectionClause::Next => Some("an expression that NEXT hands on needs a name"),
            ProjectionClause::Return => None,
        };
        if let Some(message) = nameless {
            self.refuse_with_help("NoExpressionAlias", item.expr.span, message, "add `AS name`");
        }
        Name::from(item.expr.span.of(self.text))
    }

    fn refuse_equal_names(&mut self, columns: &[Column]) {
        let mut names = FxHashSet::default();
        for column in columns {
            if !names.insert(&column.name) {
                let message = format!("two columns are called `{}`", column.name);
                self.refuse_with_help("ColumnNameConflict", column.span, message, "rename one with AS");
            }
        }
    }

    /// Gives each column its variable; with aggregates, keys come before what is made of them.
    fn place_columns(&mut self, columns: &mut Columns, written: Vec<Column>) {
        let aggregates = columns.aggregates();
        let mut mixed = Vec::new();
        let mut taken = FxHashSet::default();
        for column in written {
            let id = self.column_variable(&column, &columns.collected, &taken);
            taken.insert(id);
            columns.named.push((column.name, id));
            columns.known.add(column.typed.expr.clone(), id);
            if !aggregates {
                columns.items.push((id, column.typed.expr));
            } else if columns.collected.are_named_in(&column.typed.expr) {
                mixed.push(columns.items.len());
                columns.items.push((id, column.typed.expr));
            } else {
                columns.items.push((id, Expr::new(ExprKind::Variable(id), column.span)));
                columns.keys.push((id, column.typed.expr));
            }
        }
        self.put_over_group(columns, &mixed);
    }

    /// A variable that goes on under its own name keeps its number, and so does an aggregate that is a whole item.
    fn column_variable(&mut self, column: &Column, collected: &Collected, taken: &FxHashSet<VarId>) -> VarId {
        if let ExprKind::Variable(id) = column.typed.expr.kind {
            if self.variables.get(id).name.as_ref() == Some(&column.name) {
                return id;
            }
            let is_free = self.variables.get(id).name.is_none();
            if is_free && collected.holds(id) && !taken.contains(&id) {
                self.variables.get_mut(id).name = Some(column.name.clone());
                return id;
            }
        }
        let id = self.variables.add(Some(column.name.clone()), column.typed.value_type.clone());
        self.variables.get_mut(id).nullable = self.may_be_null(&column.typed.expr);
        id
    }

    fn may_be_null(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(value) => matches!(value, Value::Null),
            ExprKind::Variable(id) => self.variables.get(*id).nullable,
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Subquery(..) => false,
            _ => true,
        }
    }

    /// Puts the columns with aggregates, which are at these places, over the group's variables.
    fn put_over_group(&mut self, columns: &mut Columns, mixed: &[usize]) {
        let mut visible: FxHashSet<VarId> = columns.keys.iter().map(|(id, _)| *id).collect();
        visible.extend(columns.collected.calls().iter().map(|(id, _)| *id));
        let mut known = Known::default();
        columns.keys.iter().for_each(|(id, expr)| known.add(expr.clone(), *id));
        for index in mixed {
            let view = View { known: &known, visible: Some(&visible), beside: Some(&columns.collected) };
            let lost = self.put_over(&mut columns.items[*index].1, &view);
            let kept = columns.keys.len();
            self.rescue_or_refuse(columns, &lost);
            for (id, expr) in &columns.keys[kept..] {
                visible.insert(*id);
                known.add(expr.clone(), *id);
            }
        }
    }

    /// A subquery beside an aggregate may import a key under its old number: the key is then kept under both.
    fn rescue_or_refuse(&mut self, columns: &mut Columns, lost: &[(VarId, Span)]) {
        for (id, span) in lost {
            let is_key = columns.keys.iter().any(|(_, key)| matches!(key.kind, ExprKind::Variable(key) if key == *id));
            if is_key {
                columns.keys.push((*id, Expr::variable(*id)));
                continue;
            }
            let message = format!(
                "`{}` stands beside an aggregate and is neither a grouping key nor a property that is one",
                self.variables.label(*id)
            );
            self.refuse_with_help(
                "AmbiguousAggregationExpression",
                *span,
                message,
                "name the value in a WITH before this clause",
            );
            return;
        }
    }

    /// The operand of SKIP or LIMIT, or a size of batches: a number of rows that no row decides.
    pub(super) fn row_count(&mut self, count: &ast::Expr) -> Expr {
        let problems = self.errors.len();
        let typed = self.without_aggregates(|binder| binder.typed(count));
        if self.errors.len() > problems {
            return typed.expr;
        }
        if !typed.expr.variables().is_empty() || !typed.expr.subqueries().is_empty() {
            let message = "the number of rows cannot depend on a row";
            self.refuse("NonConstantExpression", count.span, message);
        } else if matches!(typed.expr.kind, ExprKind::Literal(Value::Integer(number)) if number < 0) {
            self.refuse("NegativeIntegerArgument", count.span, "the number of rows cannot be negative");
        } else {
            self.expect_type(&typed.value_type, &Type::Integer, count.span);
        }
        typed.expr
    }
}
