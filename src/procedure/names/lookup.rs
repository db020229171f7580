//! `names.lookup`: the nodes that are called so.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::known::{Labelled, labelled};
use super::super::options::Options;
use super::super::seen::Seen;
use super::super::show::text;
use super::book::{NameKey, key_of_citations, keys_of_nodes, of_citations, of_nodes};
use super::candidates::{Effort, candidates};
use super::crowd::Crowd;
use crate::catalog::{KeyId, LabelId, Statistics};
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry};
use crate::names::{Compared, Reading, Told, compare};
use crate::storage::{End, NodeSlot, RelSlot, names_in};
use crate::value::{Map, Name, Type, Value};

const NAME: &str = "names.lookup";

/// Below this a name is another one, unless somebody says otherwise.
pub(super) const MIN_SCORE: f64 = 0.75;

/// So many nodes come, unless somebody says otherwise.
const LIMIT: u64 = 10;

/// So many names of a node are looked at.
const MOST_NAMES: usize = 256;

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from(NAME),
        inputs: vec![Field::nullable("text", Type::String), Field::required("options", Type::Map)],
        outputs: vec![
            Field::required("node", Type::Node),
            Field::required("name", Type::String),
            Field::required("score", Type::Float),
            Field::required("how", Type::String),
            Field::required("tokens", Type::list_of(Type::Map)),
            Field::required("key", Type::String),
        ],
        summary:
            "the nodes that are called so or nearly so, the likeliest first; options: `label`, `limit` (10), `within` \
                  (a source, whose printed names alone count), `min_score` (0.75)"
                .to_owned(),
        body: Arc::new(rows),
    });
}

fn rows(host: &dyn Host, arguments: &[Value]) -> Result<Answer, FunctionError> {
    let options = Options::of(NAME, &arguments[1..], &["label", "limit", "within", "min_score"])?;
    let seen = Seen::by(host);
    let wanted = Wanted {
        label: options.text("label")?,
        limit: usize::try_from(options.count("limit", LIMIT)?).unwrap_or(usize::MAX),
        within: options.given("within").map(|source| source_of(&seen, &options, source)).transpose()?,
        min_score: options.share("min_score", MIN_SCORE)?,
    };
    let Value::String(name) = &arguments[0] else { return Ok(Answer::of([])) };
    let hits = lookup(&seen, name, &wanted)?;
    let rows: Vec<Vec<Value>> = hits.into_iter().map(|hit| hit.row(&seen)).collect();
    seen.reserve(rows.iter().flatten().map(Value::payload_bytes).sum())?;
    Ok(Answer::of(rows))
}

struct Wanted<'a> {
    label: Option<&'a str>,
    limit: usize,
    /// The source whose printed names alone count.
    within: Option<NodeSlot>,
    min_score: f64,
}

/// A node, and a name of it.
struct Hit {
    node: NodeSlot,
    name: String,
    key: NameKey,
    score: f64,
    compared: Compared,
}

impl Hit {
    fn row(self, seen: &Seen) -> Vec<Value> {
        let pair = |told: Told| {
            let name = told.name.map_or(Value::Null, Value::from);
            let entries = [("text", Value::from(told.text)), ("name", name), ("score", Value::Float(told.alike))];
            Value::Map(Map::from_iter(entries.map(|(key, value)| (Name::from(key), value))))
        };
        let tokens: Vec<Value> = self.compared.pairs.into_iter().map(pair).collect();
        vec![
            seen.value(End::node(self.node)),
            Value::from(self.name),
            Value::Float(self.score),
            Value::from(self.compared.how.name()),
            tokens.into(),
            text(seen.graph.catalog().keys.name(self.key.key)),
        ]
    }
}

fn lookup(seen: &Seen, name: &str, wanted: &Wanted) -> Result<Vec<Hit>, FunctionError> {
    let label = match labelled(seen, wanted.label) {
        Labelled::All => None,
        Labelled::With(label) => Some(label),
        Labelled::Nobody => return Ok(Vec::new()),
    };
    let asked = Reading::of(name);
    let mut best: FxHashMap<NodeSlot, Hit> = FxHashMap::default();
    if wanted.within.is_none() {
        look_at_nodes(seen, &asked, label, &mut best)?;
    }
    look_at_citations(seen, &asked, label, wanted.within, &mut best)?;
    let mut hits: Vec<Hit> = best.into_values().filter(|hit| hit.score >= wanted.min_score).collect();
    hits.sort_unstable_by(|one, other| {
        let by_score = other.score.total_cmp(&one.score);
        by_score.then_with(|| one.name.cmp(&other.name)).then_with(|| id(seen, one).cmp(&id(seen, other)))
    });
    hits.truncate(wanted.limit);
    Ok(hits)
}

fn id(seen: &Seen, hit: &Hit) -> crate::value::ElementId {
    seen.graph.node_id(hit.node)
}

fn fits(seen: &Seen, node: NodeSlot, label: Option<LabelId>) -> bool {
    label.is_none_or(|label| seen.graph.has_label(node, label)) && seen.sees(End::node(node))
}

