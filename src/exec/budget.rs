//! One budget for one run: rows, bytes, time, and whether somebody wants it to stop.
//!
//! # Which bytes are counted
//!
//! What is held *now* is bounded, not what was ever allocated. There are three kinds:
//!
//! * What an operator keeps from one batch to the next (groups, rows to sort, the table of a join) is a [`Held`] of its
//!   own, given back when the operator begins anew.
//! * What is *made* while a batch is worked on (lists and texts by functions, frontiers of a search) is alive until the
//!   next batch is asked for, and is given back then: an operator's input remembers how much there was before it
//!   ([`Budget::settle`]).
//! * What is *written* is kept as a list of changes until the end of the transaction.
//!
//! A value that several hold is counted in parts, so who counts what it is about to keep takes care of holders that are
//! soon gone (`Value::payload_bytes_without`), and a hash table that is about to grow is counted before (`room`). The cases
//! in `tests/budgets` measure that a process stays within twice of what is counted.
//!
//! The pages of the graph are not counted, nor are rows that the caller keeps without saying so.
//!
//! # Several threads
//!
//! Each has a budget of its own ([`Budget::member`]), and all of them one [`Pool`]. The rows of a helper count there when
//! what has come of them is taken, so that no statement fails for rows that one thread alone would not have made. Bytes are
//! told to it whenever they have changed by [`SLACK_BYTES`], so that all together may be wrong by so much for each thread.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ExecError;
use crate::function::FunctionError;
use crate::value::Value;

/// How much one statement may use. By default two gibibytes of memory, and as many rows and as much time as it takes.
///
/// ```
/// use std::time::Duration;
/// use averment::Limits;
/// let limits = Limits { timeout: Some(Duration::from_secs(5)), ..Limits::default() };
/// assert_eq!(limits.max_bytes, Some(Limits::DEFAULT_MAX_BYTES));
/// assert_eq!(Limits::unlimited().max_bytes, None);
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// The rows that all operators together may make, those that no one sees included.
    pub max_rows: Option<u64>,
    /// The bytes that a statement may hold at one time: rows that are kept to sort, group, join or search, and the
    /// lists and texts of the rows that are worked on, and the changes that it makes to the graph, which are kept for
    /// the commit. They are counted roughly, without what the allocator adds and without the graph, so leave as much
    /// again.
    pub max_bytes: Option<u64>,
    /// How long the statement may run, and how long it may wait before for its turn to write.
    pub timeout: Option<Duration>,
    /// The nodes and relationships that `WHY` tells of a row; of how many more there are, it gives the number.
    pub max_witnesses: Option<u64>,
    /// The threads that may work on the statement at a time, the one that asks for its rows included; they share this
    /// budget. One: no other thread is ever begun. `None`: as the database was opened ([`Options::threads`]). The answer is
    /// the same, in the same order, whatever their number.
    ///
    /// [`Options::threads`]: crate::Options::threads
    pub max_threads: Option<usize>,
    /// Stops the statement when asked to.
    pub cancel: Option<CancelToken>,
}

impl Limits {
    /// Enough to sort tens of millions of rows, and little enough that a slip of the pen such as
    /// `collect(range(1, 10^9))` is an error and not the end of the process.
    pub const DEFAULT_MAX_BYTES: u64 = 2 << 30;

    /// As many as somebody may want to read.
    pub const DEFAULT_MAX_WITNESSES: u64 = 1_000;

    /// No bound at all: a statement may use up the memory of the machine.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { max_rows: None, max_bytes: None, timeout: None, max_witnesses: None, max_threads: None, cancel: None }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: Some(Self::DEFAULT_MAX_BYTES),
            max_witnesses: Some(Self::DEFAULT_MAX_WITNESSES),
            ..Self::unlimited()
        }
    }
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
const MAX_DEPTH: u32 = 100;

/// How many values a value may be when it is written out, however much memory there is: to print or compare more takes too
/// long to be waited for.
const MAX_VALUES: u64 = 1 << 32;

/// Steps of an inner loop between two looks at the clock.
const STEPS_PER_CHECK: u32 = 4096;

/// How much a thread may use before the others know of it.
const SLACK_BYTES: u64 = 64 << 10;

/// What the threads of one run have used together.
#[derive(Debug, Default)]
struct Pool {
    rows: AtomicU64,
    bytes: AtomicU64,
}

