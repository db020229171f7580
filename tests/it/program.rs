//! The program, run to its end in a folder.

use std::path::Path;

use assert_cmd::Command;

/// What it has said.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

pub(crate) fn averment(folder: &Path, args: &[&str], input: &str) -> Said {
    let output = Command::cargo_bin("averment").unwrap().current_dir(folder).args(args).write_stdin(input).output();
    let output = output.unwrap();
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}
