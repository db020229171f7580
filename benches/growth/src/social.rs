//! Patterns on a generated social network: people who know each other, forums, posts, comments, tags. The first nine count
//! a pattern each, as those of the Labelled Subgraph Query Benchmark do; the others are what a network is asked all day.

use averment::{Database, ElementId};

use crate::ask::{Ask, powers};
use crate::graph::Chance;
use crate::measure::statement_cost;
use crate::operation::{Law, Operation};
use crate::report::Report;

use Law::{Constant, Linear};

const OPERATIONS: &[Operation] = &[
    Operation::read(
        "1: a chain of nine labels",
        Linear,
        "MATCH (:Country)<-[:IS_PART_OF]-(:City)<-[:IS_LOCATED_IN]-(:Person)<-[:HAS_MEMBER]-(:Forum)\
         -[:CONTAINER_OF]->(:Post)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(:Tag)-[:HAS_TYPE]->(:TagClass) RETURN count(*)",
    ),
    Operation::read(
        "2: who comments on whom they know",
        Linear,
        "MATCH (a:Person)-[:KNOWS]-(b:Person), (a)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)-[:HAS_CREATOR]->(b) \
         RETURN count(*)",
    ),
    Operation::read(
        "3: triangles in a country",
        Linear,
        "MATCH (c:Country) MATCH (a:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(c) \
         MATCH (b:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(c) \
         MATCH (d:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(c) \
         MATCH (a)-[:KNOWS]-(b)-[:KNOWS]-(d)-[:KNOWS]-(a) RETURN count(*)",
    ),
    Operation::read(
        "4: a star around a message",
        Linear,
        "MATCH (:Tag)<-[:HAS_TAG]-(m:Message)-[:HAS_CREATOR]->(:Person), (m)<-[:LIKES]-(:Person), \
         (m)<-[:REPLY_OF]-(:Comment) RETURN count(*)",
    ),
    Operation::read(
        "5: two tags of a message and a reply",
        Linear,
        "MATCH (s:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(t:Tag) WHERE s <> t RETURN count(*)",
    ),
    Operation::read(
        "6: interests of friends of friends",
        Linear,
        "MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(b:Person)-[:HAS_INTEREST]->(:Tag) WHERE a <> b RETURN count(*)",
    ),
    Operation::read(
        "7: the star, with what need not be there",
        Linear,
        "MATCH (:Tag)<-[:HAS_TAG]-(m:Message)-[:HAS_CREATOR]->(:Person) OPTIONAL MATCH (m)<-[:LIKES]-(l:Person) \
         OPTIONAL MATCH (m)<-[:REPLY_OF]-(c:Comment) RETURN count(*)",
    ),
    Operation::read(
        "8: two tags that a reply does not share",
        Linear,
        "MATCH (s:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(c:Comment)-[:HAS_TAG]->(t:Tag) \
         WHERE NOT (c)-[:HAS_TAG]->(s) AND s <> t RETURN count(*)",
    ),
    Operation::read(
        "9: interests of strangers",
        Linear,
        "MATCH (a:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(b:Person)-[:HAS_INTEREST]->(:Tag) \
         WHERE NOT (a)-[:KNOWS]-(b) AND a <> b RETURN count(*)",
    ),
    Operation::read(
        "a profile",
        Constant,
        "MATCH (p:Person {id: $id})-[:IS_LOCATED_IN]->(c:City) RETURN p.birthday, c.id",
    ),
    Operation::read(
        "the last messages of a person",
        Constant,
        "MATCH (:Person {id: $id})<-[:HAS_CREATOR]-(m:Message) RETURN m.id, m.day ORDER BY m.day DESC, m.id LIMIT 10",
    ),
    Operation::read(
        "friends",
        Constant,
        "MATCH (:Person {id: $id})-[r:KNOWS]-(f:Person) RETURN f.id, r.since ORDER BY r.since DESC, f.id",
    ),
    Operation::read(
        "messages of friends",
        Constant,
        "MATCH (:Person {id: $id})-[:KNOWS]-(f:Person)<-[:HAS_CREATOR]-(m:Message) WHERE m.day < 900 \
         RETURN f.id, m.id ORDER BY m.day DESC, m.id LIMIT 20",
    ),
    Operation::read(
        "friends within three steps of a birthday",
        Linear,
        "MATCH (p:Person {id: $id}), (f:Person {birthday: 7}), w = shortestPath((p)-[:KNOWS*1..3]-(f)) \
         WHERE p <> f RETURN f.id, length(w) AS far ORDER BY far, f.id LIMIT 20",
    ),
    Operation::read(
        "tags of new messages of friends",
        Constant,
        "MATCH (:Person {id: $id})-[:KNOWS]-(:Person)<-[:HAS_CREATOR]-(m:Post)-[:HAS_TAG]->(t:Tag) \
         WITH DISTINCT t, m WITH t, sum(CASE WHEN m.day >= 900 THEN 1 ELSE 0 END) AS new, \
         sum(CASE WHEN m.day < 900 THEN 1 ELSE 0 END) AS old WHERE new > 0 AND old = 0 \
         RETURN t.id, new ORDER BY new DESC, t.id LIMIT 10",
    ),
    Operation::read(
        "who answers friends",
        Constant,
        "MATCH (p:Person {id: $id})<-[:HAS_CREATOR]-(:Message)<-[:REPLY_OF]-(c:Comment)-[:HAS_CREATOR]->(q:Person) \
         RETURN q.id, c.id, c.day ORDER BY c.day DESC, c.id LIMIT 20",
    ),
];

