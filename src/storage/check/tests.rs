//! Each invariant against a fault that is planted, and against graphs that are as they should be.

use proptest::prelude::*;

use super::super::tests::{Model, Step, commit, step, take, with_names};
use super::super::{Change, Family, Log, NameIndex, Neighbour, Rel, Writer};
use super::*;
use crate::catalog::{ConstraintKind, IndexId, KeyId, LabelId, Named, Owner, Provenance, Side, TypeId};
use crate::value::{Edtf, ElementId, Name, Value};

/// The names of the store's tests, as words of provenance.
fn words() -> Provenance {
    let [supports, of, paragraph, source, published, valid_from, valid_to] =
        ["T0", "T1", "L0", "L1", "k0", "k1", "k2"].map(Name::from);
    Provenance { supports, paragraph, of, source, published, valid_from, valid_to, ..Provenance::default() }
}

const NODE: NodeSlot = NodeSlot(0);
const OTHER: NodeSlot = NodeSlot(1);
const REL: RelSlot = RelSlot(0);
const INDEX: IndexId = IndexId(0);

/// Two nodes with a label of their own and one of both, a relationship of each family, an index and constraints.
fn sample() -> Graph {
    let mut writer = Writer::new(with_names().0.with_provenance(words()), commit(2));
    let [own, both] = [LabelId(1), LabelId(2)];
    let (one, other) = (writer.create_node(&[own, both]).unwrap(), writer.create_node(&[both]).unwrap());
    let plain = writer.create_rel(TypeId(1), End::node(one), End::node(other), true).unwrap();
    writer.create_rel(TypeId(2), End::node(other), End::rel(plain), true).unwrap();
    writer.create_rel(TypeId(2), End::node(other), End::node(one), false).unwrap();
    writer.set_property(End::node(one), KeyId(0), &Value::from("a")).unwrap();
    writer.set_property(End::node(other), KeyId(0), &Value::from("b")).unwrap();
    writer.set_property(End::node(other), KeyId(1), &Value::Edtf(Edtf::parse("2021-12").unwrap())).unwrap();
    let owner = Owner::Label(both);
    writer.create_constraint(Name::from("one"), owner, vec![KeyId(0)], ConstraintKind::Unique).unwrap();
    writer.create_name_index(Name::from("names"), Named::AnyNode, vec![KeyId(0)]).unwrap();
    writer.finish().0
}

/// What is told of a graph, by the names of the invariants.
fn told(graph: &Graph) -> Vec<(&'static str, String)> {
    let checked = check(graph, |_, _, _| ());
    checked
        .into_iter()
        .flat_map(|Checked { name, findings, unread }| {
            assert!(unread.is_none(), "{unread:?}");
            findings.told.into_iter().map(move |told| (name, told))
        })
        .collect()
}

/// A fault that is planted is found by an invariant, which says so.
#[track_caller]
fn finds(name: &str, words: &str, plant: impl FnOnce(&mut Graph)) {
    let mut graph = sample();
    plant(&mut graph);
    let told = told(&graph);
    assert!(told.iter().any(|(by, what)| *by == name && what.contains(words)), "{told:#?}");
}

#[test]
fn a_graph_as_it_should_be_has_nothing_told_of_it_and_is_looked_at() {
    let graph = sample();
    assert_eq!(told(&graph), []);
    for Checked { name, findings, .. } in check(&graph, |_, _, _| ()) {
        assert!(findings.looked_at > 0, "{name} looks at nothing");
    }
}

#[test]
fn ids_that_lead_astray_are_found() {
    finds("ids", "the id of node 1 does not lead to it", |graph| graph.ids.remove(ElementId(1)));
    finds("ids", "id 1 leads to node 2", |graph| graph.ids.insert(ElementId(1), End::node(OTHER)));
    finds("ids", "id 77 leads to relationship 3", |graph| graph.ids.insert(ElementId(77), End::rel(REL)));
    finds("ids", "id 5 is in use, and would be given again: 5 is next", |graph| graph.next_id = 5);
}

