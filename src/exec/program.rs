//! A plan as it is run again and again.
//!
//! A run that has come to its end leaves its operators behind, rewound, with all of its surroundings but the graph. The
//! next one begins with them, so a small statement does not pay for operators that were made before. What waits holds no
//! root and no rows; only operators of which that is known are kept.

use std::sync::{Arc, Mutex};

use super::context::{Context, State};
use super::operator::Input;
use crate::physical::{Op, Operator, PhysicalPlan, PlanBody};

/// So many runs wait to be used again: those of a few threads that run the same plan.
const MOST_IDLE: usize = 8;

pub(crate) struct Program {
    plan: Arc<PhysicalPlan>,
    /// Whether what is left of a run can be used again.
    lasts: bool,
    idle: Mutex<Vec<Machine>>,
}

/// All that a run needs but the graph.
pub(super) struct Machine {
    pub state: Box<State>,
    /// `None` before the first run.
    pub source: Option<Input>,
}

impl Program {
    pub(crate) fn new(plan: impl Into<Arc<PhysicalPlan>>) -> Self {
        let plan = plan.into();
        let lasts = match &plan.root {
            PlanBody::Rows(root) => plan.subplans.is_empty() && lets_all_go(root),
            PlanBody::Schema(_) => false,
        };
        Self { plan, lasts, idle: Mutex::default() }
    }

    pub(crate) fn plan(&self) -> &Arc<PhysicalPlan> {
        &self.plan
    }

    #[cfg(test)]
    pub(super) fn idle_count(&self) -> usize {
        self.idle.lock().expect("no test panics in it").len()
    }

    /// What the next run begins with. Nobody waits for another thread: who cannot look at once begins anew.
    pub(super) fn begin(&self, profile: bool) -> Machine {
        let idle =
            if self.lasts && !profile { self.idle.try_lock().ok().and_then(|mut idle| idle.pop()) } else { None };
        idle.unwrap_or_else(|| Machine { state: State::new(&self.plan), source: None })
    }

    /// Takes back what a run was made of that has come to its end.
    pub(super) fn take_back(&self, ctx: Context, mut source: Input) {
        if !self.lasts || ctx.profile.is_some() {
            return;
        }
        source.rewind(&ctx);
        let machine = Machine { state: ctx.end(), source: Some(source) };
        if let Ok(mut idle) = self.idle.try_lock()
            && idle.len() < MOST_IDLE
        {
            idle.push(machine);
        }
    }
}

/// Whether an operator and those below it hold nothing of a run once they are rewound, neither rows nor what was read.
fn lets_all_go(operator: &Operator) -> bool {
    let own = match &operator.op {
        Op::Argument
        | Op::Empty
        | Op::NodeScan { .. }
        | Op::CountValues { .. }
        | Op::NodeSeek { .. }
        | Op::NodeById { .. }
        | Op::RelSeek { .. }
        | Op::RelById { .. }
        | Op::RelScan { .. }
        | Op::Expand(_)
        | Op::RelEnds { .. }
        | Op::CountExpand { .. }
        | Op::Intersect(_)
        | Op::BuildPath { .. }
        | Op::Filter { .. }
        | Op::Project { .. }
        | Op::Aggregate { .. }
        | Op::Distinct { .. }
        | Op::Sort { .. }
        | Op::Skip { .. }
        | Op::Limit { .. }
        | Op::Unwind { .. }
        | Op::Union
        | Op::Barrier
        | Op::Create { .. }
        | Op::Set { .. }
        | Op::SetState { .. }
        | Op::Delete { .. } => true,
        Op::Gather { .. }
        | Op::Scatter { .. }
        | Op::NodeLookup { .. }
        | Op::VarExpand(_)
        | Op::ShortestPath(_)
        | Op::Route(_)
        | Op::HashJoin { .. }
        | Op::Apply(_)
        | Op::InTransactions(_)
        | Op::Call(_)
        | Op::Merge(_)
        | Op::Foreach { .. } => false,
    };
    own && operator.inputs.iter().all(lets_all_go)
}
