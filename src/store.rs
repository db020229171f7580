//! Databases in files: how they are made and opened, how a commit comes to the disk, and when a snapshot is written.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crate::catalog::Provenance;
use crate::database::{Database, WriterPass, lock};
use crate::error::{Error, guarded};
use crate::exec::{Commits, now_micros};
use crate::options::Options;
use crate::read_only::Reader;
use crate::storage::{
    Change, Checkpoint, Commit, DatabaseFiles, Disk, DiskError, Durability, FolderDisk, Graph, History, Keep, Log,
    Roots, StorageError, TornTail, past, stored_keep,
};

/// Where the commits of a database are kept.
#[derive(Debug)]
pub(crate) enum Home {
    Memory,
    Written(Store),
    /// In files that another process may write.
    Read(Reader),
}

/// The files of a database and the thread that writes their snapshot.
#[derive(Debug)]
pub(crate) struct Store {
    files: Arc<DatabaseFiles>,
    /// What a crash had left.
    torn: Option<TornTail>,
    checkpoint: Mutex<Option<JoinHandle<Result<(), DiskError>>>>,
}

/// Makes a database in a folder.
pub(crate) fn create(options: Options, folder: &Path) -> Result<Database, Error> {
    let disk = FolderDisk::create(folder);
    disk.and_then(|disk| create_on(Arc::new(disk), options)).map_err(|error| Error::from(error).of(folder))
}

/// Makes a database in a folder of the graph that `make` gives. If it gives none, or that cannot be written, there is none.
pub(crate) fn create_of<E: From<Error>>(
    options: Options,
    folder: &Path,
    make: impl FnOnce() -> Result<Graph, E>,
) -> Result<Database, E> {
    let told = |error: DiskError| E::from(Error::from(error).of(folder));
    let disk = Arc::new(FolderDisk::create(folder).map_err(told)?);
    let room = DatabaseFiles::check_room(&*disk).map_err(told);
    let begun = room.and_then(|()| make()).and_then(|graph| create_with(disk.clone(), options, graph).map_err(told));
    if begun.is_err() {
        give_up(&disk);
    }
    begun
}

/// Makes a database of what is kept in a new folder. It is whole and safe when this comes back, or there is none.
fn write_new(roots: &Roots, folder: &Path) -> Result<(), DiskError> {
    let disk = Arc::new(FolderDisk::create_new(folder)?);
    let files = DatabaseFiles::create(disk.clone(), &roots.last(), &roots.past(), Durability::Synced);
    let written = files.and_then(|files| files.say_keep(roots.keep()));
    if written.is_err() {
        give_up(&disk);
    }
    written
}

/// Leaves nothing of a database that was not finished.
fn give_up(disk: &FolderDisk) {
    if DatabaseFiles::abandon(disk).is_ok() {
        disk.give_up();
    }
}

/// Opens the database in a folder.
pub(crate) fn open(options: Options, folder: &Path) -> Result<Database, Error> {
    let disk = FolderDisk::open(folder);
    disk.and_then(|disk| open_on(Arc::new(disk), options)).map_err(|error| Error::from(error).of(folder))
}

pub(crate) fn create_on(disk: Arc<dyn Disk>, options: Options) -> Result<Database, DiskError> {
    let graph = options.empty();
    create_with(disk, options, graph)
}

/// Makes a database that has a graph to begin with.
pub(crate) fn create_with(disk: Arc<dyn Disk>, options: Options, graph: Graph) -> Result<Database, DiskError> {
    let files = DatabaseFiles::create(disk, &graph, &[], options.durability)?;
    files.say_keep(options.keep)?;
    let history = History::new(Arc::new(graph), options.keep);
    let store = Store::new(files, None, &options);
    Ok(Database::opened(options, history, Home::Written(store)))
}

