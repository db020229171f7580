//! Predicates over a path of one variable-length relationship, and how a search can apply them on its way.

use super::Imports;
use crate::expr::{Comparison, Expr, ExprKind, Quantifier, VarId};
use crate::value::Value;

/// The variables by which a predicate can speak of the way that a search takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathVariables {
    /// The list of relationships.
    pub rels: VarId,
    /// A path that is made of just these relationships and their ends.
    pub path: Option<VarId>,
}

/// What a predicate says of the way.
#[derive(Clone, Debug)]
pub(crate) enum PathPredicate {
    /// Nothing: it is about other things.
    Elsewhere,
    /// It holds if this holds of each relationship, which is the local variable.
    EachRel(VarId, Expr),
    /// It holds if this holds of each node, ends included.
    EachNode(VarId, Expr),
    /// It holds if this holds of each node but the first and the last.
    EachInner(VarId, Expr),
    /// It has so many relationships.
    Length { min: u64, max: Option<u64> },
    /// Said of the way as a whole, by its variables.
    Whole(Expr),
}

impl PathVariables {
    /// What `predicate` says of the way.
    pub(crate) fn classify(self, predicate: &Expr, imports: &Imports) -> PathPredicate {
        let used = imports.of_expr(predicate);
        let named = |var: VarId| used.contains(&var);
        if !named(self.rels) && !self.path.is_some_and(named) {
            return PathPredicate::Elsewhere;
        }
        self.each(predicate, imports)
            .or_else(|| self.length(predicate))
            .unwrap_or_else(|| PathPredicate::Whole(predicate.clone()))
    }

    /// `all`, `none` or `NOT any` of what the way consists of.
    fn each(self, predicate: &Expr, imports: &Imports) -> Option<PathPredicate> {
        let (quantified, negated) = match &predicate.kind {
            ExprKind::Not(inner) => (&**inner, true),
            _ => (predicate, false),
        };
        let ExprKind::Quantifier { kind, local, list, predicate } = &quantified.kind else { return None };
        let each = match (kind, negated) {
            (Quantifier::All, false) => (**predicate).clone(),
            (Quantifier::None, false) | (Quantifier::Any, true) => {
                Expr::new(ExprKind::Not(predicate.clone()), predicate.span)
            }
            (Quantifier::All | Quantifier::None | Quantifier::Single, true)
            | (Quantifier::Any | Quantifier::Single, false) => return None,
        };
        let used = imports.of_expr(&each);
        if used.contains(&self.rels) || self.path.is_some_and(|path| used.contains(&path)) {
            return None;
        }
        if self.is_rels(list) {
            Some(PathPredicate::EachRel(*local, each))
        } else if self.is_path_call(list, "nodes") {
            Some(PathPredicate::EachNode(*local, each))
        } else if self.is_inner_nodes(list) {
            Some(PathPredicate::EachInner(*local, each))
        } else {
            None
        }
    }

    /// `length(p) >= 2` and its like, with a literal.
    fn length(self, predicate: &Expr) -> Option<PathPredicate> {
        let ExprKind::Compare(comparison, left, right) = &predicate.kind else { return None };
        let (comparison, number) = match (&left.kind, &right.kind) {
            (_, ExprKind::Literal(Value::Integer(number))) if self.is_length(left) => (*comparison, *number),
            (ExprKind::Literal(Value::Integer(number)), _) if self.is_length(right) => (comparison.turned(), *number),
            _ => return None,
        };
        let number = u64::try_from(number).ok()?;
        let (min, max) = match comparison {
            Comparison::GreaterOrEqual => (number, None),
            Comparison::Greater => (number.checked_add(1)?, None),
            Comparison::LessOrEqual => (0, Some(number)),
            Comparison::Less => (0, Some(number.checked_sub(1)?)),
            Comparison::Equal | Comparison::Same => (number, Some(number)),
            Comparison::NotEqual => return None,
        };
        Some(PathPredicate::Length { min, max })
    }

    fn is_length(self, expr: &Expr) -> bool {
        if self.is_path_call(expr, "length") {
            return true;
        }
        matches!(&expr.kind, ExprKind::Call(function, arguments)
            if function.name == "size" && arguments.len() == 1 && self.is_rels(&arguments[0]))
    }

    fn is_rels(self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::Variable(var) if var == self.rels) || self.is_path_call(expr, "relationships")
    }

    fn is_path_call(self, expr: &Expr, name: &str) -> bool {
        let ExprKind::Call(function, arguments) = &expr.kind else { return false };
        let [argument] = &arguments[..] else { return false };
        function.name == name && matches!(argument.kind, ExprKind::Variable(var) if Some(var) == self.path)
    }

    /// `nodes(p)[1..-1]`
    fn is_inner_nodes(self, expr: &Expr) -> bool {
        let ExprKind::Slice(list, Some(from), Some(to)) = &expr.kind else { return false };
        self.is_path_call(list, "nodes") && is_integer(from, 1) && is_integer(to, -1)
    }
}

fn is_integer(expr: &Expr, wanted: i64) -> bool {
    match &expr.kind {
        ExprKind::Literal(Value::Integer(number)) => *number == wanted,
        ExprKind::Negate(inner) => wanted.checked_neg().is_some_and(|wanted| is_integer(inner, wanted)),
        _ => false,
    }
}

/// The bounds of a length that keep to both pairs.
pub(crate) fn narrowed(bounds: (u64, Option<u64>), min: u64, max: Option<u64>) -> (u64, Option<u64>) {
    let most = match (bounds.1, max) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    (bounds.0.max(min), most)
}
