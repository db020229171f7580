//! The bytes of a log, and the round trip.

use std::fmt::Write;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::catalog::{KeyId, LabelId};
use crate::storage::codec::tests::any_change;
use crate::storage::tests::{step, tell};
use crate::storage::{LogEntry, Words};
use crate::value::{ElementId, Name};

fn set(text: &str) -> Change {
    Change::SetProperty { element: ElementId(1), key: KeyId(0), value: Value::from(text) }
}

fn append_all(disk: &MemoryDisk, commits: &[Vec<Change>]) -> Vec<Recorded> {
    let mut log = LogWriter::create(disk, GENERATION, START).unwrap();
    let mut expected = Vec::new();
    for (changes, number) in commits.iter().zip(1..) {
        let end = log.append(number, changes).unwrap();
        assert!(bytes_of(disk)[usize::try_from(end).unwrap()..].iter().all(|byte| *byte == 0));
        expected.push((number, changes.iter().map(|change| encode(change).unwrap()).collect()));
    }
    expected
}

#[test]
fn the_bytes_of_a_log_stay_what_they_are() {
    let disk = MemoryDisk::default();
    let behind = Commit { number: 2, micros: 1_000 };
    let mut log = LogWriter::create(&disk, GENERATION, behind).unwrap();
    let begin = |number| Change::Begin(Commit { number, micros: 1_001 });
    let close = || Change::Close(Box::default());
    let define = Change::DefineLabel { id: LabelId(0), name: Name::from("Person") };
    let create = Change::CreateNode { id: ElementId(1), labels: vec![LabelId(0)] };
    let end = log.append(3, &[begin(3), define, create, close()]).unwrap();
    log.syncer().sync(end).unwrap();
    log.append(5, &[begin(5), set("a"), close()]).unwrap();
    log.trim().unwrap();
    let mut text = String::new();
    for row in bytes_of(&disk).chunks(8) {
        let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown: String = row.iter().map(|&byte| if byte.is_ascii_graphic() { byte.into() } else { '.' }).collect();
        writeln!(text, "{} {shown}", hex.join(" ")).unwrap();
    }
    expect![[r#"
        41 56 45 52 4d 4c 4f 47 AVERMLOG
        03 00 00 00 07 00 00 00 ........
        00 00 00 00 02 00 00 00 ........
        00 00 00 00 e8 03 00 00 ........
        00 00 00 00 85 93 47 7f ......G.
        f5 41 76 66 03 1c 00 00 .Avf....
        00 00 00 00 85 93 47 7f ......G.
        03 00 00 00 00 00 00 00 ........
        28 00 00 00 00 00 00 00 (.......
        e5 1c f1 29 6c 49 bf f3 ...)lI..
        05 00 03 fb d2 07 09 01 ........
        00 06 50 65 72 73 6f 6e ..Person
        07 04 01 04 00 00 00 00 ........
        03 10 00 00 00 00 00 00 ........
        f5 41 76 66 07 12 00 00 .Avf....
        01 00 00 00 6c 49 bf f3 ....lI..
        05 00 00 00 00 00 00 00 ........
        70 00 00 00 00 00 00 00 p.......
        f4 20 da 71 04 cc 87 49 ...q...I
        05 00 05 fb d2 07 07 0b ........
        01 00 03 04 01 61 03 10 .....a..
        00 00 00 00 00 00 00 00 ........
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_commit_may_be_larger_than_a_frame_and_so_may_a_change() {
    let many = (0..40_000).map(|number| set(&number.to_string())).collect();
    let long = vec![set("a"), set(&"b".repeat(3 << 20)), set("c")];
    let disk = MemoryDisk::default();
    let expected = append_all(&disk, &[vec![set("x")], long, many, vec![set("y")]]);
    let (commits, end) = read(&disk);
    assert!(commits == expected && end.unwrap() == LogEnd::Clean);
}

#[test]
fn a_commit_may_end_anywhere_in_a_frame() {
    let full = frame::MAX_PAYLOAD_BYTES;
    for len_bytes in (full - 40..full + 9).step_by(3) {
        let disk = MemoryDisk::default();
        let expected = append_all(&disk, &[vec![set(&"a".repeat(len_bytes))], vec![set("b")]]);
        let (commits, end) = read(&disk);
        assert!(commits == expected && end.unwrap() == LogEnd::Clean, "{len_bytes}");
    }
}

#[test]
fn a_commit_that_cannot_be_recorded_leaves_nothing() {
    let disk = MemoryDisk::default();
    let mut log = LogWriter::create(&disk, GENERATION, START).unwrap();
    log.append(1, &[set("a")]).unwrap();
    log.trim().unwrap();
    let before = bytes_of(&disk);
    let map =
        Change::SetProperty { element: ElementId(1), key: KeyId(0), value: Value::Map(crate::value::Map::default()) };
    let refused = log.append(2, &[set(&"b".repeat(2 << 20)), map]).unwrap_err();
    assert!(refused.to_string().contains("cannot hold a MAP"), "{refused}");
    assert_eq!(bytes_of(&disk), before);
    log.append(2, &[set("c")]).unwrap();
    assert_eq!(read(&disk).0.len(), 2);
}

#[test]
fn a_small_commit_costs_one_write() {
    use crate::storage::disk::FaultyDisk;
    let disk = FaultyDisk::counting(MemoryDisk::default());
    let mut log = LogWriter::create(&disk, GENERATION, START).unwrap();
    let before = disk.count();
    let end = log.append(1, &[set("a")]).unwrap();
    assert_eq!((disk.count() - before, end - 40), (1, 40 + 8));
    log.syncer().sync(end).unwrap();
    log.syncer().sync(end).unwrap();
    assert_eq!(disk.count() - before, 2);
}

#[test]
fn a_log_has_room_for_what_comes_next() {
    let disk = MemoryDisk::default();
    let mut log = LogWriter::create(&disk, GENERATION, START).unwrap();
    let mut lengths = Vec::new();
    for number in 1..=3_000 {
        let end = log.append(number, &[set("a")]).unwrap();
        let len_bytes = bytes_of(&disk).len() as u64;
        assert!(end <= len_bytes);
        lengths.push(len_bytes);
    }
    lengths.dedup();
    assert!((2..=4).contains(&lengths.len()), "{lengths:?}");
    assert_eq!(read(&disk).1.unwrap(), LogEnd::Clean);
    let mut reader = LogReader::open(&disk, GENERATION).unwrap();
    while reader.next_commit().unwrap().is_some() {}
    let mut log = LogWriter::resume(reader).unwrap();
    log.append(3_001, &[set("a")]).unwrap();
    assert_eq!((read(&disk).0.len(), bytes_of(&disk).len() as u64), (3_001, lengths[lengths.len() - 1]));
    log.trim().unwrap();
    assert_eq!(log.end(), bytes_of(&disk).len() as u64);
}

#[test]
fn a_log_is_made_once() {
    let disk = MemoryDisk::default();
    disk.create(&format!("{}.new", log_name(GENERATION))).unwrap();
    LogWriter::create(&disk, GENERATION, START).unwrap();
    let again = LogWriter::create(&disk, GENERATION, START).unwrap_err();
    assert!(matches!(again, DiskError::Io { action: "create", .. }));
    assert_eq!(disk.names().unwrap(), [log_name(GENERATION)]);
}

#[test]
fn a_log_goes_on_where_it_ended() {
    let commits = sample();
    let disk = all_synced(&commits[..2]);
    for commit in &commits[2..] {
        let mut reader = LogReader::open(&disk, GENERATION).unwrap();
        while reader.next_commit().unwrap().is_some() {}
        assert_eq!((reader.behind(), reader.position().commit), (START, commit.number - 1));
        let mut log = LogWriter::resume(reader).unwrap();
        assert_eq!(log.end(), bytes_of(&disk).len() as u64);
        log.append(commit.number, &commit.changes).unwrap();
        log.trim().unwrap();
    }
    assert_eq!(bytes_of(&disk).len(), bytes_of(&all_synced(&commits)).len());
    assert_eq!(read(&disk).0, recorded(&commits));
}

#[test]
fn who_follows_a_log_reads_what_is_whole() {
    let commits = sample();
    let whole = bytes_of(&all_synced(&commits));
    let disk = disk_of(&whole[..40]);
    let file = disk.open(&log_name(GENERATION)).unwrap();
    let mut reader = LogReader::open(&disk, GENERATION).unwrap();
    let mut found = Vec::new();
    for len_bytes in 40..=whole.len() {
        file.write_at(len_bytes as u64 - 1, &whole[len_bytes - 1..len_bytes]).unwrap();
        read_on(&mut reader, &mut found).unwrap();
        let expected = read(&disk_of(&whole[..len_bytes])).0;
        assert_eq!(found, expected);
    }
    assert_eq!(found, recorded(&commits));
}

#[test]
fn commits_that_were_taken_over_may_leave_numbers_out() {
    let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: 9 });
    for number in [3, 8] {
        let mut words = Words::default();
        words.set_author("Ada").unwrap();
        writer.take_over(LogEntry::new(Commit { number, micros: 4 }, 1, words)).unwrap();
    }
    let label = writer.label(&Name::from("Person"));
    writer.write_as_of(Some(3));
    writer.create_node(&[label]).unwrap();
    writer.write_as_of(None);
    writer.create_node(&[label]).unwrap();
    let first = Made::new(writer.finish());
    let mut writer = Writer::new(first.graph.clone(), first.graph.commit().followed_at(2));
    writer.create_node(&[]).unwrap();
    let second = Made::new(writer.finish());
    assert_eq!((first.number, second.number), (9, 10));
    let disk = all_synced(&[first, second.clone()]);
    assert_eq!(tell(&replayed(&disk).unwrap()), tell(&second.graph));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changes_come_back(commits in prop::collection::vec(prop::collection::vec(any_change(), 1..6), 0..6)) {
        let disk = MemoryDisk::default();
        let expected = append_all(&disk, &commits);
        let (found, end) = read(&disk);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(end.unwrap(), LogEnd::Clean);
    }

    #[test]
    fn a_log_makes_the_graph_that_was_written(steps in prop::collection::vec(step(), 1..80)) {
        let commits = made_of(&steps);
        let graph = replayed(&all_synced(&commits)).unwrap();
        prop_assert_eq!(tell(&graph), tell(&commits.last().unwrap().graph));
    }
}
