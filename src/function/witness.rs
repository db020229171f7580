//! What a row rests on, on its way to the column `why`: a list of nodes and relationships, with maps among them for
//! what is not there and for what is not explained.
//!
//! None of these can be called by name: statements with `WHY` are made of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::lens::{Clock, Lens};
use super::source::described;
use super::string::count_value;
use super::{Accepts, Accumulator, Aggregate, Cited, Function, FunctionError, Host, ResultType};
use crate::value::{ElementId, Map, Name, Relationship, Type, Value, compare};

/// The key that marks a map as telling what is not there: the text of the form that nothing has.
pub(crate) const ABSENT: &str = "pattern";

/// How many were looked at.
pub(crate) const LOOKED_AT: &str = "looked_at";

/// The key that marks a map as telling what is not explained, and why.
pub(crate) const NOTE: &str = "note";

/// The keys of an element and of the clocks by which it passed.
const ELEMENT: &str = "element";
pub(crate) const CLOCKS: &str = "clocks";

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

/// Elements, each with what let it pass under the clocks.
pub(crate) const CLOCKED: Function = Function::new(
    "witness.clocked",
    &[Accepts::ANY, Accepts::LIST],
    ResultType::ListOf(Type::Any),
    clocked,
    "elements with what let them pass under clocks",
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
    merges: false,
    start: || Box::new(Gathered::default()),
};

/// Elements, each once, in the order in which they came.
#[derive(Default)]
struct Gathered {
    /// Whether all citations of one are asked about, and not only those that a clock shows.
    known: FxHashMap<ElementId, bool>,
    /// What is told of the clocks by which an element passed.
    clocks: FxHashMap<ElementId, BTreeSet<Sorted>>,
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
            Value::List(items) => items.iter().for_each(|item| self.take(item)),
            Value::Path(path) => {
                path.elements.iter().for_each(|element| self.take(&element.clone().into()));
                path.relationships.iter().for_each(|rel| self.take(&rel.clone().into()));
            }
            Value::Node(node) => self.add_new(node.id(), value, false),
            Value::Relationship(rel) => self.add_new(rel.id(), value, false),
            Value::Map(map) if is_absent(map) || is_note(map) => self.add_new_map(value),
            Value::Map(map) if map.contains_key(ELEMENT) && map.contains_key(CLOCKS) => self.take_clocked(map),
            // What a procedure tells may hold more than elements.
            Value::Map(map) => map.values().for_each(|value| self.take(value)),
            // Null, or what a procedure tells besides elements.
            _ => {}
        }
    }

    fn take_clocked(&mut self, map: &Map) {
        if let (Some(id), Value::List(clocks)) = (element_id(&map[ELEMENT]), &map[CLOCKS]) {
            self.add_new(id, &map[ELEMENT], clocks.is_empty());
            if clocks.is_empty() {
                return;
            }
            self.kept_bytes += clocks.iter().map(|clock| size_of::<Value>() + clock.payload_bytes()).sum::<usize>();
            self.clocks.entry(id).or_default().extend(clocks.iter().cloned().map(Sorted));
        }
    }

    /// What was taken, in the same form.
    fn into_list(self) -> Value {
        let Self { items, known, mut clocks, .. } = self;
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let id = element_id(&item);
            let clocks = id.and_then(|id| clocks.remove(&id));
            if id.is_some_and(|id| known[&id]) {
                list.push(with_all_citations(item.clone()));
            }
            list.push(match clocks {
                Some(clocks) => clocked_element(item, unsorted(clocks)),
                None => item,
            });
        }
        Value::List(list.into())
    }

    fn add_new(&mut self, id: ElementId, value: &Value, is_whole: bool) {
        let met = self.known.insert(id, is_whole);
        if met == Some(true) {
            self.known.insert(id, true);
        }
        if met.is_none() {
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
        Ok(self.into_list())
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }
}

fn gathered(host: &dyn Host, arguments: &[Value]) -> Result<Gathered, FunctionError> {
    let mut all = Gathered::default();
    for argument in arguments {
        all.take(argument);
    }
    host.reserve(all.kept_bytes)?;
    Ok(all)
}

