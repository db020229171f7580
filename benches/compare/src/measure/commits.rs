//! Commits of one row in a second.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::engine::{Engine, Failure, Safety, Session};
use crate::machine::processor_time;
use crate::spread::Spread;
use crate::table::Table;

/// How many commit at once, where many do.
const THREADS: usize = 8;

/// What a plain file is given: about the size of a commit.
const APPENDED_BYTES: usize = 128;

const COLUMNS: &[&str] = &[
    "engine",
    "setting",
    "commits a second: median (least to most)",
    "the first one's are so many times as many",
    "processor time of one commit (µs)",
];

/// Everybody who takes turns: an engine and how safe its commits are, or a plain file, which tells what the disk and the
/// system take for themselves.
enum Turn {
    Engine(&'static dyn Engine, Safety),
    File { is_synced: bool },
}

pub(crate) fn one_thread(ask: &Ask) -> Result<(), Failure> {
    let mut turns = with(ask, &[Safety::Synced]);
    turns.push(Turn::File { is_synced: true });
    compare(ask, "Durable commits of one row, one thread", &turns, 1)
}

pub(crate) fn many_threads(ask: &Ask) -> Result<(), Failure> {
    compare(ask, &format!("Durable commits of one row, {THREADS} threads"), &with(ask, &[Safety::Synced]), THREADS)
}

pub(crate) fn buffered(ask: &Ask) -> Result<(), Failure> {
    let mut turns = with(ask, &[Safety::Buffered, Safety::Unsynced]);
    turns.push(Turn::File { is_synced: false });
    compare(ask, "Buffered commits of one row, one thread", &turns, 1)
}

fn with(ask: &Ask, safeties: &[Safety]) -> Vec<Turn> {
    let of = |safety: Safety| {
        let able = ask.engines.iter().filter(move |engine| engine.setting(safety).is_some());
        able.map(move |engine| Turn::Engine(*engine, safety))
    };
    safeties.iter().copied().flat_map(of).collect()
}

fn compare(ask: &Ask, title: &str, turns: &[Turn], threads: usize) -> Result<(), Failure> {
    let mut table = Table::new(title, COLUMNS);
    let mut made: Vec<Vec<Made>> = turns.iter().map(|_| Vec::new()).collect();
    for _ in 0..ask.rounds {
        for (turn, made) in turns.iter().zip(&mut made) {
            let place = tempfile::tempdir_in(&ask.folder)?;
            made.push(turn.run(place.path(), ask.turn, threads)?);
        }
    }
    let rates: Vec<Spread> = made.iter().map(|made| Spread::of(made.iter().map(Made::rate).collect())).collect();
    for ((turn, made), rate) in turns.iter().zip(&made).zip(&rates) {
        let processor = Spread::of(made.iter().map(Made::processor_micros).collect());
        let ratio = format!("{:.2}", rates[0].median / rate.median);
        table.row([turn.name().to_owned(), turn.setting().to_owned(), rate.tell(0), ratio, processor.tell(1)]);
    }
    table.print();
    Ok(())
}

/// What came of one turn.
struct Made {
    count: u64,
    wall: Duration,
    /// Of all threads that commit.
    processor: Duration,
}

impl Made {
    fn rate(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64()
    }

    fn processor_micros(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.count as f64
    }
}

impl Turn {
    fn name(&self) -> &'static str {
        match self {
            Self::Engine(engine, _) => engine.name(),
            Self::File { .. } => "a plain file",
        }
    }

    fn setting(&self) -> &'static str {
        match self {
            Self::Engine(engine, safety) => engine.setting(*safety).unwrap_or_default(),
            Self::File { is_synced: true } => "128 bytes appended, fdatasync",
            Self::File { is_synced: false } => "128 bytes appended",
        }
    }

    /// Commits to a new database as long as the turn lasts.
    fn run(&self, place: &Path, turn: Duration, threads: usize) -> Result<Made, Failure> {
        match self {
            Self::Engine(engine, safety) => {
                let store = engine.create(&place.join("database"), *safety)?;
                let sessions = (0..threads).map(|_| store.session()).collect::<Result<Vec<_>, _>>()?;
                together(sessions, turn)
            }
            Self::File { is_synced } => append(&place.join("file"), *is_synced, turn),
        }
    }
}

fn append(path: &Path, is_synced: bool, turn: Duration) -> Result<Made, Failure> {
    let mut file = File::create(path)?;
    let started = Instant::now();
    let (count, processor) = count_until(started + turn, |_| {
        file.write_all(&[7; APPENDED_BYTES])?;
        if is_synced {
            file.sync_data()?;
        }
        Ok(())
    })?;
    Ok(Made { count, wall: started.elapsed(), processor })
}

/// What all threads make together, from the moment at which all may begin until the last has ended: one that waits while
/// others have their way makes nothing, and the time counts.
fn together(sessions: Vec<Box<dyn Session>>, turn: Duration) -> Result<Made, Failure> {
    let barrier = Barrier::new(sessions.len() + 1);
    thread::scope(|scope| {
        let begin = |mut session: Box<dyn Session>| {
            let barrier = &barrier;
            scope.spawn(move || {
                let first = session.add_event(0);
                barrier.wait();
                first.and_then(|()| count_until(Instant::now() + turn, |number| session.add_event(number)))
            })
        };
        let threads: Vec<_> = sessions.into_iter().map(begin).collect();
        barrier.wait();
        let started = Instant::now();
        let mut made = Made { count: 0, wall: Duration::ZERO, processor: Duration::ZERO };
        for thread in threads {
            let (count, processor) = thread.join().expect("no thread panics")?;
            made.count += count;
            made.processor += processor;
        }
        Ok(Made { wall: started.elapsed(), ..made })
    })
}

/// How often something can be done until then, and the processor time that this took.
fn count_until(end: Instant, mut act: impl FnMut(i64) -> Result<(), Failure>) -> Result<(u64, Duration), Failure> {
    let before = processor_time();
    let mut count = 0;
    while Instant::now() < end {
        count += 1;
        act(count)?;
    }
    let taken = processor_time().zip(before).map_or(Duration::ZERO, |(after, before)| after.saturating_sub(before));
    Ok((count.cast_unsigned(), taken))
}
