//! What threads have made of morsels, until its turn comes.
//!
//! Morsels are taken in their order, no more than a window of them beyond the one whose turn it is, and of each no more than
//! a few items wait: whoever has made these waits too, until some are taken. So what waits is bounded however much there
//! is to come, and a statement of which few rows are wanted makes few in vain.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::exec::ExecError;
use crate::exec::batch::Batch;

/// Items of a morsel that wait at most.
const MOST_WAITING: usize = 16;

/// What is told and counted in the turn of what has been made: warnings, by code and message, and rows.
#[derive(Default)]
pub(super) struct Notes {
    pub warnings: Vec<(&'static str, String)>,
    pub rows: u64,
}

/// What comes of a step of work at a morsel.
pub(super) enum Step<T> {
    /// With its size.
    Item(T, usize),
    End,
    Failed(ExecError),
    /// The thread has unwound, as where a page cannot be read.
    Unwound(Box<dyn Any + Send>),
}

impl<T> Step<T> {
    pub(super) fn is_item(&self) -> bool {
        matches!(self, Step::Item(..))
    }

    /// Whether what comes behind it will not be wanted.
    fn is_last(&self) -> bool {
        matches!(self, Step::Failed(_) | Step::Unwound(_))
    }
}

/// What the one who asks for items finds.
pub(super) enum Turn<T> {
    Step(Step<T>, Notes),
    /// Nothing yet of the morsel whose turn it is.
    Open(usize),
    /// All that there was is taken.
    Over,
}

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    window: usize,
}

struct State<T> {
    /// The morsel whose turn it is, and behind it those that were taken up.
    first: usize,
    open: VecDeque<Open<T>>,
    /// How many morsels there are, as far as is known, and whether that is all.
    count: usize,
    is_whole: bool,
    /// The rows of those that nobody has taken up, if they are rows.
    pieces: VecDeque<Batch>,
    /// How many bytes the rows had of those that are done, since that was last asked.
    done_bytes: usize,
    is_closed: bool,
}

/// The number of a morsel, and its rows if it has some.
pub(super) type Taken = (usize, Option<Batch>);

/// A morsel that somebody works at or has worked at.
struct Open<T> {
    steps: VecDeque<(Step<T>, Notes)>,
    /// Of its rows.
    bytes: usize,
}

impl<T> State<T> {
    fn take_up(&mut self, window: usize) -> Option<Taken> {
        let next = self.first + self.open.len();
        if self.is_closed || next >= self.count || self.open.len() >= window {
            return None;
        }
        let piece = self.pieces.pop_front();
        let bytes = piece.as_ref().map_or(0, Batch::size_bytes);
        self.open.push_back(Open { steps: VecDeque::new(), bytes });
        Some((next, piece))
    }

    fn has_more(&self) -> bool {
        !self.is_closed && (!self.is_whole || self.first + self.open.len() < self.count)
    }
}

impl<T> Queue<T> {
    /// Of so many morsels, or, if that is not known, of those that will be [fed](Self::feed).
    pub(super) fn new(count: Option<usize>, window: usize) -> Self {
        let state = State {
            first: 0,
            open: VecDeque::new(),
            count: count.unwrap_or(0),
            is_whole: count.is_some(),
            pieces: VecDeque::new(),
            done_bytes: 0,
            is_closed: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), window }
    }

    /// Nothing unwinds while it is locked.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'l>(&self, state: MutexGuard<'l, State<T>>) -> MutexGuard<'l, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// How many morsels nobody has taken up.
    pub(super) fn left(&self) -> usize {
        let state = self.lock();
        state.count.saturating_sub(state.first + state.open.len())
    }

    /// Whether more morsels are to be [fed](Self::feed): fewer than so many wait, or there is nothing to do at all.
    pub(super) fn is_short_of(&self, least: usize) -> bool {
        let state = self.lock();
        let is_idle = || state.open.is_empty() && state.pieces.is_empty();
        !state.is_whole && (state.pieces.len() < least || is_idle())
    }

    /// How many bytes the rows had of morsels that are done, since that was last asked.
    pub(super) fn take_done_bytes(&self) -> usize {
        std::mem::take(&mut self.lock().done_bytes)
    }

    /// Adds morsels behind the last one.
    pub(super) fn feed(&self, pieces: Vec<Batch>) {
        let mut state = self.lock();
        let before = state.pieces.len();
        state.pieces.extend(pieces);
        state.count += state.pieces.len() - before;
        self.changed.notify_all();
    }

    /// No more will be added.
    pub(super) fn end(&self) {
        self.lock().is_whole = true;
        self.changed.notify_all();
    }

    /// The next morsel to work at; none if there are no more, or too many wait for their turn.
    pub(super) fn take_up(&self) -> Option<Taken> {
        self.lock().take_up(self.window)
    }

    /// The same, waiting for the turn of others to come.
    pub(super) fn wait_for_more(&self) -> Option<Taken> {
        let mut state = self.lock();
        loop {
            match state.take_up(self.window) {
                None if state.has_more() => state = self.wait(state),
                found => return found,
            }
        }
    }

    /// Adds what has come of a morsel. There may be no room for more then: see [`Self::has_room`].
    pub(super) fn add(&self, morsel: usize, step: Step<T>, notes: Notes) {
        let mut guard = self.lock();
        let state = &mut *guard;
        if step.is_last() {
            state.count = state.count.min(morsel + 1);
            state.is_whole = true;
            state.pieces.clear();
        }
        if let Some(open) = state.open.get_mut(morsel - state.first) {
            if !step.is_item() {
                state.done_bytes += std::mem::take(&mut open.bytes);
            }
            open.steps.push_back((step, notes));
        }
        self.changed.notify_all();
    }

    /// Whether more items of the morsel can be added now.
    pub(super) fn has_room(&self, morsel: usize) -> bool {
        has_room(&self.lock(), morsel)
    }

    /// Waits until more of the morsel is wanted; false if nothing is any more.
    pub(super) fn wait_for_room(&self, morsel: usize) -> bool {
        let mut state = self.lock();
        while !state.is_closed && !has_room(&state, morsel) {
            state = self.wait(state);
        }
        !state.is_closed
    }

    /// Takes the next item or failure, or the end of a morsel or of all.
    pub(super) fn turn(&self) -> Turn<T> {
        let mut state = self.lock();
        let first = state.first;
        if state.is_closed || (state.is_whole && first >= state.count) {
            return Turn::Over;
        }
        let Some((step, notes)) = state.open.front_mut().and_then(|open| open.steps.pop_front()) else {
            return Turn::Open(first);
        };
        if matches!(step, Step::End) {
            state.open.pop_front();
            state.first += 1;
        }
        self.changed.notify_all();
        Turn::Step(step, notes)
    }

    /// Waits until something has come of the morsel whose turn it is.
    pub(super) fn wait_for_turn(&self) {
        let mut state = self.lock();
        while state.open.front().is_some_and(|open| open.steps.is_empty()) {
            state = self.wait(state);
        }
    }

    /// Nothing is wanted any more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.open.clear();
        state.pieces.clear();
        self.changed.notify_all();
    }
}

fn has_room<T>(state: &State<T>, morsel: usize) -> bool {
    let open = morsel.checked_sub(state.first).and_then(|place| state.open.get(place));
    open.is_some_and(|open| open.steps.len() < MOST_WAITING)
}
