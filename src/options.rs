//! How a database is opened: what it may use, what it may read, and by which words it knows evidence.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::Provenance;
use crate::database::Database;
use crate::error::Error;
use crate::exec::Limits;
use crate::read_only;
use crate::storage::{Durability, FileAccess, Graph, History, Keep};
use crate::store::{self, Home};
use crate::value::ErrorKind;
use crate::value::nearest::nearest;

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
    pub(crate) threads: Option<usize>,
    pub(crate) plain_plans: bool,
    pub(crate) files: FileAccess,
    pub(crate) provenance: Provenance,
    pub(crate) author: Option<Arc<str>>,
    pub(crate) keep: Option<Keep>,
    pub(crate) durability: Durability,
    /// A log that is shorter is never worth a snapshot.
    pub(crate) least_log_bytes: Option<u64>,
}

impl Options {
    /// The budget of each statement that is given none of its own: see [`Database::with_limits`] and
    /// [`Statement::limits`](crate::Statement::limits). Without this, [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The threads that may work on one reading statement at a time, unless its limits say another number
    /// ([`Limits::max_threads`]). Without this, as many as the machine can run at a time, 16 at most. A statement that takes
    /// less than about a millisecond has one, whatever is said here, and with `1` every statement has: the one that asks for
    /// its rows.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::options().threads(1).in_memory();
    /// db.query("UNWIND range(1, 10000) AS x CREATE (:Company {x: x})", ())?;
    /// assert_eq!(db.query("MATCH (c:Company) RETURN sum(c.x)", ())?.single::<i64>()?, 50_005_000);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn threads(mut self, most: usize) -> Self {
        self.threads = Some(most);
        self
    }

    /// Who makes commits: see [`CommitInfo`](crate::CommitInfo). A [`Statement`](crate::Statement) or a
    /// [`WriteTransaction`](crate::WriteTransaction) may name another one.
    #[must_use]
    pub fn author(mut self, author: impl Into<Arc<str>>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// How many commits can be read again; it can be changed later by [`Database::keep`]. Without this, and without a word
    /// in a file that is loaded into the new database: those of the last 100 behind which no more than 10,000 changes were
    /// made, so that neither many small commits nor a few large ones make the memory grow without end. A database in files
    /// remembers what was said last, here or there; without a word it goes on with that.
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
    /// [`ErrorKind::Argument`] if a word is empty, or stands for two labels, two types or two keys.
    ///
    /// ```
    /// use averment::{Database, ErrorKind, Provenance};
    /// let twice = Provenance { on: "valid_from".into(), ..Provenance::default() };
    /// let error = Database::options().provenance(twice).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Argument);
    /// assert_eq!(error.message(), "`valid_from` and `on` are one key, `valid_from`");
    /// ```
    pub fn provenance(mut self, words: Provenance) -> Result<Self, Error> {
        if let Some(fault) = words.fault() {
            return Err(invalid(fault));
        }
        self.provenance = words;
        Ok(self)
    }

    /// When a commit to files is acknowledged. Without this, once the disk has it.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// A new, empty database in memory.
    pub fn in_memory(self) -> Database {
        let empty = self.empty();
        self.in_memory_of(empty)
    }

    /// A new database in memory that has a graph to begin with.
    pub(crate) fn in_memory_of(self, graph: Graph) -> Database {
        let history = History::new(Arc::new(graph), self.keep);
        Database::opened(self, history, Home::Memory)
    }

    /// A new, empty database in files, in a folder that is made for it or has none yet.
    ///
    /// ```
    /// use averment::{Database, Durability};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("sanctions");
    /// let db = Database::options().author("Ada").durability(Durability::Buffered).create(&path)?;
    /// db.query("CREATE (:Company {name: 'SenseTime'})", ())?;
    /// drop(db);
    ///
    /// let db = Database::open(&path)?;
    /// assert_eq!(db.query("MATCH (c:Company) RETURN c.name", ())?.single::<String>()?, "SenseTime");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is a database already or the folder cannot be written, [`ErrorKind::Busy`] if it is in use.
    pub fn create(self, folder: impl AsRef<Path>) -> Result<Database, Error> {
        store::create(self, folder.as_ref())
    }

    /// A database that was made in a folder before. One process can open it at a time; the error names which one has. Others
    /// may [read it](Options::open_read_only) meanwhile.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if there is no database, it has another format, or its files are damaged: then the message names the
    /// file and the place. [`ErrorKind::Busy`] if it is in use. [`ErrorKind::Argument`] if it was made with other words of
    /// [`provenance`](Options::provenance); words that are not given are those that it was made with.
    pub fn open(self, folder: impl AsRef<Path>) -> Result<Database, Error> {
        store::open(self, folder.as_ref())
    }

    /// A database that was made in a folder before, to be read beside the process that writes it, if there is one. Nothing is
    /// made or changed on the disk, so that the right to read the files is enough; nobody is held up.
    ///
    /// What is seen is the state of the last commit that lay in the files when they were opened, and since then that of the
    /// last one when [`refresh`](Database::refresh) was called: never a part of a commit, and never one without those before
    /// it. A commit may be seen a moment before its writer hears that it is made, so one that the disk of the writer fails to
    /// keep may be seen, and be gone at the next refreshing. Which commits can be read again is
    /// [`keep_commits`](Options::keep_commits) of the reader: those that it has come by.
    ///
    /// ```
    /// use averment::{Database, ErrorKind};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("sanctions");
    /// let writer = Database::create(&folder)?;
    /// writer.query("CREATE (:Company {name: 'SenseTime'})", ())?;
    /// let reader = Database::open_read_only(&folder)?;
    /// assert_eq!(reader.query("MATCH (c:Company) RETURN c.name", ())?.single::<String>()?, "SenseTime");
    /// let error = reader.query("CREATE (:Company)", ()).unwrap_err();
    /// assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Busy, "read-only"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](Options::open), but that the database may be in use.
    pub fn open_read_only(self, folder: impl AsRef<Path>) -> Result<Database, Error> {
        read_only::open_read_only(self, folder.as_ref())
    }

    /// The graph with which a new database begins.
    pub(crate) fn empty(&self) -> Graph {
        Graph::new().with_provenance(self.provenance.clone())
    }
}

