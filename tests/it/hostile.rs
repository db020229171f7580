//! Hostile text: queries of our own, damaged in every way a hand, a program or an enemy damages one.
//!
//! Each is parsed, planned and run under small limits on a fork of a fixture, reading and writing. It may be refused or
//! answered; it may not panic, hang, use up the memory or be refused in words that cannot be shown.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use averment::{Database, Error, Limits, Params, Phase, Value, fixtures};
use proptest::test_runner::RngSeed;

use crate::differential::config;
use crate::fuzzed::bodies::parser::fault_of;

mod mutation;

use mutation::{Chance, Corpus};

/// Long enough for any statement within the limits on a busy machine; what takes longer never ends.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// A stack as small as that of a thread of the standard library.
const STACK_BYTES: usize = 2 << 20;

/// What became of one text.
enum Verdict {
    Answered,
    /// Planned, and stopped on the way.
    Failed,
    Refused,
    /// A panic, or an error that does not read as one.
    Wrong(String),
}

#[test]
fn damaged_queries_are_answered_or_refused() {
    let config = config(7, 300);
    let RngSeed::Fixed(seed) = config.rng_seed else { unreachable!("the seed is fixed") };
    let corpus = Corpus::of_this_repository();
    let (texts, verdicts) = worker(params(&corpus));
    let mut chance = Chance::new(seed);
    let (mut answered, mut failed) = (0, 0);
    for _ in 0..config.cases {
        let text = corpus.damaged(&mut chance);
        texts.send(text.clone()).expect("the worker takes texts");
        match verdicts.recv_timeout(HANGS_AFTER) {
            Ok(Verdict::Answered) => answered += 1,
            Ok(Verdict::Failed) => failed += 1,
            Ok(Verdict::Refused) => {}
            Ok(Verdict::Wrong(what)) => panic!("{what}\n{text}"),
            Err(RecvTimeoutError::Timeout) => panic!("this does not end:\n{text}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the worker has died of this:\n{text}"),
        }
    }
    println!("{answered} of {} were answered, {failed} failed while they ran", config.cases);
    assert!(answered > config.cases / 10, "what is damaged too much reaches no run: {answered}");
}

/// A thread that is sent texts and sends back what became of each.
fn worker(params: Params) -> (Sender<String>, Receiver<Verdict>) {
    let (texts, inbox) = channel::<String>();
    let (outbox, verdicts) = channel();
    let work = move || {
        let base = base();
        // A stack that overflows kills the process without a word: the last text is kept outside.
        let last = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile-last.txt");
        for text in inbox {
            std::fs::write(&last, &text).expect("the folder of the tests can be written");
            if outbox.send(judged(&base, &text, &params)).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread starts");
    (texts, verdicts)
}

/// A small graph with what plans may use.
fn base() -> Database {
    let db = Database::in_memory();
    fixtures::load(&db, "2021-12-10-human-rights-sanctions").expect("the fixture loads");
    db.run("CREATE INDEX FOR (c:Company) ON (c.name); CREATE INDEX FOR (x:Action) ON (x.on)").expect("indexes");
    db.with_limits(Limits {
        max_rows: Some(20_000),
        max_bytes: Some(8 << 20),
        timeout: Some(Duration::from_millis(200)),
        ..Limits::default()
    })
}

/// A value for each parameter that the corpus names.
fn params(corpus: &Corpus) -> Params {
    let mut params = Params::new();
    for (index, name) in corpus.parameters().into_iter().enumerate() {
        let value = match index % 4 {
            0 => Value::from("SenseTime"),
            1 => Value::from(1),
            2 => Value::from(vec![Value::from(1), Value::from("a"), Value::Null]),
            _ => Value::Null,
        };
        params.insert(name, value);
    }
    params
}

fn judged(base: &Database, text: &str, params: &Params) -> Verdict {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&base.fork(), text, params)));
    match outcome {
        Ok(Ok(())) => Verdict::Answered,
        Ok(Err(error)) => match fault_of(&error, text) {
            None if error.phase() == Phase::Runtime => Verdict::Failed,
            None => Verdict::Refused,
            Some(fault) => Verdict::Wrong(fault),
        },
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            Verdict::Wrong(format!("a panic: {}", said.unwrap_or_default()))
        }
    }
}

fn run(db: &Database, text: &str, params: &Params) -> Result<(), Error> {
    db.prepare(text).map(|prepared| prepared.explain())?;
    let mut rows = db.query(text, params)?;
    for row in rows.by_ref() {
        row?.values().iter().for_each(|value| drop(value.to_string()));
    }
    assert!(rows.warnings().iter().all(|warning| !warning.message().contains('\n')), "a warning is one line");
    Ok(())
}
