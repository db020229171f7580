//! The store against the plainest model of it: maps from ids.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::codec::{decode, encode};
use super::*;
use crate::catalog::{Catalog, ConstraintKind, IndexId, KeyId, LabelId, Owner, Side, Statistics, TypeId};
use crate::value::{Date, Edtf, ElementId, Name, Value, compare};

const LABELS: u32 = 3;
const TYPES: u32 = 3;
const KEYS: u32 = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    nodes: BTreeMap<ElementId, Element>,
    rels: BTreeMap<ElementId, (TypeId, ElementId, ElementId, bool, Element)>,
}

#[derive(Clone, Debug, Default)]
struct Element {
    labels: BTreeSet<LabelId>,
    properties: BTreeMap<KeyId, Value>,
}

impl Model {
    fn element(&mut self, id: ElementId) -> &mut Element {
        self.nodes.get_mut(&id).or_else(|| self.rels.get_mut(&id).map(|rel| &mut rel.4)).unwrap()
    }

    fn ids(&self) -> Vec<ElementId> {
        self.nodes.keys().chain(self.rels.keys()).copied().collect()
    }

    fn is_touched(&self, id: ElementId) -> bool {
        self.rels.values().any(|rel| rel.1 == id || rel.2 == id)
    }

    /// Everything that the model knows of one element, as text.
    fn describe(&self) -> String {
        let rels = self.rels.iter().map(|(id, rel)| (id, (rel.0, rel.1, rel.2, rel.3, &rel.4.properties)));
        format!("{:?}\n{:?}", self.nodes, rels.collect::<BTreeMap<_, _>>())
    }
}

/// The same of a graph, read slot by slot.
fn describe(graph: &Graph) -> String {
    let mut model = Model::default();
    for slot in all_nodes(graph, None) {
        let labels = graph.labels(slot).iter().copied().collect();
        let properties = graph.node_properties(slot).into_iter().collect();
        model.nodes.insert(graph.node_id(slot), Element { labels, properties });
    }
    for family in Family::ALL {
        for slot in all_rels(graph, None, family) {
            let rel = graph.rel(slot);
            assert_eq!(rel.family(), family);
            let element =
                Element { properties: graph.rel_properties(slot).into_iter().collect(), ..Element::default() };
            let ends = (graph.id(rel.start), graph.id(rel.end));
            model.rels.insert(graph.rel_id(slot), (rel.rel_type, ends.0, ends.1, rel.asserted, element));
        }
    }
    model.describe()
}

pub(super) fn all_nodes(graph: &Graph, label: Option<LabelId>) -> Vec<NodeSlot> {
    let (mut cursor, mut slots) = (ScanCursor::default(), Vec::new());
    while graph.scan_nodes(label, &mut cursor, 5, &mut slots) {}
    slots.into_iter().map(NodeSlot).collect()
}