impl Provenance {
    /// The same words but for one, or for the `names`, separated by commas: `source` or `names` as `SHOW SETTINGS` has them
    /// behind `provenance.`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if there is no such setting. Whether the words fit together is told by
    /// [`Options::provenance`].
    ///
    /// ```
    /// use averment::Provenance;
    /// # fn main() -> Result<(), averment::Error> {
    /// let words = Provenance::default().with("source", "Document")?.with("names", "label, code")?;
    /// assert_eq!(words.source.as_str(), "Document");
    /// assert_eq!(words.names.len(), 2);
    /// let error = words.with("sorce", "Document").unwrap_err();
    /// assert_eq!(error.message(), "no word of provenance is called `sorce`; did you mean `source`?");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with(mut self, setting: &str, word: &str) -> Result<Self, Error> {
        if self.set(setting, word) {
            return Ok(self);
        }
        let near = match nearest(setting, Self::NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", Self::NAMES.join(", ")),
        };
        Err(invalid(format!("no word of provenance is called `{setting}`; {near}")))
    }
}

fn invalid(message: String) -> Error {
    Error::plain(ErrorKind::Argument, "InvalidArgumentValue", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(setting: &str, word: &str, expected: &str) {
        let words = Provenance::default().with(setting, word).unwrap();
        assert_eq!(Database::options().provenance(words).unwrap_err().message(), expected);
    }

    #[test]
    fn words_that_are_empty_or_mean_two_things_are_refused() {
        check_refused("of", "", "the word for `of` is empty");
        check_refused("names", "", "a word of `names` is empty");
        check_refused("names", "name,", "a word of `names` is empty");
        check_refused("names", "name, code, name", "`names` has `name` twice");
        check_refused("source", "Paragraph", "`paragraph` and `source` are one label, `Paragraph`");
        check_refused("of", "SUPPORTS", "`supports` and `of` are one type, `SUPPORTS`");
        check_refused("valid_to", "published", "`published` and `valid_to` are one key, `published`");
    }

    #[test]
    fn a_label_a_type_and_a_key_may_be_one_word() {
        let words = Provenance::default().with("source", "OF").and_then(|words| words.with("on", "OF")).unwrap();
        let db = Database::options().provenance(words).unwrap().in_memory();
        let settings = db.query("SHOW SETTINGS YIELD name, value WHERE value = 'OF' RETURN name", ()).unwrap();
        let names: Vec<String> = settings.into_vec().unwrap();
        assert_eq!(names, ["provenance.of", "provenance.source", "provenance.on"]);
    }

    #[test]
    fn every_setting_can_be_set() {
        for (setting, word) in Provenance::default().settings() {
            let words = Provenance::default().with(setting, &format!("{word}_2")).unwrap();
            let set = words.settings().find(|(name, _)| *name == setting).unwrap();
            assert_eq!(set.1, format!("{word}_2"));
        }
        assert_eq!(Provenance::default().settings().map(|(name, _)| name).collect::<Vec<_>>(), Provenance::NAMES);
    }

    #[test]
    fn nodes_are_called_by_the_names_of_the_settings() {
        let words = Provenance::default().with("names", "label").unwrap();
        let db = Database::options().provenance(words).unwrap().in_memory();
        db.run(
            "CREATE (:Source {id: 'uuid-1', label: 'Post'});
             MATCH (s:Source)
             CREATE (:Company {name: 'long name', label: 'Mirai'})-[:BASED_IN]->(:Place {id: 'uuid-2', label: 'Kyoto'})
             CITING s",
        )
        .unwrap();
        let row =
            db.query("WHY MATCH (c:Company)-[:BASED_IN]->(p) RETURN p.label", ()).unwrap().next().unwrap().unwrap();
        let said = row.why().unwrap().argument();
        assert_eq!(said, ["because (:Company Mirai)-[:BASED_IN]->(:Place Kyoto) [(:Source Post)]"]);
        db.query("CREATE (:Event {name: 'long name', label: 'Launch', on: date('2021-05-01')})", ()).unwrap();
        let question = "WHY NOT MATCH (e:Event) VALID AT date('2020-01-01') RETURN e.label";
        let met: Vec<String> = db.query(question, ()).unwrap().map(|row| row.unwrap().get("met").unwrap()).collect();
        assert_eq!(met, ["'Launch' has on 2021-05-01", "(:Source {label: 'Post'}) is Source"]);
    }

    #[test]
    fn why_not_looks_for_the_times_of_the_settings() {
        let words = Provenance::default().with("valid_from", "since").unwrap();
        let db = Database::options().provenance(words).unwrap().in_memory();
        db.query("CREATE (:Company {name: 'Mirai', since: date('2021-05-01'), valid_from: 1})", ()).unwrap();
        let question = "WHY NOT MATCH (c:Company) VALID AT date('2020-01-01') RETURN c.name";
        let met: Vec<String> = db.query(question, ()).unwrap().map(|row| row.unwrap().get("met").unwrap()).collect();
        assert_eq!(met, ["'Mirai' has since 2021-05-01"]);
    }
}
