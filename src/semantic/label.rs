//! Labels and types: those that the statement names, and those that it computes.

use rustc_hash::FxHashSet;

use super::binder::Binder;
use crate::expr::{Expr, ExprKind, LabelExpr, Labels, RelType};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Name, Type};

/// The label expression without its places; `None` if not all of it is known before the statement runs.
pub(super) fn label_expr(labels: &ast::LabelExpr) -> Option<LabelExpr> {
    Some(match labels {
        ast::LabelExpr::Name(ident) => LabelExpr::Name(ident.name.clone()),
        ast::LabelExpr::Wildcard(_) => LabelExpr::Wildcard,
        ast::LabelExpr::Not(inner) => LabelExpr::Not(Box::new(label_expr(inner)?)),
        ast::LabelExpr::And(terms) => LabelExpr::And(terms.iter().map(label_expr).collect::<Option<_>>()?),
        ast::LabelExpr::Or(terms) => LabelExpr::Or(terms.iter().map(label_expr).collect::<Option<_>>()?),
        ast::LabelExpr::Given(_) | ast::LabelExpr::GivenAny(_) => return None,
    })
}

/// What of a pattern's labels is known before the statement runs, and the conjuncts that are not.
pub(super) fn known_labels(labels: Option<&ast::LabelExpr>) -> (Option<LabelExpr>, Vec<&ast::LabelExpr>) {
    let terms = match labels {
        None => &[],
        Some(ast::LabelExpr::And(terms)) => terms.as_slice(),
        Some(single) => std::slice::from_ref(single),
    };
    let mut known: Vec<LabelExpr> = terms.iter().filter_map(label_expr).collect();
    let given = terms.iter().filter(|term| label_expr(term).is_none()).collect();
    let known = if known.len() > 1 { Some(LabelExpr::And(known)) } else { known.pop() };
    (known, given)
}

impl Binder<'_> {
    /// Whether `element` has the labels, or the type, of which some are computed.
    pub(super) fn label_test(&mut self, element: &Expr, labels: &ast::LabelExpr) -> Expr {
        let known = |labels| Expr::made(ExprKind::HasLabels(Box::new(element.clone()), labels));
        match labels {
            ast::LabelExpr::Name(ident) => known(LabelExpr::Name(ident.name.clone())),
            ast::LabelExpr::Wildcard(_) => known(LabelExpr::Wildcard),
            ast::LabelExpr::Not(inner) => Expr::made(ExprKind::Not(Box::new(self.label_test(element, inner)))),
            ast::LabelExpr::And(terms) => Expr::made(ExprKind::And(self.label_tests(element, terms))),
            ast::LabelExpr::Or(terms) => Expr::made(ExprKind::Or(self.label_tests(element, terms))),
            ast::LabelExpr::Given(value) => Expr::has_given(element.clone(), self.given_labels(value), false),
            ast::LabelExpr::GivenAny(value) => Expr::has_given(element.clone(), self.given_labels(value), true),
        }
    }

    fn label_tests(&mut self, element: &Expr, terms: &[ast::LabelExpr]) -> Vec<Expr> {
        terms.iter().map(|term| self.label_test(element, term)).collect()
    }

    /// What gives labels or a type when the statement runs.
    fn given_labels(&mut self, value: &ast::Expr) -> Expr {
        let typed = self.without_aggregates(|binder| binder.typed(value));
        if !typed.value_type.may_be(&Type::String) && !typed.value_type.may_be(&Type::list_of(Type::String)) {
            self.refuse_type("a label or type as STRING or LIST<STRING>", &typed.value_type, value.span);
        }
        typed.expr
    }

    /// The labels that a node gets.
    pub(super) fn drawn_labels(&mut self, labels: Option<&ast::LabelExpr>) -> Labels<Expr> {
        let mut drawn = Labels { known: Vec::new(), given: Vec::new() };
        if let Some(labels) = labels {
            self.add_labels(&mut drawn, labels);
        }
        let mut seen = FxHashSet::default();
        drawn.known.retain(|name| seen.insert(name.clone()));
        drawn.known.iter().for_each(|name| self.names.writes(name));
        drawn
    }

    fn add_labels(&mut self, drawn: &mut Labels<Expr>, labels: &ast::LabelExpr) {
        match labels {
            ast::LabelExpr::Name(ident) => {
                drawn.known.push(ident.name.clone());
            }
            ast::LabelExpr::And(terms) => terms.iter().for_each(|term| self.add_labels(drawn, term)),
            ast::LabelExpr::Or(_) | ast::LabelExpr::Not(_) | ast::LabelExpr::GivenAny(_) => {
                let span = first_span(labels);
                self.refuse("UnexpectedSyntax", span, "what is created has its labels for certain: no `|`, no `!`");
            }
            ast::LabelExpr::Wildcard(span) => {
                self.refuse("UnexpectedSyntax", *span, "`%` is no label that a node could get");
            }
            ast::LabelExpr::Given(value) => {
                let given = self.given_labels(value);
                drawn.given.push(given);
            }
        }
    }

    /// The labels that a node loses.
    pub(super) fn lost_labels(&mut self, labels: &ast::LabelExpr) -> Labels<Expr> {
        self.names.reads_labels(labels, &Type::Node);
        let mut lost = Labels { known: Vec::new(), given: Vec::new() };
        self.add_labels(&mut lost, labels);
        lost
    }

    /// The one type of a relationship that is written.
    pub(super) fn drawn_type(&mut self, rel: &ast::RelPattern) -> RelType<Expr> {
        match &rel.types {
            Some(ast::LabelExpr::Name(ident)) => {
                self.names.writes(&ident.name);
                RelType::Known(ident.name.clone())
            }
            Some(ast::LabelExpr::Given(value)) => RelType::Given(self.given_labels(value)),
            _ => {
                let message = "a relationship that is created has exactly one type";
                self.refuse_with_help("NoSingleRelationshipType", rel.span, message, "write `-[:TYPE]->`");
                RelType::Known(Name::from(""))
            }
        }
    }
}

fn first_span(labels: &ast::LabelExpr) -> Span {
    match labels {
        ast::LabelExpr::Name(ident) => ident.span,
        ast::LabelExpr::Wildcard(span) => *span,
        ast::LabelExpr::Not(inner) => first_span(inner),
        ast::LabelExpr::And(terms) | ast::LabelExpr::Or(terms) => terms.first().map_or(Span::default(), first_span),
        ast::LabelExpr::Given(value) | ast::LabelExpr::GivenAny(value) => value.span,
    }
}
