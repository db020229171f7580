//! The command line: `averment` opens the REPL, subcommands do one thing each.
//!
//! Exit codes: 0 done, 1 the statement or the input was at fault, 2 the command line was.

#![expect(clippy::print_stdout, reason = "the REPL speaks on standard output")]

mod answer;
mod args;
mod repl;
mod serve;
mod source;
mod table;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(fault) if fault.is_broken_pipe() => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Fault> {
    match args.command {
        None if io::stdin().is_terminal() => repl::run(&source::open(args.database.as_deref())?),
        None => answer::run_script(&source::open(args.database.as_deref())?, &source::read_input()?),
        Some(Command::Query { statement, param, database }) => {
            let text = source::statement(&statement)?;
            answer::query(&source::open(database.or(args.database).as_deref())?, &text, &param)
        }
        Some(Command::Run { file, database }) => {
            answer::run_script(&source::open(database.or(args.database).as_deref())?, &source::read_file(&file)?)
        }
        Some(Command::Serve { stdio: _, database }) => serve::run(&source::open(database.as_deref())?),
    }
}

/// What ends a command.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{}", .0.report())]
    Statement(#[from] averment::Error),
    #[error("error[io]: {0}")]
    Output(#[from] io::Error),
    #[error("error[{code}]: {message}")]
    Input { code: &'static str, message: String },
}

impl Fault {
    /// A reader that has seen enough is no error.
    fn is_broken_pipe(&self) -> bool {
        matches!(self, Fault::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
