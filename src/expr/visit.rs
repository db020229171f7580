//! Walking an expression, written once.

use super::{Expr, ExprKind, VarId};
use crate::value::{Type, Value};

/// What is known of an argument without inference.
fn literal_type(argument: &Expr) -> Type {
    match &argument.kind {
        ExprKind::Literal(Value::String(_)) => Type::String,
        _ => Type::Any,
    }
}

impl Expr {
    /// Whether the value may differ between two looks at the same row.
    pub(crate) fn is_volatile(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| {
            if let ExprKind::Call(function, arguments) = &part.kind {
                let types: Vec<Type> = arguments.iter().map(literal_type).collect();
                found |= !function.is_deterministic_for(&types);
            }
        });
        found
    }

    /// The expressions directly inside this one.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Given(_)
            | ExprKind::Variable(_)
            | ExprKind::Subquery(..) => vec![],
            ExprKind::Property(a, _)
            | ExprKind::HasLabels(a, _)
            | ExprKind::Not(a)
            | ExprKind::IsNull(a)
            | ExprKind::Is(_, a)
            | ExprKind::Negate(a) => vec![a],
            ExprKind::Index(a, b) | ExprKind::Compare(_, a, b) | ExprKind::Operator(_, a, b) => vec![a, b],
            ExprKind::Slice(a, from, to) => {
                [Some(a), from.as_ref(), to.as_ref()].into_iter().flatten().map(|b| &**b).collect()
            }
            ExprKind::List(items)
            | ExprKind::Call(_, items)
            | ExprKind::And(items)
            | ExprKind::Or(items)
            | ExprKind::Xor(items) => items.iter().collect(),
            ExprKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            ExprKind::Case { subject, branches, otherwise } => {
                let mut all: Vec<&Expr> = subject.iter().map(|(_, subject)| &**subject).collect();
                all.extend(branches.iter().flat_map(|(when, then)| [when, then]));
                all.extend(otherwise.as_deref());
                all
            }
            ExprKind::Comprehension { list, predicate, map, .. } => {
                [Some(list), predicate.as_ref(), map.as_ref()].into_iter().flatten().map(|b| &**b).collect()
            }
            ExprKind::Quantifier { list, predicate, .. } => vec![list, predicate],
            ExprKind::Reduce { initial, list, step, .. } => vec![initial, list, step],
            ExprKind::MapProjection { base, entries, .. } => {
                std::iter::once(&**base).chain(entries.iter().map(|(_, value)| value)).collect()
            }
            ExprKind::Passes { element, lens, .. } => std::iter::once(&**element).chain(lens.operands()).collect(),
        }
    }

    /// The expressions directly inside this one, to be changed in place.
    pub(crate) fn children_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Given(_)
            | ExprKind::Variable(_)
            | ExprKind::Subquery(..) => vec![],
            ExprKind::Property(a, _)
            | ExprKind::HasLabels(a, _)
            | ExprKind::Not(a)
            | ExprKind::IsNull(a)
            | ExprKind::Is(_, a)
            | ExprKind::Negate(a) => vec![a],
            ExprKind::Index(a, b) | ExprKind::Compare(_, a, b) | ExprKind::Operator(_, a, b) => vec![a, b],
            ExprKind::Slice(a, from, to) => {
                [Some(a), from.as_mut(), to.as_mut()].into_iter().flatten().map(|b| &mut **b).collect()
            }
            ExprKind::List(items)
            | ExprKind::Call(_, items)
            | ExprKind::And(items)
            | ExprKind::Or(items)
            | ExprKind::Xor(items) => items.iter_mut().collect(),
            ExprKind::Map(entries) => entries.iter_mut().map(|(_, value)| value).collect(),
            ExprKind::Case { subject, branches, otherwise } => {
                let mut all: Vec<&mut Expr> = subject.iter_mut().map(|(_, subject)| &mut **subject).collect();
                all.extend(branches.iter_mut().flat_map(|(when, then)| [when, then]));
                all.extend(otherwise.as_deref_mut());
                all
            }
            ExprKind::Comprehension { list, predicate, map, .. } => {
                [Some(list), predicate.as_mut(), map.as_mut()].into_iter().flatten().map(|b| &mut **b).collect()
            }
            ExprKind::Quantifier { list, predicate, .. } => vec![list, predicate],
            ExprKind::Reduce { initial, list, step, .. } => vec![initial, list, step],
            ExprKind::MapProjection { base, entries, .. } => {
                std::iter::once(&mut **base).chain(entries.iter_mut().map(|(_, value)| value)).collect()
            }
            ExprKind::Passes { element, lens, .. } => {
                std::iter::once(&mut **element).chain(lens.operands_mut()).collect()
            }
        }
    }

    /// Calls `visit` for this expression and all inside it, outer ones first. Subqueries are not entered.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The variables that are used here and not made here; what a subquery imports is not counted.
    pub(crate) fn variables(&self) -> Vec<VarId> {
        let mut used = Vec::new();
        self.walk(&mut |expr| {
            if let ExprKind::Variable(id) = &expr.kind {
                used.push(*id);
            }
        });
        let made = self.locals();
        used.retain(|id| !made.contains(id));
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The variables that are made here, which what stands around does not know.
    pub(crate) fn locals(&self) -> Vec<VarId> {
        let mut made = Vec::new();
        self.walk(&mut |expr| match &expr.kind {
            ExprKind::Comprehension { local, .. }
            | ExprKind::Quantifier { local, .. }
            | ExprKind::Case { subject: Some((local, _)), .. } => made.push(*local),
            ExprKind::Reduce { accumulator, local, .. } => made.extend([*accumulator, *local]),
            _ => {}
        });
        made
    }

    /// The subqueries named in this expression.
    pub(crate) fn subqueries(&self) -> Vec<super::SubqueryId> {
        let mut found = Vec::new();
        self.walk(&mut |expr| {
            if let ExprKind::Subquery(_, id) = &expr.kind {
                found.push(*id);
            }
        });
        found
    }
}
