//! What can be asked of every step: what it binds, names and evaluates, and which plans are inside it.

use rustc_hash::FxHashSet;

use super::{
    ApplyKind, BuildPath, Cite, CountValues, Create, Delete, Draw, End, LogicalPlan, Merge, NodeById, NodeLookup,
    NodeScan, NodeSeek, PathPiece, RelById, RelScan, RelSeek, Seek, SetItem, SetState, Step, Unwind,
};
use crate::expr::{Expr, VarId};

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
            | Step::NodeLookup(NodeLookup { var, .. })
            | Step::NodeById(NodeById { var, .. })
            | Step::RelScan(RelScan { var, .. })
            | Step::RelSeek(RelSeek { var, .. })
            | Step::RelById(RelById { var, .. })
            | Step::BuildPath(BuildPath { var, .. })
            | Step::Unwind(Unwind { var, .. }) => vec![*var],
            Step::Expand(step) => vec![step.rel, step.to.var],
            Step::RelEnds(step) => vec![step.start.var, step.end.var],
            Step::VarExpand(step) => vec![step.rels, step.to.var],
            Step::ShortestPath(step) => vec![step.rels],
            Step::Route(step) => step.binds().into_iter().chain([step.to.var]).collect(),
            Step::CountValues(step) => vec![step.value, step.count],
            Step::CountExpand(step) => vec![step.count],
            Step::Intersect(step) => step.binds(),
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
            Step::InTransactions(step) => step.take.iter().copied().chain(step.status).collect(),
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
            Step::Route(step) => ends(&[step.from, step.to], &step.distinct_from),
            Step::CountExpand(step) => step.names(),
            Step::Intersect(step) => step.names(),
            Step::BuildPath(step) => step
                .pieces
                .iter()
                .map(|piece| match piece {
                    PathPiece::Element(End { var, .. }) | PathPiece::Rel(var) | PathPiece::Rels(var) => *var,
                })
                .collect(),
            Step::Aggregate(step) => step.weights.clone(),
            Step::Distinct(columns) => columns.clone(),
            Step::Create(step) => named_by_draws(&step.draws, step.cite.as_ref()),
            Step::Merge(step) => named_by_draws(&step.draws, step.cite.as_ref()),
            Step::NodeScan(_)
            | Step::NodeSeek(_)
            | Step::NodeLookup(_)
            | Step::CountValues(_)
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
            | Step::InTransactions(_)
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
            Step::NodeScan(step) | Step::CountValues(CountValues { scan: step, .. }) => {
                step.conditions.iter().chain(step.first.as_ref().map(|first| &first.limit)).collect()
            }
            Step::NodeSeek(NodeSeek { seek, .. }) | Step::RelSeek(RelSeek { seek, .. }) => seek.exprs(),
            Step::NodeLookup(step) => step.sought.exprs().iter().collect(),
            Step::NodeById(NodeById { ids, .. }) | Step::RelById(RelById { ids, .. }) => vec![ids],
            Step::VarExpand(step) => step.rules.exprs().collect(),
            Step::ShortestPath(step) => {
                step.rules.exprs().chain(step.whole.iter().map(|whole| &whole.predicate)).collect()
            }
            Step::Route(step) => step.exprs().collect(),
            Step::Intersect(step) => step.conditions.iter().collect(),
            Step::Filter(expr) | Step::Skip(expr) | Step::Limit(expr) => vec![expr],
            Step::Project(items) => items.iter().map(|(_, expr)| expr).collect(),
            Step::Aggregate(step) => {
                let arguments = step.calls.iter().flat_map(|(_, call)| &call.arguments);
                step.keys.iter().map(|(_, expr)| expr).chain(arguments).collect()
            }
            Step::Sort(step) => step.keys.iter().map(|key| &key.expr).chain(&step.limit).collect(),
            Step::Unwind(step) => vec![&step.list],
            Step::HashJoin(step) => step.keys.iter().map(|(left, _)| left).collect(),
            Step::InTransactions(step) => vec![&step.rows],
            Step::Call(step) => step.arguments.iter().chain(step.lens.operands()).collect(),
            Step::Create(step) => {
                step.draws.iter().flat_map(draw_exprs).chain(cite_exprs(step.cite.as_ref())).collect()
            }
            Step::Merge(step) => {
                let items = step.on_create.iter().chain(&step.on_match).flat_map(set_exprs);
                step.draws.iter().flat_map(draw_exprs).chain(cite_exprs(step.cite.as_ref())).chain(items).collect()
            }
            Step::Set(items) => items.iter().flat_map(set_exprs).collect(),
            Step::Delete(Delete { targets, .. }) | Step::SetState(SetState { targets, .. }) => targets.iter().collect(),
            Step::Foreach(step) => vec![&step.list],
            Step::RelScan(_)
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
            Step::NodeScan(step) | Step::CountValues(CountValues { scan: step, .. }) => {
                step.conditions.iter_mut().chain(step.first.as_mut().map(|first| &mut first.limit)).collect()
            }
            Step::NodeSeek(NodeSeek { seek, .. }) | Step::RelSeek(RelSeek { seek, .. }) => seek.exprs_mut(),
            Step::NodeLookup(step) => step.sought.exprs_mut().iter_mut().collect(),
            Step::NodeById(NodeById { ids, .. }) | Step::RelById(RelById { ids, .. }) => vec![ids],
            Step::VarExpand(step) => step.rules.exprs_mut().collect(),
            Step::ShortestPath(step) => {
                let whole = step.whole.iter_mut().map(|whole| &mut whole.predicate);
                step.rules.exprs_mut().chain(whole).collect()
            }
            Step::Route(step) => step.exprs_mut().collect(),
            Step::Intersect(step) => step.conditions.iter_mut().collect(),
            Step::Filter(expr) | Step::Skip(expr) | Step::Limit(expr) => vec![expr],
            Step::Project(items) => items.iter_mut().map(|(_, expr)| expr).collect(),
            Step::Aggregate(step) => {
                let arguments = step.calls.iter_mut().flat_map(|(_, call)| &mut call.arguments);
                step.keys.iter_mut().map(|(_, expr)| expr).chain(arguments).collect()
            }
            Step::Sort(step) => step.keys.iter_mut().map(|key| &mut key.expr).chain(&mut step.limit).collect(),
            Step::Unwind(step) => vec![&mut step.list],
            Step::HashJoin(step) => step.keys.iter_mut().map(|(left, _)| left).collect(),
            Step::InTransactions(step) => vec![&mut step.rows],
            Step::Call(step) => step.arguments.iter_mut().chain(step.lens.operands_mut()).collect(),
            Step::Create(Create { draws, cite }) => {
                draws.iter_mut().flat_map(draw_exprs_mut).chain(cite_exprs_mut(cite.as_mut())).collect()
            }
            Step::Merge(step) => {
                let Merge { draws, on_create, on_match, cite, .. } = &mut **step;
                let items = on_create.iter_mut().chain(on_match).flat_map(set_exprs_mut);
                draws.iter_mut().flat_map(draw_exprs_mut).chain(cite_exprs_mut(cite.as_mut())).chain(items).collect()
            }
            Step::Set(items) => items.iter_mut().flat_map(set_exprs_mut).collect(),
            Step::Delete(Delete { targets, .. }) | Step::SetState(SetState { targets, .. }) => {
                targets.iter_mut().collect()
            }
            Step::Foreach(step) => vec![&mut step.list],
            Step::RelScan(_)
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
            Step::InTransactions(step) => vec![&step.inner],
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
            Step::InTransactions(step) => vec![&mut step.inner],
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
            | Step::Foreach(_)
            | Step::InTransactions(_) => true,
            _ => self.plans().into_iter().any(|plan| plan.steps.iter().any(Step::writes)),
        }
    }

    /// Whether this step looks into the graph other than by its expressions.
    pub(crate) fn finds(&self) -> bool {
        matches!(
            self,
            Step::NodeScan(_)
                | Step::NodeSeek(_)
                | Step::NodeLookup(_)
                | Step::CountValues(_)
                | Step::NodeById(_)
                | Step::RelScan(_)
                | Step::RelSeek(_)
                | Step::RelById(_)
                | Step::Expand(_)
                | Step::RelEnds(_)
                | Step::VarExpand(_)
                | Step::ShortestPath(_)
                | Step::Route(_)
                | Step::CountExpand(_)
                | Step::Intersect(_)
                | Step::Call(_)
                | Step::Apply(_)
                | Step::InTransactions(_)
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

/// The ends and targets that are not drawn here.
fn named_by_draws(draws: &[Draw], cite: Option<&Cite>) -> Vec<VarId> {
    let made: FxHashSet<VarId> = draws.iter().map(draw_var).collect();
    let mut all = draw_ends(draws);
    all.extend(cite_targets(cite));
    all.retain(|var| !made.contains(var));
    all
}

fn draw_ends(draws: &[Draw]) -> Vec<VarId> {
    let ends = |draw: &Draw| match draw {
        Draw::Node { .. } => Vec::new(),
        Draw::Rel { start, end, .. } => vec![*start, *end],
    };
    draws.iter().flat_map(ends).collect()
}

/// The expressions of one new element.
pub(crate) fn draw_exprs(draw: &Draw) -> Vec<&Expr> {
    match draw {
        Draw::Node { labels, properties, .. } => labels.given.iter().chain(properties).collect(),
        Draw::Rel { rel_type, properties, .. } => rel_type.given().into_iter().chain(properties).collect(),
    }
}

fn draw_exprs_mut(draw: &mut Draw) -> Vec<&mut Expr> {
    match draw {
        Draw::Node { labels, properties, .. } => labels.given.iter_mut().chain(properties).collect(),
        Draw::Rel { rel_type, properties, .. } => rel_type.given_mut().into_iter().chain(properties).collect(),
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
        SetItem::Keyed { target, key, value } => vec![target, key, value],
        SetItem::AddLabels { target, labels } | SetItem::RemoveLabels { target, labels } => {
            [target].into_iter().chain(&labels.given).collect()
        }
    }
}

fn set_exprs_mut(item: &mut SetItem) -> Vec<&mut Expr> {
    match item {
        SetItem::Property { target, value, .. }
        | SetItem::Replace { target, value }
        | SetItem::Update { target, value } => {
            vec![target, value]
        }
        SetItem::Keyed { target, key, value } => vec![target, key, value],
        SetItem::AddLabels { target, labels } | SetItem::RemoveLabels { target, labels } => {
            [target].into_iter().chain(&mut labels.given).collect()
        }
    }
}
