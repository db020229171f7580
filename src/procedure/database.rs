//! `db.labels`, `db.relationshipTypes`, `db.propertyKeys`: the names that this graph uses.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::seen::Seen;
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry};
use crate::storage::{Family, Graph, Part};
use crate::value::{Name, Type, Value};

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(listing("db.labels", "label", "the labels that some node has", labels));
    registry.add_procedure(listing(
        "db.relationshipTypes",
        "relationshipType",
        "the types that some relationship has, asserted or quoted",
        relationship_types,
    ));
    registry.add_procedure(listing(
        "db.propertyKeys",
        "propertyKey",
        "the property keys ever used; under a clock those of what it shows",
        property_keys,
    ));
}

fn labels(seen: &Seen) -> Result<Vec<Name>, FunctionError> {
    let used = seen.label_counts()?.into_iter().filter(|(_, count)| *count > 0);
    Ok(used.map(|(label, _)| seen.graph.catalog().labels.name(label).clone()).collect())
}

fn relationship_types(seen: &Seen) -> Result<Vec<Name>, FunctionError> {
    Ok(seen.types()?.into_iter().map(|(name, _)| name.clone()).collect())
}

fn property_keys(seen: &Seen) -> Result<Vec<Name>, FunctionError> {
    let keys = &seen.graph.catalog().keys;
    if seen.sees_all() {
        return Ok(keys.names().to_vec());
    }
    let mut used = BTreeSet::new();
    seen.each_node(|node| used.extend(seen.graph.node_properties(node).into_iter().map(|(key, _)| key)))?;
    for (rel_type, _) in seen.graph.catalog().types.iter() {
        for family in [Family::Plain, Family::About, Family::Quoted] {
            seen.each_rel(rel_type, family, |rel, _| {
                used.extend(seen.graph.rel_properties(rel).into_iter().map(|(key, _)| key));
            })?;
        }
    }
    Ok(used.into_iter().map(|key| keys.name(key).clone()).collect())
}

/// The graph of a call.
pub(super) fn graph(host: &dyn Host) -> &Graph {
    host.graph().downcast_ref::<Graph>().expect("the executor's host shows a graph of this store")
}

/// The part of it that the clocks of the statement show; `None`: all of it.
pub(super) fn part(host: &dyn Host) -> Option<&Part> {
    host.part().map(|part| part.downcast_ref().expect("the executor's host shows a part of such a graph"))
}

fn listing(name: &str, output: &str, summary: &str, names: fn(&Seen) -> Result<Vec<Name>, FunctionError>) -> Procedure {
    Procedure {
        name: Name::from(name),
        inputs: Vec::new(),
        outputs: vec![Field::required(output, Type::String)],
        summary: summary.to_owned(),
        body: Arc::new(move |host, _| {
            let mut names = names(&Seen::by(host))?;
            names.sort();
            Ok(Answer::of(names.into_iter().map(|name| vec![Value::String(name.to_shared())])))
        }),
    }
}
