//! SQLite, in WAL mode, with a table for the nodes of each label and one for relationships.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, params};

use crate::engine::{Engine, Failure, Safety, Session, Store};
use crate::graph::Generated;

pub(crate) struct Sqlite;

/// Where it lies; each session has a connection of its own, as each thread of a program would.
struct Open {
    file: PathBuf,
    safety: Safety,
}

struct Thread(Connection);

const TABLES: &str = "
    CREATE TABLE event (number INTEGER, weight INTEGER);
    CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER);
    CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER);
    CREATE TABLE rel (id INTEGER PRIMARY KEY, source INTEGER, target INTEGER, type INTEGER, weight INTEGER);
";

/// From both ends, as a graph has it.
const INDEXES: &str = "
    CREATE INDEX rel_source ON rel (source, type);
    CREATE INDEX rel_target ON rel (target, type);
    ANALYZE;
";

/// More than the graph takes. A negative `cache_size` is in units of 1,024 bytes.
const CACHE_KIB: i64 = 2 << 20;

/// How long a connection waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(60);

impl Engine for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn setting(&self, safety: Safety) -> Option<&'static str> {
        Some(match safety {
            Safety::Synced => "WAL, synchronous=FULL",
            Safety::Buffered => "WAL, synchronous=NORMAL",
            Safety::Unsynced => "WAL, synchronous=OFF",
        })
    }

    fn create(&self, folder: &Path, safety: Safety) -> Result<Box<dyn Store>, Failure> {
        fs::create_dir(folder)?;
        let open = Open { file: file_in(folder), safety };
        let connection = open.connect()?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(INDEXES)?;
        Ok(Box::new(open))
    }

    fn create_graph(&self, folder: &Path, graph: &Generated) -> Result<(), Failure> {
        fs::create_dir(folder)?;
        let mut connection = Open { file: file_in(folder), safety: Safety::Buffered }.connect()?;
        connection.execute_batch(TABLES)?;
        let transaction = connection.transaction()?;
        add_rows(&transaction, graph)?;
        transaction.commit()?;
        connection.execute_batch(INDEXES)?;
        checkpoint(&connection, "TRUNCATE")
    }

    fn open(&self, folder: &Path) -> Result<Box<dyn Store>, Failure> {
        Ok(Box::new(Open { file: file_in(folder), safety: Safety::Synced }))
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("graph.db")
}

fn add_rows(connection: &Connection, graph: &Generated) -> Result<(), Failure> {
    let mut person = connection.prepare("INSERT INTO person (id, age) VALUES (?, ?)")?;
    for (id, age) in graph.ages.iter().enumerate() {
        person.execute(params![i64::try_from(id)?, age])?;
    }
    let mut rel = connection.prepare("INSERT INTO rel (source, target, type, weight) VALUES (?, ?, ?, ?)")?;
    for (source, target, rel_type, weight) in &graph.rels {
        rel.execute(params![source, target, rel_type, weight])?;
    }
    Ok(())
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<(), Failure> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))?;
    Ok(())
}

impl Open {
    fn connect(&self) -> Result<Connection, Failure> {
        let connection = Connection::open(&self.file)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = match self.safety {
            Safety::Synced => "FULL",
            Safety::Buffered => "NORMAL",
            Safety::Unsynced => "OFF",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(connection)
    }
}

impl Store for Open {
    fn session(&self) -> Result<Box<dyn Session>, Failure> {
        Ok(Box::new(Thread(self.connect()?)))
    }

    fn checkpoint(&self) -> Result<(), Failure> {
        checkpoint(&self.connect()?, "PASSIVE")
    }
}

impl Session for Thread {
    fn take_memory(&mut self) -> Result<(), Failure> {
        self.0.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(self.0.pragma_update(None, "mmap_size", CACHE_KIB * 1024)?)
    }

    fn add_event(&mut self, number: i64) -> Result<(), Failure> {
        let mut insert = self.0.prepare_cached("INSERT INTO event (number, weight) VALUES (?, ?)")?;
        insert.execute([number, number % 1000])?;
        Ok(())
    }

    fn age(&mut self, id: i64) -> Result<i64, Failure> {
        let mut select = self.0.prepare_cached("SELECT age FROM person WHERE id = ?")?;
        Ok(select.query_row([id], |row| row.get(0))?)
    }

    fn age_and_neighbours(&mut self, id: i64) -> Result<(i64, i64), Failure> {
        let mut select = self.0.prepare_cached(
            "SELECT p.age, (SELECT coalesce(sum(a.age), 0) FROM rel r JOIN person a ON a.id = r.target \
             WHERE r.source = p.id AND r.type = 0) FROM person p WHERE p.id = ?",
        )?;
        Ok(select.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn neighbours(&mut self, id: i64, least_weight: i64, age: i64) -> Result<i64, Failure> {
        let mut select = self.0.prepare_cached(
            "SELECT coalesce(sum(a.id), 0) FROM rel r JOIN person a ON a.id = r.target \
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
            transaction.execute("INSERT INTO account (id, balance) VALUES (?, ?)", [id, balance])?;
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
            let text = format!("SELECT coalesce(sum(balance), 0) FROM account WHERE id {condition} ?");
            transaction.prepare_cached(&text)?.query_row([middle], |row| row.get(0))
        };
        Ok((sum("<")?, sum(">=")?))
    }
}
