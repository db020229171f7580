//! Pages of adjacency as bytes.
//!
//! ```text
//! hub owners    how many have left, and for each: its place in the page, how many types it has, and for each of them
//!               its number and its tree
//! segments      how many each of the 128 owners has, their types, and how many entries they have (numbers)
//! entries       all neighbours (numbers), all relationships (numbers)
//! ```

use super::super::DiskError;
use super::super::paged::PageTree;
use super::super::shortcut::Shortcut;
use super::super::snapshot::{Bytes, Damage, Limits, Reader, SnapshotWriter, Source, Stored, check, rises};
use super::super::tree::{Tree, TreeKey};
use super::{Adjacency, AdjacencyPage, End, HUB, Hub, Neighbour, OWNERS, RelSlot, Segment, to_u16, to_u32};
use crate::catalog::TypeId;

impl Adjacency {
    pub(in super::super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.pages.store(bytes, out)
    }

    pub(in super::super) fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Ok(Self { pages: PageTree::load(bytes, from, 0)?, shortcut: Shortcut::default() })
    }
}

impl Stored for AdjacencyPage {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.hubs.len());
        for (owner, hub) in &self.hubs {
            bytes.count(*owner);
            hub.store(bytes, out)?;
        }
        let counts = (0..OWNERS).map(|owner| self.segments_of(owner).len() as u64);
        bytes.numbers(counts);
        bytes.numbers(self.segments.iter().map(|segment| u64::from(segment.rel_type().0)));
        let segments = (0..OWNERS).flat_map(|owner| self.segments_of(owner).map(move |index| (owner, index)));
        bytes.numbers(segments.map(|(owner, index)| self.entries_of(owner, index).len() as u64));
        store_entries(&self.entries, bytes);
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let mut hubs = Vec::new();
        for _ in 0..bytes.count(OWNERS)? {
            let owner = bytes.count(OWNERS - 1)?;
            hubs.push((owner, Hub::load(bytes, from)?));
        }
        check(hubs.is_sorted_by(|one, next| one.0 < next.0), "owners are out of order")?;
        let mut page = Self { hubs, ..Self::new() };
        page.load_segments(bytes, from.limits()?)?;
        page.load_entries(bytes, from.limits()?)?;
        Ok(page)
    }

    fn is_whole(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0)
    }
}

impl AdjacencyPage {
    fn load_segments(&mut self, bytes: &mut Reader, limits: &Limits) -> Result<(), Damage> {
        let counts: Vec<usize> = bytes.exactly(OWNERS)?;
        check(counts.iter().all(|count| *count <= HUB), "an owner has too many types")?;
        let count = counts.iter().sum();
        let (types, lens): (Vec<u32>, Vec<usize>) = (bytes.exactly(count)?, bytes.exactly(count)?);
        check(types.iter().all(|rel_type| *rel_type < limits.types), "a type is missing")?;
        check(lens.iter().all(|len| (1..=HUB).contains(len)), "a run has a wrong length")?;
        self.segments.reserve_exact(count);
        let mut start = 0;
        for (owner, count) in counts.into_iter().enumerate() {
            let first = self.segments.len();
            let mut len = 0;
            for index in first..first + count {
                self.segments.push(Segment::new(TypeId(types[index]), to_u32(len)));
                len += lens[index];
                check(len <= HUB, "an owner has too many neighbours")?;
            }
            check(rises(&types[first..first + count]), "types are out of order")?;
            let has_left = self.hubs.binary_search_by_key(&owner, |hub| hub.0).is_ok();
            check(!has_left || count == 0, "an owner has left and is there")?;
            start += len;
            check(u16::try_from(start).is_ok(), "a page has too many neighbours")?;
            (self.owners[owner + 1].start, self.owners[owner + 1].first) = (to_u16(start), to_u16(first + count));
        }
        (0..OWNERS).for_each(|owner| self.note_head(owner));
        Ok(())
    }

    fn load_entries(&mut self, bytes: &mut Reader, limits: &Limits) -> Result<(), Damage> {
        let count = usize::from(self.owners[OWNERS].start);
        self.entries = load_entries(bytes, count)?;
        check(self.entries.len() == count, "neighbours are missing")?;
        check(self.entries.iter().all(|entry| is_there(*entry, limits)), "a neighbour is missing")?;
        let mut runs = (0..OWNERS).flat_map(|owner| self.segments_of(owner).map(move |index| (owner, index)));
        let are_sorted = runs.all(|(owner, index)| rises(&self.entries[self.entries_of(owner, index)]));
        check(are_sorted, "neighbours are out of order")
    }
}

impl Hub {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.runs.iter().count());
        for (rel_type, run) in self.runs.iter() {
            bytes.count(rel_type);
            run.store(bytes, out)?;
        }
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (mut hub, mut least) = (Self::default(), 0);
        for _ in 0..bytes.count_of_rest()? {
            let rel_type: u32 = bytes.whole()?;
            check(rel_type >= least && rel_type < from.limits()?.types, "types are out of order")?;
            least = rel_type + 1;
            let run = Tree::load(bytes, from)?;
            check(run.len() > 0, "a run is empty")?;
            hub.len += run.len();
            hub.runs.set(rel_type as usize, run);
        }
        check(u32::try_from(hub.len).is_ok(), "an owner has too many neighbours")?;
        Ok(hub)
    }
}

impl TreeKey for Neighbour {
    const LEAF: usize = 512;

    fn store_keys(keys: &[Self], bytes: &mut Bytes, _: &SnapshotWriter) -> Result<(), DiskError> {
        store_entries(keys, bytes);
        Ok(())
    }

    fn load_keys(bytes: &mut Reader, from: &Source, most: usize) -> Result<Vec<Self>, Damage> {
        let (entries, limits) = (load_entries(bytes, most)?, from.limits()?);
        check(entries.iter().all(|entry| is_there(*entry, limits)), "a neighbour is missing")?;
        Ok(entries)
    }
}

/// A tree of an owner is not a page of its own: it is told where the owner is.
impl Stored for Tree<Neighbour> {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        Tree::store(self, bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Tree::load(bytes, from)
    }
}

fn store_entries(entries: &[Neighbour], bytes: &mut Bytes) {
    bytes.numbers(entries.iter().map(|entry| u64::from(entry.end.raw())));
    bytes.numbers(entries.iter().map(|entry| u64::from(entry.rel.0)));
}

fn load_entries(bytes: &mut Reader, most: usize) -> Result<Vec<Neighbour>, Damage> {
    let ends: Vec<u32> = bytes.numbers(most)?;
    let rels: Vec<u32> = bytes.exactly(ends.len())?;
    let entries = ends.into_iter().zip(rels);
    Ok(entries.map(|(end, rel)| Neighbour { end: End::from_raw(end), rel: RelSlot(rel) }).collect())
}

fn is_there(entry: Neighbour, limits: &Limits) -> bool {
    entry.rel.0 < limits.rels && limits.has_end(entry.end.raw())
}
