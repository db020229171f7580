//! Plans as text, for queries over a small catalog.

use expect_test::{Expect, expect};

use crate::catalog::{
    Catalog, ConstraintDef, ConstraintKind, IndexDef, IndexId, KeyId, LabelId, Owner, Side, Statistics, TypeId,
};
use crate::function::Registry;
use crate::optimize::{PassSet, optimize};
use crate::value::{Name, Value};
use crate::{physical, plan, semantic, syntax};

/// A registry of companies: 1,000 people, 200 companies, 10 agencies; an index on `Company(name)`, ids are unique.
struct Sample {
    catalog: Catalog,
}

impl Sample {
    fn new() -> Self {
        let mut catalog = Catalog::default();
        for label in ["Person", "Company", "Agency", "Action", "Paragraph"] {
            catalog.labels.intern(&Name::from(label));
        }
        for rel_type in ["KNOWS", "OWNS", "TOOK", "TARGETS", "SUPPORTS"] {
            catalog.types.intern(&Name::from(rel_type));
        }
        for key in ["id", "name", "age", "on"] {
            catalog.keys.intern(&Name::from(key));
        }
        let mut sample = Self { catalog };
        sample.index("company_name", "Company", &["name"]);
        sample.index("action_on", "Action", &["on"]);
        sample.unique("person_id", "Person", "id");
        sample.unique("action_id", "Action", "id");
        sample
    }

    fn index(&mut self, name: &str, label: &str, keys: &[&str]) -> IndexId {
        let id = IndexId(u32::try_from(self.catalog.indexes.len()).unwrap());
        let owner = Owner::Label(self.catalog.labels.get(label).unwrap());
        let keys = keys.iter().map(|key| self.catalog.keys.get(key).unwrap()).collect();
        self.catalog.indexes.push(IndexDef { id, name: Name::from(name), owner, keys });
        id
    }

    fn unique(&mut self, name: &str, label: &str, key: &str) {
        let index = self.index(name, label, &[key]);
        let IndexDef { owner, keys, .. } = self.catalog.indexes.last().unwrap().clone();
        let kind = ConstraintKind::Unique;
        self.catalog.constraints.push(ConstraintDef { name: Name::from(name), owner, keys, kind, index: Some(index) });
    }
}

impl Statistics for Sample {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn node_count(&self) -> u64 {
        2_210
    }

    fn label_count(&self, label: LabelId) -> u64 {
        [1_000, 200, 10, 500, 500][label.0 as usize]
    }

    fn rel_count(&self, rel_type: Option<TypeId>) -> u64 {
        let counts = [5_000, 300, 500, 2_000, 2_500];
        rel_type.map_or(counts.iter().sum(), |rel_type| counts[rel_type.0 as usize])
    }

    fn rel_count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        let ends = match self.catalog.types.name(rel_type).as_str() {
            "KNOWS" => ["Person", "Person"],
            "OWNS" => ["Person", "Company"],
            "TOOK" => ["Agency", "Action"],
            "TARGETS" => ["Action", "Company"],
            _ => ["Paragraph", "Action"],
        };
        let end = ends[usize::from(side == Side::End)];
        if self.catalog.labels.name(label).as_str() == end { self.rel_count(Some(rel_type)) } else { 0 }
    }

    fn about_rel_count(&self, _: TypeId) -> u64 {
        0
    }

    fn quoted_rel_count(&self, _: TypeId) -> u64 {
        0
    }

    fn sample(&self, _: KeyId) -> Option<Value> {
        None
    }

    fn index_size(&self, index: IndexId) -> (u64, u64) {
        match self.catalog.indexes[index.0 as usize].owner {
            Owner::Label(label) => (self.label_count(label), self.label_count(label)),
            Owner::Type(_) => (0, 0),
        }
    }
}

fn plan_with(query: &str, passes: PassSet) -> String {
    let sample = Sample::new();
    let statement = match syntax::parse(query) {
        Ok(statement) => statement,
        Err(error) => return format!("{error}\n"),
    };
    let bound = semantic::bind(&statement, query, &sample, &Registry::builtin());
    let bound = match bound {
        Ok(bound) => bound,
        Err(errors) => return format!("{errors:?}\n"),
    };
    let logical = plan::build(bound).unwrap_or_else(|error| panic!("{query}: {error}"));
    physical::explain(&physical::lower(optimize(logical, &sample, passes), &sample))
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "an expectation is written at the call")]
fn check_plan(query: &str, expected: Expect) {
    expected.assert_eq(&plan_with(query, PassSet::ALL));
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "an expectation is written at the call")]
fn check_plain_plan(query: &str, expected: Expect) {
    expected.assert_eq(&plan_with(query, PassSet::NONE));
}

