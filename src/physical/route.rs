//! Paths that are looked for as a whole, with every variable a place on the path.

use super::{ColumnKind, Direction, Scalar, Target, Types};
pub(crate) use crate::plan::PathMode;

#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub from: usize,
    pub to: Target,
    /// In the order of the walk.
    pub legs: Vec<Leg>,
    /// What is said of a path that is complete.
    pub said: Vec<Said>,
    pub choice: Choice,
    pub mode: PathMode,
    /// What becomes of a path in its row, before the far end.
    pub columns: Vec<(Place, ColumnKind)>,
    pub distinct_from: Vec<usize>,
    /// Whether lists are the other way round than the walk.
    pub is_turned: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub hops: Vec<LegHop>,
    pub min: u64,
    pub max: Option<u64>,
    /// What is said where the next leg begins.
    pub leaving: Vec<Said>,
}

#[derive(Clone, Debug)]
pub(crate) struct LegHop {
    pub direction: Direction,
    pub types: Types,
    /// What can be asked once this hop is taken.
    pub said: Vec<Said>,
}

/// A predicate, and which places are its local variables.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub predicate: Scalar,
    pub places: Vec<Place>,
    /// Whether of the path it looks at the hop itself and its two ends only.
    pub of_hop: bool,
    /// Whether it looks at nothing but the path, so that it is the same for all rows.
    pub is_same_in_all_rows: bool,
}

/// Something on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the last repetition of a leg: where it begins (0), or where a hop leads to (1 and more).
    Node {
        leg: usize,
        index: usize,
    },
    Rel {
        leg: usize,
        index: usize,
    },
    /// The same in all repetitions, as a list.
    Nodes {
        leg: usize,
        index: usize,
    },
    Rels {
        leg: usize,
        index: usize,
    },
    /// Where a leg has ended.
    Joint(usize),
    /// Every relationship of the path.
    Path,
}

#[derive(Clone, Debug)]
pub(crate) enum Choice {
    All,
    /// The `count` shortest, or those of the `count` least lengths.
    Shortest {
        count: Scalar,
        groups: bool,
    },
}

impl Route {
    pub(crate) fn scalars(&self) -> Vec<&Scalar> {
        let count = match &self.choice {
            Choice::Shortest { count, .. } => Some(count),
            Choice::All => None,
        };
        let hops = self.legs.iter().flat_map(|leg| &leg.hops).flat_map(|hop| &hop.said);
        let leaving = self.legs.iter().flat_map(|leg| &leg.leaving);
        hops.chain(leaving).chain(&self.said).map(|said| &said.predicate).chain(count).collect()
    }
}
