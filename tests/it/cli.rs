//! The binary: answers, exit codes, hostile input, and JSON Lines.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::{Value as Json, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_averment");

/// What a run left behind.
pub(crate) struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    took: Duration,
}

pub(crate) fn run(args: &[&str], input: impl Into<Vec<u8>>) -> Run {
    let started = Instant::now();
    let output = Command::new(BINARY)
        .args(args)
        .write_stdin(input)
        .env_remove("NO_COLOR")
        .timeout(Duration::from_secs(60))
        .output()
        .expect("the binary runs");
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("standard output is text"),
        err: String::from_utf8(output.stderr).expect("standard error is text"),
        took: started.elapsed(),
    }
}

#[test]
fn files_are_read_from_the_working_directory_unless_they_are_forbidden() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), "x\n41\n").unwrap();
    let path = folder.path().display().to_string();
    let load = |args: &[&str]| {
        let query = "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN toInteger(row.x) + 1 AS n";
        let command = [args, &["query", "-d", ":memory:", "--format", "csv", query]].concat();
        Command::new(BINARY).current_dir(folder.path()).args(command).output().unwrap()
    };
    assert_eq!(String::from_utf8_lossy(&load(&[]).stdout), "n\n42\n");
    assert_eq!(String::from_utf8_lossy(&load(&["--files", &path]).stdout), "n\n42\n");
    for forbidden in ["none", "/missing"] {
        let output = load(&["--files", forbidden]);
        assert_eq!(output.status.code(), Some(1), "{forbidden}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read `a.csv`"), "{forbidden}");
    }
    let script = folder.path().join("load.cypher");
    fs::write(&script, format!("LOAD CSV FROM 'file://{path}/a.csv' AS row RETURN row[0];")).unwrap();
    run(&["run", "-d", ":memory:", &script.display().to_string()], "").answers(&["41"]);
    run(&["-f", "csv", ":memory:"], format!("LOAD CSV FROM '{path}/a.csv' AS row RETURN count(*);")).shows(&["2"]);
    let request = json!({ "id": 1, "query": format!("LOAD CSV FROM '{path}/a.csv' AS row RETURN row") });
    assert!(run(&["serve", "--stdio", ":memory:"], request.to_string()).out.contains("FileNotAllowed"));
}

/// Asks an empty database.
pub(crate) fn ask(statement: &str) -> Run {
    run(&["query", "-d", ":memory:", "-"], statement)
}

impl Run {
    /// An answer with nothing to complain about.
    #[track_caller]
    pub(crate) fn answers(&self, cells: &[&str]) {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.shows(cells);
    }

    /// Some line holds these cells.
    #[track_caller]
    pub(crate) fn shows(&self, cells: &[&str]) {
        let found = self.out.lines().any(|line| {
            let line: Vec<&str> = line.split(['│', '┆']).map(str::trim).filter(|cell| !cell.is_empty()).collect();
            line == cells
        });
        assert!(found, "no line with {cells:?} in\n{}", self.out);
    }

    /// An error with this code, told in full on standard error and nowhere else.
    #[track_caller]
    pub(crate) fn fails(&self, code: &str) {
        let start: String = self.err.chars().take(400).collect();
        assert_eq!(self.code, Some(1), "{start}");
        assert!(start.starts_with(&format!("error[{code}]: ")), "{code} expected\n{start}");
        assert_eq!(self.out, "");
        assert!(self.err.len() < 2_000, "an error is short, this one has {} bytes", self.err.len());
    }

    /// An error or an answer, but no crash, and soon.
    #[track_caller]
    fn is_orderly(&self) {
        let start: String = self.err.chars().take(400).collect();
        assert!(matches!(self.code, Some(0 | 1)), "{:?}\n{start}", self.code);
        assert_eq!(self.code == Some(1), start.starts_with("error["), "{start}");
        assert!(!self.err.contains("panicked"), "{start}");
        assert!(self.took < Duration::from_secs(30), "{:?}\n{start}", self.took);
    }
}

#[test]
fn a_query_is_answered() {
    ask("RETURN 1 + 1 AS two, 'x' AS x").answers(&["2", "x"]);
    let run = run(&["query", "-d", ":memory:", "RETURN [1, 2.5, null, 'a'] AS list"], "");
    run.answers(&["[1, 2.5, null, 'a']"]);
    run.answers(&["1 row"]);
}

#[test]
fn without_a_database_the_fixtures_are_asked() {
    let agency = "MATCH (a:Agency)-[:TOOK]->(x:Action)-[:TARGETS]->(c:Company {name:'SenseTime'}) RETURN a.name, x.id";
    let read =
        "MATCH (x:Action)-[t:TARGETS]->(c:Company {name:'SenseTime'}), (p:Paragraph)-[:SUPPORTS]->[t] RETURN p.id";
    for query in [agency, read] {
        let run = run(&["query", query], "");
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert!(!run.out.contains("0 rows"), "{}", run.out);
    }
}

#[test]
fn parameters_are_json_or_text() {
    let with = |param: &str| run(&["query", "-d", ":memory:", "RETURN $x AS x", "-p", param], "");
    with("x=5").answers(&["5"]);
    with("x=[1, \"a\"]").answers(&["[1, 'a']"]);
    with("x=SenseTime").answers(&["SenseTime"]);
    with("x=9223372036854775807").answers(&["9223372036854775807"]);
    with("x").fails("invalid-parameter");
    for wrong in ["x=9223372036854775808", "x=-9223372036854775809", "x={\"a\": 1e0, \"b\": 18446744073709551616}"] {
        with(wrong).fails("invalid-parameter");
    }
    with("x=1e19").answers(&["1.0E19"]);
    ask("RETURN $missing").fails("missing-parameter");
}

