//! The log of commits on the command line, in the REPL, and by JSON Lines.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::cli::{BINARY, run};

fn piped(input: &str) -> crate::cli::Run {
    run(&[":memory:", "-f", "csv", "--author", "Ada"], input)
}

#[test]
fn a_session_says_who_commits_and_why() {
    let found = piped(
        ":begin 'two companies'\nCREATE (:Company), (:Company);\n:commit\n:author \"Bo \\u0042\"\nCREATE (:Place);\n\
         :begin\nCREATE (:Place);\n:commit by hand\n:author\n\
         SHOW COMMITS YIELD number, author, message, changes;\nAT COMMIT 1 MATCH (n) RETURN count(n) AS n;\n",
    );
    let log = "number,author,message,changes\n3,Bo B,by hand,1\n2,Bo B,,2\n1,Ada,two companies,3\nn\n2\n";
    assert_eq!(found.code, Some(0), "{}", found.err);
    assert!(found.out.ends_with(&format!("commit 3\ncommits are made by Bo B\n{log}")), "{}", found.out);
}

#[test]
fn a_session_lists_the_log_and_sets_what_is_kept() {
    let found = piped(
        "CREATE (:A);\nCREATE (:A);\nCREATE (:A);\n:keep\n:keep 2\n:log 2\nAT COMMIT 1 RETURN 1;\n:keep all\n:keep 0\n\
         :log x\n:begin 1 + 1\n:begin [1]\n:rollback\n:begin 'open\n:author ''\n:author\n",
    );
    let lines: Vec<&str> = found.out.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "the last 100 commits are kept, as far as no more than 10,000 changes were made since",
            "the last 2 commits are kept",
            "number,time,author,message,changes,kept"
        ]
    );
    assert!(lines[3].starts_with("3,20") && lines[3].ends_with(",Ada,,1,true"), "{}", lines[3]);
    assert!(lines[4].starts_with("2,20"), "{}", lines[4]);
    assert_eq!(lines[5], "all commits are kept");
    assert_eq!(found.code, Some(1));
    for error in [
        "commit 1 is not kept any more; kept are 2 to 3",
        "`0` is neither `all` nor a number of commits from 1",
        "`:log COUNT` lists so many commits",
        "a transaction is open already",
    ] {
        assert!(found.err.contains(error), "{error}\n{}", found.err);
    }
    assert!(found.out.ends_with("commits have no author; :author NAME names one\n"), "{}", found.out);
}

/// The time of an answer tells the commit that it has made, or that it was read at.
#[test]
fn the_time_of_an_answer_tells_its_commit() {
    let found = piped(":timing on\nCREATE (:A);\nMATCH (a) RETURN a.x;\n:begin\nCREATE (:A);\n:commit\n");
    let timed: Vec<&str> = found.out.lines().filter(|line| line.contains(" ms")).collect();
    assert_eq!(timed.len(), 3, "{}", found.out);
    for (told, end) in timed.iter().zip([" ms, commit 1", " ms, as of commit 1", " ms"]) {
        assert!(told.ends_with(end), "{timed:?}");
    }
}

#[test]
fn a_word_that_is_too_long_is_refused_at_once() {
    let long = "x".repeat(1 << 20);
    let found = piped(&format!(":author {long}\n:begin {long}\nCREATE (:A);\n:log\n"));
    assert_eq!(found.err.matches("this one has 1048576").count(), 2, "{}", &found.err[..200]);
    assert!(found.out.contains(",Ada,,2,true"), "{}", found.out);
}

fn saved(folder: &Path) -> String {
    let file = folder.join("graph.jsonl").display().to_string();
    let text = format!(
        ":begin 'first \\u001b[31m\\n line'\nCREATE (:Company {{name: 'A'}});\n:commit\nCREATE (:Place);\n:save {file}\n"
    );
    assert_eq!(piped(&text).code, Some(0));
    file
}

#[test]
fn the_log_of_a_file_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let listed = run(&["log", &file, "-f", "jsonl"], "");
    let log: Vec<Json> = listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(log.len(), 2, "{}", listed.out);
    assert_eq!((&log[0]["number"], &log[0]["kept"], &log[0]["message"]), (&json!(2), &json!(true), &Json::Null));
    assert_eq!((&log[1]["author"], &log[1]["kept"]), (&json!("Ada"), &json!(false)));
    assert_eq!(log[1]["message"], json!("first \u{1b}[31m\n line"));
    // What would steer a terminal is shown as it is written.
    let table = run(&["log", &file], "").out;
    assert!(table.contains("first \\u001B[31m\\n line") && !table.contains('\u{1b}'), "{table}");
    let recorded = ["query", "-f", "csv", "-d", &file, "MATCH (n) RETURN toString(recorded(n)) AS at ORDER BY at"];
    assert_eq!(run(&recorded, "").out, format!("at\n{}\n{}\n", time(&log[1]), time(&log[0])));
    let refused = run(&["query", "-d", &file, "AT COMMIT 1 RETURN 1"], "");
    assert!(refused.err.contains("commit 1 is not kept any more; kept are 0, 2"), "{}", refused.err);
    // The last one is what the file holds.
    assert_eq!(
        run(&["query", "-f", "csv", "-d", &file, "AT COMMIT 2 MATCH (n) RETURN count(n) AS n"], "").out,
        "n\n2\n"
    );
    let script = folder.path().join("graph.cypher");
    fs::write(&script, "CREATE (:A)").unwrap();
    let script = script.display().to_string();
    let listed = run(&["log", &script, "-f", "csv", "--author", "Bo"], "").out;
    assert!(listed.trim_end().ends_with(&format!(",Bo,{script},2,true")), "{listed}");
    assert!(run(&["log", "-f", "csv"], "").out.contains(",,registry,"), "fixtures tell their names");
}

