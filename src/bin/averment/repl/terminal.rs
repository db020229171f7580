//! The REPL at a terminal: lines are edited, completed and kept in a history.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use averment::CancelToken;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use super::editor::Prompt;
use super::input::Input;
use super::obey::{Then, obey, tell};
use crate::session::Session;
use crate::{Fault, output, style};

const WELCOME: &str = "\
Averment: who did what to whom, when, and on whose word?
End a statement with `;`. :help lists the commands, Tab completes, :quit leaves.
";

/// What the built-in fixtures can be asked.
const QUESTIONS: &str = "\
Try:
  MATCH (a:Agency)-[:TOOK]->(x)-[:TARGETS]->({name: 'SenseTime'})
  RETURN a.name, x.id, x.on;

  MATCH (p:Paragraph)-[s:SUPPORTS]->[(x)-[:TARGETS]->({name: 'SenseTime'})]
  RETURN x.id, p.id, s.voice;

  MATCH (s:Statement)-[:DENIES]->(c:Claim) RETURN s.id, c.text;
";

/// The rows shown of a long answer; `:rows` sets another number.
const ROWS_SHOWN: usize = 200;

const IN_TRANSACTION: &str =
    "a transaction is open: :commit keeps what it has written; leaving once more drops it and leaves";

/// For another graph.
const NO_QUESTIONS: &str = "`:schema` shows what the graph has.\n";

/// Reads statements from a terminal until the input ends.
pub(crate) fn run(mut session: Session, cancel: CancelToken, database: Option<&str>) -> Result<ExitCode, Fault> {
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
    output::say(WELCOME)?;
    output::say(if database.is_none() { QUESTIONS } else { NO_QUESTIONS })?;
    let mut was_asked = false;
    loop {
        let then = next(&mut editor, &mut session)?;
        if then == Then::Leave && (was_asked || !session.is_in_transaction()) {
            break;
        }
        was_asked = then == Then::Leave;
        if was_asked {
            tell(&Fault::command(IN_TRANSACTION));
        }
    }
    if let Some(file) = &history {
        // A history that cannot be kept is no reason to fail.
        let _ = editor.save_history(file);
    }
    Ok(ExitCode::SUCCESS)
}

/// Does what is typed next.
fn next(editor: &mut Editor<Prompt, DefaultHistory>, session: &mut Session) -> Result<Then, Fault> {
    if let Some(prompt) = editor.helper_mut() {
        prompt.look_at(session);
    }
    let mark = if session.is_in_transaction() { "averment*> " } else { "averment> " };
    match editor.readline(mark) {
        Ok(text) => {
            if !text.trim().is_empty() {
                let _ = editor.add_history_entry(text.trim());
            }
            Ok(obey(session, &Input::from(text))?.0)
        }
        Err(ReadlineError::Interrupted) => {
            output::say("(:quit or Ctrl-D leaves)")?;
            Ok(Then::GoOn)
        }
        Err(ReadlineError::Eof) => Ok(Then::Leave),
        Err(error) => Err(unusable(&error)),
    }
}

/// `AVERMENT_HISTORY`, none if that is empty, or a file in the home folder.
fn history_file() -> Option<PathBuf> {
    if let Some(file) = env::var_os("AVERMENT_HISTORY") {
        return Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty());
    }
    env::var_os("HOME").map(|home| PathBuf::from(home).join(".averment_history"))
}

fn unusable(error: &ReadlineError) -> Fault {
    Fault::Input { code: "terminal", message: format!("the terminal cannot be used: {error}") }
}

#[cfg(test)]
mod tests {
    use averment::editing::statements;
    use averment::{Database, fixtures};

    use super::*;

    #[test]
    fn what_is_proposed_has_answers_and_fits_a_terminal() {
        let db = Database::in_memory();
        fixtures::load_all(&db).unwrap();
        let questions = QUESTIONS.trim_start_matches("Try:");
        let mut count = 0;
        for span in statements(questions) {
            let rows = db.query(span.of(questions), ()).unwrap().complete().unwrap();
            assert_eq!(rows.warnings().len(), 0, "{}", span.of(questions));
            assert!(rows.count() > 1, "{}", span.of(questions));
            count += 1;
        }
        assert_eq!(count, 3);
        for line in WELCOME.lines().chain(QUESTIONS.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
