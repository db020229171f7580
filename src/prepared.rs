//! Statements made ready to run: parsed, bound, planned.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::catalog::Statistics;
use crate::compile::{Made, plan_of};
use crate::database::{Database, lock};
use crate::error::{Error, guarded};
use crate::exec::{self, Commits, Limits, Program};
use crate::function::Registry;
use crate::optimize::PassSet;
use crate::params::Params;
use crate::physical::{self, PhysicalPlan};
use crate::procedure::OpenTransaction;
use crate::rows::{Rows, Warning};
use crate::semantic::bound::{AtCommit, CommitNumber, Mode};
use crate::storage::{Graph, Writer};
use crate::syntax;
use crate::trials::{Trials, refused};
use crate::value::{ErrorKind, Name, Value};
use crate::why_not::{self, Question};

/// How many plans a database keeps.
const CACHED_PLANS: usize = 512;

/// A statement that is parsed, bound and planned once and can run many times, with other parameters.
///
/// It may be used with every transaction of its database, and given limits of its own as a
/// [`Statement`](crate::Statement). When names, indexes or constraints have come or gone since, or something was
/// registered, it plans itself anew; so it does in another database.
///
/// # Example: plan once, run many times
///
/// ```
/// use averment::{Database, params};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let create = db.prepare("CREATE (:Company {name: $name})")?;
/// for name in ["SenseTime", "Megvii"] {
///     db.query(&create, params! { "name" => name })?;
/// }
/// assert!(create.writes() && create.columns().is_empty());
/// assert_eq!(db.query("MATCH (c:Company) RETURN count(c)", ())?.single::<i64>()?, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Prepared {
    plan: Arc<Planned>,
}

pub(crate) struct Planned {
    text: Arc<str>,
    mode: Mode,
    /// The commit that is read, if it is not the last one.
    at_commit: Option<AtCommit>,
    program: Arc<Program>,
    /// The names of the plan's columns.
    columns: Arc<[Name]>,
    warnings: Vec<Warning>,
    /// Each row tells what it rests on.
    explained: bool,
    /// What the plan was made for.
    made_for: Shape,
    /// The functions and procedures that it calls.
    registry: Arc<Registry>,
    /// What `WHY NOT` asks of the query that is planned.
    why_not: Option<WhyNot>,
}

struct WhyNot {
    question: Question,
    passes: PassSet,
}

impl Planned {
    fn fits(&self, database: &Database, graph: &Graph) -> bool {
        database.has_registry(&self.registry) && self.made_for.fits(graph)
    }
}

/// What makes a plan out of date when it changes: definitions, and the size of the graph by several times.
#[derive(Clone, Copy, Debug)]
struct Shape {
    catalog_version: u64,
    node_count: u64,
    rel_count: u64,
}

/// A graph that has grown or shrunk by this factor is planned for anew.
const STALE_FACTOR: u64 = 4;

/// Below this size a plan cannot be bad enough to matter.
const SMALL_COUNT: u64 = 1_000;

impl Shape {
    fn of(graph: &Graph) -> Self {
        Self {
            catalog_version: graph.catalog().version,
            node_count: graph.node_count().max(SMALL_COUNT),
            rel_count: graph.rel_count(None).max(SMALL_COUNT),
        }
    }

    fn fits(self, graph: &Graph) -> bool {
        let now = Self::of(graph);
        let near = |left: u64, right: u64| left.max(right) / left.min(right) < STALE_FACTOR;
        self.catalog_version == now.catalog_version
            && near(self.node_count, now.node_count)
            && near(self.rel_count, now.rel_count)
    }
}

impl Prepared {
    pub(crate) fn new(database: &Database, graph: &Graph, text: &str) -> Result<Self, Error> {
        // Which commit a statement reads is known when it is run: it is then planned for that one if need be.
        let is_of_use = |plan: &Arc<Planned>| plan.at_commit.is_some() || plan.fits(database, graph);
        let cached = lock(&database.shared.plans).get(text);
        if let Some(plan) = cached.filter(is_of_use) {
            return Ok(Self { plan });
        }
        Self::plan(database, graph, text)
    }

    fn plan(database: &Database, graph: &Graph, text: &str) -> Result<Self, Error> {
        let compiled = guarded(|| compile(database, graph, text));
        let plan = Arc::new(compiled.map_err(|error| error.with_text(text))?);
        lock(&database.shared.plans).insert(&plan);
        Ok(Self { plan })
    }

    /// The text of the statement.
    pub fn text(&self) -> &str {
        &self.plan.text
    }

