//! Which names can be used at one place of a query.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::expr::VarId;
use crate::value::Name;

/// The names that mean something, later ones before earlier ones of the same name.
///
/// A statement may draw thousands of elements, so a name is looked up by hash, and a copy shares all until it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Names from around a subquery: they stay visible behind its WITH and do not belong to its `*`.
    outer: Option<Arc<Scope>>,
    names: Arc<Vec<Declared>>,
    /// The last place of each name in `names`.
    last: Arc<FxHashMap<Name, usize>>,
    /// The places in `names` that cannot be seen for now.
    unseen: Range<usize>,
    /// Whether it is behind a WITH.
    narrowed: bool,
    /// Where the row of the last LOAD CSV comes from; forgotten behind a WITH.
    pub(super) loaded: Option<Loaded>,
}

/// The file and the line of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded {
    pub(super) file: VarId,
    pub(super) line: VarId,
}

#[derive(Clone, Debug)]
struct Declared {
    name: Name,
    id: VarId,
    /// The place of the same name that this one hides.
    hidden: Option<usize>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<VarId> {
        match self.place(name) {
            Some(index) => Some(self.names[index].id),
            None => self.outer.as_ref()?.get(name),
        }
    }

    /// The last place of a name that can be seen.
    fn place(&self, name: &str) -> Option<usize> {
        let mut place = self.last.get(name).copied();
        while let Some(index) = place.filter(|index| self.unseen.contains(index)) {
            place = self.names[index].hidden;
        }
        place
    }

    /// Makes unseen what was declared since the scope had this [`len`](Self::len), and nothing else. Returns what was
    /// unseen before, for [`unsee`](Self::unsee).
    pub(super) fn unsee_since(&mut self, len: usize) -> Range<usize> {
        std::mem::replace(&mut self.unseen, len..self.names.len())
    }

    pub(super) fn unsee(&mut self, unseen: Range<usize>) {
        self.unseen = unseen;
    }

    pub(super) fn declare(&mut self, name: Name, id: VarId) {
        let hidden = Arc::make_mut(&mut self.last).insert(name.clone(), self.names.len());
        Arc::make_mut(&mut self.names).push(Declared { name, id, hidden });
    }

    /// Forgets what was declared since the scope had this [`len`](Self::len).
    pub(super) fn forget_since(&mut self, len: usize) {
        if len >= self.names.len() {
            return;
        }
        let last = Arc::make_mut(&mut self.last);
        for declared in Arc::make_mut(&mut self.names).drain(len..).rev() {
            match declared.hidden {
                Some(index) => last.insert(declared.name, index),
                None => last.remove(&declared.name),
            };
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether a WITH has chosen what is there.
    pub(super) fn is_narrowed(&self) -> bool {
        self.narrowed
    }

    /// What `*` stands for.
    pub(super) fn star(&self) -> Vec<(Name, VarId)> {
        let visible =
            self.names.iter().enumerate().filter(|(index, declared)| self.place(&declared.name) == Some(*index));
        visible.map(|(_, declared)| (declared.name.clone(), declared.id)).collect()
    }

    pub(super) fn has_outer(&self) -> bool {
        self.outer.as_ref().is_some_and(|outer| outer.names().next().is_some())
    }

    /// What a name stands for around a subquery.
    pub(super) fn around(&self, name: &str) -> Option<VarId> {
        self.outer.as_ref().and_then(|outer| outer.get(name))
    }

    /// The scope behind a WITH of these columns.
    pub(super) fn narrowed_to(&self, columns: &[(Name, VarId)]) -> Scope {
        let mut scope = Scope { outer: self.outer.clone(), narrowed: true, ..Scope::default() };
        for (name, id) in columns {
            scope.declare(name.clone(), *id);
        }
        scope
    }

    /// The scope at the start of a subquery that sees everything here.
    pub(super) fn inner(&self) -> Scope {
        Scope { outer: Some(Arc::new(self.clone())), narrowed: self.narrowed, loaded: self.loaded, ..Scope::default() }
    }

    /// The scope at the start of a subquery that sees only these.
    pub(super) fn inner_with(outer: impl IntoIterator<Item = (Name, VarId)>) -> Scope {
        let mut around = Scope::default();
        for (name, id) in outer {
            around.declare(name, id);
        }
        around.inner()
    }

    /// Every visible name.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        let own = self.last.keys().filter(|name| self.place(name).is_some());
        let mut around = Vec::new();
        let mut scope = self.outer.as_ref();
        while let Some(outer) = scope {
            around.extend(outer.last.keys().filter(|name| outer.place(name).is_some()));
            scope = outer.outer.as_ref();
        }
        around.into_iter().chain(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_name_hides_an_earlier_one_until_it_is_forgotten() {
        let mut scope = Scope::default();
        scope.declare(Name::from("x"), VarId(1));
        let len = scope.len();
        scope.declare(Name::from("x"), VarId(2));
        assert_eq!(scope.get("x"), Some(VarId(2)));
        scope.forget_since(len);
        assert_eq!(scope.get("x"), Some(VarId(1)));
    }

    #[test]
    fn what_is_unseen_does_not_hide_what_was_there_before() {
        let mut scope = Scope::default();
        scope.declare(Name::from("x"), VarId(1));
        let len = scope.len();
        scope.declare(Name::from("x"), VarId(2));
        scope.declare(Name::from("y"), VarId(3));
        let before = scope.unsee_since(len);
        assert_eq!((scope.get("x"), scope.get("y")), (Some(VarId(1)), None));
        assert_eq!(scope.star(), [(Name::from("x"), VarId(1))]);
        scope.declare(Name::from("y"), VarId(4));
        assert_eq!(scope.get("y"), Some(VarId(4)));
        scope.forget_since(len + 2);
        scope.unsee(before);
        assert_eq!((scope.get("x"), scope.get("y")), (Some(VarId(2)), Some(VarId(3))));
    }

    #[test]
    fn an_outer_name_is_seen_but_is_not_part_of_the_star() {
        let mut scope = Scope::default();
        scope.declare(Name::from("x"), VarId(1));
        let inner = scope.inner();
        assert_eq!(inner.get("x"), Some(VarId(1)));
        assert!(inner.star().is_empty());
        assert_eq!(inner.narrowed_to(&[]).get("x"), Some(VarId(1)));
    }
}