pub(super) fn all_rels(graph: &Graph, rel_type: Option<TypeId>, family: Family) -> Vec<RelSlot> {
    let (mut cursor, mut slots) = (ScanCursor::default(), Vec::new());
    while graph.scan_rels(rel_type, family, &mut cursor, 5, &mut slots) {}
    slots.into_iter().map(RelSlot).collect()
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    CreateNode(Vec<u32>),
    CreateRel(u32, usize, usize, bool),
    Delete(usize),
    AddLabel(usize, u32),
    RemoveLabel(usize, u32),
    SetProperty(usize, u32, Value),
    SetState(usize, bool),
    Index(bool, u32, Vec<u32>),
    /// What follows is undone at the next `RollBack`, or kept.
    Savepoint,
    RollBack,
    /// A new writer on the root so far.
    Commit,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let value = prop_oneof![
        Just(Value::Null),
        (0..4_i64).prop_map(Value::Integer),
        (0..3_u8).prop_map(|text| Value::String(text.to_string().into())),
        (0..2_u8).prop_map(|float| Value::Float(f64::from(float))),
        (0..3_i64).prop_map(|day| Value::Date(Date::from_epoch_days(day).unwrap())),
        Just(Value::Edtf(Edtf::parse("2021-12?").unwrap())),
    ];
    prop_oneof![
        5 => prop::collection::vec(0..LABELS, 0..4).prop_map(Step::CreateNode),
        8 => (0..TYPES, any::<usize>(), any::<usize>(), prop::bool::weighted(0.7))
            .prop_map(|(rel_type, start, end, asserted)| Step::CreateRel(rel_type, start, end, asserted)),
        3 => any::<usize>().prop_map(Step::Delete),
        3 => (any::<usize>(), 0..LABELS).prop_map(|(node, label)| Step::AddLabel(node, label)),
        2 => (any::<usize>(), 0..LABELS).prop_map(|(node, label)| Step::RemoveLabel(node, label)),
        8 => (any::<usize>(), 0..KEYS, value).prop_map(|(id, key, value)| Step::SetProperty(id, key, value)),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(rel, asserted)| Step::SetState(rel, asserted)),
        1 => (any::<bool>(), 0..LABELS, prop::sample::subsequence(vec![0, 1, 2], 1..3))
            .prop_map(|(nodes, owner, keys)| Step::Index(nodes, owner, keys)),
        2 => Just(Step::Savepoint),
        2 => Just(Step::RollBack),
        1 => Just(Step::Commit),
    ]
}

fn pick<T: Copy>(items: &[T], index: usize) -> Option<T> {
    if items.is_empty() { None } else { Some(items[index % items.len()]) }
}

/// Does one step to both.
pub(super) fn take(writer: &mut Writer, model: &mut Model, step: &Step) {
    let nodes: Vec<ElementId> = model.nodes.keys().copied().collect();
    let rels: Vec<ElementId> = model.rels.keys().copied().collect();
    let slot = |writer: &Writer, id| writer.graph().end(id).unwrap();
    match step {
        Step::CreateNode(labels) => {
            let labels: Vec<LabelId> = labels.iter().copied().map(LabelId).collect();
            let node = writer.create_node(&labels).unwrap();
            let element = Element { labels: labels.into_iter().collect(), ..Element::default() };
            model.nodes.insert(writer.graph().node_id(node), element);
        }
        &Step::CreateRel(rel_type, start, end, asserted) => {
            let (Some(start), Some(end)) = (pick(&model.ids(), start), pick(&model.ids(), end)) else { return };
            let ends = (slot(writer, start), slot(writer, end));
            let rel = writer.create_rel(TypeId(rel_type), ends.0, ends.1, asserted).unwrap();
            let id = writer.graph().rel_id(rel);
            model.rels.insert(id, (TypeId(rel_type), start, end, asserted, Element::default()));
        }
        &Step::Delete(index) => {
            let Some(id) = pick(&model.ids(), index) else { return };
            let place = slot(writer, id);
            let deleted = writer.delete(place);
            if model.is_touched(id) {
                assert!(matches!(deleted, Err(StorageError::StillAttached { .. })));
                return;
            }
            deleted.unwrap();
            model.nodes.remove(&id);
            model.rels.remove(&id);
            assert!(matches!(writer.delete(place), Err(StorageError::Deleted { .. })));
        }
        &Step::AddLabel(index, label) => {
            let Some(id) = pick(&nodes, index) else { return };
            let added = writer.add_label(slot(writer, id).as_node().unwrap(), LabelId(label)).unwrap();
            assert_eq!(added, model.element(id).labels.insert(LabelId(label)));
        }
        &Step::RemoveLabel(index, label) => {
            let Some(id) = pick(&nodes, index) else { return };
            let removed = writer.remove_label(slot(writer, id).as_node().unwrap(), LabelId(label)).unwrap();
            assert_eq!(removed, model.element(id).labels.remove(&LabelId(label)));
        }
        Step::SetProperty(index, key, value) => {
            let Some(id) = pick(&model.ids(), *index) else { return };
            writer.set_property(slot(writer, id), KeyId(*key), value).unwrap();
            match value {
                Value::Null => model.element(id).properties.remove(&KeyId(*key)),
                value => model.element(id).properties.insert(KeyId(*key), value.clone()),
            };
        }
        &Step::SetState(index, asserted) => {
            let Some(id) = pick(&rels, index) else { return };
            let changed = writer.set_state(slot(writer, id).as_rel().unwrap(), asserted).unwrap();
            let state = &mut model.rels.get_mut(&id).unwrap().3;
            assert_eq!(changed, *state != asserted);
            *state = asserted;
        }
        Step::Index(nodes, owner, keys) => {
            let keys: Vec<KeyId> = keys.iter().copied().map(KeyId).collect();
            let owner = if *nodes { Owner::Label(LabelId(*owner)) } else { Owner::Type(TypeId(*owner)) };
            let name = Name::from(format!("{owner:?}{keys:?}"));
            let known = writer.graph().catalog().index_on(owner, &keys).map(|index| index.id);
            match known {
                Some(id) => writer.drop_index(id).unwrap(),
                None => drop(writer.create_index(name, owner, keys).unwrap()),
            }
        }
        Step::Savepoint | Step::RollBack | Step::Commit => unreachable!("taken by the caller"),
    }
}

