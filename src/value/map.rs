//! A shared map that knows how deeply it is nested.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::extent::Extent;
use super::{Name, Value};

/// A shared, immutable map from keys to values, in the order of the keys.
///
/// It dereferences to a [`BTreeMap`].
///
/// # Example: as a map
///
/// ```
/// use averment::{Map, Name, Value};
/// let map = Map::from_iter([(Name::from("share"), Value::from(50)), (Name::from("of"), Value::from(vec!["A", "B"]))]);
/// assert_eq!((map.len(), map.depth()), (2, 2));
/// assert!(matches!(map.get("share"), Some(Value::Integer(50))));
/// ```
#[derive(Clone)]
pub struct Map(Arc<Entries>);

struct Entries {
    extent: Extent,
    values: BTreeMap<Name, Value>,
}

impl Map {
    /// How deeply lists and maps are nested in this map; a flat map has depth 1.
    pub fn depth(&self) -> u32 {
        self.0.extent.depth
    }

    pub(super) fn extent(&self) -> Extent {
        self.0.extent
    }

    /// How many maps share these entries.
    pub(super) fn holder_count(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl From<BTreeMap<Name, Value>> for Map {
    fn from(values: BTreeMap<Name, Value>) -> Self {
        Self(Arc::new(Entries { extent: Extent::around(values.values()), values }))
    }
}

impl FromIterator<(Name, Value)> for Map {
    /// Of two entries with the same key the later one stays.
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(entries: I) -> Self {
        Self::from(BTreeMap::from_iter(entries))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.values.fmt(f)
    }
}

impl Deref for Map {
    type Target = BTreeMap<Name, Value>;

    fn deref(&self) -> &BTreeMap<Name, Value> {
        &self.0.values
    }
}
