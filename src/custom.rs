//! Functions and procedures of an embedder's own.

use std::borrow::Cow;
use std::cell::RefCell;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::catalog::{Statistics, Symbol, Symbols};
use crate::database::Database;
use crate::error::Error;
use crate::exec::ExecError;
use crate::function::{
    Accepts, Answer, Arity, Field, Function, FunctionError, Host, Implementation, NullRule, Procedure, ResultType,
};
use crate::row::FromValue;
use crate::storage::{Graph, GraphView, KnownAt, Lens, Part, ValidAt, together};
use crate::table_procedure::TableProcedure;
use crate::value::nearest::not_here;
use crate::value::{ElementId, ErrorClass, ErrorKind, Name, Node, Relationship, Type, Value};

/// What a function or procedure of one's own fails with: any error, or a message.
pub type BoxedError = Box<dyn StdError + Send + Sync>;

/// A function of your own, to be called in any expression: see [`Database::register`].
///
/// Types are written as `SHOW FUNCTIONS` shows them: `ANY`, `BOOLEAN`, `INTEGER`, `FLOAT`, `NUMBER`, `STRING`, `LIST`,
/// `LIST<STRING>`, `MAP`, `DATE`, `DATETIME`, `EDTF`, `NODE`, `RELATIONSHIP`, `PATH` and so on. What cannot be of its
/// type is refused before the statement runs; the rest is the function's to check. A result that is neither of its type
/// nor null is an error. A null argument gives null without a call, unless [`sees_nulls`](CustomFunction::sees_nulls).
///
/// ```
/// use averment::{CustomFunction, Database, Value};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.register(CustomFunction::new("risk.band", &["NUMBER"], "STRING", |arguments| match arguments {
///     [Value::Integer(0..50)] => Ok("low".into()),
///     [Value::Integer(50..=100)] => Ok("high".into()),
///     [other] => Err(format!("{other} is no share from 0 to 100").into()),
///     _ => unreachable!("it takes one argument"),
/// }))?;
/// assert_eq!(db.query("RETURN risk.band(70)", ())?.single::<String>()?, "high");
/// let error = db.query("RETURN risk.band(101)", ())?.single::<String>().unwrap_err();
/// assert_eq!(error.message(), "risk.band: 101 is no share from 0 to 100");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CustomFunction {
    name: String,
    parameters: Vec<String>,
    result: String,
    optional_count: usize,
    sees_nulls: bool,
    volatile: bool,
    summary: String,
    body: FunctionBody,
}

type FunctionBody = Arc<dyn Fn(&[Value]) -> Result<Value, BoxedError> + Send + Sync>;

impl CustomFunction {
    /// A function by its name (with its namespace), the types of its parameters and of its result, and its body.
    pub fn new(
        name: &str,
        parameters: &[&str],
        result: &str,
        body: impl Fn(&[Value]) -> Result<Value, BoxedError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            parameters: parameters.iter().map(|parameter| (*parameter).to_owned()).collect(),
            result: result.to_owned(),
            optional_count: 0,
            sees_nulls: false,
            volatile: false,
            summary: "registered by the program".to_owned(),
            body: Arc::new(body),
        }
    }

    /// The last `count` parameters may be left out; the body is then given fewer arguments.
    #[must_use]
    pub fn optional(mut self, count: usize) -> Self {
        self.optional_count = count;
        self
    }

    /// The body is called with nulls too.
    #[must_use]
    pub fn sees_nulls(mut self) -> Self {
        self.sees_nulls = true;
        self
    }

    /// Equal arguments may give another result, so it is called for each row anew.
    #[must_use]
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// One line for `SHOW FUNCTIONS`.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.summary);
        self
    }

    fn build(self) -> Result<Function, Error> {
        let parameters = self.parameters.iter().map(|parameter| parameter_type(&self.name, parameter));
        let parameters = parameters.collect::<Result<Vec<_>, Error>>()?;
        if self.optional_count > parameters.len() {
            let message =
                format!("`{}` has {} parameters, too few for {}", self.name, parameters.len(), self.optional_count);
            return Err(Error::plain(ErrorKind::Procedure, "InvalidProcedure", message + " that may be left out"));
        }
        let (name, body, result) = (self.name.clone(), self.body, field_type(&self.result)?.0);
        let class = ErrorClass::new(ErrorKind::Argument, "FunctionFailed");
        let call = {
            let result = result.clone();
            move |arguments: &[Value]| {
                let value = body(arguments).map_err(|error| FunctionError::said_by(&name, class, &error))?;
                if !result.admits(&value) {
                    let found = value.type_name();
                    return Err(FunctionError::said_by(
                        &name,
                        class,
                        &format!("the result is declared {result}, found {found}"),
                    ));
                }
                Ok(value)
            }
        };
        Ok(Function {
            name: Cow::Owned(self.name),
            arity: Arity { min: parameters.len() - self.optional_count, max: parameters.len() },
            parameters: Cow::Owned(parameters),
            result: ResultType::Is(result),
            nulls: if self.sees_nulls { NullRule::Pass } else { NullRule::Propagate },
            deterministic: !self.volatile,
            because: None,
            under_lens: false,
            tells_time: false,
            summary: Cow::Owned(self.summary),
            body: Implementation::Custom(Arc::new(call)),
        })
    }
}

