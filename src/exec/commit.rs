//! Commits in the middle of a statement: what `CALL { ... } IN TRANSACTIONS` asks of whoever runs it.

use super::ExecError;
use super::context::Context;
use super::counters::Counters;
use super::operator::finish_deleting;
use crate::storage::{Change, Commit, Graph, Savepoint, StorageError, Writer};

/// Who makes a root visible to all while the statement that wrote it goes on.
pub(crate) trait Commits: Sync {
    /// Makes `root`, to which these changes have led, the last commit; where its pages lie may change. Gives the commit that
    /// comes next.
    ///
    /// # Errors
    ///
    /// [`StorageError::Disk`].
    fn commit(&self, root: &mut Graph, changes: &[Change]) -> Result<Commit, StorageError>;
}

/// What a batch that fails is put back to.
pub(super) struct Begun {
    savepoint: Savepoint,
    counters: Counters,
    deleted_count: usize,
    written: u64,
}

impl Context<'_> {
    /// Begins to write what is committed, or undone, by itself.
    pub(super) fn begin_batch(&self) -> Begun {
        Begun {
            savepoint: self.with_writer(|writer| writer.savepoint()),
            counters: self.counters.borrow().clone(),
            deleted_count: self.deleted.count(),
            written: self.budget.written(),
        }
    }

    /// Commits what was written since, and gives the number of the last commit.
    pub(super) fn commit_batch(&self) -> Result<u64, ExecError> {
        let commits = self.commits.expect("a plan that commits by itself is run by who can");
        finish_deleting(self)?;
        self.write(Writer::check_statement)?;
        self.budget.commit_written();
        Ok(self.with_writer(|writer| writer.commit(|root, changes| commits.commit(root, changes)))?)
    }

    pub(super) fn roll_back_batch(&self, begun: Begun) {
        self.with_writer(|writer| writer.roll_back_to(begun.savepoint));
        self.budget.undo_written(begun.written);
        self.deleted.forget_since(begun.deleted_count);
        self.counters.replace(begun.counters);
        self.forget_names();
    }
}
