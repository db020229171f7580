//! Functions of one row and aggregates.

use super::evidence::Evidence;
use super::expression::Scope;
use super::query::distinct;
use super::relations::{equivalent, number, order};
use super::{Evaluator, Outcome, Row, failed};
use crate::function::testing::TinyHost;
use crate::syntax::ast;
use crate::value::{Element, ElementId, Name, Node, Value};

const AGGREGATES: [&str; 6] = ["count", "sum", "avg", "min", "max", "collect"];

pub(super) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name.to_lowercase().as_str())
}

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &ast::FunctionCall, scope: Scope) -> Outcome<Value> {
        self.note("function", &call.name.name);
        if is_aggregate(&call.name.name) {
            return self.aggregate(call, scope);
        }
        let arguments = call.arguments.iter().map(|argument| self.eval(argument, scope));
        let arguments = arguments.collect::<Outcome<Vec<Value>>>()?;
        let name = call.name.name.to_lowercase();
        if name == "coalesce" {
            return Ok(arguments.into_iter().find(|value| !value.is_null()).unwrap_or_default());
        }
        if arguments.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        match self.own(&name, &arguments) {
            Some(value) => Ok(value),
            None => self.borrowed(&name, &arguments),
        }
    }

    /// Functions of elements, paths, lists and maps.
    fn own(&self, name: &str, arguments: &[Value]) -> Option<Value> {
        let rel = |id: ElementId| &self.graph.rels[&id];
        Some(match (name, &arguments[0]) {
            ("id", value) => Value::from(i64::try_from(element(value)?.0).expect("a small graph")),
            ("labels", Value::Node(node)) => texts(self.graph.names(node.id())),
            ("type", Value::Relationship(found)) => Value::from(rel(found.id()).rel_type.clone()),
            ("startnode", Value::Relationship(found)) => Value::from(rel(found.id()).start.clone()),
            ("endnode", Value::Relationship(found)) => Value::from(rel(found.id()).end.clone()),
            ("asserted", Value::Relationship(found)) => Value::from(rel(found.id()).asserted),
            ("properties", Value::Map(map)) => Value::Map(map.clone()),
            ("properties", value) => self.graph.properties(element(value)?).clone().into_iter().collect(),
            ("degree", Value::Node(node)) => size(self.view().degree(node.id())),
            ("sources", value) => self.sources(value)?,
            ("keys", Value::Map(map)) => texts(map.keys()),
            ("keys", value) => texts(self.graph.properties(element(value)?).keys()),
            ("nodes", Value::Path(path)) => path.elements.iter().cloned().map(value_of).collect::<Vec<_>>().into(),
            ("relationships", Value::Path(path)) => path.relationships.clone().into(),
            ("length", Value::Path(path)) => size(path.relationships.len()),
            ("size" | "length", Value::List(items)) => size(items.len()),
            ("size" | "length", Value::String(text)) => size(text.chars().count()),
            ("isempty", Value::List(items)) => Value::from(items.is_empty()),
            ("head", Value::List(items)) => items.first().cloned().unwrap_or_default(),
            ("last", Value::List(items)) => items.last().cloned().unwrap_or_default(),
            ("tail", Value::List(items)) => Value::List(items.iter().skip(1).cloned().collect()),
            ("reverse", Value::List(items)) => Value::List(items.iter().rev().cloned().collect()),
            ("range", _) => range(arguments)?,
            ("abs", Value::Integer(number)) => Value::from(number.checked_abs()?),
            ("sign", value) => Value::from(i64::from(number(value)? > 0.0) - i64::from(number(value)? < 0.0)),
            _ => return None,
        })
    }

    /// The sources behind an element, in the order of their ids.
    fn sources(&self, value: &Value) -> Option<Value> {
        let view = self.view();
        let sources = Evidence { graph: &view }.sources_behind(element(value)?);
        let sources = sources.into_iter().map(|id| Value::from(Element::Node(Node::bare(id))));
        Some(Value::List(sources.collect()))
    }

    /// What the engine's own body makes of the arguments: functions of texts and numbers.
    fn borrowed(&self, name: &str, arguments: &[Value]) -> Outcome<Value> {
        let Some(function) = self.registry.function(name) else { return failed(format!("no function {name}")) };
        function.call(&TinyHost::default(), arguments).or_else(|error| failed(error.to_string()))
    }

    fn aggregate(&self, call: &ast::FunctionCall, scope: Scope) -> Outcome<Value> {
        let rows = scope.group.expect("the parser lets aggregates only where rows are grouped");
        let values = rows.iter().map(|row: &Row| self.eval(&call.arguments[0], Scope::of(row)));
        let mut values = values.collect::<Outcome<Vec<Value>>>()?;
        values.retain(|value| !value.is_null());
        if call.distinct {
            self.note("function", &format!("{}(DISTINCT)", call.name.name));
            values = distinct(values, equivalent);
        }
        match call.name.name.to_lowercase().as_str() {
            "count" => Ok(size(values.len())),
            "collect" => Ok(Value::List(values.into())),
            "min" => Ok(values.into_iter().min_by(order).unwrap_or_default()),
            "max" => Ok(values.into_iter().max_by(order).unwrap_or_default()),
            "sum" => sum(&values),
            _ if values.is_empty() => Ok(Value::Null),
            _ => avg(&values),
        }
    }
}

fn sum(values: &[Value]) -> Outcome<Value> {
    if values.iter().all(|value| matches!(value, Value::Integer(_))) {
        let integers =
            values.iter().map(|value| if let Value::Integer(value) = value { i128::from(*value) } else { 0 });
        return i64::try_from(integers.sum::<i128>()).map_or_else(|_| failed("no such integer"), |sum| Ok(sum.into()));
    }
    Ok(Value::Float(floats(values)?.iter().sum()))
}

#[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
fn avg(values: &[Value]) -> Outcome<Value> {
    Ok(Value::Float(floats(values)?.iter().sum::<f64>() / values.len() as f64))
}

fn floats(values: &[Value]) -> Outcome<Vec<f64>> {
    values.iter().map(number).collect::<Option<_>>().map_or_else(|| failed("a sum of what is no number"), Ok)
}

fn range(arguments: &[Value]) -> Option<Value> {
    let (Value::Integer(from), Value::Integer(to)) = (&arguments[0], &arguments[1]) else { return None };
    let step = match arguments.get(2) {
        None => 1,
        Some(Value::Integer(step)) if *step != 0 => *step,
        Some(_) => return None,
    };
    let mut numbers = Vec::new();
    let mut number = *from;
    while if step > 0 { number <= *to } else { number >= *to } {
        numbers.push(Value::Integer(number));
        number += step;
    }
    Some(Value::List(numbers.into()))
}

fn size(count: usize) -> Value {
    Value::from(i64::try_from(count).expect("a small number"))
}

fn texts<'n>(names: impl IntoIterator<Item = &'n Name>) -> Value {
    Value::List(names.into_iter().map(|name| Value::from(name.clone())).collect())
}

fn element(value: &Value) -> Option<ElementId> {
    match value {
        Value::Node(node) => Some(node.id()),
        Value::Relationship(rel) => Some(rel.id()),
        _ => None,
    }
}

fn value_of(element: Element) -> Value {
    Value::from(element)
}