fn witness(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(gathered(host, arguments)?.into_list())
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

/// What a function rests on that looks at citations: of those of its arguments that tell of clocks as these see them.
pub(super) fn with_citations(
    host: &dyn Host,
    elements: Vec<Value>,
    arguments: &[Value],
) -> Result<Value, FunctionError> {
    match arguments.get(1) {
        Some(clocks) => clocked(host, &[elements.into(), clocks.clone()]),
        None => Ok(elements.into_iter().map(with_all_citations).collect::<Vec<_>>().into()),
    }
}

/// Of each element and the ends of it, what the clocks saw of it; and what it is known through, if it is not cited, or has
/// its sources by.
fn clocked(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let [elements, Value::List(clocks)] = arguments else { return Ok(arguments[0].clone()) };
    let lens = Lens::of(&arguments[1]);
    let found = with_ends(host, gathered(host, std::slice::from_ref(elements))?.items)?;
    let touched = touched(host, &found)?;
    let mut items = passed(host, &found, clocks)?;
    for id in found.iter().filter_map(element_id) {
        if let Some(known) = lens.known.filter(|_| !touched.contains(&id)) {
            let through = host.known_through(id, known.possibly)?;
            items.extend(passed_through(host, through, clocks, |clock| clock.known.is_some())?);
        }
        if lens.sources.is_some() {
            let through = host.sources_through(id, lens)?;
            items.extend(passed_through(host, through, clocks, |clock| clock.sources.is_none())?);
        }
    }
    host.reserve(items.iter().map(|item| size_of::<Value>() + item.payload_bytes()).sum())?;
    Ok(Value::List(items.into()))
}

/// Relationships and their ends, with what those of the clocks saw of them that are `asked`.
fn passed_through(
    host: &dyn Host,
    rels: impl IntoIterator<Item = Relationship>,
    clocks: &[Value],
    asked: fn(Lens<&Value>) -> bool,
) -> Result<Vec<Value>, FunctionError> {
    let found = with_ends(host, rels.into_iter().map(Value::from).collect())?;
    let clocks: Vec<Value> = clocks.iter().filter(|clock| asked(Lens::default().and(clock))).cloned().collect();
    passed(host, &found, &clocks)
}

/// Elements, each with what the clocks saw of it; without that if it is hidden.
fn passed(host: &dyn Host, elements: &[Value], clocks: &[Value]) -> Result<Vec<Value>, FunctionError> {
    let lens = clocks.iter().fold(Lens::default(), Lens::and);
    let counts_all = lens.sources.is_some() && lens.known.is_none();
    let mut items = Vec::with_capacity(elements.len());
    for element in elements {
        let Some(id) = element_id(element) else { continue };
        let passes = host.passes(id, lens)?;
        if !passes || counts_all {
            items.push(with_all_citations(element.clone()));
        }
        if passes {
            let seen = clocks.iter().map(|clock| seen_by(host, id, clock, lens)).collect::<Result<_, _>>()?;
            items.push(clocked_element(element.clone(), seen));
        }
    }
    Ok(items)
}

/// An element of which all citations are told.
fn with_all_citations(element: Value) -> Value {
    clocked_element(element, Vec::new())
}

/// What asserted relationships among these elements touch: it is known through them.
fn touched(host: &dyn Host, found: &[Value]) -> Result<FxHashSet<ElementId>, FunctionError> {
    let mut touched = FxHashSet::default();
    for element in found {
        let Value::Relationship(rel) = element else { continue };
        if host.is_asserted(rel)? {
            let (start, end) = host.ends(rel)?;
            touched.extend([start, end].iter().filter_map(element_id));
        }
    }
    Ok(touched)
}

fn clocked_element(element: Value, clocks: Vec<Value>) -> Value {
    Value::from_iter([(ELEMENT, element), (CLOCKS, clocks.into())])
}

/// The clock with the value of the element by which it let it pass. Sources are counted as far as the others of the `lens`
/// show them.
fn seen_by(host: &dyn Host, id: ElementId, clock: &Value, lens: Lens<&Value>) -> Result<Value, FunctionError> {
    let Value::Map(said) = clock else { return Ok(Value::Null) };
    let mut told = (**said).clone();
    let asked = Lens::default().and(clock);
    if asked.valid.is_some() {
        let (from, to) = host.valid_times(id)?;
        told.extend([(Name::from("from"), from), (Name::from("to"), to)]);
    } else if let Some(known) = asked.known {
        told.insert(Name::from("by"), host.known(id, known.possibly)?.into());
    } else {
        told.insert(Name::from("by"), host.source_count(id, lens)?.map(count_value).into());
    }
    Ok(Value::Map(told.into()))
}

fn is_absent(map: &Map) -> bool {
    map.contains_key(ABSENT) && map.contains_key(LOOKED_AT)
}

fn is_note(map: &Map) -> bool {
    map.len() == 1 && map.contains_key(NOTE)
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
    let Gathered { items, known, mut clocks, .. } = gathered(host, arguments)?;
    let mut all = with_ends(host, items)?;
    let (most, mut next, mut joints) = (host.max_witnesses(), 0, Joints::beside(&all));
    while let Some(item) = all.get(next).filter(|_| next < most).cloned() {
        next += 1;
        match item {
            Value::Map(map) if is_absent(&map) => absent.push(Value::Map(map)),
            item => {
                let id = element_id(&item);
                let is_whole = id.is_some_and(|id| known.get(&id) == Some(&true));
                let clocks = id.and_then(|id| clocks.remove(&id)).map(unsorted).unwrap_or_default();
                let cited = id.map(|id| citations(host, id, if is_whole { &[] } else { &clocks })).transpose()?;
                let cited = cited.unwrap_or_default();
                all.extend(joints.of(host, &item, &cited)?);
                elements.push(entry(host, item, cited, clocks)?);
            }
        }
    }
    let truncated = if all.len() > most { count_value(all.len()) } else { Value::Null };
    host.reserve(elements.iter().map(Value::payload_bytes).sum())?;
    Ok(Value::from_iter([("elements", elements.into()), ("absent", absent.into()), ("truncated", truncated)]))
}

/// What joins paragraphs to sources by the word of another source: until that was out, what is read there was no citation.
struct Joints {
    /// The elements that are told anyway.
    told: FxHashSet<ElementId>,
    /// The paragraphs that were asked about.
    asked: FxHashSet<ElementId>,
}

impl Joints {
    fn beside(items: &[Value]) -> Self {
        Self { told: items.iter().filter_map(element_id).collect(), asked: FxHashSet::default() }
    }

    /// Those of an element, if it is a paragraph, and of the paragraphs that cite it, with their ends; each once.
    fn of(&mut self, host: &dyn Host, item: &Value, cited: &[Cited]) -> Result<Vec<Value>, FunctionError> {
        let itself = if let Value::Node(node) = item { Some(node) } else { None };
        let mut joints = Vec::new();
        for paragraph in cited.iter().filter_map(|cited| cited.paragraph.as_ref()).chain(itself) {
            if self.asked.insert(paragraph.id()) {
                joints.extend(host.cited_joints(paragraph)?.into_iter().map(Value::from));
            }
        }
        let mut found = if joints.is_empty() { joints } else { with_ends(host, joints)? };
        found.retain(|element| element_id(element).is_some_and(|id| self.told.insert(id)));
        Ok(found)
    }
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
fn entry(host: &dyn Host, item: Value, cited: Vec<Cited>, clocks: Vec<Value>) -> Result<Value, FunctionError> {
    let note = match &item {
        Value::Map(map) => map.get(NOTE).cloned(),
        _ => None,
    };
    if let Some(note) = note {
        return Ok(Value::from_iter([(ELEMENT, Value::Null), (NOTE, note)]));
    }
    let state = match &item {
        Value::Relationship(rel) => state(host, rel)?,
        _ => Value::Null,
    };
    let citations = cited.into_iter().map(|citation| described(host, citation)).collect::<Result<Vec<_>, _>>()?;
    Ok(Value::from_iter([(ELEMENT, item), ("state", state), ("citations", citations.into()), (CLOCKS, clocks.into())]))
}

/// The citations that are told of an element: where it had to be known, those that are known by then.
fn citations(host: &dyn Host, id: ElementId, clocks: &[Value]) -> Result<Vec<Cited>, FunctionError> {
    let known: Vec<Clock<&Value>> = clocks.iter().filter_map(|clock| Lens::default().and(clock).known).collect();
    if known.is_empty() {
        return host.citations(id, Lens::default());
    }
    let mut shown = BTreeMap::new();
    for at in known {
        let cited = host.known_citations(id, at)?.into_iter();
        shown.extend(cited.map(|cited| ((cited.citation.id(), cited.paragraph.is_some(), cited.source.id()), cited)));
    }
    Ok(shown.into_values().collect())
}

fn unsorted(values: BTreeSet<Sorted>) -> Vec<Value> {
    values.into_iter().map(|Sorted(value)| value).collect()
}

fn state(host: &dyn Host, rel: &Relationship) -> Result<Value, FunctionError> {
    Ok(Value::from(if host.is_asserted(rel)? { "asserted" } else { "quoted" }))
}
