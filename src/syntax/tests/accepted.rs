//! One text per construct, and every statement of the fixtures.

use super::super::{ast, statements};
use super::parsed;

#[track_caller]
fn accept(texts: &[&str]) {
    for text in texts {
        if let Err(report) = parsed(text) {
            panic!("{report}");
        }
    }
}

#[test]
fn reading_clauses() {
    accept(&[
        "MATCH (n) RETURN n",
        "match (n) return n;",
        "OPTIONAL MATCH (n) RETURN n",
        "MATCH (a), (b)-->(c) WHERE a.x = b.x RETURN *",
        "MATCH (n) RETURN DISTINCT n.x AS x, n.y ORDER BY x DESC, n.y ASCENDING SKIP 1 LIMIT $limit",
        "MATCH (n) RETURN n OFFSET 2",
        "MATCH (n) WITH DISTINCT n, count(*) AS c ORDER BY c LIMIT 3 WHERE c > 1 RETURN n",
        "WITH * MATCH (n) RETURN *, n.x AS x",
        "UNWIND [1, 2] AS x UNWIND range(1, x) AS y RETURN x, y",
        "LOAD CSV FROM 'a.csv' AS row LOAD CSV WITH HEADERS FROM $url + row[0] AS csv FIELDTERMINATOR ';' RETURN csv",
        "WITH 1 AS load LOAD CSV FROM load AS headers FIELDTERMINATOR $separator RETURN headers AS fieldterminator",
        "RETURN 1 UNION RETURN 2 UNION ALL RETURN 3 UNION DISTINCT RETURN 4",
        "MATCH (n) RETURN n UNION MATCH (m) RETURN m AS n NEXT UNWIND [n] AS m RETURN m UNION RETURN 1 AS m NEXT RETURN *",
        "CALL { RETURN 1 AS x NEXT RETURN x } RETURN EXISTS { MATCH (n) RETURN n NEXT FINISH }",
        "WITH 1 AS next RETURN next ORDER BY next NEXT RETURN next.next, NEXT",
        "CALL db.labels",
        "CALL db.labels() YIELD *",
        "CALL algo.pagerank({nodes: [1], iterations: 20}) YIELD node, score AS s WHERE s > 0.5 RETURN node",
        "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m } RETURN m",
        "MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN m UNION RETURN n AS m } RETURN m",
        "CALL (*) { RETURN 1 AS one } RETURN one",
        "CALL () { RETURN 1 AS one } RETURN one",
        "MATCH (n) OPTIONAL CALL (n) { MATCH (n)-->(m) RETURN m } OPTIONAL CALL db.labels() YIELD label RETURN label",
        "OPTIONAL CALL { RETURN 1 AS one } OPTIONAL CALL db.labels YIELD label AS l WHERE l = 'A' RETURN one",
        "MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS",
        "MATCH (n) CALL { WITH n DELETE n } IN 3 CONCURRENT TRANSACTIONS OF $n + 1 ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN s",
        "MATCH (n) CALL (n) { DELETE n } IN CONCURRENT TRANSACTIONS REPORT STATUS AS s ON ERROR BREAK OF 1 ROW FINISH",
        "CALL { CREATE () } IN TRANSACTION ON ERROR FAIL WITH 1 AS of, 2 AS rows, 3 AS status RETURN of IN [rows] AS transactions",
        "EXPLAIN MATCH (n) RETURN n",
        "PROFILE MATCH (n) RETURN n",
    ]);
}

#[test]
fn writing_clauses() {
    accept(&[
        "CREATE (a:Person:Actor {name: 'Ada'})-[:KNOWS {since: 1833}]->(b), (c)",
        "CREATE ({name: 'Ada'})",
        "CREATE p = (a)-[:T]->(b) RETURN p",
        "MERGE (a:Person {name: $name}) ON CREATE SET a.new = true, a:New ON MATCH SET a += {seen: 1}",
        "MERGE (a)-[r:T]-(b)",
        "MATCH (n) SET n.x = 1, n.y.z = 2, n += $map, n = {a: 1}, n:A:B, (n).k = 3, nodes(p)[0].k = 4",
        "MATCH (n) SET (CASE WHEN n.x THEN n END).y = 1",
        "MATCH (n) REMOVE n.x, n:A:B, (n).y",
        "MATCH (n) SET n[$k] = 1, n['a b'] = 2, n:$(x):B:$all(['C']), n IS A&B, (n)[k] = 3 REMOVE n[$k], n:$($l), n IS A",
        "CREATE (a:A:$($labels) {x: 1})-[:$($type)]->(:$(['B']))",
        "MERGE (a:$(x))-[:$(y)]->(b) ON CREATE SET a:$(z)",
        "MATCH (n)-[r]-() DELETE r, n",
        "MATCH (n) DETACH DELETE n",
        "FOREACH (x IN [1, 2] | CREATE (:A {x: x}) FOREACH (y IN x.ys | MERGE (:B {y: y})))",
    ]);
}