/// As the language writes it.
fn time(commit: &Json) -> &str {
    commit["time"]["value"].as_str().unwrap()
}

#[test]
fn how_much_is_kept_is_set_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let before = fs::read_to_string(&file).unwrap();
    for (keep, line) in
        [("7", "{\"$type\":\"history\",\"keep\":7}\n"), ("all", "{\"$type\":\"history\",\"keep\":\"all\"}\n")]
    {
        let set = run(&["keep", &file, keep], "");
        assert_eq!((set.code, set.out.as_str(), set.err.as_str()), (Some(0), "", ""));
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("{line}{before}"));
    }
    assert_eq!(run(&[&file, "-f", "csv"], ":keep\n").out, "all commits are kept\n");
    for wrong in ["0", "-1", "many", "18446744073709551616"] {
        assert_eq!(run(&["keep", &file, "--", wrong], "").code, Some(2), "{wrong}");
    }
    let script = folder.path().join("graph.cypher");
    fs::write(&script, "CREATE (:A)").unwrap();
    run(&["keep", &script.display().to_string(), "3"], "").fails("command");
    let odd = folder.path().join("odd.jsonl");
    fs::write(&odd, "{\"id\": 1}\nodd\n").unwrap();
    run(&["keep", &odd.display().to_string(), "3"], "").fails("invalid-graph");
    assert_eq!(fs::read_to_string(&odd).unwrap(), "{\"id\": 1}\nodd\n");
}

#[test]
fn an_author_that_is_not_utf_8_is_a_fault_of_the_command_line() {
    let author = OsString::from_vec(b"--author=caf\xe9".to_vec());
    let output = assert_cmd::Command::new(BINARY).arg(author).args(["query", "RETURN 1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let script = "CREATE (:A); SHOW COMMITS YIELD number; MATCH (a:A) RETURN count(a) AS n";
    let found = run(&["run", "-d", ":memory:", "-f", "csv", "-m", "why\n\u{1b}", "--author", "Ada", "-"], script);
    assert_eq!((found.code, found.out.as_str()), (Some(0), "number\nn\n1\n"), "{}", found.err);
    run(&["query", "-d", ":memory:", "-m", &"x".repeat(70_000), "CREATE ()"], "").fails("commit-words-too-long");
}

fn serve(requests: &[Json]) -> Vec<Json> {
    let lines: Vec<String> = requests.iter().map(Json::to_string).collect();
    let run = run(&["serve", "--stdio", ":memory:"], lines.join("\n"));
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_request_names_author_and_message_and_every_response_tells_its_commit() {
    let batches = "UNWIND [1, 2, 0, 4] AS x CALL (x) { CREATE (:A {x: 4 / x}) } IN TRANSACTIONS OF 1 ROW";
    let answers = serve(&[
        json!({"id": 1, "query": "CREATE (:A)", "author": "Ada", "message": "a first\n\u{1b}[31m"}),
        json!({"id": 2, "query": "AT COMMIT $n MATCH (a) RETURN count(a) AS n", "params": {"n": 0}}),
        json!({"id": 3, "query": batches, "message": "in batches"}),
        json!({"id": 4, "query": "SHOW COMMITS YIELD number, author, message"}),
        json!({"id": 5, "query": "RETURN 1", "author": 5}),
        json!({"id": 6, "query": "RETURN nothing"}),
        json!({"id": 7, "query": "AT COMMIT 9 RETURN 1"}),
        json!({"id": 8, "graph": "reset"}),
        json!({"id": 9, "query": "CREATE ()", "message": "x".repeat(1 << 20)}),
    ]);
    let commits: Vec<&Json> = answers.iter().map(|answer| &answer["commit"]).collect();
    assert_eq!(commits, [1, 0, 3, 3, 3, 3, 3, 0, 0].map(|number| json!(number)).iter().collect::<Vec<_>>());
    assert_eq!(answers[1]["rows"], json!([[0]]));
    assert_eq!(answers[2]["error"]["type"], json!("ArithmeticError"));
    let log = json!([[3, null, "in batches"], [2, null, "in batches"], [1, "Ada", "a first\n\u{1b}[31m"]]);
    assert_eq!(answers[3]["rows"], log);
    assert!(answers[4]["error"]["message"].as_str().unwrap().contains("`author` must be a string"));
    assert_eq!((&answers[6]["error"]["code"], &answers[6]["error"]["column"]), (&json!("NoSuchCommit"), &json!(11)));
    assert_eq!(answers[8]["error"]["type"], json!("LimitExceeded"));
}
