//! What `names.lookup` finds among a million made names, and how quickly; plain edit distance over the same names beside it.
//!
//! `cargo bench --bench names` makes them, `AVERMENT_NAMES=20000` fewer. The names, the 200 forms by five rules and the 200
//! strangers are of fixed seeds (`made.rs`).

#![expect(clippy::print_stdout, reason = "this is how it tells what it has measured")]
#![allow(dead_code, reason = "a test uses the rest")]

mod made;

use std::time::{Duration, Instant};

use averment::{Database, Error, Params, Prepared, Value, params};

use made::{Quality, by_edits, forms, names, strangers};

/// The least score at which `names.lookup` takes a name for another one.
const LEAST: f64 = 0.75;

/// Edit distance to a million names takes seconds, so it is asked for about so many of the forms: each sixth of 200, which are
/// of all five rules in turn.
const MOST_BY_EDITS: usize = 30;

fn main() -> Result<(), Error> {
    let count = std::env::var("AVERMENT_NAMES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let made = names(count, 1);
    let forms = forms(200, 2, &made);
    let strangers = strangers(200, 3, &made);
    let db = Database::in_memory();
    let started = Instant::now();
    let numbered: Vec<(usize, &str)> = made.iter().map(|made| made.name.as_str()).enumerate().collect();
    for some in numbered.chunks(20_000) {
        let rows: Vec<Value> = some
            .iter()
            .map(|(number, name)| {
                Value::from(vec![Value::from(i64::try_from(*number).unwrap_or(0)), Value::from(*name)])
            })
            .collect();
        let statement = "UNWIND $rows AS row CREATE (:Party {number: row[0], name: row[1]})";
        db.query(statement, Params::from_iter([("rows", Value::from(rows))]))?;
    }
    println!("{count} names, written in {:.1} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    db.query("CREATE NAME INDEX parties FOR (n) ON EACH [n.name]", ())?;
    println!("indexed in {:.1} s", started.elapsed().as_secs_f64());

    let lookup = db.prepare("CALL names.lookup($name, {limit: 1}) YIELD node RETURN node.number")?;
    let mut times = Vec::new();
    let found = Quality::of(&forms, &strangers, |name| {
        let started = Instant::now();
        let found = first(&db, &lookup, name);
        times.push(started.elapsed());
        found
    });
    println!("names.lookup: {found}; {}", told(&mut times));

    let share = (count / 20_000).clamp(1, forms.len() / MOST_BY_EDITS);
    let some = |count: usize| (0..count).step_by(share);
    let some_forms: Vec<_> = some(forms.len()).map(|at| forms[at].clone()).collect();
    let some_strangers: Vec<_> = some(strangers.len()).map(|at| strangers[at].clone()).collect();
    let mut times = Vec::new();
    let found = Quality::of(&some_forms, &some_strangers, |name| {
        let started = Instant::now();
        let found = by_edits(&made, name, LEAST);
        times.push(started.elapsed());
        found
    });
    println!("Levenshtein:  {found}; {}", told(&mut times));
    Ok(())
}

fn first(db: &Database, lookup: &Prepared, name: &str) -> Option<usize> {
    let rows = db.query(lookup, params! { "name" => name }).expect("a lookup");
    let numbers: Vec<i64> = rows.into_vec().expect("numbers");
    numbers.first().and_then(|number| usize::try_from(*number).ok())
}

fn told(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
    format!("median {:.2} ms, 90 % below {:.2} ms, at most {:.2} ms", at(50), at(90), at(100))
}
