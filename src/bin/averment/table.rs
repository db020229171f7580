//! Rows as a table for people.

use averment::{Row, Value};
use comfy_table::{Cell, ContentArrangement, Table, presets};

/// The rows as a table that fits `width` columns of a terminal; `None`: as wide as they are.
pub(crate) fn table(columns: &[String], rows: &[Row], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(columns.iter().map(Cell::new));
    for row in rows {
        table.add_row(row.values().iter().map(|value| Cell::new(text(value))));
    }
    table.to_string()
}

/// A value as a cell: strings without quotes, control characters made visible.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text),
        other => printable(&other.to_string()),
    }
}

/// A terminal acts on control characters, and text from outside must not steer it.
fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' => ' ',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}
