//! WHY over the built-in reports: what a row rests on is enough to make that row again, and no more can be asked of it
//! than the limits allow.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use averment::{Because, Database, Element, ErrorKind, Limits, Row, Rows, TableProcedure, Value, Why, fixtures};

/// The built-in reports, which each caller has for itself.
fn reports() -> Database {
    static LOADED: OnceLock<Database> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let db = Database::in_memory();
        fixtures::load_all(&db).expect("the fixtures load");
        db
    });
    loaded.fork()
}

/// The questions about the reports whose rows do not depend on rows beside them.
fn questions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/questions");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the questions").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|name| name == "case")) {
        let text = fs::read_to_string(file).expect("a case file is readable");
        let queries = text.split("--- query\n").skip(1).filter_map(|rest| rest.split("\n--- ").next());
        all.extend(queries.map(str::to_owned));
    }
    all.retain(|query| !["LIMIT", "SKIP", "CALL algo", "CALL names"].iter().any(|word| query.contains(word)));
    all
}

fn explained(db: &Database, query: &str) -> Vec<Row> {
    explained_as(db, &format!("WHY {query}"))
}

fn explained_as(db: &Database, query: &str) -> Vec<Row> {
    let rows = db.query(query, ()).and_then(Iterator::collect::<Result<Vec<Row>, _>>);
    rows.unwrap_or_else(|error| panic!("{query}\n{}", error.report()))
}

/// The ids of all that a row rests on: the elements, and what supports them.
fn closure(db: &Database, why: &Why) -> BTreeSet<u64> {
    let mut ids = BTreeSet::new();
    for Because { element, citations, .. } in why.elements() {
        ids.extend(element.iter().map(|element| element.id().0));
        for citation in citations {
            ids.extend([citation.relationship.id().0, citation.source.id().0]);
            ids.extend(citation.paragraph.iter().map(|paragraph| paragraph.id().0));
        }
    }
    let paragraphs = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let of =
        db.query(format!("MATCH (p:Paragraph)-[of:OF]->(s) WHERE id(p) IN [{paragraphs}] RETURN id(of), id(s)"), ());
    for (of, source) in of.and_then(Rows::into_vec::<(u64, u64)>).expect("what paragraphs are of") {
        ids.extend([of, source]);
    }
    ids
}

fn keep_only(db: &Database, ids: &BTreeSet<u64>) {
    let ids = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    for element in ["[x]", "(x)"] {
        let statement = format!("MATCH {element} WHERE NOT id(x) IN [{ids}] DETACH DELETE x");
        db.query(statement, ()).unwrap_or_else(|error| panic!("{}", error.report()));
    }
}