#[test]
fn a_write_tells_what_it_wrote() {
    let run = ask("CREATE (:A {x: 1})-[:T]->(:B)");
    assert_eq!(run.out.trim(), "nodes created: 2, relationships created: 1, properties set: 1, labels added: 2");
}

#[test]
fn exit_codes_tell_whose_fault_it_was() {
    let code = |args: &[&str]| run(args, "").code;
    assert_eq!(code(&["query", "-d", ":memory:", "RETURN 1"]), Some(0));
    assert_eq!(code(&["query", "-d", ":memory:", "RETURN nope"]), Some(1));
    assert_eq!(code(&["query", "-d", "/no/such/file", "RETURN 1"]), Some(1));
    assert_eq!(code(&["query"]), Some(2));
    assert_eq!(code(&["query", "--nope", "RETURN 1"]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
}

#[test]
fn a_command_that_is_misspelt_has_a_nearest_one() {
    let alone = run(&["qeury"], "");
    alone.fails("io");
    assert!(alone.err.contains("did you mean the command `query`?"), "{}", alone.err);
    let more = run(&["qeury", "RETURN 1"], "");
    assert_eq!(more.code, Some(2));
    assert!(more.err.contains("'query'"), "{}", more.err);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let unknown = ask("RETURN toUper('a')");
    unknown.fails("unknown-function");
    assert!(unknown.err.contains("did you mean `toUpper`?"), "{}", unknown.err);
    assert!(unknown.err.contains("  1 | RETURN toUper('a')\n    |        ^^^^^^ "), "{}", unknown.err);
    ask("MATCH (n RETURN n").fails("unexpected-syntax");
    ask("MATCH (n:A {x: 1) RETURN n").fails("unexpected-syntax");
    ask("RETURN [1, 2").fails("unexpected-syntax");
    ask("RETURN 'open").fails("unexpected-syntax");
    ask("RETURN 1 + true").fails("invalid-argument-type");
    ask("UNWIND [1, 'a'] AS x RETURN x * 2").fails("invalid-argument-type");
    ask("RETURN 1 / 0").fails("division-by-zero");
    let cyrillic = ask("WITH 'Роснефть' AS имя\nRETURN имя, нет");
    cyrillic.fails("undefined-variable");
    assert!(cyrillic.err.contains("  2 | RETURN имя, нет\n    |             ^^^"), "{}", cyrillic.err);
}

#[test]
fn a_misspelt_label_is_a_warning() {
    let run = run(&["query", "MATCH (c:Compny) RETURN c.name"], "");
    assert_eq!(run.code, Some(0));
    assert!(run.err.starts_with("warning[unknown-label]: no label `Compny` here; did you mean `Company`?"));
    assert!(run.out.contains("0 rows"));
}

#[test]
fn empty_input_is_no_statement() {
    for empty in ["", " \n\t", "// nothing\n", "/* nothing */", ";"] {
        ask(empty).fails("unexpected-syntax");
    }
    for empty in ["", "// nothing\n", ";;"] {
        let run = run(&["run", "-d", ":memory:", "-"], empty);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), "", ""), "{empty:?}");
    }
}

#[test]
fn what_is_not_utf_8_is_refused_with_its_place() {
    let bytes = b"RETURN 1;\nRETURN '\xff'".to_vec();
    let stdin = run(&["query", "-d", ":memory:", "-"], bytes.clone());
    stdin.fails("invalid-utf-8");
    assert!(stdin.err.contains("byte 18, on line 2"), "{}", stdin.err);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.cypher");
    fs::write(&file, bytes).unwrap();
    run(&["run", "-d", ":memory:", file.to_str().unwrap()], "").fails("invalid-utf-8");
    run(&["query", "-d", file.to_str().unwrap(), "RETURN 1"], "").fails("invalid-utf-8");
}

#[test]
fn a_statement_of_50_mb_is_refused() {
    for statement in [
        format!("RETURN '{}'", "a".repeat(50 << 20)),
        format!("RETURN 1{}", " ".repeat(50 << 20)),
        "(".repeat(50 << 20),
    ] {
        let run = ask(&statement);
        run.fails("statement-too-long");
        assert!(run.took < Duration::from_secs(20), "{:?}", run.took);
    }
}

const OPENERS: &[&str] =
    &["(", "[", "[(", "((", "CASE ", "CASE WHEN ", "{a:", "NOT ", "-", "EXISTS { MATCH (a) WHERE "];

#[test]
fn brackets_that_are_never_closed_are_refused_however_many() {
    let starts: [(usize, &[&str]); 2] =
        [(40, &["RETURN ", "MATCH ", "MATCH (a) WHERE ", "CREATE "]), (100_000, &["RETURN ", "MATCH "])];
    for (count, starts) in starts {
        for start in starts {
            for opener in OPENERS {
                let run = ask(&format!("{start}{}", opener.repeat(count)));
                run.is_orderly();
                assert_eq!(run.code, Some(1), "{start}{opener} {count} times");
                assert!(run.took < Duration::from_secs(20), "{start}{opener} {count} times: {:?}", run.took);
            }
        }
    }
}

/// 40 levels, some of them right and some wrong, must not take exponential time.
#[test]
fn forty_levels_are_read_quickly_whether_right_or_wrong() {
    let levels = 40;
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
    ask(&format!("RETURN {} AS x", nested("(", "1", ")"))).answers(&["1"]);
    ask(&format!("RETURN size({}) AS x", nested("[", "1", "]"))).answers(&["1"]);
    ask(&format!("RETURN {} AS x", nested("CASE WHEN true THEN ", "1", " END"))).answers(&["1"]);
    ask(&format!("RETURN {}.a IS NULL AS x", nested("{a: ", "1", "}"))).answers(&["false"]);
    for wrong in [nested("(", "1 +", ")"), nested("[", "1 1", "]"), nested("{a: ", "", "}"), nested("[(", "n", "])")] {
        let run = ask(&format!("RETURN {wrong} AS x"));
        run.fails("unexpected-syntax");
        assert!(run.took < Duration::from_secs(10), "{wrong}: {:?}", run.took);
    }
}

