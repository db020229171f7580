//! The golden database: bytes of today's format that are checked in, and what they say.
//!
//! `AVERMENT_GOLDEN=write` makes its files anew instead of comparing them. If they say the same as before and are other bytes
//! all the same, the format has become another one: then nothing is written until that has a new number, so that no program
//! takes the bytes of another one for its own. Where every program of that number reads the new bytes, too,
//! `AVERMENT_GOLDEN=same-format` writes them.

mod steps;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use averment::format::write_graph;
use averment::{Database, Error, ErrorKind, Keep, Statement};

use steps::{BEGINNING, STEPS, Step};

/// The files of a database by their names, without the lock.
type Files = BTreeMap<String, Vec<u8>>;

/// Every file but the lock has the number of its format here, lowest byte first.
const FORMAT: std::ops::Range<usize> = 8..12;

/// Each kind of file: how its name begins, and where the checksum of its head lies, which is of all before it.
const HEADS: [(&str, usize); 3] = [("snapshot-", 60), ("log-", 36), ("keep", 20)];

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn files_in(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    }
    files.remove("lock");
    files
}

fn golden() -> Files {
    files_in(&place().join("database"))
}

fn write_files(files: &Files, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A copy of the golden database, with other bytes in some of its files, in a folder that goes with the first of both.
fn copy(changed: &Files) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("database");
    write_files(&golden(), &folder);
    write_files(changed, &folder);
    (place, folder)
}

/// Makes the golden database in a new folder.
fn make(folder: &Path) -> Files {
    let options = Database::options().keep_commits(Keep::Last(12));
    let db = options.restore(folder, BEGINNING.as_bytes()).unwrap();
    for step in STEPS {
        match *step {
            Step::Commit { author, message, statement } => {
                drop(db.query(Statement::new(statement).author(author).message(message), ()).unwrap());
            }
            Step::Checkpoint => db.checkpoint().unwrap(),
        }
    }
    drop(db);
    files_in(folder)
}

/// All that a database says after its last commit, and which lines were others at each of the earlier ones that it keeps.
fn said(db: &Database) -> Result<String, Error> {
    let last = lines_at(db, db.commit_number())?;
    let mut text = last.join("\n");
    for number in db.kept_commits().into_iter().rev().skip(1) {
        writeln!(text, "\nat commit {number}").unwrap();
        let others = lines_at(db, number)?.into_iter().filter(|line| !last.contains(line));
        text.push_str(&others.collect::<Vec<_>>().join("\n"));
    }
    Ok(text + "\n")
}

fn lines_at(db: &Database, number: u64) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    write_graph(&db.at_commit(number)?, &mut lines).unwrap();
    Ok(String::from_utf8(lines).unwrap().lines().map(str::to_owned).collect())
}

fn said_text() -> String {
    fs::read_to_string(place().join("said.txt")).unwrap().replace("\r\n", "\n")
}

#[track_caller]
fn assert_no_damage(folder: &Path) {
    assert_eq!(Database::check(folder, |_| ()).unwrap().damage, []);
}

/// Writes the golden files, if they are asked for.
fn write_if_asked(made: &Files, text: &str) -> bool {
    let Ok(asked) = std::env::var("AVERMENT_GOLDEN") else { return false };
    assert!(["write", "same-format"].contains(&asked.as_str()), "AVERMENT_GOLDEN is `write` or `same-format`");
    let database = place().join("database");
    if asked == "write" && database.exists() && said_text() == text {
        let before = golden();
        for (name, bytes) in made.iter().filter(|(name, bytes)| before.get(*name).is_some_and(|old| old != *bytes)) {
            let is_new = before[name][FORMAT] != bytes[FORMAT];
            assert!(is_new, "{name} says the same in other bytes: give its format a new number, and write then");
        }
    }
    if database.exists() {
        fs::remove_dir_all(&database).unwrap();
    }
    write_files(made, &database);
    fs::write(place().join("said.txt"), text).unwrap();
    true
}

