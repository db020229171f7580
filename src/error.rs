//! The one error that users see.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::exec::ExecError;
use crate::plan::PlanError;
use crate::semantic::SemanticError;
use crate::storage::{DiskError, StorageError, guard};
use crate::syntax::SyntaxError;
use crate::text::{Position, Span, one_line, report};
use crate::value::{ErrorClass, ErrorKind};

/// What can go wrong with a statement, a transaction or a database.
///
/// An error is small and opaque: [`kind`](Error::kind) and [`code`](Error::code) are for programs,
/// [`report`](Error::report) is for people.
///
/// ```
/// # fn main() -> Result<(), averment::Error> {
/// let db = averment::Database::in_memory();
/// let error = db.query("MATCH (person) RETURN persn.name", ()).unwrap_err();
/// assert_eq!(error.kind(), averment::ErrorKind::Syntax);
/// assert_eq!(error.code(), "undefined-variable");
/// assert!(error.report().contains("did you mean `person`?"));
/// # Ok(())
/// # }
/// ```
///
/// The error of a value that could not be read is its [`source`](std::error::Error::source):
///
/// ```
/// use std::error::Error as _;
/// use averment::{Database, EdtfError};
/// # fn main() -> Result<(), averment::Error> {
/// let rows = Database::in_memory().query("RETURN edtf($text)", averment::params! { "text" => "2021-12-10T08:00" })?;
/// let error = rows.single::<averment::Edtf>().unwrap_err();
/// let below = error.source().and_then(|source| source.downcast_ref::<EdtfError>());
/// assert!(matches!(below, Some(EdtfError::TimeOfDay { .. })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Details>);

/// When an error was found.
///
/// # Example: found before, found while running
///
/// ```
/// use averment::{Database, Phase};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// assert_eq!(db.query("RETURN x", ()).unwrap_err().phase(), Phase::Compile);
/// let failed = db.query("UNWIND [1, 0] AS x RETURN 1 / x", ())?.find_map(Result::err).expect("one division fails");
/// assert_eq!(failed.phase(), Phase::Runtime);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Before anything was run.
    Compile,
    /// Later. What a statement has written that fails while it runs is undone, but for batches that `CALL { ... } IN
    /// TRANSACTIONS` has committed; when its answer is read, or its rows are
    /// made into other types, it is done already.
    Runtime,
}

#[derive(Clone)]
struct Details {
    class: ErrorClass,
    phase: Phase,
    message: String,
    span: Option<Span>,
    help: Option<String>,
    /// The text of the statement, for the caret.
    text: Option<Arc<str>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Says of which database this is.
    pub(crate) fn of(mut self, folder: &Path) -> Self {
        self.0.message = format!("{}: {}", folder.display(), self.0.message);
        self
    }

    /// The openCypher type of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.class.kind
    }

    /// A stable code in lower case, as `undefined-variable`.
    pub fn code(&self) -> String {
        hyphenated(self.0.class.detail)
    }

    /// openCypher's finer reason, as `UndefinedVariable`.
    pub fn detail(&self) -> &'static str {
        self.0.class.detail
    }

    /// When it was found.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// What was wrong, in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the statement, in bytes.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// Line and column of the fault, both from 1, the column in characters.
    pub fn position(&self) -> Option<(u32, u32)> {
        let (text, span) = (self.0.text.as_ref()?, self.0.span?);
        let Position { line, column } = Position::of(text, span.start as usize);
        Some((line, column))
    }

    /// What may help, such as the nearest name.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The error as people read it, with a caret under the fault.
    pub fn report(&self) -> String {
        report(&self.code(), &self.0.message, self.0.text.as_deref().unwrap_or(""), self.0.span, self.help())
    }

    /// The same error, told of a part of a longer text that begins at byte `offset` of `text`.
    pub(crate) fn within(mut self, text: &Arc<str>, offset: u32) -> Self {
        self.0.span = self.0.span.map(|span| Span { start: span.start + offset, end: span.end + offset });
        self.0.text = Some(Arc::clone(text));
        self
    }

    pub(crate) fn with_text(mut self, text: &str) -> Self {
        self.0.text = Some(Arc::from(text));
        self
    }

    pub(crate) fn plain(kind: ErrorKind, detail: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorClass::new(kind, detail), Phase::Runtime, message.into())
    }

    /// Of a statement that is not run at all.
    pub(crate) fn refused(kind: ErrorKind, detail: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorClass::new(kind, detail), Phase::Compile, message.into())
    }

    fn new(class: ErrorClass, phase: Phase, message: String) -> Self {
        // A message may repeat what was given.
        let message = one_line(message);
        Self(Box::new(Details { class, phase, message, span: None, help: None, text: None, source: None }))
    }

    pub(crate) fn at(mut self, span: Option<Span>) -> Self {
        self.0.span = span;
        self
    }

    fn helped(mut self, help: Option<String>) -> Self {
        self.0.help = help.map(one_line);
        self
    }
}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        Self::new(error.class(), Phase::Compile, error.to_string())
            .at(error.span())
            .helped(error.help().map(str::to_owned))
    }
}

impl From<SemanticError> for Error {
    fn from(error: SemanticError) -> Self {
        Self::new(error.class(), Phase::Compile, error.to_string()).at(Some(error.span())).helped(error.help())
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        Self::new(error.class(), Phase::Compile, error.to_string())
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        let mut made = Self::new(error.class(), Phase::Runtime, error.to_string()).at(error.span());
        made.0.source = error.inner();
        made
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Disk(error) => error.into(),
            error => Self::new(error.class(), Phase::Runtime, error.to_string()),
        }
    }
}

impl From<DiskError> for Error {
    fn from(error: DiskError) -> Self {
        let source = match &error {
            DiskError::Io { error, .. } => Some(Arc::clone(error) as Arc<dyn std::error::Error + Send + Sync>),
            DiskError::Stopped { cause } => Some(Arc::clone(cause) as Arc<dyn std::error::Error + Send + Sync>),
            _ => None,
        };
        let mut made = Self::new(error.class(), Phase::Runtime, error.to_string());
        made.0.source = source;
        made.helped(error.help().map(str::to_owned))
    }
}

/// What `run` gives, or the error of a page of the graph that could not be read meanwhile.
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    guard(run)?
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

impl std::error::Error for Error {
    /// What a reader of something else than a statement has said: of an EDTF date, of a pattern for `=~`, of the parts
    /// of a day. What went wrong in the statement itself has no error below it.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// `UndefinedVariable` as `undefined-variable`.
fn hyphenated(camel: &str) -> String {
    let mut text = String::with_capacity(camel.len() + 4);
    for (index, letter) in camel.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use crate::Database;

    #[track_caller]
    fn check_source(statement: &str, expected: Option<&str>) {
        let failed = Database::in_memory().query(statement, ()).and_then(|mut rows| rows.next().expect("a row"));
        let error = failed.expect_err("the statement fails");
        let source = error.source().map(ToString::to_string);
        match expected {
            None => assert_eq!(source, None),
            Some(start) => {
                let source = source.expect("an error below");
                assert!(source.starts_with(start) && error.message().contains(&source), "{source}: {error}");
            }
        }
    }

    #[test]
    fn an_error_has_a_source_where_something_else_could_not_be_read() {
        check_source("RETURN edtf('soon')", Some("`soon` is not an EDTF date"));
        check_source("UNWIND ['('] AS x RETURN 'a' =~ x", Some("`(` is no regular expression"));
        check_source("RETURN date('yesterday')", Some("`yesterday` is not a date"));
        check_source("RETURN 1 / 0", None);
        check_source("RETURN x", None);
    }
}
