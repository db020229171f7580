//! The REPL, through a pseudo-terminal.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rexpect::session::{PtySession, spawn_command};

/// What is expected is ASCII: the terminal's bytes are looked at one by one.
///
/// Nothing here takes long; on a machine that is busy it may.
const TIMEOUT_MS: u64 = 30_000;

const PROMPT: &str = "averment> ";

/// A session on an empty database, behind its first prompt.
fn open(folder: &Path) -> PtySession {
    open_in(folder, "NO_COLOR")
}

/// As [`open`], with this variable set.
fn open_in(folder: &Path, variable: &str) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_averment"));
    command.arg(":memory:").env("TERM", "xterm").env("AVERMENT_HISTORY", folder.join("history"));
    command.env_remove("NO_COLOR").env(variable, "1");
    let mut session = spawn_command(command, Some(TIMEOUT_MS)).expect("a pseudo-terminal");
    session.exp_string("who did what to whom").expect("a welcome");
    session.exp_string(PROMPT).expect("a prompt");
    session
}

/// Ends a session by Ctrl-D at the prompt.
fn leave(mut session: PtySession) {
    session.send_control('d').expect("a terminal");
    session.exp_eof().expect("the end");
    assert_success(&session);
}

/// Presses Ctrl-C, and again while it is of no effect: the first may come before there is anything to stop.
fn interrupt_until(session: &mut PtySession, mut done: impl FnMut(&PtySession, &str) -> bool) {
    let (started, mut pressed) = (Instant::now(), 0);
    let mut shown = String::new();
    while !done(session, &shown) {
        let elapsed_ms = started.elapsed().as_millis();
        assert!(elapsed_ms < u128::from(TIMEOUT_MS), "nothing was stopped: {shown}");
        if elapsed_ms > pressed * 100 {
            session.send_control('c').expect("a terminal");
            pressed += 1;
        }
        shown.extend(session.try_read());
        std::thread::yield_now();
    }
}

/// The status has no public type, and a readable form.
fn assert_success(session: &PtySession) {
    let status = session.process().wait().expect("it ends");
    let shown = format!("{status:?}");
    assert!(shown.starts_with("Exited(") && shown.ends_with(", 0)"), "{shown}");
}

#[test]
fn a_statement_is_answered_and_ctrl_d_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("RETURN 40 + 2 AS answer;").unwrap();
    session.exp_string("42").expect("an answer");
    session.exp_string("1 row").unwrap();
    session.exp_string(PROMPT).expect("the next prompt");
    leave(session);
    let history = fs::read_to_string(folder.path().join("history")).expect("the history is kept");
    assert!(history.contains("RETURN 40 + 2 AS answer;"), "{history}");
}

#[test]
fn a_statement_may_take_several_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    for line in ["UNWIND [1, 2, 3] AS x", "  WITH sum(x) * 7 AS total // half way;", "RETURN total"] {
        session.send_line(line).unwrap();
    }
    session.send_line(";").unwrap();
    session.exp_string("42").expect("an answer");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn an_error_is_shown_under_the_fault_and_the_session_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("RETURN toUper('a');").unwrap();
    session.exp_string("error[unknown-function]").expect("an error");
    session.exp_string("  1 | RETURN toUper('a')").unwrap();
    session.exp_string("    |        ^^^^^^ did you mean `toUpper`?").expect("a caret");
    session.exp_string(PROMPT).unwrap();
    session.send_line("CREATE (:Company);").unwrap();
    session.exp_string("nodes created: 1").expect("what was written");
    session.exp_string(PROMPT).unwrap();
    session.send_line("MATCH (c:Compny) RETURN c;").unwrap();
    session.exp_string("did you mean `Company`?").expect("a warning");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn ctrl_c_drops_the_line_and_not_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send("RETURN nonsense that is not").unwrap();
    session.flush().unwrap();
    session.exp_string("that is not").expect("the line is shown");
    session.send_control('c').unwrap();
    session.exp_string(PROMPT).expect("a new prompt");
    session.send_line("RETURN 6 * 7 AS answer;").unwrap();
    session.exp_string("42").expect("an answer");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn commands_begin_with_a_colon() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line(":help").unwrap();
    session.exp_string(":schema").expect("the help");
    session.exp_string(PROMPT).unwrap();
    session.send_line(":nonsense").unwrap();
    session.exp_string("unknown command `:nonsense`").unwrap();
    session.exp_string(PROMPT).unwrap();
    session.send_line("help").unwrap();
    session.exp_string(":schema").expect("the help, asked for without its colon");
    session.exp_string(PROMPT).unwrap();
    session.send_line("quit").unwrap();
    session.exp_eof().expect("the end");
    assert_success(&session);
}

