//! Commits: their log, and the database as it stood at one of them.

use proptest::prelude::*;

use averment::{Database, ErrorKind, Keep, Statement, Value, assert_rows, params};

const COUNT: &str = "MATCH (c:Company) RETURN count(c)";

/// A database with so many commits of a company each.
fn companies(count: u64) -> Database {
    let db = Database::in_memory();
    for number in 1..=count {
        db.query("CREATE (:Company {number: $number})", params! { "number" => number.cast_signed() }).unwrap();
    }
    db
}

#[track_caller]
fn check_refused(db: &Database, statement: &str, number: impl Into<Value>, kind: ErrorKind, code: &str, message: &str) {
    let error = db.query(statement, params! { "n" => number.into() }).map(drop).unwrap_err();
    assert_eq!((error.kind(), error.code().as_str()), (kind, code), "{error}");
    assert!(error.message().contains(message), "{error}");
}

#[test]
fn a_commit_that_is_kept_is_read_as_it_was() {
    let db = companies(3);
    for number in 0..=3_u64 {
        let number = number.cast_signed();
        let rows = db.query("AT COMMIT $n MATCH (c:Company) RETURN count(c)", params! { "n" => number }).unwrap();
        assert_eq!(rows.commit_number(), number.cast_unsigned());
        assert_eq!(rows.single::<i64>().unwrap(), number);
    }
    let then = db.at_commit(2).unwrap();
    assert_eq!((then.commit_number(), then.log().len()), (2, 2));
    // A transaction reads another commit than its own where a statement says so.
    assert_eq!(then.query(format!("AT COMMIT 3 {COUNT}"), ()).unwrap().single::<i64>().unwrap(), 3);
    let mut writer = db.write().unwrap();
    writer.query("MATCH (c:Company) DELETE c", ()).unwrap();
    assert_eq!(writer.query(format!("AT COMMIT 3 {COUNT}"), ()).unwrap().single::<i64>().unwrap(), 3);
    assert_eq!(writer.query(COUNT, ()).unwrap().single::<i64>().unwrap(), 0);
    // What is not committed is no commit.
    assert_eq!(writer.query("AT COMMIT 4 RETURN 1", ()).map(drop).unwrap_err().code(), "no-such-commit");
}

#[test]
fn a_commit_that_is_not_kept_is_refused_by_name() {
    let db = companies(40);
    db.keep(Keep::Last(3)).unwrap();
    let statement = "AT COMMIT $n RETURN 1";
    let check = |number: i64, code: &str, message: &str| {
        check_refused(&db, statement, number, ErrorKind::Argument, code, message);
    };
    check(37, "commit-not-kept", "commit 37 is not kept any more; kept are 38 to 40");
    check(0, "commit-not-kept", "commit 0 is not kept any more; kept are 38 to 40");
    check(41, "no-such-commit", "there is no commit 41; kept are 38 to 40");
    check(i64::MAX, "no-such-commit", "there is no commit 9223372036854775807");
    check(-1, "negative-integer-argument", "must not be negative, found -1");
    for (value, found) in [
        (Value::Null, "found NULL"),
        (Value::from("x"), "found STRING"),
        (Value::from(1.0), "found FLOAT"),
        (Value::from(vec![Value::from(1)]), "found LIST"),
    ] {
        check_refused(&db, statement, value, ErrorKind::Type, "invalid-argument-type", found);
    }
    assert_eq!(db.query(statement, ()).map(drop).unwrap_err().code(), "missing-parameter");
    db.keep(Keep::Last(0)).unwrap();
    assert_eq!(db.kept_commits(), [40]);
    // What was let go does not come back, and what comes is kept.
    db.keep(Keep::All).unwrap();
    db.query("CREATE (:Company)", ()).unwrap();
    assert_eq!(db.kept_commits(), [40, 41]);
    assert_eq!(db.log().len(), 41);
    assert!(db.log().take(39).all(|commit| !commit.unwrap().is_kept()));
}