pub(crate) fn open_on(disk: Arc<dyn Disk>, options: Options) -> Result<Database, DiskError> {
    let keep = keep_of(&*disk, options.keep)?;
    let mut history = None;
    let (files, graph, torn) = DatabaseFiles::open(disk, options.durability, keep_all(&mut history, keep))?;
    check_words(&options.provenance, &graph.catalog().provenance)?;
    files.say_keep(options.keep)?;
    let history = history.expect("a database has a first root");
    history.lock().add_before(past(&graph)?);
    let store = Store::new(files, torn, &options);
    Ok(Database::opened(options, history, Home::Written(store)))
}

/// How many commits are kept: as many as somebody asks for now, or has said for all who open the database.
pub(crate) fn keep_of(disk: &dyn Disk, asked: Option<Keep>) -> Result<Option<Keep>, DiskError> {
    asked.map_or_else(|| stored_keep(disk), |keep| Ok(Some(keep)))
}

/// Keeps the roots that it is shown, oldest first.
pub(crate) fn keep_all(history: &mut Option<History>, keep: Option<Keep>) -> impl FnMut(&Graph) {
    move |graph| {
        let root = Arc::new(graph.clone());
        match history {
            None => *history = Some(History::new(root, keep)),
            Some(history) => drop(history.lock().add(root)),
        }
    }
}

/// The days of clocks are kept by the words that the database was made with.
pub(crate) fn check_words(asked: &Provenance, kept: &Provenance) -> Result<(), DiskError> {
    if *asked == Provenance::default() {
        return Ok(());
    }
    let other = asked.settings().zip(kept.settings()).find(|((_, asked), (_, kept))| asked != kept);
    other.map_or(Ok(()), |((setting, asked), (_, kept))| Err(DiskError::OtherWords { setting, kept, asked }))
}

impl Store {
    fn new(files: DatabaseFiles, torn: Option<TornTail>, options: &Options) -> Self {
        let files = match options.least_log_bytes {
            Some(least) => files.with_least_log_bytes(least),
            None => files,
        };
        Self { files: Arc::new(files), torn, checkpoint: Mutex::default() }
    }

    /// Writes the snapshot of a generation that has begun, while others go on.
    fn finish_beside(&self, checkpoint: Checkpoint) {
        let files = Arc::clone(&self.files);
        let thread = thread::Builder::new().name("averment checkpoint".to_owned());
        let spawned = thread.spawn(move || files.finish_checkpoint(checkpoint));
        // Without a thread the logs grow until the next one.
        *lock(&self.checkpoint) = spawned.ok();
    }

    fn is_writing_snapshot(&self) -> bool {
        lock(&self.checkpoint).as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Comes back when no snapshot is being written; what the last one came to, if nobody has asked yet.
    fn wait_for_snapshot(&self) -> Result<(), DiskError> {
        let thread = lock(&self.checkpoint).take();
        match thread.map(JoinHandle::join) {
            Some(Ok(finished)) => finished,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Store {
    /// The lock is held until the last snapshot is written, and what was only given to the system is synced.
    fn drop(&mut self) {
        let _ = self.wait_for_snapshot();
        let _ = self.files.close();
    }
}

/// The end of a log that a crash has left, and that was cut off when the database was opened: of a commit that was never
/// acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostTail {
    /// The name of the file.
    pub file: String,
    /// Where it was cut.
    pub offset: u64,
    /// How many bytes there were behind it.
    pub len_bytes: u64,
}

/// How large the files of a database were, and are: see [`Database::vacuum`]. In memory there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Vacuumed {
    /// All files, in bytes.
    pub bytes_before: u64,
    /// All files, in bytes.
    pub bytes_after: u64,
}

impl Database {
    /// A new, empty database in files: see [`Options::create`].
    ///
    /// # Errors
    ///
    /// As [`Options::create`].
    pub fn create(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::options().create(folder)
    }

    /// A database that was made in a folder before: see [`Options::open`].
    ///
    /// # Errors
    ///
    /// As [`Options::open`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::options().open(folder)
    }

    /// Whether what is committed is lost when the program ends.
    pub fn is_in_memory(&self) -> bool {
        matches!(self.shared.home, Home::Memory)
    }

    /// What opening this database has cut off.
    pub fn lost_tail(&self) -> Option<LostTail> {
        self.store()?.torn.clone().map(LostTail::from)
    }

    /// Writes a snapshot of the last commit and removes the log before it. A database does that by itself, beside readers
    /// and writer, when the log is longer than 64 MB and than a quarter of the snapshot; this comes back when it is done. In
    /// memory there is nothing to do.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let db = Database::create(folder.path().join("sanctions"))?;
    /// db.query("UNWIND range(1, 1000) AS x CREATE (:Company {number: x})", ())?;
    /// db.checkpoint()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the snapshot cannot be written: the one before and its log stay.
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy) if this thread has a write transaction open.
    pub fn checkpoint(&self) -> Result<(), Error> {
        let Some(store) = self.store() else { return Ok(()) };
        store.wait_for_snapshot()?;
        let pass = self.enter()?;
        let root = self.root_to_write()?;
        let checkpoint = self.begin_checkpoint(store, root)?;
        drop(pass);
        store.files.finish_checkpoint(checkpoint)?;
        self.leave_log_of_kept();
        Ok(())
    }

