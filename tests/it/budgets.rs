//! Hostile queries, each in a process of its own: they stop at the limit of their statement, the session goes on, and the
//! process has never held more than twice the memory that the statement may. `tests/budgets` has them and tells of them.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::{Case, read};

const MIB: u64 = 1 << 20;

/// What a statement may hold, in every case.
const BUDGET_MIB: u64 = 64;

const TIMEOUT: Duration = Duration::from_secs(1);

/// Long enough for a statement that ends at all, on a busy machine.
const HANGS_AFTER: Duration = Duration::from_secs(40);

#[test]
fn bytes_bound_every_query() {
    hold_within("memory.case", &[]);
}

#[test]
fn rows_bound_every_query() {
    hold_within("rows.case", &["--max-rows", "20000"]);
}

#[test]
fn time_bounds_every_query() {
    hold_within("time.case", &["--timeout", &format!("{}s", TIMEOUT.as_secs())]);
}

/// Runs the cases of a file side by side and tells what each has taken.
fn hold_within(file: &str, limits: &[&str]) {
    let only = std::env::var("AVERMENT_CASE").unwrap_or_default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/budgets").join(file);
    let mut cases = read(&fs::read_to_string(&path).unwrap(), &path);
    cases.retain(|case| case.title.contains(&only) && !(cfg!(debug_assertions) && case.section("slow").is_some()));
    let (open, faults) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    let work = || {
        let next = || open.lock().unwrap().next();
        while let Some(case) = next() {
            let begun = Instant::now();
            let peak = peak_of(case, limits);
            match peak.and_then(|peak| peak.judged()) {
                Ok(said) => println!("{said:>8} {:>7.1?} {}", begun.elapsed(), case.title),
                Err(fault) => faults.lock().unwrap().push(format!("{}: {fault}", case.title)),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {} cases of {file} fail\n{}", faults.len(), cases.len(), faults.join("\n"));
}

/// The most memory that a process has held, where the system says it.
struct Peak(Option<u64>);

impl Peak {
    /// What there is to say of it.
    fn judged(&self) -> Result<String, String> {
        match self.0 {
            None => Ok("skipped".to_owned()),
            Some(bytes) if bytes > 2 * BUDGET_MIB * MIB => Err(format!("the process held {} MiB", bytes / MIB)),
            Some(bytes) => Ok(format!("{} MiB", bytes / MIB)),
        }
    }

    #[cfg(target_os = "linux")]
    fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        Self(Some(kib.unwrap().parse::<u64>().unwrap() << 10))
    }

    #[cfg(not(target_os = "linux"))]
    fn of(_: u32) -> Self {
        Self(None)
    }
}

/// The last answer of a session, by which it is seen that it goes on.
const MARK: &str = "the session goes on";

/// Asks the query of a case, and one behind it; what the session has taken then.
fn peak_of(case: &Case, limits: &[&str]) -> Result<Peak, String> {
    let folder = tempfile::tempdir().unwrap();
    write_tables(folder.path());
    let errors = folder.path().join("errors");
    let budget = format!("{BUDGET_MIB}MiB");
    let mut session = Command::new(program())
        .current_dir(folder.path())
        .args([":memory:", "-f", "jsonl", "--max-memory", &budget])
        .args(limits)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(&errors).unwrap())
        .spawn()
        .unwrap();
    let input = ask(&mut session, case);
    let said = mark_in_output(&mut session).recv_timeout(HANGS_AFTER);
    // The session waits for more, so what it has taken is all there is.
    let peak = said.is_ok().then(|| Peak::of(session.id()));
    drop(input);
    if peak.is_none() {
        session.kill().unwrap();
    }
    session.wait().unwrap();
    match said {
        Err(RecvTimeoutError::Timeout) => return Err("it does not end".to_owned()),
        Err(RecvTimeoutError::Disconnected) => return Err("the session has ended".to_owned()),
        Ok(()) => {}
    }
    let errors = fs::read_to_string(&errors).unwrap();
    let codes: Vec<&str> = errors.lines().filter(|line| line.starts_with("error[")).collect();
    match codes.as_slice() {
        [code] if code.starts_with("error[limit-exceeded]") => Ok(peak.expect("there is one where the mark was said")),
        [] => Err("it stays within its limits".to_owned()),
        codes => Err(codes.join("; ")),
    }
}

/// The tables that cases read.
fn write_tables(folder: &Path) {
    fs::write(folder.join("line.csv"), "x".repeat(8 << 20)).unwrap();
    fs::write(folder.join("lines.csv"), "a,b,c\n".repeat(2000)).unwrap();
}

fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin("averment")
}

/// Sends all of a case, and keeps the input open.
fn ask(session: &mut Child, case: &Case) -> ChildStdin {
    let mut input = session.stdin.take().unwrap();
    let params = case.section("params").unwrap_or("").lines().filter_map(|line| line.split_once(':'));
    let graph = case.section("graph").map_or(String::new(), |graph| format!("{};\n", graph.trim()));
    let query = case.section("query").unwrap().trim();
    params.for_each(|(name, value)| writeln!(input, ":param {name} => {value}").unwrap());
    write!(input, "{graph}{query};\nRETURN '{MARK}' AS mark;\n").unwrap();
    input
}

/// Sends when the session has said the mark; ends where it has ended.
fn mark_in_output(session: &mut Child) -> Receiver<()> {
    let output = session.stdout.take().unwrap();
    let (outbox, said) = channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        if lines.any(|line| line.contains(MARK)) {
            let _ = outbox.send(());
            lines.for_each(drop);
        }
    });
    said
}
