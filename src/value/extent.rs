//! How large values are when they are written out.

use super::Value;

/// How large a value is when it is written out. Parts that are shared are next to nothing in memory, but whoever prints,
/// compares or walks a value meets them each time: sixty lists of two can be 2^60 values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// How deeply lists and maps are nested, so that whoever makes values of what users say can refuse a nesting that would
    /// overflow the stack.
    pub depth: u32,
    /// How many values there are in it, itself included.
    pub value_count: u64,
}

impl Extent {
    /// That of a list or a map of these values.
    pub(super) fn around<'v>(values: impl Iterator<Item = &'v Value>) -> Self {
        let inside = values.map(Value::extent).fold(Self::default(), |sum, extent| Self {
            depth: sum.depth.max(extent.depth),
            value_count: sum.value_count.saturating_add(extent.value_count),
        });
        Self { depth: inside.depth + 1, value_count: inside.value_count.saturating_add(1) }
    }
}

impl Value {
    /// How deeply lists and maps are nested in this value; 0 for anything else.
    pub(crate) fn depth(&self) -> u32 {
        self.extent().depth
    }

    /// How many values whoever walks this one meets, itself included.
    pub(crate) fn value_count(&self) -> u64 {
        self.extent().value_count
    }

    /// About how many steps of a loop it takes to walk it; none where it is not worth counting.
    #[inline]
    pub(crate) fn walk_steps(&self) -> usize {
        const LETTERS_PER_STEP: usize = 64;
        match self {
            Value::String(text) => text.len() / LETTERS_PER_STEP,
            Value::List(_) | Value::Map(_) => usize::try_from(self.value_count()).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    fn extent(&self) -> Extent {
        match self {
            Value::List(list) => list.extent(),
            Value::Map(map) => map.extent(),
            _ => Extent { depth: 0, value_count: 1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{List, Map, Name};

    #[test]
    fn shared_parts_count_each_time() {
        let text = Value::from("x");
        let list = Value::List(List::from(vec![text.clone(), text]));
        let map =
            Value::Map(Map::from_iter([("a", list.clone()), ("b", list)].map(|(key, value)| (Name::from(key), value))));
        assert_eq!((map.depth(), map.value_count()), (2, 7));
    }

    #[test]
    fn what_doubles_is_counted_to_the_end_of_numbers() {
        let mut map = Value::from(1);
        for _ in 0..90 {
            map = [("a", map.clone()), ("b", map)].into_iter().collect();
        }
        assert_eq!((map.depth(), map.value_count()), (90, u64::MAX));
    }
}
