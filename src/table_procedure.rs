//! Procedures that look up their rows in a table.

use std::sync::Arc;

use crate::custom::{check_row, fields, owned};
use crate::error::Error;
use crate::function::{Answer, Field, Procedure};
use crate::value::{ErrorKind, Name, Value, compare};

/// A procedure that answers with the rows of a table whose first columns equal its arguments.
///
/// ```
/// use averment::{Database, TableProcedure, Value};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let rows = vec![vec![Value::from("China"), Value::from("Beijing")]];
/// db.register(TableProcedure::new("test.capital", &[("country", "STRING?")], &[("city", "STRING?")], rows))?;
/// let rows = db.query("CALL test.capital('China') YIELD city RETURN city", ())?;
/// assert_eq!(rows.single::<String>()?, "Beijing");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TableProcedure {
    name: String,
    inputs: Vec<(String, String)>,
    outputs: Vec<(String, String)>,
    /// Inputs, then outputs.
    rows: Vec<Vec<Value>>,
}

impl TableProcedure {
    /// A procedure by its name (with its namespace), the names and types of its inputs and outputs, as `INTEGER?` (the
    /// question mark lets null in, or out), and its rows: inputs, then outputs.
    pub fn new(name: &str, inputs: &[(&str, &str)], outputs: &[(&str, &str)], rows: Vec<Vec<Value>>) -> Self {
        Self { name: name.to_owned(), inputs: owned(inputs), outputs: owned(outputs), rows }
    }

    pub(crate) fn into_procedure(self) -> Result<Procedure, Error> {
        let (inputs, outputs) = (fields(self.inputs)?, fields(self.outputs)?);
        let columns: Vec<Field> = inputs.iter().chain(&outputs).cloned().collect();
        for row in &self.rows {
            check_row(row, &columns, |_| true).map_err(|message| fault(format!("`{}`: {message}", self.name)))?;
        }
        let input_count = inputs.len();
        let rows = Arc::new(self.rows);
        Ok(Procedure {
            name: Name::from(self.name),
            inputs,
            outputs,
            summary: "declared with a table of its rows".to_owned(),
            body: Arc::new(move |_, arguments| {
                let (rows, arguments) = (Arc::clone(&rows), arguments.to_vec());
                Ok(Answer::of((0..rows.len()).filter_map(move |index| {
                    let (inputs, outputs) = rows[index].split_at(input_count);
                    let matches = inputs.iter().zip(&arguments).all(|(left, right)| compare::equivalent(left, right));
                    matches.then(|| outputs.to_vec())
                })))
            }),
        })
    }
}

fn fault(message: String) -> Error {
    Error::plain(ErrorKind::Procedure, "InvalidProcedure", message)
}
