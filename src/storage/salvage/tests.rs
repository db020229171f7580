//! Graphs of which pages are damaged, against what they were.

use std::collections::BTreeMap;

use super::super::check;
use super::super::tests::commit;
use super::super::{Change, End, Family, Graph, LogEntry, MemoryDisk, NodeSlot, RelSlot, Salvaged, Words, Writer};
use super::*;
use crate::catalog::{ConstraintKind, Owner};
use crate::storage::bitmap::slot;
use crate::storage::check::see_pages;
use crate::storage::disk::{Disk, DiskFile};
use crate::storage::snapshot;

/// All that is told of an element, by names and ids.
type Told = BTreeMap<ElementId, String>;

/// How an element is told: a node by its labels, a relationship by type, ends and state; then its properties and commit.
fn told(graph: &Graph) -> Told {
    let catalog = graph.catalog();
    let properties = |properties: Vec<(KeyId, Value)>| {
        let told = properties.iter().map(|(key, value)| format!("{}={value:?}", catalog.keys.name(*key)));
        told.collect::<std::collections::BTreeSet<_>>()
    };
    let mut told = Told::new();
    for element in graph.ids.entries().map(|(_, end)| end) {
        let text = if let Some(node) = element.as_node() {
            let labels = graph.labels(node).iter().map(|label| catalog.labels.name(*label).as_str());
            let labels: std::collections::BTreeSet<&str> = labels.collect();
            format!("{labels:?} | {:?} {:?}", properties(graph.node_properties(node)), graph.recorded(element))
        } else {
            let slot = element.as_rel().unwrap();
            let rel = graph.rel(slot);
            let ends = (graph.id(rel.start), graph.id(rel.end));
            let kind = format!("{} {ends:?} {}", catalog.types.name(rel.rel_type), rel.asserted);
            format!("{kind} | {:?} {:?}", properties(graph.rel_properties(slot)), graph.recorded(element))
        };
        told.insert(graph.id(element), text);
    }
    told
}

/// Many pages of nodes and relationships of each family, with strings, an index, a constraint and several commits.
fn sample() -> Graph {
    let mut writer = Writer::new(Graph::new(), commit(1));
    let labels: Vec<LabelId> = ["A", "B", "C"].map(|name| writer.label(&Name::from(name))).to_vec();
    let types: Vec<TypeId> = ["KNOWS", "SAYS", "SUPPORTS"].map(|name| writer.rel_type(&Name::from(name))).to_vec();
    let (name, number) = (writer.key(&Name::from("name")), writer.key(&Name::from("number")));
    writer.create_constraint(Name::from("one"), Owner::Label(labels[0]), vec![number], ConstraintKind::Unique).unwrap();
    let mut nodes = Vec::new();
    for count in 0..1_300_i64 {
        let label = labels[usize::try_from(count % 3).unwrap()];
        let node = End::node(writer.create_node(&[label]).unwrap());
        writer.set_property(node, number, &Value::from(count)).unwrap();
        writer.set_property(node, name, &Value::from(format!("name {}", count % 90))).unwrap();
        nodes.push(node);
        if count % 300 == 299 {
            let number = writer.graph().commit().number + 1;
            writer = Writer::new(writer.finish().0, commit(number));
        }
    }
    for place in 0..1_700 {
        let (start, end) = (nodes[place % 1_300], nodes[place * 7 % 1_300]);
        let rel = writer.create_rel(types[place % 2], start, end, place % 5 > 0).unwrap();
        writer.set_property(End::rel(rel), number, &Value::from(1.5)).unwrap();
        if place % 9 == 0 {
            writer.create_rel(types[2], start, End::rel(rel), true).unwrap();
        }
    }
    writer.finish().0
}

struct Sample {
    graph: Graph,
    bytes: Vec<u8>,
    /// Where each page begins that is not the root.
    pages: Vec<u64>,
}

const SNAPSHOT: &str = "snapshot-00000000000000000000";

impl Sample {
    fn new() -> Self {
        let graph = sample();
        let disk = disk_of(&graph);
        let file = disk.open(SNAPSHOT).unwrap();
        let mut bytes = vec![0; usize::try_from(file.len_bytes().unwrap()).unwrap()];
        file.read_at(0, &mut bytes).unwrap();
        let mut sample = Self { graph, bytes, pages: Vec::new() };
        sample.pages = sample.places_of_pages();
        sample
    }

