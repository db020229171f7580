//! Rows as a table for a Markdown page.

use std::io::{self, Write};

use averment::Row;

use super::argument::argument;
use super::cell;

pub(super) fn write(columns: &[String], rows: &[Row], max_reasons: usize, out: &mut dyn Write) -> io::Result<()> {
    line(columns.iter().map(|column| escaped(column)), out)?;
    line(columns.iter().map(|_| "---".to_owned()), out)?;
    for row in rows {
        line(row.values().iter().take(columns.len()).map(|value| escaped(&cell(value))), out)?;
    }
    let arguments: Vec<Vec<String>> = rows.iter().map(|row| argument(row, max_reasons)).collect();
    if arguments.iter().all(Vec::is_empty) { Ok(()) } else { reasons(&arguments, out) }
}

/// A numbered list, an item for each row.
fn reasons(arguments: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Why\n")?;
    for (number, argument) in (1..).zip(arguments) {
        writeln!(out, "{number}. row {number}")?;
        for reason in argument {
            writeln!(out, "   * {}", escaped(reason))?;
        }
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
