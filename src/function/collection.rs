//! The functions of lists in the namespace `coll`, as Cypher 25 has them.

use super::arguments::{count, list};
use super::string::count_value;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{List, Type, Value, compare};

const LIST: &[Accepts] = &[Accepts::LIST];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("coll.distinct", LIST, ResultType::SameAs(0), distinct, "the list without what was in it before"),
    Function::new(
        "coll.flatten",
        &[Accepts::LIST, Accepts::INTEGER],
        ResultType::ListOf(Type::Any),
        flatten,
        "the list with the items of the lists in it in their place, one level deep or so many",
    )
    .optional(1),
    Function::new(
        "coll.indexOf",
        &[Accepts::LIST, Accepts::ANY],
        ResultType::Is(Type::Integer),
        index_of,
        "where the first item stands that is equal to a value, counted from 0; -1 if none is",
    ),
    Function::new(
        "coll.insert",
        &[Accepts::LIST, Accepts::INTEGER, Accepts::ANY],
        ResultType::ListOf(Type::Any),
        insert,
        "the list with a value before the item at a place, or behind the last one",
    )
    .sees_nulls(),
    Function::new(
        "coll.max",
        LIST,
        ResultType::ItemOf(0),
        max,
        "the last item in the order of ORDER BY, nulls left out",
    ),
    Function::new("coll.min", LIST, ResultType::ItemOf(0), min, "the first item in the order of ORDER BY"),
    Function::new(
        "coll.remove",
        &[Accepts::LIST, Accepts::INTEGER],
        ResultType::SameAs(0),
        remove,
        "the list without the item at a place",
    ),
    Function::new("coll.sort", LIST, ResultType::SameAs(0), sort, "the list in the order of ORDER BY"),
];

/// What is equivalent comes to stand side by side; the first of each group stays.
fn distinct(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let items = copied("coll.distinct", host, &arguments[0])?;
    let mut places: Vec<usize> = (0..items.len()).collect();
    places.sort_by(|one, other| compare::order(&items[*one], &items[*other]));
    places.dedup_by(|later, earlier| compare::equivalent(&items[*later], &items[*earlier]));
    places.sort_unstable();
    Ok(Value::List(places.into_iter().map(|place| items[place].clone()).collect()))
}

fn flatten(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let depth = arguments.get(1).map_or(Ok(1), |depth| count("coll.flatten", "depth", depth))?;
    let mut items = copied("coll.flatten", host, &arguments[0])?;
    for _ in 0..depth {
        if !items.iter().any(|item| matches!(item, Value::List(_))) {
            break;
        }
        items = flatter(host, items)?;
    }
    Ok(items.into())
}

fn flatter(host: &dyn Host, items: Vec<Value>) -> Result<Vec<Value>, FunctionError> {
    let mut flat = Vec::new();
    for item in items {
        match item {
            Value::List(inner) => {
                host.reserve(size_of_val(&*inner))?;
                flat.extend(inner.iter().cloned());
            }
            other => flat.push(other),
        }
    }
    Ok(flat)
}

fn index_of(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let items = list("coll.indexOf", &arguments[0])?;
    let place = items.iter().position(|item| compare::equal(item, &arguments[1]) == Some(true));
    Ok(place.map_or(Value::Integer(-1), count_value))
}

fn insert(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    if arguments[0].is_null() || arguments[1].is_null() {
        return Ok(Value::Null);
    }
    let mut items = copied("coll.insert", host, &arguments[0])?;
    let place = place_within("coll.insert", &arguments[1], items.len())?;
    items.insert(place, arguments[2].clone());
    Ok(items.into())
}

fn max(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(present(list("coll.max", &arguments[0])?).max_by(|one, other| compare::order(one, other)).cloned().into())
}

fn min(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(present(list("coll.min", &arguments[0])?).min_by(|one, other| compare::order(one, other)).cloned().into())
}

fn present(items: &List) -> impl Iterator<Item = &Value> {
    items.iter().filter(|item| !item.is_null())
}

fn remove(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut items = copied("coll.remove", host, &arguments[0])?;
    let place = place_within("coll.remove", &arguments[1], items.len().saturating_sub(1))?;
    if items.is_empty() {
        return Err(nowhere("coll.remove", place));
    }
    items.remove(place);
    Ok(items.into())
}

fn sort(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut items = copied("coll.sort", host, &arguments[0])?;
    items.sort_by(compare::order);
    Ok(items.into())
}

fn copied(function: &'static str, host: &dyn Host, value: &Value) -> Result<Vec<Value>, FunctionError> {
    let items = list(function, value)?;
    host.reserve(size_of_val(&**items))?;
    Ok(items.to_vec())
}

/// A place in a list, up to the last that there is.
fn place_within(function: &'static str, place: &Value, last: usize) -> Result<usize, FunctionError> {
    let place = count(function, "place", place)?;
    if place <= last { Ok(place) } else { Err(nowhere(function, place)) }
}

fn nowhere(function: &'static str, place: usize) -> FunctionError {
    FunctionError::Range { function, message: format!("the list has no place {place}") }
}