#[test]
fn flat_chains_are_answered_or_refused() {
    let chain = |term: &str, between: &str, count: usize| vec![term; count].join(between);
    ask(&format!("RETURN {} AS x", chain("1", "+", 150))).answers(&["150"]);
    ask(&format!("WITH false AS x RETURN {} AS x", chain("x", " OR ", 100_000))).answers(&["false"]);
    ask(&format!("WITH 1 AS x RETURN {} AS x", chain("x = 1", " AND ", 20_000))).answers(&["true"]);
    ask(&format!("RETURN size([{}]) AS x", chain("1", ",", 100_000))).answers(&["100000"]);
    for statement in [
        format!("RETURN {}", chain("1", "+", 100_000)),
        format!("RETURN {}", chain("2", "^", 100_000)),
        format!("RETURN {}", chain("'a'", " + ", 100_000)),
        format!("WITH {{a: 1}} AS x RETURN x{}", ".a".repeat(100_000)),
        format!("WITH [1] AS x RETURN x{}", "[0]".repeat(100_000)),
        format!("RETURN {}", chain("1", " < ", 20_000)),
        format!("RETURN {}true", "NOT ".repeat(100_000)),
        format!("MATCH {} RETURN 1", chain("()", "-->", 100_000)),
        format!("MATCH {} RETURN 1", chain("()", ",", 100_000)),
        chain("RETURN 1 AS x", " UNION ", 5_000),
        format!("{} RETURN x", chain("WITH 1 AS x", " ", 5_000)),
    ] {
        ask(&statement).is_orderly();
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let query = "UNWIND range(1, 30000) AS x RETURN x, 'some text to fill the pipe' AS text";
    let mut child = Process::new(BINARY)
        .args(["query", "-d", ":memory:", query])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut some = [0; 100];
    child.stdout.take().expect("a pipe").read_exact(&mut some).expect("some output");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn there_is_no_colour_in_a_pipe() {
    for (name, value) in [("NO_COLOR", "1"), ("NO_COLOR", ""), ("CLICOLOR_FORCE", "0")] {
        for query in ["RETURN 1 AS x", "RETURN nope"] {
            let output = Command::new(BINARY)
                .args(["query", "-d", ":memory:", query])
                .env(name, value)
                .output()
                .expect("it runs");
            assert!(![output.stdout, output.stderr].concat().contains(&0x1b), "{name}={value}: {query}");
        }
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let run = ask("RETURN 'a\\u001b[31mb' AS x");
    assert!(!run.out.contains('\u{1b}'), "{:?}", run.out);
}

#[test]
fn a_script_is_run_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.cypher");
    fs::write(&file, "// a comment; with a semicolon\nCREATE (:A {n: ';'});\nMATCH (a:A) RETURN a.n AS n;\n").unwrap();
    let script = file.to_str().unwrap();
    let whole = run(&["run", "-d", ":memory:", script], "");
    whole.shows(&[";"]);
    assert_eq!((whole.code, whole.err.matches("what was written is gone").count()), (Some(0), 1), "{}", whole.err);
    run(&["run", "-d", ":memory:", "-"], "RETURN 1 AS x; RETURN 2 AS x").answers(&["2"]);
    run(&["query", "-d", script, "MATCH (a) RETURN count(*) AS n"], "").answers(&["1"]);
    run(&[":memory:"], "RETURN 1 AS x; RETURN 2 AS x").answers(&["2"]);
    let broken = run(&["run", "-d", ":memory:", "-"], "RETURN 1 AS x;\nRETURN nope;");
    broken.fails("undefined-variable");
    assert!(broken.err.contains("  2 | RETURN nope"), "{}", broken.err);
}

/// Sends lines to `serve --stdio` and gives the answers.
fn serve(lines: &[&str]) -> Vec<Json> {
    let run = run(&["serve", "--stdio", ":memory:"], lines.join("\n") + "\n");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let answers: Vec<Json> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert_eq!(answers.len(), lines.len(), "{}", run.out);
    answers
}

#[test]
fn a_request_is_answered_with_its_id_columns_and_rows() {
    let answers = serve(&[
        r#"{"id": 1, "query": "RETURN 1 AS x, 'a' AS y;"}"#,
        r#"{"id": "two", "query": "MATCH (n) RETURN n", "params": {}}"#,
        r#"{"id": 3, "query": "CREATE (:A:B {x: 1})-[:T]->(:B)"}"#,
        r#"{"id": 4, "query": "RETURN $x + 1 AS y", "params": {"x": 41}}"#,
    ]);
    assert_eq!(
        (&answers[0]["id"], &answers[0]["columns"], &answers[0]["rows"]),
        (&json!(1), &json!(["x", "y"]), &json!([[1, "a"]]))
    );
    assert_eq!(answers[0]["stats"], json!({}));
    assert_eq!(
        (&answers[1]["id"], &answers[1]["columns"], &answers[1]["rows"]),
        (&json!("two"), &json!(["n"]), &json!([]))
    );
    assert_eq!((&answers[2]["columns"], &answers[2]["rows"]), (&json!([]), &json!([])));
    let stats = json!({"nodes_created": 2, "relationships_created": 1, "properties_set": 1, "labels_added": 3});
    assert_eq!(answers[2]["stats"], stats);
    assert_eq!(answers[3]["rows"], json!([[42]]));
    assert_eq!(answers[2]["commit"].as_u64().unwrap(), answers[1]["commit"].as_u64().unwrap() + 1);
}

#[test]
fn a_bad_request_is_answered_and_ends_nothing() {
    let answers = serve(&[
        "{not json",
        "[1]",
        r#"{"id": 1, "query": "RETURN 1", "parms": {}}"#,
        r#"{"query": "RETURN 1"}"#,
        r#"{"id": 2}"#,
        r#"{"id": 3, "query": 5}"#,
        r#"{"id": 4, "query": "RETURN 1", "graph": "drop"}"#,
        r#"{"id": 5, "query": "RETURN 1 AS x"}"#,
    ]);
    let ids: Vec<&Json> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&Json::Null, &Json::Null, &json!(1), &Json::Null, &json!(2), &json!(3), &json!(4), &json!(5)]);
    for answer in &answers[..7] {
        assert!(answer["error"]["message"].is_string(), "{answer}");
        assert!(answer.get("rows").is_none(), "{answer}");
    }
    assert!(answers[2]["error"]["message"].as_str().unwrap().contains("parms"));
    assert_eq!(answers[7]["rows"], json!([[1]]));
}

