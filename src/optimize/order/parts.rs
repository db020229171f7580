//! A stretch of steps taken apart.

use super::super::seen::distinctness;
use super::super::terms::{is_costly, taken_apart};
use super::Context;
use crate::expr::{Expr, ExprKind, LabelExpr, VarId};
use crate::plan::{BuildPath, NodeScan, RelScan, Step};
use crate::value::Name;

/// A condition that waits until its variables are bound.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub step: Step,
    pub vars: Vec<VarId>,
}

/// What must hold, in no order.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Expansions, ends of bound relationships, searches for paths: with either end first where that is the same.
    pub rels: Vec<Step>,
    /// Relationships that nothing may arrive at.
    pub sources: Vec<RelScan>,
    /// Nodes that must be bound.
    pub nodes: Vec<VarId>,
    pub filters: Vec<Pending>,
    pub paths: Vec<BuildPath>,
    /// Relationships, or lists of them, that must differ.
    pub distinct: Vec<(VarId, VarId)>,
}

impl Parts {
    pub(super) fn of(steps: &[Step], context: &Context<'_>) -> Self {
        let mut parts = Self::default();
        for step in steps {
            match step {
                Step::NodeScan(NodeScan { var, label, .. }) => {
                    parts.nodes.push(*var);
                    if let Some(label) = label {
                        parts.add_filter(Step::Filter(has_label(*var, LabelExpr::Name(label.clone()))), context);
                    }
                }
                Step::RelScan(scan) => parts.sources.push(scan.clone()),
                Step::BuildPath(path) => parts.paths.push(path.clone()),
                Step::Filter(predicate) => {
                    for term in taken_apart(predicate.clone()) {
                        parts.add_filter(Step::Filter(term), context);
                    }
                }
                Step::Apply(_) => parts.add_filter(step.clone(), context),
                step => parts.add_rel(step.clone()),
            }
        }
        parts
    }

    pub(super) fn add_filter(&mut self, step: Step, context: &Context<'_>) {
        let vars = context.imports.of_step(&step);
        self.filters.push(Pending { step, vars });
    }

    fn add_rel(&mut self, step: Step) {
        if let Some((rel, others)) = distinctness(&step) {
            self.distinct.extend(others.iter().map(|other| (rel, *other)));
        }
        self.rels.push(step);
    }

    pub(super) fn is_done(&self) -> bool {
        self.rels.is_empty() && self.sources.is_empty() && self.nodes.is_empty()
    }

    /// The conditions that run no plan.
    pub(super) fn terms(&self) -> Vec<&Expr> {
        let steps = self.filters.iter().map(|pending| &pending.step).filter(|step| !is_costly(step));
        steps.flat_map(Step::exprs).collect()
    }

    /// The labels that `var` is asked for one by one.
    pub(super) fn labels(&self, var: VarId) -> Vec<Name> {
        self.filters.iter().filter_map(|pending| label_of(&pending.step, var)).cloned().collect()
    }

    /// A scan promises this label.
    pub(super) fn drop_label(&mut self, var: VarId, label: &Name) {
        self.filters.retain(|pending| label_of(&pending.step, var) != Some(label));
    }
}

pub(super) fn has_label(var: VarId, labels: LabelExpr) -> Expr {
    Expr::made(ExprKind::HasLabels(Box::new(Expr::variable(var)), labels))
}

fn label_of(step: &Step, var: VarId) -> Option<&Name> {
    let Step::Filter(predicate) = step else { return None };
    match &predicate.kind {
        ExprKind::HasLabels(base, LabelExpr::Name(name)) if matches!(base.kind, ExprKind::Variable(id) if id == var) => {
            Some(name)
        }
        _ => None,
    }
}
