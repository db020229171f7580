//! Operators and the plan that they form.
//!
//! # Rows inside an Apply
//!
//! The inner plan of an [`Op::Apply`], of a [`Subplan`] or of a MERGE starts from an [`Op::Argument`] that is handed a
//! batch of outer rows. Its first column is the ordinal of the outer row (kind [`ColumnKind::Ordinal`]); the imported
//! columns follow. Every operator inside carries the ordinal, and those that look across rows keep a `partition`: the
//! position of the ordinal, so LIMIT, sorting, DISTINCT and aggregation hold per outer row. The outermost plan has no
//! ordinal; its Argument hands out one row without columns.

use std::sync::Arc;

use super::{Scalar, TextRange, Within};
use crate::catalog::{IndexId, SchemaChange};
use crate::expr::{Labels, Lens, RelType};
use crate::function::{Aggregate, Procedure};
pub(crate) use crate::plan::OnError;
use crate::value::{Asked, Name};

/// A plan that can run many times, with other parameters.
#[derive(Debug)]
pub(crate) struct PhysicalPlan {
    pub root: PlanBody,
    /// The name of each column of the answer and where it stands in the root's rows.
    pub columns: Vec<(Name, usize)>,
    /// What expressions run: by number.
    pub subplans: Vec<Subplan>,
    /// What is computed before the first row: by number.
    pub given: Vec<Scalar>,
    /// Names that operators and expressions refer to by number.
    pub labels: Vec<Name>,
    pub types: Vec<Name>,
    pub keys: Vec<Name>,
    /// Each where the text names it first.
    pub parameters: Vec<(Name, TextRange)>,
    pub writes: bool,
    /// How many operators there are, subplans included; ids are below it.
    pub operator_count: usize,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each plan")]
pub(crate) enum PlanBody {
    Rows(Operator),
    Schema(SchemaChange),
}

impl PhysicalPlan {
    /// Whether it commits while it runs.
    pub(crate) fn commits(&self) -> bool {
        match &self.root {
            PlanBody::Rows(root) => root.commits(),
            PlanBody::Schema(_) => false,
        }
    }
}

/// A query inside an expression.
#[derive(Debug)]
pub(crate) struct Subplan {
    pub root: Operator,
    /// What the columns after the ordinal are filled with, seen from the expression.
    pub imports: Vec<(Scalar, ColumnKind)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LabelRef(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeRef(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyRef(pub u32);

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ColumnKind {
    /// Node slots.
    Node,
    /// Relationship slots.
    Rel,
    /// Ends: nodes or relationships.
    Element,
    /// Any value, typed vectors where the producer has them.
    Value,
    /// The number of an outer row.
    Ordinal,
}

/// One operator with its inputs.
#[derive(Debug)]
pub(crate) struct Operator {
    /// For PROFILE.
    pub id: usize,
    pub op: Op,
    pub inputs: Vec<Operator>,
    /// Positions in the (first) input that go on, in order; the operator's own columns follow.
    pub carry: Vec<usize>,
    /// Kinds of the output columns: those carried, then the new ones.
    pub layout: Vec<ColumnKind>,
    /// How EXPLAIN shows it: one line without the inputs.
    pub text: String,
    /// The rows that the optimiser expects.
    pub estimate: f64,
}

impl Operator {
    /// Whether it, or one below it, commits while it runs; none inside of another does.
    fn commits(&self) -> bool {
        matches!(self.op, Op::InTransactions(_)) || self.inputs.iter().any(Operator::commits)
    }
}

/// What an operator does. New columns are named in the order in which they are appended.
#[derive(Debug)]
pub(crate) enum Op {
    /// The rows handed in by what runs this plan; a single row without columns at the outermost level.
    Argument,
    /// No rows.
    Empty,

    // ---- finding elements. New: the element.
    /// For each input row each node (with the label) that fits all conditions. Nothing new if only their number is
    /// wanted.
    NodeScan {
        label: Option<LabelRef>,
        conditions: Vec<Condition>,
        /// The part of the graph that is scanned.
        within: Option<Within>,
        /// Where only the first nodes are wanted.
        first: Option<FirstNodes>,
    },
    /// The values of a property of the nodes of a scan, each with the number of nodes. New: both.
    CountValues {
        label: Option<LabelRef>,
        conditions: Vec<Condition>,
        within: Option<Within>,
        key: KeyRef,
    },
    NodeSeek {
        index: IndexId,
        seek: Seek,
    },
    /// Each node (with the label) whose properties may be the values, or whose property may be an item of the list.
    NodeLookup {
        label: Option<LabelRef>,
        keys: Vec<KeyRef>,
        sought: Sought,
    },
    /// The node with this id, or each with an id of this list.
    NodeById {
        ids: Scalar,
    },
    RelSeek {
        index: IndexId,
        seek: Seek,
        states: States,
    },
    RelById {
        ids: Scalar,
        states: States,
    },
    /// For each input row each relationship: with any ends, or between nodes only.
    RelScan {
        types: Types,
        states: States,
        between_nodes: bool,
    },

    // ---- following relationships
    /// New: the relationship if `rel`, then the far end if it is new.
    Expand(Expand),
    /// The ends of a bound relationship: binds or checks them, in both orientations for `Either`. Drops rows whose
    /// relationship is null, of another type, or in another state. New: the ends that are new, start side first.
    RelEnds {
        rel: usize,
        direction: Direction,
        types: Types,
        states: States,
        start: Target,
        end: Target,
        distinct_from: Vec<usize>,
    },
    /// Trails of several relationships. New: the list of relationships if `rels`, then the far end if it is new.
    VarExpand(VarExpand),
    /// Shortest paths between two bound nodes, by search from both sides. New: the list of relationships.
    ShortestPath(ShortestPath),
    Route(super::route::Route),
    /// How many relationships an [`Op::Expand`] would give, without giving them. New: the count (an integer).
    CountExpand {
        from: usize,
        direction: Direction,
        types: Types,
        /// Of the nodes at the far end.
        label: Option<LabelRef>,
        not_again: Vec<TakenArrow>,
        /// The hop before, if pairs are counted.
        before: Option<HopBefore>,
    },
    /// New: the relationships of arrows that have columns, then the node; or the count alone (an integer, never 0).
    Intersect(super::Intersect),
    /// New: the path.
    BuildPath {
        steps: Vec<PathStep>,
    },

    // ---- rows
    Filter {
        predicate: Arc<Scalar>,
    },
    /// New: one column for each.
    Project {
        items: Arc<[(Scalar, ColumnKind)]>,
    },
    /// Carries at most the ordinal. New: keys, then calls. Without keys: one row for each partition, even an empty one.
    Aggregate {
        partition: Option<usize>,
        keys: Vec<(Scalar, ColumnKind)>,
        calls: Vec<AggregateCall>,
        /// What is counted, if the store may know the number and no row has to be looked at.
        stored: Option<StoredCount>,
    },
    /// The first of equivalent rows, by these columns.
    Distinct {
        partition: Option<usize>,
        columns: Vec<usize>,
    },
    /// Stable. With `limit`: only the first rows are kept.
    Sort {
        partition: Option<usize>,
        keys: Vec<SortKey>,
        limit: Option<Scalar>,
    },
    Skip {
        partition: Option<usize>,
        count: Scalar,
    },
    Limit {
        partition: Option<usize>,
        count: Scalar,
    },
    /// New: the item. Null gives no row, any other value that is no list gives one.
    Unwind {
        list: Scalar,
    },
    /// The input's rows. Several threads may make them, each of other parts of what they share; see
    /// [`gather`](super::gather).
    Gather {
        shared: Shared,
    },
    /// The input's rows, of which the threads of a `Gather` take so many at a time.
    Scatter {
        rows: usize,
        /// Whether all of them are wanted in the end, so that some may be looked for before others are used.
        ahead: bool,
    },
    /// One input after the other; their layouts agree.
    Union,
    /// Both inputs' rows where the keys are equal (never null). Carries of the left input; new: these columns of the right.
    HashJoin {
        left_keys: Vec<Scalar>,
        right_keys: Vec<Scalar>,
        right_columns: Vec<usize>,
    },
    /// The inner plan, run over a batch of outer rows.
    Apply(Apply),
    /// The inner plan, run over so many outer rows at a time and committed. New: the inner columns, then the status.
    InTransactions(Arc<InTransactions>),
    /// New: the outputs asked for.
    Call(Call),
    /// All input is consumed before the first row goes on; what follows reads the graph as it is then.
    Barrier,

    // ---- writes
    /// New: one column for each draw.
    Create {
        draws: Arc<[Draw]>,
        cite: Option<Cite>,
    },
    /// New: what the inner plan finds or the draws make: `bindings`, each a column of the inner plan and a draw.
    Merge(Box<Merge>),
    Set {
        items: Vec<SetItem>,
    },
    Delete {
        detach: bool,
        targets: Vec<Scalar>,
    },
    SetState {
        asserted: bool,
        targets: Vec<Scalar>,
    },
    /// For each row and each item of the list the body is run for its effects. Its Argument is the imports and the item last.
    Foreach {
        list: Scalar,
        body: Box<Operator>,
        imports: Vec<usize>,
    },
}

/// What threads have parts of, by the id of the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    /// What it scans.
    Scan(usize),
    /// The rows that go into it.
    Rows(usize),
}

/// What a scan asks of each element. The operand is the same for all rows.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub key: KeyRef,
    pub asked: Asked,
    pub operand: Scalar,
}

/// The first nodes of a scan by some properties; others may be left out.
#[derive(Clone, Debug)]
pub(crate) struct FirstNodes {
    /// The flag: the largest comes first.
    pub keys: Vec<(KeyRef, bool)>,
    pub limit: Scalar,
    /// Whether all nodes are wanted that may be among the first by these keys and others behind them.
    pub ties: bool,
}

/// What a lookup looks for.
#[derive(Clone, Debug)]
pub(crate) enum Sought {
    /// A value for each key.
    Values(Vec<Scalar>),
    /// Each item of a list, for the only key.
    AnyOf(Scalar),
}

impl Sought {
    pub(crate) fn scalars(&self) -> &[Scalar] {
        match self {
            Sought::Values(values) => values,
            Sought::AnyOf(list) => std::slice::from_ref(list),
        }
    }
}

/// How an index is asked.
#[derive(Clone, Debug)]
pub(crate) enum Seek {
    /// One value for each key of the index: what is equal to them.
    Equal(Arc<[Scalar]>),
    /// Each value of a list, each element once.
    In(Scalar),
    /// The flag: the bound itself is in.
    Range { low: Option<(Scalar, bool)>, high: Option<(Scalar, bool)> },
    /// STARTS WITH.
    Prefix(Scalar),
}

/// Which relationship types.
#[derive(Clone, Debug)]
pub(crate) enum Types {
    Any,
    /// One of these.
    OneOf(Vec<TypeRef>),
}

/// Which states of relationships are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum States {
    Asserted,
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Out,
    In,
    /// Both; a self-loop once.
    Either,
}

/// An end that an operator finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Appended, if it is of the kind: `Node`, `Rel` or `Element`.
    New(ColumnKind),
    /// Must equal this column.
    Bound(usize),
    /// Not looked at, beyond its kind.
    Ignored(ColumnKind),
}

