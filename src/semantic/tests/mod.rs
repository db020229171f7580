//! A small registry and a small catalog to bind against, and the two checks that all tables use.

mod print;
mod rules;
mod shapes;
mod warnings;

use std::sync::Arc;

use super::bound::BoundStatement;
use super::{SemanticError, bind};
use crate::catalog::{Catalog, IndexId, KeyId, LabelId, Side, Statistics, TypeId};
use crate::function::{
    Accepts, Accumulator, Aggregate, Answer, Field, Function, FunctionError, Host, Procedure, Registry, ResultType,
};
use crate::value::{Edtf, Name, Type, Value};

/// A graph of companies, of which `CLAIMED` occurs in brackets only, `STATES` leads to relationships, and `on` is a date.
struct Sample(Catalog);

impl Sample {
    fn new() -> Self {
        let mut catalog = Catalog::default();
        for label in ["Company", "Person"] {
            catalog.labels.intern(&Name::from(label));
        }
        for rel_type in ["OWNS", "SUPPORTS", "CLAIMED", "STATES"] {
            catalog.types.intern(&Name::from(rel_type));
        }
        for key in ["name", "age", "share", "on"] {
            catalog.keys.intern(&Name::from(key));
        }
        Self(catalog)
    }
}

impl Statistics for Sample {
    fn catalog(&self) -> &Catalog {
        &self.0
    }

    fn node_count(&self) -> u64 {
        7
    }

    fn label_count(&self, _: LabelId) -> u64 {
        3
    }

    fn rel_count(&self, rel_type: Option<TypeId>) -> u64 {
        let hidden = ["CLAIMED", "STATES"].map(|name| self.0.types.get(name));
        if rel_type.is_some() && hidden.contains(&rel_type) { 0 } else { 5 }
    }

    fn rel_count_with(&self, _: TypeId, _: Side, _: LabelId) -> u64 {
        1
    }

    fn about_rel_count(&self, rel_type: TypeId) -> u64 {
        if Some(rel_type) == self.0.types.get("CLAIMED") { 0 } else { 4 }
    }

    fn quoted_rel_count(&self, _: TypeId) -> u64 {
        2
    }

    fn sample(&self, key: KeyId) -> Option<Value> {
        let is_date = Some(key) == self.0.keys.get("on");
        Some(if is_date { Value::Edtf(Edtf::parse("2021-07").expect("a month")) } else { Value::from("text") })
    }

    fn index_size(&self, _: IndexId) -> (u64, u64) {
        (0, 0)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a function's body")]
fn nothing(_: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(Value::Null)
}

struct Ignored;

impl Accumulator for Ignored {
    fn add(&mut self, _: &[Value]) -> Result<(), FunctionError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        Ok(Value::Null)
    }
}

const FUNCTIONS: &[Function] = &[
    Function::new("labels", &[Accepts::NODE], ResultType::ListOf(Type::String), nothing, ""),
    Function::new("type", &[Accepts::RELATIONSHIP], ResultType::Is(Type::String), nothing, ""),
    Function::new("length", &[Accepts::PATH], ResultType::Is(Type::Integer), nothing, ""),
    Function::new("size", &[Accepts::STRING.or(Accepts::LIST)], ResultType::Is(Type::Integer), nothing, ""),
    Function::new("properties", &[Accepts::ELEMENT.or(Accepts::MAP)], ResultType::Is(Type::Map), nothing, ""),
    Function::new("startNode", &[Accepts::RELATIONSHIP], ResultType::Is(Type::Element), nothing, ""),
    Function::new("nodes", &[Accepts::PATH], ResultType::ListOf(Type::Element), nothing, ""),
    Function::new("head", &[Accepts::LIST], ResultType::ItemOf(0), nothing, ""),
    Function::new("toInteger", &[Accepts::ANY], ResultType::Is(Type::Integer), nothing, ""),
    Function::new("date", &[Accepts::ANY], ResultType::Is(Type::Date), nothing, ""),
    Function::new("ceil", &[Accepts::NUMBER], ResultType::Is(Type::Float), nothing, ""),
    Function::new("toUpper", &[Accepts::STRING], ResultType::Is(Type::String), nothing, ""),
    Function::new("range", &[Accepts::ANY, Accepts::ANY, Accepts::ANY], ResultType::ListOf(Type::Integer), nothing, "")
        .optional(1),
    Function::new("rand", &[], ResultType::Is(Type::Float), nothing, "").volatile(),
    Function::new("edtf", &[Accepts::STRING], ResultType::Is(Type::Edtf), nothing, ""),
    Function::new("coalesce", &[Accepts::ANY], ResultType::Join, nothing, "").variadic().sees_nulls(),
];

fn aggregate(name: &'static str, parameters: &'static [Accepts], result: ResultType) -> Aggregate {
    Aggregate { name, parameters, result, summary: "", keeps: false, merges: false, start: || Box::new(Ignored) }
}

fn procedure(name: &str, inputs: &[(&str, Type)], outputs: &[(&str, Type)]) -> Procedure {
    let fields =
        |fields: &[(&str, Type)]| fields.iter().map(|(name, kind)| Field::nullable(name, kind.clone())).collect();
    Procedure {
        name: Name::from(name),
        inputs: fields(inputs),
        outputs: fields(outputs),
        summary: String::new(),
        body: Arc::new(|_, _| Ok(Answer::of([]))),
    }
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    for function in FUNCTIONS {
        registry.add_function(function.clone());
    }
    registry.add_aggregate(aggregate("count", &[Accepts::ANY], ResultType::Is(Type::Integer)));
    registry.add_aggregate(aggregate("sum", &[Accepts::NUMBER], ResultType::Is(Type::Number)));
    registry.add_aggregate(aggregate("min", &[Accepts::ANY], ResultType::SameAs(0)));
    registry.add_aggregate(aggregate("max", &[Accepts::ANY], ResultType::SameAs(0)));
    registry.add_aggregate(aggregate("collect", &[Accepts::ANY], ResultType::ListOfArgument(0)));
    registry.add_procedure(procedure("test.nothing", &[], &[]));
    registry.add_procedure(procedure("test.labels", &[], &[("label", Type::String)]));
    registry.add_procedure(procedure("show.labels", &[], &[("label", Type::String), ("nodes", Type::Integer)]));
    registry.add_procedure(procedure(
        "test.two",
        &[("name", Type::String), ("in", Type::Integer)],
        &[("a", Type::Integer), ("b", Type::Integer)],
    ));
    registry.add_procedure(procedure("test.float", &[("in", Type::Float)], &[("out", Type::String)]));
    registry
}

fn bind_text(text: &str) -> Result<BoundStatement, Vec<SemanticError>> {
    let statement = crate::syntax::parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    bind(&statement, text, &Sample::new(), &registry())
}

/// The code of the first problem, or `ok`. Some rules are the parser's already.
fn verdict(text: &str) -> &'static str {
    let statement = match crate::syntax::parse(text) {
        Ok(statement) => statement,
        Err(error) => return error.class().detail,
    };
    match bind(&statement, text, &Sample::new(), &registry()) {
        Ok(_) => "ok",
        Err(errors) => errors[0].class().detail,
    }
}

/// Each row: a statement and its verdict.
#[track_caller]
fn check_all(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(text, expected)| verdict(text) != *expected)
        .map(|(text, expected)| format!("{text}\n  expected {expected}, found {}", verdict(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
