//! Clauses: each sends to where it is bound, and moves the scope on.

use super::binder::Binder;
use super::bound::{BoundClause, BoundMatch};
use super::infer;
use super::pattern::PatternRules;
use super::projection::ProjectionClause;
use crate::expr::{Expr, ExprKind};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::Type;

impl Binder<'_> {
    /// Adds the bound form of `clause`, which may be several.
    pub(super) fn clause(&mut self, bound: &mut Vec<BoundClause>, clause: &ast::Clause) {
        self.note_writing(clause);
        match &clause.kind {
            ast::ClauseKind::Match(clause) => bound.push(self.match_clause(clause)),
            ast::ClauseKind::Unwind(unwind) => bound.push(self.unwind(unwind)),
            ast::ClauseKind::LoadCsv(load) => bound.push(self.load_csv(load)),
            ast::ClauseKind::With(projection) => {
                let (projection, _) = self.projection(projection, ProjectionClause::With, clause.span);
                bound.push(BoundClause::Project(projection));
            }
            // The caller binds RETURN, which ends a query; the parser lets none into FOREACH.
            ast::ClauseKind::Return(_) => self.refuse("UnexpectedSyntax", clause.span, "RETURN cannot stand here"),
            ast::ClauseKind::Finish => self.refuse("UnexpectedSyntax", clause.span, "FINISH cannot stand here"),
            ast::ClauseKind::Call(call) => bound.push(self.call_in_query(call, clause.span)),
            ast::ClauseKind::Subquery(call) => bound.push(self.subquery_call(call, clause.span)),
            ast::ClauseKind::Create(write) => bound.push(self.create(write)),
            ast::ClauseKind::Merge(merge) => self.merge(bound, merge),
            ast::ClauseKind::Set(items) => {
                let items = self.set_items(items);
                bound.push(BoundClause::Set(items));
            }
            ast::ClauseKind::Remove(items) => {
                let items = self.remove_items(items);
                bound.push(BoundClause::Set(items));
            }
            ast::ClauseKind::Delete(delete) => bound.push(self.delete(delete)),
            ast::ClauseKind::Assert(targets) => bound.push(self.set_state(targets, true)),
            ast::ClauseKind::Retract(targets) => bound.push(self.set_state(targets, false)),
            ast::ClauseKind::Foreach(foreach) => bound.push(self.foreach(foreach)),
        }
    }

    fn note_writing(&mut self, clause: &ast::Clause) {
        let writes = match &clause.kind {
            ast::ClauseKind::Match(_)
            | ast::ClauseKind::Unwind(_)
            | ast::ClauseKind::LoadCsv(_)
            | ast::ClauseKind::With(_)
            | ast::ClauseKind::Return(_)
            | ast::ClauseKind::Finish
            | ast::ClauseKind::Call(_)
            | ast::ClauseKind::Subquery(_) => false,
            ast::ClauseKind::Create(_)
            | ast::ClauseKind::Merge(_)
            | ast::ClauseKind::Set(_)
            | ast::ClauseKind::Remove(_)
            | ast::ClauseKind::Delete(_)
            | ast::ClauseKind::Assert(_)
            | ast::ClauseKind::Retract(_)
            | ast::ClauseKind::Foreach(_) => true,
        };
        if writes && self.reading_only {
            let message = "a query inside an expression cannot write";
            self.refuse("InvalidClauseComposition", clause.span, message);
        }
        self.writes |= writes;
    }

    fn match_clause(&mut self, clause: &ast::Match) -> BoundClause {
        let rules = PatternRules { optional: clause.optional, new_names: true, repeatable: clause.repeatable };
        BoundClause::Match(self.reading(&clause.pattern.parts, &clause.lens, clause.predicate.as_ref(), rules))
    }

    /// A pattern that is looked for, and its WHERE.
    pub(super) fn reading(
        &mut self,
        parts: &[ast::PatternPart],
        lens: &ast::Lens,
        predicate: Option<&ast::Expr>,
        rules: PatternRules,
    ) -> BoundMatch {
        let last = predicate.map(|predicate| predicate.span).or(parts.last().map(|part| part.span));
        let span = parts.first().zip(last).map_or_else(Span::default, |(first, last)| first.span.to(last));
        let lens_span = lens.span;
        let (lens, operands) = self.lens(lens);
        self.under(lens, |binder| {
            let (pattern, mut predicates) = binder.pattern(parts, rules);
            if let Some(predicate) = predicate {
                predicates.extend(binder.predicate(predicate).into_conjuncts());
            }
            BoundMatch { optional: rules.optional, operands, pattern, predicates, extra: Vec::new(), span, lens_span }
        })
    }

    fn unwind(&mut self, unwind: &ast::Unwind) -> BoundClause {
        let list = self.without_aggregates(|binder| binder.typed(&unwind.list));
        // One value that is no list is a list of itself.
        let item_type = match &list.value_type {
            Type::List(_) | Type::Any | Type::Null => infer::item(&list.value_type),
            single => single.clone(),
        };
        let var = self.declare_new(&unwind.variable, item_type);
        self.variables.get_mut(var).nullable = true;
        BoundClause::Unwind { list: list.expr, var }
    }

    fn delete(&mut self, delete: &ast::Delete) -> BoundClause {
        let targets = delete.targets.iter().map(|target| self.delete_target(target)).collect();
        BoundClause::Delete { detach: delete.detach, targets }
    }

    fn delete_target(&mut self, target: &ast::Expr) -> Expr {
        if matches!(target.kind, ast::ExprKind::HasLabels(..)) {
            let message = "a label or type cannot be deleted";
            self.refuse_with_help("InvalidDelete", target.span, message, "write REMOVE to take a label away");
        }
        let typed = self.without_aggregates(|binder| binder.typed(target));
        if self.is_property_of_element(&typed.expr) {
            let message = "a property cannot be deleted";
            self.refuse_with_help("InvalidArgumentType", target.span, message, "write REMOVE to take a property away");
        }
        let deletable = typed.value_type.may_be(&Type::Element) || typed.value_type.may_be(&Type::Path);
        if !deletable && !matches!(target.kind, ast::ExprKind::HasLabels(..)) {
            self.refuse_type("NODE, RELATIONSHIP or PATH", &typed.value_type, target.span);
        }
        typed.expr
    }

    fn is_property_of_element(&self, expr: &Expr) -> bool {
        let ExprKind::Property(base, _) = &expr.kind else { return false };
        matches!(base.kind, ExprKind::Variable(id) if infer::is_element(self.type_of(id)))
    }

    fn set_state(&mut self, targets: &[ast::Expr], asserted: bool) -> BoundClause {
        let targets = targets
            .iter()
            .map(|target| {
                let typed = self.without_aggregates(|binder| binder.typed(target));
                self.expect_type(&typed.value_type, &Type::Relationship, target.span);
                typed.expr
            })
            .collect();
        BoundClause::SetState { targets, asserted }
    }

    fn foreach(&mut self, foreach: &ast::Foreach) -> BoundClause {
        let list = self.without_aggregates(|binder| binder.typed(&foreach.list));
        if !matches!(list.value_type, Type::List(_) | Type::Any | Type::Null) {
            self.refuse_type("a list", &list.value_type, foreach.list.span);
        }
        let outside = self.scope.clone();
        let var = self.declare_new(&foreach.variable, infer::item(&list.value_type));
        self.variables.get_mut(var).nullable = true;
        let mut clauses = Vec::new();
        for clause in &foreach.clauses {
            self.clause(&mut clauses, clause);
        }
        self.scope = outside;
        BoundClause::Foreach { var, list: list.expr, clauses }
    }

    pub(super) fn refuse_type(&mut self, wanted: &str, found: &Type, span: Span) {
        self.refuse("InvalidArgumentType", span, format!("expected {wanted}, found {found}"));
    }
}
