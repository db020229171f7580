//! Databases in files: what was committed is there when they are opened again.

use std::fs;
use std::path::{Path, PathBuf};

use averment::{Database, Durability, ErrorKind, Keep, Provenance, fixtures};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    Place { _folder: folder, path }
}

fn count(db: &Database) -> i64 {
    db.query("MATCH (n) RETURN count(*)", ()).unwrap().single().unwrap()
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// All of a database as text, ids and commits included.
fn dump(db: &Database) -> String {
    let mut bytes = Vec::new();
    db.save_jsonl(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_was_committed_is_there_when_it_is_opened_again() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    fixtures::load_all(&db).unwrap();
    db.query("CREATE INDEX FOR (n:Company) ON (n.name)", ()).unwrap();
    db.query("MATCH (a:Agency) SET a.seen = edtf('2021-12')", ()).unwrap();
    let before = dump(&db);
    drop(db);
    let db = Database::open(&place.path).unwrap();
    assert_eq!(dump(&db), before);
    assert_eq!(db.lost_tail(), None);
    db.query("CREATE (:Company {name: 'New'})", ()).unwrap();
    let before = dump(&db);
    db.checkpoint().unwrap();
    assert_eq!(dump(&db), before);
    db.query("CREATE (:Company {name: 'Newer'})", ()).unwrap();
    let before = dump(&db);
    drop(db);
    assert_eq!(names(&place.path), ["lock", "log-00000000000000000001", "snapshot-00000000000000000001"]);
    let db = Database::open(&place.path).unwrap();
    assert_eq!(dump(&db), before);
    let plan: Vec<String> = db
        .query("EXPLAIN MATCH (c:Company {name: 'Newer'}) RETURN c", ())
        .unwrap()
        .map(|row| row.unwrap().get::<String>("plan").unwrap())
        .collect();
    assert!(plan.join("\n").contains("seek"), "{plan:?}");
}

#[test]
fn a_database_is_opened_once_and_says_by_whom() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    let error = Database::open(&place.path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.message().contains(&format!("process {}", std::process::id())), "{error}");
    drop(db);
    assert_eq!(count(&Database::open(&place.path).unwrap()), 0);
}

#[test]
fn nothing_is_opened_and_nothing_is_made_over() {
    let place = place();
    let error = Database::open(&place.path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    fs::create_dir(&place.path).unwrap();
    let error = Database::open(&place.path).unwrap_err();
    assert_eq!(error.code(), "no-database");
    assert_eq!(error.message(), format!("{}: there is no database", place.path.display()));
    drop(Database::create(&place.path).unwrap());
    assert_eq!(Database::create(&place.path).unwrap_err().code(), "database-exists");
}

#[test]
fn commits_of_many_threads_are_all_there() {
    for durability in [Durability::Synced, Durability::Buffered] {
        let place = place();
        let db = Database::options().durability(durability).create(&place.path).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let db = &db;
                scope.spawn(move || {
                    for number in 0..25 {
                        db.query(format!("CREATE (:A {{thread: {thread}, number: {number}}})"), ()).unwrap();
                        let mine = format!("MATCH (a:A {{thread: {thread}}}) RETURN count(*)");
                        assert_eq!(db.query(mine, ()).unwrap().single::<i64>().unwrap(), number + 1);
                    }
                });
            }
        });
        let before = dump(&db);
        assert_eq!(db.commit_number(), 200);
        drop(db);
        assert_eq!(dump(&Database::open(&place.path).unwrap()), before);
    }
}

#[test]
fn batches_are_committed_one_by_one() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    let statement = "UNWIND range(1, 100) AS x CALL (x) { CREATE (:A {x: 10 / (95 - x)}) } IN TRANSACTIONS OF 10 ROWS";
    db.query(statement, ()).unwrap_err();
    assert_eq!(count(&db), 90);
    drop(db);
    assert_eq!(count(&Database::open(&place.path).unwrap()), 90);
}

#[test]
fn words_of_provenance_stay_with_the_database() {
    let place = place();
    let words = Provenance { source: "Document".into(), ..Provenance::default() };
    drop(Database::options().provenance(words.clone()).unwrap().create(&place.path).unwrap());
    let db = Database::open(&place.path).unwrap();
    db.query("CREATE (:Document)-[:SUPPORTS]->(:A)", ()).unwrap();
    assert_eq!(db.query("MATCH (a:A) RETURN size(sources(a))", ()).unwrap().single::<i64>().unwrap(), 1);
    drop(db);
    let others = Provenance { source: "Paper".into(), ..Provenance::default() };
    let error = Database::options().provenance(others).unwrap().open(&place.path).unwrap_err();
    assert_eq!(error.code(), "other-provenance");
    Database::options().provenance(words).unwrap().open(&place.path).unwrap();
}

#[test]
fn a_fork_of_a_database_in_files_is_in_memory() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    db.query("CREATE (:A)", ()).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    let db = Database::open(&place.path).unwrap();
    let fork = db.fork();
    fork.query("CREATE (:A)", ()).unwrap();
    drop(db);
    assert_eq!((count(&fork), count(&Database::open(&place.path).unwrap())), (2, 1));
}

