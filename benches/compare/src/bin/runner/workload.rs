//! The graph of a workload: a file of comma-separated values for each label and for each type.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use averment::Value;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::Failure;

pub(crate) struct Workload {
    folder: PathBuf,
    tables: Tables,
}

#[derive(Deserialize)]
struct Tables {
    /// The columns of each label; the first is the id by which relationships name a node.
    #[serde(default)]
    nodes: BTreeMap<String, Vec<Column>>,
    /// The label at the start, the one at the end, and the columns behind those two ids.
    #[serde(default)]
    rels: BTreeMap<String, (String, String, Vec<Column>)>,
    /// Label and key of what is looked up by something else than its id.
    #[serde(default = "names_of_entities")]
    names: Vec<(String, String)>,
}

fn names_of_entities() -> Vec<(String, String)> {
    vec![("Entity".to_owned(), "name".to_owned())]
}

/// Its name and its type.
#[derive(Deserialize)]
pub(crate) struct Column(pub String, Kind);

#[derive(Clone, Copy, Deserialize)]
enum Kind {
    #[serde(rename = "INT64")]
    Integer,
    #[serde(rename = "DOUBLE")]
    Float,
    #[serde(rename = "STRING")]
    Text,
}

impl Workload {
    pub(crate) fn read(folder: &Path, argument: &Json) -> Result<Self, Failure> {
        Ok(Self { folder: folder.to_owned(), tables: Tables::deserialize(argument)? })
    }

    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &[Column])> {
        self.tables.nodes.iter().map(|(label, columns)| (label.as_str(), columns.as_slice()))
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &[Column])> {
        self.tables.rels.iter().map(|(rel_type, (_, _, columns))| (rel_type.as_str(), columns.as_slice()))
    }

    pub(crate) fn looked_up(&self) -> &[(String, String)] {
        &self.tables.names
    }

    pub(crate) fn nodes_file(&self, label: &str) -> PathBuf {
        self.folder.join("nodes").join(label).with_extension("csv")
    }

    pub(crate) fn rels_file(&self, rel_type: &str) -> PathBuf {
        self.folder.join("rels").join(rel_type).with_extension("csv")
    }
}

impl Column {
    /// What a field says; nothing is null.
    pub(crate) fn value(&self, field: &str) -> Result<Value, Failure> {
        if field.is_empty() {
            return Ok(Value::Null);
        }
        Ok(match self.1 {
            Kind::Integer => Value::from(field.parse::<i64>()?),
            Kind::Float => Value::from(field.parse::<f64>()?),
            Kind::Text => Value::from(field),
        })
    }
}
