//! DuckDB, with a table for the nodes of each label and one for relationships. It is made for large scans and not for small
//! questions, and is here because it is the quickest of the others where much is looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use duckdb::{Connection, params};

use crate::engine::{Engine, Failure, Safety, Session, Store};
use crate::graph::Generated;

pub(crate) struct DuckDb;

/// One database of a process; each session has a connection to it.
struct Open(Mutex<Connection>);

struct Thread(Connection);

const TABLES: &str = "
    CREATE TABLE event (number BIGINT, weight BIGINT);
    CREATE TABLE account (id BIGINT PRIMARY KEY, balance BIGINT);
    CREATE TABLE person (id BIGINT PRIMARY KEY, age BIGINT);
    CREATE TABLE rel (source BIGINT, target BIGINT, type BIGINT, weight BIGINT);
";

/// From both ends, as a graph has it.
const INDEXES: &str = "
    CREATE INDEX rel_source ON rel (source);
    CREATE INDEX rel_target ON rel (target);
";

/// As the others have it: what is measured is the processor time of one thread.
const ONE_THREAD: &str = "SET threads = 1";

pub(crate) fn version() -> String {
    let asked = Connection::open_in_memory().and_then(|open| open.query_row("SELECT version()", [], |row| row.get(0)));
    format!("DuckDB {}", asked.unwrap_or_else(|_| "of an unknown version".to_owned()))
}

impl Engine for DuckDb {
    fn name(&self) -> &'static str {
        "DuckDB"
    }

    fn setting(&self, safety: Safety) -> Option<&'static str> {
        (safety == Safety::Synced).then_some("as it comes")
    }

    fn create(&self, folder: &Path, safety: Safety) -> Result<Box<dyn Store>, Failure> {
        if self.setting(safety).is_none() {
            return Err("DuckDB has no setting for commits that are not synced".into());
        }
        fs::create_dir(folder)?;
        let connection = connect(folder)?;
        connection.execute_batch(TABLES)?;
        Ok(Box::new(Open(Mutex::new(connection))))
    }

    fn create_graph(&self, folder: &Path, graph: &Generated) -> Result<(), Failure> {
        fs::create_dir(folder)?;
        let connection = connect(folder)?;
        connection.execute_batch(TABLES)?;
        add_rows(&connection, graph)?;
        connection.execute_batch(INDEXES)?;
        Ok(connection.execute_batch("CHECKPOINT")?)
    }

    fn open(&self, folder: &Path) -> Result<Box<dyn Store>, Failure> {
        Ok(Box::new(Open(Mutex::new(connect(folder)?))))
    }
}

fn connect(folder: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open(file_in(folder))?;
    connection.execute_batch(ONE_THREAD)?;
    Ok(connection)
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("graph.duckdb")
}

fn add_rows(connection: &Connection, graph: &Generated) -> Result<(), Failure> {
    let mut person = connection.appender("person")?;
    for (id, age) in graph.ages.iter().enumerate() {
        person.append_row(params![i64::try_from(id)?, age])?;
    }
    person.flush()?;
    let mut rel = connection.appender("rel")?;
    for (source, target, rel_type, weight) in &graph.rels {
        rel.append_row(params![source, target, rel_type, weight])?;
    }
    Ok(rel.flush()?)
}

impl Store for Open {
    fn session(&self) -> Result<Box<dyn Session>, Failure> {
        let connection = self.0.lock().map_err(|_| "another thread has failed")?;
        Ok(Box::new(Thread(connection.try_clone()?)))
    }

    fn checkpoint(&self) -> Result<(), Failure> {
        let connection = self.0.lock().map_err(|_| "another thread has failed")?;
        Ok(connection.execute_batch("CHECKPOINT")?)
    }
}

impl Session for Thread {
    fn add_event(&mut self, number: i64) -> Result<(), Failure> {
        let mut insert = self.0.prepare_cached("INSERT INTO event VALUES (?, ?)")?;
        insert.execute([number, number % 1000])?;
        Ok(())
    }

    fn age(&mut self, id: i64) -> Result<i64, Failure> {
        let mut select = self.0.prepare_cached("SELECT age FROM person WHERE id = ?")?;
        Ok(select.query_row([id], |row| row.get(0))?)
    }

    fn age_and_neighbours(&mut self, id: i64) -> Result<(i64, i64), Failure> {
        let mut select = self.0.prepare_cached(
            "SELECT p.age, (SELECT coalesce(sum(a.age), 0)::BIGINT FROM rel r JOIN person a ON a.id = r.target \
             WHERE r.source = p.id AND r.type = 0) FROM person p WHERE p.id = ?",
        )?;
        Ok(select.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn neighbours(&mut self, id: i64, least_weight: i64, age: i64) -> Result<i64, Failure> {
        let mut select = self.0.prepare_cached(
            "SELECT coalesce(sum(a.id), 0)::BIGINT FROM rel r JOIN person a ON a.id = r.target \
             WHERE r.source = ? AND r.type = 0 AND r.weight >= ? AND a.age = ?",
        )?;
        Ok(select.query_row([id, least_weight, age], |row| row.get(0))?)
    }

    fn neighbours_of_neighbours(&mut self, id: i64, age: i64) -> Result<i64, Failure> {
        let mut select = self.0.prepare_cached(
            "SELECT count(DISTINCT a.id) FROM rel r JOIN rel s ON s.source = r.target JOIN person a ON a.id = s.target \
             WHERE r.source = ? AND r.type = 0 AND s.type = 0 AND a.age > ?",
        )?;
        Ok(select.query_row([id, age], |row| row.get(0))?)
    }

    fn add_accounts(&mut self, count: i64, balance: i64) -> Result<(), Failure> {
        let transaction = self.0.transaction()?;
        for id in 0..count {
            transaction.execute("INSERT INTO account VALUES (?, ?)", [id, balance])?;
        }
        Ok(transaction.commit()?)
    }

    fn transfer(&mut self, from: i64, to: i64, amount: i64) -> Result<(), Failure> {
        let mut update = self.0.prepare_cached(
            "UPDATE account SET balance = balance + CASE id WHEN ?1 THEN -?3 ELSE ?3 END WHERE id IN (?1, ?2)",
        )?;
        update.execute([from, to, amount])?;
        Ok(())
    }

    fn sums(&mut self, middle: i64) -> Result<(i64, i64), Failure> {
        let transaction = self.0.transaction()?;
        let sum = |condition: &str| {
            let text = format!("SELECT coalesce(sum(balance), 0)::BIGINT FROM account WHERE id {condition} ?");
            transaction.prepare(&text)?.query_row([middle], |row| row.get(0))
        };
        Ok((sum("<")?, sum(">=")?))
    }
}
