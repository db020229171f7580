//! How many rows a step is expected to give.
//!
//! Counts of labels and types are exact; that predicates are independent of each other, and how many values pass a
//! comparison, is guessed. The guesses only have to put plans in the right order.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Aggregate, ApplyKind, Arrow, Direction, ElementKind, End, Expand, Intersect, LogicalBody, LogicalPlan,
    LogicalStatement, NodeScan, RelScan, Seek, States, Step, VarExpand,
};
use crate::catalog::{IndexId, Owner, Side, Statistics};
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, Operator, VarId};
use crate::value::{Name, Value};

/// How many paths a route finds from a node: a guess, as most of what such a path asks is a predicate.
const ROUTES: f64 = 10.0;

/// The labels that nodes are known to have where their variable is bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownLabels {
    by_var: FxHashMap<VarId, Vec<Name>>,
    seen: FxHashSet<(VarId, Name)>,
}

impl KnownLabels {
    /// What scans and filters of the statement say.
    pub(crate) fn of(statement: &LogicalStatement) -> Self {
        let mut known = Self::default();
        for subquery in &statement.subqueries {
            known.add_plan(&subquery.plan);
        }
        if let LogicalBody::Query(query) = &statement.body {
            known.add_plan(&query.plan);
        }
        known
    }

    fn add_plan(&mut self, plan: &LogicalPlan) {
        for step in &plan.steps {
            self.add_step(step);
            for inner in step.plans() {
                self.add_plan(inner);
            }
        }
    }

