//! Help for tests of graphs: answers compared with tables that read as an answer does.
//!
//! ```
//! use averment::{Database, assert_rows};
//! # fn main() -> Result<(), averment::Error> {
//! let db = Database::from_script("CREATE (:Company {name: 'SenseTime'})-[:BASED_IN]->(:Place {name: 'Hong Kong'})")?;
//! assert_rows!(db, "MATCH (c:Company)-[:BASED_IN]->(p) RETURN c.name, p.name", "
//!     c.name      | p.name
//!     'SenseTime' | 'Hong Kong'
//! ");
//! # Ok(())
//! # }
//! ```

use crate::database::Database;
use crate::error::Error;
use crate::row::Row;
use crate::rows::Rows;
use crate::value::{Name, Value};

/// Whether the order of rows counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    /// The same rows, in whatever order.
    Any,
    /// The same rows in the same order.
    Same,
}

/// Rows as text: the names of the columns, then a line for each row, cells separated by `|`.
///
/// A cell is a Cypher expression without variables (`'text'`, `1.0`, `[1, 2]`, `date('2020-01-01')`), compared by
/// equivalence; a node is written `(:Label {key: value})`, a relationship `[:TYPE {key: value}]`, a path as a pattern:
/// these are compared as printed.
///
/// ```
/// use averment::Database;
/// use averment::testing::{RowOrder, Table};
/// # fn main() -> Result<(), averment::Error> {
/// let mut answer = Database::in_memory().query("UNWIND [2, 1] AS x RETURN x, x * 0.5 AS half", ())?;
/// let rows = answer.by_ref().collect::<Result<Vec<_>, _>>()?;
/// let expected = Table::parse("x | half\n 1 | 0.5\n 2 | 1.0");
/// assert_eq!(expected.compare(answer.columns(), &rows, RowOrder::Any), Ok(()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns; none if the text is empty.
    pub columns: Vec<String>,
    /// The cells of each row, as written.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table. Empty lines do not count, nor does a `|` at the start or end of a line, or one within quotes or
    /// brackets.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(split_cells);
        Self { columns: lines.next().unwrap_or_default(), rows: lines.collect() }
    }

    /// Compares an answer with this table.
    ///
    /// # Errors
    ///
    /// What differs, with both sides; or why a cell of the table has no value.
    pub fn compare(&self, columns: &[Name], rows: &[Row], order: RowOrder) -> Result<(), String> {
        if !columns.iter().map(Name::as_str).eq(&self.columns) {
            let found: Vec<&str> = columns.iter().map(Name::as_str).collect();
            return Err(format!("columns: expected {}, found {}", self.columns.join(" | "), found.join(" | ")));
        }
        let scratch = Database::in_memory();
        let mut expected = Vec::with_capacity(self.rows.len());
        for cells in &self.rows {
            expected.push(cells.iter().map(|cell| normal(&scratch, cell)).collect::<Result<Vec<_>, _>>()?);
        }
        let found = rows.iter().map(|row| row.values().iter().map(printed).collect()).collect();
        same_rows(expected, found, order)
    }
}

/// Compares rows of text, as [`Table::compare`] does with values.
///
/// # Errors
///
/// Both sides, if they differ.
pub fn same_rows(mut expected: Vec<Vec<String>>, mut found: Vec<Vec<String>>, order: RowOrder) -> Result<(), String> {
    if order == RowOrder::Any {
        expected.sort();
        found.sort();
    }
    if expected == found {
        return Ok(());
    }
    let text = |rows: &[Vec<String>]| rows.iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n  ");
    Err(format!("rows: expected {}\n  {}\nfound {}\n  {}", expected.len(), text(&expected), found.len(), text(&found)))
}

/// What [`assert_rows!`](crate::assert_rows) does.
#[doc(hidden)]
#[track_caller]
pub fn check(answer: Result<Rows, Error>, table: &str, order: RowOrder) {
    let rows = answer.and_then(|mut answer| {
        let rows = answer.by_ref().collect::<Result<Vec<_>, _>>()?;
        Ok((answer, rows))
    });
    let compared = match rows {
        Ok((answer, rows)) => Table::parse(table).compare(answer.columns(), &rows, order).map_err(|difference| {
            let warnings = answer.warnings().iter().map(|warning| format!("\nwarning: {}", warning.message()));
            difference + &warnings.collect::<String>()
        }),
        Err(error) => Err(error.report()),
    };
    if let Err(difference) = compared {
        panic!("{difference}");
    }
}

/// Asserts that a statement gives the rows of a table, in whatever order: `assert_rows!(db, query, table)`, or with
/// parameters `assert_rows!(db, query, params, table)`. How a table is written: [`Table`](crate::testing::Table).
///
/// ```
/// use averment::{Database, assert_rows, params};
/// let db = Database::in_memory();
/// assert_rows!(db, "UNWIND $xs AS x RETURN x, x > 1 AS more", params! { "xs" => vec![1, 2] }, "
///     x | more
///     2 | true
///     1 | false
/// ");
/// ```
#[macro_export]
macro_rules! assert_rows {
    ($db:expr, $query:expr, $table:expr $(,)?) => {
        $crate::assert_rows!($db, $query, (), $table)
    };
    ($db:expr, $query:expr, $params:expr, $table:expr $(,)?) => {
        $crate::testing::check($db.query($query, $params), $table, $crate::testing::RowOrder::Any)
    };
}

/// As [`assert_rows!`](crate::assert_rows), and the order of rows counts.
///
/// ```
/// use averment::{Database, assert_rows_in_order};
/// assert_rows_in_order!(Database::in_memory(), "UNWIND [2, 1] AS x RETURN x ORDER BY x", "
///     x
///     1
///     2
/// ");
/// ```
#[macro_export]
macro_rules! assert_rows_in_order {
    ($db:expr, $query:expr, $table:expr $(,)?) => {
        $crate::assert_rows_in_order!($db, $query, (), $table)
    };
    ($db:expr, $query:expr, $params:expr, $table:expr $(,)?) => {
        $crate::testing::check($db.query($query, $params), $table, $crate::testing::RowOrder::Same)
    };
}

/// A cell as the engine prints the value of its expression; elements as they stand.
fn normal(scratch: &Database, cell: &str) -> Result<String, String> {
    if cell.starts_with('(') || cell.starts_with("[:") || cell.starts_with('<') {
        return Ok(cell.to_owned());
    }
    let value = scratch.query(format!("RETURN {cell} AS value"), ()).and_then(Rows::single::<Value>);
    value.map(|value| printed(&value)).map_err(|error| format!("the cell `{cell}` has no value\n{}", error.report()))
}

/// As a literal, so that a text is not taken for a number.
fn printed(value: &Value) -> String {
    match value {
        Value::String(_) => {
            let listed = Value::from(vec![value.clone()]).to_string();
            listed[1..listed.len() - 1].to_owned()
        }
        other => other.to_string(),
    }
}

fn split_cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let (mut quote, mut depth) = (None, 0);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(letter),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']' | ')' | '}') => depth -= 1,
            _ => {}
        }
        if letter == '|' && quote.is_none() && depth <= 0 {
            cells.push(String::new());
        } else {
            cells.last_mut().expect("there is a cell").push(letter);
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}
