//! Rows as CSV (RFC 4180): a header, texts as they are, null as nothing, all else as the language writes it.

use std::io::Write;

use averment::{Name, Rows, Value};

use crate::Fault;

pub(super) fn write(columns: &[Name], rows: &mut Rows, out: &mut dyn Write) -> Result<usize, Fault> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(columns.iter().map(Name::as_str)).map_err(fault)?;
    let mut row_count = 0;
    for row in rows {
        csv.write_record(row?.values().iter().map(text)).map_err(fault)?;
        row_count += 1;
    }
    csv.flush()?;
    Ok(row_count)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn fault(error: csv::Error) -> Fault {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Fault::Output(error),
        other => Fault::Input { code: "csv", message: format!("{other:?}") },
    }
}
