//! Which names can be used at one place of a query.

use crate::expr::VarId;
use crate::value::Name;

/// The names that mean something, later ones before earlier ones of the same name.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Names from around a subquery: they stay visible behind its WITH and do not belong to its `*`.
    outer: Vec<(Name, VarId)>,
    names: Vec<(Name, VarId)>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<VarId> {
        let found = |names: &[(Name, VarId)]| names.iter().rev().find(|(known, _)| &**known == name).map(|(_, id)| *id);
        found(&self.names).or_else(|| found(&self.outer))
    }

    pub(super) fn declare(&mut self, name: Name, id: VarId) {
        self.names.push((name, id));
    }

    /// Forgets what was declared since the scope had this [`len`](Self::len).
    pub(super) fn forget_since(&mut self, len: usize) {
        self.names.truncate(len);
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What `*` stands for.
    pub(super) fn star(&self) -> &[(Name, VarId)] {
        &self.names
    }

    pub(super) fn has_outer(&self) -> bool {
        !self.outer.is_empty()
    }

    /// The scope behind a WITH of these columns.
    pub(super) fn narrowed_to(&self, columns: &[(Name, VarId)]) -> Scope {
        Scope { outer: self.outer.clone(), names: columns.to_vec() }
    }

    /// The scope at the start of a subquery that sees everything here.
    pub(super) fn inner(&self) -> Scope {
        Scope { outer: self.outer.iter().chain(&self.names).cloned().collect(), names: Vec::new() }
    }

    /// The scope at the start of a subquery that sees only these.
    pub(super) fn inner_with(outer: Vec<(Name, VarId)>) -> Scope {
        Scope { outer, names: Vec::new() }
    }

    /// Every visible name.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.outer.iter().chain(&self.names).map(|(name, _)| name)
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
