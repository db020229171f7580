//! The steps of a plan: one struct for each.

use super::{Cite, Direction, Draw, Intersect, LogicalPlan, Route, SetItem, SortKey};
use crate::catalog::IndexId;
use crate::expr::{Expr, VarId};
pub(crate) use crate::semantic::bound::{AggregateCall, OnError, ProcedureCall};
use crate::value::Name;

/// What is done to the rows of the step before.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    // ---- finding elements
    NodeScan(NodeScan),
    NodeSeek(NodeSeek),
    NodeLookup(NodeLookup),
    CountValues(CountValues),
    NodeById(NodeById),
    RelScan(RelScan),
    RelSeek(RelSeek),
    RelById(RelById),
    // ---- following relationships
    Expand(Expand),
    RelEnds(RelEnds),
    VarExpand(VarExpand),
    ShortestPath(ShortestPath),
    Route(Route),
    CountExpand(CountExpand),
    Intersect(Intersect),
    BuildPath(BuildPath),
    // ---- rows
    /// No rows.
    Empty,
    Filter(Expr),
    Project(Vec<(VarId, Expr)>),
    Aggregate(Aggregate),
    /// The first of equivalent rows, by these columns.
    Distinct(Vec<VarId>),
    Sort(Sort),
    Skip(Expr),
    Limit(Expr),
    Unwind(Unwind),
    Union(Union),
    HashJoin(HashJoin),
    Apply(Apply),
    InTransactions(Box<InTransactions>),
    /// What its predicate says is a step of its own.
    Call(ProcedureCall),
    /// All rows are read before the first goes on.
    Barrier,
    // ---- writes
    Create(Create),
    Merge(Box<Merge>),
    Set(Vec<SetItem>),
    Delete(Delete),
    SetState(SetState),
    Foreach(Foreach),
}

/// What an element of a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ElementKind {
    Node,
    Rel,
}

/// An end of a relationship, bound or to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub var: VarId,
    pub kind: ElementKind,
}

/// Which states of relationships are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum States {
    Asserted,
    Both,
}

/// Relationship types, any of which will do; empty: every type.
pub(crate) type Types = Vec<Name>;

/// Each node, with the label.
#[derive(Clone, Debug)]
pub(crate) struct NodeScan {
    pub var: VarId,
    pub label: Option<Name>,
    /// Comparisons of a property with a value that is given before the run, asked while scanning.
    pub conditions: Vec<Expr>,
    /// Where only the first nodes are wanted: others may be left out.
    pub first: Option<FirstNodes>,
}

/// The first nodes of a scan, as a sort behind it will have them.
#[derive(Clone, Debug)]
pub(crate) struct FirstNodes {
    /// By these properties; the flag: the largest comes first.
    pub keys: Vec<(Name, bool)>,
    pub limit: Expr,
    /// Whether the sort has keys behind these, so that it wants all nodes which may be among the first.
    pub ties: bool,
}

/// The values of a property of scanned nodes, each with the number of nodes that have it; a value may come several times.
#[derive(Clone, Debug)]
pub(crate) struct CountValues {
    /// What it scans is not bound.
    pub scan: NodeScan,
    pub key: Name,
    pub value: VarId,
    pub count: VarId,
}

/// Nodes by an index.
#[derive(Clone, Debug)]
pub(crate) struct NodeSeek {
    pub var: VarId,
    pub label: Name,
    pub keys: Vec<Name>,
    pub index: IndexId,
    pub seek: Seek,
}

/// Nodes by the values of properties, for many rows: a table of the values stands in for an index that is not there.
#[derive(Clone, Debug)]
pub(crate) struct NodeLookup {
    pub var: VarId,
    pub label: Option<Name>,
    pub keys: Vec<Name>,
    pub sought: Sought,
}

/// What a lookup looks for.
#[derive(Clone, Debug)]
pub(crate) enum Sought {
    /// A value for each key.
    Values(Vec<Expr>),
    /// Any item of the list, for the only key.
    AnyOf(Expr),
}

impl Sought {
    pub(crate) fn exprs(&self) -> &[Expr] {
        match self {
            Self::Values(values) => values,
            Self::AnyOf(list) => std::slice::from_ref(list),
        }
    }

    pub(crate) fn exprs_mut(&mut self) -> &mut [Expr] {
        match self {
            Self::Values(values) => values,
            Self::AnyOf(list) => std::slice::from_mut(list),
        }
    }
}

/// Nodes by an id, or by a list of them.
#[derive(Clone, Debug)]
pub(crate) struct NodeById {
    pub var: VarId,
    pub ids: Expr,
}

/// Each relationship.
#[derive(Clone, Debug)]
pub(crate) struct RelScan {
    pub var: VarId,
    pub types: Types,
    pub states: States,
    pub between_nodes: bool,
}

/// Relationships by an index.
#[derive(Clone, Debug)]
pub(crate) struct RelSeek {
    pub var: VarId,
    pub rel_type: Name,
    pub keys: Vec<Name>,
    pub index: IndexId,
    pub seek: Seek,
    pub states: States,
}

