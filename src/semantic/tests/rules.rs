//! Each static rule: a statement that breaks it, and beside it one that does not.

use super::{bind_text, check_all};

#[test]
fn names_must_be_bound_before_they_are_used() {
    check_all(&[
        ("RETURN x", "UndefinedVariable"),
        ("MATCH (s) WHERE s.name = missing RETURN s", "UndefinedVariable"),
        ("MATCH (a) SET a.name = missing RETURN a", "UndefinedVariable"),
        ("MATCH (a) DELETE x", "UndefinedVariable"),
        ("CREATE (b {name: missing}) RETURN b", "UndefinedVariable"),
        ("MATCH (a) CREATE (a)-[:KNOWS]->(b {name: missing}) RETURN b", "UndefinedVariable"),
        ("CREATE (a {k: 1}), (b {k: a.k})", "ok"),
        ("CREATE (b {k: a.k}), (a {k: 1})", "UndefinedVariable"),
        ("CREATE (a {k: a.k})", "UndefinedVariable"),
        ("MERGE (a {k: 1})-[:T]->(b {k: a.k})", "UndefinedVariable"),
        ("MERGE (n) ON CREATE SET x.num = 1", "UndefinedVariable"),
        ("MERGE (n) ON CREATE SET n.num = 1", "ok"),
        ("MATCH (a), (b {k: a.k}) RETURN b", "ok"),
        ("MATCH (b {k: a.k}), (a) RETURN b", "ok"),
        ("MATCH (a) WITH 1 AS x RETURN a", "UndefinedVariable"),
        ("MATCH (a) WITH * RETURN a", "ok"),
        ("RETURN [x IN [1] | x] + x", "UndefinedVariable"),
        ("MATCH (n) WHERE (n)-[r]->(a) RETURN n", "UndefinedVariable"),
        ("MATCH (n) WHERE (n)-[]->(:A) RETURN n", "ok"),
        ("MATCH (n) RETURN [(n)-->(m) | m.name] AS names", "ok"),
        ("MATCH (n) WHERE EXISTS { (n)-->(m) WHERE m.k = 1 } RETURN m", "UndefinedVariable"),
        ("FOREACH (x IN [1] | CREATE (a {k: x})) RETURN a", "UndefinedVariable"),
    ]);
}

#[test]
fn the_nearest_name_is_proposed() {
    let errors = bind_text("MATCH (person) RETURN persn.name").expect_err("there is no `persn`");
    assert_eq!(errors[0].help().as_deref(), Some("did you mean `person`?"));
    let errors = bind_text("RETURN toUper('a')").expect_err("there is no `toUper`");
    assert_eq!(errors[0].class().detail, "UnknownFunction");
    assert_eq!(errors[0].help().as_deref(), Some("did you mean `toUpper`?"));
}

#[test]
fn all_problems_are_told_at_once() {
    let errors = bind_text("MATCH (n) WHERE x.k = x.l RETURN y, 1 AS n, 2 AS n").expect_err("three problems");
    let codes: Vec<_> = errors.iter().map(|error| error.class().detail).collect();
    assert_eq!(codes, ["UndefinedVariable", "UndefinedVariable", "ColumnNameConflict"]);
}

#[test]
fn a_variable_keeps_its_kind() {
    check_all(&[
        ("MATCH ()-[r]-() MATCH (r) RETURN r", "VariableTypeConflict"),
        ("MATCH ()-[r]-(r) RETURN r", "VariableTypeConflict"),
        ("MATCH ()-[r*]-()-[]-(r) RETURN r", "VariableTypeConflict"),
        ("MATCH r = ()-[]-(), (r) RETURN r", "VariableTypeConflict"),
        ("MATCH r = ()-[]-(), ()-[r*]-() RETURN r", "VariableTypeConflict"),
        ("MATCH (r)-[]-(r) MATCH ()-[r]-() RETURN r", "VariableTypeConflict"),
        ("WITH true AS n MATCH (n) RETURN n", "VariableTypeConflict"),
        ("WITH [] AS n MATCH (n) RETURN n", "VariableTypeConflict"),
        ("WITH [10] AS r MATCH ()-[r]-() RETURN r", "VariableTypeConflict"),
        ("MATCH (n) WITH [n] AS users MATCH (users)-->(m) RETURN m", "VariableTypeConflict"),
        ("WITH null AS n MATCH (n) RETURN n", "ok"),
        ("MATCH (n) WITH head(collect(n)) AS n MATCH (n)-->(m) RETURN m", "ok"),
        ("MATCH ()-[r]->() WITH [r] AS rs MATCH (a)-[rs*]->(b) RETURN a", "ok"),
        ("MATCH ()-[r]->() MATCH (a)-[r]->(b) RETURN a", "ok"),
    ]);
}

