//! Files of which a byte is another one, or that end too early.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::{create_on, open_on, opened, options, set};
use crate::error::Error;
use crate::format::write_graph;
use crate::options::Options;
use crate::storage::{Depth, Disk, Durability, Loss, MemoryDisk, Salvaged, check_files};
use crate::transaction::ReadTransaction;
use crate::value::ElementId;

/// Asked of a database that is read in every way: by indexes, on both clocks, backwards, at its claims and commits.
const QUESTIONS: &[&str] = &[
    "MATCH (c:Company {name: 'a'}) RETURN c, labels(c), recorded(c), sources(c)",
    "MATCH (c:Company) WHERE c.name > 'a' RETURN c.name ORDER BY c.name",
    "MATCH (s:Source {id: 's'}) RETURN s, COUNT { (s)--() }",
    "MATCH ()-[r:BASED_IN {since: 2014}]->(p) RETURN r, p, citations(r)",
    "MATCH (c)-[r]->(p) VALID AT date('2021-01-01') KNOWN AT date('2020-06-01') RETURN c.name, type(r) ORDER BY id(r)",
    "MATCH (:Claim)-[:STATES]->[(a)-[r]->(b)] RETURN a.name, type(r), b.name, asserted(r)",
    "MATCH (p:Place)<-[r]-(c) RETURN p.name, c.name ORDER BY id(r)",
    "SHOW INDEXES",
    "SHOW CONSTRAINTS",
    "SHOW COMMITS YIELD number, time, changes RETURN number, time, changes",
    "SHOW LABELS",
    "SHOW RELATIONSHIP TYPES",
    "SHOW PROPERTY KEYS",
];

/// Two generations of commits: the first are in a snapshot, the others in a log.
const SNAPSHOT: &[&str] = &[
    "CREATE (:Source {id: 's', published: date('2020-01-01')}), (:Company {name: 'a', text: 'Ада', tags: ['x', 'y']})",
    "CREATE CONSTRAINT one FOR (s:Source) REQUIRE s.id IS UNIQUE",
    "CREATE INDEX names FOR (c:Company) ON (c.name)",
    "CREATE INDEX FOR ()-[r:BASED_IN]-() ON (r.since)",
    "MATCH (c:Company {name: 'a'}), (s:Source)
     MERGE (c)-[:BASED_IN {since: 2014, valid_from: date('2014-01-01')}]->(:Place {name: 'p'}) CITING s",
    "MATCH (c:Company), (p:Place) CREATE (:Claim {n: 1.5})-[:STATES]->[(c)-[:OWNS]->(p)]",
];

/// Commits of which the roots stand in the snapshot, behind that of the last one.
const PAST: [u64; 1] = [4];

const LOG: &[&str] = &[
    "MERGE (c:Company {name: 'b'}) SET c.n = 1",
    "MATCH (c:Company {name: 'a'}) SET c:Listed REMOVE c.tags",
    "MATCH ()-[r:BASED_IN]->() RETRACT r",
];

/// The files of a database, and what is answered after each commit of the log.
struct Sample {
    files: Vec<(String, Vec<u8>)>,
    answers: BTreeMap<u64, String>,
}

impl Sample {
    fn new() -> Self {
        let disk = MemoryDisk::default();
        let db = create_on(Arc::new(disk.clone()), options(Durability::Synced)).unwrap();
        for statement in SNAPSHOT {
            db.query(*statement, ()).unwrap();
        }
        db.checkpoint().unwrap();
        let mut answers = BTreeMap::from([(db.commit_number(), answers_of(&db.read()).unwrap())]);
        for statement in LOG {
            db.query(*statement, ()).unwrap();
            answers.insert(db.commit_number(), answers_of(&db.read()).unwrap());
        }
        for number in PAST {
            answers.insert(number, answers_of(&db.at_commit(number).unwrap()).unwrap());
        }
        drop(db);
        let names = disk.names().unwrap();
        let files = names.into_iter().map(|name| (name.clone(), bytes_of(&disk, &name))).collect();
        Self { files, answers }
    }