impl Target {
    /// What the end is, given the columns of the input.
    pub(crate) fn kind(self, layout: &[ColumnKind]) -> ColumnKind {
        match self {
            Target::New(kind) | Target::Ignored(kind) => kind,
            Target::Bound(column) => layout[column],
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Expand {
    /// A node, relationship or element column. Null gives no row.
    pub from: usize,
    pub direction: Direction,
    pub types: Types,
    pub states: States,
    /// Whether the relationship is wanted as a column.
    pub rel: bool,
    pub to: Target,
    /// Columns of arrows of the same MATCH that must be another relationship: `Rel` columns or lists of relationships.
    pub distinct_from: Vec<usize>,
}

/// An arrow at the same node as another one, both only counted.
#[derive(Clone, Debug)]
pub(crate) struct HopBefore {
    /// Seen from the node that they share.
    pub direction: Direction,
    pub types: Types,
    /// Whether both ask for the same types and must be two relationships.
    pub distinct: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct VarExpand {
    pub from: usize,
    pub direction: Direction,
    pub types: Types,
    pub min: u64,
    pub max: Option<u64>,
    pub rules: WayRules,
    pub rels: bool,
    pub to: Target,
    pub distinct_from: Vec<usize>,
    /// True: each far end once, by reachability; false: each trail.
    pub reach_only: bool,
}

/// A bound relationship that a step must not count again.
#[derive(Clone, Debug)]
pub(crate) enum TakenArrow {
    /// Its column.
    Rel(usize),
    /// The columns of nodes that it stands between: the step comes upon it where it begins at the first of a pair, and
    /// then it leads to the second.
    Between(Vec<(usize, usize)>),
}

/// What is said of each place of a way, which is [`Scalar::Local`] 0.
#[derive(Clone, Debug)]
pub(crate) struct WayRules {
    /// Of each relationship.
    pub rels: Vec<Scalar>,
    /// Of each node passed, and of both ends.
    pub nodes: Vec<Scalar>,
    /// Of each node passed.
    pub inner: Vec<Scalar>,
}

impl WayRules {
    pub(crate) fn scalars(&self) -> impl Iterator<Item = &Scalar> {
        self.rels.iter().chain(&self.nodes).chain(&self.inner)
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.scalars().next().is_none()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ShortestPath {
    pub from: usize,
    pub to: usize,
    pub direction: Direction,
    pub types: Types,
    pub min: u64,
    pub max: Option<u64>,
    pub rules: WayRules,
    /// Said of the whole way, where it cannot be said step by step: [`Scalar::Local`] 0 is the list of relationships,
    /// 1 the path.
    pub whole: Option<Scalar>,
    /// All of the shortest, or one.
    pub all: bool,
    /// Whether a path from a node to itself may have relationships.
    pub loops: bool,
    pub distinct_from: Vec<usize>,
}

/// A piece of a path, as a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PathStep {
    /// A node or, in a bracket, a relationship.
    Element(usize),
    Rel(usize),
    /// A list of relationships, with the nodes between them.
    Rels(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub procedure: Arc<Procedure>,
    pub arguments: Vec<Scalar>,
    pub outputs: Vec<usize>,
    /// The part of the graph that it is asked about.
    pub lens: Lens<Scalar>,
}

#[derive(Clone, Debug)]
pub(crate) struct AggregateCall {
    /// `None`: `count(*)`.
    pub aggregate: Option<Arc<Aggregate>>,
    pub distinct: bool,
    pub arguments: Vec<Scalar>,
    /// Columns of counts: each row stands for as many as their product ([`Op::CountExpand`]); only for `count(*)`.
    pub weights: Vec<usize>,
}

/// A number that the store may keep.
#[derive(Clone, Debug)]
pub(crate) enum StoredCount {
    Nodes(Option<LabelRef>),
    Rels { types: Types, start: Option<LabelRef>, end: Option<LabelRef> },
}

#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub scalar: Scalar,
    pub descending: bool,
}

#[derive(Debug)]
pub(crate) struct Apply {
    pub inner: Box<Operator>,
    /// Outer columns handed to the inner plan after the ordinal.
    pub imports: Vec<usize>,
    pub kind: ApplyKind,
}

#[derive(Debug)]
pub(crate) enum ApplyKind {
    /// Each pair of outer and inner row. New: these inner columns.
    Inner { take: Vec<usize> },
    /// As `Inner`; an outer row without inner rows once, with nulls.
    Optional { take: Vec<usize> },
    /// Outer rows that have an inner row, or that have none.
    Exists { negated: bool },
    /// Each outer row once, whatever the inner plan gives: it is run for its effects.
    Effects,
}

#[derive(Debug)]
pub(crate) struct InTransactions {
    pub inner: Operator,
    /// Outer columns handed to the inner plan after the ordinal.
    pub imports: Vec<usize>,
    /// The inner columns that go on.
    pub take: Vec<usize>,
    /// Without RETURN: each outer row goes on once.
    pub is_unit: bool,
    /// An outer row without inner rows goes on with nulls.
    pub is_optional: bool,
    /// How many outer rows are a batch.
    pub rows: Scalar,
    pub on_error: OnError,
    /// Whether each row tells what became of its batch.
    pub reports: bool,
}

// ---------------------------------------------------------------- writes

/// An element that a write refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ref {
    /// A column of the input.
    Column(usize),
    /// An element drawn further left by the same operator.
    Drawn(usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Draw {
    Node { labels: Labels<Scalar>, properties: Option<Scalar> },
    Rel { rel_type: RelType<Scalar>, start: Ref, end: Ref, asserted: bool, properties: Option<Scalar> },
}

#[derive(Clone, Debug)]
pub(crate) struct Cite {
    pub targets: Vec<Ref>,
    /// Some of the targets: cited only if this operator created them.
    pub created_only: Vec<Ref>,
    pub sources: Vec<(Scalar, Option<Scalar>)>,
}

#[derive(Debug)]
pub(crate) struct Merge {
    /// Finds matches for one row; its Argument has the ordinal and the imports.
    pub inner: Operator,
    pub imports: Vec<usize>,
    pub draws: Vec<Draw>,
    /// The new columns of the operator: where a match has each, and which draw makes it.
    pub bindings: Vec<(usize, usize)>,
    /// Over the output row.
    pub on_create: Vec<SetItem>,
    pub on_match: Vec<SetItem>,
    /// Columns refer to the output row; `Drawn` is not used.
    pub cite: Option<Cite>,
}

#[derive(Clone, Debug)]
pub(crate) enum SetItem {
    Property { target: Scalar, key: Name, value: Scalar },
    Keyed { target: Scalar, key: Scalar, value: Scalar },
    Replace { target: Scalar, value: Scalar },
    Update { target: Scalar, value: Scalar },
    AddLabels { target: Scalar, labels: Labels<Scalar> },
    RemoveLabels { target: Scalar, labels: Labels<Scalar> },
}
