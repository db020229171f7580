//! Faults in graphs of kept commits, whose pages all have the right checksum.

use std::sync::Arc;

use super::super::{DatabaseFiles, Durability};
use super::*;
use crate::catalog::LabelId;
use crate::storage::tests::{commit, with_names};
use crate::storage::{MemoryDisk, Writer};

/// Adds a node to a graph.
fn grown(graph: Graph, number: u64) -> Graph {
    let mut writer = Writer::new(graph, commit(number));
    writer.create_node(&[LabelId(0)]).unwrap();
    writer.finish().0
}

/// What is told of a database that keeps two commits, of which the earlier one has something planted in it, and the later
/// one, too, if `plant` says so.
fn checked(depth: Depth, plant: impl Fn(&mut Graph, &str)) -> (u64, Vec<String>) {
    let mut earlier = grown(grown(with_names().0, 2), 3);
    let mut last = grown(earlier.clone(), 4);
    plant(&mut earlier, "earlier");
    plant(&mut last, "last");
    let disk = MemoryDisk::default();
    DatabaseFiles::create(Arc::new(disk.clone()), &last, &[Kept::here(earlier)], Durability::Synced).unwrap();
    let found = check_files(&disk, depth, &mut |_| ()).unwrap();
    (found.kept, found.damage.into_iter().map(|damage| damage.reason).collect())
}

#[test]
fn a_kept_commit_that_is_as_it_should_be_is_looked_at() {
    assert_eq!(checked(Depth::Kept, |_, _| ()), (1, Vec::new()));
    assert_eq!(checked(Depth::Last, |_, _| ()), (0, Vec::new()));
}

#[test]
fn what_is_wrong_with_a_kept_commit_alone_is_found_if_kept_ones_are_looked_at() {
    let plant = |graph: &mut Graph, which: &str| {
        if which == "earlier" {
            graph.next_id = 2;
        }
    };
    let told = "at commit 3, ids: id 2 is in use, and would be given again: 2 is next".to_owned();
    assert_eq!(checked(Depth::Kept, plant), (1, vec![told]));
    assert_eq!(checked(Depth::Last, plant), (0, Vec::new()));
}

#[test]
fn what_is_wrong_with_the_last_commit_too_is_told_once() {
    let plant = |graph: &mut Graph, _: &str| graph.next_id = 2;
    let (kept, told) = checked(Depth::Kept, plant);
    let both = "ids: id 2 is in use, and would be given again: 2 is next";
    assert_eq!((kept, told.iter().filter(|told| told.contains(both)).count()), (1, 1), "{told:?}");
}