#[test]
fn places_that_are_taken_are_found() {
    finds("places of new elements", "the next of the nodes of page 0 goes to place 2, and 3 are there", |graph| {
        let (page, ..) = graph.nodes.page_mut(0).unwrap();
        page.push(ElementId(9), 0, 0);
        page.present.remove(2);
    });
}

#[test]
fn labels_that_do_not_lead_to_their_nodes_are_found() {
    let label = LabelId(1);
    finds("labels", "1 nodes with label `L1` are not found by it, node 2 first", |graph| {
        let set = graph.nodes.page(0).unwrap().0.sets.get(0).unwrap();
        graph.nodes.page_mut(0).unwrap().0.sets.set(1, set);
    });
    finds("labels", "1 nodes are found by label `L1` without having it, node 1 first", |graph| {
        let set = graph.nodes.page(0).unwrap().0.sets.get(1).unwrap();
        graph.nodes.page_mut(0).unwrap().0.sets.set(0, set);
    });
    finds("labels", "found by label `L1` without having it", |graph| {
        graph.nodes.page_mut(0).unwrap().0.present.remove(0);
        assert!(graph.has_label(NODE, label));
    });
}

#[test]
fn relationships_between_nothing_are_found() {
    finds(
        "ends of relationships",
        "relationship 3 ends at the node in place 1 of page 0, which is not there,",
        |graph| {
            graph.nodes.remove(OTHER.0);
        },
    );
}

#[test]
fn relationships_that_do_not_stand_at_their_ends_are_found_in_every_family() {
    let name = "neighbours in both directions";
    let rels = [
        (RelSlot(0), "3 is not among those that leave node 1"),
        (RelSlot(1), "4 is not among those that leave node 2"),
        (RelSlot(2), "5 is not among those that come to node 1"),
    ];
    for (slot, words) in rels {
        finds(name, words, |graph| graph.neighbourhood.leave(slot, graph.rels.rel(slot.0).unwrap()));
    }
    finds(name, "relationship 3 stands at node 1 as a `T2` to node 2, which it is not", |graph| {
        graph.neighbourhood.enter(REL, Rel { rel_type: TypeId(2), ..graph.rel(REL) });
    });
    finds(name, "relationship 5 stands at node 1 as a `T2` to node 2, which it is not", |graph| {
        let entry = Neighbour { end: End::node(OTHER), rel: RelSlot(2) };
        let rel = Rel { rel_type: TypeId(2), start: End::node(NODE), end: entry.end, asserted: false };
        graph.neighbourhood.enter(entry.rel, rel);
    });
}

#[test]
fn wrong_counts_are_found() {
    finds("counts", "2 nodes are counted, and 1 are there", |graph| {
        graph.nodes.page_mut(0).unwrap().0.present.remove(0);
    });
    finds("counts", "of type `T1`, 1 plain, 0 asserted and 0 quoted relationships are counted, and 0 plain", |graph| {
        graph.rels.page_mut(0).unwrap().0.family_mut(Family::Plain).remove(0);
    });
    finds("counts", "of type `T1`, 4 that begin at a `L2` are counted, and 1 are there", |graph| {
        graph.rels.count_end(TypeId(1), Side::Start, LabelId(2), 3);
    });
    finds("counts", "of type `T1`, 0 that end at a `L2` are counted, and 1 are there", |graph| {
        graph.rels.count_end(TypeId(1), Side::End, LabelId(2), -1);
    });
}

#[test]
fn properties_of_nothing_are_found() {
    finds("properties", "page 0 of nodes has a `k0` in place 1, where nothing is", |graph| {
        graph.nodes.page_mut(0).unwrap().0.present.remove(1);
    });
}

#[test]
fn commits_that_are_not_there_are_found() {
    finds("commits", "the graph is that of commit 2, and 0 is the last one of its log", |graph| {
        graph.log = Log::default();
    });
    finds("commits", "the nodes of page 0 from place 0 on belong to a commit that is not there", |graph| {
        graph.log = Log::default();
    });
}

