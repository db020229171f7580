//! Averment in a workload that somebody else drives: a program of theirs starts this one for each phase,
//!
//! ```text
//! runner ENGINE PHASE WORKLOAD_FOLDER DATABASE ARGUMENT_AS_JSON
//! ```
//!
//! and reads lines from it that begin with `@` and go on as JSON. The phases are `load`, `reopen`, `query` and `write`;
//! `explain` prints the plans of the queries, for people. What is asked comes in the argument: this program knows no
//! workload.

mod job;
mod load;
mod phases;
mod process;
mod query;
mod say;
mod workload;
mod write;

use job::Job;

/// Whatever goes wrong ends the phase.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [_engine, phase, workload, database, argument] = words.as_slice() else {
        return Err("runner ENGINE PHASE WORKLOAD_FOLDER DATABASE ARGUMENT_AS_JSON".into());
    };
    let job = Job::read(workload, database, argument)?;
    match phase.as_str() {
        "load" => phases::load(&job),
        "reopen" => phases::reopen(&job),
        "query" => query::measure(&job),
        "write" => write::measure(&job),
        "explain" => phases::explain(&job),
        _ => Err(format!("there is no phase `{phase}`").into()),
    }
}
