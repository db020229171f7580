//! Saving what is left of databases in folders that are damaged.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::Statistics;
use crate::check::{Damage, Progress};
use crate::database::Database;
use crate::error::Error;
use crate::exec::now_micros;
use crate::storage::{Family, FolderDisk, Loss, Salvaged};

/// What was saved of a database, and what was not: see [`Database::salvage`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SalvageReport {
    /// The last commit of the new database.
    pub commit: u64,
    /// How many commits were made before it. The log of these is saved; none can be read again by `AT COMMIT`, though the
    /// damaged database may have kept it.
    pub earlier_commits: u64,
    /// How many nodes it has.
    pub nodes: u64,
    /// How many relationships, quoted ones among them.
    pub relationships: u64,
    /// Who was writing the damaged database meanwhile.
    pub in_use_by: Option<String>,
    /// What is lost, and all damage that has cost nothing.
    pub lost: Vec<Lost>,
}

/// What one damage has cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// The damage. What follows from damage elsewhere has no file.
    pub damage: Damage,
    /// What kind of things it has cost: `nodes`, `commits`.
    pub what: &'static str,
    /// How many are lost; `None` if nobody can tell.
    pub count: Option<u64>,
    /// How many are saved in part: a node by its labels, a relationship by its type, its state and its ends.
    pub in_part: u64,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            Some(count) => write!(f, "{count} {}", self.what)?,
            None => write!(f, "an unknown number {}", of(self.what))?,
        }
        if self.in_part > 0 {
            write!(f, ", {} saved in part", self.in_part)?;
        }
        if self.damage.file.is_empty() { write!(f, ": {}", self.damage.reason) } else { write!(f, ": {}", self.damage) }
    }
}

/// What is told of all that was lost says so itself.
fn of(what: &str) -> String {
    if what.starts_with("of ") { what.to_owned() } else { format!("of {what}") }
}

impl SalvageReport {
    /// Whether everything was saved, though something may be damaged.
    pub fn is_complete(&self) -> bool {
        self.lost.iter().all(|lost| lost.count == Some(0) && lost.in_part == 0)
    }
}

impl Database {
    /// Saves all that can be read of a database in a folder to a new one, and changes nothing in the old one. What can be read
    /// is saved as it was: nodes, relationships and brackets with their ids, states, properties and commits, names, indexes and
    /// constraints. What is lost is in the report, by the place of the damage. Only the last commit is in the new database,
    /// none that were kept for `AT COMMIT`.
    ///
    /// Of elements whose page is damaged, what other pages tell is saved. They are recorded by a commit of their own, the
    /// last one.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let (folder, saved) = (folder.path().join("sanctions"), folder.path().join("saved"));
    /// Database::create(&folder)?.query("CREATE (:Company {name: 'SenseTime'})", ())?;
    /// let report = Database::salvage(&folder, &saved, |_| ())?;
    /// assert!(report.is_complete());
    /// let names = Database::open(&saved)?.query("MATCH (c:Company) RETURN c.name", ())?;
    /// assert_eq!(names.single::<String>()?, "SenseTime");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if nothing at all can be read, or the new database cannot be written or is there.
    pub fn salvage(
        folder: impl AsRef<Path>,
        new: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<SalvageReport, Error> {
        let (folder, new) = (folder.as_ref(), new.as_ref());
        let of = |folder| move |error| Error::from(error).of(folder);
        let disk = FolderDisk::open_read_only(folder).map_err(of(folder))?;
        let in_use_by = disk.other_writer();
        let saved = Salvaged::read(&disk, now_micros(), &mut |stage| progress(stage.into())).map_err(of(folder))?;
        FolderDisk::create(new).and_then(|disk| saved.write(Arc::new(disk))).map_err(of(new))?;
        Ok(SalvageReport::of(saved, in_use_by))
    }
}

impl SalvageReport {
    fn of(saved: Salvaged, in_use_by: Option<String>) -> Self {
        let Salvaged { graph, losses, .. } = saved;
        let relationships = Family::ALL.into_iter().map(|family| graph.all_rel_count(family)).sum();
        let lost = losses.into_iter().map(Lost::from).collect();
        let earlier_commits = graph.log().len().saturating_sub(1) as u64;
        Self {
            commit: graph.commit().number,
            earlier_commits,
            nodes: graph.node_count(),
            relationships,
            in_use_by,
            lost,
        }
    }
}

impl From<Loss> for Lost {
    fn from(Loss { damage, what, lost, in_part }: Loss) -> Self {
        Self { damage: damage.into(), what, count: lost, in_part }
    }
}
