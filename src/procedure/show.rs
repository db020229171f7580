//! What `SHOW ...` answers: tables about the database.

use std::sync::Arc;

use super::seen::Seen;
use crate::catalog::{Catalog, ConstraintKind, KeyId, Named, Owner, Statistics};
use crate::function::{Answer, Field, FunctionError, Procedure, Registry};
use crate::storage::Graph;
use crate::value::{Name, Type, Value};

const SUMMARY: &str = "the answer to SHOW";

pub(super) fn register(registry: &mut Registry) {
    let outputs = [("name", Type::String), ("nodes", Type::Integer)];
    registry.add_procedure(table("show.labels", &outputs, SUMMARY, labels));
    let outputs =
        [("name", Type::String), ("asserted", Type::Integer), ("about", Type::Integer), ("quoted", Type::Integer)];
    registry.add_procedure(table("show.relationship_types", &outputs, SUMMARY, relationship_types));
    add(registry, "show.property_keys", &[("name", Type::String)], property_keys);
    add(
        registry,
        "show.indexes",
        &[
            ("name", Type::String),
            ("entity", Type::String),
            ("on", Type::String),
            ("properties", Type::list_of(Type::String)),
            ("entries", Type::Integer),
            ("kind", Type::String),
        ],
        indexes,
    );
    add(
        registry,
        "show.constraints",
        &[
            ("name", Type::String),
            ("kind", Type::String),
            ("entity", Type::String),
            ("on", Type::String),
            ("properties", Type::list_of(Type::String)),
        ],
        constraints,
    );
    add(registry, "show.settings", &[("name", Type::String), ("value", Type::String)], settings);
}

/// Lists what can be called by now; anew when something is registered.
pub(crate) fn list(registry: &mut Registry) {
    let signature = [("name", Type::String), ("signature", Type::String), ("description", Type::String)];
    let functions = Arc::new(function_rows(registry));
    add(registry, "show.functions", &signature, move |_| functions.to_vec());
    let procedures = Arc::new(procedure_rows(registry));
    add(registry, "show.procedures", &signature, move |_| procedures.to_vec());
}

fn add(
    registry: &mut Registry,
    name: &str,
    outputs: &[(&str, Type)],
    rows: impl Fn(&Graph) -> Vec<Vec<Value>> + Send + Sync + 'static,
) {
    registry.add_procedure(table(name, outputs, SUMMARY, move |seen| Ok(rows(seen.graph))));
}

/// A procedure without arguments whose rows are a function of what is seen.
pub(super) fn table(
    name: &str,
    outputs: &[(&str, Type)],
    summary: &str,
    rows: impl Fn(&Seen) -> Result<Vec<Vec<Value>>, FunctionError> + Send + Sync + 'static,
) -> Procedure {
    Procedure {
        name: Name::from(name),
        inputs: Vec::new(),
        outputs: outputs.iter().map(|(name, value_type)| Field::nullable(name, value_type.clone())).collect(),
        summary: summary.to_owned(),
        body: Arc::new(move |host, _| Ok(Answer::of(rows(&Seen::by(host))?))),
    }
}

fn labels(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let used = seen.label_counts()?.into_iter().filter(|(_, count)| *count > 0);
    let name = |label| text(seen.graph.catalog().labels.name(label));
    Ok(sorted(used.map(|(label, count)| vec![name(label), number(count)])))
}

fn relationship_types(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let row = |(name, counts): (&Name, [u64; 3])| std::iter::once(text(name)).chain(counts.map(number)).collect();
    Ok(sorted(seen.types()?.into_iter().map(row)))
}

fn property_keys(graph: &Graph) -> Vec<Vec<Value>> {
    sorted(graph.catalog().keys.names().iter().map(|name| vec![text(name)]))
}

fn indexes(graph: &Graph) -> Vec<Vec<Value>> {
    let catalog = graph.catalog();
    let of_values = catalog.indexes.iter().map(|index| {
        let (entity, on) = owner(catalog, index.owner);
        let (entries, _) = graph.index_size(index.id);
        vec![text(&index.name), entity, on, keys(catalog, &index.keys), number(entries), Value::from("RANGE")]
    });
    let of_names = catalog.name_indexes.iter().map(|index| {
        let (entity, on) = match index.of {
            Named::AnyNode => (Value::from("NODE"), Value::Null),
            Named::Label(label) => owner(catalog, Owner::Label(label)),
            Named::Type(rel_type) => owner(catalog, Owner::Type(rel_type)),
        };
        let entries = graph.name_index(index.id).map_or(0, |index| index.len() as u64);
        vec![text(&index.name), entity, on, keys(catalog, &index.keys), number(entries), Value::from("NAME")]
    });
    sorted(of_values.chain(of_names))
}

fn constraints(graph: &Graph) -> Vec<Vec<Value>> {
    let catalog = graph.catalog();
    sorted(catalog.constraints.iter().map(|constraint| {
        let kind = match constraint.kind {
            ConstraintKind::Unique => "UNIQUE",
            ConstraintKind::Exists => "NOT NULL",
            ConstraintKind::Key => "KEY",
        };
        let (entity, on) = owner(catalog, constraint.owner);
        vec![text(&constraint.name), Value::from(kind), entity, on, keys(catalog, &constraint.keys)]
    }))
}

fn settings(graph: &Graph) -> Vec<Vec<Value>> {
    let settings = graph.catalog().provenance.settings();
    settings.map(|(name, word)| vec![Value::from(format!("provenance.{name}")), Value::from(word)]).collect()
}

fn function_rows(registry: &Registry) -> Vec<Vec<Value>> {
    let scalars =
        registry.functions().into_iter().map(|(name, function)| (name, function.signature(name), &*function.summary));
    let aggregates =
        registry.aggregates().into_iter().map(|(name, aggregate)| (name, aggregate.signature(name), aggregate.summary));
    sorted(
        scalars
            .chain(aggregates)
            .map(|(name, signature, summary)| vec![Value::from(name), Value::from(signature), Value::from(summary)]),
    )
}

fn procedure_rows(registry: &Registry) -> Vec<Vec<Value>> {
    let list = |fields: &[Field]| {
        fields.iter().map(|field| format!("{} :: {}", field.name, field.value_type)).collect::<Vec<_>>().join(", ")
    };
    // What clauses call by themselves is not for others.
    let is_clause = |name: &Name| name.starts_with("show.") || name.starts_with("load.");
    sorted(registry.procedures().into_iter().filter(|procedure| !is_clause(&procedure.name)).map(|procedure| {
        let signature = format!("{}({}) :: ({})", procedure.name, list(&procedure.inputs), list(&procedure.outputs));
        vec![text(&procedure.name), Value::from(signature), Value::from(procedure.summary.as_str())]
    }))
}

fn owner(catalog: &Catalog, owner: Owner) -> (Value, Value) {
    match owner {
        Owner::Label(label) => (Value::from("NODE"), text(catalog.labels.name(label))),
        Owner::Type(rel_type) => (Value::from("RELATIONSHIP"), text(catalog.types.name(rel_type))),
    }
}

fn keys(catalog: &Catalog, keys: &[KeyId]) -> Value {
    Value::List(keys.iter().map(|key| text(catalog.keys.name(*key))).collect())
}

pub(super) fn text(name: &Name) -> Value {
    Value::String(name.to_shared())
}

pub(super) fn number(count: u64) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// By the first column, which is a name.
pub(super) fn sorted(rows: impl Iterator<Item = Vec<Value>>) -> Vec<Vec<Value>> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|left, right| crate::value::compare::order(&left[0], &right[0]));
    rows
}