/// Compares everything that a graph says with the model.
pub(super) fn check(graph: &Graph, model: &Model) {
    assert_eq!(describe(graph), model.describe());
    check_counts(graph, model);
    check_adjacency(graph, model);
    check_indexes(graph, model);
}

fn check_counts(graph: &Graph, model: &Model) {
    let is_plain = |rel: &&(TypeId, ElementId, ElementId, bool, Element)| {
        rel.3 && model.nodes.contains_key(&rel.1) && model.nodes.contains_key(&rel.2)
    };
    assert_eq!(graph.node_count(), model.nodes.len() as u64);
    assert_eq!(graph.rel_count(None), model.rels.values().filter(is_plain).count() as u64);
    for label in (0..LABELS).map(LabelId) {
        let expected = model.nodes.values().filter(|node| node.labels.contains(&label)).count();
        assert_eq!(graph.label_count(label), expected as u64);
        assert_eq!(all_nodes(graph, Some(label)).len(), expected);
    }
    for rel_type in (0..TYPES).map(TypeId) {
        let of_type = || model.rels.values().filter(|rel| rel.0 == rel_type);
        assert_eq!(graph.rel_count(Some(rel_type)), of_type().filter(is_plain).count() as u64);
        assert_eq!(graph.quoted_rel_count(rel_type), of_type().filter(|rel| !rel.3).count() as u64);
        let about = of_type().filter(|rel| rel.3 && !is_plain(rel));
        assert_eq!(graph.about_rel_count(rel_type), about.count() as u64);
        for label in (0..LABELS).map(LabelId) {
            let plain = || of_type().filter(is_plain);
            let starts = plain().filter(|rel| model.nodes[&rel.1].labels.contains(&label)).count();
            let ends = plain().filter(|rel| model.nodes[&rel.2].labels.contains(&label)).count();
            assert_eq!(graph.rel_count_with(rel_type, Side::Start, label), starts as u64);
            assert_eq!(graph.rel_count_with(rel_type, Side::End, label), ends as u64);
        }
    }
}

fn check_adjacency(graph: &Graph, model: &Model) {
    for id in model.ids() {
        let element = graph.end(id).unwrap();
        let mut touching: Vec<ElementId> = graph.touching(element).map(|rel| graph.rel_id(rel)).collect();
        touching.sort_unstable();
        let expected: Vec<ElementId> =
            model.rels.iter().filter(|(_, rel)| rel.1 == id || rel.2 == id).map(|(id, _)| *id).collect();
        assert_eq!(touching, expected);
        for direction in Direction::BOTH {
            for family in Family::ALL {
                check_runs(graph, model, element, direction, family);
            }
        }
    }
}

