//! `dump`, `restore`, `backup` and `vacuum` on the command line.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use averment::Database;

use crate::program::averment;

#[track_caller]
fn done(folder: &Path, args: &[&str]) -> String {
    let said = averment(folder, args, "");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    said.out
}

#[track_caller]
fn refused(folder: &Path, args: &[&str], code: i32, message: &str) {
    let said = averment(folder, args, "");
    assert!(said.code == Some(code) && said.err.contains(message), "{:?}: {}{}", said.code, said.out, said.err);
}

/// A folder with the database `db`: three commits, of which the last one deletes something.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    done(here, &["create", "db"]);
    let statements = [
        "CREATE (:Company {name: 'SenseTime'})-[:BASED_IN {since: edtf('2014?')}]->(:Place {name: 'Hong Kong'})",
        "MATCH ()-[b:BASED_IN]->() CREATE (:Claim {text: 'a \\u0007 bell'})-[:DENIES]->[b], (:Gone)",
        "MATCH (g:Gone) DELETE g",
    ];
    for statement in statements {
        done(here, &["query", "-d", "db", "--author", "Ada", "-m", "why", statement]);
    }
    folder
}

#[test]
fn a_database_is_dumped_and_restored() {
    let folder = place();
    let here = folder.path();
    let dump = done(here, &["dump", "db"]);
    assert!(dump.starts_with("{\"$type\":\"database\",\"commits\":3,\"format\":1,\"next_id\":7,"), "{dump}");
    assert_eq!(done(here, &["dump", "db", "-o", "dump.jsonl"]), "");
    assert_eq!(fs::read_to_string(here.join("dump.jsonl")).unwrap(), dump);
    assert_eq!(done(here, &["restore", "dump.jsonl", "again"]), "again is restored, as of commit 3\n");
    assert_eq!(done(here, &["dump", "again", "--format", "jsonl", "-o", "-"]), dump);
    assert_eq!(done(here, &["log", "again", "-f", "csv"]).lines().count(), 4);
    let new = averment(here, &["query", "-d", "again", "-f", "csv", "CREATE (n) RETURN id(n) AS id"], "");
    assert_eq!((new.code, new.out.as_str()), (Some(0), "id\n7\n"), "{}", new.err);
    let piped = averment(here, &["restore", "-", "piped", "-f", "csv"], &dump);
    assert_eq!((piped.code, piped.out.as_str(), piped.err.as_str()), (Some(0), "", ""));
    // A dump is a graph as any other: it can be asked, and added to another database.
    let count = done(here, &["query", "-d", "dump.jsonl", "-f", "csv", "MATCH (n) RETURN count(*) AS n"]);
    assert_eq!(count, "n\n3\n");
    assert_eq!(done(here, &["create", "both", "dump.jsonl", "dump.jsonl"]), "");
}

#[test]
fn what_cannot_be_restored_leaves_no_database() {
    let folder = place();
    let here = folder.path();
    let dump = done(here, &["dump", "db"]);
    for (cut, message) in [
        (
            dump.lines().next().unwrap(),
            "error[invalid-graph]: cut.jsonl, line 1: this is a part of the database, which has 3",
        ),
        (&dump[..dump.len() - 20], "error[invalid-graph]: cut.jsonl, line 9: "),
        ("", "error[invalid-graph]: cut.jsonl, line 1: the head of a whole database is missing"),
        ("CREATE (:A);", "error[invalid-graph]: cut.jsonl, line 1: expected value"),
        ("\u{1}\u{2}", "error[invalid-graph]: cut.jsonl, line 1: "),
    ] {
        fs::write(here.join("cut.jsonl"), cut).unwrap();
        refused(here, &["restore", "cut.jsonl", "again"], 1, message);
        assert!(!here.join("again").exists());
    }
    fs::write(here.join("cut.jsonl"), [dump.as_bytes(), b"{\"x\": \"\xff\"}"].concat()).unwrap();
    refused(here, &["restore", "cut.jsonl", "again"], 1, "line 10: invalid utf-8");
    fs::write(here.join("dump.jsonl"), &dump).unwrap();
    refused(here, &["restore", "dump.jsonl", "db"], 1, "error[database-exists]: db: there is a database already");
    refused(here, &["restore", "none.jsonl", "again"], 1, "error[io]: cannot read none.jsonl");
    refused(here, &["dump", "none", "-o", "none.jsonl"], 1, "cannot read none");
    refused(here, &["dump", "db", "--format", "csv"], 2, "a database is written as `jsonl` or as `cypher`");
    refused(here, &["query", "--format", "cypher", "RETURN 1"], 2, "`cypher` is a form of `averment dump`");
    refused(here, &["dump", "db", "-o", "no/such.jsonl"], 1, "error[io]: cannot write no/such.jsonl");
    assert_eq!(done(here, &["dump", "db"]), dump);
}

