//! Persistent arrays: pages behind `Arc`, found through tables of 32.
//!
//! Cloning a root takes constant time. A writer copies the pages that it touches and the tables on the way to them,
//! once; what only the working root owns is changed in place.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::DiskError;
use super::snapshot::{Bytes, Damage, Link, Reader, SnapshotWriter, Source, Stored, check};

const FAN_BITS: u32 = 5;
const FAN: usize = 1 << FAN_BITS;

/// The most tables of tables that can stand on top of each other.
const MAX_HEIGHT: u32 = usize::BITS.div_ceil(FAN_BITS) - 1;

/// Is shown pages, or which cannot be read and why.
pub(super) type Visit<'v, 't, P> = dyn FnMut(Range<usize>, Result<&'t P, DiskError>) + 'v;

/// A sparse array of pages. Pages that were never written cost nothing.
pub(super) struct PageTree<P> {
    root: Link<Table<P>>,
    /// Tables of tables above the tables of pages.
    height: u32,
}

enum Table<P> {
    Branch(Children<Table<P>>),
    Leaf(Children<P>),
}

/// Pages or tables.
#[expect(clippy::large_enum_variant, reason = "the large one is the usual one, and already behind an `Arc`")]
enum Children<C> {
    Here([Option<Arc<C>>; FAN]),
    /// Of a table that came from a snapshot: each in memory or, if it was not read yet, there.
    Stored(Box<[Link<C>; FAN]>),
}

impl<P: Stored> PageTree<P> {
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&P> {
        self.shared(index).map(|page| &**page)
    }

    /// The page at `index` as whoever wants to keep it has it.
    #[inline]
    pub(super) fn shared(&self, index: usize) -> Option<&Arc<P>> {
        self.leaf(index)?.get(index % FAN)
    }

    #[inline]
    fn leaf(&self, index: usize) -> Option<&Children<P>> {
        let mut table = &**self.root.get()?;
        if !self.reaches(index) {
            return None;
        }
        let mut shift = self.height * FAN_BITS;
        loop {
            match table {
                Table::Branch(children) => table = children.get((index >> shift) % FAN)?,
                Table::Leaf(pages) => return Some(pages),
            }
            shift -= FAN_BITS;
        }
    }

    /// The first page at `from` or behind it.
    pub(super) fn next(&self, from: usize) -> Option<(usize, &P)> {
        if !self.reaches(from) {
            return None;
        }
        self.root.get()?.next(from, self.height * FAN_BITS)
    }

    /// One more than the number of the last page.
    pub(super) fn bound(&self) -> usize {
        self.root.get().and_then(|root| root.last(self.height * FAN_BITS)).map_or(0, |last| last.saturating_add(1))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &P)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(from)?;
            from = found.0 + 1;
            Some(found)
        })
    }

    /// Shows all pages, by their indexes; of those that cannot be read, which these would be, and why.
    pub(super) fn visit<'t>(&'t self, visit: &mut Visit<'_, 't, P>) {
        let shift = self.height * FAN_BITS;
        match self.root.try_get() {
            Ok(root) => root.into_iter().for_each(|root| root.visit(0, shift, visit)),
            Err(error) => visit(stretch(0, shift + FAN_BITS), Err(error)),
        }
    }

    /// Drops a page.
    pub(super) fn remove(&mut self, index: usize) {
        if self.get(index).is_some() {
            let (pages, place) = self.leaf_mut(index);
            pages.set(place, None);
        }
    }

    /// Drops all pages but the first so many.
    fn truncate(&mut self, count: usize) {
        let Some(last) = count.checked_sub(1) else {
            *self = Self::default();
            return;
        };
        if !self.reaches(last) {
            return;
        }
        let mut level = self.height;
        let Some(mut table) = self.root.get_mut().map(Arc::make_mut) else { return };
        loop {
            let place = (last >> (level * FAN_BITS)) % FAN;
            match table {
                Table::Branch(children) => {
                    children.clear_behind(place);
                    let Some(child) = children.get_mut(place) else { return };
                    table = Arc::make_mut(child);
                }
                Table::Leaf(pages) => return pages.clear_behind(place),
            }
            level -= 1;
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
                children.set(0, Some(root));
                self.root = Link::Here(Arc::new(Table::Branch(children)));
            }
            self.height += 1;
        }
    }

    pub(super) fn put(&mut self, index: usize, page: Arc<P>) {
        let (pages, place) = self.leaf_mut(index);
        pages.set(place, Some(page));
    }

    /// The table of the page at `index`, and its place there.
    fn leaf_mut(&mut self, index: usize) -> (&mut Children<P>, usize) {
        self.reach(index);
        let mut level = self.height;
        let mut table = Arc::make_mut(self.root.get_or_insert_with(|| Table::new(level)));
        loop {
            match table {
                Table::Branch(children) => {
                    let place = (index >> (level * FAN_BITS)) % FAN;
                    level -= 1;
                    table = Arc::make_mut(children.get_or_insert_with(place, || Table::new(level)));
                }
                Table::Leaf(pages) => return (pages, index % FAN),
            }
        }
    }

    /// Writes all pages and tables, and tells in `bytes` where they lie.
    ///
    /// ```text
    /// height    how many tables lie below the first one on the way to a page (number)
    /// place     of the first table
    /// ```
    pub(super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(u64::from(self.height));
        self.root.store(bytes, out)
    }

    /// Comes back from what [`PageTree::store`] has written; each page has `count` items, where that is known.
    pub(super) fn load(bytes: &mut Reader, from: &mut Source, count: u64) -> Result<Self, Damage> {
        let height = bytes.whole()?;
        check(height <= MAX_HEIGHT, "tables stand too high")?;
        Ok(Self { root: from.link(bytes, height + 1, count)?, height })
    }
}

