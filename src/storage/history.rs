//! Which roots of the past are kept, so that they can be read again.
//!
//! Roots share the pages in which they do not differ: a kept commit costs the pages that later ones have changed, and
//! next to nothing as long as it lies in a snapshot and is not asked for. In a graph
//! of 20,000 nodes and 100,000 relationships (7 MB) that was 3 KB for one property, 29 KB for a new node, 40 KB for a new
//! relationship, 0.9 MB for a hundred of them at one node, 2.8 MB for a thousand between others, 1.8 MB for a property of
//! every relationship. A small write takes up to three times as long where old pages stay, since those that it makes are
//! in fresh memory. On the disk, in a snapshot of 100,000 nodes and 100,000 relationships (3.5 MB), each of a thousand commits
//! took 16 KB for one property, 14 KB for a new node, 7 KB for a new relationship.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::snapshot::{StoredRoot, guard};
use super::{DiskError, Graph, Log, StorageError};

/// Where nobody says how many commits are kept: at most so many, ...
const DEFAULT_COMMITS: u64 = 100;

/// ... and those behind which no more than so many changes were made. So what was so some edits ago can be asked, and neither
/// a load in batches nor a change of everything multiplies the memory of a graph.
const DEFAULT_CHANGES: u128 = 10_000;

/// How many commits can be read again: see [`Options::keep_commits`](crate::Options::keep_commits) and
/// [`Database::keep`](crate::Database::keep). The log of commits is whole in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All commits from now on, however much memory they take.
    All,
    /// The last so many, that which is the present one among them; it is always kept.
    Last(u64),
}

/// The roots that one database keeps. The last one is that of the last commit.
#[derive(Debug)]
pub(crate) struct History(Mutex<Roots>);

#[derive(Clone, Debug)]
pub(crate) struct Roots {
    /// `None` until somebody says.
    keep: Option<Keep>,
    /// What was said when the database was opened.
    kept_at_first: Option<Keep>,
    /// All but the last one.
    past: Past,
    last: Arc<Graph>,
}

/// Roots behind which commits were made, oldest first.
#[derive(Clone, Debug, Default)]
struct Past {
    roots: VecDeque<Kept>,
    /// How many changes were made behind the oldest one: each root costs what those behind it have changed.
    changes: u128,
}

impl Past {
    fn push_back(&mut self, kept: Kept) {
        self.changes += u128::from(kept.changes_behind);
        self.roots.push_back(kept);
    }

    fn push_front(&mut self, kept: Kept) {
        self.changes += u128::from(kept.changes_behind);
        self.roots.push_front(kept);
    }

    fn pop_front(&mut self) -> Option<Kept> {
        let oldest = self.roots.pop_front()?;
        self.changes -= u128::from(oldest.changes_behind);
        Some(oldest)
    }

    fn is_kept_by(&self, keep: Option<Keep>) -> bool {
        let count = self.roots.len() as u64;
        match keep {
            Some(Keep::All) => true,
            Some(Keep::Last(most)) => count < most.max(1),
            None => count < DEFAULT_COMMITS && self.changes <= DEFAULT_CHANGES,
        }
    }
}

/// A root that is kept behind that of the last commit.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    root: Root,
    /// How many changes the commit holds that was made behind it.
    changes_behind: u64,
}

#[derive(Clone, Debug)]
enum Root {
    Here(Arc<Graph>),
    Stored(Arc<StoredRoot>),
}

impl Kept {
    pub(super) fn stored(root: Arc<StoredRoot>, changes_behind: u64) -> Self {
        Self { root: Root::Stored(root), changes_behind }
    }

    /// One behind which nothing was made yet.
    pub(super) fn here(root: Graph) -> Self {
        Self { root: Root::Here(Arc::new(root)), changes_behind: 0 }
    }

    pub(super) fn number(&self) -> u64 {
        match &self.root {
            Root::Here(graph) => graph.commit().number,
            Root::Stored(stored) => stored.number(),
        }
    }

    pub(super) fn changes_behind(&self) -> u64 {
        self.changes_behind
    }

