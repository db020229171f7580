//! Databases written out as JSON Lines and made again.

use std::path::Path;

use proptest::prelude::*;

use super::workload::{Step, Workload, write_together};
use super::{set, text_of};
use crate::database::Database;
use crate::format::GraphError;
use crate::options::Options;
use crate::storage::Keep;
use crate::value::arbitrary::{any_scalar, any_value};
use crate::value::{ErrorKind, Value};
use crate::{Provenance, params};

fn restored(folder: &Path, lines: &str) -> Result<Database, GraphError> {
    Options::default().restore(folder.join("again"), lines.as_bytes())
}

#[track_caller]
fn fault(lines: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let fault = restored(folder.path(), lines).map(drop).unwrap_err().to_string();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{fault}");
    fault
}

/// All that a query can say of elements, as text, so that NaN is itself.
fn told(db: &Database) -> Vec<String> {
    let ask = |query: &str| {
        let rows = db.query(query, ()).unwrap();
        rows.map(|row| format!("{:?}", row.unwrap().into_values())).collect::<Vec<_>>()
    };
    [
        "MATCH (n) RETURN id(n), labels(n), properties(n), toString(recorded(n)) ORDER BY id(n)",
        "MATCH [r] RETURN id(r), id(startNode(r)), type(r), id(endNode(r)), asserted(r), properties(r), \
         toString(recorded(r)) ORDER BY id(r)",
        "SHOW COMMITS YIELD number, time, author, message, changes",
        "SHOW INDEXES YIELD name, entity, on, properties RETURN name, entity, on, properties ORDER BY name",
        "SHOW CONSTRAINTS YIELD name, kind, entity, on, properties",
        "SHOW SETTINGS",
    ]
    .into_iter()
    .flat_map(ask)
    .collect()
}

