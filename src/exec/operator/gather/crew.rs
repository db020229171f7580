//! Threads that work at morsels, of a scan or of rows, for the one that asks for rows.
//!
//! That one works too: it begins alone, and after a while asks others to help. While it waits for the morsel whose turn it
//! is, it works at a later one. Each thread has a [`Context`] of its own over the same root, and all of them one budget;
//! what a thread has made of a morsel is told in the turn of the morsel, errors and warnings included, so that nothing
//! hangs on who was faster. When nobody wants more, all are told to stop, and are waited for.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::morsels::{Morsels, below};
use super::queue::{Notes, Queue, Step, Taken, Turn};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::{Held, Stop};
use crate::exec::context::{ArgumentId, Context};
use crate::exec::operator::{Input, Scope};
use crate::exec::profile::Profile;
use crate::physical::{Op, Operator, PlanBody};

/// Morsels for each thread that may be taken up at a time.
const WINDOW: usize = 4;

/// Rows are not looked for before others are used, once those that wait take so much.
const MOST_WAITING_BYTES: u64 = 16 << 20;

/// What a thread makes of morsels, each of which is given as the part of a scan or as the rows of a scatter.
pub(in super::super) trait Work: Send + 'static {
    type Item: Send + 'static;

    /// For the operator that asks for the items.
    fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self;

    /// Begins with the morsel that is given now.
    fn begin(&mut self, ctx: &Context);

    fn next(&mut self, ctx: &Context) -> Result<Option<Self::Item>, ExecError>;

    fn size_bytes(item: &Self::Item) -> usize;
}

pub(in super::super) struct Crew<W: Work> {
    /// The one that asks.
    operator: usize,
    morsels: Morsels,
    /// What this thread does, and at which morsel.
    work: W,
    pieces: Option<ArgumentId>,
    current: Option<usize>,
    /// Where rows come from, if morsels are rows.
    supply: Option<Supply>,
    /// How long it has worked alone.
    worked: Duration,
    queue: Arc<Queue<W::Item>>,
    stop: Stop,
    others: Vec<JoinHandle<Option<Profile>>>,
}

/// Rows that are cut into morsels.
struct Supply {
    input: Input,
    /// Of one morsel.
    rows: usize,
    /// Whether some may be looked for before others are used.
    ahead: bool,
    /// How they have ended, where they have.
    end: Option<Result<(), Step<()>>>,
    /// What they take until they are done.
    held: Held,
}

impl Supply {
    fn of(operator: &Operator, morsels: Morsels, scope: Scope, ctx: &Context) -> Option<Self> {
        let Morsels::Rows(scatter) = morsels else { return None };
        let scatter = below(operator, scatter)?;
        let Op::Scatter { rows, ahead } = scatter.op else { return None };
        let rows = ctx.threads.slots.map_or(rows, |slots| slots as usize);
        let input = Input::whole(&scatter.inputs[0], scope, ctx);
        Some(Self { input, rows, ahead, end: None, held: Held::default() })
    }

    /// Has morsels ready for so many threads, unless there are no more.
    fn feed<T>(&mut self, queue: &Queue<T>, threads: usize, ctx: &Context) {
        self.held.remove(&ctx.budget, queue.take_done_bytes());
        while self.end.is_none() && self.is_wanted(queue, threads) {
            match catch_unwind(AssertUnwindSafe(|| self.pieces(ctx))) {
                Ok(Ok(Some(pieces))) => {
                    queue.feed(pieces);
                    continue;
                }
                Ok(Ok(None)) => self.end = Some(Ok(())),
                Ok(Err(error)) => self.end = Some(Err(Step::Failed(error))),
                Err(payload) => self.end = Some(Err(Step::Unwound(payload))),
            }
            queue.end();
        }
    }

    /// How they have ended, which is told once.
    fn end(&mut self, ctx: &Context) -> Option<Result<(), Step<()>>> {
        self.held.clear(&ctx.budget);
        self.end.take()
    }

    /// Those of the next batch.
    fn pieces(&mut self, ctx: &Context) -> Result<Option<Vec<Batch>>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let firsts = (0..batch.len).step_by(self.rows);
        let pieces: Vec<_> = firsts.map(|first| batch.slice(first, self.rows.min(batch.len - first))).collect();
        // What others hold, too, counts in part.
        drop(batch);
        self.held.add(&ctx.budget, pieces.iter().map(Batch::size_bytes).sum())?;
        Ok(Some(pieces))
    }

    /// Nobody knows how long it takes to find more rows: who wants only some is not to wait for those that come later.
    fn is_wanted<T>(&self, queue: &Queue<T>, threads: usize) -> bool {
        let is_ahead = self.ahead && self.held.bytes() < MOST_WAITING_BYTES;
        queue.is_short_of(if is_ahead { 2 * threads - 1 } else { 0 })
    }
}

