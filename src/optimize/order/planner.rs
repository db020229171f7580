//! Puts the parts together, the best next one each time.

use super::super::seen::distinctness;
use super::super::terms::is_costly;
use super::Context;
use super::parts::{Parts, has_label};
use super::start::{Start, rel_ends};
use crate::expr::{Expr, LabelExpr, VarId};
use crate::plan::estimate::Estimator;
use crate::plan::{Choice, Imports, Route, Step, VarExpand};

/// How the next relationship is chosen among those at bound ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choosing {
    /// The one that gives the fewest rows.
    Fewest,
    /// One at the node that was found last, so that a way is followed to its end before another one begins.
    Onward,
}

/// From so many relationships on, what gives the fewest rows at each step may well give many in the end: branches that
/// are small one by one are multiplied with each other before anything ties them together.
const LEAST_RELS: usize = 4;

/// A plan on its way.
#[derive(Clone)]
pub(super) struct Planner<'a> {
    pub context: &'a Context<'a>,
    pub estimator: Estimator<'a>,
    /// What comes into the plan that the stretch is a part of.
    pub outside: &'a [VarId],
    pub may_join: bool,
    pub parts: Parts,
    pub out: Vec<Step>,
    choosing: Choosing,
    /// The rows behind all steps so far, summed up.
    cost: f64,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        estimator: Estimator<'a>,
        outside: &'a [VarId],
        may_join: bool,
    ) -> Self {
        let (parts, out) = (Parts::default(), Vec::new());
        Self { context, estimator, outside, may_join, parts, out, choosing: Choosing::Fewest, cost: 0.0 }
    }

    /// The steps, or `None` if they do not come together this way.
    pub(super) fn plan(mut self, parts: Parts) -> Option<Vec<Step>> {
        self.parts = parts;
        let ways: &[Choosing] = match self.parts.rels.len() {
            ..LEAST_RELS => &[Choosing::Fewest],
            _ => &[Choosing::Fewest, Choosing::Onward],
        };
        let plans = ways.iter().filter_map(|choosing| Planner { choosing: *choosing, ..self.clone() }.put_together());
        plans.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(steps, _)| steps)
    }

    /// The steps and what they cost.
    fn put_together(mut self) -> Option<(Vec<Step>, f64)> {
        self.settle();
        while !self.parts.is_done() {
            if let Some(start) = self.sure_start() {
                self.begin(start);
            } else if let Some(index) = self.best_connected() {
                let step = self.parts.rels.remove(index);
                let step = self.oriented(&step)?;
                self.emit(step);
            } else {
                let start = self.best_start()?;
                if !self.join_component(&start) {
                    self.begin(start);
                }
            }
        }
        for path in std::mem::take(&mut self.parts.paths) {
            self.emit(Step::BuildPath(path));
        }
        self.parts.filters.is_empty().then_some((self.out, self.cost))
    }

    pub(super) fn imports(&self) -> &'a Imports {
        &self.context.imports
    }

    pub(super) fn has(&self, var: VarId) -> bool {
        self.estimator.is_bound(var)
    }

    /// Adds a step, and what can be asked behind it.
    pub(super) fn emit(&mut self, step: Step) {
        let turned = match &step {
            Step::VarExpand(way) => self.list_of_spare(way.rels).map(|list| (list, way.rels)),
            _ => None,
        };
        self.push(step);
        if let Some((list, spare)) = turned {
            self.push(Step::Project(vec![(list, Expr::call("reverse", vec![Expr::variable(spare)]))]));
        }
        self.settle();
    }

    /// The list that is the wrong way round under this name.
    fn list_of_spare(&self, rels: VarId) -> Option<VarId> {
        self.context.spares.iter().find(|(_, spare)| **spare == rels).map(|(list, _)| *list)
    }

    fn push(&mut self, step: Step) {
        let step = self.with_distinctness(step);
        self.estimator.step(&step);
        self.cost += self.estimator.rows();
        self.out.push(step);
    }

    /// Of two relationships that must differ, the one that is found later is compared with the other.
    fn with_distinctness(&self, mut step: Step) -> Step {
        let Some((rel, _)) = distinctness(&step) else { return step };
        let rel = self.list_of_spare(rel).unwrap_or(rel);
        let mut others: Vec<VarId> = Vec::new();
        for (one, other) in &self.parts.distinct {
            let partner = if *one == rel { *other } else { *one };
            if (*one == rel || *other == rel) && self.has(partner) && !others.contains(&partner) {
                others.push(partner);
            }
        }
        match &mut step {
            Step::Expand(step) => step.distinct_from = others,
            Step::RelEnds(step) => step.distinct_from = others,
            Step::VarExpand(step) => step.distinct_from = others,
            Step::ShortestPath(step) => step.distinct_from = others,
            Step::Route(step) => step.distinct_from = others,
            _ => {}
        }
        step
    }

    /// Places what is ready: filters, and paths that filters look at.
    pub(super) fn settle(&mut self) {
        let bound = |var: &VarId| self.estimator.is_bound(*var);
        self.parts.nodes.retain(|var| !bound(var));
        let (arrived, rest) = std::mem::take(&mut self.parts.sources).into_iter().partition(|scan| bound(&scan.var));
        self.parts.sources = rest;
        for scan in arrived {
            if !scan.types.is_empty() {
                let test = LabelExpr::Or(scan.types.into_iter().map(LabelExpr::Name).collect());
                self.parts.add_filter(Step::Filter(has_label(scan.var, test)), self.context);
            }
        }
        while self.place_filters() | self.place_path() {}
    }

    fn place_filters(&mut self) -> bool {
        let all = std::mem::take(&mut self.parts.filters);
        let (mut ready, waiting): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|pending| pending.vars.iter().all(|var| self.has(*var)));
        self.parts.filters = waiting;
        ready.sort_by_key(|pending| is_costly(&pending.step));
        let placed = !ready.is_empty();
        for pending in ready {
            self.push(pending.step);
        }
        placed
    }

    /// A path that a filter looks at is built as soon as its pieces are there.
    fn place_path(&mut self) -> bool {
        let wanted = |path: VarId| self.parts.filters.iter().any(|pending| pending.vars.contains(&path));
        let built = |step: &Step| step.names().into_iter().all(|var| self.has(var));
        let next = self.parts.paths.iter().position(|path| wanted(path.var) && built(&Step::BuildPath(path.clone())));
        let Some(index) = next else { return false };
        let path = self.parts.paths.remove(index);
        self.push(Step::BuildPath(path));
        true
    }

    /// The relationship at a bound end that gives the fewest rows. One between bound ends comes first: others are
    /// weighed with those that close behind them, as if there were no closed ones left.
    fn best_connected(&self) -> Option<usize> {
        let costs = self.parts.rels.iter().enumerate().filter_map(|(index, step)| {
            let oriented = self.oriented(step)?;
            let is_open = !matches!(&oriented, Step::Expand(expand) if self.has(expand.to.var));
            Some((index, (is_open, self.age(&oriented)), self.rows_after(&oriented)))
        });
        let best = costs.min_by(|one, other| one.1.cmp(&other.1).then(one.2.total_cmp(&other.2)));
        best.map(|(index, ..)| index)
    }

    /// How many steps ago the end was found from which `step` goes on, if that matters.
    fn age(&self, step: &Step) -> usize {
        let found = |var: VarId| self.out.iter().rposition(|step| step.binds().contains(&var)).map_or(0, |at| at + 1);
        match (self.choosing, step) {
            (Choosing::Onward, Step::Expand(expand)) => self.out.len() - found(expand.from.var),
            _ => 0,
        }
    }

    /// The rows behind `step`, the relationships that close a cycle then, and the filters that it makes ready.
    pub(super) fn rows_after(&self, step: &Step) -> f64 {
        let mut estimator = self.estimator.clone();
        estimator.step(step);
        let fresh: Vec<VarId> = step.binds().into_iter().filter(|var| !self.has(*var)).collect();
        for pending in &self.parts.filters {
            let ready = pending.vars.iter().all(|var| estimator.is_bound(*var));
            if ready && pending.vars.iter().any(|var| fresh.contains(var)) {
                estimator.step(&pending.step);
            }
        }
        self.closed_by(&estimator).iter().for_each(|closing| estimator.step(closing));
        estimator.rows()
    }

    /// The relationships of which both ends are bound, for `then` and not before.
    fn closed_by(&self, then: &Estimator<'_>) -> Vec<Step> {
        let is_closed = |step: &&Step| match step {
            Step::Expand(expand) => {
                let ends = [expand.from.var, expand.to.var];
                let binds_all = ends.iter().all(|end| then.is_bound(*end)) && !then.is_bound(expand.rel);
                binds_all && ends.iter().any(|end| !self.has(*end))
            }
            _ => false,
        };
        self.parts.rels.iter().filter(is_closed).cloned().collect()
    }

    /// `step` from an end that is bound, if one is and all is bound that it looks at on the way.
    pub(super) fn oriented(&self, step: &Step) -> Option<Step> {
        match step {
            // A bracket whose relationship was arrived at from outside: its ends are looked up, not searched.
            Step::Expand(expand) if self.has(expand.rel) => {
                let is_open_loop = expand.from.var == expand.to.var && !self.has(expand.from.var);
                (!is_open_loop).then(|| Step::RelEnds(rel_ends(expand)))
            }
            Step::Expand(expand) if self.has(expand.from.var) => Some(step.clone()),
            Step::Expand(expand) if self.has(expand.to.var) => Some(Step::Expand(expand.turned())),
            Step::RelEnds(ends) if self.has(ends.rel) => Some(step.clone()),
            Step::VarExpand(_) | Step::Route(_) if !self.can_say(step) => None,
            Step::VarExpand(way) if self.has(way.from.var) => Some(step.clone()),
            Step::VarExpand(way) if self.has(way.to.var) => {
                let rels = self.context.spares.get(&way.rels).copied().unwrap_or(way.rels);
                Some(Step::VarExpand(VarExpand { rels, ..turned_way(way) }))
            }
            // A path is the shortest beside what the other arrows have found.
            Step::ShortestPath(_) | Step::Route(Route { choice: Choice::Shortest { .. }, .. })
                if self.waits_for_others(step) =>
            {
                None
            }
            Step::ShortestPath(way) if self.has(way.from.var) && self.has(way.to.var) && self.can_say(step) => {
                Some(step.clone())
            }
            Step::Route(route) => match (&route.choice, self.has(route.from.var), self.has(route.to.var)) {
                (Choice::Shortest { .. }, true, true) if self.binds_before(route.from.var, route.to.var) => {
                    Some(Step::Route(route.turned()))
                }
                (_, true, true) | (Choice::All, true, false) => Some(step.clone()),
                (Choice::All, false, true) => Some(Step::Route(route.turned())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an arrow that must differ from this one is still to be found.
    fn waits_for_others(&self, step: &Step) -> bool {
        let Some((rel, _)) = distinctness(step) else { return false };
        self.parts
            .distinct
            .iter()
            .any(|(one, other)| (*one == rel && !self.has(*other)) || (*other == rel && !self.has(*one)))
    }

    /// Whether the variables in what a search asks on its way are bound.
    fn can_say(&self, step: &Step) -> bool {
        let (ends, locals): ([VarId; 2], Vec<VarId>) = match step {
            Step::VarExpand(way) => ([way.from.var, way.to.var], way.rules.locals().collect()),
            Step::ShortestPath(way) => ([way.from.var, way.to.var], way.locals()),
            Step::Route(route) => return self.can_walk(route),
            _ => return true,
        };
        let used = step.exprs().into_iter().flat_map(|expr| self.imports().of_expr(expr));
        // The near end is bound when the search begins; the far one must not be needed before it is found.
        let near = ends.into_iter().find(|end| self.has(*end));
        used.into_iter().all(|var| locals.contains(&var) || self.has(var) || Some(var) == near)
    }

    /// Whether the first of two bound variables changes less from row to row.
    fn binds_before(&self, one: VarId, other: VarId) -> bool {
        let place = |var: VarId| self.out.iter().position(|step| step.binds().contains(&var));
        place(one) < place(other)
    }

    /// The far end of a route is known to what is said of it, even if it is found only then.
    fn can_walk(&self, route: &Route) -> bool {
        let known = route.locals().into_iter().chain([route.from.var, route.to.var]).collect::<Vec<_>>();
        let used = route.exprs().flat_map(|expr| self.imports().of_expr(expr));
        used.into_iter().all(|var| known.contains(&var) || self.has(var))
    }

    fn begin(&mut self, start: Start) {
        if let Some((var, label)) = &start.promised {
            self.parts.drop_label(*var, label);
        }
        if let Some(index) = start.rel {
            self.parts.rels.remove(index);
        }
        if let Some(var) = start.source {
            self.parts.sources.retain(|scan| scan.var != var);
        }
        for step in start.steps {
            self.emit(step);
        }
    }
}

fn turned_way(step: &VarExpand) -> VarExpand {
    VarExpand { from: step.to, to: step.from, direction: step.direction.turned(), ..step.clone() }
}
