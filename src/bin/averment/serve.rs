//! JSON Lines on standard input and output: one request a line, one response a line.

mod request;

use std::io::{self, BufRead, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use averment::format::AsJson;
use averment::{Database, Error, Phase, Row, Rows, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::source::BYTE_ORDER_MARK;
use crate::{Fault, source};

use request::{Line, Request};

/// The most bytes of one request.
const MAX_REQUEST_BYTES: u64 = 256 << 20;

/// Answers requests until the input ends.
pub(crate) fn run(db: &Database) -> Result<ExitCode, Fault> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let length = input.by_ref().take(MAX_REQUEST_BYTES).read_until(b'\n', &mut line);
        if length.map_err(|error| source::unreadable("standard input", &error))? == 0 {
            break;
        }
        if number == 1 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let whole = line.ends_with(b"\n") || (line.len() as u64) < MAX_REQUEST_BYTES;
        if whole {
            respond(db, &line, &mut output)?;
        } else {
            skip_rest(&mut input)?;
            let message = format!("a request has at most {MAX_REQUEST_BYTES} bytes");
            write_response(db, RawValue::NULL, refusal(&message), &mut output)?;
        }
        output.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Drops the rest of a line that is too long.
fn skip_rest(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (found, length) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (true, at + 1),
            None => (buffer.is_empty(), buffer.len()),
        };
        input.consume(length);
        if found {
            return Ok(());
        }
    }
}

fn respond(db: &Database, line: &[u8], out: &mut impl Write) -> io::Result<()> {
    match Line::read(line) {
        Err(message) => write_response(db, RawValue::NULL, refusal(&message), out),
        Ok(Line { id, request }) => {
            let answer = request.map_or_else(|message| refusal(&message), |request| answer(request, db));
            write_response(db, id, answer, out)
        }
    }
}

/// One line; the id is that of the request byte for byte. What tells no commit of its own, as an error, tells the last
/// one: batches of a statement that has failed may stand.
fn write_response(db: &Database, id: &RawValue, mut answer: Answer, out: &mut impl Write) -> io::Result<()> {
    answer.members.entry("commit").or_insert_with(|| json!(db.commit_number()));
    let mut serializer = serde_json::Serializer::new(&mut *out);
    let mut object = serializer.serialize_map(None)?;
    object.serialize_entry("id", id)?;
    answer.members.iter().try_for_each(|(name, member)| object.serialize_entry(name, member))?;
    if let Some(Table { rows, width, is_explained }) = &answer.table {
        object.serialize_entry("rows", &Each(|| rows.iter().map(|row| Cells(&row.values()[..*width]))))?;
        if *is_explained {
            object.serialize_entry("why", &Each(|| rows.iter().map(|row| AsJson(&row.values()[*width]))))?;
        }
    }
    object.end()?;
    out.write_all(b"\n")
}

/// What a request is answered by.
#[derive(Default)]
struct Answer {
    members: Map<String, Json>,
    /// Written row by row: as a second form, beside itself, it could be too large.
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    /// How many columns there are before the argument.
    width: usize,
    is_explained: bool,
}

/// A list that is written as it is made.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

struct Cells<'r>(&'r [Value]);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(AsJson))
    }
}

/// A fault of the engine itself is the answer to its request, and no end of the process and of the graph in it: what
/// the statement had written is undone as for any other.
fn answer(request: Request, db: &Database) -> Answer {
    let answered = panic::catch_unwind(AssertUnwindSafe(|| run_request(request, db)));
    let error = match answered {
        Ok(Ok(answer)) => return answer,
        Ok(Err(error)) => error_to_json(&error),
        Err(_) => json!({
            "type": "InternalError", "phase": "runtime", "code": "Panic",
            "message": "the engine failed at this statement, which a report would help to mend",
        }),
    };
    failure(error)
}

fn run_request(request: Request, db: &Database) -> Result<Answer, Error> {
    db.refresh()?;
    if request.reset {
        db.reset()?;
    }
    if let Some(procedure) = request.procedure {
        db.register(procedure)?;
    }
    match request.query {
        Some((statement, params)) => answered(db.query(statement, params)?),
        None => Ok(tabled(Table::default(), json!([]), json!({}))),
    }
}

fn tabled(table: Table, columns: Json, stats: Json) -> Answer {
    let members = [("columns", columns), ("stats", stats)];
    let members = members.map(|(name, member)| (name.to_owned(), member)).into_iter().collect();
    Answer { members, table: Some(table) }
}

fn answered(rows: Rows) -> Result<Answer, Error> {
    let mut rows = rows.complete()?;
    let is_explained = rows.is_explained();
    let width = rows.columns().len() - usize::from(is_explained);
    let table = Table { rows: rows.by_ref().collect::<Result<_, _>>()?, width, is_explained };
    let columns: Vec<&str> = rows.columns().iter().take(width).map(averment::Name::as_str).collect();
    let stats: Map<String, Json> = rows
        .counters()
        .entries()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect();
    let mut answer = tabled(table, json!(columns), Json::Object(stats));
    let members = &mut answer.members;
    members.insert("commit".to_owned(), json!(rows.commit_number()));
    if let Some(profile) = rows.profile() {
        members.insert("profile".to_owned(), json!(profile));
    }
    let warnings: Vec<Json> = rows
        .warnings()
        .iter()
        .map(|warning| {
            let (line, column) = warning.position().unzip();
            json!({ "code": warning.code(), "message": warning.message(), "line": line, "column": column })
        })
        .collect();
    if !warnings.is_empty() {
        members.insert("warnings".to_owned(), Json::Array(warnings));
    }
    Ok(answer)
}

fn error_to_json(error: &Error) -> Json {
    let phase = match error.phase() {
        Phase::Compile => "compile",
        _ => "runtime",
    };
    let mut json = json!({
        "type": error.kind().name(),
        "phase": phase,
        "code": error.detail(),
        "message": error.message(),
    });
    if let Some((line, column)) = error.position() {
        json["line"] = json!(line);
        json["column"] = json!(column);
    }
    if let Some(help) = error.help() {
        json["help"] = json!(help);
    }
    json
}

fn refusal(message: &str) -> Answer {
    failure(json!({ "type": "ArgumentError", "phase": "compile", "code": "InvalidRequest", "message": message }))
}

fn failure(error: Json) -> Answer {
    Answer { members: Map::from_iter([("error".to_owned(), error)]), table: None }
}