fn check_runs(graph: &Graph, model: &Model, element: End, direction: Direction, family: Family) {
    let id = graph.id(element);
    let mut all = Vec::new();
    for rel_type in (0..TYPES).map(TypeId) {
        let mut expected: Vec<Neighbour> = Vec::new();
        for (&rel_id, rel) in &model.rels {
            let slot = graph.rel_slot(rel_id).unwrap();
            let (own, other) = if direction == Direction::Out { (rel.1, rel.2) } else { (rel.2, rel.1) };
            if own == id && rel.0 == rel_type && graph.rel(slot).family() == family {
                expected.push(Neighbour { end: graph.end(other).unwrap(), rel: slot });
            }
        }
        expected.sort_unstable();
        let found: Vec<Neighbour> = graph.neighbours(element, direction, Some(rel_type), family).collect();
        assert_eq!(found, expected);
        assert_eq!(graph.degree(element, direction, Some(rel_type), family), expected.len());
        for step in &expected {
            let between: Vec<Neighbour> = graph.between(element, direction, Some(rel_type), family, step.end).collect();
            let expected: Vec<Neighbour> = expected.iter().filter(|other| other.end == step.end).copied().collect();
            assert_eq!(between, expected);
        }
        all.extend(expected);
    }
    assert_eq!(graph.neighbours(element, direction, None, family).collect::<Vec<_>>(), all);
    assert_eq!(graph.degree(element, direction, None, family), all.len());
    for step in &all {
        let found: Vec<Neighbour> = graph.between(element, direction, None, family, step.end).collect();
        assert_eq!(found, all.iter().filter(|other| other.end == step.end).copied().collect::<Vec<_>>());
    }
}

