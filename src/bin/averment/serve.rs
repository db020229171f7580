//! JSON Lines on standard input and output: one request a line, one response a line.

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use averment::format::{value_from_json, value_to_json};
use averment::{Database, Error, Params, Phase, Rows, TableProcedure, Value};
use serde_json::{Map, Value as Json, json};

use crate::Fault;

/// The most bytes of one request.
const MAX_REQUEST_BYTES: u64 = 256 << 20;

/// Answers requests until the input ends.
pub(crate) fn run(db: &Database) -> Result<ExitCode, Fault> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MAX_REQUEST_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let whole = line.ends_with(b"\n") || (line.len() as u64) < MAX_REQUEST_BYTES;
        let response = if whole { respond(db, &line) } else { skip_rest(&mut input)? };
        serde_json::to_writer(&mut output, &response).map_err(io::Error::from)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

/// Drops the rest of a line that is too long.
fn skip_rest(input: &mut impl BufRead) -> Result<Json, Fault> {
    loop {
        let buffer = input.fill_buf()?;
        let (found, length) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (true, at + 1),
            None => (buffer.is_empty(), buffer.len()),
        };
        input.consume(length);
        if found {
            return Ok(refusal(&Json::Null, &format!("a request has at most {MAX_REQUEST_BYTES} bytes")));
        }
    }
}

fn respond(db: &Database, line: &[u8]) -> Json {
    let request = match serde_json::from_slice::<Json>(line) {
        Ok(Json::Object(request)) => request,
        Ok(_) => return refusal(&Json::Null, "a request is a JSON object"),
        Err(error) => return refusal(&Json::Null, &format!("a request is a JSON object: {error}")),
    };
    let id = request.get("id").cloned().unwrap_or(Json::Null);
    match Request::read(&request) {
        Ok(parsed) => parsed.answer(db, &id),
        Err(message) => refusal(&id, &message),
    }
}

/// A request whose members are all understood.
struct Request {
    reset: bool,
    procedure: Option<TableProcedure>,
    query: Option<(String, Params)>,
}

impl Request {
    fn read(request: &Map<String, Json>) -> Result<Self, String> {
        const MEMBERS: [&str; 5] = ["id", "query", "params", "graph", "procedure"];
        if let Some(unknown) = request.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            return Err(format!("unknown member `{unknown}`; there are {}", MEMBERS.join(", ")));
        }
        match request.get("id") {
            Some(Json::String(_) | Json::Number(_)) => {}
            _ => return Err("`id` must be a number or a string".to_owned()),
        }
        let reset = match request.get("graph") {
            None => false,
            Some(Json::String(word)) if word == "reset" => true,
            Some(_) => return Err("`graph` must be \"reset\"".to_owned()),
        };
        let procedure = request.get("procedure").map(read_procedure).transpose()?;
        let params = read_params(request.get("params"))?;
        let query = match request.get("query") {
            Some(Json::String(text)) => Some((text.clone(), params)),
            Some(_) => return Err("`query` must be a string".to_owned()),
            None if reset || procedure.is_some() => None,
            None => return Err("`query` is missing".to_owned()),
        };
        Ok(Self { reset, procedure, query })
    }

    fn answer(self, db: &Database, id: &Json) -> Json {
        match self.run(db) {
            Ok(mut answer) => {
                answer["id"] = id.clone();
                answer
            }
            Err(error) => json!({ "id": id, "error": error_to_json(&error) }),
        }
    }

    fn run(self, db: &Database) -> Result<Json, Error> {
        if self.reset {
            db.reset()?;
        }
        if let Some(procedure) = self.procedure {
            db.register(procedure)?;
        }
        match self.query {
            Some((text, params)) => rows_to_json(db.query(text, params)?),
            None => Ok(json!({ "columns": [], "rows": [], "stats": {} })),
        }
    }
}

fn rows_to_json(rows: Rows) -> Result<Json, Error> {
    let mut rows = rows.complete()?;
    let mut values = Vec::new();
    for row in rows.by_ref() {
        values.push(Json::Array(row?.values().iter().map(value_to_json).collect()));
    }
    let columns: Vec<&str> = rows.columns().iter().map(averment::Name::as_str).collect();
    let stats: Map<String, Json> = rows
        .counters()
        .entries()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect();
    let mut answer = json!({ "columns": columns, "rows": values, "stats": stats, "commit": rows.commit_number() });
    if let Some(profile) = rows.profile() {
        answer["profile"] = json!(profile);
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
        answer["warnings"] = Json::Array(warnings);
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

fn refusal(id: &Json, message: &str) -> Json {
    json!({
        "id": id,
        "error": { "type": "ArgumentError", "phase": "compile", "code": "InvalidRequest", "message": message },
    })
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
    let fields = |name: &str| -> Result<Vec<(String, String)>, String> {
        let list = json.get(name).and_then(Json::as_array).ok_or_else(fault)?;
        list.iter()
            .map(|pair| match pair.as_array().map(Vec::as_slice) {
                Some([Json::String(name), Json::String(type_name)]) => Ok((name.clone(), type_name.clone())),
                _ => Err(fault()),
            })
            .collect()
    };
    let rows = json.get("rows").and_then(Json::as_array).ok_or_else(fault)?;
    Ok(TableProcedure {
        name: json.get("name").and_then(Json::as_str).ok_or_else(fault)?.to_owned(),
        inputs: fields("inputs")?,
        outputs: fields("outputs")?,
        rows: rows.iter().map(read_row).collect::<Result<_, _>>()?,
    })
}

fn read_row(row: &Json) -> Result<Vec<Value>, String> {
    let cells = row.as_array().ok_or_else(|| "a row of `procedure` must be an array".to_owned())?;
    cells.iter().map(|cell| value_from_json(cell).map_err(|error| error.to_string())).collect()
}