#[test]
fn days_that_clocks_should_not_see_are_found() {
    finds("clocks", "clocks see node 2 on other days", |graph| graph.forget_days(End::node(OTHER)));
}

#[test]
fn indexes_with_other_values_are_found() {
    let values = |text: &str| std::iter::once(Value::from(text)).collect();
    let index = |graph: &mut Graph, edit: &dyn Fn(&mut super::super::index::Index)| {
        edit(graph.indexes.get_mut(INDEX.0 as usize).unwrap());
    };
    finds("indexes", "index `one` lacks node 1", |graph| index(graph, &|index| index.remove(values("a"), NODE.0)));
    finds("indexes", "index `one` has node 1 with other values", |graph| {
        index(graph, &|index| index.insert(values("c"), NODE.0));
    });
    finds("indexes", "index `one` counts 3 entries, and has to have 2", |graph| {
        index(graph, &|index| index.insert(values("c"), NODE.0));
    });
    finds("indexes", "index `one` has node 2 with other values", |graph| {
        let (page, offset, dictionaries) = graph.nodes.page_mut(OTHER.0).unwrap();
        page.columns.set(KeyId(0), offset, &Value::from("z"), dictionaries);
    });
}

#[test]
fn indexes_of_names_with_other_words_are_found() {
    fn edit(graph: &mut Graph, take: impl FnOnce(&mut NameIndex)) {
        take(graph.name_indexes.get_mut(0).unwrap());
    }
    finds("names", "index `names` lacks a word of node 1", |graph| edit(graph, |index| *index = NameIndex::default()));
    finds("names", "index `names` counts 0 entries, and has to have 2", |graph| {
        edit(graph, |index| *index = NameIndex::default());
    });
    finds("names", "index `names` has node 2 with other words", |graph| {
        edit(graph, |index| *index = NameIndex::build([(smallvec::smallvec!["zeta".to_owned()], OTHER.0)].into_iter()));
    });
    finds("names", "index `names` files its words under other hints", |graph| {
        edit(graph, NameIndex::misfile);
    });
}

#[test]
fn constraints_that_do_not_hold_are_found() {
    finds("constraints", "constraint `one` does not hold: 2 `L2` share k0: 'a'", |graph| {
        graph.apply(&Change::SetProperty { element: ElementId(2), key: KeyId(0), value: Value::from("a") }).unwrap();
    });
    finds("constraints", "constraint `one` does not rest on an index of its keys", |graph| {
        graph.apply(&Change::DropIndex { id: INDEX }).unwrap();
    });
}

#[test]
fn much_that_is_wrong_is_told_in_part() {
    let mut writer = Writer::new(with_names().0, commit(2));
    for _ in 0..50 {
        writer.create_node(&[]).unwrap();
    }
    let (mut graph, _) = writer.finish();
    (1..=50).for_each(|id| graph.ids.remove(ElementId(id)));
    let ids = check(&graph, |_, _, _| ()).swap_remove(0).findings;
    assert_eq!((ids.told.len(), ids.more), (MOST_TOLD, 50 - MOST_TOLD as u64));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whatever_is_written_is_as_it_should_be(steps in prop::collection::vec(step(), 1..120)) {
        let mut writer = Writer::new(with_names().0.with_provenance(words()), commit(2));
        let mut model = Model::default();
        let mut savepoints = Vec::new();
        for step in &steps {
            match step {
                Step::Savepoint => savepoints.push((writer.savepoint(), model.clone())),
                Step::RollBack => {
                    if let Some((savepoint, then)) = savepoints.pop() {
                        writer.roll_back_to(savepoint);
                        model = then;
                    }
                }
                Step::Commit => {}
                step => take(&mut writer, &mut model, step),
            }
        }
        writer.create_node(&[]).unwrap();
        prop_assert_eq!(told(&writer.finish().0), []);
    }
}