impl<P: Stored + Clone> PageTree<P> {
    /// The page at `index`, to be changed; made by `new` if it was never written.
    pub(super) fn get_or_insert_with(&mut self, index: usize, new: impl FnOnce() -> P) -> &mut P {
        let (pages, place) = self.leaf_mut(index);
        Arc::make_mut(pages.get_or_insert_with(place, new))
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

impl<P: Stored> Table<P> {
    fn new(height: u32) -> Self {
        if height == 0 { Table::Leaf(Children::default()) } else { Table::Branch(Children::default()) }
    }

    fn next(&self, from: usize, shift: u32) -> Option<(usize, &P)> {
        let first = (from >> shift) % FAN;
        match self {
            Table::Leaf(pages) => {
                let place = (first..FAN).find(|&place| pages.has(place))?;
                Some((from - first + place, &**pages.get(place)?))
            }
            Table::Branch(children) => (first..FAN).find_map(|place| {
                let base = (from >> shift) - first + place;
                let from = from.max(base << shift);
                children.get(place)?.next(from, shift - FAN_BITS)
            }),
        }
    }

    /// The place of the last page, counted from the first one that could be here.
    fn last(&self, shift: u32) -> Option<usize> {
        match self {
            Table::Leaf(pages) => (0..FAN).rev().find(|&place| pages.has(place)),
            Table::Branch(children) => {
                (0..FAN).rev().find_map(|place| Some(place << shift | children.get(place)?.last(shift - FAN_BITS)?))
            }
        }
    }
}

impl<P: Stored> Table<P> {
    /// Shows all pages below a table, of which the first would have the index `base`.
    fn visit<'t>(&'t self, base: usize, shift: u32, visit: &mut Visit<'_, 't, P>) {
        for place in 0..FAN {
            let first = base.wrapping_add(place << shift);
            match self {
                Table::Leaf(pages) => match pages.try_get(place) {
                    Ok(page) => page.into_iter().for_each(|page| visit(stretch(first, shift), Ok(page))),
                    Err(error) => visit(stretch(first, shift), Err(error)),
                },
                Table::Branch(tables) => match tables.try_get(place) {
                    Ok(table) => table.into_iter().for_each(|table| table.visit(first, shift - FAN_BITS, visit)),
                    Err(error) => visit(stretch(first, shift), Err(error)),
                },
            }
        }
    }
}

/// The indexes from `first` on that differ in `bits` bits.
fn stretch(first: usize, bits: u32) -> Range<usize> {
    first..first.saturating_add(1_usize.checked_shl(bits).unwrap_or(usize::MAX))
}

impl<C: Stored> Children<C> {
    fn try_get(&self, place: usize) -> Result<Option<&C>, DiskError> {
        match self {
            Children::Here(children) => Ok(children[place].as_deref()),
            Children::Stored(links) => Ok(links[place].try_get()?.map(|child| &**child)),
        }
    }

