//! Rows with a line for each value, for rows too wide for a table.

use std::io::{self, Write};

use averment::Row;
use unicode_width::UnicodeWidthStr;

use super::argument::argument;
use super::cell;

pub(super) fn write(columns: &[String], rows: &[Row], max_reasons: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = columns.iter().map(|column| column.as_str().width()).max().unwrap_or(0);
    for (number, row) in (1..).zip(rows) {
        writeln!(out, "── row {number} ──")?;
        for (column, value) in columns.iter().zip(row.values()) {
            let indent = " ".repeat(width - column.as_str().width());
            writeln!(out, "{indent}{column}  {}", cell(value))?;
        }
        for reason in argument(row, max_reasons) {
            writeln!(out, "    {reason}")?;
        }
    }
    Ok(())
}
