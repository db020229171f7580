//! Databases in files that are only read, beside the process that writes them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::database::{Database, lock};
use crate::error::Error;
use crate::options::Options;
use crate::storage::{
    Disk, DiskError, FolderDisk, Followed, Follower, Graph, History, Keep, beside_a_writer, guard, past,
};
use crate::store::{Home, check_words, keep_all, keep_of};

/// Where the commits come from that another process makes.
#[derive(Debug)]
pub(crate) struct Reader {
    disk: Arc<dyn Disk>,
    /// `None` where the files could not be read: whoever reads them next begins anew.
    follower: Mutex<Option<Box<Follower>>>,
}

/// Opens the database in a folder to be read.
pub(crate) fn open_read_only(options: Options, folder: &Path) -> Result<Database, Error> {
    let disk = FolderDisk::open_read_only(folder);
    disk.and_then(|disk| open_read_only_on(Arc::new(disk), options)).map_err(|error| Error::from(error).of(folder))
}

pub(crate) fn open_read_only_on(disk: Arc<dyn Disk>, options: Options) -> Result<Database, DiskError> {
    let (follower, history) = begin(&*disk, options.keep)?;
    check_words(&options.provenance, &history.lock().last().catalog().provenance)?;
    let reader = Reader { disk, follower: Mutex::new(Some(follower)) };
    Ok(Database::opened(options, history, Home::Read(reader)))
}

/// Begins with what lies on a disk.
fn begin(disk: &dyn Disk, keep: Option<Keep>) -> Result<(Box<Follower>, History), DiskError> {
    beside_a_writer(disk, || {
        let mut history = None;
        let follower = Follower::open(disk, keep_all(&mut history, keep_of(disk, keep)?))?;
        let history = history.expect("a database has a first root");
        let last = history.lock().last();
        history.lock().add_before(past(&last)?);
        Ok((Box::new(follower), history))
    })
}

impl Database {
    /// A database that another process may be writing: see [`Options::open_read_only`].
    ///
    /// # Errors
    ///
    /// As [`Options::open_read_only`].
    pub fn open_read_only(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::options().open_read_only(folder)
    }

    /// Whether nothing can be written, since the database was [opened so](Options::open_read_only).
    pub fn is_read_only(&self) -> bool {
        matches!(self.shared.home, Home::Read(_))
    }

    /// Reads the commits that another process has made since this database was [opened to be
    /// read](Options::open_read_only), or refreshed. Gives the number of the last one, which all that is asked from now on by
    /// way of any handle is answered on; transactions that are open go on with theirs. Where this process writes, and in
    /// memory, there is nothing to do.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("sanctions");
    /// let writer = Database::create(&folder)?;
    /// let reader = Database::open_read_only(&folder)?;
    /// writer.query("CREATE (:Company)", ())?;
    /// let count = || reader.query("MATCH (c:Company) RETURN count(c)", ())?.single::<i64>();
    /// assert_eq!(count()?, 0);
    /// assert_eq!(reader.refresh()?, 1);
    /// assert_eq!(count()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the files are damaged, cannot be read, or are gone. What was read before can
    /// be asked on, and refreshing may be tried again.
    pub fn refresh(&self) -> Result<u64, Error> {
        if let Home::Read(reader) = &self.shared.home {
            reader.refresh(self)?;
        }
        Ok(self.commit_number())
    }
}

impl Reader {
    fn refresh(&self, database: &Database) -> Result<(), DiskError> {
        let mut follower = lock(&self.follower);
        if let Some(mut followed) = follower.take() {
            let show = |graph: &Graph| database.publish(Arc::new(graph.clone()));
            // What has failed may be there in another way.
            if let Ok(Followed::ToTheEnd) = followed.follow(&*self.disk, show) {
                *follower = Some(followed);
                return Ok(());
            }
        }
        let (begun, history) = begin(&*self.disk, database.keeps())?;
        guard(|| database.go_on_with(history))?;
        *follower = Some(begun);
        Ok(())
    }
}