    /// The database with other bytes in one of its files.
    fn with(&self, changed: &str, bytes: &[u8]) -> MemoryDisk {
        let disk = MemoryDisk::default();
        for (name, whole) in &self.files {
            disk.create(name).unwrap().write_at(0, if name == changed { bytes } else { whole }).unwrap();
        }
        disk
    }

    /// A file that was changed is told, or its end is lost and that is told, or nothing of it shows.
    fn check(&self, name: &str, bytes: &[u8], what: &str) -> Found {
        let disk = self.with(name, bytes);
        let is_told = |message: &str| assert!(message.contains(name), "{what}: {message}");
        let db = match open_on(Arc::new(disk.clone()), Options::default()) {
            Ok(db) => db,
            Err(error) => {
                is_told(&error.to_string());
                return Found::Refused;
            }
        };
        let (number, last) = (db.commit_number(), *self.answers.keys().next_back().expect("a commit"));
        let mut found = Found::Same;
        for asked in PAST.into_iter().chain([number]) {
            match db.at_commit(asked).and_then(|read| answers_of(&read)) {
                Ok(answers) => assert_eq!(answers, self.answers[&asked], "{what}, commit {asked}"),
                Err(error) => {
                    is_told(error.message());
                    found = Found::Told;
                }
            }
        }
        let found = match db.checkpoint() {
            Ok(()) => {
                assert_eq!(found, Found::Same, "{what}: a checkpoint has copied it");
                found
            }
            // No question has met it: a page may serve none of them.
            Err(error) => {
                is_told(error.message());
                Found::Told
            }
        };
        match db.lost_tail() {
            Some(tail) => {
                assert!(tail.file == name && number < last, "{what}");
                Found::Lost
            }
            None if number < last => Found::Shorter,
            None => found,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// It is not opened.
    Refused,
    /// It is told as it is read.
    Told,
    /// The last commits are lost, and that is told.
    Lost,
    /// The last commits are not there, and nothing says that they were.
    Shorter,
    Same,
}

/// All that is answered at a commit.
fn answers_of(read: &ReadTransaction) -> Result<String, Error> {
    let mut text = String::new();
    for commit in read.log().rev() {
        let commit = commit?;
        writeln!(text, "{} {} {}", commit.number(), commit.time(), commit.changes()).expect("a text takes it");
    }
    for id in 1..=read.log().len() as u64 {
        writeln!(text, "{:?}", read.recorded_in(ElementId(id))?).expect("a text takes it");
    }
    let mut lines = Vec::new();
    write_graph(read, &mut lines)?;
    text.push_str(&String::from_utf8(lines).expect("it is text"));
    for question in QUESTIONS {
        for row in read.query(*question, ())?.complete()? {
            writeln!(text, "{:?}", row?.values()).expect("a text takes it");
        }
    }
    Ok(text)
}

fn bytes_of(disk: &MemoryDisk, name: &str) -> Vec<u8> {
    let file = disk.open(name).unwrap();
    let mut bytes = vec![0; usize::try_from(file.len_bytes().unwrap()).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

/// Checks each of these changes of each file, and counts what came of it.
fn check_all(of_file: impl Fn(&[u8]) -> Vec<(String, Vec<u8>)>) -> BTreeMap<Found, usize> {
    let sample = Sample::new();
    let mut counts = BTreeMap::new();
    for (name, whole) in &sample.files {
        for (what, bytes) in of_file(whole) {
            *counts.entry(sample.check(name, &bytes, &format!("{name}, {what}"))).or_default() += 1;
        }
    }
    println!("{counts:?}");
    counts
}

/// Where files are changed: everywhere with `AVERMENT_CASES` other than 1, without it at every seventh byte.
fn places(len_bytes: usize) -> impl Iterator<Item = usize> {
    let stride = if set("AVERMENT_CASES", 1) == 1 { 7 } else { 1 };
    let first = usize::try_from(set("AVERMENT_SEED", 1)).expect("a small number") % stride;
    (first..len_bytes).step_by(stride)
}

#[test]
fn a_byte_that_flips_is_told_or_does_not_show() {
    let counts = check_all(|whole| {
        let flipped = |at: usize| {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 1 << (at % 8);
            (format!("byte {at} flipped"), bytes)
        };
        places(whole.len()).map(flipped).collect()
    });
    assert!(counts[&Found::Refused] > 0 && counts[&Found::Told] > 0 && counts[&Found::Lost] > 0, "{counts:?}");
    assert!(!counts.contains_key(&Found::Shorter) && !counts.contains_key(&Found::Same), "{counts:?}");
}

#[test]
fn a_file_that_ends_early_is_told_or_is_an_earlier_state() {
    let counts = check_all(|whole| {
        let cut = |len_bytes: usize| (format!("cut to {len_bytes}"), whole[..len_bytes].to_vec());
        places(whole.len()).map(cut).collect()
    });
    assert!(
        counts[&Found::Refused] > 0 && counts[&Found::Lost] > 0 && !counts.contains_key(&Found::Same),
        "{counts:?}"
    );
    // Where a commit ends nothing tells that another one was there.
    assert!(counts.get(&Found::Shorter).is_none_or(|count| *count <= LOG.len()), "{counts:?}");
}

/// All damage that a check tells of, and whether it tells of a commit that is not finished.
fn checked(sample: &Sample, name: &str, bytes: &[u8]) -> (Vec<(String, String)>, bool) {
    let found = check_files(&sample.with(name, bytes), Depth::Kept, &mut |_| ()).unwrap();
    let damage = found.damage.into_iter().map(|damage| (damage.file.to_string(), damage.reason));
    (damage.collect(), found.torn.is_some_and(|torn| &*torn.file == name))
}

#[test]
fn a_check_finds_every_byte_that_flips_and_nothing_where_none_has() {
    let sample = Sample::new();
    let (mut damaged, mut unfinished) = (0, 0);
    for (name, whole) in &sample.files {
        assert_eq!(checked(&sample, name, whole), (Vec::new(), false));
        for at in places(whole.len()) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            let (damage, is_unfinished) = checked(&sample, name, &bytes);
            let is_named = damage.iter().any(|(file, _)| file == name);
            assert!(is_named != is_unfinished, "{name}, byte {at}: {damage:?}");
            damaged += usize::from(is_named);
            unfinished += usize::from(is_unfinished);
        }
    }
    // What is wrong with the last commit looks as if a crash had torn it.
    assert!(unfinished > 0 && damaged > 10 * unfinished, "{damaged} damaged, {unfinished} unfinished");
}

/// The newest snapshot could not be read, and the logs behind the one before are not there any more: that the log was
/// missing was told.
#[test]
fn a_damaged_snapshot_is_named_and_not_the_log_that_it_made_needless() {
    let sample = Sample::new();
    let (name, whole) = sample.files.iter().find(|file| file.0.starts_with("snapshot")).unwrap();
    let mut bytes = whole.clone();
    *bytes.last_mut().unwrap() ^= 1;
    let disk = sample.with(name, &bytes);
    let empty = MemoryDisk::default();
    drop(create_on(Arc::new(empty.clone()), options(Durability::Synced)).unwrap());
    let older = "snapshot-00000000000000000000";
    disk.create(older).unwrap().write_at(0, &bytes_of(&empty, older)).unwrap();
    let error = Error::from(opened(&disk).unwrap_err());
    assert!(error.message().starts_with(&format!("{name} is damaged at byte ")), "{error}");
    let help = error.help().unwrap();
    assert!(help.contains("averment check") && help.contains("averment salvage"), "{help}");
}

/// What is saved of a database with other bytes in a file, and what is lost; the new database is as it should be.
fn salvaged(sample: &Sample, name: &str, bytes: &[u8], what: &str) -> Option<(String, Vec<Loss>)> {
    let mut saved = match Salvaged::read(&sample.with(name, bytes), 0, &mut |_| ()) {
        Ok(saved) => saved,
        Err(error) => {
            assert!(error.to_string().contains(name), "{what}: {error}");
            return None;
        }
    };
    let disk = MemoryDisk::default();
    saved.write(Arc::new(disk.clone())).unwrap();
    assert_eq!(check_files(&disk, Depth::Kept, &mut |_| ()).unwrap().damage, [], "{what}");
    let db = opened(&disk).unwrap();
    db.query("CREATE (:New)-[:IS]->(:New)", ()).unwrap();
    drop(db);
    let losses = std::mem::take(&mut saved.losses);
    saved.write(Arc::new(disk.copy())).unwrap_err();
    let new = MemoryDisk::default();
    saved.write(Arc::new(new.clone())).unwrap();
    Some((answers_of(&opened(&new).unwrap().read()).unwrap(), losses))
}

#[test]
fn whatever_byte_flips_what_is_saved_is_a_database_and_what_is_not_is_told() {
    let sample = Sample::new();
    let original = sample.answers.values().next_back().unwrap();
    let (mut whole, mut partial, mut none) = (0, 0, 0);
    for (name, bytes) in &sample.files {
        for at in places(bytes.len()) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << (at % 8);
            let what = format!("{name}, byte {at}");
            match salvaged(&sample, name, &bytes, &what) {
                Some((answers, losses)) if answers == *original => {
                    whole += 1;
                    let is_whole = losses.iter().all(|loss| loss.lost == Some(0) && loss.in_part == 0);
                    assert!(is_whole != (name == "keep"), "{what}: {losses:?}");
                    // What only commits of the past have is not saved in any case.
                    assert!(!losses.is_empty() || name.starts_with("snapshot"), "{what}");
                }
                Some((_, losses)) => {
                    partial += 1;
                    assert!(losses.iter().any(|loss| loss.lost != Some(0) || loss.in_part > 0), "{what}");
                }
                None => {
                    none += 1;
                    assert!(name.starts_with("snapshot"), "{what}");
                }
            }
        }
    }
    println!("{whole} whole, {partial} in part, {none} not at all");
    assert!(whole > 0 && partial > 0);
}

/// The commits behind the one that is damaged are saved, and which one is lost is told.
#[test]
fn commits_behind_a_damaged_one_are_saved() {
    let sample = Sample::new();
    let (name, bytes) = sample.files.iter().find(|file| file.0.starts_with("log")).unwrap();
    let mut bytes = bytes.clone();
    bytes[100] ^= 1;
    let (answers, losses) = salvaged(&sample, name, &bytes, "the first commit").unwrap();
    let [Loss { damage, what: "commits", lost: Some(1), .. }] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((&*damage.file, damage.offset), (name.as_str(), Some(40)));
    let original = sample.answers.values().next_back().unwrap();
    for (text, is_saved) in [("Listed", true), ("Company", true), ("String(\"b\")", false)] {
        assert!(original.contains(text) && answers.contains(text) == is_saved, "{text}: {answers}");
    }
}

/// An older snapshot and all logs since it are the database too.
#[test]
fn an_older_snapshot_and_its_logs_stand_for_a_damaged_one() {
    let disk = MemoryDisk::default();
    let db = create_on(Arc::new(disk.clone()), options(Durability::Synced)).unwrap();
    for statement in SNAPSHOT {
        db.query(*statement, ()).unwrap();
    }
    let before = disk.copy();
    db.checkpoint().unwrap();
    for statement in LOG {
        db.query(*statement, ()).unwrap();
    }
    let expected = answers_of(&db.read()).unwrap();
    drop(db);
    let names = before.names().unwrap().into_iter();
    for name in names.filter(|name| name.starts_with("snapshot") || name.starts_with("log")) {
        disk.create(&name).unwrap().write_at(0, &bytes_of(&before, &name)).unwrap();
    }
    let name = "snapshot-00000000000000000001";
    let len_bytes = disk.open(name).unwrap().len_bytes().unwrap();
    disk.open(name).unwrap().write_at(len_bytes - 3, b"!").unwrap();
    let saved = Salvaged::read(&disk, 0, &mut |_| ()).unwrap();
    let [loss] = saved.losses.as_slice() else { panic!("{:?}", saved.losses) };
    assert_eq!(&*loss.damage.file, name);
    let new = MemoryDisk::default();
    saved.write(Arc::new(new.clone())).unwrap();
    assert_eq!(answers_of(&opened(&new).unwrap().read()).unwrap(), expected);
}
