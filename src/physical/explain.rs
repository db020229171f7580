//! A plan as text: the last operator first, what feeds it indented below.

use std::fmt::Write as _;

use super::{Op, Operator, PhysicalPlan, PlanBody, Scalar};

/// One operator in the text of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExplainLine {
    pub depth: usize,
    /// The operator's id, for what PROFILE counted; `None` for a heading.
    pub id: Option<usize>,
    pub text: String,
    pub estimate: f64,
}

/// The plan as lines of text, one per operator: stable from run to run.
pub(crate) fn explain(plan: &PhysicalPlan) -> String {
    let mut out = String::new();
    for line in explain_lines(plan) {
        let _ = writeln!(out, "{:indent$}{}", "", line.text, indent = 2 * line.depth);
    }
    out
}

/// The operators of the plan, outer ones first.
pub(crate) fn explain_lines(plan: &PhysicalPlan) -> Vec<ExplainLine> {
    let mut lines = Vec::new();
    match &plan.root {
        PlanBody::Rows(root) => add(&mut lines, plan, root, 0),
        PlanBody::Schema(_) => lines.push(heading(0, "change the schema".to_owned())),
    }
    lines
}

fn heading(depth: usize, text: String) -> ExplainLine {
    ExplainLine { depth, id: None, text, estimate: 0.0 }
}

/// Plans that an operator runs for its rows come before its inputs, deeper by one level more.
fn add(lines: &mut Vec<ExplainLine>, plan: &PhysicalPlan, operator: &Operator, depth: usize) {
    let mut operator = operator;
    let mut depth = depth;
    loop {
        if matches!(operator.op, Op::Argument) && operator.layout.is_empty() && depth > 0 {
            return;
        }
        let text = operator.text.clone();
        lines.push(ExplainLine { depth, id: Some(operator.id), text, estimate: operator.estimate });
        for inner in inner_plans(operator) {
            add(lines, plan, inner, depth + 2);
        }
        for subplan in subplans_of(operator).into_iter().filter_map(|index| plan.subplans.get(index)) {
            lines.push(heading(depth + 2, "subquery".to_owned()));
            add(lines, plan, &subplan.root, depth + 3);
        }
        let [input] = operator.inputs.as_slice() else {
            operator.inputs.iter().for_each(|input| add(lines, plan, input, depth + 1));
            return;
        };
        operator = input;
        depth += 1;
    }
}

fn inner_plans(operator: &Operator) -> Vec<&Operator> {
    match &operator.op {
        Op::Apply(apply) => vec![&apply.inner],
        Op::Merge(merge) => vec![&merge.inner],
        Op::Foreach { body, .. } => vec![body],
        _ => Vec::new(),
    }
}

/// The subplans that the operator's own expressions run.
fn subplans_of(operator: &Operator) -> Vec<usize> {
    let mut found = Vec::new();
    for scalar in operator.op.scalars() {
        scalar.walk(&mut |part| match part {
            Scalar::Exists(index) | Scalar::Count(index) | Scalar::Collect { subplan: index, .. } => found.push(*index),
            _ => {}
        });
    }
    found
}
