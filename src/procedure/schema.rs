//! `db.schema.*`: what is used together in this graph. Each call looks at every element once.

use std::collections::{BTreeMap, BTreeSet};

use super::drawn::patterns;
use super::show::{number, sorted, table, text};
use crate::catalog::{KeyId, LabelId, Statistics, TypeId};
use crate::function::Registry;
use crate::storage::{End, Family, Graph, NodeSlot, Rel, RelSlot, ScanCursor};
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
    from: BTreeSet<Ending>,
    to: BTreeSet<Ending>,
    keys: BTreeSet<KeyId>,
}

/// Slots that are looked at in one go.
const STRETCH: usize = 1_024;

fn labels(graph: &Graph) -> Vec<Vec<Value>> {
    let mut keys: BTreeMap<LabelId, BTreeSet<KeyId>> = BTreeMap::new();
    let (mut cursor, mut slots) = (ScanCursor::default(), Vec::new());
    let mut more = true;
    while more {
        slots.clear();
        more = graph.scan_nodes(None, &mut cursor, STRETCH, &mut slots);
        for node in slots.iter().copied().map(NodeSlot) {
            let own: Vec<KeyId> = graph.node_properties(node).into_iter().map(|(key, _)| key).collect();
            for label in graph.labels(node) {
                keys.entry(*label).or_default().extend(&own);
            }
        }
    }
    sorted(keys.iter().map(|(label, keys)| {
        let name = graph.catalog().labels.name(*label);
        vec![text(name), number(graph.label_count(*label)), key_names(graph, keys)]
    }))
}

fn relationship_types(graph: &Graph) -> Vec<Vec<Value>> {
    let used = graph.catalog().types.iter().map(|(id, name)| (id, name, used_by(graph, id)));
    let counts = |id| [graph.rel_count(Some(id)), graph.about_rel_count(id), graph.quoted_rel_count(id)];
    sorted(used.filter(|(.., used)| !used.from.is_empty()).map(|(id, name, used)| {
        let mut row = vec![text(name)];
        row.extend(counts(id).map(number));
        row.extend([&used.from, &used.to].map(|ends| endings(graph, ends)));
        row.push(key_names(graph, &used.keys));
        row
    }))
}

fn used_by(graph: &Graph, rel_type: TypeId) -> Use {
    let mut used = Use::default();
    for family in Family::ALL {
        each_rel(graph, rel_type, family, |slot, rel| {
            add_ending(graph, rel.start, &mut used.from);
            add_ending(graph, rel.end, &mut used.to);
            used.keys.extend(graph.rel_properties(slot).into_iter().map(|(key, _)| key));
        });
    }
    used
}

/// Looks at each relationship of a type and a family.
pub(super) fn each_rel(graph: &Graph, rel_type: TypeId, family: Family, mut look: impl FnMut(RelSlot, Rel)) {
    let (mut cursor, mut slots) = (ScanCursor::default(), Vec::new());
    let mut more = true;
    while more {
        slots.clear();
        more = graph.scan_rels(Some(rel_type), family, &mut cursor, STRETCH, &mut slots);
        slots.iter().copied().map(RelSlot).for_each(|slot| look(slot, graph.rel(slot)));
    }
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
