//! Rows as JSON objects, in the encoding of the JSON Lines interface.

use std::io::{self, Write};

use averment::format::AsJson;
use averment::{Name, Row, Rows};
use serde::Serializer;
use serde::ser::SerializeMap;

use crate::Fault;

/// One array with a row a line.
pub(super) fn write_array(columns: &[Name], rows: &mut Rows, out: &mut dyn Write) -> Result<usize, Fault> {
    let mut row_count = 0;
    for row in rows {
        out.write_all(if row_count == 0 { b"[\n  " } else { b",\n  " })?;
        object(columns, &row?, out)?;
        row_count += 1;
    }
    out.write_all(if row_count == 0 { b"[]\n" } else { b"\n]\n" })?;
    Ok(row_count)
}

pub(super) fn write_lines(columns: &[Name], rows: &mut Rows, out: &mut dyn Write) -> Result<usize, Fault> {
    let mut row_count = 0;
    for row in rows {
        object(columns, &row?, out)?;
        out.write_all(b"\n")?;
        row_count += 1;
    }
    Ok(row_count)
}

fn object(columns: &[Name], row: &Row, out: &mut dyn Write) -> Result<(), Fault> {
    write_object(columns, row, out).map_err(|error| Fault::Output(io::Error::from(error)))
}

/// Members in the order of the columns.
fn write_object(columns: &[Name], row: &Row, out: &mut dyn Write) -> serde_json::Result<()> {
    let mut serializer = serde_json::Serializer::new(out);
    let mut object = serializer.serialize_map(Some(columns.len()))?;
    for (column, value) in columns.iter().zip(row.values()) {
        object.serialize_entry(column.as_str(), &AsJson(value))?;
    }
    object.end()
}