    /// Whether the statement writes when it is run.
    pub fn writes(&self) -> bool {
        self.plan.program.plan().writes && self.plan.mode != Mode::Explain
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<Name> {
        if self.plan.why_not.is_some() {
            return why_not::COLUMNS.map(Name::from).to_vec();
        }
        self.plan.columns.to_vec()
    }

    /// What is probably a mistake in the statement.
    pub fn warnings(&self) -> &[Warning] {
        &self.plan.warnings
    }

    /// The plan as text, one operator a line.
    ///
    /// # Example: whether an index is used
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.run("CREATE INDEX FOR (c:Company) ON (c.name); CREATE (:Company {name: 'SenseTime'})")?;
    /// let plan = db.prepare("MATCH (c:Company {name: $name}) RETURN c")?.explain();
    /// assert!(plan.contains("seek"), "{plan}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn explain(&self) -> String {
        physical::explain(self.plan.program.plan())
    }

    /// This statement, planned for `graph`.
    pub(crate) fn current(self, database: &Database, graph: &Graph) -> Result<Self, Error> {
        if self.plan.fits(database, graph) {
            return Ok(self);
        }
        let cached = lock(&database.shared.plans).get(&self.plan.text);
        match cached.filter(|plan| plan.fits(database, graph)) {
            Some(plan) => Ok(Self { plan }),
            None => Self::plan(database, graph, &self.plan.text),
        }
    }

    /// The number of the commit that is read, if the statement says one.
    pub(crate) fn at_commit(&self, params: &Params) -> Result<Option<u64>, Error> {
        let number = self.plan.at_commit.as_ref().map(|at_commit| commit_number(&at_commit.number, params));
        number.transpose().map_err(|error| self.at_its_commit(error))
    }

    /// Tells where a statement names the commit that cannot be read.
    pub(crate) fn at_its_commit(&self, error: Error) -> Error {
        error.at(self.plan.at_commit.as_ref().map(|at_commit| at_commit.span)).with_text(self.text())
    }

    /// Begins to read; `open` stays open for as long as there are rows to come.
    pub(crate) fn read(
        &self,
        graph: &Arc<Graph>,
        params: Params,
        limits: &Limits,
        open: &Arc<OpenTransaction>,
    ) -> Result<Rows, Error> {
        if self.plan.mode == Mode::Explain {
            return Ok(Rows::plan_text(&self.explain(), graph.commit(), self.warnings()));
        }
        let running = open.run(&self.plan.text);
        if let Some(WhyNot { question, passes }) = &self.plan.why_not {
            let answer = guarded(|| Trials::new(graph, &self.plan.registry, *passes, params, limits).answer(question));
            let rows = answer.map_err(|error| error.with_text(self.text()))?;
            return Ok(Rows::made(&why_not::COLUMNS, rows, graph.commit(), self.warnings()));
        }
        let profile = self.plan.mode == Mode::Profile;
        let program = Arc::clone(&self.plan.program);
        let start = || Ok(exec::Reading::start(program, Arc::clone(graph), params.into_inner(), limits, profile)?);
        let run = guarded(start).map_err(|error| error.with_text(self.text()))?;
        let rows = Rows::reading(run, running, &self.plan.columns, &self.plan.text, graph.commit(), self.warnings());
        Ok(rows.explained(self.plan.explained))
    }

    /// Whether the statement commits while it runs.
    pub(crate) fn commits(&self) -> bool {
        self.plan.program.plan().commits() && self.plan.mode != Mode::Explain
    }

    pub(crate) fn write(
        &self,
        writer: &mut Writer,
        commits: Option<&dyn Commits>,
        params: Params,
        limits: &Limits,
        open: &Arc<OpenTransaction>,
    ) -> Result<Rows, Error> {
        let _running = open.run(&self.plan.text);
        let profile = self.plan.mode == Mode::Profile;
        let write = || Ok(exec::write(&self.plan.program, writer, commits, params.into_inner(), limits, profile)?);
        let answer = guarded(write).map_err(|error| error.with_text(self.text()))?;
        let commit = writer.graph().commit();
        let rows = Rows::written(answer, &self.plan.columns, &self.plan.text, commit, self.warnings());
        Ok(rows.explained(self.plan.explained))
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("text", &self.text()).finish_non_exhaustive()
    }
}

/// Plans by text. When full, it is emptied: a working set that fits is soon back.
#[derive(Default)]
pub(crate) struct PlanCache {
    plans: FxHashMap<Arc<str>, Arc<Planned>>,
}

impl PlanCache {
    fn get(&self, text: &str) -> Option<Arc<Planned>> {
        self.plans.get(text).map(Arc::clone)
    }

    fn insert(&mut self, plan: &Arc<Planned>) {
        if self.plans.len() >= CACHED_PLANS {
            self.plans.clear();
        }
        self.plans.insert(Arc::clone(&plan.text), Arc::clone(plan));
    }

    pub(crate) fn clear(&mut self) {
        self.plans.clear();
    }
}