/// Without another word, neither many commits nor large ones make the memory grow without end.
#[test]
fn some_commits_are_kept_where_nobody_says_how_many() {
    let db = companies(120);
    assert_eq!((db.keeps(), db.kept_commits()), (None, (21..=120).collect::<Vec<u64>>()));
    db.query("UNWIND range(1, 9990) AS x CREATE (:Company)", ()).unwrap();
    // Behind commit 115 there are five commits of two changes, and one of 9,990.
    assert_eq!(db.kept_commits(), (115..=121).collect::<Vec<u64>>());
    db.query("UNWIND range(1, 10001) AS x CREATE (:Company)", ()).unwrap();
    assert_eq!(db.kept_commits(), [122]);
}

/// A transaction that reads a commit may go on with it when it is let go.
#[test]
fn what_is_being_read_stays() {
    let db = companies(2);
    let then = db.at_commit(1).unwrap();
    db.keep(Keep::Last(1)).unwrap();
    assert_eq!(then.query(COUNT, ()).unwrap().single::<i64>().unwrap(), 1);
    assert_eq!(then.query(format!("AT COMMIT 1 {COUNT}"), ()).unwrap().single::<i64>().unwrap(), 1);
    assert!(db.at_commit(1).is_err());
}

/// A plan may use an index that an older root does not have, or one that is gone, or another one of its number.
#[test]
fn each_commit_is_read_with_the_indexes_that_it_has() {
    let db = companies(3);
    db.query("CREATE INDEX by_number FOR (c:Company) ON (c.number)", ()).unwrap();
    db.query("DROP INDEX by_number", ()).unwrap();
    db.query("CREATE INDEX by_name FOR (c:Company) ON (c.name)", ()).unwrap();
    db.query("MATCH (c:Company) SET c.name = 'x' + c.number", ()).unwrap();
    let text = "AT COMMIT $n MATCH (c:Company {number: 2}) RETURN c.name";
    let prepared = db.prepare(text).unwrap();
    for _ in 0..2 {
        for (number, expected) in [(7, Some("x2")), (3, None), (4, None), (1, Some("no row")), (5, None), (6, None)] {
            for statement in [Statement::new(text), Statement::new(&prepared)] {
                let rows = db.query(statement, params! { "n" => number }).unwrap();
                let names = rows.into_vec::<Option<String>>().unwrap();
                match expected {
                    Some("no row") => assert!(names.is_empty(), "commit {number}"),
                    name => assert_eq!(names, [name.map(str::to_owned)], "commit {number}"),
                }
            }
        }
    }
    let plan = |number: i64| {
        let rows = db.query(format!("EXPLAIN {text}"), params! { "n" => number }).unwrap();
        rows.into_vec::<String>().unwrap().join("\n")
    };
    assert!(plan(4).contains("seek") && !plan(5).contains("seek"), "{}", plan(4));
}

