//! What a line of a graph says, as it is written: ids are those of the file.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::head::Head;
use super::parse::{json_from_str, refuse_unknown};
use super::past;
use super::rule::{self, Rule};
use super::value_from_json;
use crate::{CommitInfo, Keep, Value};

const NODE_MEMBERS: [&str; 5] = ["$type", "id", "labels", "properties", "commit"];
const REL_MEMBERS: [&str; 8] = ["$type", "id", "type", "start", "end", "properties", "state", "commit"];

/// What a line holds.
pub(super) enum Found {
    Node(Node),
    Rel(Rel),
    Rule(Rule),
    Commit(CommitInfo),
    /// How many commits are kept.
    Keep(Keep),
    /// What is said of the whole database.
    Head(Box<Head>),
}

pub(super) struct Node {
    pub id: Option<FileId>,
    pub labels: Vec<String>,
    pub properties: Vec<(String, Value)>,
    /// In which it was recorded.
    pub commit: Option<u64>,
}

pub(super) struct Rel {
    pub id: Option<FileId>,
    pub type_name: String,
    pub start: FileId,
    pub end: FileId,
    pub quoted: bool,
    pub properties: Vec<(String, Value)>,
    /// In which it was recorded.
    pub commit: Option<u64>,
}

/// What stands for an element within a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileId {
    Number(u64),
    Text(String),
}

/// What a line holds; `None` for an empty one.
pub(super) fn read_line(text: &[u8]) -> Result<Option<Found>, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let Json::Object(object) = json_from_str(text).map_err(|error| error.to_string())? else {
        return Err("an element is an object".to_owned());
    };
    match object.get("$type").map_or(Some(unsaid(&object)), Json::as_str) {
        Some("node") => node(object).map(Some),
        Some("relationship") => rel(object).map(Some),
        Some("index") => rule::index(&object).map(Found::Rule).map(Some),
        Some("constraint") => rule::constraint(&object).map(Found::Rule).map(Some),
        Some("commit") => past::commit(&object).map(Found::Commit).map(Some),
        Some("history") => past::keep(&object).map(Found::Keep).map(Some),
        Some("database") => Head::from_json(&object).map(|head| Some(Found::Head(Box::new(head)))),
        _ => {
            let known = "`node`, `relationship`, `index`, `constraint`, `commit`, `history` or `database`";
            Err(format!("`$type` must be {known}"))
        }
    }
}

/// What an element is that does not say it: one that has an end, or a type, is a relationship.
fn unsaid(object: &Map<String, Json>) -> &'static str {
    let is_drawn = ["start", "end", "type"].iter().any(|member| object.contains_key(*member));
    if is_drawn { "relationship" } else { "node" }
}

fn node(mut object: Map<String, Json>) -> Result<Found, String> {
    refuse_unknown(&object, "a node", &NODE_MEMBERS)?;
    if object.is_empty() {
        return Err("an element says something of itself; a node without anything is {\"$type\":\"node\"}".to_owned());
    }
    Ok(Found::Node(Node {
        id: file_id(object.get("id"), "id")?,
        commit: past::commit_number(&object, "commit")?,
        labels: match object.remove("labels") {
            None => Vec::new(),
            Some(labels) => serde_json::from_value(labels).map_err(|_| "`labels` must be a list of strings")?,
        },
        properties: properties(&mut object)?,
    }))
}

fn rel(mut object: Map<String, Json>) -> Result<Found, String> {
    refuse_unknown(&object, "a relationship", &REL_MEMBERS)?;
    let end = |key: &str| file_id(object.get(key), key)?.ok_or(format!("a relationship has a `{key}`"));
    Ok(Found::Rel(Rel {
        id: file_id(object.get("id"), "id")?,
        commit: past::commit_number(&object, "commit")?,
        start: end("start")?,
        end: end("end")?,
        type_name: match object.get("type") {
            Some(Json::String(name)) => name.clone(),
            _ => return Err("`type` must be the name of a relationship type".to_owned()),
        },
        quoted: match object.get("state").map(Json::as_str) {
            None | Some(Some("asserted")) => false,
            Some(Some("quoted")) => true,
            Some(_) => return Err("`state` must be `asserted` or `quoted`".to_owned()),
        },
        properties: properties(&mut object)?,
    }))
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileId::Number(number) => number.fmt(f),
            FileId::Text(text) => write!(f, "`{text}`"),
        }
    }
}

fn file_id(json: Option<&Json>, key: &str) -> Result<Option<FileId>, String> {
    match json {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(FileId::Text(text.clone()))),
        Some(Json::Number(number)) => match number.as_u64() {
            Some(number) => Ok(Some(FileId::Number(number))),
            None => Err(format!("`{key}` must be a whole number from 0 or a string")),
        },
        Some(_) => Err(format!("`{key}` must be a whole number from 0 or a string")),
    }
}

fn properties(object: &mut Map<String, Json>) -> Result<Vec<(String, Value)>, String> {
    match object.remove("properties") {
        None => Ok(Vec::new()),
        Some(Json::Object(entries)) => entries
            .into_iter()
            .map(|(key, json)| match value_from_json(&json) {
                Ok(value) => Ok((key, value)),
                Err(error) => Err(format!("property `{key}`: {error}")),
            })
            .collect(),
        Some(_) => Err("`properties` must be an object".to_owned()),
    }
}