    fn in_memory(&mut self) -> Option<&mut Arc<Graph>> {
        match &mut self.root {
            Root::Here(graph) => Some(graph),
            Root::Stored(_) => None,
        }
    }

    /// # Errors
    ///
    /// [`DiskError`] if it lies in a file and cannot be read.
    pub(super) fn graph(&self) -> Result<Arc<Graph>, DiskError> {
        match &self.root {
            Root::Here(graph) => Ok(Arc::clone(graph)),
            Root::Stored(stored) => stored.graph(),
        }
    }
}

impl History {
    pub(crate) fn new(root: Arc<Graph>, keep: Option<Keep>) -> Self {
        Self(Mutex::new(Roots { keep, kept_at_first: keep, past: Past::default(), last: root }))
    }

    /// Another one that begins as this one is now.
    pub(crate) fn fork(&self) -> (Self, Arc<Graph>) {
        let roots = self.lock().clone();
        let last = Arc::new(roots.last.forked());
        (Self(Mutex::new(Roots { last: Arc::clone(&last), ..roots })), last)
    }

    /// A panic while the lock was held leaves roots that are whole: each change is one step.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Roots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The root of a commit.
    ///
    /// # Errors
    ///
    /// [`StorageError::NoSuchCommit`], [`StorageError::CommitNotKept`], [`StorageError::Disk`].
    pub(crate) fn root(&self, number: u64) -> Result<Arc<Graph>, StorageError> {
        // Who commits does not wait until it is read.
        let kept = self.lock().find(number)?;
        Ok(kept.graph()?)
    }
}

impl Roots {
    pub(crate) fn keep(&self) -> Option<Keep> {
        self.keep
    }

    /// What is not kept by the new rule is let go by whoever drops it.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn set_keep(&mut self, keep: Keep) -> Vec<Kept> {
        self.keep = Some(keep);
        self.let_go()
    }

    /// Adds the root of a new commit.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn add(&mut self, root: Arc<Graph>) -> Vec<Kept> {
        let changes_behind = root.log().last().map_or(0, |last| last.changes);
        let mut before = std::mem::replace(&mut self.last, root);
        let mut gone = Vec::new();
        // Those who read it now go on as they are.
        if let Some(at_rest) = before.at_rest() {
            let read = std::mem::replace(&mut before, Arc::new(at_rest));
            gone.push(Kept { root: Root::Here(read), changes_behind });
        }
        self.past.push_back(Kept { root: Root::Here(before), changes_behind });
        gone.extend(self.let_go());
        gone
    }

    /// Adds the roots of commits before those that are here, oldest first.
    pub(crate) fn add_before(&mut self, past: Vec<Kept>) {
        past.into_iter().rev().for_each(|kept| self.past.push_front(kept));
        drop(self.let_go());
    }

    /// Leaves the commits that lie in a snapshot to it, in all roots that are in memory: so no root holds a snapshot that was
    /// removed since. Where it cannot be read, commits stay where they are.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn leave_log_to(&mut self, stored: &Log) -> Vec<Arc<Graph>> {
        let mut before = None;
        let in_memory = self.past.roots.iter_mut().filter_map(Kept::in_memory).chain([&mut self.last]);
        in_memory.filter_map(|root| leave_log_to(root, stored, &mut before)).collect()
    }

    /// Keeps this root of the last commit, and no other one.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn keep_only(&mut self, root: Arc<Graph>) -> Vec<Kept> {
        self.last = root;
        std::mem::take(&mut self.past).roots.into()
    }

    /// Begins anew with the root of an empty graph.
    pub(crate) fn reset(&mut self, root: Arc<Graph>) {
        (self.past, self.last) = (Past::default(), root);
        self.keep = self.kept_at_first;
    }

    /// Goes on with what a later look at the same database has found. What is kept leads to it, unless its last commit has
    /// turned out to be none.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn go_on_with(&mut self, found: History) -> Vec<Kept> {
        let found = found.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let number = self.last.commit().number;
        let entry = |root: &Graph| root.log().find(number).and_then(|place| root.log().get(place).cloned());
        let leads_there = number == 0 || entry(&found.last) == entry(&self.last);
        let changes_behind = first_behind(&found.last, number);
        let before = std::mem::replace(&mut self.last, found.last);
        if !leads_there {
            return std::mem::replace(&mut self.past, found.past).roots.into();
        }
        if let Some(changes_behind) = changes_behind {
            self.past.push_back(Kept { root: Root::Here(before), changes_behind });
            let later = found.past.roots.into_iter().filter(|kept| kept.number() > number);
            later.for_each(|kept| self.past.push_back(kept));
        }
        self.let_go()
    }

    fn let_go(&mut self) -> Vec<Kept> {
        let mut gone = Vec::new();
        while !self.past.is_kept_by(self.keep) {
            gone.extend(self.past.pop_front());
        }
        gone
    }

    /// The root of the last commit.
    pub(crate) fn last(&self) -> Arc<Graph> {
        Arc::clone(&self.last)
    }

    /// The roots before that of the last commit, oldest first.
    pub(crate) fn past(&self) -> Vec<Kept> {
        self.past.roots.iter().cloned().collect()
    }

    /// The numbers of the commits that are kept, lowest first.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.past.roots.iter().map(Kept::number).chain([self.last.commit().number]).collect()
    }

    fn find(&self, number: u64) -> Result<Kept, StorageError> {
        if number == self.last.commit().number {
            return Ok(Kept { root: Root::Here(self.last()), changes_behind: 0 });
        }
        if let Ok(place) = self.past.roots.binary_search_by_key(&number, Kept::number) {
            return Ok(self.past.roots[place].clone());
        }
        let kept = ranges(self.numbers().into_iter());
        if number == 0 || guard(|| self.last.log().find(number))?.is_some() {
            Err(StorageError::CommitNotKept { number, kept })
        } else {
            Err(StorageError::NoSuchCommit { number, kept })
        }
    }
}

