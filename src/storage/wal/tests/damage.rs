//! Bytes that are not those that were written.

use proptest::prelude::*;

use super::*;
use crate::storage::wal::frame::{FRAME_BYTES, Frame, FramePlace};
use crate::storage::wal::header::HEADER_BYTES;

/// Where each commit of a log ends; all of the sample are small.
fn ends(bytes: &[u8]) -> Vec<usize> {
    frames(bytes).into_iter().map(|(offset, frame)| offset + frame.len_bytes()).collect()
}

fn frames(bytes: &[u8]) -> Vec<(usize, Frame)> {
    let (mut found, mut offset) = (Vec::new(), HEADER_BYTES);
    while let Some((frame, _)) = bytes.get(offset..).and_then(|rest| Frame::read(place(bytes, offset), rest)) {
        found.push((offset, frame));
        offset += frame.len_bytes();
    }
    found
}

fn place(bytes: &[u8], offset: usize) -> FramePlace {
    FramePlace { file: super::super::header::u32_at(bytes, 36), offset: offset as u64 }
}

/// Makes all checksums right, as far as frames can be followed by their lengths.
fn repair(bytes: &mut [u8]) {
    let header = crc32fast::hash(&bytes[..36]);
    bytes[36..40].copy_from_slice(&header.to_le_bytes());
    let (mut offset, mut previous) = (HEADER_BYTES, header);
    while let Some(rest) = bytes.get_mut(offset..).filter(|rest| rest.len() >= FRAME_BYTES) {
        let payload = super::super::header::u32_at(rest, 4) >> 8;
        let end = FRAME_BYTES + (payload as usize).next_multiple_of(8);
        if rest.len() < end {
            return;
        }
        let content = crc32fast::hash(&rest[FRAME_BYTES..end]);
        rest[12..16].copy_from_slice(&previous.to_le_bytes());
        rest[32..36].copy_from_slice(&content.to_le_bytes());
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&header.to_le_bytes());
        hasher.update(&(offset as u64).to_le_bytes());
        hasher.update(&rest[..36]);
        previous = hasher.finalize();
        rest[36..40].copy_from_slice(&previous.to_le_bytes());
        offset += end;
    }
}

#[test]
fn every_byte_that_flips_is_found() {
    let commits = sample();
    let bytes = bytes_of(&all_synced(&commits));
    let ends = ends(&bytes);
    let (known, last) = (ends[ends.len() - 2], commits.len() - 1);
    for (index, mask) in (0..bytes.len()).flat_map(|index| [1, 0x10, 0x80, 0xff].map(|mask| (index, mask))) {
        let mut flipped = bytes.clone();
        flipped[index] ^= mask;
        let (found, end) = read(&disk_of(&flipped));
        assert!(recorded(&commits).starts_with(&found));
        match end {
            // All but the last commit are known to have been synced: each frame says so of those before it.
            Err(DiskError::Corruption { offset, .. }) => {
                let frame = ends.iter().rfind(|end| **end <= index).copied().unwrap_or(HEADER_BYTES);
                let expected = if index < HEADER_BYTES { 0 } else { frame };
                assert!(index < known && offset == expected as u64, "{index} {offset}");
            }
            Ok(LogEnd::Torn { offset, len_bytes }) => {
                let expected = (known as u64, (bytes.len() - known) as u64);
                assert!(index >= known && found.len() == last && (offset, len_bytes) == expected, "{index}");
            }
            Ok(LogEnd::Clean) | Err(_) => panic!("byte {index} flipped: {end:?}"),
        }
    }
}

#[test]
fn a_flip_where_nothing_was_synced_is_a_torn_tail() {
    let commits = sample();
    let bytes = bytes_of(&written(commits.iter().map(|commit| (commit, false))));
    let ends = ends(&bytes);
    for index in HEADER_BYTES..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[index] ^= 0x40;
        let (found, end) = read(&disk_of(&flipped));
        let whole = ends.iter().filter(|end| **end <= index).count();
        let offset = if whole == 0 { HEADER_BYTES } else { ends[whole - 1] };
        assert_eq!(found, recorded(&commits[..whole]));
        let len_bytes = (bytes.len() - offset) as u64;
        assert_eq!(end.unwrap(), LogEnd::Torn { offset: offset as u64, len_bytes });
    }
}

#[test]
fn every_prefix_has_the_commits_that_are_whole() {
    let commits = sample();
    let bytes = bytes_of(&all_synced(&commits));
    let ends = ends(&bytes);
    for len_bytes in 0..=bytes.len() {
        let (found, end) = read(&disk_of(&bytes[..len_bytes]));
        if len_bytes < HEADER_BYTES {
            assert!(matches!(end, Err(DiskError::Corruption { offset: 0, .. })));
            continue;
        }
        let whole = ends.iter().filter(|end| **end <= len_bytes).count();
        assert_eq!(found, recorded(&commits[..whole]));
        let offset = if whole == 0 { HEADER_BYTES } else { ends[whole - 1] };
        match end.unwrap() {
            LogEnd::Clean => assert_eq!(offset, len_bytes),
            // Zeros at its end may be room.
            LogEnd::Torn { offset: found, len_bytes: torn } => {
                assert!(found == offset as u64 && (1..=(len_bytes - offset) as u64).contains(&torn));
            }
        }
    }
}

