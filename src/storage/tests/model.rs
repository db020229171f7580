//! The store against the plainest model of it: maps from ids.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::replay::{recorded, replay, tell};
use super::*;
use crate::value::{Date, Edtf};

const LABELS: u32 = 3;
const TYPES: u32 = 3;
const KEYS: u32 = 3;

/// Whose names are indexed, now and then.
const NAMED: [Named; 3] = [Named::AnyNode, Named::Label(LabelId(1)), Named::Type(TypeId(0))];

#[derive(Clone, Debug, Default)]
pub(in crate::storage) struct Model {
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
pub(in crate::storage) fn describe(graph: &Graph) -> String {
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

#[derive(Clone, Debug)]
pub(in crate::storage) enum Step {
    CreateNode(Vec<u32>),
    CreateRel(u32, usize, usize, bool),
    Delete(usize),
    AddLabel(usize, u32),
    RemoveLabel(usize, u32),
    SetProperty(usize, u32, Value),
    SetState(usize, bool),
    Index(bool, u32, Vec<u32>),
    Names(Named, Vec<u32>),
    /// What follows is undone at the next `RollBack`, or kept.
    Savepoint,
    RollBack,
    /// A new writer on the root so far.
    Commit,
}

pub(in crate::storage) fn step() -> impl Strategy<Value = Step> {
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
        1 => (prop::sample::select(NAMED.to_vec()), prop::sample::subsequence(vec![0, 1, 2], 1..3))
            .prop_map(|(of, keys)| Step::Names(of, keys)),
        2 => Just(Step::Savepoint),
        2 => Just(Step::RollBack),
        1 => Just(Step::Commit),
    ]
}

fn pick<T: Copy>(items: &[T], index: usize) -> Option<T> {
    if items.is_empty() { None } else { Some(items[index % items.len()]) }
}

/// Does one step to both.
pub(in crate::storage) fn take(writer: &mut Writer, model: &mut Model, step: &Step) {
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
        Step::Names(of, keys) => {
            let keys: Vec<KeyId> = keys.iter().copied().map(KeyId).collect();
            let name = Name::from(format!("names {of:?}{keys:?}"));
            let known = writer.graph().catalog().name_indexes.iter().find(|index| index.name == name);
            match known.map(|index| index.id) {
                Some(id) => writer.drop_name_index(id).unwrap(),
                None => writer.create_name_index(name, *of, keys).unwrap(),
            }
        }
        Step::Savepoint | Step::RollBack | Step::Commit => unreachable!("taken by the caller"),
    }
}

/// Compares everything that a graph says with the model.
pub(in crate::storage) fn check(graph: &Graph, model: &Model) {
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
            .filter_map(|(id, element)| {
                Some((values(element)?, crate::storage::graph::slot_of(graph.end(*id).unwrap())))
            })
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
            assert_eq!(
                graph.index_seek(def.id, values).collect::<Vec<_>>(),
                same.map(|entry| entry.1).collect::<Vec<_>>()
            );
            let from = expected.iter().filter(|other| compare::order(&other.0[0], &values[0]).is_gt());
            let found = graph.index_range(def.id, std::ops::Bound::Excluded(&values[0]), std::ops::Bound::Unbounded);
            assert_eq!(found, from.map(|entry| entry.1).collect::<Vec<_>>());
        }
    }
}

pub(in crate::storage) fn with_names() -> (Graph, Vec<Change>) {
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
