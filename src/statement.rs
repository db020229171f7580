//! What is asked of a database, with what it may use and what is said of the commit that it makes.

use std::sync::Arc;
use std::time::Duration;

use crate::commits::Said;
use crate::database::Database;
use crate::error::Error;
use crate::exec::{CancelToken, Limits};
use crate::prepared::Prepared;
use crate::storage::Graph;

/// A statement as text, or one that is prepared already, and what it may use.
///
/// Text and [`Prepared`] become one by themselves wherever a statement is run. A statement with limits of its own is
/// made with [`new`](Statement::new), and runs as well on a [`Database`] as in a transaction:
///
/// ```
/// use std::time::Duration;
/// use averment::{CancelToken, Database, ErrorKind, Limits, Statement, params};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let endless = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(*)";
///
/// let hurried = Statement::new(endless).timeout(Duration::from_millis(20));
/// let error = db.query(hurried, ()).and_then(|rows| rows.single::<i64>()).unwrap_err();
/// assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Limit, "limit-exceeded"));
///
/// let prepared = db.prepare("UNWIND range(1, $upto) AS x RETURN size(collect(x))")?;
/// let small = Statement::from(&prepared).limits(Limits { max_bytes: Some(1 << 20), ..Limits::default() });
/// let transaction = db.read();
/// assert_eq!(transaction.query(small.clone(), params! { "upto" => 1_000 })?.single::<i64>()?, 1_000);
/// let error = transaction.query(small, params! { "upto" => 1_000_000 })?.single::<i64>().unwrap_err();
/// assert_eq!(error.message(), "the memory of 1 MiB is used up");
///
/// let token = CancelToken::new();
/// let rows = db.query(Statement::new(endless).cancel_with(token.clone()), ())?;
/// token.cancel(); // From any thread.
/// assert_eq!(rows.single::<i64>().unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Statement {
    form: Form,
    /// In place of those of the handle.
    limits: Option<Limits>,
    timeout: Option<Duration>,
    cancel: Option<CancelToken>,
    pub(crate) said: Said,
}

#[derive(Clone, Debug)]
enum Form {
    Text(String),
    Prepared(Prepared),
}

impl Statement {
    /// A statement that has the limits of the database, until it is given others.
    pub fn new(statement: impl Into<Self>) -> Self {
        statement.into()
    }

    /// What the statement may use, in place of all that the [`Database`] says.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// How long the statement may run; the other limits stay.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Lets `token` stop the statement; the other limits stay.
    #[must_use]
    pub fn cancel_with(mut self, token: CancelToken) -> Self {
        self.cancel = Some(token);
        self
    }

    /// Who makes the commit, if the statement writes. In a transaction that is open already this is said of all of it,
    /// and the last word holds. At most 1,024 bytes.
    #[must_use]
    pub fn author(mut self, author: impl Into<Arc<str>>) -> Self {
        self.said.author = Some(author.into());
        self
    }

    /// What the commit is made for, if the statement writes; in a transaction as for [`author`](Statement::author). At
    /// most 65,536 bytes.
    #[must_use]
    pub fn message(mut self, message: impl Into<Arc<str>>) -> Self {
        self.said.message = Some(message.into());
        self
    }

    pub(crate) fn saying(mut self, said: Said) -> Self {
        self.said = said;
        self
    }

    fn of(form: Form) -> Self {
        Self { form, limits: None, timeout: None, cancel: None, said: Said::default() }
    }

    /// What the statement may use, run by way of a handle with these limits.
    pub(crate) fn limits_within(&self, handle: &Limits) -> Limits {
        let mut limits = self.limits.as_ref().unwrap_or(handle).clone();
        limits.max_threads = limits.max_threads.or(handle.max_threads);
        limits.timeout = self.timeout.or(limits.timeout);
        limits.cancel = self.cancel.clone().or(limits.cancel);
        limits
    }

    pub(crate) fn prepare(self, database: &Database) -> Result<Prepared, Error> {
        self.prepare_on(database, &database.root())
    }

    pub(crate) fn prepare_on(self, database: &Database, graph: &Graph) -> Result<Prepared, Error> {
        match self.form {
            Form::Text(text) => Prepared::new(database, graph, &text),
            Form::Prepared(prepared) => Ok(prepared),
        }
    }
}

impl From<&str> for Statement {
    fn from(text: &str) -> Self {
        Self::of(Form::Text(text.to_owned()))
    }
}

impl From<String> for Statement {
    fn from(text: String) -> Self {
        Self::of(Form::Text(text))
    }
}

impl From<&String> for Statement {
    fn from(text: &String) -> Self {
        Self::of(Form::Text(text.clone()))
    }
}

impl From<Prepared> for Statement {
    fn from(prepared: Prepared) -> Self {
        Self::of(Form::Prepared(prepared))
    }
}

impl From<&Prepared> for Statement {
    fn from(prepared: &Prepared) -> Self {
        Self::of(Form::Prepared(prepared.clone()))
    }
}
