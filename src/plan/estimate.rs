//! How many rows a step is expected to give.

use crate::catalog::Statistics;
use crate::expr::Variables;
use crate::plan::Step;

/// Follows a plan from its first step and guesses the rows behind each.
pub(crate) struct Estimator<'a> {
    #[expect(dead_code, reason = "asked by the rules to come")]
    statistics: &'a dyn Statistics,
    #[expect(dead_code, reason = "asked by the rules to come")]
    variables: &'a Variables,
    rows: f64,
}

impl<'a> Estimator<'a> {
    pub(crate) fn new(statistics: &'a dyn Statistics, variables: &'a Variables) -> Self {
        Self { statistics, variables, rows: 1.0 }
    }

    pub(crate) fn rows(&self) -> f64 {
        self.rows
    }

    pub(crate) fn step(&mut self, _step: &Step) {}
}