#[test]
fn an_open_statement_says_what_it_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open_in(folder.path(), "AVERMENT_COLOUR_IS_FINE");
    session.send_line("RETURN 1").unwrap();
    session.exp_string("`;` ends the statement").expect("a hint");
    session.send_line("+ 1 AS two;").unwrap();
    session.exp_string("1 row").expect("an answer");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn tab_completes_what_the_graph_has() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("CREATE (:Company {name: 'SenseTime'});").unwrap();
    session.exp_string(PROMPT).unwrap();
    session.send("MATCH (c:Com\t {na\t'Se\t}) RETURN size(c.na\t) AS len\x7f\x7f\x7flength;\r").unwrap();
    session.flush().unwrap();
    session.exp_string(" 9 ").expect("an answer");
    session.exp_string(PROMPT).unwrap();
    leave(session);
    let history = fs::read_to_string(folder.path().join("history")).unwrap();
    assert!(history.contains("MATCH (c:Company {name: 'SenseTime'}) RETURN size(c.name) AS length;"), "{history}");
}

/// The list stood where the statement was drawn next, so that of as many rows as it had nothing was seen.
#[test]
fn tab_shows_what_there_is_to_choose_from_below_a_statement_of_several_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("CREATE ()-[:TOOK {n: 6}]->(), ()-[:TORE {n: 7}]->();").unwrap();
    session.exp_string("2").unwrap();
    session.exp_string(PROMPT).unwrap();
    session.send_line("MATCH ()").unwrap();
    session.send("-[r:T\t").unwrap();
    session.flush().unwrap();
    let drawn = session.exp_string("TOOK  TORE").expect("a list at the first Tab");
    assert!(drawn.ends_with("-[r:TO\r\n") || drawn.ends_with("-[r:TO\n"), "{drawn:?}");
    session.send_line("R\t]->() RETURN r.n * 6;").unwrap();
    session.exp_string("42").expect("the choice is completed");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn keywords_are_coloured_where_colour_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open_in(folder.path(), "AVERMENT_COLOUR_IS_FINE");
    session.send_line("RETURN 1;").unwrap();
    session.exp_string("\u{1b}[1;34mRETURN\u{1b}[0m").expect("a keyword in colour");
    // The prompt is drawn again with each letter; the one that is waited for stands behind the answer.
    session.exp_string("1 row").expect("an answer");
    session.exp_string(PROMPT).unwrap();
    leave(session);
}

#[test]
fn a_transaction_is_kept_or_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    for (line, answer) in [
        (":begin", "a transaction is open"),
        ("CREATE (:A), (:A);", "nodes created: 2"),
        (":rollback", "undone"),
        ("MATCH (n) RETURN 'n is ' + count(n);", "n is 0"),
        (":begin", "a transaction is open"),
        ("CREATE (:A), (:A), (:A);", "nodes created: 3"),
        (":begin", "a transaction is open already"),
        (":commit", "commit 1"),
        (":commit", "no transaction is open"),
        (":param least => 1 + 1", "$least = 2"),
        ("MATCH (n) WITH count(n) AS c WHERE c > $least RETURN 'c is ' + c;", "c is 3"),
        (":format csv", "answers are shown as csv"),
        ("RETURN 'a,b' AS x;", "\"a,b\""),
    ] {
        session.send_line(line).unwrap();
        session.exp_string(answer).unwrap_or_else(|error| panic!("{line}: {error}"));
        session.exp_string("> ").unwrap();
    }
    leave(session);
}

