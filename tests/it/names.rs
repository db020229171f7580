//! What `names.lookup` finds among many made names: the figures of `benches/names`, with fewer of them; and what no index, no
//! write and no limit changes about it.

use std::time::Duration;

use averment::{
    CancelToken, CustomProcedure, Database, ErrorKind, Params, Row, Rows, Statement, Value, WriteTransaction, params,
};
use proptest::prelude::*;

#[path = "../../benches/names/made.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod made;

use made::{Listed, Quality, by_edits, forms, names, strangers};

/// So many names, whose seeds are those of the bench.
const COUNT: usize = 20_000;

/// How many strangers may be taken for somebody, and how many names have to be right: in 200.
const MOST_MISTAKEN: usize = 4;
const LEAST_RIGHT: usize = 190;

#[test]
fn of_two_hundred_noisy_names_nearly_all_are_found_and_hardly_a_stranger_is() {
    let made = names(COUNT, 1);
    let (forms, strangers) = (forms(200, 2, &made), strangers(200, 3, &Listed::of(&made)));
    let db = Database::in_memory();
    let rows: Vec<Value> = made.iter().map(|made| Value::from(made.name.as_str())).collect();
    let create = "UNWIND range(0, size($names) - 1) AS i CREATE (:Party {number: i, name: $names[i]})";
    db.query(create, Params::from_iter([("names", Value::from(rows))])).unwrap();
    db.query("CREATE NAME INDEX FOR (n) ON EACH [n.name]", ()).unwrap();
    let lookup = db.prepare("CALL names.lookup($name, {limit: 1}) YIELD node RETURN node.number").unwrap();
    let found = Quality::of(&forms, &strangers, |name| {
        let numbers: Vec<i64> = db.query(&lookup, params! { "name" => name }).unwrap().into_vec().unwrap();
        numbers.first().map(|number| usize::try_from(*number).unwrap())
    });
    println!("names.lookup: {found}");
    assert_eq!(found.right().0, 200);
    assert!(found.right().1 >= LEAST_RIGHT, "{found}");
    assert!(found.mistaken <= MOST_MISTAKEN, "{found}");

    let fewer: Vec<_> = forms.iter().step_by(7).cloned().collect();
    let by_edits = Quality::of(&fewer, &[], |name| by_edits(&made, name, 0.75));
    println!("Levenshtein: {by_edits}");
    let share = |(all, right): (usize, usize)| right * 100 / all;
    assert!(share(found.right()) > share(by_edits.right()), "{found}; {by_edits}");
}

/// Words that are misspelt, in another script, put together, or what many are called.
const WORDS: [&str; 20] = [
    "Sense",
    "Time",
    "SenseTime",
    "SensTime",
    "Kaspersky",
    "Kasperski",
    "Lab",
    "Ivan",
    "Ivanov",
    "Ivanova",
    "Petrov",
    "Петров",
    "Trading",
    "Beijing",
    "商汤",
    "Ltd.",
    "OOO",
    "al",
    "5",
    "K.",
];

fn a_name() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..5).prop_map(|words| words.join(" "))
}

/// What comes of a name, with its score, among all and among those with a label.
fn answers(db: &Database, asked: &[String]) -> Vec<String> {
    let mut answers = Vec::new();
    for name in asked {
        for options in ["{min_score: 0.2, limit: 60}", "{min_score: 0.2, limit: 60, label: 'A'}"] {
            let text = format!(
                "CALL names.lookup($name, {options}) YIELD node, name, score, how, key RETURN id(node), name, score, how, key"
            );
            let rows: Vec<Row> = db.query(&*text, params! { "name" => name.as_str() }).unwrap().into_vec().unwrap();
            let told = |row: &Row| row.values().iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
            answers.extend(rows.iter().map(|row| format!("{name}: {}", told(row))));
        }
    }
    answers
}

fn index(db: &Database, label: &str) {
    db.query(&*format!("CREATE NAME INDEX names FOR (n{label}) ON EACH [n.name, n.aliases]"), ()).unwrap();
}

fn drop_index(db: &Database) {
    db.query("DROP INDEX names", ()).unwrap();
}

/// A change to one of the nodes, or a new one.
#[derive(Clone, Debug)]
enum Edit {
    Create(String),
    Rename(i64, String),
    Alias(i64, String),
    Relabel(i64),
    Delete(i64),
}

fn an_edit() -> impl Strategy<Value = Edit> {
    let which = 0..12_i64;
    prop_oneof![
        a_name().prop_map(Edit::Create),
        (which.clone(), a_name()).prop_map(|(which, name)| Edit::Rename(which, name)),
        (which.clone(), a_name()).prop_map(|(which, name)| Edit::Alias(which, name)),
        which.clone().prop_map(Edit::Relabel),
        which.prop_map(Edit::Delete),
    ]
}

