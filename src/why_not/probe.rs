//! What is carried along with a row to tell what stood against a condition.

use super::condition::Subject;
use super::make;
use super::mention;
use crate::syntax::ast::{self, Expr, ExprKind};

/// An expression for what was met: a list; none where there is nothing to show.
pub(super) fn of(subject: &Subject) -> Option<Expr> {
    let items = match subject {
        Subject::None | Subject::Position => return None,
        Subject::Predicate(predicate) => {
            let parts = parts(predicate).into_iter().cloned();
            [predicate.clone()].into_iter().chain(parts).collect()
        }
        Subject::Property { of, key, value } => {
            let element = make::variable(&of.as_ref()?.name);
            let property = make::expr(ExprKind::Property(Box::new(element.clone()), key.clone()));
            vec![element, property, value.clone()]
        }
        Subject::Element(name) | Subject::Way(name) => vec![make::variable(&name.as_ref()?.name)],
        Subject::Ends { ends: [left, right], .. } => {
            vec![make::variable(&left.as_ref()?.name), make::variable(&right.as_ref()?.name)]
        }
        Subject::Clocked { elements, lens } => {
            let list = elements.iter().map(|ident| make::variable(&ident.name)).collect();
            [make::expr(ExprKind::List(list))].into_iter().chain(lens.operands().cloned()).collect()
        }
    };
    Some(make::expr(ExprKind::List(items)))
}

/// The parts of a predicate whose values tell why it does not hold: both sides of a comparison, else the properties and
/// variables that it names.
pub(super) fn parts(predicate: &Expr) -> Vec<&Expr> {
    let sides = match &predicate.kind {
        ExprKind::Comparison(first, rest) => [&**first].into_iter().chain(rest.iter().map(|(_, side)| side)).collect(),
        ExprKind::Binary(_, left, right) => vec![&**left, &**right],
        ExprKind::IsNull { operand, .. } | ExprKind::Is { operand, .. } | ExprKind::HasLabels(operand, _) => {
            vec![&**operand]
        }
        ExprKind::Not(inner) => return parts(inner),
        _ => {
            let mut found = Vec::new();
            leaves(predicate, &mut found);
            found
        }
    };
    sides.into_iter().filter(|side| says_something(side)).collect()
}

/// A literal says it itself.
fn says_something(expr: &Expr) -> bool {
    let mut names_something = matches!(expr.kind, ExprKind::Parameter(_));
    mention::in_expr(expr, &mut |mention| names_something |= matches!(mention, mention::Mention::Variable(_)));
    names_something
}

/// Properties and variables, of the operators only that can be taken apart without entering a scope of their own.
fn leaves<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Property(..) | ExprKind::Variable(_) | ExprKind::Parameter(_)
            if !found.iter().any(|known| known.span == expr.span) =>
        {
            found.push(expr);
        }
        ExprKind::And(terms) | ExprKind::Or(terms) | ExprKind::Xor(terms) => {
            for term in terms {
                leaves(term, found);
            }
        }
        ExprKind::Not(inner) => leaves(inner, found),
        ExprKind::Function(ast::FunctionCall { arguments, .. }) => {
            for argument in arguments {
                leaves(argument, found);
            }
        }
        ExprKind::Comparison(..) | ExprKind::Binary(..) | ExprKind::IsNull { .. } | ExprKind::Is { .. } => {
            for part in parts(expr) {
                leaves(part, found);
            }
        }
        _ => {}
    }
}