/// What a thread of a run looks at beside its budget: it is to stop since nobody wants its rows any more.
pub(super) type Stop = Arc<AtomicBool>;

/// What one run has used so far.
#[derive(Debug)]
pub(super) struct Budget {
    max_rows: u64,
    max_bytes: u64,
    pub(super) max_witnesses: usize,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    cancel: Option<CancelToken>,
    rows: Cell<u64>,
    /// Bytes that operators keep.
    held: Cell<u64>,
    /// Of them: the changes since the last commit, and those of that commit.
    written: Cell<u64>,
    committed: Cell<u64>,
    /// Bytes that were made since the batches in hand were asked for.
    made: Cell<u64>,
    steps: Cell<u32>,
    /// With whom it is shared, if it is.
    pool: OnceCell<Arc<Pool>>,
    /// The bytes that the pool knows of.
    told: Cell<u64>,
    stop: Option<Stop>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            max_rows: limits.max_rows.unwrap_or(u64::MAX),
            // No allocation is larger: asking for one would panic.
            max_bytes: limits.max_bytes.unwrap_or(isize::MAX as u64),
            max_witnesses: limits.max_witnesses.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)),
            timeout: limits.timeout,
            deadline: limits.timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            cancel: limits.cancel.clone(),
            rows: Cell::new(0),
            held: Cell::new(0),
            written: Cell::new(0),
            committed: Cell::new(0),
            made: Cell::new(0),
            steps: Cell::new(0),
            pool: OnceCell::new(),
            told: Cell::new(0),
            stop: None,
        }
    }

    /// The budget of another thread of the same run, which is to end when it is told to stop.
    pub(super) fn member(&self, stop: &Stop) -> Self {
        let pool = self.pool.get_or_init(|| {
            self.told.set(0);
            Arc::new(Pool { rows: AtomicU64::new(self.rows.get()), bytes: AtomicU64::new(0) })
        });
        Self {
            max_rows: self.max_rows,
            max_bytes: self.max_bytes,
            max_witnesses: self.max_witnesses,
            timeout: self.timeout,
            deadline: self.deadline,
            cancel: self.cancel.clone(),
            pool: OnceCell::from(Arc::clone(pool)),
            stop: Some(Arc::clone(stop)),
            ..Self::new(&Limits::unlimited())
        }
    }

    pub(super) fn rows_used(&self) -> u64 {
        match self.pool.get() {
            Some(pool) if self.stop.is_some() => pool.rows.load(Ordering::Relaxed).saturating_add(self.rows.get()),
            _ => self.rows.get(),
        }
    }

    fn set_rows(&self, rows: u64) {
        self.rows.set(rows);
        if let (Some(pool), None) = (self.pool.get(), &self.stop) {
            pool.rows.store(rows, Ordering::Relaxed);
        }
    }

    /// What `work` makes, and how many rows it has counted: they do not count any more, until its turn comes.
    pub(super) fn ahead<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let before = self.rows.get();
        let made = work();
        let rows = self.rows.get() - before;
        self.set_rows(before);
        (made, rows)
    }

    /// Counts rows that an operator has made, and looks whether to stop.
    pub(super) fn rows(&self, count: usize) -> Result<(), ExecError> {
        self.set_rows(self.rows.get().saturating_add(count as u64));
        if self.rows_used() > self.max_rows {
            return Err(used_up(format!("the budget of {} rows is", self.max_rows)).into());
        }
        self.check()
    }

    /// Counts bytes of changes that were made, which are kept until the end.
    pub(super) fn wrote(&self, count: usize) {
        self.held.set(self.held.get().saturating_add(count as u64));
        self.written.set(self.written.get().saturating_add(count as u64));
    }

    /// How many bytes of changes were made since the last commit.
    pub(super) fn written(&self) -> u64 {
        self.written.get()
    }

    /// Gives back the changes that were made since there were only so many bytes of them: they are undone.
    pub(super) fn undo_written(&self, written: u64) {
        let undone = self.written.replace(written).saturating_sub(written);
        self.held.set(self.held.get().saturating_sub(undone));
    }

    /// The changes since the last commit are committed; those of the one before are not kept any more.
    pub(super) fn commit_written(&self) {
        let forgotten = self.committed.replace(self.written.take());
        self.held.set(self.held.get().saturating_sub(forgotten));
    }

    /// Counts bytes about to be made for the batch in hand.
    pub(super) fn bytes(&self, count: usize) -> Result<(), FunctionError> {
        self.made.set(self.made.get().saturating_add(count as u64));
        self.check_bytes()
    }

    /// Counts bytes that another thread is to have, by whom they are [taken over](Self::take_over).
    pub(super) fn hand_over(&self, count: usize) {
        if let Some(pool) = self.pool.get() {
            pool.bytes.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// Counts bytes that another thread has made for the batch in hand.
    pub(super) fn take_over(&self, count: usize) -> Result<(), FunctionError> {
        if let Some(pool) = self.pool.get() {
            pool.bytes.fetch_sub(count as u64, Ordering::Relaxed);
        }
        self.bytes(count)
    }

    /// How much has been made for the batches in hand.
    pub(super) fn made(&self) -> u64 {
        self.made.get()
    }

    /// Gives back what was made since there was only so much.
    pub(super) fn settle(&self, made: u64) {
        self.made.set(self.made.get().min(made));
    }

    fn check_bytes(&self) -> Result<(), FunctionError> {
        let own = self.held.get().saturating_add(self.made.get());
        let all = self.pool.get().map_or(own, |pool| self.with_others(pool, own));
        if all > self.max_bytes {
            return Err(used_up(format!("the memory of {} is", in_words(self.max_bytes))));
        }
        Ok(())
    }

    /// What all threads hold, as far as this one knows.
    fn with_others(&self, pool: &Pool, own: u64) -> u64 {
        if own.abs_diff(self.told.get()) >= SLACK_BYTES {
            self.tell(pool, own);
        }
        let others = pool.bytes.load(Ordering::Relaxed).wrapping_sub(self.told.get());
        others.saturating_add(own)
    }

    fn tell(&self, pool: &Pool, own: u64) {
        let told = self.told.replace(own);
        // The sum of what all have told wraps around to what it is.
        pool.bytes.fetch_add(own.wrapping_sub(told), Ordering::Relaxed);
    }

    /// Tells the others exactly what is held here, before a pause.
    pub(super) fn tell_all(&self) {
        if let Some(pool) = self.pool.get() {
            self.tell(pool, self.held.get().saturating_add(self.made.get()));
        }
    }

    /// The value, unless it is nested too deeply, or would not fit into the memory if it shared no parts: whoever prints or
    /// compares it meets them each time.
    #[inline]
    pub(super) fn value(&self, value: Value) -> Result<Value, ExecError> {
        if matches!(value, Value::List(_) | Value::Map(_)) {
            self.check_extent(&value)?;
        }
        Ok(value)
    }

    fn check_extent(&self, value: &Value) -> Result<(), FunctionError> {
        if value.depth() > MAX_DEPTH {
            return Err(used_up(format!("the nesting of {MAX_DEPTH} lists and maps is")));
        }
        let most = MAX_VALUES.min(self.max_bytes / size_of::<Value>() as u64);
        if value.value_count() > most {
            return Err(used_up(format!("what one value may be, {most} values within each other, is")));
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

    /// Whether somebody wants it to stop or the time is up, for those who can ask only this.
    pub(super) fn alarm(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let (cancel, deadline) = (self.cancel.clone(), self.deadline);
        move || {
            cancel.as_ref().is_some_and(CancelToken::is_cancelled)
                || deadline.is_some_and(|deadline| Instant::now() >= deadline)
        }
    }

    pub(super) fn check(&self) -> Result<(), ExecError> {
        let is_stopped = self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed));
        if is_stopped || self.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(FunctionError::Cancelled.into());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            let timeout = self.timeout.unwrap_or_default();
            return Err(used_up(format!("the time of {timeout:?} is")).into());
        }
        Ok(self.check_bytes()?)
    }
}