#[test]
fn a_name_is_bound_once() {
    check_all(&[
        ("MATCH p = (p)-[]-() RETURN p", "VariableAlreadyBound"),
        ("MATCH p = ()-[p*]-() RETURN p", "VariableAlreadyBound"),
        ("MATCH ()-[p]-(), p = ()-[]-() RETURN p", "VariableAlreadyBound"),
        ("CREATE (n:Foo)-[:T1]->(), (n:Bar)-[:T2]->()", "VariableAlreadyBound"),
        ("CREATE (n {}) CREATE (n:Bar)-[:OWNS]->(:Dog)", "VariableAlreadyBound"),
        ("MATCH (a) CREATE (a)", "VariableAlreadyBound"),
        ("MATCH (a) CREATE (a)-[:T]->()", "ok"),
        ("MATCH ()-[r]->() CREATE ()-[r]->()", "VariableAlreadyBound"),
        ("MATCH (a) MERGE (a)", "VariableAlreadyBound"),
        ("CREATE (a:Foo) MERGE (a)-[r:KNOWS]->(a:Bar)", "VariableAlreadyBound"),
        ("MATCH (a)-[r]->(b) MERGE (a)-[r]->(b)", "VariableAlreadyBound"),
        ("WITH 1 AS x UNWIND [1] AS x RETURN x", "VariableAlreadyBound"),
        ("WITH 1 AS x CALL { RETURN 2 AS x } RETURN x", "VariableAlreadyBound"),
        ("MATCH (a)-[r]->()-[r]->(a) RETURN r", "RelationshipUniquenessViolation"),
    ]);
}

#[test]
fn created_relationships_are_fully_said() {
    check_all(&[
        ("CREATE ()-->()", "NoSingleRelationshipType"),
        ("CREATE ()-[:A|:B]->()", "NoSingleRelationshipType"),
        ("MATCH (a), (b) MERGE (a)-->(b)", "NoSingleRelationshipType"),
        ("MATCH (a), (b) MERGE (a)-[:A|B]->(b)", "NoSingleRelationshipType"),
        ("CREATE (a)-[:FOO]-(b)", "RequiresDirectedRelationship"),
        ("CREATE (a)<-[:FOO]->(b)", "RequiresDirectedRelationship"),
        ("MATCH (a), (b) MERGE (a)-[:FOO]-(b)", "ok"),
        ("CREATE ()-[:FOO*2]->()", "CreatingVarLength"),
        ("MATCH (a), (b) MERGE (a)-[:FOO*2]->(b)", "CreatingVarLength"),
        ("MATCH (n $param) RETURN n", "InvalidParameterUse"),
        ("MATCH ()-[r:FOO $param]->() RETURN r", "InvalidParameterUse"),
        ("MERGE (n $param) RETURN n", "InvalidParameterUse"),
        ("CREATE (n $param) RETURN n", "ok"),
        ("MERGE ({num: null})", "MergeReadOwnWrites"),
    ]);
}

#[test]
fn columns_have_names_of_their_own() {
    check_all(&[
        ("RETURN 1 AS a, 2 AS a", "ColumnNameConflict"),
        ("WITH 1 AS a, 2 AS a RETURN a", "ColumnNameConflict"),
        ("MATCH (a) WITH a, count(*) RETURN a", "NoExpressionAlias"),
        ("MATCH (a) WITH a.name RETURN 1", "NoExpressionAlias"),
        ("MATCH () RETURN *", "NoVariablesInScope"),
        ("MATCH (a) RETURN *", "ok"),
        ("RETURN 1 AS a UNION RETURN 2 AS b", "DifferentColumnsInUnion"),
        ("RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a", "InvalidClauseComposition"),
        ("RETURN 1 AS a, 2 AS b UNION RETURN 3 AS b, 4 AS a", "ok"),
    ]);
}

#[test]
fn clauses_stand_in_order() {
    check_all(&[
        ("MATCH (n)", "UnexpectedSyntax"),
        ("MATCH (n) WITH n", "UnexpectedSyntax"),
        ("UNWIND [1] AS x", "UnexpectedSyntax"),
        ("MATCH (n) SET n.k = 1", "ok"),
        ("MATCH (n) WHERE EXISTS { MATCH (n)-->(m) SET m.k = 1 } RETURN n", "InvalidClauseComposition"),
        ("MATCH (n) WHERE EXISTS { MATCH (n)-->(m) RETURN true } RETURN n", "ok"),
        ("MATCH (n) WHERE EXISTS { MATCH (n)-->(m) } RETURN n", "ok"),
    ]);
}

