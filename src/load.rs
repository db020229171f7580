//! Databases from text: what tests load, and what is kept in a file beside them.

use std::io::{BufRead, Write};
use std::path::Path;

use crate::catalog::Provenance;
use crate::database::Database;
use crate::error::Error;
use crate::exec::Limits;
use crate::format::{GraphCounts, GraphError, WholeGraph, read_graph, write_graph};
use crate::options::Options;
use crate::storage::Graph;
use crate::store;
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

    /// Writes all of the database as JSON Lines: the log, the indexes and constraints, and all nodes and relationships, with
    /// their ids. [`Options::restore`] makes the same of it in files, [`Database::load_jsonl`] in memory.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:Company {name: 'A'})")?;
    /// let mut lines = Vec::new();
    /// db.save_jsonl(&mut lines)?;
    /// let text = String::from_utf8_lossy(&lines);
    /// let [head, commit, node] = text.lines().collect::<Vec<_>>()[..] else { panic!("a head, a commit and a node") };
    /// assert!(head.starts_with(r#"{"$type":"database","commits":1,"format":1,"next_id":2,"nodes":1,"#));
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

impl Options {
    /// Makes a database in a folder of all that [`Database::save_jsonl`] has written: with the same ids, times and commits, and
    /// the words of [`provenance`](Options::provenance), if they are not said here. If that does not succeed, there is no
    /// database.
    ///
    /// ```
    /// use averment::{Database, Options};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("again");
    /// let db = Database::from_script("CREATE (:Company), (:Company); MATCH (c) WHERE id(c) = 2 DELETE c")?;
    /// let mut lines = Vec::new();
    /// db.save_jsonl(&mut lines)?;
    ///
    /// let again = Options::default().restore(&path, lines.as_slice())?;
    /// assert_eq!(again.query("MATCH (c:Company) RETURN id(c)", ())?.single::<i64>()?, 1);
    /// assert_eq!(again.query("CREATE (c:Company) RETURN id(c)", ())?.single::<i64>()?, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GraphError::Line`] for what is not written by `save_jsonl`, or a part of it; [`GraphError::Query`] as
    /// [`Options::create`].
    pub fn restore(self, folder: impl AsRef<Path>, lines: impl BufRead) -> Result<Database, GraphError> {
        let whole = WholeGraph::new(lines)?;
        let mut options = self;
        if options.provenance == Provenance::default() {
            options = options.provenance(whole.words().clone())?;
        }
        let memory = options.clone().limits(Limits::unlimited()).in_memory();
        let restored = store::create_of(options, folder.as_ref(), || graph_of(&memory, whole))?;
        if let Some(keep) = memory.keeps() {
            restored.keep(keep)?;
        }
        Ok(restored)
    }
}

fn graph_of(memory: &Database, whole: WholeGraph<impl BufRead>) -> Result<Graph, GraphError> {
    let mut transaction = memory.write()?;
    whole.read(&mut transaction)?;
    transaction.commit()?;
    Ok(Graph::clone(&memory.root()))
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
