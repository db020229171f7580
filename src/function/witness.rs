//! What a row rests on, on its way to the column `why`: a list of nodes and relationships, with maps among them for
//! what is not there and for what is not explained.
//!
//! None of these can be called by name: [`WHY`](super::WHY) statements are made of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::string::count_value;
use super::{Accepts, Accumulator, Aggregate, Cited, Function, FunctionError, Host, ResultType};
use crate::value::{ElementId, Name, Relationship, Type, Value, compare};

/// The key that marks a map as telling what is not there: the text of the form that nothing has.
pub(crate) const ABSENT: &str = "pattern";

/// The key that marks a map as telling what is not explained, and why.
pub(crate) const NOTE: &str = "note";

/// All that its arguments hold, each element once: lists are opened, what is null is left out.
pub(crate) const WITNESS: Function = Function::new(
    "witness",
    &[Accepts::ANY],
    ResultType::ListOf(Type::Any),
    witness,
    "the elements that a row rests on so far",
)
.variadic()
.sees_nulls();

/// The relationships of a list and the nodes between them, seen from where the way begins.
pub(crate) const WAY: Function = Function::new(
    "witness.way",
    &[Accepts::ANY, Accepts::ANY],
    ResultType::ListOf(Type::Any),
    way,
    "the relationships of a way and the nodes between them",
);

/// What a row rests on, as the column `why` has it.
pub(crate) const WHY: Function = Function::new(
    "witness.why",
    &[Accepts::ANY],
    ResultType::Is(Type::Map),
    why,
    "what a row rests on, with citations",
)
.variadic()
.sees_nulls();

/// What the rows of a group rest on together.
pub(crate) const WITNESSES: Aggregate = Aggregate {
    name: "witness",
    parameters: &[Accepts::ANY],
    result: ResultType::ListOf(Type::Any),
    summary: "the elements that the rows of a group rest on",
    keeps: true,
    start: || Box::new(Gathered::default()),
};

/// Elements, each once, in the order in which they came.
#[derive(Default)]
struct Gathered {
    known: FxHashSet<ElementId>,
    items: Vec<Value>,
    /// Those of them that are no elements.
    maps: BTreeSet<Sorted>,
    kept_bytes: usize,
}

/// A value that is sorted as by ORDER BY.
struct Sorted(Value);

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        compare::order(&self.0, &other.0)
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Sorted {}

impl PartialEq for Sorted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Gathered {
    fn take(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::List(items) => items.iter().for_each(|item| self.take(item)),
            Value::Path(path) => {
                path.elements.iter().for_each(|element| self.take(&element.clone().into()));
                path.relationships.iter().for_each(|rel| self.take(&rel.clone().into()));
            }
            Value::Node(node) => self.add_new(node.id(), value),
            Value::Relationship(rel) => self.add_new(rel.id(), value),
            Value::Map(map) if map.contains_key(ABSENT) || map.contains_key(NOTE) => self.add_new_map(value),
            // What a procedure tells may hold more than elements.
            Value::Map(map) => map.values().for_each(|value| self.take(value)),
            _ => {}
        }
    }

    fn add_new(&mut self, id: ElementId, value: &Value) {
        if self.known.insert(id) {
            self.kept_bytes += 2 * size_of::<ElementId>();
            self.add(value);
        }
    }

    fn add_new_map(&mut self, value: &Value) {
        if self.maps.insert(Sorted(value.clone())) {
            self.add(value);
        }
    }

    fn add(&mut self, value: &Value) {
        self.kept_bytes += size_of::<Value>() + value.payload_bytes();
        self.items.push(value.clone());
    }
}

impl Accumulator for Gathered {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        self.take(&arguments[0]);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        Ok(Value::List(self.items.into()))
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }
}

fn gathered(host: &dyn Host, arguments: &[Value]) -> Result<Vec<Value>, FunctionError> {
    let mut all = Gathered::default();
    arguments.iter().for_each(|argument| all.take(argument));
    host.reserve(all.kept_bytes)?;
    Ok(all.items)
}

fn witness(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(Value::List(gathered(host, arguments)?.into()))
}