#[test]
fn the_log_tells_who_made_a_commit_and_why() {
    let db = Database::options().author("Ada").in_memory();
    db.query("CREATE (:Company)", ()).unwrap();
    let mut transaction = db.write().unwrap();
    transaction.set_message("two at once\n\u{1b}[31m").unwrap();
    transaction.query("CREATE (:Company)", ()).unwrap();
    transaction.query("CREATE (:Company {name: 'x'})", ()).unwrap();
    assert_eq!(transaction.commit().unwrap(), 2);
    db.with_author("Bo").query(Statement::new("CREATE ()").author("Cy").message("by hand"), ()).unwrap();
    db.with_author("Bo").query(Statement::new("RETURN 1").message("nothing is written"), ()).unwrap();
    // Nothing written is no commit.
    db.query("MATCH (c:Nothing) DELETE c", ()).unwrap();
    db.write().unwrap().commit().unwrap();
    let log: Vec<_> = db.log().map(Result::unwrap).collect();
    let told: Vec<_> = log.iter().map(|commit| (commit.number(), commit.author(), commit.message())).collect();
    let expected =
        [(1, Some("Ada"), None), (2, Some("Ada"), Some("two at once\n\u{1b}[31m")), (3, Some("Cy"), Some("by hand"))];
    assert_eq!(told, expected);
    // A label that is new, and a node; two nodes, a key that is new, and a property.
    assert_eq!(log.iter().map(averment::CommitInfo::changes).collect::<Vec<_>>(), [2, 4, 1]);
    assert!(log.windows(2).all(|pair| pair[0].time().epoch_seconds() <= pair[1].time().epoch_seconds()));
    assert_rows!(
        db,
        "SHOW COMMITS YIELD number, author, message, kept, time WHERE message IS NOT NULL AND time <= datetime()
         RETURN number, author, message, kept",
        r"
        number | author | message                   | kept
        3      | 'Cy'   | 'by hand'                 | true
        2      | 'Ada'  | 'two at once\n\u001B[31m' | true
        "
    );
    let numbers = db.query("SHOW COMMITS YIELD number", ()).unwrap().into_vec::<i64>().unwrap();
    assert_eq!(numbers, [3, 2, 1]);
}

#[test]
fn words_that_are_too_long_are_refused_before_anything_is_written() {
    let long = "x".repeat(1 << 20);
    let db = Database::in_memory();
    let error = db.query(Statement::new("CREATE ()").message(long.as_str()), ()).map(drop).unwrap_err();
    assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Limit, "commit-words-too-long"));
    assert_eq!(error.message(), "the message of a commit has at most 65536 bytes, this one has 1048576");
    assert!(db.with_author(long.as_str()).query("CREATE ()", ()).is_err());
    assert!(db.write().unwrap().set_author(&long).is_err());
    assert_eq!((db.commit_number(), db.log().len()), (0, 0));
    // An author of its own does without that of the handle only if there is one.
    let longest = "ä".repeat(512);
    db.query(Statement::new("CREATE ()").author(longest.as_str()).message(""), ()).unwrap();
    let commit = db.log().next().unwrap().unwrap();
    assert_eq!((commit.author(), commit.message()), (Some(longest.as_str()), None));
}

#[test]
fn the_commits_of_one_statement_have_its_words() {
    let db = Database::in_memory();
    let batches = "UNWIND range(1, 5) AS x CALL (x) { CREATE (:A {x: x}) } IN TRANSACTIONS OF 2 ROWS";
    db.query(Statement::new(batches).author("Ada").message("in batches"), ()).unwrap();
    let told: Vec<_> =
        db.log().map(Result::unwrap).map(|commit| (commit.number(), commit.message().map(str::to_owned))).collect();
    assert_eq!(told, [1, 2, 3].map(|number| (number, Some("in batches".to_owned()))));
    assert!(db.log().all(|commit| commit.unwrap().author() == Some("Ada")));
    let count = "MATCH (a:A) RETURN count(a)";
    for (number, expected) in [(1, 2), (2, 4), (3, 5)] {
        assert_eq!(db.at_commit(number).unwrap().query(count, ()).unwrap().single::<i64>().unwrap(), expected);
    }
}

#[test]
fn a_fork_has_the_log_and_the_kept_commits() {
    let db = companies(3);
    db.keep(Keep::Last(2)).unwrap();
    let fork = db.fork();
    assert_eq!((fork.log().len(), fork.kept_commits(), fork.keeps()), (3, vec![2, 3], Some(Keep::Last(2))));
    fork.query(Statement::new("CREATE (:Company)").message("only here"), ()).unwrap();
    assert_eq!((fork.kept_commits(), db.kept_commits()), (vec![3, 4], vec![2, 3]));
    assert_eq!(fork.query("SHOW COMMITS YIELD kept WHERE kept", ()).unwrap().count(), 2);
    assert_eq!((db.log().len(), fork.log().last().unwrap().unwrap().message()), (3, Some("only here")));
    fork.reset().unwrap();
    assert_eq!((fork.log().len(), fork.kept_commits(), fork.keeps()), (0, vec![0], None));
    assert_eq!(db.query(format!("AT COMMIT 2 {COUNT}"), ()).unwrap().single::<i64>().unwrap(), 2);
}