/// Puts a root with another log in the place of one, and gives that. `before` is the log of the root that comes before it.
fn leave_log_to(root: &mut Arc<Graph>, stored: &Log, before: &mut Option<Log>) -> Option<Arc<Graph>> {
    let log = root.log().left_to(stored, before.as_ref()).ok()??;
    *before = Some(log.clone());
    Some(std::mem::replace(root, Arc::new(root.with_log(log))))
}

/// How many changes the commit behind one holds, if there is one.
fn first_behind(root: &Graph, number: u64) -> Option<u64> {
    let log = root.log();
    let place = if number == 0 { 0 } else { log.find(number)? + 1 };
    log.get(place).map(|entry| entry.changes)
}

/// `0, 3 to 7`: rising numbers as people say them.
fn ranges(numbers: impl Iterator<Item = u64>) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut().filter(|range| range.1 + 1 == number) {
            Some(range) => range.1 = number,
            None => ranges.push((number, number)),
        }
    }
    let text = |(first, last): (u64, u64)| if first == last { first.to_string() } else { format!("{first} to {last}") };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Direction;
    use super::super::tests::two_types_and_a_hub;
    use super::*;

    #[test]
    fn a_root_that_is_kept_is_at_rest() {
        let degrees = |graph: &Graph| {
            let mut degrees = Vec::new();
            graph.degrees(&[3, 7, 8, 299], Direction::Out, None, &mut degrees);
            degrees
        };
        let graph = two_types_and_a_hub();
        let expected = degrees(&graph);
        assert!(graph.at_rest().is_some());
        let history = History::new(Arc::new(graph.clone()), None);
        let gone = history.lock().add(Arc::new(graph));
        assert_eq!(gone.len(), 1, "who reads the root as it was may go on");
        let kept = history.lock().past()[0].graph().unwrap();
        assert!(kept.at_rest().is_none());
        assert_eq!(degrees(&kept), expected);
    }

    #[test]
    fn numbers_are_told_in_ranges() {
        for (numbers, told) in [(&[4][..], "4"), (&[0, 1, 2, 5, 7, 8], "0 to 2, 5, 7 to 8")] {
            assert_eq!(ranges(numbers.iter().copied()), told);
        }
    }
}
