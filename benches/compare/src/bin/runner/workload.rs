//! The graph of a workload: a file of comma-separated values for each label and for each type.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use crate::Failure;

pub(crate) struct Workload {
    folder: PathBuf,
    tables: Tables,
}

#[derive(Deserialize)]
struct Tables {
    /// By label; the files tell the columns.
    #[serde(default)]
    nodes: BTreeMap<String, IgnoredAny>,
    /// By type.
    #[serde(default)]
    rels: BTreeMap<String, IgnoredAny>,
    /// Label and key of what is looked up by something else than its id.
    #[serde(default = "names_of_entities")]
    names: Vec<(String, String)>,
}

fn names_of_entities() -> Vec<(String, String)> {
    vec![("Entity".to_owned(), "name".to_owned())]
}

impl Workload {
    pub(crate) fn read(folder: &Path, argument: &Json) -> Result<Self, Failure> {
        Ok(Self { folder: folder.to_owned(), tables: Tables::deserialize(argument)? })
    }

    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.tables.nodes.keys().map(String::as_str)
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = &str> {
        self.tables.rels.keys().map(String::as_str)
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
