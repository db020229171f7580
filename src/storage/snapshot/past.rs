//! The list of the roots in a snapshot: that of the last commit, and those of earlier ones that are kept.
//!
//! ```text
//! commits    the numbers of the earlier ones, lowest first (numbers)
//! changes    how many elementary writes the commit behind each of them holds (numbers)
//! places     of the last root, then of the earlier ones, the latest first
//! ```
//!
//! Roots share the pages in which they do not differ, so an earlier one takes its own page and those that later commits
//! have changed. It is read when its commit is asked for, and let go when nobody reads it any more.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::super::history::Kept;
use super::super::{DiskError, Graph};
use super::{
    Damage, HEAD_BYTES, Head, Origin, Place, Reader, Seen, SnapshotFile, SnapshotWriter, Source, check, guard,
    read_head, rises,
};

/// The root of an earlier commit, as it lies in a snapshot.
#[derive(Debug)]
pub(in super::super) struct StoredRoot {
    number: u64,
    file: Arc<SnapshotFile>,
    place: Place,
    /// As long as somebody reads it.
    read: Mutex<Weak<Graph>>,
}

/// What a snapshot says of its roots.
#[derive(Debug)]
pub(super) struct Roots {
    last: Place,
    /// Number, changes behind it, place; lowest number first.
    earlier: Vec<(u64, u64, Place)>,
}

/// Writes the last root, then those of earlier commits, then the list of all. Gives the place of that.
pub(super) fn write(graph: &Graph, past: &[Kept], out: &mut SnapshotWriter) -> Result<Place, DiskError> {
    let last = out.page(graph)?;
    let mut places = vec![last];
    for kept in past.iter().rev() {
        places.push(out.page(&*kept.graph()?)?);
    }
    out.list(|bytes| {
        bytes.numbers(past.iter().map(Kept::number));
        bytes.numbers(past.iter().map(Kept::changes_behind));
        for place in places {
            bytes.place(Some(place));
        }
    })
}

/// The earlier roots in the snapshot that a graph came from, oldest first.
///
/// # Errors
///
/// [`DiskError::Io`], [`DiskError::Corruption`].
pub(crate) fn past(graph: &Graph) -> Result<Vec<Kept>, DiskError> {
    let Some(file) = &graph.file else { return Ok(Vec::new()) };
    let Roots { earlier, .. } = Roots::read(file, &read_head(file)?)?;
    let kept = |(number, changes_behind, place)| {
        let stored = StoredRoot { number, file: Arc::clone(file), place, read: Mutex::default() };
        Kept::stored(Arc::new(stored), changes_behind)
    };
    Ok(earlier.into_iter().map(kept).collect())
}

/// Takes note of the roots of a snapshot and of their list, to which no page refers.
///
/// # Errors
///
/// [`DiskError::Io`], [`DiskError::Corruption`].
pub(in super::super) fn see_roots(file: &Arc<SnapshotFile>, seen: &Seen) -> Result<(), DiskError> {
    let head = read_head(file)?;
    let Roots { last, earlier } = Roots::read(file, &head)?;
    let places = earlier.into_iter().map(|(_, _, place)| place);
    places.chain([head.roots, last]).for_each(|place| _ = seen.note(place));
    Ok(())
}

impl Roots {
    pub(super) fn read(file: &Arc<SnapshotFile>, head: &Head) -> Result<Self, DiskError> {
        let bytes = file.read(head.roots)?;
        Self::load(&bytes, file, head).map_err(|damage| file.damaged(head.roots.offset, damage))
    }

    fn load(bytes: &[u8], file: &Arc<SnapshotFile>, head: &Head) -> Result<Self, Damage> {
        let mut bytes = Reader::new(bytes);
        let mut from =
            Source { file, floor: HEAD_BYTES as u64, end: head.roots.offset, below: u64::MAX, level: 0, count: 0 };
        let most = bytes.clone().count_of_rest()?;
        let numbers: Vec<u64> = bytes.numbers(most)?;
        let changes: Vec<u64> = bytes.exactly(numbers.len())?;
        check(rises(&numbers) && numbers.last().is_none_or(|last| *last < head.commit), "commits are out of order")?;
        let last = root(&mut bytes, &mut from)?;
        let mut places = Vec::new();
        for _ in &numbers {
            places.push(root(&mut bytes, &mut from)?);
        }
        bytes.end()?;
        let earlier = numbers.into_iter().zip(changes).zip(places.into_iter().rev());
        Ok(Self { last, earlier: earlier.map(|((number, changes), place)| (number, changes, place)).collect() })
    }

    pub(super) fn last(&self, file: &Arc<SnapshotFile>) -> Result<Graph, DiskError> {
        load_root(file, self.last)
    }
}

/// Where a root lies. Within it each page is there once, so all of them are no more than the file.
fn root(bytes: &mut Reader, from: &mut Source) -> Result<Place, Damage> {
    from.below = from.end;
    from.place(bytes)?.ok_or(Damage("a root is missing"))
}

fn load_root(file: &Arc<SnapshotFile>, place: Place) -> Result<Graph, DiskError> {
    let origin = Origin { file: Arc::clone(file), place, level: 0, count: 0 };
    guard(|| origin.load())?
}

impl StoredRoot {
    pub(in super::super) fn number(&self) -> u64 {
        self.number
    }

    /// The root; those who read it at the same time share it.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`], [`DiskError::Corruption`].
    pub(in super::super) fn graph(&self) -> Result<Arc<Graph>, DiskError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(graph) = read.upgrade() {
            return Ok(graph);
        }
        let graph = load_root(&self.file.beside(), self.place)?;
        if graph.commit().number != self.number {
            return Err(self.file.damaged(self.place.offset, Damage("it is the root of another commit")));
        }
        let graph = Arc::new(graph);
        *read = Arc::downgrade(&graph);
        Ok(graph)
    }
}