#[test]
fn a_transaction_is_left_only_when_leaving_is_said_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    for (line, answer) in [
        (":begin", "a transaction is open"),
        (":quit", "leaving once more drops it"),
        ("RETURN 6 * 7;", "42"),
        (":quit", ":commit keeps what it has written"),
    ] {
        session.send_line(line).unwrap();
        session.exp_string(answer).unwrap_or_else(|error| panic!("{line}: {error}"));
        session.exp_string("averment*> ").expect("the session goes on");
    }
    leave(session);
}

#[test]
fn a_graph_is_saved_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.jsonl").display().to_string();
    let mut session = open(folder.path());
    for (line, answer) in [
        ("CREATE (:A {name: 'Пётр'})-[:SAYS]->[(:B)-[:T]->(:C)];".to_owned(), "relationships created: 2"),
        (format!(":save {file}"), "3 nodes and 2 relationships"),
        (":save graph.txt".to_owned(), "ends in .jsonl"),
        (":open :memory:".to_owned(), ":memory: is open"),
        ("MATCH (n) RETURN 'n is ' + count(n);".to_owned(), "n is 0"),
        (format!(":open {file}"), "is open"),
        ("MATCH (a)-[:SAYS]->[t:T] RETURN a.name, asserted(t);".to_owned(), " false"),
        (":open nothing.cypher".to_owned(), "error[io]"),
        ("MATCH (n) RETURN 'n is ' + count(n);".to_owned(), "n is 3"),
    ] {
        session.send_line(&line).unwrap();
        session.exp_string(answer).unwrap_or_else(|error| panic!("{line}: {error}"));
        session.exp_string(PROMPT).unwrap();
    }
    leave(session);
}

/// The echo of the key moved the cursor to the next line, which was cleared in place of the one with the sign.
#[test]
fn nothing_is_left_of_the_sign_of_life() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000000000) AS b RETURN count(*);").unwrap();
    session.exp_string("s (Ctrl-C stops)").expect("a sign of life");
    session.send_control('c').unwrap();
    let before = session.exp_string("error[cancelled]").expect("the statement is stopped");
    let behind_sign = before.rsplit("(Ctrl-C stops)").next().expect("a last piece");
    assert!(behind_sign.ends_with("\r\u{1b}[K") && !behind_sign.contains(' '), "{before:?}");
    leave(session);
}

#[test]
fn ctrl_c_stops_the_statement_that_runs_and_not_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(folder.path());
    session.send_line("CREATE (:Company);").unwrap();
    session.exp_string("nodes created: 1").unwrap();
    session.exp_string(PROMPT).unwrap();
    for endless in [
        "UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000000000) AS b RETURN count(*) AS all;",
        "UNWIND range(1, 1000000000) AS a MATCH (c:Company) SET c.a = a;",
    ] {
        session.send_line(endless).unwrap();
        interrupt_until(&mut session, |_, shown| shown.contains("error[cancelled]"));
        session.exp_string(PROMPT).expect("the session goes on");
        session.send_line("MATCH (c:Company) RETURN 40 + 2 AS answer, c.a IS NULL AS unchanged;").unwrap();
        session.exp_string("42").expect("the next statement is answered");
        session.exp_string("true").expect("what was stopped has left no trace");
        session.exp_string(PROMPT).unwrap();
    }
    leave(session);
}

#[test]
fn ctrl_c_ends_a_query_of_the_command_line() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_averment"));
    let endless = "UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000000000) AS b RETURN count(*)";
    command.args(["--max-memory", "1MiB", "query", "-d", ":memory:", endless]).env("TERM", "xterm");
    let mut session = spawn_command(command, Some(TIMEOUT_MS)).expect("a pseudo-terminal");
    let mut shown = String::new();
    interrupt_until(&mut session, |session, _| {
        shown = format!("{:?}", session.process().status());
        shown != "Some(StillAlive)"
    });
    // A shell reports this as exit code 130.
    assert!(shown.starts_with("Some(Signaled(") && shown.contains("SIGINT"), "{shown}");
}
