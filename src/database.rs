//! The database: where graphs are kept and statements are run.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, ThreadId};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::commits::Said;
use crate::error::Error;
use crate::exec::{Limits, Patience, now_micros};
use crate::function::Registry;
use crate::optimize::PassSet;
use crate::options::Options;
use crate::params::Params;
use crate::prepared::{PlanCache, Prepared};
use crate::procedure::{self, Access, OpenTransaction, OpenTransactions};
use crate::rows::Rows;
use crate::statement::Statement;
use crate::storage::{FileAccess, Graph, History, Roots};
use crate::store::Home;
use crate::transaction::{ReadTransaction, WriteTransaction};
use crate::value::ErrorKind;

/// A graph database, in this process.
///
/// A handle is cheap to clone and can be shared by threads: all clones are the same database. One transaction writes
/// at a time; any number read, each the state of one commit, and none waits for another.
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE (:Company {name: 'SenseTime'})-[:BASED_IN]->(:Place {name: 'Hong Kong'})", ())?;
/// let places = db.query("MATCH (:Company)-[:BASED_IN]->(p) RETURN p.name", ())?;
/// assert_eq!(places.single::<String>()?, "Hong Kong");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database {
    pub(crate) shared: Arc<Shared>,
    /// Of the statements that are run by way of this handle.
    limits: Arc<Limits>,
    /// Of the commits that are made by way of this handle.
    author: Option<Arc<str>>,
}

/// What all handles of one database share.
pub(crate) struct Shared {
    /// The last commit.
    root: ArcSwap<Graph>,
    /// The commits that can be read again. Locked while `root` changes, so that the two agree.
    pub history: Arc<History>,
    gate: WriterGate,
    registry: RwLock<Arc<Registry>>,
    pub plans: Mutex<PlanCache>,
    pub open: Arc<OpenTransactions>,
    pub passes: PassSet,
    /// For statements whose limits do not say how many threads.
    max_threads: Option<usize>,
    files: FileAccess,
    pub home: Home,
}

impl Database {
    /// A new, empty database in memory.
    pub fn in_memory() -> Self {
        Self::options().in_memory()
    }

    /// How to open a database with other limits.
    pub fn options() -> Options {
        Options::default()
    }

    /// A database with these roots, the last of which is that of the last commit.
    pub(crate) fn opened(mut options: Options, history: History, home: Home) -> Self {
        options.limits.max_threads = options.limits.max_threads.or(options.threads);
        let open = Arc::default();
        let root = history.lock().last();
        let history = Arc::new(history);
        Self {
            shared: Arc::new(Shared {
                root: ArcSwap::new(root),
                gate: WriterGate::default(),
                registry: RwLock::new(Arc::new(procedure::registry(&open, &history, &options.files))),
                history,
                plans: Mutex::default(),
                open,
                passes: if options.plain_plans { PassSet::NONE } else { PassSet::ALL },
                max_threads: options.threads,
                files: options.files,
                home,
            }),
            limits: Arc::new(options.limits),
            author: options.author,
        }
    }

