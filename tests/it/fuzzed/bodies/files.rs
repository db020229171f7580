//! Files of a database: the golden one, with another log or another snapshot.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use averment::format::{GraphError, write_graph};
use averment::{Database, Error, ErrorKind};

use super::damage::{place, wound};
use super::mend::{mend_log, mend_snapshot, pages};

const SNAPSHOT_NAME: &str = "snapshot-00000000000000000001";
const LOG_NAME: &str = "log-00000000000000000001";

static SNAPSHOT: &[u8] = include_bytes!("../../../golden/database/snapshot-00000000000000000001");
static LOG: &[u8] = include_bytes!("../../../golden/database/log-00000000000000000001");
static KEEP: &[u8] = include_bytes!("../../../golden/database/keep");

/// The bytes of a log, by a first byte that says what the others are.
pub(crate) fn log(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let log = match Form::of(*first) {
        Form::Bytes => rest.to_vec(),
        Form::Cut => cut(LOG, rest),
        form @ (Form::Mended | Form::Damaged) => {
            let mut log = LOG.to_vec();
            wound(&mut log, rest);
            if form == Form::Mended {
                mend_log(&mut log);
            }
            log
        }
    };
    try_database(SNAPSHOT, &log);
}

/// The bytes of a snapshot, by a first byte that says what the others are.
pub(crate) fn snapshot(bytes: &[u8]) {
    static PAGES: OnceLock<Vec<std::ops::Range<usize>>> = OnceLock::new();
    let Some((first, rest)) = bytes.split_first() else { return };
    let snapshot = match Form::of(*first) {
        Form::Bytes => rest.to_vec(),
        Form::Cut => cut(SNAPSHOT, rest),
        form @ (Form::Mended | Form::Damaged) => {
            let pages = PAGES.get_or_init(|| pages(SNAPSHOT));
            let mut snapshot = SNAPSHOT.to_vec();
            wound_pages(&mut snapshot, pages, rest);
            if form == Form::Mended {
                mend_snapshot(SNAPSHOT, &mut snapshot, pages);
            }
            snapshot
        }
    };
    try_database(&snapshot, LOG);
}

/// What bytes are that are made up.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// The file as it is.
    Bytes,
    /// Where the golden file ends, and what follows there.
    Cut,
    /// Wounds of the golden file.
    Damaged,
    /// The same, with right checksums.
    Mended,
}

impl Form {
    /// Right checksums lead deepest, so half of all have them.
    fn of(byte: u8) -> Self {
        match byte % 8 {
            0 => Form::Bytes,
            1 => Form::Cut,
            2 | 3 => Form::Damaged,
            _ => Form::Mended,
        }
    }
}

fn cut(whole: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some((place_of_end, rest)) = bytes.split_first_chunk::<2>() else { return whole.to_vec() };
    let end = place(u16::from_le_bytes(*place_of_end), whole.len());
    [&whole[..end], rest].concat()
}

/// Each page is as likely as any other, however small, the head among them.
fn wound_pages(snapshot: &mut [u8], pages: &[std::ops::Range<usize>], script: &[u8]) {
    let head = 0..pages[0].start;
    for script in script.chunks(7) {
        let Some((number, wounds)) = script.split_first_chunk::<2>() else { return };
        let number = place(u16::from_le_bytes(*number), pages.len() + 1);
        let page = number.checked_sub(1).map_or(&head, |number| &pages[number]);
        wound(&mut snapshot[page.clone()], wounds);
    }
}

/// Opens, checks and salvages a database of these files, and reads all that can be read.
fn try_database(snapshot: &[u8], log: &[u8]) {
    let place = tempfile::tempdir().expect("there is room for a folder");
    let [folder, new] = ["database", "new"].map(|name| place.path().join(name));
    fs::create_dir(&folder).expect("a folder can be made");
    for (name, bytes) in [(SNAPSHOT_NAME, snapshot), (LOG_NAME, log), ("keep", KEEP)] {
        fs::write(folder.join(name), bytes).expect("a file can be written");
    }
    let report = checked(Database::check(&folder, |_| ()));
    let is_whole = report.is_some_and(|report| report.damage.is_empty() && report.unfinished.is_none());
    if let Some(db) = checked(Database::open_read_only(&folder)) {
        // Pages that do not agree, each with the right checksum, may come to any error.
        let read = read_all(&db);
        assert!(read.is_ok() || !is_whole, "what is whole can be read: {read:?}");
    }
    if let Some(report) = checked(Database::salvage(&folder, &new, |_| ())) {
        assert!(report.is_complete() || !is_whole, "of what is whole nothing is lost");
        assert_good(&new);
    }
    if let Some(db) = checked(Database::open(&folder)) {
        // What comes to damage is refused, and so is what has no number left.
        let _ = db.query("MATCH (c:Company) SET c.n = 1 CREATE (:New)", ());
    }
}

/// What was done, or nothing where the files are refused, which is all that may come in between.
fn checked<T>(done: Result<T, Error>) -> Option<T> {
    done.map_err(|error| assert_eq!(error.kind(), ErrorKind::Io, "{error}")).ok()
}

/// Reads a database in several ways, at each commit that it keeps.
fn read_all(db: &Database) -> Result<(), Error> {
    for number in db.kept_commits() {
        let read = db.at_commit(number)?;
        let mut lines = Vec::new();
        match write_graph(&read, &mut lines) {
            Err(GraphError::Query(error)) => return Err(error),
            written => drop(written.expect("memory takes it")),
        }
        for question in QUESTIONS {
            for row in read.query(*question, ())? {
                row?;
            }
        }
        read.log().try_for_each(|commit| commit.map(drop))?;
    }
    Ok(())
}

/// By an index, backwards, on both clocks, and at what is quoted.
const QUESTIONS: &[&str] = &[
    "MATCH (c:Company {name: 'SenseTime'}) RETURN c, labels(c), sources(c)",
    "MATCH (c:Company) WHERE c.name > 'a' RETURN c.name ORDER BY c.name",
    "MATCH (p)<-[r:IN|BASED_IN]-(c) VALID AT date('2015-01-01') KNOWN AT date('2020-01-01') RETURN p, r, citations(r)",
    "MATCH (:Claim)-[:STATES]->[(a)-[o:OWNS {share: 0.5}]->(b)] RETURN a, o, b, asserted(o)",
    "SHOW INDEXES",
    "SHOW CONSTRAINTS",
];

fn assert_good(folder: &Path) {
    let report = Database::check(folder, |_| ()).expect("what was saved can be checked");
    assert!(report.damage.is_empty(), "what was saved is whole: {:?}", report.damage);
    let db = Database::open(folder).expect("what was saved can be opened");
    read_all(&db).expect("what was saved can be read");
}