const WRITES: [&str; 9] = [
    "CREATE (:A {x: $x})",
    "MERGE (a:A {x: $x}) MERGE (b:B {x: $x + 1}) MERGE (a)-[:T {x: $x}]->(b)",
    "MATCH (n {x: $x}) SET n.y = $x, n:C",
    "MATCH (n {x: $x}) DETACH DELETE n",
    "MATCH ()-[t:T {x: $x}]->() RETRACT t",
    "MATCH [t:T {x: $x}] ASSERT t SET t.y = 'again'",
    "MATCH (a:A {x: $x})-[t:T]->(b) REMOVE a:A DELETE t",
    "CREATE INDEX of_a IF NOT EXISTS FOR (a:A) ON (a.x)",
    "DROP INDEX of_a IF EXISTS",
];

const QUESTIONS: [&str; 6] = [
    "MATCH (n) RETURN id(n) AS id, labels(n) AS labels, properties(n) AS all, recorded(n) AS since ORDER BY id",
    "MATCH [t] RETURN id(t) AS id, type(t) AS type, asserted(t) AS said, properties(t) AS all ORDER BY id",
    "MATCH (a:A {x: 2})-[t]->(b) RETURN a.x, t.x, b.x ORDER BY id(t)",
    "MATCH (n:A) WHERE n.x > 1 RETURN count(*), sum(n.x), max(n.y)",
    "SHOW COMMITS YIELD number, changes",
    "SHOW INDEXES YIELD name, entries",
];

/// What is the same in a database that was saved and loaded; ids are not.
const LASTING: [&str; 4] = [
    "MATCH (n) RETURN labels(n) AS labels, properties(n) AS all, recorded(n) AS since ORDER BY id(n)",
    "MATCH [t] RETURN type(t) AS type, asserted(t) AS said, properties(t) AS all, recorded(t) AS since ORDER BY id(t)",
    "SHOW COMMITS YIELD number, time, author, message, changes",
    "SHOW INDEXES",
];

fn answer(db: &Database, prefix: &str, question: &str) -> String {
    let rows = db.query(format!("{prefix} {question}"), ()).unwrap();
    rows.map(|row| format!("{:?}", row.unwrap().values())).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_commit_answers_as_a_fork_that_was_taken_at_it(
        writes in prop::collection::vec((0..WRITES.len(), 0..5_i64), 1..40),
        keep in 1..50_u64,
    ) {
        let db = Database::options().keep_commits(Keep::Last(keep)).in_memory();
        let mut forks = vec![db.fork()];
        for (write, x) in writes {
            db.query(WRITES[write], params! { "x" => x }).unwrap();
            if forks.len() as u64 <= db.commit_number() {
                forks.push(db.fork());
            }
        }
        let mut lines = Vec::new();
        db.save_jsonl(&mut lines).unwrap();
        let again = Database::from_jsonl(lines.as_slice()).unwrap();
        for question in LASTING {
            prop_assert_eq!(answer(&db, "", question), answer(&again, "", question), "{} after loading", question);
        }
        prop_assert_eq!((again.commit_number(), again.keeps()), (db.commit_number(), db.keeps()));

        let last = db.commit_number();
        let first_kept = (last + 1).saturating_sub(keep);
        for (number, fork) in forks.iter().enumerate() {
            for question in QUESTIONS {
                if number as u64 >= first_kept {
                    let then = answer(&db, &format!("AT COMMIT {number}"), question);
                    prop_assert_eq!(then, answer(fork, "", question), "{} at {}", question, number);
                } else {
                    let refused = db.query(format!("AT COMMIT {number} {question}"), ()).map(drop).unwrap_err();
                    prop_assert_eq!(refused.code(), "commit-not-kept");
                }
            }
        }
    }
}
