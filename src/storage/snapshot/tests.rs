//! Snapshots against the graphs that they were made of, and against bytes that were changed.

mod of_the_past;

use std::borrow::Cow;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;

use super::super::tests::{self, Model, Step, all_nodes, all_rels, commit, step, take, tell, with_names};
use super::super::{Change, Condition, Direction, End, Family, Lens, Look, NodeSlot, Odd, RelSlot, ScanCursor, Writer};
use super::*;
use crate::catalog::{ConstraintKind, KeyId, LabelId, Owner, Provenance, TypeId};
use crate::storage::check::{self, Checked};
use crate::storage::salvage::Saved;
use crate::value::{Asked, Comparison, Date, Edtf, ElementId, Name, Value};

/// A file in memory that counts how often it is read.
#[derive(Debug, Default)]
struct Bin {
    bytes: Mutex<Vec<u8>>,
    reads: AtomicUsize,
}

impl Bin {
    fn of(bytes: &[u8]) -> Arc<Self> {
        Arc::new(Self { bytes: Mutex::new(bytes.to_vec()), reads: AtomicUsize::new(0) })
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl DiskFile for Bin {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.bytes.lock().unwrap().len() as u64)
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let all = self.bytes.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        let found = all.get(start..start + bytes.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(found);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut all = self.bytes.lock().unwrap();
        let (start, len) = (usize::try_from(offset).unwrap(), all.len());
        all.resize(len.max(start + bytes.len()), 0);
        all[start..start + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&self, len_bytes: u64) -> io::Result<()> {
        self.bytes.lock().unwrap().truncate(usize::try_from(len_bytes).unwrap());
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A byte of one page that is changed before the page gets its checksum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoil {
    page: usize,
    at: usize,
    by: u8,
    pages_seen: usize,
}

impl Spoil {
    pub(super) fn spoiled<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        self.pages_seen += 1;
        if self.by == 0 || self.page + 1 != self.pages_seen {
            return Cow::Borrowed(bytes);
        }
        let mut bytes = bytes.to_vec();
        let at = self.at % bytes.len();
        bytes[at] ^= self.by;
        Cow::Owned(bytes)
    }
}

fn name() -> Arc<str> {
    Arc::from("snapshot-1")
}

fn bytes_of(graph: &Graph) -> Vec<u8> {
    let bin = Bin::default();
    write(graph, &[], 1, &name(), &bin).unwrap();
    bin.take()
}

fn open_bytes(bytes: &[u8]) -> Result<Graph, DiskError> {
    open(&name(), Bin::of(bytes))
}

/// A snapshot of which one page is changed, as if it had been written so; and how many pages there are.
fn spoiled_bytes(graph: &Graph, spoil: Spoil) -> (Vec<u8>, usize) {
    spoiled(graph, &[], spoil)
}

fn spoiled(graph: &Graph, past: &[Kept], spoil: Spoil) -> (Vec<u8>, usize) {
    let (bin, name) = (Bin::default(), name());
    let mut out = SnapshotWriter::new(&name, &bin, HEAD_BYTES as u64);
    out.spoil = spoil;
    let roots = past::write(graph, past, &mut out).unwrap();
    out.flush().unwrap();
    let (node_count, rel_count) = (graph.node_count(), graph.rel_count(None));
    let head = Head { generation: 1, commit: graph.commit().number, node_count, rel_count, roots };
    out.write_at(0, &head.bytes()).unwrap();
    (bin.take(), out.spoil.pages_seen)
}

/// The names of the store's tests, as words of provenance.
fn words() -> Provenance {
    let [supports, of, paragraph, source, published, valid_from, valid_to] =
        ["T0", "T1", "L0", "L1", "k0", "k1", "k2"].map(Name::from);
    Provenance { supports, paragraph, of, source, published, valid_from, valid_to, ..Provenance::default() }
}

/// Asks everything that can be asked of a graph.
fn ask(graph: &Graph) -> String {
    let mut lines = vec![tell(graph)];
    for label in graph.catalog().labels.iter().map(|(label, _)| label) {
        lines.push(format!("{label:?} {} {:?}", graph.label_count(label), all_nodes(graph, Some(label))));
    }
    for rel_type in graph.catalog().types.iter().map(|(rel_type, _)| rel_type) {
        for family in Family::ALL {
            lines.push(format!("{rel_type:?} {family:?} {:?}", all_rels(graph, Some(rel_type), family)));
        }
    }
    lines.extend(ask_clocks(graph));
    for (key, _) in graph.catalog().keys.iter() {
        for operand in [Value::from("1"), Value::from(1)] {
            let condition = Condition::new(key, Asked::Compare(Comparison::Equal), operand);
            let mut cursor = ScanCursor::default();
            while let Some(found) =
                graph.scan_node_page(None, std::slice::from_ref(&condition), None, &mut Odd::default(), &mut cursor)
            {
                let mut slots = Vec::new();
                found.append_to(&mut slots);
                lines.push(format!("{condition:?} {slots:?}"));
            }
        }
    }
    lines.join("\n")
}

fn ask_clocks(graph: &Graph) -> Vec<String> {
    let nodes: Vec<u32> = all_nodes(graph, None).iter().map(|node| node.0).collect();
    let rels = Family::ALL.into_iter().flat_map(|family| all_rels(graph, None, family));
    let rels: Vec<u32> = rels.map(|rel| rel.0).collect();
    let day = Value::Date(Date::from_epoch_days(1).unwrap());
    let lenses = [
        Lens { valid: crate::storage::ValidAt::of(&day, false), ..Lens::default() },
        Lens { known: crate::storage::KnownAt::of(&day, true), ..Lens::default() },
        Lens { least_sources: 1, ..Lens::default() },
    ];
    lenses
        .map(|lens| {
            let (mut odd, mut kept) = (Odd::default(), (Vec::new(), Vec::new()));
            graph.passing_nodes(&nodes, &lens, Look::Whole, &mut odd, &mut kept.0);
            graph.passing_rels(&rels, &lens, Look::Whole, &mut odd, &mut kept.1);
            format!("{lens:?} {odd:?} {kept:?}")
        })
        .to_vec()
}

/// Does all steps, and returns the root that they lead to.
fn do_steps(graph: Graph, model: &mut Model, steps: &[Step], mut number: u64) -> Graph {
    let mut writer = Writer::new(graph, commit(number));
    let mut savepoints = Vec::new();
    for step in steps {
        match step {
            Step::Savepoint => savepoints.push((writer.savepoint(), model.clone())),
            Step::RollBack => {
                if let Some((savepoint, then)) = savepoints.pop() {
                    writer.roll_back_to(savepoint);
                    *model = then;
                }
            }
            Step::Commit => {
                savepoints.clear();
                number += 1;
                writer = Writer::new(writer.finish().0, commit(number));
            }
            step => take(&mut writer, model, step),
        }
    }
    writer.finish().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn a_graph_comes_back_and_goes_on_as_it_would_have(
        before in prop::collection::vec(step(), 1..120),
        after in prop::collection::vec(step(), 1..60),
    ) {
        let mut model = Model::default();
        let graph = do_steps(with_names().0.with_provenance(words()), &mut model, &before, 2);
        let bytes = bytes_of(&graph);
        let opened = open_bytes(&bytes).unwrap();
        prop_assert!(bytes_of(&opened) == bytes, "what was not read is copied");
        let again = open_bytes(&bytes).unwrap();
        tests::check(&opened, &model);
        prop_assert_eq!(ask(&opened), ask(&graph));
        prop_assert!(bytes_of(&opened) == bytes, "what was read is written as it was");

        let [gone_on, went_on] = [graph, again].map(|graph| {
            let mut model = model.clone();
            let graph = do_steps(graph, &mut model, &after, 100);
            tests::check(&graph, &model);
            graph
        });
        prop_assert_eq!(ask(&went_on), ask(&gone_on));
        let bytes = bytes_of(&went_on);
        prop_assert!(bytes == bytes_of(&gone_on), "the same changes give the same bytes");
        prop_assert_eq!(ask(&open_bytes(&bytes).unwrap()), ask(&gone_on));
    }
}

/// A small graph with some of everything.
fn some_of_everything() -> Graph {
    let (graph, _) = with_names();
    let mut writer = Writer::new(graph.with_provenance(words()), commit(2));
    let [paragraph, source, other] = [0, 1, 2].map(LabelId);
    let [supports, of, says] = [0, 1, 2].map(TypeId);
    let [published, valid_from, valid_to] = [0, 1, 2].map(KeyId);
    let date = |text: &str| Value::Edtf(Edtf::parse(text).unwrap());
    let mut nodes: Vec<End> = Vec::new();
    for labels in [&[paragraph][..], &[source], &[other], &[other, source], &[], &[other]] {
        nodes.push(End::node(writer.create_node(labels).unwrap()));
    }
    writer.set_property(nodes[1], published, &date("1970-01-01")).unwrap();
    writer.set_property(nodes[3], published, &Value::from(7)).unwrap();
    writer.set_property(nodes[2], valid_from, &date("2021-12?")).unwrap();
    writer.set_property(nodes[4], valid_from, &Value::from(vec![Value::from(1.5), Value::from("Ада")])).unwrap();
    writer.set_property(nodes[5], valid_to, &Value::from("1")).unwrap();
    writer.set_property(nodes[4], valid_to, &Value::from("2")).unwrap();
    writer.create_index(Name::from("both"), Owner::Label(other), vec![valid_to]).unwrap();
    writer.create_constraint(Name::from("one"), Owner::Type(says), vec![valid_to], ConstraintKind::Unique).unwrap();
    let (graph, _) = writer.finish();
    let mut writer = Writer::new(graph, commit(3));
    let claim = End::rel(writer.create_rel(says, nodes[2], nodes[5], false).unwrap());
    let plain = writer.create_rel(says, nodes[2], nodes[4], true).unwrap();
    writer.set_property(End::rel(plain), valid_to, &Value::from(3)).unwrap();
    for (rel_type, start, end) in
        [(of, nodes[0], nodes[1]), (supports, nodes[0], claim), (supports, nodes[0], nodes[2])]
    {
        writer.create_rel(rel_type, start, end, true).unwrap();
    }
    let gone = writer.create_rel(says, nodes[5], nodes[5], true).unwrap();
    writer.delete(End::rel(gone)).unwrap();
    let gone = writer.create_node(&[other]).unwrap();
    writer.delete(End::node(gone)).unwrap();
    writer.finish().0
}

/// What changed bytes give: damage that is told, or else the same graph.
fn check_changed(bytes: &[u8], told: &str) {
    let found = open_bytes(bytes).and_then(|graph| guard(|| ask(&graph)));
    match found {
        Ok(found) => assert_eq!(found, told),
        Err(DiskError::Corruption { file, .. }) => assert_eq!(&*file, "snapshot-1"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn no_changed_byte_goes_unnoticed() {
    let graph = some_of_everything();
    let (bytes, told) = (bytes_of(&graph), ask(&graph));
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        check_changed(&bytes, &told);
    }
}

#[test]
fn no_missing_byte_goes_unnoticed() {
    let graph = some_of_everything();
    let bytes = bytes_of(&graph);
    for len in 0..bytes.len() {
        assert!(matches!(open_bytes(&bytes[..len]), Err(DiskError::Corruption { .. })), "{len}");
    }
    assert!(matches!(open_bytes(&[&bytes[..], b"x"].concat()), Err(DiskError::Corruption { .. })));
}

#[test]
fn the_head_tells_what_is_there_without_opening_it() {
    let bin: Arc<dyn DiskFile> = Bin::of(&bytes_of(&some_of_everything()));
    let Head { generation, commit, node_count, rel_count, .. } = head(&name(), &bin).unwrap();
    assert_eq!((generation, commit, node_count, rel_count), (1, 3, 6, 3));
}

#[test]
fn another_version_is_refused_by_its_number() {
    let mut bytes = bytes_of(&Graph::new());
    bytes[8] = 4;
    let sum = crc32fast::hash(&bytes[..60]);
    bytes[60..64].copy_from_slice(&sum.to_le_bytes());
    assert!(matches!(open_bytes(&bytes), Err(DiskError::OtherFormat { found: 4, ours: 3, .. })));
}

/// Whatever a page with a right checksum holds, asking and writing end in an answer or in damage that is told.
fn check_spoiled(graph: &Graph, spoil: Spoil) {
    let (bytes, _) = spoiled_bytes(graph, spoil);
    let opened = match open_bytes(&bytes) {
        Ok(graph) => graph,
        Err(DiskError::Corruption { .. }) => return,
        Err(other) => panic!("{spoil:?}: {other}"),
    };
    for done in [guard(|| drop(ask(&opened))), guard(|| change_everything(opened.clone()))] {
        assert!(matches!(done, Ok(()) | Err(DiskError::Corruption { .. })), "{spoil:?}: {done:?}");
    }
    check::check(&opened, |_, _, _| ());
    let (saved, _) = Saved::of_snapshot(&opened).build(0);
    for Checked { name, findings, unread } in check::check(&saved, |_, _, _| ()) {
        assert!(findings.told.is_empty() && unread.is_none(), "{spoil:?}: {name}: {findings:?}");
    }
}

/// Writes to whatever is there; some of it is refused.
fn change_everything(graph: Graph) {
    let (next_id, mut writer) = (graph.next_id.min(40), Writer::new(graph, commit(200)));
    for id in (0..next_id).map(ElementId) {
        let Some(element) = writer.graph().end(id) else { continue };
        for (key, value) in [(0, Value::from("1")), (1, Value::from(9)), (2, Value::Null)] {
            drop(writer.set_property(element, KeyId(key), &value));
        }
        if let Some(node) = element.as_node() {
            drop(writer.add_label(node, LabelId(0)));
            drop(writer.remove_label(node, LabelId(2)));
        }
        if let Some(rel) = element.as_rel() {
            let is_asserted = writer.graph().rel(rel).asserted;
            drop(writer.set_state(rel, !is_asserted));
        }
        drop(writer.create_rel(TypeId(2), element, element, true));
        drop(writer.create_node(&[LabelId(1), LabelId(2)]));
    }
    for id in (0..writer.graph().next_id.min(80)).rev().map(ElementId) {
        if let Some(element) = writer.graph().end(id) {
            drop(writer.delete(element));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn no_page_with_a_right_checksum_makes_a_panic(page in any::<usize>(), at in any::<usize>(), by in 1..=u8::MAX) {
        let graph = some_of_everything();
        let (_, page_count) = spoiled_bytes(&graph, Spoil::default());
        check_spoiled(&graph, Spoil { page: page % page_count, at, by, pages_seen: 0 });
    }
}

/// Many nodes, of which one has very many relationships.
fn with_hub() -> (Graph, Vec<End>) {
    let mut writer = Writer::new(with_names().0, commit(2));
    let nodes: Vec<End> = (0..5_000).map(|_| End::node(writer.create_node(&[LabelId(0)]).unwrap())).collect();
    for (number, node) in (0_i64..).zip(&nodes) {
        writer.set_property(*node, KeyId(0), &Value::from(format!("name {number}"))).unwrap();
        writer.create_rel(TypeId(1), nodes[0], *node, true).unwrap();
    }
    writer.create_index(Name::from("names"), Owner::Label(LabelId(0)), vec![KeyId(0)]).unwrap();
    (writer.finish().0, nodes)
}

#[test]
fn a_hub_and_an_index_come_back_and_change() {
    let (graph, nodes) = with_hub();
    let change = |graph: Graph| {
        let mut writer = Writer::new(graph, commit(3));
        for node in nodes.iter().skip(40).step_by(2) {
            writer.set_property(*node, KeyId(0), &Value::from("changed")).unwrap();
            let rel = writer.graph().between(nodes[0], Direction::Out, None, Family::Plain, *node).next().unwrap().rel;
            writer.delete(End::rel(rel)).unwrap();
            writer.create_rel(TypeId(2), nodes[0], *node, true).unwrap();
        }
        writer.finish().0
    };
    let bytes = bytes_of(&graph);
    let changed = change(open_bytes(&bytes).unwrap());
    assert!(bytes_of(&changed) == bytes_of(&change(graph.clone())));
    assert_eq!(ask(&open_bytes(&bytes).unwrap()), ask(&graph));
}

#[test]
fn little_is_read_before_it_is_asked_for() {
    let (graph, nodes) = with_hub();
    let bin = Bin::of(&bytes_of(&graph));
    let reads = || bin.reads.swap(0, Ordering::Relaxed);
    let opened = open(&name(), Arc::clone(&bin) as Arc<dyn DiskFile>).unwrap();
    assert_eq!(reads(), 3);
    let slot = opened.node_slot(graph.id(nodes[4_321])).unwrap();
    assert_eq!(opened.node_property(slot, KeyId(0)).to_string(), graph.node_property(slot, KeyId(0)).to_string());
    assert!(reads() <= 8);
    let index = graph.catalog().indexes[0].id;
    let found = |graph: &Graph| graph.index_seek(index, &[Value::from("name 77")]).collect::<Vec<_>>();
    assert_eq!(found(&opened), found(&graph));
    assert!(reads() <= 5);
    assert_eq!(opened.degree(nodes[0], Direction::Out, None, Family::Plain), 5_000);
    let run = opened.between(nodes[0], Direction::Out, None, Family::Plain, nodes[9]);
    assert_eq!(run.count(), 1);
    assert!(reads() <= 8);
    assert_eq!(opened.index_range(index, Bound::Unbounded, Bound::Unbounded).len(), 5_000);
    assert!(reads() > 50);
}

#[test]
fn what_is_read_twice_at_once_is_read_once() {
    let (graph, nodes) = with_hub();
    let opened = open_bytes(&bytes_of(&graph)).unwrap();
    let texts: Vec<String> = std::thread::scope(|scope| {
        let read = || nodes.iter().map(|node| opened.property(*node, KeyId(0)).to_string()).collect::<String>();
        let threads = [scope.spawn(read), scope.spawn(read)];
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn only_damage_is_caught() {
    let caught = std::panic::catch_unwind(|| guard(|| panic!("another one")));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"another one"));
    let error = guard(|| opened_without_pages().node_slot(ElementId(1))).unwrap_err();
    assert!(error.to_string().contains("snapshot-1"), "{error}");
}

/// A graph whose file lost all bytes but those of its head and its root.
fn opened_without_pages() -> Graph {
    let (graph, _) = with_hub();
    let bin = Bin::of(&bytes_of(&graph));
    let opened = open(&name(), Arc::clone(&bin) as Arc<dyn DiskFile>).unwrap();
    bin.take();
    assert!(opened.is_node(NodeSlot(0)) || opened.is_rel(RelSlot(0)));
    opened
}

#[test]
fn an_id_may_be_as_high_as_it_likes() {
    let mut graph = Graph::new();
    for id in [7, 1 << 40, 1 << 62].map(ElementId) {
        graph.apply(&Change::CreateNode { id, labels: Vec::new() }).unwrap();
    }
    let opened = open_bytes(&bytes_of(&graph)).unwrap();
    for id in [7, 1 << 40, 1 << 62].map(ElementId) {
        assert_eq!(opened.node_slot(id).map(|node| opened.node_id(node)), Some(id));
    }
    assert_eq!(opened.next_id, (1 << 62) + 1);
}

/// Nodes with a number, and relationships of one type with a weight between any of them.
fn at_random(node_count: u64, rel_count: u64) -> Graph {
    let mut writer = Writer::new(with_names().0, commit(2));
    let (node_key, rel_key, person) = (KeyId(0), KeyId(1), Owner::Label(LabelId(0)));
    writer.create_constraint(Name::from("one"), person, vec![node_key], ConstraintKind::Unique).unwrap();
    let nodes: Vec<End> = (0..node_count).map(|_| End::node(writer.create_node(&[LabelId(0)]).unwrap())).collect();
    for (number, node) in (0_i64..).zip(&nodes) {
        writer.set_property(*node, node_key, &Value::from(number)).unwrap();
    }
    let mut seed: u64 = 1;
    let mut any = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    for _ in 0..rel_count {
        let [start, end] = [any(), any()].map(|at| nodes[usize::try_from(at % node_count).unwrap()]);
        let rel = writer.create_rel(TypeId(0), start, end, true).unwrap();
        let weight = i32::try_from(any() % 1_000).unwrap();
        writer.set_property(End::rel(rel), rel_key, &Value::from(f64::from(weight) / 1_000.0)).unwrap();
    }
    writer.finish().0
}

/// Of a million nodes and five million relationships each takes 28 bytes, all in.
#[test]
fn a_relationship_takes_few_bytes() {
    let len_bytes = bytes_of(&at_random(2_000, 10_000)).len();
    assert!(len_bytes < 25 * 10_000, "{len_bytes} bytes");
}

#[test]
fn the_sum_is_that_of_the_standard() {
    for (text, sum) in
        [("", 0), ("123456789", 0xcbf4_3926), ("The quick brown fox jumps over the lazy dog", 0x414f_a339)]
    {
        assert_eq!(crc32fast::hash(text.as_bytes()), sum);
    }
}