fn commit_number(number: &CommitNumber, params: &Params) -> Result<u64, Error> {
    let name = match number {
        CommitNumber::Known(number) => return Ok(*number),
        CommitNumber::Parameter(name) => name,
    };
    let (kind, detail, message) = match params.get(name) {
        Some(Value::Integer(number @ 0..)) => return Ok(number.unsigned_abs()),
        Some(Value::Integer(number)) => {
            let message = format!("the number of a commit must not be negative, found {number}");
            (ErrorKind::Argument, "NegativeIntegerArgument", message)
        }
        Some(other) => {
            let message = format!("the number of a commit is an INTEGER, found {}", other.type_name());
            (ErrorKind::Type, "InvalidArgumentType", message)
        }
        None => (ErrorKind::ParameterMissing, "MissingParameter", format!("parameter `${name}` was not given")),
    };
    Err(Error::plain(kind, detail, message))
}

/// The whole pipeline before execution.
fn compile(database: &Database, graph: &Graph, text: &str) -> Result<Planned, Error> {
    #[cfg(test)]
    tests::COMPILED.set(tests::COMPILED.get() + 1);
    let mut statement = syntax::parse(text)?;
    let question = Question::taken_from(&mut statement, text).map_err(refused)?;
    let registry = database.registry();
    let passes = database.shared.passes;
    let Made { plan, mode, at_commit, explained, warnings } = plan_of(&statement, text, graph, &registry, passes)?;
    let why_not = question.map(|question| why_not(question, &plan, passes)).transpose()?;
    if let Some(expected) = why_not.as_ref().and_then(|why_not| why_not.question.expected_values()) {
        plan_of(&expected, text, graph, &registry, passes)?;
    }
    Ok(Planned {
        text: Arc::from(text),
        mode,
        at_commit,
        columns: plan.columns.iter().map(|(name, _)| name.clone()).collect(),
        program: Arc::new(Program::new(plan)),
        warnings,
        explained,
        made_for: Shape::of(graph),
        registry,
        why_not,
    })
}

fn why_not(question: Question, plan: &PhysicalPlan, passes: PassSet) -> Result<WhyNot, Error> {
    let columns = plan.columns.iter().map(|(name, _)| name.clone()).collect();
    let question = question.with_columns(columns).map_err(refused)?;
    if plan.writes {
        return Err(refused(question.writes()));
    }
    Ok(WhyNot { question, passes })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::{Database, params};

    thread_local! {
        /// How many statements this thread has parsed and planned.
        pub(super) static COMPILED: Cell<u32> = const { Cell::new(0) };
    }

    #[track_caller]
    fn check_compiled<T>(expected: u32, run: impl FnOnce() -> T) -> T {
        let before = COMPILED.get();
        let made = run();
        assert_eq!(COMPILED.get() - before, expected);
        made
    }

    #[test]
    fn a_prepared_statement_is_parsed_and_planned_once() {
        let db = Database::in_memory();
        // Names that come later are a reason to plan anew.
        db.query("CREATE (:Company {name: 'Hikvision'})", ()).unwrap();
        let create = check_compiled(1, || db.prepare("CREATE (:Company {name: $name})").unwrap());
        let find = check_compiled(1, || db.prepare("MATCH (c:Company {name: $name}) RETURN c").unwrap());
        check_compiled(0, || {
            for name in ["SenseTime", "Megvii", "Yitu"] {
                db.query(&create, params! { "name" => name }).unwrap();
                assert_eq!(db.query(&find, params! { "name" => name }).unwrap().count(), 1);
                assert_eq!(db.read().query(&find, params! { "name" => name }).unwrap().count(), 1);
            }
            let mut transaction = db.write().unwrap();
            transaction.query(&create, params! { "name" => "Megvii" }).unwrap();
            assert_eq!(transaction.query(&find, params! { "name" => "Megvii" }).unwrap().count(), 2);
        });
    }

    #[test]
    fn a_statement_that_is_run_again_knows_no_name_that_was_undone() {
        let db = Database::in_memory();
        let count = db.prepare("CREATE (:$($label)) WITH 1 AS one MATCH (b:B) RETURN count(b)").unwrap();
        for (label, expected) in [("B", 1), ("C", 0), ("B", 1)] {
            // Dropped without a commit.
            let mut transaction = db.write().unwrap();
            let rows = transaction.query(&count, params! { "label" => label }).unwrap();
            assert_eq!(rows.single::<i64>().unwrap(), expected, "{label}");
        }
    }

    #[test]
    fn a_text_that_was_planned_is_not_planned_again_until_there_is_another_index() {
        let db = Database::in_memory();
        let text = "MATCH (c:Company {name: 'Megvii'}) RETURN c";
        let prepared = check_compiled(1, || db.prepare(text).unwrap());
        check_compiled(0, || db.query(text, ()).unwrap().count());
        db.query("CREATE INDEX FOR (c:Company) ON (c.name)", ()).unwrap();
        check_compiled(1, || db.query(text, ()).unwrap().count());
        check_compiled(0, || db.query(&prepared, ()).unwrap().count());
        check_compiled(0, || db.query(text, ()).unwrap().count());
    }
}