fn check_indexes(graph: &Graph, model: &Model) {
    for def in &graph.catalog().indexes {
        let owned: Vec<(ElementId, &Element)> = match def.owner {
            Owner::Label(label) => {
                let nodes = model.nodes.iter().filter(|(_, node)| node.labels.contains(&label));
                nodes.map(|(id, node)| (*id, node)).collect()
            }
            Owner::Type(rel_type) => {
                let rels = model.rels.iter().filter(|(_, rel)| rel.0 == rel_type);
                rels.map(|(id, rel)| (*id, &rel.4)).collect()
            }
        };
        let values = |element: &Element| -> Option<Vec<Value>> {
            def.keys.iter().map(|key| element.properties.get(key).cloned()).collect()
        };
        let mut expected: Vec<(Vec<Value>, u32)> = owned
            .iter()
            .filter_map(|(id, element)| Some((values(element)?, super::graph::slot_of(graph.end(*id).unwrap()))))
            .collect();
        let by_values = |left: &[Value], right: &[Value]| {
            left.iter()
                .zip(right)
                .map(|(l, r)| compare::order(l, r))
                .find(|order| order.is_ne())
                .unwrap_or_else(|| 0.cmp(&0))
        };
        expected.sort_by(|left, right| by_values(&left.0, &right.0).then(left.1.cmp(&right.1)));
        let all = graph.index_range(def.id, std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        assert_eq!(all, expected.iter().map(|entry| entry.1).collect::<Vec<_>>());
        let distinct = expected.chunk_by(|left, right| by_values(&left.0, &right.0).is_eq()).count();
        assert_eq!(graph.index_size(def.id), (expected.len() as u64, distinct as u64));
        for (values, _) in &expected {
            let same = expected.iter().filter(|other| by_values(&other.0, values).is_eq());
            assert_eq!(graph.index_seek(def.id, values), same.map(|entry| entry.1).collect::<Vec<_>>());
            let from = expected.iter().filter(|other| compare::order(&other.0[0], &values[0]).is_gt());
            let found = graph.index_range(def.id, std::ops::Bound::Excluded(&values[0]), std::ops::Bound::Unbounded);
            assert_eq!(found, from.map(|entry| entry.1).collect::<Vec<_>>());
        }
    }
}

pub(super) fn commit(number: u64) -> Commit {
    Commit { number, micros: i64::try_from(number).unwrap() * 1_000 }
}

/// The bytes of what was written, as a log keeps them.
fn recorded(changes: &[Change]) -> Vec<Vec<u8>> {
    changes.iter().map(|change| encode(change).unwrap()).collect()
}

/// What a log makes of the root that it began with.
fn replay(mut root: Graph, log: &[Vec<u8>]) -> Graph {
    for bytes in log {
        root.apply(&decode(bytes).unwrap()).unwrap();
    }
    root
}

/// Everything that a graph can tell, slots and commits included, as text. The version of a catalog is not the graph's:
/// no two catalogs of a process have the same.
pub(super) fn tell(graph: &Graph) -> String {
    let Catalog { version: _, labels, types, keys, indexes, constraints, provenance } = graph.catalog();
    let mut lines = vec![
        format!("{:?} next id {}", graph.commit(), graph.next_id),
        format!("{:?} {:?} {:?} {provenance:?}", labels.names(), types.names(), keys.names()),
        format!("{constraints:?}"),
        format!(
            "{:?} {}",
            (0..graph.log().len()).map(|place| graph.log().get(place)).collect::<Vec<_>>(),
            graph.open_changes
        ),
    ];
    for def in indexes {
        let all = graph.index_range(def.id, std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        lines.push(format!("{def:?} {:?} {all:?}", graph.index_size(def.id)));
    }
    for node in all_nodes(graph, None) {
        let (id, commit, labels) = (graph.node_id(node), graph.node_commit(node), graph.labels(node));
        lines.push(format!("{node:?} {id} {commit:?} {labels:?} {:?}", graph.node_properties(node)));
    }
    for family in Family::ALL {
        for slot in all_rels(graph, None, family) {
            let (id, commit, rel) = (graph.rel_id(slot), graph.rel_commit(slot), graph.rel(slot));
            lines.push(format!("{slot:?} {id} {commit:?} {rel:?} {:?}", graph.rel_properties(slot)));
        }
    }
    for id in (0..=graph.next_id).map(ElementId) {
        for direction in Direction::BOTH {
            for family in Family::ALL {
                let Some(end) = graph.end(id) else { continue };
                let found: Vec<Neighbour> = graph.neighbours(end, direction, None, family).collect();
                lines.push(format!("{id} {direction:?} {family:?} {found:?}"));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn the_recorded_changes_of_a_transaction_give_the_graph_that_it_made() {
    let (mut writer, nodes, label, key) = numbered(3);
    let rel_type = writer.rel_type(&Name::from("OWNS"));
    let owns = writer.create_rel(rel_type, nodes[0], nodes[1], true).unwrap();
    let (root, first) = writer.finish();
    assert_eq!(tell(&replay(Graph::new(), &recorded(&first))), tell(&root));

    let mut writer = Writer::new(root.clone(), Commit { number: 9, micros: -5 });
    let before = writer.savepoint();
    writer.create_node(&[label]).unwrap();
    writer.roll_back_to(before);
    let (company, says, on) =
        (writer.label(&Name::from("Company")), writer.rel_type(&Name::from("SAYS")), writer.key(&Name::from("on")));
    writer.create_constraint(Name::from("one"), Owner::Label(label), vec![key], ConstraintKind::Key).unwrap();
    writer.create_index(Name::from("days"), Owner::Type(says), vec![on]).unwrap();
    let said = writer.create_rel(says, nodes[2], End::rel(owns), false).unwrap();
    let date = Value::Edtf(Edtf::parse("2021-12?").unwrap());
    writer.set_property(End::rel(said), on, &date).unwrap();
    let after = writer.savepoint();
    writer.set_state(said, true).unwrap();
    writer.delete(End::rel(said)).unwrap();
    writer.roll_back_to(after);
    writer.set_state(owns, false).unwrap();
    let node = nodes[1].as_node().unwrap();
    writer.add_label(node, company).unwrap();
    writer.remove_label(node, label).unwrap();
    writer.set_property(nodes[1], key, &Value::Null).unwrap();
    let passing = writer.create_node(&[company]).unwrap();
    writer.delete(End::node(passing)).unwrap();
    let late = writer.create_node(&[company, label]).unwrap();
    writer.set_property(End::node(late), key, &Value::from(vec![Value::from(1.5), Value::from("Ада")])).unwrap();
    writer.drop_constraint(&Name::from("one")).unwrap();
    let (made, second) = writer.finish();
    assert_eq!(tell(&replay(root, &recorded(&second))), tell(&made));
    assert_eq!(made.commit(), Commit { number: 9, micros: -5 });
    assert_eq!(made.node_commit(late).micros, -5);
    let both = [recorded(&first), recorded(&second)].concat();
    assert_eq!(tell(&replay(Graph::new(), &both)), tell(&made));
}

pub(super) fn with_names() -> (Graph, Vec<Change>) {
    let mut writer = Writer::new(Graph::new(), commit(1));
    for number in 0..3 {
        writer.label(&Name::from(format!("L{number}")));
        writer.rel_type(&Name::from(format!("T{number}")));
        writer.key(&Name::from(format!("k{number}")));
    }
    writer.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn the_store_is_what_the_model_is(steps in prop::collection::vec(step(), 1..160)) {
        let (start, names) = with_names();
        let (mut writer, mut model) = (Writer::new(start, commit(2)), Model::default());
        let (mut log, mut commits) = (recorded(&names), 2);
        let mut savepoints = Vec::new();
        let mut snapshots = Vec::new();
        for step in &steps {
            match step {
                Step::Savepoint => savepoints.push((writer.savepoint(), model.clone())),
                Step::RollBack => {
                    if let Some((savepoint, then)) = savepoints.pop() {
                        writer.roll_back_to(savepoint);
                        model = then;
                        check(writer.graph(), &model);
                    }
                }
                Step::Commit => {
                    savepoints.clear();
                    let (graph, changes) = writer.finish();
                    snapshots.push((graph.clone(), model.clone()));
                    log.extend(recorded(&changes));
                    commits += 1;
                    writer = Writer::new(graph, commit(commits));
                }
                step => take(&mut writer, &mut model, step),
            }
        }
        check(writer.graph(), &model);
        for (graph, model) in &snapshots {
            check(graph, model);
        }
        let (graph, changes) = writer.finish();
        log.extend(recorded(&changes));
        let replayed = replay(Graph::new(), &log);
        check(&replayed, &model);
        if changes.is_empty() {
            // Nothing was written under the last commit, so no log speaks of it.
            prop_assert_eq!(replayed.next_id, graph.next_id);
        } else {
            prop_assert_eq!(tell(&replayed), tell(&graph));
        }
    }
}

/// Nodes with a number and the writer that made them.
pub(super) fn numbered(count: i64) -> (Writer, Vec<End>, LabelId, KeyId) {
    let mut writer = Writer::new(Graph::new(), commit(1));
    let (label, key) = (writer.label(&Name::from("Person")), writer.key(&Name::from("number")));
    let nodes = (0..count)
        .map(|number| {
            let node = End::node(writer.create_node(&[label]).unwrap());
            writer.set_property(node, key, &Value::Integer(number)).unwrap();
            node
        })
        .collect();
    (writer, nodes, label, key)
}

#[test]
fn rolling_back_leaves_no_trace() {
    let (mut writer, nodes, ..) = numbered(3);
    let before = writer.savepoint();
    let (ids, text) = (writer.graph().next_id, describe(writer.graph()));
    let version = writer.graph().catalog().version;
    let (label, rel_type) = (writer.label(&Name::from("New")), writer.rel_type(&Name::from("NEW")));
    writer.create_node(&[label]).unwrap();
    writer.create_rel(rel_type, nodes[0], nodes[1], true).unwrap();
    writer.roll_back_to(before);
    assert_eq!(writer.graph().catalog().labels.get("New"), None);
    assert_eq!(writer.graph().catalog().types.get("NEW"), None);
    assert_eq!((writer.graph().next_id, describe(writer.graph())), (ids, text));
    assert_eq!(writer.graph().catalog().version, version);
    writer.label(&Name::from("Other"));
    assert!(writer.graph().catalog().version > version + 1, "a version is never given twice");
    assert_eq!(writer.finish().1.len(), 1 + 2 + 6 + 1 + 1);
}

#[test]
fn uniqueness_holds_at_once_and_for_what_is_asserted() {
    let (mut writer, nodes, label, key) = numbered(2);
    let name = Name::from("one_number");
    writer.create_constraint(name.clone(), Owner::Label(label), vec![key], ConstraintKind::Unique).unwrap();
    let taken = writer.set_property(nodes[0], key, &Value::Integer(1));
    assert!(matches!(taken, Err(StorageError::NotUnique { .. })));
    assert!(writer.set_property(nodes[0], key, &Value::Integer(0)).is_ok(), "an element does not clash with itself");
    let stranger = writer.create_node(&[]).unwrap();
    writer.set_property(End::node(stranger), key, &Value::Integer(1)).unwrap();
    assert!(matches!(writer.add_label(stranger, label), Err(StorageError::NotUnique { .. })));

    let rel_type = writer.rel_type(&Name::from("KNOWS"));
    let on_type = Owner::Type(rel_type);
    writer.create_constraint(Name::from("one_rel"), on_type, vec![key], ConstraintKind::Unique).unwrap();
    let rels: Vec<RelSlot> =
        [true, false].map(|asserted| writer.create_rel(rel_type, nodes[0], nodes[1], asserted).unwrap()).into();
    for rel in &rels {
        writer.set_property(End::rel(*rel), key, &Value::Integer(7)).unwrap();
    }
    assert!(matches!(writer.set_state(rels[1], true), Err(StorageError::NotUnique { .. })));
    writer.set_state(rels[0], false).unwrap();
    assert!(writer.set_state(rels[1], true).unwrap());

    writer.drop_constraint(&name).unwrap();
    assert_eq!(writer.graph().catalog().index_on(Owner::Label(label), &[key]), None);
    assert!(writer.set_property(nodes[0], key, &Value::Integer(1)).is_ok());
}

#[test]
fn existence_is_checked_at_the_end_of_a_statement() {
    let (mut writer, nodes, label, key) = numbered(2);
    writer.create_constraint(Name::from("has_number"), Owner::Label(label), vec![key], ConstraintKind::Key).unwrap();
    writer.check_statement().unwrap();
    let before = writer.savepoint();
    let node = End::node(writer.create_node(&[label]).unwrap());
    assert!(matches!(writer.check_statement(), Err(StorageError::Missing { .. })));
    writer.set_property(node, key, &Value::Integer(9)).unwrap();
    writer.check_statement().unwrap();
    writer.roll_back_to(before);
    writer.set_property(nodes[0], key, &Value::Null).unwrap();
    assert!(matches!(writer.check_statement(), Err(StorageError::Missing { .. })));
    writer.delete(nodes[0]).unwrap();
    writer.check_statement().unwrap();
}

#[test]
fn a_constraint_that_the_graph_breaks_is_refused_and_leaves_nothing() {
    let (mut writer, nodes, label, key) = numbered(3);
    let owner = Owner::Label(label);
    writer.set_property(nodes[0], key, &Value::Integer(1)).unwrap();
    let name = Name::from("unique");
    let error = writer.create_constraint(name.clone(), owner, vec![key], ConstraintKind::Unique).unwrap_err();
    let text = "constraint `unique` cannot be created: 2 `Person` share number: 1";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.class().kind, crate::value::ErrorKind::ConstraintValidation);
    assert!(writer.graph().catalog().indexes.is_empty() && writer.graph().catalog().constraints.is_empty());
    writer.create_node(&[label]).unwrap();
    let error = writer.create_constraint(name, owner, vec![key], ConstraintKind::Exists).unwrap_err();
    assert_eq!(error.to_string(), "constraint `unique` cannot be created: 1 `Person` lack `number`");
}

#[test]
fn an_index_that_a_constraint_rests_on_stays() {
    let (mut writer, _, label, key) = numbered(1);
    let owner = Owner::Label(label);
    let index = writer.create_index(Name::from("by_number"), owner, vec![key]).unwrap();
    assert_eq!(index, IndexId(0));
    assert!(matches!(
        writer.create_index(Name::from("again"), owner, vec![key]),
        Err(StorageError::AlreadyIndexed { .. })
    ));
    let name = Name::from("unique");
    writer.create_constraint(name.clone(), owner, vec![key], ConstraintKind::Unique).unwrap();
    assert!(matches!(writer.drop_index(index), Err(StorageError::IndexInUse { .. })));
    writer.drop_constraint(&name).unwrap();
    assert!(writer.graph().catalog().index(index).is_some(), "it was there before the constraint");
    writer.drop_index(index).unwrap();
    assert!(matches!(writer.drop_constraint(&name), Err(StorageError::UnknownConstraint { .. })));
}

#[test]
fn what_still_touches_an_element_is_told_by_type_and_state() {
    let (mut writer, nodes, ..) = numbered(2);
    let [says, supports] = ["SAYS", "SUPPORTS"].map(|name| writer.rel_type(&Name::from(name)));
    let claim = writer.create_rel(says, nodes[0], nodes[1], false).unwrap();
    writer.create_rel(says, nodes[0], nodes[0], true).unwrap();
    writer.create_rel(supports, nodes[1], End::rel(claim), true).unwrap();
    let error = writer.delete(nodes[0]).unwrap_err();
    assert_eq!(error.to_string(), "cannot delete node 1: it still has 1 SAYS, 1 SAYS (quoted); use DETACH DELETE");
    let error = writer.delete(End::rel(claim)).unwrap_err();
    assert_eq!(error.to_string(), "cannot delete relationship 3: it still has 1 SUPPORTS; use DETACH DELETE");
}

#[test]
fn maps_and_elements_are_not_storable() {
    let (mut writer, nodes, _, key) = numbered(1);
    let map = Value::Map(std::sync::Arc::default());
    for value in [map.clone(), Value::List(vec![map].into()), Value::Node(crate::value::Node::bare(ElementId(1)))] {
        assert!(matches!(writer.set_property(nodes[0], key, &value), Err(StorageError::NotStorable { .. })));
    }
    let nested = |depth| (1..depth).fold(Value::from(Vec::<i64>::new()), |inner, _| Value::from(vec![inner]));
    assert!(matches!(writer.set_property(nodes[0], key, &nested(129)), Err(StorageError::NotStorable { .. })));
    assert!(writer.set_property(nodes[0], key, &nested(128)).unwrap());
    let list = Value::List(vec![Value::Integer(1), Value::String("two".into())].into());
    assert!(writer.set_property(nodes[0], key, &list).unwrap());
}

#[test]
fn a_hub_of_thousands_is_read_as_any_node() {
    let (mut writer, nodes, ..) = numbered(3_000);
    let rel_type = writer.rel_type(&Name::from("KNOWS"));
    let other = writer.rel_type(&Name::from("LIKES"));
    writer.create_rel(other, nodes[0], nodes[9], true).unwrap();
    let rels: Vec<RelSlot> =
        nodes.iter().map(|node| writer.create_rel(rel_type, nodes[0], *node, true).unwrap()).collect();
    let before = writer.graph().clone();
    let degree = |graph: &Graph| graph.degree(nodes[0], Direction::Out, None, Family::Plain);
    for rel in rels.iter().skip(10) {
        writer.delete(End::rel(*rel)).unwrap();
    }
    assert_eq!((degree(&before), degree(writer.graph())), (3_001, 11));
    let found = before.between(nodes[0], Direction::Out, None, Family::Plain, nodes[9]);
    assert_eq!(found.map(|step| step.rel).collect::<Vec<_>>(), [rels[9], RelSlot(0)]);
    assert_eq!(before.between(nodes[2_999], Direction::In, None, Family::Plain, nodes[0]).count(), 1);
    assert_eq!(before.neighbours(nodes[0], Direction::Out, None, Family::Plain).count(), 3_001);
}

#[test]
fn roots_go_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Graph>();
}
