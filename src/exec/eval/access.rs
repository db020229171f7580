//! `x.k`, `x[i]`, `x[a..b]`, `x:Label`, `x {.*, ...}` over columns.

use std::borrow::Cow;

use super::{Cells, Frame, eval, typed};
use crate::catalog::{LabelId, TypeId};
use crate::exec::ExecError;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::host::Env;
use crate::function::{FunctionError, operator};
use crate::physical::{KeyRef, LabelTest, Scalar, TextRange};
use crate::storage::{End, Graph, NodeSlot, PropertyVector, RelSlot};
use crate::value::{Name, Value};

pub(super) fn property(
    env: &Env,
    base: &Scalar,
    key: KeyRef,
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let base = eval(env, base, frame)?;
    let column = match &*base {
        Column::Nodes(slots) => {
            refuse_deleted(env, slots, |slot| End::node(NodeSlot(slot))).map_err(|error| error.at(range))?;
            match env.ctx.key(key) {
                Some(key) => from_vector(env.graph.gather_node_property(slots, key)),
                None => Column::Constant(Value::Null, slots.len()),
            }
        }
        Column::Rels(slots) => {
            refuse_deleted(env, slots, |slot| End::rel(RelSlot(slot))).map_err(|error| error.at(range))?;
            match env.ctx.key(key) {
                Some(key) => from_vector(env.graph.gather_rel_property(slots, key)),
                None => Column::Constant(Value::Null, slots.len()),
            }
        }
        other => {
            let name = env.ctx.key_name(key);
            let cells = Cells::of(other, env.ctx);
            let rows = if let Column::Constant(..) = other { frame.len().min(1) } else { frame.len() };
            let values = (0..rows)
                .map(|row| property_of(env, cells.get(row), name))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| ExecError::from(error).at(range))?;
            match (other, values.into_iter()) {
                (Column::Constant(_, len), mut values) => Column::Constant(values.next().unwrap_or_default(), *len),
                (_, values) => typed(values.collect()),
            }
        }
    };
    Ok(column)
}

/// The property of whatever may have one.
pub(in crate::exec) fn property_of(env: &Env, value: &Value, key: &Name) -> Result<Value, FunctionError> {
    match value {
        Value::Node(node) => env.element_property(node.id(), key),
        Value::Relationship(rel) => env.element_property(rel.id(), key),
        other => operator::property(other, key),
    }
}

pub(in crate::exec) fn from_vector(vector: PropertyVector) -> Column {
    match vector {
        PropertyVector::Integers { values, present } => Column::Integers(values, present),
        PropertyVector::Floats { values, present } => Column::Floats(values, present),
        PropertyVector::Codes(codes) => Column::Texts(codes),
        PropertyVector::Values(values) => Column::Values(values),
    }
}

pub(super) fn refuse_deleted(env: &Env, slots: &[u32], end: fn(u32) -> End) -> Result<(), ExecError> {
    if !env.graph.lacks_any() {
        return Ok(());
    }
    match slots.iter().find_map(|&slot| env.ctx.gone_from(env.graph, end(slot))) {
        Some(id) => Err(FunctionError::Deleted { id: id.0 }.into()),
        None => Ok(()),
    }
}

pub(super) fn index(
    env: &Env,
    base: &Scalar,
    index: &Scalar,
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let base = eval(env, base, frame)?;
    let index = eval(env, index, frame)?;
    let (base, index) = (Cells::of(&base, env.ctx), Cells::of(&index, env.ctx));
    let values = (0..frame.len())
        .map(|row| index_of(env, base.get(row), index.get(row)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ExecError::from(error).at(range))?;
    Ok(typed(values))
}

fn index_of(env: &Env, base: &Value, index: &Value) -> Result<Value, FunctionError> {
    match (base, index) {
        (Value::Node(_) | Value::Relationship(_), Value::Null) => Ok(Value::Null),
        (Value::Node(node), Value::String(key)) => env.element_property(node.id(), key),
        (Value::Relationship(rel), Value::String(key)) => env.element_property(rel.id(), key),
        (Value::Node(_) | Value::Relationship(_), other) => Err(FunctionError::Type {
            function: "[]",
            expected: "a STRING as the key of a property",
            found: other.type_name().to_owned(),
        }),
        _ => operator::index(base, index),
    }
}

pub(super) fn slice(
    env: &Env,
    base: &Scalar,
    from: Option<&Scalar>,
    to: Option<&Scalar>,
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let base = eval(env, base, frame)?;
    let from = from.map(|from| eval(env, from, frame)).transpose()?;
    let to = to.map(|to| eval(env, to, frame)).transpose()?;
    let cells = Cells::of(&base, env.ctx);
    let bound = |column: &Option<Cow<'_, Column>>, row| column.as_ref().map(|column| column.value(row, env.ctx));
    let mut values = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        env.ctx.budget.step()?;
        let (from, to) = (bound(&from, row), bound(&to, row));
        let value = operator::slice(env, cells.get(row), from.as_ref(), to.as_ref());
        values.push(value.map_err(|error| ExecError::from(error).at(range))?);
    }
    Ok(Column::Values(values))
}