    fn add_step(&mut self, step: &Step) {
        match step {
            Step::NodeScan(NodeScan { var, label: Some(label), .. }) => self.add(*var, label),
            Step::NodeSeek(seek) => self.add(seek.var, &seek.label),
            Step::NodeLookup(lookup) => lookup.label.iter().for_each(|label| self.add(lookup.var, label)),
            Step::Filter(predicate) => self.add_predicate(predicate),
            Step::Intersect(step) => step.conditions.iter().for_each(|said| self.add_predicate(said)),
            Step::Project(items) => {
                for (var, expr) in items {
                    if let ExprKind::Variable(from) = expr.kind {
                        let labels = self.get(from).to_vec();
                        for label in labels {
                            self.add(*var, &label);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn add_predicate(&mut self, predicate: &Expr) {
        match &predicate.kind {
            ExprKind::And(terms) => terms.iter().for_each(|term| self.add_predicate(term)),
            ExprKind::HasLabels(base, test) => {
                if let ExprKind::Variable(var) = base.kind {
                    self.add_test(var, test);
                }
            }
            _ => {}
        }
    }

    fn add_test(&mut self, var: VarId, test: &LabelExpr) {
        match test {
            LabelExpr::Name(name) => self.add(var, name),
            LabelExpr::And(items) => items.iter().for_each(|item| self.add_test(var, item)),
            LabelExpr::Wildcard | LabelExpr::Not(_) | LabelExpr::Or(_) => {}
        }
    }

    fn add(&mut self, var: VarId, label: &Name) {
        if self.seen.insert((var, label.clone())) {
            self.by_var.entry(var).or_default().push(label.clone());
        }
    }

    pub(crate) fn get(&self, var: VarId) -> &[Name] {
        self.by_var.get(&var).map_or(&[], Vec::as_slice)
    }
}

/// Follows a plan from its first step and guesses the rows behind each.
#[derive(Clone)]
pub(crate) struct Estimator<'a> {
    statistics: &'a dyn Statistics,
    labels: &'a KnownLabels,
    bound: FxHashSet<VarId>,
    /// By which relationships, and at which side of them, a variable was reached.
    reached: FxHashMap<VarId, (Vec<Name>, Side)>,
    rows: f64,
}

/// Of rows with a property, so many have a given value, where no index knows better.
const EQUAL: f64 = 0.1;
const RANGE: f64 = 0.3;
const PREFIX: f64 = 0.05;
const OTHER: f64 = 0.5;
/// The length of a list that is not known.
const LIST_LENGTH: f64 = 10.0;
/// How many hops of an unbounded path are looked at.
const HOPS: u64 = 4;

impl<'a> Estimator<'a> {
    /// Starts from one row in which `imports` are bound.
    pub(crate) fn new(statistics: &'a dyn Statistics, labels: &'a KnownLabels, imports: &[VarId]) -> Self {
        let bound = imports.iter().copied().collect();
        Self { statistics, labels, bound, reached: FxHashMap::default(), rows: 1.0 }
    }

    pub(crate) fn rows(&self) -> f64 {
        self.rows
    }

    pub(crate) fn is_bound(&self, var: VarId) -> bool {
        self.bound.contains(&var)
    }

    fn of_plan(&self, plan: &LogicalPlan) -> f64 {
        let mut inner = Estimator::new(self.statistics, self.labels, &plan.imports);
        plan.steps.iter().for_each(|step| inner.step(step));
        inner.rows
    }

    /// Goes on behind `step`.
    pub(crate) fn step(&mut self, step: &Step) {
        self.rows = self.rows_behind(step);
        match step {
            Step::Expand(step) => self.reach(step.to, &step.types, step.direction),
            Step::RelEnds(step) => {
                self.reach(step.start, &step.types, Direction::Left);
                self.reach(step.end, &step.types, Direction::Right);
            }
            Step::Intersect(step) => {
                step.arrows.iter().for_each(|arrow| self.reach(End::node(step.to), &arrow.types, arrow.direction));
            }
            _ => {}
        }
        self.bound.extend(step.binds());
    }

    fn reach(&mut self, end: End, types: &[Name], direction: Direction) {
        let side = match direction {
            Direction::Right => Side::End,
            Direction::Left => Side::Start,
            Direction::Either => return,
        };
        if !self.is_bound(end.var) && !types.is_empty() {
            self.reached.insert(end.var, (types.to_vec(), side));
        }
    }

    /// The rows that `step` would give here.
    pub(crate) fn rows_behind(&self, step: &Step) -> f64 {
        let rows = self.rows;
        match step {
            Step::NodeScan(step) => rows * self.passing(step),
            Step::CountValues(step) => rows * self.passing(&step.scan).powf(0.75),
            Step::NodeSeek(step) => rows * self.sought(step.index, &step.seek),
            Step::NodeLookup(step) => rows * self.scanned(step.label.as_ref()) * EQUAL,
            Step::RelSeek(step) => rows * self.sought(step.index, &step.seek),
            Step::NodeById(step) => rows * id_count(&step.ids),
            Step::RelById(step) => rows * id_count(&step.ids),
            Step::RelScan(step) => rows * self.scanned_rels(step),
            Step::Expand(step) => rows * self.expanded(step),
            Step::Intersect(step) => rows * self.met(step),
            Step::RelEnds(step) => {
                let bound = [step.start, step.end].into_iter().filter(|end| self.is_bound(end.var)).count();
                let both_ways = if step.direction == Direction::Either { 2.0 } else { 1.0 };
                (0..bound).fold(rows * both_ways, |rows, _| rows / self.node_total().sqrt())
            }
            Step::VarExpand(step) => rows * self.var_expanded(step),
            Step::Route(step) if !self.is_bound(step.to.var) => rows * ROUTES,
            Step::ShortestPath(_)
            | Step::Route(_)
            | Step::CountExpand(_)
            | Step::BuildPath(_)
            | Step::Project(_)
            | Step::Sort(_)
            | Step::Barrier
            | Step::Create(_)
            | Step::Set(_)
            | Step::Delete(_)
            | Step::SetState(_)
            | Step::Foreach(_) => rows,
            Step::Empty => 0.0,
            Step::Filter(predicate) => rows * self.selectivity(predicate),
            Step::Aggregate(step) if step.keys.is_empty() => 1.0,
            Step::Aggregate(step) => rows.powf(0.75).min(self.groups_of_nodes(step)),
            Step::Distinct(_) => rows.powf(0.9),
            Step::Skip(count) => (rows - number(count).unwrap_or(0.0)).max(0.0),
            Step::Limit(count) => rows.min(number(count).unwrap_or(LIST_LENGTH)),
            Step::Unwind(step) => rows * list_length(&step.list),
            Step::Union(step) => step.branches.iter().map(|(plan, _)| self.of_plan(plan)).sum(),
            Step::HashJoin(step) => {
                let right = self.of_plan(&step.right);
                rows * right / rows.max(right).max(1.0)
            }
            Step::Apply(step) => match step.kind {
                ApplyKind::Inner(_) => rows * self.of_plan(&step.inner),
                ApplyKind::Optional(_) => rows * self.of_plan(&step.inner).max(1.0),
                ApplyKind::Exists { .. } => rows * OTHER,
                ApplyKind::Effects => rows,
            },
            Step::InTransactions(step) if step.is_unit => rows,
            Step::InTransactions(step) => rows * self.of_plan(&step.inner),
            Step::Call(_) => rows * LIST_LENGTH,
            Step::Merge(step) => rows * self.of_plan(&step.inner).max(1.0),
        }
    }

    fn node_total(&self) -> f64 {
        count(self.statistics.node_count()).max(1.0)
    }

    fn label_count(&self, label: &Name) -> f64 {
        self.statistics.catalog().labels.get(label).map_or(0.0, |label| count(self.statistics.label_count(label)))
    }

    fn rel_count(&self, types: &[Name]) -> f64 {
        if types.is_empty() {
            return count(self.statistics.rel_count(None));
        }
        let ids = types.iter().filter_map(|name| self.statistics.catalog().types.get(name));
        ids.map(|id| count(self.statistics.rel_count(Some(id)))).sum()
    }

    fn hidden_count(&self, types: &[Name]) -> f64 {
        let catalog = self.statistics.catalog();
        let named = types.iter().filter_map(|name| catalog.types.get(name));
        let all = catalog.types.iter().map(|(id, _)| id).filter(|_| types.is_empty());
        let hidden = |id| self.statistics.about_rel_count(id) + self.statistics.quoted_rel_count(id);
        named.chain(all).map(|id| count(hidden(id))).sum()
    }

    fn scanned(&self, label: Option<&Name>) -> f64 {
        label.map_or_else(|| self.node_total(), |label| self.label_count(label))
    }

    fn passing(&self, step: &NodeScan) -> f64 {
        let fitting: f64 = step.conditions.iter().map(|condition| self.selectivity(condition)).product();
        self.scanned(step.label.as_ref()) * fitting
    }

    fn scanned_rels(&self, step: &RelScan) -> f64 {
        let hidden = if step.between_nodes { 0.0 } else { self.hidden_count(&step.types) };
        self.rel_count(&step.types) + hidden
    }

    /// Rows of one seek.
    pub(crate) fn sought(&self, index: IndexId, seek: &Seek) -> f64 {
        let (entries, distinct) = self.statistics.index_size(index);
        let (entries, each) = (count(entries), count(entries) / count(distinct).max(1.0));
        match seek {
            Seek::Equal(_) => each,
            Seek::In(list) => each * list_length(list),
            Seek::Range { low: Some(_), high: Some(_) } => entries * RANGE * RANGE,
            Seek::Range { .. } => entries * RANGE,
            Seek::Prefix(_) => entries * PREFIX,
        }
    }

    fn expanded(&self, step: &Expand) -> f64 {
        let degree = self.degree(step.from, step.to, &step.types, step.direction, step.states);
        if self.is_bound(step.to.var) { degree / self.far_count(step.to) } else { degree }
    }

    /// How many ways there are to meet; of those that are only counted, in how many rows there is any.
    fn met(&self, step: &Intersect) -> f64 {
        let to = End::node(step.to);
        let degree =
            |arrow: &Arrow| self.degree(End::node(arrow.from), to, &arrow.types, arrow.direction, States::Asserted);
        let far = self.far_count(to);
        let pairs: f64 = step.arrows.iter().map(degree).product();
        let is_label = |said: &&Expr| matches!(said.kind, ExprKind::HasLabels(..));
        let fitting: f64 =
            step.conditions.iter().filter(|said| !is_label(said)).map(|said| self.selectivity(said)).product();
        let met = step.arrows.iter().skip(1).fold(pairs * fitting, |met, _| met / far);
        if step.count.is_some() { met.min(1.0) } else { met }
    }

    /// How many nodes `var` may be.
    pub(crate) fn node_count(&self, var: VarId) -> f64 {
        self.far_count(End::node(var))
    }

    /// How many groups there are at most where nodes are what is grouped by.
    fn groups_of_nodes(&self, step: &Aggregate) -> f64 {
        let nodes = |(_, key): &(VarId, Expr)| match key.kind {
            ExprKind::Variable(var) if !self.labels.get(var).is_empty() => self.node_count(var),
            _ => f64::INFINITY,
        };
        step.keys.iter().map(nodes).product()
    }

    fn far_count(&self, end: End) -> f64 {
        let labels = self.labels.get(end.var).iter().map(|label| self.label_count(label));
        labels.fold(self.node_total(), f64::min).max(1.0)
    }

    /// How many relationships of these types an element like `from` has.
    fn degree(&self, from: End, to: End, types: &[Name], direction: Direction, states: States) -> f64 {
        let hidden = self.hidden_count(types) / self.node_total();
        if from.kind == ElementKind::Rel {
            return hidden.clamp(0.1, 2.0);
        }
        let hidden = if states == States::Both || to.kind == ElementKind::Rel { hidden } else { 0.0 };
        let one_way = |side| self.degree_at(from.var, types, side);
        hidden
            + match direction {
                Direction::Right => one_way(Side::Start),
                Direction::Left => one_way(Side::End),
                Direction::Either => one_way(Side::Start) + one_way(Side::End),
            }
    }

    fn degree_at(&self, from: VarId, types: &[Name], side: Side) -> f64 {
        let catalog = self.statistics.catalog();
        let overall = self.rel_count(types) / self.node_total();
        if types.is_empty() {
            return overall;
        }
        let of_label = |label: &Name| {
            let label = catalog.labels.get(label)?;
            let nodes = count(self.statistics.label_count(label)).max(1.0);
            let ids = types.iter().filter_map(|name| catalog.types.get(name));
            Some(ids.map(|id| count(self.statistics.rel_count_with(id, side, label))).sum::<f64>() / nodes)
        };
        self.labels.get(from).iter().filter_map(of_label).reduce(f64::min).unwrap_or(overall)
    }

    fn var_expanded(&self, step: &VarExpand) -> f64 {
        let degree = self.degree(step.from, step.to, &step.types, step.direction, States::Asserted);
        let last = step.max.unwrap_or(u64::MAX).min(step.min.saturating_add(HOPS));
        let mut ways: f64 = 0.0;
        for hops in step.min..=last {
            ways += degree.powf(count(hops));
        }
        let nodes = self.node_total();
        let ways = if step.reach_only { ways.min(nodes) } else { ways };
        if self.is_bound(step.to.var) { (ways / nodes).max(0.1) } else { ways }
    }

    /// Which share of rows passes.
    pub(crate) fn selectivity(&self, predicate: &Expr) -> f64 {
        match &predicate.kind {
            ExprKind::Literal(Value::Boolean(true)) => 1.0,
            ExprKind::Literal(_) => 0.0,
            ExprKind::And(terms) => terms.iter().map(|term| self.selectivity(term)).product(),
            ExprKind::Or(terms) => 1.0 - terms.iter().map(|term| 1.0 - self.selectivity(term)).product::<f64>(),
            ExprKind::Not(operand) => (1.0 - self.selectivity(operand)).max(EQUAL),
            ExprKind::IsNull(_)
            | ExprKind::Operator(Operator::EndsWith | Operator::Contains | Operator::Matches, ..) => EQUAL,
            ExprKind::HasLabels(base, test) => match base.kind {
                ExprKind::Variable(var) => self.labelled(var, test),
                _ => OTHER,
            },
            ExprKind::Compare(comparison, left, right) => self.compared(*comparison, left, right),
            ExprKind::Operator(Operator::In, item, list) => (self.equals(item, list) * list_length(list)).min(1.0),
            ExprKind::Operator(Operator::StartsWith, ..) => PREFIX,
            _ => OTHER,
        }
    }

    fn labelled(&self, var: VarId, test: &LabelExpr) -> f64 {
        match test {
            LabelExpr::Name(name) => self.has_label(var, name),
            LabelExpr::Wildcard => 1.0,
            LabelExpr::Not(inner) => 1.0 - self.labelled(var, inner),
            LabelExpr::And(items) => items.iter().map(|item| self.labelled(var, item)).product(),
            LabelExpr::Or(items) => items.iter().map(|item| self.labelled(var, item)).sum::<f64>().min(1.0),
        }
    }

    /// What arrives by a relationship is likelier to have the label that its ends have.
    fn has_label(&self, var: VarId, name: &Name) -> f64 {
        let catalog = self.statistics.catalog();
        if let (Some((types, side)), Some(label)) = (self.reached.get(&var), catalog.labels.get(name)) {
            let ids = types.iter().filter_map(|name| catalog.types.get(name));
            let with: f64 = ids.map(|id| count(self.statistics.rel_count_with(id, *side, label))).sum();
            return with / self.rel_count(types).max(1.0);
        }
        self.label_count(name) / self.node_total()
    }

    fn compared(&self, comparison: Comparison, left: &Expr, right: &Expr) -> f64 {
        match comparison {
            Comparison::Equal | Comparison::Same => self.equals(left, right).min(self.equals(right, left)),
            Comparison::NotEqual => 1.0 - EQUAL,
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => RANGE,
        }
    }

    /// One value of `left`: of an indexed property, or an element.
    fn equals(&self, left: &Expr, right: &Expr) -> f64 {
        match (&left.kind, &right.kind) {
            (ExprKind::Variable(_), ExprKind::Variable(_)) => 1.0 / self.node_total(),
            (ExprKind::Property(base, key), _) => match base.kind {
                ExprKind::Variable(var) => self.equals_property(var, key),
                _ => EQUAL,
            },
            _ => EQUAL,
        }
    }

    fn equals_property(&self, var: VarId, key: &Name) -> f64 {
        let catalog = self.statistics.catalog();
        let Some(key) = catalog.keys.get(key) else { return EQUAL };
        let labels = self.labels.get(var).iter().filter_map(|label| catalog.labels.get(label));
        let indexes = labels.filter_map(|label| catalog.index_on(Owner::Label(label), &[key]));
        let share = |index: IndexId| 1.0 / count(self.statistics.index_size(index).1).max(1.0);
        indexes.map(|index| share(index.id)).reduce(f64::min).unwrap_or(EQUAL)
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn count(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn number(expr: &Expr) -> Option<f64> {
    match expr.kind {
        ExprKind::Literal(Value::Integer(number)) => Some(number as f64),
        _ => None,
    }
}

fn list_length(expr: &Expr) -> f64 {
    match &expr.kind {
        ExprKind::Literal(Value::List(items)) => length(items.len()),
        ExprKind::List(items) => length(items.len()),
        _ => LIST_LENGTH,
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn length(len: usize) -> f64 {
    len as f64
}

fn id_count(ids: &Expr) -> f64 {
    match &ids.kind {
        ExprKind::Literal(Value::List(_)) | ExprKind::List(_) => list_length(ids),
        _ => 1.0,
    }
}
