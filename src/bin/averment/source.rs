//! Where statements and graphs come from.

use std::fs;
use std::io::{self, Read};

use averment::{Database, fixtures};

use crate::Fault;

/// The most bytes that are read of a statement or a script.
const MAX_INPUT_BYTES: u64 = 1 << 30;

/// The graph of a script, an empty one for `:memory:`, or the built-in fixtures.
pub(crate) fn open(database: Option<&str>) -> Result<Database, Fault> {
    let db = Database::in_memory();
    match database {
        None => fixtures::load_all(&db)?,
        Some(":memory:") => {}
        Some(script) => {
            db.run(&read_file(script)?)?;
        }
    }
    Ok(db)
}

/// The text of a statement given as an argument, or by `-`.
pub(crate) fn statement(argument: &str) -> Result<String, Fault> {
    if argument == "-" { read_input() } else { Ok(argument.to_owned()) }
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read_file(path: &str) -> Result<String, Fault> {
    if path == "-" {
        return read_input();
    }
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    read_text(file, path)
}

/// The text on standard input.
pub(crate) fn read_input() -> Result<String, Fault> {
    read_text(io::stdin().lock(), "standard input")
}

fn read_text(input: impl Read, name: &str) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    input.take(MAX_INPUT_BYTES).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        Fault::Input { code: "invalid-utf-8", message: format!("{name} is not UTF-8 text: byte {at}, on line {line}") }
    })
}

fn unreadable(name: &str, error: &io::Error) -> Fault {
    Fault::Input { code: "io", message: format!("cannot read {name}: {error}") }
}