#[test]
fn numbers_keep_their_kind_and_all_their_digits() {
    let answers = serve(&[
        r#"{"id": 1, "query": "RETURN 9223372036854775807 AS a, -9223372036854775808 AS b, 9007199254740993 AS c"}"#,
        r#"{"id": 2, "query": "RETURN 1.0 AS a, 1e300 AS b, 0.0 / 0.0 AS c, 1.0 / 0.0 AS d, -1.0 / 0.0 AS e"}"#,
        r#"{"id": 3, "query": "RETURN $a = 9007199254740993 AS a, $b = 1.0 AS b, valueType($b) AS t, $c = $c AS c", "params": {"a": 9007199254740993, "b": 1.0, "c": {"$type": "float", "value": "NaN"}}}"#,
        r#"{"id": 4, "query": "RETURN $x AS x", "params": {"x": {"$type": "map", "value": {"$type": 1}}}}"#,
    ]);
    assert_eq!(answers[0]["rows"][0], json!([i64::MAX, i64::MIN, 9_007_199_254_740_993_i64]));
    let infinite = |value: &str| json!({"$type": "float", "value": value});
    assert_eq!(
        answers[1]["rows"][0],
        json!([1.0, 1e300, infinite("NaN"), infinite("Infinity"), infinite("-Infinity")])
    );
    assert!(answers[1]["rows"][0][0].is_f64());
    assert_eq!(answers[2]["rows"][0], json!([true, true, "FLOAT NOT NULL", false]));
    assert_eq!(answers[3]["rows"][0], json!([{"$type": "map", "value": {"$type": 1}}]));
}

