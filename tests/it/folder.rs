//! Databases in folders on the command line.

use std::path::Path;

use assert_cmd::Command;

struct Said {
    out: String,
    err: String,
    code: Option<i32>,
}

fn averment(folder: &Path, args: &[&str], input: &str) -> Said {
    let output = Command::cargo_bin("averment").unwrap().current_dir(folder).args(args).write_stdin(input).output();
    let output = output.unwrap();
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

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
    assert_eq!((asked.code, asked.err.trim()), (Some(1), "error[no-database]: empty: there is no database"));
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
    let told = "saved to whole: 3 nodes, 0 relationships; commit 3 is the last one\nnothing is lost\n";
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