impl<W: Work> Crew<W> {
    pub(in super::super) fn new(operator: &Operator, morsels: Morsels, scope: Scope, ctx: &Context) -> Self {
        let pieces = matches!(morsels, Morsels::Rows(_)).then(|| ctx.new_argument(Batch::default()));
        Self {
            operator: operator.id,
            morsels,
            work: W::new(operator, Scope { pieces, ..scope }, ctx),
            pieces,
            current: None,
            supply: Supply::of(operator, morsels, scope, ctx),
            worked: Duration::ZERO,
            queue: queue(morsels, ctx),
            stop: Stop::default(),
            others: Vec::new(),
        }
    }

    /// The next item, in the order of morsels.
    pub(in super::super) fn next(&mut self, ctx: &Context) -> Result<Option<W::Item>, ExecError> {
        loop {
            let (step, notes) = match self.queue.turn() {
                Turn::Over => {
                    self.part(ctx);
                    return match self.supply.as_mut().and_then(|supply| supply.end(ctx)) {
                        Some(Err(Step::Failed(error))) => Err(error),
                        Some(Err(Step::Unwound(payload))) => resume_unwind(payload),
                        _ => Ok(None),
                    };
                }
                Turn::Step(step, notes) => (step, notes),
                Turn::Open(first) => match self.work_on(first, ctx) {
                    Some(done) => done,
                    None => continue,
                },
            };
            ctx.warn_of(notes.warnings);
            ctx.budget.rows(usize::try_from(notes.rows).unwrap_or(usize::MAX))?;
            match step {
                Step::Item(item, bytes) => {
                    ctx.budget.take_over(bytes)?;
                    return Ok(Some(item));
                }
                Step::End => {}
                Step::Failed(error) => {
                    self.dismiss();
                    return Err(error);
                }
                Step::Unwound(payload) => {
                    self.dismiss();
                    resume_unwind(payload);
                }
            }
        }
    }

    /// Does a step of work, or waits where there is none to do; what has come of the morsel whose turn it is.
    fn work_on(&mut self, first: usize, ctx: &Context) -> Option<(Step<W::Item>, Notes)> {
        if let Some(supply) = &mut self.supply {
            supply.feed(&self.queue, 1 + self.others.len(), ctx);
        }
        if self.current.is_none()
            && let Some(taken) = self.queue.take_up()
        {
            self.current = Some(taken.0);
            give(taken, self.morsels, self.pieces, ctx);
            self.work.begin(ctx);
        }
        let Some(morsel) = self.current.filter(|morsel| *morsel == first || self.queue.has_room(*morsel)) else {
            self.queue.wait_for_turn();
            return None;
        };
        let (step, notes) = self.step(ctx);
        if !step.is_item() {
            self.current = None;
            let_go(self.pieces, ctx);
        }
        match step {
            // It is used at once: what it takes is counted as in any other operator.
            Step::Item(item, _) if morsel == first => Some((Step::Item(item, 0), notes)),
            step => {
                hand_over(&step, ctx);
                self.queue.add(morsel, step, notes);
                None
            }
        }
    }

    fn step(&mut self, ctx: &Context) -> (Step<W::Item>, Notes) {
        if !self.others.is_empty() {
            return step(&mut self.work, ctx);
        }
        let began = Instant::now();
        let done = step(&mut self.work, ctx);
        self.worked += began.elapsed();
        if self.worked >= ctx.threads.patience {
            self.ask_others(ctx);
        }
        done
    }

    fn ask_others(&mut self, ctx: &Context) {
        let is_whole = self.supply.as_ref().is_none_or(|supply| supply.end.is_some());
        let most = if is_whole { self.queue.left() } else { usize::MAX };
        for _ in 0..most.min(ctx.free_threads() - 1) {
            let (member, queue) = (ctx.member(&self.stop), Arc::clone(&self.queue));
            let (operator, morsels) = (self.operator, self.morsels);
            let help = move || help::<W>(member, operator, morsels, &queue);
            match thread::Builder::new().name("averment".to_owned()).spawn(with_its_fault!(help)) {
                Ok(other) => self.others.push(other),
                // The machine has no more.
                Err(_) => break,
            }
        }
        ctx.helpers.set(ctx.helpers.get() + self.others.len());
    }

