//! The REPL's statements and commands on standard input: nothing is lost without a word.

use std::fs;

use crate::cli::{Run, run};

/// Sends an input to an empty database.
fn piped(input: impl Into<Vec<u8>>) -> Run {
    run(&[":memory:", "-f", "csv"], input)
}

impl Run {
    /// A fault that a script sees, after this output.
    #[track_caller]
    fn failed_after(&self, out: &str, errors: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(1), out), "{}", self.err);
        for error in errors {
            assert!(self.err.contains(error), "{error}\n{}", self.err);
        }
    }
}

/// A line that is not UTF-8 was dropped, and what stood behind it in the same string was run.
#[test]
fn a_statement_that_is_not_utf_8_is_refused_up_to_its_end() {
    let script = b"CREATE (:Keep);\nCREATE (:Note {text: \"caf\xe9\nMATCH (n) DETACH DELETE n;\n\"});\n\
        MATCH (n) RETURN count(n) AS kept; RETURN '\xe9' AS x; RETURN 2 AS y;\n:param a => '\xe9'\n";
    let found = piped(script.to_vec());
    assert_eq!((found.code, found.out.as_str()), (Some(1), "kept\n1\ny\n2\n"), "{}", found.err);
    for place in ["line 2 is not UTF-8 text: byte 25", "line 5 is not UTF-8 text: byte 43", "line 6 is not UTF-8 text"]
    {
        assert!(found.err.contains(place), "{place}\n{}", found.err);
    }
}

#[test]
fn a_byte_order_mark_at_the_head_does_not_count() {
    assert_eq!(piped("\u{feff}RETURN 1 AS x;\n").out, "x\n1\n");
    assert_eq!(piped("\u{feff}:param x => 1\n").out, "$x = 1\n");
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("graph.cypher", "\u{feff}CREATE (:A);"), ("graph.jsonl", "\u{feff}{\"labels\": [\"A\"]}")] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        run(&["query", "-d", &file.display().to_string(), "MATCH (a:A) RETURN count(*) AS n"], "").answers(&["1"]);
    }
}

const BEGUN: &str = "a transaction is open: :commit keeps what it writes, :rollback undoes it\n";

/// The transaction was dropped, and the exit code was 0.
#[test]
fn an_input_that_ends_within_a_transaction_fails() {
    for end in ["", ":quit\nRETURN 1 AS x;\n"] {
        let found = piped(format!(":begin\nCREATE (:A);\n{end}"));
        found.failed_after(BEGUN, &["the input ends within a transaction", ":commit keeps it"]);
    }
    let ended = piped(":begin\nCREATE (:A);\n:rollback\n:begin\n:commit\n");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

/// It said `commit 1`, which was the one before.
#[test]
fn a_transaction_that_wrote_nothing_claims_no_commit() {
    let found = piped("CREATE (:A);\n:begin 'for nothing'\nMATCH (a:B) SET a.x = 1;\n:commit\n");
    assert!(found.out.ends_with(&format!("{BEGUN}nothing was written: there is no new commit\n")), "{}", found.out);
}

/// The error showed `RETURN 'it''s' AS value`, and who is called nothing was called `null`.
#[test]
fn what_a_command_is_told_is_one_text_or_none() {
    let found = piped(":begin 'it''s'\n");
    found.failed_after("", &["'it''s' is not one text", r"\'"]);
    assert!(!found.err.contains("RETURN"), "{}", found.err);
    let found =
        piped(":author Ada\n:author null\nCREATE ();\nSHOW COMMITS YIELD author RETURN author IS NULL AS nobody;\n");
    assert!(found.out.ends_with("nobody\ntrue\n"), "{}{}", found.out, found.err);
}

/// What was saved was the graph as it was before the transaction.
#[test]
fn nothing_is_saved_or_opened_within_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.jsonl");
    for command in [format!(":save {}", file.display()), format!(":save! {}", file.display()), ":open".to_owned()] {
        let found = piped(format!(":begin\nCREATE (:A);\n{command}\n:commit\nMATCH (n) RETURN count(n) AS n;\n"));
        found.failed_after(&format!("{BEGUN}commit 1\nn\n1\n"), &["a transaction is open", ":commit"]);
        assert!(!file.exists());
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.jsonl");
    let path = file.display().to_string();
    fs::write(&file, "precious").unwrap();
    let refused = piped(format!(":save {path}\n"));
    refused.failed_after("", &["is there already", ":save! "]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    let replaced = piped(format!("CREATE (:A);\n:save! {path}\n"));
    assert_eq!((replaced.code, replaced.out), (Some(0), format!("1 node and 0 relationships are in {path}\n")));
    for input in [format!(":open {path}\n:save {path}\n"), format!(":save! {path}\n:save {path}\n")] {
        assert_eq!(piped(input).code, Some(0), "the session has opened or saved it itself");
    }
    assert_eq!(run(&[&path], format!(":save {path}\n")).code, Some(0), "the session has begun with it");
}

/// A graph was read as Cypher, and of a script that failed the first half stayed.
#[test]
fn a_file_is_added_to_a_transaction_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let counted = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        piped(format!(":begin\nCREATE (:A);\n:source {}\n:commit\nMATCH (n) RETURN count(n) AS n;\n", file.display()))
    };
    let two = r#"{"id": 1}"#.to_owned() + "\n" + r#"{"id": 2}"#;
    for (name, text, count) in [("two.jsonl", two.as_str(), 3), ("two.cypher", "CREATE (:B); CREATE (:C)", 3)] {
        let found = counted(name, text);
        assert_eq!(found.code, Some(0), "{}", found.err);
        assert!(found.out.ends_with(&format!("n\n{count}\n")), "{}", found.out);
    }
    let broken = format!("{two}\n{{");
    for (name, text, place) in [
        ("half.jsonl", broken.as_str(), "half.jsonl, line 3: EOF while parsing an object, at column 1"),
        ("half.cypher", "CREATE (:B);\nRETURN nope", "  2 | RETURN nope"),
    ] {
        counted(name, text).failed_after(&format!("{BEGUN}commit 1\nn\n1\n"), &[place]);
    }
}

#[test]
fn a_parameter_is_set_in_each_way_that_people_try() {
    for set in [":param n => -3", ":param n = -3", ":param n -3", ":param n=-3", ":param $n=>-3"] {
        assert_eq!(piped(format!("{set}\nRETURN $n AS n;\nquit\nRETURN 1 AS x;")).out, "$n = -3\nn\n-3\n", "{set}");
    }
    for wrong in [":param n", ":param => 1", ":param n => "] {
        piped(wrong).failed_after("", &["error["]);
    }
}
