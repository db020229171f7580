//! Rows as a table for people.

use averment::Row;
use comfy_table::{Cell, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::cell;

/// A column narrower than this breaks every word of its cells.
pub(super) const READABLE_WIDTH: usize = 10;

/// The rows as a table that fits `width` columns of a terminal; `None`: as wide as they are.
pub(super) fn table(columns: &[String], rows: &[Row], width: Option<u16>) -> String {
    of_texts(columns, rows.iter().map(|row| row.values().iter().map(cell).collect()), width)
}

/// The same of what may be shown as it is, with more than one line in a cell.
pub(super) fn of_texts<C: AsRef<str>>(
    columns: &[C],
    rows: impl Iterator<Item = Vec<String>>,
    width: Option<u16>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(columns.iter().map(|column| Cell::new(column.as_ref())));
    for row in rows {
        table.add_row(row.into_iter().map(Cell::new));
    }
    table.to_string()
}

/// Whether the columns would become too narrow to read: then a line for each value is better.
pub(super) fn is_too_wide(columns: &[String], rows: &[Row], width: u16) -> bool {
    if !fits(columns.len(), 0, width) {
        return true;
    }
    // Each column needs what it has, up to what can be read, and three columns of frame.
    let needed = |index: usize| {
        let widest = rows.iter().map(|row| cell(&row.values()[index]).width()).max().unwrap_or(0);
        widest.max(columns[index].as_str().width()).min(READABLE_WIDTH) + 3
    };
    (0..columns.len()).map(needed).sum::<usize>() + 1 > usize::from(width)
}

/// Whether so many columns can each have so many letters, beside three columns of frame.
pub(super) fn fits(columns: usize, letters: usize, width: u16) -> bool {
    columns * (letters + 3) < usize::from(width)
}
