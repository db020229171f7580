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
    /// It has so many relationships.
    Length { min: u64, max: Option<u64> },
    /// Said of the list of relationships as a whole, by its variable.
    Whole(Expr),
    /// Said of the path in a way that a search cannot follow.
    Beyond,
}

impl PathVariables {
    /// What `predicate` says of the way.
    pub(crate) fn classify(self, predicate: &Expr, imports: &Imports) -> PathPredicate {
        let used = imports.of_expr(predicate);
        let named = |var: VarId| used.contains(&var);
        if !named(self.rels) && !self.path.is_some_and(named) {
            return PathPredicate::Elsewhere;
        }
        if let Some(found) = self.each(predicate, imports).or_else(|| self.length(predicate)) {
            return found;
        }
        let mut whole = predicate.clone();
        self.name_rels(&mut whole);
        let used = imports.of_expr(&whole);
        match self.path {
            Some(path) if used.contains(&path) => PathPredicate::Beyond,
            _ if !whole.subqueries().is_empty() => PathPredicate::Beyond,
            _ => PathPredicate::Whole(whole),
        }
    }

    fn each(self, predicate: &Expr, imports: &Imports) -> Option<PathPredicate> {
        let ExprKind::Quantifier { kind, local, list, predicate } = &predicate.kind else { return None };
        let used = imports.of_expr(predicate);
        if used.contains(&self.rels) || self.path.is_some_and(|path| used.contains(&path)) {
            return None;
        }
        if !predicate.subqueries().is_empty() {
            return None;
        }
        let each = match kind {
            Quantifier::All => (**predicate).clone(),
            Quantifier::None => Expr::new(ExprKind::Not(predicate.clone()), predicate.span),
            Quantifier::Any | Quantifier::Single => return None,
        };
        if self.is_rels(list) {
            Some(PathPredicate::EachRel(*local, each))
        } else if self.is_path_call(list, "nodes") {
            Some(PathPredicate::EachNode(*local, each))
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

    /// Writes `relationships(p)` as the list and `length(p)` as its size.
    fn name_rels(self, expr: &mut Expr) {
        if self.is_path_call(expr, "relationships") {
            expr.kind = ExprKind::Variable(self.rels);
        } else if self.is_path_call(expr, "length") {
            expr.kind = Expr::call("size", vec![Expr::variable(self.rels)]).kind;
        }
        for child in expr.children_mut() {
            self.name_rels(child);
        }
    }
}

/// `expr` with `to` in the place of `from`.
pub(crate) fn renamed(mut expr: Expr, from: VarId, to: VarId) -> Expr {
    fn walk(expr: &mut Expr, from: VarId, to: VarId) {
        if let ExprKind::Variable(var) = &mut expr.kind
            && *var == from
        {
            *var = to;
        }
        for child in expr.children_mut() {
            walk(child, from, to);
        }
    }
    walk(&mut expr, from, to);
    expr
}

/// The bounds of a length that keep to both pairs.
pub(crate) fn narrowed(bounds: (u64, Option<u64>), min: u64, max: Option<u64>) -> (u64, Option<u64>) {
    let most = match (bounds.1, max) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    (bounds.0.max(min), most)
}

/// Both conditions on one local variable: that of the first.
pub(crate) fn both(first: Option<(VarId, Expr)>, local: VarId, second: Expr) -> (VarId, Expr) {
    match first {
        None => (local, second),
        Some((var, condition)) => (var, Expr::all([condition, renamed(second, local, var)])),
    }
}