/// Relationships by an id, or by a list of them.
#[derive(Clone, Debug)]
pub(crate) struct RelById {
    pub var: VarId,
    pub ids: Expr,
    pub states: States,
}

/// How an index is asked.
#[derive(Clone, Debug)]
pub(crate) enum Seek {
    /// One value for each key of the index.
    Equal(Vec<Expr>),
    In(Expr),
    /// The flag: the bound itself is in.
    Range {
        low: Option<(Expr, bool)>,
        high: Option<(Expr, bool)>,
    },
    Prefix(Expr),
}

/// From a bound element along one relationship. The far end is found, or checked where it is bound.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub from: End,
    pub rel: VarId,
    pub to: End,
    /// Seen from `from`.
    pub direction: Direction,
    pub types: Types,
    pub states: States,
    /// Relationships, or lists of them, that this one must not be.
    pub distinct_from: Vec<VarId>,
}

/// The ends of a bound relationship: found, or checked where they are bound.
#[derive(Clone, Debug)]
pub(crate) struct RelEnds {
    pub rel: VarId,
    pub start: End,
    pub end: End,
    /// [`Direction::Right`] from start to end, or [`Direction::Either`].
    pub direction: Direction,
    pub types: Types,
    pub states: States,
    pub distinct_from: Vec<VarId>,
}

/// From a bound element along several relationships.
#[derive(Clone, Debug)]
pub(crate) struct VarExpand {
    pub from: End,
    /// The list of relationships.
    pub rels: VarId,
    pub to: End,
    pub direction: Direction,
    pub types: Types,
    pub min: u64,
    pub max: Option<u64>,
    pub rules: WayRules,
    pub distinct_from: Vec<VarId>,
    /// Each far end once; the list is that of one way to it.
    pub reach_only: bool,
}

/// What holds at each place of a way of several relationships, so that a search can see to it; each with its local
/// variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct WayRules {
    /// Of each relationship.
    pub rels: Vec<(VarId, Expr)>,
    /// Of each element of `nodes(p)`, both ends included.
    pub nodes: Vec<(VarId, Expr)>,
    /// Of each node but the first and the last.
    pub inner: Vec<(VarId, Expr)>,
}

impl WayRules {
    fn all(&self) -> impl Iterator<Item = &(VarId, Expr)> {
        self.rels.iter().chain(&self.nodes).chain(&self.inner)
    }

    pub(crate) fn locals(&self) -> impl Iterator<Item = VarId> {
        self.all().map(|(local, _)| *local)
    }

    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.all().map(|(_, expr)| expr)
    }

    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.rels.iter_mut().chain(&mut self.nodes).chain(&mut self.inner).map(|(_, expr)| expr)
    }
}

/// What is said of a way that can be asked only when all of it is known.
#[derive(Clone, Debug)]
pub(crate) struct WholeWay {
    /// The path, a local variable; the list of relationships is another.
    pub path: VarId,
    pub predicate: Expr,
}

/// Shortest paths between bound elements.
#[derive(Clone, Debug)]
pub(crate) struct ShortestPath {
    pub from: End,
    pub rels: VarId,
    pub to: End,
    pub direction: Direction,
    pub types: Types,
    pub min: u64,
    pub max: Option<u64>,
    pub rules: WayRules,
    pub whole: Option<WholeWay>,
    pub all: bool,
    /// Whether a path from a node to itself may be longer than none at all.
    pub loops: bool,
    pub distinct_from: Vec<VarId>,
}

impl ShortestPath {
    /// The local variables of what is said of the way.
    pub(crate) fn locals(&self) -> Vec<VarId> {
        let whole = self.whole.iter().flat_map(|whole| [self.rels, whole.path]);
        self.rules.locals().chain(whole).collect()
    }
}

/// How many relationships between nodes an [`Expand`] would give.
#[derive(Clone, Debug)]
pub(crate) struct CountExpand {
    pub from: End,
    /// The number.
    pub count: VarId,
    pub direction: Direction,
    pub types: Types,
    /// Only those are counted that lead to a node with this label.
    pub label: Option<Name>,
    /// Bound relationships that are not to be counted.
    pub not_again: Vec<TakenArrow>,
    /// The hop before, if it is counted along: the number is that of pairs.
    pub before: Option<HopBefore>,
}

/// A bound relationship that a step must not count again.
#[derive(Clone, Debug)]
pub(crate) struct TakenArrow {
    pub rel: VarId,
    /// The nodes between which it was found, if these alone tell whether the step comes upon it.
    pub seen: Option<Vec<SeenFrom>>,
}

/// The step comes upon an arrow if it begins at `near`; then the arrow leads to `far`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenFrom {
    pub near: VarId,
    pub far: VarId,
}