impl fmt::Debug for CustomFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomFunction").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A procedure of your own, to be called in `CALL`: see [`Database::register`].
///
/// Its body is given the call, with the arguments and the graph that the statement reads, and gives rows as wide as its
/// outputs. A `?` behind a type lets null in, or out.
///
/// ```
/// use averment::{CustomProcedure, Database, Node};
/// use petgraph::algo::dijkstra;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::from_script("CREATE (:A {n: 1})-[:OWNS]->(:B {n: 2})-[:OWNS]->(:C {n: 3})")?;
/// db.register(CustomProcedure::new(
///     "my.steps",
///     &[("from", "NODE")],
///     &[("node", "NODE"), ("steps", "INTEGER")],
///     |call| {
///         let (view, from) = (call.view(), call.argument::<Node>(0)?);
///         let start = view.index_of(from.id()).ok_or("the node is gone")?;
///         let steps = dijkstra(view, start, None, |_| 1_i64);
///         let rows = steps.into_iter().map(|(node, steps)| vec![call.node(node).into(), steps.into()]);
///         Ok(rows.collect())
///     },
/// ))?;
/// let found = db.query("MATCH (a:A) CALL my.steps(a) YIELD node, steps RETURN node.n, steps ORDER BY steps", ())?;
/// assert_eq!(found.into_vec::<(i64, i64)>()?, [(1, 0), (2, 1), (3, 2)]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CustomProcedure {
    name: String,
    inputs: Vec<(String, String)>,
    outputs: Vec<(String, String)>,
    summary: String,
    body: ProcedureBody,
}

type ProcedureBody = Arc<dyn Fn(&Call<'_>) -> Result<Vec<Vec<Value>>, BoxedError> + Send + Sync>;

impl CustomProcedure {
    /// A procedure by its name (with its namespace), the names and types of its inputs and outputs, and its body.
    pub fn new(
        name: &str,
        inputs: &[(&str, &str)],
        outputs: &[(&str, &str)],
        body: impl Fn(&Call<'_>) -> Result<Vec<Vec<Value>>, BoxedError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            inputs: owned(inputs),
            outputs: owned(outputs),
            summary: "registered by the program".to_owned(),
            body: Arc::new(body),
        }
    }

    /// One line for `SHOW PROCEDURES`.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.summary);
        self
    }

    fn build(self) -> Result<Procedure, Error> {
        let (name, body, outputs) = (self.name.clone(), self.body, fields(self.outputs)?);
        let class = ErrorClass::new(ErrorKind::Procedure, "ProcedureFailed");
        let declared = outputs.clone();
        let run = move |host: &dyn Host, arguments: &[Value]| {
            let stopped = RefCell::new(None);
            let answer = body(&Call { host, arguments, outputs: &declared, stopped: &stopped });
            if let Some(error) = stopped.take() {
                return Err(error);
            }
            let rows = answer.map_err(|error| FunctionError::said_by(&name, class, &error))?;
            for row in &rows {
                check_row(row, &declared, |output| host.wants(output))
                    .map_err(|message| FunctionError::said_by(&name, class, &message))?;
            }
            Ok(Answer::of(rows))
        };
        Ok(Procedure {
            name: Name::from(self.name),
            inputs: fields(self.inputs)?,
            outputs,
            summary: self.summary,
            body: Arc::new(run),
        })
    }
}