#[test]
fn aggregates_stand_in_items_only() {
    check_all(&[
        ("MATCH (a) WHERE count(a) > 10 RETURN a", "InvalidAggregation"),
        ("RETURN [x IN [1, 2] | count(*)]", "InvalidAggregation"),
        ("MATCH (n) RETURN n.num1 ORDER BY max(n.num2)", "InvalidAggregation"),
        ("MATCH (n) WITH n.num1 AS foo ORDER BY count(1) RETURN foo", "InvalidAggregation"),
        ("MATCH (n) WITH n, count(*) AS c WHERE count(*) > 1 RETURN n", "InvalidAggregation"),
        ("MATCH (n) CALL test.two(n.name, count(n)) YIELD a RETURN a", "InvalidAggregation"),
        ("RETURN count(count(*))", "NestedAggregation"),
        ("RETURN count(rand())", "NonConstantExpression"),
        ("MATCH (n) RETURN [x IN collect(n) | x.name]", "ok"),
        ("MATCH (n) RETURN EXISTS { WITH count(*) AS c RETURN c }", "ok"),
    ]);
}

#[test]
fn beside_an_aggregate_stands_what_groups() {
    check_all(&[
        ("MATCH (me)--(you) RETURN me.age + count(you.age)", "AmbiguousAggregationExpression"),
        ("MATCH (me)--(you) WITH me.age AS age, me.age + count(you.age) AS agg RETURN *", "ok"),
        ("MATCH (me)--(you) WITH me.age AS age, you RETURN age, age + count(you.age)", "ok"),
        (
            "MATCH (me)--(you) WITH me.age + you.age AS grp, me.age + you.age + count(*) AS agg RETURN *",
            "AmbiguousAggregationExpression",
        ),
        ("MATCH (person) WITH $age + max(person.age) - 1000 AS agg RETURN *", "ok"),
        ("MATCH (n) RETURN n, n.age + count(*)", "ok"),
        ("MATCH (n) RETURN n AS m, n.age + count(*)", "ok"),
    ]);
}

#[test]
fn order_by_sees_what_is_left() {
    check_all(&[
        ("MATCH (a) RETURN DISTINCT a.name ORDER BY a.age", "UndefinedVariable"),
        ("MATCH (a) RETURN DISTINCT a.name ORDER BY a.name", "ok"),
        ("MATCH (a) RETURN DISTINCT a ORDER BY a.name", "ok"),
        ("MATCH (a) RETURN a.name ORDER BY a.age", "ok"),
        ("MATCH (me)--(you) RETURN count(you.age) AS agg ORDER BY me.age + count(you.age)", "UndefinedVariable"),
        ("MATCH (me)--(you) RETURN me.age AS age, count(you.age) AS cnt ORDER BY age, age + count(you.age)", "ok"),
        ("MATCH (me)--(you) RETURN me.age AS age, count(you.age) AS cnt ORDER BY me.age + count(you.age)", "ok"),
        (
            "MATCH (me)--(you) RETURN me.age + you.age, count(*) AS cnt ORDER BY me.age + you.age + count(*)",
            "AmbiguousAggregationExpression",
        ),
        ("MATCH (me)--(you) RETURN me.age + you.age, count(*) AS cnt ORDER BY me.age + you.age", "ok"),
        ("MATCH (person) RETURN max(person.age) AS m ORDER BY $age + max(person.age) - 1000", "ok"),
        ("WITH 1 AS a, 'b' AS b, 3 AS c WITH a, b WITH a ORDER BY a, c RETURN a", "UndefinedVariable"),
        (
            "MATCH (a) WITH a, a.num + a.num2 AS sum \
             WITH a.num2 % 3 AS mod, min(sum) AS min ORDER BY sum(sum) RETURN mod, min",
            "UndefinedVariable",
        ),
        (
            "MATCH (a) WITH a.num2 % 3 AS mod, min(a.num + a.num2) AS min \
             ORDER BY sum(a.num + a.num2) RETURN mod, min",
            "UndefinedVariable",
        ),
        ("MATCH (a) RETURN a.num2 % 3 AS mod, sum(a.num + a.num2) AS s ORDER BY sum(a.num + a.num2)", "ok"),
        ("MATCH (a) RETURN a, count(*) AS c ORDER BY sum(a.num)", "ok"),
        ("MATCH (a) WITH a.name2 AS name WHERE a.name2 = 'B' RETURN *", "ok"),
        ("MATCH (a) WITH DISTINCT a.name2 AS name WHERE a.age = 'B' RETURN *", "UndefinedVariable"),
    ]);
}

