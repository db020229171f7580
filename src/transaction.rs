//! Transactions: one state to read, or one set of writes that hold together.

use std::fmt;
use std::sync::Arc;

use crate::commits::Said;
use crate::database::{Database, WriterPass};
use crate::error::{Error, guarded};
use crate::exec::{Commits, Limits};
use crate::params::Params;
use crate::prepared::Prepared;
use crate::procedure::{Access, OpenTransaction};
use crate::rows::Rows;
use crate::statement::Statement;
use crate::storage::{Commit, End, Graph, GraphView, Keep, Words, Writer, guard};
use crate::syntax;
use crate::text::Span;
use crate::value::{ElementId, ErrorKind, Name, Value};

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
    /// Shared with the rows that are still being read.
    open: Arc<OpenTransaction>,
}

impl ReadTransaction {
    pub(crate) fn new(database: Database, root: Arc<Graph>) -> Self {
        let open = database.begin(Access::Read, Some(root.commit().number));
        Self { database, root, open }
    }

    /// Runs a statement that reads.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement; [`ErrorKind::Semantic`] if it writes.
    pub fn query(&self, statement: impl Into<Statement>, params: impl Into<Params>) -> Result<Rows, Error> {
        let statement = statement.into();
        let limits = statement.limits_within(self.database.limits());
        let prepared = statement.prepare_on(&self.database, &self.root)?;
        let params = params.into();
        match prepared.at_commit(&params)?.filter(|number| *number != self.commit_number()) {
            None => self.answer(prepared, params, &limits),
            Some(number) => read_at(&self.database, number, prepared, params, &limits),
        }
    }

    /// Runs the statements of a script, which all read.
    pub(crate) fn run_with(&self, script: &str, params: &Params) -> Result<Vec<Rows>, Error> {
        run_each(script, |statement| self.query(statement, params))
    }

    fn answer(&self, prepared: Prepared, params: Params, limits: &Limits) -> Result<Rows, Error> {
        let prepared = prepared.current(&self.database, &self.root)?;
        if prepared.writes() {
            self.database.check_written()?;
            return Err(Error::refused(
                ErrorKind::Semantic,
                "WriteInReadTransaction",
                "this statement writes, and the transaction only reads",
            )
            .with_text(prepared.text()));
        }
        prepared.read(&self.root, params, limits, &self.open)
    }