/// The time and the token of [`Limits`], for somebody who waits.
pub(crate) struct Patience(Budget);

impl Patience {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Budget::new(limits))
    }

    /// Whether to wait on.
    pub(crate) fn check(&self) -> Result<(), ExecError> {
        self.0.check()
    }
}

/// What several runs, one after the other, may use together.
pub(crate) struct SharedLimits {
    limits: Limits,
    budget: Budget,
}

impl SharedLimits {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limits: limits.clone(), budget: Budget::new(limits) }
    }

    /// What the next run may use, and no more than so many rows; and whether it is this number that bounds its rows.
    pub(crate) fn next(&self, most_rows: u64) -> Result<(Limits, bool), ExecError> {
        self.check()?;
        let left = self.budget.max_rows - self.budget.rows.get();
        let now = Instant::now();
        let timeout = self.budget.deadline.map(|deadline| deadline.saturating_duration_since(now));
        Ok((Limits { max_rows: Some(left.min(most_rows)), timeout, ..self.limits.clone() }, most_rows < left))
    }

    /// That a run has used so many rows.
    pub(crate) fn used(&self, rows: u64) {
        self.budget.rows.set(self.budget.rows.get().saturating_add(rows));
    }

    /// Whether time, or the rows, are used up, or somebody wants it to stop.
    pub(crate) fn check(&self) -> Result<(), ExecError> {
        self.budget.rows(0)
    }
}

