//! Doing what a text asks for: statements and commands, wherever they come from.

use averment::editing::statements;

use super::command;
use super::input::Input;
use crate::session::Session;
use crate::{Fault, style};

/// Whether a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    Leave,
}

/// Does what an input asks for, statement by statement; tells whether all of it went well. Only broken output is an
/// error.
pub(super) fn obey(session: &mut Session, input: &Input) -> Result<(Then, bool), Fault> {
    if command::is_command(input.text()) {
        return match obey_command(session, input) {
            Ok(then) => Ok((then, true)),
            Err(fault) => forgive(fault).map(|()| (Then::GoOn, false)),
        };
    }
    let mut answered = true;
    for span in statements(input.text()) {
        let piece = input.piece(span.start as usize..span.end as usize);
        if let Err(fault) = piece.and_then(|statement| session.answer(statement)) {
            forgive(fault)?;
            answered = false;
        }
    }
    Ok((Then::GoOn, answered))
}

fn obey_command(session: &mut Session, input: &Input) -> Result<Then, Fault> {
    let line = input.piece(0..input.text().len())?.trim();
    command::obey(session, line.trim_end_matches(';').trim_end())
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
    style::tell(&style::report(&fault.to_string(), style::on_errors()));
}
