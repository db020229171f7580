//! Doing what a text asks for: statements and commands, wherever they come from.

use averment::editing::statements;

use super::command;
use crate::session::Session;
use crate::{Fault, style};

/// Whether a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    Leave,
}

/// Does what a text asks for, statement by statement; tells whether all of it went well. Only broken output is an
/// error.
pub(super) fn obey(session: &mut Session, text: &str) -> Result<(Then, bool), Fault> {
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

pub(super) fn tell(fault: &Fault) {
    eprintln!("{}", style::report(&fault.to_string(), style::on_errors()));
}
