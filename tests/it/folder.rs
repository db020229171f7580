//! Databases in folders on the command line.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use averment::Database;

use crate::program::averment;

#[test]
fn what_is_written_to_a_folder_stays() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("a.cypher"), "CREATE (:A {n: 1}); CREATE (:A {n: 2});").unwrap();
    let made = averment(here, &["create", "db", "a.cypher", "fixture:2019-10-entity-list-28"], "");
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    let written = averment(here, &["query", "-d", "db", "-m", "one more", "CREATE (:A {n: 3})"], "");
    assert_eq!((written.code, written.err.as_str()), (Some(0), ""), "{}", written.out);
    averment(here, &["--author", "Ada", "db"], "CREATE (:A {n: 4});");
    let counted = averment(here, &["query", "-d", "db", "-f", "csv", "MATCH (a:A) RETURN sum(a.n) AS sum"], "");
    assert_eq!(counted.out.lines().nth(1), Some("10"), "{}{}", counted.out, counted.err);
    let log = averment(here, &["log", "db", "-f", "csv"], "").out;
    assert!(log.contains(",Ada,") && log.contains("one more") && log.contains("a.cypher"), "{log}");
    let served = averment(here, &["serve", "--stdio", "db"], "{\"id\": 1, \"query\": \"CREATE (:A {n: 5})\"}\n");
    assert!(served.out.contains("\"ok\":true") || !served.out.contains("error"), "{}", served.out);
    let counted = averment(here, &["query", "-d", "db", "-f", "csv", "MATCH (a:A) RETURN sum(a.n) AS sum"], "");
    assert_eq!(counted.out.lines().nth(1), Some("15"));
}

#[test]
fn a_folder_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("empty")).unwrap();
    let asked = averment(here, &["query", "-d", "empty", "RETURN 1"], "");
    let told = "error[no-database]: empty: there is no database\n  help: `averment create` makes one";
    assert!(asked.code == Some(1) && asked.err.starts_with(told), "{}", asked.err);
    averment(here, &["create", "db"], "");
    let again = averment(here, &["create", "db"], "");
    assert_eq!((again.code, again.err.trim()), (Some(1), "error[database-exists]: db: there is a database already"));
    let nested = averment(here, &["create", "no/such/db"], "");
    assert!(nested.code == Some(1) && nested.err.contains("no/such/db"), "{}", nested.err);
}

#[test]
fn a_tail_that_a_crash_has_left_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db"], "");
    averment(here, &["query", "-d", "db", "CREATE (:A)"], "");
    averment(here, &["query", "-d", "db", "CREATE (:B)"], "");
    let log = here.join("db").join("log-00000000000000000000");
    let bytes = std::fs::read(&log).unwrap();
    std::fs::write(&log, &bytes[..bytes.len() - 3]).unwrap();
    let count = ["query", "-d", "db", "-f", "csv", "MATCH (n) RETURN count(*) AS n"];
    let asked = averment(here, &count, "");
    assert!(asked.err.starts_with("warning[lost-tail]: db: the last "), "{}", asked.err);
    assert!(asked.err.contains("commit 1 is the last one") && asked.out == "n\n1\n", "{}{}", asked.out, asked.err);
    let asked = averment(here, &count, "");
    assert_eq!((asked.err.as_str(), asked.out.as_str()), ("", "n\n1\n"));
}

#[test]
fn a_check_tells_what_it_has_looked_at_and_each_damage() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db", "fixture:2019-10-entity-list-28"], "");
    let checked = averment(here, &["check", "db"], "");
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""), "{}", checked.out);
    let looked_at = |what: &str| {
        let line = checked.out.lines().find_map(|line| line.strip_prefix(&format!("looked at {what}: ")));
        line.unwrap_or_else(|| panic!("{}", checked.out)).parse::<u64>().unwrap()
    };
    for what in ["bytes", "commits", "frames", "changes", "ids", "labels", "neighbours in both directions", "counts"] {
        assert!(looked_at(what) > 0, "{what}: {}", checked.out);
    }
    assert!(checked.out.ends_with("no damage\n"), "{}", checked.out);
    for (args, kept) in [(&["check", "db"][..], 1), (&["check", "db", "--last"], 0)] {
        let checked = averment(here, args, "").out;
        assert!(checked.contains(&format!("looked at kept commits: {kept}\n")), "{checked}");
    }
    let log = here.join("db").join("log-00000000000000000000");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let checked = averment(here, &["check", "db"], "");
    let damage = "damage: log-00000000000000000000 at byte 0: the checksum of its header is wrong\n";
    assert!(checked.code == Some(1) && checked.out.contains(damage), "{}", checked.out);
    assert_eq!(std::fs::read(&log).unwrap(), bytes, "nothing is changed");
    let missing = averment(here, &["check", "none"], "");
    assert!(missing.code == Some(1) && missing.err.contains("none"), "{}", missing.err);
}

