//! Lowering: each step becomes an operator that knows its columns by position.
//!
//! A column is carried as long as a later step names it and no longer.

mod find;
mod route;
mod rows;
mod scalar;
mod shape;
mod write;

use rustc_hash::FxHashMap;

use super::{ColumnKind, KeyRef, LabelRef, Op, PhysicalPlan, PlanBody, Scalar, Subplan, TypeRef};
use crate::catalog::Statistics;
use crate::expr::{Expr, VarId, Variables};
use crate::plan::estimate::{Estimator, KnownLabels};
use crate::plan::print::Printer;
use crate::plan::{self, Imports, LogicalBody, LogicalPlan, LogicalStatement, Step};
use crate::value::Name;
use rows::{Column, Rows};

/// What the executor runs for `statement`.
pub(crate) fn lower(statement: LogicalStatement, statistics: &dyn Statistics) -> PhysicalPlan {
    let imports = Imports::of(&statement.subqueries);
    let known_labels = KnownLabels::of(&statement);
    let mut lowerer = Lowerer {
        variables: &statement.variables,
        logical: &statement.subqueries,
        given: &statement.given,
        imports: &imports,
        statistics,
        known_labels: &known_labels,
        subplans: Vec::new(),
        labels: Names::default(),
        types: Names::default(),
        keys: Names::default(),
        parameters: Names::of(statement.parameters.iter().map(|parameter| &parameter.name)),
        next_id: 0,
    };
    let (root, columns) = match statement.body {
        LogicalBody::Schema(change) => (PlanBody::Schema(change), Vec::new()),
        LogicalBody::Query(query) => {
            let needed: Vec<VarId> = query.columns.iter().map(|(_, var)| *var).collect();
            let rows = lowerer.plan(&query.plan, &Frame::default(), &needed);
            let columns = query.columns.into_iter().map(|(name, var)| (name, rows.position(var))).collect();
            (PlanBody::Rows(rows.operator), columns)
        }
    };
    let given = lowerer.given();
    PhysicalPlan {
        root,
        columns,
        subplans: lowerer.subplans,
        given,
        labels: lowerer.labels.names,
        types: lowerer.types.names,
        keys: lowerer.keys.names,
        parameters: statement
            .parameters
            .into_iter()
            .map(|parameter| (parameter.name, (parameter.span.start, parameter.span.end)))
            .collect(),
        writes: statement.writes,
        operator_count: lowerer.next_id,
    }
}

/// What a plan starts from.
#[derive(Clone, Debug, Default)]
struct Frame {
    /// Whether the first column is the ordinal of an outer row.
    ordinal: bool,
    imports: Vec<(VarId, ColumnKind)>,
}

/// Names in the order in which they were first asked for.
#[derive(Debug, Default)]
struct Names {
    names: Vec<Name>,
    index: FxHashMap<Name, u32>,
}

impl Names {
    fn of<'n>(names: impl Iterator<Item = &'n Name>) -> Self {
        let mut all = Self::default();
        for name in names {
            all.get(name);
        }
        all
    }

    fn get(&mut self, name: &Name) -> u32 {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = u32::try_from(self.names.len()).expect("fewer than 2^32 names in a statement");
        self.names.push(name.clone());
        self.index.insert(name.clone(), index);
        index
    }
}

struct Lowerer<'a> {
    variables: &'a Variables,
    logical: &'a [plan::Subquery],
    given: &'a [Expr],
    imports: &'a Imports,
    statistics: &'a dyn Statistics,
    known_labels: &'a KnownLabels,
    subplans: Vec<Subplan>,
    labels: Names,
    types: Names,
    keys: Names,
    parameters: Names,
    next_id: usize,
}

/// Where in a plan lowering is: which columns later steps name.
struct Place<'p> {
    frame: &'p Frame,
    last_use: &'p FxHashMap<VarId, usize>,
    index: usize,
    text: String,
    estimate: f64,
}

impl Place<'_> {
    /// Whether a later step names `var`.
    fn needs(&self, var: VarId) -> bool {
        self.last_use.get(&var).is_some_and(|last| *last > self.index)
    }
}

/// EXPLAIN shows so much of an operator.
const MAX_TEXT_CHARS: usize = 400;