#[test]
fn claims_and_their_sources() {
    accept(&[
        "MATCH [t:T {k: 1}] WHERE NOT asserted(t) RETURN t",
        "MATCH [t] MATCH ()-[t]->() RETURN t",
        "MATCH (p:Paragraph)-[s:SUPPORTS]->[t] RETURN s.certainty",
        "MATCH (p)-[:SUPPORTS]->[(x:Action)-[:TARGETS]->(:Company {name: 'SenseTime'})] RETURN x.id",
        "MATCH (s)-[:DENIES]->[[(a)-[:OWNS]->(b)]-[:CAUSES]->[u:T]] RETURN s",
        "MATCH [(a)--(b)], [(a)<--(b)], [(a)-[r]-(b)], [:T], [] RETURN r",
        "CREATE (s)-[:DENIES]->[(china)-[:DETAINS]->(uyghurs)]",
        "CREATE [(a)-[:T]->(b)]",
        "MATCH (x), (c), (p) MERGE (x)-[:TARGETS]->(c) CITING p {certainty: 'stated', voice: ['US Federal Register']}",
        "CREATE (a)-[:T]->(b) CITING p, q {on: edtf('2019')}, rows[0].source $properties, $source RETURN a",
        "MERGE (a:Company {id: 'x'}) ON CREATE SET a.name = 'X' CITING p",
        "MERGE (a:Company {id: 'x'}) CITING p ON CREATE SET a.name = 'X'",
        "MATCH [t] ASSERT t RETRACT t, t",
        "MATCH (p) WHERE (p)-[:SUPPORTS]->[t] RETURN p",
        "MATCH (p) WHERE EXISTS { [t]<-[:SUPPORTS]-(p) } RETURN p",
    ]);
}

#[test]
fn patterns() {
    accept(&[
        "MATCH () RETURN 1",
        "MATCH (:A) RETURN 1",
        "MATCH (n {k: 1}) RETURN n",
        "MATCH (n $properties) RETURN n",
        "MATCH (a)-->(b)<--(c)--(d)<-->(e) RETURN a",
        "MATCH (a)-[]->(b)<-[]-(c)-[]-(d)<-[]->(e) RETURN a",
        "MATCH (a) - [r] - > (b) < - [ s ] - (c) RETURN a",
        "MATCH (a)-[r:A|B|:C {k: 1}]->(b) RETURN r",
        "MATCH (a)-[r:A*]->(b), (a)-[*2]->(b), (a)-[*1..3]->(b), (a)-[*..3]->(b), (a)-[:A*1..]->(b) RETURN r",
        "MATCH (a)-[* 1 .. 3 {k: 1}]->(b), (a)-[r*..]->(b) RETURN r",
        "MATCH (n:A&!B|C), (m:(A|B)&%), (o:!!A:B) RETURN n",
        "MATCH (a)-[r:!A&!B]->(b), ()-[:%]-() RETURN r",
        "MATCH (a:$(x)&!$any(y)|$all (z)), ()-[:$($t)|$any(['A'])*1..2 {k: 1}]->(), [:$(x)] RETURN a:$(x), a:$any(y) AND a.z",
        "MATCH (a) WHERE (a:$(f(')', \")\", `)`, [1], {a: (1)}) /* ) */ // )\n))-->() RETURN [(a:$any(x))--(b) | b], (a:$(x))",
        "MATCH (n:Person WHERE n.age > 18)-[r:KNOWS WHERE r.since < 2000]->(m WHERE m:B) RETURN n",
        "MATCH (WHERE true), (where), (where:A), (where WHERE where.x) RETURN 1",
        "MATCH p = (a)-[*]->(b), q = shortestPath((a)-[:T*]-(b)), allShortestPaths((a)-[*..5]->(b)) RETURN p, q",
        "MATCH (n:`odd label` {`odd ``key`: 1})-[:`odd type`]->(`odd name`) RETURN `odd name`",
    ]);
}