fn look_at_nodes(
    seen: &Seen,
    asked: &Reading,
    label: Option<LabelId>,
    best: &mut FxHashMap<NodeSlot, Hit>,
) -> Result<(), FunctionError> {
    let keys = keys_of_nodes(seen);
    let index = of_nodes(seen, label, &keys)?;
    let found = candidates(&index, asked, Effort::SEARCH, |slot| fits(seen, NodeSlot(slot), label));
    let mut heard = Vec::new();
    seen.each(found.slots, |slot| {
        for key in &keys {
            hear(seen, asked, (End::node(NodeSlot(slot)), *key), NodeSlot(slot), &mut heard);
        }
        Ok(())
    })?;
    let graph = seen.graph;
    let names = label.map_or_else(|| graph.node_count(), |label| graph.label_count(label));
    judge(heard, &found.crowd, usize::try_from(names).unwrap_or(usize::MAX), best);
    Ok(())
}

fn look_at_citations(
    seen: &Seen,
    asked: &Reading,
    label: Option<LabelId>,
    within: Option<NodeSlot>,
    best: &mut FxHashMap<NodeSlot, Hit>,
) -> Result<(), FunctionError> {
    let Some(key) = key_of_citations(seen) else { return Ok(()) };
    let index = of_citations(seen, key)?;
    let named = |slot: u32| {
        let rel = seen.graph.rel(RelSlot(slot));
        rel.end.as_node().filter(|node| rel.asserted && fits(seen, *node, label))
    };
    let is_wanted = |slot: u32| match within {
        None => seen.sees(End::rel(RelSlot(slot))),
        Some(source) => seen.citations_by(RelSlot(slot)).any(|cited| cited.source == source),
    };
    let found = candidates(&index, asked, Effort::SEARCH, |slot| named(slot).is_some() && is_wanted(slot));
    let mut heard = Vec::new();
    seen.each(found.slots, |slot| {
        if let Some(node) = named(slot) {
            hear(seen, asked, (End::rel(RelSlot(slot)), key), node, &mut heard);
        }
        Ok(())
    })?;
    judge(heard, &found.crowd, index.len(), best);
    Ok(())
}

/// Compares the names that an element has for a node.
fn hear(seen: &Seen, asked: &Reading, (element, key): (End, NameKey), node: NodeSlot, heard: &mut Vec<Hit>) {
    let value = seen.graph.property(element, key.key);
    for name in names_in(&value).take(MOST_NAMES) {
        let compared = compare(asked, &Reading::of(name));
        heard.push(Hit { node, name: name.to_owned(), key, score: 0.0, compared });
    }
}

/// Gives each name its score among so many, and keeps the best of each node.
fn judge(heard: Vec<Hit>, crowd: &Crowd, names: usize, best: &mut FxHashMap<NodeSlot, Hit>) {
    let told = told_by_names(&heard);
    for mut hit in heard {
        let as_many = told.partition_point(|told| *told >= hit.compared.told - f64::EPSILON);
        hit.score = crowd.judged(&hit.compared, names, as_many.saturating_sub(1)) * hit.key.worth;
        if best.get(&hit.node).is_none_or(|known| known.score < hit.score) {
            best.insert(hit.node, hit);
        }
    }
}

/// How much of what was asked each node has in the name that has most of it, the most first; who is called the same counts once.
fn told_by_names(heard: &[Hit]) -> Vec<f64> {
    let mut of_nodes: FxHashMap<NodeSlot, &Hit> = FxHashMap::default();
    for hit in heard {
        let known = of_nodes.entry(hit.node).or_insert(hit);
        if known.compared.told < hit.compared.told {
            *known = hit;
        }
    }
    let mut by_name: FxHashMap<String, f64> = FxHashMap::default();
    for hit in of_nodes.into_values() {
        let told = by_name.entry(hit.name.to_lowercase()).or_default();
        *told = told.max(hit.compared.told);
    }
    let mut told: Vec<f64> = by_name.into_values().collect();
    told.sort_unstable_by(|one, other| other.total_cmp(one));
    told
}

/// The source that is meant: a node, or the only one with such an id or name.
fn source_of(seen: &Seen, options: &Options, meant: &Value) -> Result<NodeSlot, FunctionError> {
    let catalog = seen.graph.catalog();
    let is_source = |node: &NodeSlot| seen.has_label(*node, &catalog.provenance.source);
    let found = match meant {
        Value::Node(node) => seen.graph.node_slot(node.id()).filter(is_source),
        Value::String(name) => {
            let keys: Vec<KeyId> = catalog.provenance.names.iter().filter_map(|key| catalog.keys.get(key)).collect();
            let is_called = |node: NodeSlot| {
                let values = keys.iter().map(|key| seen.graph.node_property(node, *key));
                values.into_iter().any(|value| matches!(value, Value::String(text) if text == *name))
            };
            let mut found = None;
            if let Some(label) = catalog.labels.get(&catalog.provenance.source) {
                seen.each_with_label(Some(label), |node| found = found.or(Some(node).filter(|node| is_called(*node))))?;
            }
            found
        }
        other => return Err(options.wrong_type("within", "a source or its id", other)),
    };
    found.ok_or_else(|| FunctionError::Argument {
        function: NAME,
        message: format!("there is no {} `{meant}` here", catalog.provenance.source),
    })
}
