//! The steps of a plan: one struct for each, and what can be asked of all.

use super::{Cite, Direction, Draw, LogicalPlan, SetItem, SortKey};
use crate::catalog::IndexId;
use crate::expr::{Expr, VarId};
pub(crate) use crate::semantic::bound::{AggregateCall, ProcedureCall};
use crate::value::Name;

/// What is done to the rows of the step before.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    // ---- finding elements
    NodeScan(NodeScan),
    NodeSeek(NodeSeek),
    NodeById(NodeById),
    RelScan(RelScan),
    RelSeek(RelSeek),
    RelById(RelById),
    // ---- following relationships
    Expand(Expand),
    RelEnds(RelEnds),
    VarExpand(VarExpand),
    ShortestPath(ShortestPath),
    CountExpand(CountExpand),
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
    /// Said of each relationship, which is the local variable.
    pub each_rel: Option<(VarId, Expr)>,
    /// Said of each node on the way, both ends included.
    pub each_node: Option<(VarId, Expr)>,
    pub distinct_from: Vec<VarId>,
    /// Each far end once, and no list.
    pub reach_only: bool,
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
    pub each_rel: Option<(VarId, Expr)>,
    pub each_node: Option<(VarId, Expr)>,
    /// Said of the list of relationships, which is the local variable.
    pub whole: Option<(VarId, Expr)>,
    pub all: bool,
    pub distinct_from: Vec<VarId>,
}

/// How many relationships between nodes an [`Expand`] would give.
#[derive(Clone, Debug)]
pub(crate) struct CountExpand {
    pub from: End,
    /// The number.
    pub count: VarId,
    pub direction: Direction,
    pub types: Types,
    /// Bound relationships that are not to be counted.
    pub not_again: Vec<VarId>,
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
    /// A number by which each row stands for several; only with `count(*)`.
    pub weight: Option<VarId>,
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

impl End {
    pub(crate) fn node(var: VarId) -> Self {
        Self { var, kind: ElementKind::Node }
    }

    pub(crate) fn rel(var: VarId) -> Self {
        Self { var, kind: ElementKind::Rel }
    }
}

pub(crate) fn draw_var(draw: &Draw) -> VarId {
    match draw {
        Draw::Node { var, .. } | Draw::Rel { var, .. } => *var,
    }
}

impl Step {
    /// The variables that this step binds, if they are not bound before it: ends may be.
    pub(crate) fn binds(&self) -> Vec<VarId> {
        match self {
            Step::NodeScan(NodeScan { var, .. })
            | Step::NodeSeek(NodeSeek { var, .. })
            | Step::NodeById(NodeById { var, .. })
            | Step::RelScan(RelScan { var, .. })
            | Step::RelSeek(RelSeek { var, .. })
            | Step::RelById(RelById { var, .. })
            | Step::BuildPath(BuildPath { var, .. })
            | Step::Unwind(Unwind { var, .. }) => vec![*var],
            Step::Expand(step) => vec![step.rel, step.to.var],
            Step::RelEnds(step) => vec![step.start.var, step.end.var],
            Step::VarExpand(step) if step.reach_only => vec![step.to.var],
            Step::VarExpand(step) => vec![step.rels, step.to.var],
            Step::ShortestPath(step) => vec![step.rels],
            Step::CountExpand(step) => vec![step.count],
            Step::Project(items) => items.iter().map(|(var, _)| *var).collect(),
            Step::Aggregate(step) => {
                step.keys.iter().map(|(var, _)| *var).chain(step.calls.iter().map(|(var, _)| *var)).collect()
            }
            Step::Union(step) => step.columns.clone(),
            Step::HashJoin(step) => step.right.bound(),
            Step::Apply(step) => match &step.kind {
                ApplyKind::Inner(take) | ApplyKind::Optional(take) => take.clone(),
                ApplyKind::Exists { .. } | ApplyKind::Effects => Vec::new(),
            },
            Step::Call(step) => step.yields.iter().map(|(_, var)| *var).collect(),
            Step::Create(Create { draws, .. }) => draws.iter().map(draw_var).collect(),
            Step::Merge(step) => step.draws.iter().map(draw_var).collect(),
            Step::Empty
            | Step::Filter(_)
            | Step::Distinct(_)
            | Step::Sort(_)
            | Step::Skip(_)
            | Step::Limit(_)
            | Step::Barrier
            | Step::Set(_)
            | Step::Delete(_)
            | Step::SetState(_)
            | Step::Foreach(_) => Vec::new(),
        }
    }

