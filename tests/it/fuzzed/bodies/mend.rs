//! Checksums made right after damage, so that what lies behind them is reached.

use std::collections::HashSet;
use std::ops::Range;

/// The bytes before the first page of a snapshot.
const HEAD_BYTES: usize = 64;

/// The bytes before the first frame of a log, and before the payload of a frame.
const LOG_HEADER_BYTES: usize = 40;
const FRAME_BYTES: usize = 40;

/// The pages of a snapshot that is whole, in their order. They lie without gaps, and the checksum of each is told somewhere
/// behind it or in the head: so a page ends where the checksum of what was read is one that is told, unless another one
/// begins as this one does, and then what is left leads astray.
pub(super) fn pages(snapshot: &[u8]) -> Vec<Range<usize>> {
    let told: HashSet<u32> =
        snapshot.windows(4).map(|four| u32::from_le_bytes(four.try_into().expect("four"))).collect();
    let (mut starts, mut after) = (vec![HEAD_BYTES], HEAD_BYTES);
    while *starts.last().expect("a page begins behind the head") < snapshot.len() {
        let start = starts[starts.len() - 1];
        if let Some(end) = next_end(snapshot, start, after, &told) {
            starts.push(end);
            after = end;
        } else {
            starts.pop();
            after = start;
        }
    }
    starts.windows(2).map(|ends| ends[0]..ends[1]).collect()
}

/// Where a page that begins at `start` may end, behind `after`.
fn next_end(snapshot: &[u8], start: usize, after: usize, told: &HashSet<u32>) -> Option<usize> {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&snapshot[start..after]);
    (after..snapshot.len()).find_map(|at| {
        sum.update(&snapshot[at..=at]);
        told.contains(&sum.clone().finalize()).then_some(at + 1)
    })
}

/// Tells the checksums of pages as they are now wherever those before the damage were told.
pub(super) fn mend_snapshot(whole: &[u8], damaged: &mut [u8], pages: &[Range<usize>]) {
    for page in pages {
        let [before, now] = [whole, &*damaged].map(|bytes| crc32fast::hash(&bytes[page.clone()]).to_le_bytes());
        if before != now {
            let (head, behind) = damaged.split_at_mut(page.end);
            replace(&mut head[..HEAD_BYTES], before, now);
            replace(behind, before, now);
        }
    }
    let sum = crc32fast::hash(&damaged[..HEAD_BYTES - 4]);
    damaged[HEAD_BYTES - 4..HEAD_BYTES].copy_from_slice(&sum.to_le_bytes());
}

fn replace(bytes: &mut [u8], before: [u8; 4], now: [u8; 4]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|four| four == before) {
        at += found + 4;
        bytes[at - 4..at].copy_from_slice(&now);
    }
}

/// Tells the checksums of the header and of each frame as they are now, as far as one frame leads to the next.
pub(super) fn mend_log(log: &mut [u8]) {
    let Some(header) = log.first_chunk_mut::<LOG_HEADER_BYTES>() else { return };
    let file = crc32fast::hash(&header[..36]).to_le_bytes();
    header[36..].copy_from_slice(&file);
    let (mut at, mut previous) = (LOG_HEADER_BYTES, file);
    while let Some(end) = frame_end(log, at) {
        let content = crc32fast::hash(&log[at + FRAME_BYTES..end]).to_le_bytes();
        log[at + 12..at + 16].copy_from_slice(&previous);
        log[at + 32..at + 36].copy_from_slice(&content);
        let place = (at as u64).to_le_bytes();
        previous = crc32fast::hash(&[&file, &place[..], &log[at..at + 36]].concat()).to_le_bytes();
        log[at + 36..at + FRAME_BYTES].copy_from_slice(&previous);
        at = end;
    }
}

/// Where the frame ends that begins at `at`, if it does so within the file.
fn frame_end(log: &[u8], at: usize) -> Option<usize> {
    let frame = log.get(at..at + FRAME_BYTES)?;
    let payload_bytes = u32::from_le_bytes([frame[5], frame[6], frame[7], 0]) as usize;
    let end = at + FRAME_BYTES + payload_bytes.next_multiple_of(8);
    (end <= log.len()).then_some(end)
}
