//! The answer to a statement.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::{Error, guarded};
use crate::exec::{self, Counters};
use crate::from_row::FromRow;
use crate::procedure::RunningStatement;
use crate::row::Row;
use crate::semantic;
use crate::storage::Commit;
use crate::text::{Position, Span, one_line};
use crate::value::{ErrorKind, Name, Value};

/// The rows of an answer, made as they are asked for.
///
/// A statement that writes has run to its end before its first row is handed out; dropping the rows undoes nothing.
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let mut squares = Vec::new();
/// for row in db.query("UNWIND range(1, 3) AS x RETURN x, x * x AS square", ())? {
///     let row = row?;
///     squares.push((row.get::<i64>("x")?, row.get::<i64>("square")?));
/// }
/// assert_eq!(squares, [(1, 1), (2, 4), (3, 9)]);
/// # Ok(())
/// # }
/// ```
pub struct Rows {
    columns: Arc<[Name]>,
    source: Source,
    text: Arc<str>,
    counters: Counters,
    warnings: Vec<Warning>,
    commit: u64,
    /// The last column tells what a row rests on.
    explained: bool,
    /// Filled when a profiled statement has run to its end.
    profile: Option<String>,
}

enum Source {
    /// The transaction is kept open for as long as its state is read.
    Running(exec::Reading, RunningStatement),
    Made(std::vec::IntoIter<Vec<Value>>),
}

impl Rows {
    pub(crate) fn reading(
        run: exec::Reading,
        running: RunningStatement,
        columns: &Arc<[Name]>,
        text: &Arc<str>,
        commit: Commit,
        warnings: &[Warning],
    ) -> Self {
        Self {
            columns: Arc::clone(columns),
            source: Source::Running(run, running),
            text: Arc::clone(text),
            counters: Counters::default(),
            warnings: warnings.to_vec(),
            commit: commit.number,
            explained: false,
            profile: None,
        }
    }

    /// The same answer; `explained`: its last column tells what a row rests on.
    pub(crate) fn explained(mut self, explained: bool) -> Self {
        self.explained = explained;
        self
    }

    pub(crate) fn written(
        answer: exec::Answer,
        columns: &Arc<[Name]>,
        text: &Arc<str>,
        commit: Commit,
        warnings: &[Warning],
    ) -> Self {
        let mut warnings = warnings.to_vec();
        warnings.extend(answer.warnings.into_iter().map(Warning::runtime));
        Self {
            columns: Arc::clone(columns),
            source: Source::Made(answer.rows.into_iter()),
            text: Arc::clone(text),
            counters: answer.counters,
            warnings,
            commit: commit.number,
            explained: false,
            profile: answer.profile,
        }
    }

    /// The answer to EXPLAIN: a line of the plan a row.
    pub(crate) fn plan_text(plan: &str, commit: Commit, warnings: &[Warning]) -> Self {
        let rows = plan.lines().map(|line| vec![Value::from(line)]).collect();
        Self::made(&["plan"], rows, commit, warnings)
    }

    /// An answer that is no row of the graph.
    pub(crate) fn made(columns: &[&str], rows: Vec<Vec<Value>>, commit: Commit, warnings: &[Warning]) -> Self {
        Self {
            columns: columns.iter().map(|name| Name::from(*name)).collect(),
            source: Source::Made(rows.into_iter()),
            text: Arc::from(""),
            counters: Counters::default(),
            warnings: warnings.to_vec(),
            commit: commit.number,
            explained: false,
            profile: None,
        }
    }

    pub(crate) fn committed(mut self, commit: u64) -> Self {
        self.commit = commit;
        self
    }

    /// The names of the columns; empty if the statement returns nothing.
    pub fn columns(&self) -> &[Name] {
        &self.columns
    }

    /// What the statement has written.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What is probably a mistake in the statement.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The number of the commit that the answer was read at, or that a write made.
    pub fn commit_number(&self) -> u64 {
        self.commit
    }

    /// Whether the last column, `why`, tells what each row rests on, as `WHY` asks: [`Row::why`].
    pub fn is_explained(&self) -> bool {
        self.explained
    }