    /// Whether rows behind this step know nothing of the columns before it.
    pub(crate) fn narrows(&self) -> bool {
        matches!(self, Step::Aggregate(_) | Step::Union(_))
    }

    /// The variables that this step names outside expressions, besides those that it surely binds itself. Ends that
    /// it may bind are among them.
    pub(crate) fn names(&self) -> Vec<VarId> {
        let ends =
            |ends: &[End], others: &[VarId]| ends.iter().map(|end| end.var).chain(others.iter().copied()).collect();
        match self {
            Step::Expand(step) => ends(&[step.from, step.to], &step.distinct_from),
            Step::RelEnds(step) => {
                let mut all: Vec<VarId> = ends(&[step.start, step.end], &step.distinct_from);
                all.push(step.rel);
                all
            }
            Step::VarExpand(step) => ends(&[step.from, step.to], &step.distinct_from),
            Step::ShortestPath(step) => ends(&[step.from, step.to], &step.distinct_from),
            Step::CountExpand(step) => ends(&[step.from], &step.not_again),
            Step::BuildPath(step) => step
                .pieces
                .iter()
                .map(|piece| match piece {
                    PathPiece::Element(End { var, .. }) | PathPiece::Rel(var) | PathPiece::Rels(var) => *var,
                })
                .collect(),
            Step::Aggregate(step) => step.weight.into_iter().collect(),
            Step::Distinct(columns) => columns.clone(),
            Step::Create(step) => {
                let drawn: Vec<VarId> = step.draws.iter().map(draw_var).collect();
                let mut all = draw_ends(&step.draws);
                all.extend(cite_targets(step.cite.as_ref()));
                all.retain(|var| !drawn.contains(var));
                all
            }
            Step::Merge(step) => {
                let drawn: Vec<VarId> = step.draws.iter().map(draw_var).collect();
                let mut all = draw_ends(&step.draws);
                all.extend(cite_targets(step.cite.as_ref()));
                all.retain(|var| !drawn.contains(var));
                all
            }
            Step::NodeScan(_)
            | Step::NodeSeek(_)
            | Step::NodeById(_)
            | Step::RelScan(_)
            | Step::RelSeek(_)
            | Step::RelById(_)
            | Step::Empty
            | Step::Filter(_)
            | Step::Project(_)
            | Step::Sort(_)
            | Step::Skip(_)
            | Step::Limit(_)
            | Step::Unwind(_)
            | Step::Union(_)
            | Step::HashJoin(_)
            | Step::Apply(_)
            | Step::Call(_)
            | Step::Barrier
            | Step::Set(_)
            | Step::Delete(_)
            | Step::SetState(_)
            | Step::Foreach(_) => Vec::new(),
        }
    }