impl CountExpand {
    /// The variables that it looks at.
    pub(crate) fn names(&self) -> Vec<VarId> {
        let taken = self.not_again.iter().flat_map(|arrow| match &arrow.seen {
            None => vec![arrow.rel],
            Some(seen) => seen.iter().flat_map(|from| [from.near, from.far]).collect(),
        });
        std::iter::once(self.from.var).chain(taken).collect()
    }
}

/// An arrow at the same node as another one, both only counted.
#[derive(Clone, Debug)]
pub(crate) struct HopBefore {
    /// Seen from the node that they share; never [`Direction::Either`].
    pub direction: Direction,
    pub types: Types,
    /// Whether both ask for the same types and must be two relationships.
    pub distinct: bool,
}

/// A path from its pieces.
#[derive(Clone, Debug)]
pub(crate) struct BuildPath {
    pub var: VarId,
    pub pieces: Vec<PathPiece>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PathPiece {
    Element(End),
    Rel(VarId),
    /// A list of relationships, with the nodes between them.
    Rels(VarId),
}

/// Groups, one row for each. Nothing but keys and calls goes on.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub keys: Vec<(VarId, Expr)>,
    pub calls: Vec<(VarId, AggregateCall)>,
    /// Numbers: each row stands for as many as their product; only with `count(*)`.
    pub weights: Vec<VarId>,
    /// What the rows are, if the store may know their number; only with `count(*)` and without keys.
    pub stored: Option<StoredCount>,
}

/// A number that the store may keep.
#[derive(Clone, Debug)]
pub(crate) enum StoredCount {
    /// Of all nodes, or those with the label.
    Nodes(Option<Name>),
    /// Of the asserted relationships between nodes, those that begin and end at a label.
    Rels { types: Types, start: Option<Name>, end: Option<Name> },
}

#[derive(Clone, Debug)]
pub(crate) struct Sort {
    pub keys: Vec<SortKey>,
    /// How many of the first rows are kept.
    pub limit: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Unwind {
    pub var: VarId,
    pub list: Expr,
}

/// One branch after the other. The branches start from what comes into the plan: a union is a plan's first step.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    /// Each with the variables that become `columns`.
    pub branches: Vec<(LogicalPlan, Vec<VarId>)>,
    pub columns: Vec<VarId>,
}

/// Rows of both sides that agree in the keys. The right side starts from what comes into the plan.
#[derive(Clone, Debug)]
pub(crate) struct HashJoin {
    pub right: LogicalPlan,
    /// Left and right.
    pub keys: Vec<(Expr, Expr)>,
}

/// A plan run over each row.
#[derive(Clone, Debug)]
pub(crate) struct Apply {
    pub inner: LogicalPlan,
    pub kind: ApplyKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ApplyKind {
    /// The outer row with each inner one; these variables of it are seen.
    Inner(Vec<VarId>),
    /// As `Inner`, but an outer row without an inner one goes on with nulls.
    Optional(Vec<VarId>),
    Exists {
        negated: bool,
    },
    /// The outer row, once.
    Effects,
}

/// A plan run over so many rows at a time, and committed each time.
#[derive(Clone, Debug)]
pub(crate) struct InTransactions {
    pub inner: LogicalPlan,
    /// The variables of it that are seen.
    pub take: Vec<VarId>,
    /// Each outer row goes on once, whatever the plan gives.
    pub is_unit: bool,
    pub is_optional: bool,
    pub rows: Expr,
    pub on_error: OnError,
    pub status: Option<VarId>,
}

#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub draws: Vec<Draw>,
    pub cite: Option<Cite>,
}

#[derive(Clone, Debug)]
pub(crate) struct Merge {
    pub inner: LogicalPlan,
    pub draws: Vec<Draw>,
    pub on_create: Vec<SetItem>,
    pub on_match: Vec<SetItem>,
    pub cite: Option<Cite>,
}

#[derive(Clone, Debug)]
pub(crate) struct Delete {
    pub detach: bool,
    pub targets: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct SetState {
    pub asserted: bool,
    pub targets: Vec<Expr>,
}

/// The body for each item, for its effects.
#[derive(Clone, Debug)]
pub(crate) struct Foreach {
    pub var: VarId,
    pub list: Expr,
    pub body: LogicalPlan,
}

impl NodeScan {
    /// All nodes, or those with the label.
    pub(crate) fn all(var: VarId, label: Option<Name>) -> Self {
        Self { var, label, conditions: Vec::new(), first: None }
    }
}

impl Aggregate {
    /// Whether nothing but rows is counted.
    pub(crate) fn only_counts(&self) -> bool {
        !self.calls.is_empty() && self.calls.iter().all(|(_, call)| call.aggregate.is_none())
    }
}

impl Expand {
    /// The same from its other end.
    pub(crate) fn turned(&self) -> Self {
        Self { from: self.to, to: self.from, direction: self.direction.turned(), ..self.clone() }
    }
}

impl End {
    pub(crate) fn node(var: VarId) -> Self {
        Self { var, kind: ElementKind::Node }
    }

    pub(crate) fn rel(var: VarId) -> Self {
        Self { var, kind: ElementKind::Rel }
    }
}
