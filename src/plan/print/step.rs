//! A step in a line.

use super::Printer;
use crate::expr::VarId;
use crate::plan::{ApplyKind, Step};

impl Printer<'_> {
    /// One line for `step`. `bound` tells whether a variable is bound before it.
    pub(crate) fn step(self, step: &Step, bound: &dyn Fn(VarId) -> bool) -> String {
        match step {
            Step::NodeScan(step) => self.node_scan(step),
            Step::NodeSeek(step) => self.node_seek(step),
            Step::NodeLookup(step) => self.node_lookup(step),
            Step::CountValues(step) => self.count_values(step),
            Step::NodeById(step) => format!("node {} by id {}", self.var(step.var), self.expr(&step.ids)),
            Step::RelScan(step) => self.rel_scan(step),
            Step::RelSeek(step) => self.rel_seek(step),
            Step::RelById(step) => format!("relationship {} by id {}", self.var(step.var), self.expr(&step.ids)),
            Step::Expand(step) => self.expand(step, bound(step.to.var)),
            Step::RelEnds(step) => self.rel_ends(step),
            Step::VarExpand(step) => self.var_expand(step, bound(step.to.var)),
            Step::ShortestPath(step) => self.shortest_path(step),
            Step::Route(step) => self.route(step),
            Step::CountExpand(step) => self.count_expand(step),
            Step::Intersect(step) => self.intersect(step),
            Step::BuildPath(step) => self.build_path(step),
            Step::Empty => "nothing".to_owned(),
            Step::Filter(expr) => format!("filter {}", self.expr(expr)),
            Step::Project(items) => format!("project {}", self.items(items)),
            Step::Aggregate(step) => self.aggregate(step),
            Step::Distinct(columns) => format!("distinct {}", self.vars(columns)),
            Step::Sort(step) => self.sort(step),
            Step::Skip(count) => format!("skip {}", self.expr(count)),
            Step::Limit(count) => format!("limit {}", self.expr(count)),
            Step::Unwind(step) => format!("unwind {} as {}", self.expr(&step.list), self.var(step.var)),
            Step::Union(_) => "union".to_owned(),
            Step::HashJoin(step) => self.hash_join(step),
            Step::Apply(step) => apply(&step.kind).to_owned(),
            Step::InTransactions(step) => self.in_transactions(step),
            Step::Call(step) => self.call(step),
            Step::Barrier => "barrier".to_owned(),
            Step::Create(step) => format!("create {}", self.draws(&step.draws)),
            Step::Merge(step) => format!("merge {}", self.draws(&step.draws)),
            Step::Set(items) => self.set(items),
            Step::Delete(step) => self.delete(step),
            Step::SetState(step) => self.set_state(step),
            Step::Foreach(step) => format!("for each {} in {}", self.var(step.var), self.expr(&step.list)),
        }
    }
}

fn apply(kind: &ApplyKind) -> &'static str {
    match kind {
        ApplyKind::Inner(_) => "apply",
        ApplyKind::Optional(_) => "optional",
        ApplyKind::Exists { negated: false } => "where exists",
        ApplyKind::Exists { negated: true } => "where not exists",
        ApplyKind::Effects => "apply for effects",
    }
}