    /// Another handle to this database: what is run by way of it, and of its transactions, has these limits unless the
    /// statement brings its own.
    ///
    /// ```
    /// use averment::{Database, ErrorKind, Limits};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let guests = db.with_limits(Limits { max_rows: Some(100), ..Limits::default() });
    /// let many = "UNWIND range(1, 1000) AS x CREATE (:Company)";
    /// assert_eq!(guests.query(many, ()).unwrap_err().kind(), ErrorKind::Limit);
    /// db.query(many, ())?;
    /// assert_eq!(db.query("MATCH (c:Company) RETURN count(*)", ())?.single::<i64>()?, 1000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_limits(&self, mut limits: Limits) -> Self {
        limits.max_threads = limits.max_threads.or(self.shared.max_threads);
        Self { limits: Arc::new(limits), ..self.clone() }
    }

    /// Another handle to this database: the commits that are made by way of it have this author unless the statement or
    /// the transaction names another one.
    ///
    /// ```
    /// use averment::{Database, Statement};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.with_author("Ada").query(Statement::new("CREATE (:A)").message("a first node"), ())?;
    /// let commit = db.log().next_back().expect("a commit")?;
    /// assert_eq!((commit.author(), commit.message()), (Some("Ada"), Some("a first node")));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_author(&self, author: impl Into<Arc<str>>) -> Self {
        Self { author: Some(author.into()), ..self.clone() }
    }

    /// Who makes the commits by way of this handle, unless another one is named.
    pub fn author(&self) -> Option<&str> {
        self.author.as_deref().filter(|author| !author.is_empty())
    }

    /// The limits of a statement that brings none of its own.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Runs one statement in a transaction of its own: a write is committed before this returns.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement; what it had written is undone, but for the batches that a `CALL { ... } IN
    /// TRANSACTIONS` of it has committed. [`ErrorKind::Busy`] if this thread has a write transaction open and the statement
    /// writes.
    pub fn query(&self, statement: impl Into<Statement>, params: impl Into<Params>) -> Result<Rows, Error> {
        let statement = statement.into();
        let limits = statement.limits_within(&self.limits);
        let said = statement.said.clone();
        let prepared = statement.prepare(self)?;
        let writes = prepared.writes();
        let statement = Statement::new(prepared).saying(said);
        if !writes {
            return self.read().query(statement.limits(limits), params);
        }
        let mut transaction = self.write_within(&limits)?;
        let rows = transaction.query_alone(statement.limits(limits), params)?;
        let commit = transaction.commit()?;
        Ok(rows.committed(commit))
    }

    /// Runs the statements of a script, separated by `;`, in one transaction: all of it holds, or nothing.
    ///
    /// # Errors
    ///
    /// As [`Database::query`], with the place in the script.
    pub fn run(&self, script: &str) -> Result<Vec<Rows>, Error> {
        self.run_with(script, ())
    }

    /// As [`Database::run`], with parameters that all statements may use.
    ///
    /// ```
    /// use averment::{Database, params};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.run_with("CREATE (:A {x: $x}); CREATE (:B {x: $x + 1})", params! { "x" => 1 })?;
    /// assert_eq!(db.query("MATCH (n) RETURN sum(n.x)", ())?.single::<i64>()?, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Database::run`].
    pub fn run_with(&self, script: &str, params: impl Into<Params>) -> Result<Vec<Rows>, Error> {
        if self.is_read_only() {
            return self.read().run_with(script, &params.into());
        }
        let mut transaction = self.write()?;
        let answers = transaction.run_with(script, params)?;
        transaction.commit()?;
        Ok(answers)
    }

    /// Parses, binds and plans a statement, to be run many times.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the statement before it is run.
    pub fn prepare(&self, text: &str) -> Result<Prepared, Error> {
        Prepared::new(self, &self.root(), text)
    }

    /// Begins to read the state of the last commit.
    pub fn read(&self) -> ReadTransaction {
        ReadTransaction::new(self.clone(), self.root())
    }

    /// Begins to write. Waits for another thread's write transaction to end, within the time of the [`Limits`] of this
    /// handle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Busy`] if this thread has one open already, [`ErrorKind::Limit`] or [`ErrorKind::Cancelled`] if the
    /// wait is given up.
    pub fn write(&self) -> Result<WriteTransaction, Error> {
        self.write_within(&self.limits)
    }

    /// Waits for the right to write.
    pub(crate) fn enter(&self) -> Result<WriterPass, Error> {
        Shared::enter(&self.shared, &self.limits)
    }

    fn write_within(&self, limits: &Limits) -> Result<WriteTransaction, Error> {
        let open = self.begin(Access::Write, None);
        let pass = Shared::enter(&self.shared, limits)?;
        let root = self.root_to_write()?;
        let next = root.commit().followed_at(now_micros());
        open.set_commit(next.number);
        let mut transaction = WriteTransaction::new(self.clone(), pass, open, Graph::clone(&root), next);
        transaction.say(&Said { author: self.author.clone(), message: None })?;
        Ok(transaction)
    }

    /// Another database, in memory, that begins as this one is now. They share memory until one of them writes, so a fork costs
    /// next to nothing: load a fixture once, and fork it for every test. The fork has the log, and can read the commits
    /// that this one can read now.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let fixture = Database::in_memory();
    /// fixture.query("CREATE (:Company)", ())?;
    /// let mine = fixture.fork();
    /// mine.query("MATCH (n) DELETE n", ())?;
    /// assert_eq!(fixture.query("MATCH (n) RETURN count(*)", ())?.single::<i64>()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn fork(&self) -> Self {
        let open = Arc::default();
        let (history, root) = self.shared.history.fork();
        let history = Arc::new(history);
        let mut registry = Registry::clone(&self.registry());
        procedure::show_those_of(&mut registry, &open, &history);
        Self {
            shared: Arc::new(Shared {
                root: ArcSwap::new(root),
                history,
                gate: WriterGate::default(),
                registry: RwLock::new(Arc::new(registry)),
                plans: Mutex::default(),
                open,
                passes: self.shared.passes,
                max_threads: self.shared.max_threads,
                files: self.shared.files.clone(),
                home: Home::Memory,
            }),
            limits: Arc::clone(&self.limits),
            author: self.author.clone(),
        }
    }

    /// Discards everything, as if the database were new: nodes, relationships, definitions, commits, registered functions
    /// and procedures. What it was opened with stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Busy`] if this thread has a write transaction open, [`ErrorKind::Argument`] for a database in files: make
    /// a new one instead.
    pub fn reset(&self) -> Result<(), Error> {
        if !self.is_in_memory() {
            let message = "a database in files is not discarded; make a new one instead";
            return Err(Error::plain(ErrorKind::Argument, "DatabaseInFiles", message));
        }
        let _pass = Shared::enter(&self.shared, &self.limits)?;
        let provenance = self.root().catalog().provenance.clone();
        let root = Arc::new(Graph::new().with_provenance(provenance));
        let mut history = self.shared.history.lock();
        history.reset(Arc::clone(&root));
        self.shared.root.store(root);
        drop(history);
        *self.shared.registry.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(self.new_registry());
        lock(&self.shared.plans).clear();
        Ok(())
    }

    /// Changes what can be called, unless `name` is that of something built in.
    pub(crate) fn change_registry(&self, name: &str, change: impl FnOnce(&mut Registry)) -> Result<(), Error> {
        let builtin = self.new_registry();
        if builtin.function(name).is_some() || builtin.aggregate(name).is_some() || builtin.procedure(name).is_some() {
            let message = format!("`{name}` is built in; choose a name with a namespace of your own");
            return Err(Error::plain(ErrorKind::Procedure, "InvalidProcedure", message));
        }
        let mut registry = self.shared.registry.write().unwrap_or_else(PoisonError::into_inner);
        let registry = Arc::make_mut(&mut registry);
        change(registry);
        procedure::list(registry);
        lock(&self.shared.plans).clear();
        Ok(())
    }

    fn new_registry(&self) -> Registry {
        procedure::registry(&self.shared.open, &self.shared.history, &self.shared.files)
    }

    /// The number of the last commit; 0 for a new database.
    pub fn commit_number(&self) -> u64 {
        self.root().commit().number
    }

    /// Takes a place among the open transactions.
    pub(crate) fn begin(&self, access: Access, commit: Option<u64>) -> Arc<OpenTransaction> {
        self.shared.open.begin(access, commit, now_micros())
    }

    pub(crate) fn root(&self) -> Arc<Graph> {
        self.shared.root.load_full()
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this is what can be called now.
    pub(crate) fn has_registry(&self, registry: &Arc<Registry>) -> bool {
        Arc::ptr_eq(registry, &self.shared.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes `root` that of the last commit, for all to see.
    pub(crate) fn publish(&self, root: Arc<Graph>) {
        let mut history = self.shared.history.lock();
        let let_go = history.add(Arc::clone(&root));
        self.shared.root.store(root);
        drop(history);
        // Nobody waits for the pages of old roots.
        drop(let_go);
    }

    /// Shows what a later look at the files of this database has found.
    pub(crate) fn go_on_with(&self, found: History) {
        let mut history = self.shared.history.lock();
        let let_go = history.go_on_with(found);
        self.shared.root.store(history.last());
        drop(history);
        lock(&self.shared.plans).clear();
        drop(let_go);
    }
}

impl Database {
    /// Makes `root` that of the last commit, which it is already in other pages, and keeps no earlier one.
    pub(crate) fn publish_anew(&self, root: Arc<Graph>) {
        let mut history = self.shared.history.lock();
        let let_go = history.keep_only(Arc::clone(&root));
        self.shared.root.store(root);
        drop(history);
        drop(let_go);
    }

    /// Lets the roots that are kept lie in other pages, and gives up those in which they lay.
    pub(crate) fn change_pages(&self, change: impl FnOnce(&mut Roots) -> Vec<Arc<Graph>>) {
        let mut history = self.shared.history.lock();
        let let_go = change(&mut history);
        self.shared.root.store(history.last());
        drop(history);
        drop(let_go);
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("commit", &self.commit_number()).finish_non_exhaustive()
    }
}

/// A panic while a lock was held leaves data that is whole: each holder changes it in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets one writer in at a time.
#[derive(Default)]
struct WriterGate {
    state: Mutex<GateState>,
    left: Condvar,
}

#[derive(Default)]
struct GateState {
    holder: Option<ThreadId>,
    /// So many threads wait: to wake nobody would cost a call of the system for each commit.
    waiting: usize,
}

/// The right to write; given back when dropped, in the thread to which it was given: the gate knows it by that.
pub(crate) struct WriterPass {
    shared: Arc<Shared>,
    _not_send: PhantomData<*const ()>,
}

/// How long to wait between two looks at whether to wait on: nobody tells when a statement is cancelled.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

impl Shared {
    fn enter(shared: &Arc<Shared>, limits: &Limits) -> Result<WriterPass, Error> {
        let me = thread::current().id();
        let patience = Patience::new(limits);
        let mut state = lock(&shared.gate.state);
        while let Some(other) = state.holder {
            if other == me {
                return Err(Error::plain(
                    ErrorKind::Busy,
                    "WriterBusy",
                    "this thread has a write transaction open already; commit it or drop it first",
                ));
            }
            patience.check()?;
            state.waiting += 1;
            let woken = shared.gate.left.wait_timeout(state, BETWEEN_LOOKS);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
        state.holder = Some(me);
        drop(state);
        Ok(WriterPass { shared: Arc::clone(shared), _not_send: PhantomData })
    }
}

impl Drop for WriterPass {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.gate.state);
        state.holder = None;
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.shared.gate.left.notify_one();
        }
    }
}
