//! The line that says what a whole database is, before its commits: how many lines of each sort there are, so that a part of
//! them is not taken for all, and what no element tells.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use super::GraphCounts;
use super::parse::refuse_unknown;
use crate::{Name, Provenance, ReadTransaction};

const MEMBERS: [&str; 8] = ["$type", "format", "next_id", "commits", "rules", "nodes", "relationships", "provenance"];

/// The form that is written, and read.
const FORMAT: u64 = 1;

/// What a whole database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// No element that comes has an id below it.
    pub next_id: u64,
    pub lines: Lines,
    /// The words by which evidence is known.
    pub words: Provenance,
}

/// How many lines there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub commits: u64,
    /// Indexes and constraints.
    pub rules: u64,
    pub elements: GraphCounts,
}

impl Head {
    pub(super) fn of(from: &ReadTransaction, rules: usize) -> Self {
        let (nodes, relationships) = from.element_counts();
        let elements = GraphCounts { nodes, relationships };
        let lines = Lines { commits: from.log().len() as u64, rules: rules as u64, elements };
        Self { next_id: from.next_id(), lines, words: from.provenance().clone() }
    }

    pub(super) fn to_json(&self) -> Json {
        let Lines { commits, rules, elements } = self.lines;
        let mut object = json!({
            "$type": "database",
            "format": FORMAT,
            "next_id": self.next_id,
            "commits": commits,
            "rules": rules,
            "nodes": elements.nodes,
            "relationships": elements.relationships,
        });
        let words = words_to_json(&self.words);
        if !words.is_empty() {
            object["provenance"] = Json::Object(words);
        }
        object
    }

    pub(super) fn from_json(object: &Map<String, Json>) -> Result<Self, String> {
        let format = number(object, "format")?;
        if format != FORMAT {
            return Err(format!("this database is written in format {format}, and this version reads format {FORMAT}"));
        }
        refuse_unknown(object, "a database", &MEMBERS)?;
        let elements = GraphCounts { nodes: number(object, "nodes")?, relationships: number(object, "relationships")? };
        Ok(Self {
            next_id: Some(number(object, "next_id")?).filter(|id| *id > 0).ok_or("`next_id` is at least 1")?,
            lines: Lines { commits: number(object, "commits")?, rules: number(object, "rules")?, elements },
            words: object.get("provenance").map_or(Ok(Provenance::default()), words)?,
        })
    }

    /// What is wrong if these lines were found.
    pub(super) fn fault(&self, found: Lines) -> Option<String> {
        self.lines.each().into_iter().zip(found.each()).find_map(|((what, said), (_, found))| match found.cmp(&said) {
            Ordering::Less => {
                Some(format!("this is a part of the database, which has {said} {what}, and here are {found}"))
            }
            Ordering::Equal => None,
            Ordering::Greater => Some(format!("the database has {said} {what}, and here are {found}")),
        })
    }

    /// Whether lines are missing if these were found.
    pub(super) fn exceeds(&self, found: Lines) -> bool {
        self.lines.each().into_iter().zip(found.each()).any(|((_, said), (_, found))| found < said)
    }
}

impl Lines {
    fn each(self) -> [(&'static str, u64); 4] {
        let GraphCounts { nodes, relationships } = self.elements;
        [
            ("commits", self.commits),
            ("indexes and constraints", self.rules),
            ("nodes", nodes),
            ("relationships", relationships),
        ]
    }
}

/// The words that are not the usual ones.
fn words_to_json(words: &Provenance) -> Map<String, Json> {
    let usual = Provenance::default();
    let mut told = Map::new();
    for ((setting, word), (_, usual)) in words.settings().zip(usual.settings()) {
        if setting != "names" && word != usual {
            told.insert(setting.to_owned(), Json::String(word));
        }
    }
    if words.names != usual.names {
        told.insert("names".to_owned(), words.names.iter().map(Name::as_str).collect());
    }
    told
}

fn words(json: &Json) -> Result<Provenance, String> {
    let Json::Object(object) = json else { return Err("`provenance` must be an object".to_owned()) };
    let mut words = Provenance::default();
    for (setting, word) in object {
        match word {
            Json::String(word) if setting != "names" => {
                words = words.with(setting, word).map_err(|error| error.message().to_owned())?;
            }
            Json::Array(_) if setting == "names" => {
                let names: Vec<String> =
                    serde_json::from_value(word.clone()).map_err(|_| "`names` must be a list of texts")?;
                words.names = names.iter().map(|name| Name::from(name.as_str())).collect();
            }
            _ => {
                return Err(format!(
                    "the word of provenance `{setting}` must be a text, or a list of them for `names`"
                ));
            }
        }
    }
    Ok(words)
}

fn number(object: &Map<String, Json>, member: &str) -> Result<u64, String> {
    object.get(member).and_then(Json::as_u64).ok_or(format!("`{member}` must be a whole number from 0"))
}
