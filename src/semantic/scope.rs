//! Which names can be used at one place of a query.

use rustc_hash::FxHashMap;

use crate::expr::VarId;
use crate::value::Name;

/// The names that mean something, later ones before earlier ones of the same name.
///
/// A statement may draw thousands of elements, so a name is looked up by hash.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Names from around a subquery: they stay visible behind its WITH and do not belong to its `*`.
    outer: FxHashMap<Name, VarId>,
    names: Vec<Declared>,
    /// The last place of each name in `names`.
    last: FxHashMap<Name, usize>,
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
        match self.last.get(name) {
            Some(index) => Some(self.names[*index].id),
            None => self.outer.get(name).copied(),
        }
    }

    pub(super) fn declare(&mut self, name: Name, id: VarId) {
        let hidden = self.last.insert(name.clone(), self.names.len());
        self.names.push(Declared { name, id, hidden });
    }

    /// Forgets what was declared since the scope had this [`len`](Self::len).
    pub(super) fn forget_since(&mut self, len: usize) {
        for declared in self.names.drain(len.min(self.names.len())..).rev() {
            match declared.hidden {
                Some(index) => self.last.insert(declared.name, index),
                None => self.last.remove(&declared.name),
            };
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What `*` stands for.
    pub(super) fn star(&self) -> Vec<(Name, VarId)> {
        let visible = self.names.iter().enumerate().filter(|(index, declared)| self.last[&declared.name] == *index);
        visible.map(|(_, declared)| (declared.name.clone(), declared.id)).collect()
    }

    pub(super) fn has_outer(&self) -> bool {
        !self.outer.is_empty()
    }

    /// The scope behind a WITH of these columns.
    pub(super) fn narrowed_to(&self, columns: &[(Name, VarId)]) -> Scope {
        let mut scope = Scope { outer: self.outer.clone(), ..Scope::default() };
        for (name, id) in columns {
            scope.declare(name.clone(), *id);
        }
        scope
    }

    /// The scope at the start of a subquery that sees everything here.
    pub(super) fn inner(&self) -> Scope {
        let mut outer = self.outer.clone();
        outer.extend(self.star());
        Scope { outer, ..Scope::default() }
    }

    /// The scope at the start of a subquery that sees only these.
    pub(super) fn inner_with(outer: impl IntoIterator<Item = (Name, VarId)>) -> Scope {
        Scope { outer: outer.into_iter().collect(), ..Scope::default() }
    }

    /// Every visible name.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.outer.keys().chain(self.last.keys())
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
    fn an_outer_name_is_seen_but_is_not_part_of_the_star() {
        let mut scope = Scope::default();
        scope.declare(Name::from("x"), VarId(1));
        let inner = scope.inner();
        assert_eq!(inner.get("x"), Some(VarId(1)));
        assert!(inner.star().is_empty());
        assert_eq!(inner.narrowed_to(&[]).get("x"), Some(VarId(1)));
    }
}
