//! What `names.lookup` finds among a million made names, and how quickly; plain edit distance over the same names beside it.
//!
//! `cargo bench --bench names` makes them, `AVERMENT_NAMES=20000` fewer. The names, the 200 forms by five rules and the 200
//! strangers are of fixed seeds (`made.rs`), `AVERMENT_SEED=2` has others. Where `AVERMENT_SHARED` says where the lists of OFAC and
//! BIS are, the same is asked of real names and their recombinations. `AVERMENT_NAMES_TELL=1` tells what was not found, and
//! which strangers were.

#![expect(clippy::print_stdout, reason = "this is how it tells what it has measured")]
#![allow(dead_code, reason = "a test uses the rest")]

mod made;
mod real;

use std::time::{Duration, Instant};

use averment::{Database, Error, Params, Prepared, Value, params};

use made::{Listed, Made, Quality, by_edits, forms, names, recombined, recombined_strangers, strangers};
use real::real_names;

/// The least score at which `names.lookup` takes a name for another one.
const LEAST: f64 = 0.75;

/// Edit distance to a million names takes seconds, so it is asked for about so many of the forms: each sixth of 200, which are
/// of all five rules in turn.
const MOST_BY_EDITS: usize = 30;

/// Of more names put together of real ones every part is a name too, so that nobody is a stranger: each has all words of some name.
const MOST_RECOMBINED: usize = 200_000;

fn main() -> Result<(), Error> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let count = number("AVERMENT_NAMES").and_then(|count| usize::try_from(count).ok()).unwrap_or(1_000_000);
    let seed = number("AVERMENT_SEED").unwrap_or(1);
    println!("made names, seed {seed}");
    measure(&Pool::made(count, seed))?;
    if let Some(real) = real_names()? {
        println!("{} real names and their recombinations, seed {seed}", real.len());
        measure(&Pool::recombined(count.min(MOST_RECOMBINED), seed, &real))?;
    }
    Ok(())
}

/// Names, and what is asked of them.
struct Pool {
    made: Vec<Made>,
    forms: Vec<(&'static str, usize, String)>,
    strangers: Vec<String>,
}

impl Pool {
    fn made(count: usize, seed: u64) -> Self {
        let made = names(count, 3 * seed - 2);
        let forms = forms(200, 3 * seed - 1, &made);
        let strangers = strangers(200, 3 * seed, &Listed::of(&made));
        Self { made, forms, strangers }
    }

    /// Of recombined names many differ in a word, so a form that is as much another one is not asked for.
    fn recombined(count: usize, seed: u64, real: &[String]) -> Self {
        let made = recombined(count, 3 * seed - 2, real);
        let listed = Listed::of(&made);
        let mut forms = forms(600, 3 * seed - 1, &made);
        forms.retain(|(_, whose, text)| listed.alike(text).iter().all(|found| found == whose));
        forms.truncate(200);
        let strangers = recombined_strangers(200, 3 * seed, real, &listed);
        Self { made, forms, strangers }
    }
}

fn measure(Pool { made, forms, strangers }: &Pool) -> Result<(), Error> {
    let count = made.len();
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
    let found = Quality::of(forms, strangers, |name| {
        let started = Instant::now();
        let found = first(&db, &lookup, name);
        times.push(started.elapsed());
        found
    });
    println!("names.lookup: {found}; {}", told(&mut times));
    if std::env::var_os("AVERMENT_NAMES_TELL").is_some() {
        tell_mistaken(&db, strangers)?;
    }

    let share = (count / 20_000).clamp(1, forms.len() / MOST_BY_EDITS);
    let some = |count: usize| (0..count).step_by(share);
    let some_forms: Vec<_> = some(forms.len()).map(|at| forms[at].clone()).collect();
    let some_strangers: Vec<_> = some(strangers.len()).map(|at| strangers[at].clone()).collect();
    let mut times = Vec::new();
    let found = Quality::of(&some_forms, &some_strangers, |name| {
        let started = Instant::now();
        let found = by_edits(made, name, LEAST);
        times.push(started.elapsed());
        found
    });
    println!("Levenshtein:  {found}; {}", told(&mut times));
    Ok(())
}

/// Tells which strangers were taken for somebody, and why.
fn tell_mistaken(db: &Database, strangers: &[String]) -> Result<(), Error> {
    let why = "CALL names.lookup($name, {limit: 1}) YIELD name, score, how, tokens \
               RETURN [name, score, how, [t IN tokens | t.text + '~' + coalesce(t.name, '-') + ':' + toString(round(t.score, 2))]]";
    let why = db.prepare(why)?;
    for stranger in strangers {
        for row in db.query(&why, params! { "name" => stranger.as_str() })?.into_vec::<Value>()? {
            println!("  {stranger}: {row}");
        }
    }
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
