//! Databases from text: what tests load, and what is kept in a file beside them.

use std::io::{BufRead, Write};

use crate::database::Database;
use crate::error::Error;
use crate::format::{GraphCounts, GraphError, read_graph, write_graph};
use crate::transaction::WriteTransaction;
use crate::value::ErrorKind;

impl Database {
    /// A new database in memory, with what a script of statements separated by `;` makes.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:Company {name: 'A'}); CREATE (:Company {name: 'B'})")?;
    /// assert_eq!(db.query("MATCH (c:Company) RETURN count(c)", ())?.single::<i64>()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Database::run`].
    pub fn from_script(script: &str) -> Result<Self, Error> {
        let database = Self::in_memory();
        database.run(script)?;
        Ok(database)
    }

    /// A new database in memory, with the elements of a graph as JSON Lines, and its log: [`format`](mod@crate::format)
    /// says how one is written.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let lines = r#"
    ///     {"id": "a", "labels": ["Company"], "properties": {"name": "SenseTime"}}
    ///     {"id": "p", "labels": ["Place"], "properties": {"name": "Hong Kong"}}
    ///     {"start": "a", "type": "BASED_IN", "end": "p"}
    /// "#;
    /// let db = Database::from_jsonl(lines.as_bytes())?;
    /// let place: String = db.query("MATCH (:Company)-[:BASED_IN]->(p) RETURN p.name", ())?.single()?;
    /// assert_eq!(place, "Hong Kong");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GraphError`] with the line that is at fault.
    pub fn from_jsonl(lines: impl BufRead) -> Result<Self, GraphError> {
        let database = Self::in_memory();
        database.load_jsonl(lines)?;
        Ok(database)
    }

    /// Adds the elements of a graph as JSON Lines, all or none.
    ///
    /// # Errors
    ///
    /// [`GraphError`] with the line that is at fault.
    pub fn load_jsonl(&self, mut lines: impl BufRead) -> Result<GraphCounts, GraphError> {
        let mut transaction = self.write()?;
        let counts = read_graph(&mut transaction, &mut lines)?;
        transaction.commit()?;
        Ok(counts)
    }

    /// Writes the log, the indexes and constraints, and all nodes and relationships as JSON Lines, for
    /// [`Database::load_jsonl`].
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:Company {name: 'A'})")?;
    /// let mut lines = Vec::new();
    /// db.save_jsonl(&mut lines)?;
    /// let text = String::from_utf8_lossy(&lines);
    /// let (commit, node) = text.trim_end().split_once('\n').expect("a commit and a node");
    /// assert!(commit.starts_with(r#"{"$type":"commit","changes":4,"number":1,"time":"#));
    /// let expected = r#"{"$type":"node","commit":1,"id":1,"labels":["Company"],"properties":{"name":"A"}}"#;
    /// assert_eq!(node, expected);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GraphError::Io`] if `out` fails.
    pub fn save_jsonl(&self, mut out: impl Write) -> Result<GraphCounts, GraphError> {
        write_graph(&self.read(), &mut out)
    }
}

impl WriteTransaction {
    /// Adds the elements of a graph as JSON Lines, all or none.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let mut transaction = db.write()?;
    /// transaction.load_jsonl(br#"{"labels": ["Company"]}"#.as_slice())?;
    /// transaction.query("MATCH (c:Company) SET c.name = 'SenseTime'", ())?;
    /// transaction.commit()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GraphError`] with the line that is at fault.
    pub fn load_jsonl(&mut self, mut lines: impl BufRead) -> Result<GraphCounts, GraphError> {
        self.all_or_none(|transaction| read_graph(transaction, &mut lines))
    }
}

/// What cannot be read or written is [`ErrorKind::Io`], a line that is at fault [`ErrorKind::Argument`].
impl From<GraphError> for Error {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::Query(error) => error,
            GraphError::Io(error) => Error::plain(ErrorKind::Io, "Io", error.to_string()),
            line @ GraphError::Line { .. } => Error::plain(ErrorKind::Argument, "InvalidGraph", line.to_string()),
        }
    }
}
