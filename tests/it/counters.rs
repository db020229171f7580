//! What statements look at and copy stays within bounds as the graph grows: no clock is asked. `tests/counters` has the
//! cases and tells of them.

use std::fs;
use std::path::{Path, PathBuf};

use averment::{Database, Params, Prepared, Rows, Statement, Value, params};

use crate::cases::{Case, read};
use crate::peak::peak_bytes_of;

const SIZES: [i64; 3] = [100, 1_000, 10_000];

#[test]
fn reading_touches_no_more_than_it_has_to() {
    stay_within("reading.case");
}

#[test]
fn writing_copies_no_more_than_it_has_to() {
    stay_within("writing.case");
}

fn stay_within(file: &str) {
    let only = std::env::var("AVERMENT_CASE").unwrap_or_default();
    let path = folder().join(file);
    let mut cases = read(&fs::read_to_string(&path).unwrap(), &path);
    cases.retain(|case| case.title.contains(&only));
    let mut faults = Vec::new();
    for size in SIZES {
        let graph = Sized::new(size);
        for case in &cases {
            match graph.check(case) {
                Ok(said) => println!("{size:>6} {said} {}", case.title),
                Err(fault) => faults.push(format!("{}, of size {size}: {fault}", case.title)),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counters")
}

/// The graph of one size, and the parameters that go with it.
struct Sized {
    db: Database,
    params: Params,
}

impl Sized {
    fn new(size: i64) -> Self {
        let db = Database::in_memory();
        let script = fs::read_to_string(folder().join("graph.cypher")).unwrap();
        db.run_with(&script, params! { "n" => size }).unwrap_or_else(|error| panic!("{}", error.report()));
        // Somewhere in the middle, and on no page that other tests of small graphs would do with.
        Self { db, params: params! { "n" => size, "id" => size * 7 / 10 } }
    }

    /// What the statement took, if it is no more than it may be.
    fn check(&self, case: &Case) -> Result<String, String> {
        let query = case.section("query").ok_or("there is no query")?.trim();
        let answered = self.answer_of(query);
        if let Some(expected) = case.section("answer") {
            let expected = self.value_of(expected);
            if answered.values != [expected.to_string()] {
                return Err(format!("the answer is {:?}, not {expected}", answered.values));
            }
        }
        let bytes = self.bytes_of(query);
        let mut judged = Vec::new();
        for (section, found) in [("rows", answered.rows), ("bytes", bytes)] {
            let Some(most) = case.section(section).map(|most| self.number_of(most)) else { continue };
            if found > most {
                return Err(format!("{found} {section}, and no more than {most} are wanted\n{}", answered.plan));
            }
            judged.push(format!("{found:>7} of {most:>7} {section}"));
        }
        if judged.is_empty() { Err("nothing is expected of this case".to_owned()) } else { Ok(judged.join(", ")) }
    }

    fn answer_of(&self, query: &str) -> Answered {
        let text = format!("PROFILE {query}");
        let mut rows =
            self.db.fork().query(text.as_str(), &self.params).unwrap_or_else(|error| panic!("{}", error.report()));
        let values = rows.by_ref().flat_map(|row| row.unwrap().into_values()).map(|value| value.to_string()).collect();
        let plan = rows.profile().expect("a profile").to_owned();
        Answered { values, rows: rows_in(&plan), plan }
    }

    /// What a statement that has run before holds at most, on a graph of which every page is held elsewhere too.
    fn bytes_of(&self, query: &str) -> u64 {
        let prepared = self.db.prepare(query).unwrap();
        run(&self.db.fork(), &prepared, &self.params);
        let fresh = self.db.fork();
        peak_bytes_of(|| run(&fresh, &prepared, &self.params)).try_into().unwrap()
    }

    fn value_of(&self, expression: &str) -> Value {
        let text = format!("RETURN {}", expression.trim());
        self.db
            .query(text.as_str(), &self.params)
            .and_then(Rows::single)
            .unwrap_or_else(|error| panic!("{}", error.report()))
    }

    fn number_of(&self, expression: &str) -> u64 {
        let Value::Integer(number) = self.value_of(expression) else { panic!("`{expression}` is no whole number") };
        number.try_into().unwrap()
    }
}

struct Answered {
    values: Vec<String>,
    rows: u64,
    plan: String,
}

/// What all operators of a profile have given.
fn rows_in(plan: &str) -> u64 {
    let counted = plan.lines().filter_map(|line| line.split_once("[rows "));
    counted.map(|(_, rows)| rows.split_once(',').unwrap().0.parse::<u64>().unwrap()).sum()
}

fn run(db: &Database, prepared: &Prepared, params: &Params) {
    let rows = db.query(Statement::new(prepared), params).unwrap();
    rows.for_each(|row| drop(row.unwrap()));
}