    /// Damages one place after the other; what is then told lies where pages begin.
    fn places_of_pages(&self) -> Vec<u64> {
        let mut pages = std::collections::BTreeSet::new();
        for at in (snapshot::HEAD_BYTES..self.bytes.len()).step_by(211) {
            if let Some(graph) = open(&self.with([at])) {
                see_pages(&graph, &mut |page| {
                    if let Err(crate::storage::DiskError::Corruption { offset, .. }) = page {
                        pages.insert(offset);
                    }
                });
            }
        }
        pages.into_iter().collect()
    }

    fn with(&self, damaged: impl IntoIterator<Item = usize>) -> MemoryDisk {
        let mut bytes = self.bytes.clone();
        damaged.into_iter().for_each(|at| bytes[at] ^= 0x40);
        let disk = disk_of(&Graph::new());
        let file = disk.open(SNAPSHOT).unwrap();
        file.truncate(0).unwrap();
        file.write_at(0, &bytes).unwrap();
        disk
    }

    /// The elements of which all is on pages that are whole.
    fn whole(&self, damaged: &Graph) -> Told {
        let mut whole = told(&self.graph);
        let end = |slot: u32, is_node: bool| if is_node { End::node(NodeSlot(slot)) } else { End::rel(RelSlot(slot)) };
        let mut drop_page = |numbers: std::ops::Range<usize>, count: usize, is_node: bool| {
            for number in numbers.start..numbers.end.min(count) {
                for place in 0..1_024 {
                    let element = end(slot(number, place), is_node);
                    if self.graph.is_there(element) {
                        whole.remove(&self.graph.id(element));
                    }
                }
            }
        };
        let counts = [self.graph.nodes.placement().page_count(), self.graph.rels.placement().page_count()];
        damaged.nodes.pages().visit(&mut |numbers, page| {
            if page.is_err() {
                drop_page(numbers, counts[0], true);
            }
        });
        damaged.rels.pages().visit(&mut |numbers, page| {
            if page.is_err() {
                drop_page(numbers, counts[1], false);
            }
        });
        whole
    }
}

fn disk_of(graph: &Graph) -> MemoryDisk {
    let disk = MemoryDisk::default();
    let saved = Salvaged { graph: graph.clone(), losses: Vec::new(), keep: None };
    saved.write(std::sync::Arc::new(disk.clone())).unwrap();
    disk
}

fn open(disk: &MemoryDisk) -> Option<Graph> {
    let file: std::sync::Arc<dyn DiskFile> = disk.open(SNAPSHOT).unwrap().into();
    snapshot::open(&SNAPSHOT.into(), file).ok()
}

fn salvage(disk: &MemoryDisk) -> Salvaged {
    Salvaged::read(disk, 77, &mut |_| ()).unwrap()
}

