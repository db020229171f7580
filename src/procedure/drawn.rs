//! What joins what in a graph, drawn as patterns of the language: each can be asked for as it stands.
//!
//! Relationships of a type are drawn together if they are asserted or quoted alike, and if what stands at their ends is
//! of one sort: a node with labels, one without, a relationship.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::key_names;
use super::seen::Seen;
use super::show::number;
use crate::catalog::{Catalog, KeyId, LabelId, TypeId};
use crate::function::FunctionError;
use crate::storage::{End, Family, Graph};
use crate::value::text_form::Symbol;
use crate::value::{Name, Value};

/// With more names than this at an end, the pattern has none there: it is to be read at a glance.
const MAX_NAMES: usize = 8;

/// What one pattern shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    is_quoted: bool,
    rel_type: TypeId,
    from: Sort,
    to: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Labelled,
    Unlabelled,
    Relationship,
}

/// By what something at an end is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Label(LabelId),
    Unlabelled,
    Type(TypeId),
}

impl Ending {
    const fn sort(self) -> Sort {
        match self {
            Ending::Label(_) => Sort::Labelled,
            Ending::Unlabelled => Sort::Unlabelled,
            Ending::Type(_) => Sort::Relationship,
        }
    }

    fn name(self, catalog: &Catalog) -> Option<&Name> {
        match self {
            Ending::Label(label) => Some(catalog.labels.name(label)),
            Ending::Unlabelled => None,
            Ending::Type(rel_type) => Some(catalog.types.name(rel_type)),
        }
    }
}

/// The relationships of one shape.
#[derive(Default)]
struct Drawn {
    count: u64,
    from: BTreeSet<Ending>,
    to: BTreeSet<Ending>,
    keys: BTreeSet<KeyId>,
}

/// Each pattern, how many relationships it shows, and their keys: what is asserted, then what is quoted.
pub(super) fn patterns(seen: &Seen) -> Result<Vec<Vec<Value>>, FunctionError> {
    let catalog = seen.graph.catalog();
    let mut shapes: BTreeMap<Shape, Drawn> = BTreeMap::new();
    let counts = seen.label_counts()?;
    for (rel_type, _) in catalog.types.iter() {
        for family in Family::ALL {
            add(seen, &counts, rel_type, family, &mut shapes)?;
        }
    }
    let mut shapes: Vec<(Shape, Drawn)> = shapes.into_iter().collect();
    shapes.sort_by_key(|(shape, _)| (shape.is_quoted, catalog.types.name(shape.rel_type)));
    let row = |(shape, drawn): (Shape, Drawn)| {
        vec![Value::from(pattern(catalog, shape, &drawn)), number(drawn.count), key_names(seen.graph, &drawn.keys)]
    };
    Ok(shapes.into_iter().map(row).collect())
}

fn add(
    seen: &Seen,
    counts: &BTreeMap<LabelId, u64>,
    rel_type: TypeId,
    family: Family,
    shapes: &mut BTreeMap<Shape, Drawn>,
) -> Result<(), FunctionError> {
    let graph = seen.graph;
    seen.each_rel(rel_type, family, |slot, rel| {
        let (from, to) = (at_end(graph, counts, rel.start), at_end(graph, counts, rel.end));
        let shape = Shape { is_quoted: !rel.asserted, rel_type, from: from.sort(), to: to.sort() };
        let drawn = shapes.entry(shape).or_default();
        drawn.count += 1;
        drawn.from.insert(from);
        drawn.to.insert(to);
        drawn.keys.extend(graph.rel_properties(slot).into_iter().map(|(key, _)| key));
    })
}

/// Of the labels of a node the rarest says most about it.
fn at_end(graph: &Graph, counts: &BTreeMap<LabelId, u64>, end: End) -> Ending {
    if let Some(rel) = end.as_rel() {
        return Ending::Type(graph.rel(rel).rel_type);
    }
    let labels = end.as_node().map_or(&[][..], |node| graph.labels(node));
    let rarity = |label: &&LabelId| (counts.get(*label).copied(), graph.catalog().labels.name(**label));
    labels.iter().min_by_key(rarity).map_or(Ending::Unlabelled, |label| Ending::Label(*label))
}

fn pattern(catalog: &Catalog, shape: Shape, drawn: &Drawn) -> String {
    let drawn_end = |sort, endings: &BTreeSet<Ending>| match (sort, alternatives(catalog, endings)) {
        (Sort::Labelled | Sort::Unlabelled, names) => format!("({names})"),
        (Sort::Relationship, names) if names.is_empty() => "[()-->()]".to_owned(),
        (Sort::Relationship, names) => format!("[()-[{names}]->()]"),
    };
    let (from, to) = (drawn_end(shape.from, &drawn.from), drawn_end(shape.to, &drawn.to));
    let plain = format!("{from}-[:{}]->{to}", Symbol(catalog.types.name(shape.rel_type)));
    if shape.is_quoted { format!("[{plain}]") } else { plain }
}

/// Behind a colon, in alphabetical order; nothing if there are none or too many.
fn alternatives(catalog: &Catalog, endings: &BTreeSet<Ending>) -> String {
    let names: BTreeSet<&Name> = endings.iter().filter_map(|ending| ending.name(catalog)).collect();
    if names.is_empty() || names.len() > MAX_NAMES {
        return String::new();
    }
    let names: Vec<String> = names.into_iter().map(|name| Symbol(name).to_string()).collect();
    format!(":{}", names.join("|"))
}