    /// Waits for the others, who have nothing to do any more, and takes over what they have counted.
    fn part(&mut self, ctx: &Context) {
        ctx.helpers.set(ctx.helpers.get() - self.others.len());
        for other in self.others.drain(..) {
            match other.join() {
                Ok(profile) => {
                    if let (Some(own), Some(profile)) = (&ctx.profile, profile) {
                        own.add_all(&profile);
                    }
                }
                Err(payload) => resume_unwind(payload),
            }
        }
    }

    /// Makes the others stop, and waits until they have. Nobody begins others then, but who begins anew.
    fn dismiss(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.queue.close();
        for other in self.others.drain(..) {
            // What it has met does not matter any more.
            let _ = other.join();
        }
    }

    pub(in super::super) fn rewind(&mut self, ctx: &Context) {
        ctx.helpers.set(ctx.helpers.get() - self.others.len());
        self.dismiss();
        self.stop = Stop::default();
        self.queue = queue(self.morsels, ctx);
        self.current = None;
        if let Some(supply) = &mut self.supply {
            supply.input.rewind(ctx);
            supply.held.clear(&ctx.budget);
            supply.end = None;
        }
    }
}

impl<W: Work> Drop for Crew<W> {
    fn drop(&mut self) {
        self.dismiss();
    }
}

fn queue<T>(morsels: Morsels, ctx: &Context) -> Arc<Queue<T>> {
    let count = match morsels {
        Morsels::Parts(parts) => Some(parts.count()),
        Morsels::Rows(_) => None,
    };
    Arc::new(Queue::new(count, ctx.threads.count.saturating_mul(WINDOW)))
}

/// Shows a thread the morsel that it has taken up.
fn give((morsel, piece): Taken, morsels: Morsels, pieces: Option<ArgumentId>, ctx: &Context) {
    if let Morsels::Parts(parts) = morsels {
        ctx.set_part(parts.scan, parts.part(morsel));
    }
    if let (Some(pieces), Some(piece)) = (pieces, piece) {
        ctx.set_argument(pieces, piece);
    }
}

/// A thread has no rows of a morsel that it is done with.
fn let_go(pieces: Option<ArgumentId>, ctx: &Context) {
    if let Some(pieces) = pieces {
        ctx.set_argument(pieces, Batch::default());
    }
}

/// What another thread does, from its begin to its end.
fn help<W: Work>(ctx: Context<'static>, operator: usize, morsels: Morsels, queue: &Queue<W::Item>) -> Option<Profile> {
    let plan = Arc::clone(&ctx.plan);
    let PlanBody::Rows(root) = &plan.root else { return None };
    let pieces = matches!(morsels, Morsels::Rows(_)).then(|| ctx.new_argument(Batch::default()));
    let scope = Scope { pieces, ..Scope::new(ctx.new_argument(Batch::unit()), ctx.new_segment()) };
    let mut work = W::new(below(root, operator)?, scope, &ctx);
    while let Some(taken) = queue.wait_for_more() {
        let morsel = taken.0;
        give(taken, morsels, pieces, &ctx);
        work.begin(&ctx);
        loop {
            let (step, notes) = step(&mut work, &ctx);
            if !step.is_item() {
                let_go(pieces, &ctx);
            }
            hand_over(&step, &ctx);
            let (goes_on, unwound) = (step.is_item(), matches!(step, Step::Unwound(_)));
            queue.add(morsel, step, notes);
            if unwound {
                // What it was about is left as it was then.
                return None;
            }
            if !goes_on || !queue.wait_for_room(morsel) {
                break;
            }
        }
    }
    ctx.into_profile()
}

/// The bytes of what waits are those of nobody.
fn hand_over<T>(step: &Step<T>, ctx: &Context) {
    if let Step::Item(_, bytes) = step {
        ctx.budget.hand_over(*bytes);
    }
    ctx.budget.tell_all();
}

/// One step, with what it has said and counted.
fn step<W: Work>(work: &mut W, ctx: &Context) -> (Step<W::Item>, Notes) {
    let before = ctx.take_warnings();
    let (made, rows) = ctx.budget.ahead(|| catch_unwind(AssertUnwindSafe(|| work.next(ctx))));
    let warnings = ctx.take_warnings();
    ctx.warn_of(before);
    let step = match made {
        Ok(Ok(Some(item))) => {
            let bytes = W::size_bytes(&item);
            Step::Item(item, bytes)
        }
        Ok(Ok(None)) => Step::End,
        Ok(Err(error)) => Step::Failed(error),
        Err(payload) => Step::Unwound(payload),
    };
    (step, Notes { warnings, rows })
}
