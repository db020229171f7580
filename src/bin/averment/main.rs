//! The command line: `averment` opens the REPL, subcommands do one thing each.
//!
//! Exit codes: 0 done, 1 a statement or the input was at fault, 2 the command line was, 130 interrupted.

mod args;
mod bar;
mod copies;
mod diff;
mod import;
mod limits;
mod mend;
mod output;
mod params;
mod progress;
mod repl;
mod serve;
mod session;
mod source;
mod style;
mod transaction;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use averment::{CancelToken, Database, Limits, Options, Params, Rows, Statement, fixtures, params};
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::{Args, Command, Fixtures, Format, near_command};
use crate::output::Output;
use crate::progress::Progress;
use crate::session::Session;
use crate::source::Opening;

fn main() -> ExitCode {
    let ended = match Args::try_read() {
        Ok(args) => run(args),
        Err(said) => said_of_arguments(said),
    };
    match ended {
        Ok(code) => code,
        Err(fault) if fault.is_broken_pipe() => ExitCode::SUCCESS,
        Err(fault) => {
            style::tell(&style::report(&fault.to_string(), style::on_errors()));
            ExitCode::FAILURE
        }
    }
}

/// Help, or what is wrong with the command line.
fn said_of_arguments(mut said: clap::Error) -> Result<ExitCode, Fault> {
    let mut words = env::args_os().skip(1).filter_map(|word| word.into_string().ok());
    let first = words.find(|word| !word.starts_with('-'));
    if said.kind() == ErrorKind::UnknownArgument
        && let Some(near) = first.and_then(|word| near_command(&word))
    {
        said.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near]));
    }
    said.print().and_then(|()| io::stdout().flush())?;
    Ok(u8::try_from(said.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn run(args: Args) -> Result<ExitCode, Fault> {
    let cancel = CancelToken::new();
    let limits = args.limits.limits(&cancel);
    let output = match args.format() {
        Ok(format) => Output::asked_for(format, args.output),
        Err(said) => return said_of_arguments(said),
    };
    let plain = match args.options() {
        Ok(options) => options,
        Err(said) => return said_of_arguments(said),
    };
    let options = source::with_files(plain.clone(), args.files.as_deref(), Options::any_files);
    let opening = Opening { options, limits, is_read_only: args.read_only };
    let open = |name: Option<String>| source::open(name.as_deref(), &opening);
    match args.command {
        None => converse(args.database.as_deref(), output, opening, cancel),
        Some(Command::Query { statement, ask }) => {
            let (text, params) = (source::statement(&statement)?, params::read(&ask)?);
            let statement = ask.message.into_iter().fold(Statement::from(text), Statement::message);
            answer(output, &open(ask.database.or(args.database))?, statement, params)
        }
        Some(Command::Run { file, ask }) => {
            let (script, params) = (source::read_file(&file)?, params::read(&ask)?);
            run_script(output, &open(ask.database.or(args.database))?, &script, &params, ask.message.as_deref())
        }
        Some(Command::Create { folder, graphs }) => {
            source::create(&folder, &graphs, &opening.options)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Dump { dumped, output: to }) => match args.output.dump_form(to.as_deref()) {
            Ok(form) => {
                copies::dump(
                    &source::open(Some(&dumped), &Opening { is_read_only: true, ..opening })?,
                    form,
                    to.as_deref(),
                )?;
                Ok(ExitCode::SUCCESS)
            }
            Err(said) => said_of_arguments(said),
        },
        Some(Command::Export { exported, output: to, base }) => match args.output.export_form(to.as_deref()) {
            Ok(form) => {
                let db = source::open(Some(&exported), &Opening { is_read_only: true, ..opening })?;
                match copies::export(&db, form, &base, to.as_deref())? {
                    Some(what) => told(output, &what),
                    None => Ok(ExitCode::SUCCESS),
                }
            }
            Err(said) => said_of_arguments(said),
        },
        Some(Command::Restore { file, folder }) => told(output, &copies::restore(&file, &folder, opening.options)?),
        Some(Command::Import(args)) => told(output, &import::import(&args, opening.options)?),
        Some(Command::Diff(args)) => diff::diff(output, &args, opening),
        Some(Command::Backup { folder, target }) => told(output, &copies::back_up(&folder, &target)?),
        Some(Command::Vacuum { folder }) => told(output, &copies::vacuum(&folder, opening.options)?),
        Some(Command::Check { folder, last }) => mend::check(&folder, last),
        Some(Command::Salvage { folder, new }) => mend::salvage(&folder, &new),
        Some(Command::Log { database }) => log(output, &open(database.or(args.database))?),
        Some(Command::Keep { database, keep }) => {
            if database.is_dir() {
                source::open_folder(&database, opening.options.keep_commits(keep))?;
            } else {
                session::set_keep(&database, keep)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Schema { database }) => schema(output, &open(database.or(args.database))?),
        Some(Command::Functions { text }) => functions(output, text.as_deref().unwrap_or("")),
        Some(Command::Serve { stdio: _, database }) => {
            let options = source::with_files(plain, args.files.as_deref(), |options| options);
            serve::run(&source::open(database.or(args.database).as_deref(), &Opening { options, ..opening })?)
        }
        Some(Command::Fixtures(command)) => built_in(output, command, opening.limits),
        Some(Command::Completions { shell }) => {
            // Made whole before it is written: a fault of the output is no business of who makes it.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "averment", &mut script);
            print(&script)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Args::command()).render(&mut page)?;
            print(&page)
        }
    }
}

/// The end of a command that has nothing else to say, and says it to people.
fn told(output: Output, what: &str) -> Result<ExitCode, Fault> {
    if output.format == Format::Table {
        output::say(what)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Answers what is typed, or what stands on standard input.
fn converse(database: Option<&str>, output: Output, opening: Opening, cancel: CancelToken) -> Result<ExitCode, Fault> {
    let db = source::open(database, &opening).map_err(|fault| misspelt(fault, database))?;
    let mut session = Session::new(db, output, opening, cancel.clone());
    session.own(database);
    if io::stdin().is_terminal() { repl::run(session, cancel, database) } else { repl::run_piped(session) }
}

/// A database that cannot be read may be a command that is misspelt.
fn misspelt(fault: Fault, database: Option<&str>) -> Fault {
    match (fault, database.and_then(near_command)) {
        (Fault::Input { code, message }, Some(near)) => {
            Fault::Input { code, message: format!("{message}; did you mean the command `{near}`?") }
        }
        (fault, _) => fault,
    }
}

fn print(text: &[u8]) -> Result<ExitCode, Fault> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Answers one statement.
fn answer(output: Output, db: &Database, statement: Statement, params: Params) -> Result<ExitCode, Fault> {
    let progress = Progress::start();
    let written = output.print_awaited(db.query(statement, params)?, progress)?;
    Ok(done(db, written.has_changed))
}

/// Runs a script in one transaction and prints each answer that has columns.
fn run_script(
    output: Output,
    db: &Database,
    script: &str,
    params: &Params,
    message: Option<&str>,
) -> Result<ExitCode, Fault> {
    let answers = {
        let _progress = Progress::start();
        if db.is_read_only() { db.run_with(script, params)? } else { write_script(db, script, params, message)? }
    };
    let mut has_changed = false;
    for rows in answers {
        has_changed |= output.print(rows)?.has_changed;
    }
    Ok(done(db, has_changed))
}

fn write_script(db: &Database, script: &str, params: &Params, message: Option<&str>) -> Result<Vec<Rows>, Fault> {
    let mut transaction = db.write()?;
    transaction.set_message(message.unwrap_or(""))?;
    let answers = transaction.run_with(script, params)?;
    transaction.commit()?;
    Ok(answers)
}

/// The end of a command that runs statements; what they wrote in memory does not outlive it.
fn done(db: &Database, has_changed: bool) -> ExitCode {
    if has_changed && db.is_in_memory() {
        style::tell(
            "note: the graph is in memory only, what was written is gone; the REPL keeps it by `:save FILE.jsonl`",
        );
    }
    ExitCode::SUCCESS
}

fn log(output: Output, db: &Database) -> Result<ExitCode, Fault> {
    output.print(db.query(LOG, ())?)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) const LOG: &str = "SHOW COMMITS";

pub(crate) const SCHEMA: [&str; 2] = ["CALL db.schema.labels()", "CALL db.schema.patterns()"];

fn schema(output: Output, db: &Database) -> Result<ExitCode, Fault> {
    for statement in SCHEMA {
        output.print(db.query(statement, ())?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn functions(output: Output, text: &str) -> Result<ExitCode, Fault> {
    let db = Database::in_memory();
    let ask = |what: &str| {
        let statement = format!(
            "SHOW {what} YIELD signature, description \
             WHERE toLower(signature + ' ' + description) CONTAINS toLower($text)"
        );
        db.query(statement, params! { "text" => text })
    };
    let mut is_found = false;
    for what in ["FUNCTIONS", "PROCEDURES"] {
        if ask(what)?.next().is_some() {
            output.print(ask(what)?)?;
            is_found = true;
        }
    }
    if !is_found {
        if !output.is_for_people() {
            output.print(ask("FUNCTIONS")?)?;
        }
        style::tell(&format!("no function or procedure has `{text}` in its signature or description"));
    }
    Ok(ExitCode::SUCCESS)
}

fn built_in(output: Output, command: Fixtures, limits: Limits) -> Result<ExitCode, Fault> {
    match command {
        Fixtures::List => {
            let db = Database::in_memory();
            let list: Vec<averment::Value> = fixtures::names().map(averment::Value::from).collect();
            output.print(db.query("UNWIND $names AS name RETURN name", params! { "names" => list })?)?;
        }
        Fixtures::Show { name } => return print(fixtures::script(&name)?.as_bytes()),
        Fixtures::Load { names, into } => {
            let name = if names.is_empty() { None } else { Some(":memory:") };
            let db = source::open(name, &Opening { limits, ..Opening::default() })?;
            names.iter().try_for_each(|name| fixtures::load(&db, name))?;
            if into == Path::new("-") {
                let out = io::BufWriter::new(io::stdout().lock());
                db.save_jsonl(out).map_err(|error| source::graph_fault("standard output", error))?;
            } else {
                let counts = session::save(&db, &into)?;
                if output.format == Format::Table {
                    output::say(counts)?;
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What ends a command.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{}", .0.report())]
    Statement(#[from] averment::Error),
    #[error("error[io]: cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    #[error("error[{code}]: {message}")]
    Input { code: &'static str, message: String },
    /// What a database has refused, and where it came from.
    #[error("error[{code}]: {message}")]
    Refused { code: String, message: String },
}

impl Fault {
    /// A command of a session that cannot be done.
    fn command(message: impl Into<String>) -> Self {
        Fault::Input { code: "command", message: message.into() }
    }

    /// A reader that has seen enough is no error.
    fn is_broken_pipe(&self) -> bool {
        matches!(self, Fault::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
