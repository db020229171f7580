//! Which roots of the past are kept, so that they can be read again.
//!
//! Roots share the pages in which they do not differ: a kept commit costs the pages that later ones have changed. In a graph
//! of 20,000 nodes and 100,000 relationships (7 MB) that was 3 KB for one property, 29 KB for a new node, 40 KB for a new
//! relationship, 0.9 MB for a hundred of them at one node, 2.8 MB for a thousand between others, 1.8 MB for a property of
//! every relationship. A small write takes up to three times as long where old pages stay, since those that it makes are
//! in fresh memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Graph, StorageError};

/// Where nobody says how many commits are kept: at most so many, ...
const DEFAULT_COMMITS: usize = 100;

/// ... and those behind which no more than so many changes were made. So what was so some edits ago can be asked, and neither
/// a load in batches nor a change of everything multiplies the memory of a graph.
const DEFAULT_CHANGES: u64 = 10_000;

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
    /// Oldest first.
    kept: VecDeque<Arc<Graph>>,
}

impl History {
    pub(crate) fn new(root: Arc<Graph>, keep: Option<Keep>) -> Self {
        Self(Mutex::new(Roots { keep, kept_at_first: keep, kept: VecDeque::from([root]) }))
    }

    /// Another one that begins as this one is now.
    pub(crate) fn fork(&self) -> (Self, Arc<Graph>) {
        let mut roots = self.lock().clone();
        let last = Arc::new(roots.last().forked());
        roots.kept.pop_back();
        roots.kept.push_back(Arc::clone(&last));
        (Self(Mutex::new(roots)), last)
    }

    /// A panic while the lock was held leaves roots that are whole: each change is one step.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Roots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Roots {
    pub(crate) fn keep(&self) -> Option<Keep> {
        self.keep
    }

    /// What is not kept by the new rule is let go by whoever drops it.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn set_keep(&mut self, keep: Keep) -> Vec<Arc<Graph>> {
        self.keep = Some(keep);
        self.let_go()
    }

    /// Adds the root of a new commit.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn add(&mut self, root: Arc<Graph>) -> Vec<Arc<Graph>> {
        self.kept.push_back(root);
        self.let_go()
    }

    /// Begins anew with the root of an empty graph.
    pub(crate) fn reset(&mut self, root: Arc<Graph>) {
        self.kept = VecDeque::from([root]);
        self.keep = self.kept_at_first;
    }

    /// Goes on with what a later look at the same database has found. What is kept leads to it, unless its last commit has
    /// turned out to be none.
    #[must_use = "drop what is let go when nobody waits"]
    pub(crate) fn go_on_with(&mut self, found: History) -> Vec<Arc<Graph>> {
        let found = found.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let last = self.last();
        let entry =
            |root: &Graph| root.log().find(last.commit().number).and_then(|place| root.log().get(place).cloned());
        let leads_there = last.commit().number == 0 || entry(&found.last()) == entry(&last);
        let mut let_go = if leads_there { Vec::new() } else { self.kept.drain(..).collect() };
        let number = self.kept.back().map(|root| root.commit().number);
        self.kept.extend(found.kept.into_iter().filter(|root| Some(root.commit().number) > number));
        let_go.extend(self.let_go());
        let_go
    }

    fn let_go(&mut self) -> Vec<Arc<Graph>> {
        let count = match self.keep {
            Some(Keep::All) => usize::MAX,
            Some(Keep::Last(count)) => usize::try_from(count).unwrap_or(usize::MAX).max(1),
            None => self.default_count(),
        };
        let excess = self.kept.len().saturating_sub(count);
        self.kept.drain(..excess).collect()
    }

    fn default_count(&self) -> usize {
        let changes = |root: &Arc<Graph>| root.log().last().map_or(0, |last| last.changes);
        // Each root costs what those behind it have changed.
        let changed_since = self.kept.iter().rev().scan(0_u64, |since, root| {
            let before = *since;
            *since = since.saturating_add(changes(root));
            Some(before)
        });
        changed_since.take(DEFAULT_COMMITS).take_while(|changed| *changed <= DEFAULT_CHANGES).count()
    }

    /// The root of the last commit.
    pub(crate) fn last(&self) -> Arc<Graph> {
        Arc::clone(self.kept.back().expect("the last commit is always kept"))
    }

    /// The numbers of the commits that are kept, lowest first.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.kept.iter().map(|root| root.commit().number).collect()
    }

    /// The root of a commit.
    ///
    /// # Errors
    ///
    /// [`StorageError::NoSuchCommit`], [`StorageError::CommitNotKept`].
    pub(crate) fn root(&self, number: u64) -> Result<Arc<Graph>, StorageError> {
        if let Ok(place) = self.kept.binary_search_by_key(&number, |root| root.commit().number) {
            return Ok(Arc::clone(&self.kept[place]));
        }
        let kept = ranges(self.numbers().into_iter());
        if number == 0 || self.last().log().find(number).is_some() {
            Err(StorageError::CommitNotKept { number, kept })
        } else {
            Err(StorageError::NoSuchCommit { number, kept })
        }
    }
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
    use super::*;

    #[test]
    fn numbers_are_told_in_ranges() {
        for (numbers, told) in [(&[4][..], "4"), (&[0, 1, 2, 5, 7, 8], "0 to 2, 5, 7 to 8")] {
            assert_eq!(ranges(numbers.iter().copied()), told);
        }
    }
}
