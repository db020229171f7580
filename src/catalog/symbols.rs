//! Names of one kind and the numbers that stand for them inside.

use std::marker::PhantomData;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::value::Name;

/// A number that stands for a name.
pub(crate) trait Symbol: Copy {
    fn from_index(index: u32) -> Self;
    fn index(self) -> u32;
}

macro_rules! symbol {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub u32);

        impl Symbol for $name {
            fn from_index(index: u32) -> Self {
                Self(index)
            }

            fn index(self) -> u32 {
                self.0
            }
        }
    };
}

symbol!(
    /// A label of this database.
    LabelId
);
symbol!(
    /// A relationship type of this database.
    TypeId
);
symbol!(
    /// A property key of this database.
    KeyId
);

/// The names of one kind, numbered from 0 in the order in which they came. Names are never removed.
#[derive(Clone, Debug)]
pub(crate) struct Symbols<S> {
    names: Vec<Name>,
    ids: Arc<FxHashMap<Name, u32>>,
    kind: PhantomData<S>,
}

impl<S> Default for Symbols<S> {
    fn default() -> Self {
        Self { names: Vec::new(), ids: Arc::default(), kind: PhantomData }
    }
}

impl<S: Symbol> Symbols<S> {
    pub(crate) fn get(&self, name: &str) -> Option<S> {
        self.ids.get(name).map(|&index| S::from_index(index))
    }

    /// The id of `name`, which is given one if it has none.
    pub(crate) fn intern(&mut self, name: &Name) -> S {
        if let Some(id) = self.get(name) {
            return id;
        }
        let index = u32::try_from(self.names.len()).expect("fewer than 2^32 names");
        self.names.push(name.clone());
        Arc::make_mut(&mut self.ids).insert(name.clone(), index);
        S::from_index(index)
    }

    pub(crate) fn name(&self, id: S) -> &Name {
        &self.names[id.index() as usize]
    }

    pub(crate) fn names(&self) -> &[Name] {
        &self.names
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (S, &Name)> {
        (0..).map(S::from_index).zip(&self.names)
    }
}