    #[inline]
    fn get(&self, place: usize) -> Option<&Arc<C>> {
        match self {
            Children::Here(children) => children[place].as_ref(),
            Children::Stored(links) => links[place].get(),
        }
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut Arc<C>> {
        match self {
            Children::Here(children) => children[place].as_mut(),
            Children::Stored(links) => links[place].get_mut(),
        }
    }

    fn clear_behind(&mut self, place: usize) {
        (place + 1..FAN).for_each(|behind| self.set(behind, None));
    }

    fn has(&self, place: usize) -> bool {
        match self {
            Children::Here(children) => children[place].is_some(),
            Children::Stored(links) => links[place].is_some(),
        }
    }

    fn set(&mut self, place: usize, child: Option<Arc<C>>) {
        match self {
            Children::Here(children) => children[place] = child,
            Children::Stored(links) => links[place] = child.map_or(Link::None, Link::Here),
        }
    }

    fn get_or_insert_with(&mut self, place: usize, new: impl FnOnce() -> C) -> &mut Arc<C> {
        match self {
            Children::Here(children) => children[place].get_or_insert_with(|| Arc::new(new())),
            Children::Stored(links) => links[place].get_or_insert_with(new),
        }
    }

    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        match self {
            Children::Here(children) => children.iter().try_for_each(|child| {
                bytes.place(out.child(child.as_ref(), None)?);
                Ok(())
            }),
            Children::Stored(links) => links.iter().try_for_each(|link| link.store(bytes, out)),
        }
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (level, count) = (from.level() - 1, from.count());
        let mut links = [const { Link::None }; FAN];
        for link in &mut links {
            *link = from.link(bytes, level, count)?;
        }
        Ok(Children::Stored(Box::new(links)))
    }
}

/// A table is where each of its children lies.
impl<P: Stored> Stored for Table<P> {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        match self {
            Table::Branch(children) => children.store(bytes, out),
            Table::Leaf(pages) => pages.store(bytes, out),
        }
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Ok(if from.level() > 1 {
            Table::Branch(Children::load(bytes, from)?)
        } else {
            Table::Leaf(Children::load(bytes, from)?)
        })
    }
}

impl<C> Clone for Children<C> {
    fn clone(&self) -> Self {
        match self {
            Children::Here(children) => Children::Here(children.clone()),
            Children::Stored(links) => Children::Stored(links.clone()),
        }
    }
}

