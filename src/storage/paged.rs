//! Persistent arrays: pages behind `Arc`, found through tables of 32.
//!
//! Cloning a root takes constant time. A writer copies the pages that it touches and the tables on the way to them,
//! once; what only the working root owns is changed in place.

use std::fmt;
use std::sync::Arc;

const FAN_BITS: u32 = 5;
const FAN: usize = 1 << FAN_BITS;

type Children<T> = [Option<Arc<T>>; FAN];

/// A sparse array of pages. Pages that were never written cost nothing.
pub(super) struct PageTree<P> {
    root: Option<Arc<Table<P>>>,
    /// Tables of tables above the tables of pages.
    height: u32,
}

enum Table<P> {
    Branch(Children<Table<P>>),
    Leaf(Children<P>),
}

impl<P> PageTree<P> {
    pub(super) fn get(&self, index: usize) -> Option<&P> {
        let mut table = self.root.as_deref()?;
        if !self.reaches(index) {
            return None;
        }
        let mut shift = self.height * FAN_BITS;
        loop {
            match table {
                Table::Branch(children) => table = children[(index >> shift) % FAN].as_deref()?,
                Table::Leaf(pages) => return pages[index % FAN].as_deref(),
            }
            shift -= FAN_BITS;
        }
    }

    /// The first page at `from` or behind it.
    pub(super) fn next(&self, from: usize) -> Option<(usize, &P)> {
        if !self.reaches(from) {
            return None;
        }
        self.root.as_deref()?.next(from, self.height * FAN_BITS)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &P)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(from)?;
            from = found.0 + 1;
            Some(found)
        })
    }

    /// Drops a page.
    pub(super) fn remove(&mut self, index: usize) {
        if self.get(index).is_some() {
            *self.place_mut(index) = None;
        }
    }

    fn reaches(&self, index: usize) -> bool {
        index.checked_shr((self.height + 1) * FAN_BITS).unwrap_or(0) == 0
    }

    /// Adds tables on top until `index` is within reach.
    fn reach(&mut self, index: usize) {
        while !self.reaches(index) {
            if let Some(root) = self.root.take() {
                let mut children = Children::default();
                children[0] = Some(root);
                self.root = Some(Arc::new(Table::Branch(children)));
            }
            self.height += 1;
        }
    }
}

impl<P> PageTree<P> {
    pub(super) fn put(&mut self, index: usize, page: Arc<P>) {
        *self.place_mut(index) = Some(page);
    }

    fn place_mut(&mut self, index: usize) -> &mut Option<Arc<P>> {
        self.reach(index);
        let mut level = self.height;
        let mut table = Arc::make_mut(self.root.get_or_insert_with(|| Arc::new(Table::new(level))));
        loop {
            match table {
                Table::Branch(children) => {
                    let child = &mut children[(index >> (level * FAN_BITS)) % FAN];
                    level -= 1;
                    table = Arc::make_mut(child.get_or_insert_with(|| Arc::new(Table::new(level))));
                }
                Table::Leaf(pages) => return &mut pages[index % FAN],
            }
        }
    }
}

impl<P: Clone> PageTree<P> {
    /// The page at `index`, to be changed; made by `new` if it was never written.
    pub(super) fn get_or_insert_with(&mut self, index: usize, new: impl FnOnce() -> P) -> &mut P {
        Arc::make_mut(self.place_mut(index).get_or_insert_with(|| Arc::new(new())))
    }

    /// The page at `index`, to be changed, if there is one.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut P> {
        self.get(index)?;
        Some(self.get_or_insert_with(index, || unreachable!("the page was found")))
    }

    pub(super) fn set(&mut self, index: usize, page: P) {
        self.put(index, Arc::new(page));
    }
}

impl<P> Table<P> {
    fn new(height: u32) -> Self {
        if height == 0 { Table::Leaf(Children::default()) } else { Table::Branch(Children::default()) }
    }

    fn next(&self, from: usize, shift: u32) -> Option<(usize, &P)> {
        let first = (from >> shift) % FAN;
        match self {
            Table::Leaf(pages) => {
                let place = (first..FAN).find(|&place| pages[place].is_some())?;
                Some((from - first + place, pages[place].as_deref()?))
            }
            Table::Branch(children) => (first..FAN).find_map(|place| {
                let base = (from >> shift) - first + place;
                let from = from.max(base << shift);
                children[place].as_deref()?.next(from, shift - FAN_BITS)
            }),
        }
    }
}

