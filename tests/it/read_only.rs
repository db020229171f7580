//! Databases that are read while another process writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use averment::{Database, Durability, ReadTransaction};

use crate::killed::begun;

/// Where the process that writes does so.
const FOLDER: &str = "AVERMENT_READ_FOLDER";

/// How many bytes of text every eighth commit writes: more than a log writes at once.
const TEXT_BYTES: u64 = 1_100_000;

/// Commits for ever, with checkpoints beside it.
#[test]
#[ignore = "it is started, and killed, by the test behind it"]
fn commits_for_readers() {
    let Some(folder) = env::var(FOLDER).ok() else { return };
    let db = Database::options().durability(Durability::Buffered).open(folder).unwrap();
    let checkpoints = db.clone();
    thread::spawn(move || {
        loop {
            checkpoints.checkpoint().unwrap();
            thread::sleep(Duration::from_millis(5));
        }
    });
    loop {
        let number = db.commit_number() + 1;
        let text = if number.is_multiple_of(8) { "MERGE (t:Text) SET t.text = $text, t.n = $n" } else { "" };
        let letter = char::from(b'a' + u8::try_from(number % 26).unwrap()).to_string();
        let text_bytes = usize::try_from(TEXT_BYTES).unwrap();
        let params = averment::params! { "n" => i64::try_from(number).unwrap(), "text" => letter.repeat(text_bytes) };
        db.query(format!("CREATE (:A {{n: $n}}) {text}"), params).unwrap();
    }
}

/// What a commit leaves is told by its number.
fn check(read: &ReadTransaction) -> u64 {
    let number = read.commit_number();
    let numbers = "MATCH (a:A) RETURN count(a), count(DISTINCT a.n), coalesce(max(a.n), 0)";
    let found: (u64, u64, u64) = read.query(numbers, ()).unwrap().single().unwrap();
    assert_eq!(found, (number, number, number));
    let texts = "MATCH (t:Text) RETURN t.n, size(t.text), t.text STARTS WITH substring(t.text, size(t.text) - 9)";
    let texts: Vec<(u64, u64, bool)> = read.query(texts, ()).unwrap().into_vec().unwrap();
    let last = number / 8 * 8;
    assert_eq!(texts, if last == 0 { Vec::new() } else { vec![(last, TEXT_BYTES, true)] });
    assert_eq!(read.log().count() as u64, number);
    number
}

fn generation(folder: &Path) -> String {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("snapshot") && !name.ends_with("new")).max().unwrap_or_default()
}

/// Reads until so many generations of files and commits have passed. Keeps some of what it has read, and with each generation
/// something of which it has read nothing yet.
fn read_on(folder: &Path, reader: &Database, kept: &mut Vec<ReadTransaction>) {
    let begin = Instant::now();
    let (first, mut last) = (reader.commit_number(), 0);
    let mut generations = vec![generation(folder)];
    while generations.len() < 5 || last < first + 24 {
        assert!(begin.elapsed() < Duration::from_secs(60), "commit {last}, {generations:?}");
        let number = reader.refresh().unwrap();
        assert!(number >= last);
        last = number;
        let read = reader.read();
        assert_eq!(check(&read), number);
        let other = Database::open_read_only(folder).unwrap();
        assert!(check(&other.read()) >= number);
        if kept.len() < 20 {
            kept.push(read);
        }
        let now = generation(folder);
        if generations.last() != Some(&now) {
            generations.push(now);
            kept.push(Database::open_read_only(folder).unwrap().read());
        }
    }
}

fn killed(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn each_answer_is_that_of_a_commit_whatever_another_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    drop(Database::create(&path).unwrap());
    let reader = Database::open_read_only(&path).unwrap();
    let mut kept = Vec::new();
    for _ in 0..2 {
        let process = begun("read_only::commits_for_readers", FOLDER, &path.display().to_string());
        read_on(&path, &reader, &mut kept);
        killed(process);
    }
    assert!(kept.len() > 5);
    for read in &kept {
        check(read);
    }
    let last = reader.refresh().unwrap();
    assert_eq!(check(&Database::open(&path).unwrap().read()), last);
}

/// What lies in a folder: names, and bytes of files.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let named = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    fs::read_dir(folder).unwrap().map(|entry| named(entry.unwrap())).collect()
}

#[test]
fn a_reader_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = Database::create(&path).unwrap();
    db.query("CREATE (:A)", ()).unwrap();
    drop(db);
    fs::remove_file(path.join("lock")).unwrap();
    fs::write(path.join("snapshot-00000000000000000007.new"), "left by a crash").unwrap();
    let log = path.join("log-00000000000000000000");
    fs::write(&log, [fs::read(&log).unwrap(), b"torn".to_vec()].concat()).unwrap();
    let before = files(&path);
    let reader = Database::open_read_only(&path).unwrap();
    reader.query("MATCH (a:A) RETURN a", ()).unwrap();
    reader.query("CREATE (:A)", ()).unwrap_err();
    reader.checkpoint().unwrap();
    assert_eq!((reader.refresh().unwrap(), reader.lost_tail()), (1, None));
    drop(reader);
    assert_eq!(files(&path), before);
}

#[test]
fn what_is_no_database_is_not_made_one_by_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = Database::open_read_only(folder.path()).unwrap_err();
    assert_eq!(error.code(), "no-database");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let missing = Database::open_read_only(folder.path().join("none")).unwrap_err();
    assert_eq!((missing.kind(), missing.code().as_str()), (averment::ErrorKind::Io, "disk-failed"));
}