#[test]
fn a_database_in_use_is_checked_as_it_stands() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    fixtures::load_all(&db).unwrap();
    db.checkpoint().unwrap();
    db.query("MATCH (n) SET n.seen = true", ()).unwrap();
    let mut stages = Vec::new();
    let report = Database::check(&place.path, |progress| stages.push(progress.what)).unwrap();
    assert_eq!((report.damage, report.commit), (Vec::new(), Some(db.commit_number())));
    assert!(report.in_use_by.unwrap().starts_with("process "));
    stages.dedup();
    assert!(
        stages.starts_with(&["pages", "commits", "ids"]) && stages.ends_with(&["constraints", "kept commits"]),
        "{stages:?}"
    );
    drop(db);
    assert_eq!(Database::check(&place.path, |_| ()).unwrap().in_use_by, None);
}

fn count_at(db: &Database, number: u64) -> Result<i64, averment::Error> {
    db.query(format!("AT COMMIT {number} MATCH (a:A) RETURN count(a)"), ())?.single()
}

#[test]
fn commits_that_are_kept_answer_after_checkpoints_and_reopening() {
    let place = place();
    let db = Database::options().keep_commits(Keep::Last(6)).create(&place.path).unwrap();
    db.query("CREATE INDEX FOR (a:A) ON (a.n)", ()).unwrap();
    drop(db);
    // A commit, a checkpoint, or both between two openings.
    for round in 0..12 {
        let db = Database::open(&place.path).unwrap();
        assert_eq!(db.keeps(), Some(Keep::Last(6)));
        if round % 3 != 0 {
            db.query(format!("CREATE (:A {{n: {round}, text: 'text {round}'}})"), ()).unwrap();
        }
        if round % 4 > 1 {
            db.checkpoint().unwrap();
        }
        let last = db.commit_number();
        let oldest = (last + 1).saturating_sub(6);
        assert_eq!(db.kept_commits(), (oldest..=last).collect::<Vec<_>>(), "round {round}");
        for number in oldest..=last {
            assert_eq!(count_at(&db, number).unwrap(), i64::try_from(number.saturating_sub(1)).unwrap());
        }
        if let Some(number) = oldest.checked_sub(1) {
            let error = count_at(&db, number).unwrap_err();
            assert_eq!(error.code(), "commit-not-kept");
            assert_eq!(error.message(), format!("commit {number} is not kept any more; kept are {oldest} to {last}"));
        }
    }
    let db = Database::open(&place.path).unwrap();
    let told: Vec<(u64, bool)> =
        db.log().map(Result::unwrap).map(|commit| (commit.number(), commit.is_kept())).collect();
    assert_eq!(told, (1..=9).map(|number| (number, number > 3)).collect::<Vec<_>>());
}

#[test]
fn how_much_is_kept_stays_with_the_database() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    assert_eq!(db.keeps(), None);
    for _ in 0..5 {
        db.query("CREATE (:A)", ()).unwrap();
    }
    db.keep(Keep::Last(3)).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    let db = Database::open(&place.path).unwrap();
    assert_eq!((db.keeps(), db.kept_commits()), (Some(Keep::Last(3)), vec![3, 4, 5]));
    drop(db);
    let db = Database::options().keep_commits(Keep::Last(2)).open(&place.path).unwrap();
    assert_eq!(db.kept_commits(), [4, 5]);
    drop(db);
    let db = Database::open(&place.path).unwrap();
    assert_eq!(db.keeps(), Some(Keep::Last(2)));
    db.keep(Keep::All).unwrap();
    db.query("CREATE (:A)", ()).unwrap();
    assert_eq!(db.kept_commits(), [4, 5, 6]);
}

#[test]
fn a_word_about_what_is_kept_that_is_damaged_can_be_said_anew() {
    let place = place();
    drop(Database::options().keep_commits(Keep::Last(3)).create(&place.path).unwrap());
    let file = place.path.join("keep");
    let mut bytes = fs::read(&file).unwrap();
    bytes[12] ^= 1;
    fs::write(&file, bytes).unwrap();
    let error = Database::open(&place.path).unwrap_err();
    assert_eq!(error.code(), "corruption");
    assert!(error.message().contains("keep is damaged at byte 0"), "{error}");
    drop(Database::options().keep_commits(Keep::Last(4)).open(&place.path).unwrap());
    assert_eq!(Database::open(&place.path).unwrap().keeps(), Some(Keep::Last(4)));
}

#[test]
fn a_fork_reads_the_past_of_a_database_that_is_closed() {
    let place = place();
    let db = Database::create(&place.path).unwrap();
    for _ in 0..3 {
        db.query("CREATE (:A)", ()).unwrap();
    }
    db.checkpoint().unwrap();
    drop(db);
    let db = Database::open(&place.path).unwrap();
    let fork = db.fork();
    for _ in 0..3 {
        db.query("CREATE (:A)", ()).unwrap();
        db.checkpoint().unwrap();
    }
    drop(db);
    assert_eq!((count_at(&fork, 1).unwrap(), count(&fork)), (1, 3));
}
