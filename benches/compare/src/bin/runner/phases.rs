//! The phases that do one thing.

use std::time::Instant;

use averment::Durability;
use serde_json::json;

use crate::Failure;
use crate::job::Job;
use crate::load;
use crate::process::{folder_bytes, memory_now_kib, peak_memory_kib, processor_seconds};
use crate::query::ask;
use crate::say::{rows, say};

pub(crate) fn load(job: &Job) -> Result<(), Failure> {
    let started = Instant::now();
    load::load(&job.workload, &job.database)?;
    say(&json!({
        "q": "q15", "ops": 1, "times": [started.elapsed().as_secs_f64()], "cpu": [processor_seconds()],
        "disk": folder_bytes(&job.database)?, "rss": peak_memory_kib(), "version": "this tree",
    }));
    Ok(())
}

/// Opens the database and asks the first question of all.
pub(crate) fn reopen(job: &Job) -> Result<(), Failure> {
    let params = job.params("q1")?;
    let first = params.first().ok_or("`q1` is asked with nothing")?;
    let started = Instant::now();
    let db = job.open(Durability::Synced)?;
    let opened = started.elapsed().as_secs_f64();
    let answer = ask(&db, &job.prepare(&db, "q1")?, first)?;
    let answered = started.elapsed().as_secs_f64();
    say(&json!({
        "q": "q16", "ops": 1, "open_s": opened, "times": [answered], "rows": rows(&[answer]), "rss": memory_now_kib(),
    }));
    Ok(())
}

/// Prints the text and the plan of each query.
pub(crate) fn explain(job: &Job) -> Result<(), Failure> {
    let db = job.open(Durability::Synced)?;
    for query in job.queries() {
        match job.prepare(&db, query) {
            Ok(prepared) => println!("## {query}\n\n{}\n\n{}", prepared.text(), prepared.explain()),
            Err(failure) => println!("## {query}\n\n{failure}\n"),
        }
    }
    Ok(())
}
