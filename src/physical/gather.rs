//! Finds the sections of a plan that several threads can work on.
//!
//! A section begins at a scan that is run for one row, and goes on through operators that handle each row alone: whatever
//! part of the graph is scanned, its rows are made of it and of nothing else. So parts can be scanned by several threads
//! and their rows put one behind the other. Where a plan begins otherwise, a section may begin below a search, each of which
//! is long enough for its row to be handed to another thread, or above a far one, which may find any number of rows, if they
//! are all wanted. What has effects, what chance decides, procedures, and operators that look across rows are not in a
//! section; nor are those that keep a table of other rows, since each thread would make its own.

use super::{Op, Operator, PhysicalPlan, PlanBody, Scalar, Shared, Subplan, Types, inner_plans};
use crate::catalog::Statistics;
use crate::value::Name;

/// A scan of fewer elements is over before another thread has begun.
pub(crate) const WORTH_IT: u64 = 4_096;

/// Fewer searches than these are expected to be over as soon.
const MANY_SEARCHES: f64 = 8.0;

/// Rows from which searches begin, for one thread at a time.
const SEARCHES: usize = 32;

/// Rows that a search has found, for one thread at a time.
const FOUND: usize = 2_048;

/// No more hops than these lead to a few rows.
const NEAR: u64 = 3;

/// The plan with an [`Op::Gather`] above each section whose scan looks at so many elements at least.
pub(crate) fn gather(mut plan: PhysicalPlan, statistics: &dyn Statistics, least: u64) -> PhysicalPlan {
    plan.root = match plan.root {
        PlanBody::Rows(root) if !plan.writes => {
            let names = Names { labels: &plan.labels, types: &plan.types };
            let mut sections =
                Sections { subplans: &plan.subplans, names, statistics, least, next_id: plan.operator_count };
            let root = sections.gathered(root, Taker::default());
            plan.operator_count = sections.next_id;
            PlanBody::Rows(root)
        }
        body => body,
    };
    plan
}

struct Names<'p> {
    labels: &'p [Name],
    types: &'p [Name],
}

struct Sections<'p> {
    subplans: &'p [Subplan],
    names: Names<'p>,
    statistics: &'p dyn Statistics,
    least: u64,
    next_id: usize,
}

/// Who takes the rows of an operator.
#[derive(Clone, Copy, Default)]
struct Taker {
    /// Makes less of them while they are gathered.
    reduces: bool,
    /// Takes all of them before anybody sees what comes of the first.
    wants_all: bool,
}

impl Taker {
    /// Who takes what this one's rows are made of.
    fn by(self, op: &Op) -> Self {
        match op {
            Op::Aggregate { .. } => Self { reduces: true, wants_all: true },
            Op::Sort { .. } => Self { reduces: false, wants_all: true },
            Op::Limit { .. } => Self::default(),
            _ => Self { reduces: false, ..self },
        }
    }
}

/// A scatter to be.
#[derive(Clone, Copy)]
struct Cut {
    id: usize,
    rows: usize,
    ahead: bool,
}

