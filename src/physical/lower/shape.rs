//! Steps that shape rows: projection, aggregation, order, joins, plans inside plans.

use std::sync::Arc;

use super::rows::{Column, Rows};
use super::{Frame, Lowerer, Place};
use crate::expr::{Expr, ExprKind, VarId};
use crate::physical::{self, ColumnKind, Op, Scalar, StoredCount};
use crate::plan::{
    self, Aggregate, Apply, ApplyKind, HashJoin, InTransactions, LogicalPlan, ProcedureCall, Sort, Union, Unwind,
};
use crate::value::Name;

impl Lowerer<'_> {
    /// No rows, with the columns that the rest expects.
    pub(super) fn empty(&mut self, rows: &Rows, place: &Place<'_>) -> Rows {
        let (columns, layout) = (rows.columns.clone(), rows.operator.layout.clone());
        self.operator(Op::Empty, Vec::new(), Vec::new(), columns, layout, place.text.clone(), 0.0)
    }

    pub(super) fn filter(&mut self, predicate: &Expr, rows: Rows, place: &Place<'_>) -> Rows {
        let predicate = self.scalar(predicate, &rows);
        self.extend(rows, Op::Filter { predicate: predicate.into() }, &[], place)
    }

    pub(super) fn project(&mut self, items: &[(VarId, Expr)], rows: Rows, place: &Place<'_>) -> Rows {
        let items: Vec<&(VarId, Expr)> = items.iter().filter(|(var, _)| place.needs(*var)).collect();
        let mut new = Vec::new();
        let mut scalars = Vec::new();
        for (var, expr) in items {
            let kind = kind_of(expr, &rows);
            new.push((*var, kind));
            scalars.push((self.scalar(expr, &rows), kind));
        }
        self.extend(rows, Op::Project { items: scalars.into() }, &new, place)
    }

    pub(super) fn aggregate(&mut self, step: &Aggregate, rows: Rows, place: &Place<'_>) -> Rows {
        let mut new = Vec::new();
        let mut keys = Vec::new();
        for (var, expr) in &step.keys {
            let kind = kind_of(expr, &rows);
            new.push((*var, kind));
            keys.push((self.scalar(expr, &rows), kind));
        }
        let mut calls = Vec::new();
        for (var, call) in &step.calls {
            new.push((*var, ColumnKind::Value));
            calls.push(physical::AggregateCall {
                aggregate: call.aggregate.clone(),
                distinct: call.distinct,
                arguments: self.scalars(&call.arguments, &rows),
                weights: step.weights.iter().map(|weight| rows.position(*weight)).collect(),
            });
        }
        let partition = rows.ordinal();
        let carry = partition.into_iter().collect();
        let stored = step.stored.as_ref().map(|stored| self.stored_count(stored));
        self.put(
            rows,
            Op::Aggregate { partition, keys, calls, stored },
            carry,
            &new,
            place.text.clone(),
            place.estimate,
        )
    }

    fn stored_count(&mut self, stored: &plan::StoredCount) -> StoredCount {
        let mut label = |name: &Option<Name>| name.as_ref().map(|name| self.label(name));
        match stored {
            plan::StoredCount::Nodes(name) => StoredCount::Nodes(label(name)),
            plan::StoredCount::Rels { types, start, end } => {
                let (start, end) = (label(start), label(end));
                StoredCount::Rels { types: self.types(types), start, end }
            }
        }
    }

    /// Behind a step that narrows: what came into the plan and is named later is joined to the rows again.
    pub(super) fn rejoin(&mut self, rows: Rows, place: &Place<'_>) -> Rows {
        let lost = |var: VarId| place.needs(var) && !rows.has(var);
        let (Some(ordinal), true) = (rows.ordinal(), place.frame.imports.iter().any(|(var, _)| lost(*var))) else {
            return rows;
        };
        let argument = self.argument(place.frame);
        let outer = argument.ordinal().unwrap_or(0);
        let back: Vec<(VarId, ColumnKind)> =
            place.frame.imports.iter().filter(|(var, _)| lost(*var)).copied().collect();
        let op = Op::HashJoin {
            left_keys: vec![Scalar::Column(ordinal)],
            right_keys: vec![Scalar::Column(outer)],
            right_columns: back.iter().map(|(var, _)| argument.position(*var)).collect(),
        };
        let text = "join the outer row".to_owned();
        let carry = (0..rows.columns.len()).collect();
        let mut joined = self.put(rows, op, carry, &back, text, place.estimate);
        joined.operator.inputs.push(argument.operator);
        joined
    }

    pub(super) fn distinct(&mut self, columns: &[VarId], rows: Rows, place: &Place<'_>) -> Rows {
        let partition = rows.ordinal();
        let columns = columns.iter().map(|var| rows.position(*var)).collect();
        self.extend(rows, Op::Distinct { partition, columns }, &[], place)
    }

    pub(super) fn sort(&mut self, step: &Sort, rows: Rows, place: &Place<'_>) -> Rows {
        let partition = rows.ordinal();
        let mut keys = Vec::new();
        for key in &step.keys {
            keys.push(physical::SortKey {
                scalar: self.scalar(&key.expr, &rows),
                descending: key.descending && !planted!("DESC is forgotten"),
            });
        }
        let limit = step.limit.as_ref().map(|limit| self.scalar(limit, &rows));
        self.extend(rows, Op::Sort { partition, keys, limit }, &[], place)
    }

    pub(super) fn skip(&mut self, count: &Expr, rows: Rows, place: &Place<'_>) -> Rows {
        let (partition, count) = (rows.ordinal(), self.scalar(count, &rows));
        self.extend(rows, Op::Skip { partition, count }, &[], place)
    }

    pub(super) fn limit(&mut self, count: &Expr, rows: Rows, place: &Place<'_>) -> Rows {
        let (partition, count) = (rows.ordinal(), self.scalar(count, &rows));
        self.extend(rows, Op::Limit { partition, count }, &[], place)
    }

    pub(super) fn unwind(&mut self, step: &Unwind, rows: Rows, place: &Place<'_>) -> Rows {
        let list = self.scalar(&step.list, &rows);
        self.extend(rows, Op::Unwind { list }, &[(step.var, ColumnKind::Value)], place)
    }

    pub(super) fn call(&mut self, step: &ProcedureCall, rows: Rows, place: &Place<'_>) -> Rows {
        let arguments = self.scalars(&step.arguments, &rows);
        let wanted: Vec<&(usize, VarId)> = step.yields.iter().filter(|(_, var)| place.needs(*var)).collect();
        let outputs = wanted.iter().map(|(output, _)| *output).collect();
        let new: Vec<(VarId, ColumnKind)> = wanted.iter().map(|(_, var)| (*var, ColumnKind::Value)).collect();
        let lens = step.lens.map(|operand| self.scalar(operand, &rows));
        let op = Op::Call(physical::Call { procedure: step.procedure.clone(), arguments, outputs, lens });
        self.extend(rows, op, &new, place)
    }

    /// The branches, each brought into the same columns.
    pub(super) fn union(&mut self, step: &Union, place: &Place<'_>) -> Rows {
        let kept: Vec<usize> = (0..step.columns.len()).filter(|at| place.needs(step.columns[*at])).collect();
        let mut branches: Vec<(Rows, Vec<usize>)> = Vec::new();
        for (plan, vars) in &step.branches {
            let needed: Vec<VarId> = kept.iter().map(|at| vars[*at]).collect();
            let rows = self.plan(plan, place.frame, &needed);
            let positions = needed.iter().map(|var| rows.position(*var)).collect();
            branches.push((rows, positions));
        }
        let kinds: Vec<ColumnKind> = (0..kept.len()).map(|at| common_kind(&branches, at)).collect();
        let new: Vec<(VarId, ColumnKind)> = kept.iter().map(|at| step.columns[*at]).zip(kinds).collect();
        let mut inputs = Vec::new();
        for (rows, positions) in branches {
            inputs.push(self.aligned(rows, &positions, &new).operator);
        }
        let mut columns = Vec::new();
        let mut layout = Vec::new();
        if place.frame.ordinal {
            columns.push(Column::Ordinal);
            layout.push(ColumnKind::Ordinal);
        }
        columns.extend(new.iter().map(|(var, _)| Column::Var(*var)));
        layout.extend(new.iter().map(|(_, kind)| *kind));
        let carry = (0..layout.len()).collect();
        self.operator(Op::Union, inputs, carry, columns, layout, place.text.clone(), place.estimate)
    }

    /// The ordinal, then these columns of `rows` under new names and with these kinds.
    fn aligned(&mut self, rows: Rows, positions: &[usize], new: &[(VarId, ColumnKind)]) -> Rows {
        let ordinal = rows.ordinal();
        let first = usize::from(ordinal.is_some());
        let in_place = rows.columns.len() == positions.len() + first
            && ordinal.is_none_or(|at| at == 0)
            && positions.iter().enumerate().all(|(index, at)| *at == index + first && rows.kind(*at) == new[index].1);
        if in_place {
            return rows;
        }
        let items = positions.iter().zip(new).map(|(at, (_, kind))| (Scalar::Column(*at), *kind)).collect();
        let estimate = rows.operator.estimate;
        self.put(rows, Op::Project { items }, ordinal.into_iter().collect(), new, "align columns".to_owned(), estimate)
    }

    /// The right side starts from what comes into the plan, as the left one did.
    pub(super) fn hash_join(&mut self, step: &HashJoin, rows: Rows, place: &Place<'_>) -> Rows {
        let bound = step.right.bound();
        let wanted: Vec<VarId> = bound.into_iter().filter(|var| place.needs(*var) && !rows.has(*var)).collect();
        let mut needed = wanted.clone();
        needed.extend(step.keys.iter().flat_map(|(_, right)| self.imports.of_expr(right)));
        let right = self.plan(&step.right, place.frame, &needed);
        let mut left_keys: Vec<Scalar> = rows.ordinal().map(Scalar::Column).into_iter().collect();
        let mut right_keys: Vec<Scalar> = right.ordinal().map(Scalar::Column).into_iter().collect();
        for (left_key, right_key) in &step.keys {
            left_keys.push(self.scalar(left_key, &rows));
            right_keys.push(self.scalar(right_key, &right));
        }
        let right_columns: Vec<usize> = wanted.iter().map(|var| right.position(*var)).collect();
        let new: Vec<(VarId, ColumnKind)> =
            wanted.iter().zip(&right_columns).map(|(var, at)| (*var, right.kind(*at))).collect();
        let mut joined = self.extend(rows, Op::HashJoin { left_keys, right_keys, right_columns }, &new, place);
        joined.operator.inputs.push(right.operator);
        joined
    }

    pub(super) fn apply(&mut self, step: &Apply, rows: Rows, place: &Place<'_>) -> Rows {
        let wanted: Vec<VarId> = match &step.kind {
            ApplyKind::Inner(take) | ApplyKind::Optional(take) => {
                take.iter().copied().filter(|var| place.needs(*var)).collect()
            }
            ApplyKind::Exists { .. } | ApplyKind::Effects => Vec::new(),
        };
        let (inner, imports) = self.inner(&step.inner, &rows, &wanted);
        let take: Vec<usize> = wanted.iter().map(|var| inner.position(*var)).collect();
        let new: Vec<(VarId, ColumnKind)> = wanted.iter().zip(&take).map(|(var, at)| (*var, inner.kind(*at))).collect();
        let kind = match &step.kind {
            ApplyKind::Inner(_) => physical::ApplyKind::Inner { take },
            ApplyKind::Optional(_) => physical::ApplyKind::Optional { take },
            ApplyKind::Exists { negated } => physical::ApplyKind::Exists { negated: *negated },
            ApplyKind::Effects => physical::ApplyKind::Effects,
        };
        let op = Op::Apply(physical::Apply { inner: Box::new(inner.operator), imports, kind });
        self.extend(rows, op, &new, place)
    }

    pub(super) fn in_transactions(&mut self, step: &InTransactions, rows: Rows, place: &Place<'_>) -> Rows {
        let wanted: Vec<VarId> = step.take.iter().copied().filter(|var| place.needs(*var)).collect();
        let (inner, imports) = self.inner(&step.inner, &rows, &wanted);
        let take: Vec<usize> = wanted.iter().map(|var| inner.position(*var)).collect();
        let mut new: Vec<(VarId, ColumnKind)> =
            wanted.iter().zip(&take).map(|(var, at)| (*var, inner.kind(*at))).collect();
        let status = step.status.filter(|var| place.needs(*var));
        new.extend(status.map(|var| (var, ColumnKind::Value)));
        let op = physical::InTransactions {
            inner: inner.operator,
            imports,
            take,
            is_unit: step.is_unit,
            is_optional: step.is_optional,
            rows: self.scalar(&step.rows, &rows),
            on_error: step.on_error,
            reports: status.is_some(),
        };
        self.extend(rows, Op::InTransactions(Arc::new(op)), &new, place)
    }

    /// A plan that is handed rows of `rows`: their ordinal and what it imports.
    pub(super) fn inner(&mut self, plan: &LogicalPlan, rows: &Rows, needed: &[VarId]) -> (Rows, Vec<usize>) {
        let imports: Vec<(VarId, usize)> =
            plan.imports.iter().filter_map(|var| Some((*var, rows.find(*var)?))).collect();
        let frame = Frame {
            ordinal: true,
            imports: imports.iter().map(|(var, position)| (*var, rows.kind(*position))).collect(),
        };
        (self.plan(plan, &frame, needed), imports.into_iter().map(|(_, position)| position).collect())
    }
}

/// A variable keeps its kind of column; whatever is computed is a value.
fn kind_of(expr: &Expr, rows: &Rows) -> ColumnKind {
    match expr.kind {
        ExprKind::Variable(var) => rows.find(var).map_or(ColumnKind::Value, |position| rows.kind(position)),
        _ => ColumnKind::Value,
    }
}

fn common_kind(branches: &[(Rows, Vec<usize>)], at: usize) -> ColumnKind {
    let mut kinds = branches.iter().map(|(rows, positions)| rows.kind(positions[at]));
    let first = kinds.next().unwrap_or(ColumnKind::Value);
    if kinds.all(|kind| kind == first) { first } else { ColumnKind::Value }
}
