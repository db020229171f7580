//! A new node at which relationships from several bound nodes meet.

use super::{Direction, Scalar, Types};

#[derive(Clone, Debug)]
pub(crate) struct Intersect {
    /// Two or more.
    pub arrows: Vec<Arrow>,
    /// Whether the node is wanted as a column.
    pub to: bool,
    /// Asked of the node, which is [`Scalar::Local`] 0.
    pub conditions: Vec<Scalar>,
    /// Rows are not wanted, only how many there would be.
    pub counts: bool,
}

/// A relationship from a bound node; asserted, between nodes.
#[derive(Clone, Debug)]
pub(crate) struct Arrow {
    /// A node or element column. Null gives no row.
    pub from: usize,
    pub direction: Direction,
    pub types: Types,
    /// Whether the relationship is wanted as a column.
    pub rel: bool,
    /// Columns of relationships, or lists of them, that this one must not be.
    pub distinct_from: Vec<usize>,
    /// Arrows before this one, by their places, that must be another relationship.
    pub distinct_arrows: Vec<usize>,
}