    /// The expressions of this step, to be looked at.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Step::NodeSeek(NodeSeek { seek, .. }) | Step::RelSeek(RelSeek { seek, .. }) => seek.exprs(),
            Step::NodeById(NodeById { ids, .. }) | Step::RelById(RelById { ids, .. }) => vec![ids],
            Step::VarExpand(step) => step.each_rel.iter().chain(&step.each_node).map(|(_, expr)| expr).collect(),
            Step::ShortestPath(step) => {
                step.each_rel.iter().chain(&step.each_node).chain(&step.whole).map(|(_, expr)| expr).collect()
            }
            Step::Filter(expr) | Step::Skip(expr) | Step::Limit(expr) => vec![expr],
            Step::Project(items) => items.iter().map(|(_, expr)| expr).collect(),
            Step::Aggregate(step) => {
                let arguments = step.calls.iter().flat_map(|(_, call)| &call.arguments);
                step.keys.iter().map(|(_, expr)| expr).chain(arguments).collect()
            }
            Step::Sort(step) => step.keys.iter().map(|key| &key.expr).chain(&step.limit).collect(),
            Step::Unwind(step) => vec![&step.list],
            Step::HashJoin(step) => step.keys.iter().map(|(left, _)| left).collect(),
            Step::Call(step) => step.arguments.iter().collect(),
            Step::Create(step) => {
                step.draws.iter().filter_map(draw_expr).chain(cite_exprs(step.cite.as_ref())).collect()
            }
            Step::Merge(step) => {
                let items = step.on_create.iter().chain(&step.on_match).flat_map(set_exprs);
                step.draws.iter().filter_map(draw_expr).chain(cite_exprs(step.cite.as_ref())).chain(items).collect()
            }
            Step::Set(items) => items.iter().flat_map(set_exprs).collect(),
            Step::Delete(Delete { targets, .. }) | Step::SetState(SetState { targets, .. }) => targets.iter().collect(),
            Step::Foreach(step) => vec![&step.list],
            Step::NodeScan(_)
            | Step::RelScan(_)
            | Step::Expand(_)
            | Step::RelEnds(_)
            | Step::CountExpand(_)
            | Step::BuildPath(_)
            | Step::Empty
            | Step::Distinct(_)
            | Step::Union(_)
            | Step::Apply(_)
            | Step::Barrier => Vec::new(),
        }
    }

    /// The expressions of this step that passes may rewrite in place.
    pub(crate) fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Step::NodeSeek(NodeSeek { seek, .. }) | Step::RelSeek(RelSeek { seek, .. }) => seek.exprs_mut(),
            Step::NodeById(NodeById { ids, .. }) | Step::RelById(RelById { ids, .. }) => vec![ids],
            Step::VarExpand(step) => {
                step.each_rel.iter_mut().chain(&mut step.each_node).map(|(_, expr)| expr).collect()
            }
            Step::ShortestPath(step) => {
                let whole = &mut step.whole;
                step.each_rel.iter_mut().chain(&mut step.each_node).chain(whole).map(|(_, expr)| expr).collect()
            }
            Step::Filter(expr) | Step::Skip(expr) | Step::Limit(expr) => vec![expr],
            Step::Project(items) => items.iter_mut().map(|(_, expr)| expr).collect(),
            Step::Aggregate(step) => {
                let arguments = step.calls.iter_mut().flat_map(|(_, call)| &mut call.arguments);
                step.keys.iter_mut().map(|(_, expr)| expr).chain(arguments).collect()
            }
            Step::Sort(step) => step.keys.iter_mut().map(|key| &mut key.expr).chain(&mut step.limit).collect(),
            Step::Unwind(step) => vec![&mut step.list],
            Step::HashJoin(step) => step.keys.iter_mut().map(|(left, _)| left).collect(),
            Step::Call(step) => step.arguments.iter_mut().collect(),
            Step::Create(Create { draws, cite }) => {
                draws.iter_mut().filter_map(draw_expr_mut).chain(cite_exprs_mut(cite.as_mut())).collect()
            }
            Step::Merge(step) => {
                let Merge { draws, on_create, on_match, cite, .. } = &mut **step;
                let items = on_create.iter_mut().chain(on_match).flat_map(set_exprs_mut);
                draws.iter_mut().filter_map(draw_expr_mut).chain(cite_exprs_mut(cite.as_mut())).chain(items).collect()
            }
            Step::Set(items) => items.iter_mut().flat_map(set_exprs_mut).collect(),
            Step::Delete(Delete { targets, .. }) | Step::SetState(SetState { targets, .. }) => {
                targets.iter_mut().collect()
            }
            Step::Foreach(step) => vec![&mut step.list],
            Step::NodeScan(_)
            | Step::RelScan(_)
            | Step::Expand(_)
            | Step::RelEnds(_)
            | Step::CountExpand(_)
            | Step::BuildPath(_)
            | Step::Empty
            | Step::Distinct(_)
            | Step::Union(_)
            | Step::Apply(_)
            | Step::Barrier => Vec::new(),
        }
    }

    /// The plans inside this step.
    pub(crate) fn plans(&self) -> Vec<&LogicalPlan> {
        match self {
            Step::Union(step) => step.branches.iter().map(|(plan, _)| plan).collect(),
            Step::HashJoin(step) => vec![&step.right],
            Step::Apply(step) => vec![&step.inner],
            Step::Merge(step) => vec![&step.inner],
            Step::Foreach(step) => vec![&step.body],
            _ => Vec::new(),
        }
    }

    pub(crate) fn plans_mut(&mut self) -> Vec<&mut LogicalPlan> {
        match self {
            Step::Union(step) => step.branches.iter_mut().map(|(plan, _)| plan).collect(),
            Step::HashJoin(step) => vec![&mut step.right],
            Step::Apply(step) => vec![&mut step.inner],
            Step::Merge(step) => vec![&mut step.inner],
            Step::Foreach(step) => vec![&mut step.body],
            _ => Vec::new(),
        }
    }

    /// Whether this step, or a plan in it, changes the graph.
    pub(crate) fn writes(&self) -> bool {
        match self {
            Step::Create(_)
            | Step::Merge(_)
            | Step::Set(_)
            | Step::Delete(_)
            | Step::SetState(_)
            | Step::Foreach(_) => true,
            _ => self.plans().into_iter().any(|plan| plan.steps.iter().any(Step::writes)),
        }
    }

    /// Whether this step looks into the graph other than by its expressions.
    pub(crate) fn finds(&self) -> bool {
        matches!(
            self,
            Step::NodeScan(_)
                | Step::NodeSeek(_)
                | Step::NodeById(_)
                | Step::RelScan(_)
                | Step::RelSeek(_)
                | Step::RelById(_)
                | Step::Expand(_)
                | Step::RelEnds(_)
                | Step::VarExpand(_)
                | Step::ShortestPath(_)
                | Step::CountExpand(_)
                | Step::Call(_)
                | Step::Apply(_)
                | Step::Merge(_)
        )
    }
}

