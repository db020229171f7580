//! The REPL: statements over several lines, ended by `;`, and commands that begin with `:`.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use averment::Database;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Editor, Helper, Highlighter, Hinter};

use crate::Fault;
use crate::answer;

const WELCOME: &str = "\
Averment: who did what to whom, when, and on whose word?
End a statement with `;`. :help lists the commands, :quit leaves.

Try:
  MATCH (a:Agency)-[:TOOK]->(x:Action)-[:TARGETS]->(c:Company {name: 'SenseTime'}) RETURN a.name, x.id;
  MATCH (x:Action)-[:TARGETS]->(c:Company {name: 'SenseTime'}), (p:Paragraph)-[s:SUPPORTS]->[(x)-[:TARGETS]->(c)] RETURN x.id, p.id, s.voice;
  MATCH (s:Statement)-[:DENIES]->(c:Claim) RETURN s.id, c.text;
";

const HELP: &str = "\
:help     this page
:schema   labels, relationship types and property keys of the graph
:quit     leave (Ctrl-D)

A statement ends with `;` and may take several lines. EXPLAIN before it shows its plan, PROFILE runs and measures it.
";

/// Reads statements until the input ends.
pub(crate) fn run(db: &Database) -> Result<ExitCode, Fault> {
    let mut editor: Editor<Prompt, DefaultHistory> = Editor::new().map_err(|error| unusable(&error))?;
    editor.set_helper(Some(Prompt));
    let history = history_file();
    if let Some(file) = &history {
        // The first session has none.
        let _ = editor.load_history(file);
    }
    println!("{WELCOME}");
    loop {
        match editor.readline("averment> ") {
            Ok(text) => {
                if !text.trim().is_empty() {
                    let _ = editor.add_history_entry(text.trim());
                }
                if !obey(db, text.trim())? {
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

/// Does what a line asks for; false to leave.
fn obey(db: &Database, text: &str) -> Result<bool, Fault> {
    match text.trim_end_matches(';').trim_end() {
        "" => {}
        ":quit" | ":exit" | ":q" => return Ok(false),
        ":help" | ":h" | ":?" => println!("{HELP}"),
        ":schema" => {
            for statement in ["SHOW LABELS", "SHOW RELATIONSHIP TYPES", "SHOW PROPERTY KEYS"] {
                answer_one(db, statement)?;
            }
        }
        command if command.starts_with(':') => {
            println!("unknown command `{command}`; :help lists them");
        }
        _ => {
            let started = Instant::now();
            answer_one(db, text)?;
            println!("{:.1} ms", started.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(true)
}

/// Prints an answer or an error; only a broken terminal ends the session.
fn answer_one(db: &Database, text: &str) -> Result<(), Fault> {
    let answered = db.query(text, ()).map_err(Fault::from).and_then(answer::print);
    match answered {
        Ok(_) => Ok(()),
        Err(Fault::Statement(error)) => {
            println!("{}", error.report());
            Ok(())
        }
        Err(other) => Err(other),
    }
}

/// Decides when a statement is complete.
#[derive(Helper, Completer, Hinter, Highlighter)]
struct Prompt;

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input().trim();
        let complete = text.is_empty() || text.starts_with(':') || averment::is_complete(text);
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
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