impl Edit {
    fn make(&self, transaction: &mut WriteTransaction) {
        let (text, which, name) = match self {
            Self::Create(name) => ("CREATE (:A {name: $name})", 0, name.as_str()),
            Self::Rename(which, name) => ("MATCH (n {number: $which}) SET n.name = $name", *which, name.as_str()),
            Self::Alias(which, name) => {
                ("MATCH (n {number: $which}) SET n.aliases = [$name, 7]", *which, name.as_str())
            }
            Self::Relabel(which) => ("MATCH (n:A {number: $which}) REMOVE n:A SET n:B", *which, ""),
            Self::Delete(which) => ("MATCH (n {number: $which}) DELETE n", *which, ""),
        };
        transaction.query(text, params! { "which" => which, "name" => name }).unwrap();
    }
}

fn with_names(names: &[String]) -> Database {
    let db = Database::in_memory();
    db.query("CREATE (:Other {aliases: ['x']})", ()).unwrap();
    let names: Vec<Value> = names.iter().map(|name| Value::from(name.as_str())).collect();
    let create = "UNWIND range(0, size($names) - 1) AS i CREATE (n {number: i, name: $names[i]})
                  FOREACH (_ IN CASE WHEN i % 2 = 0 THEN [1] ELSE [] END | SET n:A)";
    db.query(create, Params::from_iter([("names", Value::from(names))])).unwrap();
    db
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn an_index_changes_no_answer(
        names in proptest::collection::vec(a_name(), 1..24),
        asked in proptest::collection::vec(a_name(), 1..3),
    ) {
        let db = with_names(&names);
        let by_scan = answers(&db, &asked);
        for label in ["", ":A"] {
            index(&db, label);
            prop_assert_eq!(&answers(&db, &asked), &by_scan, "by an index of (n{})", label);
            drop_index(&db);
        }
    }

    #[test]
    fn an_index_is_kept_by_what_is_committed_and_by_nothing_else(
        names in proptest::collection::vec(a_name(), 12),
        asked in proptest::collection::vec(a_name(), 1..3),
        transactions in proptest::collection::vec((proptest::collection::vec(an_edit(), 1..5), any::<bool>()), 1..4),
    ) {
        let db = with_names(&names);
        index(&db, "");
        for (edits, is_committed) in transactions {
            let before = answers(&db, &asked);
            let mut transaction = db.write().unwrap();
            for edit in &edits {
                edit.make(&mut transaction);
            }
            if is_committed {
                transaction.commit().unwrap();
            } else {
                drop(transaction);
                prop_assert_eq!(answers(&db, &asked), before);
            }
        }
        let kept = answers(&db, &asked);
        drop_index(&db);
        prop_assert_eq!(answers(&db, &asked), kept);
    }
}

#[test]
fn a_lookup_and_a_reconcile_end_with_their_time_and_when_they_are_cancelled() {
    let db = with_names(&names(2_000, 1).into_iter().map(|made| made.name).collect::<Vec<_>>());
    let token = CancelToken::new();
    let stop = token.clone();
    db.register(CustomProcedure::new("my.stop", &[], &[("n", "INTEGER")], move |_| {
        stop.cancel();
        Ok(vec![vec![Value::from(1_i64)]])
    }))
    .unwrap();
    let asked = |statement: Statement| db.query(statement, ()).and_then(Rows::single::<i64>).unwrap_err().kind();
    for call in ["names.lookup('Beijing Trading', {})", "names.reconcile({})"] {
        let text = format!("CALL {call} YIELD score RETURN count(*)");
        assert_eq!(asked(Statement::new(&text).timeout(Duration::from_millis(5))), ErrorKind::Limit, "{call}");
        let text = format!("CALL my.stop() YIELD n CALL {call} YIELD score RETURN count(*)");
        assert_eq!(asked(Statement::new(&text).cancel_with(token.clone())), ErrorKind::Cancelled, "{call}");
        token.reset();
    }
    let found = db.query("CALL names.lookup('nobody of that name', {}) YIELD node RETURN count(*)", ()).unwrap();
    assert_eq!(found.single::<i64>().unwrap(), 0);
}

/// Who shares what many have in common with a name is not meant by it.
#[test]
fn what_many_names_have_is_no_surprise() {
    let least = |others: usize| {
        let own = |at: usize| {
            format!("Orion {} Trading Ltd.", ["Alpha", "Beta", "Gamma", "Delta"][at % 4].to_owned() + &at.to_string())
        };
        let mut names: Vec<String> = (0..others).map(own).collect();
        names.push("Orion Trading Ltd.".to_owned());
        let db = with_names(&names);
        let text =
            "CALL names.lookup('Orion Zephyr Trading Ltd.', {min_score: 0.1, limit: 1}) YIELD score RETURN score";
        db.query(text, ()).unwrap().single::<f64>().unwrap()
    };
    assert!(least(2) > least(60), "{} {}", least(2), least(60));
    assert!(least(60) < 0.75);
}