#[test]
fn the_number_of_rows_is_known_beforehand() {
    check_all(&[
        ("MATCH (n) RETURN n SKIP n.count", "NonConstantExpression"),
        ("MATCH (n) RETURN n LIMIT n.count", "NonConstantExpression"),
        ("MATCH (n) RETURN n SKIP -1", "NegativeIntegerArgument"),
        ("MATCH (n) RETURN n LIMIT -1", "NegativeIntegerArgument"),
        ("MATCH (n) RETURN n LIMIT 1.5", "InvalidArgumentType"),
        ("MATCH (n) RETURN n SKIP $skip LIMIT toInteger(ceil(1.7))", "ok"),
        ("MATCH (n) RETURN n SKIP toInteger(rand() * 9)", "ok"),
    ]);
}

#[test]
fn types_that_are_known_must_fit() {
    check_all(&[
        ("RETURN 123 AND true", "InvalidArgumentType"),
        ("RETURN null OR 'foo'", "InvalidArgumentType"),
        ("RETURN NOT []", "InvalidArgumentType"),
        ("RETURN true XOR null", "ok"),
        ("RETURN 1 IN 'foo'", "InvalidArgumentType"),
        ("RETURN 1 IN null", "ok"),
        ("MATCH (n), (m) WHERE (n) RETURN n", "InvalidArgumentType"),
        ("MATCH p = (a) RETURN labels(p)", "InvalidArgumentType"),
        ("MATCH (a) WITH [a, 1] AS list RETURN labels(list[1])", "ok"),
        ("MATCH ()-[r]->() RETURN [x IN [r, 0] | type(x)]", "ok"),
        ("RETURN properties(1)", "InvalidArgumentType"),
        ("MATCH p = (a)-[*]->(b) RETURN size(p)", "InvalidArgumentType"),
        ("MATCH (n) RETURN length(n)", "InvalidArgumentType"),
        ("RETURN range(true, 1, 1)", "ok"),
        ("RETURN none(x IN ['Clara'] WHERE x % 2 = 0)", "InvalidArgumentType"),
        ("RETURN any(x IN [false, true] WHERE x % 2 = 0)", "InvalidArgumentType"),
        ("RETURN all(x IN [1, null] WHERE x % 2 = 0)", "ok"),
        ("WITH 123 AS x RETURN x.num", "InvalidArgumentType"),
        ("WITH [123, true] AS x RETURN x.num", "InvalidArgumentType"),
        ("WITH null AS x RETURN x.num", "ok"),
        ("WITH true AS list, 0 AS i RETURN list[i]", "ok"),
        ("MATCH () DELETE 1 + 1", "InvalidArgumentType"),
        ("MATCH (n) DELETE n:Person", "InvalidDelete"),
        ("MATCH ()-[r:T]-() DELETE r:T", "InvalidDelete"),
        ("MATCH p = (a) DELETE p", "ok"),
        ("RETURN toUpper('a', 'b')", "InvalidNumberOfArguments"),
        ("RETURN foo(1)", "UnknownFunction"),
        ("RETURN exists(1)", "InvalidArgumentExpression"),
        ("MATCH (n) RETURN exists(n.name), exists((n)-->())", "ok"),
    ]);
}

#[test]
fn a_pattern_stands_where_a_predicate_is_wanted() {
    check_all(&[
        ("MATCH (n) RETURN (n)-[]->()", "UnexpectedSyntax"),
        ("MATCH (n) WITH (n)-[]->() AS x RETURN x", "UnexpectedSyntax"),
        ("MATCH (n) SET n.prop = head(nodes(head((n)-[:REL]->()))).foo", "UnexpectedSyntax"),
        ("MATCH (n) RETURN size((n)-->())", "UnexpectedSyntax"),
        ("MATCH (n) WHERE NOT (n)-->() RETURN n", "ok"),
        ("MATCH (n) WHERE n.k = 1 OR (n)-->() RETURN n", "ok"),
        ("MATCH (n) RETURN [x IN [1] WHERE (n)-->() | x]", "ok"),
        ("MATCH (a), (b) RETURN shortestPath((a)-[*]-(b)) AS p", "ok"),
    ]);
}