/// The bytes that one operator keeps from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Held(u64);

impl Held {
    /// Counts more bytes.
    pub(super) fn add(&mut self, budget: &Budget, count: usize) -> Result<(), ExecError> {
        self.set(budget, usize::try_from(self.0).unwrap_or(usize::MAX).saturating_add(count))
    }

    /// Gives some of the bytes back.
    pub(super) fn remove(&mut self, budget: &Budget, count: usize) {
        let count = self.0.min(count as u64);
        self.0 -= count;
        budget.held.set(budget.held.get() - count);
    }

    /// Counts this many bytes in place of those before.
    pub(super) fn set(&mut self, budget: &Budget, count: usize) -> Result<(), ExecError> {
        budget.held.set((budget.held.get() - self.0).saturating_add(count as u64));
        self.0 = count as u64;
        Ok(budget.check_bytes()?)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0
    }

    /// Gives all of the bytes back.
    pub(super) fn clear(&mut self, budget: &Budget) {
        budget.held.set(budget.held.get() - std::mem::take(&mut self.0));
    }
}

/// A number of bytes in the largest unit that fits it.
fn in_words(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        _ if bytes == 0 => "0 bytes".to_owned(),
        30.. => format!("{} GiB", bytes >> 30),
        20.. => format!("{} MiB", bytes >> 20),
        10.. => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
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
    fn bytes_that_are_given_back_can_be_used_again() {
        let budget = Budget::new(&Limits { max_bytes: Some(100), ..Limits::default() });
        let mut held = Held::default();
        assert!(held.add(&budget, 60).is_ok());
        for _ in 0..10 {
            let made = budget.made();
            assert!(budget.bytes(30).is_ok());
            budget.settle(made);
        }
        assert!(held.add(&budget, 60).is_err());
        held.clear(&budget);
        assert!(budget.bytes(100).is_ok());
        assert!(budget.bytes(1).is_err());
    }

    #[test]
    fn threads_share_one_budget() {
        let limits = Limits { max_rows: Some(100), max_bytes: Some(1 << 20), ..Limits::default() };
        let (budget, stop) = (Budget::new(&limits), Stop::default());
        assert!(budget.rows(30).is_ok());
        let member = budget.member(&stop);
        let mut held = Held::default();
        assert!(member.rows(30).is_ok() && budget.rows(30).is_ok());
        assert_eq!((member.rows_used(), budget.rows_used()), (90, 60), "what a helper has made was not taken yet");
        let (is_used_up, rows) = member.ahead(|| member.rows(11).is_err());
        assert!(is_used_up);
        assert_eq!((rows, member.rows_used()), (11, 90));
        assert!(budget.rows(40).is_ok());
        assert!(budget.rows(1).is_err());

        assert!(held.add(&member, 1_000_000).is_ok());
        let made = budget.made();
        assert!(budget.bytes(100_000).is_err());
        budget.settle(made);
        held.clear(&member);
        member.tell_all();
        assert!(budget.bytes(1_000_000).is_ok());

        stop.store(true, Ordering::Relaxed);
        assert!(member.check().is_err() && budget.check().is_ok());
    }

    #[test]
    fn memory_is_told_in_its_largest_unit() {
        assert_eq!(
            [0, 1000, 2 << 10, 3 << 20, 5 << 30].map(in_words).join(", "),
            "0 bytes, 1000 bytes, 2 KiB, 3 MiB, 5 GiB"
        );
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