impl LogicalPlan {
    /// The variables that the rows of this plan have, besides those that come in.
    pub(crate) fn bound(&self) -> Vec<VarId> {
        let from = self.steps.iter().rposition(Step::narrows).unwrap_or(0);
        let mut all: Vec<VarId> = self.steps[from..].iter().flat_map(Step::binds).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|var| !self.imports.contains(var));
        all
    }
}

impl Seek {
    fn exprs(&self) -> Vec<&Expr> {
        match self {
            Seek::Equal(values) => values.iter().collect(),
            Seek::In(expr) | Seek::Prefix(expr) => vec![expr],
            Seek::Range { low, high } => low.iter().chain(high).map(|(expr, _)| expr).collect(),
        }
    }

    fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Seek::Equal(values) => values.iter_mut().collect(),
            Seek::In(expr) | Seek::Prefix(expr) => vec![expr],
            Seek::Range { low, high } => low.iter_mut().chain(high).map(|(expr, _)| expr).collect(),
        }
    }
}

fn draw_ends(draws: &[Draw]) -> Vec<VarId> {
    let ends = |draw: &Draw| match draw {
        Draw::Node { .. } => Vec::new(),
        Draw::Rel { start, end, .. } => vec![*start, *end],
    };
    draws.iter().flat_map(ends).collect()
}

fn draw_expr(draw: &Draw) -> Option<&Expr> {
    match draw {
        Draw::Node { properties, .. } | Draw::Rel { properties, .. } => properties.as_ref(),
    }
}

fn draw_expr_mut(draw: &mut Draw) -> Option<&mut Expr> {
    match draw {
        Draw::Node { properties, .. } | Draw::Rel { properties, .. } => properties.as_mut(),
    }
}

fn cite_targets(cite: Option<&Cite>) -> Vec<VarId> {
    cite.into_iter().flat_map(|cite| cite.targets.iter().chain(&cite.created_only).copied()).collect()
}

fn cite_exprs(cite: Option<&Cite>) -> impl Iterator<Item = &Expr> {
    cite.into_iter()
        .flat_map(|cite| &cite.sources)
        .flat_map(|(source, properties)| std::iter::once(source).chain(properties))
}

fn cite_exprs_mut(cite: Option<&mut Cite>) -> impl Iterator<Item = &mut Expr> {
    let sources = cite.into_iter().flat_map(|cite| &mut cite.sources);
    sources.flat_map(|(source, properties)| std::iter::once(source).chain(properties))
}

/// The expressions of one item of SET.
pub(crate) fn set_exprs(item: &SetItem) -> Vec<&Expr> {
    match item {
        SetItem::Property { target, value, .. }
        | SetItem::Replace { target, value }
        | SetItem::Update { target, value } => {
            vec![target, value]
        }
        SetItem::AddLabels { target, .. } | SetItem::RemoveLabels { target, .. } => vec![target],
    }
}

fn set_exprs_mut(item: &mut SetItem) -> Vec<&mut Expr> {
    match item {
        SetItem::Property { target, value, .. }
        | SetItem::Replace { target, value }
        | SetItem::Update { target, value } => {
            vec![target, value]
        }
        SetItem::AddLabels { target, .. } | SetItem::RemoveLabels { target, .. } => vec![target],
    }
}