#[test]
fn what_is_left_of_a_damaged_database_is_saved_and_what_is_lost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db"], "");
    for statement in ["CREATE (:A {n: 1})", "CREATE (:A {n: 2})", "CREATE (:A {n: 3})"] {
        averment(here, &["query", "-d", "db", statement], "");
    }
    let saved = averment(here, &["salvage", "db", "whole"], "");
    let told = "saved to whole: 3 nodes, 0 relationships; commit 3 is the last one\n\
                of 2 earlier commits the log is saved, and none can be read again by AT COMMIT\nnothing else is lost\n";
    assert_eq!((saved.code, saved.out.as_str(), saved.err.as_str()), (Some(0), told, ""));
    let log = here.join("db").join("log-00000000000000000000");
    let mut bytes = std::fs::read(&log).unwrap();
    let second = bytes.windows(4).enumerate().filter(|(_, bytes)| bytes == b"\xf5Avf").nth(1).unwrap().0;
    bytes[second + 41] ^= 1;
    std::fs::write(&log, &bytes).unwrap();
    let asked = averment(here, &["query", "-d", "db", "RETURN 1"], "");
    assert!(asked.err.contains("averment check") && asked.err.contains("averment salvage"), "{}", asked.err);
    let saved = averment(here, &["salvage", "db", "saved"], "");
    let lost = format!("lost: 1 commits: log-00000000000000000000 at byte {second}: ");
    assert!(saved.code == Some(1) && saved.out.starts_with(&lost), "{}{}", saved.out, saved.err);
    let sum = averment(here, &["query", "-d", "saved", "-f", "csv", "MATCH (a:A) RETURN sum(a.n) AS sum"], "");
    assert_eq!(sum.out, "sum\n4\n");
    assert_eq!(averment(here, &["check", "saved"], "").code, Some(0));
    let again = averment(here, &["salvage", "db", "saved"], "");
    assert!(again.code == Some(1) && again.err.contains("saved: there is a database already"), "{}", again.err);
}

#[test]
fn a_database_is_read_beside_its_writer() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db", "fixture:2019-10-entity-list-28"], "");
    let writer = Database::open(here.join("db")).unwrap();
    let locked = averment(here, &["query", "-d", "db", "RETURN 1"], "");
    let holder = format!("error[database-locked]: db: the database is in use by process {}", std::process::id());
    assert!(locked.code == Some(1) && locked.err.starts_with(&holder), "{}", locked.err);
    assert!(locked.err.contains("help: ") && locked.err.contains("--read-only"), "{}", locked.err);
    writer.query("CREATE (:A {n: 7})", ()).unwrap();
    let read = ["--read-only", "query", "-d", "db", "-f", "csv"];
    let asked = averment(here, &[&read[..], &["MATCH (a:A) RETURN a.n"]].concat(), "");
    assert_eq!((asked.out.as_str(), asked.err.as_str()), ("a.n\n7\n", ""));
    let refused = averment(here, &[&read[..], &["CREATE (:A)"]].concat(), "");
    assert!(
        refused.code == Some(1) && refused.err.starts_with("error[read-only]: the database was opened"),
        "{}",
        refused.err
    );
    for args in [["log", "db", "--read-only"], ["schema", "db", "--read-only"]] {
        let said = averment(here, &args, "");
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    }
    let script = averment(
        here,
        &["--read-only", "run", "-d", "db", "-", "-f", "csv"],
        "MATCH (a:A) RETURN a.n;\nRETURN 1 AS x;",
    );
    assert_eq!((script.out.as_str(), script.err.as_str()), ("a.n\n7\nx\n1\n", ""));
    let kept = averment(here, &["--read-only", "db"], ":keep 3\n");
    assert!(kept.err.starts_with("error[read-only]"), "{} {}", kept.out, kept.err);
    let contradiction = averment(here, &["--read-only", "create", "other"], "");
    assert!(contradiction.code == Some(2) && contradiction.err.contains("--read-only"), "{}", contradiction.err);
    assert!(!here.join("other").exists());
}

/// A program that is asked and answers, line by line.
struct Asked {
    program: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Asked {
    fn begin(folder: &Path, args: &[&str]) -> Self {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("averment"));
        command.current_dir(folder).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let answers = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { program, answers }
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.program.stdin.as_mut().unwrap(), "{line}").unwrap();
        self.answers.next().unwrap().unwrap()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        assert!(self.program.wait().unwrap().success());
    }
}