/// Both went through a double.
#[test]
fn integers_that_do_not_fit_are_refused_and_ids_come_back_byte_for_byte() {
    let lines = [
        r#"{"id": 123456789012345678901234567890, "query": "RETURN 1 AS x"}"#,
        r#"{"id": 1.50e3, "query": "RETURN 1 AS x"}"#,
        r#"{"query": "RETURN", "id": "a\u0062\/"}"#,
        r#"{"id": 4, "query": "RETURN $x AS x", "params": {"x": 18446744073709551616}}"#,
        r#"{"id": 5, "query": "RETURN $x AS x", "params": {"x": [-9223372036854775809]}}"#,
        r#"{"id": 6, "query": "RETURN $x AS x", "params": {"x": 9223372036854775808}}"#,
        r#"{"id": 7, "query": "RETURN $x AS x", "params": {"x": 1, "x": 2}}"#,
        r#"{"id": 8, "query": "RETURN 1 AS x", "query": "RETURN 2 AS x"}"#,
    ];
    let run = run(&["serve", "--stdio", ":memory:"], format!("\u{feff}{}\n", lines.join("\n")));
    let answers: Vec<&str> = run.out.lines().collect();
    for (answer, id) in answers.iter().zip(["123456789012345678901234567890", "1.50e3", r#""a\u0062\/""#]) {
        assert!(answer.starts_with(&format!("{{\"id\":{id},")), "{answer}");
    }
    for (answer, message) in answers[3..].iter().zip([
        "18446744073709551616 does not fit",
        "-9223372036854775809 does not fit",
        "9223372036854775808 does not fit",
        "`x` is there twice",
        "`query` is there twice",
    ]) {
        assert!(answer.contains("InvalidRequest") && answer.contains(message), "{answer}");
    }
    assert_eq!(answers.len(), lines.len());
}

#[test]
fn elements_and_dates_have_their_own_forms() {
    let answers = serve(&[
        r#"{"id": 1, "query": "CREATE p = (a:A {x: 1})-[r:T {w: 2}]->(b), [(a)-[q:U]->(b)] RETURN a, r, p, q"}"#,
        r#"{"id": 2, "query": "RETURN date('2020-01-01') AS d, duration('P1DT2H') AS p, edtf('2021-12~') AS e, datetime('2015-07-21T21:40:32.142+02:00[Europe/Stockholm]') AS t"}"#,
        r#"{"id": 3, "query": "RETURN $d < date('2021-01-01') AS x", "params": {"d": {"$type": "date", "value": "2020-01-01"}}}"#,
    ]);
    let row = &answers[0]["rows"][0];
    let (a, r, q) = (row[0]["id"].clone(), row[1]["id"].clone(), row[3]["id"].clone());
    assert_eq!(row[0], json!({"$type": "node", "id": a, "labels": ["A"], "properties": {"x": 1}}));
    let b = row[1]["end"].clone();
    let rel = json!({"$type": "relationship", "id": r, "type": "T", "start": a, "end": b, "properties": {"w": 2}});
    assert_eq!(row[1], rel);
    assert_eq!(
        (&row[2]["$type"], &row[2]["relationships"], &row[2]["nodes"][0]),
        (&json!("path"), &json!([rel]), &row[0])
    );
    assert_eq!((&row[3]["state"], &row[3]["start"]), (&json!("quoted"), &a));
    assert!(a != b && b != r && r != q);
    let dated = |kind: &str, value: &str| json!({"$type": kind, "value": value});
    let expected = json!([
        dated("date", "2020-01-01"),
        dated("duration", "P1DT2H"),
        dated("edtf", "2021-12~"),
        dated("datetime", "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]"),
    ]);
    assert_eq!(answers[1]["rows"][0], expected);
    assert_eq!(answers[2]["rows"], json!([[true]]));
}

#[test]
fn an_error_has_type_phase_code_message_and_place() {
    let answers = serve(&[
        r#"{"id": 1, "query": "MATCH (n)\n RETURN m"}"#,
        r#"{"id": 2, "query": "UNWIND [1, 'a'] AS x RETURN x + true"}"#,
        r#"{"id": 3, "query": "CREATE (:A) WITH 1 AS x RETURN x / 0"}"#,
        r#"{"id": 4, "query": "MATCH (n) RETURN count(*) AS n"}"#,
        r#"{"id": 5, "query": "RETURN"}"#,
        r#"{"id": 6, "query": "RETURN $x"}"#,
        r#"{"id": 7, "query": "CALL no.such()"}"#,
        r#"{"id": 8, "query": "CREATE (:Company)"}"#,
        r#"{"id": 9, "query": "MATCH (:Compny) RETURN 1"}"#,
    ]);
    let error = |index: usize| &answers[index]["error"];
    let parts =
        |index: usize| ["type", "phase", "code"].map(|part| error(index)[part].as_str().unwrap_or("").to_owned());
    assert_eq!(parts(0), ["SyntaxError", "compile", "UndefinedVariable"]);
    assert_eq!((&error(0)["line"], &error(0)["column"]), (&json!(2), &json!(9)));
    assert!(error(0)["message"].as_str().unwrap().contains("`m`"));
    assert_eq!(parts(1)[..1], ["TypeError"]);
    assert_eq!(parts(2), ["ArithmeticError", "runtime", "DivisionByZero"]);
    assert_eq!(answers[3]["rows"], json!([[0]]), "a failed statement has changed nothing");
    assert_eq!(parts(4), ["SyntaxError", "compile", "UnexpectedSyntax"]);
    assert_eq!(parts(5)[0], "ParameterMissing");
    assert_eq!(parts(6), ["ProcedureError", "compile", "ProcedureNotFound"]);
    let warning = &answers[8]["warnings"][0];
    assert_eq!(
        (&warning["code"], &warning["line"], &warning["column"]),
        (&json!("unknown-label"), &json!(1), &json!(9))
    );
    assert!(warning["message"].as_str().unwrap().contains("`Company`"), "{warning}");
}

#[test]
fn a_reset_makes_the_graph_as_new() {
    let answers = serve(&[
        r#"{"id": 1, "query": "CREATE (:A {x: 1})"}"#,
        r#"{"id": 2, "procedure": {"name": "test.twice", "inputs": [["in", "INTEGER?"]], "outputs": [["out", "INTEGER?"]], "rows": [[1, 2], [2, 4]]}}"#,
        r#"{"id": 3, "query": "CALL test.twice(2) YIELD out RETURN out"}"#,
        r#"{"id": 4, "graph": "reset"}"#,
        r#"{"id": 5, "query": "MATCH (n) RETURN count(*) AS n"}"#,
        r#"{"id": 6, "query": "SHOW LABELS"}"#,
        r#"{"id": 7, "query": "CALL test.twice(2)"}"#,
        r#"{"id": 8, "graph": "reset", "query": "CREATE (n) RETURN count(n) AS n"}"#,
    ]);
    assert_eq!(answers[2]["rows"], json!([[4]]));
    assert_eq!(answers[4]["rows"], json!([[0]]));
    assert_eq!(answers[5]["rows"], json!([]));
    assert_eq!(answers[6]["error"]["code"], "ProcedureNotFound");
    assert_eq!(answers[7]["rows"], json!([[1]]));
}

#[test]
fn what_is_not_utf_8_in_a_request_is_answered() {
    let mut lines = b"{\"id\": 1, \"query\": \"RETURN '\xff'\"}\n".to_vec();
    lines.extend(b"{\"id\": 2, \"query\": \"RETURN 1 AS x\"}\n");
    let run = run(&["serve", "--stdio", ":memory:"], lines);
    let answers: Vec<Json> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers[0]["error"]["message"].is_string(), "{}", run.out);
    assert_eq!(answers[1]["rows"], json!([[1]]));
}

