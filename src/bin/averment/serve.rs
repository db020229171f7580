//! JSON Lines on standard input and output: one request a line, one response a line.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use averment::format::{AsJson, json_from_str, value_from_json};
use averment::{Database, Error, Params, Phase, Row, Rows, Statement, TableProcedure, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::source::BYTE_ORDER_MARK;
use crate::{Fault, source};

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
    let read = std::str::from_utf8(line).map_err(|error| error.to_string());
    let read = read.and_then(|text| serde_json::from_str::<Members>(text).map_err(|error| error.to_string()));
    match read {
        Err(message) => {
            write_response(db, RawValue::NULL, refusal(&format!("a request is a JSON object: {message}")), out)
        }
        Ok(Members(members)) => {
            let id = members.get("id").copied().unwrap_or(RawValue::NULL);
            let answer = Request::read(&members).map_or_else(|message| refusal(&message), |parsed| parsed.answer(db));
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

/// A request whose members are all understood.
struct Request {
    reset: bool,
    procedure: Option<TableProcedure>,
    query: Option<(Statement, Params)>,
}

impl Request {
    fn read(members: &BTreeMap<String, &RawValue>) -> Result<Self, String> {
        const MEMBERS: [&str; 7] = ["id", "query", "params", "graph", "procedure", "author", "message"];
        if let Some(unknown) = members.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            return Err(format!("unknown member `{unknown}`; there are {}", MEMBERS.join(", ")));
        }
        match members.get("id").and_then(|id| id.get().bytes().next()) {
            Some(b'"' | b'-' | b'0'..=b'9') => {}
            _ => return Err("`id` must be a number or a string".to_owned()),
        }
        let member = |name: &str| members.get(name).map(|text| read_member(name, text)).transpose();
        let reset = match member("graph")? {
            None => false,
            Some(Json::String(word)) if word == "reset" => true,
            Some(_) => return Err("`graph` must be \"reset\"".to_owned()),
        };
        let procedure = member("procedure")?.as_ref().map(read_procedure).transpose()?;
        let params = read_params(member("params")?.as_ref())?;
        let query = match member("query")? {
            Some(Json::String(text)) => {
                let statement = said(Statement::from(text), member("author")?, member("message")?)?;
                Some((statement, params))
            }
            Some(_) => return Err("`query` must be a string".to_owned()),
            None if reset || procedure.is_some() => None,
            None => return Err("`query` is missing".to_owned()),
        };
        Ok(Self { reset, procedure, query })
    }

    /// A fault of the engine itself is the answer to its request, and no end of the process and of the graph in it: what
    /// the statement had written is undone as for any other.
    fn answer(self, db: &Database) -> Answer {
        let answered = panic::catch_unwind(AssertUnwindSafe(|| self.run(db)));
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

    fn run(self, db: &Database) -> Result<Answer, Error> {
        db.refresh()?;
        if self.reset {
            db.reset()?;
        }
        if let Some(procedure) = self.procedure {
            db.register(procedure)?;
        }
        match self.query {
            Some((statement, params)) => answered(db.query(statement, params)?),
            None => Ok(tabled(Table::default(), json!([]), json!({}))),
        }
    }
}

/// The statement with what a request says of the commit that it makes.
fn said(statement: Statement, author: Option<Json>, message: Option<Json>) -> Result<Statement, String> {
    let text = |name: &str, member: Option<Json>| match member {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be a string")),
    };
    let (author, message) = (text("author", author)?, text("message", message)?);
    let statement = match author {
        Some(author) => statement.author(author),
        None => statement,
    };
    Ok(match message {
        Some(message) => statement.message(message),
        None => statement,
    })
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

fn read_member(name: &str, text: &RawValue) -> Result<Json, String> {
    json_from_str(text.get()).map_err(|error| format!("`{name}`: {error}"))
}

fn read_params(params: Option<&Json>) -> Result<Params, String> {
    let mut read = Params::new();
    match params {
        None => {}
        Some(Json::Object(entries)) => {
            for (name, value) in entries {
                read.insert(name, value_from_json(value).map_err(|error| format!("parameter `{name}`: {error}"))?);
            }
        }
        Some(_) => return Err("`params` must be an object".to_owned()),
    }
    Ok(read)
}

fn read_procedure(json: &Json) -> Result<TableProcedure, String> {
    let fault = || "`procedure` needs `name`, `inputs`, `outputs` and `rows`".to_owned();
    let fields = |name: &str| -> Result<Vec<(&str, &str)>, String> {
        let list = json.get(name).and_then(Json::as_array).ok_or_else(fault)?;
        list.iter()
            .map(|pair| match pair.as_array().map(Vec::as_slice) {
                Some([Json::String(name), Json::String(type_name)]) => Ok((name.as_str(), type_name.as_str())),
                _ => Err(fault()),
            })
            .collect()
    };
    let rows = json.get("rows").and_then(Json::as_array).ok_or_else(fault)?;
    let name = json.get("name").and_then(Json::as_str).ok_or_else(fault)?;
    let rows = rows.iter().map(read_row).collect::<Result<_, _>>()?;
    Ok(TableProcedure::new(name, &fields("inputs")?, &fields("outputs")?, rows))
}

fn read_row(row: &Json) -> Result<Vec<Value>, String> {
    let cells = row.as_array().ok_or_else(|| "a row of `procedure` must be an array".to_owned())?;
    cells.iter().map(|cell| value_from_json(cell).map_err(|error| error.to_string())).collect()
}

/// The members of an object as they are written, none of them twice.
struct Members<'t>(BTreeMap<String, &'t RawValue>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = BTreeMap<String, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, text)) = entries.next_entry::<String, &RawValue>()? {
            if members.contains_key(&name) {
                return Err(de::Error::custom(format!("the member `{name}` is there twice")));
            }
            members.insert(name, text);
        }
        Ok(members)
    }
}
