//! Several threads: the same rows in the same order as one, one budget, and no thread left behind.

use std::time::Duration;

use super::*;
use crate::exec::Threads;
use crate::exec::budget::CancelToken;
use crate::physical::{WORTH_IT, explain, gather};

/// A graph of several pages, with values of many types.
fn crowd() -> Database {
    let mut db = Database::with(
        "UNWIND range(0, 2999) AS i CREATE (:N {up: i, few: i % 7, float: toFloat(i * 7919 % 1013) / 7, \
         word: CASE WHEN i % 10 > 0 THEN 'w' + toString((i * 31) % 97) END, \
         mixed: [1, 1.0, 'w3', true, null, 0.1, [1]][i % 7]})",
    );
    db.run("MATCH (n:N) WHERE n.up % 3 = 0 SET n:M");
    db.run("MATCH (a:N), (b:N {up: (a.up * 17 + 5) % 3000}) WHERE a.up % 2 = 0 CREATE (a)-[:R {w: a.up}]->(b)");
    db.run("MATCH (a:N), (b:N {up: (a.up * 13 + 1) % 100}) CREATE (a)-[:S]->(b)");
    db
}

fn gathered(db: &Database, text: &str) -> Arc<PhysicalPlan> {
    let plan = Arc::into_inner(db.plan(text)).expect("a plan that nobody else has");
    Arc::new(gather(plan, &db.graph, 0))
}

fn begin(db: &Database, text: &str, threads: Threads) -> Reading {
    Reading::start_with(threads, gathered(db, text), Arc::new(db.graph.clone()), &db.limits, true).expect("it starts")
}

