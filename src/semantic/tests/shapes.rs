//! The bound form of some telling statements.

use expect_test::{Expect, expect};

use super::bind_text;
use super::print::print;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "`expect!` makes one for each call")]
fn check(text: &str, expected: Expect) {
    let statement = bind_text(text).unwrap_or_else(|errors| panic!("{text}\n{errors:?}"));
    expected.assert_eq(&print(&statement));
}

#[test]
fn what_stands_in_braces_becomes_predicates() {
    check(
        "MATCH (c:Company {name: 'Ada'})-[o:OWNS WHERE o.share > 1]->(d {since: $x}) RETURN d.name",
        expect![[r#"
        match
          node c0:Company
          node d1
          arrow o2:OWNS c0-->d1
          where c0.name = 'Ada'
          where d1.since == $x
          where o2.share > 1
        project
          d.name3 = d1.name
        columns `d.name` = d.name3
    "#]],
    );
}

#[test]
fn each_relationship_on_the_way_has_a_variable_of_its_own() {
    check(
        "MATCH p = (a)-[os:OWNS*1..3 {share: 1}]->(b) RETURN p, os",
        expect![[r#"
        match
          node a0
          node b1
          arrow os2:OWNS a0-->b1 *1..3 All each os4: os4.share = 1
          path p3 = a0 os2 b1
        project
          p3 = p3
          os2 = os2
        columns `p` = p3, `os` = os2
    "#]],
    );
}

#[test]
fn a_bracket_comes_before_the_arrow_that_ends_at_it() {
    check(
        "MATCH (s)-[c:SUPPORTS]->[(a)-[t:OWNS {share: 1}]->(b)] RETURN c, t",
        expect![[r#"
        match
          node s0
          node a1
          node b2
          bracket t3:OWNS a1-->b2
          arrow c4:SUPPORTS s0-->t3
          where t3.share = 1
        project
          c4 = c4
          t3 = t3
        columns `c` = c4, `t` = t3
    "#]],
    );
    check(
        "MATCH (s)-[:SUPPORTS]->[t], (a)-[t:OWNS]->(b) RETURN t",
        expect![[r#"
        match
          node s0
          node a3
          node b4
          arrow t1:OWNS a3-->b4
          arrow _2:SUPPORTS s0-->t1
        project
          t1 = t1
        columns `t` = t1
    "#]],
    );
}

#[test]
fn items_beside_aggregates_are_put_over_keys_and_calls() {
    check(
        "MATCH (me)--(you) RETURN me.age AS age, me.age + count(you.age) AS agg, count(you.age) AS n ORDER BY n, sum(1)",
        expect![[r#"
            match
              node me0
              node you1
              arrow _2 me0--you1
            project
              key age4 = me0.age
              call n3 = count you1.age
              call _6 = sum 1
              age4 = age4
              agg5 = (age4 + n3)
              n3 = n3
              order n3
              order _6
            columns `age` = age4, `agg` = agg5, `n` = n3
        "#]],
    );
}

#[test]
fn the_where_of_a_with_takes_along_what_it_needs() {
    check(
        "MATCH (a) WITH a.name AS name WHERE a.age > 1 AND name = 'B' RETURN *",
        expect![[r#"
        match
          node a0
        project
          name1 = a0.name
          a0 = a0
          where (a0.age > 1 and name1 = 'B')
        project
          name1 = name1
        columns `name` = name1
    "#]],
    );
}

#[test]
fn an_alias_hides_what_it_is_made_of() {
    check(
        "MATCH (n) RETURN n.name AS n ORDER BY n.name, n + 1",
        expect![[r#"
        match
          node n0
        project
          n1 = n0.name
          order n1
          order (n1 + 1)
        columns `n` = n1
    "#]],
    );
}

#[test]
fn a_merge_is_taken_apart() {
    check(
        "MATCH (c), (p) MERGE (c)-[:STATES]->[(a:Person {name: 'A'})-[:OWNS]->(b:Company)] \
         ON CREATE SET a.age = 1 CITING p {certainty: 'inferred'}",
        expect![[r#"
            match
              node c0
              node p1
            merge
              node a2:Person
              node b3:Company
              bracket _4:OWNS a2-->b3
              where a2.name = 'A'
              draw node a2:Person {name: 'A'}
              draw node b3:Company
              draw quoted _4:OWNS a2-->b3
              cite [] created only [a2 b3]
                source p1 {certainty: 'inferred'}
            merge
              node c0 bound
              bracket _4 bound
              arrow _5:STATES c0-->_4
              draw _5:STATES c0-->_4
              on create a2.age = 1
              cite [_5] created only []
                source p1 {certainty: 'inferred'}
            columns 
        "#]],
    );
}

#[test]
fn a_drawing_says_what_is_so_and_what_is_only_said() {
    check(
        "MATCH (p) CREATE q = (s:Source)-[:SUPPORTS]->[(a)-[t:OWNS {share: 1}]->(b)], (b)-[:OWNS]->(a) CITING p",
        expect![[r#"
            match
              node p0
            create
              draw node s1:Source
              draw node a2
              draw node b3
              draw quoted t4:OWNS a2-->b3 {share: 1}
              draw _5:SUPPORTS s1-->t4
              draw _7:OWNS b3-->a2
              path q6 = s1 _5 t4
              cite [s1 a2 b3 _5 _7] created only []
                source p0
            columns 
        "#]],
    );
}

#[test]
fn a_subquery_lists_its_imports() {
    check(
        "MATCH (n) WITH n, [1] AS list WHERE (n)-->() RETURN [x IN list WHERE COUNT { (n)-->({k: x}) } > 1 | x], \
         [(n)-->(m) | m.name], shortestPath((n)-[*]-(n))",
        expect![[r#"
            match
              node n0
            project
              n0 = n0
              list1 = [1]
              where Exists#0
            project
              [x IN list WHERE COUNT { (n)-->({k: x}) } > 1 | x]13 = [x4 in list1 where Count#1 > 1 | x4]
              [(n)-->(m) | m.name]14 = Collect#2
              shortestPath((n)-[*]-(n))15 = Collect#3[0]
            columns `[x IN list WHERE COUNT { (n)-->({k: x}) } > 1 | x]` = [x IN list WHERE COUNT { (n)-->({k: x}) } > 1 | x]13, `[(n)-->(m) | m.name]` = [(n)-->(m) | m.name]14, `shortestPath((n)-[*]-(n))` = shortestPath((n)-[*]-(n))15
            subquery 0 imports [n0]
              match
                node n0 bound
                node _2
                arrow _3 n0-->_2
              columns 
            subquery 1 imports [n0 x4]
              match
                node n0 bound
                node _5
                arrow _6 n0-->_5
                where _5.k = x4
              columns 
            subquery 2 imports [n0]
              match
                node n0 bound
                node m7
                arrow _8 n0-->m7
              project
                _9 = m7.name
              columns `item` = _9
            subquery 3 imports [n0]
              match
                node n0 bound
                arrow _10 n0--n0 *1.. AnyShortest
                path _11 = n0 _10 n0
              project
                _12 = _11
              columns `item` = _12
        "#]],
    );
    check(
        "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m UNION MATCH (m) RETURN m } RETURN m",
        expect![[r#"
        match
          node n0
        subquery imports [n0]
          branch [m1]
          match
            node n0 bound
            node m1
            arrow _2 n0-->m1
          project
            m1 = m1
          branch [m3]
          match
            node m3
          project
            m3 = m3
          columns `m` = m4
        project
          m4 = m4
        columns `m` = m4
    "#]],
    );
}

#[test]
fn show_is_a_call() {
    check(
        "SHOW LABELS YIELD label AS l WHERE l = 'Company'",
        expect![[r#"
        call show.labels() yields 0 as l0
          where l0 = 'Company'
        columns `l` = l0
    "#]],
    );
}

#[test]
fn next_goes_on_as_with_does_and_hands_all_rows_to_each_branch() {
    check(
        "MATCH (c:Company) RETURN c, c.name AS name NEXT RETURN name",
        expect![[r#"
        match
          node c0:Company
        project
          c0 = c0
          name1 = c0.name
        project
          name1 = name1
        columns `name` = name1
    "#]],
    );
    check(
        "UNWIND [1] AS x RETURN x NEXT RETURN x UNION RETURN x + 1 AS x",
        expect![[r#"
        unwind [1] as x0
        project
          x0 = x0
        project
          call _1 = collect {x: x0}
          _1 = _1
        subquery imports [_1]
          branch [x3]
          unwind _1 as _2
          project
            x3 = _2.x
          project
            x3 = x3
          branch [x6]
          unwind _1 as _4
          project
            x5 = _4.x
          project
            x6 = (x5 + 1)
          columns `x` = x7
        columns `x` = x7
    "#]],
    );
}

#[test]
fn what_is_known_of_labels_stays_with_the_pattern_and_the_rest_is_asked() {
    check(
        "MATCH (c:Company&$($x))-[o:$any($t)*]->(d:Person|$('Company')) RETURN c",
        expect![[r#"
        match
          node c0:Company
          node d1:(Person|Company)
          arrow o2 c0-->d1 *1.. All each o3: $any(o3, $t)
          where $all(c0, $x)
        project
          c0 = c0
        columns `c` = c0
    "#]],
    );
    check(
        "MERGE (c:Company:$($x))-[o:$($t)]->(d) SET c:$($y), d[$k] = 1",
        expect![[r#"
        merge
          node c0:Company
          node d1
          arrow o2 c0-->d1
          where $all(c0, $x)
          where $all(o2, $t)
          draw node c0:Company:$($x)
          draw node d1
          draw o2:$($t) c0-->d1
        set c0 add :$($y)
        set d1[$k] = 1
        columns 
    "#]],
    );
}

#[test]
fn a_subquery_may_be_optional_or_committed() {
    check(
        "MATCH (c) OPTIONAL CALL (c) { MATCH (c)-->(d) RETURN d } RETURN d",
        expect![[r#"
        match
          node c0
        optional subquery imports [c0]
          match
            node c0 bound
            node d1
            arrow _2 c0-->d1
          project
            d1 = d1
          columns `d` = d1
        project
          d1 = d1
        columns `d` = d1
    "#]],
    );
    check(
        "UNWIND [1] AS x CALL (x) { CREATE (c) } IN TRANSACTIONS ON ERROR BREAK REPORT STATUS AS s RETURN s",
        expect![[r#"
            unwind [1] as x0
            unit subquery imports [] commits 1000 rows on error Break status [s2]
              create
                draw node c1
              columns 
            project
              s2 = s2
            columns `s` = s2
        "#]],
    );
}
