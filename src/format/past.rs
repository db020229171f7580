//! The commits of a graph as lines: the log, and how many of them are kept.

use serde_json::{Map, Value as Json, json};

use super::parse::refuse_unknown;
use crate::{CommitInfo, DateTime, Keep};

const HISTORY_MEMBERS: [&str; 2] = ["$type", "keep"];
const COMMIT_MEMBERS: [&str; 6] = ["$type", "number", "time", "author", "message", "changes"];

/// The line that says how many commits are kept.
pub(super) fn keep_to_json(keep: Keep) -> Json {
    match keep {
        Keep::All => json!({ "$type": "history", "keep": "all" }),
        Keep::Last(count) => json!({ "$type": "history", "keep": count }),
    }
}

pub(super) fn keep(object: &Map<String, Json>) -> Result<Keep, String> {
    refuse_unknown(object, "the history", &HISTORY_MEMBERS)?;
    match object.get("keep") {
        Some(Json::String(all)) if all == "all" => Ok(Keep::All),
        Some(Json::Number(count)) if count.as_u64().is_some_and(|count| count > 0) => {
            Ok(Keep::Last(count.as_u64().unwrap_or(1)))
        }
        _ => Err("`keep` must be \"all\" or how many commits are kept, from 1".to_owned()),
    }
}

pub(super) fn commit_to_json(commit: &CommitInfo) -> Json {
    let mut object = json!({
        "$type": "commit",
        "number": commit.number(),
        "time": commit.time().to_string(),
        "changes": commit.changes(),
    });
    for (member, text) in [("author", commit.author()), ("message", commit.message())] {
        if let Some(text) = text {
            object[member] = json!(text);
        }
    }
    object
}

pub(super) fn commit(object: &Map<String, Json>) -> Result<CommitInfo, String> {
    refuse_unknown(object, "a commit", &COMMIT_MEMBERS)?;
    let time = match object.get("time") {
        Some(Json::String(text)) => DateTime::parse(text).ok_or(format!("`{text}` is no time of a commit"))?,
        _ => return Err("`time` must be a text, as \"2021-12-10T09:08:07.123456Z\"".to_owned()),
    };
    let number = commit_number(object, "number")?.ok_or("a commit has a `number`")?;
    let changes = match object.get("changes") {
        None => 0,
        Some(count) => count.as_u64().ok_or("`changes` must be a whole number from 0")?,
    };
    let (author, message) = (text(object, "author")?, text(object, "message")?);
    CommitInfo::from_elsewhere(number, &time, changes, author, message).map_err(|error| error.to_string())
}

/// The number of a commit in a member that may be left out.
pub(super) fn commit_number(object: &Map<String, Json>, member: &str) -> Result<Option<u64>, String> {
    match object.get(member) {
        None => Ok(None),
        Some(number) => number.as_u64().map(Some).ok_or(format!("`{member}` must be the number of a commit")),
    }
}

fn text<'o>(object: &'o Map<String, Json>, member: &str) -> Result<&'o str, String> {
    match object.get(member) {
        None => Ok(""),
        Some(Json::String(text)) => Ok(text),
        Some(_) => Err(format!("`{member}` must be a text")),
    }
}