/// The rows, and the error if there is one.
fn rows(mut reading: Reading) -> (Vec<String>, Option<String>, Vec<(&'static str, String)>) {
    let mut rows = Vec::new();
    let error = loop {
        match reading.next_row() {
            Ok(Some(row)) => rows.push(row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    (rows, error, reading.end().warnings)
}

#[track_caller]
fn check(db: &Database, text: &str) {
    let plan = explain(&gathered(db, text));
    assert!(plan.contains("gather\n"), "{text}\n{plan}");
    let alone = rows(begin(db, text, Threads::eager(1, 0)));
    for threads in [Threads::eager(2, 1024), Threads::eager(3, 100), Threads::eager(5, 37)] {
        let together = rows(begin(db, text, threads));
        assert!(together == alone, "{text}\nalone {alone:?}\n{threads:?} {together:?}\n{plan}");
    }
}

#[test]
fn the_rows_of_several_threads_come_in_the_order_of_one() {
    let db = crowd();
    for text in [
        "MATCH (n:N) WHERE n.up % 3 > 0 RETURN n.up, n.word",
        "MATCH (n:M) WHERE n.word STARTS WITH 'w1' RETURN n.up + 1, n",
        "MATCH (n) WHERE n.few = 4 RETURN n.float * 2 LIMIT 700",
        "MATCH (a:N)-[r:R]->(b:M) WHERE a.few > 1 RETURN a.up, r.w, b.word",
        "MATCH ()-[r:R|S]->(b:M) WHERE b.up > 20 RETURN id(r), b.up",
        "MATCH ()-[r]->() WHERE r.w % 3 = 1 RETURN r",
        "MATCH (a:M)-[:R*1..3]->(b) WHERE a.few = 2 RETURN a.up, b.up",
        "MATCH (a:M) WHERE a.few = 3 MATCH (a)-[:S|R*1..4]->(b) WITH DISTINCT a, b RETURN a.up, b.up",
        "MATCH (a:M) WITH a ORDER BY a.float LIMIT 100 MATCH (a)-[:R|S*1..3]->(b) WHERE b.few > 2 RETURN a.up, b.up",
        "UNWIND range(1, 50) AS x MATCH (a:N {up: x * 7})-[:R*1..4]->(b) RETURN x, b.up",
        "MATCH (a:N {up: 7})-[:R|S*1..9]->(b) WHERE b.few > 2 WITH DISTINCT b RETURN b.up, b.word ORDER BY b.word",
        "MATCH (n:N) WHERE EXISTS { (n)<-[:R]-(:M) } RETURN n.up, COUNT { (n)--() }",
        "MATCH (n:N) WHERE n.few = 1 OPTIONAL MATCH (n)-[:R]->(m:M) RETURN n.up, m.up",
        "MATCH (n:N) WHERE n.few = 1 RETURN n.up, [(n)-[:S]->(m) | m.up] AS near, [x IN range(0, n.few) | x * x]",
        "MATCH (n:N) UNWIND range(0, n.few) AS x WITH n, x WHERE x > 4 RETURN n.up, x",
        "MATCH (n:N) WHERE n.up > 5 RETURN DISTINCT n.mixed",
        "MATCH (n:N) WHERE n.few > 1 RETURN n.word, count(*)",
        "MATCH (n:M) RETURN n.mixed, count(*)",
        "MATCH (a:N)-[:R]->(b)-[:R]->(c), (a)-[:S]->(d) WHERE c.few = d.few RETURN a.up, d.up ORDER BY d.up LIMIT 50",
        "MATCH (a:N) WHERE a.up > 1 RETURN a.up UNION ALL MATCH (a:M) WHERE a.few = 1 RETURN a.up",
    ] {
        check(&db, text);
    }
}

#[test]
fn several_threads_aggregate_to_the_last_bit_as_one() {
    let db = crowd();
    for text in [
        "MATCH (n:N) RETURN count(*), count(n.word), count(n.mixed), min(n.mixed), max(n.mixed)",
        "MATCH (n:N) RETURN sum(n.float), avg(n.float), stDev(n.float), percentileCont(n.float, 0.3), sum(n.up)",
        "MATCH (n:N) RETURN n.word, count(*), sum(n.float), collect(n.up)",
        "MATCH (n:N) RETURN n.mixed, n.few, count(*), min(n.word), max(n.float)",
        "MATCH (n:N) RETURN count(DISTINCT n.word), collect(DISTINCT n.mixed), sum(DISTINCT n.float)",
        "MATCH (n:N) RETURN n.few, count(DISTINCT n.word), collect(DISTINCT n.few)",
        "MATCH (n:N) WHERE n.up < 0 RETURN count(*), sum(n.up), min(n.up), collect(n)",
        "MATCH (n:N) WHERE n.up < 0 RETURN n.few, count(*)",
        "MATCH (a:N)-[:R]->()-[:S]->(b) RETURN count(*)",
        "MATCH (a:N)-[:R]->(b)-[:S]->(c) RETURN b.few, count(*), count(DISTINCT c)",
        "MATCH (a)-[:R]->(b)-[:S]->(c), (a)-[:S]->(c) RETURN count(*)",
        "UNWIND range(1, 200) AS x MATCH (a:N {up: x})-[:R|S*1..4]->(b) RETURN b.few, count(*), sum(b.float), count(DISTINCT b)",
        "MATCH (n:N) WITH n.few AS few, avg(n.float) AS mean RETURN few, mean ORDER BY mean",
        "MATCH (a:N {up: 7})-[:R|S*1..9]->(b) WHERE b.few > 2 WITH DISTINCT b RETURN count(b), sum(b.float)",
    ] {
        check(&db, text);
    }
}

#[test]
fn what_one_far_search_finds_is_shared_out_and_what_a_near_one_finds_is_not() {
    let mut db = crowd();
    db.run("CREATE CONSTRAINT FOR (n:N) REQUIRE n.up IS UNIQUE");
    let explained = |hops: &str, least: u64| {
        let text =
            format!("MATCH (a:N {{up: 7}})-[:R*{hops}]->(b) WHERE b.few > 2 WITH DISTINCT b RETURN b.word, sum(b.up)");
        let plan = Arc::into_inner(db.plan(&text)).expect("a plan that nobody else has");
        explain(&gather(plan, &db.graph, least))
    };
    let far = explained("1..4", 3_000);
    assert!(far.contains("scatter\n"), "{far}");
    assert!(explained("1..", 3_000).contains("scatter\n"));
    assert!(!explained("1..3", 3_000).contains("scatter\n"));
    assert!(!explained("1..4", WORTH_IT).contains("scatter\n"), "there are fewer nodes");
}

/// A search that finds all that there is to find soon, and goes on for ever: 24 nodes, each joined with each.
const RING: &str = "MATCH (a:N {up: 0})-[:K*2..]->(b) WITH DISTINCT b";

fn ring() -> Database {
    let mut db = crowd();
    db.run("MATCH (a:N), (b:N) WHERE a.up < 24 AND b.up < 24 AND a <> b CREATE (a)-[:K]->(b)");
    db
}

#[test]
fn who_wants_a_few_rows_does_not_wait_for_those_that_come_later() {
    let db = ring();
    for text in [
        format!("{RING} MATCH (b)-[:S*1..2]->(c) RETURN c.up LIMIT 10"),
        format!("{RING} WHERE b.few > 1 RETURN b.up LIMIT 10"),
        format!("{RING} WITH b LIMIT 15 WHERE b.few > 1 RETURN sum(b.up)"),
    ] {
        for threads in [Threads::eager(1, 0), Threads::eager(2, 4), Threads::eager(5, 1)] {
            let (rows, error, _) = rows(begin(&db, &text, threads));
            assert!(error.is_none() && !rows.is_empty(), "{text} {threads:?} {error:?}");
        }
    }
}

#[test]
fn rows_that_nobody_takes_are_not_counted() {
    let db = crowd();
    let graph = Arc::new(db.graph.clone());
    let text = "MATCH (n:N) UNWIND range(1, 500) AS x WITH n, x WHERE x % 2 = 0 RETURN n.up + x LIMIT 1000";
    let used = |threads| {
        let limits = Limits { max_rows: Some(20_000), ..Limits::default() };
        let mut reading =
            Reading::start_with(threads, gathered(&db, text), Arc::clone(&graph), &limits, false).expect("it starts");
        while reading.next_row().expect("it is not used up").is_some() {}
        reading.rows_used()
    };
    assert!(used(Threads::eager(1, 0)) < 20_000);
    for threads in [Threads::eager(2, 8), Threads::eager(16, 8)] {
        for _ in 0..5 {
            assert!(used(threads) < 20_000);
        }
    }
}

#[test]
fn what_waits_for_helpers_is_bounded() {
    let db = ring();
    let graph = Arc::new(db.graph.clone());
    // Lists of 40 relationships, each of which is some hundred bytes with its own part of the row.
    let text = "MATCH (a:N {up: 0})-[r:K*8..9]->(b) WITH r, b LIMIT 60000 \
        MATCH (b)-[:S*1..4]->(c) WHERE size([x IN r WHERE x IS NULL]) = 0 RETURN sum(size(r))";
    for threads in [1, 4, 16] {
        let limits = Limits { max_bytes: Some(24 << 20), ..Limits::default() };
        let threads = Threads::eager(threads, 2_048);
        let mut reading =
            Reading::start_with(threads, gathered(&db, text), Arc::clone(&graph), &limits, false).expect("it starts");
        assert!(reading.next_row().expect("it is not used up").is_some(), "{threads:?}");
    }
}

#[test]
fn what_fails_first_is_told_whoever_is_faster() {
    let mut db = crowd();
    db.run("MATCH (n:N {up: 1500}) SET n.few = 'no number'");
    db.run("MATCH (n:N {up: 2900}) SET n.few = [1]");
    for text in [
        "MATCH (n:N) RETURN n.few - 1",
        "MATCH (n:N) RETURN sum(n.few - 1)",
        "MATCH (n:N) RETURN n.up / (n.up - 2048)",
        "MATCH (n:N) RETURN sum(n.few)",
        "MATCH (n:N) WITH DISTINCT n, n.few - 1 AS x MATCH (n)-[:R*1..2]->(m) RETURN m.up / (m.few - x)",
    ] {
        let told = |threads| rows(begin(&db, text, threads));
        let first = told(Threads::eager(2, 100));
        assert!(first.1.is_some(), "{text}");
        for _ in 0..5 {
            assert_eq!(told(Threads::eager(4, 100)), first, "{text}");
        }
    }
}

#[test]
fn what_chance_decides_is_left_to_one_thread() {
    let db = crowd();
    for text in ["MATCH (n:N) WHERE rand() < 0.5 RETURN n", "MATCH (n:N) RETURN DISTINCT randomUUID()"] {
        let plan = explain(&gathered(&db, text));
        assert!(!plan.contains("gather\n"), "{plan}");
    }
    let mut db = Database::new();
    db.run("CREATE (:N)");
    assert!(!explain(&gathered(&db, "MATCH (n:N) WHERE n.x = 1 CREATE (m:M {x: n.x}) RETURN m")).contains("gather"));
}

#[test]
fn a_profile_counts_what_all_threads_did() {
    let db = crowd();
    let mut reading = begin(&db, "MATCH (n:N) WHERE n.up % 2 = 0 RETURN count(n.float)", Threads::eager(3, 100));
    while reading.next_row().expect("it runs").is_some() {}
    let profile = reading.end().profile.expect("it is profiled");
    assert!(profile.contains("[rows 1500,") && profile.contains("[rows 3000,"), "{profile}");
}

/// Whether nobody but this test holds the root, so that no thread is left.
fn is_left_alone(graph: &Arc<Graph>) -> bool {
    Arc::strong_count(graph) == 1
}

fn begin_on(db: &Database, graph: &Arc<Graph>, text: &str, limits: &Limits) -> Reading {
    Reading::start_with(Threads::eager(4, 20), gathered(db, text), Arc::clone(graph), limits, false).expect("it starts")
}

/// More rows than anybody waits for.
const ENDLESS: &str = "MATCH (a:N) UNWIND range(1, 1000000) AS x WITH a, x WHERE x % 2 = 0 RETURN a.up + x AS sum";

#[test]
fn no_thread_outlives_its_rows() {
    let db = crowd();
    let graph = Arc::new(db.graph.clone());
    for taken in [0, 1, 5_000] {
        let mut reading = begin_on(&db, &graph, ENDLESS, &Limits::default());
        for _ in 0..taken {
            assert!(reading.next_row().expect("it runs").is_some());
        }
        drop(reading);
        assert!(is_left_alone(&graph), "after {taken} rows");
    }
    let mut reading = begin_on(&db, &graph, "MATCH (n:N) RETURN n.up / (n.up - 1000)", &Limits::default());
    while let Ok(Some(_)) = reading.next_row() {}
    drop(reading);
    assert!(is_left_alone(&graph), "after an error");
}

#[test]
fn all_threads_have_one_budget() {
    let db = crowd();
    let graph = Arc::new(db.graph.clone());
    for limits in [
        Limits { max_rows: Some(100_000), ..Limits::default() },
        Limits { max_bytes: Some(8 << 20), ..Limits::default() },
        Limits { timeout: Some(Duration::from_millis(60)), ..Limits::default() },
    ] {
        let text = format!("{ENDLESS} ORDER BY sum");
        let mut reading = begin_on(&db, &graph, &text, &limits);
        let error = reading.next_row().expect_err("it is used up");
        assert!(error.to_string().contains("used up"), "{error}");
        assert!(reading.rows_used() < 4_000_000, "{} rows", reading.rows_used());
        drop(reading);
        assert!(is_left_alone(&graph));
    }
}

#[test]
fn a_cancelled_statement_stops_all_its_threads() {
    let db = crowd();
    let graph = Arc::new(db.graph.clone());
    let token = CancelToken::new();
    let limits = Limits { cancel: Some(token.clone()), ..Limits::default() };
    let mut reading = begin_on(&db, &graph, "MATCH (a:N) UNWIND range(1, 1000000) AS x RETURN sum(x)", &limits);
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        token.cancel();
    });
    let error = reading.next_row().expect_err("it is cancelled");
    assert!(error.to_string().contains("cancelled"), "{error}");
    later.join().expect("it has cancelled");
    drop(reading);
    assert!(is_left_alone(&graph));
}
