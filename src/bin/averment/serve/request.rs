//! A request: from a line to what it asks for, or to what is wrong with it.
//!
//! This knows no database, and no more of the crate than everybody does.

use std::collections::BTreeMap;
use std::fmt;

use averment::format::{json_from_str, value_from_json};
use averment::{Params, Statement, TableProcedure, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

/// A line that is a JSON object.
pub(crate) struct Line<'l> {
    /// That of the request, byte for byte.
    pub(crate) id: &'l RawValue,
    pub(crate) request: Result<Request, String>,
}

impl<'l> Line<'l> {
    /// # Errors
    ///
    /// What is wrong with a line that is none.
    pub(crate) fn read(line: &'l [u8]) -> Result<Self, String> {
        let read = std::str::from_utf8(line).map_err(|error| error.to_string());
        let read = read.and_then(|text| serde_json::from_str::<Members>(text).map_err(|error| error.to_string()));
        let Members(members) = read.map_err(|message| format!("a request is a JSON object: {message}"))?;
        let id = members.get("id").copied().unwrap_or(RawValue::NULL);
        Ok(Self { id, request: Request::read(&members) })
    }
}

/// A request whose members are all understood.
pub(crate) struct Request {
    pub(crate) reset: bool,
    pub(crate) procedure: Option<TableProcedure>,
    pub(crate) query: Option<(Statement, Params)>,
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
