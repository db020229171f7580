//! One budget for one run: rows, bytes, time, and whether somebody wants it to stop.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::ExecError;
use crate::function::FunctionError;

/// How much one statement may use. The default sets no bound.
///
/// ```
/// use std::time::Duration;
/// let limits = averment::Limits { timeout: Some(Duration::from_secs(5)), ..Default::default() };
/// assert_eq!(limits.max_rows, None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The rows that all operators together may make, those that no one sees included.
    pub max_rows: Option<u64>,
    /// The bytes that may be allocated for lists, texts, and rows that are kept (sorting, grouping, joining), all
    /// together. Where this sets no bound, one list or text may still not take more than a gibibyte.
    pub max_bytes: Option<u64>,
    /// How long the statement may run.
    pub timeout: Option<Duration>,
    /// Stops the statement when asked to.
    pub cancel: Option<CancelToken>,
}

/// Stops the statements that it was given to, from any thread, within a fraction of a second.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that has not been used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops every statement that has this token or a clone of it, those that are yet to start included.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](CancelToken::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Makes the token as new.
    pub fn reset(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// How deeply lists and maps may be nested: beyond it, comparing or dropping one could overflow the stack.
pub(super) const MAX_DEPTH: u32 = 100;

/// The most bytes of one list or text where no limit says otherwise: a slip of the pen like `range(1, 10^10)` must not
/// take the process down.
const MAX_ALLOCATION: usize = 1 << 30;

/// Steps of an inner loop between two looks at the clock.
const STEPS_PER_CHECK: u32 = 4096;

/// What one run has used so far.
#[derive(Debug)]
pub(super) struct Budget {
    max_rows: u64,
    max_bytes: u64,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    cancel: Option<CancelToken>,
    rows: Cell<u64>,
    bytes: Cell<u64>,
    steps: Cell<u32>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            max_rows: limits.max_rows.unwrap_or(u64::MAX),
            max_bytes: limits.max_bytes.unwrap_or(u64::MAX),
            timeout: limits.timeout,
            deadline: limits.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            cancel: limits.cancel.clone(),
            rows: Cell::new(0),
            bytes: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// Counts rows that an operator has made, and looks whether to stop.
    pub(super) fn rows(&self, count: usize) -> Result<(), ExecError> {
        let rows = self.rows.get().saturating_add(count as u64);
        self.rows.set(rows);
        if rows > self.max_rows {
            return Err(used_up(format!("the budget of {} rows is", self.max_rows)).into());
        }
        self.check()
    }

    /// Counts bytes about to be allocated.
    pub(super) fn bytes(&self, count: usize) -> Result<(), FunctionError> {
        let bytes = self.bytes.get().saturating_add(count as u64);
        self.bytes.set(bytes);
        if bytes > self.max_bytes {
            return Err(used_up(format!("the budget of {} bytes is", self.max_bytes)));
        }
        if count > MAX_ALLOCATION && self.max_bytes == u64::MAX {
            return Err(used_up(format!("the {MAX_ALLOCATION} bytes that one list or text may take are")));
        }
        Ok(())
    }

    /// A step of an inner loop that makes no row of its own.
    #[inline]
    pub(super) fn step(&self) -> Result<(), ExecError> {
        let steps = self.steps.get() + 1;
        if steps < STEPS_PER_CHECK {
            self.steps.set(steps);
            return Ok(());
        }
        self.steps.set(0);
        self.check()
    }

    /// Several steps at once.
    pub(super) fn steps(&self, count: usize) -> Result<(), ExecError> {
        let steps = self.steps.get().saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if steps < STEPS_PER_CHECK {
            self.steps.set(steps);
            return Ok(());
        }
        self.steps.set(0);
        self.check()
    }

    pub(super) fn check(&self) -> Result<(), ExecError> {
        if self.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(FunctionError::Cancelled.into());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            let timeout = self.timeout.unwrap_or_default();
            return Err(used_up(format!("the time of {timeout:?} is")).into());
        }
        Ok(())
    }
}

fn used_up(limit: String) -> FunctionError {
    FunctionError::Limit { limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_of_rows_is_used_up_by_one_row_more() {
        let budget = Budget::new(&Limits { max_rows: Some(10), ..Limits::default() });
        assert!(budget.rows(10).is_ok());
        assert!(budget.rows(1).is_err());
    }

    #[test]
    fn a_cancelled_token_stops_an_inner_loop() {
        let token = CancelToken::new();
        let budget = Budget::new(&Limits { cancel: Some(token.clone()), ..Limits::default() });
        assert!((0..10_000).all(|_| budget.step().is_ok()));
        token.cancel();
        assert!((0..10_000).any(|_| budget.step().is_err()));
    }
}
