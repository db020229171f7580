//! A shared list that knows how deeply it is nested.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Value;
use super::extent::Extent;

/// A shared, immutable list of values.
///
/// It dereferences to a slice.
///
/// # Example: as a slice
///
/// ```
/// use averment::{List, Value};
/// let list = List::from(vec![Value::from(1), Value::from(vec![2])]);
/// assert_eq!((list.len(), list.depth()), (2, 2));
/// ```
#[derive(Clone)]
pub struct List(Arc<Items>);

struct Items {
    extent: Extent,
    values: Vec<Value>,
}

impl List {
    /// How deeply lists and maps are nested in this list; a flat list has depth 1.
    pub fn depth(&self) -> u32 {
        self.0.extent.depth
    }

    pub(super) fn extent(&self) -> Extent {
        self.0.extent
    }

    /// How many lists share these items.
    pub(super) fn holder_count(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        Self(Arc::new(Items { extent: Extent::around(values.iter()), values }))
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self::from(Vec::from_iter(values))
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.values.fmt(f)
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.values
    }
}
