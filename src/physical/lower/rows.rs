//! An operator and which variable each of its columns holds.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Lowerer, Place};
use crate::expr::VarId;
use crate::physical::{ColumnKind, Op, Operator, Scalar};
use crate::plan::ElementKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Ordinal,
    Var(VarId),
}

/// An operator with names for its columns.
#[derive(Debug)]
pub(super) struct Rows {
    pub operator: Operator,
    pub columns: Vec<Column>,
    positions: FxHashMap<VarId, usize>,
}

impl Rows {
    pub(super) fn has(&self, var: VarId) -> bool {
        self.positions.contains_key(&var)
    }

    pub(super) fn find(&self, var: VarId) -> Option<usize> {
        self.positions.get(&var).copied()
    }

    /// Where the column of a bound variable is.
    pub(super) fn position(&self, var: VarId) -> usize {
        self.find(var).expect("a variable is bound by an earlier step than those that name it")
    }

    pub(super) fn kind(&self, position: usize) -> ColumnKind {
        self.operator.layout[position]
    }

    pub(super) fn ordinal(&self) -> Option<usize> {
        self.columns.iter().position(|column| *column == Column::Ordinal)
    }
}

pub(super) fn column_kind(kind: ElementKind) -> ColumnKind {
    match kind {
        ElementKind::Node => ColumnKind::Node,
        ElementKind::Rel => ColumnKind::Rel,
    }
}

impl Lowerer<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of an operator, put together in this one place")]
    pub(super) fn operator(
        &mut self,
        op: Op,
        inputs: Vec<Operator>,
        carry: Vec<usize>,
        columns: Vec<Column>,
        layout: Vec<ColumnKind>,
        text: String,
        estimate: f64,
    ) -> Rows {
        let id = self.next_id;
        self.next_id += 1;
        let named = columns.iter().enumerate().filter_map(|(position, column)| match column {
            Column::Ordinal => None,
            Column::Var(var) => Some((*var, position)),
        });
        let positions = named.collect();
        Rows { operator: Operator { id, op, inputs, carry, layout, text, estimate }, columns, positions }
    }

    /// `op` over `rows`: columns that later steps name go on, `new` ones follow.
    pub(super) fn extend(&mut self, rows: Rows, op: Op, new: &[(VarId, ColumnKind)], place: &Place<'_>) -> Rows {
        self.extend_with(rows, op, new, place, &[])
    }

    /// As [`extend`](Self::extend), and `also` go on.
    pub(super) fn extend_with(
        &mut self,
        rows: Rows,
        op: Op,
        new: &[(VarId, ColumnKind)],
        place: &Place<'_>,
        also: &[VarId],
    ) -> Rows {
        // A set: a projection may have thousands of columns.
        let fresh: FxHashSet<VarId> = new.iter().map(|(var, _)| *var).collect();
        let goes_on = |column: &Column| match column {
            Column::Ordinal => true,
            Column::Var(var) => (place.needs(*var) || also.contains(var)) && !fresh.contains(var),
        };
        let carry: Vec<usize> =
            rows.columns.iter().enumerate().filter(|(_, column)| goes_on(column)).map(|(at, _)| at).collect();
        self.put(rows, op, carry, new, place.text.clone(), place.estimate)
    }

    /// `op` over `rows` with this carry.
    pub(super) fn put(
        &mut self,
        rows: Rows,
        op: Op,
        carry: Vec<usize>,
        new: &[(VarId, ColumnKind)],
        text: String,
        estimate: f64,
    ) -> Rows {
        let mut columns: Vec<Column> = carry.iter().map(|at| rows.columns[*at]).collect();
        let mut layout: Vec<ColumnKind> = carry.iter().map(|at| rows.kind(*at)).collect();
        columns.extend(new.iter().map(|(var, _)| Column::Var(*var)));
        layout.extend(new.iter().map(|(_, kind)| *kind));
        self.operator(op, vec![rows.operator], carry, columns, layout, text, estimate)
    }

    /// Sees to it that the column of `var`, if it is bound, holds elements of this kind, for operators that follow
    /// relationships; a value of another type is an error when the plan runs.
    pub(super) fn cast(&mut self, rows: Rows, var: VarId, kind: ElementKind) -> Rows {
        let Some(position) = rows.find(var) else { return rows };
        if rows.kind(position) == column_kind(kind) || rows.kind(position) == ColumnKind::Element {
            return rows;
        }
        let carry = (0..rows.columns.len()).filter(|at| *at != position).collect();
        let items = [(Scalar::Column(position), column_kind(kind))].into();
        let word = match kind {
            ElementKind::Node => "node",
            ElementKind::Rel => "relationship",
        };
        let text = format!("take {} as a {word}", self.printer().names(&[var]));
        let estimate = rows.operator.estimate;
        self.put(rows, Op::Project { items }, carry, &[(var, column_kind(kind))], text, estimate)
    }
}
