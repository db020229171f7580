//! The write-ahead log in a file: the commits of one generation, each written before it is shown.
//!
//! ```text
//! log          header, frames
//!
//! header       0  magic       8  "AVERMLOG"
//!              8  format      4  2
//!             12  generation  8  that of the file's name
//!             20  number      8  of the commit that the first one here stands behind; 0 if it is the first of all
//!             28  micros      8  when that was made
//!             36  checksum    4  of bytes 0 to 35
//!
//! frame        0  magic       4  f5 "Avf"
//!              4  flags       1  1 first of its commit, 2 last of it, 4 commits from elsewhere were taken over
//!              5  length      3  bytes of payload, at most 1 MiB
//!              8  sequence    4  frames before this one in the file
//!             12  previous    4  checksum of the frame before this one; of the first one: of the header
//!             16  commit      8  the number of the commit
//!             24  synced      8  so many bytes of the file were known to be synced when this was written
//!             32  content     4  checksum of payload and padding
//!             36  checksum    4  of the header's checksum, of where the frame lies (8) and of its bytes 0 to 35
//!             40  payload        a part of the commit's changes
//!                 padding        zeros to a multiple of 8
//!
//! changes      each: how many bytes it has, seven bits a byte, lowest first, all but the last byte with the high bit
//!              set; then what `codec` makes of it. Frames cut this row of bytes anywhere.
//!
//! room         zeros, any number of them, where the next frames go
//! ```
//!
//! All numbers are little-endian, all checksums CRC-32. The header is the same in every format. A commit is there when its
//! last frame is.
//!
//! A frame knows its file, its place and the frame before it, so none is taken for another: not one of an older file whose
//! blocks were used again, nor one that was cut off and comes back after a crash. What follows the last commit that is
//! whole was lost in a crash, if nothing says otherwise; but a frame behind it may say that it was synced, and then it is
//! damage. So damage to the last thing that was synced looks like a crash, and damage before it does not.
//!
//! A file grows by more than the frame that it lacks room for, since most systems sync a file that keeps its length in less
//! time (4 KiB blocks of ext4 on a virtual disk: 125 us against 190). Who closes the log cuts the room off.
//!
//! A log that ends where a commit ends tells nothing of commits that were behind it: whoever cuts a file there, or puts back
//! an older copy of it, makes an earlier state, which no check can tell from one that was the last. Only the log of the next
//! generation knows better, since it says which commit it stands behind.
//!
//! [`LogWriter`] writes, [`LogReader`] reads, also what is whole of a log that is damaged, [`Replay`] does what was read to a
//! graph.

mod changes;
mod frame;
mod header;
mod reader;
mod replay;
mod window;
mod writer;

pub(super) use changes::Changes;
pub(super) use reader::LoggedCommit;
pub(super) use {
    reader::{LogEnd, LogReader, Standing, Whole},
    replay::Replay,
    writer::{LogSync, LogWriter},
};

/// The name of the log of a generation.
pub(super) fn log_name(generation: u64) -> String {
    format!("log-{generation:020}")
}

#[cfg(test)]
mod tests;