/// A test of labels with its names looked up; a name that the graph does not know is `None` and fits nothing.
pub(in crate::exec) enum Test {
    Name(Option<LabelId>, Option<TypeId>),
    Wildcard,
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

impl Test {
    pub(in crate::exec) fn of(env: &Env, test: &LabelTest) -> Self {
        match test {
            LabelTest::Name(label, rel_type) => Test::Name(env.ctx.label(*label), env.ctx.rel_type(*rel_type)),
            LabelTest::Wildcard => Test::Wildcard,
            LabelTest::Not(inner) => Test::Not(Box::new(Test::of(env, inner))),
            LabelTest::All(inner) => Test::All(inner.iter().map(|test| Test::of(env, test)).collect()),
            LabelTest::Any(inner) => Test::Any(inner.iter().map(|test| Test::of(env, test)).collect()),
        }
    }

    fn holds_for_node(&self, graph: &Graph, node: NodeSlot) -> bool {
        match self {
            Test::Name(label, _) => label.is_some_and(|label| graph.has_label(node, label)),
            Test::Wildcard => !graph.labels(node).is_empty(),
            Test::Not(inner) => planted!("a label behind ! may be there") || !inner.holds_for_node(graph, node),
            Test::All(inner) => inner.iter().all(|test| test.holds_for_node(graph, node)),
            Test::Any(inner) => inner.iter().any(|test| test.holds_for_node(graph, node)),
        }
    }

    fn holds_for_type(&self, found: TypeId) -> bool {
        match self {
            Test::Name(_, rel_type) => *rel_type == Some(found),
            Test::Wildcard => true,
            Test::Not(inner) => !inner.holds_for_type(found),
            Test::All(inner) => inner.iter().all(|test| test.holds_for_type(found)),
            Test::Any(inner) => inner.iter().any(|test| test.holds_for_type(found)),
        }
    }

    fn holds(&self, graph: &Graph, element: End) -> bool {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.holds_for_node(graph, node),
            (None, Some(rel)) => self.holds_for_type(graph.rel(rel).rel_type),
            (None, None) => false,
        }
    }
}

pub(super) fn has_labels(
    env: &Env,
    base: &Scalar,
    test: &LabelTest,
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let base = eval(env, base, frame)?;
    let test = Test::of(env, test);
    match &*base {
        Column::Nodes(slots) if !env.graph.lacks_any() => {
            // A single label is what nearly every query asks for.
            if let Test::Name(Some(label), _) = test
                && !slots.contains(&NULL_SLOT)
            {
                return Ok(Column::Booleans(env.graph.have_label(slots, label), Vec::new()));
            }
            Ok(test_slots(slots, |slot| test.holds_for_node(env.graph, NodeSlot(slot))))
        }
        Column::Rels(slots) if !env.graph.lacks_any() => {
            Ok(test_slots(slots, |slot| test.holds_for_type(env.graph.rel(RelSlot(slot)).rel_type)))
        }
        other => {
            let mut results = Vec::with_capacity(frame.len());
            for row in 0..frame.len() {
                let found = match other.value(row, env.ctx) {
                    Value::Null => Ok(None),
                    Value::Node(node) => env.ask(node.id(), |graph, end| Some(test.holds(graph, end))),
                    Value::Relationship(rel) => env.ask(rel.id(), |graph, end| Some(test.holds(graph, end))),
                    value => Err(FunctionError::Type {
                        function: "a test of labels",
                        expected: "a NODE or RELATIONSHIP",
                        found: value.type_name().to_owned(),
                    }),
                };
                results.push(found.map_err(|error| ExecError::from(error).at(range))?);
            }
            Ok(Column::booleans(results))
        }
    }
}

fn test_slots(slots: &[u32], holds: impl Fn(u32) -> bool) -> Column {
    if slots.contains(&NULL_SLOT) {
        return Column::booleans(slots.iter().map(|&slot| (slot != NULL_SLOT).then(|| holds(slot))));
    }
    Column::Booleans(slots.iter().map(|&slot| holds(slot)).collect(), Vec::new())
}

pub(super) fn map_projection(
    env: &Env,
    base: &Scalar,
    all: bool,
    entries: &[(Name, Scalar)],
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let base = eval(env, base, frame)?;
    let columns = entries.iter().map(|(_, entry)| eval(env, entry, frame)).collect::<Result<Vec<_>, _>>()?;
    let mut maps = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let base = base.value(row, env.ctx);
        if base.is_null() {
            maps.push(Value::Null);
            continue;
        }
        let mut map = match (&base, all) {
            (_, false) => Ok(std::collections::BTreeMap::new()),
            (Value::Node(node), true) => env.element_properties(node.id()),
            (Value::Relationship(rel), true) => env.element_properties(rel.id()),
            (Value::Map(map), true) => Ok((**map).clone()),
            (other, true) => Err(FunctionError::Type {
                function: "a map projection",
                expected: "a NODE, RELATIONSHIP or MAP",
                found: other.type_name().to_owned(),
            }),
        }
        .map_err(|error| ExecError::from(error).at(range))?;
        for ((name, _), column) in entries.iter().zip(&columns) {
            map.insert(name.clone(), column.value(row, env.ctx));
        }
        let map = Value::Map(map.into());
        env.ctx.budget.bytes(map.payload_bytes())?;
        maps.push(env.ctx.budget.value(map)?);
    }
    Ok(Column::Values(maps))
}