/// Also when it is opened again, and in memory.
fn check_restored(db: &Database) {
    let (text, next) = (text_of(&db.read()), db.read().next_id());
    let folder = tempfile::tempdir().unwrap();
    drop(restored(folder.path(), &text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    let again = Database::open(folder.path().join("again")).unwrap();
    let memory = Database::from_jsonl(text.as_bytes()).unwrap();
    let in_log = Database::create(folder.path().join("log")).unwrap();
    in_log.load_jsonl(text.as_bytes()).unwrap();
    drop(in_log);
    let in_log = Database::open(folder.path().join("log")).unwrap();
    for again in [again, memory, in_log] {
        if let Some(keep) = db.keeps() {
            again.keep(keep).unwrap();
        }
        assert_eq!(text_of(&again.read()), text);
        assert_eq!(told(&again), told(db));
        let new: i64 = again.query("CREATE (n) RETURN id(n)", ()).unwrap().single().unwrap();
        assert_eq!(u64::try_from(new).unwrap(), next);
        assert_eq!(again.commit_number(), db.commit_number() + 1);
    }
}

/// A database in memory to which all kinds of things were done.
pub(super) fn worked(seed: u64) -> Database {
    let db = Database::options().author("Ada").in_memory();
    if seed.is_multiple_of(2) {
        db.keep(Keep::Last(7)).unwrap();
    }
    let mut workload = Workload::new(seed);
    for step in 0..150 {
        match workload.step() {
            Step::Statement(statement) => drop(db.query(statement.as_str(), ())),
            Step::Together(statements) => {
                let mut transaction = write_together(&db, &statements).unwrap();
                transaction.set_message(format!("step {step}\n\u{1}")).unwrap();
                transaction.commit().unwrap();
            }
            Step::Vacuum => _ = db.vacuum().unwrap(),
            Step::RolledBack(_) | Step::Checkpoint | Step::Reopen => {}
        }
    }
    db
}

/// `AVERMENT_SEED` sets another first seed, `AVERMENT_CASES` how many there are.
#[test]
fn a_database_that_was_written_out_comes_back_as_it_was() {
    let (first, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 1));
    let mut rich = 0;
    for seed in first..first + 3 * count {
        let db = worked(seed);
        // With some seeds the last statements have deleted all relationships.
        rich += u64::from(db.read().element_counts().1 > 0 && db.commit_number() > 50);
        check_restored(&db);
    }
    assert!(rich >= count, "{rich} of {} databases have much to write out", 3 * count);
}

#[test]
fn an_empty_database_comes_back_and_so_does_one_with_words_of_its_own() {
    check_restored(&Database::in_memory());
    let words = Provenance { source: "Book, old".into(), names: [" a,b ".into()].into(), ..Provenance::default() };
    let db = Database::options().provenance(words.clone()).unwrap().in_memory();
    db.query("CREATE (:A)", ()).unwrap();
    let (text, folder) = (text_of(&db.read()), tempfile::tempdir().unwrap());
    let again = restored(folder.path(), &text).unwrap();
    assert_eq!((again.read().provenance(), told(&again)), (&words, told(&db)));
    let other = Database::from_jsonl(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        other,
        "line 1: the word of provenance for `source` is `Book, old`, and `Source` where it is to be loaded"
    );
}

#[test]
fn constraints_on_one_key_come_back() {
    let db = Database::from_script(
        "CREATE INDEX one FOR (n:A) ON (n.x); CREATE CONSTRAINT zero FOR (n:A) REQUIRE n.x IS NOT NULL;
         CREATE CONSTRAINT two FOR (n:A) REQUIRE n.x IS UNIQUE; CREATE CONSTRAINT three FOR (n:A) REQUIRE n.x IS NODE KEY;
         CREATE CONSTRAINT four FOR (n:C) REQUIRE n.x IS NODE KEY; CREATE (:A {x: 1})",
    )
    .unwrap();
    assert_eq!(text_of(&db.read()).matches("\"constraint\"").count(), 4);
    check_restored(&db);
}

/// Lists are as deep as they can be kept, strings have every character below 128, and each thing of which there is one
/// half: surrogates are none, what lies around them is.
#[test]
fn values_at_their_bounds_come_back() {
    let db = Database::in_memory();
    let deep = nested(95);
    let controls: String =
        ('\0'..='\u{9f}').chain(['\u{2028}', '\u{d7ff}', '\u{e000}', '\u{feff}', '\u{10ffff}']).collect();
    let values = params! { "deep" => deep, "controls" => controls };
    db.query("CREATE ({deep: $deep, `$type`: 'node', ``: 1, controls: $controls, list: [null, [], ['']]})", values)
        .unwrap();
    db.query(
        "CREATE (:``:`$`:`\u{0}`)-[:`\u{1} \u{2028}` {least: -9223372036854775807 - 1, most: 9223372036854775807,
         nan: NaN, inf: [Inf, -Inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 123456789.12345679]}]->()",
        (),
    )
    .unwrap();
    check_restored(&db);
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(Value::from(vec![1]), |list, _| Value::from(vec![list]))
}

