//! Commits: when each was made, by whom and why, and which can be read again.

use std::fmt;
use std::sync::Arc;

use crate::database::Database;
use crate::error::{Error, guarded};
use crate::storage::{Commit, Keep, Log, LogEntry, Words};
use crate::transaction::{ReadTransaction, WriteTransaction};
use crate::value::{DateTime, ElementId, ErrorKind};

/// What the log knows of a commit.
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::options().author("Ada").in_memory();
/// let mut transaction = db.write()?;
/// transaction.set_message("the first company")?;
/// transaction.query("CREATE (:Company {name: 'SenseTime'})", ())?;
/// let number = transaction.commit()?;
///
/// let commit = db.log().next_back().expect("a commit")?;
/// assert_eq!((commit.number(), commit.author()), (number, Some("Ada")));
/// assert_eq!(commit.message(), Some("the first company"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CommitInfo {
    entry: LogEntry,
    is_kept: bool,
}

impl CommitInfo {
    /// A commit that was made in another database.
    pub(crate) fn from_elsewhere(
        number: u64,
        time: &DateTime,
        changes: u64,
        author: &str,
        message: &str,
    ) -> Result<Self, Error> {
        let (seconds, nanosecond) = (time.epoch_seconds(), time.nanosecond());
        let micros =
            seconds.checked_mul(1_000_000).and_then(|micros| micros.checked_add(i64::from(nanosecond / 1_000)));
        let Some(micros) = micros.filter(|_| nanosecond.is_multiple_of(1_000)) else {
            let message = format!("{time} is no time of a commit: it has microseconds and 64 bits");
            return Err(Error::plain(ErrorKind::Argument, "InvalidCommitTime", message));
        };
        let mut words = Words::default();
        words.set_author(author)?;
        words.set_message(message)?;
        Ok(Self { entry: LogEntry::new(Commit { number, micros }, changes, words), is_kept: false })
    }

    /// Commits are numbered from 1 upwards.
    pub fn number(&self) -> u64 {
        self.entry.commit.number
    }

    /// When the transaction began. Times never go backwards from one commit to the next, whatever the clock did.
    #[expect(clippy::missing_panics_doc, reason = "a year that 64 bits of microseconds can say is a year")]
    pub fn time(&self) -> DateTime {
        self.entry.commit.time().expect("microseconds are within the years of a time")
    }

    /// Who made it, if that was said.
    pub fn author(&self) -> Option<&str> {
        self.entry.author()
    }

    /// What it was made for, if that was said.
    pub fn message(&self) -> Option<&str> {
        self.entry.message()
    }

    /// How many elementary writes it holds: a node, a relationship, a property, a label of a node, a name that is new.
    pub fn changes(&self) -> u64 {
        self.entry.changes
    }

    /// Whether the database could be read as it stood then, when the log was asked for.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }
}

impl fmt::Debug for CommitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitInfo")
            .field("number", &self.number())
            .field("time", &self.time().to_string())
            .field("author", &self.author())
            .field("message", &self.message())
            .field("changes", &self.changes())
            .field("is_kept", &self.is_kept)
            .finish_non_exhaustive()
    }
}

/// The commits of a database, oldest first; made as they are asked for, from either end. Each is an
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if it lies in a file and cannot be read.
#[derive(Debug)]
pub struct CommitLog {
    log: Log,
    /// The numbers of those that are kept, lowest first.
    kept: Vec<u64>,
    from: usize,
    to: usize,
}

impl CommitLog {
    fn new(log: &Log, kept: Vec<u64>) -> Self {
        Self { from: 0, to: log.len(), log: log.clone(), kept }
    }

    fn at(&self, place: usize) -> Option<Result<CommitInfo, Error>> {
        let entry = guarded(|| Ok(self.log.get(place).cloned())).transpose()?;
        Some(entry.map(|entry| {
            let is_kept = self.kept.binary_search(&entry.commit.number).is_ok();
            CommitInfo { entry, is_kept }
        }))
    }
}