    /// The nodes and asserted relationships between them as a [`petgraph`] graph, without a copy.
    ///
    /// ```
    /// use averment::Database;
    /// use petgraph::algo::dijkstra;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.query("CREATE (:A {n: 1})-[:OWNS]->(:B {n: 2})-[:OWNS]->(:C {n: 3})", ())?;
    /// let read = db.read();
    /// let first: averment::Node = read.query("MATCH (a:A) RETURN a", ())?.single()?;
    /// let view = read.view();
    /// let start = view.index_of(first.id()).expect("the node is there");
    /// let steps = dijkstra(view, start, None, |_| 1);
    /// assert_eq!(steps.values().copied().max(), Some(2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// This does not; the view unwinds where it comes to a page in a file that is damaged: see [`GraphView`].
    pub fn view(&self) -> GraphView<'_> {
        self.root.view()
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.root
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The number of the commit that is read.
    pub fn commit_number(&self) -> u64 {
        self.root.commit().number
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
/// A statement that fails is undone by itself, and the transaction goes on. It stays in the thread that began it, as a
/// second one there is [`ErrorKind::Busy`] and one in another thread waits:
///
/// ```compile_fail,E0277
/// # let db = averment::Database::in_memory();
/// let transaction = db.write().expect("nobody writes");
/// std::thread::spawn(move || transaction.commit());
/// ```
pub struct WriteTransaction {
    database: Database,
    writer: Writer,
    /// How many commits are kept, as a graph says that was added.
    keep: Option<Keep>,
    open: Arc<OpenTransaction>,
    pass: WriterPass,
}

impl WriteTransaction {
    pub(crate) fn new(
        database: Database,
        pass: WriterPass,
        open: Arc<OpenTransaction>,
        root: Graph,
        commit: Commit,
    ) -> Self {
        Self { database, writer: Writer::new(root, commit), keep: None, open, pass }
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(crate) fn writer_mut(&mut self) -> &mut Writer {
        &mut self.writer
    }

    pub(crate) fn keep_once_committed(&mut self, keep: Keep) {
        self.keep = Some(keep);
    }

    pub(crate) fn words_mut(&mut self) -> &mut Words {
        self.writer.words_mut()
    }

    pub(crate) fn say(&mut self, said: &Said) -> Result<(), Error> {
        said.tell(self.words_mut())
    }

    /// Runs a statement; it sees what the transaction has written so far.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement; what it had written is undone.
    pub fn query(&mut self, statement: impl Into<Statement>, params: impl Into<Params>) -> Result<Rows, Error> {
        self.run_one(statement.into(), params.into(), None)
    }

    /// Runs a statement that is all of the transaction, and may commit while it runs.
    pub(crate) fn query_alone(&mut self, statement: Statement, params: impl Into<Params>) -> Result<Rows, Error> {
        let database = self.database.clone();
        self.run_one(statement, params.into(), Some(&database))
    }

    fn run_one(&mut self, statement: Statement, params: Params, commits: Option<&dyn Commits>) -> Result<Rows, Error> {
        self.say(&statement.said)?;
        let limits = statement.limits_within(self.database.limits());
        let prepared = statement.prepare_on(&self.database, self.writer.graph())?;
        if let Some(number) = prepared.at_commit(&params)? {
            return read_at(&self.database, number, prepared, params, &limits);
        }
        let prepared = prepared.current(&self.database, self.writer.graph())?;
        if !prepared.writes() {
            let graph = Arc::new(self.writer.graph().clone());
            // The rows may be read on when this transaction has ended.
            let open = self.database.begin(Access::Read, Some(graph.commit().number));
            return prepared.read(&graph, params, &limits, &open);
        }
        if prepared.commits() && commits.is_none() {
            return Err(Error::refused(
                ErrorKind::Semantic,
                "TransactionIsOpen",
                "CALL { ... } IN TRANSACTIONS commits by itself: it is run alone, and not in a transaction or a script",
            )
            .with_text(prepared.text()));
        }
        let savepoint = self.writer.savepoint();
        let answer = prepared.write(&mut self.writer, commits, params, &limits, &self.open);
        if answer.is_err() {
            self.writer.roll_back_to(savepoint);
        }
        answer
    }

    /// Runs the statements of a script, separated by `;`: all of it holds, or nothing.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let mut transaction = db.write()?;
    /// transaction.query("CREATE (:A)", ())?;
    /// assert!(transaction.run("CREATE (:B); RETURN nothing").is_err());
    /// transaction.commit()?;
    /// assert_eq!(db.query("MATCH (n) RETURN count(*)", ())?.single::<i64>()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// That of the first statement that fails, with its place in the script; those before it are undone.
    pub fn run(&mut self, script: &str) -> Result<Vec<Rows>, Error> {
        self.run_with(script, ())
    }

    /// As [`run`](WriteTransaction::run), with parameters that all statements may use.
    ///
    /// # Errors
    ///
    /// As [`run`](WriteTransaction::run).
    pub fn run_with(&mut self, script: &str, params: impl Into<Params>) -> Result<Vec<Rows>, Error> {
        let params = params.into();
        self.all_or_none(|transaction| run_each(script, |statement| transaction.query(statement, &params)))
    }

    /// Undoes what `act` has written if it fails.
    pub(crate) fn all_or_none<T, E>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let savepoint = self.writer.savepoint();
        let done = act(self);
        if done.is_err() {
            self.writer.roll_back_to(savepoint);
        }
        done
    }

    /// Creates a node without a statement, which is quicker for bulk loading.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let mut transaction = db.write()?;
    /// let company = transaction.create_node(["Company"], [("name", "SenseTime")])?;
    /// let place = transaction.create_node(["Place"], [("name", "Hong Kong")])?;
    /// transaction.create_relationship(company, "BASED_IN", place, [("since", 2014)])?;
    /// transaction.commit()?;
    /// assert_eq!(db.query("MATCH ()-[r:BASED_IN]->() RETURN r.since", ())?.single::<i64>()?, 2014);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a value that no property can hold, [`ErrorKind::ConstraintVerification`] where a
    /// constraint would be broken.
    pub fn create_node<L: AsRef<str>, K: AsRef<str>, V: Into<Value>>(
        &mut self,
        labels: impl IntoIterator<Item = L>,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<ElementId, Error> {
        guarded(|| {
            let labels: Vec<_> =
                labels.into_iter().map(|label| self.writer.label(&Name::from(label.as_ref()))).collect();
            let node = self.writer.create_node(&labels)?;
            self.give(End::node(node), properties)?;
            Ok(self.writer.graph().node_id(node))
        })
    }

    /// Creates an asserted relationship without a statement. Its ends may be relationships.
    ///
    /// # Errors
    ///
    /// As [`create_node`](WriteTransaction::create_node), and [`ErrorKind::EntityNotFound`] if an end is not there.
    pub fn create_relationship<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        start: ElementId,
        rel_type: &str,
        end: ElementId,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<ElementId, Error> {
        self.draw(start, rel_type, end, true, properties)
    }

    /// Creates a quoted relationship: what somebody says, and the graph does not.
    ///
    /// # Errors
    ///
    /// As [`create_relationship`](WriteTransaction::create_relationship).
    pub fn create_quoted<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        start: ElementId,
        rel_type: &str,
        end: ElementId,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<ElementId, Error> {
        self.draw(start, rel_type, end, false, properties)
    }

    fn draw<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        start: ElementId,
        rel_type: &str,
        end: ElementId,
        asserted: bool,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<ElementId, Error> {
        guarded(|| {
            let (start, end) = (self.end(start)?, self.end(end)?);
            let rel_type = self.writer.rel_type(&Name::from(rel_type));
            let rel = self.writer.create_rel(rel_type, start, end, asserted)?;
            self.give(End::rel(rel), properties)?;
            Ok(self.writer.graph().rel_id(rel))
        })
    }

    fn end(&self, id: ElementId) -> Result<End, Error> {
        let graph = self.writer.graph();
        let node = graph.node_slot(id).map(End::node);
        node.or_else(|| graph.rel_slot(id).map(End::rel)).ok_or_else(|| no_such(id))
    }

    /// Sets the properties of a new element, which is taken back if it cannot have them.
    fn give<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        new: End,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Error> {
        let given = self.give_properties(new, properties);
        if given.is_err() {
            self.writer.delete(new)?;
        }
        given
    }

    fn give_properties<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        element: End,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Error> {
        for (key, value) in properties {
            let key = self.writer.key(&Name::from(key.as_ref()));
            self.writer.set_property(element, key, &value.into())?;
        }
        Ok(())
    }

    /// Sets properties of a node or relationship, the others stay; null takes one away.
    ///
    /// ```
    /// use averment::{Database, Value};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let mut transaction = db.write()?;
    /// let company = transaction.create_node(["Company"], [("name", "SensTime")])?;
    /// transaction.set_properties(company, [("name", "SenseTime")])?;
    /// transaction.set_labels(company, ["Actor"], ["Unresolved"])?;
    /// transaction.commit()?;
    /// assert_eq!(db.query("MATCH (c:Actor:Company) RETURN c.name", ())?.single::<String>()?, "SenseTime");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`create_node`](WriteTransaction::create_node), and [`ErrorKind::EntityNotFound`] if it is not there. What was set
    /// before the one that cannot be set stays.
    pub fn set_properties<K: AsRef<str>, V: Into<Value>>(
        &mut self,
        element: ElementId,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Error> {
        guarded(|| {
            let element = self.end(element)?;
            self.give_properties(element, properties)
        })
    }

    /// Gives labels to a node, and takes others away.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::EntityNotFound`] if there is no such node, [`ErrorKind::ConstraintVerification`] where a constraint would
    /// be broken.
    pub fn set_labels<A: AsRef<str>, R: AsRef<str>>(
        &mut self,
        node: ElementId,
        add: impl IntoIterator<Item = A>,
        remove: impl IntoIterator<Item = R>,
    ) -> Result<(), Error> {
        guarded(|| {
            let slot = self.writer.graph().node_slot(node).ok_or_else(|| no_such(node))?;
            for label in add {
                let label = self.writer.label(&Name::from(label.as_ref()));
                self.writer.add_label(slot, label)?;
            }
            for label in remove {
                let label = self.writer.label(&Name::from(label.as_ref()));
                self.writer.remove_label(slot, label)?;
            }
            Ok(())
        })
    }

    /// Makes the writes visible and gives the number of the commit. Without any writes there is no new commit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ConstraintVerification`] if something written without a statement lacks a property that it must
    /// have; nothing is committed then. [`ErrorKind::Io`] if the files of the database do not take it.
    pub fn commit(mut self) -> Result<u64, Error> {
        guarded(|| Ok(self.writer.check_statement()?))?;
        if let Some(keep) = self.keep.filter(|_| self.database.keeps().is_none()) {
            self.database.keep(keep)?;
        }
        let Self { database, writer, pass, open, .. } = self;
        let last = database.root().commit().number;
        let (graph, changes) = guard(|| writer.finish())?;
        if changes.is_empty() {
            return Ok(last);
        }
        let own = graph.commit().number;
        drop(open);
        database.commit(graph, &changes, pass)?;
        Ok(own)
    }
}

fn no_such(id: ElementId) -> Error {
    Error::plain(ErrorKind::EntityNotFound, "NoSuchElement", format!("no node or relationship has the id {id}"))
}

/// Answers a statement that names the commit to be read.
fn read_at(
    database: &Database,
    number: u64,
    prepared: Prepared,
    params: Params,
    limits: &Limits,
) -> Result<Rows, Error> {
    let then = database.at_commit(number).map_err(|error| prepared.at_its_commit(error))?;
    then.answer(prepared, params, limits)
}

impl fmt::Debug for WriteTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteTransaction").field("commit", &self.writer.graph().commit().number).finish_non_exhaustive()
    }
}

/// Runs the statements of a script, and tells the place of one that fails in it.
fn run_each(script: &str, mut run: impl FnMut(&str) -> Result<Rows, Error>) -> Result<Vec<Rows>, Error> {
    let text: Arc<str> = Arc::from(script);
    let mut run =
        |span: Span| run(span.of(script)).and_then(Rows::complete).map_err(|error| error.within(&text, span.start));
    syntax::statements(script).into_iter().map(&mut run).collect()
}
