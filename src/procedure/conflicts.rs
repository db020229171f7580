//! `provenance.conflicts`: where sources contradict each other.
//!
//! Two things can do so: the figures that are given for one thing, and the values that the citations of one element give
//! for one of its properties. Only what cannot both be so is a conflict, and only between sources: what one article says
//! of itself is its own affair. Nobody is taken to be right, so every value that another source contradicts is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dates;
use super::dispute::{Given, Place, Range, contradicted};
use super::seen::Seen;
use crate::catalog::KeyId;
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry};
use crate::storage::{Cited, End, NodeSlot};
use crate::value::{Name, Type, Value, compare};

/// The words of a reported number.
const FIGURE: &str = "Figure";
const MEASURES: &str = "MEASURES";

/// What a citation says of itself and not of what it cites.
const OF_THE_CITATION: [&str; 6] = ["certainty", "voice", "printed", "form", "basis", "stance"];

/// Where in a source, and in which words, it says so, unless what is cited has such a property itself.
const OF_THE_PLACE: [&str; 7] = ["page", "line", "section", "quote", "note", "url", "language"];

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from("provenance.conflicts"),
        inputs: Vec::new(),
        outputs: vec![
            Field::required("kind", Type::String),
            Field::required("subject", Type::Element),
            Field::nullable("key", Type::Any),
            Field::required("values", Type::list_of(Type::Any)),
            Field::required("sources", Type::list_of(Type::list_of(Type::Node))),
            Field::required("because", Type::list_of(Type::Element)),
        ],
        summary: "where sources contradict each other: figures of one thing, dates and values of one property"
            .to_owned(),
        body: Arc::new(|host, _| rows(host)),
    });
}

fn rows(host: &dyn Host) -> Result<Answer, FunctionError> {
    let seen = Seen::by(host);
    let mut rows = figures(&seen)?;
    let mut disputed = Vec::new();
    seen.each(seen.cited()?, |element| {
        disputed.extend(values(&seen, element)?);
        Ok(())
    })?;
    rows.extend(disputed);
    Ok(Answer::of(rows))
}

// ---------------------------------------------------------------- figures

/// The conflicts of figures, by what is measured and unit.
fn figures(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let mut measured: Vec<(End, NodeSlot)> = Vec::new();
    seen.each_asserted(MEASURES, |slot, rel| {
        let figure = rel.start.as_node().filter(|figure| seen.has_label(*figure, FIGURE) && seen.sees(End::rel(slot)));
        measured.extend(figure.map(|figure| (rel.end, figure)));
    })?;
    measured.sort_unstable();
    measured.dedup();
    let mut of_things: Vec<&[(End, NodeSlot)]> = measured.chunk_by(|left, right| left.0 == right.0).collect();
    of_things.retain(|figures| figures.len() > 1);
    of_things.sort_by_cached_key(|figures| seen.graph.id(figures[0].0));
    let mut rows = Vec::new();
    seen.each(of_things, |figures| {
        for (unit, given) in by_unit(seen, figures) {
            rows.extend(row(seen, "figure", figures[0].0, unit, &contradicted(given))?);
        }
        Ok(())
    })?;
    Ok(rows)
}

fn by_unit(seen: &Seen, figures: &[(End, NodeSlot)]) -> Vec<(Value, Vec<Given>)> {
    let mut units: Vec<(Value, Vec<Given>)> = Vec::new();
    for (_, figure) in figures {
        let unit = property(seen, *figure, "unit");
        let given = given_figure(seen, *figure);
        match units.iter_mut().find(|(known, _)| compare::equivalent(known, &unit)) {
            Some((_, all)) => all.extend(given),
            None => units.push((unit, given)),
        }
    }
    units.sort_by(|left, right| compare::order(&left.0, &right.0));
    units
}

/// A figure once for each source that gives it; none if its bounds leave nothing.
fn given_figure(seen: &Seen, figure: NodeSlot) -> Vec<Given> {
    let is_open = |key| matches!(property(seen, figure, key), Value::Boolean(true));
    let bound = |key, open, nudge: i8| {
        let value = property(seen, figure, key);
        is_number(&value).then(|| Place { value, nudge: if is_open(open) { nudge } else { 0 } })
    };
    let range = Range { low: bound("low", "low_open", 1), high: bound("high", "high_open", -1) };
    if range.is_empty() {
        return Vec::new();
    }
    let mut sources: Vec<NodeSlot> = seen.citations(End::node(figure)).map(|cited| cited.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let value = shown(&range);
    let given = |source| Given { value: value.clone(), range: range.clone(), source, because: End::node(figure) };
    sources.into_iter().map(given).collect()
}

/// A number, or an interval in words: `> 40`, `20 to 30`.
fn shown(range: &Range) -> Value {
    match (&range.low, &range.high) {
        (Some(low), Some(high)) if low == high => low.value.clone(),
        (Some(low), None) => format!("{} {}", if low.nudge == 0 { ">=" } else { ">" }, low.value).into(),
        (None, Some(high)) => format!("{} {}", if high.nudge == 0 { "<=" } else { "<" }, high.value).into(),
        (Some(low), Some(high)) => {
            let mark = |place: &Place, mark: &'static str| if place.nudge == 0 { "" } else { mark };
            format!("{}{} to {}{}", mark(low, "> "), low.value, mark(high, "< "), high.value).into()
        }
        (None, None) => Value::Null,
    }
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::Integer(_) => true,
        Value::Float(number) => !number.is_nan(),
        _ => false,
    }
}

