//! What PROFILE shows: rows and time of each operator.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::ExecError;
use super::batch::Batch;
use super::context::Context;
use super::operator::Source;
use crate::physical::{Operator, PhysicalPlan, explain_with, inner_plans};

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

    /// Adds what another thread has counted.
    pub(super) fn add_all(&self, other: &Self) {
        for (operator, work) in other.operators.iter().enumerate() {
            let Work { rows, time } = work.get();
            self.add(operator, usize::try_from(rows).unwrap_or(usize::MAX), time);
        }
    }

    /// The plan, a line per operator, with the rows and milliseconds of each.
    pub(super) fn show(&self, plan: &PhysicalPlan) -> String {
        explain_with(plan, |operator| {
            let work = self.of(operator);
            let below: Duration =
                operator.inputs.iter().chain(inner_plans(operator)).map(|below| self.of(below).time).sum();
            let own = work.time.saturating_sub(below).as_secs_f64() * 1000.0;
            format!("  [rows {}, expected {:.0}, {own:.3} ms]", work.rows, operator.estimate)
        })
    }

    fn of(&self, operator: &Operator) -> Work {
        self.operators.get(operator.id).map(Cell::get).unwrap_or_default()
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
