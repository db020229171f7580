//! The REPL without a terminal: the statements and commands on standard input are answered one by one; a fault in one
//! does not stop the rest.

use std::io::{self, BufRead};
use std::process::ExitCode;

use averment::editing::is_complete;

use super::obey::{Then, obey, tell};
use crate::Fault;
use crate::session::Session;

/// Answers the statements and commands on standard input one by one.
pub(crate) fn run(mut session: Session) -> Result<ExitCode, Fault> {
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
