//! `db.schema.*`: what is used together in this graph, or in the part of it that the clocks of the statement show. Each call
//! looks at every element once.

use std::collections::{BTreeMap, BTreeSet};

use super::drawn::patterns;
use super::seen::Seen;
use super::show::{number, sorted, table, text};
use crate::catalog::{KeyId, LabelId, TypeId};
use crate::function::{FunctionError, Registry};
use crate::storage::{End, Family, Graph};
use crate::value::{Name, Type, Value};

pub(super) fn register(registry: &mut Registry) {
    let names = || Type::list_of(Type::String);
    registry.add_procedure(table(
        "db.schema.labels",
        &[("name", Type::String), ("nodes", Type::Integer), ("keys", names())],
        "each label with its nodes and the keys that they have",
        labels,
    ));
    registry.add_procedure(table(
        "db.schema.relationshipTypes",
        &[
            ("name", Type::String),
            ("asserted", Type::Integer),
            ("about", Type::Integer),
            ("quoted", Type::Integer),
            ("from", names()),
            ("to", names()),
            ("keys", names()),
        ],
        "each type with its relationships, the labels at their ends (`[]`: a relationship), and their keys",
        relationship_types,
    ));
    registry.add_procedure(table(
        "db.schema.patterns",
        &[("pattern", Type::String), ("count", Type::Integer), ("keys", names())],
        "what joins what, as patterns (in brackets: quoted), with the count of their relationships and the keys",
        patterns,
    ));
}

/// What stands at an end of a relationship.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Label(LabelId),
    Unlabelled,
    Relationship,
}

/// What is seen of the relationships of one type.
#[derive(Default)]
struct Use {
    /// Of each family.
    counts: [u64; 3],
    from: BTreeSet<Ending>,
    to: BTreeSet<Ending>,
    keys: BTreeSet<KeyId>,
}

/// What is seen of the nodes with one label.
#[derive(Default)]
struct Labelled {
    count: u64,
    keys: BTreeSet<KeyId>,
}

fn labels(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let (graph, mut labelled) = (seen.graph, BTreeMap::<LabelId, Labelled>::new());
    seen.each_node(|node| {
        let own: Vec<KeyId> = graph.node_properties(node).into_iter().map(|(key, _)| key).collect();
        for label in graph.labels(node) {
            let labelled = labelled.entry(*label).or_default();
            labelled.count += 1;
            labelled.keys.extend(&own);
        }
    })?;
    Ok(sorted(labelled.iter().map(|(label, labelled)| {
        let name = graph.catalog().labels.name(*label);
        vec![text(name), number(labelled.count), key_names(graph, &labelled.keys)]
    })))
}

fn relationship_types(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let (graph, mut rows) = (seen.graph, Vec::new());
    for (rel_type, name) in graph.catalog().types.iter() {
        let used = used_by(seen, rel_type)?;
        if used.counts == [0; 3] {
            continue;
        }
        let mut row = vec![text(name)];
        row.extend(used.counts.map(number));
        row.extend([&used.from, &used.to].map(|ends| endings(graph, ends)));
        row.push(key_names(graph, &used.keys));
        rows.push(row);
    }
    Ok(sorted(rows.into_iter()))
}

fn used_by(seen: &Seen, rel_type: TypeId) -> Result<Use, FunctionError> {
    let (graph, mut used) = (seen.graph, Use::default());
    for (place, family) in Family::ALL.into_iter().enumerate() {
        seen.each_rel(rel_type, family, |slot, rel| {
            used.counts[place] += 1;
            add_ending(graph, rel.start, &mut used.from);
            add_ending(graph, rel.end, &mut used.to);
            used.keys.extend(graph.rel_properties(slot).into_iter().map(|(key, _)| key));
        })?;
    }
    Ok(used)
}

fn add_ending(graph: &Graph, end: End, seen: &mut BTreeSet<Ending>) {
    match end.as_node().map(|node| graph.labels(node)) {
        None => drop(seen.insert(Ending::Relationship)),
        Some([]) => drop(seen.insert(Ending::Unlabelled)),
        Some(labels) => seen.extend(labels.iter().copied().map(Ending::Label)),
    }
}

/// Labels in alphabetical order, then what is none.
fn endings(graph: &Graph, seen: &BTreeSet<Ending>) -> Value {
    let labels = seen.iter().filter_map(|ending| match ending {
        Ending::Label(label) => Some(graph.catalog().labels.name(*label)),
        Ending::Unlabelled | Ending::Relationship => None,
    });
    let labels = labels.collect::<BTreeSet<_>>().into_iter().map(text);
    let others = [(Ending::Unlabelled, "()"), (Ending::Relationship, "[]")];
    let others = others.into_iter().filter(|(ending, _)| seen.contains(ending)).map(|(_, sign)| Value::from(sign));
    Value::List(labels.chain(others).collect())
}

/// In alphabetical order.
pub(super) fn key_names(graph: &Graph, keys: &BTreeSet<KeyId>) -> Value {
    let names: BTreeSet<&Name> = keys.iter().map(|key| graph.catalog().keys.name(*key)).collect();
    Value::List(names.into_iter().map(text).collect())
}