#[test]
fn each_answer_is_written_before_the_next_request_is_read() {
    let mut child = Process::new(BINARY)
        .args(["serve", "--stdio", ":memory:"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    for id in 1..=3 {
        writeln!(input, r#"{{"id": {id}, "query": "RETURN {id} AS x"}}"#).unwrap();
        input.flush().unwrap();
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            output.read_exact(&mut byte).expect("an answer");
            line.push(byte[0]);
        }
        assert_eq!(serde_json::from_slice::<Json>(&line).unwrap()["rows"], json!([[id]]));
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

// ---------------------------------------------------------------- formats and commands

const NAMES: &str =
    "UNWIND [{n: 'Пётр', x: 1}, {n: '商汤', x: null}, {n: 'a|b,\"c\"', x: [1, 'd']}] AS r RETURN r.n AS n, r.x AS x";

#[test]
fn answers_come_in_every_format() {
    let as_format = |format: &str| {
        let run = run(&["query", "-d", ":memory:", "--format", format, NAMES], "");
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        run.out
    };
    assert_eq!(as_format("csv"), "n,x\nПётр,1\n商汤,\n\"a|b,\"\"c\"\"\",\"[1, 'd']\"\n");
    let lines = as_format("jsonl");
    assert_eq!(lines.lines().nth(2), Some(r#"{"n":"a|b,\"c\"","x":[1,"d"]}"#));
    let array: Json = serde_json::from_str(&as_format("json")).expect("one array");
    let each: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(array, Json::Array(each));
    assert_eq!(
        as_format("markdown"),
        "| n | x |\n| --- | --- |\n| Пётр | 1 |\n| 商汤 | null |\n| a\\|b,\"c\" | [1, 'd'] |\n"
    );
    assert!(as_format("vertical").contains("── row 2 ──\nn  商汤\nx  null\n"));
    let empty = run(&["query", "-d", ":memory:", "-f", "json", "MATCH (n) RETURN n"], "");
    assert_eq!(empty.out, "[]\n");
}

#[test]
fn wide_letters_are_measured_right() {
    let table = run(&["query", "-d", ":memory:", NAMES], "").out;
    let widths: Vec<usize> = table
        .lines()
        .take_while(|line| !line.starts_with('3'))
        .map(|line| line.chars().map(|letter| if ('\u{4e00}'..'\u{a000}').contains(&letter) { 2 } else { 1 }).sum())
        .collect();
    assert!(widths.len() > 5 && widths.iter().all(|width| *width == widths[0]), "{table}");
}

#[test]
fn what_is_said_of_an_answer_stays_out_of_its_data() {
    let run = run(&["query", "-d", ":memory:", "-f", "csv", "CREATE (n:A {x: 1}) RETURN n.y AS y"], "");
    assert_eq!((run.code, run.out.as_str()), (Some(0), "y\n\"\"\n"));
    assert!(run.err.contains("nodes created: 1"), "{}", run.err);
}

#[test]
fn statements_on_standard_input_are_answered_one_by_one() {
    let input = "RETURN 1 AS a;\nRETURN nonsense;\n:param x => 40\nRETURN $x + 2\n  AS b; RETURN 3 AS c;\n:nonsense\nRETURN 4 AS d";
    let found = run(&[":memory:", "-f", "csv"], input);
    assert_eq!((found.code, found.out.as_str()), (Some(1), "a\n1\n$x = 40\nb\n42\nc\n3\nd\n4\n"));
    assert!(found.err.contains("error[undefined-variable]") && found.err.contains("unknown command"), "{}", found.err);
    let found = run(&[":memory:", "-f", "csv"], b"RETURN 1 AS a;\n\xff;\nRETURN 2 AS b;\n".to_vec());
    assert_eq!((found.code, found.out.as_str()), (Some(1), "a\n1\nb\n2\n"));
    assert!(found.err.contains("line 2 is not UTF-8"), "{}", found.err);
}

#[test]
fn a_thousand_statements_have_the_same_answers_however_they_are_asked() {
    let statement = |number: usize| match number {
        500 => "RETURN (".to_owned(),
        number if number.is_multiple_of(7) => format!("CREATE (:N {{x: {number}}})"),
        number => format!("MATCH (n:N) WHERE n.x < {number} RETURN {number} AS number, count(n) AS c, sum(n.x) AS s"),
    };
    let statements: Vec<String> = (0..1000).map(statement).collect();
    let script: String = statements.iter().flat_map(|text| [text.as_str(), ";\n"]).collect();
    let requests: Vec<String> =
        (0..).zip(&statements).map(|(id, text)| json!({ "id": id, "query": text }).to_string()).collect();
    let piped = run(&[":memory:", "-f", "jsonl"], script);
    let served = run(&["serve", "--stdio", ":memory:"], requests.join("\n"));
    let served: Vec<Json> = served.out.lines().map(|line| serde_json::from_str(line).expect("a response")).collect();
    assert_eq!((served.len(), piped.code), (1000, Some(1)));
    assert!(served[500]["error"].is_object(), "{}", served[500]);
    let mut answers = piped.out.lines().map(|line| serde_json::from_str::<Json>(line).expect("an object"));
    for row in served.iter().filter_map(|response| response["rows"].get(0)) {
        let answer = answers.next().expect("as many answers");
        assert_eq!([&answer["number"], &answer["c"], &answer["s"]], [&row[0], &row[1], &row[2]]);
    }
    assert!(answers.next().is_none());
}

#[test]
fn parameters_come_from_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("params.json");
    fs::write(&file, r#"{"x": 1, "on": {"$type": "edtf", "value": "2021~"}}"#).unwrap();
    let file = file.display().to_string();
    let found = run(&["query", "--params", &file, "-p", "x=2", "-f", "csv", "RETURN $x AS x, $on AS day"], "");
    assert_eq!((found.code, found.out.as_str()), (Some(0), "x,day\n2,2021~\n"));
    for wrong in ["[1]", r#"{"x": 18446744073709551616}"#, r#"{"x": 1, "x": 2}"#] {
        fs::write(folder.path().join("params.json"), wrong).unwrap();
        run(&["query", "--params", &file, "RETURN 1"], "").fails("invalid-parameter");
    }
}

#[test]
fn fixtures_are_listed_shown_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fixture.jsonl").display().to_string();
    assert!(run(&["fixtures", "list", "-f", "csv"], "").out.contains("2019-10-entity-list-28\n"));
    assert!(run(&["fixtures", "show", "2019-10-entity-list-28"], "").out.contains("act:entity-list-2019-10"));
    run(&["fixtures", "show", "nothing"], "").fails("unknown-fixture");
    assert_eq!(run(&["fixtures", "load", "2019-10-entity-list-28", "--into", &file], "").code, Some(0));
    let query = "MATCH (x)-[:TARGETS]->(c:Company) RETURN c.name AS name ORDER BY name";
    let saved = run(&["query", "-d", &file, query], "");
    assert_eq!(saved.out, run(&["query", "-d", "fixture:2019-10-entity-list-28", query], "").out);
    assert!(saved.out.contains("SenseTime"), "{}", saved.out);
    let streamed = run(&["fixtures", "load", "2019-10-entity-list-28", "--into", "-"], "");
    // But for when it was loaded.
    let graph = |text: &str| {
        text.lines().skip_while(|line| !line.contains("\"node\"")).map(str::to_owned).collect::<Vec<String>>()
    };
    assert!(!graph(&streamed.out).is_empty());
    assert!(graph(&streamed.out) == graph(&fs::read_to_string(&file).unwrap()), "{file}");
}

#[test]
fn a_graph_that_says_more_than_is_understood_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.jsonl");
    fs::write(&file, "{\"id\": 1}\n{\"name\": \"Ada\"}\n").unwrap();
    let found = run(&["query", "-d", &file.display().to_string(), "RETURN 1"], "");
    found.fails("invalid-graph");
    assert!(found.err.contains("line 2: a node has no member `name`"), "{}", found.err);
}

#[test]
fn a_graph_that_is_damaged_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.jsonl");
    fs::write(&file, "{\"id\": 1}\n{\"id\": 2, \"labels\"").unwrap();
    let found = run(&["query", "-d", &file.display().to_string(), "RETURN 1"], "");
    found.fails("invalid-graph");
    assert!(found.err.contains("line 2"), "{}", found.err);
    run(&["schema", "/nowhere/graph.cypher"], "").fails("io");
}

#[test]
fn the_program_describes_itself() {
    let schema = run(&["schema", "fixture:2019-10-entity-list-28"], "").out;
    assert!(schema.contains("Company") && schema.contains("TARGETS") && schema.contains("published"), "{schema}");
    for drawn in ["(:Statement)-[:DENIES]->(:Claim)", "-[:STATES]->[()-[:DETAINS|", " [(:State)-[:DETAINS]->("] {
        assert!(schema.contains(drawn), "{drawn} is missing in {schema}");
    }
    let functions = run(&["functions", "edtf.days", "-f", "csv"], "").out;
    assert!(functions.contains("edtf.days(") && !functions.contains("toUpper"), "{functions}");
    let edtf = run(&["functions", "edtf"], "").out;
    assert_eq!(edtf.matches("signature").count(), 1, "no table without rows: {edtf}");
    let nothing = run(&["functions", "nothing of the kind"], "");
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(0), ""));
    assert!(nothing.err.contains("no function or procedure has `nothing of the kind`"), "{}", nothing.err);
    assert_eq!(run(&["functions", "nothing of the kind", "-f", "json"], "").out, "[]\n");
    let both = run(&["functions", "label"], "").out;
    assert_eq!(both.matches("description").count(), 2, "{both}");
    assert!(run(&["completions", "bash"], "").out.contains("_averment"));
    let man = run(&["man"], "").out;
    assert!(man.contains(".TH averment") && man.contains("fixtures"), "{man}");
    for command in ["query", "run", "import", "diff", "schema", "functions", "serve", "completions", "man"] {
        let help = run(&[command, "--help"], "").out;
        assert!(help.contains("Example"), "{command}\n{help}");
    }
}

#[test]
fn a_statement_is_kept_within_the_limits_of_the_command_line() {
    let endless = "UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000000000) AS b RETURN count(*)";
    let collected = "UNWIND range(1, 1000000000) AS a RETURN size(collect(a))";
    let query = |limits: &[&str], statement: &str| run(&[limits, &["query", "-d", ":memory:", statement]].concat(), "");
    let late = query(&["--timeout", "200ms"], endless);
    late.fails("limit-exceeded");
    assert!(late.err.contains("the time of 200ms is used up"), "{}", late.err);
    let large = query(&["--max-memory", "8MiB"], collected);
    large.fails("limit-exceeded");
    assert!(large.err.contains("the memory of 8 MiB is used up"), "{}", large.err);
    let answer = query(&["--max-memory", "8MiB"], "UNWIND range(1, 1000000000) AS a RETURN a");
    answer.fails("limit-exceeded");
    query(&["--max-rows", "1000"], endless).fails("limit-exceeded");
    query(&["--max-rows", "1000"], "RETURN 42 AS x").answers(&["42"]);
    query(&["--threads", "1"], "UNWIND range(1, 9) AS x RETURN sum(x) AS sum").answers(&["45"]);
}

#[test]
fn limits_may_stand_behind_the_command_and_hold_for_scripts_and_requests() {
    let collected = "UNWIND range(1, 1000000000) AS a RETURN size(collect(a))";
    run(&["run", "-", "-d", ":memory:", "--max-memory", "4MiB"], collected).fails("limit-exceeded");
    let request = json!({ "id": 1, "query": collected }).to_string() + "\n";
    let served = run(&["serve", "--stdio", "--max-memory", "4MiB", ":memory:"], request);
    let answer: Json = serde_json::from_str(&served.out).expect("a response");
    assert_eq!(answer["error"]["code"], "LimitExceeded", "{answer}");
}

#[test]
fn limits_do_not_hold_back_the_loading_of_the_graph() {
    run(&["--max-rows", "2", "query", "RETURN 42 AS x"], "").answers(&["42"]);
}

#[test]
fn memory_is_bounded_without_being_asked_for() {
    let all = run(&["query", "-d", ":memory:", "RETURN size([x IN range(1, 1000000000) | x])"], "");
    all.fails("limit-exceeded");
    assert!(all.err.contains("the memory of 2 GiB is used up"), "{}", all.err);
}

#[test]
fn a_limit_that_is_none_is_a_fault_of_the_command_line() {
    for wrong in [
        ["--timeout", "soon"],
        ["--max-memory", "much"],
        ["--max-memory", "512"],
        ["--max-rows", "-1"],
        ["--threads", "0"],
    ] {
        let refused = run(&[&wrong[..], &["query", "RETURN 1"]].concat(), "");
        assert_eq!(refused.code, Some(2), "{}", refused.err);
    }
    let help = run(&["query", "--help"], "");
    for option in ["--timeout", "--max-memory", "--max-rows", "--threads", "512MiB"] {
        assert!(help.out.contains(option), "{}", help.out);
    }
}

const EXPLAINED: &str = "WHY MATCH (x:Action)-[:TARGETS]->(c:Company {name: 'Megvii'}) WHERE NOT (x)<-[:REPLIES_TO]-() \
    RETURN c.name AS name";
const REASON: &str = "because (:Action:Event OFAC identifies eight technology firms";
const ABSENCE: &str =
    "although nothing of the form (x)<-[:REPLIES_TO]-() at (:Action:Event act:ofac-8-2021-12-16) among 0 looked at";

#[test]
fn an_argument_stands_under_each_row_that_people_read() {
    let table = run(&["query", EXPLAINED], "").out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!((lines[0], lines[2]), ("name", "Megvii"), "{table}");
    assert!(lines[3].starts_with(&format!("    {REASON}")) && lines[4] == format!("    {ABSENCE}"), "{table}");
    let vertical = run(&["query", "--format", "vertical", EXPLAINED], "").out;
    assert!(vertical.contains("name  Megvii\n") && vertical.contains(&format!("    {ABSENCE}\n")), "{vertical}");
    assert!(!vertical.contains("why"), "{vertical}");
    let none = run(&["query", "WHY MATCH (x:Action {id: 'none'}) RETURN x.id AS id"], "").out;
    assert_eq!(none, "id\n══\n0 rows\n");
}

#[test]
fn of_a_long_argument_the_first_reasons_are_shown() {
    let script = "UNWIND range(1, 25) AS x CREATE (:A {x: x});
        WHY MATCH (a:A) WHERE NOT (a)-->() RETURN count(*) AS count;";
    let reasons = |options: &[&str]| {
        let shown = run(&[options, &["run", "--database", ":memory:", "-"]].concat(), script).out;
        let count =
            |word: &str| shown.lines().filter(|line| line.trim_start_matches([' ', '*']).starts_with(word)).count();
        (count("because "), count("although "), shown)
    };
    let (because, although, shown) = reasons(&[]);
    assert_eq!((because, although), (20, 20), "{shown}");
    assert_eq!(shown.matches("    ... and 5 more (--reasons all, in the REPL :reasons all)\n").count(), 2, "{shown}");
    let (because, although, shown) = reasons(&["--reasons", "3", "--format", "markdown"]);
    assert_eq!((because, although), (3, 3), "{shown}");
    assert_eq!(shown.matches("   * ... and 22 more (").count(), 2, "{shown}");
    let (because, although, shown) = reasons(&["--reasons", "all"]);
    assert_eq!((because, although), (25, 25), "{shown}");
    let shown = run(&[":memory:"], format!(":reasons 4\n{script}\n:reasons none\n"));
    assert!(shown.out.starts_with("up to 4 reasons are shown of a row\n"), "{}", shown.out);
    assert_eq!(shown.out.matches("    ... and 21 more (").count(), 2, "{}", shown.out);
    assert!(shown.err.contains("`none` is neither `all` nor a number of reasons"), "{}", shown.err);
    assert_eq!(run(&["--reasons", "many", "query", "RETURN 1"], "").code, Some(2));
}

#[test]
fn in_markdown_the_arguments_are_a_list_below_the_table() {
    let page = run(&["query", "--format", "markdown", EXPLAINED], "").out;
    assert!(page.starts_with("| name |\n| --- |\n| Megvii |\n\n## Why\n\n1. row 1\n   * because "), "{page}");
    assert!(page.contains(&format!("   * {}", ABSENCE.replace('<', "&lt;"))), "{page}");
}

#[test]
fn programs_read_why_as_a_column_or_beside_the_rows() {
    let lines = run(&["query", "--format", "jsonl", EXPLAINED], "").out;
    let row: Json = serde_json::from_str(lines.lines().next().expect("a row")).expect("an object");
    assert_eq!(row["why"]["absent"][0]["pattern"], json!("(x)<-[:REPLIES_TO]-()"));
    assert!(run(&["query", "--format", "csv", EXPLAINED], "").out.starts_with("name,why\n"));
    let answers = serve(&[
        r#"{"id": 1, "query": "CREATE (:Source {id: 'S'})-[:SUPPORTS {certainty: 'stated'}]->(:A)"}"#,
        r#"{"id": 2, "query": "WHY MATCH (a:A) RETURN 1 AS one"}"#,
        r#"{"id": 3, "query": "RETURN 1 AS why"}"#,
    ]);
    assert_eq!((&answers[1]["columns"], &answers[1]["rows"]), (&json!(["one"]), &json!([[1]])));
    assert_eq!(answers[1]["why"][0]["elements"][0]["citations"][0]["certainty"], json!("stated"));
    assert_eq!((&answers[2]["columns"], &answers[2]["why"]), (&json!(["why"]), &Json::Null));
}
