//! Answers on standard output, in the format that was asked for; what is said about them on standard error.

mod argument;
mod csv;
mod json;
mod markdown;
mod table;
mod vertical;

use std::fmt;
use std::io::{self, IsTerminal, Write};

use averment::{Counters, Name, Row, Rows, Value, Warning};

use crate::args::{Format, OutputArgs};
use crate::progress::{Awaited, Progress};
use crate::{Fault, style};

/// How answers are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub format: Format,
    /// Rows shown of a long answer; the rest is not asked for.
    pub max_rows: Option<usize>,
    /// Reasons shown of a row of WHY, of what there is and of what there is not.
    pub max_reasons: usize,
}

/// The reasons shown of a row, if nothing else is said.
const REASONS_SHOWN: usize = 20;

/// What was written.
pub(crate) struct Written {
    pub row_count: usize,
    /// There are more rows than were shown.
    pub is_cut: bool,
    /// The statement has changed the graph.
    pub has_changed: bool,
}

impl Output {
    /// All rows.
    pub(crate) fn whole(format: Option<Format>) -> Self {
        Self { format: format.unwrap_or(Format::Table), max_rows: None, max_reasons: REASONS_SHOWN }
    }

    /// All rows, as the command line asks for them.
    pub(crate) fn asked_for(format: Option<Format>, args: OutputArgs) -> Self {
        let whole = Self::whole(format);
        Self { max_reasons: args.reasons.unwrap_or(whole.max_reasons), ..whole }
    }

    /// Whether nobody but people reads this; a program wants a header or an array of nothing too.
    pub(crate) fn is_for_people(self) -> bool {
        matches!(self.format, Format::Table | Format::Vertical)
    }

    /// Writes an answer, if it has columns, and then what was written to the graph and what is odd.
    pub(crate) fn print(self, rows: Rows) -> Result<Written, Fault> {
        self.print_awaited(rows, Progress::none())
    }

    /// As [`Output::print`], and takes away the sign that somebody waits.
    pub(crate) fn print_awaited(self, rows: Rows, progress: Progress) -> Result<Written, Fault> {
        let mut out = io::BufWriter::new(Awaited::new(progress, io::stdout().lock()));
        let mut rows = if self.holds_all() { rows.complete()? } else { rows };
        let mut written = if rows.columns().is_empty() {
            rows.by_ref().try_for_each(|row| row.map(drop))?;
            all(0)
        } else {
            self.write(&mut rows, &mut out)?
        };
        out.flush()?;
        written.has_changed = rows.counters().any();
        self.remark(&rows, &written, &mut out)?;
        out.flush()?;
        for warning in rows.warnings() {
            style::tell(&style::report(&warning_line(warning), style::on_errors()));
        }
        Ok(written)
    }

    /// Whether all rows are held, within the memory of the statement, before the first is written: a table is as wide as
    /// its widest row, and an array of JSON that breaks off because a late row fails is no JSON.
    fn holds_all(self) -> bool {
        match self.format {
            Format::Json => true,
            Format::Table | Format::Vertical | Format::Markdown => self.max_rows.is_none(),
            Format::Csv | Format::Jsonl => false,
        }
    }

    fn write(self, rows: &mut Rows, out: &mut dyn Write) -> Result<Written, Fault> {
        let columns: Vec<Name> = rows.columns().to_vec();
        match self.format {
            Format::Csv => return Ok(all(csv::write(&columns, rows, out)?)),
            Format::Json => return Ok(all(json::write_array(&columns, rows, out)?)),
            Format::Jsonl => return Ok(all(json::write_lines(&columns, rows, out)?)),
            Format::Table | Format::Vertical | Format::Markdown => {}
        }
        let mut columns: Vec<String> = columns.iter().map(|column| printable(column)).collect();
        if rows.is_explained() {
            columns.pop();
        }
        let max_rows = self.max_rows.unwrap_or(usize::MAX);
        let shown = rows.by_ref().take(max_rows).collect::<Result<Vec<Row>, _>>()?;
        let is_cut = shown.len() == max_rows && rows.next().transpose()?.is_some();
        match self.format {
            Format::Markdown => markdown::write(&columns, &shown, self.max_reasons, out)?,
            Format::Vertical => vertical::write(&columns, &shown, self.max_reasons, out)?,
            _ if rows.is_explained() => argument::write(&columns, &shown, self.max_reasons, out)?,
            _ => {
                let width = io::stdout().is_terminal().then(terminal_width).flatten();
                if width.is_some_and(|width| table::is_too_wide(&columns, &shown, width)) {
                    vertical::write(&columns, &shown, self.max_reasons, out)?;
                } else {
                    writeln!(out, "{}", table::table(&columns, &shown, width))?;
                }
            }
        }
        Ok(Written { is_cut, ..all(shown.len()) })
    }

    /// Rows of what may be shown as it is, with more than one line in a cell, as a table that fits the terminal; false if this is
    /// no output for that.
    pub(crate) fn print_lines(self, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> io::Result<bool> {
        let width = io::stdout().is_terminal().then(terminal_width).flatten();
        let is_narrow = width.is_some_and(|width| !table::fits(columns.len(), table::READABLE_WIDTH, width));
        if self.format != Format::Table || is_narrow {
            return Ok(false);
        }
        say(table::of_texts(columns, rows, width))?;
        Ok(true)
    }

    /// For people: how many rows there were and what was written. Not where a program reads.
    fn remark(self, rows: &Rows, written: &Written, out: &mut dyn Write) -> Result<(), Fault> {
        let mut lines = Vec::new();
        let for_people = self.is_for_people();
        if for_people && !rows.columns().is_empty() {
            let counted = plural(written.row_count as u64, "row");
            lines.push(if written.is_cut {
                format!("the first {counted}; there are more (:rows all)")
            } else {
                counted
            });
        }
        lines.extend(summary(rows.counters()));
        lines.extend(rows.profile().map(str::to_owned));
        for line in lines {
            if for_people {
                writeln!(out, "{line}")?;
            } else {
                style::tell(&line);
            }
        }
        Ok(())
    }
}

/// A line on standard output.
pub(crate) fn say(line: impl fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

fn all(row_count: usize) -> Written {
    Written { row_count, is_cut: false, has_changed: false }
}

pub(crate) fn warning_line(warning: &Warning) -> String {
    match warning.position() {
        Some((line, column)) => {
            format!("warning[{}]: {} (line {line}, column {column})", warning.code(), warning.message())
        }
        None => format!("warning[{}]: {}", warning.code(), warning.message()),
    }
}

/// What a statement wrote, in words; `None` if nothing.
fn summary(counters: &Counters) -> Option<String> {
    let parts: Vec<String> = counters
        .entries()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{}: {count}", what.replace('_', " ")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

pub(crate) fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The columns of the terminal, as it or the environment says. Some terminals say 0 where they do not know.
pub(crate) fn terminal_width() -> Option<u16> {
    let said = comfy_table::Table::new().width().filter(|width| *width > 0);
    said.or_else(|| std::env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0))
}

/// A value as people read it: strings without quotes, what a terminal would act on as it is written in the language.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text),
        other => printable(&other.to_string()),
    }
}

/// A terminal acts on control characters, breaks lines and turns the direction of letters; text from outside must not
/// steer it, nor break a table.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            steering if steers(steering) => shown.push_str(&escaped(steering)),
            other => shown.push(other),
        }
    }
    shown
}

/// As the language writes it.
fn escaped(letter: char) -> String {
    format!("\\u{:04X}", u32::from(letter))
}

/// Control characters, separators of lines, and marks that turn the direction of what follows.
fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