impl<C> Default for Children<C> {
    fn default() -> Self {
        Children::Here([const { None }; FAN])
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
        Self { root: Link::None, height: 0 }
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
    full_count: usize,
    last: Link<Vec<T>>,
    last_len: usize,
}

impl<T: Clone, const PAGE: usize> Paged<T, PAGE>
where
    Vec<T>: Stored,
{
    pub(super) fn len(&self) -> usize {
        self.full_count * PAGE + self.last_len
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let page = index / PAGE;
        let items = if page == self.full_count { self.last.get()? } else { self.full.get(page)? };
        items.get(index % PAGE)
    }

    /// Appends `item` and returns its index.
    pub(super) fn push(&mut self, item: T) -> usize {
        let index = self.len();
        if self.last_len == PAGE
            && let Some(last) = self.last.take()
        {
            self.full.put(self.full_count, last);
            self.full_count += 1;
            self.last_len = 0;
        }
        let last = self.last.get_or_insert_with(Vec::new);
        if let Some(last) = Arc::get_mut(last) {
            last.push(item);
        } else {
            let mut copy = copy_with_room(last);
            copy.push(item);
            *last = Arc::new(copy);
        }
        self.last_len += 1;
        index
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The same items, where the full pages that `other` has, too, are those of `other`.
    pub(super) fn with_pages_of(&self, other: &Self) -> Self {
        let mut full = other.full.clone();
        if self.full_count < other.full_count {
            full.truncate(self.full_count);
        }
        for index in other.full_count..self.full_count {
            self.full.shared(index).into_iter().for_each(|page| full.put(index, Arc::clone(page)));
        }
        Self { full, ..self.clone() }
    }

    pub(super) fn has_as_many_full_pages_as(&self, other: &Self) -> bool {
        self.full_count == other.full_count
    }

    /// Shows all items, page by page and by their indexes; of those that cannot be read, which these would be, and why.
    pub(super) fn visit<'t>(&'t self, visit: &mut Visit<'_, 't, Vec<T>>) {
        let full = self.full_count * PAGE;
        self.full.visit(&mut |pages, items| {
            visit(pages.start.saturating_mul(PAGE)..full.min(pages.end.saturating_mul(PAGE)), items);
        });
        match self.last.try_get() {
            Ok(last) => last.into_iter().for_each(|last| visit(full..self.len(), Ok(last))),
            Err(error) => visit(full..self.len(), Err(error)),
        }
    }

    /// ```text
    /// full      how many pages are full (number), and where they lie
    /// last      how many items the last page has (number), and where it lies
    /// ```
    pub(super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.full_count);
        self.full.store(bytes, out)?;
        bytes.count(self.last_len);
        self.last.store(bytes, out)
    }

    pub(super) fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let full_count: usize = bytes.whole()?;
        // Each item takes a byte or more.
        let most = (from.bytes_before() / PAGE as u64).min(u64::from(u32::MAX) / PAGE as u64);
        check(full_count as u64 <= most, "a count is too large")?;
        let full = PageTree::load(bytes, from, PAGE as u64)?;
        let last_len = bytes.count(PAGE)?;
        let last = from.link(bytes, 0, last_len as u64)?;
        check(last.is_some() == (last_len > 0), "the last page is missing")?;
        Ok(Self { full, full_count, last, last_len })
    }
}

impl<T, const PAGE: usize> Clone for Paged<T, PAGE> {
    fn clone(&self) -> Self {
        Self { full: self.full.clone(), full_count: self.full_count, last: self.last.clone(), last_len: self.last_len }
    }
}

impl<T, const PAGE: usize> Default for Paged<T, PAGE> {
    fn default() -> Self {
        Self { full: PageTree::default(), full_count: 0, last: Link::None, last_len: 0 }
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

    impl<C: Stored> Children<C> {
        fn in_memory(&self) -> impl Iterator<Item = &C> {
            (0..FAN).filter_map(|place| match self {
                Children::Here(children) => children[place].as_deref(),
                Children::Stored(links) => links[place].in_memory().map(|child| &**child),
            })
        }
    }

    impl<P: Stored> Table<P> {
        fn pages_in_memory(&self) -> usize {
            match self {
                Table::Branch(tables) => tables.in_memory().map(Table::pages_in_memory).sum(),
                Table::Leaf(pages) => pages.in_memory().count(),
            }
        }
    }

    impl<T: Clone, const PAGE: usize> Paged<T, PAGE>
    where
        Vec<T>: Stored,
    {
        pub(in super::super) fn pages_in_memory(&self) -> usize {
            let full = self.full.root.in_memory().map_or(0, |root| root.pages_in_memory());
            full + usize::from(self.last.in_memory().is_some())
        }
    }

    impl Stored for usize {
        fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
            bytes.count(*self);
            Ok(())
        }

        fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
            bytes.whole()
        }
    }

    impl Stored for Vec<usize> {
        fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
            bytes.numbers(self.iter().map(|item| *item as u64));
            Ok(())
        }

        fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
            bytes.exactly(usize::try_from(from.count()).unwrap())
        }
    }

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
        assert_eq!((tree.bound(), PageTree::<usize>::default().bound()), (70_001, 0));
        tree.remove(70_000);
        assert_eq!(tree.bound(), 5_001);
        tree.set(70_000, 70_000);
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