/// A row but for the column `why`, as text.
fn shown(row: &Row, width: usize) -> String {
    row.values()[..width].iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_answers_to_the_questions_can_be_made_again_of_what_they_rest_on() {
    let mut count = 0;
    for query in questions() {
        let db = reports();
        let rows = explained(&db, &query);
        let plain: Vec<Row> = db.query(&query, ()).and_then(Iterator::collect).expect("an answer");
        let width = plain.first().map_or(0, |row| row.values().len());
        let texts = |rows: &[Row]| rows.iter().map(|row| shown(row, width)).collect::<Vec<_>>();
        assert_eq!(texts(&rows), texts(&plain), "{query}");
        for row in rows.iter().take(2) {
            let why = row.why().expect("asked for");
            if why.truncated().is_some() {
                continue;
            }
            let small = reports();
            keep_only(&small, &closure(&db, &why));
            let again: Vec<Row> = small.query(&query, ()).and_then(Iterator::collect).expect("an answer");
            let wanted = shown(row, width);
            assert!(texts(&again).contains(&wanted), "{query}\nwanted {wanted}\nfound {:#?}", texts(&again));
            count += 1;
        }
    }
    assert!(count > 30, "{count} rows were made again");
}

#[test]
fn under_clocks_rows_can_be_made_again_too() {
    let queries = [
        "MATCH (x:Action)-[t:TARGETS]->(c:Company) KNOWN AT date('2021-07-15') RETURN x.id, c.name",
        "KNOWN AT date('2021-12-15') MATCH (x:Action)-[t:TARGETS]->(c) VALID AT date('2021-12-20') RETURN x.id, id(c)",
        "MATCH (x:Action) POSSIBLY KNOWN AT date('2019-10-08') RETURN x.id",
        "MATCH (p)-[m]->[t] KNOWN AT date('2021-12-31') WHERE NOT asserted(t) RETURN p.id, type(m), id(t)",
        "MATCH (c:Company)<-[:TARGETS]-(x) KNOWN AT date('2021-12-31') WITH c, count(x) AS actions RETURN c.name, actions",
    ];
    let mut count = 0;
    for query in queries {
        let db = reports();
        for row in explained(&db, query).iter().take(5) {
            let why = row.why().expect("asked for");
            assert!(why.elements().iter().all(|because| !because.clocks.is_empty() || because.element.is_some()));
            let small = reports();
            keep_only(&small, &closure(&db, &why));
            let width = row.values().len() - 1;
            let again: Vec<Row> = small.query(query, ()).and_then(Iterator::collect).expect("an answer");
            let wanted = shown(row, width);
            assert!(again.iter().any(|row| shown(row, width) == wanted), "{query}\nwanted {wanted}");
            count += 1;
        }
    }
    assert!(count >= 10, "{count} rows were made again");
}

#[test]
fn what_many_rows_rest_on_is_counted_against_the_memory() {
    let db = Database::from_script("UNWIND range(1, 20000) AS x CREATE (:A {x: x})").expect("a graph");
    let db = db.with_limits(Limits { max_bytes: Some(2 << 20), ..Limits::default() });
    let error = db
        .query("WHY MATCH (a:A) RETURN a.x % 2 AS half, count(*)", ())
        .and_then(Iterator::collect::<Result<Vec<Row>, _>>);
    assert_eq!(error.expect_err("too much to keep").kind(), ErrorKind::Limit);
}

#[test]
fn of_each_row_no_more_is_told_than_the_limits_say() {
    let db = Database::from_script("CREATE (:A)-[:T]->(:B)-[:T]->(:C)").expect("a graph");
    let db = db.with_limits(Limits { max_witnesses: Some(2), ..Limits::default() });
    let row = explained(&db, "MATCH (a:A)-[t]->(b)-[u]->(c) RETURN 1 AS one").remove(0);
    let why = row.why().expect("asked for");
    assert_eq!((why.elements().len(), why.truncated()), (2, Some(5)));
}

#[test]
fn subqueries_in_subqueries_take_time_by_their_number() {
    let db = Database::from_script("CREATE (a:A)-[:T]->(b:A)-[:T]->(a)").expect("a graph");
    let mut condition = "(x12)-->()".to_owned();
    for depth in (0..12).rev() {
        condition = format!("NOT EXISTS {{ (x{depth})-->(x{}) WHERE {condition} }}", depth + 1);
    }
    let query = format!("MATCH (x0:A) WHERE {condition} OR true RETURN id(x0)");
    assert_eq!(explained(&db, &query).len(), 2);
}

#[test]
fn the_rows_of_a_procedure_rest_on_what_it_gives_for_them() {
    let db = Database::from_script("CREATE (:A {name: 'a'})").expect("a graph");
    let node: Value = db.query("MATCH (a:A) RETURN a", ()).and_then(Rows::single).expect("a node");
    let because: Value = [("stakes", Value::from(vec![node]))].into_iter().collect();
    let rows = vec![vec![Value::from(1), because]];
    db.register(TableProcedure::new("test.owned", &[], &[("x", "INTEGER"), ("because", "MAP")], rows)).expect("new");
    let why = |query: &str| explained(&db, query)[0].why().expect("asked for").argument();
    assert_eq!(why("CALL test.owned() YIELD x RETURN x"), ["because (:A a)"]);
    assert_eq!(why("CALL test.owned()"), ["because (:A a)"]);
    assert_eq!(why("CALL db.labels() YIELD label RETURN label"), ["not explained: `db.labels`"]);
}

#[test]
fn in_a_transaction_what_it_wrote_itself_is_told() {
    let db = Database::in_memory();
    let mut transaction = db.write().expect("the only writer");
    transaction.query("CREATE (:Source)-[:SUPPORTS]->(:A)", ()).expect("it is written");
    let mut rows = transaction.query("WHY MATCH (a:A) RETURN 1 AS one", ()).expect("an answer");
    assert!(rows.is_explained());
    let why = rows.next().expect("a row").expect("it is made").why().expect("asked for");
    assert_eq!(why.elements()[0].citations.len(), 1);
}

#[test]
fn of_an_earlier_commit_what_was_there_is_told() {
    let db = Database::from_script("CREATE (:A)").expect("a graph");
    let before = db.query("MATCH (a:A) RETURN 1 AS one", ()).expect("an answer").commit_number();
    db.query("MATCH (a:A) CREATE (:Source)-[:SUPPORTS]->(a)", ()).expect("it is written");
    let citations = |query: &str| explained_as(&db, query)[0].why().expect("asked for").elements()[0].citations.len();
    assert_eq!(citations(&format!("AT COMMIT {before} WHY MATCH (a:A) RETURN 1 AS one")), 0);
    assert_eq!(citations("WHY MATCH (a:A) RETURN 1 AS one"), 1);
}

#[test]
fn a_prepared_statement_with_why_says_so() {
    let db = reports();
    let rows = db.query("WHY MATCH (x:Action) RETURN x.id", ()).expect("an answer");
    assert!(rows.is_explained() && rows.columns().len() == 2);
    assert!(!db.query("MATCH (x:Action) RETURN x.id AS why", ()).expect("an answer").is_explained());
    let elements = |row: Row| row.why().map_or(0, |why| why.elements().len());
    assert!(rows.map(|row| elements(row.expect("a row"))).all(|count| count == 1));
    assert!(matches!(
        explained(&db, "MATCH (x:Action) RETURN x.id")[0].why().expect("asked for").elements()[0].element,
        Some(Element::Node(_))
    ));
}
