//! Walking an expression, written once.

use super::{Expr, ExprKind, MapProjectionItem};

impl Expr {
    /// The expressions directly inside this one. Patterns and subqueries are not entered, nor what is said of the matches
    /// of a pattern comprehension.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Null
            | ExprKind::Boolean(_)
            | ExprKind::Integer(_)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Parameter(_)
            | ExprKind::Variable(_)
            | ExprKind::CountStar
            | ExprKind::CaseSubject
            | ExprKind::PatternComprehension(_)
            | ExprKind::Pattern(_)
            | ExprKind::Shortest(_)
            | ExprKind::Exists(_)
            | ExprKind::Count(_)
            | ExprKind::Collect(_) => Vec::new(),
            ExprKind::List(items) | ExprKind::And(items) | ExprKind::Or(items) | ExprKind::Xor(items) => {
                items.iter().collect()
            }
            ExprKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            ExprKind::Property(base, _) | ExprKind::HasLabels(base, _) => vec![base],
            ExprKind::Not(operand)
            | ExprKind::Negate(operand)
            | ExprKind::Plus(operand)
            | ExprKind::Is { operand, .. }
            | ExprKind::IsNull { operand, .. } => vec![operand],
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::Slice(base, from, to) => std::iter::once(base).chain(from).chain(to).map(AsRef::as_ref).collect(),
            ExprKind::Comparison(first, rest) => {
                std::iter::once(first.as_ref()).chain(rest.iter().map(|(_, right)| right)).collect()
            }
            ExprKind::Case(case) => {
                let ends = case.subject.iter().chain(&case.otherwise).map(AsRef::as_ref);
                ends.chain(case.branches.iter().flat_map(|branch| branch.tests.iter().chain([&branch.then]))).collect()
            }
            ExprKind::Function(call) => call.arguments.iter().collect(),
            ExprKind::ListComprehension(list) => {
                std::iter::once(&list.list).chain(&list.predicate).chain(&list.map).map(AsRef::as_ref).collect()
            }
            ExprKind::Quantifier(quantifier) => vec![&quantifier.list, &quantifier.predicate],
            ExprKind::Reduce(reduce) => vec![&reduce.initial, &reduce.list, &reduce.step],
            ExprKind::MapProjection(projection) => {
                let entries = projection.items.iter().filter_map(|item| match item {
                    MapProjectionItem::Entry(_, value) => Some(value),
                    MapProjectionItem::Property(_) | MapProjectionItem::Variable(_) | MapProjectionItem::All(_) => None,
                });
                entries.collect()
            }
        }
    }
}
