//! A process that is killed as it commits: whoever opens the database next finds every commit that was acknowledged.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use averment::{Database, Durability, Options};

/// Where the process that is killed writes.
const FOLDER: &str = "AVERMENT_KILLED_FOLDER";

/// Before the number of a commit that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";

/// Even rounds sync each commit. What was only given to the system outlives the process all the same.
fn options(round: u64) -> Options {
    Database::options().durability(if round.is_multiple_of(2) { Durability::Synced } else { Durability::Buffered })
}

fn opened(folder: &Path, round: u64) -> Database {
    options(round).open(folder).unwrap_or_else(|error| panic!("round {round}: {error}"))
}

/// Commits for ever, with checkpoints beside it, and says so.
#[test]
#[ignore = "it is started, and killed, by the test behind it"]
fn commits_until_it_is_killed() {
    let Some(told) = env::var(FOLDER).ok() else { return };
    let (round, folder) = told.split_once(' ').unwrap();
    let db = opened(Path::new(folder), round.parse().unwrap());
    let checkpoints = db.clone();
    thread::spawn(move || {
        loop {
            checkpoints.checkpoint().unwrap();
            thread::sleep(Duration::from_millis(2));
        }
    });
    loop {
        let number = db.commit_number() + 1;
        let made = db.query(format!("CREATE (:A {{n: {number}, text: 'text {number}'}})"), ()).unwrap().commit_number();
        assert_eq!(made, number);
        println!("{ACKNOWLEDGED}{number}");
        std::io::stdout().flush().unwrap();
    }
}

/// Kills a process so long after it has acknowledged a first commit; gives the last one that it acknowledged.
fn last_acknowledged(folder: &Path, round: u64, after: Duration) -> u64 {
    let mut process = begun("killed::commits_until_it_is_killed", FOLDER, &format!("{round} {}", folder.display()));
    let out = BufReader::new(process.stdout.take().unwrap());
    let (began, begins) = mpsc::channel();
    let reader = thread::spawn(move || {
        let numbers = out.split(b'\n').map_while(Result::ok).filter_map(|line| number_in(&line));
        numbers.inspect(|_| began.send(()).unwrap_or_default()).last()
    });
    begins.recv_timeout(Duration::from_secs(60)).expect("a commit is acknowledged");
    thread::sleep(after);
    process.kill().unwrap();
    process.wait().unwrap();
    reader.join().unwrap().expect("a commit was acknowledged")
}

/// A process of this program that runs one test and is told something.
pub(crate) fn begun(test: &str, name: &str, told: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).env(name, told);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// A line that was cut off tells of no commit, or of an earlier one.
fn number_in(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok()?;
    line.split_once(ACKNOWLEDGED)?.1.trim().parse().ok()
}

/// The last 100 commits are kept, and commit 0 as long as it is one of them.
fn check_past(db: &Database) {
    let last = db.commit_number();
    let oldest = (last + 1).saturating_sub(100);
    assert!(db.kept_commits().into_iter().eq(oldest..=last), "{:?}", db.kept_commits());
    for number in [oldest, u64::midpoint(oldest, last)] {
        let counted = db.query(format!("AT COMMIT {number} MATCH (a:A) RETURN count(a)"), ()).unwrap();
        assert_eq!(counted.single::<u64>().unwrap(), number);
    }
}

/// `AVERMENT_CASES` sets how many processes are killed, `AVERMENT_SEED` when.
#[test]
fn a_process_that_is_killed_has_lost_nothing_that_it_acknowledged() {
    let set = |name: &str, usual: u64| env::var(name).ok().map_or(usual, |text| text.parse().unwrap());
    let (rounds, seed) = (set("AVERMENT_CASES", 5), set("AVERMENT_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    drop(Database::create(&path).unwrap());
    for round in 0..rounds {
        let after = Duration::from_micros((seed + round).wrapping_mul(7_919) % 60_000);
        let acknowledged = last_acknowledged(&path, round, after);
        let report = Database::check(&path, |_| ()).unwrap();
        assert_eq!(report.damage, [], "round {round}");
        let db = opened(&path, round);
        let number = db.commit_number();
        assert!(number >= acknowledged, "round {round}: commit {acknowledged} is lost, {number} is the last one");
        let counted = "MATCH (a:A) WHERE a.text = 'text ' + a.n RETURN count(DISTINCT a.n), min(a.n), max(a.n)";
        let found: (i64, i64, i64) = db.query(counted, ()).unwrap().single().unwrap();
        let number = i64::try_from(number).unwrap();
        assert_eq!(found, (number, 1, number), "round {round}");
        check_past(&db);
        drop(db);
        assert_eq!(Database::check(&path, |_| ()).unwrap().unfinished, None, "round {round}: what was cut off is gone");
    }
}