#[test]
fn the_plain_plan_follows_the_text() {
    check_plain_plan(
        "MATCH (a:Agency)-[:TOOK]->(x:Action) WHERE x.id = 'x' OPTIONAL MATCH (x)-[:TARGETS]->(c) RETURN a.name, c",
        expect![[r#"
            project a.name
              optional
                  expand (x)-[:TARGETS]->(c)
                    argument x
                filter x.id = 'x'
                  filter x:Action
                    expand (a)-[:TOOK]->(x)
                      scan a:Agency
        "#]],
    );
}

#[test]
fn an_indexed_property_is_where_a_pattern_begins() {
    check_plan(
        "MATCH (a:Agency)-[:TOOK]->(x:Action)-[:TARGETS]->(c:Company {name: 'SenseTime'}) RETURN a.name, x.id",
        expect![[r#"
            project a.name, x.id
              filter a:Agency
                expand (x)<-[:TOOK]-(a)
                  filter x:Action
                    expand (c)<-[:TARGETS]-(x)
                      seek c:Company(name = 'SenseTime')
        "#]],
    );
    check_plan(
        "MATCH (a:Person {id: $x})-[:KNOWS]->(m)<-[:KNOWS]-(b:Person {id: $y}) RETURN m",
        expect![[r#"
            meet (a)-[:KNOWS]->(m), (b)-[:KNOWS]->(m) other than _2
              seek b:Person(id = $y)
                seek a:Person(id = $x)
        "#]],
    );
    check_plan(
        "MATCH (x:Action) WHERE x.on > 10 AND x.on < 20 RETURN x",
        expect![[r#"
        filter x.on > 10 and x.on < 20
          seek x:Action(on > 10 and on < 20)
    "#]],
    );
    check_plan(
        "MATCH (c:Company) WHERE c.name STARTS WITH 'Sen' RETURN c",
        expect![[r#"
        filter c.name starts with 'Sen'
          seek c:Company(name starts with 'Sen')
    "#]],
    );
    check_plan(
        "MATCH (a:Person) WHERE a.id IN [1, 2, 3] RETURN a",
        expect![[r#"
        seek a:Person(id in [1, 2, 3])
    "#]],
    );
}

#[test]
fn a_date_is_no_bound_of_an_index() {
    check_plan(
        "MATCH (x:Action) WHERE x.on < date('2020-01-01') RETURN x",
        expect![[r#"
            scan x:Action where x.on < date(2020-01-01)
        "#]],
    );
}

#[test]
fn an_id_is_found_at_once() {
    check_plan(
        "MATCH (a) WHERE id(a) = $id MATCH (a)-[:KNOWS]-(b:Person) RETURN b",
        expect![[r#"
        filter b:Person
          expand (a)-[:KNOWS]-(b)
            filter id(a) = $id
              node a by id $id
    "#]],
    );
}

#[test]
fn a_bracket_is_an_end_like_a_node() {
    check_plan(
        "MATCH (p:Paragraph)-[:SUPPORTS]->[(x:Action)-[:TARGETS]->(:Company {name: 'SenseTime'})] RETURN x.id, p.id",
        expect![[r#"
            project x.id, p.id
              filter p:Paragraph
                expand [_3]<-[:SUPPORTS]-(p)
                  filter x:Action
                    expand (_2)<-[:TARGETS]-(x) asserted or quoted
                      seek _2:Company(name = 'SenseTime')
        "#]],
    );
    check_plan(
        "MATCH [t:TARGETS] WHERE NOT asserted(t) RETURN t",
        expect![[r#"
        filter not asserted(t)
          scan [t:TARGETS] asserted or quoted
    "#]],
    );
}

#[test]
fn a_rare_type_is_scanned_rather_than_all_nodes() {
    check_plan(
        "MATCH (a)-[r:OWNS]->(b)-[:KNOWS]->(c) RETURN a, b",
        expect![[r#"
        expand (b)-[:KNOWS]->(c)
          ends of (a)-[r:OWNS]->(b)
            scan ()[r:OWNS]()
    "#]],
    );
    check_plan(
        "MATCH ()-[:OWNS]->() RETURN count(*)",
        expect![[r#"
            aggregate count(*) as count(*), as stored
              scan ()[:OWNS]()
        "#]],
    );
}

#[test]
fn two_patterns_are_joined_by_their_equality() {
    check_plan(
        "MATCH (a), (b) WHERE a.name = b.name AND a <> b RETURN a, b",
        expect![[r#"
        filter a.name = b.name and a <> b
          hash join on a.name = b.name
            scan a
            scan b
    "#]],
    );
}

#[test]
fn counts_that_the_store_keeps_are_marked() {
    for query in [
        "MATCH (n) RETURN count(*)",
        "MATCH (p:Person) RETURN count(p)",
        "MATCH ()-[r:KNOWS|OWNS]->() RETURN count(r)",
        "MATCH (:Person)-[:OWNS]->(c:Company) RETURN count(*) AS a, count(c) AS b",
        "MATCH (x)<-[:TOOK]-(:Agency) RETURN count(*)",
    ] {
        assert!(plan_with(query, PassSet::ALL).contains(", as stored"), "{query}");
    }
    for query in [
        "MATCH (p:Person) WHERE p.age > 3 RETURN count(*)",
        "MATCH (p:Person:Agency) RETURN count(*)",
        "MATCH (p:Person) RETURN count(p.age)",
        "MATCH (p:Person) RETURN p.age, count(*)",
        "MATCH (a)-[:KNOWS]-(b) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->(a) RETURN count(*)",
        "MATCH (a)-[:KNOWS]->()-[:KNOWS]->() RETURN count(*)",
        "MATCH (a), (b) RETURN count(*)",
        "MATCH (a) WITH a LIMIT 2 RETURN count(*)",
        "UNWIND [1, 2] AS x MATCH (a) RETURN count(*)",
    ] {
        assert!(!plan_with(query, PassSet::ALL).contains(", as stored"), "{query}");
    }
}

#[test]
fn ways_that_meet_are_counted_before_they_go_on() {
    check_plan(
        "MATCH (:Paragraph)-[:SUPPORTS]->(:Action)-[:TARGETS]->(:Company)<-[:OWNS]-(:Person)-[:KNOWS]->(:Person) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _10 * _11 as count(*)
              count (_1)<-[:SUPPORTS]-(:Paragraph) as _10
                filter _1:Action
                  expand (_3)<-[:TARGETS]-(_1)
                    aggregate count(*) as _11 by _3
                      filter _7:Person
                        expand (_5)-[:KNOWS]->(_7)
                          filter _5:Person
                            expand (_3)<-[:OWNS]-(_5)
                              scan _3:Company
        "#]],
    );
    // An arrow that is named later tells rows apart.
    check_plan(
        "MATCH (g:Agency)-[:TOOK]->(:Action)-[:TARGETS]->(c:Company)<-[:OWNS]-(p:Person)-[:KNOWS]-(q)-[:KNOWS]-(r) \
         RETURN g, count(*)",
        expect![[r#"
            aggregate count(*) weighed by _12 as count(*) by g
              filter _12 > 0
                count (q)-[:KNOWS]-() as _12 other than _8
                  expand (p)-[:KNOWS]-(q)
                    filter g:Agency
                      expand (_1)<-[:TOOK]-(g)
                        filter _1:Action
                          expand (c)<-[:TARGETS]-(_1)
                            filter p:Person
                              expand (c)<-[:OWNS]-(p)
                                scan c:Company
        "#]],
    );
}

#[test]
fn branches_are_not_multiplied_before_something_ties_them() {
    check_plan(
        "MATCH (g:Agency)-[:TOOK]->(x)-[:TARGETS]->(a:Company), (g)-[:TOOK]->(y)-[:TARGETS]->(b:Company), (a)-[:OWNS]->(b) \
         RETURN x, y",
        expect![[r#"
            meet (g)-[:TOOK]->(y) other than _2, (b)<-[:TARGETS]-(y) other than _4
              filter g:Agency
                expand (x)<-[:TOOK]-(g)
                  expand (a)<-[:TARGETS]-(x)
                    filter b:Company
                      expand (a)-[:OWNS]->(b)
                        scan a:Company
        "#]],
    );
}

#[test]
fn the_last_hop_is_counted_by_degree() {
    check_plan(
        "MATCH (a)-->(b)-->(c) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _6 as count(*)
              count ()-[]->(b)-[]->() as _6
                scan b
        "#]],
    );
    check_plan(
        "MATCH (a:Agency)-[:TOOK]->(x)-[:TARGETS]->(c) RETURN a.name, count(c) AS n",
        expect![[r#"
        aggregate count(*) weighed by _7 as n by a.name
          filter _7 > 0
            count (x)-[:TARGETS]->() as _7
              expand (a)-[:TOOK]->(x)
                scan a:Agency
    "#]],
    );
    check_plan(
        "MATCH (a:Agency)-[:TOOK]->(x:Action) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _4 as count(*), as stored
              count (a)-[:TOOK]->(:Action) as _4
                scan a:Agency
        "#]],
    );
    check_plan(
        "MATCH (a:Agency)-[:TOOK]->(x:Action {id: 'x'}) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _4 as count(*)
              count (x)<-[:TOOK]-(:Agency) as _4
                seek x:Action(id = 'x')
        "#]],
    );
    check_plan(
        "MATCH (a:Agency)-[:TOOK]->(x)-[:TOOK]->(y)<-[:TOOK]-(z:Action) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _8 as count(*)
              count (x)<-[:TOOK]-(:Agency) as _8 other than _4, _6
                expand (y)<-[:TOOK]-(x) other than _6
                  expand (z)-[:TOOK]->(y)
                    scan z:Action
        "#]],
    );
}

#[test]
fn the_last_node_of_a_cycle_is_where_its_arrows_meet() {
    check_plan(
        "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person), (a)-[:KNOWS]->(c) RETURN count(*)",
        expect![[r#"
            aggregate count(*) weighed by _7 as count(*)
              count meeting (b)-[:KNOWS]->(c) other than _2, (a)-[:KNOWS]->(c) other than _2, _4 where c:Person as _7
                filter b:Person
                  expand (a)-[:KNOWS]->(b)
                    scan a:Person
        "#]],
    );
    check_plan(
        "MATCH (a)-[r:OWNS]->(b)<-[:TARGETS]-(x)<-[:TOOK]-(c)-[:OWNS]->(a) WHERE x.on > '2020' RETURN r, x",
        expect![[r#"
            meet (c)-[:TOOK]->(x), (b)<-[:TARGETS]-(x) where x.on > '2020'
              expand (a)<-[:OWNS]-(c) other than r
                ends of (a)-[r:OWNS]->(b)
                  scan ()[r:OWNS]()
        "#]],
    );
    check_plan(
        "MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(c)-[:KNOWS]-(a), (a)-[:KNOWS]-(d)-[:KNOWS]-(b), (c)-[:KNOWS]-(d) RETURN a.age, count(*)",
        expect![[r#"
            aggregate count(*) weighed by _12 as count(*) by a.age
              count meeting (a)-[:KNOWS]-(d) other than _2, _4, _5, (b)-[:KNOWS]-(d) other than _2, _4, _5, _7, (c)-[:KNOWS]-(d) other than _2, _4, _5, _7, _8 as _12
                meet (b)-[:KNOWS]-(c) other than _2, (a)-[:KNOWS]-(c) other than _2, _4
                  expand (a)-[:KNOWS]-(b)
                    scan a
        "#]],
    );
    check_plan(
        "MATCH (a:Company)<-[r:OWNS]-(b)-[s:OWNS]->(a) WHERE r.on < s.on RETURN a, b",
        expect![[r#"
            filter r.on < s.on
              meet (a)<-[r:OWNS]-(b), (a)<-[s:OWNS]-(b) other than r
                scan a:Company
        "#]],
    );
}

#[test]
fn a_closing_arrow_is_no_meeting_where_a_plan_is_run_before_it() {
    check_plan(
        "MATCH (a:Person)-[:KNOWS*1..2]->(b), (a)-[:KNOWS]->(c)-[:KNOWS]->(c), [q:KNOWS], (b)-->[q] RETURN *",
        expect![[r#"
            filter q:KNOWS
              expand (b)-[]->[q] other than _2
                expand (a)-[:KNOWS*1..2]->(b) other than _4, _5
                  expand into (c)-[:KNOWS]->(c) other than _4
                    expand (a)-[:KNOWS]->(c)
                      scan a:Person
        "#]],
    );
}

#[test]
fn reachability_takes_the_place_of_trails_where_nobody_can_tell() {
    check_plan(
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) RETURN DISTINCT b.name",
        expect![[r#"
        distinct b.name
          project b.name
            reach (a)-[:KNOWS*1..]->(b)
              seek a:Person(id = 1)
    "#]],
    );
    check_plan(
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) RETURN b.name",
        expect![[r#"
        project b.name
          expand (a)-[:KNOWS*1..]->(b)
            seek a:Person(id = 1)
    "#]],
    );
    check_plan(
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b)-[:KNOWS]->(c) RETURN DISTINCT c",
        expect![[r#"
        distinct c
          expand (b)-[:KNOWS]->(c) other than _2
            expand (a)-[:KNOWS*1..]->(b)
              seek a:Person(id = 1)
    "#]],
    );
    check_plan(
        "MATCH (a:Person) WHERE (a)-[:OWNS*0..5]->(:Company) RETURN a",
        expect![[r#"
        where exists
            filter _1:Company
              reach (a)-[:OWNS*0..5]->(_1)
                argument a
          scan a:Person
    "#]],
    );
}

#[test]
fn a_node_is_told_from_others_before_anything_is_asked_of_it() {
    check_plan(
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) WHERE b.age > 20 AND (b)-[:OWNS]->() WITH DISTINCT b RETURN b.name",
        expect![[r#"
        project b.name
          where exists
              expand (b)-[:OWNS]->(_3)
                argument b
            filter b.age > 20
              distinct b
                reach (a)-[:KNOWS*1..]->(b)
                  seek a:Person(id = 1)
    "#]],
    );
    check_plan(
        "MATCH (a:Person)-[:KNOWS]->(b) WHERE b.age > 20 AND b.name > a.name WITH DISTINCT b RETURN b.name",
        expect![[r#"
        project b.name
          distinct b
            filter b.age > 20 and b.name > a.name
              expand (a)-[:KNOWS]->(b)
                scan a:Person
    "#]],
    );
    check_plan(
        "MATCH (a:Person)-[:KNOWS]->(b) WHERE b.age > 20 WITH DISTINCT b.name AS name RETURN name",
        expect![[r#"
        distinct name
          project b.name as name
            filter b.age > 20
              expand (a)-[:KNOWS]->(b)
                scan a:Person
    "#]],
    );
}

#[test]
fn what_a_scan_finds_once_is_filtered_first() {
    check_plan(
        "MATCH (a:Person) WHERE a.age % 7 = 1 AND (a)-[:OWNS]->() RETURN DISTINCT a",
        expect![[r#"
        distinct a
          where exists
              expand (a)-[:OWNS]->(_1)
                argument a
            filter (a.age % 7) = 1
              scan a:Person
    "#]],
    );
}

#[test]
fn what_chance_decides_inside_a_filter_is_asked_of_each_row() {
    check_plan(
        "MATCH (a:Person)-[:KNOWS]->(b) WHERE EXISTS { (b)-[:OWNS]->() WHERE rand() < 0.5 } RETURN DISTINCT b",
        expect![[r#"
            distinct b
              where exists
                  filter rand() < 0.5
                    expand (b)-[:OWNS]->(_3)
                      argument b
                expand (a)-[:KNOWS]->(b)
                  scan a:Person
        "#]],
    );
    check_plan(
        "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c) WHERE COUNT { (b)-[:OWNS]->(x) WHERE rand() < 0.5 } = 1 RETURN c",
        expect![[r#"
            filter count {0} = 1
                subquery
                  filter rand() < 0.5
                    expand (b)-[:OWNS]->(x)
                      argument b
              expand (b)-[:KNOWS]->(c) other than _2
                expand (a)-[:KNOWS]->(b)
                  scan a:Person
        "#]],
    );
    check_plan(
        "MATCH (a:Person {id: 1})-[:KNOWS*]->(b) WHERE EXISTS { (b)-[:OWNS]->() WHERE rand() < 0.5 } RETURN DISTINCT b",
        expect![[r#"
            distinct b
              where exists
                  filter rand() < 0.5
                    expand (b)-[:OWNS]->(_3)
                      argument b
                expand (a)-[:KNOWS*1..]->(b)
                  seek a:Person(id = 1)
        "#]],
    );
}

#[test]
fn a_way_found_from_its_far_end_is_turned_round() {
    check_plan(
        "MATCH (a)-[r:KNOWS*1..3]->(b:Person {id: 3}) RETURN a, r",
        expect![[r#"
        project reverse(_3) as r
          expand (b)<-[:KNOWS*1..3]-(a)
            seek b:Person(id = 3)
    "#]],
    );
}

#[test]
fn conditions_on_a_way_are_applied_on_the_way() {
    check_plan(
        "MATCH p = shortestPath((a:Person {id: 1})-[:KNOWS*..5]-(b:Person {id: 2})) \
         WHERE all(r IN relationships(p) WHERE r.on > 3) AND none(n IN nodes(p) WHERE n.age = 1) RETURN length(p)",
        expect![[r#"
            project length(p)
              path p = (a), _2, (b)
                shortest path (a)-[:KNOWS*1..5]-(b), each relationship r: r.on > 3, each node n: not (n.age = 1)
                  seek b:Person(id = 2)
                    seek a:Person(id = 1)
        "#]],
    );
    check_plan(
        "MATCH p = (a:Person {id: 1})-[:KNOWS*]->(b) WHERE length(p) <= 3 AND all(n IN nodes(p) WHERE n.age > 1) RETURN p",
        expect![[r#"
            path p = (a), _2, (b)
              expand (a)-[:KNOWS*1..3]->(b), each node n: n.age > 1
                seek a:Person(id = 1)
        "#]],
    );
}

#[test]
fn existence_is_a_join_behind_cheaper_conditions() {
    check_plan(
        "MATCH (n) WHERE NOT (n)-[:OWNS]->(:Company) AND n.age > 1 RETURN n",
        expect![[r#"
            where not exists
                filter _1:Company
                  expand (n)-[:OWNS]->(_1)
                    argument n
              scan n where n.age > 1
        "#]],
    );
}

#[test]
fn a_barrier_stands_between_a_write_and_what_reads() {
    check_plan(
        "UNWIND [1, 2] AS i CREATE (a:X {id: i})-[:T]->(b:Y) WITH a MATCH (a)-->(c) SET c.k = a.id RETURN c.k",
        expect![[r#"
            project c.k
              barrier
                set c.k = a.id
                  expand (a)-[]->(c)
                    barrier
                      create (a:X), (b:Y), (a)-[:T]->(b)
                        unwind [1, 2] as i
        "#]],
    );
    check_plan(
        "MATCH (n:Person) CREATE (m:Copy {of: n.id}) RETURN m",
        expect![[r#"
        create (m:Copy)
          scan n:Person
    "#]],
    );
    check_plan(
        "MATCH (n:Person) SET n.seen = true RETURN n LIMIT 1",
        expect![[r#"
        limit 1
          barrier
            set n.seen = true
              scan n:Person
    "#]],
    );
}

#[test]
fn merge_finds_or_draws() {
    check_plan(
        "MATCH (x:Action {id: 'a'}), (p:Paragraph {id: 'p'}) MERGE (x)-[t:TARGETS]->(c:Company {name: 'S'}) CITING p \
         ON CREATE SET c.new = true RETURN t",
        expect![[r#"
            merge (c:Company), (x)-[t:TARGETS]->(c)
                expand into (x)-[t:TARGETS]->(c)
                  seek c:Company(name = 'S')
                    argument x
              scan p:Paragraph where p.id = 'p'
                seek x:Action(id = 'a')
        "#]],
    );
}

#[test]
fn what_comes_into_a_subquery_is_there_behind_its_aggregation() {
    check_plan(
        "MATCH (n:Agency) CALL { WITH n MATCH (n)-->(m) RETURN count(m) AS c UNION ALL RETURN 1 AS c } RETURN n, c",
        expect![[r#"
            apply
                union
                  aggregate count(*) weighed by _6 as c
                    count (n)-[]->() as _6
                      argument n
                  project 1 as c
                    argument n
              scan n:Agency
        "#]],
    );
    check_plan(
        "MATCH (n:Agency) RETURN [x IN n.list WHERE x > 1 | [(n)-->(m) WHERE m.age = x | m.name]] AS l",
        expect![[r#"
            project [x in n.list where x > 1 | collect {0}] as l
                subquery
                  project m.name as _4
                    filter m.age = x
                      expand (n)-[]->(m)
                        argument n, x
              scan n:Agency
        "#]],
    );
    check_plan(
        "MATCH (n:Agency) WHERE EXISTS { MATCH (n)-->(m) WITH count(m) AS c UNWIND [n.age] AS x RETURN x } RETURN n",
        expect![[r#"
            where exists
                unwind [n.age] as x
                  join the outer row
                    aggregate count(*) weighed by _6 as c
                      count (n)-[]->() as _6
                        argument n
                    argument n
              scan n:Agency
        "#]],
    );
}

#[test]
fn sorting_for_a_few_rows_keeps_a_few() {
    check_plan(
        "MATCH (a:Person) RETURN a.name AS n ORDER BY a.age DESC SKIP 2 LIMIT 3",
        expect![[r#"
            limit 3
              skip 2
                top 5 of a.age descending
                  project a.name as n
                    scan a:Person, first 5 by age DESC
        "#]],
    );
}

#[test]
fn a_scan_below_a_sort_for_a_few_rows_gives_the_first_nodes() {
    check_plan(
        "MATCH (a:Person) WITH a AS p, a.age AS age ORDER BY age DESC, p.name, size(p.name) LIMIT 3 RETURN p",
        expect![[r#"
            limit 3
              top 3 of age descending, p.name, size(p.name)
                project a as p, a.age as age
                  scan a:Person, first 3 and beside by age DESC, name
        "#]],
    );
}

#[test]
fn a_scan_gives_all_nodes_where_what_is_made_of_them_may_fail() {
    check_plan(
        "MATCH (a:Person) RETURN 1 / a.age AS x ORDER BY a.age LIMIT 3",
        expect![[r#"
        limit 3
          top 3 of a.age
            project 1 / a.age as x
              scan a:Person
    "#]],
    );
}

#[test]
fn what_nobody_names_is_dropped() {
    check_plan(
        "MATCH p = (a)-[r]->(b) WITH a, p, b.name AS unused RETURN a.name",
        expect![[r#"
        project a.name
          expand (a)-[r]->(b)
            scan a
    "#]],
    );
    check_plan(
        "MATCH (a:Person) WHERE a.age = 1 + 2 AND true RETURN a",
        expect![[r#"
            scan a:Person where a.age = 3
        "#]],
    );
    check_plan(
        "MATCH (a:Person) WHERE a.age > 1 AND false RETURN a",
        expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn a_statement_that_is_too_large_is_refused() {
    let sample = Sample::new();
    let plan = |text: &str| {
        let statement = syntax::parse(text).unwrap();
        plan::build(semantic::bind(&statement, text, &sample, &Registry::builtin()).unwrap())
    };
    let hops = format!("MATCH (){} RETURN count(*)", "-->()".repeat(1_001));
    assert_eq!(plan(&hops).unwrap_err().class().detail, "QueryTooLarge");
    let clauses = format!("{} RETURN 1", "WITH 1 AS x ".repeat(501));
    assert_eq!(plan(&clauses).unwrap_err().class().detail, "QueryTooLarge");
    let fitting = format!("MATCH (){} RETURN count(*)", "-->()".repeat(300));
    physical::explain(&physical::lower(optimize(plan(&fitting).unwrap(), &sample, PassSet::ALL), &sample));
}

#[test]
fn nodes_are_counted_by_a_property_in_the_scan() {
    check_plan(
        "MATCH (a:Person) WHERE a.age > 40 RETURN a.name, count(*) AS n",
        expect![[r#"
            aggregate count(*) weighed by _4 as n by _3 as a.name
              scan a:Person where a.age > 40, each name as _3 with its count _4
        "#]],
    );
    check_plan(
        "MATCH (a) RETURN toUpper(a.name) + a.name AS name, 1 AS one, count(a) AS n, count(*) AS again",
        expect![[r#"
            aggregate count(*) weighed by _6 as n, count(*) weighed by _6 as again by toUpper(_5) + _5 as name, 1 as one
              scan a, each name as _5 with its count _6
        "#]],
    );
    for not_counted in [
        "MATCH (a) RETURN a.name, a.age, count(*)",
        "MATCH (a) RETURN a.name, a, count(*)",
        "MATCH (a) RETURN a.name, count(a.age)",
        "MATCH (a) RETURN a.name, count(DISTINCT a)",
        "MATCH (a) RETURN a.name, rand() AS any, count(*)",
        "MATCH (a) RETURN a.name, EXISTS { (a)-->() } AS goes, count(*)",
        "MATCH (a) RETURN 1 AS one, count(*)",
        "MATCH (a) SET a.age = 1 RETURN a.name, count(*)",
    ] {
        assert!(!plan_with(not_counted, PassSet::ALL).contains("with its count"), "{not_counted}");
    }
}
