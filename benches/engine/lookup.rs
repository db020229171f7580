//! What is sought anew for each row, without an index: each form beside the hash join that gives the same.

use averment::Database;
use criterion::Criterion;

const JOIN: &str = "MATCH (a:A), (b:B) WHERE a.id = b.id RETURN count(*)";

const FORMS: [(&str, &str); 7] = [
    ("hash join", JOIN),
    ("EXISTS", "MATCH (a:A) WHERE EXISTS { MATCH (b:B {id: a.id}) } RETURN count(*)"),
    ("COUNT", "MATCH (a:A) RETURN sum(COUNT { MATCH (b:B {id: a.id}) })"),
    ("COLLECT", "MATCH (a:A) RETURN sum(size(COLLECT { MATCH (b:B {id: a.id}) RETURN b }))"),
    ("OPTIONAL MATCH", "MATCH (a:A) OPTIONAL MATCH (b:B {id: a.id}) RETURN count(b)"),
    ("CALL", "MATCH (a:A) CALL (a) { MATCH (b:B {id: a.id}) RETURN b } RETURN count(b)"),
    ("MATCH", "MATCH (a:A) MATCH (b:B {id: a.id}) RETURN count(b)"),
];

pub(crate) fn correlated(criterion: &mut Criterion, count: u32) {
    let db = Database::in_memory();
    let filled = format!("UNWIND range(1, {count}) AS i CREATE (:A {{id: i}}), (:B {{id: i}})");
    db.query(&filled, ()).expect("a commit");
    let mut group = criterion.benchmark_group(format!("{count} rows, each with its own lookup"));
    group.sample_size(20);
    for (name, text) in FORMS {
        let statement = db.prepare(text).expect("the statement is right");
        let ask = || db.query(&statement, ()).expect("an answer").single::<i64>().expect("a number");
        assert_eq!(ask(), i64::from(count), "all forms give the same");
        group.bench_function(name, |bencher| bencher.iter(ask));
    }
    group.finish();
}

pub(crate) fn merges(criterion: &mut Criterion, count: u32) {
    let mut group = criterion.benchmark_group(format!("MERGE of {count} nodes"));
    group.sample_size(10);
    for (name, verb) in [("new ones", "MERGE"), ("floor: CREATE", "CREATE")] {
        let text = format!("UNWIND range(1, {count}) AS i {verb} (:P {{id: i}})");
        group.bench_function(name, |bencher| {
            bencher.iter(|| Database::in_memory().query(&text, ()).expect("a commit"));
        });
    }
    group.finish();
}