fn way(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let [start, Value::List(rels)] = arguments else { return Ok(Value::Null) };
    host.reserve(2 * size_of_val(&**rels))?;
    let mut items = Vec::with_capacity(2 * rels.len());
    let mut at = start.clone();
    for rel in rels.iter() {
        let Value::Relationship(found) = rel else { continue };
        let (start, end) = host.ends(found)?;
        at = if same_element(&start, &at) { end.clone() } else { start.clone() };
        items.extend([rel.clone(), at.clone()]);
    }
    Ok(Value::List(items.into()))
}

fn same_element(left: &Value, right: &Value) -> bool {
    element_id(left).is_some() && element_id(left) == element_id(right)
}

fn element_id(value: &Value) -> Option<ElementId> {
    match value {
        Value::Node(node) => Some(node.id()),
        Value::Relationship(rel) => Some(rel.id()),
        _ => None,
    }
}

/// `{elements, absent, truncated}`.
fn why(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (mut elements, mut absent) = (Vec::new(), Vec::new());
    let all = with_ends(host, gathered(host, arguments)?)?;
    let count = all.len();
    let most = host.max_witnesses();
    let truncated = if count > most { count_value(count) } else { Value::Null };
    for item in all.into_iter().take(most) {
        match item {
            Value::Map(map) if map.contains_key(ABSENT) => absent.push(Value::Map(map)),
            item => elements.push(entry(host, item)?),
        }
    }
    host.reserve(elements.iter().map(Value::payload_bytes).sum())?;
    Ok(map([("elements", elements.into()), ("absent", absent.into()), ("truncated", truncated)]))
}

/// Behind all others, the ends of relationships that are not among them: the inside of a bracket that does not write it
/// out.
fn with_ends(host: &dyn Host, mut items: Vec<Value>) -> Result<Vec<Value>, FunctionError> {
    let mut known: FxHashSet<ElementId> = items.iter().filter_map(element_id).collect();
    let mut next = 0;
    while let Some(item) = items.get(next) {
        next += 1;
        let Value::Relationship(rel) = item else { continue };
        let (start, end) = host.ends(rel)?;
        items.extend([start, end].into_iter().filter(|end| element_id(end).is_some_and(|id| known.insert(id))));
    }
    host.reserve(items.len() * size_of::<Value>())?;
    Ok(items)
}

/// What is told of one element: its state and its citations.
fn entry(host: &dyn Host, item: Value) -> Result<Value, FunctionError> {
    let note = match &item {
        Value::Map(map) => map.get(NOTE).cloned(),
        _ => None,
    };
    if let Some(note) = note {
        return Ok(map([("element", Value::Null), (NOTE, note)]));
    }
    let state = match &item {
        Value::Relationship(rel) => state(host, rel)?,
        _ => Value::Null,
    };
    let citations = match element_id(&item) {
        Some(id) => {
            let cited = host.citations(id)?.into_iter().map(|citation| told(host, citation));
            cited.collect::<Result<Vec<_>, _>>()?
        }
        None => Vec::new(),
    };
    Ok(map([
        ("element", item),
        ("state", state),
        ("citations", citations.into()),
        ("clocks", Vec::<Value>::new().into()),
    ]))
}

fn told(host: &dyn Host, cited: Cited) -> Result<Value, FunctionError> {
    let properties = host.properties(cited.citation.id())?;
    let said = |key: &str| properties.get(key).cloned().unwrap_or_default();
    Ok(map([
        ("citation", cited.citation.into()),
        ("paragraph", cited.paragraph.into()),
        ("source", cited.source.into()),
        ("certainty", said("certainty")),
        ("voice", said("voice")),
        ("printed", said("printed")),
    ]))
}

fn state(host: &dyn Host, rel: &Relationship) -> Result<Value, FunctionError> {
    Ok(Value::from(if host.is_asserted(rel)? { "asserted" } else { "quoted" }))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries: BTreeMap<Name, Value> = entries.into_iter().map(|(key, value)| (Name::from(key), value)).collect();
    Value::Map(entries.into())
}
