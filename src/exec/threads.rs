//! How many threads a run may use, and when it does.

use std::sync::OnceLock;
use std::thread::available_parallelism;
use std::time::Duration;

use super::Limits;

/// More are of little use to one statement, and many statements run side by side.
const MOST: usize = 16;

/// How long one thread works before others are asked to help: many times what it takes to start them.
const PATIENCE: Duration = Duration::from_micros(500);

/// What a run makes of the threads that it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threads {
    /// The one that asks for rows is among them.
    pub count: usize,
    /// How long it works alone.
    pub patience: Duration,
    /// How many slots are scanned at a time; `None`: as many as are good for so large a graph.
    pub slots: Option<u32>,
}

impl Threads {
    /// No other thread than the one that asks.
    pub(super) const ONE: Self = Self { count: 1, patience: PATIENCE, slots: None };

    pub(super) fn of(limits: &Limits) -> Self {
        Self { count: limits.max_threads.map_or_else(usual, |most| most.max(1)), ..Self::ONE }
    }

    /// As many as the graphs of tests give work to, from the first row on.
    #[cfg(test)]
    pub(crate) fn eager(count: usize, slots: u32) -> Self {
        Self { count, patience: Duration::ZERO, slots: Some(slots) }
    }
}

/// As many as can run at a time. Asking takes longer than a small statement.
fn usual() -> usize {
    static USUAL: OnceLock<usize> = OnceLock::new();
    *USUAL.get_or_init(|| available_parallelism().map_or(1, usize::from).min(MOST))
}
