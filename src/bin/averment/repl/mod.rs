//! The REPL: statements over several lines, ended by `;`, and commands that begin with `:`.
//!
//! Where standard input is no terminal, the same statements and commands are read from it one by one; a fault in one
//! does not stop the rest.

mod command;
mod complete;
mod editor;

use std::env;
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::process::ExitCode;

use averment::CancelToken;
use averment::editing::{is_complete, statements};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use self::editor::Prompt;
use crate::session::Session;
use crate::{Fault, style};

const WELCOME: &str = "\
Averment: who did what to whom, when, and on whose word?
End a statement with `;`. :help lists the commands, Tab completes, :quit leaves.

Try:
  MATCH (a:Agency)-[:TOOK]->(x:Action)-[:TARGETS]->(c:Company {name: 'SenseTime'}) RETURN a.name, x.id;
  MATCH (p:Paragraph)-[s:SUPPORTS]->[(x:Action)-[:TARGETS]->(:Company {name: 'SenseTime'})] RETURN x.id, p.id, s.voice;
  MATCH (s:Statement)-[:DENIES]->(c:Claim) RETURN s.id, c.text;
";

/// The rows shown of a long answer; `:rows` sets another number.
const ROWS_SHOWN: usize = 200;

/// Whether a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoOn,
    Leave,
}

/// Reads statements from a terminal until the input ends.
pub(crate) fn run(mut session: Session, cancel: CancelToken) -> Result<ExitCode, Fault> {
    // While a line is edited the terminal hands Ctrl-C over as a key; otherwise it stops the statement that runs.
    ctrlc::set_handler(move || cancel.cancel())
        .map_err(|error| Fault::Input { code: "terminal", message: format!("cannot watch for Ctrl-C: {error}") })?;
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
    let mut editor: Editor<Prompt, DefaultHistory> = Editor::with_config(config).map_err(|error| unusable(&error))?;
    editor.set_helper(Some(Prompt::new(style::on_output())));
    let history = history_file();
    if let Some(file) = &history {
        // The first session has none.
        let _ = editor.load_history(file);
    }
    session.shows_time = true;
    session.output.max_rows = Some(ROWS_SHOWN);
    println!("{WELCOME}");
    loop {
        if let Some(prompt) = editor.helper_mut() {
            prompt.look_at(&session);
        }
        let mark = if session.is_in_transaction() { "averment*> " } else { "averment> " };
        match editor.readline(mark) {
            Ok(text) => {
                if !text.trim().is_empty() {
                    let _ = editor.add_history_entry(text.trim());
                }
                if obey(&mut session, &text)?.0 == Then::Leave {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => println!("(:quit or Ctrl-D leaves)"),
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(unusable(&error)),
        }
    }
    if let Some(file) = &history {
        // A history that cannot be kept is no reason to fail.
        let _ = editor.save_history(file);
    }
    Ok(ExitCode::SUCCESS)
}

/// Answers the statements and commands on standard input one by one.
pub(crate) fn run_piped(mut session: Session) -> Result<ExitCode, Fault> {
    let mut input = io::stdin().lock();
    let (mut text, mut line) = (String::new(), Vec::new());
    let (mut failed, mut line_count) = (false, 0_u64);
    loop {
        line.clear();
        let ended = input.read_until(b'\n', &mut line)? == 0;
        line_count += 1;
        match std::str::from_utf8(&line) {
            Ok(line) => text.push_str(line),
            Err(error) => {
                let message = format!("line {line_count} is not UTF-8 text: byte {} of it", error.valid_up_to());
                tell(&Fault::Input { code: "invalid-utf-8", message });
                failed = true;
                text.clear();
            }
        }
        let is_command = text.trim_start().starts_with(':');
        if ended || is_command || is_complete(&text) {
            let (then, answered) = obey(&mut session, &text)?;
            failed |= !answered;
            text.clear();
            if ended || then == Then::Leave {
                return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
            }
        }
    }
}

/// Does what a text asks for, statement by statement; tells whether all of it went well. Only broken output is an
/// error.
fn obey(session: &mut Session, text: &str) -> Result<(Then, bool), Fault> {
    let trimmed = text.trim();
    if trimmed.starts_with(':') {
        return match command::obey(session, trimmed.trim_end_matches(';').trim_end()) {
            Ok(then) => Ok((then, true)),
            Err(fault) => forgive(fault).map(|()| (Then::GoOn, false)),
        };
    }
    let mut answered = true;
    for span in statements(text) {
        if let Err(fault) = session.answer(span.of(text)) {
            forgive(fault)?;
            answered = false;
        }
    }
    Ok((Then::GoOn, answered))
}

/// Tells what went wrong; broken output ends the session.
fn forgive(fault: Fault) -> Result<(), Fault> {
    match fault {
        Fault::Output(error) => Err(Fault::Output(error)),
        fault => {
            tell(&fault);
            Ok(())
        }
    }
}

fn tell(fault: &Fault) {
    eprintln!("{}", style::report(&fault.to_string(), style::on_errors()));
}

/// `AVERMENT_HISTORY`, or a file in the home folder.
fn history_file() -> Option<PathBuf> {
    if let Some(file) = env::var_os("AVERMENT_HISTORY") {
        return Some(PathBuf::from(file));
    }
    env::var_os("HOME").map(|home| PathBuf::from(home).join(".averment_history"))
}

fn unusable(error: &ReadlineError) -> Fault {
    Fault::Input { code: "terminal", message: format!("the terminal cannot be used: {error}") }
}
