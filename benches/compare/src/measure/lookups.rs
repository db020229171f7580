//! How long small questions take on the generated graph: a person by id, who is next to them, and who is next to those.

use std::time::{Duration, Instant};

use crate::ask::Ask;
use crate::engine::{Failure, Session};
use crate::graph::Chance;
use crate::machine::processor_time;
use crate::prepared_graph;
use crate::spread::Spread;
use crate::table::Table;

/// How often each question is asked in a turn, each time of somebody else, unless that takes too long.
const TIMES: usize = 10_000;

/// After so long a turn ends.
const LONGEST: Duration = Duration::from_secs(2);

const LEAST_WEIGHT: i64 = 250;

const AGE: i64 = 50;

type Question = fn(&mut dyn Session, i64) -> Result<i64, Failure>;

const QUESTIONS: &[(&str, Question)] = &[
    ("by id", |session, id| session.age(id)),
    ("1 hop, two conditions", |session, id| session.neighbours(id, LEAST_WEIGHT, AGE)),
    ("2 hops, distinct", |session, id| session.neighbours_of_neighbours(id, AGE)),
];

pub(crate) fn measure(ask: &Ask) -> Result<(), Failure> {
    let (nodes, rels) = prepared_graph::sizes(ask.scale);
    let mut sessions = Vec::new();
    for engine in &ask.engines {
        let mut session = engine.open(&prepared_graph::folder_of(*engine, ask)?)?.session()?;
        session.take_memory()?;
        sessions.push(session);
    }
    let names: Vec<&str> = QUESTIONS.iter().map(|(name, _)| *name).collect();
    let title = format!("Processor time of one question on {nodes} nodes and {rels} relationships, prepared (µs)");
    let mut table = Table::new(&title, &[&["engine"], names.as_slice()].concat());
    let mut found = vec![vec![Vec::new(); QUESTIONS.len()]; sessions.len()];
    // The first round brings pages into memory.
    for round in 0..=ask.rounds {
        for (index, (name, question)) in QUESTIONS.iter().enumerate() {
            let turns = sessions.iter_mut().map(|session| turn(session.as_mut(), *question, nodes));
            let turns = turns.collect::<Result<Vec<_>, _>>()?;
            if turns.iter().any(|turn| !turn.agrees_with(&turns[0])) {
                return Err(format!("not all engines answer the same to `{name}`").into());
            }
            if round > 0 {
                turns.iter().zip(&mut found).for_each(|(turn, found)| found[index].push(turn.micros));
            }
        }
    }
    for (engine, found) in ask.engines.iter().zip(found) {
        let cells = found.into_iter().map(|micros| Spread::of(micros).tell(2));
        table.row(std::iter::once(engine.name().to_owned()).chain(cells));
    }
    table.print();
    Ok(())
}

struct Turn {
    /// Of one question.
    micros: f64,
    /// In the order of those who were asked about.
    answers: Vec<i64>,
}

impl Turn {
    /// As far as both went.
    fn agrees_with(&self, other: &Self) -> bool {
        self.answers.iter().zip(&other.answers).all(|(one, other)| one == other)
    }
}

/// Asks a question of people who are the same in each turn.
fn turn(session: &mut dyn Session, question: Question, nodes: u32) -> Result<Turn, Failure> {
    let mut chance = Chance::new(5);
    let (began, started, mut answers) = (Instant::now(), now(), Vec::with_capacity(TIMES));
    while answers.len() < TIMES && began.elapsed() < LONGEST {
        // Not the node that a fifth of all relationships begin at.
        let id = i64::from(1 + chance.below(nodes - 1));
        answers.push(question(session, id)?);
    }
    let micros = now().saturating_sub(started).as_secs_f64() * 1e6 / answers.len() as f64;
    Ok(Turn { micros, answers })
}

/// The processor time of this thread, or that of the clock where the system does not tell.
fn now() -> Duration {
    static STARTED: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    processor_time().unwrap_or_else(|| STARTED.elapsed())
}
