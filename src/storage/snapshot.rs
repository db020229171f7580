//! Roots of the graph as a file, and back: the pages that they are made of, each once, each with its checksum.
//!
//! ```text
//! head      64 bytes, in every version of the format: whole numbers, lowest byte first
//!     0     "AVERSNAP"
//!     8     u32    version of the format, 3
//!     12    u64    generation
//!     20    u64    number of the last commit
//!     28    u64    nodes
//!     36    u64    asserted relationships between nodes
//!     44    u64    where the list of roots begins
//!     52    u32    its length in bytes
//!     56    u32    its CRC-32
//!     60    u32    CRC-32 of the 60 bytes before
//! pages     one behind the other, without gaps; each behind all pages that it refers to, and first those of the last root
//! roots     the last page: of what commits there are roots, and where (see [`past`])
//!
//! place     how a page tells where another one lies: 0 for none, or
//!               length in bytes (number)
//!               bytes of all pages below it, times 2, and 1 more if it is not where it is expected (number)
//!               its offset, and how many bytes before it the pages begin that were written for it (numbers), only then
//!               CRC-32 (four bytes)
//!           it is expected behind the page told before, or where the pages of this one begin, and behind so many bytes as
//!           all pages below it have: that is where it lies unless it, or a page below it, belongs to another root, too
//! table     the places of 32 pages or tables
//! end       the slot of a node, or 2^31 more than that of a relationship
//! ```
//!
//! What is in each page is told where it is made bytes of: numbers, texts and lists of numbers in [`bytes`], a root in
//! [`root`] and [`catalog`], everything else beside the page itself, as its [`Stored`].
//!
//! [`open`] reads the head, the list and the last root. Any other page is read, and checked, when it is first asked for
//! ([`Link`]), and an older root when its commit is ([`StoredRoot`]); so
//! opening costs next to nothing, and damage in one page leaves the rest usable. Reading a graph returns no `Result`: a
//! page that cannot be read unwinds with the [`DiskError`], which [`guard`] gives back to whoever entered. What
//! is decoded is checked for all that other code takes for granted, so that damage is told as such.

mod bytes;
mod catalog;
mod file;
mod link;
mod past;
mod root;
#[cfg(test)]
mod tests;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::disk::DiskFile;
use super::history::Kept;
use super::{DiskError, Graph};
use crate::catalog::Statistics;

pub(crate) use bytes::{Bytes, Reader};
pub(super) use bytes::{check, rises};
pub(crate) use file::Source;
pub(super) use file::{Limits, Origin, Place, Rest, Seen, SnapshotFile};
pub(super) use link::Link;
pub(crate) use past::past;
pub(super) use past::{StoredRoot, see_roots};
pub(crate) use writer::SnapshotWriter;

const MAGIC: [u8; 8] = *b"AVERSNAP";
const VERSION: u32 = 3;
pub(super) const HEAD_BYTES: usize = 64;

/// What bytes cannot mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage(pub &'static str);

/// What can be made bytes of: a page, or what is told within one.
pub(super) trait Stored: Sized + 'static {
    /// Writes the pages that this refers to, and appends what it is to `bytes`.
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError>;

    /// Comes back from bytes, which may be damaged in any way.
    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage>;

    /// Decodes what is decoded only when it is asked for, or unwinds.
    fn settle(&self) {}

    /// Whether a page of these bytes refers to no other one, so that it can be copied as it is.
    fn is_whole(_bytes: &[u8]) -> bool {
        false
    }
}

/// What the head of a snapshot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub generation: u64,
    pub commit: u64,
    pub node_count: u64,
    pub rel_count: u64,
    roots: Place,
}

/// Writes a graph to an empty file, and beside it the roots of commits before its own, oldest first. What they have not read
/// from another snapshot is copied from there. Whoever calls this has to sync the file.
///
/// # Errors
///
/// [`DiskError::Io`], and [`DiskError::Corruption`] of the snapshot that the graph came from.
pub(super) fn write(
    graph: &Graph,
    past: &[Kept],
    generation: u64,
    name: &Arc<str>,
    file: &dyn DiskFile,
) -> Result<(), DiskError> {
    let mut out = SnapshotWriter::new(name, file, HEAD_BYTES as u64);
    let roots = guard(|| past::write(graph, past, &mut out))??;
    out.flush()?;
    let (node_count, rel_count) = (graph.node_count(), graph.rel_count(None));
    let head = Head { generation, commit: graph.commit().number, node_count, rel_count, roots };
    out.write_at(0, &head.bytes())
}

