//! The REPL without a terminal: the statements and commands on standard input are answered one by one; a fault in one
//! does not stop the rest.

use std::io::{self, BufRead};
use std::process::ExitCode;

use averment::editing::is_complete;

use super::command::is_command;
use super::input::Input;
use super::obey::{Then, obey, tell};
use crate::session::Session;
use crate::{Fault, source};

/// Answers the statements and commands on standard input one by one.
pub(crate) fn run(mut session: Session) -> Result<ExitCode, Fault> {
    let mut lines = io::stdin().lock();
    let (mut input, mut line, mut failed) = (Input::default(), Vec::new(), false);
    loop {
        line.clear();
        let ended =
            lines.read_until(b'\n', &mut line).map_err(|error| source::unreadable("standard input", &error))? == 0;
        input.push_line(&line);
        let is_command = is_command(input.text());
        if ended || is_command || is_complete(input.text()) {
            let (then, answered) = obey(&mut session, &input)?;
            failed |= !answered;
            input.clear();
            if ended || then == Then::Leave {
                failed |= is_cut(&session);
                return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
            }
        }
    }
}

/// Whether the input ends before the transaction that it has begun; then says so.
fn is_cut(session: &Session) -> bool {
    if session.is_in_transaction() {
        tell(&Fault::command("the input ends within a transaction: what it has written is undone; :commit keeps it"));
    }
    session.is_in_transaction()
}
