//! How long queries take: a first pass over all parameters, then several more.

use std::hint::black_box;
use std::time::Instant;

use averment::{Database, Durability, Params, Prepared, Row, Value};
use serde_json::{Value as Json, json};

use crate::Failure;
use crate::job::Job;
use crate::process::{peak_memory_kib, processor_seconds};
use crate::say::{rows, say};

/// The rows of one question, as values.
pub(crate) type Answer = Vec<Vec<Value>>;

/// Later passes stop when they have taken so many times what one may take.
const ALL_PASSES: f64 = 1.5;

pub(crate) fn measure(job: &Job) -> Result<(), Failure> {
    let db = job.open(Durability::Synced)?;
    say(&json!({ "opened": true }));
    for query in job.queries() {
        if let Some(reason) = job.unsupported(query) {
            say(&json!({ "q": query, "unsupported": reason }));
            continue;
        }
        say(&json!({ "start": query }));
        say(&measure_one(job, &db, query).unwrap_or_else(|failure| told(query, &failure)));
    }
    say(&json!({ "end": true, "rss": peak_memory_kib() }));
    Ok(())
}

/// A procedure that does not exist is something that we cannot do; all else is a failure.
fn told(query: &str, failure: &Failure) -> Json {
    let is_missing =
        failure.downcast_ref::<averment::Error>().is_some_and(|error| error.detail() == "ProcedureNotFound");
    let member = if is_missing { "unsupported" } else { "error" };
    json!({ "q": query, member: failure.to_string() })
}

/// Runs a statement and takes all of its rows.
pub(crate) fn ask(db: &Database, statement: &Prepared, params: &Params) -> Result<Answer, Failure> {
    Ok(db.query(statement, params)?.map(|row| row.map(Row::into_values)).collect::<Result<_, _>>()?)
}

fn measure_one(job: &Job, db: &Database, query: &str) -> Result<Json, Failure> {
    let (statement, params) = (job.prepare(db, query)?, job.params(query)?);
    let started = Instant::now();
    let answers = first_pass(job, db, &statement, &params)?;
    let cold = started.elapsed().as_secs_f64() / answers.len() as f64;
    let warm = warm_passes(job, db, &statement, &params[..answers.len()])?;
    Ok(json!({
        "q": query, "ops": answers.len(), "of": params.len(), "cold_s": cold,
        "times": warm.seconds, "cpu": warm.processor_seconds, "rows": rows(&answers), "rss": peak_memory_kib(),
    }))
}

/// As far as the budget goes.
fn first_pass(job: &Job, db: &Database, statement: &Prepared, params: &[Params]) -> Result<Vec<Answer>, Failure> {
    let started = Instant::now();
    let mut answers = Vec::new();
    for params in params {
        answers.push(ask(db, statement, params)?);
        if started.elapsed().as_secs_f64() > job.budget_seconds() {
            break;
        }
    }
    Ok(answers)
}

/// What one question took in each pass.
#[derive(Default)]
struct Warm {
    seconds: Vec<f64>,
    processor_seconds: Vec<f64>,
}

fn warm_passes(job: &Job, db: &Database, statement: &Prepared, params: &[Params]) -> Result<Warm, Failure> {
    let mut warm = Warm::default();
    let (count, began) = (params.len() as f64, Instant::now());
    while warm.seconds.len() < job.repetitions() && began.elapsed().as_secs_f64() < job.budget_seconds() * ALL_PASSES {
        let (processor, started) = (processor_seconds(), Instant::now());
        for params in params {
            black_box(ask(db, statement, params)?);
        }
        warm.seconds.push(started.elapsed().as_secs_f64() / count);
        warm.processor_seconds.push((processor_seconds() - processor) / count);
    }
    Ok(warm)
}