impl Sections<'_> {
    /// With each section gathered.
    fn gathered(&mut self, mut operator: Operator, taker: Taker) -> Operator {
        if let Some(scan) = self.scan_of(&operator)
            && (taker.reduces || works(&operator))
            && self.looked_at(scan) >= self.least
        {
            return self.gather(Shared::Scan(scan.id), operator);
        }
        let searches = self.searched_rows(&operator).map(|depth| (depth, SEARCHES));
        let found = || self.found_rows(&operator).filter(|_| taker.wants_all).map(|depth| (depth, FOUND));
        if let Some((depth, rows)) = searches.or_else(found) {
            let cut = Cut { id: self.new_id(), rows, ahead: taker.wants_all };
            let section = self.scattered(operator, depth, cut);
            return self.gather(Shared::Rows(cut.id), section);
        }
        let taker = taker.by(&operator.op);
        operator.inputs = operator.inputs.into_iter().map(|input| self.gathered(input, taker)).collect();
        operator
    }

    fn new_id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id - 1
    }

    fn gather(&mut self, shared: Shared, section: Operator) -> Operator {
        passing(self.new_id(), Op::Gather { shared }, "gather", section)
    }

    /// How many operators below this one the rows come out that the lowest search of its section takes, if they are many.
    fn searched_rows(&self, operator: &Operator) -> Option<usize> {
        let many = if self.least == 0 { 0.0 } else { MANY_SEARCHES };
        let (mut depth, mut found, mut at) = (0, None, operator);
        while takes_each_row_alone(&at.op)
            && self.is_pure(at)
            && let [input] = &at.inputs[..]
        {
            depth += 1;
            if searches(&at.op) && !is_one_row(input) && input.estimate >= many {
                found = Some(depth);
            }
            at = input;
        }
        found
    }

    /// How many operators below this one the rows come out that a far search has found.
    fn found_rows(&self, operator: &Operator) -> Option<usize> {
        let (mut depth, mut at) = (0, operator);
        while takes_each_row_alone(&at.op)
            && !searches(&at.op)
            && self.is_pure(at)
            && let [input] = &at.inputs[..]
        {
            depth += 1;
            at = input;
        }
        let at = if let Op::Distinct { .. } = at.op { &at.inputs[0] } else { at };
        (depth > 0 && self.is_far(at)).then_some(depth)
    }

    /// Whether a search may find as many rows as are worth it.
    fn is_far(&self, operator: &Operator) -> bool {
        let Op::VarExpand(way) = &operator.op else { return false };
        self.statistics.node_count() >= self.least && way.max.is_none_or(|max| max > NEAR || self.least == 0)
    }

    /// With a scatter so many operators below.
    fn scattered(&mut self, mut operator: Operator, depth: usize, cut: Cut) -> Operator {
        let Cut { id, rows, ahead } = cut;
        if depth == 0 {
            let input = self.gathered(operator, Taker { reduces: false, wants_all: ahead });
            return passing(id, Op::Scatter { rows, ahead }, "scatter", input);
        }
        let inputs = operator.inputs.into_iter();
        operator.inputs = inputs.map(|input| self.scattered(input, depth - 1, cut)).collect();
        operator
    }

    /// Where the section begins that ends with this operator.
    fn scan_of<'o>(&self, operator: &'o Operator) -> Option<&'o Operator> {
        let is_scan =
            matches!(operator.op, Op::NodeScan { first: None, .. } | Op::CountValues { .. } | Op::RelScan { .. });
        if is_scan && operator.inputs.iter().all(is_one_row) {
            return Some(operator).filter(|scan| self.is_pure(scan));
        }
        let [input] = &operator.inputs[..] else { return None };
        if takes_each_row_alone(&operator.op) && self.is_pure(operator) { self.scan_of(input) } else { None }
    }

    /// How many elements a scan looks at.
    fn looked_at(&self, scan: &Operator) -> u64 {
        let catalog = self.statistics.catalog();
        match &scan.op {
            Op::NodeScan { label: None, .. } | Op::CountValues { label: None, .. } => self.statistics.node_count(),
            Op::NodeScan { label: Some(label), .. } | Op::CountValues { label: Some(label), .. } => {
                let label = catalog.labels.get(&self.names.labels[label.0 as usize]);
                label.map_or(0, |label| self.statistics.label_count(label))
            }
            Op::RelScan { types: Types::OneOf(types), .. } => {
                let known = types.iter().filter_map(|one| catalog.types.get(&self.names.types[one.0 as usize]));
                known.map(|one| self.statistics.rel_count(Some(one))).sum()
            }
            _ => self.statistics.rel_count(None),
        }
    }

    /// Whether nothing but its rows and the graph decides what an operator does itself, inner plans included.
    fn is_pure(&self, operator: &Operator) -> bool {
        let scalars = operator.op.scalars();
        scalars.into_iter().all(|scalar| self.is_pure_scalar(scalar))
            && inner_plans(operator).into_iter().all(|inner| self.is_pure_plan(inner))
    }

    fn is_pure_plan(&self, plan: &Operator) -> bool {
        !matches!(plan.op, Op::Call(_))
            && self.is_pure(plan)
            && plan.inputs.iter().all(|input| self.is_pure_plan(input))
    }

    fn is_pure_scalar(&self, scalar: &Scalar) -> bool {
        let mut is_pure = true;
        scalar.walk(&mut |part| {
            is_pure &= match part {
                // The clock of a statement stands still.
                Scalar::Call { function, .. } => function.deterministic || function.tells_time,
                Scalar::Exists(number)
                | Scalar::Count { subplan: number, .. }
                | Scalar::Collect { subplan: number, .. } => self.is_pure_plan(&self.subplans[*number].root),
                _ => true,
            };
        });
        is_pure
    }
}

/// An operator that gives the rows that it takes.
fn passing(id: usize, op: Op, text: &str, input: Operator) -> Operator {
    Operator {
        id,
        op,
        carry: (0..input.layout.len()).collect(),
        layout: input.layout.clone(),
        text: text.to_owned(),
        estimate: input.estimate,
        inputs: vec![input],
    }
}

/// Whether an operator searches from each row.
fn searches(op: &Op) -> bool {
    matches!(op, Op::VarExpand(_) | Op::ShortestPath(_) | Op::Route(_))
}

/// Whether this is where the outermost plan begins.
fn is_one_row(operator: &Operator) -> bool {
    matches!(operator.op, Op::Argument) && operator.layout.is_empty()
}

/// Whether an operator that does not write makes of each row what it makes of it without the others.
fn takes_each_row_alone(op: &Op) -> bool {
    match op {
        Op::NodeScan { .. }
        | Op::CountValues { .. }
        | Op::NodeSeek { .. }
        | Op::NodeById { .. }
        | Op::RelSeek { .. }
        | Op::RelById { .. }
        | Op::RelScan { .. }
        | Op::Expand(_)
        | Op::RelEnds { .. }
        | Op::VarExpand(_)
        | Op::ShortestPath(_)
        | Op::Route(_)
        | Op::CountExpand { .. }
        | Op::Intersect(_)
        | Op::BuildPath { .. }
        | Op::Filter { .. }
        | Op::Project { .. }
        | Op::Unwind { .. }
        | Op::Apply(_) => true,
        Op::Argument
        | Op::Empty
        | Op::NodeLookup { .. }
        | Op::Aggregate { .. }
        | Op::Distinct { .. }
        | Op::Sort { .. }
        | Op::Skip { .. }
        | Op::Limit { .. }
        | Op::Union
        | Op::HashJoin { .. }
        | Op::InTransactions(_)
        | Op::Call(_)
        | Op::Gather { .. }
        | Op::Scatter { .. }
        | Op::Barrier
        | Op::Create { .. }
        | Op::Merge(_)
        | Op::Set { .. }
        | Op::Delete { .. }
        | Op::SetState { .. }
        | Op::Foreach { .. } => false,
    }
}

/// Whether a section does more than to list elements.
fn works(section: &Operator) -> bool {
    match &section.op {
        Op::NodeScan { conditions, within, .. } => !conditions.is_empty() || within.is_some(),
        Op::RelScan { .. } => false,
        _ => true,
    }
}
