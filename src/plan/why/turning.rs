//! Which conditions may turn out otherwise where less of the graph is there.
//!
//! Properties, labels and states are as they are. EXISTS turns false with what it found; it turns true only by what it
//! rejected. So most conditions reject the same in a part of the graph as in all of it, and nothing needs to be told of
//! what they rejected.

use rustc_hash::FxHashSet;

use super::query::Explainer;
use crate::expr::{Expr, ExprKind, Quantifier, SubqueryId, SubqueryKind, VarId};

impl Explainer<'_> {
    /// Whether the value of `expr` is made of more than its variables; or of one of those that are `told`, whose values
    /// are what they are because of what is told with them.
    pub(super) fn hangs_on_graph(&self, expr: &Expr, told: &FxHashSet<VarId>) -> bool {
        let mut hangs = false;
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Subquery(..) => hangs = true,
            ExprKind::Call(function, _) => hangs |= function.because.is_some(),
            _ => {}
        });
        hangs || self.names_told(expr, told)
    }

    pub(super) fn names_told(&self, expr: &Expr, told: &FxHashSet<VarId>) -> bool {
        self.used(expr).iter().any(|var| told.contains(var))
    }

    /// Whether a condition that is not true may become so.
    pub(super) fn may_become_true(&mut self, expr: &Expr, told: &FxHashSet<VarId>) -> bool {
        self.may_become(true, expr, told)
    }

    fn may_become(&mut self, wanted: bool, expr: &Expr, told: &FxHashSet<VarId>) -> bool {
        if !self.hangs_on_graph(expr, told) {
            return false;
        }
        match &expr.kind {
            ExprKind::And(terms) | ExprKind::Or(terms) => terms.iter().any(|term| self.may_become(wanted, term, told)),
            ExprKind::Not(term) => self.may_become(!wanted, term, told),
            ExprKind::Subquery(SubqueryKind::Exists, id) => !wanted || self.names_told(expr, told) || self.rejects(*id),
            ExprKind::Quantifier { kind, list, predicate, .. } if !self.hangs_on_graph(list, told) => match kind {
                Quantifier::All | Quantifier::Any => self.may_become(wanted, predicate, told),
                Quantifier::None => self.may_become(!wanted, predicate, told),
                Quantifier::Single => true,
            },
            ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Given(_)
            | ExprKind::Passes { .. }
            | ExprKind::Variable(_)
            | ExprKind::Property(..)
            | ExprKind::Index(..)
            | ExprKind::Slice(..)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::HasLabels(..)
            | ExprKind::Xor(_)
            | ExprKind::Compare(..)
            | ExprKind::IsNull(_)
            | ExprKind::Is(..)
            | ExprKind::Operator(..)
            | ExprKind::Negate(_)
            | ExprKind::Call(..)
            | ExprKind::MapProjection { .. }
            | ExprKind::Case { .. }
            | ExprKind::Comprehension { .. }
            | ExprKind::Quantifier { .. }
            | ExprKind::Reduce { .. }
            | ExprKind::Subquery(SubqueryKind::Count | SubqueryKind::Collect | SubqueryKind::Rejected, _) => true,
        }
    }

    fn rejects(&mut self, id: SubqueryId) -> bool {
        !self.rejected_by(id).is_empty()
    }
}
