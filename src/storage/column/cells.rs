//! The items of a typed page: side by side, or, where copying one touches what it shares, in blocks behind `Arc`.

use std::sync::Arc;

use super::super::paged::copy_with_room;

/// A growing array of items.
pub(super) trait Cells<T: Clone> {
    fn len(&self) -> usize;
    fn get(&self, index: usize) -> &T;
    fn set(&mut self, index: usize, item: T);
    fn insert(&mut self, index: usize, item: T);
    fn remove(&mut self, index: usize);
    fn from_items(items: impl Iterator<Item = T>) -> Self;

    fn push(&mut self, item: T) {
        self.insert(self.len(), item);
    }
}

impl<T: Clone> Cells<T> for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> &T {
        &self[index]
    }

    fn set(&mut self, index: usize, item: T) {
        self[index] = item;
    }

    fn insert(&mut self, index: usize, item: T) {
        self.insert(index, item);
    }

    fn remove(&mut self, index: usize) {
        self.remove(index);
    }

    fn from_items(items: impl Iterator<Item = T>) -> Self {
        items.collect()
    }
}

const BLOCK: usize = 32;

/// Items in blocks of 32. A copy of 1,024 shared strings would touch 1,024 counters; this touches 32, and 32 more
/// where it is written.
#[derive(Clone, Debug)]
pub(super) struct Blocks<T>(Vec<Arc<Vec<T>>>);

impl<T: Clone> Cells<T> for Blocks<T> {
    fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len())
    }

    fn get(&self, index: usize) -> &T {
        &self.0[index / BLOCK][index % BLOCK]
    }

    fn set(&mut self, index: usize, item: T) {
        Arc::make_mut(&mut self.0[index / BLOCK])[index % BLOCK] = item;
    }

    fn insert(&mut self, index: usize, item: T) {
        if index == self.len() {
            match self.0.last_mut().filter(|last| last.len() < BLOCK) {
                Some(last) => push_to_shared(last, item),
                None => self.0.push(Arc::new(vec![item])),
            }
            return;
        }
        let mut items = self.take_from(index);
        items.insert(0, item);
        self.extend(items.into_iter());
    }

    fn remove(&mut self, index: usize) {
        let items = self.take_from(index);
        self.extend(items.into_iter().skip(1));
    }

    fn from_items(items: impl Iterator<Item = T>) -> Self {
        let mut blocks = Self(Vec::new());
        blocks.extend(items);
        blocks
    }
}

impl<T: Clone> Blocks<T> {
    fn extend(&mut self, items: impl Iterator<Item = T>) {
        for item in items {
            self.push(item);
        }
    }

    /// Cuts everything from `index` on and returns it.
    fn take_from(&mut self, index: usize) -> Vec<T> {
        let blocks = self.0.split_off(index / BLOCK);
        let mut items: Vec<T> = blocks.iter().flat_map(|block| block.iter().cloned()).collect();
        let rest = items.split_off(index % BLOCK);
        self.extend(items.into_iter());
        rest
    }
}

fn push_to_shared<T: Clone>(block: &mut Arc<Vec<T>>, item: T) {
    if let Some(block) = Arc::get_mut(block) {
        block.push(item);
        return;
    }
    let mut copy = copy_with_room(block);
    copy.push(item);
    *block = Arc::new(copy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_behave_as_a_vector_does() {
        let mut blocks = Blocks::from_items(0..100);
        let mut model: Vec<i32> = (0..100).collect();
        for (index, item) in [(0, 1_000), (31, 1_001), (102, 1_002), (50, 1_003)] {
            blocks.insert(index, item);
            Vec::insert(&mut model, index, item);
        }
        for index in [0, 32, 101, 60] {
            blocks.remove(index);
            Vec::remove(&mut model, index);
        }
        assert_eq!(Cells::len(&blocks), model.len());
        let items: Vec<i32> = (0..model.len()).map(|index| *blocks.get(index)).collect();
        assert_eq!(items, model);
    }
}
