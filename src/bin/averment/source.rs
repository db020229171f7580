//! Where statements and graphs come from.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::Path;

use averment::format::GraphError;
use averment::{Database, Limits, LostTail, Options, Rows, WriteTransaction, fixtures, sanctions};

use crate::{Fault, style};

/// The most bytes that are read of a statement or a script.
const MAX_INPUT_BYTES: u64 = 1 << 30;

/// What some programs put at the head of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How databases are opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opening {
    pub options: Options,
    /// They hold for what is asked of a database, not for loading it.
    pub limits: Limits,
    /// Of databases in folders.
    pub is_read_only: bool,
}

/// How databases are opened whose statements may read these files: what `--files` says, or else `unless_said`.
pub(crate) fn with_files(options: Options, files: Option<&Path>, unless_said: fn(Options) -> Options) -> Options {
    match files {
        None => unless_said(options),
        Some(none) if none == Path::new("none") => options,
        Some(folder) => options.files_below(folder),
    }
}

/// The database that a name stands for; see the help.
pub(crate) fn open(name: Option<&str>, opening: &Opening) -> Result<Database, Fault> {
    let unlimited = opening.options.clone().limits(Limits::unlimited());
    let db = match name {
        Some(folder) if Path::new(folder).is_dir() => {
            if opening.is_read_only {
                unlimited.open_read_only(folder)?
            } else {
                open_folder(Path::new(folder), unlimited)?
            }
        }
        _ => in_memory(unlimited, name)?,
    };
    sanctions::register(&db)?;
    Ok(db.with_limits(opening.limits.clone()))
}

/// A database in memory, with the fixtures or what a name stands for.
fn in_memory(options: Options, name: Option<&str>) -> Result<Database, Fault> {
    let db = options.in_memory();
    match name {
        Some(":memory:") => {}
        Some(name) => load_named(&db, name)?,
        None => fixtures::load_all(&db)?,
    }
    Ok(db)
}

/// A database in a folder; what a crash has left of it is told.
pub(crate) fn open_folder(folder: &Path, options: Options) -> Result<Database, Fault> {
    let db = options.open(folder)?;
    if let Some(lost) = db.lost_tail() {
        let LostTail { file, offset, len_bytes, .. } = lost;
        let (last, folder) = (db.commit_number(), folder.display());
        let told = format!(
            "warning[lost-tail]: {folder}: the last {len_bytes} bytes of {file}, from byte {offset} on, were no commit that was \
             acknowledged, and are cut off; commit {last} is the last one"
        );
        style::tell(&style::report(&told, style::on_errors()));
    }
    Ok(db)
}

/// Makes a database in a folder with these graphs, each a commit.
pub(crate) fn create(folder: &Path, graphs: &[String], options: &Options) -> Result<(), Fault> {
    let db = options.clone().limits(Limits::unlimited()).create(folder)?;
    graphs.iter().try_for_each(|name| load_named(&db, name))
}

/// Adds what a name stands for: a file, or `fixture:NAME`.
fn load_named(db: &Database, name: &str) -> Result<(), Fault> {
    match name.strip_prefix("fixture:") {
        Some(fixture) => Ok(fixtures::load(db, fixture)?),
        None => load(db, name).map(drop),
    }
}

/// Adds the graph of a file to a database, as [`add`] does.
pub(crate) fn load(db: &Database, path: &str) -> Result<Vec<Rows>, Fault> {
    if db.is_read_only() && !is_json_lines(Path::new(path)) {
        return Ok(db.run(&read_file(path)?)?);
    }
    let mut transaction = db.write()?;
    transaction.set_message(path)?;
    let answers = add(&mut transaction, path)?;
    transaction.commit()?;
    Ok(answers)
}

/// Adds the graph of a file, all or none: JSON Lines or a script, by the end of its name. Gives what a script answers.
pub(crate) fn add(transaction: &mut WriteTransaction, path: &str) -> Result<Vec<Rows>, Fault> {
    if is_json_lines(Path::new(path)) {
        let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
        transaction.load_jsonl(BufReader::new(file)).map_err(|error| graph_fault(path, error))?;
        return Ok(Vec::new());
    }
    Ok(transaction.run(&read_file(path)?)?)
}

/// Whether a file is a graph as JSON Lines, by the end of its name.
pub(crate) fn is_json_lines(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl" || extension == "ndjson")
}

pub(crate) fn graph_fault(path: &str, error: GraphError) -> Fault {
    match error {
        GraphError::Query(error) => Fault::Statement(error),
        GraphError::Io(error) => unreadable(path, &error),
        // A line, which it names.
        fault => Fault::Input { code: "invalid-graph", message: format!("{path}, {fault}") },
    }
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
    input.take(MAX_INPUT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        let message = format!("{name} has more than {MAX_INPUT_BYTES} bytes");
        return Err(Fault::Input { code: "input-too-long", message });
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        Fault::Input { code: "invalid-utf-8", message: format!("{name} is not UTF-8 text: byte {at}, on line {line}") }
    })
}

pub(crate) fn unwritable(name: &str, error: &io::Error) -> Fault {
    Fault::Input { code: "io", message: format!("cannot write {name}: {error}") }
}

pub(crate) fn unreadable(name: &str, error: &io::Error) -> Fault {
    Fault::Input { code: "io", message: format!("cannot read {name}: {error}") }
}
