//! Changes that no writer made of the graph that they are done to.

use proptest::prelude::*;

use super::*;
use crate::catalog::{
    ConstraintDef, ConstraintKind, IndexDef, IndexId, KeyId, LabelId, NameIndexDef, NameIndexId, Named, Owner, TypeId,
};
use crate::storage::codec::tests::any_change;
use crate::storage::tests::step;
use crate::storage::{LogEntry, Words};
use crate::value::{ElementId, Name};

/// The sample's graph after its third commit: nodes 1 and 2, relationship 3 between them, and an index.
fn graph() -> Graph {
    sample()[2].graph.clone()
}

fn next(graph: &Graph) -> Commit {
    graph.commit().followed_at(5)
}

fn begin(number: u64, micros: i64) -> Change {
    Change::Begin(Commit { number, micros })
}

fn close() -> Change {
    Change::Close(Box::default())
}

/// What is wrong with these changes, done to a graph as its next commit.
fn fault(changes: &[Change]) -> String {
    let mut graph = graph();
    let number = next(&graph).number;
    let mut replay = Replay::new(&mut graph);
    let applied = changes.iter().try_for_each(|change| replay.apply(change));
    applied.and_then(|()| replay.finish(number)).expect_err("no writer made these changes")
}

fn check(change: Change, expected: &str) {
    let next = next(&graph());
    let fault = fault(&[begin(next.number, next.micros), change, close()]);
    assert!(fault.contains(expected), "{fault}");
}

fn id(id: u64) -> ElementId {
    ElementId(id)
}

#[test]
fn elements_that_are_not_there_and_ids_out_of_order_are_damage() {
    let (label, rel_type, key) = (LabelId(0), TypeId(0), KeyId(0));
    let node = |id, labels| Change::CreateNode { id, labels };
    let rel = |id, rel_type, start, end| Change::CreateRel { id, rel_type, start, end, asserted: false };
    for number in [0, 1, 3, 5, 1 << 40, u64::MAX] {
        check(node(id(number), vec![label]), "is not the id of the next element");
        check(rel(id(number), rel_type, id(1), id(2)), "is not the id of the next element");
    }
    check(node(id(4), vec![LabelId(3)]), "`3` is not the number of a label");
    check(node(id(4), vec![LabelId(u32::MAX)]), "is not the number of a label");
    check(node(id(4), vec![label; 5_000]), "more than 4096 labels");
    for rel_type in [3, u32::MAX] {
        check(rel(id(4), TypeId(rel_type), id(1), id(2)), "is not the number of a relationship type");
    }
    for (start, end) in [(9, 1), (1, 9), (4, 1), (1, 4)] {
        check(rel(id(4), rel_type, id(start), id(end)), "was deleted");
    }
    check(Change::AddLabel { node: id(1), label: LabelId(3) }, "is not the number of a label");
    check(Change::RemoveLabel { node: id(1), label: LabelId(3) }, "is not the number of a label");
    check(Change::AddLabel { node: id(3), label }, "was deleted");
    check(
        Change::SetProperty { element: id(1), key: KeyId(3), value: Value::Null },
        "is not the number of a property key",
    );
    check(Change::SetProperty { element: id(9), key, value: Value::Null }, "was deleted");
    check(Change::SetState { rel: id(1), asserted: true }, "was deleted");
}

#[test]
fn what_is_attached_or_of_another_kind_is_not_deleted() {
    check(Change::DeleteNode { id: id(1) }, "is not an element that can be deleted");
    check(Change::DeleteNode { id: id(3) }, "was deleted");
    check(Change::DeleteRel { id: id(9) }, "was deleted");
    let next = next(&graph());
    let quoted = Change::CreateRel { id: id(4), rel_type: TypeId(0), start: id(1), end: id(3), asserted: false };
    let fault = fault(&[begin(next.number, next.micros), quoted, Change::DeleteRel { id: id(3) }, close()]);
    assert!(fault.contains("`3` is not an element that can be deleted"), "{fault}");
}

#[test]
fn commits_out_of_order_are_damage() {
    let Commit { number, micros } = next(&graph());
    for (number, micros) in
        [(number - 1, micros), (number + 1, micros), (0, micros), (u64::MAX, micros), (number, i64::MIN)]
    {
        assert!(fault(&[begin(number, micros), close()]).contains("begins behind commit"));
    }
    let begin = || begin(number, micros);
    assert!(fault(&[close()]).contains("no beginning"));
    assert!(fault(&[]).contains("not closed"));
    assert!(fault(&[begin()]).contains("not closed"));
    assert!(fault(&[begin(), Change::SetState { rel: id(3), asserted: false }]).contains("not closed"));
    assert!(fault(&[begin(), close(), close()]).contains("behind the close"));
    let entry = LogEntry::new(Commit { number, micros }, 1, Words::default());
    assert!(fault(&[begin(), Change::TakeOver(Box::new(entry)), close()]).contains("taken over behind"));
    assert!(fault(&[begin(), Change::SkipIds { next: id(99) }, close()]).contains("ids are taken over behind"));
    let mut graph = graph();
    let mut replay = Replay::new(&mut graph);
    [begin(), close()].iter().try_for_each(|change| replay.apply(change)).unwrap();
    assert!(replay.finish(number + 1).unwrap_err().contains("says that it is commit"));
}

