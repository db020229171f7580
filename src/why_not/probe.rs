//! What is carried along with a row to tell what stood against a condition.

use super::condition::{Drawn, Form, Subject};
use super::inside;
use super::make;
use super::mention;
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::value::Name;

/// An expression for what was met: a list, or null where it does not stand against the condition; none where there is
/// nothing to show.
pub(super) fn of(subject: &Subject) -> Option<Expr> {
    if let Subject::Each { of, subject } = subject {
        return self::of(subject).map(|met| first_of_each(of, met));
    }
    let met = make::expr(ExprKind::List(items(subject)?));
    Some(match truth(subject) {
        Some(truth) => make::unless(truth, met),
        None => met,
    })
}

/// What the first element of the list that is called `of` has met; inside, one of them has its name.
fn first_of_each(of: &ast::Ident, met: Expr) -> Expr {
    let each = make::for_each(of.clone(), make::variable(&of.name), None, Some(met));
    let one = ast::Ident { name: Name::from("one of them"), span: of.span };
    let is_met = make::is_not_null(make::variable(&one.name));
    make::call("head", vec![make::for_each(one, each, Some(is_met), None)])
}

/// Whether the condition holds, where an expression can say so.
fn truth(subject: &Subject) -> Option<Expr> {
    match subject {
        Subject::Predicate(predicate) => Some(predicate.clone()),
        Subject::Property { of, key, value } => {
            let property = ExprKind::Property(Box::new(make::variable(&of.as_ref()?.name)), key.clone());
            Some(make::compare(make::expr(property), ast::Comparison::Equal, value.clone()))
        }
        Subject::Labelled { of, labels } => {
            let element = Box::new(make::variable(&of.as_ref()?.name));
            Some(make::expr(ExprKind::HasLabels(element, labels.clone())))
        }
        // What matches inside cannot be held against a lens.
        Subject::Clocked { inside, .. } if !inside.is_empty() => None,
        Subject::Clocked { elements, lens, .. } => {
            let passing: Option<Vec<Expr>> = elements.iter().map(|drawn| passes(drawn, lens)).collect();
            make::all(passing?)
        }
        Subject::None
        | Subject::List(_)
        | Subject::Element(_)
        | Subject::Way(..)
        | Subject::Rounds(..)
        | Subject::Each { .. }
        | Subject::Ends { .. }
        | Subject::InCall
        | Subject::Position => None,
    }
}

/// That an element, if it is there, passes a lens; a list of them cannot be held against one.
fn passes(drawn: &Drawn, lens: &ast::Lens) -> Option<Expr> {
    let is_node = match drawn.form {
        Form::Node => true,
        Form::Relationship => false,
        Form::Way => return None,
    };
    let variable = make::variable(&drawn.ident.name);
    let pattern = make::one(drawn.ident.clone(), is_node);
    let subquery = ast::Subquery::Pattern { pattern, lens: Box::new(lens.clone()), predicate: None };
    Some(make::expr(ExprKind::Or(vec![make::is_null(variable), make::expr(ExprKind::Exists(Box::new(subquery)))])))
}

fn items(subject: &Subject) -> Option<Vec<Expr>> {
    Some(match subject {
        Subject::None | Subject::InCall | Subject::Position | Subject::Each { .. } => return None,
        Subject::Predicate(predicate) => {
            let parts = parts(predicate).into_iter().cloned();
            [predicate.clone()].into_iter().chain(parts).chain(inside::matches(predicate)).collect()
        }
        Subject::List(list) => vec![list.clone()],
        Subject::Property { of, key, value } => {
            let element = make::variable(&of.as_ref()?.name);
            let property = make::expr(ExprKind::Property(Box::new(element.clone()), key.clone()));
            vec![element, property, value.clone()]
        }
        Subject::Element(of) | Subject::Labelled { of, .. } | Subject::Way(of, _) | Subject::Rounds(of, _) => {
            vec![make::variable(&of.as_ref()?.name)]
        }
        Subject::Ends { ends: [left, right], .. } => {
            vec![make::variable(&left.as_ref()?.name), make::variable(&right.as_ref()?.name)]
        }
        Subject::Clocked { elements, inside, lens } => {
            let drawn = elements.iter().map(|drawn| make::variable(&drawn.ident.name));
            let list = drawn.chain(inside.iter().cloned()).collect();
            [make::expr(ExprKind::List(list))].into_iter().chain(lens.operands().cloned()).collect()
        }
    })
}

/// What can be said of an expression by its parts.
enum Shape<'e> {
    /// What stands beside its operator.
    Sides(Vec<&'e Expr>),
    Negation(&'e Expr),
    /// Predicates that are joined, or what a function is given.
    Terms(&'e [Expr]),
    /// It has a name: its value says enough.
    Named,
    /// It has a scope of its own, or is made of values.
    Whole,
}

fn shape(expr: &Expr) -> Shape<'_> {
    match &expr.kind {
        ExprKind::Comparison(first, rest) => {
            Shape::Sides([&**first].into_iter().chain(rest.iter().map(|(_, side)| side)).collect())
        }
        ExprKind::Binary(_, left, right) => Shape::Sides(vec![&**left, &**right]),
        ExprKind::IsNull { operand, .. } | ExprKind::Is { operand, .. } | ExprKind::HasLabels(operand, _) => {
            Shape::Sides(vec![&**operand])
        }
        ExprKind::Not(inner) => Shape::Negation(inner),
        ExprKind::And(terms) | ExprKind::Or(terms) | ExprKind::Xor(terms) => Shape::Terms(terms),
        ExprKind::Function(ast::FunctionCall { arguments, .. }) => Shape::Terms(arguments),
        ExprKind::Property(..) | ExprKind::Variable(_) | ExprKind::Parameter(_) => Shape::Named,
        ExprKind::Null
        | ExprKind::Boolean(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::String(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Index(..)
        | ExprKind::Slice(..)
        | ExprKind::Negate(_)
        | ExprKind::Plus(_)
        | ExprKind::Case(_)
        | ExprKind::CaseSubject
        | ExprKind::CountStar
        | ExprKind::ListComprehension(_)
        | ExprKind::PatternComprehension(_)
        | ExprKind::Quantifier(_)
        | ExprKind::Reduce(_)
        | ExprKind::MapProjection(_)
        | ExprKind::Pattern(_)
        | ExprKind::Shortest(_)
        | ExprKind::Exists(_)
        | ExprKind::Count(_)
        | ExprKind::Collect(_) => Shape::Whole,
    }
}

/// The parts of a predicate whose values tell why it does not hold: both sides of a comparison, else the properties and
/// variables that it names.
pub(super) fn parts(predicate: &Expr) -> Vec<&Expr> {
    let sides = match shape(predicate) {
        Shape::Sides(sides) => sides,
        Shape::Negation(inner) => return parts(inner),
        Shape::Terms(_) | Shape::Named | Shape::Whole => {
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
    match shape(expr) {
        Shape::Named => {
            if !found.iter().any(|known| known.span == expr.span) {
                found.push(expr);
            }
        }
        Shape::Terms(terms) => terms.iter().for_each(|term| leaves(term, found)),
        Shape::Negation(inner) => leaves(inner, found),
        Shape::Sides(_) => parts(expr).into_iter().for_each(|part| leaves(part, found)),
        Shape::Whole => {}
    }
}