impl Iterator for CommitLog {
    type Item = Result<CommitInfo, Error>;

    fn next(&mut self) -> Option<Result<CommitInfo, Error>> {
        let found = (self.from < self.to).then(|| self.at(self.from))?;
        self.from += 1;
        found
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.to - self.from, Some(self.to - self.from))
    }
}

impl DoubleEndedIterator for CommitLog {
    fn next_back(&mut self) -> Option<Result<CommitInfo, Error>> {
        let found = (self.from < self.to).then(|| self.at(self.to - 1))?;
        self.to -= 1;
        found
    }
}

impl ExactSizeIterator for CommitLog {}

impl Database {
    /// All commits, oldest first, also those that cannot be read any more. An entry takes some 40 bytes, and one with a
    /// message of its own 90 more and its length, so that millions of them are no burden. In a database in files they take no
    /// memory once a checkpoint has written them, and are read when they are asked for.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// for number in 1..=3 {
    ///     db.query(format!("CREATE (:Company {{number: {number}}})"), ())?;
    /// }
    /// let newest = db.log().rev().take(2).map(|commit| Ok(commit?.number()));
    /// assert_eq!(newest.collect::<Result<Vec<u64>, averment::Error>>()?, [3, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(&self) -> CommitLog {
        self.read().log()
    }

    /// Begins to read the state of an earlier commit, as `AT COMMIT` does; 0 is the empty database before the first one.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// let before = db.query("CREATE (:Company)", ())?.commit_number();
    /// db.query("CREATE (:Company)", ())?;
    /// let count = "MATCH (c:Company) RETURN count(c)";
    /// assert_eq!(db.at_commit(before)?.query(count, ())?.single::<i64>()?, 1);
    /// assert_eq!(db.query(format!("AT COMMIT {before} {count}"), ())?.single::<i64>()?, 1);
    ///
    /// let error = db.at_commit(7).map(drop).unwrap_err();
    /// assert_eq!((error.code().as_str(), error.message()), ("no-such-commit", "there is no commit 7; kept are 0 to 2"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument), with the code `commit-not-kept` if the commit is not kept
    /// any more, and `no-such-commit` if there never was one of this number. The message says which ones are kept.
    pub fn at_commit(&self, number: u64) -> Result<ReadTransaction, Error> {
        let root = self.shared.history.root(number)?;
        Ok(ReadTransaction::new(self.clone(), root))
    }

    /// How many commits can be read again, whatever memory they take: a commit that is kept costs the pages that later
    /// ones have changed, 40 KB where that was a relationship, as much as the graph where it was everything. What is kept no
    /// longer is let go at once; what was let go does not come back. A database in files remembers it: whoever opens it next
    /// keeps as many, and a checkpoint writes those that are kept beside the last one.
    ///
    /// ```
    /// use averment::{Database, Keep};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::options().keep_commits(Keep::All).in_memory();
    /// for _ in 0..3 {
    ///     db.query("CREATE (:Company)", ())?;
    /// }
    /// db.keep(Keep::Last(2))?;
    /// assert_eq!(db.kept_commits(), [2, 3]);
    /// let error = db.at_commit(1).map(drop).unwrap_err();
    /// assert_eq!(error.message(), "commit 1 is not kept any more; kept are 2 to 3");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the files of the database do not take it, as where it was
    /// [opened to be read](Database::open_read_only); it is as it was then.
    pub fn keep(&self, keep: Keep) -> Result<(), Error> {
        Ok(self.set_keep(keep)?)
    }

    /// How many commits can be read again, as [`keep`](Database::keep) or
    /// [`Options::keep_commits`](crate::Options::keep_commits) or the file that was loaded says; `None` if none of them
    /// does: then those of the last 100 are kept behind which no more than 10,000 changes were made.
    pub fn keeps(&self) -> Option<Keep> {
        self.shared.history.lock().keep()
    }

    /// The numbers of the commits that can be read, lowest first; the present one is the last.
    pub fn kept_commits(&self) -> Vec<u64> {
        self.shared.history.lock().numbers()
    }
}