#[test]
fn definitions_that_cannot_be_are_damage() {
    let name = |name: &str| Name::from(name);
    check(Change::DefineLabel { id: LabelId(3), name: name("L0") }, "out of order");
    check(Change::DefineType { id: TypeId(9), name: name("new") }, "out of order");
    check(Change::DefineKey { id: KeyId(0), name: name("new") }, "out of order");
    let owner = Owner::Label(LabelId(1));
    let index = |number, named: &str, owner, keys: &[u32]| {
        let keys = keys.iter().copied().map(KeyId).collect();
        Change::CreateIndex(Box::new(IndexDef { id: IndexId(number), name: name(named), owner, keys }))
    };
    let taken = graph().catalog().indexes[0].name.to_string();
    check(index(0, "i", owner, &[0]), "is not the number of the next index");
    check(index(u32::MAX, "i", owner, &[0]), "is not the number of the next index");
    check(index(1, &taken, owner, &[0]), "is not a new index");
    check(index(1, "i", Owner::Label(LabelId(0)), &[2]), "is not a new index");
    check(index(1, "i", owner, &[]), "is not a number of keys");
    check(index(1, "i", owner, &[3]), "is not the number of a property key");
    check(index(1, "i", Owner::Type(TypeId(7)), &[0]), "is not the number of a relationship type");
    check(Change::DropIndex { id: IndexId(4) }, "is not an index that can be dropped");
    let names = |number, named: &str, of, keys: &[u32]| {
        let keys = keys.iter().copied().map(KeyId).collect();
        Change::CreateNameIndex(Box::new(NameIndexDef { id: NameIndexId(number), name: name(named), of, keys }))
    };
    check(names(1, "i", Named::AnyNode, &[0]), "is not the number of the next index of names");
    check(names(0, &taken, Named::AnyNode, &[0]), "is not a new index of names");
    check(names(0, "i", Named::AnyNode, &[]), "is not a number of keys");
    check(names(0, "i", Named::AnyNode, &[3]), "is not the number of a property key");
    check(names(0, "i", Named::Type(TypeId(7)), &[0]), "is not the number of a relationship type");
    check(Change::DropNameIndex { id: NameIndexId(0) }, "is not an index of names");
    let constraint = |kind, index: Option<u32>| {
        let keys = vec![KeyId(0)];
        Change::CreateConstraint(Box::new(ConstraintDef {
            name: name("c"),
            owner,
            keys,
            kind,
            index: index.map(IndexId),
        }))
    };
    check(constraint(ConstraintKind::Unique, None), "is not a new constraint");
    check(constraint(ConstraintKind::Unique, Some(0)), "is not a new constraint");
    check(constraint(ConstraintKind::Exists, Some(0)), "is not a new constraint");
    check(Change::DropConstraint { name: name("c") }, "is not a constraint");
}

#[test]
fn an_index_that_a_constraint_rests_on_is_not_dropped() {
    let mut writer = Writer::new(graph(), next(&graph()));
    let (name, keys) = (Name::from("one"), vec![KeyId(1)]);
    writer.create_constraint(name, Owner::Label(LabelId(0)), keys, ConstraintKind::Unique).unwrap();
    let made = Made::new(writer.finish());
    let mut graph = graph();
    let mut replay = Replay::new(&mut graph);
    let (_, open) = made.changes.split_last().unwrap();
    open.iter().try_for_each(|change| replay.apply(change)).unwrap();
    assert!(replay.apply(&Change::DropIndex { id: IndexId(1) }).unwrap_err().contains("can be dropped"));
}

/// Changes that were made by writers, in an order in which none made them, among some that none made at all.
fn shuffled() -> impl Strategy<Value = Vec<Change>> {
    let made = prop::collection::vec(step(), 1..60).prop_map(|steps| {
        made_of(&steps).into_iter().skip(1).flat_map(|commit| commit.changes).collect::<Vec<Change>>()
    });
    let picks = prop::collection::vec((any::<prop::sample::Index>(), 0..10_u8), 1..80);
    (made, picks, prop::collection::vec(any_change(), 1..10)).prop_map(|(made, picks, others)| {
        let mut at = 0;
        let pick = |(index, chance): (prop::sample::Index, u8)| {
            at += 1;
            match chance {
                0 => index.get(&others).clone(),
                1 | 2 if !made.is_empty() => index.get(&made).clone(),
                _ if !made.is_empty() => made[at % made.len()].clone(),
                _ => index.get(&others).clone(),
            }
        };
        picks.into_iter().map(pick).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_changes_make_a_replay_panic(changes in shuffled()) {
        let mut graph = with_names().0;
        let commit = next(&graph);
        let mut replay = Replay::new(&mut graph);
        replay.apply(&Change::Begin(commit)).unwrap();
        // Those that are refused are left out, so that more is tried.
        for change in changes.iter().filter(|change| !matches!(change, Change::Close(_))) {
            let _ = replay.apply(change);
        }
        let _ = replay.apply(&close());
        let _ = replay.finish(commit.number);
        crate::storage::tests::tell(&graph);
    }
}