/// The head of a snapshot; its length agrees with the file's.
///
/// # Errors
///
/// [`DiskError::Io`], [`DiskError::Corruption`], [`DiskError::OtherFormat`].
pub(super) fn head(name: &Arc<str>, file: &Arc<dyn DiskFile>) -> Result<Head, DiskError> {
    read_head(&SnapshotFile::new(name, Arc::clone(file)))
}

/// The graph that was written to a file, as far as it has to be read to begin with.
///
/// # Errors
///
/// [`DiskError::Io`], [`DiskError::Corruption`], [`DiskError::OtherFormat`].
pub(super) fn open(name: &Arc<str>, file: Arc<dyn DiskFile>) -> Result<Graph, DiskError> {
    let file = Arc::new(SnapshotFile::new(name, file));
    let head = read_head(&file)?;
    let graph = past::Roots::read(&file, &head)?.last(&file)?;
    let said = (head.commit, head.node_count, head.rel_count);
    if said == (graph.commit().number, graph.node_count(), graph.rel_count(None)) {
        Ok(graph)
    } else {
        Err(file.damaged(0, Damage("its head and its root are not of one graph")))
    }
}

fn read_head(file: &SnapshotFile) -> Result<Head, DiskError> {
    let mut bytes = [0; HEAD_BYTES];
    file.read_at(0, &mut bytes)?;
    let damaged = |damage| file.damaged(0, damage);
    let (version, head) = Head::read(&bytes).map_err(damaged)?;
    if version != VERSION {
        return Err(DiskError::OtherFormat { file: Arc::clone(&file.name), found: version, ours: VERSION });
    }
    let len_bytes = file.len_bytes()?;
    if len_bytes < head.roots.end() {
        return Err(file.damaged(len_bytes, Damage("the file ends here")));
    }
    check(len_bytes == head.roots.end(), "the file is longer than it should be").map_err(damaged)?;
    Ok(head)
}

impl Head {
    fn bytes(&self) -> Vec<u8> {
        let Place { offset, len_bytes, crc, .. } = self.roots;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        for number in [self.generation, self.commit, self.node_count, self.rel_count, offset] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(len_bytes.to_le_bytes());
        bytes.extend(crc.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8; HEAD_BYTES]) -> Result<(u32, Self), Damage> {
        let (told, sum) = bytes.split_at(HEAD_BYTES - size_of::<u32>());
        let mut reader = Reader::new(bytes);
        check(reader.array()? == MAGIC, "this is no snapshot")?;
        check(sum == crc32fast::hash(told).to_le_bytes(), "the checksum of the head is wrong")?;
        let version = u32::from_le_bytes(reader.array()?);
        let mut number = || Ok(u64::from_le_bytes(reader.array()?));
        let [generation, commit, node_count, rel_count, offset] =
            [number()?, number()?, number()?, number()?, number()?];
        let (len_bytes, crc) = (u32::from_le_bytes(reader.array()?), u32::from_le_bytes(reader.array()?));
        let roots = Place { offset, len_bytes, crc, span: 0, below: 0 };
        Ok((version, Self { generation, commit, node_count, rel_count, roots }))
    }
}

/// What `read` gives, or the error for which a page could not be read meanwhile. Other panics pass.
///
/// # Errors
///
/// [`DiskError::Corruption`], [`DiskError::Io`].
pub(crate) fn guard<T>(read: impl FnOnce() -> T) -> Result<T, DiskError> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|payload| match payload.downcast::<DiskError>() {
        Ok(error) => *error,
        Err(other) => resume_unwind(other),
    })
}

/// Something is missing that pages agree on: of a graph that came from a file this is damage, which checksums do not
/// tell, otherwise a mistake of ours.
#[cold]
pub(super) fn lost(file: Option<&Arc<SnapshotFile>>, what: &'static str) -> ! {
    match file {
        Some(file) => resume_unwind(Box::new(file.damaged(0, Damage(what)))),
        None => panic!("{what}"),
    }
}