#[test]
fn expressions() {
    accept(&[
        "RETURN null, TRUE, False, 1, 0, 0x1F, 0o17, 1_000_000, 1.5, .5, 1e5, 1.5E-3, 2e+8",
        "RETURN 'a', \"b\", '', 'it\\'s' + 'c'",
        r#"RETURN '\\ \' \" \b \f \n \r \t A \U0001F600 😀'"#,
        "RETURN $x, $1, $`odd name`, $match",
        "RETURN [], [1, 'a', [2]], {}, {a: 1, `b c`: {d: 2}, match: 3}",
        "RETURN a.b.c, a[0], a[-1], a[1..2], a[..2], a[1..], a[..], a['k'].b[0]",
        "RETURN 1 + 2 - 3 * 4 / 5 % 6 ^ 7, -a, +a, - -1, NOT NOT true",
        "RETURN a = b, a <> b, a < b, a <= b, a > b, a >= b, 1 < a <= 3, a =~ '.*'",
        "RETURN a AND b OR c XOR NOT d",
        "RETURN a IN [1], a STARTS WITH 'x', a ENDS WITH 'x', a CONTAINS 'x', a IS NULL, a IS NOT NULL",
        "RETURN n:A, n:A:B, n:A|B, n:(A&!B), n:% AND true",
        "RETURN CASE WHEN a THEN 1 END, CASE x WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END",
        "RETURN CASE x WHEN > 3, IS NULL, 1, IN [2] THEN 'a' WHEN =~ 'b', IS NOT :: INTEGER | FLOAT, -1 THEN 'c' END",
        "RETURN CASE x WHEN IS NOT NFC NORMALIZED THEN 1 WHEN STARTS WITH 'a' + 'b' THEN 2 END",
        "RETURN a :: INTEGER, a IS :: LIST<ANY> NOT NULL, a IS NOT TYPED STRING LIST, a IS NORMALIZED, a IS NOT NFKC NORMALIZED",
        "RETURN trim(BOTH 'x' FROM a), trim(LEADING FROM a), trim('x' FROM a), trim(FROM a), normalize(a, NFD)",
        "RETURN CASE -x WHEN [1] THEN {a: 1} ELSE CASE WHEN (b) THEN 1 END END",
        "RETURN count(*), COUNT ( * ), count(DISTINCT n), collect(n.x)[0], f(), a.b.f(1, 2)",
        "RETURN duration.between(date('2020-01-01'), date({year: 2021})).days",
        "RETURN [x IN xs], [x IN xs WHERE x > 1], [x IN xs | x + 1], [x IN xs WHERE x > 1 | x + 1]",
        "RETURN [x IN xs WHERE x:A | x.name], [x IN xs WHERE x:(A|B) | x.name], [x IN xs WHERE x:A&!B | x:A|B]",
        "RETURN [(a)-->(b) | b.x], [p = (a)-[:T]->(b:B {k: 1}) WHERE b.x | length(p)]",
        "RETURN all(x IN xs WHERE x > 1), any(x IN xs WHERE x:A|B), none(x IN xs WHERE x), single(x IN xs WHERE x)",
        "RETURN reduce(sum = 0, x IN xs | sum + x)",
        "RETURN n {.name, .*, x: 1, m, y: n.z + 1}, n {}",
        "MATCH (a) WHERE (a)-->() AND NOT (a)<-[:T]-(:B {k: 1}) OR (:A)--(a) RETURN a",
        "MATCH (a) WHERE (a)-[r]-(b) OR (a:A&B {k: '}'})-->() OR exists((a)-->()) RETURN size((a)-->())",
        "MATCH (a) WHERE EXISTS { (a)-->(b) } AND EXISTS { MATCH (a)-->(b) WHERE b.x = a.x RETURN b } RETURN a",
        "RETURN COUNT { (a)-->(b), (b)-->(c) WHERE a.x > 1 }, COLLECT { MATCH (a) RETURN a.x ORDER BY a.x }",
        "RETURN EXISTS { p = (a)-->(b) } OR EXISTS { shortestPath((a)-[*]-(b)) }",
        "RETURN shortestPath((a)-[*..15]-(b)), length(allShortestPaths((a)-[:T*]->(b)))",
        "RETURN (a) - (b), (a) - [1], (1)--1, (a)<-b, (a - b)-(c), [t]<-[s]-(p), (a)[0], (a).b",
    ]);
}

#[test]
fn keywords_name_things_where_names_stand() {
    accept(&[
        "MATCH (match:Match) RETURN match.return",
        "MATCH (case:Case) WHERE case.set = 1 RETURN case, case.end AS end ORDER BY case",
        "MATCH (start)-[in:IN]->(end) RETURN start.x, end.x, in",
        "MATCH (n) RETURN n.match, n.where, n.null, n:Return, {not: 1}.not",
        "UNWIND [1] AS order RETURN order + 1 AS limit ORDER BY order SKIP 0",
        "WITH 1 AS with, 2 AS call RETURN with AS as, call",
        "MATCH (valid)-[known:KNOWN]->(citing:Citing) RETURN valid.why, known, citing {.at}",
        "RETURN count.x, exists.y, count {.a}, collect {x: 1}, all, any, reduce, shortestPath",
        "WITH 1 AS distinct RETURN distinct, count(distinct), distinct.x",
        "MATCH (case) RETURN CASE case.x WHEN 1 THEN case ELSE case.y END AS case",
        "CREATE index = (a)-[:T]->(b) RETURN index",
    ]);
}

