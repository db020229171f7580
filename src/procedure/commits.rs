//! `SHOW COMMITS`: the log, newest first.

use std::sync::Arc;

use super::database::graph;
use super::show::number;
use crate::function::{Answer, Field, Procedure, Registry};
use crate::storage::{History, LogEntry};
use crate::value::{Name, Type, Value};

pub(super) fn register(registry: &mut Registry, history: &Arc<History>) {
    let history = Arc::clone(history);
    registry.add_procedure(Procedure {
        name: Name::from("show.commits"),
        inputs: Vec::new(),
        outputs: [
            ("number", Type::Integer),
            ("time", Type::DateTime),
            ("author", Type::String),
            ("message", Type::String),
            ("changes", Type::Integer),
            ("kept", Type::Boolean),
        ]
        .map(|(name, value_type)| Field::nullable(name, value_type))
        .to_vec(),
        summary: "the answer to SHOW".to_owned(),
        body: Arc::new(move |host, _| {
            let (log, kept) = (graph(host).log().clone(), history.lock().numbers());
            let is_kept = move |number: u64| kept.binary_search(&number).is_ok();
            // Rows are made as they are asked for: a log may be long.
            let places = (0..log.len()).rev();
            Ok(Answer::of(places.filter_map(move |place| log.get(place).map(|entry| row(entry, &is_kept)))))
        }),
    });
}

fn row(entry: &LogEntry, is_kept: impl Fn(u64) -> bool) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    vec![
        number(entry.commit.number),
        entry.commit.time().map_or(Value::Null, Value::DateTime),
        text(entry.author()),
        text(entry.message()),
        number(entry.changes),
        Value::Boolean(is_kept(entry.commit.number)),
    ]
}
