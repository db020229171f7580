//! Counts that the store keeps: of all nodes, those with a label, the relationships of a type.

use crate::catalog::Statistics;
use crate::expr::{ExprKind, LabelExpr, VarId};
use crate::plan::{
    Aggregate, Direction, ElementKind, End, Expand, LogicalPlan, LogicalStatement, NodeScan, RelEnds, RelScan, States,
    Step, StoredCount,
};
use crate::value::Name;

/// Where all that a plan does first is to count a scan, or one hop from a scan, the count is that of the graph. The
/// scan stays, for a graph whose counts do not say it.
pub(super) fn counts(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| mark(plan));
}

fn mark(plan: &mut LogicalPlan) {
    if !plan.imports.is_empty() {
        return;
    }
    let Some(at) = plan.steps.iter().position(|step| matches!(step, Step::Aggregate(_))) else { return };
    let (before, behind) = plan.steps.split_at_mut(at);
    if let [Step::Aggregate(aggregate), ..] = behind
        && counts_all(aggregate)
    {
        aggregate.stored = stored(before);
    }
}

fn counts_all(aggregate: &Aggregate) -> bool {
    aggregate.keys.is_empty() && aggregate.weights.is_empty() && aggregate.only_counts()
}

fn stored(steps: &[Step]) -> Option<StoredCount> {
    match steps {
        [Step::NodeScan(scan)] => is_plain_scan(scan).then(|| StoredCount::Nodes(scan.label.clone())),
        [Step::NodeScan(scan), Step::Expand(hop), labels @ ..]
            if is_plain_scan(scan) && is_plain_hop(hop, scan.var) =>
        {
            let types = hop.types.clone();
            let (near, far) = (hop.from.var, hop.to.var);
            let mut asked = Labels { of: [near, far], labels: [scan.label.clone(), None] };
            asked.read(labels)?;
            let [near, far] = asked.labels;
            let (start, end) = if hop.direction == Direction::Right { (near, far) } else { (far, near) };
            Some(StoredCount::Rels { types, start, end })
        }
        [Step::RelScan(scan)] if is_between_nodes(scan) => {
            Some(StoredCount::Rels { types: scan.types.clone(), start: None, end: None })
        }
        [Step::RelScan(scan), Step::RelEnds(ends), labels @ ..] if is_between_nodes(scan) && are_plain(ends, scan) => {
            let mut asked = Labels { of: [ends.start.var, ends.end.var], labels: [None, None] };
            asked.read(labels)?;
            let [start, end] = asked.labels;
            Some(StoredCount::Rels { types: scan.types.clone(), start, end })
        }
        _ => None,
    }
}

/// At most one label of each of two nodes.
struct Labels {
    of: [VarId; 2],
    labels: [Option<Name>; 2],
}

impl Labels {
    /// `None` if the filters ask for more.
    fn read(&mut self, filters: &[Step]) -> Option<()> {
        for filter in filters {
            let Step::Filter(predicate) = filter else { return None };
            let ExprKind::HasLabels(base, LabelExpr::Name(label)) = &predicate.kind else { return None };
            let ExprKind::Variable(var) = base.kind else { return None };
            let place = self.of.iter().position(|of| *of == var)?;
            if self.labels[place].replace(label.clone()).is_some() {
                return None;
            }
        }
        Some(())
    }
}

fn is_plain_scan(scan: &NodeScan) -> bool {
    scan.conditions.is_empty() && scan.first.is_none()
}

fn is_plain_hop(hop: &Expand, from: VarId) -> bool {
    hop.from.var == from
        && hop.to.var != from
        && hop.direction != Direction::Either
        && hop.states == States::Asserted
        && hop.distinct_from.is_empty()
        && [hop.from, hop.to].into_iter().all(is_node)
}

fn is_between_nodes(scan: &RelScan) -> bool {
    scan.between_nodes && scan.states == States::Asserted
}

fn are_plain(ends: &RelEnds, scan: &RelScan) -> bool {
    ends.rel == scan.var
        && ends.direction == Direction::Right
        && ends.states == States::Asserted
        && ends.distinct_from.is_empty()
        && (ends.types.is_empty() || ends.types == scan.types)
        && ends.start.var != ends.end.var
        && [ends.start, ends.end].into_iter().all(is_node)
}

fn is_node(end: End) -> bool {
    end.kind == ElementKind::Node
}