fn property(seen: &Seen, node: NodeSlot, key: &str) -> Value {
    seen.graph.catalog().keys.get(key).map_or(Value::Null, |key| seen.graph.node_property(node, key))
}

// ---------------------------------------------------------------- values

/// The conflicts between the citations of one element, by key.
fn values(seen: &Seen, element: End) -> Result<Vec<Vec<Value>>, FunctionError> {
    let citations: Vec<Cited> = seen.citations(element).collect();
    let [first, others @ ..] = citations.as_slice() else { return Ok(Vec::new()) };
    if others.iter().all(|cited| cited.source == first.source) || !seen.sees(element) {
        return Ok(Vec::new());
    }
    seen.reserve(citations.len() * size_of::<Given>())?;
    let mut given: BTreeMap<(&Name, Class), Vec<Given>> = BTreeMap::new();
    let mut is_compared: BTreeMap<KeyId, bool> = BTreeMap::new();
    for cited in citations {
        for (key, value) in seen.graph.rel_properties(cited.rel) {
            let is_compared = *is_compared.entry(key).or_insert_with(|| compares(seen, element, key));
            let Some((class, range)) = range_of(&value).filter(|_| is_compared) else { continue };
            let name = seen.graph.catalog().keys.name(key);
            let one = Given { value, range, source: cited.source, because: End::rel(cited.rel) };
            given.entry((name, class)).or_default().push(one);
        }
    }
    let rows = given.into_iter().map(|((key, class), given)| {
        let (kind, contradicted) = match class {
            Class::Days => ("date", dates::contradicted(seen, given)?),
            Class::Number | Class::Text | Class::Truth | Class::Duration | Class::Time | Class::LocalTime => {
                ("value", contradicted(given))
            }
        };
        row(seen, kind, element, Value::String(key.to_shared()), &contradicted)
    });
    rows.filter_map(Result::transpose).collect()
}

/// Whether a citation that has this key gives the value of a property. An element may lack it just because its sources
/// do not agree.
fn compares(seen: &Seen, element: End, key: KeyId) -> bool {
    let name = seen.graph.catalog().keys.name(key).as_str();
    let is_place = OF_THE_PLACE.contains(&name) && seen.graph.property(element, key).is_null();
    !OF_THE_CITATION.contains(&name) && !is_place
}

/// Values of one class can contradict each other. A number and its text may well mean the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Days,
    Number,
    Text,
    Truth,
    Duration,
    Time,
    LocalTime,
}

/// `None` for what contradicts nothing: a list may be a part of all there is.
fn range_of(value: &Value) -> Option<(Class, Range)> {
    let class = match value {
        Value::Date(_) | Value::Edtf(_) | Value::LocalDateTime(_) | Value::DateTime(_) => {
            let days = compare::days_of(value)?;
            let place = |day: Option<_>| day.map(|day| Place::at(Value::Date(day)));
            return Some((Class::Days, Range { low: place(days.earliest()), high: place(days.latest()) }));
        }
        Value::Float(number) if number.is_nan() => return None,
        Value::Integer(_) | Value::Float(_) => Class::Number,
        Value::String(_) => Class::Text,
        Value::Boolean(_) => Class::Truth,
        Value::Duration(_) => Class::Duration,
        Value::Time(_) => Class::Time,
        Value::LocalTime(_) => Class::LocalTime,
        Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
            return None;
        }
    };
    Some((class, Range::one(value)))
}

// ---------------------------------------------------------------- rows

/// The outputs for what is contradicted; `None` if nothing is.
fn row(
    seen: &Seen,
    kind: &str,
    subject: End,
    key: Value,
    contradicted: &[Given],
) -> Result<Option<Vec<Value>>, FunctionError> {
    if contradicted.is_empty() {
        return Ok(None);
    }
    let (mut values, mut sources): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for same in contradicted.chunk_by(|left, right| compare::equivalent(&left.value, &right.value)) {
        values.push(same[0].value.clone());
        sources.push(elements(seen, same.iter().map(|given| End::node(given.source))));
    }
    let because = elements(seen, contradicted.iter().map(|given| given.because));
    let row = vec![kind.into(), seen.value(subject), key, values.into(), sources.into(), because];
    seen.reserve(row.iter().map(Value::payload_bytes).sum())?;
    Ok(Some(row))
}

/// Each once, in the order of ids.
fn elements(seen: &Seen, ends: impl Iterator<Item = End>) -> Value {
    let mut ends: Vec<End> = ends.collect();
    ends.sort_by_key(|end| seen.graph.id(*end));
    ends.dedup();
    ends.into_iter().map(|end| seen.value(end)).collect::<Vec<_>>().into()
}
