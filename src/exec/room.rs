//! How much memory hash tables take: more than their entries, and while they grow both the old and the new one are there.

use std::collections::HashMap;

/// About what an entry takes in a table that grows as it is filled.
pub(super) const fn entry_bytes<K, V>() -> usize {
    2 * (size_of::<(K, V)>() + 1)
}

/// What the table takes.
pub(super) fn map_bytes<K, V, S>(map: &HashMap<K, V, S>) -> usize {
    // One place in eight is kept free, and each has a byte beside its entry.
    map.capacity() / 7 * 8 * (size_of::<(K, V)>() + 1)
}

/// What the table may take besides while so many entries are added.
pub(super) fn growth_bytes<K, V, S>(map: &HashMap<K, V, S>, more: usize) -> usize {
    if map.len() + more > map.capacity() { 2 * map_bytes(map) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_full_will_be_twice_as_large() {
        let mut map = HashMap::<u64, u64>::with_capacity(1000);
        let (before, growth) = (map_bytes(&map), growth_bytes(&map, map.capacity() + 1));
        assert!((17_000..40_000).contains(&before), "{before}");
        assert_eq!(growth_bytes(&map, 1000), 0);
        map.extend((0..=map.capacity() as u64).map(|number| (number, number)));
        assert_eq!(map_bytes(&map), growth);
    }
}