/// Deeper than a query can nest them.
#[test]
fn lists_as_deep_as_they_can_be_kept_come_back() {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    transaction.create_node(["A"], [("deep", nested(128))]).unwrap();
    transaction.commit().unwrap();
    let (text, folder) = (text_of(&db.read()), tempfile::tempdir().unwrap());
    assert_eq!(text_of(&restored(folder.path(), &text).unwrap().read()), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_value_comes_back(values in prop::collection::vec(prop_oneof![any_scalar(), any_value()], 1..40), bits in prop::collection::vec(any::<u64>(), 8)) {
        let db = Database::in_memory();
        let floats = bits.into_iter().map(|bits| Value::Float(f64::from_bits(bits)));
        for value in values.into_iter().chain(floats) {
            let kept = db.query("CREATE (a {v: $v})-[r:T {v: $v}]->(a)", params! { "v" => value });
            assert!(kept.is_ok() || kept.is_err_and(|error| error.kind() == ErrorKind::Type));
        }
        check_restored(&db);
    }
}

#[test]
fn what_is_not_all_of_a_database_or_more_makes_none() {
    let db = Database::from_script(
        "CREATE INDEX i FOR (a:A) ON (a.x); CREATE (a:A {x: 'é'})-[:T]->(b), (b)-[:S]->[(a)-[:Q]->(b)]",
    )
    .unwrap();
    db.keep(Keep::All).unwrap();
    let text = text_of(&db.read());
    let lines: Vec<&str> = text.lines().collect();
    for count in 0..lines.len() {
        let fault = fault(&lines[..count].iter().flat_map(|line| [line, "\n"]).collect::<String>());
        let expected = if count < 2 { "line 1: the head of a whole database is missing" } else { "this is a part of" };
        assert!(fault.contains(expected), "{fault}");
    }
    for at in (0..text.len() - 1).filter(|at| text.is_char_boundary(*at)) {
        assert!(fault(&text[..at]).starts_with("line "));
    }
    for (index, line) in lines.iter().enumerate().skip(1) {
        let mut lines = lines.clone();
        lines.insert(index, line);
        assert!(fault(&lines.join("\n")).starts_with("line "), "{line}");
    }
    assert!(fault(&text.repeat(2)).contains("stands at the head, once"));
    assert_eq!(
        restored(Path::new("/no/such"), &text).unwrap_err().to_string().split(':').next(),
        Some("/no/such/again")
    );
}

#[test]
fn a_head_that_cannot_be_is_refused_with_its_line() {
    let db = Database::from_script("CREATE ({x: 1}), ({x: 2})").unwrap();
    let text = text_of(&db.read());
    for (from, to, message) in [
        (
            r#""format":1"#,
            r#""format":2"#,
            "line 1: this database is written in format 2, and this version reads format 1",
        ),
        (r#""format":1,"#, "", "line 1: `format` must be a whole number"),
        (r#""nodes":2"#, r#""nodes":-2"#, "line 1: `nodes` must be a whole number"),
        (r#""nodes":2"#, r#""nodes":1"#, "line 4: the database has 1 nodes, and here are 2"),
        (r#""next_id":3"#, r#""next_id":2"#, "line 4: the id 2 stands for two elements, or is not one of those"),
        (r#""next_id":3"#, r#""next_id":0"#, "line 1: `next_id` is at least 1"),
        (r#""id":2"#, r#""id":1"#, "line 4: the id 1 stands for two elements"),
        (r#""id":2"#, r#""id":0"#, "line 4: the id 0 stands for two elements"),
        (r#""format":1"#, r#""format":1,"more":1"#, "line 1: a database has no member `more`"),
        (
            r#""format":1"#,
            r#""format":1,"provenance":{"sorce":"A"}"#,
            "line 1: no word of provenance is called `sorce`",
        ),
        (r#""format":1"#, r#""format":1,"provenance":{"source":1}"#, "line 1: the word of provenance `source` must be"),
        (r#""format":1"#, r#""format":1,"provenance":{"source":""}"#, "the word for `source` is empty"),
        (r#""x":2"#, r#""x":{"a":1}"#, "line 4: a property cannot hold a map"),
        (r#""x":2"#, r#""x":[[[[["#, "line 4: "),
    ] {
        assert!(text.contains(from), "{text}");
        let fault = fault(&text.replacen(from, to, 1));
        assert!(fault.starts_with(message), "{fault}");
    }
    let deep = text.replacen(r#""x":2"#, &format!(r#""x":{}{}"#, "[".repeat(5_000), "]".repeat(5_000)), 1);
    assert!(fault(&deep).starts_with("line 4: nested more than 160 deep"));
    let odd = String::from_utf8_lossy(b"\xff").into_owned();
    assert!(fault(&odd).starts_with("line 1: "));
}