#[test]
fn the_golden_database_is_written_byte_for_byte_as_it_was() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("database");
    let made = make(&folder);
    let text = said(&Database::open(&folder).unwrap()).unwrap();
    if write_if_asked(&made, &text) {
        return;
    }
    let golden = golden();
    assert_eq!(made.keys().collect::<Vec<_>>(), golden.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        let at = bytes.iter().zip(&golden[name]).position(|(made, golden)| made != golden);
        let is_same = *bytes == golden[name];
        assert!(is_same, "{name} is written otherwise, from byte {at:?} on: see the head of tests/it/golden.rs");
    }
}

#[test]
fn the_golden_database_opens_and_says_what_it_said() {
    let (_place, folder) = copy(&Files::new());
    assert_no_damage(&folder);
    assert_eq!(said(&Database::open_read_only(&folder).unwrap()).unwrap(), said_text());
    let db = Database::open(&folder).unwrap();
    assert_eq!((db.lost_tail(), said(&db).unwrap()), (None, said_text()));
    assert_eq!(db.keeps(), Some(Keep::Last(12)));
}

#[test]
fn the_golden_database_goes_on() {
    let (_place, folder) = copy(&Files::new());
    let db = Database::open(&folder).unwrap();
    db.query("MATCH (c:Company) SET c.text = 'new'", ()).unwrap();
    db.checkpoint().unwrap();
    let expected = said(&db).unwrap();
    drop(db);
    assert_no_damage(&folder);
    assert_eq!(said(&Database::open(&folder).unwrap()).unwrap(), expected);
}

#[test]
fn the_golden_database_has_some_of_everything() {
    let text = said_text();
    for part in [
        r#""state":"quoted""#,
        r#""type":"SUPPORTS""#,
        r#"{"$type":"index""#,
        r#"{"$type":"constraint""#,
        r#""author":"Grace""#,
        r#""message":"less""#,
    ] {
        assert!(text.contains(part), "{part}");
    }
    for kind in ["date", "localtime", "time", "localdatetime", "datetime", "duration", "edtf", "float"] {
        assert!(text.contains(&format!(r#"{{"$type":"{kind}","#)), "{kind}");
    }
    let behind_the_checkpoint = STEPS.iter().rev().take_while(|step| matches!(step, Step::Commit { .. })).count();
    assert!(behind_the_checkpoint > 2 && text.matches("at commit").count() > behind_the_checkpoint + 2);
}

/// A file that says that it is of another format, with a right checksum.
fn of_format(name: &str, format: u32) -> Files {
    let mut bytes = golden().remove(name).unwrap();
    bytes[FORMAT].copy_from_slice(&format.to_le_bytes());
    let at = HEADS.iter().find(|(begin, _)| name.starts_with(begin)).unwrap().1;
    let sum = crc32fast::hash(&bytes[..at]);
    bytes[at..at + 4].copy_from_slice(&sum.to_le_bytes());
    Files::from([(name.to_owned(), bytes)])
}

#[test]
fn an_older_and_a_newer_format_are_refused_with_both_numbers_and_the_way_out() {
    for (name, bytes) in golden() {
        let ours = u32::from_le_bytes(bytes[FORMAT].try_into().unwrap());
        for found in [ours - 1, ours + 1] {
            let (place, folder) = copy(&of_format(&name, found));
            let new = place.path().join("new");
            let refused = [
                Database::open(&folder).map(drop),
                Database::open_read_only(&folder).map(drop),
                Database::check(&folder, |_| ()).map(drop),
                Database::salvage(&folder, &new, |_| ()).map(drop),
            ];
            for error in refused.map(Result::unwrap_err) {
                let message = error.message();
                assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Io, "other-format"), "{error}");
                for part in [&name, &format!("format {found}"), &format!("reads format {ours}")] {
                    assert!(message.contains(part), "{message}");
                }
                assert!(message.contains("`averment dump`") && message.contains("`averment restore`"), "{message}");
            }
            assert!(!new.exists());
        }
    }
}
