//! The cost of one operation on one graph.

use std::time::Duration;

use averment::{Database, Params, Prepared, params};
use cpu_time::ProcessTime;

use crate::MEMORY;
use crate::graph::Chance;
use crate::operation::{After, Operation};

/// What one run takes: processor time, and memory beside the graph and beside what is given back at once.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub seconds: f64,
    pub bytes: f64,
}

/// Turns of each operation, of which the quickest counts: what else runs on the machine only adds.
const TURNS: usize = 5;

/// A turn repeats the operation for so long at least,
const TURN: Duration = Duration::from_millis(15);

/// but not more often than so many times.
const MOST_RUNS: u32 = 20_000;

/// The cost of something that is repeated; `once` does it, and gives the time that counts.
pub(crate) fn cost_of(mut once: impl FnMut() -> Duration) -> Cost {
    once();
    let bytes = bytes_of(|| {
        once();
    });
    let seconds = (0..TURNS).map(|_| turn(&mut once)).fold(f64::INFINITY, f64::min);
    Cost { seconds, bytes }
}

fn turn(once: &mut impl FnMut() -> Duration) -> f64 {
    let (mut sum, mut runs) = (Duration::ZERO, 0);
    while sum < TURN && runs < MOST_RUNS {
        sum += once();
        runs += 1;
    }
    sum.as_secs_f64() / f64::from(runs)
}

/// How much memory is in use at the most, beyond what was before.
#[expect(clippy::cast_precision_loss, reason = "a measurement")]
pub(crate) fn bytes_of(act: impl FnOnce()) -> f64 {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    act();
    MEMORY.peak_usage().saturating_sub(before) as f64
}

/// The processor time of all threads of the process.
pub(crate) fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let started = ProcessTime::now();
    let done = act();
    (done, started.elapsed())
}

/// Statements on a database whose ids are 0 to `ids` - 1. Of what is measured together: reads are quick, so their time is
/// taken of many at once.
pub(crate) fn statement_cost(db: &Database, ids: u32, operation: &Operation) -> Cost {
    let db = db.fork();
    if let Some(before) = operation.before {
        db.query(before, ()).expect("what comes before is right");
    }
    let prepared = db.prepare(operation.text).unwrap_or_else(|error| panic!("{}", error.report()));
    let mut given = Given { chance: Chance::new(3), ids, new: i64::from(ids) + 1_000_000_000 };
    match operation.after {
        After::Nothing => read_cost(&db, &prepared, &mut given),
        After::Statement(text) => {
            let after = db.prepare(text).unwrap_or_else(|error| panic!("{}", error.report()));
            cost_of(|| {
                let params = given.next();
                let ((), time) = timed(|| run(&db, &prepared, &params));
                run(&db, &after, &params);
                time
            })
        }
        After::RollBack => cost_of(|| {
            let params = given.next();
            let act = || {
                let mut transaction = db.write().expect("nobody else writes");
                transaction.query(&prepared, &params).expect("the statement runs");
            };
            timed(act).1
        }),
    }
}

/// So many reads are timed together.
const READS: u32 = 20;

fn read_cost(db: &Database, prepared: &Prepared, given: &mut Given) -> Cost {
    let one = given.next();
    let bytes = bytes_of(|| run(db, prepared, &one));
    let (_, alone) = timed(|| run(db, prepared, &one));
    if alone > TURN {
        let seconds = (1..TURNS).map(|_| timed(|| run(db, prepared, &given.next())).1).min().expect("some turns");
        return Cost { seconds: seconds.as_secs_f64(), bytes };
    }
    let many = cost_of(|| {
        let params: Vec<Params> = (0..READS).map(|_| given.next()).collect();
        timed(|| params.iter().for_each(|params| run(db, prepared, params))).1
    });
    Cost { seconds: many.seconds / f64::from(READS), bytes }
}

fn run(db: &Database, statement: &Prepared, params: &Params) {
    let rows = db.query(statement, params).unwrap_or_else(|error| panic!("{}: {}", statement.text(), error.report()));
    rows.for_each(|row| drop(row.expect("a row")));
}

/// What parameters are.
struct Given {
    chance: Chance,
    ids: u32,
    new: i64,
}

impl Given {
    fn next(&mut self) -> Params {
        self.new += 1;
        let mut id = || i64::from(self.chance.below(self.ids));
        params! { "id" => id(), "other" => id(), "new" => self.new }
    }
}