/// Names and types.
pub(crate) fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, type_name)| ((*name).to_owned(), (*type_name).to_owned())).collect()
}

/// A row has a value for each field, and one that fits where it is wanted.
pub(crate) fn check_row(row: &[Value], fields: &[Field], is_wanted: impl Fn(usize) -> bool) -> Result<(), String> {
    if row.len() != fields.len() {
        return Err(format!("a row has {} values, not {}", row.len(), fields.len()));
    }
    let mut wanted = row.iter().zip(fields).enumerate().filter(|(output, _)| is_wanted(*output));
    wanted.try_for_each(|(_, (value, field))| field.check(value))
}

impl fmt::Debug for CustomProcedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomProcedure").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One call of a [`CustomProcedure`]: its arguments, and the graph that the statement reads.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    host: &'c dyn Host,
    arguments: &'c [Value],
    outputs: &'c [Field],
    /// Why the statement has to stop, if it was told so.
    stopped: &'c RefCell<Option<FunctionError>>,
}

impl<'c> Call<'c> {
    /// The arguments, in the order of the inputs.
    pub fn arguments(&self) -> &'c [Value] {
        self.arguments
    }

    /// The argument at `index`, from 0, as `T`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if there is none, [`ErrorKind::Type`] if it is no `T`.
    pub fn argument<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        let Some(value) = self.arguments.get(index) else {
            return Err(Error::plain(ErrorKind::Argument, "NoSuchArgument", format!("there is no argument {index}")));
        };
        T::from_value(value).ok_or_else(|| {
            let message = format!("argument {index} is {value}, which is no {}", T::NAME);
            Error::plain(ErrorKind::Type, "InvalidArgumentType", message)
        })
    }

    /// Whether the statement takes the output of this name. What it does not take need not be found out: null stands for it.
    ///
    /// ```
    /// use averment::{CustomProcedure, Database, Value};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.register(CustomProcedure::new("my.answer", &[], &[("answer", "INTEGER"), ("reasons", "STRING")], |call| {
    ///     let reasons = if call.wants("reasons") { "many".into() } else { Value::Null };
    ///     Ok(vec![vec![42.into(), reasons]])
    /// }))?;
    /// assert_eq!(db.query("CALL my.answer() YIELD answer RETURN answer", ())?.single::<i64>()?, 42);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wants(&self, output: &str) -> bool {
        let place = self.outputs.iter().position(|field| field.name.as_str() == output);
        place.is_some_and(|place| self.host.wants(place))
    }

    /// The graph that the statement reads, as petgraph sees it: under a clock only what that shows.
    ///
    /// What a clock hides is in no count, no search and no [`dense`](GraphView::dense) view, and has neither an id nor
    /// properties. Of each thousand or so elements it is found out when the first of them is asked for, once for all calls
    /// of a statement that see the same. A statement that is stopped meanwhile gives no answer.
    ///
    /// ```
    /// use averment::{CustomProcedure, Database};
    /// use petgraph::visit::NodeCount;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:A {valid_from: date('2030-01-01')}), (:A)")?;
    /// db.register(CustomProcedure::new("my.count", &[], &[("n", "INTEGER")], |call| {
    ///     Ok(vec![vec![i64::try_from(call.view().node_count())?.into()]])
    /// }))?;
    /// let counted = db.query("VALID AT date('2020-01-01') CALL my.count() YIELD n RETURN n", ())?;
    /// assert_eq!(counted.single::<i64>()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn view(&self) -> GraphView<'c> {
        self.graph().view_of(self.part())
    }

    /// The graph that the statement reads, with other clocks than its own.
    ///
    /// ```
    /// use averment::{Clocks, CustomProcedure, Database, Date, Value};
    /// use petgraph::visit::NodeCount;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:A {valid_from: date('2030-01-01')}), (:A)")?;
    /// db.register(CustomProcedure::new("my.count", &[("day", "DATE")], &[("n", "INTEGER")], |call| {
    ///     let clocks = Clocks { valid_at: Some(call.arguments()[0].clone()), ..Clocks::default() };
    ///     Ok(vec![vec![i64::try_from(call.under(&clocks)?.view().node_count())?.into()]])
    /// }))?;
    /// let counted = db.query("CALL my.count(date('2020-01-01')) YIELD n RETURN n", ())?;
    /// assert_eq!(counted.single::<i64>()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if a clock is no day; [`ErrorKind::Limit`] if there is no memory left for what passes.
    pub fn under(&self, clocks: &Clocks) -> Result<Clocked<'c>, Error> {
        let lens = clocks.over(self.part().map(Part::lens))?;
        if lens.is_empty() {
            return Ok(Clocked { graph: self.graph(), part: None });
        }
        let part = Part::new(self.graph(), lens, self.host.alarm());
        self.reserve(part.max_bytes())?;
        Ok(Clocked { graph: self.graph(), part: Some(part) })
    }

    /// Adds a warning to the answer, under a stable code; who asks sees it once the rows are there.
    ///
    /// ```
    /// use averment::{CustomProcedure, Database};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.register(CustomProcedure::new("my.guess", &[], &[("n", "INTEGER")], |call| {
    ///     call.warn("guessed", "nobody has counted");
    ///     Ok(vec![vec![7.into()]])
    /// }))?;
    /// let mut rows = db.query("CALL my.guess() YIELD n RETURN n", ())?;
    /// assert_eq!(rows.by_ref().count(), 1);
    /// assert_eq!(rows.warnings()[0].code(), "guessed");
    /// # Ok(())
    /// # }
    /// ```
    pub fn warn(&self, code: &'static str, message: impl Into<String>) {
        self.host.warn(code, message.into());
    }

    /// Warns, as of names in a pattern, of relationship types that the graph does not have; in an empty graph none is missed.
    pub fn expect_types<'n>(&self, types: impl IntoIterator<Item = &'n str>) {
        self.expect(types, ("unknown-type", "relationship type"), &self.graph().catalog().types);
    }

    /// Warns in the same way of property keys.
    pub fn expect_keys<'n>(&self, keys: impl IntoIterator<Item = &'n str>) {
        self.expect(keys, ("unknown-key", "property key"), &self.graph().catalog().keys);
    }

    /// The keys that tell from when and until when something is so, as the settings of the database name them.
    pub fn valid_keys(&self) -> [&'c str; 2] {
        let keys = &self.graph().catalog().provenance;
        [keys.valid_from.as_str(), keys.valid_to.as_str()]
    }

    /// Counts memory that is about to be taken until the call is over, and looks whether the statement has to stop: then
    /// nothing that the procedure gives counts.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] if there is not so much memory left, or no time; [`ErrorKind::Cancelled`].
    pub fn reserve(&self, bytes: usize) -> Result<(), Error> {
        self.host.reserve(bytes).map_err(|error| {
            *self.stopped.borrow_mut() = Some(error.clone());
            ExecError::Function { error, range: None }.into()
        })
    }

    /// What `work` makes of each of so many parts, in their order: several threads are at it, if the statement may use several. Nobody
    /// begins with another part once the statement has to stop.
    ///
    /// ```
    /// use averment::{CustomProcedure, Database};
    /// use petgraph::visit::{IntoNodeIdentifiers, NodeIndexable};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("UNWIND range(1, 9) AS n CREATE ({n: n})")?;
    /// db.register(CustomProcedure::new("my.longest", &[], &[("digits", "INTEGER")], |call| {
    ///     let (view, nodes) = (call.view(), call.view().node_identifiers().collect::<Vec<_>>());
    ///     let parts: Vec<_> = nodes.chunks(4).collect();
    ///     let longest = |part: usize| parts[part].iter().map(|n| view.node_property(*n, "n").to_string().len()).max();
    ///     let found = call.in_parts(parts.len(), longest)?.into_iter().flatten().max();
    ///     Ok(vec![vec![i64::try_from(found.unwrap_or(0))?.into()]])
    /// }))?;
    /// assert_eq!(db.query("CALL my.longest() YIELD digits RETURN digits", ())?.single::<i64>()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The parts that are made are not counted: [`reserve`](Call::reserve) what they take.
    ///
    /// # Errors
    ///
    /// Those of [`reserve`](Call::reserve), if the statement has to stop.
    ///
    /// # Panics
    ///
    /// If `work` does, once all threads have stopped.
    pub fn in_parts<T: Send>(&self, parts: usize, work: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, Error> {
        let made = together(self.host.threads(), parts, &*self.host.alarm(), &work);
        self.reserve(0)?;
        made.ok_or_else(|| ExecError::Function { error: FunctionError::Cancelled, range: None }.into())
    }

    /// Tells whether the statement has to stop, from whichever thread: for long [parts](Call::in_parts). Then [`reserve`](Call::reserve)
    /// says why.
    pub fn alarm(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        self.host.alarm()
    }

    /// The relationship at a place of the [`view`](Call::view), to be given out.
    pub fn relationship(&self, place: EdgeIndex) -> Option<Relationship> {
        self.graph().view().edge_id(place).map(Relationship::bare)
    }

    /// The node at a place of the [`view`](Call::view), to be given out.
    pub fn node(&self, place: NodeIndex) -> Option<Node> {
        self.view().node_id(place).map(Node::bare)
    }

    /// The node with this id, to be given out, if it is there and no clock hides it.
    pub fn node_by_id(&self, id: ElementId) -> Option<Node> {
        self.view().index_of(id).map(|_| Node::bare(id))
    }

    fn expect<'n, S: Symbol>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        (code, noun): (&'static str, &str),
        known: &Symbols<S>,
    ) {
        let is_missed = |name: &&str| Statistics::node_count(self.graph()) > 0 && known.get(name).is_none();
        names.into_iter().filter(is_missed).for_each(|name| self.warn(code, not_here(noun, name, known.names())));
    }

    fn part(&self) -> Option<&'c Part> {
        self.host.part().map(|part| part.downcast_ref().expect("the executor's host shows a part of such a graph"))
    }

    fn graph(&self) -> &'c Graph {
        self.host.graph().downcast_ref().expect("the executor's host shows a graph of this store")
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}