#[test]
fn blanks_and_comments_stand_anywhere() {
    accept(&[
        "MATCH/*a*/(n)//b\nRETURN/**/n",
        "// first\nRETURN 1 // last",
        "\u{FEFF}RETURN\u{A0}1\u{3000}+\t2;;",
        "RETURN 'a // b', \"/* c\" /* ' */",
        "RETURN n . x . y, f ( 1 )",
    ]);
}

#[test]
fn schema_commands_and_tables() {
    accept(&[
        "CREATE INDEX FOR (n:Company) ON (n.name)",
        "CREATE INDEX company_name IF NOT EXISTS FOR (n:Company) ON (n.name, n.country)",
        "CREATE RANGE INDEX if FOR ()-[r:OWNS]-() ON (r.share)",
        "CREATE INDEX for FOR ()-[r:OWNS]->() ON (r.share)",
        "DROP INDEX company_name IF EXISTS",
        "CREATE CONSTRAINT FOR (n:Company) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT id IF NOT EXISTS FOR (n:Company) REQUIRE (n.id, n.list) IS NODE KEY",
        "CREATE CONSTRAINT FOR (n:Company) REQUIRE n.id IS NOT NULL",
        "CREATE CONSTRAINT FOR ()-[r:OWNS]-() REQUIRE r.id IS RELATIONSHIP UNIQUE",
        "CREATE CONSTRAINT FOR ()<-[r:OWNS]-() REQUIRE (r.id) IS KEY",
        "DROP CONSTRAINT id",
        "CREATE NAME INDEX FOR (n) ON EACH [n.name]",
        "CREATE NAME INDEX names IF NOT EXISTS FOR (n:Company) ON EACH [n.name, n.aliases]",
        "CREATE NAME INDEX printed FOR ()-[s:SUPPORTS]-() ON EACH [s.printed]",
        "CREATE (name)-[:index]->(each)",
        "SHOW LABELS",
        "SHOW RELATIONSHIP TYPES YIELD *",
        "SHOW PROPERTY KEYS YIELD name AS key WHERE key STARTS WITH 'a'",
        "SHOW INDEXES WHERE state = 'ONLINE'",
        "SHOW CONSTRAINTS",
        "SHOW FUNCTIONS",
        "SHOW PROCEDURES",
        "SHOW TRANSACTIONS",
        "SHOW COMMITS YIELD number, message WHERE kept LIMIT 3",
        "AT COMMIT 3 SHOW COMMIT",
        "SHOW INDEXES YIELD * WHERE name = 'a' RETURN collect(name) AS names ORDER BY names LIMIT 1",
        "SHOW INDEXES YIELD name, `on` AS label ORDER BY name DESC SKIP 1 LIMIT 2 WHERE label = 'A' RETURN DISTINCT *",
        "SHOW SETTINGS;",
    ]);
}

#[test]
fn every_statement_of_the_fixtures() {
    for script in [
        include_str!("../../../fixtures/registry.cypher"),
        include_str!("../../../fixtures/2019-10-entity-list-28.cypher"),
        include_str!("../../../fixtures/2020-05-entity-list-33.cypher"),
    ] {
        let statements = statements(script);
        assert!(!statements.is_empty());
        for span in statements {
            if let Err(report) = parsed(span.of(script)) {
                panic!("{report}");
            }
        }
    }
}

/// The texts that the spans of the items of a RETURN cover.
fn item_texts(text: &str) -> Vec<&str> {
    let statement = parsed(text).expect("the text is of the language");
    let ast::Body::Query(query) = statement.body else { panic!("a query") };
    let Some(ast::ClauseKind::Return(projection)) = query.first.clauses.last().map(|clause| &clause.kind) else {
        panic!("a RETURN")
    };
    projection.items.iter().map(|item| item.expr.span.of(text)).collect()
}

#[test]
fn a_span_covers_its_expression_and_no_blank() {
    let text = "RETURN  1+ 2 /* sum */ AS x , ( n.x ) , n : A , count( * ) , [ 1 ] [ 0 ] // end
        , NOT x IS NULL , CASE WHEN x THEN 1 END , EXISTS { (a)-->(b) } , f( ) ,'я' , n { .x } , (a) -- (b) ORDER BY x ";
    assert_eq!(
        item_texts(text),
        [
            "1+ 2",
            "( n.x )",
            "n : A",
            "count( * )",
            "[ 1 ] [ 0 ]",
            "NOT x IS NULL",
            "CASE WHEN x THEN 1 END",
            "EXISTS { (a)-->(b) }",
            "f( )",
            "'я'",
            "n { .x }",
            "(a) -- (b)",
        ]
    );
}
