//! Procedures: called in a clause of their own, with rows for an answer.

use std::fmt;
use std::sync::Arc;

use super::{FunctionError, Host};
use crate::value::{Name, Type, Value};

/// Rows of one call, each as wide as the procedure's outputs.
pub(crate) type ProcedureRows = Box<dyn Iterator<Item = Result<Vec<Value>, FunctionError>> + Send>;

/// What a procedure does with its arguments.
pub(crate) type ProcedureBody = Arc<dyn Fn(&dyn Host, &[Value]) -> Result<Answer, FunctionError> + Send + Sync>;

/// What one call gives.
pub(crate) enum Answer {
    /// One row after the other.
    Rows(ProcedureRows),
    /// All rows at once, which makes no value of each field: for answers of millions.
    Table(Table),
}

/// A column for each output, all of one length.
#[derive(Debug)]
pub(crate) struct Table {
    len: usize,
    columns: Vec<Vector>,
}

/// The values of one output.
#[derive(Debug)]
pub(crate) enum Vector {
    /// Nodes by their slots in the graph of the call.
    Nodes(Vec<u32>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

impl Answer {
    /// An answer of rows that cannot fail any more.
    pub(crate) fn of(rows: impl IntoIterator<Item = Vec<Value>, IntoIter: Send + 'static>) -> Self {
        Answer::Rows(Box::new(rows.into_iter().map(Ok)))
    }
}

impl Table {
    pub(crate) fn new(columns: Vec<Vector>) -> Self {
        let len = columns.first().map_or(0, Vector::len);
        debug_assert!(columns.iter().all(|column| column.len() == len), "columns have the rows of their table");
        Self { len, columns }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The values of an output.
    pub(crate) fn column(&self, output: usize) -> &Vector {
        &self.columns[output]
    }
}

impl Vector {
    fn len(&self) -> usize {
        match self {
            Vector::Nodes(slots) => slots.len(),
            Vector::Integers(numbers) => numbers.len(),
            Vector::Floats(numbers) => numbers.len(),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Rows(_) => f.debug_struct("Rows").finish_non_exhaustive(),
            Answer::Table(table) => table.fmt(f),
        }
    }
}

/// An input or output of a procedure.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: Name,
    pub value_type: Type,
    pub nullable: bool,
}

impl Field {
    /// A field that may be null.
    pub(crate) fn nullable(name: &str, value_type: Type) -> Self {
        Self { name: Name::from(name), value_type, nullable: true }
    }

    /// A field that is never null.
    pub(crate) fn required(name: &str, value_type: Type) -> Self {
        Self { name: Name::from(name), value_type, nullable: false }
    }

    /// That `value` can stand here, or why it cannot.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        if self.value_type.admits(value) && (self.nullable || !value.is_null()) {
            return Ok(());
        }
        let optional = if self.nullable { "?" } else { "" };
        Err(format!("`{}` is declared {}{optional}, found {}", self.name, self.value_type, value.type_name()))
    }
}

/// A procedure and its signature.
#[derive(Clone)]
pub(crate) struct Procedure {
    pub name: Name,
    pub inputs: Vec<Field>,
    pub outputs: Vec<Field>,
    pub summary: String,
    pub body: ProcedureBody,
}

impl Procedure {
    /// The output that tells what a row rests on, by its name: `because`.
    pub(crate) fn because(&self) -> Option<usize> {
        self.outputs.iter().position(|output| output.name.as_str() == "because")
    }
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Procedure").field("name", &self.name).finish_non_exhaustive()
    }
}
