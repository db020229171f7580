//! The graph in memory: copy-on-write pages under one root, a writer, and readers that hold a root.
//!
//! A [`Graph`] is one root. Cloning it is cheap and gives a snapshot that never changes; the [`Writer`] holds the
//! working root and turns every write into a [`Change`], applies it, and keeps it for the log. This layer knows
//! labels, types and keys by number and nothing of queries.

mod adjacency;
mod anew;
mod apply;
mod batch;
mod bitmap;
mod bulk;
mod change;
mod check;
mod codec;
mod column;
mod constraint;
mod database_files;
mod disk;
mod element;
mod elements;
mod error;
mod files;
mod first;
mod graph;
mod history;
mod ids;
mod implied;
mod index;
mod labels;
mod lens;
mod log;
mod meet;
mod name_index;
mod neighbourhood;
mod nodes;
mod paged;
mod record;
mod rels;
mod run;
mod salvage;
mod shortcut;
mod snapshot;
mod sweep;
mod together;
mod tree;
mod view;
mod wal;
mod walk;
mod writer;

pub(crate) use batch::{ExpandCursor, Expansion};
pub(crate) use bulk::{Bulk, Cells, Column, Delivery, LabelSet, NodeBatch, Origin, RelBatch, Texts, retain};
pub(crate) use change::Change;
pub(crate) use column::{CodeCounts, Codes, Condition, PropertyVector};
pub use database_files::Durability;
pub(crate) use database_files::{
    Checkpoint, DatabaseFiles, Depth, FilesChecked, Followed, Follower, Salvaged, Stage, TornTail, beside_a_writer,
    check_files, stored_keep,
};
#[cfg(test)]
pub(crate) use disk::{Chance, DiskFile, Fault, FaultyDisk, MemoryDisk};
pub(crate) use disk::{Disk, FolderDisk};
pub(crate) use element::{Direction, End, Family, Neighbour, NodeSlot, Rel, RelSlot};
pub(crate) use error::{CodecError, DiskError, FileDamage, FileError, StorageError};
pub(crate) use files::FileAccess;
pub(crate) use first::FirstOf;
pub(crate) use graph::{Commit, Graph, ScanCursor, Stretch};
pub use history::Keep;
pub(crate) use history::{History, Roots};
pub(crate) use lens::{Cited, KnownAt, Lens, Look, Odd, Part, ValidAt};
pub(crate) use log::{Log, LogEntry, Words};
pub(crate) use meet::{Seeker, from_end};
pub(crate) use name_index::{NameIndex, names_in};
pub(crate) use run::Run;
pub(crate) use salvage::Loss;
pub(crate) use snapshot::{guard, past};
pub(crate) use sweep::{SweptPage, TypeSet};
pub(crate) use together::together;
pub use view::{DenseView, GraphView};
pub(crate) use walk::Way;
pub(crate) use writer::{MAX_LABELS, Savepoint, Writer};

#[cfg(test)]
mod tests;
