//! Decisions read from a string of bytes, so that whatever is generated shrinks with the bytes.

use std::fmt;

/// The bytes of one thing, printed on one line.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.0.len() - self.0.iter().rev().take_while(|byte| **byte == 0).count();
        write!(f, "{:?}", self.0[..used].iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }
}

/// Bytes to decide by. When they are used up, every decision is the first, simplest one.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a Bytes) -> Self {
        Self { bytes: bytes.0.iter() }
    }

    /// A number from 0 to `bound - 1`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % bound
    }

    /// True so many times of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        let byte = usize::from(self.bytes.next().copied().unwrap_or(0));
        byte * 100 >= (100 - percent) * 256
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// A small number that is found in properties.
    pub(crate) fn number(&mut self) -> i64 {
        i64::try_from(self.below(3)).expect("a small number")
    }
}