impl ReadTransaction {
    /// The commits that led to the state that is read, oldest first.
    pub fn log(&self) -> CommitLog {
        CommitLog::new(self.graph().log(), self.database().kept_commits())
    }

    /// The number of the commit in which a node or relationship was created; `None` if there is none of this id.
    ///
    /// ```
    /// use averment::{Database, Node};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// db.query("CREATE (:Company)", ())?;
    /// db.query("MATCH (c:Company) SET c.name = 'SenseTime'", ())?;
    /// let read = db.read();
    /// let company: Node = read.query("MATCH (c:Company) RETURN c", ())?.single()?;
    /// assert_eq!((read.recorded_in(company.id())?, read.commit_number()), (Some(1), 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if what says so lies in a file and cannot be read.
    pub fn recorded_in(&self, id: ElementId) -> Result<Option<u64>, Error> {
        let graph = self.graph();
        guarded(|| Ok(graph.end(id).map(|element| graph.recorded(element).number)))
    }

    /// How many commits the database keeps, if that was said.
    pub(crate) fn keeps(&self) -> Option<Keep> {
        self.database().keeps()
    }
}

impl WriteTransaction {
    /// Who makes the commit, in place of the author of the handle ([`Options::author`](crate::Options::author)). An empty
    /// text says nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) for more than 1,024 bytes.
    pub fn set_author(&mut self, author: impl AsRef<str>) -> Result<(), Error> {
        Ok(self.words_mut().set_author(author.as_ref())?)
    }

    /// What the commit is made for. An empty text says nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) for more than 65,536 bytes.
    pub fn set_message(&mut self, message: impl AsRef<str>) -> Result<(), Error> {
        Ok(self.words_mut().set_message(message.as_ref())?)
    }
}

/// The commits that a graph had which is added to a transaction: the log of a new database is to be the same. In a
/// database that has something already they are not taken over, and all that is added is of the transaction's own commit.
pub(crate) struct PastCommits {
    log: Log,
    is_taken_over: bool,
}

impl PastCommits {
    pub(crate) fn of(into: &WriteTransaction) -> Self {
        Self { log: Log::default(), is_taken_over: into.writer().is_new() }
    }

    pub(crate) fn add(&mut self, into: &mut WriteTransaction, commit: CommitInfo) -> Result<(), Error> {
        self.log.take_over(commit.entry.clone())?;
        if self.is_taken_over {
            into.writer_mut().take_over(commit.entry)?;
        }
        Ok(())
    }

    /// What is written from now on was written in this commit; without one, it is written now.
    pub(crate) fn write_as_of(&self, into: &mut WriteTransaction, number: Option<u64>) -> Result<(), Error> {
        if let Some(number) = number.filter(|number| self.log.find(*number).is_none()) {
            let message = format!("there is no commit {number} at the head of the graph");
            return Err(Error::plain(ErrorKind::Argument, "NoSuchCommit", message));
        }
        if self.is_taken_over {
            into.writer_mut().write_as_of(number);
        }
        Ok(())
    }

    /// What is written from now on belongs to the last of the commits.
    pub(crate) fn write_as_of_last(&self, into: &mut WriteTransaction) -> Result<(), Error> {
        self.write_as_of(into, self.log.last().map(|last| last.commit.number))
    }

    /// How many commits are to be kept, once the transaction is committed and unless the database says it.
    pub(crate) fn keep(&self, into: &mut WriteTransaction, keep: Keep) {
        if self.is_taken_over {
            into.keep_once_committed(keep);
        }
    }
}

/// What a statement says of the commit that it makes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub author: Option<Arc<str>>,
    pub message: Option<Arc<str>>,
}

impl Said {
    /// What is not said stays as it is.
    pub(crate) fn tell(&self, words: &mut Words) -> Result<(), Error> {
        if let Some(author) = &self.author {
            words.set_author(author)?;
        }
        if let Some(message) = &self.message {
            words.set_message(message)?;
        }
        Ok(())
    }
}
