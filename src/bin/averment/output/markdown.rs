//! Rows as a table for a Markdown page.

use std::io::{self, Write};

use averment::Row;

use super::cell;

pub(super) fn write(columns: &[String], rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    line(columns.iter().map(|column| escaped(column)), out)?;
    line(columns.iter().map(|_| "---".to_owned()), out)?;
    for row in rows {
        line(row.values().iter().map(|value| escaped(&cell(value))), out)?;
    }
    Ok(())
}

fn line(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    out.write_all(b"\n")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