/// The days for which a procedure asks: see [`Call::under`].
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    /// As of `VALID AT`; without it, that of the statement.
    pub valid_at: Option<Value>,
    /// As of `KNOWN AT`; without it, that of the statement.
    pub known_at: Option<Value>,
    /// Whether what is not certain passes, as with `POSSIBLY`.
    pub possibly: bool,
}

impl Clocks {
    /// These in place of those of `own`.
    fn over(&self, own: Option<&Lens>) -> Result<Lens, Error> {
        let no_day = |name: &str, value: &Value| {
            let message = format!("`{name}` must be a DATE or a DATETIME, found {}", value.type_name());
            Error::plain(ErrorKind::Type, "InvalidArgumentType", message)
        };
        let mut lens = own.copied().unwrap_or_default();
        if let Some(day) = &self.valid_at {
            lens.valid = Some(ValidAt::of(day, false).ok_or_else(|| no_day("valid_at", day))?);
        }
        if let Some(day) = &self.known_at {
            lens.known = Some(KnownAt::of(day, false).ok_or_else(|| no_day("known_at", day))?);
        }
        let possibly = |already: bool| already || self.possibly;
        lens.valid = lens.valid.map(|valid| ValidAt { possibly: possibly(valid.possibly), ..valid });
        lens.known = lens.known.map(|known| KnownAt { possibly: possibly(known.possibly), ..known });
        Ok(lens)
    }
}

