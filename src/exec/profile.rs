//! What PROFILE shows: rows and time of each operator.

use std::cell::Cell;
use std::fmt::Write;
use std::time::{Duration, Instant};

use super::ExecError;
use super::batch::Batch;
use super::context::Context;
use super::operator::Source;
use crate::physical::{Op, Operator, PhysicalPlan, PlanBody};

/// The counters of one run, by operator.
#[derive(Debug)]
pub(super) struct Profile {
    operators: Vec<Cell<Work>>,
}

/// What one operator did; its inputs' time is part of its own.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    rows: u64,
    time: Duration,
}

impl Profile {
    pub(super) fn new(operator_count: usize) -> Self {
        Self { operators: vec![Cell::new(Work::default()); operator_count] }
    }

    fn add(&self, operator: usize, rows: usize, time: Duration) {
        if let Some(cell) = self.operators.get(operator) {
            let work = cell.get();
            cell.set(Work { rows: work.rows + rows as u64, time: work.time + time });
        }
    }

    /// The plan, a line per operator, with the rows and milliseconds of each.
    pub(super) fn show(&self, plan: &PhysicalPlan) -> String {
        let mut text = String::new();
        if let PlanBody::Rows(root) = &plan.root {
            self.show_operator(root, 0, &mut text);
        }
        for (number, subplan) in plan.subplans.iter().enumerate() {
            let _ = writeln!(text, "subplan {number}");
            self.show_operator(&subplan.root, 1, &mut text);
        }
        text
    }

    fn show_operator(&self, operator: &Operator, depth: usize, text: &mut String) {
        let work = self.operators.get(operator.id).map(Cell::get).unwrap_or_default();
        let own = work.time.saturating_sub(
            operator.inputs.iter().filter_map(|input| self.operators.get(input.id)).map(|cell| cell.get().time).sum(),
        );
        let _ = writeln!(
            text,
            "{:indent$}{}  [rows {}, expected {:.0}, {:.3} ms]",
            "",
            operator.text,
            work.rows,
            operator.estimate,
            own.as_secs_f64() * 1000.0,
            indent = depth * 2
        );
        for inner in inner_plans(&operator.op) {
            self.show_operator(inner, depth + 2, text);
        }
        for input in &operator.inputs {
            self.show_operator(input, depth + 1, text);
        }
    }
}

/// The plans that an operator runs beside its inputs.
fn inner_plans(op: &Op) -> Vec<&Operator> {
    match op {
        Op::Apply(apply) => vec![&apply.inner],
        Op::Merge(merge) => vec![&merge.inner],
        Op::Foreach { body, .. } => vec![body],
        _ => Vec::new(),
    }
}

/// Counts what passes through an operator.
pub(super) struct Profiled {
    pub operator: usize,
    pub source: Box<dyn Source>,
}

impl Source for Profiled {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let start = Instant::now();
        let batch = self.source.next(ctx)?;
        if let Some(profile) = &ctx.profile {
            profile.add(self.operator, batch.as_ref().map_or(0, |batch| batch.len), start.elapsed());
        }
        Ok(batch)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.source.rewind(ctx);
    }
}
