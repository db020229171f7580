//! What a store has to be able to do to be measured.

use std::path::Path;

use crate::graph::Generated;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// When a commit counts as made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// The disk has it.
    Synced,
    /// The system has it; at times all is synced, so that a crash of the system leaves an earlier state, whole.
    Buffered,
    /// As buffered, and nothing is ever synced: a crash of the system may leave anything.
    Unsynced,
}

/// A store.
pub(crate) trait Engine: Sync {
    fn name(&self) -> &'static str;

    /// What its setting for this is called; `None` if it has none.
    fn setting(&self, safety: Safety) -> Option<&'static str>;

    /// A new database in a folder that is not there yet, ready for events and accounts.
    fn create(&self, folder: &Path, safety: Safety) -> Result<Box<dyn Store>, Failure>;

    /// A new database of the generated graph, closed again, with all of it where it stays.
    fn create_graph(&self, folder: &Path, graph: &Generated) -> Result<(), Failure>;

    /// A database that was made before.
    fn open(&self, folder: &Path) -> Result<Box<dyn Store>, Failure>;
}

/// An open database.
pub(crate) trait Store: Send + Sync {
    /// One for each thread that works with it.
    fn session(&self) -> Result<Box<dyn Session>, Failure>;

    /// Moves what the log holds to where it stays.
    fn checkpoint(&self) -> Result<(), Failure>;
}

/// What one thread does with a database. Statements are prepared once.
pub(crate) trait Session: Send {
    /// Lets it keep all of the graph in memory, if it does not do so anyway.
    fn take_memory(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// Commits one event.
    fn add_event(&mut self, number: i64) -> Result<(), Failure>;

    /// The age of the person with this id.
    fn age(&mut self, id: i64) -> Result<i64, Failure>;

    /// The age of a person, and the sum of the ages of those that relationships of type `T0` lead to.
    fn age_and_neighbours(&mut self, id: i64) -> Result<(i64, i64), Failure>;

    /// The ids of those of an age that a person's relationships of type `T0` and at least this weight lead to, summed up.
    fn neighbours(&mut self, id: i64, least_weight: i64, age: i64) -> Result<i64, Failure>;

    /// How many people older than `age` two relationships of type `T0` lead to, each counted once.
    fn neighbours_of_neighbours(&mut self, id: i64, age: i64) -> Result<i64, Failure>;

    /// Makes accounts 0 to `count` - 1, each with this balance.
    fn add_accounts(&mut self, count: i64, balance: i64) -> Result<(), Failure>;

    /// Commits that an amount went from one account to another.
    fn transfer(&mut self, from: i64, to: i64, amount: i64) -> Result<(), Failure>;

    /// The balances below and from `middle` on, summed by two statements of one transaction that reads.
    fn sums(&mut self, middle: i64) -> Result<(i64, i64), Failure>;
}
