//! What is told to the program that started this one.

use averment::Value;
use averment::format::value_to_json;
use serde_json::Value as Json;

use crate::query::Answer;

/// A line; standard output hands it on at its end.
pub(crate) fn say(line: &Json) {
    println!("@{line}");
}

/// Rows as they were answered, so that the other side holds them against those of others.
pub(crate) fn rows(answers: &[Answer]) -> Json {
    let row_as_json = |row: &Vec<Value>| row.iter().map(value_to_json).collect::<Json>();
    answers.iter().map(|rows| rows.iter().map(row_as_json).collect::<Json>()).collect()
}
