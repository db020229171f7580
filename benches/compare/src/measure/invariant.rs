//! Whether what readers see is always the state of one commit: a writer moves amounts between accounts, and eight readers
//! sum them up by two statements of one transaction. The sum is always the same, or something is wrong.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::engine::{Failure, Safety, Store};
use crate::graph::Chance;
use crate::table::Table;

const READERS: usize = 8;
const ACCOUNTS: u32 = 64;
const BALANCE: i64 = 1000;
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Counted {
    is_over: AtomicBool,
    sums: AtomicU64,
    wrong: AtomicU64,
    commits: AtomicU64,
}

pub(crate) fn measure(ask: &Ask) -> Result<(), Failure> {
    let title = format!("{READERS} readers and a writer, {} s each", ask.long.as_secs());
    let mut table = Table::new(&title, &["engine", "commits", "sums", "wrong sums"]);
    for engine in &ask.engines {
        let place = tempfile::tempdir_in(&ask.folder)?;
        let store = engine.create(&place.path().join("database"), Safety::Synced)?;
        let counted = run(&*store, ask.long)?;
        let counts = [counted.commits, counted.sums, counted.wrong].map(|count| count.into_inner().to_string());
        table.row(std::iter::once(engine.name().to_owned()).chain(counts));
    }
    table.print();
    Ok(())
}

fn run(store: &dyn Store, long: Duration) -> Result<Counted, Failure> {
    store.session()?.add_accounts(i64::from(ACCOUNTS), BALANCE)?;
    let counted = Counted::default();
    thread::scope(|scope| {
        let mut threads: Vec<_> = (0..READERS).map(|_| scope.spawn(|| sum(store, &counted))).collect();
        threads.push(scope.spawn(|| write(store, &counted)));
        let result = checkpoint_until(store, Instant::now() + long);
        counted.is_over.store(true, Ordering::Relaxed);
        let joined = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        joined.fold(result, Result::and)
    })?;
    Ok(counted)
}

fn sum(store: &dyn Store, counted: &Counted) -> Result<(), Failure> {
    let mut session = store.session()?;
    while !counted.is_over.load(Ordering::Relaxed) {
        let (below, above) = session.sums(i64::from(ACCOUNTS / 2))?;
        let is_wrong = below + above != i64::from(ACCOUNTS) * BALANCE;
        counted.sums.fetch_add(1, Ordering::Relaxed);
        counted.wrong.fetch_add(u64::from(is_wrong), Ordering::Relaxed);
    }
    Ok(())
}

fn write(store: &dyn Store, counted: &Counted) -> Result<(), Failure> {
    let mut session = store.session()?;
    let mut chance = Chance::new(6);
    while !counted.is_over.load(Ordering::Relaxed) {
        let from = chance.below(ACCOUNTS / 2);
        let to = ACCOUNTS / 2 + chance.below(ACCOUNTS / 2);
        let amount = i64::from(chance.below(100)) - 50;
        session.transfer(from.into(), to.into(), amount)?;
        counted.commits.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn checkpoint_until(store: &dyn Store, end: Instant) -> Result<(), Failure> {
    while Instant::now() < end {
        thread::sleep(CHECKPOINT_EVERY.min(end.saturating_duration_since(Instant::now())));
        store.checkpoint()?;
    }
    Ok(())
}
