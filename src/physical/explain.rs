//! A plan as text: the last operator first, what feeds it indented below.

use std::fmt::Write as _;

use super::{Op, Operator, PhysicalPlan, PlanBody, Scalar};

/// One operator in the text of a plan; `None` stands above the plan of a subquery.
struct Line<'p> {
    depth: usize,
    operator: Option<&'p Operator>,
}

/// The plan as lines of text, one per operator: stable from run to run.
pub(crate) fn explain(plan: &PhysicalPlan) -> String {
    explain_with(plan, |_| String::new())
}

/// The same with a remark behind each operator.
pub(crate) fn explain_with(plan: &PhysicalPlan, remark: impl Fn(&Operator) -> String) -> String {
    let PlanBody::Rows(root) = &plan.root else { return "change the schema\n".to_owned() };
    let mut lines = Vec::new();
    add(&mut lines, plan, root, 0);
    let mut out = String::new();
    for Line { depth, operator } in lines {
        let text = operator.map_or("subquery", |operator| &operator.text);
        let remark = operator.map(&remark).unwrap_or_default();
        let _ = writeln!(out, "{:indent$}{text}{remark}", "", indent = 2 * depth);
    }
    out
}

/// Plans that an operator runs for its rows come before its inputs, deeper by one level more.
fn add<'p>(lines: &mut Vec<Line<'p>>, plan: &'p PhysicalPlan, operator: &'p Operator, depth: usize) {
    let mut operator = operator;
    let mut depth = depth;
    loop {
        if matches!(operator.op, Op::Argument) && operator.layout.is_empty() && depth > 0 {
            return;
        }
        lines.push(Line { depth, operator: Some(operator) });
        for inner in inner_plans(operator) {
            add(lines, plan, inner, depth + 2);
        }
        for subplan in subplans_of(operator).into_iter().filter_map(|index| plan.subplans.get(index)) {
            lines.push(Line { depth: depth + 2, operator: None });
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

/// The plans that an operator runs beside its inputs.
pub(crate) fn inner_plans(operator: &Operator) -> Vec<&Operator> {
    match &operator.op {
        Op::Apply(apply) => vec![&apply.inner],
        Op::InTransactions(op) => vec![&op.inner],
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
            Scalar::Exists(index) | Scalar::Count { subplan: index, .. } | Scalar::Collect { subplan: index, .. } => {
                found.push(*index);
            }
            _ => {}
        });
    }
    found
}
