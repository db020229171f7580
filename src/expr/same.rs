//! Whether two expressions say the same, wherever they stand in the text.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::{Expr, ExprKind, VarId};
use crate::value::Value;

impl Expr {
    /// Whether the two are built alike. Subqueries never are: each is its own.
    pub(crate) fn is_same(&self, other: &Expr) -> bool {
        same(self, other, &mut Vec::new())
    }

    /// A number that two expressions have in common if they [are the same](Self::is_same), and few others do.
    pub(crate) fn likeness(&self) -> u64 {
        let mut hasher = FxHasher::default();
        hash_form(self, &mut Vec::new(), &mut hasher);
        hasher.finish()
    }
}

/// `locals` are the pairs of local variables that correspond.
fn same(left: &Expr, right: &Expr, locals: &mut Vec<(VarId, VarId)>) -> bool {
    if !same_head(&left.kind, &right.kind, locals) {
        return false;
    }
    let depth = locals.len();
    match (&left.kind, &right.kind) {
        (ExprKind::Comprehension { local: a, .. }, ExprKind::Comprehension { local: b, .. })
        | (ExprKind::Quantifier { local: a, .. }, ExprKind::Quantifier { local: b, .. })
        | (ExprKind::Case { subject: Some((a, _)), .. }, ExprKind::Case { subject: Some((b, _)), .. }) => {
            locals.push((*a, *b));
        }
        (ExprKind::Reduce { accumulator: a, local: x, .. }, ExprKind::Reduce { accumulator: b, local: y, .. }) => {
            locals.extend([(*a, *b), (*x, *y)]);
        }
        _ => {}
    }
    let (mine, theirs) = (left.children(), right.children());
    let all = mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| same(a, b, locals));
    locals.truncate(depth);
    all
}

/// Whether the two nodes agree in all but their children.
fn same_head(left: &ExprKind, right: &ExprKind, locals: &[(VarId, VarId)]) -> bool {
    match (left, right) {
        (ExprKind::Literal(a), ExprKind::Literal(b)) => same_literal(a, b),
        (ExprKind::Parameter(a), ExprKind::Parameter(b)) | (ExprKind::Property(_, a), ExprKind::Property(_, b)) => {
            a == b
        }
        (ExprKind::Variable(a), ExprKind::Variable(b)) => match locals.iter().rev().find(|(x, y)| x == a || y == b) {
            Some(pair) => *pair == (*a, *b),
            None => a == b,
        },
        (ExprKind::HasLabels(_, a), ExprKind::HasLabels(_, b)) => a == b,
        (ExprKind::Compare(a, ..), ExprKind::Compare(b, ..)) => a == b,
        (ExprKind::Is(a, _), ExprKind::Is(b, _)) => a == b,
        (ExprKind::Operator(a, ..), ExprKind::Operator(b, ..)) => a == b,
        (ExprKind::Call(a, _), ExprKind::Call(b, _)) => Arc::ptr_eq(a, b),
        (ExprKind::Map(a), ExprKind::Map(b)) => same_keys(a, b),
        (ExprKind::MapProjection { all: a, entries: x, .. }, ExprKind::MapProjection { all: b, entries: y, .. }) => {
            a == b && same_keys(x, y)
        }
        (ExprKind::Quantifier { kind: a, .. }, ExprKind::Quantifier { kind: b, .. }) => a == b,
        (ExprKind::Slice(_, from, to), ExprKind::Slice(_, other_from, other_to)) => {
            from.is_some() == other_from.is_some() && to.is_some() == other_to.is_some()
        }
        (ExprKind::Case { subject: a, otherwise: x, .. }, ExprKind::Case { subject: b, otherwise: y, .. }) => {
            a.is_some() == b.is_some() && x.is_some() == y.is_some()
        }
        (
            ExprKind::Comprehension { predicate: a, map: x, .. },
            ExprKind::Comprehension { predicate: b, map: y, .. },
        ) => a.is_some() == b.is_some() && x.is_some() == y.is_some(),
        (ExprKind::Given(a), ExprKind::Given(b)) => a == b,
        (ExprKind::Passes { lens: a, look: x, .. }, ExprKind::Passes { lens: b, look: y, .. }) => {
            a.is_like(b) && x == y
        }
        (ExprKind::Subquery(..), _) => false,
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

/// What [`same`] compares, as far as it can be hashed. Local variables count as one: their numbers say nothing.
fn hash_form(expr: &Expr, locals: &mut Vec<VarId>, hasher: &mut FxHasher) {
    std::mem::discriminant(&expr.kind).hash(hasher);
    let depth = locals.len();
    match &expr.kind {
        ExprKind::Variable(id) if !locals.contains(id) => id.hash(hasher),
        ExprKind::Comprehension { local, .. }
        | ExprKind::Quantifier { local, .. }
        | ExprKind::Case { subject: Some((local, _)), .. } => locals.push(*local),
        ExprKind::Reduce { accumulator, local, .. } => locals.extend([*accumulator, *local]),
        ExprKind::Literal(Value::Integer(number)) => number.hash(hasher),
        ExprKind::Literal(Value::Float(number)) => number.to_bits().hash(hasher),
        ExprKind::Literal(Value::String(text)) => text.hash(hasher),
        ExprKind::Given(id) => id.hash(hasher),
        ExprKind::Parameter(name) | ExprKind::Property(_, name) => name.hash(hasher),
        ExprKind::HasLabels(_, labels) => labels.hash(hasher),
        ExprKind::Compare(comparison, ..) => comparison.hash(hasher),
        ExprKind::Is(predicate, _) => predicate.hash(hasher),
        ExprKind::Operator(operator, ..) => operator.hash(hasher),
        ExprKind::Call(function, _) => function.name.hash(hasher),
        ExprKind::Map(entries) | ExprKind::MapProjection { entries, .. } => {
            for (key, _) in entries {
                key.hash(hasher);
            }
        }
        _ => {}
    }
    expr.children().into_iter().for_each(|child| hash_form(child, locals, hasher));
    locals.truncate(depth);
}

fn same_keys<K: PartialEq>(left: &[(K, Expr)], right: &[(K, Expr)]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|((a, _), (b, _))| a == b)
}

fn same_literal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Value::String(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Name;

    fn property(variable: u32, key: &str) -> Expr {
        Expr::made(ExprKind::Property(Box::new(Expr::variable(VarId(variable))), Name::from(key)))
    }

    #[test]
    fn expressions_are_compared_by_form_not_by_place() {
        assert!(property(1, "k").is_same(&property(1, "k")));
        assert!(!property(1, "k").is_same(&property(2, "k")));
        assert!(!property(1, "k").is_same(&property(1, "l")));
        assert!(!Expr::literal(1).is_same(&Expr::literal(true)));
    }

    #[test]
    fn local_variables_correspond_whatever_their_numbers() {
        let list = |local| {
            Expr::made(ExprKind::Comprehension {
                local: VarId(local),
                list: Box::new(Expr::variable(VarId(1))),
                predicate: None,
                map: Some(Box::new(property(local, "k"))),
            })
        };
        assert!(list(7).is_same(&list(8)));
        assert_eq!(list(7).likeness(), list(8).likeness());
        assert_ne!(property(7, "k").likeness(), property(8, "k").likeness());
    }
}
