//! The REPL, through a pseudo-terminal.

use std::fs;
use std::path::Path;
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

/// Nothing here takes long; on a machine that is busy it may.
const TIMEOUT_MS: u64 = 30_000;

const PROMPT: &str = "averment> ";

/// A session on an empty database, behind its first prompt.
fn open(folder: &Path) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_averment"));
    command.arg(":memory:").env("TERM", "xterm").env("AVERMENT_HISTORY", folder.join("history")).env_remove("NO_COLOR");
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
    session.send_line(":quit").unwrap();
    session.exp_eof().expect("the end");
    assert_success(&session);
}
