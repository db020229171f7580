//! The pages of a tree side by side, so that who asks for very many of them does not walk the tree each time.
//!
//! A page that is found through tables waits for memory several times over, more often still where the tables came from a
//! snapshot. Here it waits once. The row of pages is made when so many were asked for that it is worth its room, is filled
//! as pages are asked for, and is shared by clones; whoever changes the tree forgets it. It takes 16 bytes a page.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::paged::PageTree;
use super::snapshot::Stored;

/// So many pages of a tree for each that was asked for make a row worth its room.
const WORTH: usize = if cfg!(test) { 8 } else { 2 };

pub(super) struct Shortcut<P> {
    /// How many pages were asked for before there was a row.
    asked: AtomicUsize,
    row: OnceLock<Arc<Row<P>>>,
}

/// By the number of a page, the page or that there is none, once it was asked for.
type Row<P> = [OnceLock<Option<Arc<P>>>];

impl<P: Stored> Shortcut<P> {
    /// The page at `index` in `tree`, of which this is the shortcut.
    #[inline]
    pub(super) fn get<'t>(&'t self, tree: &'t PageTree<P>, index: usize) -> Option<&'t P> {
        match self.row.get().and_then(|row| row.get(index)) {
            Some(page) => page.get_or_init(|| tree.shared(index).cloned()).as_deref(),
            None => tree.get(index),
        }
    }

    /// The pages at some indexes, in their order.
    #[inline]
    pub(super) fn get_all<'t>(
        &'t self,
        tree: &'t PageTree<P>,
        indexes: impl Iterator<Item = usize>,
        pages: &mut [Option<&'t P>],
    ) {
        let Some(row) = self.row.get() else {
            // Many are in the page of the one before.
            let mut last = (usize::MAX, None);
            for (page, index) in pages.iter_mut().zip(indexes) {
                if index != last.0 {
                    last = (index, tree.get(index));
                }
                *page = last.1;
            }
            return;
        };
        for (page, index) in pages.iter_mut().zip(indexes) {
            let place = row.get(index);
            *page = place.and_then(|place| place.get_or_init(|| tree.shared(index).cloned()).as_deref());
        }
    }

    /// Has the row ready if, with `count` more that are about to be asked for, it is worth it.
    #[inline]
    pub(super) fn expect(&self, tree: &PageTree<P>, count: usize) {
        if self.row.get().is_none() {
            self.count(tree, count);
        }
    }

    #[cold]
    fn count(&self, tree: &PageTree<P>, count: usize) {
        let asked = self.asked.fetch_add(count, Ordering::Relaxed).saturating_add(count);
        let bound = tree.bound();
        if asked >= bound / WORTH {
            self.row.get_or_init(|| (0..bound).map(|_| OnceLock::new()).collect());
        }
    }

    /// Whether there is a row.
    pub(super) fn is_there(&self) -> bool {
        self.row.get().is_some()
    }

    /// The tree is about to change, or is not to be read by many any more.
    #[inline]
    pub(super) fn forget(&mut self) {
        if self.row.take().is_some() {
            *self.asked.get_mut() = 0;
        }
    }
}

/// A clone of the tree has the same pages.
impl<P> Clone for Shortcut<P> {
    fn clone(&self) -> Self {
        Self { asked: AtomicUsize::new(self.asked.load(Ordering::Relaxed)), row: self.row.clone() }
    }
}

impl<P> Default for Shortcut<P> {
    fn default() -> Self {
        Self { asked: AtomicUsize::new(0), row: OnceLock::new() }
    }
}

impl<P> fmt::Debug for Shortcut<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shortcut").field("len", &self.row.get().map(|row| row.len())).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_says_what_the_tree_says() {
        let (mut tree, mut shortcut) = (PageTree::default(), Shortcut::default());
        for index in [0, 40, 1_030] {
            tree.set(index, index);
        }
        for expected in [7, 8] {
            shortcut.expect(&tree, 100);
            assert!(shortcut.row.get().is_none(), "few were asked for");
            shortcut.expect(&tree, 100);
            assert_eq!(shortcut.row.get().map(|row| row.len()), Some(1_031));
            let shared = shortcut.clone();
            for index in [0, 1, 40, 41, 1_030, 1_031, usize::MAX] {
                assert_eq!(shortcut.get(&tree, index), tree.get(index));
                assert_eq!(shared.get(&tree, index), tree.get(index));
            }
            let indexes = [40, 40, 7, 0, 5_000, 1_030, 1_030];
            for shortcut in [&shortcut, &Shortcut::default()] {
                let mut pages = [None; 8];
                shortcut.get_all(&tree, indexes.into_iter(), &mut pages);
                assert_eq!(pages[..7], indexes.map(|index| tree.get(index)));
                assert_eq!(pages[7], None);
            }
            shortcut.forget();
            tree.set(40, expected);
            assert_eq!(shortcut.get(&tree, 40), Some(&expected));
        }
    }
}