    /// After the last row of a statement with PROFILE: its plan with rows and time per operator.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The only row: its only value, or all of them as a tuple.
    ///
    /// # Errors
    ///
    /// What the statement meets while it runs; [`ErrorKind::Argument`] if there is not exactly one row; as [`Row::to`]
    /// for a row that is no `T`.
    pub fn single<T: FromRow>(mut self) -> Result<T, Error> {
        let fault =
            |what: &str| Error::plain(ErrorKind::Argument, "NotSingle", format!("expected one row, found {what}"));
        let row = self.next().ok_or_else(|| fault("none"))??;
        match self.next() {
            None => row.to(),
            Some(Ok(_)) => Err(fault("several")),
            Some(Err(error)) => Err(error),
        }
    }

    /// All rows, each as a tuple (or whatever else is [`FromRow`]).
    ///
    /// # Errors
    ///
    /// What the statement meets while it runs; as [`Row::to`] for a row that is no `T`.
    pub fn into_vec<T: FromRow>(self) -> Result<Vec<T>, Error> {
        self.map(|row| row?.to()).collect()
    }

    /// All rows, each as a type that serde can make: see [`Row::deserialize`].
    ///
    /// # Errors
    ///
    /// What the statement meets while it runs; as [`Row::deserialize`] for a row that is no `T`.
    pub fn deserialize<T: DeserializeOwned>(self) -> Result<Vec<T>, Error> {
        self.map(|row| row?.deserialize()).collect()
    }

    /// The same answer with every row made already. Unlike with rows that the caller collects, those that are made are
    /// counted against the memory of the statement: an answer that is too large is an error.
    ///
    /// ```
    /// use averment::{Database, Limits};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory().with_limits(Limits { max_bytes: Some(1 << 20), ..Limits::default() });
    /// assert_eq!(db.query("UNWIND range(1, 100) AS x RETURN x", ())?.complete()?.count(), 100);
    /// let error = db.query("UNWIND range(1, 1000000000) AS x RETURN x", ())?.complete().unwrap_err();
    /// assert_eq!(error.kind(), averment::ErrorKind::Limit);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the statement meets while it runs; [`ErrorKind::Limit`] if the rows take more memory than it may hold.
    pub fn complete(mut self) -> Result<Self, Error> {
        let mut rows = Vec::new();
        while let Some(row) = self.next_values() {
            let row = row?;
            if let Source::Running(run, _) = &mut self.source {
                run.keep(&row).map_err(|error| Error::from(error).with_text(&self.text))?;
            }
            rows.push(row);
        }
        self.source = Source::Made(rows.into_iter());
        Ok(self)
    }

    fn next_values(&mut self) -> Option<Result<Vec<Value>, Error>> {
        match &mut self.source {
            Source::Made(rows) => rows.next().map(Ok),
            Source::Running(run, _) => match guarded(|| Ok(run.next_row()?)) {
                Ok(Some(values)) => Some(Ok(values)),
                Ok(None) => {
                    self.end();
                    None
                }
                Err(error) => {
                    self.source = Source::Made(Vec::new().into_iter());
                    Some(Err(error.with_text(&self.text)))
                }
            },
        }
    }
}

impl Rows {
    /// Behind the last row.
    fn end(&mut self) {
        let source = std::mem::replace(&mut self.source, Source::Made(Vec::new().into_iter()));
        if let Source::Running(run, _running) = source {
            let ended = run.end();
            self.profile = ended.profile;
            self.warnings.extend(ended.warnings.into_iter().map(Warning::runtime));
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let values = self.next_values()?;
        Some(values.map(|values| Row::new(Arc::clone(&self.columns), values)))
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).field("commit", &self.commit).finish_non_exhaustive()
    }
}

/// Something that is probably a mistake, such as a label that no node has.
///
/// # Example: a label that is not there
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE (:Company)", ())?;
/// let rows = db.query("MATCH (c:Compny) RETURN c", ())?;
/// assert_eq!(rows.warnings()[0].code(), "unknown-label");
/// assert!(rows.warnings()[0].message().contains("did you mean `Company`?"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    code: &'static str,
    message: String,
    span: Option<Span>,
    position: Option<(u32, u32)>,
}

impl Warning {
    pub(crate) fn new(warning: &semantic::Warning, text: &str) -> Self {
        let Position { line, column } = Position::of(text, warning.span.start as usize);
        Self {
            code: warning.code,
            message: one_line(warning.message.clone()),
            span: Some(warning.span),
            position: Some((line, column)),
        }
    }

    pub(crate) fn runtime((code, message): (&'static str, String)) -> Self {
        Self { code, message, span: None, position: None }
    }

    /// A stable code, as `unknown-label`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is odd, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where in the statement, in bytes.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// Line and column, both from 1.
    pub fn position(&self) -> Option<(u32, u32)> {
        self.position
    }
}