#[test]
fn procedures_are_called_by_their_signature() {
    check_all(&[
        ("CALL test.my.proc() YIELD out RETURN out", "ProcedureNotFound"),
        ("CALL test.nothing()", "ok"),
        ("CALL test.nothing", "ok"),
        ("MATCH (n) CALL test.nothing() RETURN n", "ok"),
        ("CALL test.two('Dobby')", "InvalidNumberOfArguments"),
        ("CALL test.two('a', 1, 2) YIELD a RETURN a", "InvalidNumberOfArguments"),
        ("CALL test.two('a', true)", "InvalidArgumentType"),
        ("CALL test.float(1)", "ok"),
        ("CALL test.two", "ok"),
        ("CALL test.two YIELD a RETURN a", "InvalidArgumentPassingMode"),
        ("CALL test.two('a', 1) RETURN a", "UndefinedVariable"),
        ("CALL test.two('a', 1) YIELD a, b AS a RETURN a", "VariableAlreadyBound"),
        ("CALL test.two('a', 1) YIELD a AS c, b AS c RETURN c", "VariableAlreadyBound"),
        ("WITH 'Hi' AS label CALL test.labels() YIELD label RETURN *", "VariableAlreadyBound"),
        ("CALL test.two('a', 1) YIELD * RETURN a", "UnexpectedSyntax"),
        ("CALL test.two('a', 1) YIELD *", "ok"),
        ("CALL test.two('a', 1) YIELD b, a RETURN a, b", "ok"),
        ("CALL test.two('a', 1) YIELD c", "UndefinedVariable"),
        ("SHOW LABELS", "ok"),
        ("SHOW LABELS YIELD label WHERE label STARTS WITH 'C'", "ok"),
    ]);
}

#[test]
fn brackets_hold_relationships() {
    check_all(&[
        ("MATCH [t:OWNS] RETURN t", "ok"),
        ("MATCH (n) MATCH (s)-[:SUPPORTS]->[n] RETURN s", "VariableTypeConflict"),
        ("MATCH [t] MATCH (t) RETURN t", "VariableTypeConflict"),
        ("MATCH [t] MATCH ()-[t]->() RETURN t", "ok"),
        ("MATCH (s)-[:SUPPORTS]->[t], (p)-[:SUPPORTS]->[t] RETURN t", "ok"),
        ("MATCH (a)-[r:OWNS]->(b), (s)-[:SUPPORTS]->[r] RETURN s", "ok"),
        ("CREATE (s)-[:SUPPORTS]->[t]", "UndefinedVariable"),
        ("CREATE (a)-[t:OWNS]->(b), (s)-[:SUPPORTS]->[t]", "ok"),
        ("CREATE (s)-[:SUPPORTS]->[t], (a)-[t:OWNS]->(b)", "UndefinedVariable"),
        ("CREATE [(a)-[:OWNS]->(b)]", "ok"),
        ("CREATE [(a)-[:OWNS]-(b)]", "RequiresDirectedRelationship"),
        ("MATCH [t] ASSERT t", "ok"),
        ("MATCH (n) ASSERT n", "InvalidArgumentType"),
        ("MATCH (n) RETRACT n", "InvalidArgumentType"),
        ("MATCH [t] WITH startNode(t) AS x MATCH (x)-->(y) RETURN y", "ok"),
        ("MATCH [t] WITH startNode(t) AS x MATCH [x] RETURN x", "ok"),
        ("MATCH (p) CREATE (a)-[:OWNS]->(b) CITING p", "ok"),
        ("MATCH [r] CREATE (a)-[:OWNS]->(b) CITING r", "InvalidArgumentType"),
        ("CREATE (p), (a)-[:OWNS]->(b) CITING p", "UndefinedVariable"),
    ]);
}

#[test]
fn subqueries_see_what_they_import() {
    check_all(&[
        ("MATCH (n) CALL { WITH n RETURN n.name AS name } RETURN name", "ok"),
        ("MATCH (n) CALL { RETURN n.name AS name } RETURN name", "UndefinedVariable"),
        ("MATCH (n) CALL (n) { RETURN n.name AS name } RETURN name", "ok"),
        ("MATCH (n) CALL (*) { RETURN n.name AS name } RETURN name", "ok"),
        ("MATCH (n) CALL (m) { RETURN 1 AS one } RETURN one", "UndefinedVariable"),
        ("MATCH (n) CALL { WITH m RETURN 1 AS one } RETURN one", "UndefinedVariable"),
        ("MATCH (n) CALL (n) { CREATE (m {k: n.k}) } RETURN n", "ok"),
        ("MATCH (n) RETURN COLLECT { MATCH (n)-->(m) RETURN m.name } AS names", "ok"),
        ("MATCH (n) RETURN COLLECT { MATCH (n)-->(m) RETURN m, n } AS names", "InvalidClauseComposition"),
        ("MATCH (n) RETURN COUNT { (n)-->() } AS out", "ok"),
    ]);
}