#[test]
fn a_script_is_run_again() {
    let folder = place();
    let here = folder.path();
    done(here, &["dump", "db", "-o", "dump.cypher"]);
    let script = fs::read_to_string(here.join("dump.cypher")).unwrap();
    assert_eq!(done(here, &["dump", "db", "--format", "cypher"]), script);
    assert!(
        script.starts_with(
            "// 3 nodes, 2 relationships, as of commit 3: averment run -d DATABASE FILE\n// A script does"
        )
    );
    done(here, &["create", "again", "dump.cypher"]);
    let ask = |db: &str| {
        let query =
            "MATCH (c:Claim)-[:DENIES]->[(a)-[b]->(p)] RETURN c.text, a.name, b.since, asserted(b), p.name, keys(p)";
        done(here, &["query", "-d", db, "-f", "json", query])
    };
    assert_eq!(ask("again"), ask("db"));
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let folder = place();
    if Path::new("/dev/null").exists() {
        done(folder.path(), &["dump", "db", "-o", "/dev/null"]);
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}

/// This process writes and makes checkpoints, another one copies.
#[test]
fn a_database_is_copied_while_another_process_writes_it() {
    let folder = place();
    let here = folder.path();
    let db = Database::open(here.join("db")).unwrap();
    refused(here, &["query", "-d", "db", "CREATE (:Late)"], 1, "error[database-locked]");
    refused(here, &["vacuum", "db"], 1, "error[database-locked]");
    assert!(done(here, &["dump", "db"]).contains("\"nodes\":3,"));
    for round in 0..4 {
        for _ in 0..20 {
            db.query("CREATE (:More)", ()).unwrap();
        }
        let target = format!("copy {round}");
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("averment"));
        let mut copying =
            command.current_dir(here).args(["backup", "db", &target]).stdout(Stdio::piped()).spawn().unwrap();
        while copying.try_wait().unwrap().is_none() {
            db.query("CREATE (:Beside)", ()).unwrap();
            db.checkpoint().unwrap();
        }
        let told = BufReader::new(copying.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let copy = Database::open(here.join(&target)).unwrap();
        assert_eq!(told, format!("{target} is a copy of db, as of commit {}", copy.commit_number()));
        let count = "MATCH (n) RETURN count(*)";
        let there: i64 = copy.query(count, ()).unwrap().single().unwrap();
        // Each commit has made one node, but for the first three.
        assert_eq!(u64::try_from(there).unwrap(), copy.commit_number());
        copy.query("CREATE (:Own)", ()).unwrap();
    }
    refused(here, &["backup", "db", "copy 0"], 1, "copy 0");
    refused(here, &["backup", "none", "copy"], 1, "none");
    assert!(!here.join("copy").exists());
}

/// A backup that is interrupted is no database.
#[test]
fn a_copy_that_was_interrupted_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let db = Database::create(here.join("db")).unwrap();
    db.query("UNWIND range(1, 20000) AS x CREATE (:A {x: x, text: 'text ' + x})", ()).unwrap();
    for after in [0, 5, 20, 60] {
        let target = format!("copy {after}");
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("averment"));
        let mut copying =
            command.current_dir(here).args(["backup", "db", &target]).stdout(Stdio::null()).spawn().unwrap();
        while !here.join(&target).exists() && copying.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(after));
        copying.kill().unwrap();
        copying.wait().unwrap();
        match Database::open(here.join(&target)) {
            Ok(copy) => {
                assert_eq!(copy.query("MATCH (n) RETURN count(*)", ()).unwrap().single::<i64>().unwrap(), 20_000);
            }
            Err(error) => assert!(error.code() == "no-database" || !here.join(&target).exists(), "{error}"),
        }
    }
}

#[test]
fn a_database_is_written_anew() {
    let folder = place();
    let here = folder.path();
    let dump = done(here, &["dump", "db"]);
    done(here, &["query", "-d", "db", "UNWIND range(1, 2000) AS x CREATE (:Passing {text: 'text ' + x})"]);
    done(here, &["query", "-d", "db", "MATCH (p:Passing) DELETE p"]);
    let said = done(here, &["vacuum", "db"]);
    let told = said.strip_prefix("db: ").and_then(|said| said.split_once(" bytes before, ")).unwrap();
    let (after, rest) = told.1.split_once(" bytes after; ").unwrap();
    let number = |text: &str| text.replace(',', "").parse::<u64>().unwrap();
    assert!(number(after) * 5 < number(told.0), "{said}");
    assert_eq!(rest, "earlier commits are in the log, and cannot be read any more\n");
    let files = fs::read_dir(here.join("db")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert!(files.sum::<u64>() < number(after) + 500);
    let elements =
        |text: &str| text.lines().filter(|line| line.contains("\"id\":")).map(str::to_owned).collect::<Vec<_>>();
    let again = done(here, &["dump", "db"]);
    assert_eq!(elements(&again), elements(&dump));
    assert!(again.contains("\"next_id\":2007,"));
    refused(here, &["vacuum", "none"], 1, "none");
    refused(here, &["--read-only", "vacuum", "db"], 2, "this command writes");
    assert!(Database::open_read_only(here.join("db")).unwrap().vacuum().is_err());
}

#[test]
fn each_command_has_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["dump", "restore", "backup", "vacuum"] {
        let help = done(folder.path(), &[command, "--help"]);
        assert!(help.contains(&format!("\n  averment {command} sanctions")), "{help}");
    }
}
