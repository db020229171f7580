//! Averment, through its Rust API.

use std::path::Path;

use averment::{Database, Durability, Prepared, params};

use crate::engine::{Engine, Failure, Safety, Session, Store};
use crate::graph::{Generated, TYPE_COUNT};

pub(crate) struct Averment;

struct Open(Database);

/// Each statement, and the handle that runs it.
struct Thread {
    db: Database,
    add_event: Prepared,
    age: Prepared,
    age_and_neighbours: Prepared,
    neighbours: Prepared,
    neighbours_of_neighbours: Prepared,
    transfer: Prepared,
    sums: [Prepared; 2],
}

impl Engine for Averment {
    fn name(&self) -> &'static str {
        "averment"
    }

    fn setting(&self, safety: Safety) -> Option<&'static str> {
        match safety {
            Safety::Synced => Some("Durability::Synced"),
            Safety::Buffered => Some("Durability::Buffered"),
            Safety::Unsynced => None,
        }
    }

    fn create(&self, folder: &Path, safety: Safety) -> Result<Box<dyn Store>, Failure> {
        let durability = if safety == Safety::Synced { Durability::Synced } else { Durability::Buffered };
        Ok(Box::new(Open(Database::options().durability(durability).create(folder)?)))
    }

    fn create_graph(&self, folder: &Path, graph: &Generated) -> Result<(), Failure> {
        let db = Database::create(folder)?;
        db.query("CREATE CONSTRAINT person_id FOR (p:Person) REQUIRE p.id IS UNIQUE", ())?;
        let mut transaction = db.write()?;
        let mut nodes = Vec::with_capacity(graph.ages.len());
        for (id, age) in graph.ages.iter().enumerate() {
            nodes.push(transaction.create_node(["Person"], [("id", i64::try_from(id)?), ("age", *age)])?);
        }
        let types: Vec<String> = (0..TYPE_COUNT).map(|index| format!("T{index}")).collect();
        for &(start, end, rel_type, weight) in &graph.rels {
            let (start, end) = (nodes[start as usize], nodes[end as usize]);
            transaction.create_relationship(start, &types[rel_type as usize], end, [("weight", weight)])?;
        }
        transaction.commit()?;
        db.checkpoint()?;
        Ok(())
    }

    fn open(&self, folder: &Path) -> Result<Box<dyn Store>, Failure> {
        Ok(Box::new(Open(Database::open(folder)?)))
    }
}

impl Store for Open {
    fn session(&self) -> Result<Box<dyn Session>, Failure> {
        let db = self.0.clone();
        let prepare = |text: &str| db.prepare(text);
        Ok(Box::new(Thread {
            add_event: prepare("CREATE (:Event {number: $number, weight: $weight})")?,
            age: prepare("MATCH (p:Person {id: $id}) RETURN p.age")?,
            age_and_neighbours: prepare(
                "MATCH (p:Person {id: $id}) OPTIONAL MATCH (p)-[:T0]->(a) RETURN p.age, sum(a.age)",
            )?,
            neighbours: prepare(
                "MATCH (:Person {id: $id})-[r:T0]->(a:Person) WHERE r.weight >= $weight AND a.age = $age RETURN sum(a.id)",
            )?,
            neighbours_of_neighbours: prepare(
                "MATCH REPEATABLE ELEMENTS (:Person {id: $id})-[:T0]->(:Person)-[:T0]->(a:Person) \
                 WHERE a.age > $age RETURN count(DISTINCT a.id)",
            )?,
            transfer: prepare(
                "MATCH (a:Account {id: $from}), (b:Account {id: $to}) \
                 SET a.balance = a.balance - $amount, b.balance = b.balance + $amount",
            )?,
            sums: [
                prepare("MATCH (a:Account) WHERE a.id < $middle RETURN sum(a.balance)")?,
                prepare("MATCH (a:Account) WHERE a.id >= $middle RETURN sum(a.balance)")?,
            ],
            db,
        }))
    }

    fn checkpoint(&self) -> Result<(), Failure> {
        Ok(self.0.checkpoint()?)
    }
}

impl Session for Thread {
    fn add_event(&mut self, number: i64) -> Result<(), Failure> {
        self.db.query(&self.add_event, params! { "number" => number, "weight" => number % 1000 })?;
        Ok(())
    }

    fn age(&mut self, id: i64) -> Result<i64, Failure> {
        Ok(self.db.query(&self.age, params! { "id" => id })?.single()?)
    }

    fn age_and_neighbours(&mut self, id: i64) -> Result<(i64, i64), Failure> {
        Ok(self.db.query(&self.age_and_neighbours, params! { "id" => id })?.single()?)
    }

    fn neighbours(&mut self, id: i64, least_weight: i64, age: i64) -> Result<i64, Failure> {
        let params = params! { "id" => id, "weight" => least_weight, "age" => age };
        Ok(self.db.query(&self.neighbours, params)?.single()?)
    }

    fn neighbours_of_neighbours(&mut self, id: i64, age: i64) -> Result<i64, Failure> {
        Ok(self.db.query(&self.neighbours_of_neighbours, params! { "id" => id, "age" => age })?.single()?)
    }

    fn add_accounts(&mut self, count: i64, balance: i64) -> Result<(), Failure> {
        self.db.query("CREATE CONSTRAINT account_id FOR (a:Account) REQUIRE a.id IS UNIQUE", ())?;
        let text = "UNWIND range(0, $count - 1) AS id CREATE (:Account {id: id, balance: $balance})";
        self.db.query(text, params! { "count" => count, "balance" => balance })?;
        Ok(())
    }

    fn transfer(&mut self, from: i64, to: i64, amount: i64) -> Result<(), Failure> {
        self.db.query(&self.transfer, params! { "from" => from, "to" => to, "amount" => amount })?;
        Ok(())
    }

    fn sums(&mut self, middle: i64) -> Result<(i64, i64), Failure> {
        let transaction = self.db.read();
        let sum = |statement: &Prepared| transaction.query(statement, params! { "middle" => middle })?.single();
        Ok((sum(&self.sums[0])?, sum(&self.sums[1])?))
    }
}