/// A graph as clocks show it: see [`Call::under`].
#[derive(Debug)]
pub struct Clocked<'c> {
    graph: &'c Graph,
    part: Option<Part>,
}

impl Clocked<'_> {
    /// What the clocks show, as petgraph sees it.
    pub fn view(&self) -> GraphView<'_> {
        self.graph.view_of(self.part.as_ref())
    }

    /// Whether it is shown as of all times: neither these clocks nor the statement say a day of `VALID AT`.
    pub fn is_of_all_times(&self) -> bool {
        self.part.as_ref().is_none_or(|part| part.lens().valid.is_none())
    }
}

/// What can be registered: a [`CustomFunction`], a [`CustomProcedure`] or a [`TableProcedure`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Registration {
    /// A function, for expressions.
    Function(CustomFunction),
    /// A procedure, for `CALL`.
    Procedure(CustomProcedure),
    /// A procedure that looks up its rows.
    Table(TableProcedure),
}

impl From<CustomFunction> for Registration {
    fn from(function: CustomFunction) -> Self {
        Registration::Function(function)
    }
}

impl From<CustomProcedure> for Registration {
    fn from(procedure: CustomProcedure) -> Self {
        Registration::Procedure(procedure)
    }
}

impl From<TableProcedure> for Registration {
    fn from(table: TableProcedure) -> Self {
        Registration::Table(table)
    }
}

