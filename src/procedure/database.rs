//! `db.labels`, `db.relationshipTypes`, `db.propertyKeys`: the names that this graph uses.

use std::sync::Arc;

use crate::catalog::Statistics;
use crate::function::{Field, Host, Procedure, Registry};
use crate::storage::{Graph, Part};
use crate::value::{Name, Type, Value};

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(listing("db.labels", "label", "the labels that some node has", |graph| {
        let catalog = graph.catalog();
        let used = catalog.labels.iter().filter(|(id, _)| graph.label_count(*id) > 0);
        used.map(|(_, name)| name.clone()).collect()
    }));
    registry.add_procedure(listing(
        "db.relationshipTypes",
        "relationshipType",
        "the types that some relationship has, asserted or quoted",
        |graph| {
            let catalog = graph.catalog();
            let used = catalog.types.iter().filter(|(id, _)| {
                graph.rel_count(Some(*id)) + graph.about_rel_count(*id) + graph.quoted_rel_count(*id) > 0
            });
            used.map(|(_, name)| name.clone()).collect()
        },
    ));
    registry.add_procedure(listing("db.propertyKeys", "propertyKey", "the property keys ever used", |graph| {
        graph.catalog().keys.names().to_vec()
    }));
}

/// The graph of a call.
pub(super) fn graph(host: &dyn Host) -> &Graph {
    host.graph().downcast_ref::<Graph>().expect("the executor's host shows a graph of this store")
}

/// The part of it that the clocks of the statement show; `None`: all of it.
pub(super) fn part(host: &dyn Host) -> Option<&Part> {
    host.part().map(|part| part.downcast_ref().expect("the executor's host shows a part of such a graph"))
}

fn listing(name: &str, output: &str, summary: &str, names: fn(&Graph) -> Vec<Name>) -> Procedure {
    Procedure {
        name: Name::from(name),
        inputs: Vec::new(),
        outputs: vec![Field::required(output, Type::String)],
        summary: summary.to_owned(),
        body: Arc::new(move |host, _| {
            let mut names = names(graph(host));
            names.sort();
            Ok(Box::new(names.into_iter().map(|name| Ok(vec![Value::String(name.to_shared())]))))
        }),
    }
}
