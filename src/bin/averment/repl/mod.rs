//! The REPL: statements over several lines, ended by `;`, and commands that begin with `:`.
//!
//! At a [`terminal`] lines are edited; where standard input is none, the same statements and commands are read from it
//! one by one ([`piped`]).

mod choices;
mod command;
mod complete;
mod editor;
mod input;
mod obey;
mod piped;
mod terminal;

pub(crate) use piped::run as run_piped;
pub(crate) use terminal::run;
