//! Labels and types: what an element has, and what it gets.

use pest::iterators::Pair;

use super::parts::{Parts, ident, span};
use super::{Builder, Built};
use crate::syntax::ast::{ExprKind, Ident, LabelExpr};
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    /// The tree of `labels`, `wide_labels` or `listed_labels`.
    pub(super) fn labels(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        self.label_expr(Parts::of(pair).demand())
    }

    /// The labels that a node gets or loses.
    pub(super) fn plain_labels(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        Parts::of(pair).map(|pair| self.label(pair)).collect::<Built<_>>().map(LabelExpr::And)
    }

    fn label_expr(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        let is_or = match pair.as_rule() {
            Rule::label_or => true,
            Rule::label_and => false,
            _ => return self.label_term(pair),
        };
        let mut terms = Parts::of(pair).map(|pair| self.label_expr(pair)).collect::<Built<Vec<_>>>()?;
        if terms.len() == 1 {
            return Ok(terms.remove(0));
        }
        Ok(if is_or { LabelExpr::Or(terms) } else { LabelExpr::And(terms) })
    }

    /// Two negations are none, and parentheses leave no trace, so that the tree is no deeper than it says.
    fn label_term(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        let mut is_negated = false;
        let mut parts = Parts::of(pair);
        while parts.accept(Rule::negation).is_some() {
            is_negated = !is_negated;
        }
        let label = self.label(parts.demand())?;
        Ok(if is_negated { LabelExpr::Not(Box::new(label)) } else { label })
    }

    fn label(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        Ok(match pair.as_rule() {
            Rule::label => LabelExpr::Name(ident(&pair)),
            Rule::wildcard => LabelExpr::Wildcard(span(&pair)),
            Rule::given_labels => self.given(pair)?,
            Rule::given_any => LabelExpr::GivenAny(self.boxed(Parts::of(pair).demand())?),
            _ => self.label_expr(pair)?,
        })
    }

    /// A text between the parentheses is a name as any other.
    fn given(&self, pair: Pair<'_, Rule>) -> Built<LabelExpr> {
        let value = self.expr(Parts::of(pair).demand())?;
        Ok(match value.kind {
            ExprKind::String(name) if !name.is_empty() => LabelExpr::Name(Ident { name, span: value.span }),
            _ => LabelExpr::Given(Box::new(value)),
        })
    }
}
