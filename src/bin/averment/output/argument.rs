//! Rows with what they rest on: an indented argument under each.

use std::io::{self, Write};

use averment::Row;
use unicode_width::UnicodeWidthStr;

use super::{cell, printable};

/// The columns in line, and under each row its argument.
pub(super) fn write(columns: &[String], rows: &[Row], max_reasons: usize, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row, columns.len())).collect();
    let widest = |index: usize| cells.iter().map(|cells| cells[index].width()).max().unwrap_or(0);
    let widths: Vec<usize> = columns.iter().enumerate().map(|(at, name)| name.width().max(widest(at))).collect();
    line(columns, &widths, " ┆ ", " ", out)?;
    line(&vec![String::new(); columns.len()], &widths, "═╪═", "═", out)?;
    for (row, cells) in rows.iter().zip(&cells) {
        line(cells, &widths, " ┆ ", " ", out)?;
        for reason in argument(row, max_reasons) {
            writeln!(out, "    {reason}")?;
        }
    }
    Ok(())
}

/// How to see the rest of them.
const HELP: &str = "--reasons all, in the REPL :reasons all";

/// The reasons of a row, a line each.
pub(super) fn argument(row: &Row, max_reasons: usize) -> Vec<String> {
    let reasons = row.why().map(|why| why.brief_argument(max_reasons, HELP)).unwrap_or_default();
    reasons.iter().map(|reason| printable(reason)).collect()
}

/// The first cells of a row: all but what it rests on.
fn cells(row: &Row, count: usize) -> Vec<String> {
    row.values().iter().take(count).map(cell).collect()
}

fn line(cells: &[String], widths: &[usize], between: &str, fill: &str, out: &mut dyn Write) -> io::Result<()> {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", fill.repeat(width - cell.width())));
    writeln!(out, "{}", padded.collect::<Vec<_>>().join(between).trim_end())
}