    /// Copies the database, as it is after its last commit, to a new folder: beside readers and writer, and whole and safe
    /// on the disk when this comes back. Earlier commits that are kept can be read in the copy, too. A database that another
    /// process writes is copied by way of [`open_read_only`](Database::open_read_only).
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let copy = folder.path().join("copy");
    /// let db = Database::in_memory();
    /// db.query("CREATE (:Company {name: 'SenseTime'})", ())?;
    /// assert_eq!(db.backup(&copy)?, 1);
    /// let copy = Database::open(&copy)?;
    /// assert_eq!(copy.query("MATCH (c:Company) RETURN c.name", ())?.single::<String>()?, "SenseTime");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is something of this name, or it cannot be written: then there is no
    /// copy.
    pub fn backup(&self, folder: impl AsRef<Path>) -> Result<u64, Error> {
        let (roots, folder) = (self.shared.history.lock().clone(), folder.as_ref());
        write_new(&roots, folder).map_err(|error| Error::from(error).of(folder))?;
        Ok(roots.last().commit().number)
    }

    /// Writes the database anew, so that what was deleted takes up no space any more, neither in memory nor in files. Ids,
    /// times and numbers of commits stay; of earlier commits the log stays, and none of them can be read any more. Writers
    /// wait until the graph is built anew, and readers do not. A crash leaves what was there before, or what is there then.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let db = Database::create(folder.path().join("sanctions"))?;
    /// db.query("UNWIND range(1, 1000) AS x CREATE (:Company {name: 'number ' + x})", ())?;
    /// db.query("MATCH (c:Company) WHERE c.name <> 'number 7' DELETE c", ())?;
    /// let sizes = db.vacuum()?;
    /// assert!(sizes.bytes_after < sizes.bytes_before / 10);
    /// assert_eq!(db.query("MATCH (c:Company) RETURN id(c)", ())?.single::<i64>()?, 7);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the snapshot cannot be written: the one before and its log stay.
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy) if this thread has a write transaction open.
    pub fn vacuum(&self) -> Result<Vacuumed, Error> {
        let pass = self.enter()?;
        let root = self.root_to_write()?;
        let anew = Arc::new(guarded(|| Ok(root.anew()?))?);
        drop(root);
        let Some(store) = self.store() else {
            self.publish_anew(anew);
            return Ok(Vacuumed { bytes_before: 0, bytes_after: 0 });
        };
        let bytes_before = store.files.len_bytes()?;
        let begun = store.files.begin_anew(Arc::clone(&anew), |root| self.publish(root))?;
        self.publish_anew(anew);
        drop(pass);
        store.files.finish_checkpoint(begun)?;
        self.leave_log_of_kept();
        Ok(Vacuumed { bytes_before, bytes_after: store.files.len_bytes()? })
    }

    /// The root behind which the next commit comes, for whoever may write. It may be on its way to the disk still.
    pub(crate) fn root_to_write(&self) -> Result<Arc<Graph>, DiskError> {
        self.check_written()?;
        let unshown = self.store().and_then(|store| store.files.unshown_root());
        Ok(unshown.unwrap_or_else(|| self.root()))
    }

    /// Whether commits can be made.
    pub(crate) fn check_written(&self) -> Result<(), DiskError> {
        match &self.shared.home {
            Home::Memory => Ok(()),
            Home::Written(store) => store.files.check(),
            Home::Read(_) => Err(DiskError::ReadOnly),
        }
    }

    fn store(&self) -> Option<&Store> {
        match &self.shared.home {
            Home::Written(store) => Some(store),
            Home::Memory | Home::Read(_) => None,
        }
    }

    /// Makes a commit that is kept as the durability says when this comes back. The right to write goes to the next one
    /// once the order of commits is clear.
    pub(crate) fn commit(&self, mut root: Graph, changes: &[Change], pass: WriterPass) -> Result<(), DiskError> {
        self.leave_log(&mut root);
        self.commit_and(Arc::new(root), changes, || drop(pass))
    }

    /// Makes a commit, and does `next` once its place among the others is clear.
    fn commit_and(&self, root: Arc<Graph>, changes: &[Change], next: impl FnOnce()) -> Result<(), DiskError> {
        let Some(store) = self.store() else {
            self.publish(root);
            return Ok(());
        };
        let ticket = store.files.append(&root, changes)?;
        self.begin_checkpoint_if_due(store, &root);
        next();
        store.files.settle(ticket, |root| self.publish(root))
    }

    /// Lets those commits go from memory that lie in a new snapshot: of a root that is about to be the last one, and of those
    /// that are kept, which hold the snapshot before.
    fn leave_log(&self, root: &mut Graph) {
        if self.stored_commits().is_some_and(|stored| root.leave_log_to(&stored)) {
            self.leave_log_of_kept();
        }
    }

    fn leave_log_of_kept(&self) {
        if let Some(stored) = self.stored_commits() {
            self.change_pages(|roots| roots.leave_log_to(&stored));
        }
    }

    fn stored_commits(&self) -> Option<Log> {
        self.store()?.files.stored_commits()
    }

    fn begin_checkpoint(&self, store: &Store, root: Arc<Graph>) -> Result<Checkpoint, DiskError> {
        store.files.begin_checkpoint(root, |root| self.publish(root), || self.shared.history.lock().past())
    }

    /// Says how many commits are kept, for this process and for those that open the database later.
    pub(crate) fn set_keep(&self, keep: Keep) -> Result<(), DiskError> {
        self.check_written()?;
        let mut history = self.shared.history.lock();
        if let Some(store) = self.store() {
            store.files.say_keep(Some(keep))?;
        }
        let let_go = history.set_keep(keep);
        drop(history);
        drop(let_go);
        Ok(())
    }

    /// Without a snapshot the database is as good as it was: what has failed is tried again with the next commit, and if
    /// the disk takes nothing, that says so.
    fn begin_checkpoint_if_due(&self, store: &Store, root: &Arc<Graph>) {
        if store.files.is_checkpoint_due()
            && !store.is_writing_snapshot()
            && let Ok(begun) = self.begin_checkpoint(store, Arc::clone(root))
        {
            store.finish_beside(begun);
        }
    }
}

impl Commits for Database {
    fn commit(&self, root: &mut Graph, changes: &[Change]) -> Result<Commit, StorageError> {
        self.leave_log(root);
        let next = root.commit().followed_at(now_micros());
        self.commit_and(Arc::new(root.clone()), changes, || ())?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests;