impl Database {
    /// Adds a function or procedure that statements can call from now on. One of the same name takes the place of the
    /// one before, built-in ones excepted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Procedure`] if a type is unknown, a row of a table has the wrong length, or the name is that of a
    /// built-in function or procedure.
    pub fn register(&self, registration: impl Into<Registration>) -> Result<(), Error> {
        match registration.into() {
            Registration::Function(function) => {
                let function = function.build()?;
                self.change_registry(&function.name.clone(), |registry| registry.add_function(function))
            }
            Registration::Procedure(procedure) => {
                let procedure = procedure.build()?;
                self.change_registry(&procedure.name.clone(), |registry| registry.add_procedure(procedure))
            }
            Registration::Table(table) => {
                let procedure = table.into_procedure()?;
                self.change_registry(&procedure.name.clone(), |registry| registry.add_procedure(procedure))
            }
        }
    }
}

/// Whether a function sees nulls is said for all its parameters.
fn parameter_type(function: &str, text: &str) -> Result<Accepts, Error> {
    let (found, nullable) = field_type(text)?;
    if nullable {
        let message = format!("`{function}`: `{text}` has no meaning in a function, which sees nulls by `sees_nulls`");
        return Err(Error::plain(ErrorKind::Procedure, "InvalidProcedure", message));
    }
    Ok(Accepts::of_type(&found))
}

/// A type, and whether a `?` lets null in.
fn field_type(text: &str) -> Result<(Type, bool), Error> {
    let (base, nullable) = match text.trim().strip_suffix('?') {
        Some(base) => (base, true),
        None => (text, false),
    };
    let found = base.parse().map_err(|message| Error::plain(ErrorKind::Procedure, "InvalidProcedure", message))?;
    Ok((found, nullable))
}

