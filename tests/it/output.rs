//! What the binary writes: to whom, what a terminal may see, and what becomes of output that cannot be written.

use std::fs::File;
use std::process::{Command as Process, Stdio};

use crate::cli::{BINARY, run};

/// Some panicked, and help was no error.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    use std::io::Write;
    let cases: [(&[&str], &str); 8] = [
        (&["completions", "bash"], ""),
        (&["man"], ""),
        (&["--help"], ""),
        (&["query", "RETURN 1"], ""),
        (&["fixtures", "show", "registry"], ""),
        (&["serve", "--stdio"], "{}\n"),
        (&[":memory:"], ":help\n"),
        (&[":memory:"], ":param x => 1\n"),
    ];
    for (args, input) in cases {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut child = Process::new(BINARY);
        child.args(args).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        // A child that does not read has ended.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {err}");
        assert!(err.starts_with("error[io]: cannot write to standard output: "), "{args:?}: {err}");
    }
}

#[test]
fn a_fault_that_cannot_be_told_is_still_a_fault() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Process::new(BINARY).args(["query", "RETURN nope"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

/// A lone `[` was left, or rows without an end.
#[test]
fn json_is_whole_or_not_there() {
    let late = "UNWIND range(1, 5000) AS x RETURN 1 / (5000 - x) AS y";
    run(&["query", "-d", ":memory:", "-f", "json", late], "").fails("division-by-zero");
}

#[test]
fn what_would_steer_a_terminal_is_shown_as_it_is_written() {
    let query = "RETURN 'a\\n\\t\\u001b[31m\\u202eb' AS `x\\u001b\ny`";
    for format in ["table", "vertical", "markdown"] {
        let shown = run(&["query", "-d", ":memory:", "-f", format, query], "").out;
        let one = if format == "markdown" { "\\\\" } else { "\\" };
        let value = ["a", "n", "t", "u001B[31m", "u202Eb"].join(one);
        assert!(shown.contains(&value), "{shown}");
        assert!(shown.contains(&format!("x{one}")) && shown.contains(&format!("{one}ny")), "{shown}");
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && !shown.contains('\t'), "{shown:?}");
    }
}