#[test]
fn a_program_that_reads_answers_as_of_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let writer = Database::create(here.join("db")).unwrap();
    let mut served = Asked::begin(here, &["--read-only", "serve", "--stdio", "db"]);
    for number in 1..=5 {
        writer.query("CREATE (:A)", ()).unwrap();
        if number % 2 == 0 {
            writer.checkpoint().unwrap();
        }
        let answer = served.ask(r#"{"id": 1, "query": "MATCH (a:A) RETURN count(*)"}"#);
        assert!(answer.contains(&format!(r#""rows":[[{number}]]"#)), "{answer}");
        assert!(answer.contains(&format!(r#""commit":{number}"#)), "{answer}");
    }
    let mut typed = Asked::begin(here, &["--read-only", "db", "-f", "jsonl"]);
    for number in 6..=8 {
        writer.query("CREATE (:A)", ()).unwrap();
        writer.checkpoint().unwrap();
        assert_eq!(typed.ask("MATCH (a:A) RETURN count(*) AS n;"), format!(r#"{{"n":{number}}}"#));
    }
    let refused = served.ask(r#"{"id": 2, "query": "CREATE (:A)"}"#);
    assert!(refused.contains("read-only") || refused.contains("ReadOnly"), "{refused}");
}

#[test]
fn a_lock_is_not_handed_to_programs_that_are_started() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = Database::create(&path).unwrap();
    let mut other = Asked::begin(folder.path(), &["serve", "--stdio", ":memory:"]);
    assert!(other.ask(r#"{"id": 1, "query": "RETURN 1"}"#).contains("[[1]]"));
    drop(db);
    drop(Database::open(&path).unwrap());
    drop(other);
}

/// What a statement answers in one column, or the error.
fn asked(here: &Path, statement: &str) -> String {
    let said = averment(here, &["query", "-d", "db", "-f", "csv", statement], "");
    if said.code == Some(0) { said.out.lines().skip(1).collect::<Vec<_>>().join(" ") } else { said.err }
}

#[test]
fn how_many_commits_of_a_folder_are_kept_is_set_once_and_holds() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db"], "");
    for n in 1..=5 {
        asked(here, &format!("CREATE (:A {{n: {n}}})"));
    }
    let at = |number: u64| asked(here, &format!("AT COMMIT {number} MATCH (a:A) RETURN count(a) AS n"));
    assert_eq!((0..=5).map(at).collect::<Vec<_>>(), ["0", "1", "2", "3", "4", "5"]);
    let kept = "SHOW COMMITS YIELD number, kept WHERE kept RETURN number ORDER BY number";
    assert_eq!(asked(here, kept), "1 2 3 4 5");
    let set = averment(here, &["keep", "db", "3"], "");
    assert_eq!((set.code, set.out.as_str(), set.err.as_str()), (Some(0), "", ""));
    assert_eq!((asked(here, kept), at(3)), ("3 4 5".to_owned(), "3".to_owned()));
    assert!(at(2).starts_with("error[commit-not-kept]: commit 2 is not kept any more; kept are 3 to 5"), "{}", at(2));
    assert!(at(6).starts_with("error[no-such-commit]"), "{}", at(6));
    asked(here, "CREATE (:A {n: 6})");
    assert_eq!(asked(here, kept), "4 5 6");
    let log = averment(here, &["log", "db", "-f", "csv"], "").out;
    let told: Vec<bool> = log.lines().skip(1).map(|line| line.ends_with(",true")).collect();
    assert_eq!(told, [true, true, true, false, false, false], "{log}");
    assert_eq!(averment(here, &["db"], ":keep all\n").out, "all commits are kept\n");
    assert_eq!(averment(here, &["db"], ":keep\n").out, "all commits are kept\n");
}

#[test]
fn nothing_is_kept_of_a_folder_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let set = averment(folder.path(), &["keep", "empty", "3"], "");
    assert!(
        set.code == Some(1) && set.err.starts_with("error[no-database]: empty: there is no database"),
        "{}",
        set.err
    );
    let names = std::fs::read_dir(folder.path().join("empty")).unwrap();
    assert!(names.flatten().all(|entry| entry.file_name() != "keep"));
}

#[test]
fn a_session_that_reads_holds_the_state_of_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    averment(here, &["create", "db"], "");
    asked(here, "CREATE (:A)");
    let mut reads = Asked::begin(here, &["--read-only", "db", "-f", "jsonl"]);
    assert!(reads.ask(":begin").contains("only reads: what was so at commit 1"));
    asked(here, "CREATE (:A)");
    assert_eq!(reads.ask("MATCH (a:A) RETURN count(*) AS n;"), r#"{"n":1}"#);
    assert!(reads.ask(":commit").contains("nothing was written"));
    assert_eq!(reads.ask("MATCH (a:A) RETURN count(*) AS n;"), r#"{"n":2}"#);
    let said = averment(here, &["--read-only", "db"], ":begin 'why'\n:begin\nCREATE (:B);\n:rollback\n");
    assert!(said.err.contains("a message is that of a commit"), "{}", said.err);
    assert!(said.err.contains("read-only") || said.err.contains("only reads"), "{}", said.err);
}