#[test]
fn every_byte_of_room_that_flips_is_a_torn_tail() {
    let commits = sample();
    let bytes = bytes_of(&all_synced(&commits));
    let room = 100;
    for index in bytes.len()..bytes.len() + room {
        let mut flipped = bytes.clone();
        flipped.resize(bytes.len() + room, 0);
        assert_eq!(read(&disk_of(&flipped)).1.unwrap(), LogEnd::Clean);
        flipped[index] = 1;
        let (found, end) = read(&disk_of(&flipped));
        assert_eq!(found, recorded(&commits));
        let torn = (index + 1 - bytes.len()).next_multiple_of(8).min(room);
        assert_eq!(end.unwrap(), LogEnd::Torn { offset: bytes.len() as u64, len_bytes: torn as u64 });
    }
}

#[test]
fn a_log_of_another_format_or_generation_is_refused() {
    let mut bytes = bytes_of(&all_synced(&sample()));
    bytes[8] = 1;
    repair(&mut bytes);
    assert!(matches!(read(&disk_of(&bytes)).1, Err(DiskError::OtherFormat { found: 1, ours: 3, .. })));
    bytes[8..13].copy_from_slice(&[3, 0, 0, 0, 8]);
    repair(&mut bytes);
    let error = read(&disk_of(&bytes)).1.unwrap_err();
    assert!(error.to_string().contains("generation 8"), "{error}");
}

#[test]
fn a_gap_between_commits_is_damage() {
    let commits = sample();
    let disk = MemoryDisk::default();
    let mut log = LogWriter::create(&disk, GENERATION, START).unwrap();
    for commit in [&commits[0], &commits[2]] {
        log.append(commit.number, &commit.changes).unwrap();
    }
    let mut bytes = bytes_of(&disk);
    let second = frames(&bytes)[1].0;
    bytes[second + 4] = 3;
    repair(&mut bytes);
    let (found, end) = read(&disk_of(&bytes));
    assert_eq!(found.len(), 1);
    assert!(matches!(end, Err(DiskError::Corruption { offset, .. }) if offset == second as u64));
}

#[test]
fn a_frame_of_another_place_or_file_is_none() {
    let commits = sample();
    let bytes = bytes_of(&all_synced(&commits));
    let frames = frames(&bytes);
    let (third, fourth) = (frames[2].0, frames[3].0);
    let doubled = [&bytes[..fourth], &bytes[third..fourth]].concat();
    assert_eq!(read(&disk_of(&doubled)).0, recorded(&commits[..3]));

    let other = MemoryDisk::default();
    let mut log = LogWriter::create(&other, GENERATION + 1, START).unwrap();
    for commit in &commits {
        log.append(commit.number, &commit.changes).unwrap();
    }
    let file = other.open(&log_name(GENERATION + 1)).unwrap();
    let mut theirs = vec![0; bytes.len()];
    file.read_at(0, &mut theirs).unwrap();
    let mixed = [&bytes[..fourth], &theirs[fourth..]].concat();
    assert_eq!(read(&disk_of(&mixed)).0, recorded(&commits[..3]));
}

#[test]
fn a_frame_that_was_cut_off_and_comes_back_is_none() {
    let commits = sample();
    let old = bytes_of(&all_synced(&commits));
    let third = frames(&old)[2].0;
    let mut other = commits[2].clone();
    let Some(Change::Begin(begin)) = other.changes.first_mut() else { panic!("a commit begins") };
    begin.micros += 1;
    let new = bytes_of(&all_synced(&[commits[0].clone(), commits[1].clone(), other.clone()]));
    assert_eq!(new.len(), frames(&old)[3].0, "the frame is as long as the one before it");
    let mixed = [&new[..], &old[new.len()..]].concat();
    let found = read(&disk_of(&mixed)).0;
    assert_eq!(found, recorded(&[commits[0].clone(), commits[1].clone(), other]));
    assert_eq!(old[..third], new[..third]);
}

/// A log that was changed in places, with its checksums made right again.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let place = (any::<prop::sample::Index>(), any::<u8>());
    (prop::collection::vec(place, 1..6), any::<bool>()).prop_map(|(places, is_whole)| {
        let mut bytes = bytes_of(&all_synced(&sample()));
        for (index, byte) in places {
            let first = if is_whole { 0 } else { HEADER_BYTES + FRAME_BYTES };
            let index = first + index.index(bytes.len() - first);
            bytes[index] = byte;
        }
        repair(&mut bytes);
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_log_that_somebody_changed_is_read_or_refused(bytes in mutated()) {
        match replayed(&disk_of(&bytes)) {
            Ok(_) | Err(DiskError::Corruption { .. } | DiskError::OtherFormat { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn bytes_that_nobody_wrote_are_read_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        has_header: bool,
    ) {
        let header = &bytes_of(&all_synced(&[]))[..];
        let bytes = if has_header { [header, &bytes].concat() } else { bytes };
        let found = replayed(&disk_of(&bytes));
        prop_assert_eq!(found.is_ok(), has_header);
    }
}
