//! How long a reader waits for its answer, alone and beside a writer and checkpoints, and whether memory stays as it is.
//!
//! Each run has a process of its own, so that what one has left in memory is not counted for another.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::child;
use crate::engine::{Failure, Session, Store};
use crate::engines;
use crate::graph::{Chance, Generated};
use crate::machine::resident_bytes;
use crate::prepared_graph;
use crate::spread::Durations;
use crate::table::Table;

/// The graph is a tenth of the large one: it is made anew for each run, since the writer changes it.
const SMALLER: u32 = 10;

/// Of these the writer moves amounts.
const ACCOUNTS: u32 = 64;

const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// So often memory is looked at.
const PARTS: u32 = 10;

const COLUMNS: &[&str] = &[
    "engine",
    "beside",
    "p50 (µs)",
    "p99",
    "p99.9",
    "most",
    "lookups",
    "commits",
    "checkpoints",
    "memory at each tenth (MB)",
];

pub(crate) fn measure(ask: &Ask) -> Result<(), Failure> {
    let (nodes, rels) = prepared_graph::sizes(ask.scale.saturating_mul(SMALLER));
    let seconds = ask.long.as_secs().to_string();
    let title = format!("A reader's lookup and hop on {nodes} nodes and {rels} relationships, {seconds} s each");
    let mut table = Table::new(&title, COLUMNS);
    let graph = Generated::new(nodes, rels);
    for engine in &ask.engines {
        for beside in ["nobody", "writer"] {
            let place = tempfile::tempdir_in(&ask.folder)?;
            let folder = place.path().join("database");
            engine.create_graph(&folder, &graph)?;
            let folder = folder.to_str().ok_or("the folder's name is no text")?;
            let told = child::ask(&["readers", engine.name(), folder, &nodes.to_string(), &seconds, beside])?;
            let cells = told.trim().split('\t').map(str::to_owned);
            table.row([engine.name().to_owned(), beside.to_owned()].into_iter().chain(cells));
        }
    }
    table.print();
    Ok(())
}

/// What the threads of a run tell each other.
#[derive(Default)]
struct Shared {
    is_over: AtomicBool,
    commits: AtomicU64,
    checkpoints: AtomicU64,
}

impl Shared {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

/// Runs, and prints what there is to tell, with tabs between.
pub(crate) fn in_new_process(words: &[String]) -> Result<(), Failure> {
    let [engine, folder, nodes, seconds, beside] = words else { return Err("five words are needed".into()) };
    let store = engines::named(engine)?.open(Path::new(folder))?;
    let (nodes, long) = (nodes.parse()?, Duration::from_secs(seconds.parse()?));
    store.session()?.add_accounts(i64::from(ACCOUNTS), 1000)?;
    let shared = Shared::default();
    let (latencies, memory) = thread::scope(|scope| {
        let reader = scope.spawn(|| until_over(&shared, || read(store.session()?, nodes, &shared)));
        let beside = (beside == "writer").then(|| {
            let writer = scope.spawn(|| until_over(&shared, || write(&*store, &shared)));
            (writer, scope.spawn(|| until_over(&shared, || checkpoint(&*store, &shared))))
        });
        let memory = watch_memory(long, &shared);
        if let Some((writer, checkpoints)) = beside {
            writer.join().expect("no thread panics")?;
            checkpoints.join().expect("no thread panics")?;
        }
        Ok::<_, Failure>((reader.join().expect("no thread panics")?, memory))
    })?;
    tell(&latencies, &memory, &shared);
    Ok(())
}

/// Whoever fails ends the run for all.
fn until_over<T>(shared: &Shared, act: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    act().inspect_err(|_| shared.is_over.store(true, Ordering::Relaxed))
}

fn read(mut session: Box<dyn Session>, nodes: u32, shared: &Shared) -> Result<Durations, Failure> {
    let mut chance = Chance::new(3);
    let mut latencies = Durations::default();
    while !shared.is_over() {
        // Not the node that a fifth of all relationships begin at.
        let id = i64::from(1 + chance.below(nodes - 1));
        let started = Instant::now();
        session.age_and_neighbours(id)?;
        latencies.add(started.elapsed());
    }
    Ok(latencies)
}

fn write(store: &dyn Store, shared: &Shared) -> Result<(), Failure> {
    let mut session = store.session()?;
    let mut chance = Chance::new(4);
    while !shared.is_over() {
        let from = chance.below(ACCOUNTS);
        let to = (from + 1 + chance.below(ACCOUNTS - 1)) % ACCOUNTS;
        session.transfer(from.into(), to.into(), 1)?;
        shared.commits.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn checkpoint(store: &dyn Store, shared: &Shared) -> Result<(), Failure> {
    let mut last = Instant::now();
    while !shared.is_over() {
        thread::sleep(Duration::from_millis(50));
        if last.elapsed() >= CHECKPOINT_EVERY {
            store.checkpoint()?;
            shared.checkpoints.fetch_add(1, Ordering::Relaxed);
            last = Instant::now();
        }
    }
    Ok(())
}

/// The memory in use at the end of each part of the run, which is over then.
fn watch_memory(long: Duration, shared: &Shared) -> Vec<u64> {
    let started = Instant::now();
    let mut memory = Vec::new();
    for part in 1..=PARTS {
        while started.elapsed() < long * part / PARTS && !shared.is_over() {
            thread::sleep(Duration::from_millis(10));
        }
        memory.push(resident_bytes());
    }
    shared.is_over.store(true, Ordering::Relaxed);
    memory
}

fn tell(latencies: &Durations, memory: &[u64], shared: &Shared) {
    let micros = |duration: Duration| format!("{:.1}", duration.as_secs_f64() * 1e6);
    let memory: Vec<String> = memory.iter().map(|bytes| (bytes / 1_000_000).to_string()).collect();
    let cells = [
        micros(latencies.quantile(0.5)),
        micros(latencies.quantile(0.99)),
        micros(latencies.quantile(0.999)),
        micros(latencies.most()),
        latencies.count().to_string(),
        shared.commits.load(Ordering::Relaxed).to_string(),
        shared.checkpoints.load(Ordering::Relaxed).to_string(),
        memory.join(" "),
    ];
    println!("{}", cells.join("\t"));
}
