//! The store by itself, under nobody's statements.

mod constraints;
mod model;
mod replay;

pub(super) use model::{Model, Step, check, step, take, with_names};
pub(super) use replay::tell;

use self::model::describe;
use super::*;
use crate::catalog::{Catalog, ConstraintKind, IndexId, KeyId, LabelId, Named, Owner, Side, Statistics, TypeId};
use crate::value::{ElementId, Name, Value, compare};

pub(super) fn commit(number: u64) -> Commit {
    Commit { number, micros: i64::try_from(number).unwrap() * 1_000 }
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

/// Two types between 300 nodes, one of them a hub.
pub(super) fn two_types_and_a_hub() -> Graph {
    let mut writer = Writer::new(Graph::new(), commit(1));
    let types = [writer.rel_type(&Name::from("A")), writer.rel_type(&Name::from("B"))];
    let nodes: Vec<End> = (0..300).map(|_| End::node(writer.create_node(&[]).unwrap())).collect();
    for step in 0..6_000 {
        let from = if step % 2 == 0 { nodes[7] } else { nodes[step * 31 % 300] };
        writer.create_rel(types[usize::from(step % 5 == 0)], from, nodes[step * 17 % 300], true).unwrap();
    }
    writer.finish().0
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
    let map = Value::Map(crate::value::Map::default());
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