/// Names and types of the fields of a procedure.
pub(crate) fn fields(fields: Vec<(String, String)>) -> Result<Vec<Field>, Error> {
    let field = |(name, type_name): (String, String)| {
        let (value_type, nullable) = field_type(&type_name)?;
        Ok(Field { name: Name::from(name), value_type, nullable })
    };
    fields.into_iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_rows;

    fn answer(arguments: &[Value]) -> Result<Value, BoxedError> {
        Ok(i64::try_from(arguments.len())?.into())
    }

    #[test]
    fn a_function_sees_nulls_and_fewer_arguments_only_if_it_says_so() {
        let db = Database::in_memory();
        db.register(CustomFunction::new("my.count", &["ANY", "ANY"], "INTEGER", answer).optional(1)).unwrap();
        db.register(CustomFunction::new("my.nulls", &["ANY"], "INTEGER", answer).sees_nulls().volatile()).unwrap();
        assert_rows!(
            db,
            "RETURN my.count(1) AS a, MY.COUNT(1, 2) AS b, my.count(null) AS c, my.nulls(null) AS d",
            "
            a | b | c    | d
            1 | 2 | null | 1
        "
        );
        assert_rows!(
            db,
            "SHOW FUNCTIONS YIELD name, signature WHERE name = 'my.count'",
            "
            name       | signature
            'my.count' | 'my.count(ANY, [ANY]) :: INTEGER'
        "
        );
    }

    #[test]
    fn what_is_built_in_stays() {
        let db = Database::in_memory();
        for name in ["toupper", "COUNT", "db.labels"] {
            let error = db.register(CustomFunction::new(name, &[], "ANY", answer)).unwrap_err();
            assert!(error.message().contains("is built in"), "{error:?}");
        }
        let error = db.register(CustomFunction::new("my.f", &["STRNG"], "ANY", answer)).unwrap_err();
        assert_eq!(error.message(), "unknown type `STRNG`");
        let error = db.register(CustomFunction::new("my.f", &["STRING?"], "ANY", answer)).unwrap_err();
        assert!(error.message().contains("sees_nulls"), "{error:?}");
        let error = db.register(CustomFunction::new("my.f", &["ANY"], "ANY", answer).optional(2)).unwrap_err();
        assert!(error.message().contains("too few"), "{error:?}");
    }

    #[test]
    fn a_statement_planned_before_knows_what_is_registered_anew() {
        let db = Database::in_memory();
        db.register(CustomFunction::new("my.version", &[], "INTEGER", |_| Ok(1.into()))).unwrap();
        assert_eq!(db.query("RETURN my.version()", ()).unwrap().single::<i64>().unwrap(), 1);
        db.register(CustomFunction::new("my.version", &[], "INTEGER", |_| Ok(2.into()))).unwrap();
        assert_eq!(db.query("RETURN my.version()", ()).unwrap().single::<i64>().unwrap(), 2);
    }

    #[test]
    fn a_row_of_the_wrong_width_is_an_error() {
        let db = Database::in_memory();
        let wide = |_: &Call<'_>| Ok(vec![vec![Value::Null; 2]]);
        db.register(CustomProcedure::new("my.wide", &[], &[("x", "ANY")], wide)).unwrap();
        let error = db.query("CALL my.wide() YIELD x RETURN x", ()).unwrap().next().unwrap().unwrap_err();
        assert_eq!(error.message(), "my.wide: a row has 2 values, not 1");
    }

    #[test]
    fn a_result_is_of_the_type_that_is_declared() {
        let db = Database::in_memory();
        let message = |text: &str| {
            db.query(text, ()).and_then(Iterator::collect::<Result<Vec<_>, _>>).unwrap_err().message().to_owned()
        };
        db.register(CustomFunction::new("my.f", &["ANY"], "INTEGER", |given| Ok(given[0].clone()))).unwrap();
        assert_eq!(message("RETURN my.f('a')"), "my.f: the result is declared INTEGER, found STRING");
        let echo = |call: &Call<'_>| Ok(vec![call.arguments().to_vec()]);
        let outputs = [("a", "LIST<NUMBER>"), ("b", "STRING?")];
        db.register(CustomProcedure::new("my.p", &[("a", "ANY"), ("b", "ANY?")], &outputs, echo)).unwrap();
        assert_rows!(db, "CALL my.p([1, 2.5], null)", "a | b\n[1, 2.5] | null");
        assert_eq!(message("CALL my.p(['a'], null)"), "my.p: `a` is declared LIST<NUMBER>, found LIST");
        assert_eq!(message("CALL my.p([], 1)"), "my.p: `b` is declared STRING?, found INTEGER");
        assert_eq!(message("CALL my.p(null, 'b')"), "my.p: `a` is declared ANY, found NULL");
    }
}
