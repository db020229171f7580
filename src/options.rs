//! How a database is opened: what it may use, what it may read, and by which words it knows evidence.

use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::Provenance;
use crate::database::Database;
use crate::error::Error;
use crate::exec::Limits;
use crate::storage::{FileAccess, Keep};
use crate::value::ErrorKind;

/// How a database is opened.
///
/// ```
/// use averment::{Database, Limits};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::options().limits(Limits { max_rows: Some(1_000), ..Limits::default() }).in_memory();
/// let error = db.query("UNWIND range(1, 1000000) AS x RETURN sum(x)", ()).and_then(|rows| rows.single::<i64>());
/// assert_eq!(error.unwrap_err().kind(), averment::ErrorKind::Limit);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) limits: Limits,
    pub(crate) plain_plans: bool,
    pub(crate) files: FileAccess,
    pub(crate) provenance: Provenance,
    pub(crate) author: Option<Arc<str>>,
    pub(crate) keep: Option<Keep>,
}

impl Options {
    /// The budget of each statement that is given none of its own: see [`Database::with_limits`] and
    /// [`Statement::limits`]. Without this, [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Who makes commits: see [`CommitInfo`](crate::CommitInfo). A [`Statement`] or a [`WriteTransaction`] may name
    /// another one.
    #[must_use]
    pub fn author(mut self, author: impl Into<Arc<str>>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// How many commits can be read again; it can be changed later by [`Database::keep`]. Without this, and without a word
    /// in a file that is loaded into the new database: those of the last 100 behind which no more than 10,000 changes were
    /// made, so that neither many small commits nor a few large ones make the memory grow without end.
    #[must_use]
    pub fn keep_commits(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Leaves plans as they are written, without optimisation: slow, and good for telling whether an answer depends on
    /// it.
    #[must_use]
    pub fn plain_plans(mut self) -> Self {
        self.plain_plans = true;
        self
    }

    /// Lets statements read the files in a folder and in the folders in it (`LOAD CSV`); a relative path begins there,
    /// and neither `..` nor a link leads out. Without this, or [`any_files`](Options::any_files), no file is read.
    ///
    /// ```
    /// use averment::{Database, ErrorKind};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("a.csv"), "name,country\nSenseTime,CN\n")?;
    /// let load = "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN row.name, row.country";
    /// let db = Database::options().files_below(folder.path()).in_memory();
    /// assert_eq!(db.query(load, ())?.single::<(String, String)>()?, ("SenseTime".to_owned(), "CN".to_owned()));
    ///
    /// let refused = Database::in_memory().query(load, ())?.single::<(String, String)>();
    /// assert_eq!(refused.unwrap_err().kind(), ErrorKind::Io);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn files_below(mut self, folder: impl Into<PathBuf>) -> Self {
        self.files = FileAccess::Below(folder.into());
        self
    }

    /// Lets statements read every file that the process can read; a relative path begins at its working directory. For
    /// statements of somebody else, see [`files_below`](Options::files_below). A file that cannot be read is told when the
    /// statement runs, as [`ErrorKind::Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("a.csv");
    /// std::fs::write(&path, "SenseTime,CN\n")?;
    /// let db = Database::options().any_files().in_memory();
    /// let load = format!("LOAD CSV FROM '{}' AS row RETURN row[1]", path.display());
    /// assert_eq!(db.query(load, ())?.single::<String>()?, "CN");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn any_files(mut self) -> Self {
        self.files = FileAccess::Any;
        self
    }

    /// The words by which evidence is known; see [`Provenance`]. Without this, the usual ones. A fork has those of its
    /// original.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if a word is empty.
    ///
    /// ```
    /// use averment::{Database, ErrorKind, Provenance};
    /// let nameless = Provenance { of: "".into(), ..Provenance::default() };
    /// let error = Database::options().provenance(nameless).unwrap_err();
    /// assert_eq!((error.kind(), error.message()), (ErrorKind::Argument, "the word for `of` is empty"));
    /// ```
    pub fn provenance(mut self, words: Provenance) -> Result<Self, Error> {
        if let Some((name, _)) = words.words().into_iter().find(|(_, word)| word.is_empty()) {
            let message = format!("the word for `{name}` is empty");
            return Err(Error::plain(ErrorKind::Argument, "InvalidArgumentValue", message));
        }
        self.provenance = words;
        Ok(self)
    }

    /// A new, empty database in memory.
    pub fn in_memory(self) -> Database {
        Database::opened(self)
    }
}