/// How many relationships there are for each person, roughly.
const RELS_OF_PERSON: u32 = 71;

pub(crate) fn measure(ask: &Ask) {
    let sizes = powers(10_000, ask.most);
    let mut report = Report::new(&sizes);
    for rels in sizes {
        let db = network(rels / RELS_OF_PERSON);
        for operation in OPERATIONS.iter().filter(|operation| ask.wants(operation.name)) {
            let cost = statement_cost(&db, rels / RELS_OF_PERSON, operation);
            if ask.shows_plans {
                show_plan(&db, operation);
            }
            report.add(operation.name, operation.law, cost);
        }
    }
    report.print("By the relationships of a social network");
}

fn show_plan(db: &Database, operation: &Operation) {
    let text = format!("PROFILE {}", operation.text);
    let mut rows = db.query(text.as_str(), averment::params! { "id" => 3 }).expect("an answer");
    let row = |row: Result<averment::Row, averment::Error>| format!("{:?}", row.expect("a row").values());
    let answer: Vec<String> = rows.by_ref().map(row).collect();
    println!("{}: {}\n{}", operation.name, answer.first().map_or("", String::as_str), rows.profile().unwrap_or(""));
}

/// What nodes and relationships are made with.
struct Network {
    transaction: averment::WriteTransaction,
    chance: Chance,
}

impl Network {
    fn nodes(&mut self, labels: &[&str], count: u32) -> Vec<ElementId> {
        let (transaction, chance) = (&mut self.transaction, &mut self.chance);
        let mut make = |id: u32| {
            let properties = [
                ("id", i64::from(id)),
                ("birthday", i64::from(chance.below(365))),
                ("day", i64::from(chance.below(1000))),
            ];
            transaction.create_node(labels, properties).expect("a node")
        };
        (0..count).map(&mut make).collect()
    }

    /// From each of `starts`, so many to `ends`: the first of them more often than the last.
    fn rels(&mut self, starts: &[ElementId], rel_type: &str, ends: &[ElementId], each: u32) {
        for start in starts {
            for _ in 0..each {
                let most = 1 + self.chance.below(u32::try_from(ends.len()).expect("fits"));
                let end = ends[self.chance.below(most) as usize];
                let since = [("since", i64::from(self.chance.below(1000)))];
                self.transaction.create_relationship(*start, rel_type, end, since).expect("a relationship");
            }
        }
    }
}

fn network(people: u32) -> Database {
    let db = Database::in_memory();
    db.query("CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE", ()).expect("a constraint");
    let mut network = Network { transaction: db.write().expect("nobody else writes"), chance: Chance::new(42) };
    let persons = network.nodes(&["Person"], people);
    let cities = network.nodes(&["City"], (people / 50).max(5));
    let countries = network.nodes(&["Country"], (people / 1000).max(3));
    let classes = network.nodes(&["TagClass"], 10);
    let tags = network.nodes(&["Tag"], 100);
    let forums = network.nodes(&["Forum"], people / 2);
    let posts = network.nodes(&["Post", "Message"], people * 5);
    let comments = network.nodes(&["Comment", "Message"], people * 10);
    network.rels(&cities, "IS_PART_OF", &countries, 1);
    network.rels(&persons, "IS_LOCATED_IN", &cities, 1);
    network.rels(&tags, "HAS_TYPE", &classes, 1);
    network.rels(&persons, "KNOWS", &persons, 10);
    network.rels(&persons, "HAS_INTEREST", &tags, 5);
    network.rels(&forums, "HAS_MEMBER", &persons, 10);
    network.rels(&posts, "HAS_CREATOR", &persons, 1);
    network.rels(&comments, "HAS_CREATOR", &persons, 1);
    for (forum, posts) in forums.iter().zip(posts.chunks(10)) {
        network.rels(&[*forum], "CONTAINER_OF", posts, 10);
    }
    let (first, second) = comments.split_at(comments.len() / 2);
    network.rels(first, "REPLY_OF", &posts, 1);
    network.rels(second, "REPLY_OF", first, 1);
    network.rels(&posts, "HAS_TAG", &tags, 1);
    network.rels(&comments, "HAS_TAG", &tags, 1);
    network.rels(&persons, "LIKES", &posts, 5);
    network.rels(&persons, "LIKES", &comments, 5);
    network.transaction.commit().expect("a commit");
    db
}
