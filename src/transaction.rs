//! Transactions: one state to read, or one set of writes that hold together.

use std::fmt;
use std::sync::Arc;

use petgraph::stable_graph::StableDiGraph;

use crate::database::{Database, WriterPass, lock};
use crate::error::Error;
use crate::exec;
use crate::params::Params;
use crate::prepared::{Prepared, Statement, split_script};
use crate::rows::Rows;
use crate::storage::{Commit, Graph, Writer};
use crate::value::ErrorKind;

/// The state of one commit, for as long as this is held.
///
/// Later commits are not seen and are not held up.
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let before = db.read();
/// db.query("CREATE (:Company)", ())?;
/// assert_eq!(before.query("MATCH (n) RETURN count(*)", ())?.single::<i64>()?, 0);
/// assert_eq!(db.read().query("MATCH (n) RETURN count(*)", ())?.single::<i64>()?, 1);
/// # Ok(())
/// # }
/// ```
pub struct ReadTransaction {
    database: Database,
    root: Arc<Graph>,
}

impl ReadTransaction {
    pub(crate) fn new(database: Database, root: Arc<Graph>) -> Self {
        *lock(&database.shared.readers).entry(root.commit().number).or_default() += 1;
        Self { database, root }
    }

    /// Runs a statement that reads.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement; [`ErrorKind::Semantic`] if it writes.
    pub fn query(&self, statement: impl Into<Statement>, params: impl Into<Params>) -> Result<Rows, Error> {
        let prepared = statement.into().prepare_on(&self.database, &self.root)?.current(&self.database, &self.root)?;
        if prepared.writes() {
            return Err(Error::plain(
                ErrorKind::Semantic,
                "WriteInReadTransaction",
                "this statement writes, and the transaction only reads",
            )
            .with_text(prepared.text()));
        }
        prepared.read(&self.root, params.into(), &self.database.shared.limits)
    }

    /// The number of the commit that is read.
    pub fn commit_number(&self) -> u64 {
        self.root.commit().number
    }
}

impl Drop for ReadTransaction {
    fn drop(&mut self) {
        let mut readers = lock(&self.database.shared.readers);
        let number = self.root.commit().number;
        if let Some(count) = readers.get_mut(&number) {
            *count -= 1;
            if *count == 0 {
                readers.remove(&number);
            }
        }
    }
}

impl fmt::Debug for ReadTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadTransaction").field("commit", &self.commit_number()).finish_non_exhaustive()
    }
}

/// Writes that become visible together, at [`commit`](WriteTransaction::commit); dropped without it, they leave no
/// trace.
///
/// A statement that fails is undone by itself, and the transaction goes on.
pub struct WriteTransaction {
    database: Database,
    writer: Writer,
    commit: Commit,
    _pass: WriterPass,
}

impl WriteTransaction {
    pub(crate) fn new(database: Database, pass: WriterPass, root: Graph, commit: Commit) -> Self {
        Self { database, writer: Writer::new(root, commit), commit, _pass: pass }
    }

    /// Runs a statement; it sees what the transaction has written so far.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement; what it had written is undone.
    pub fn query(&mut self, statement: impl Into<Statement>, params: impl Into<Params>) -> Result<Rows, Error> {
        let graph = Arc::new(self.writer.graph().clone());
        let prepared = statement.into().prepare_on(&self.database, &graph)?.current(&self.database, &graph)?;
        if !prepared.writes() {
            return prepared.read(&graph, params.into(), &self.database.shared.limits);
        }
        // A root that is held elsewhere makes every page be copied.
        drop(graph);
        let savepoint = self.writer.savepoint();
        let answer = prepared.write(&mut self.writer, params.into(), &self.database.shared.limits);
        if answer.is_err() {
            self.writer.roll_back_to(savepoint);
        }
        answer
    }

    /// Runs the statements of a script, separated by `;`.
    ///
    /// # Errors
    ///
    /// That of the first statement that fails, with its place in the script; those before it stay.
    pub fn run(&mut self, script: &str) -> Result<Vec<Rows>, Error> {
        let text: Arc<str> = Arc::from(script);
        let mut answers = Vec::new();
        for span in split_script(script)? {
            let answer = self.query(span.of(script), ()).and_then(Rows::complete);
            answers.push(answer.map_err(|error| error.within(&text, span.start))?);
        }
        Ok(answers)
    }

    /// Makes the writes visible and gives the number of the commit. Without any writes there is no new commit.
    ///
    /// # Errors
    ///
    /// None for a database in memory.
    pub fn commit(self) -> Result<u64, Error> {
        let last = self.database.root().commit().number;
        let (graph, changes) = self.writer.finish();
        if changes.is_empty() {
            return Ok(last);
        }
        self.database.publish(graph);
        Ok(self.commit.number)
    }
}

impl fmt::Debug for WriteTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteTransaction").field("commit", &self.commit.number).finish_non_exhaustive()
    }
}
