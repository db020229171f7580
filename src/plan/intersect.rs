//! A new node at which relationships from several bound nodes meet.

use super::{Direction, Expand, Types};
use crate::expr::{Expr, VarId};

/// From several bound nodes along one relationship each to the same node, which is new.
#[derive(Clone, Debug)]
pub(crate) struct Intersect {
    pub to: VarId,
    /// Two or more, asserted relationships between nodes.
    pub arrows: Vec<Arrow>,
    /// What is asked of the new node alone.
    pub conditions: Vec<Expr>,
    /// The number of ways to meet, instead of a row for each; where there is none there is no row.
    pub count: Option<VarId>,
}

/// A relationship from a bound node.
#[derive(Clone, Debug)]
pub(crate) struct Arrow {
    pub from: VarId,
    pub rel: VarId,
    /// Seen from `from`.
    pub direction: Direction,
    pub types: Types,
    /// Relationships, or lists of them, that this one must not be: bound ones and those of arrows before it.
    pub distinct_from: Vec<VarId>,
}

impl Arrow {
    /// The arrow of an expansion, seen from its near end.
    pub(crate) fn of(expand: &Expand) -> Self {
        Self {
            from: expand.from.var,
            rel: expand.rel,
            direction: expand.direction,
            types: expand.types.clone(),
            distinct_from: expand.distinct_from.clone(),
        }
    }
}

impl Intersect {
    /// What the rows behind this step have for it.
    pub(crate) fn binds(&self) -> Vec<VarId> {
        self.count.map_or_else(|| self.own(), |count| vec![count])
    }

    /// The new node and its relationships, which nothing comes in as.
    pub(crate) fn own(&self) -> Vec<VarId> {
        self.arrows.iter().map(|arrow| arrow.rel).chain([self.to]).collect()
    }

    /// The variables from which it sets out, and the relationships that it must not take again.
    pub(crate) fn names(&self) -> Vec<VarId> {
        let own = self.own();
        let named = self.arrows.iter().flat_map(|arrow| arrow.distinct_from.iter().copied().chain([arrow.from]));
        named.filter(|var| !own.contains(var)).collect()
    }
}
