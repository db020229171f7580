//! CASE, with and without something that it compares.

use pest::iterators::Pair;

use super::expr::{Operand, compared};
use super::parts::Parts;
use super::{Builder, Built};
use crate::syntax::ast::{self, Comparison, Expr, ExprKind};
use crate::syntax::grammar::Rule;
use crate::text::Span;

impl Builder<'_> {
    pub(super) fn case(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let subject = parts.accept(Rule::case_subject).map(|pair| self.boxed(Parts::of(pair).demand())).transpose()?;
        let mut branches = Vec::new();
        while let Some(branch) = parts.accept(Rule::case_branch).or_else(|| parts.accept(Rule::case_choice)) {
            branches.push(self.case_branch(branch)?);
        }
        let otherwise = parts.next().map(|pair| self.boxed(pair)).transpose()?;
        Ok(ExprKind::Case(ast::Case { subject, branches, otherwise }))
    }

    fn case_branch(&self, pair: Pair<'_, Rule>) -> Built<ast::CaseBranch> {
        let mut parts = Parts::of(pair);
        let mut tests = Vec::new();
        while let Some(test) = parts.accept(Rule::case_test) {
            tests.push(self.case_test(Parts::of(test).demand())?);
        }
        if tests.is_empty() {
            tests.push(self.expr(parts.demand())?);
        }
        Ok(ast::CaseBranch { tests, then: self.expr(parts.demand())? })
    }

    /// What a test says of the subject that it leaves out.
    fn case_test(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        let start = pair.as_span().start();
        let subject = Operand::new(ExprKind::CaseSubject, Span::new(start, start), 1)?;
        let siblings = self.deepest.replace(0);
        let test = match pair.as_rule() {
            Rule::case_operation => {
                let mut parts = Parts::of(pair);
                let op = parts.demand();
                let right = self.expr(parts.demand())?;
                self.infix(subject, &op, Operand::new(right.kind, right.span, self.deepest.get())?)?
            }
            Rule::expression => {
                let value = self.expr(pair)?;
                let span = value.span;
                let equals = compared(subject.expr, Comparison::Equal, value);
                Operand::new(equals, span, self.deepest.get() + 1)?
            }
            _ => self.postfix(subject, pair)?,
        };
        self.deepest.set(siblings.max(test.depth));
        Ok(test.expr)
    }
}