#[track_caller]
fn check_whole(graph: &Graph) {
    let findings = check::check(graph, |_, _, _| ());
    let told: Vec<&String> = findings.iter().flat_map(|checked| &checked.findings.told).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn a_graph_without_damage_is_saved_as_it_is() {
    let sample = Sample::new();
    let saved = salvage(&sample.with([]));
    assert_eq!(saved.losses, []);
    assert_eq!(told(&saved.graph), told(&sample.graph));
    check_whole(&saved.graph);
    let log = |graph: &Graph| (0..graph.log().len()).map(|at| graph.log().get(at).unwrap().clone()).collect::<Vec<_>>();
    assert_eq!(log(&saved.graph), log(&sample.graph));
    assert_eq!((saved.graph.commit(), saved.graph.next_id), (sample.graph.commit(), sample.graph.next_id));
    assert_eq!(saved.graph.catalog().constraints, sample.graph.catalog().constraints);
    let bytes_of = |graph: &Graph| disk_of(graph).open(SNAPSHOT).unwrap().len_bytes().unwrap();
    assert!(bytes_of(&saved.graph) <= bytes_of(&sample.graph) * 11 / 10);
}

/// Whichever page is damaged, or any two: what lies on others is saved to the letter, and what is missing is told.
#[test]
fn what_lies_on_whole_pages_is_saved_exactly() {
    let sample = Sample::new();
    assert!(sample.pages.len() > 20, "{:?}", sample.pages);
    let (mut exact, mut in_part) = (0, 0);
    for (place, page) in sample.pages.iter().enumerate().step_by(2) {
        let other = sample.pages[(place * 5 + 3) % sample.pages.len()];
        let damaged = [*page, if place % 4 == 0 { *page } else { other }];
        let damaged: std::collections::BTreeSet<usize> =
            damaged.iter().map(|at| usize::try_from(*at).unwrap()).collect();
        let disk = sample.with(damaged.iter().copied());
        let whole = sample.whole(&open(&disk).unwrap());
        let saved = salvage(&disk);
        assert!(!saved.losses.is_empty(), "{damaged:?}");
        let found = told(&saved.graph);
        let commits_lost = saved.losses.iter().any(|loss| loss.what.starts_with("commits"));
        let properties_lost = saved.losses.iter().any(|loss| loss.what == "properties");
        let orphans = saved.losses.iter().filter(|loss| loss.what.starts_with("relationships with an end"));
        let orphans: u64 = orphans.map(|loss| loss.lost.unwrap()).sum();
        let missing = whole.iter().filter(|(id, text)| {
            let found = found.get(id);
            if commits_lost || properties_lost {
                return found.map(|found| found.split(" | ").next()) != Some(text.split(" | ").next());
            }
            found != Some(text)
        });
        let missing: Vec<_> = missing.map(|(id, text)| (id, text, found.get(id))).collect();
        assert!(missing.len() as u64 <= orphans, "{damaged:?}: {missing:#?} {:#?}", saved.losses);
        exact += usize::from(found == told(&sample.graph));
        in_part += usize::from(saved.losses.iter().any(|loss| loss.in_part > 0));
        if found != told(&sample.graph) {
            assert!(saved.losses.iter().any(|loss| loss.lost != Some(0) || loss.in_part > 0), "{damaged:?}");
        }
        check_whole(&saved.graph);
    }
    assert!(exact > 2 && in_part > 0, "{exact} exact, {in_part} in part, of {}", sample.pages.len());
}

/// The node is its labels, the relationship its type, ends and state.
#[test]
fn elements_of_a_damaged_page_are_saved_in_part() {
    let sample = Sample::new();
    let of_kind = |what: &str| {
        sample.pages.iter().find_map(|page| {
            let saved = salvage(&sample.with([usize::try_from(*page).unwrap()]));
            saved.losses.iter().any(|loss| loss.what == what && loss.in_part > 0).then_some(saved)
        })
    };
    for what in ["nodes", "relationships"] {
        let saved = of_kind(what).unwrap();
        let (found, was) = (told(&saved.graph), told(&sample.graph));
        let kind = |text: &String| text.split(" | ").next().unwrap().to_owned();
        let kinds = |told: &Told| told.iter().map(|(id, text)| (*id, kind(text))).collect::<Vec<_>>();
        assert_eq!(kinds(&found), kinds(&was), "{what}");
        let last = saved.graph.log().last().unwrap();
        assert_eq!(
            (last.commit.number, last.message()),
            (sample.graph.commit().number + 1, Some("salvaged; when this was recorded is lost"))
        );
    }
}

/// Commits of a log, one of which is lost.
#[test]
fn what_commits_say_of_what_is_lost_does_no_harm() {
    let mut saved = Saved::default();
    let label = LabelId(3);
    let mut doing = saved.begin(2);
    assert!(saved.apply(Change::Begin(commit(2)), &mut doing));
    assert!(saved.apply(Change::CreateNode { id: ElementId(5), labels: vec![label] }, &mut doing));
    let rel = Change::CreateRel {
        id: ElementId(6),
        rel_type: TypeId(0),
        start: ElementId(5),
        end: ElementId(2),
        asserted: true,
    };
    assert!(saved.apply(rel, &mut doing));
    let value = Value::from(1);
    assert!(
        !saved.apply(Change::SetProperty { element: ElementId(1), key: KeyId(0), value: value.clone() }, &mut doing)
    );
    assert!(saved.apply(Change::SetProperty { element: ElementId(5), key: KeyId(1), value }, &mut doing));
    assert!(!saved.apply(Change::SetState { rel: ElementId(4), asserted: false }, &mut doing));
    assert!(!saved.apply(Change::AddLabel { node: ElementId(5), label: LabelId(u32::MAX) }, &mut doing));
    assert!(saved.apply(Change::Close(Box::default()), &mut doing));
    saved.finish(doing);
    let (graph, losses) = saved.build(9_000);
    let told: Vec<String> = told(&graph).into_values().collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("{} | {}"), "{told:?}");
    assert!(told[1].starts_with("{\"lost label 3\"} | {\"lost key 1=Integer(1)\"} Commit { number: 2"), "{told:?}");
    assert!(told[2].starts_with("lost type 0 (ElementId(5), ElementId(2)) true"), "{told:?}");
    assert!(losses.iter().any(|loss| loss.what == "names" && loss.lost == Some(7)), "{losses:?}");
    let entry = |graph: &Graph| graph.log().get(0).cloned();
    assert_eq!(entry(&graph), Some(LogEntry::new(commit(2), 6, Words::default())));
    assert_eq!(graph.all_rel_count(Family::Plain), 1);
    check_whole(&graph);
}
