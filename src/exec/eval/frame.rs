//! The rows that an expression is evaluated over: some of a batch's, with the local variables of what surrounds it.

use std::borrow::Cow;

use crate::exec::column::{Column, Ids};
use crate::value::Value;

/// Some rows of a batch, in any order and any number of times, with local variables beside them.
pub(in crate::exec) struct Frame<'b> {
    columns: &'b [Column],
    /// Rows of `columns`; `None`: all, as they are.
    rows: Option<Cow<'b, [u32]>>,
    len: usize,
    locals: Vec<Column>,
}

impl<'b> Frame<'b> {
    /// All rows of `columns`, of which there are `len`.
    pub(in crate::exec) fn of(columns: &'b [Column], len: usize) -> Self {
        Self { columns, rows: None, len, locals: Vec::new() }
    }

    /// These rows of `columns`, with local variables.
    pub(in crate::exec) fn with_rows(columns: &'b [Column], rows: &'b [u32], locals: Vec<Column>) -> Self {
        Self { columns, rows: Some(Cow::Borrowed(rows)), len: rows.len(), locals }
    }

    /// One row of `columns`.
    pub(in crate::exec) fn row(columns: &'b [Column], row: u32) -> Self {
        Self { columns, rows: Some(Cow::Owned(vec![row])), len: 1, locals: Vec::new() }
    }

    pub(in crate::exec) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn column(&self, column: usize) -> Cow<'_, Column> {
        match &self.rows {
            None => Cow::Borrowed(&self.columns[column]),
            Some(rows) => Cow::Owned(self.columns[column].gather(rows)),
        }
    }

    pub(super) fn local(&self, local: usize) -> &Column {
        &self.locals[local]
    }

    /// These rows of this frame.
    pub(super) fn narrow<'n>(&'n self, rows: &'n [u32]) -> Frame<'n> {
        let composed = match &self.rows {
            None => Cow::Borrowed(rows),
            Some(outer) => rows.iter().map(|&row| outer[row as usize]).collect(),
        };
        Frame {
            columns: self.columns,
            rows: Some(composed),
            len: rows.len(),
            locals: self.locals.iter().map(|local| local.gather(rows)).collect(),
        }
    }

    /// The same rows with one more local variable.
    pub(super) fn with_local(&self, local: usize, column: Column) -> Frame<'_> {
        let mut frame = Frame {
            columns: self.columns,
            rows: self.rows.as_deref().map(Cow::Borrowed),
            len: self.len,
            locals: self.locals.clone(),
        };
        frame.set_local(local, column);
        frame
    }

    /// Sets the local variable with this number and forgets those inside it.
    pub(super) fn set_local(&mut self, local: usize, column: Column) {
        debug_assert_eq!(column.len(), self.len, "a local variable has a value in each row");
        self.locals.truncate(local);
        while self.locals.len() < local {
            self.locals.push(Column::Constant(Value::Null, self.len));
        }
        self.locals.push(column);
    }
}

/// The cells of a column as values.
pub(in crate::exec) enum Cells<'c> {
    Many(Cow<'c, [Value]>),
    One(&'c Value),
}

impl<'c> Cells<'c> {
    pub(in crate::exec) fn of(column: &'c Column, ids: &dyn Ids) -> Self {
        match column {
            Column::Values(values) => Cells::Many(Cow::Borrowed(values)),
            Column::Constant(value, _) => Cells::One(value),
            typed => Cells::Many(Cow::Owned((0..typed.len()).map(|row| typed.value(row, ids)).collect())),
        }
    }

    #[inline]
    pub(in crate::exec) fn get(&self, row: usize) -> &Value {
        match self {
            Cells::Many(values) => &values[row],
            Cells::One(value) => value,
        }
    }
}

/// The values as a column: typed if all of them are numbers of one type.
pub(in crate::exec) fn typed(values: Vec<Value>) -> Column {
    match values.first() {
        Some(Value::Integer(_)) if values.iter().all(|value| matches!(value, Value::Integer(_))) => {
            let number = |value| if let Value::Integer(number) = value { number } else { 0 };
            Column::Integers(values.into_iter().map(number).collect(), Vec::new())
        }
        Some(Value::Float(_)) if values.iter().all(|value| matches!(value, Value::Float(_))) => {
            let number = |value| if let Value::Float(number) = value { number } else { 0.0 };
            Column::Floats(values.into_iter().map(number).collect(), Vec::new())
        }
        _ => Column::Values(values),
    }
}
