//! How long small commits take, one after the other.

use std::time::Instant;

use averment::{Database, Durability, Params, Prepared};
use serde_json::json;

use crate::Failure;
use crate::job::Job;
use crate::process::processor_seconds;
use crate::say::say;

/// Ids from here on are free.
const FIRST_NEW_ID: u64 = 2_000_000_000_000;

/// All commits may take so many times what a pass of a query may take.
const BUDGETS: f64 = 2.0;

pub(crate) fn measure(job: &Job) -> Result<(), Failure> {
    let (mode, durability) = match job.word("mode")? {
        "d" => ("q14d", Durability::Synced),
        "n" => ("q14n", Durability::Buffered),
        other => return Err(format!("there is no mode `{other}`").into()),
    };
    let db = job.open(durability)?;
    say(&json!({ "start": mode }));
    let line = match commits(job, &db) {
        Ok(done) => done.told(mode),
        Err(failure) => json!({ "q": mode, "error": failure.to_string() }),
    };
    say(&line);
    Ok(())
}

struct Done {
    /// From the shortest to the longest.
    seconds: Vec<f64>,
    /// Of one commit.
    processor_seconds: f64,
}

fn commits(job: &Job, db: &Database) -> Result<Done, Failure> {
    let statement = job.prepare(db, "q14")?;
    let count = job.number("n").map_or(200, |count| usize::try_from(count).unwrap_or(usize::MAX));
    let first_id = FIRST_NEW_ID + job.number("base").unwrap_or(0);
    let (processor, began) = (processor_seconds(), Instant::now());
    let mut seconds = Vec::new();
    for (id, params) in (first_id..).zip(job.params("q14")?.into_iter().take(count)) {
        seconds.push(commit(db, &statement, params, id)?);
        if began.elapsed().as_secs_f64() > job.budget_seconds() * BUDGETS {
            break;
        }
    }
    if seconds.is_empty() {
        return Err("there was nothing to commit".into());
    }
    let processor_seconds = (processor_seconds() - processor) / seconds.len() as f64;
    seconds.sort_by(f64::total_cmp);
    Ok(Done { seconds, processor_seconds })
}

fn commit(db: &Database, statement: &Prepared, mut params: Params, id: u64) -> Result<f64, Failure> {
    let number = id - FIRST_NEW_ID;
    params.insert("sid", i64::try_from(id)?);
    params.insert("text", format!("note {number}"));
    let started = Instant::now();
    db.query(statement, params)?;
    Ok(started.elapsed().as_secs_f64())
}

impl Done {
    fn told(&self, mode: &str) -> serde_json::Value {
        let count = self.seconds.len();
        json!({
            "q": mode, "ops": count, "times": [self.seconds.iter().sum::<f64>() / count as f64],
            "processor": self.processor_seconds, "p50": self.seconds[count / 2], "p99": self.seconds[count * 99 / 100],
        })
    }
}
