//! Snapshots with roots of the past.

use super::super::super::history::{History, Keep, Kept};
use super::*;

/// A graph, and the roots of the commits that led to it.
fn with_past() -> (Graph, Vec<Kept>) {
    let first = some_of_everything();
    let history = History::new(Arc::new(first.clone()), Some(Keep::All));
    let mut graph = first;
    for number in 4..10_u32 {
        let mut writer = Writer::new(graph, commit(number.into()));
        let node = End::node(writer.create_node(&[LabelId(2)]).unwrap());
        writer.set_property(node, KeyId(2), &Value::from(format!("value {number}"))).unwrap();
        let other = writer.graph().end(ElementId(number.into())).filter(|end| end.as_node().is_some());
        writer.create_rel(TypeId(2), node, other.unwrap_or(node), true).unwrap();
        if number == 7 {
            writer.drop_index(writer.graph().catalog().indexes[0].id).unwrap();
        }
        graph = writer.finish().0;
        drop(history.lock().add(Arc::new(graph.clone())));
    }
    let past = history.lock().past();
    (graph, past)
}

fn bytes_with(graph: &Graph, past: &[Kept]) -> Vec<u8> {
    let bin = Bin::default();
    write(graph, past, 1, &name(), &bin).unwrap();
    bin.take()
}

fn ask_all(graph: &Graph, past: &[Kept]) -> Result<Vec<String>, DiskError> {
    let roots: Vec<Arc<Graph>> = past.iter().map(Kept::graph).collect::<Result<_, _>>()?;
    guard(|| roots.iter().map(|root| &**root).chain([graph]).map(ask).collect())
}

/// What bytes give, the past first.
fn found(bytes: &[u8]) -> Result<Vec<String>, DiskError> {
    let graph = open_bytes(bytes)?;
    ask_all(&graph, &past::past(&graph)?)
}

#[test]
fn roots_of_the_past_come_back_and_share_their_pages() {
    let (graph, past) = with_past();
    let bytes = bytes_with(&graph, &past);
    assert_eq!(found(&bytes).unwrap(), ask_all(&graph, &past).unwrap());
    let opened = open_bytes(&bytes).unwrap();
    let stored = past::past(&opened).unwrap();
    let told = |kept: &Kept| (kept.number(), kept.changes_behind());
    assert_eq!(stored.iter().map(told).collect::<Vec<_>>(), past.iter().map(told).collect::<Vec<_>>());
    assert!(bytes_with(&opened, &stored) == bytes, "what came from a file shares as what did not");
    let read = ask_all(&opened, &stored).unwrap();
    assert!(bytes_with(&opened, &stored) == bytes, "nor does reading change it");
    assert_eq!(found(&bytes_with(&opened, &stored[2..])).unwrap(), read[2..]);
}

#[test]
fn a_root_of_the_past_costs_what_was_changed_since() {
    let (graph, nodes) = with_hub();
    let history = History::new(Arc::new(graph.clone()), Some(Keep::All));
    let mut writer = Writer::new(graph, commit(3));
    writer.set_property(nodes[7], KeyId(0), &Value::from("changed")).unwrap();
    let changed = writer.finish().0;
    drop(history.lock().add(Arc::new(changed.clone())));
    let (alone, both) = (bytes_of(&changed).len(), bytes_with(&changed, &history.lock().past()).len());
    assert!(both - alone < alone / 5, "{alone} bytes, {both} with a root of the past");
}

/// The count of a branch of a tree read all its children once, for each root anew.
#[test]
fn no_page_is_read_twice_as_roots_are_copied() {
    let (graph, nodes) = with_hub();
    let history = History::new(Arc::new(graph.clone()), Some(Keep::All));
    let mut last = graph;
    for number in 3..8_u32 {
        let mut writer = Writer::new(last, commit(number.into()));
        writer.set_property(nodes[number as usize * 700], KeyId(0), &Value::from("changed")).unwrap();
        last = writer.finish().0;
        drop(history.lock().add(Arc::new(last.clone())));
    }
    let past = history.lock().past();
    let (bytes, page_count) = spoiled(&last, &past, Spoil::default());
    let bin = Bin::of(&bytes);
    let opened = open(&name(), Arc::clone(&bin) as Arc<dyn DiskFile>).unwrap();
    let stored = past::past(&opened).unwrap();
    bin.reads.store(0, Ordering::Relaxed);
    assert!(bytes_with(&opened, &stored) == bytes);
    // All but the list and the last root.
    assert_eq!(bin.reads.load(Ordering::Relaxed), page_count - 2);
}

#[test]
fn a_root_of_the_past_is_read_when_it_is_asked_for_and_by_all_that_do() {
    let (graph, past) = with_past();
    let bin = Bin::of(&bytes_with(&graph, &past));
    let opened = open(&name(), Arc::clone(&bin) as Arc<dyn DiskFile>).unwrap();
    let stored = past::past(&opened).unwrap();
    assert_eq!(bin.reads.swap(0, Ordering::Relaxed), 5);
    let root = stored[0].graph().unwrap();
    assert!(Arc::ptr_eq(&root, &stored[0].graph().unwrap()));
    assert_eq!(bin.reads.swap(0, Ordering::Relaxed), 1);
    drop(root);
    stored[0].graph().unwrap();
    assert_eq!(bin.reads.load(Ordering::Relaxed), 1);
}

#[test]
fn no_changed_byte_of_the_past_goes_unnoticed() {
    let (graph, past) = with_past();
    let (bytes, told) = (bytes_with(&graph, &past), ask_all(&graph, &past).unwrap());
    let alone = bytes_of(&graph).len();
    for at in (0..bytes.len()).filter(|at| *at < HEAD_BYTES || (*at + 200 > alone && at % 3 == 0)) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        match found(&bytes) {
            Ok(found) => assert_eq!(found, told),
            Err(DiskError::Corruption { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn no_page_of_the_past_with_a_right_checksum_makes_a_panic(back in 0..40_usize, at in any::<usize>(), by in 1..=u8::MAX) {
        let (graph, past) = with_past();
        let (_, page_count) = spoiled(&graph, &past, Spoil::default());
        let spoil = Spoil { page: page_count.saturating_sub(back + 1), at, by, pages_seen: 0 };
        let (bytes, _) = spoiled(&graph, &past, spoil);
        let done = found(&bytes);
        prop_assert!(matches!(done, Ok(_) | Err(DiskError::Corruption { .. })), "{spoil:?}: {done:?}");
    }
}

/// A root that refers to one page again and again would be read for ever.
#[test]
fn a_root_has_no_more_bytes_than_the_file() {
    let page = Place { offset: 64, len_bytes: 10, crc: 0, span: 0, below: 0 };
    let root = Place { offset: 74, len_bytes: 30, crc: 0, span: 10, below: 1_000 };
    for (place, is_right) in [(Place { below: 10, ..root }, true), (root, false), (page, true)] {
        let bin = Bin::default();
        let name = name();
        let mut out = SnapshotWriter::new(&name, &bin, 104);
        let roots = out.list(|bytes| {
            bytes.numbers([].into_iter());
            bytes.numbers([].into_iter());
            bytes.place(Some(place));
        });
        let roots = roots.unwrap();
        out.flush().unwrap();
        let head = Head { generation: 1, commit: 1, node_count: 0, rel_count: 0, roots };
        let file = Arc::new(SnapshotFile::new(&name, Bin::of(&bin.take())));
        assert_eq!(past::Roots::read(&file, &head).is_ok(), is_right, "{place:?}");
    }
}