impl<P> Clone for Table<P> {
    fn clone(&self) -> Self {
        match self {
            Table::Branch(children) => Table::Branch(children.clone()),
            Table::Leaf(pages) => Table::Leaf(pages.clone()),
        }
    }
}

impl<P> Clone for PageTree<P> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), height: self.height }
    }
}

impl<P> Default for PageTree<P> {
    fn default() -> Self {
        Self { root: None, height: 0 }
    }
}

impl<P> fmt::Debug for PageTree<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageTree").field("height", &self.height).finish_non_exhaustive()
    }
}

/// A persistent vector that grows at its end. Its last page is at hand, so that appending copies no tables.
pub(super) struct Paged<T, const PAGE: usize> {
    full: PageTree<Vec<T>>,
    last: Arc<Vec<T>>,
    full_count: usize,
}

impl<T: Clone, const PAGE: usize> Paged<T, PAGE> {
    pub(super) fn len(&self) -> usize {
        self.full_count * PAGE + self.last.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let page = index / PAGE;
        let items = if page == self.full_count { &self.last } else { self.full.get(page)? };
        items.get(index % PAGE)
    }

    /// Appends `item` and returns its index.
    pub(super) fn push(&mut self, item: T) -> usize {
        let index = self.len();
        if self.last.len() == PAGE {
            self.full.put(self.full_count, std::mem::take(&mut self.last));
            self.full_count += 1;
        }
        if let Some(last) = Arc::get_mut(&mut self.last) {
            last.push(item);
        } else {
            let mut copy = copy_with_room(&self.last);
            copy.push(item);
            self.last = Arc::new(copy);
        }
        index
    }
}

impl<T, const PAGE: usize> Clone for Paged<T, PAGE> {
    fn clone(&self) -> Self {
        Self { full: self.full.clone(), last: Arc::clone(&self.last), full_count: self.full_count }
    }
}

impl<T, const PAGE: usize> Default for Paged<T, PAGE> {
    fn default() -> Self {
        Self { full: PageTree::default(), last: Arc::default(), full_count: 0 }
    }
}

impl<T, const PAGE: usize> fmt::Debug for Paged<T, PAGE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paged").field("full_count", &self.full_count).finish_non_exhaustive()
    }
}

/// A copy that can take a few more items before it grows: whoever copies a page is about to write to it.
pub(super) fn copy_with_room<T: Clone>(items: &[T]) -> Vec<T> {
    let mut copy = Vec::with_capacity(items.len() + items.len() / 8 + 4);
    copy.extend_from_slice(items);
    copy
}

/// Makes room for one more item, by an eighth at a time: doubling would leave a quarter of all memory unused.
pub(super) fn reserve_sparingly<T>(items: &mut Vec<T>) {
    if items.len() == items.capacity() {
        items.reserve_exact(items.len() / 8 + 4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut tree = PageTree::default();
        for index in [0, 31, 32, 1_023, 1_024, 40_000, usize::MAX] {
            tree.set(index, index);
        }
        let snapshot = tree.clone();
        tree.set(32, 7);
        tree.remove(31);
        assert_eq!(snapshot.get(32), Some(&32));
        assert_eq!(snapshot.get(31), Some(&31));
        assert_eq!(tree.get(32), Some(&7));
        assert_eq!(tree.get(31), None);
        assert_eq!(tree.get(usize::MAX), Some(&usize::MAX));
    }

    #[test]
    fn pages_are_found_in_order() {
        let indexes = [3, 40, 1_024, 5_000, 70_000];
        let mut tree = PageTree::default();
        for index in indexes {
            tree.set(index, index);
        }
        let found: Vec<_> = tree.iter().map(|(index, _)| index).collect();
        assert_eq!(found, indexes);
        assert_eq!(tree.next(41), Some((1_024, &1_024)));
        assert_eq!(tree.next(70_001), None);
    }

    #[test]
    fn a_vector_grows_page_by_page() {
        let mut items = Paged::<usize, 32>::default();
        for item in 0..100 {
            assert_eq!(items.push(item), item);
        }
        let snapshot = items.clone();
        items.push(100);
        assert_eq!((snapshot.len(), items.len()), (100, 101));
        assert_eq!(items.get(77), Some(&77));
        assert_eq!(snapshot.get(100), None);
    }
}