impl Lowerer<'_> {
    fn given(&mut self) -> Vec<Scalar> {
        if self.given.is_empty() {
            return Vec::new();
        }
        let nothing = self.argument(&Frame::default());
        self.scalars(self.given, &nothing)
    }

    fn printer(&self) -> Printer<'_> {
        Printer::new(self.variables, self.given)
    }

    fn label(&mut self, name: &Name) -> LabelRef {
        LabelRef(self.labels.get(name))
    }

    fn rel_type(&mut self, name: &Name) -> TypeRef {
        TypeRef(self.types.get(name))
    }

    fn key(&mut self, name: &Name) -> KeyRef {
        KeyRef(self.keys.get(name))
    }

    /// The rows of `plan`; of their columns, `needed` are wanted.
    fn plan(&mut self, plan: &LogicalPlan, frame: &Frame, needed: &[VarId]) -> Rows {
        let last_use = self.last_uses(plan, needed);
        let mut estimator = Estimator::new(self.statistics, self.known_labels, &plan.imports);
        let mut rows = match plan.steps.first() {
            Some(Step::Union(_)) => None,
            _ => Some(self.argument(frame)),
        };
        for (index, step) in plan.steps.iter().enumerate() {
            estimator.step(step);
            let bound = |var| rows.as_ref().is_some_and(|rows| rows.has(var));
            let text = shortened(self.printer().step(step, &bound));
            let place = Place { frame, last_use: &last_use, index, text, estimate: estimator.rows() };
            let next = match (step, rows.take()) {
                (Step::Union(union), _) => self.union(union, &place),
                (_, Some(rows)) => self.step(step, rows, &place),
                (_, None) => self.argument(frame),
            };
            rows = Some(if step.narrows() { self.rejoin(next, &place) } else { next });
        }
        rows.unwrap_or_else(|| self.argument(frame))
    }

    fn argument(&mut self, frame: &Frame) -> Rows {
        let mut columns = Vec::new();
        let mut layout = Vec::new();
        if frame.ordinal {
            columns.push(Column::Ordinal);
            layout.push(ColumnKind::Ordinal);
        }
        for (var, kind) in &frame.imports {
            columns.push(Column::Var(*var));
            layout.push(*kind);
        }
        let names: Vec<VarId> = frame.imports.iter().map(|(var, _)| *var).collect();
        let names = self.printer().names(&names);
        let text = if names.is_empty() { "argument".to_owned() } else { format!("argument {names}") };
        self.operator(Op::Argument, Vec::new(), Vec::new(), columns, layout, shortened(text), 1.0)
    }

    /// The last step that names each variable; those of the answer are named behind the last one.
    fn last_uses(&self, plan: &LogicalPlan, needed: &[VarId]) -> FxHashMap<VarId, usize> {
        let mut last = FxHashMap::default();
        for (index, step) in plan.steps.iter().enumerate() {
            for var in self.imports.of_step(step) {
                last.insert(var, index);
            }
            if let Step::HashJoin(join) = step {
                for var in join.keys.iter().flat_map(|(_, right)| self.imports.of_expr(right)) {
                    last.insert(var, index);
                }
            }
        }
        for var in needed {
            last.insert(*var, plan.steps.len());
        }
        last
    }

    fn step(&mut self, step: &Step, rows: Rows, place: &Place<'_>) -> Rows {
        match step {
            Step::NodeScan(step) => self.node_scan(step, rows, place),
            Step::NodeSeek(step) => self.node_seek(step, rows, place),
            Step::NodeLookup(step) => self.node_lookup(step, rows, place),
            Step::CountValues(step) => self.count_values(step, rows, place),
            Step::NodeById(step) => self.node_by_id(step, rows, place),
            Step::RelScan(step) => self.rel_scan(step, rows, place),
            Step::RelSeek(step) => self.rel_seek(step, rows, place),
            Step::RelById(step) => self.rel_by_id(step, rows, place),
            Step::Expand(step) => self.expand(step, rows, place),
            Step::RelEnds(step) => self.rel_ends(step, rows, place),
            Step::VarExpand(step) => self.var_expand(step, rows, place),
            Step::ShortestPath(step) => self.shortest_path(step, rows, place),
            Step::Route(step) => self.route(step, rows, place),
            Step::CountExpand(step) => self.count_expand(step, rows, place),
            Step::Intersect(step) => self.intersect(step, rows, place),
            Step::BuildPath(step) => self.build_path(step, rows, place),
            Step::Empty => self.empty(&rows, place),
            Step::Filter(predicate) => self.filter(predicate, rows, place),
            Step::Project(items) => self.project(items, rows, place),
            Step::Aggregate(step) => self.aggregate(step, rows, place),
            Step::Distinct(columns) => self.distinct(columns, rows, place),
            Step::Sort(step) => self.sort(step, rows, place),
            Step::Skip(count) => self.skip(count, rows, place),
            Step::Limit(count) => self.limit(count, rows, place),
            Step::Unwind(step) => self.unwind(step, rows, place),
            Step::Union(step) => self.union(step, place),
            Step::HashJoin(step) => self.hash_join(step, rows, place),
            Step::Apply(step) => self.apply(step, rows, place),
            Step::InTransactions(step) => self.in_transactions(step, rows, place),
            Step::Call(step) => self.call(step, rows, place),
            Step::Barrier => self.extend(rows, Op::Barrier, &[], place),
            Step::Create(step) => self.create(step, rows, place),
            Step::Merge(step) => self.merge(step, rows, place),
            Step::Set(items) => self.set(items, rows, place),
            Step::Delete(step) => self.delete(step, rows, place),
            Step::SetState(step) => self.set_state(step, rows, place),
            Step::Foreach(step) => self.foreach(step, rows, place),
        }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
