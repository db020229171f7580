//! Answers of `query` and `run`, on standard output; warnings on standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use averment::format::value_from_json;
use averment::{Counters, Database, Params, Row, Rows, Value, Warning};

use crate::Fault;
use crate::table::table;

/// Answers one statement.
pub(crate) fn query(db: &Database, text: &str, params: &[String]) -> Result<ExitCode, Fault> {
    print(db.query(text, read_params(params)?)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a script in one transaction and prints each answer that has columns.
pub(crate) fn run_script(db: &Database, script: &str) -> Result<ExitCode, Fault> {
    for rows in db.run(script)? {
        print(rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an answer: the rows if it has columns, then what was written.
pub(crate) fn print(mut rows: Rows) -> Result<usize, Fault> {
    let columns: Vec<String> = rows.columns().iter().map(ToString::to_string).collect();
    let all = rows.by_ref().collect::<Result<Vec<Row>, _>>()?;
    let mut out = io::stdout().lock();
    if !columns.is_empty() {
        let width = io::stdout().is_terminal().then(terminal_width).flatten();
        writeln!(out, "{}", table(&columns, &all, width))?;
        writeln!(out, "{}", plural(all.len() as u64, "row"))?;
    }
    if let Some(summary) = summary(rows.counters()) {
        writeln!(out, "{summary}")?;
    }
    if let Some(profile) = rows.profile() {
        writeln!(out, "{profile}")?;
    }
    out.flush()?;
    for warning in rows.warnings() {
        eprintln!("{}", warning_line(warning));
    }
    Ok(all.len())
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
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{}: {count}", what.replace('_', " ")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The columns of the terminal, as it or the environment says. Some terminals say 0 where they do not know.
fn terminal_width() -> Option<u16> {
    let said = comfy_table::Table::new().width().filter(|width| *width > 0);
    said.or_else(|| std::env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0))
}

fn read_params(params: &[String]) -> Result<Params, Fault> {
    let mut read = Params::new();
    for param in params {
        let (name, text) = param.split_once('=').ok_or_else(|| Fault::Input {
            code: "invalid-parameter",
            message: format!("`{param}` is not NAME=VALUE"),
        })?;
        let value = match serde_json::from_str(text) {
            Ok(json) => value_from_json(&json)
                .map_err(|error| Fault::Input { code: "invalid-parameter", message: format!("`{param}`: {error}") })?,
            Err(_) => Value::from(text),
        };
        read.insert(name, value);
    }
    Ok(read)
}
