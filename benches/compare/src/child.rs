//! What is measured in a process of its own: the program calls itself with [`WORD`] before what it is to do.

use std::process::{Command, Stdio};

use crate::engine::Failure;
use crate::measure;

/// No measurement has this name.
pub(crate) const WORD: &str = "in-a-new-process";

/// Does it, in the new process.
pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    match words {
        [what, engine, folder] if what == "open" => measure::open::in_new_process(engine, folder),
        [what, rest @ ..] if what == "readers" => measure::readers::in_new_process(rest),
        _ => Err(format!("not to be called so: {words:?}").into()),
    }
}

/// Has it done in a new process, and gives what that has printed.
pub(crate) fn ask(words: &[&str]) -> Result<String, Failure> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).arg(WORD).args(words).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the process for {words:?} ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The numbers in the first line of an answer.
pub(crate) fn numbers(line: &str) -> Result<Vec<f64>, Failure> {
    Ok(line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}
