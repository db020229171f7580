//! What a log keeps of a transaction, and the graph that it makes of that.

use super::*;
use crate::storage::codec::{decode, encode};

/// The bytes of what was written, as a log keeps them.
pub(super) fn recorded(changes: &[Change]) -> Vec<Vec<u8>> {
    changes.iter().map(|change| encode(change).unwrap()).collect()
}

/// What a log makes of the root that it began with.
pub(super) fn replay(mut root: Graph, log: &[Vec<u8>]) -> Graph {
    for bytes in log {
        root.apply(&decode(bytes).unwrap()).unwrap();
    }
    root
}

/// Everything that a graph can tell, slots and commits included, as text. The version of a catalog is not the graph's:
/// no two catalogs of a process have the same.
pub(in crate::storage) fn tell(graph: &Graph) -> String {
    let Catalog { version: _, labels, types, keys, indexes, name_indexes, constraints, provenance } = graph.catalog();
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
    for def in name_indexes {
        let entries: Vec<_> = graph.name_index(def.id).unwrap().entries().collect();
        lines.push(format!("{def:?} {entries:?}"));
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
    let date = Value::Edtf(crate::value::Edtf::parse("2021-12?").unwrap());
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
