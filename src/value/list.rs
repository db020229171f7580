//! A shared list that knows how deeply it is nested.

use std::ops::Deref;
use std::sync::Arc;

use super::Value;

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
#[derive(Clone, Debug)]
pub struct List(Arc<Items>);

/// `depth` is one more than that of the deepest item, so whoever builds values from user input can refuse a
/// nesting that would overflow the stack when it is compared, printed or dropped.
#[derive(Debug)]
struct Items {
    depth: u32,
    values: Vec<Value>,
}

impl List {
    /// How deeply lists and maps are nested in this list; a flat list has depth 1.
    pub fn depth(&self) -> u32 {
        self.0.depth
    }

    /// How many lists share these items.
    pub(super) fn holder_count(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        let depth = 1 + values.iter().map(Value::depth).max().unwrap_or(0);
        Self(Arc::new(Items { depth, values }))
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self::from(Vec::from_iter(values))
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.values
    }
}

impl Value {
    /// How deeply lists and maps are nested in this value; 0 for anything else.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Value::List(list) => list.depth(),
            Value::Map(map) => 1 + map.values().map(Value::depth).max().unwrap_or(0),
            _ => 0,
        }
    }
}
